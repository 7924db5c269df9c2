//! Texts as PowerShell must see them, in commands that people copy.

/// A PowerShell string in which nothing is expanded. The typographic quotation marks end one there too.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        // A line break would let the rest of the text stand as a command of its own.
        if letter.is_control() {
            continue;
        }
        if matches!(letter, '\'' | '‘' | '’' | '‚' | '‛') {
            out.push(letter);
        }
        out.push(letter);
    }
    out.push('\'');
    out
}

/// A GUID written out: the directory keeps its first three parts with the least byte first.
#[must_use]
pub fn guid_text([a, b, c, d, e, f, g, h, rest @ ..]: [u8; 16]) -> String {
    let [i, j, k, l, m, n, o, p] = rest;
    format!(
        "{d:02x}{c:02x}{b:02x}{a:02x}-{f:02x}{e:02x}-{h:02x}{g:02x}-{i:02x}{j:02x}-{k:02x}{l:02x}{m:02x}{n:02x}{o:02x}{p:02x}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_string() {
        assert_eq!(quoted("o'brien"), "'o''brien'");
        assert_eq!(quoted("o’brien"), "'o’’brien'");
        assert_eq!(quoted("$(x)\r\nRemove-Mailbox"), "'$(x)Remove-Mailbox'");
    }

    #[test]
    fn a_guid_is_written_as_windows_writes_it() {
        let bytes = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        assert_eq!(guid_text(bytes), "00020307-0000-0000-c000-000000000046");
    }
}
