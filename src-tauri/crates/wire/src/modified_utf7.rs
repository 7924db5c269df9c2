//! Mailbox names in modified UTF-7 (RFC 3501 section 5.1.3).
//!
//! Printable ASCII stands for itself, `&` is written `&-`, everything else is UTF-16BE in base64 with `,`
//! in the place of `/` and no padding, between `&` and `-`.

use std::char::{DecodeUtf16Error, decode_utf16};

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use thiserror::Error;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Why a text is not modified UTF-7.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Utf7Error {
    /// A byte outside printable ASCII (0x20 to 0x7E).
    #[error("the byte {0:#04x} may not stand in a mailbox name")]
    Byte(u8),
    /// An `&` without its `-`.
    #[error("an & is not closed by a -")]
    Unterminated,
    /// What stands between `&` and `-` is not base64.
    #[error("{0:?} is not modified base64")]
    Base64(String),
    /// The decoded bytes are not UTF-16.
    #[error("{0:?} does not hold UTF-16")]
    Utf16(String),
    /// Printable ASCII written in base64, or two shifts in a row: two names for one mailbox.
    #[error("{0:?} could be written shorter, which RFC 3501 forbids")]
    Superfluous(String),
}

/// The name as it goes over the wire: printable ASCII only.
#[must_use]
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    let flush = |shifted: &mut Vec<u8>, out: &mut String| {
        if !shifted.is_empty() {
            out.push('&');
            BASE64.encode_string(&*shifted, out);
            out.push('-');
            shifted.clear();
        }
    };
    for character in name.chars() {
        if is_direct(character) {
            flush(&mut shifted, &mut out);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                shifted.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    flush(&mut shifted, &mut out);
    out
}

/// The name that these bytes spell, or what is wrong with them. `encode` of the answer gives the bytes back.
///
/// # Errors
/// Whatever RFC 3501 forbids.
pub fn decode(raw: &[u8]) -> Result<String, Utf7Error> {
    if let Some(&byte) = raw.iter().find(|byte| !(0x20..=0x7e).contains(*byte)) {
        return Err(Utf7Error::Byte(byte));
    }
    let text = std::str::from_utf8(raw).map_err(|_| Utf7Error::Byte(0xff))?;
    let name = decode_text(text)?;
    // One mailbox, one spelling: whatever does not encode to itself was written the long way round.
    if encode(&name) == text {
        Ok(name)
    } else {
        Err(Utf7Error::Superfluous(text.to_owned()))
    }
}

/// The name as far as it can be read. Servers exist that send UTF-8, bare `&` or needless base64; such a
/// name is shown as best it can be, and never lost. Ask [`decode`] first where the exact bytes matter.
#[must_use]
pub fn decode_tolerant(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match after.split_once('-').map(|(run, tail)| (shift(run), tail)) {
            Some((Ok(decoded), tail)) => {
                out.push_str(&decoded);
                rest = tail;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_direct(character: char) -> bool {
    matches!(character, ' '..='~')
}

fn decode_text(text: &str) -> Result<String, Utf7Error> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (run, tail) = after.split_once('-').ok_or(Utf7Error::Unterminated)?;
        out.push_str(&shift(run)?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

/// What stands between `&` and `-`.
fn shift(run: &str) -> Result<String, Utf7Error> {
    if run.is_empty() {
        return Ok("&".to_owned());
    }
    let bytes = BASE64
        .decode(run)
        .map_err(|_| Utf7Error::Base64(run.to_owned()))?;
    if bytes.len() % 2 != 0 {
        return Err(Utf7Error::Utf16(run.to_owned()));
    }
    let units = bytes
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
    decode_utf16(units)
        .collect::<Result<String, DecodeUtf16Error>>()
        .map_err(|_| Utf7Error::Utf16(run.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_rfc_3501_and_of_swedish_offices_read_both_ways() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Skickat & arkiverat", "Skickat &- arkiverat"),
            ("Fakturor/Åtgärdade", "Fakturor/&AMU-tg&AOQ-rdade"),
            ("Möten 📅", "M&APY-ten &2D3cxQ-"),
            ("&", "&-"),
            ("&&å", "&-&-&AOU-"),
            ("", ""),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire.as_bytes()), Ok(name.to_owned()));
            assert_eq!(decode_tolerant(wire.as_bytes()), name);
        }
    }

    #[test]
    fn what_rfc_3501_forbids_is_refused_but_still_shown() {
        for (raw, error, shown) in [
            ("Sälj", Utf7Error::Byte(0xc3), "Sälj"),
            ("a&b", Utf7Error::Unterminated, "a&b"),
            ("A&B-C", Utf7Error::Base64("B".into()), "A&B-C"),
            ("&AMU", Utf7Error::Unterminated, "&AMU"),
            // U+D83D alone is half a surrogate pair
            ("&2D0-", Utf7Error::Utf16("2D0".into()), "&2D0-"),
            ("&AGE-", Utf7Error::Superfluous("&AGE-".into()), "a"),
            (
                "&AOU-&AOQ-",
                Utf7Error::Superfluous("&AOU-&AOQ-".into()),
                "åä",
            ),
        ] {
            assert_eq!(decode(raw.as_bytes()), Err(error));
            assert_eq!(decode_tolerant(raw.as_bytes()), shown);
        }
    }

    proptest! {
        #[test]
        fn every_name_reads_back_from_printable_ascii(name in any::<String>()) {
            let wire = encode(&name);
            prop_assert!(wire.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
            prop_assert_eq!(decode(wire.as_bytes()), Ok(name.clone()));
            prop_assert_eq!(decode_tolerant(wire.as_bytes()), name);
        }

        #[test]
        fn no_bytes_make_it_panic_and_what_is_accepted_has_one_spelling(raw in any::<Vec<u8>>()) {
            prop_assert!(decode_tolerant(&raw).len() <= raw.len() * 3 + 3);
            if let Ok(name) = decode(&raw) {
                let spelled = encode(&name);
                prop_assert_eq!(spelled.as_bytes(), &*raw);
            }
        }
    }
}
