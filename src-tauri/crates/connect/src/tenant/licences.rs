//! The tenant's licences: who has which, and giving them away twenty at a time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use stegvis_engine::ports::{
    Assignment, EndpointError, LicenceHolder, LicenceStock, Licences, Licensed, MailboxPlan,
    Product, Refusal, RefusalCause,
};
use stegvis_model::SmtpAddress;
use stegvis_wire::exchange_online::get_recipient;
use stegvis_wire::graph::subscribed_skus::{self, SubscribedSku};
use stegvis_wire::graph::users::{self, User};
use stegvis_wire::graph::{GraphError, assign_license};

use super::CloudTenant;

/// Mailboxes that need no licence.
const EXEMPT: [&str; 4] = [
    "RoomMailbox",
    "EquipmentMailbox",
    "SharedMailbox",
    "SchedulingMailbox",
];

#[async_trait]
impl Licences for CloudTenant {
    async fn stock(&self, addresses: &[SmtpAddress]) -> Result<LicenceStock, EndpointError> {
        let cmdlet = get_recipient::all();
        let (objects, users, skus) = tokio::try_join!(
            async { Ok(self.exchange.invoke(&cmdlet).await?) },
            self.graph.users(),
            self.graph.subscribed_skus(),
        )?;
        let recipients: Vec<get_recipient::Recipient> = objects
            .iter()
            .filter_map(get_recipient::Recipient::read)
            .collect();
        Ok(stock(addresses, &users, &skus, &recipients))
    }

    async fn assign(
        &self,
        assignments: &[Assignment],
    ) -> Result<Vec<Result<(), Refusal>>, EndpointError> {
        let by_address = index(&self.graph.users().await?);
        let base = &self.settings.graph;
        let mut outcomes: Vec<Result<(), Refusal>> = assignments
            .iter()
            .map(
                |assignment| match by_address.get(&assignment.address.key()) {
                    Some(_) => Ok(()),
                    None => Err(Refusal {
                        cause: RefusalCause::NoUser,
                        words: format!(
                            "the tenant has no user with the address {}",
                            assignment.address
                        ),
                    }),
                },
            )
            .collect();
        let user = |place: usize| {
            let assignment = assignments.get(place)?;
            Some((assignment, by_address.get(&assignment.address.key())?))
        };
        // The country first: a licence without one is refused.
        self.round(&mut outcomes, |place| {
            let (assignment, id) = user(place)?;
            let country = assignment.set_location.as_ref()?;
            Some(users::set_usage_location(base, id, country))
        })
        .await?;
        self.round(&mut outcomes, |place| {
            let (assignment, id) = user(place)?;
            Some(assign_license::request(base, id, &assignment.sku))
        })
        .await?;
        Ok(outcomes)
    }
}

impl CloudTenant {
    /// Asks for one thing for everybody of whom nothing was refused yet.
    async fn round(
        &self,
        outcomes: &mut [Result<(), Refusal>],
        request: impl Fn(usize) -> Option<stegvis_wire::http::Request>,
    ) -> Result<(), EndpointError> {
        let (mut places, mut requests) = (Vec::new(), Vec::new());
        for (place, outcome) in outcomes.iter().enumerate() {
            if outcome.is_ok()
                && let Some(request) = request(place)
            {
                places.push(place);
                requests.push(request);
            }
        }
        let answers = self.graph.each(&requests).await?;
        for (place, answer) in places.into_iter().zip(answers) {
            if let (Some(outcome), Err(error)) = (outcomes.get_mut(place), answer) {
                *outcome = Err(refusal(&error));
            }
        }
        Ok(())
    }
}

/// Why Graph refuses a licence. It has one code for all of it, and tells the causes apart in words.
fn refusal(error: &GraphError) -> Refusal {
    let words = error.message.to_ascii_lowercase();
    let cause = match error.status {
        403 => RefusalCause::NotAllowed,
        404 => RefusalCause::NoUser,
        _ if error.is_out_of_licences() => RefusalCause::NoneFree,
        _ if words.contains("invalid usage location") => RefusalCause::NoLocation,
        _ if words.contains("usage location") || words.contains("usagelocation") => {
            RefusalCause::Prohibited
        }
        _ if ["mutually exclusive", "conflict", "depend"]
            .iter()
            .any(|word| words.contains(word)) =>
        {
            RefusalCause::Conflict
        }
        _ => RefusalCause::Other,
    };
    Refusal {
        cause,
        words: format!("Microsoft Graph: {error}"),
    }
}

