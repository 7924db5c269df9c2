//! `Get-OrganizationConfig`: the tenant's settings, as far as they matter here.

use serde_json::{Map, Value};

use super::{Cmdlet, decode};

/// All of it.
#[must_use]
pub fn get() -> Cmdlet {
    Cmdlet::new("Get-OrganizationConfig")
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationConfig {
    /// The organisation's name.
    pub name: Option<String>,
    /// Whether directory synchronisation is on, in Exchange Online's own eyes.
    pub is_dir_synced: Option<bool>,
    /// Whether objects may be changed at all: a fresh tenant is dehydrated until it is prepared for that.
    pub is_dehydrated: Option<bool>,
    /// Whether mail clients may use OAuth.
    pub oauth2_client_profile_enabled: Option<bool>,
}

impl OrganizationConfig {
    /// Reads the object of the cmdlet's output.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Self {
        Self {
            name: decode::text(object, "DisplayName").or_else(|| decode::text(object, "Name")),
            is_dir_synced: decode::flag(object, "IsDirSyncEnabled"),
            is_dehydrated: decode::flag(object, "IsDehydrated"),
            oauth2_client_profile_enabled: decode::flag(object, "OAuth2ClientProfileEnabled"),
        }
    }
}
