//! Reading commands. Sans I/O: a command comes whole, its literals in place behind their `{n}` and CRLF.

use super::command::{AppendHead, Command};
use super::cursor::{ARGUMENT, Cursor, Parsed, UNKNOWN};

/// A literal announced at the end of a line: how long it is, and whether the client waits for leave to send it.
pub(super) fn literal(line: &[u8]) -> Option<(u64, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(open + 1..)?;
    let (digits, waits) = match digits.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (digits, true),
    };
    if digits.is_empty() || digits.len() > 12 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((length, waits))
}

/// The tag and the rest; `None` where there is no tag to answer to.
pub(super) fn tag(command: &[u8]) -> Option<(String, &[u8])> {
    let mut cursor = Cursor(command);
    let tag = cursor.atom().ok()?;
    (tag != "+" && cursor.space().is_ok()).then_some((tag, cursor.0))
}

/// Reads a command, its tag taken off.
pub(super) fn command(bytes: &[u8]) -> Parsed<Command> {
    let mut cursor = Cursor(bytes);
    let mut name = cursor.atom().map_err(|_| UNKNOWN)?.to_ascii_uppercase();
    let uid = name == "UID";
    if uid {
        cursor.space()?;
        name = cursor.atom()?.to_ascii_uppercase();
    }
    let command = match (name.as_str(), uid) {
        ("CAPABILITY", false) => Command::Capability,
        ("NOOP" | "CHECK", false) => Command::Noop,
        ("LOGOUT", false) => Command::Logout,
        ("STARTTLS", false) => Command::StartTls,
        ("NAMESPACE", false) => Command::Namespace,
        ("IDLE", false) => Command::Idle,
        ("UNSELECT", false) => Command::Unselect { name: "UNSELECT" },
        ("CLOSE", false) => Command::Unselect { name: "CLOSE" },
        // What the client is called is of no interest.
        ("ID", false) => return Ok(Command::Id),
        ("APPEND", false) => return Ok(Command::Append),
        ("LOGIN", false) => cursor.login()?,
        ("AUTHENTICATE", false) => cursor.authenticate()?,
        ("LIST" | "LSUB", false) => cursor.list(name == "LSUB")?,
        ("STATUS", false) => cursor.status()?,
        ("SELECT" | "EXAMINE", false) => {
            cursor.space()?;
            Command::Select {
                path: cursor.path()?,
                read_only: name == "EXAMINE",
            }
        }
        ("CREATE", false) => {
            cursor.space()?;
            Command::Create {
                path: cursor.path()?,
            }
        }
        ("FETCH", _) => cursor.fetch(uid)?,
        ("SEARCH", _) => cursor.search(uid)?,
        ("STORE" | "COPY" | "MOVE" | "EXPUNGE", _)
        | ("DELETE" | "RENAME" | "SUBSCRIBE" | "UNSUBSCRIBE", false) => {
            return Ok(Command::Other { name });
        }
        _ => return Err(UNKNOWN),
    };
    if cursor.0.is_empty() {
        Ok(command)
    } else {
        Err(ARGUMENT)
    }
}

/// Reads what stands between `APPEND` and the message's `{n}`, which is left out. `None` while the literal
/// at the end is something else, the folder's name.
pub(super) fn append(bytes: &[u8]) -> Option<Parsed<AppendHead>> {
    let mut cursor = Cursor(bytes);
    if !cursor.atom().ok()?.eq_ignore_ascii_case("APPEND") {
        return None;
    }
    cursor.space().ok()?;
    if cursor.0.is_empty() {
        return None;
    }
    Some(cursor.append())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::command::{Bad, Item, Section};
    use super::*;
    use crate::item::Flags;

    #[test]
    fn a_fetch_of_everything_a_copy_needs_is_read() {
        let Command::Fetch { uid, set, items } =
            command(b"UID FETCH 2:4,9:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (Message-ID DATE)] BODY.PEEK[]<0.65536>)").unwrap()
        else {
            panic!("not a fetch");
        };
        assert!(uid);
        let picked: Vec<u32> = (1..13).filter(|n| set.has(*n, 12)).collect();
        assert_eq!(picked, [2, 3, 4, 9, 10, 11, 12]);
        assert_eq!(items.len(), 6);
        assert!(matches!(
            items.last(),
            Some(Item::Body { peek: true, section: Section::Full, partial: Some((0, 65536)), name }) if name == "BODY[]<0>"
        ));
    }

    #[test]
    fn a_star_beyond_the_last_message_is_the_last_message() {
        let Command::Fetch { set, .. } = command(b"UID FETCH 100:* FLAGS").unwrap() else {
            panic!("not a fetch");
        };
        assert!(set.has(12, 12));
        assert!(!set.has(11, 12));
    }

    #[test]
    fn an_append_is_told_from_a_folder_name_still_to_come() {
        assert_eq!(literal(b"a APPEND {7+}"), Some((7, false)));
        assert_eq!(append(b"APPEND "), None);
        let head =
            append(b"APPEND {7}\r\nUtk&AOU- (\\Seen $Label1) \"01-May-2009 08:00:00 +0000\" ")
                .unwrap();
        assert_eq!(head, Err(Bad("Command Argument Error. 12")));
        let head =
            append(b"APPEND {8}\r\nUtk&AOU- (\\Seen $Label1) \"01-May-2009 08:00:00 +0000\" ")
                .unwrap()
                .unwrap();
        assert_eq!(head.path, "Utkå");
        assert_eq!(head.flags, Flags::SEEN);
        assert_eq!(head.date.unwrap().seconds, 1_241_164_800);
    }

    #[test]
    fn a_user_name_with_backslashes_is_read_from_a_quoted_string() {
        assert_eq!(
            command(b"LOGIN \"NORDVIK\\\\migrering\\\\asa\" {3}\r\np\"w"),
            Ok(Command::Login {
                user: "NORDVIK\\migrering\\asa".to_owned(),
                password: b"p\"w".to_vec(),
            })
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (tag(&bytes), command(&bytes), append(&bytes), literal(&bytes));
        }

        #[test]
        fn nothing_near_a_command_makes_a_panic(
            name in "(UID )?(FETCH|SEARCH|LIST|STATUS|LOGIN|APPEND|SELECT|AUTHENTICATE)",
            rest in "[ a-zA-Z0-9:*,()<>.{}+\"\\\\&\\[\\]\r\n-]{0,80}",
        ) {
            let line = format!("{name} {rest}");
            let _ = (command(line.as_bytes()), append(line.as_bytes()));
        }
    }
}
