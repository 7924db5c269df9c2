//! Licences of the tenant: who has which, which are free, and giving them away.

use async_trait::async_trait;
use stegvis_model::SmtpAddress;

use super::EndpointError;

/// Whether somebody has a licence that brings a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Licensed {
    /// None.
    No,
    /// One of their own.
    Own {
        /// The product's id.
        sku: String,
    },
    /// One that a group gives.
    Group {
        /// The product's id.
        sku: String,
        /// The group's id.
        group: String,
    },
    /// A group should give one, and could not.
    GroupFailed {
        /// The product's id.
        sku: String,
        /// The group's id.
        group: String,
        /// Microsoft's word: `CountViolation`, `ProhibitedInUsageLocationViolation`, …
        error: String,
    },
}

/// What a product brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailboxPlan {
    /// Two gigabytes.
    Kiosk,
    /// An ordinary mailbox.
    Full,
}

/// A product with a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// What it brings.
    pub plan: MailboxPlan,
    /// How many are free.
    pub free: u32,
}

/// A user of the tenant, as far as licences go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceHolder {
    /// The address that was asked for.
    pub address: SmtpAddress,
    /// In which country the services are used (ISO 3166), if the tenant knows.
    pub usage_location: Option<String>,
    /// What they have.
    pub licensed: Licensed,
    /// Whether the tenant has a mailbox for it.
    pub mailbox: bool,
    /// Whether that mailbox is a room's, a thing's or one that many share.
    pub exempt: bool,
}

/// What the tenant has, seen at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LicenceStock {
    /// Those of the addresses that the tenant knows as users.
    pub holders: Vec<LicenceHolder>,
    /// The products with a mailbox.
    pub products: Vec<Product>,
    /// The countries of all its users, the most frequent first.
    pub locations: Vec<String>,
}

/// A licence to assign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// To whom.
    pub address: SmtpAddress,
    /// The country to set first: without one Microsoft refuses the licence.
    pub set_location: Option<String>,
    /// The product's id.
    pub sku: String,
}

/// Why a licence was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    /// No licence of the product is free any more.
    NoneFree,
    /// The tenant knows no country of the user.
    NoLocation,
    /// The product is not to be used in the user's country.
    Prohibited,
    /// The user has something that excludes it, or lacks what it builds on.
    Conflict,
    /// There is no such user.
    NoUser,
    /// The account may not assign licences.
    NotAllowed,
    /// Something else.
    Other,
}

/// A licence that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub cause: RefusalCause,
    /// The server's own words.
    pub words: String,
}

/// The tenant's licences.
#[async_trait]
pub trait Licences: Send + Sync {
    /// What these people have, and what is free.
    async fn stock(&self, addresses: &[SmtpAddress]) -> Result<LicenceStock, EndpointError>;

    /// Assigns these, at most twenty, each for itself: what became of each, in the order asked. Whoever has the
    /// product already keeps it. An error says that nobody knows what became of them: ask [`Self::stock`].
    async fn assign(
        &self,
        assignments: &[Assignment],
    ) -> Result<Vec<Result<(), Refusal>>, EndpointError>;
}
