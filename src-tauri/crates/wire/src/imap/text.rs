use std::fmt::Write as _;

/// A quoted string, or `None` when the text needs a literal (RFC 3501 section 9: no line ends, no NUL,
/// and no bytes above 127 outside UTF8=ACCEPT).
#[must_use]
pub fn quoted(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    plain.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A folder name or credential as it is written into a command: quoted, or as a non-synchronising
/// literal where quoting cannot carry it (LITERAL+, RFC 7888, which every server of interest has).
#[must_use]
pub fn astring(text: &str) -> String {
    quoted(text).unwrap_or_else(|| format!("{{{}+}}\r\n{text}", text.len()))
}

/// A set of ascending numbers, runs joined: `1:3,7`.
#[must_use]
pub fn number_set(numbers: &[u32]) -> String {
    let mut set = String::new();
    let mut numbers = numbers.iter().copied().peekable();
    while let Some(first) = numbers.next() {
        let mut last = first;
        while let Some(next) = numbers.next_if(|&next| last.checked_add(1) == Some(next)) {
            last = next;
        }
        if !set.is_empty() {
            set.push(',');
        }
        // Writing to a String cannot fail.
        let _ = if first == last {
            write!(set, "{first}")
        } else {
            write!(set, "{first}:{last}")
        };
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_joined() {
        assert_eq!(number_set(&[]), "");
        assert_eq!(number_set(&[4]), "4");
        assert_eq!(number_set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(
            number_set(&[u32::MAX - 1, u32::MAX]),
            "4294967294:4294967295"
        );
    }

    #[test]
    fn quotes_and_backslashes_are_escaped_and_other_bytes_go_as_a_literal() {
        assert_eq!(astring(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(astring("lösen"), "{6+}\r\nlösen");
        assert_eq!(astring("a\r\nb"), "{4+}\r\na\r\nb");
    }
}
