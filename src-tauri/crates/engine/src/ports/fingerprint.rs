use sha2::{Digest as _, Sha256};
use stegvis_model::Fingerprint;

/// The header fields that no mail server rewrites, in the order they are hashed.
pub const FINGERPRINT_FIELDS: [&str; 4] = ["message-id", "date", "from", "subject"];

/// The fingerprint of a message from its raw header, or from just the [`FINGERPRINT_FIELDS`] as a
/// server hands them out. Both give the same value: other fields, order, folding and runs of white
/// space do not count. Reading stops at the first empty line.
#[must_use]
pub fn fingerprint(header: &[u8]) -> Fingerprint {
    let mut values: [Vec<Vec<u8>>; 4] = Default::default();
    let mut current: Option<usize> = None;
    for line in header.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(value) = current
                .and_then(|field| values.get_mut(field))
                .and_then(|list| list.last_mut())
            {
                value.push(b' ');
                value.extend_from_slice(line);
            }
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = colon.map_or((line, &b""[..]), |colon| {
            let (name, rest) = line.split_at(colon);
            (name, rest.get(1..).unwrap_or_default())
        });
        let name = name.trim_ascii();
        current = FINGERPRINT_FIELDS
            .iter()
            .position(|field| name.eq_ignore_ascii_case(field.as_bytes()));
        if let Some(list) = current.and_then(|field| values.get_mut(field)) {
            list.push(value.to_vec());
        }
    }
    let mut hash = Sha256::new();
    for (name, list) in FINGERPRINT_FIELDS.iter().zip(&values) {
        for value in list {
            hash.update(name.as_bytes());
            hash.update(b":");
            for word in value
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
            {
                hash.update(word);
                hash.update(b" ");
            }
            hash.update(b"\n");
        }
    }
    let digest = hash.finalize();
    let mut short = [0_u8; 16];
    short
        .iter_mut()
        .zip(digest.iter())
        .for_each(|(to, from)| *to = *from);
    Fingerprint(short)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_whole_header_and_the_asked_fields_give_the_same_fingerprint() {
        let whole = b"Received: from a\r\n by b\r\nSubject: A long\r\n  subject\r\nDate: Mon, 1 Jan 2018 08:00:00 +0100\r\nFrom: a@b.se\r\nMessage-Id: <1@b>\r\n\r\nSubject: not this\r\n";
        let fields = b"Date:  Mon, 1 Jan 2018 08:00:00 +0100\r\nFrom: a@b.se\r\nMessage-ID: <1@b>\r\nSubject: A long subject\r\n\r\n";
        assert_eq!(fingerprint(whole), fingerprint(fields));
    }

    #[test]
    fn another_subject_is_another_fingerprint() {
        assert_ne!(
            fingerprint(b"Subject: a\r\n\r\n"),
            fingerprint(b"Subject: b\r\n\r\n")
        );
        assert_ne!(
            fingerprint(b"Subject: a\r\n\r\n"),
            fingerprint(b"From: a\r\n\r\n")
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = fingerprint(&bytes);
        }
    }
}
