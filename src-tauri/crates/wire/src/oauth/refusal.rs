//! Why the authority refuses. Microsoft asks that nothing be decided by its numbers, so what the program does follows
//! from RFC 6749's words; the numbers name a cause for people to act on.

use serde::Deserialize;
use thiserror::Error;

use crate::{Unreadable, json};

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The authority refused (RFC 6749 section 5.2).
    #[error("{error}: {description}")]
    Refused {
        /// `invalid_client`, `unauthorized_client`, …
        error: String,
        /// For people, with Microsoft's AADSTS number.
        description: String,
        /// The AADSTS numbers. For help texts, not for logic.
        codes: Vec<u64>,
        /// What more the person must prove, to be sent along with the next request.
        claims: Option<String>,
    },
    /// The answer is not one.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// A refusal's cause, as somebody can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nobody has consented to what the application asks for, or consent was withdrawn.
    ConsentMissing,
    /// Only an administrator can consent.
    AdminConsentNeeded,
    /// The person said no.
    Declined,
    /// The account belongs to another tenant.
    WrongTenant,
    /// There is no tenant of this name.
    TenantUnknown,
    /// A second factor must be shown, or set up.
    SecondFactor,
    /// Conditional Access forbids it.
    ConditionalAccess,
    /// The application is not in this tenant.
    ApplicationUnknown,
    /// The registration does not allow public clients.
    PublicClientForbidden,
    /// The registration does not know where the browser was to come back to.
    RedirectUnknown,
    /// The secret is wrong or has expired.
    SecretRefused,
    /// The certificate is not the registration's, or the clock is wrong.
    CertificateRefused,
    /// The code or the refresh token is used up, expired or revoked: sign in again.
    GrantExpired,
    /// The device code has expired.
    DeviceCodeExpired,
    /// Nobody has signed in on the other device yet.
    Pending,
    /// Asked too often.
    SlowDown,
    /// The account's name or password is wrong.
    AccountRefused,
    /// The authority has a trouble of its own.
    Unavailable,
    /// A person must sign in again, for a reason of its own.
    InteractionNeeded,
    /// Anything else.
    Other,
}

pub(super) fn parse(bytes: &[u8]) -> TokenError {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        error_description: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        error_codes: Vec<u64>,
        #[serde(default)]
        claims: Option<String>,
    }
    match json::read::<Refusal>(bytes) {
        Ok(refusal) => refused(
            refusal.error,
            refusal.error_description,
            refusal.error_codes,
            refusal.claims,
        ),
        Err(unreadable) => unreadable.into(),
    }
}

/// A refusal; a number that only stands in the words is taken from there.
pub(super) fn refused(
    error: String,
    description: String,
    mut codes: Vec<u64>,
    claims: Option<String>,
) -> TokenError {
    if codes.is_empty() {
        codes.extend(number(&description));
    }
    TokenError::Refused {
        error,
        description,
        codes,
        claims: claims.filter(|claims| !claims.is_empty()),
    }
}

fn number(description: &str) -> Option<u64> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The cause whose AADSTS number stands in these words, if a number does: a refusal that was passed on as text.
#[must_use]
pub fn cause_in(words: &str) -> Option<Cause> {
    by_number(number(words)?)
}

impl TokenError {
    /// The cause.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let Self::Refused { error, codes, .. } = self else {
            return Cause::Unavailable;
        };
        codes
            .iter()
            .find_map(|&code| by_number(code))
            .unwrap_or_else(|| by_word(error))
    }

    /// Whether only a person at a browser can help.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::Unreadable(_) => false,
            Self::Refused { error, .. } => matches!(
                error.as_str(),
                "invalid_grant"
                    | "interaction_required"
                    | "login_required"
                    | "consent_required"
                    | "expired_token"
            ),
        }
    }
}

