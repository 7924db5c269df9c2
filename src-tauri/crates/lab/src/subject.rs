//! The subject of a mail in the sink, decoded enough for a person to recognise it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// The subject of the mail that starts with `head`.
pub(crate) fn subject(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let mut value = String::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let folded = line.starts_with([' ', '\t']);
        if folded && !value.is_empty() {
            value.push(' ');
            value.push_str(line.trim());
        } else if !value.is_empty() {
            break;
        } else if let Some((name, rest)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Subject")
        {
            value.push_str(rest.trim());
        }
    }
    decode(&value)
}

/// Encoded words become what they stand for; the space between two of them goes.
fn decode(value: &str) -> String {
    let mut out = String::new();
    let mut after_word = false;
    for part in value.split(' ') {
        let word = encoded_word(part);
        let joined = after_word && word.is_some();
        if !out.is_empty() && !joined {
            out.push(' ');
        }
        after_word = word.is_some();
        out.push_str(word.as_deref().unwrap_or(part));
    }
    out
}

fn encoded_word(word: &str) -> Option<String> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = match encoding {
        "B" | "b" => BASE64.decode(text).ok()?,
        "Q" | "q" => quoted(text)?,
        _ => return None,
    };
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8(bytes).ok(),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

fn quoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => {
                let (pair, after) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encoded_words_are_read_and_folded_lines_joined() {
        let head = b"From: a\r\nSubject: =?utf-8?b?U3RhdHVz?=\r\n =?utf-8?Q?_f=C3=B6r?= batch 1\r\nTo: b\r\n\r\nSubject: no";
        assert_eq!(subject(head), "Status f\u{f6}r batch 1");
    }

    proptest! {
        #[test]
        fn nothing_makes_a_panic(head in proptest::collection::vec(any::<u8>(), 0..200), word in "=\\?utf-8\\?[QqBb]\\?[=_0-9A-F]{0,9}\\?=") {
            let _ = (subject(&head), decode(&word));
        }
    }
}
