//! What a look showed, kept until the next one, and what was different from the one before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use stegvis_engine::dns::{Accepted, DnsCheck, Domains, Place, keep_seen, mx_place};
use stegvis_journal::Tx;
use stegvis_model::DomainName;

use super::choice::key;
use super::page::standing_with;
use super::{plan, view};
use crate::Error;
use crate::dto::{
    DeliveryView, DnsChangeView, DnsHistoryLine, DnsServerView, DnsView, PlannedChange, TtlLine,
};
use crate::project::damaged;
use crate::unchosen::Outside;

/// Changes that are remembered.
const MOST_CHANGES: usize = 200;

/// What a look showed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) view: DnsView,
    pub(super) ttl: Vec<TtlLine>,
    pub(super) changes: Vec<PlannedChange>,
    mx: String,
}

impl Seen {
    /// Where MX leads.
    pub(super) fn mx(&self) -> Place {
        [Place::Source, Place::Tenant]
            .into_iter()
            .find(|place| place.name() == self.mx)
            .unwrap_or(Place::Elsewhere)
    }
}

/// What the tenant said of a domain, besides its records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct TenantSaid {
    accepted: Vec<(String, bool)>,
    pub(super) dkim_enabled: Option<bool>,
}

impl TenantSaid {
    pub(super) fn new(accepted: &Domains, dkim_enabled: Option<bool>) -> Self {
        let accepted = accepted.iter();
        Self {
            accepted: accepted
                .map(|(name, how)| (name.to_string(), *how == Accepted::Authoritative))
                .collect(),
            dkim_enabled,
        }
    }

    /// What it takes mail for.
    pub(super) fn accepted(&self) -> Result<Domains, Error> {
        let accepted = self.accepted.iter();
        accepted
            .map(|(name, authoritative)| {
                let how = if *authoritative {
                    Accepted::Authoritative
                } else {
                    Accepted::InternalRelay
                };
                let name = name
                    .parse()
                    .map_err(|error| damaged("dns.tenant", &error))?;
                Ok((name, how))
            })
            .collect()
    }
}

/// Keeps what a look showed, and the history of it.
pub(super) fn keep(tx: &Tx<'_>, domain: &DomainName, check: &DnsCheck) -> Result<(), Error> {
    keep_seen(tx, check)?;
    let standing = standing_with(tx, domain, check.at, &Outside::read(tx)?)?;
    let seen = Seen {
        view: view::dns(check),
        ttl: plan::ttl(check),
        changes: plan::changes(check, &standing),
        mx: mx_place(check).name().to_owned(),
    };
    if let Some(before) = kept::<Seen>(tx, "seen", domain)? {
        let changes = changed(&before.view, &seen.view);
        if !changes.is_empty() {
            let mut history = history(tx, domain)?;
            let lines = changes.into_iter().map(|change| DnsHistoryLine {
                at: seen.view.at.clone(),
                change,
            });
            history.splice(0..0, lines);
            history.truncate(MOST_CHANGES);
            store(tx, "history", domain, &history)?;
        }
    }
    store(tx, "seen", domain, &seen)
}

/// Changes that were seen, the latest first.
pub(super) fn history(tx: &Tx<'_>, domain: &DomainName) -> Result<Vec<DnsHistoryLine>, Error> {
    Ok(kept(tx, "history", domain)?.unwrap_or_default())
}

/// Keeps what a test mail showed.
pub(super) fn keep_delivery_view(
    tx: &Tx<'_>,
    domain: &DomainName,
    delivery: &DeliveryView,
    now: Timestamp,
) -> Result<(), Error> {
    let what = if delivery.direct {
        "DeliveryProved"
    } else {
        "DeliveryNotProved"
    };
    tx.log(now, None, what, domain.as_str())?;
    store(tx, "delivery", domain, delivery)
}

/// A value of the domain.
pub(super) fn kept<T: DeserializeOwned>(
    tx: &Tx<'_>,
    what: &'static str,
    domain: &DomainName,
) -> Result<Option<T>, Error> {
    let text = tx.setting(&key(what, domain))?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| damaged(what, &error)))
        .transpose()
}

/// Keeps a value of the domain.
pub(super) fn store<T: Serialize>(
    tx: &Tx<'_>,
    what: &'static str,
    domain: &DomainName,
    value: &T,
) -> Result<(), Error> {
    let text = serde_json::to_string(value).map_err(|error| damaged(what, &error))?;
    Ok(tx.set_setting(&key(what, domain), &text)?)
}

/// What each server says otherwise than before. One that did not answer changed nothing.
fn changed(before: &DnsView, after: &DnsView) -> Vec<DnsChangeView> {
    let mut all = Vec::new();
    for subject in &after.subjects {
        let old = before.subjects.iter();
        let Some(old) = old.into_iter().find(|old| old.subject == subject.subject) else {
            continue;
        };
        for server in &subject.servers {
            let was = old.servers.iter().find(|old| {
                old.server == server.server && old.authoritative == server.authoritative
            });
            let Some(was) = was.filter(|was| was.trouble.is_none() && server.trouble.is_none())
            else {
                continue;
            };
            let (was, now) = (values(was), values(server));
            if was != now {
                all.push(DnsChangeView {
                    subject: subject.subject.clone(),
                    server: server.server.clone(),
                    authoritative: server.authoritative,
                    was,
                    now,
                });
            }
        }
    }
    all
}

fn values(server: &DnsServerView) -> Vec<String> {
    let mut values: Vec<_> = server
        .records
        .iter()
        .map(|record| record.value.clone())
        .collect();
    values.sort();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::{DnsRecordView, DnsSubjectView};

    fn look(server: &str, value: &str, trouble: Option<&str>) -> DnsView {
        let record = DnsRecordView {
            kind: "MX".to_owned(),
            value: value.to_owned(),
            ttl: 60,
        };
        DnsView {
            domain: "nordvik.example".to_owned(),
            at: "2026-11-23T09:00:00Z".to_owned(),
            right: false,
            trouble: None,
            subjects: vec![DnsSubjectView {
                subject: "mx".to_owned(),
                name: "nordvik.example".to_owned(),
                kind: "MX".to_owned(),
                expected: Vec::new(),
                state: "wrong".to_owned(),
                servers: vec![DnsServerView {
                    server: server.to_owned(),
                    authoritative: true,
                    records: vec![record],
                    trouble: trouble.map(str::to_owned),
                    until: None,
                    as_expected: false,
                }],
                findings: Vec::new(),
            }],
        }
    }

    #[test]
    fn a_server_that_is_silent_or_new_changed_nothing() {
        let old = look("ns1", "10 mail.nordvik.example", None);
        let new = look("ns1", "0 tenant.example", None);
        let told: Vec<_> = changed(&old, &new)
            .into_iter()
            .map(|change| (change.was, change.now))
            .collect();
        assert_eq!(
            told,
            [(
                vec!["10 mail.nordvik.example".to_owned()],
                vec!["0 tenant.example".to_owned()]
            )]
        );
        assert_eq!(changed(&old, &old), []);
        assert_eq!(changed(&old, &look("ns2", "0 tenant.example", None)), []);
        let silent = look("ns1", "0 tenant.example", Some("no answer"));
        assert_eq!(changed(&old, &silent), []);
    }
}
