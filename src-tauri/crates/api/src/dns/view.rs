use serde::Serialize;
use stegvis_engine::dns::{
    Change, DmarcFault, DnsCheck, DnsFinding, Severity, SpfFault, Subject, SubjectCheck, ViewCheck,
    WatchEvent,
};
use stegvis_model::{DnsRecord, DnsValue};

use super::words::words;
use crate::dto::{
    DnsChangeView, DnsFindingView, DnsRecordView, DnsServerView, DnsSubjectView, DnsView,
};

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum DnsEvent {
    /// What was seen.
    Seen {
        /// All of it.
        view: DnsView,
    },
    /// Something changed.
    Changed {
        /// What.
        change: DnsChangeView,
    },
    /// Nobody answered; the watch goes on.
    Trouble {
        /// Why.
        words: String,
    },
    /// When it looks again.
    Next {
        /// The time.
        at: String,
    },
}

pub(super) fn dns(check: &DnsCheck) -> DnsView {
    DnsView {
        domain: check.domain.to_string(),
        at: check.at.to_string(),
        right: check.is_right(),
        trouble: check.trouble.clone(),
        subjects: check.subjects.iter().map(subject).collect(),
    }
}

pub(super) fn event(event: WatchEvent) -> DnsEvent {
    match event {
        WatchEvent::Seen(check) => DnsEvent::Seen { view: dns(&check) },
        WatchEvent::Changed(change) => DnsEvent::Changed {
            change: changed(&change),
        },
        WatchEvent::Trouble(error) => DnsEvent::Trouble {
            words: error.detail,
        },
        WatchEvent::Next(at) => DnsEvent::Next { at: at.to_string() },
    }
}

pub(super) fn changed(change: &Change) -> DnsChangeView {
    DnsChangeView {
        subject: change.subject.name().to_owned(),
        server: change.viewer.to_string(),
        authoritative: change.viewer.decides(),
        was: texts(&change.was),
        now: texts(&change.now),
    }
}

fn subject(check: &SubjectCheck) -> DnsSubjectView {
    DnsSubjectView {
        subject: check.subject.name().to_owned(),
        name: check.name.to_string(),
        kind: check.kind.name().to_owned(),
        expected: check.expected.iter().map(record).collect(),
        state: check.state.name().to_owned(),
        servers: check.views.iter().map(server).collect(),
        findings: check
            .findings
            .iter()
            .map(|found| finding(found, check.subject))
            .collect(),
    }
}

pub(super) fn record(record: &DnsRecord) -> DnsRecordView {
    DnsRecordView {
        kind: record.value.kind().name().to_owned(),
        value: record.value.to_string(),
        ttl: record.ttl,
    }
}

fn server(view: &ViewCheck) -> DnsServerView {
    let (records, trouble) = match &view.records {
        Ok(records) => (records.iter().map(record).collect(), None),
        Err(words) => (Vec::new(), Some(words.clone())),
    };
    DnsServerView {
        server: view.viewer.to_string(),
        authoritative: view.viewer.decides(),
        records,
        trouble,
        until: view.until.map(|until| until.to_string()),
        as_expected: view.as_expected,
    }
}

fn finding(finding: &DnsFinding, subject: Subject) -> DnsFindingView {
    let (found, server, until) = match finding {
        DnsFinding::Wrong { found } | DnsFinding::Stale { found } => {
            (vec![found.to_string()], None, None)
        }
        DnsFinding::Doubled { found } => (texts(found), None, None),
        DnsFinding::Leftover { found } => (
            vec![format!(
                "{} {} {}",
                found.name,
                found.value.kind(),
                found.value
            )],
            None,
            None,
        ),
        DnsFinding::ServersDiffer { server, found } => (texts(found), Some(server.clone()), None),
        DnsFinding::Cached {
            resolver,
            found,
            until,
        } => (texts(found), Some(resolver.clone()), *until),
        DnsFinding::NotAuthoritative { server } | DnsFinding::NoAnswer { server, .. } => {
            (Vec::new(), Some(server.clone()), None)
        }
        DnsFinding::Elsewhere { target } => (vec![target.to_string()], None, None),
        DnsFinding::Missing
        | DnsFinding::LongTtl { .. }
        | DnsFinding::Spf(_)
        | DnsFinding::Dmarc(_)
        | DnsFinding::NotGiven => (Vec::new(), None, None),
    };
    let severity = match finding.severity(subject) {
        Severity::Note => "note",
        Severity::Advice => "advice",
        Severity::Wait => "wait",
        Severity::Fault => "fault",
        Severity::Unknown => "unknown",
    };
    DnsFindingView {
        code: finding.name().to_owned(),
        severity: severity.to_owned(),
        words: words(finding, subject),
        found,
        value: value(finding),
        server,
        until: until.map(|until| until.to_string()),
    }
}

/// What a finding is about besides what stands there.
fn value(finding: &DnsFinding) -> Option<String> {
    match finding {
        DnsFinding::LongTtl { ttl } => Some(ttl.to_string()),
        DnsFinding::Spf(fault) => match fault {
            SpfFault::NotIncluded { include } => Some(include.clone()),
            SpfFault::TooManyLookups { count } => Some(count.to_string()),
            SpfFault::AfterEnd { term } | SpfFault::Broken { term } | SpfFault::Keeps { term } => {
                Some(term.clone())
            }
            SpfFault::Circle { domain } | SpfFault::IncludeMissing { domain } => {
                Some(domain.to_string())
            }
            SpfFault::Everybody | SpfFault::NoEnd | SpfFault::NoOpinion | SpfFault::Ptr => None,
        },
        DnsFinding::Dmarc(DmarcFault::Broken { tag }) => Some(tag.clone()),
        DnsFinding::NoAnswer { words, .. } => Some(words.clone()),
        _ => None,
    }
}

pub(super) fn texts(values: &[DnsValue]) -> Vec<String> {
    values.iter().map(DnsValue::to_string).collect()
}
