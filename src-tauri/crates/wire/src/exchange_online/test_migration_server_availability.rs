//! `Test-MigrationServerAvailability`: whether Exchange Online itself reaches the old server.

use serde_json::{Map, Value};

use super::encode::UnprovedCredential;
use super::{Cmdlet, Identity, OutlookAnywhere, decode};

const NAME: &str = "Test-MigrationServerAvailability";

/// By an endpoint that is there: the service knows its password.
#[must_use]
pub fn endpoint(endpoint: &Identity) -> Cmdlet {
    Cmdlet::new(NAME).with("Endpoint", endpoint)
}

/// By settings that no endpoint holds yet.
#[must_use]
pub fn settings(settings: &OutlookAnywhere<'_>, credential: UnprovedCredential<'_>) -> Cmdlet {
    settings.describe(Cmdlet::new(NAME), credential)
}

/// What the test found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// `Success` or `Failed`.
    pub result: String,
    /// In a sentence.
    pub message: Option<String>,
    /// The exceptions, one inside the other.
    pub error_detail: Option<String>,
    /// Whether a cutover would be possible too.
    pub supports_cutover: Option<bool>,
}

impl Availability {
    /// Reads one object of the cmdlet's output; nothing if it does not say how the test ended.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            result: decode::text(object, "Result")?,
            message: decode::text(object, "Message"),
            error_detail: decode::text(object, "ErrorDetail"),
            supports_cutover: decode::flag(object, "SupportsCutover"),
        })
    }

    /// Whether the server was reached and let the account in.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result.eq_ignore_ascii_case("Success")
    }
}
