//! Which folders a mailbox has, and how much each holds.

use std::sync::OnceLock;

use rand::Rng;
use rand::seq::IndexedRandom;

use super::{CorpusSize, Role, SourceFolder, World};
use crate::org::{MailboxKind, Persona};
use crate::seed;

/// The folders every Swedish mailbox has, and how many items each holds.
const STANDARD: &[(&str, Role, u32, u32)] = &[
    ("INBOX", Role::Inbox, 10, 15),
    ("Skickat", Role::Sent, 6, 9),
    ("Utkast", Role::Drafts, 1, 2),
    ("Borttaget", Role::Deleted, 2, 4),
    ("Skräppost", Role::Junk, 1, 3),
    ("Utkorgen", Role::NotMail, 0, 1),
    ("Kalender", Role::NotMail, 2, 5),
    ("Kontakter", Role::NotMail, 2, 6),
    ("Uppgifter", Role::NotMail, 0, 2),
    ("Anteckningar", Role::NotMail, 0, 2),
];

/// Folders of the users' own; a parent comes before its children.
const OWN: &[(&str, u32, u32)] = &[
    ("INBOX/Att göra", 1, 3),
    ("Projekt", 0, 0),
    ("Projekt/Ängsvägen 4", 3, 5),
    ("Projekt/Ängsvägen 4/Ritningar", 3, 4),
    ("Kunder & leverantörer", 2, 4),
    ("Kunder & leverantörer/Åhléns", 1, 3),
    ("Kunder & leverantörer/K-Rauta, Växjö", 1, 2),
    ("Offerter 2009", 2, 6),
    ("Möten – styrelsen", 1, 2),
    ("Smått \"och\" gott", 1, 2),
    ("Årsredovisning (2008–2012)", 1, 2),
    ("Privat", 0, 3),
    ("100 € och mer", 1, 1),
    ("Bygglov~ärenden", 1, 2),
    ("日本", 1, 1),
];

/// The folders of a mailbox.
pub(super) fn folders(world: &World, size: CorpusSize, persona: &Persona) -> Vec<SourceFolder> {
    let mut rng = seed::rng(world.seed, &["folders", &persona.alias]);
    let mut folders = Vec::new();
    let mut add =
        |rng: &mut rand_chacha::ChaCha8Rng, path: &str, role, low: u32, high: u32, big| {
            let count = rng.random_range(low..=high) * size.factor();
            folders.push(SourceFolder {
                path: path.to_owned(),
                role,
                uid_validity: rng.random_range(10..60_000),
                count,
                big,
                world: world.clone(),
                alias: persona.alias.clone(),
                messages: OnceLock::new(),
            });
        };
    let quiet = persona.kind == MailboxKind::RoomMailbox;
    for (path, role, low, high) in STANDARD {
        match (quiet, *path) {
            // A room: little mail, a full calendar.
            (true, "Kalender") => add(&mut rng, path, *role, 12, 20, false),
            (true, _) => add(&mut rng, path, *role, (*low).min(1), (*high).min(3), false),
            (false, _) => add(&mut rng, path, *role, *low, *high, false),
        }
    }
    if !quiet {
        let chosen: Vec<&str> = OWN
            .choose_multiple(&mut rng, 5)
            .map(|(path, _, _)| *path)
            .collect();
        for (index, (path, low, high)) in OWN.iter().enumerate() {
            let inside = format!("{path}/");
            let wanted =
                index < 5 || chosen.contains(path) || chosen.iter().any(|c| c.starts_with(&inside));
            if wanted {
                let big = persona.large && path.ends_with("Ritningar");
                add(&mut rng, path, Role::Own, *low, *high, big);
            }
        }
    }
    folders
}
