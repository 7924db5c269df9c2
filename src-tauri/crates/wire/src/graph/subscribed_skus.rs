//! `GET /subscribedSkus` (Microsoft Graph: List subscribedSkus): the products a tenant pays for.

use serde::Deserialize;
use url::Url;

use crate::graph::users::{AssignedLicense, User};
use crate::http::{Request, below};
use crate::json::null_is_default;

/// A product the tenant has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscribedSku {
    /// Its id, as licences name it.
    pub sku_id: String,
    /// Its name, for people who know Microsoft's: `O365_BUSINESS_PREMIUM`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub sku_part_number: String,
    /// `Enabled`, `Warning` (expired, still good), `Suspended`, `Deleted`, `LockedOut`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub capability_status: String,
    /// How many are in use.
    #[serde(default, deserialize_with = "null_is_default")]
    pub consumed_units: i64,
    /// How many there are.
    #[serde(default, deserialize_with = "null_is_default")]
    pub prepaid_units: PrepaidUnits,
    /// What it is made of.
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_plans: Vec<ServicePlan>,
}

/// How many of a product there are, by state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PrepaidUnits {
    /// Good ones.
    #[serde(default, deserialize_with = "null_is_default")]
    pub enabled: i64,
    /// Expired ones that still work.
    #[serde(default, deserialize_with = "null_is_default")]
    pub warning: i64,
}

/// A part of a product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePlan {
    /// Its id, as a licence's disabled plans name it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_plan_id: String,
    /// `EXCHANGE_S_STANDARD`, …
    #[serde(default, deserialize_with = "null_is_default")]
    pub service_plan_name: String,
}

/// How large a mailbox a product brings. Greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailboxPlan {
    /// Two gigabytes, for people without a desk (`EXCHANGE_S_DESKLESS`).
    Kiosk,
    /// An ordinary one (`EXCHANGE_S_STANDARD`, `EXCHANGE_S_ENTERPRISE` and later ones).
    Full,
}

impl ServicePlan {
    fn mailbox(&self) -> Option<MailboxPlan> {
        let name = self.service_plan_name.strip_prefix("EXCHANGE_S_")?;
        match name {
            // Comes with many products and brings no mailbox.
            "FOUNDATION" => None,
            // Additions to a mailbox, not mailboxes.
            _ if name.starts_with("ARCHIVE") => None,
            "DESKLESS" => Some(MailboxPlan::Kiosk),
            _ => Some(MailboxPlan::Full),
        }
    }
}

impl SubscribedSku {
    /// The mailbox that a licence for this product brings, if it brings one.
    #[must_use]
    pub fn mailbox(&self) -> Option<MailboxPlan> {
        self.service_plans
            .iter()
            .filter_map(ServicePlan::mailbox)
            .max()
    }

    /// How many more licences can be assigned.
    #[must_use]
    pub fn free_units(&self) -> u32 {
        if !matches!(&*self.capability_status, "Enabled" | "Warning") {
            return 0;
        }
        let all = self
            .prepaid_units
            .enabled
            .saturating_add(self.prepaid_units.warning);
        u32::try_from(all.saturating_sub(self.consumed_units).max(0)).unwrap_or(u32::MAX)
    }

    /// Whether this licence is for this product and brings a mailbox, its mailbox part not switched off.
    #[must_use]
    pub fn gives_mailbox(&self, license: &AssignedLicense) -> bool {
        self.sku_id.eq_ignore_ascii_case(&license.sku_id)
            && self.service_plans.iter().any(|plan| {
                plan.mailbox().is_some()
                    && !license
                        .disabled_plans
                        .iter()
                        .any(|disabled| disabled.eq_ignore_ascii_case(&plan.service_plan_id))
            })
    }
}

/// Whether the user has a licence that brings a mailbox.
#[must_use]
pub fn is_licensed(user: &User, skus: &[SubscribedSku]) -> bool {
    user.assigned_licenses
        .iter()
        .any(|license| skus.iter().any(|sku| sku.gives_mailbox(license)))
}

/// The request. The answer is a [`crate::graph::Page`] of [`SubscribedSku`].
#[must_use]
pub fn request(base: &Url) -> Request {
    Request::get(below(base, &["subscribedSkus"]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::graph::paging;

    fn skus() -> Vec<SubscribedSku> {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        let json = br#"{"value":[
            {"skuId":"S-1","skuPartNumber":"O365_BUSINESS_PREMIUM","capabilityStatus":"Enabled","consumedUnits":14,
             "prepaidUnits":{"enabled":25,"suspended":0,"warning":0,"lockedOut":0},
             "servicePlans":[{"servicePlanId":"P-1","servicePlanName":"EXCHANGE_S_STANDARD","provisioningStatus":"Success","appliesTo":"User"},
                             {"servicePlanId":"P-2","servicePlanName":"TEAMS1"}]},
            {"skuId":"s-2","skuPartNumber":"POWER_BI_PRO","capabilityStatus":"Enabled","consumedUnits":1,
             "prepaidUnits":{"enabled":5},"servicePlans":[{"servicePlanId":"p-3","servicePlanName":"EXCHANGE_S_FOUNDATION"}]},
            {"skuId":"s-3","skuPartNumber":"DESKLESSPACK","capabilityStatus":"Suspended","consumedUnits":0,
             "prepaidUnits":{"enabled":5},"servicePlans":[{"servicePlanId":"p-4","servicePlanName":"EXCHANGE_S_DESKLESS"}]}]}"#;
        paging::parse(&base, json).unwrap().value
    }

    #[test]
    fn only_products_with_an_exchange_plan_bring_a_mailbox() {
        let facts: Vec<_> = skus()
            .iter()
            .map(|sku| (sku.mailbox(), sku.free_units()))
            .collect();
        assert_eq!(
            facts,
            [
                (Some(MailboxPlan::Full), 11),
                (None, 4),
                (Some(MailboxPlan::Kiosk), 0)
            ]
        );
    }

    #[test]
    fn a_licence_whose_exchange_plan_is_switched_off_brings_none() {
        let skus = skus();
        let license = |sku: &str, disabled: &[&str]| AssignedLicense {
            sku_id: sku.into(),
            disabled_plans: disabled.iter().map(|&plan| plan.to_owned()).collect(),
        };
        let gives = |license: AssignedLicense| skus.iter().any(|sku| sku.gives_mailbox(&license));
        assert!(gives(license("s-1", &["p-2"])));
        assert!(!gives(license("s-1", &["p-1"])));
        assert!(!gives(license("s-2", &[])));
    }
}