/// Every address, in the form for comparing, with the id of its user.
fn index(users: &[User]) -> BTreeMap<String, String> {
    users
        .iter()
        .flat_map(|user| {
            user.smtp_addresses()
                .chain([&*user.user_principal_name])
                .filter_map(|address| address.parse::<SmtpAddress>().ok())
                .map(|address| (address.key(), user.id.clone()))
        })
        .collect()
}

fn stock(
    addresses: &[SmtpAddress],
    users: &[User],
    skus: &[SubscribedSku],
    recipients: &[get_recipient::Recipient],
) -> LicenceStock {
    let ids = index(users);
    let by_id: BTreeMap<&str, &User> = users.iter().map(|user| (&*user.id, user)).collect();
    let kinds: BTreeMap<String, &get_recipient::Recipient> = recipients
        .iter()
        .flat_map(|recipient| {
            recipient
                .smtp_addresses()
                .chain(recipient.primary_smtp_address.as_deref())
                .filter_map(|address| address.parse::<SmtpAddress>().ok())
                .map(move |address| (address.key(), recipient))
        })
        .collect();
    let holders = addresses
        .iter()
        .filter_map(|address| {
            let user = by_id.get(&**ids.get(&address.key())?)?;
            let recipient = kinds.get(&address.key());
            Some(LicenceHolder {
                address: address.clone(),
                usage_location: user.usage_location.clone(),
                licensed: licensed(user, skus),
                mailbox: recipient.is_some_and(|recipient| recipient.is_mailbox()),
                exempt: recipient
                    .is_some_and(|recipient| EXEMPT.contains(&&*recipient.recipient_type_details)),
            })
        })
        .collect();
    let products = skus
        .iter()
        .filter_map(|sku| {
            Some(Product {
                sku: sku.sku_id.clone(),
                name: sku.sku_part_number.clone(),
                plan: match sku.mailbox()? {
                    subscribed_skus::MailboxPlan::Kiosk => MailboxPlan::Kiosk,
                    subscribed_skus::MailboxPlan::Full => MailboxPlan::Full,
                },
                free: sku.free_units(),
            })
        })
        .collect();
    let mut countries: BTreeMap<&str, u32> = BTreeMap::new();
    for country in users
        .iter()
        .filter_map(|user| user.usage_location.as_deref())
    {
        *countries.entry(country).or_default() += 1;
    }
    let mut locations: Vec<(&str, u32)> = countries.into_iter().collect();
    locations.sort_by_key(|(country, users)| (std::cmp::Reverse(*users), *country));
    LicenceStock {
        holders,
        products,
        locations: locations
            .into_iter()
            .map(|(country, _)| country.to_owned())
            .collect(),
    }
}

