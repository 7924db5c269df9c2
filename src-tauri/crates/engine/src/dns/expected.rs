use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DnsValue};

use crate::ports::DnsQuestion;

use super::spf;

/// What is looked at, in the order it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Where mail for the domain goes.
    Mx,
    /// Where Outlook finds its server.
    Autodiscover,
    /// Who may send as the domain.
    Spf,
    /// The first key that mail is signed with.
    DkimSelector1,
    /// The second.
    DkimSelector2,
    /// What others do with mail that only claims to be the domain's.
    Dmarc,
}

impl Subject {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::Mx,
        Self::Autodiscover,
        Self::Spf,
        Self::DkimSelector1,
        Self::DkimSelector2,
        Self::Dmarc,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mx => "mx",
            Self::Autodiscover => "autodiscover",
            Self::Spf => "spf",
            Self::DkimSelector1 => "dkimSelector1",
            Self::DkimSelector2 => "dkimSelector2",
            Self::Dmarc => "dmarc",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Mx | Self::Spf => "",
            Self::Autodiscover => "autodiscover",
            Self::DkimSelector1 => "selector1._domainkey",
            Self::DkimSelector2 => "selector2._domainkey",
            Self::Dmarc => "_dmarc",
        }
    }

    /// The kind of record that decides.
    #[must_use]
    pub const fn kind(self) -> DnsRecordKind {
        match self {
            Self::Mx => DnsRecordKind::Mx,
            Self::Autodiscover | Self::DkimSelector1 | Self::DkimSelector2 => DnsRecordKind::Cname,
            Self::Spf | Self::Dmarc => DnsRecordKind::Txt,
        }
    }

    /// Whether this record is about the subject at all; a domain has other TXT records than SPF.
    #[must_use]
    pub fn concerns(self, value: &DnsValue) -> bool {
        match (self, value) {
            (Self::Spf, DnsValue::Txt(text)) => spf::is_spf(text),
            (Self::Dmarc, DnsValue::Txt(text)) => super::dmarc::is_dmarc(text),
            _ => true,
        }
    }
}

/// What the tenant needs of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The domain.
    pub domain: DnsName,
    records: Vec<DnsRecord>,
}

impl Expected {
    /// Of all records that a tenant asks for, those that mail needs.
    #[must_use]
    pub fn new(domain: DnsName, records: Vec<DnsRecord>) -> Self {
        let mut all = Self {
            domain,
            records: Vec::new(),
        };
        all.records = records
            .into_iter()
            .filter(|record| {
                Subject::ALL.iter().any(|&subject| {
                    record.value.kind() == subject.kind()
                        && all.name(subject).is_some_and(|name| name == record.name)
                        && subject.concerns(&record.value)
                })
            })
            .collect();
        all
    }

    /// The name that a subject's record has; none where the domain is so long that there can be none.
    #[must_use]
    pub fn name(&self, subject: Subject) -> Option<DnsName> {
        match subject.label() {
            "" => Some(self.domain.clone()),
            label => self.domain.below(label).ok(),
        }
    }

    /// The records given for a subject.
    pub fn of(&self, subject: Subject) -> impl Iterator<Item = &DnsRecord> {
        let name = self.name(subject);
        self.records.iter().filter(move |record| {
            Some(&record.name) == name.as_ref()
                && record.value.kind() == subject.kind()
                && subject.concerns(&record.value)
        })
    }

    /// All of them.
    #[must_use]
    pub fn records(&self) -> &[DnsRecord] {
        &self.records
    }

    /// The question whose answer decides about a subject.
    #[must_use]
    pub fn question(&self, subject: Subject) -> Option<DnsQuestion> {
        Some(DnsQuestion {
            name: self.name(subject)?,
            kind: subject.kind(),
        })
    }

    /// Questions whose answers should be empty: what is there is left from before.
    #[must_use]
    pub fn leftovers(&self, subject: Subject) -> Vec<DnsQuestion> {
        let of = |name: Option<DnsName>, kinds: &[DnsRecordKind]| {
            let name = name.into_iter();
            name.flat_map(|name| {
                kinds.iter().map(move |&kind| DnsQuestion {
                    name: name.clone(),
                    kind,
                })
            })
            .collect::<Vec<_>>()
        };
        match subject {
            Subject::Autodiscover => {
                let mut all = of(self.name(subject), &[DnsRecordKind::A, DnsRecordKind::Aaaa]);
                all.extend(of(
                    self.domain.below("_autodiscover._tcp").ok(),
                    &[DnsRecordKind::Srv],
                ));
                all
            }
            Subject::DkimSelector1 | Subject::DkimSelector2 => {
                of(self.name(subject), &[DnsRecordKind::Txt])
            }
            Subject::Mx | Subject::Spf | Subject::Dmarc => Vec::new(),
        }
    }
}
