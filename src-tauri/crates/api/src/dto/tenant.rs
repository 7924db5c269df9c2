use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The tenant: who is signed in, what is true there, what the program may do there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantView {
    /// When it was read.
    pub read_at: String,
    /// As what we go there: `person`, `certificate`, or `secret` as in the practice company.
    pub way: String,
    /// The person's user principal name.
    pub name: Option<String>,
    /// The application's id.
    pub client_id: String,
    /// The tenant's.
    pub tenant_id: String,
    /// The organisation's name.
    pub organization: String,
    /// Whether its directory is synchronised from the premises; none where it never was.
    pub sync_enabled: Option<bool>,
    /// When it last was.
    pub last_sync: Option<String>,
    /// Whether that is too long ago for new users to appear.
    pub sync_stale: bool,
    /// Its domains.
    pub domains: Vec<TenantDomainView>,
    /// The products it pays for.
    pub licences: Vec<TenantLicenceView>,
    /// How many users there are.
    pub users: u32,
    /// How many of them come from the directory on the premises.
    pub synced_users: u32,
    /// How many recipients of each type, by Microsoft's name for it.
    pub recipients: BTreeMap<String, u32>,
    /// How many requests it took to read all that.
    pub calls: u32,
    /// Whether every permission that is not optional is there.
    pub ready: bool,
    /// The permissions, probed.
    pub permissions: Vec<TenantPermissionView>,
    /// How the application is registered.
    pub steps: Vec<TenantStepView>,
    /// What is removed in the end.
    pub removal: Vec<TenantStepView>,
}

/// A domain of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantDomainView {
    /// Its name.
    pub name: String,
    /// Whether it was proved to be the organisation's.
    pub verified: bool,
    /// Whether its people sign in on the premises.
    pub federated: bool,
}

/// A product that the tenant pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantLicenceView {
    /// Its name, as the tenant writes it.
    pub product: String,
    /// Whether a mailbox comes with it.
    pub mailbox: bool,
    /// How many are given away.
    pub used: u32,
    /// How many are left.
    pub free: u32,
}

/// A permission, probed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantPermissionView {
    /// As Microsoft calls it.
    pub name: String,
    /// `Microsoft Graph`, `Office 365 Exchange Online`, `Microsoft Entra roles`.
    pub resource: String,
    /// Whether the migration works without it.
    pub optional: bool,
    /// `granted`, `missing`, `notAsked`, `unclear`.
    pub result: String,
    /// The tenant's own words, where it refused.
    pub server_words: Option<String>,
}

/// A step of the guide. Its words are the wizard's, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantStepView {
    /// Which step.
    pub id: String,
    /// Where, in Microsoft's own names of its pages.
    pub place: String,
    /// What to type or choose there, exactly.
    pub values: Vec<TenantValueView>,
}

/// A field and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TenantValueView {
    /// The field, in Microsoft's words.
    pub field: String,
    /// What goes into it.
    pub value: String,
}
