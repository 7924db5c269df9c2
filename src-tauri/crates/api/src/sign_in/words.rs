//! Why a tenant refuses, and what to do about it, for the terminal.

use stegvis_connect::keychain::KeychainError;
use stegvis_connect::sign_in::SignInError;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::oauth::{self, Cause};

use crate::{Error, ErrorCode};

/// A refusal by its cause; `said` holds the authority's own words.
pub(super) fn of(cause: Cause, said: String) -> Error {
    let (what, remedy) = told(cause);
    Error {
        retry: matches!(cause, Cause::Pending | Cause::SlowDown | Cause::Unavailable),
        ..Error::new(ErrorCode::Endpoint, format!("{what}: {said}"), remedy)
    }
}

pub(super) fn sign_in(error: &SignInError) -> Error {
    if let SignInError::Endpoint(error) = error {
        return endpoint(error);
    }
    of(error.cause(), error.to_string())
}

/// A tenant's trouble in mid-run: the cause stands in the authority's words.
pub(super) fn endpoint(error: &EndpointError) -> Error {
    match (&error.kind, oauth::cause_in(&error.detail)) {
        (EndpointErrorKind::SignInRefused, Some(cause)) => of(cause, error.detail.clone()),
        (EndpointErrorKind::SignInRefused, None) => of(Cause::Other, error.detail.clone()),
        (EndpointErrorKind::RightsMissing, _) => Error::new(
            ErrorCode::Endpoint,
            format!("a permission or a role is missing: {}", error.detail),
            "`stegvis tenant probe` tells which one, and who gives it.",
        ),
        _ => error.clone().into(),
    }
}

pub(super) fn keychain(error: &KeychainError) -> Error {
    Error::new(
        ErrorCode::Keychain,
        error.to_string(),
        "Unlock the keychain: a sign-in is kept there and nowhere else.",
    )
}

/// That nobody is signed in.
pub(super) fn nobody() -> Error {
    Error::new(
        ErrorCode::EndpointMissing,
        "nobody is signed in to a tenant",
        "Sign in with `stegvis tenant sign-in`.",
    )
}

/// What happened, and what to do.
const fn told(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::ConsentMissing => (
            "consent is missing, or was withdrawn",
            "Let an administrator of the tenant grant it: sign in again as one, or press Grant admin consent at the registration's API permissions.",
        ),
        Cause::AdminConsentNeeded => (
            "only an administrator can consent to what the application asks for",
            "Let an administrator press Grant admin consent at the registration's API permissions, or sign in first.",
        ),
        Cause::Declined => (
            "the person said no",
            "Sign in again and accept what is asked for, or let somebody else who may.",
        ),
        Cause::WrongTenant => (
            "the account belongs to another tenant",
            "Sign in with an account of the tenant that the mailboxes move to, or name that account's tenant with --tenant.",
        ),
        Cause::TenantUnknown => (
            "there is no such tenant",
            "Look up the tenant's id at entra.microsoft.com, Overview, and give it with --tenant.",
        ),
        Cause::SecondFactor => (
            "a second factor is asked for",
            "Sign in again in the browser, where the factor can be shown or set up.",
        ),
        Cause::ConditionalAccess => (
            "a Conditional Access policy of the tenant forbids this sign-in",
            "Sign in in the browser instead of by device code, from a computer that the policy allows; or let the tenant's administrator make an exception for this application while the migration lasts.",
        ),
        Cause::ApplicationUnknown => (
            "the tenant does not know the application",
            "Compare --client-id with the application (client) ID of the registration, and --tenant with the tenant it is in. `stegvis tenant app` shows how to make one.",
        ),
        Cause::PublicClientForbidden => (
            "the registration does not allow public clients",
            "At the registration, Authentication, set Allow public client flows to Yes.",
        ),
        Cause::RedirectUnknown => (
            "the registration does not know where the browser comes back to",
            "At the registration, Authentication, add the platform Mobile and desktop applications with http://localhost.",
        ),
        Cause::SecretRefused => (
            "the application's secret is wrong or has expired",
            "Make a new one at the registration, or use a certificate: `stegvis tenant certificate`.",
        ),
        Cause::CertificateRefused => (
            "the registration does not hold this certificate, or it has expired",
            "Upload the file that `stegvis tenant certificate` wrote at the registration, Certificates & secrets; and compare this computer's clock.",
        ),
        Cause::GrantExpired => (
            "the sign-in is used up, expired or revoked",
            "Sign in again with `stegvis tenant sign-in`.",
        ),
        Cause::DeviceCodeExpired | Cause::Pending => (
            "nobody signed in in time",
            "Ask for a new sign-in, and finish it within its time.",
        ),
        Cause::SlowDown => (
            "the tenant was asked too often",
            "Wait a minute, and try again.",
        ),
        Cause::AccountRefused => (
            "the account's name or password is wrong",
            "Sign in again with an account of the tenant.",
        ),
        Cause::Unavailable => (
            "the tenant cannot be asked now",
            "Look at the connection, and at status.cloud.microsoft; then try again.",
        ),
        Cause::InteractionNeeded => (
            "a person must sign in again",
            "Sign in with `stegvis tenant sign-in`.",
        ),
        Cause::Other => (
            "the tenant refuses the sign-in",
            "See what it says. `stegvis tenant app` tells how the registration must be.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_mid_run_tells_its_cause_and_remedy() {
        let refused = |kind, detail: &str| endpoint(&EndpointError::new(kind, detail));
        let withdrawn = refused(
            EndpointErrorKind::SignInRefused,
            "invalid_grant: AADSTS65001: The user or administrator has not consented.",
        );
        assert!(
            withdrawn
                .message
                .starts_with("consent is missing, or was withdrawn: ")
        );
        assert!(withdrawn.message.contains("AADSTS65001") && !withdrawn.retry);
        assert!(withdrawn.help.contains("Grant admin consent"));
        let device = refused(EndpointErrorKind::SignInRefused, "AADSTS53003: blocked");
        assert!(
            device
                .help
                .contains("in the browser instead of by device code")
        );
        let role = refused(EndpointErrorKind::RightsMissing, "HTTP 403");
        assert!(role.help.contains("stegvis tenant probe"));
    }
}
