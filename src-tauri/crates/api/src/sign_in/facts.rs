//! What is true in the tenant, in few calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use stegvis_connect::exchange_online::CmdletError;
use stegvis_engine::ports::EndpointError;
use stegvis_wire::exchange_online::get_recipient::{self, Recipient};
use stegvis_wire::graph::subscribed_skus::is_licensed;

use super::access::TenantAccess;
use super::words;
use crate::Error;

/// Directory synchronisation runs every half hour; one that is older than this does not run. Seconds.
const STALE: i64 = 3 * 3600;

/// The tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantFacts {
    /// The organisation's name.
    pub organization: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// Two letters (ISO 3166).
    pub country: Option<String>,
    /// Whether its directory is synchronised from the premises; none where it never was.
    pub sync_enabled: Option<bool>,
    /// When it last was.
    pub last_sync: Option<String>,
    /// Whether that is too long ago, or never was, so that new users would not appear.
    pub sync_stale: bool,
    /// Its domains.
    pub domains: Vec<DomainFacts>,
    /// The products it pays for.
    pub licences: Vec<LicenceFacts>,
    /// Users and recipients.
    pub counts: CountsView,
    /// How many requests it took.
    pub calls: CallsView,
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainFacts {
    /// Its name.
    pub name: String,
    /// Whether it was proved to be the organisation's.
    pub verified: bool,
    /// Whether it is the one that the tenant began with.
    pub initial: bool,
    /// Whether new users get it.
    pub default: bool,
    /// Whether its people sign in on the premises.
    pub federated: bool,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenceFacts {
    /// Its name, as the tenant writes it.
    pub product: String,
    /// Whether a mailbox comes with it.
    pub mailbox: bool,
    /// How many are bought.
    pub bought: i64,
    /// How many are given away.
    pub used: i64,
    /// How many are left.
    pub free: u32,
}

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    /// Users.
    pub users: usize,
    /// Those that come from the directory on the premises.
    pub synced_users: usize,
    /// Those with a licence that brings a mailbox.
    pub licensed_users: usize,
    /// Recipients by their type: `MailUser`, `UserMailbox`, …
    pub recipients: BTreeMap<String, usize>,
}

/// How many requests it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallsView {
    /// To Graph.
    pub graph: u64,
    /// To the Exchange admin interface.
    pub exchange: u64,
}

impl TenantAccess {
    /// Reads the tenant.
    ///
    /// # Errors
    /// Endpoint, with cause and remedy.
    pub async fn facts(&self) -> Result<TenantFacts, Error> {
        let before = self.calls();
        let refused = |error: EndpointError| words::endpoint(&error);
        // Each of these is asked for in pages of its own; together they stay below what the tenant takes at once.
        let (organization, domains, skus, users, recipients) = tokio::try_join!(
            self.graph.organization(),
            self.graph.domains(),
            self.graph.subscribed_skus(),
            self.graph.users(),
            self.recipients(),
        )
        .map_err(refused)?;
        let enabled = organization.on_premises_sync_enabled == Some(true);
        let last = organization.on_premises_last_sync;
        let now = Timestamp::now().as_second();
        let after = self.calls();
        Ok(TenantFacts {
            organization: organization.display_name,
            tenant_id: organization.id,
            country: organization.country_letter_code,
            sync_enabled: organization.on_premises_sync_enabled,
            last_sync: last.map(|last| last.to_string()),
            sync_stale: !enabled || last.is_none_or(|last| now - last.as_second() > STALE),
            domains: domains
                .into_iter()
                .map(|domain| DomainFacts {
                    federated: domain.is_federated(),
                    verified: domain.is_verified,
                    initial: domain.is_initial,
                    default: domain.is_default,
                    name: domain.id,
                })
                .collect(),
            counts: CountsView {
                users: users.len(),
                synced_users: users
                    .iter()
                    .filter(|user| user.on_premises_sync_enabled == Some(true))
                    .count(),
                licensed_users: users.iter().filter(|user| is_licensed(user, &skus)).count(),
                recipients,
            },
            licences: skus
                .iter()
                .map(|sku| LicenceFacts {
                    product: sku.sku_part_number.clone(),
                    mailbox: sku.mailbox().is_some(),
                    bought: sku.prepaid_units.enabled,
                    used: sku.consumed_units,
                    free: sku.free_units(),
                })
                .collect(),
            calls: CallsView {
                graph: after.graph - before.graph,
                exchange: after.exchange - before.exchange,
            },
        })
    }

    async fn recipients(&self) -> Result<BTreeMap<String, usize>, EndpointError> {
        let objects = self
            .exchange
            .invoke(&get_recipient::all())
            .await
            .map_err(|error: CmdletError| EndpointError::from(error))?;
        let mut counts = BTreeMap::new();
        for recipient in objects.iter().filter_map(Recipient::read) {
            *counts.entry(recipient.recipient_type_details).or_insert(0) += 1;
        }
        Ok(counts)
    }

    fn calls(&self) -> CallsView {
        let [graph, exchange] = &self.clients;
        CallsView {
            graph: graph.sent(),
            exchange: exchange.sent(),
        }
    }
}
