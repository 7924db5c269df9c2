//! What one server says to one question.

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::zone::{Zone, rest_of_the_world};

/// No name leads through more others.
const MOST_NAMES: usize = 4;

/// An answer, before it is packed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) code: ResponseCode,
    pub(super) records: Vec<Record>,
    /// Where there is nothing: for how long others may say so.
    pub(super) nothing: Option<Record>,
}

impl Answer {
    pub(super) const fn only(code: ResponseCode) -> Self {
        Self {
            code,
            records: Vec::new(),
            nothing: None,
        }
    }
}

/// What the zone says; `None` for a name outside it.
pub(super) fn of_zone(zone: &Zone, name: &Name, kind: RecordType) -> Option<Answer> {
    Zone::top().zone_of(name).then(|| {
        let all = zone.records();
        let mut answer = look(&all, name, kind);
        if answer.records.is_empty() {
            answer.nothing = Some(zone.soa());
        }
        answer
    })
}

/// What the rest of the world says.
pub(super) fn elsewhere(name: &Name, kind: RecordType) -> Answer {
    look(&rest_of_the_world(), name, kind)
}

/// Everything there is, from both.
pub(super) fn anywhere(zone: &Zone, name: &Name, kind: RecordType) -> Answer {
    let mut answer = of_zone(zone, name, kind).unwrap_or_else(|| elsewhere(name, kind));
    // A name that leads out of the zone is followed there.
    let target = answer.records.last().and_then(target).cloned();
    if let Some(target) = target.filter(|_| kind != RecordType::CNAME)
        && !Zone::top().zone_of(&target)
    {
        answer.records.extend(elsewhere(&target, kind).records);
    }
    answer
}

fn look(all: &[Record], name: &Name, kind: RecordType) -> Answer {
    let mut records: Vec<Record> = Vec::new();
    let mut at = name.clone();
    for _ in 0..MOST_NAMES {
        let here = || all.iter().filter(|record| record.name == at);
        let wanted =
            here().filter(|record| kind == RecordType::ANY || record.record_type() == kind);
        let found = records.len();
        records.extend(wanted.cloned());
        if records.len() > found || kind == RecordType::CNAME {
            break;
        }
        let Some(other) = here().find(|record| target(record).is_some()) else {
            break;
        };
        records.push(other.clone());
        match target(other) {
            Some(next) => at = next.clone(),
            None => break,
        }
    }
    let exists = all.iter().any(|record| name.zone_of(&record.name));
    let code = if exists {
        ResponseCode::NoError
    } else {
        ResponseCode::NXDomain
    };
    Answer {
        code,
        records,
        nothing: None,
    }
}

fn target(record: &Record) -> Option<&Name> {
    match &record.data {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    }
}
