use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DnsValue};

use crate::ports::DnsQuestion;

use super::check::values;
use super::{
    CHANGE_TTL, Dmarc, DnsCheck, DnsFinding, Expected, Observation, Severity, Spf, Subject,
    SubjectCheck, SubjectState, View, ViewCheck,
};

/// Holds what was seen against what the tenant needs. `old` names the servers that mail leaves behind;
/// a host within the domain itself is taken for one of them too.
#[must_use]
pub fn compare(expected: &Expected, old: &[DnsName], seen: &Observation) -> DnsCheck {
    DnsCheck {
        domain: expected.domain.clone(),
        at: seen.at,
        subjects: Subject::ALL
            .iter()
            .filter_map(|&subject| check(subject, expected, old, seen))
            .collect(),
        trouble: seen.trouble.clone(),
    }
}

fn check(
    subject: Subject,
    expected: &Expected,
    old: &[DnsName],
    seen: &Observation,
) -> Option<SubjectCheck> {
    let question = expected.question(subject)?;
    let wanted: Vec<DnsRecord> = expected.of(subject).cloned().collect();
    let views: Vec<ViewCheck> = seen
        .views
        .iter()
        .filter_map(|view| view_check(subject, &question, &wanted, view, seen.at))
        .collect();
    let mut findings = Vec::new();
    let mut deciding = views.iter().filter(|view| view.viewer.decides());
    let first = deciding.clone().find_map(|view| view.records.as_ref().ok());
    if let Some(records) = first {
        let mut judge = Judge {
            subject,
            expected,
            wanted: &wanted,
            old,
            seen,
            findings: &mut findings,
        };
        judge.records(records);
        judge.leftovers();
        for view in deciding.by_ref() {
            if let Ok(others) = &view.records
                && values(others) != values(records)
            {
                findings.push(DnsFinding::ServersDiffer {
                    server: view.viewer.to_string(),
                    found: values(others),
                });
            }
        }
        for view in views.iter().filter(|view| !view.viewer.decides()) {
            if let Ok(others) = &view.records
                && values(others) != values(records)
            {
                findings.push(DnsFinding::Cached {
                    resolver: view.viewer.to_string(),
                    found: values(others),
                    until: view.until,
                });
            }
        }
    }
    for view in seen.views.iter().filter(|view| view.viewer.decides()) {
        if let Some(Ok(answer)) = view.answers.get(&question)
            && !answer.authoritative
        {
            findings.push(DnsFinding::NotAuthoritative {
                server: view.viewer.to_string(),
            });
        }
    }
    for view in &views {
        if let Err(words) = &view.records {
            findings.push(DnsFinding::NoAnswer {
                server: view.viewer.to_string(),
                words: words.clone(),
            });
        }
    }
    let state = state(subject, first.is_some(), &findings);
    Some(SubjectCheck {
        subject,
        name: question.name,
        kind: question.kind,
        expected: wanted,
        views,
        findings,
        state,
    })
}

fn view_check(
    subject: Subject,
    question: &DnsQuestion,
    wanted: &[DnsRecord],
    view: &View,
    at: Timestamp,
) -> Option<ViewCheck> {
    let answer = view.answers.get(question)?;
    let records = answer.as_ref().map_err(Clone::clone).map(|answer| {
        answer
            .records
            .iter()
            .filter(|record| subject.concerns(&record.value))
            .cloned()
            .collect::<Vec<_>>()
    });
    let until = match (&records, answer) {
        (Ok(records), Ok(answer)) if !view.viewer.decides() => records
            .iter()
            .map(|record| record.ttl)
            .min()
            .or(answer.negative_ttl)
            .and_then(|seconds| {
                at.checked_add(SignedDuration::from_secs(i64::from(seconds)))
                    .ok()
            }),
        _ => None,
    };
    let as_expected = records
        .as_ref()
        .is_ok_and(|records| !wanted.is_empty() && servers(records) == servers(wanted));
    Some(ViewCheck {
        viewer: view.viewer.clone(),
        records,
        until,
        as_expected,
    })
}

/// What makes two sets of records the same to the tenant: a preference by itself does not matter.
fn servers(records: &[DnsRecord]) -> Vec<String> {
    let mut all: Vec<_> = records
        .iter()
        .map(|record| match (&record.value, record.value.target()) {
            (_, Some(target)) => target.to_string(),
            (value, None) => value.to_string(),
        })
        .collect();
    all.sort();
    all
}

/// The worst that was found decides, after whether those who decide answered at all.
fn state(subject: Subject, answered: bool, findings: &[DnsFinding]) -> SubjectState {
    if !answered {
        return SubjectState::Unknown;
    }
    let worst = findings
        .iter()
        .map(|finding| finding.severity(subject))
        .max()
        .unwrap_or(Severity::Note);
    let judged = !findings
        .iter()
        .any(|finding| matches!(finding, DnsFinding::NotGiven | DnsFinding::Elsewhere { .. }));
    match worst {
        Severity::Unknown => SubjectState::Unknown,
        Severity::Fault => SubjectState::Wrong,
        Severity::Advice => SubjectState::Advised,
        Severity::Wait => SubjectState::Waiting,
        Severity::Note if judged => SubjectState::Right,
        Severity::Note => SubjectState::NotJudged,
    }
}

