//! The addresses in bounces of replies to old mail: an X500 name of Exchange's own, encapsulated as an SMTP address.
//!
//! `IMCEAEX-_O=NORDVIK_OU=FIRST+20GROUP_cn=Recipients_cn=anna@nordvik.example`: a `/` is written `_`, and whatever an
//! SMTP address cannot hold as `+` and two hexadecimal digits. The object that was meant has lost that name; given back
//! to it as a proxy address, replies arrive again.

const MARK: &str = "IMCEAEX-";

/// Longer than any name Exchange makes (a legacyExchangeDN has at most 256 characters), each character escaped.
const MOST: usize = 4096;

/// An address out of a bounce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// As it stands in the bounce, in one piece.
    pub found: String,
    /// The value to add to `proxyAddresses` of the object that was meant.
    pub x500: String,
}

/// Every such address in a text, each once: a whole bounce may be pasted, with the address broken over two lines.
#[must_use]
pub fn decode(text: &str) -> Vec<Bounced> {
    let mut found: Vec<Bounced> = Vec::new();
    // Same length as the text, byte for byte: only ASCII changes.
    let upper = text.to_ascii_uppercase();
    for (at, _) in upper.match_indices(MARK) {
        let Some(rest) = text.get(at + MARK.len()..) else {
            continue;
        };
        let rest: String = rest.chars().take(MOST).collect();
        let local = local_part(&rest);
        let Some(name) = name(&local) else {
            continue;
        };
        let x500 = format!("X500:{name}");
        if !found
            .iter()
            .any(|bounced| bounced.x500.eq_ignore_ascii_case(&x500))
        {
            found.push(Bounced {
                found: format!("{MARK}{local}"),
                x500,
            });
        }
    }
    found
}

/// What stands before the `@`. A line that ends before it goes on in the next one; a soft line break of
/// quoted-printable (`=` at its end) does not belong to it.
fn local_part(rest: &str) -> String {
    let mut local = String::new();
    let mut lines = rest.lines();
    // Two lines more at most: an address is not that long.
    for _ in 0..3 {
        let Some(line) = lines.next() else { break };
        let line = line.trim_start();
        let end = line.find(|c: char| c == '@' || ends(c));
        match end.and_then(|end| line.get(..end)) {
            Some(part) => {
                local.push_str(part);
                break;
            }
            None => local.push_str(line.strip_suffix('=').unwrap_or(line)),
        }
    }
    local
}

/// Characters that stand around an address and never in one.
fn ends(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "<>()[]\"';,".contains(c)
}

/// The name that a local part stands for; nothing where it stands for none.
fn name(local: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(local.len());
    let mut rest = local.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b'/',
            b'+' => hexadecimal(rest.next()?)? << 4 | hexadecimal(rest.next()?)?,
            byte => byte,
        });
    }
    let name = String::from_utf8(bytes)
        // Exchange writes names in the code page of its system, where they are not ASCII: the usual one.
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    let whole = name.starts_with('/') && name.contains('=') && !name.chars().any(char::is_control);
    whole.then_some(name)
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn x500(text: &str) -> Vec<String> {
        decode(text).into_iter().map(|found| found.x500).collect()
    }

    #[test]
    fn an_address_becomes_the_line_to_add() {
        assert_eq!(
            x500(
                "IMCEAEX-_O=NORDVIK_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=anna+2Eberg@nordvik.example"
            ),
            [
                "X500:/O=NORDVIK/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=anna.berg"
            ]
        );
    }

    #[test]
    fn underscores_plus_signs_and_other_letters_come_back() {
        assert_eq!(
            x500("imceaex-_o=a_cn=anna+5Fberg+2B1+C3+85"),
            ["X500:/o=a/cn=anna_berg+1Å"]
        );
        assert_eq!(x500("IMCEAEX-_o=a_cn=+E5sa@x"), ["X500:/o=a/cn=åsa"]);
    }

    #[test]
    fn a_whole_bounce_may_be_pasted() {
        let bounce = "Delivery has failed to these recipients or groups:\r\n\
            \r\n\
            Anna Berg (IMCEAEX-_O=NORDVIK_OU=FIRST+20GROUP_cn=Recipients_c=\r\n\
            n=anna@nordvik.example)<mailto:imceaex-_O=NORDVIK_OU=FIRST+20GROUP_cn=Recipients_cn=Anna@nordvik.example>\r\n\
            The e-mail address you entered couldn't be found.\r\n\
            #550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found ##\r\n\
            To: <IMCEAEX-_O=NORDVIK_cn=bo@nordvik.example>; \"IMCEAEX-nothing\"";
        assert_eq!(
            x500(bounce),
            [
                "X500:/O=NORDVIK/OU=FIRST GROUP/cn=Recipients/cn=anna",
                "X500:/O=NORDVIK/cn=bo"
            ]
        );
    }

    #[test]
    fn what_is_damaged_is_left_out_rather_than_guessed() {
        for text in [
            "IMCEAEX-",
            "IMCEAEX-_o=a+2",
            "IMCEAEX-_o=a+zz@x",
            "IMCEAEX-_o=a+00@x",
            "IMCEASMTP-a",
        ] {
            assert_eq!(decode(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_name_that_exchange_can_encapsulate_comes_back(name in "(/[a-zA-Z]{1,2}=[ -.0-~åäö]{0,12}){1,4}") {
            let mut local = String::new();
            for byte in name.bytes() {
                match byte {
                    b'/' => local.push('_'),
                    b'=' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => local.push(char::from(byte)),
                    byte => { let _ = write!(local, "+{byte:02X}"); }
                }
            }
            prop_assert_eq!(x500(&format!("to IMCEAEX-{local}@nordvik.example")), [format!("X500:{name}")]);
        }

        #[test]
        fn hostile_text_never_panics(text in "(IMCEAEX-|imceaEX-_o=|\\+[0-9a-f]{0,2}|\\PC|[\r\n=@+_]){0,40}") {
            for bounced in decode(&text) {
                prop_assert!(bounced.x500.starts_with("X500:/"));
                prop_assert!(!bounced.x500.chars().any(char::is_control));
            }
        }
    }
}
