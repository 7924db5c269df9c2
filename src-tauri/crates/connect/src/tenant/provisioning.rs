//! What keeps a mailbox from being made or opened, each a list of the whole tenant.

use stegvis_engine::ports::{
    DeletedMailbox, EndpointError, ImapAccess, ImapPlan, ProvisioningError,
};
use stegvis_wire::exchange_online::{get_cas_mailbox, get_cas_mailbox_plan, get_deleted_mailbox};
use stegvis_wire::graph::provisioning_errors::UserErrors;

use super::CloudTenant;

impl CloudTenant {
    pub(super) async fn all_deleted_mailboxes(&self) -> Result<Vec<DeletedMailbox>, EndpointError> {
        let (soft_deleted, inactive) = (
            get_deleted_mailbox::soft_deleted(),
            get_deleted_mailbox::inactive(),
        );
        let (mut objects, on_hold) = tokio::try_join!(
            self.exchange.invoke(&soft_deleted),
            self.exchange.invoke(&inactive),
        )?;
        objects.extend(on_hold);
        let mut found: Vec<DeletedMailbox> = objects
            .iter()
            .filter_map(get_deleted_mailbox::DeletedMailbox::read)
            .map(|mailbox| deleted(&mailbox))
            .collect();
        // A mailbox on hold may stand in both lists; the entry that tells of the hold is kept.
        found.sort_by(|a, b| (&a.identity, !a.inactive).cmp(&(&b.identity, !b.inactive)));
        found.dedup_by(|later, earlier| later.identity == earlier.identity);
        Ok(found)
    }

    pub(super) async fn all_provisioning_errors(
        &self,
    ) -> Result<Vec<ProvisioningError>, EndpointError> {
        let users = self.graph.provisioning_errors().await?;
        Ok(users.iter().flat_map(errors).collect())
    }

    pub(super) async fn all_imap_access(&self) -> Result<ImapAccess, EndpointError> {
        let (of_mailboxes, of_plans) = (get_cas_mailbox::all(), get_cas_mailbox_plan::all());
        let (mailboxes, plans) = tokio::try_join!(
            self.exchange.invoke(&of_mailboxes),
            self.exchange.invoke(&of_plans),
        )?;
        Ok(ImapAccess {
            mailboxes: mailboxes
                .iter()
                .filter_map(get_cas_mailbox::CasMailbox::read)
                .filter_map(|found| {
                    Some((found.primary_smtp_address.parse().ok()?, found.imap_enabled))
                })
                .collect(),
            plans: plans
                .iter()
                .filter_map(get_cas_mailbox_plan::CasMailboxPlan::read)
                .map(|found| ImapPlan {
                    identity: found.identity,
                    name: found.display_name,
                    enabled: found.imap_enabled,
                })
                .collect(),
        })
    }
}

fn deleted(found: &get_deleted_mailbox::DeletedMailbox) -> DeletedMailbox {
    let mut addresses: Vec<_> = found
        .smtp_addresses()
        .filter_map(|address| address.parse().ok())
        .collect();
    addresses.sort();
    addresses.dedup();
    DeletedMailbox {
        identity: found.exchange_guid.to_ascii_lowercase(),
        display_name: found.display_name.clone(),
        addresses,
        exchange_guid: found.guid(),
        deleted_at: found.when_soft_deleted,
        inactive: found.is_inactive,
    }
}

/// A user's errors that are not past.
fn errors(user: &UserErrors) -> Vec<ProvisioningError> {
    let mut addresses: Vec<_> = user
        .addresses()
        .filter_map(|address| address.parse().ok())
        .collect();
    addresses.sort();
    addresses.dedup();
    let synchronisation =
        user.on_premises_provisioning_errors
            .iter()
            .map(|error| ProvisioningError {
                addresses: addresses.clone(),
                category: error.category.clone(),
                property: Some(error.property_causing_error.clone())
                    .filter(|name| !name.is_empty()),
                detail: error.value.clone(),
                since: error.occurred_date_time,
            });
    let services = user
        .service_provisioning_errors
        .iter()
        .filter(|error| !error.is_resolved)
        .map(|error| ProvisioningError {
            addresses: addresses.clone(),
            category: error.service_instance.clone(),
            property: None,
            detail: error.words(),
            since: error.created_date_time,
        });
    synchronisation.chain(services).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_that_is_resolved_is_past_and_one_of_synchronisation_names_the_property() {
        let user: UserErrors = serde_json::from_value(json!({
            "userPrincipalName": "anna@nordvik.example", "proxyAddresses": ["SMTP:Anna@nordvik.example"],
            "onPremisesProvisioningErrors": [{"category": "PropertyConflict", "propertyCausingError": "ProxyAddresses",
                "value": "smtp:info@nordvik.example", "occurredDateTime": "2026-11-20T07:00:00Z"}],
            "serviceProvisioningErrors": [
                {"serviceInstance": "exchange/x", "isResolved": true, "errorDetail": "<a>gone</a>"},
                {"serviceInstance": "exchange/x", "isResolved": false, "errorDetail": "<a>The mailbox plan is missing.</a>"}],
        }))
        .unwrap();
        let found = errors(&user);
        let said: Vec<_> = found
            .iter()
            .map(|error| (error.property.as_deref(), &*error.detail))
            .collect();
        assert_eq!(
            said,
            [
                (Some("ProxyAddresses"), "smtp:info@nordvik.example"),
                (None, "The mailbox plan is missing.")
            ]
        );
        let first = found.first().unwrap();
        assert_eq!(first.addresses, ["anna@nordvik.example".parse().unwrap()]);
        assert_eq!(first.category, "PropertyConflict");
    }
}
