use serde::Serialize;
use stegvis_connect::clock::SystemClock;
use stegvis_engine::dns::{
    DnsCheck, End, Place, Prediction, Standing, Step, Subject, SubjectCheck, SubjectState,
    delivery, fields, keep_delivery, kept, merged_spf, mx_place, predict, refusal, standing,
    ttl_advice, windows_line, zone_line,
};
use stegvis_engine::ports::Clock as _;
use stegvis_model::{DnsRecord, DnsValue};

use super::view::{self, DnsView};
use super::words::{not_direct, refused};
use super::{Asked, DnsQuery};
use crate::Error;

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

/// What becomes of mail to the project's mailboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MailView {
    /// `source`, `tenant` or `elsewhere`: where MX leads.
    pub mx: String,
    /// Mailboxes that it reaches.
    pub delivered: u32,
    /// Mailboxes whose mail goes round until a server gives up.
    pub loops: Vec<String>,
    /// Mailboxes whose mail is sent back.
    pub returned: Vec<String>,
    /// Mailboxes whose mail goes by somebody else's servers.
    pub by_others: u32,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    /// `lowerTtl`, `moveMx`, `moveAutodiscover`, `tidySpf`, `removeBatches` or `decommission`.
    pub step: String,
    /// Whether it may be taken now.
    pub allowed: bool,
    /// Why not.
    pub refusal: Option<String>,
    /// The same in words, for the terminal.
    pub words: Option<String>,
}

/// A record that others keep too long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TtlLine {
    /// Which.
    pub subject: String,
    /// What it is.
    pub ttl: u32,
    /// What to lower it to.
    pub lower_to: u32,
    /// When the record itself may be changed, if this is done now.
    pub ready_at: String,
}

/// A record to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// Which.
    pub subject: String,
    /// Whether the tenant needs it, or it is advice.
    pub advice: bool,
    /// Whether it may be set now.
    pub allowed: bool,
    /// For a zone file.
    pub zone: String,
    /// For a form.
    pub fields: PlannedFields,
    /// For Windows' DNS server.
    pub windows: Option<String>,
}

/// A record for a form with fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedFields {
    /// `@`, or what stands before the domain.
    pub name: String,
    /// The whole name.
    pub full_name: String,
    /// The kind.
    pub kind: String,
    /// The value.
    pub value: String,
    /// The priority of an MX record.
    pub priority: Option<u16>,
    /// Seconds.
    pub ttl: u32,
}

/// What a test mail showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Whether it came directly.
    pub direct: bool,
    /// Why not, or who handed it to the tenant.
    pub words: String,
    /// When it came.
    pub at: Option<String>,
}

/// Looks, and tells what may be changed now. Without a project nothing may but the times to live.
///
/// # Errors
/// InvalidInput; Endpoint when nobody answered.
pub async fn plan_dns(request: &PlanRequest) -> Result<DnsPlan, Error> {
    let asked = Asked::read(&request.query)?;
    let check = asked.look().await?;
    let domain = &check.domain;
    let proof = request
        .proof
        .as_ref()
        .map(|mail| delivery(mail, domain, &asked.old, &asked.addresses));
    let now = SystemClock.now();
    let mx = mx_place(&check);
    let (standing, before, mail) = match &asked.journal {
        Some(journal) => journal.transaction(|tx| {
            if let Some(Ok(delivery)) = &proof {
                keep_delivery(tx, domain, delivery.at)?;
            }
            Ok::<_, Error>((
                standing(tx, domain, now)?,
                kept(tx, domain)?.before,
                Some((
                    mail(mx, &predict(tx, mx)?),
                    mail(Place::Tenant, &predict(tx, Place::Tenant)?),
                )),
            ))
        })?,
        None => (
            Standing {
                now,
                mailboxes: 0,
                not_synced: 0,
                not_converted: 0,
                mx_moved_at: None,
                direct_delivery_at: None,
            },
            None,
            None,
        ),
    };
    let (mail_now, mail_after_mx) = mail.unzip();
    Ok(DnsPlan {
        dns: view::dns(&check),
        steps: Step::ALL
            .iter()
            .map(|&step| {
                let refusal = refusal(step, &standing);
                PlannedStep {
                    step: step.name().to_owned(),
                    allowed: refusal.is_none(),
                    refusal: refusal.map(|refusal| refusal.name().to_owned()),
                    words: refusal.as_ref().map(refused),
                }
            })
            .collect(),
        ttl: ttl(&check),
        changes: changes(&check, &standing),
        before,
        mail_now,
        mail_after_mx,
        delivery: proof.map(|proof| match proof {
            Ok(delivery) => DeliveryView {
                direct: true,
                words: format!("{} handed it to {}", delivery.from, delivery.by),
                at: Some(delivery.at.to_string()),
            },
            Err(why) => DeliveryView {
                direct: false,
                words: not_direct(&why),
                at: None,
            },
        }),
    })
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

fn ttl(check: &DnsCheck) -> Vec<TtlLine> {
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

fn changes(check: &DnsCheck, standing: &Standing) -> Vec<PlannedChange> {
    let mut all = Vec::new();
    for subject in &check.subjects {
        if !matches!(subject.state, SubjectState::Wrong | SubjectState::Advised) {
            continue;
        }
        let step = match subject.subject {
            Subject::Mx => Some(Step::MoveMx),
            Subject::Autodiscover => Some(Step::MoveAutodiscover),
            // Letting the tenant send, and keys for it, harm nobody before.
            Subject::Spf | Subject::DkimSelector1 | Subject::DkimSelector2 | Subject::Dmarc => None,
        };
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
