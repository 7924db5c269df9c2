//! What the resolver heard, and until when it goes on saying so.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hickory_proto::rr::{Name, RecordType};

use super::answer::{Answer, anywhere};
use super::zone::Zone;

/// Longer than this it believes nobody, whatever a record says. Some real resolvers do the same; here it lets a
/// person see the old value go.
const LONGEST: u32 = 60;
/// So long it believes that there is nothing.
const NOTHING: u32 = 30;
/// More questions than this it does not remember.
const MOST: usize = 1000;

#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<BTreeMap<(Name, u16), Heard>>);

#[derive(Debug)]
struct Heard {
    answer: Answer,
    at: Instant,
    ttl: u32,
}

impl Cache {
    /// What it says now, having asked where it does not know or knows no longer.
    pub(super) fn ask(&self, zone: &Zone, name: &Name, kind: RecordType, now: Instant) -> Answer {
        let key = (name.to_lowercase(), u16::from(kind));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |heard: &Heard| {
            now.saturating_duration_since(heard.at) < Duration::from_secs(heard.ttl.into())
        };
        if !known.get(&key).is_some_and(fresh) {
            if known.len() >= MOST {
                known.clear();
            }
            let answer = anywhere(zone, name, kind);
            let given = answer.records.iter().map(|record| record.ttl).min();
            let ttl = given.unwrap_or(NOTHING).min(LONGEST);
            let at = now;
            known.insert(key.clone(), Heard { answer, at, ttl });
        }
        let Some(heard) = known.get(&key) else {
            return anywhere(zone, name, kind);
        };
        let age = now.saturating_duration_since(heard.at).as_secs();
        let left = heard
            .ttl
            .saturating_sub(u32::try_from(age).unwrap_or(u32::MAX));
        let mut answer = heard.answer.clone();
        for record in answer.records.iter_mut().chain(&mut answer.nothing) {
            record.ttl = left;
        }
        answer
    }
}
