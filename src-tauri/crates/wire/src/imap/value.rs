use thiserror::Error;

/// A piece of an IMAP answer. Brackets belong to the atom they stand in, so that
/// `BODY[HEADER.FIELDS (DATE FROM)]` is one atom, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A bare word.
    Atom(Vec<u8>),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// A parenthesised list.
    List(Vec<Self>),
}

/// Why bytes are no IMAP values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ValueError {
    /// A quote, bracket or parenthesis is never closed.
    #[error("an answer ends in the middle of a value")]
    Unclosed,
    /// A parenthesis closes nothing.
    #[error("an answer closes a list that was never opened")]
    Stray,
    /// Lists within lists beyond any sane depth.
    #[error("an answer nests lists too deeply")]
    TooDeep,
    /// A literal's length is no number, or larger than what follows.
    #[error("an answer announces a literal that is not there")]
    Literal,
}

/// Deeper than any folder list, flag list or status a server has reason to send.
const DEEPEST: usize = 16;

/// The values of one answer, its literals standing inline after their `{n}` and line end.
///
/// # Errors
/// [`ValueError`] when the bytes are not well formed.
pub fn parse_values(bytes: &[u8]) -> Result<Vec<Value>, ValueError> {
    let mut reader = Reader { bytes, at: 0 };
    let values = reader.list(0, false)?;
    Ok(values)
}

impl Value {
    /// The bytes of an atom or text.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(bytes) | Self::Text(bytes) => Some(bytes),
            Self::List(_) => None,
        }
    }

    /// The atom as ASCII capitals.
    #[must_use]
    pub fn keyword(&self) -> Option<String> {
        match self {
            Self::Atom(bytes) => Some(String::from_utf8_lossy(bytes).to_ascii_uppercase()),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The number an atom spells.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Atom(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The values of a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            Self::Atom(_) | Self::Text(_) => None,
        }
    }

    /// Whether it is the atom NIL.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Atom(bytes) if bytes.eq_ignore_ascii_case(b"NIL"))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn list(&mut self, depth: usize, inside: bool) -> Result<Vec<Value>, ValueError> {
        if depth > DEEPEST {
            return Err(ValueError::TooDeep);
        }
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None if inside => return Err(ValueError::Unclosed),
                None => return Ok(values),
                Some(b' ' | b'\r' | b'\n' | b'\t') => self.at += 1,
                Some(b'(') => {
                    self.at += 1;
                    values.push(Value::List(self.list(depth + 1, true)?));
                }
                Some(b')') if inside => {
                    self.at += 1;
                    return Ok(values);
                }
                Some(b')') => return Err(ValueError::Stray),
                Some(b'"') => values.push(Value::Text(self.quoted()?)),
                Some(b'{') => values.push(Value::Text(self.literal()?)),
                Some(_) => values.push(Value::Atom(self.atom()?)),
            }
        }
    }

    fn quoted(&mut self) -> Result<Vec<u8>, ValueError> {
        let mut text = Vec::new();
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => {
                    text.push(self.peek().ok_or(ValueError::Unclosed)?);
                    self.at += 1;
                }
                other => text.push(other),
            }
        }
        Err(ValueError::Unclosed)
    }

    fn literal(&mut self) -> Result<Vec<u8>, ValueError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|&byte| byte == b'}')
            .ok_or(ValueError::Literal)?;
        let digits = rest.get(1..end).unwrap_or_default();
        let size: usize = std::str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(ValueError::Literal)?;
        let start = end + 1 + usize::from(rest.get(end + 1) == Some(&b'\r'));
        let start = start + usize::from(rest.get(start) == Some(&b'\n'));
        let stop = start.checked_add(size).ok_or(ValueError::Literal)?;
        let text = rest.get(start..stop).ok_or(ValueError::Literal)?.to_vec();
        self.at += stop;
        Ok(text)
    }

    fn atom(&mut self) -> Result<Vec<u8>, ValueError> {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => open += 1,
                b']' => open = open.saturating_sub(1),
                b' ' | b'(' | b')' | b'"' | b'\r' | b'\n' | b'\t' if open == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        if open > 0 {
            return Err(ValueError::Unclosed);
        }
        Ok(self.bytes.get(start..self.at).unwrap_or_default().to_vec())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn atom(text: &str) -> Value {
        Value::Atom(text.into())
    }

    #[test]
    fn atoms_texts_literals_and_lists_are_told_apart() {
        let values =
            parse_values(b"LIST (\\HasNoChildren) \"/\" {5}\r\na\"(b) \"x\\\"y\" NIL").unwrap();
        assert_eq!(
            values,
            [
                atom("LIST"),
                Value::List(vec![atom("\\HasNoChildren")]),
                Value::Text(b"/".into()),
                Value::Text(b"a\"(b)".into()),
                Value::Text(b"x\"y".into()),
                atom("NIL"),
            ]
        );
    }

    #[test]
    fn a_bracketed_section_is_one_atom() {
        let values = parse_values(b"BODY[HEADER.FIELDS (DATE FROM)] {0}\r\n").unwrap();
        assert_eq!(
            values,
            [atom("BODY[HEADER.FIELDS (DATE FROM)]"), Value::Text(vec![])]
        );
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        assert_eq!(parse_values(b"(a"), Err(ValueError::Unclosed));
        assert_eq!(parse_values(b"\"a"), Err(ValueError::Unclosed));
        assert_eq!(parse_values(b"a)"), Err(ValueError::Stray));
        assert_eq!(parse_values(b"{9}\r\nabc"), Err(ValueError::Literal));
        assert_eq!(parse_values(&[b'('; 1000]), Err(ValueError::TooDeep));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_values(&bytes);
        }
    }
}
