use std::time::Duration;

use stegvis_model::FailureCode;
use thiserror::Error;

/// Which end of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The old server, its directory.
    Source,
    /// The tenant, its mailboxes.
    Target,
}

/// What kind of trouble an endpoint made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointErrorKind {
    /// No connection could be made.
    Unreachable,
    /// The connection ended in mid-sentence.
    Disconnected,
    /// The certificate is not trusted; the fingerprint (SHA-256, hexadecimal) is what was shown.
    Certificate {
        /// What the administrator may compare and pin.
        fingerprint: Option<String>,
    },
    /// The sign-in was refused.
    SignInRefused,
    /// Signed in, but not let into this mailbox or object.
    RightsMissing,
    /// The endpoint asks everyone to wait.
    Throttled {
        /// For how long.
        wait: Duration,
    },
    /// What was asked for does not exist.
    NotFound,
    /// The mailbox is full.
    Full,
    /// No licence with a mailbox is free.
    LicenceMissing,
    /// The request was understood and refused.
    Refused,
    /// The answer could not be understood.
    Protocol,
    /// We were asked to stop.
    Cancelled,
    /// Nobody has said yet where it is or as whom we go there.
    NotConnected {
        /// What is to be done about it.
        remedy: &'static str,
    },
}

/// An endpoint's trouble, with its own words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct EndpointError {
    /// What kind of trouble.
    pub kind: EndpointErrorKind,
    /// The server's own words, or the system's, for *Details*. Never holds a secret.
    pub detail: String,
}

impl EndpointError {
    /// An error of `kind` with the server's words.
    pub fn new(kind: EndpointErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Whether the same request may succeed later without anyone doing anything.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            EndpointErrorKind::Unreachable
                | EndpointErrorKind::Disconnected
                | EndpointErrorKind::Throttled { .. }
                | EndpointErrorKind::Protocol
        )
    }

    /// The code a MigrationUser fails with when this ends its migration.
    #[must_use]
    pub const fn failure(&self, side: Side) -> FailureCode {
        match (&self.kind, side) {
            (EndpointErrorKind::Certificate { .. }, _) => FailureCode::CertificateUntrusted,
            (EndpointErrorKind::Protocol | EndpointErrorKind::Refused, _) => {
                FailureCode::ProtocolViolation
            }
            (EndpointErrorKind::LicenceMissing, _) => FailureCode::LicenceMissing,
            (EndpointErrorKind::SignInRefused, Side::Source) => FailureCode::SourceSignInRefused,
            (EndpointErrorKind::SignInRefused | EndpointErrorKind::RightsMissing, Side::Target) => {
                FailureCode::TargetSignInRefused
            }
            (EndpointErrorKind::RightsMissing, Side::Source) => FailureCode::SourceRightsMissing,
            (EndpointErrorKind::NotFound, Side::Source) => FailureCode::SourceMailboxMissing,
            (EndpointErrorKind::NotFound, Side::Target) => FailureCode::MailUserMissing,
            (EndpointErrorKind::Full, _) => FailureCode::TargetFull,
            (
                EndpointErrorKind::Unreachable
                | EndpointErrorKind::Disconnected
                | EndpointErrorKind::Throttled { .. }
                | EndpointErrorKind::NotConnected { .. }
                | EndpointErrorKind::Cancelled,
                Side::Source,
            ) => FailureCode::SourceUnreachable,
            (
                EndpointErrorKind::Unreachable
                | EndpointErrorKind::Disconnected
                | EndpointErrorKind::Throttled { .. }
                | EndpointErrorKind::NotConnected { .. }
                | EndpointErrorKind::Cancelled,
                Side::Target,
            ) => FailureCode::TargetUnreachable,
        }
    }
}
