//! Modified UTF-7 (RFC 3501 section 5.1.3), written once more so that the product's own is not its judge.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A folder name as IMAP spells it.
pub fn encode(name: &str) -> String {
    let mut out = String::new();
    let mut pending = Vec::new();
    for character in name.chars() {
        if (' '..='~').contains(&character) {
            flush(&mut pending, &mut out);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                pending.extend(unit.to_be_bytes());
            }
        }
    }
    flush(&mut pending, &mut out);
    out
}

fn flush(pending: &mut Vec<u8>, out: &mut String) {
    if pending.is_empty() {
        return;
    }
    out.push('&');
    for chunk in pending.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            let index = bits >> (18 - 6 * digit) & 63;
            out.push(char::from(ALPHABET[index as usize]));
        }
    }
    out.push('-');
    pending.clear();
}

/// What IMAP's spelling of a folder name means.
pub fn decode(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.find('-').expect("an & without its -");
        let coded = &after[..end];
        if coded.is_empty() {
            out.push('&');
        } else {
            out.push_str(&shifted(coded));
        }
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    out
}

fn shifted(coded: &str) -> String {
    let mut bits = 0u32;
    let mut count = 0;
    let mut units = Vec::new();
    for byte in coded.bytes() {
        let digit = ALPHABET
            .iter()
            .position(|letter| *letter == byte)
            .expect("not modified UTF-7");
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push((bits >> count & 0xffff) as u16);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf16(&units).expect("not UTF-16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_rfc_spells_them() {
        for (name, raw) in [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("R&D", "R&-D"),
            ("Årsredovisning", "&AMU-rsredovisning"),
            ("Sparat 😀", "Sparat &2D3eAA-"),
        ] {
            assert_eq!(encode(name), raw);
            assert_eq!(decode(raw), name);
        }
    }
}
