use jiff::Timestamp;
use serde::Serialize;
use stegvis_connect::clock::SystemClock;
use stegvis_engine::dns::{
    Delivery, DnsCheck, Domains, End, NotDirect, Place, Prediction, Refusal, Standing, Step,
    Subject, SubjectCheck, SubjectState, delivery, fields, keep_delivery, kept, merged_spf,
    mx_place, predict, refusal, ttl_advice, windows_line, zone_line,
};
use stegvis_engine::ports::Clock as _;
use stegvis_journal::Tx;
use stegvis_model::{DnsRecord, DnsValue, SmtpAddress};

use super::page::{standing_with, step_of};
use super::view;
use super::words::{not_direct, refused};
use super::{Asked, DnsQuery};
use crate::Error;
use crate::dto::{
    DeliveryView, DnsView, MailView, PlannedChange, PlannedFields, PlannedStep, TtlLine,
};
use crate::unchosen::Outside;

/// What a plan is made from, besides the domain.
#[derive(Debug, Clone, Default)]
pub struct PlanRequest {
    /// Whom and what to ask.
    pub query: DnsQuery,
    /// A test mail from outside, as it came: proof that mail comes directly.
    pub proof: Option<Vec<u8>>,
}

/// What to change, in which order, and what may be done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsPlan {
    /// What is there.
    pub dns: DnsView,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
    /// Records whose time to live should be lowered first.
    pub ttl: Vec<TtlLine>,
    /// What is to be changed, in the words of each kind of host.
    pub changes: Vec<PlannedChange>,
    /// The records from before, as lines of a zone file: the way back.
    pub before: Option<String>,
    /// What the test mail showed.
    pub delivery: Option<DeliveryView>,
    /// What becomes of mail to the project's mailboxes, as MX is now.
    pub mail_now: Option<MailView>,
    /// The same once MX leads to the tenant.
    pub mail_after_mx: Option<MailView>,
}

/// Looks, and tells what may be changed now. Without a project nothing may but the times to live.
///
/// # Errors
/// InvalidInput; Endpoint when nobody answered.
pub async fn plan_dns(request: &PlanRequest) -> Result<DnsPlan, Error> {
    let asked = Asked::read(&request.query)?;
    let check = asked.look().await?;
    asked.plan(&check, request.proof.as_deref())
}

impl Asked {
    /// What may be done, after this look; and what this test mail shows.
    pub(super) fn plan(&self, check: &DnsCheck, proof: Option<&[u8]>) -> Result<DnsPlan, Error> {
        let domain = &check.domain;
        let now = SystemClock.now();
        let proof = proof.map(|mail| {
            delivery(mail, domain, &self.old, &self.addresses)
                .and_then(|delivery| delivery.until(now))
        });
        let (standing, before, mail) = match &self.journal {
            Some(journal) => journal.transaction(|tx| {
                if let Some(Ok(delivery)) = &proof {
                    keep_delivery(tx, domain, delivery.at)?;
                }
                let outside = Outside::read(tx)?;
                Ok::<_, Error>((
                    standing_with(tx, &self.domain, now, &outside)?,
                    kept(tx, domain)?.before,
                    Some(mails(
                        tx,
                        mx_place(check),
                        &self.accepted,
                        &outside.unreached(),
                    )?),
                ))
            })?,
            None => (nothing_known(now), None, None),
        };
        let (mail_now, mail_after_mx) = mail.unzip();
        Ok(DnsPlan {
            dns: view::dns(check),
            steps: steps(&standing),
            ttl: ttl(check),
            changes: changes(check, &standing),
            before,
            mail_now,
            mail_after_mx,
            delivery: proof.as_ref().map(delivered),
        })
    }
}

/// What holds where no project tells of mailboxes.
pub(super) const fn nothing_known(now: Timestamp) -> Standing {
    Standing {
        now,
        mailboxes: 0,
        not_synced: 0,
        not_chosen: 0,
        not_converted: 0,
        mx_moved_at: None,
        direct_delivery_at: None,
    }
}

/// Every step, in order.
pub(super) fn steps(standing: &Standing) -> Vec<PlannedStep> {
    Step::ALL
        .iter()
        .map(|&step| {
            let refusal = refusal(step, standing);
            let (left, until) = match refusal {
                Some(
                    Refusal::NotSynced { left }
                    | Refusal::NotChosen { left }
                    | Refusal::NotConverted { left },
                ) => (Some(left), None),
                Some(Refusal::TooEarly { until }) => (None, Some(until.to_string())),
                _ => (None, None),
            };
            PlannedStep {
                step: step.name().to_owned(),
                allowed: refusal.is_none(),
                refusal: refusal.map(|refusal| refusal.name().to_owned()),
                left,
                until,
                words: refusal.as_ref().map(refused),
            }
        })
        .collect()
}

