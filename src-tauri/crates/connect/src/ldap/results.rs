//! What a controller answers when it does not do as asked, in the engine's words.

use ldap3::{LdapError, LdapResult};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};

use crate::fault;

/// Result codes of RFC 4511 appendix A.1, as Active Directory uses them.
pub(super) fn done(result: LdapResult) -> Result<(), EndpointError> {
    let kind = match result.rc {
        0 => return Ok(()),
        // strongerAuthRequired, inappropriateAuthentication, invalidCredentials
        8 | 48 | 49 => EndpointErrorKind::SignInRefused,
        // Active Directory's answer to anything before a bind: operationsError.
        1 if result.text.contains("bind must be completed") => EndpointErrorKind::SignInRefused,
        // referral, noSuchObject
        10 | 32 => EndpointErrorKind::NotFound,
        // insufficientAccessRights
        50 => EndpointErrorKind::RightsMissing,
        // timeLimitExceeded, adminLimitExceeded, busy, unavailable
        3 | 11 | 51 | 52 => EndpointErrorKind::Unreachable,
        _ => EndpointErrorKind::Refused,
    };
    let words = result.text.trim_end_matches('\0').trim();
    let mut said = format!("LDAP result {}", result.rc);
    if !words.is_empty() {
        said = format!("{said}: {words}");
    }
    Err(EndpointError::new(
        kind,
        format!("{said}{}", reason(result.rc, words)),
    ))
}

/// What it comes from, in words; for a refused sign-in by Active Directory's own code ("data 52e").
fn reason(rc: u32, words: &str) -> &'static str {
    let data = words
        .split_once("data ")
        .and_then(|(_, rest)| rest.split([',', ' ']).next());
    match (rc, data) {
        (49, Some("525")) => " (no such account)",
        (49, Some("52e")) => " (wrong password, or no such account)",
        (49, Some("530" | "531")) => " (not allowed at this time or from this computer)",
        (49, Some("532")) => " (the password has expired)",
        (49, Some("533")) => " (the account is disabled)",
        (49, Some("701")) => " (the account has expired)",
        (49, Some("773")) => " (the password must be changed before the first sign-in)",
        (49, Some("775")) => " (the account is locked)",
        (8, _) => {
            " (the controller takes no password over a connection without TLS: use LDAPS or StartTLS, or Kerberos)"
        }
        (4, _) => " (more entries than the controller gives at a time)",
        (10, _) => " (another controller holds that part of the forest: ask one of that domain)",
        (16, _) => {
            " (a value that was to be removed does not stand there: somebody has changed it)"
        }
        (20, _) => " (the value stands there already, or the attribute holds one only)",
        (32, _) => " (the directory has no such object)",
        (50, _) => " (the account may not do this)",
        (51 | 52, _) => {
            " (the controller is busy or going down; if it refuses StartTLS, it has no certificate)"
        }
        _ => "",
    }
}

/// What the library says, in the engine's words.
pub(super) fn said(error: &LdapError) -> EndpointError {
    match error {
        LdapError::LdapResult { result } => match done(result.clone()) {
            Err(error) => error,
            Ok(()) => EndpointError::new(EndpointErrorKind::Protocol, error.to_string()),
        },
        LdapError::Timeout { .. } => fault::timed_out("the directory"),
        LdapError::OpSend { .. }
        | LdapError::ResultRecv { .. }
        | LdapError::IdScrubSend { .. }
        | LdapError::MiscSend { .. }
        | LdapError::EndOfStream => EndpointError::new(
            EndpointErrorKind::Disconnected,
            "the connection to the directory has dropped",
        ),
        LdapError::FilterParsing => {
            EndpointError::new(EndpointErrorKind::Refused, error.to_string())
        }
        _ => fault::endpoint_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(rc: u32, text: &str) -> Option<EndpointError> {
        let result = LdapResult {
            rc,
            matched: String::new(),
            text: text.into(),
            refs: Vec::new(),
            ctrls: Vec::new(),
        };
        done(result).err()
    }

    #[test]
    fn each_result_code_tells_what_to_do_about_it() {
        let kind = |rc, text| error(rc, text).map(|error| error.kind);
        assert_eq!(kind(0, ""), None);
        assert_eq!(kind(50, ""), Some(EndpointErrorKind::RightsMissing));
        assert_eq!(kind(32, ""), Some(EndpointErrorKind::NotFound));
        assert_eq!(kind(10, ""), Some(EndpointErrorKind::NotFound));
        assert_eq!(kind(51, ""), Some(EndpointErrorKind::Unreachable));
        assert_eq!(kind(53, ""), Some(EndpointErrorKind::Refused));
        assert_eq!(kind(8, ""), Some(EndpointErrorKind::SignInRefused));
        assert_eq!(
            kind(
                1,
                "000004DC: In order to perform this operation a successful bind must be completed"
            ),
            Some(EndpointErrorKind::SignInRefused)
        );
    }

    #[test]
    fn a_refused_sign_in_says_why_in_words() {
        for (data, words) in [
            ("525", "no such account"),
            ("52e", "wrong password"),
            ("532", "password has expired"),
            ("533", "disabled"),
            ("701", "account has expired"),
            ("773", "must be changed"),
            ("775", "locked"),
        ] {
            let text = format!(
                "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data {data}, v4563\0"
            );
            let error = error(49, &text);
            assert!(
                error.as_ref().is_some_and(|error| {
                    error.kind == EndpointErrorKind::SignInRefused
                        && error.detail.contains(words)
                        && !error.detail.contains('\0')
                }),
                "{data}: {error:?}"
            );
        }
    }

    #[test]
    fn other_refusals_say_what_helps() {
        for (rc, words) in [
            (8, "use LDAPS or StartTLS"),
            (10, "another controller"),
            (16, "somebody has changed it"),
            (32, "no such object"),
            (52, "no certificate"),
        ] {
            let detail = error(rc, "").map(|error| error.detail).unwrap_or_default();
            assert!(detail.contains(words), "{rc}: {detail}");
        }
    }
}
