use std::fmt;

use jiff::Timestamp;
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DnsValue};

use crate::ports::NameServer;

use super::{DmarcFault, SpfFault, Subject};

/// Whose view it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Viewer {
    /// A server that decides.
    Authoritative(NameServer),
    /// A server that repeats what it heard, until its time is over.
    Resolver(NameServer),
}

impl Viewer {
    /// The server.
    #[must_use]
    pub const fn server(&self) -> &NameServer {
        match self {
            Self::Authoritative(server) | Self::Resolver(server) => server,
        }
    }

    /// Whether it decides.
    #[must_use]
    pub const fn decides(&self) -> bool {
        matches!(self, Self::Authoritative(_))
    }
}

impl fmt::Display for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server().fmt(f)
    }
}

/// All of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsCheck {
    /// The domain.
    pub domain: DnsName,
    /// When it was looked at.
    pub at: Timestamp,
    /// Subject by subject, in order.
    pub subjects: Vec<SubjectCheck>,
    /// Why the servers that decide could not be found.
    pub trouble: Option<String>,
}

impl DnsCheck {
    /// Whether nothing is wrong, missing, waited for or unknown.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.trouble.is_none()
            && self.subjects.iter().all(|subject| {
                matches!(subject.state, SubjectState::Right | SubjectState::NotJudged)
            })
    }

    /// One subject.
    #[must_use]
    pub fn of(&self, subject: Subject) -> Option<&SubjectCheck> {
        self.subjects.iter().find(|check| check.subject == subject)
    }
}

/// One subject, from every side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectCheck {
    /// Which.
    pub subject: Subject,
    /// The record's name.
    pub name: DnsName,
    /// The record's kind.
    pub kind: DnsRecordKind,
    /// What the tenant needs; nothing where it gives no value.
    pub expected: Vec<DnsRecord>,
    /// What each server says.
    pub views: Vec<ViewCheck>,
    /// What was found.
    pub findings: Vec<DnsFinding>,
    /// What that comes to.
    pub state: SubjectState,
}

/// What one server says of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewCheck {
    /// Which server.
    pub viewer: Viewer,
    /// The records that concern the subject; or why there was no answer.
    pub records: Result<Vec<DnsRecord>, String>,
    /// Until when a resolver may go on saying so without asking anew.
    pub until: Option<Timestamp>,
    /// Whether it says just what the tenant needs.
    pub as_expected: bool,
}

/// What a subject's findings come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectState {
    /// As it should be, everywhere that was asked.
    Right,
    /// There is nothing to hold it against: the tenant gave no value, or the record is another's.
    NotJudged,
    /// Right where it is decided, and still otherwise in a cache.
    Waiting,
    /// Nothing is broken; something should be done.
    Advised,
    /// Something must be changed.
    Wrong,
    /// Who decides did not answer.
    Unknown,
}

