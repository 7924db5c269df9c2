#![expect(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use stegvis_journal::NewUser;

use super::*;

fn request(letter: Letter, language: &str) -> LettersRequest {
    let (date, hours, keep_until) = match language {
        "en" => ("14 December", "18:00-23:00", "31 January"),
        _ => ("14 december", "kl. 18-23", "31 januari"),
    };
    LettersRequest {
        letter,
        language: language.to_owned(),
        templates: None,
        from: "it@nordvik.example".to_owned(),
        list: Some(b"EmailAddress\nmarta.agren@nordvik.example\n".to_vec()),
        project: None,
        fields: LetterFields {
            company: "Nordvik Bygg AB".to_owned(),
            date: date.to_owned(),
            hours: hours.to_owned(),
            helpdesk: "it@nordvik.example, 1234".to_owned(),
            keep_until: keep_until.to_owned(),
            limit_mb: 25,
        },
    }
}

fn whole(letter: &UserLetter) -> String {
    format!(
        "To: {}\nSubject: {}\n\n{}",
        letter.to, letter.subject, letter.text
    )
}

#[test]
fn every_letter_reads_well_in_both_languages() {
    for letter in Letter::ALL {
        for language in ["en", "sv"] {
            let composed = compose_letters(&request(letter, language)).unwrap();
            assert_snapshot!(
                format!("{}_{language}", letter.name()),
                whole(composed.first().unwrap())
            );
        }
    }
}

#[test]
fn what_did_not_move_is_named_in_the_letter_of_the_day() {
    let recipient = Recipient {
        user: MigrationUserId(1),
        status: Some(MigrationUserStatus::Synced),
        address: "marta.agren@nordvik.example".parse().unwrap(),
        name: "Märta Ågren".to_owned(),
        redo: vec!["Vidarebefordran: bo@nordvik.example".to_owned()],
        left_behind: vec![
            LeftBehind {
                folder: "Inbox/Ritningar".to_owned(),
                date: "2011-05-02".to_owned(),
                megabytes: megabytes(41_000_001),
            },
            LeftBehind {
                folder: "Sent Items".to_owned(),
                date: "2013-01-20".to_owned(),
                megabytes: megabytes(10),
            },
        ],
    };
    for language in [Language::English, Language::Swedish] {
        let fields = request(Letter::Ready, language.tag()).fields;
        let letter = merge(Letter::Ready.template(language), &fields, &recipient).unwrap();
        assert_snapshot!(format!("left_behind_{}", language.tag()), whole(&letter));
    }
}

#[test]
fn the_administrators_own_template_comes_first_and_ours_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let all = write_templates(folder.path()).unwrap();
    assert_eq!(all.len(), 10);
    let path = folder.path().join("notice.sv.txt");
    std::fs::write(&path, "\u{feff}Vi flyttar\r\nHej {{ address }}\r\n").unwrap();
    assert_eq!(
        write_templates(folder.path()).unwrap(),
        Vec::<PathBuf>::new()
    );
    let request = LettersRequest {
        templates: Some(folder.path().to_owned()),
        ..request(Letter::Notice, "sv-SE")
    };
    let letters = compose_letters(&request).unwrap();
    let letter = letters.first().unwrap();
    assert_eq!(letter.subject, "Vi flyttar");
    assert_eq!(letter.text, "Hej marta.agren@nordvik.example\n");
}

#[test]
fn a_field_with_a_typing_error_stops_the_letter_and_names_the_fields() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notice.en.txt"), "Hi\n\n{{ nmae }}\n").unwrap();
    let request = LettersRequest {
        templates: Some(folder.path().to_owned()),
        ..request(Letter::Notice, "en")
    };
    let error = compose_letters(&request).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("line 3"), "{}", error.message);
    assert!(error.help.contains("left_behind"), "{}", error.help);
}

#[test]
fn a_letter_without_anybody_to_read_it_is_refused() {
    let request = LettersRequest {
        list: None,
        ..request(Letter::Notice, "en")
    };
    assert_eq!(
        compose_letters(&request).unwrap_err().code,
        ErrorCode::NothingChosen
    );
}

#[test]
fn only_whose_mailbox_has_moved_is_told_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("practice.stegvis")).unwrap();
    journal
        .transaction(|tx| {
            let batch = tx.insert_batch("Pilot", None)?;
            for name in ["anna", "bo"] {
                tx.insert_user(
                    batch,
                    &NewUser {
                        address: format!("{name}@nordvik.example").parse().unwrap(),
                        display_name: name.to_owned(),
                        kind: RecipientKind::UserMailbox,
                    },
                )?;
            }
            Ok::<_, JournalError>(())
        })
        .unwrap();
    drop(journal);
    let of = |letter| LettersRequest {
        list: None,
        project: Some(folder.path().to_owned()),
        ..request(letter, "en")
    };
    assert_eq!(letter_files(&of(Letter::Notice)).unwrap().len(), 2);
    for letter in [Letter::Ready, Letter::Phone] {
        let refused = letter_files(&of(letter)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NothingChosen);
        // Looking at it is free.
        assert_eq!(compose_letters(&of(letter)).unwrap().len(), 2);
    }
    assert!(Letter::Ready.is_due(MigrationUserStatus::Synced));
    assert!(!Letter::Ready.is_due(MigrationUserStatus::Syncing));
    assert!(Letter::Reminder.is_due(MigrationUserStatus::Queued));
}

#[test]
fn the_letter_of_the_day_takes_the_guide_along_as_a_file() {
    let files = letter_files(&request(Letter::Ready, "sv")).unwrap();
    let (_, bytes) = files.first().unwrap();
    let text = String::from_utf8_lossy(bytes);
    assert!(text.contains("Outlook.sv.html"), "{text}");
    let (_, bytes) = letter_files(&request(Letter::Notice, "sv"))
        .unwrap()
        .remove(0);
    assert!(!String::from_utf8_lossy(&bytes).contains("Outlook.sv.html"));
}
