//! IMAP's modified UTF-7 (RFC 3501, 5.1.3).

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

const MUTF7: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone),
);

/// A folder's name as it goes over the wire.
pub(super) fn encode(text: &str) -> String {
    let (mut out, mut foreign) = (String::new(), Vec::new());
    let close = |foreign: &mut Vec<u8>, out: &mut String| {
        if !foreign.is_empty() {
            out.push('&');
            out.push_str(&MUTF7.encode(&*foreign));
            out.push('-');
            foreign.clear();
        }
    };
    for character in text.chars() {
        if matches!(character, ' '..='~') {
            close(&mut foreign, &mut out);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                foreign.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    close(&mut foreign, &mut out);
    out
}

/// The name as people see it; `None` for what is not modified UTF-7.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('&') {
        out.push_str(plain);
        let (coded, after) = after.split_once('-')?;
        if coded.is_empty() {
            out.push('&');
        } else {
            let bytes = MUTF7.decode(coded).ok()?;
            let (pairs, []) = bytes.as_chunks::<2>() else {
                return None;
            };
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            out.push_str(&String::from_utf16(&units).ok()?);
        }
        rest = after;
    }
    out.push_str(rest);
    out.chars().all(|c| !c.is_control()).then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_written_as_exchange_writes_them() {
        for (name, wire) in [
            ("Skräppost", "Skr&AOQ-ppost"),
            ("Kunder & leverantörer", "Kunder &- leverant&APY-rer"),
            ("日本", "&ZeVnLA-"),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire).as_deref(), Some(name));
        }
    }

    proptest! {
        #[test]
        fn every_name_survives(name in "\\PC{0,30}") {
            prop_assert_eq!(decode(&encode(&name)), Some(name));
        }

        #[test]
        fn nothing_makes_a_panic(text in ".{0,30}") {
            let _ = decode(&text);
        }
    }
}
