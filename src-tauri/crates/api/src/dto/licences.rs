use serde::{Deserialize, Serialize};

use super::CommandLine;

/// What a person decides about licences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceWishesDto {
    /// The products to take, by their ids, the first one first; none for whatever fits, the one with most to
    /// spare first.
    pub preferred: Vec<String>,
    /// Two letters (ISO 3166): the country of those of whom the tenant knows none.
    pub location: Option<String>,
}

/// Licences: who needs one and until when, what fits, and who got which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicencesView {
    /// When the tenant was asked.
    pub asked_at: String,
    /// Those in need, the most urgent first.
    pub needs: Vec<LicenceNeedView>,
    /// The products with a mailbox.
    pub products: Vec<LicenceProductView>,
    /// What *Assign* would do now.
    pub planned: Vec<LicenceAssignmentView>,
    /// Addresses for which no licence is free.
    pub without: Vec<String>,
    /// Addresses of which nobody knows the country.
    pub no_location: Vec<String>,
    /// Addresses whose mailbox does not exist yet; a licence now would make a second, empty one.
    pub not_yet: Vec<String>,
    /// Addresses of rooms, things and shared mailboxes that are a person's mailbox in the tenant: converted there they
    /// need no licence.
    pub convert: Vec<String>,
    /// Addresses that the tenant does not know as users.
    pub unknown: Vec<String>,
    /// How many mailboxes the project has in batches.
    pub people: u32,
    /// How many have a licence of their own.
    pub own: u32,
    /// How many have one that a group gives.
    pub by_group: u32,
    /// How many need none: rooms, equipment, shared mailboxes.
    pub exempt: u32,
    /// Whether the licence is what makes the mailbox (the direct engine).
    pub licence_makes_mailbox: bool,
    /// Countries (ISO 3166) that the tenant's users are in already, the most frequent first.
    pub locations: Vec<String>,
    /// Whether licences are being assigned right now.
    pub running: bool,
    /// Of how many in the run.
    pub of: u32,
    /// How many of them are answered.
    pub done: u32,
    /// Whom the last run refused.
    pub refused: Vec<LicenceRefusalView>,
    /// What this project assigned so far, the latest last.
    pub given: Vec<LicenceGivenView>,
    /// *Show commands*.
    pub commands: Vec<CommandLine>,
}

/// Somebody who needs a licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceNeedView {
    /// The mailbox.
    pub address: String,
    /// The name.
    pub name: String,
    /// When Microsoft closes the mailbox; none while it does not exist.
    pub until: Option<String>,
    /// Whole days left.
    pub days_left: Option<u32>,
    /// How urgent it is.
    pub alarm: LicenceAlarm,
    /// Why a group did not give one, in Microsoft's word, e.g. `CountViolation`.
    pub group_error: Option<String>,
}

/// How urgent a licence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LicenceAlarm {
    /// The mailbox is closed, or will be any moment.
    Over,
    /// At most three days are left.
    Three,
    /// At most seven.
    Seven,
    /// At most fourteen.
    Fourteen,
    /// More, or the mailbox does not exist yet.
    None,
}

/// A product, held against those in need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceProductView {
    /// Its id.
    pub sku: String,
    /// Its name in the tenant, e.g. `EXCHANGESTANDARD`.
    pub name: String,
    /// What it brings.
    pub plan: LicencePlanKind,
    /// How many are free.
    pub free: u32,
    /// For how many of those in need it is large enough.
    pub fits: u32,
    /// How many more would have to be bought to give it to all of them.
    pub missing: u32,
}

/// What a product brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LicencePlanKind {
    /// Two gigabytes.
    Kiosk,
    /// An ordinary mailbox.
    Full,
}

/// A licence that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceAssignmentView {
    /// To whom.
    pub address: String,
    /// The product's id.
    pub sku: String,
    /// Its name.
    pub product: String,
    /// The country that is said first, where the tenant knows none.
    pub set_location: Option<String>,
}

/// A licence that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceRefusalView {
    /// To whom.
    pub address: String,
    /// Why.
    pub cause: LicenceRefusal,
    /// Microsoft's own words.
    pub server_words: String,
}

/// Why a licence was refused. The wizard has a remedy for every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LicenceRefusal {
    /// No licence of the product is free any more.
    NoneFree,
    /// The tenant knows no country of the user.
    NoLocation,
    /// The product is not sold for use in the user's country.
    Prohibited,
    /// The user has something that excludes it.
    Conflict,
    /// There is no such user.
    NoUser,
    /// The account may not assign licences.
    NotAllowed,
    /// Something else; Microsoft's words say it.
    Other,
}

/// A licence that this project assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LicenceGivenView {
    /// To whom.
    pub address: String,
    /// The product's name.
    pub product: String,
    /// When.
    pub at: String,
}