/// What somebody has: a licence of their own before a group's, and a group's failure only where there is none.
fn licensed(user: &User, skus: &[SubscribedSku]) -> Licensed {
    let mailbox = |id: &str| {
        skus.iter()
            .any(|sku| sku.sku_id.eq_ignore_ascii_case(id) && sku.mailbox().is_some())
    };
    // What is assigned counts with its parts; a state alone does not name those that are switched off.
    let held = |id: &str| {
        user.assigned_licenses
            .iter()
            .filter(|held| held.sku_id.eq_ignore_ascii_case(id))
            .any(|held| skus.iter().any(|sku| sku.gives_mailbox(held)))
    };
    let states = || {
        user.license_assignment_states
            .iter()
            .filter(|state| mailbox(&state.sku_id))
    };
    let mut of_group = states().filter_map(|state| Some((state, state.assigned_by_group.clone()?)));
    let own = states()
        .any(|state| state.assigned_by_group.is_none() && state.is_active() && held(&state.sku_id));
    let given = of_group
        .clone()
        .find(|(state, _)| state.is_active() && held(&state.sku_id));
    if let Some((state, group)) = given.filter(|_| !own) {
        return Licensed::Group {
            sku: state.sku_id.clone(),
            group,
        };
    }
    // A tenant that tells no states tells what is assigned.
    if let Some(own) = user
        .assigned_licenses
        .iter()
        .find(|held| skus.iter().any(|sku| sku.gives_mailbox(held)))
    {
        return Licensed::Own {
            sku: own.sku_id.clone(),
        };
    }
    match of_group.find(|(state, _)| !state.is_active()) {
        Some((state, group)) => Licensed::GroupFailed {
            sku: state.sku_id.clone(),
            group,
            error: state.error.clone(),
        },
        None => Licensed::No,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_wire::graph::{error, paging};
    use url::Url;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> Vec<T> {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        paging::parse(&base, json.as_bytes()).unwrap().value
    }

    fn skus() -> Vec<SubscribedSku> {
        read(
            r#"{"value":[
            {"skuId":"full","skuPartNumber":"EXCHANGESTANDARD","capabilityStatus":"Enabled","consumedUnits":3,
             "prepaidUnits":{"enabled":5},"servicePlans":[{"servicePlanId":"p","servicePlanName":"EXCHANGE_S_STANDARD"}]},
            {"skuId":"flow","skuPartNumber":"FLOW_FREE","capabilityStatus":"Enabled",
             "prepaidUnits":{"enabled":9},"servicePlans":[{"servicePlanId":"f","servicePlanName":"EXCHANGE_S_FOUNDATION"}]}]}"#,
        )
    }

    #[test]
    fn a_groups_licence_is_told_from_ones_own_and_from_one_that_did_not_come() {
        let user = |held: &str, states: &str| -> User {
            read(&format!(
                r#"{{"value":[{{"id":"u","assignedLicenses":[{held}],"licenseAssignmentStates":[{states}]}}]}}"#
            ))
            .remove(0)
        };
        let full = r#"{"skuId":"full","disabledPlans":[]}"#;
        let by = |group: &str, state: &str, error: &str| {
            format!(
                r#"{{"skuId":"full","assignedByGroup":{group},"state":"{state}","error":"{error}"}}"#
            )
        };
        let of = |held: &str, states: &str| licensed(&user(held, states), &skus());
        let own = Licensed::Own { sku: "full".into() };
        let group = Licensed::Group {
            sku: "full".into(),
            group: "g".into(),
        };
        let failed = Licensed::GroupFailed {
            sku: "full".into(),
            group: "g".into(),
            error: "CountViolation".into(),
        };
        assert_eq!(of("", ""), Licensed::No);
        assert_eq!(of(r#"{"skuId":"flow"}"#, ""), Licensed::No);
        assert_eq!(of(full, ""), own);
        assert_eq!(of(full, &by("null", "Active", "None")), own);
        assert_eq!(of(full, &by("\"g\"", "Active", "None")), group);
        let failing = by("\"g\"", "Error", "CountViolation");
        assert_eq!(of("", &failing), failed);
        let both = format!("{failing},{}", by("null", "Active", "None"));
        assert_eq!(of(full, &both), own);
        // Its mailbox part is switched off.
        let off = r#"{"skuId":"full","disabledPlans":["p"]}"#;
        assert_eq!(of(off, &by("\"g\"", "Active", "None")), Licensed::No);
    }

    #[test]
    fn each_refusal_has_its_cause() {
        let of = |status: u16, message: &str| {
            let body =
                format!(r#"{{"error":{{"code":"Request_BadRequest","message":"{message}"}}}}"#);
            refusal(&error::parse(status, body.as_bytes())).cause
        };
        assert_eq!(
            of(
                400,
                "Subscription with SKU x does not have any available licenses."
            ),
            RefusalCause::NoneFree
        );
        assert_eq!(
            of(
                400,
                "License assignment cannot be done for user with invalid usage location."
            ),
            RefusalCause::NoLocation
        );
        assert_eq!(
            of(
                400,
                "License assignment failed: ProhibitedInUsageLocationViolation."
            ),
            RefusalCause::Prohibited
        );
        assert_eq!(
            of(
                400,
                "License assignment failed because service plans a, b are mutually exclusive."
            ),
            RefusalCause::Conflict
        );
        assert_eq!(of(404, "Resource 'x' does not exist"), RefusalCause::NoUser);
        assert_eq!(of(403, "Insufficient privileges"), RefusalCause::NotAllowed);
        assert_eq!(of(400, "Something new"), RefusalCause::Other);
    }
}
