//! A licence that brings a mailbox.

use std::cmp::Reverse;

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::SmtpAddress;
use stegvis_wire::graph::subscribed_skus::{SubscribedSku, is_licensed};

use super::CloudTenant;

impl CloudTenant {
    /// The product's name, where one was given.
    pub(super) async fn assign_license(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<String>, EndpointError> {
        let text = address.to_string();
        let (user, skus) = tokio::try_join!(self.graph.user(&text), self.graph.subscribed_skus())?;
        let user = user.ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::NotFound,
                format!("the tenant has no user with the address {address}"),
            )
        })?;
        if is_licensed(&user, &skus) {
            return Ok(None);
        }
        let mut refused = EndpointError::new(
            EndpointErrorKind::LicenceMissing,
            "no licence of a product with a mailbox is free",
        );
        let candidates = by_preference(&skus);
        if candidates.is_empty() {
            return Err(refused);
        }
        if user.usage_location.is_none() {
            let country = self.usage_location().await?;
            self.graph.set_usage_location(&user, &country).await?;
        }
        for sku in candidates {
            match self.graph.assign_license(&user, sku).await {
                Ok(()) => return Ok(Some(sku.sku_part_number.clone())),
                // Someone else took the last one since we counted.
                Err(error) if error.kind == EndpointErrorKind::LicenceMissing => refused = error,
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }

    async fn usage_location(&self) -> Result<String, EndpointError> {
        if let Some(country) = &self.settings.usage_location {
            return Ok(country.clone());
        }
        self.graph
            .organization()
            .await?
            .country_letter_code
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Refused,
                    "neither the user nor the organisation says in which country it is, and no licence can be assigned without",
                )
            })
    }
}

/// Products with a mailbox and a free licence: the larger mailbox first, then the one with most to spare.
fn by_preference(skus: &[SubscribedSku]) -> Vec<&SubscribedSku> {
    let mut candidates: Vec<_> = skus
        .iter()
        .filter(|sku| sku.mailbox().is_some() && sku.free_units() > 0)
        .collect();
    candidates.sort_by_key(|sku| Reverse((sku.mailbox(), sku.free_units())));
    candidates
}

#[cfg(test)]
mod tests {
    use stegvis_wire::graph::subscribed_skus::{PrepaidUnits, ServicePlan};

    use super::*;

    fn sku(id: &str, plan: &str, enabled: i64) -> SubscribedSku {
        SubscribedSku {
            sku_id: id.into(),
            sku_part_number: id.into(),
            capability_status: "Enabled".into(),
            consumed_units: 1,
            prepaid_units: PrepaidUnits {
                enabled,
                warning: 0,
            },
            service_plans: vec![ServicePlan {
                service_plan_id: "p".into(),
                service_plan_name: plan.into(),
            }],
        }
    }

    #[test]
    fn a_full_mailbox_with_most_to_spare_is_taken_first_and_used_up_ones_never() {
        let skus = [
            sku("kiosk", "EXCHANGE_S_DESKLESS", 100),
            sku("few", "EXCHANGE_S_STANDARD", 3),
            sku("none", "EXCHANGE_S_ENTERPRISE", 1),
            sku("many", "EXCHANGE_S_STANDARD", 9),
            sku("reports", "EXCHANGE_S_FOUNDATION", 9),
        ];
        let order: Vec<_> = by_preference(&skus)
            .into_iter()
            .map(|sku| &*sku.sku_id)
            .collect();
        assert_eq!(order, ["many", "few", "kiosk"]);
    }
}
