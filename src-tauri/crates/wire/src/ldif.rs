//! Directory entries as text (RFC 2849).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One entry as an LDIF file: the version line, the distinguished name, then attribute by attribute in the
/// order given. What is not plain ASCII goes in base64; lines are folded at 76 characters.
#[must_use]
pub fn entry<'a>(
    dn: &str,
    attributes: impl IntoIterator<Item = (&'a str, &'a [Vec<u8>])>,
) -> String {
    let mut out = String::from("version: 1\n");
    line(&mut out, "dn", dn.as_bytes());
    for (name, values) in attributes {
        for value in values {
            line(&mut out, name, value);
        }
    }
    out
}

/// A change of one attribute: what goes, then what comes.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The attribute.
    pub name: &'a str,
    /// Values that stand there and go.
    pub delete: &'a [Vec<u8>],
    /// Values that come.
    pub add: &'a [Vec<u8>],
}

/// A change record that modifies one entry, all of it or nothing. What is deleted is named by value, so a server
/// refuses the record when something else stands there. It ends with the empty line that separates records; a file of
/// them may begin with `version: 1`.
#[must_use]
pub fn modify<'a>(dn: &str, changes: impl IntoIterator<Item = Change<'a>>) -> String {
    let mut out = String::new();
    line(&mut out, "dn", dn.as_bytes());
    out.push_str("changetype: modify\n");
    for change in changes {
        for (how, values) in [("delete", change.delete), ("add", change.add)] {
            // Without a value, "delete" would delete the whole attribute.
            if values.is_empty() {
                continue;
            }
            line(&mut out, how, change.name.as_bytes());
            for value in values {
                line(&mut out, change.name, value);
            }
            out.push_str("-\n");
        }
    }
    out.push('\n');
    out
}

fn line(out: &mut String, name: &str, value: &[u8]) {
    let line = match safe(value) {
        Some("") => format!("{name}:"),
        Some(text) => format!("{name}: {text}"),
        None => format!("{name}:: {}", STANDARD.encode(value)),
    };
    // Every character of the line is ASCII: folding cannot cut one in two.
    for (index, character) in line.chars().enumerate() {
        // The first line holds 76 characters, each later one a space and 75.
        if index >= 76 && (index - 76) % 75 == 0 {
            out.push_str("\n ");
        }
        out.push(character);
    }
    let _ = writeln!(out);
}

/// The value as text, if it is a SAFE-STRING of RFC 2849 that does not end in a space. Control characters would be safe
/// too, but no editor shows them: they go in base64, which may carry anything.
fn safe(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    let plain = text.chars().all(|character| matches!(character, ' '..='~'));
    (plain && !text.starts_with([' ', ':', '<']) && !text.ends_with(' ')).then_some(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads back what `entry` writes, by the rules of RFC 2849.
    fn read(ldif: &str) -> Vec<(String, Vec<u8>)> {
        ldif.replace("\n ", "")
            .lines()
            .map(|line| {
                let (name, rest) = line.split_once(':').unwrap();
                let value = match rest.strip_prefix(": ") {
                    Some(encoded) => STANDARD.decode(encoded).unwrap(),
                    None => rest.strip_prefix(' ').unwrap_or(rest).as_bytes().to_vec(),
                };
                (name.to_owned(), value)
            })
            .collect()
    }

    #[test]
    fn plain_values_stay_readable_and_others_are_encoded() {
        let values: [(&str, Vec<Vec<u8>>); 4] = [
            (
                "displayName",
                vec!["Åsa Öberg".into(), b" leading".to_vec()],
            ),
            ("mail", vec![b"asa@nordvik.example".to_vec()]),
            ("msExchMailboxGuid", vec![vec![0, 255, 1]]),
            ("description", vec![Vec::new()]),
        ];
        assert_eq!(
            entry(
                "CN=Åsa,DC=nordvik",
                values.iter().map(|(name, values)| (*name, &**values))
            ),
            "version: 1\n\
             dn:: Q0493oVzYSxEQz1ub3Jkdmlr\n"
                .replace(
                    "Q0493oVzYSxEQz1ub3Jkdmlr",
                    &STANDARD.encode("CN=Åsa,DC=nordvik")
                )
                + "displayName:: w4VzYSDDlmJlcmc=\n\
                   displayName:: IGxlYWRpbmc=\n\
                   mail: asa@nordvik.example\n\
                   msExchMailboxGuid:: AP8B\n\
                   description:\n"
        );
    }

    #[test]
    fn a_change_record_names_every_value_that_goes_and_ends_with_an_empty_line() {
        let (old, new) = (vec![b"SMTP:a@b.se".to_vec()], vec![b"SMTP:a@c.se".to_vec()]);
        let guid = vec![vec![0, 255]];
        let changes = [
            Change {
                name: "targetAddress",
                delete: &old,
                add: &new,
            },
            Change {
                name: "msExchMailboxGuid",
                delete: &guid,
                add: &[],
            },
            Change {
                name: "homeMDB",
                delete: &[],
                add: &[],
            },
        ];
        assert_eq!(
            modify("CN=Åsa,DC=nordvik", changes),
            "dn:: Q049w4VzYSxEQz1ub3Jkdmlr\n\
             changetype: modify\n\
             delete: targetAddress\n\
             targetAddress: SMTP:a@b.se\n\
             -\n\
             add: targetAddress\n\
             targetAddress: SMTP:a@c.se\n\
             -\n\
             delete: msExchMailboxGuid\n\
             msExchMailboxGuid:: AP8=\n\
             -\n\
             \n"
        );
    }

    #[test]
    fn no_line_is_longer_than_76_characters() {
        let long = vec![vec![b'x'; 400]];
        let ldif = entry("CN=a", [("description", &*long)]);
        assert!(ldif.lines().all(|line| line.len() <= 76));
        assert!(ldif.lines().filter(|line| line.len() == 76).count() >= 5);
    }

    proptest! {
        #[test]
        fn every_value_reads_back(values in prop::collection::vec(any::<Vec<u8>>(), 1..5)) {
            let ldif = entry("CN=a", [("value", &*values)]);
            prop_assert!(ldif.is_ascii());
            let back: Vec<_> = read(&ldif)
                .into_iter()
                .filter(|(name, _)| name == "value")
                .map(|(_, value)| value)
                .collect();
            prop_assert_eq!(back, values);
        }
    }
}
