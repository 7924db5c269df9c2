use encoding_rs::{Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the text of a list is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// The code page of Windows in western Europe.
    Windows1252,
    /// The code page of the classic Macintosh.
    Macintosh,
}

impl TextEncoding {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Macintosh => "macintosh",
        }
    }

    const fn codec(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
            Self::Macintosh => MACINTOSH,
        }
    }
}

/// The text of a file, without its byte order mark and without the NULs and the Ctrl-Z that old programs
/// leave at its end.
pub(crate) fn decode(bytes: &[u8]) -> (TextEncoding, String) {
    let encoding = detect(bytes);
    let (text, _) = encoding.codec().decode_with_bom_removal(bytes);
    let text = text.trim_end_matches(['\0', '\u{1A}']);
    (encoding, text.to_owned())
}

fn detect(bytes: &[u8]) -> TextEncoding {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return TextEncoding::Utf8,
        [0xFF, 0xFE, ..] => return TextEncoding::Utf16Le,
        [0xFE, 0xFF, ..] => return TextEncoding::Utf16Be,
        _ => {}
    }
    if let Some(encoding) = utf16_by_its_zeros(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return TextEncoding::Utf8;
    }
    single_byte(bytes)
}

/// UTF-16 without a mark: the other half of nearly every western character is zero.
fn utf16_by_its_zeros(bytes: &[u8]) -> Option<TextEncoding> {
    let (mut pairs, mut first, mut second) = (0_usize, 0_usize, 0_usize);
    for pair in bytes.chunks_exact(2).take(4096) {
        pairs += 1;
        match pair {
            [0, 0] => {}
            [0, _] => first += 1,
            [_, 0] => second += 1,
            _ => {}
        }
    }
    if pairs < 2 {
        return None;
    }
    if second * 10 > pairs * 7 && first * 20 < pairs {
        Some(TextEncoding::Utf16Le)
    } else if first * 10 > pairs * 7 && second * 20 < pairs {
        Some(TextEncoding::Utf16Be)
    } else {
        None
    }
}

/// Windows-1252 or Mac Roman: whichever makes letters where letters are expected. Windows wins a draw.
fn single_byte(bytes: &[u8]) -> TextEncoding {
    let lone_cr = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
    let windows = likeness(bytes, TextEncoding::Windows1252);
    let macintosh = likeness(bytes, TextEncoding::Macintosh) + i64::from(lone_cr);
    if macintosh > windows {
        TextEncoding::Macintosh
    } else {
        TextEncoding::Windows1252
    }
}

fn likeness(bytes: &[u8], encoding: TextEncoding) -> i64 {
    let (text, _) = encoding.codec().decode_without_bom_handling(bytes);
    let (mut score, mut before) = (0_i64, ' ');
    for character in text.chars() {
        if !character.is_ascii() {
            score += match character {
                'å' | 'ä' | 'ö' | 'Å' | 'Ä' | 'Ö' | 'é' | 'ü' | 'Ü' | 'æ' | 'ø' | 'Æ' | 'Ø'
                | 'ß' => 2,
                '’' | '‘' | '“' | '”' | '–' | '\u{A0}' => 1,
                // No program writes these into a list; they are what the other code page looks like here.
                _ if character.is_control() => -5,
                _ if character.is_alphabetic() => 0,
                _ => -2,
            };
            if character.is_uppercase() && before.is_lowercase() {
                score -= 2;
            }
        }
        before = character;
    }
    score
}

/// Text that was UTF-8, taken for Windows-1252 and written as UTF-8 again: `MÃ¥ns`. Gives it back as it was.
pub(crate) fn undo_double_encoding(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, lossy) = WINDOWS_1252.encode(text);
    if lossy {
        return None;
    }
    let once = String::from_utf8(bytes.into_owned()).ok()?;
    (once != text).then_some(once)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TEXT: &str =
        "Namn;E-post\r\nMåns Öberg;mans@nordvik.example\r\nRené;rene@nordvik.example\r\n";

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn each_encoding_is_told_from_the_others() {
        let single = |codec: &'static Encoding| codec.encode(TEXT).0.into_owned();
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark.to_vec(), bytes].concat();
        for (bytes, encoding) in [
            (TEXT.as_bytes().to_vec(), TextEncoding::Utf8),
            (marked(b"\xEF\xBB\xBF", TEXT.into()), TextEncoding::Utf8),
            (utf16(TEXT, u16::to_le_bytes), TextEncoding::Utf16Le),
            (utf16(TEXT, u16::to_be_bytes), TextEncoding::Utf16Be),
            (
                marked(b"\xFF\xFE", utf16(TEXT, u16::to_le_bytes)),
                TextEncoding::Utf16Le,
            ),
            (
                marked(b"\xFE\xFF", utf16(TEXT, u16::to_be_bytes)),
                TextEncoding::Utf16Be,
            ),
            (single(WINDOWS_1252), TextEncoding::Windows1252),
        ] {
            assert_eq!(decode(&bytes), (encoding, TEXT.to_owned()));
        }
        // encoding_rs writes Mac Roman only as far as a browser must; the bytes are the ones of the code page.
        let mac =
            b"Namn;E-post\rM\x8Cns \x85berg;mans@nordvik.example\rRen\x8E;rene@nordvik.example\r";
        assert_eq!(
            decode(mac),
            (TextEncoding::Macintosh, TEXT.replace("\r\n", "\r"))
        );
    }

    #[test]
    fn an_apostrophe_of_windows_is_no_letter_of_the_macintosh() {
        let (encoding, text) = decode(b"Name,Email\r\nO\x92Brien,ob@nordvik.example\r\n");
        assert_eq!(encoding, TextEncoding::Windows1252);
        assert!(text.contains("O’Brien"));
    }

    #[test]
    fn what_was_encoded_twice_is_decoded_once_more() {
        assert_eq!(undo_double_encoding("MÃ¥ns").unwrap(), "Måns");
        assert_eq!(undo_double_encoding("Måns"), None);
        assert_eq!(undo_double_encoding("mans"), None);
        assert_eq!(undo_double_encoding("Ångström ☃"), None);
    }

    #[test]
    fn the_marks_old_programs_leave_at_the_end_are_no_text() {
        assert_eq!(decode(b"a\r\n\x1A\0\0").1, "a\r\n");
    }
}
