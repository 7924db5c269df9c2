//! What a message is about, for the list of those that could not be copied.

use mail_parser::MessageParser;

const NAME: &[u8] = b"subject:";

/// A subject longer than this is cut: nobody reads more of it in a list.
const LONGEST: usize = 1024;

/// The header field as it stands, from the first bytes of a message. Cheap: it is looked for in every message that is
/// read, and wanted of hardly any.
pub(super) fn field(head: &[u8]) -> Option<Vec<u8>> {
    let mut lines = head
        .split_inclusive(|&byte| byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty());
    let first = lines.find(|line| {
        line.get(..NAME.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(NAME))
    })?;
    let mut field = first.to_vec();
    for line in lines.take_while(|line| line.starts_with(b" ") || line.starts_with(b"\t")) {
        field.extend_from_slice(line);
    }
    field.truncate(LONGEST);
    Some(field)
}

/// What the field says.
pub(super) fn decoded(mut field: Vec<u8>) -> Option<String> {
    field.extend_from_slice(b"\r\n\r\n");
    let message = MessageParser::new().parse_headers(&field)?;
    let subject = message.subject()?.trim();
    (!subject.is_empty()).then(|| subject.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(head: &str) -> Option<String> {
        decoded(field(head.as_bytes())?)
    }

    #[test]
    fn a_subject_is_read_folded_and_encoded() {
        assert_eq!(
            about("From: a\r\nSUBJECT: =?utf-8?Q?M=C3=B6te_p=C3=A5?=\r\n =?utf-8?Q?_fredag?=\r\nTo: b\r\n\r\nx").as_deref(),
            Some("Möte på fredag")
        );
        assert_eq!(about("Subject: Plain\n\nbody").as_deref(), Some("Plain"));
    }

    #[test]
    fn what_is_not_in_the_header_is_no_subject() {
        assert_eq!(about("From: a\r\n\r\nSubject: body\r\n"), None);
        assert_eq!(about("Subject:\r\n\r\n"), None);
        assert_eq!(about(""), None);
    }
}
