//! Distinguished names, legacy names, and what the name of a resource tells.

use stegvis_model::RecipientKind;

/// Words in the name of a room. Exchange 2003 knows no rooms; the administrator sees the kind and can change it.
const ROOM: &[&str] = &[
    "room",
    "konferens",
    "conference",
    "conf",
    "meeting",
    "möte",
    "mötesrum",
    "sal",
    "salen",
];
/// Words in the name of a thing.
const EQUIPMENT: &[&str] = &[
    "equipment",
    "utrustning",
    "projector",
    "projektor",
    "car",
    "bil",
    "laptop",
    "camera",
    "kamera",
    "whiteboard",
];
/// Ends of Swedish words for rooms: Konferensrum, Mötessal.
const ROOM_ENDS: &[&str] = &["rum", "rummet", "sal", "salen", "room"];

/// The value of a name's first part, its escapes (RFC 4514 section 2.4) undone.
pub(super) fn first_name(dn: &str) -> Option<String> {
    let (_, rest) = dn.split_once('=')?;
    let mut bytes = Vec::new();
    let mut rest = rest.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b',' | b'+' => break,
            b'\\' => {
                let next = rest.next()?;
                let mut ahead = rest.clone();
                let pair = hexadecimal(next)
                    .zip(ahead.next().and_then(hexadecimal))
                    .map(|(high, low)| high * 16 + low);
                if let Some(byte) = pair {
                    rest = ahead;
                    bytes.push(byte);
                } else {
                    bytes.push(next);
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|name| !name.is_empty())
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The last `cn=` of a legacy distinguished name (`/o=…/ou=…/cn=Servers/cn=EX1`).
pub(super) fn last_legacy_name(name: &str) -> Option<&str> {
    let (prefix, last) = name.rsplit_once('/')?.1.split_once('=')?;
    (prefix.eq_ignore_ascii_case("cn") && !last.is_empty()).then_some(last)
}

/// The DNS name of a domain: its `DC` parts with dots between.
pub(super) fn dns_domain(dn: &str) -> String {
    dn.split(',')
        .filter_map(|part| part.trim().split_once('='))
        .filter(|(kind, _)| kind.eq_ignore_ascii_case("DC"))
        .map(|(_, label)| label)
        .collect::<Vec<_>>()
        .join(".")
}

/// A room, a thing, or what several people share.
pub(super) fn kind_of_resource(names: &[&str]) -> RecipientKind {
    let words: Vec<String> = names
        .iter()
        .flat_map(|name| name.split(|letter: char| !letter.is_alphabetic()))
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty())
        .collect();
    let is = |list: &[&str]| words.iter().any(|word| list.contains(&&**word));
    let ends = |list: &[&str]| {
        words
            .iter()
            .any(|word| list.iter().any(|end| word.ends_with(end)))
    };
    if is(EQUIPMENT) {
        RecipientKind::EquipmentMailbox
    } else if is(ROOM) || ends(ROOM_ENDS) {
        RecipientKind::RoomMailbox
    } else {
        RecipientKind::SharedMailbox
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_has_its_escapes_undone() {
        assert_eq!(first_name("CN=EX1,CN=Servers").as_deref(), Some("EX1"));
        assert_eq!(
            first_name(r"CN=Berg\, Anna \C3\85,DC=x").as_deref(),
            Some("Berg, Anna Å")
        );
        assert_eq!(first_name("CN=Åsa").as_deref(), Some("Åsa"));
        for broken in ["", "CN", "CN=", r"CN=\", r"CN=\ff"] {
            assert_eq!(first_name(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_legacy_name_ends_in_the_server() {
        assert_eq!(
            last_legacy_name("/o=Org/ou=Site/cn=Configuration/cn=Servers/cn=EX 1"),
            Some("EX 1")
        );
        assert_eq!(last_legacy_name("EX1"), None);
        assert_eq!(last_legacy_name("/o=Org"), None);
    }

    #[test]
    fn names_end_in_their_domain() {
        assert_eq!(dns_domain("OU=Staff,DC=corp,DC=example"), "corp.example");
    }

    #[test]
    fn a_resource_is_what_its_name_says() {
        for (name, kind) in [
            ("Mötessal Öst", RecipientKind::RoomMailbox),
            ("Konferensrum Älgen", RecipientKind::RoomMailbox),
            ("Board room", RecipientKind::RoomMailbox),
            ("Bil ABC 123", RecipientKind::EquipmentMailbox),
            ("Sales", RecipientKind::SharedMailbox),
            ("Order", RecipientKind::SharedMailbox),
        ] {
            assert_eq!(kind_of_resource(&[name]), kind, "{name}");
        }
    }
}