const fn by_number(code: u64) -> Option<Cause> {
    Some(match code {
        65001 => Cause::ConsentMissing,
        90094 => Cause::AdminConsentNeeded,
        65004 => Cause::Declined,
        50020 | 90072 => Cause::WrongTenant,
        90002 => Cause::TenantUnknown,
        50072 | 50074 | 50076 | 50079 => Cause::SecondFactor,
        53000 | 53003 => Cause::ConditionalAccess,
        700_016 => Cause::ApplicationUnknown,
        7_000_218 => Cause::PublicClientForbidden,
        50011 => Cause::RedirectUnknown,
        7_000_215 | 7_000_222 => Cause::SecretRefused,
        700_027 => Cause::CertificateRefused,
        50173 | 70000 | 70008 | 700_082 | 54005 => Cause::GrantExpired,
        70020 => Cause::DeviceCodeExpired,
        70016 => Cause::Pending,
        50126 | 50034 => Cause::AccountRefused,
        50058 => Cause::InteractionNeeded,
        _ => return None,
    })
}

fn by_word(error: &str) -> Cause {
    match error {
        "authorization_pending" => Cause::Pending,
        "slow_down" => Cause::SlowDown,
        "authorization_declined" | "access_denied" => Cause::Declined,
        "expired_token" => Cause::DeviceCodeExpired,
        "bad_verification_code" | "invalid_grant" => Cause::GrantExpired,
        "consent_required" => Cause::ConsentMissing,
        "interaction_required" | "login_required" => Cause::InteractionNeeded,
        "temporarily_unavailable" | "server_error" => Cause::Unavailable,
        _ => Cause::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_keeps_the_authoritys_words_and_numbers() {
        let json = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.",
            "error_codes":[7000215],"timestamp":"2026-01-01 10:00:00Z","trace_id":"x","correlation_id":"y"}"#;
        let error = parse(json);
        assert_eq!(
            error,
            TokenError::Refused {
                error: "invalid_client".into(),
                description: "AADSTS7000215: Invalid client secret provided.".into(),
                codes: vec![7_000_215],
                claims: None,
            }
        );
        assert_eq!(error.cause(), Cause::SecretRefused);
        assert!(!error.needs_a_person());
    }

    #[test]
    fn every_refusal_that_somebody_can_act_on_has_a_cause_of_its_own() {
        let cause = |error: &str, code: u64| {
            let description = format!("AADSTS{code}: words. Trace ID: 1");
            let error = refused(error.into(), description, Vec::new(), None);
            (error.cause(), error.needs_a_person())
        };
        assert_eq!(cause("invalid_grant", 65001), (Cause::ConsentMissing, true));
        assert_eq!(cause("invalid_request", 50020), (Cause::WrongTenant, false));
        assert_eq!(cause("invalid_request", 90072), (Cause::WrongTenant, false));
        assert_eq!(cause("invalid_grant", 50076), (Cause::SecondFactor, true));
        assert_eq!(
            cause("interaction_required", 50079),
            (Cause::SecondFactor, true)
        );
        assert_eq!(
            cause("access_denied", 90094),
            (Cause::AdminConsentNeeded, false)
        );
        assert_eq!(cause("invalid_grant", 700_082), (Cause::GrantExpired, true));
        assert_eq!(
            cause("invalid_client", 7_000_218),
            (Cause::PublicClientForbidden, false)
        );
        // Without a number that is known, the word decides.
        assert_eq!(cause("authorization_pending", 1), (Cause::Pending, false));
        assert_eq!(cause("authorization_declined", 1), (Cause::Declined, false));
        assert_eq!(cause("expired_token", 1), (Cause::DeviceCodeExpired, true));
        assert_eq!(cause("slow_down", 1), (Cause::SlowDown, false));
    }

    #[test]
    fn a_refusal_that_was_passed_on_as_text_still_tells_its_cause() {
        let words = "invalid_grant: AADSTS65001: The user or administrator has not consented.";
        assert_eq!(cause_in(words), Some(Cause::ConsentMissing));
        assert_eq!(cause_in("AADSTS1: words"), None);
        assert_eq!(cause_in("no number"), None);
    }

    #[test]
    fn what_more_must_be_proved_is_kept() {
        let error = parse(
            br#"{"error":"interaction_required","error_description":"AADSTS50076: more","claims":"{\"access_token\":{}}"}"#,
        );
        assert!(
            matches!(error, TokenError::Refused { claims: Some(claims), .. } if claims == r#"{"access_token":{}}"#)
        );
    }

    proptest! {
        #[test]
        fn no_answer_makes_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "\\PC{0,60}") {
            let _ = parse(&bytes).cause();
            let _ = refused(words.clone(), words, Vec::new(), None).cause();
        }
    }
}
