use serde::Serialize;
use stegvis_engine::dns::{
    Change, DnsCheck, DnsFinding, Severity, Subject, SubjectCheck, ViewCheck, WatchEvent,
};
use stegvis_model::{DnsRecord, DnsValue};

use super::words::words;

/// A domain, from every side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsView {
    /// The domain.
    pub domain: String,
    /// When it was looked at.
    pub at: String,
    /// Whether nothing is wrong, missing, waited for or unknown.
    pub right: bool,
    /// Why the servers that decide could not be found.
    pub trouble: Option<String>,
    /// Subject by subject.
    pub subjects: Vec<SubjectView>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct SubjectView {
    /// `mx`, `autodiscover`, `spf`, `dkimSelector1`, `dkimSelector2` or `dmarc`.
    pub subject: String,
    /// The record's name.
    pub name: String,
    /// The record's kind.
    pub kind: String,
    /// What the tenant needs.
    pub expected: Vec<RecordView>,
    /// `right`, `waiting`, `advised`, `wrong`, `notJudged` or `unknown`.
    pub state: String,
    /// What each server says.
    pub servers: Vec<ServerView>,
    /// What was found.
    pub findings: Vec<FindingView>,
}

/// A record's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    /// Its kind: a CNAME may stand where another was asked for.
    pub kind: String,
    /// As in a zone file, without the last dot.
    pub value: String,
    /// Seconds; what is left of them where a resolver says it.
    pub ttl: u32,
}

/// What one server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ServerView {
    /// Its name.
    pub server: String,
    /// Whether it decides, or repeats what it heard.
    pub authoritative: bool,
    /// Its records.
    pub records: Vec<RecordView>,
    /// Why there was no answer.
    pub trouble: Option<String>,
    /// Until when it may go on saying so without asking anew.
    pub until: Option<String>,
    /// Whether it says just what the tenant needs.
    pub as_expected: bool,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// Its stable name.
    pub code: String,
    /// `note`, `advice`, `wait`, `fault` or `unknown`.
    pub severity: String,
    /// In words, for the terminal.
    pub words: String,
    /// What stands there.
    pub found: Vec<String>,
    /// Which server says so, where it is one.
    pub server: Option<String>,
    /// When it is over by itself.
    pub until: Option<String>,
}

/// A change seen by a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// The subject.
    pub subject: String,
    /// Whose view changed.
    pub server: String,
    /// Whether it decides.
    pub authoritative: bool,
    /// What it said.
    pub was: Vec<String>,
    /// What it says.
    pub now: Vec<String>,
}

/// What a watch tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
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
        change: ChangeView,
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

fn changed(change: &Change) -> ChangeView {
    ChangeView {
        subject: change.subject.name().to_owned(),
        server: change.viewer.to_string(),
        authoritative: change.viewer.decides(),
        was: texts(&change.was),
        now: texts(&change.now),
    }
}

fn subject(check: &SubjectCheck) -> SubjectView {
    SubjectView {
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

pub(super) fn record(record: &DnsRecord) -> RecordView {
    RecordView {
        kind: record.value.kind().name().to_owned(),
        value: record.value.to_string(),
        ttl: record.ttl,
    }
}

fn server(view: &ViewCheck) -> ServerView {
    let (records, trouble) = match &view.records {
        Ok(records) => (records.iter().map(record).collect(), None),
        Err(words) => (Vec::new(), Some(words.clone())),
    };
    ServerView {
        server: view.viewer.to_string(),
        authoritative: view.viewer.decides(),
        records,
        trouble,
        until: view.until.map(|until| until.to_string()),
        as_expected: view.as_expected,
    }
}

fn finding(finding: &DnsFinding, subject: Subject) -> FindingView {
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
    FindingView {
        code: finding.name().to_owned(),
        severity: severity.to_owned(),
        words: words(finding, subject),
        found,
        server,
        until: until.map(|until| until.to_string()),
    }
}

fn texts(values: &[DnsValue]) -> Vec<String> {
    values.iter().map(DnsValue::to_string).collect()
}