/// What a test mail showed.
pub(super) fn delivered(proof: &Result<Delivery, NotDirect>) -> DeliveryView {
    match proof {
        Ok(delivery) => DeliveryView {
            direct: true,
            code: None,
            host: Some(delivery.from.clone()),
            by: Some(delivery.by.clone()),
            words: format!("{} handed it to {}", delivery.from, delivery.by),
            at: Some(delivery.at.to_string()),
        },
        Err(why) => DeliveryView {
            direct: false,
            code: Some(why.name().to_owned()),
            host: match why {
                NotDirect::OldServer { host } => Some(host.clone()),
                _ => None,
            },
            by: None,
            words: not_direct(why),
            at: None,
        },
    }
}

/// What becomes of mail to every mailbox: as MX is, and once it leads to the tenant. `outside` are those that are in no batch
/// and are not meant to stay behind.
pub(super) fn mails(
    tx: &Tx<'_>,
    mx: Place,
    accepted: &Domains,
    outside: &[SmtpAddress],
) -> Result<(MailView, MailView), Error> {
    let after = predict(tx, Place::Tenant, accepted, outside)?;
    Ok((
        mail(mx, &predict(tx, mx, accepted, outside)?),
        mail(Place::Tenant, &after),
    ))
}

fn mail(mx: Place, prediction: &Prediction) -> MailView {
    let astray = |wanted: &End| {
        let all = prediction.astray.iter();
        all.filter(|(_, end)| end == wanted)
            .map(|(address, _)| address.to_string())
            .collect()
    };
    MailView {
        mx: mx.name().to_owned(),
        delivered: prediction.delivered,
        loops: astray(&End::Loop),
        returned: astray(&End::Unknown),
        by_others: prediction.by_others,
    }
}

pub(super) fn ttl(check: &DnsCheck) -> Vec<TtlLine> {
    check
        .subjects
        .iter()
        .filter(|subject| subject.state != SubjectState::Right && !subject.expected.is_empty())
        .filter_map(|subject| {
            let records = subject
                .views
                .iter()
                .filter(|view| view.viewer.decides())
                .find_map(|view| view.records.as_ref().ok())?;
            let longest = records.iter().map(|record| record.ttl).max()?;
            let advice = ttl_advice(longest, check.at)?;
            Some(TtlLine {
                subject: subject.subject.name().to_owned(),
                ttl: advice.ttl,
                lower_to: advice.lower_to,
                ready_at: advice.ready_at.to_string(),
            })
        })
        .collect()
}

pub(super) fn changes(check: &DnsCheck, standing: &Standing) -> Vec<PlannedChange> {
    let mut all = Vec::new();
    for subject in &check.subjects {
        if !matches!(subject.state, SubjectState::Wrong | SubjectState::Advised) {
            continue;
        }
        let step = step_of(subject.subject.name());
        let allowed = step.is_none_or(|step| refusal(step, standing).is_none());
        let mut records = subject.expected.clone();
        let advice = subject.subject == Subject::Dmarc && records.is_empty();
        if advice {
            records.push(DnsRecord {
                name: subject.name.clone(),
                ttl: 3600,
                value: DnsValue::Txt(format!(
                    "v=DMARC1; p=none; rua=mailto:dmarc@{}",
                    check.domain
                )),
            });
        }
        // Mail still leaves by the old server: the tenant is added, and nobody is taken out yet.
        if subject.subject == Subject::Spf && refusal(Step::TidySpf, standing).is_some() {
            let present = texts(subject);
            for record in &mut records {
                if let DnsValue::Txt(needed) = &mut record.value {
                    *needed = merged_spf(&present, needed);
                }
            }
        }
        all.extend(records.iter().map(|record| {
            let fields = fields(record, &check.domain);
            PlannedChange {
                subject: subject.subject.name().to_owned(),
                advice,
                allowed,
                zone: zone_line(record),
                fields: PlannedFields {
                    name: fields.name,
                    full_name: fields.full_name,
                    kind: fields.kind.to_owned(),
                    value: fields.value,
                    priority: fields.priority,
                    ttl: fields.ttl,
                },
                windows: windows_line(record, &check.domain),
            }
        }));
    }
    all
}

/// What the first server that decides has as text.
fn texts(subject: &SubjectCheck) -> Vec<&str> {
    subject
        .views
        .iter()
        .filter(|view| view.viewer.decides())
        .find_map(|view| view.records.as_ref().ok())
        .into_iter()
        .flatten()
        .filter_map(|record| match &record.value {
            DnsValue::Txt(text) => Some(&**text),
            _ => None,
        })
        .collect()
}