impl SubjectState {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::NotJudged => "notJudged",
            Self::Waiting => "waiting",
            Self::Advised => "advised",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be done.
    Advice,
    /// Goes away by itself.
    Wait,
    /// Must be changed.
    Fault,
    /// Could not be asked.
    Unknown,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsFinding {
    /// There is no record.
    Missing,
    /// The record says something else.
    Wrong {
        /// What it says.
        found: DnsValue,
    },
    /// The old server still stands there.
    Stale {
        /// The record.
        found: DnsValue,
    },
    /// There is more than one where only one belongs.
    Doubled {
        /// All of them.
        found: Vec<DnsValue>,
    },
    /// A record beside it, from before, that leads people to the old server.
    Leftover {
        /// The record.
        found: DnsRecord,
    },
    /// The servers that decide do not agree.
    ServersDiffer {
        /// One that says something else than the first.
        server: String,
        /// What it says.
        found: Vec<DnsValue>,
    },
    /// A resolver still says something else than those who decide.
    Cached {
        /// Which.
        resolver: String,
        /// What it says.
        found: Vec<DnsValue>,
        /// When it must ask anew.
        until: Option<Timestamp>,
    },
    /// A change would take long to be seen: lower the time to live first.
    LongTtl {
        /// Seconds.
        ttl: u32,
    },
    /// The SPF record.
    Spf(SpfFault),
    /// The DMARC record.
    Dmarc(DmarcFault),
    /// The name is only another name; what it says there is not judged.
    Elsewhere {
        /// Where it leads.
        target: DnsName,
    },
    /// The tenant gave no value.
    NotGiven,
    /// A server said to decide for the domain does not.
    NotAuthoritative {
        /// Which.
        server: String,
    },
    /// A server did not answer.
    NoAnswer {
        /// Which.
        server: String,
        /// Why, in the system's words.
        words: String,
    },
}

impl DnsFinding {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Wrong { .. } => "wrong",
            Self::Stale { .. } => "stale",
            Self::Doubled { .. } => "doubled",
            Self::Leftover { .. } => "leftover",
            Self::ServersDiffer { .. } => "serversDiffer",
            Self::Cached { .. } => "cached",
            Self::LongTtl { .. } => "longTtl",
            Self::Spf(fault) => match fault {
                SpfFault::NotIncluded { .. } => "spfNotIncluded",
                SpfFault::TooManyLookups { .. } => "spfTooManyLookups",
                SpfFault::Everybody => "spfEverybody",
                SpfFault::NoEnd => "spfNoEnd",
                SpfFault::NoOpinion => "spfNoOpinion",
                SpfFault::AfterEnd { .. } => "spfAfterEnd",
                SpfFault::Circle { .. } => "spfCircle",
                SpfFault::Broken { .. } => "spfBroken",
                SpfFault::IncludeMissing { .. } => "spfIncludeMissing",
                SpfFault::Ptr => "spfPtr",
                SpfFault::Keeps { .. } => "spfKeeps",
            },
            Self::Dmarc(fault) => match fault {
                DmarcFault::NoPolicy => "dmarcNoPolicy",
                DmarcFault::Broken { .. } => "dmarcBroken",
                DmarcFault::OnlyWatches => "dmarcOnlyWatches",
                DmarcFault::NoReports => "dmarcNoReports",
            },
            Self::Elsewhere { .. } => "elsewhere",
            Self::NotGiven => "notGiven",
            Self::NotAuthoritative { .. } => "notAuthoritative",
            Self::NoAnswer { .. } => "noAnswer",
        }
    }

    /// How much it matters for this subject.
    #[must_use]
    pub const fn severity(&self, subject: Subject) -> Severity {
        match self {
            Self::Missing => match subject {
                // The tenant needs none; everyone should have one.
                Subject::Dmarc => Severity::Advice,
                _ => Severity::Fault,
            },
            Self::Wrong { .. }
            | Self::Stale { .. }
            | Self::Doubled { .. }
            | Self::Leftover { .. }
            | Self::ServersDiffer { .. }
            | Self::NotAuthoritative { .. } => Severity::Fault,
            Self::Cached { .. } => Severity::Wait,
            Self::LongTtl { .. } | Self::Elsewhere { .. } | Self::NotGiven => Severity::Note,
            Self::Spf(fault) => match fault {
                SpfFault::NotIncluded { .. }
                | SpfFault::TooManyLookups { .. }
                | SpfFault::Everybody
                | SpfFault::Circle { .. }
                | SpfFault::Broken { .. }
                | SpfFault::IncludeMissing { .. } => Severity::Fault,
                SpfFault::NoEnd
                | SpfFault::NoOpinion
                | SpfFault::AfterEnd { .. }
                | SpfFault::Ptr => Severity::Advice,
                SpfFault::Keeps { .. } => Severity::Note,
            },
            Self::Dmarc(fault) => match fault {
                DmarcFault::NoPolicy | DmarcFault::Broken { .. } => Severity::Fault,
                DmarcFault::OnlyWatches | DmarcFault::NoReports => Severity::Note,
            },
            Self::NoAnswer { .. } => Severity::Unknown,
        }
    }
}

/// A server's view of a subject that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The subject.
    pub subject: Subject,
    /// Whose view.
    pub viewer: Viewer,
    /// What it said.
    pub was: Vec<DnsValue>,
    /// What it says.
    pub now: Vec<DnsValue>,
}

/// What changed between two looks, server by server. A server that did not answer changed nothing.
#[must_use]
pub fn changes(before: &DnsCheck, after: &DnsCheck) -> Vec<Change> {
    let mut all = Vec::new();
    for subject in &after.subjects {
        let Some(old) = before.of(subject.subject) else {
            continue;
        };
        for view in &subject.views {
            let was = old.views.iter().find(|old| old.viewer == view.viewer);
            let Some((Ok(was), Ok(now))) = was.map(|was| (&was.records, &view.records)) else {
                continue;
            };
            let (was, now) = (values(was), values(now));
            if was != now {
                all.push(Change {
                    subject: subject.subject,
                    viewer: view.viewer.clone(),
                    was,
                    now,
                });
            }
        }
    }
    all
}

/// What records say, in an order that does not depend on the server's.
pub(super) fn values(records: &[DnsRecord]) -> Vec<DnsValue> {
    let mut values: Vec<_> = records.iter().map(|record| record.value.clone()).collect();
    values.sort();
    values
}
