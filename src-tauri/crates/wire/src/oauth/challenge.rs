//! What a resource says when it refuses a token: `WWW-Authenticate` (RFC 9110 section 11.6.1). With
//! `insufficient_claims` the token is good but proves too little: the next one must be asked for with these claims.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Challenge {
    /// `Bearer`, …
    pub scheme: String,
    /// Its parameters, names in lower case.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The claims that the next token must prove, as JSON.
    #[must_use]
    pub fn claims(&self) -> Option<String> {
        let value = self.parameter("claims")?;
        if value.trim_start().starts_with('{') {
            return Some(value.to_owned());
        }
        let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
            .iter()
            .find_map(|alphabet| alphabet.decode(value).ok())?;
        let text = String::from_utf8(bytes).ok()?;
        text.trim_start().starts_with('{').then_some(text)
    }

    /// Whether the token is good and proves too little.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Bearer")
            && self.parameter("error") == Some("insufficient_claims")
    }
}

/// The challenges in a header's value. What cannot be read ends the list.
#[must_use]
pub fn parse(value: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = token(rest);
        if word.is_empty() {
            return challenges;
        }
        let after_word = after.trim_start_matches([' ', '\t']);
        // `name = value` belongs to the challenge before; a word without `=` begins one.
        if let (Some(equals), Some(challenge)) =
            (after_word.strip_prefix('='), challenges.last_mut())
            && !equals.starts_with('=')
        {
            let Some((text, after)) = text(equals.trim_start_matches([' ', '\t'])) else {
                return challenges;
            };
            challenge.parameters.push((word.to_lowercase(), text));
            rest = after;
        } else {
            challenges.push(Challenge {
                scheme: word.to_owned(),
                parameters: Vec::new(),
            });
            rest = after_word.trim_start_matches('=');
        }
    }
}

/// The claims that a header's value asks for, if its token proved too little.
#[must_use]
pub fn claims(value: &str) -> Option<String> {
    parse(value)
        .iter()
        .find(|challenge| challenge.wants_more())?
        .claims()
}

fn token(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A token, or a quoted text with `\` before what would end it.
fn text(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        // Base64 outside of quotes ends in `=`.
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return (!word.is_empty()).then(|| (word.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next()?),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

    #[test]
    fn a_claims_challenge_is_read_as_the_resource_sends_it() {
        let header = format!(
            r#"Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="insufficient_claims", claims="{}""#,
            STANDARD.encode(CLAIMS)
        );
        assert_eq!(claims(&header).as_deref(), Some(CLAIMS));
        let challenge = parse(&header).remove(0);
        assert_eq!(challenge.parameter("realm"), Some(""));
        assert_eq!(
            challenge.parameter("Authorization_URI"),
            Some("https://login.example/common/oauth2/authorize")
        );
    }

    #[test]
    fn a_token_that_is_merely_bad_asks_for_no_claims() {
        assert_eq!(claims(r#"Bearer error="invalid_token""#), None);
        assert_eq!(claims("Bearer"), None);
        assert_eq!(
            claims(r#"Bearer error="insufficient_claims", claims="not base64!""#),
            None
        );
    }

    #[test]
    fn several_challenges_in_one_header_are_told_apart() {
        let all = parse(r#"Negotiate, NTLM, Basic realm="a \"b\"", Bearer error=invalid_token"#);
        let schemes: Vec<&str> = all.iter().map(|c| c.scheme.as_str()).collect();
        assert_eq!(schemes, ["Negotiate", "NTLM", "Basic", "Bearer"]);
        assert_eq!(all.get(2).unwrap().parameter("realm"), Some("a \"b\""));
        assert_eq!(
            all.get(3).unwrap().parameter("error"),
            Some("invalid_token")
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_a_panic_or_an_endless_list(value in "\\PC{0,120}|[a-zA-Z=\", \\\\]{0,80}") {
            prop_assert!(parse(&value).len() <= value.len());
            let _ = claims(&value);
        }

        #[test]
        fn claims_survive_any_of_the_alphabets(text in "[a-z ]{0,40}") {
            let json = format!("{{\"x\":\"{text}\"}}");
            for encoded in [STANDARD.encode(&json), URL_SAFE_NO_PAD.encode(&json)] {
                let header = format!("Bearer error=\"insufficient_claims\", claims=\"{encoded}\"");
                prop_assert_eq!(claims(&header), Some(json.clone()));
            }
        }
    }
}