struct Judge<'a> {
    subject: Subject,
    expected: &'a Expected,
    wanted: &'a [DnsRecord],
    old: &'a [DnsName],
    seen: &'a Observation,
    findings: &'a mut Vec<DnsFinding>,
}

impl Judge<'_> {
    fn records(&mut self, records: &[DnsRecord]) {
        match self.subject {
            Subject::Mx | Subject::Autodiscover => self.leading(records),
            Subject::DkimSelector1 | Subject::DkimSelector2 => {
                if self.wanted.is_empty() {
                    self.findings.push(DnsFinding::NotGiven);
                } else {
                    self.leading(records);
                }
            }
            Subject::Spf => self.one_text(records, |judge, text| {
                let expected = judge.wanted.iter().find_map(|record| match &record.value {
                    DnsValue::Txt(text) => Some(Spf::read(text)),
                    _ => None,
                });
                let faults = Spf::read(text).faults(expected.as_ref(), &judge.seen.spf);
                judge
                    .findings
                    .extend(faults.into_iter().map(DnsFinding::Spf));
            }),
            Subject::Dmarc => self.one_text(records, |judge, text| {
                let faults = Dmarc::read(text).faults();
                judge
                    .findings
                    .extend(faults.into_iter().map(DnsFinding::Dmarc));
            }),
        }
    }

    /// Records that lead to a server.
    fn leading(&mut self, records: &[DnsRecord]) {
        if self.wanted.is_empty() {
            self.findings.push(DnsFinding::NotGiven);
            return;
        }
        let kind = self.subject.kind();
        let of_kind = |record: &&DnsRecord| record.value.kind() == kind;
        if !records.iter().any(|record| of_kind(&record)) {
            self.findings.push(DnsFinding::Missing);
        }
        let wanted: BTreeSet<_> = servers(self.wanted).into_iter().collect();
        let mut longest = 0;
        for record in records {
            let target = record.value.target();
            if record.value.kind() == kind
                && target.is_some_and(|target| wanted.contains(target.as_str()))
            {
                continue;
            }
            let found = record.value.clone();
            self.findings
                .push(if target.is_some_and(|target| self.is_old(target)) {
                    DnsFinding::Stale { found }
                } else {
                    DnsFinding::Wrong { found }
                });
            longest = longest.max(record.ttl);
        }
        if longest > CHANGE_TTL {
            self.findings.push(DnsFinding::LongTtl { ttl: longest });
        }
        // Several servers of one kind, all of them old, are no doubling: they go together.
        let right = records
            .iter()
            .filter(|record| {
                record
                    .value
                    .target()
                    .is_some_and(|target| wanted.contains(target.as_str()))
            })
            .count();
        if records.len() > self.wanted.len() && right > 0
            || kind == DnsRecordKind::Cname && records.len() > 1
        {
            self.findings.push(DnsFinding::Doubled {
                found: values(records),
            });
        }
    }

    /// A text of which there must be just one.
    fn one_text(&mut self, records: &[DnsRecord], judge: impl Fn(&mut Self, &str)) {
        match records {
            [] => self.findings.push(DnsFinding::Missing),
            [only] => match &only.value {
                DnsValue::Txt(text) => judge(self, text),
                DnsValue::Cname(target) => self.findings.push(DnsFinding::Elsewhere {
                    target: target.clone(),
                }),
                other => self.findings.push(DnsFinding::Wrong {
                    found: other.clone(),
                }),
            },
            several => self.findings.push(DnsFinding::Doubled {
                found: values(several),
            }),
        }
    }

    /// What stands beside the record since before, told once for all servers.
    fn leftovers(&mut self) {
        let wanted: BTreeSet<_> = servers(self.wanted).into_iter().collect();
        let mut found = BTreeSet::new();
        for question in self.expected.leftovers(self.subject) {
            for view in self.seen.views.iter().filter(|view| view.viewer.decides()) {
                let Some(Ok(answer)) = view.answers.get(&question) else {
                    continue;
                };
                found.extend(
                    answer
                        .records
                        .iter()
                        .filter(|record| {
                            record.value.kind() == question.kind
                                && !record
                                    .value
                                    .target()
                                    .is_some_and(|target| wanted.contains(target.as_str()))
                        })
                        .cloned(),
                );
            }
        }
        self.findings.extend(
            found
                .into_iter()
                .map(|found| DnsFinding::Leftover { found }),
        );
    }

    fn is_old(&self, host: &DnsName) -> bool {
        self.old.contains(host) || host.is_within(&self.expected.domain)
    }
}
