#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use stegvis_model::{DnsName, DnsRecord, DnsRecordKind, DnsValue};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::ports::{
    Clock, Dns, DnsAnswer, DnsQuestion, EndpointError, EndpointErrorKind, NameServer,
};

const DOMAIN: &str = "nordvik.example";
const MX: &str = "nordvik-example.mail.protection.outlook.com";

fn name(text: &str) -> DnsName {
    text.parse().unwrap()
}

fn record(at: &str, ttl: u32, kind: DnsRecordKind, value: &str) -> DnsRecord {
    let value = match kind {
        DnsRecordKind::Mx => {
            let (preference, exchange) = value.split_once(' ').unwrap();
            DnsValue::Mx {
                preference: preference.parse().unwrap(),
                exchange: name(exchange),
            }
        }
        DnsRecordKind::Cname => DnsValue::Cname(name(value)),
        DnsRecordKind::Txt => DnsValue::Txt(value.to_owned()),
        DnsRecordKind::A => DnsValue::A(value.parse().unwrap()),
        DnsRecordKind::Srv | DnsRecordKind::Aaaa => DnsValue::Srv {
            priority: 0,
            weight: 0,
            port: 443,
            target: name(value),
        },
    };
    DnsRecord {
        name: name(at),
        ttl,
        value,
    }
}

fn mx(ttl: u32, value: &str) -> DnsRecord {
    record(DOMAIN, ttl, DnsRecordKind::Mx, value)
}

fn txt(at: &str, value: &str) -> DnsRecord {
    record(at, 3600, DnsRecordKind::Txt, value)
}

fn cname(at: &str, value: &str) -> DnsRecord {
    record(at, 3600, DnsRecordKind::Cname, value)
}

/// What the tenant needs.
fn expected() -> Expected {
    Expected::new(
        name(DOMAIN),
        vec![
            mx(3600, &format!("0 {MX}")),
            txt(DOMAIN, "v=spf1 include:spf.protection.outlook.com -all"),
            cname("autodiscover.nordvik.example", "autodiscover.outlook.com"),
            cname(
                "selector1._domainkey.nordvik.example",
                "selector1-nordvik-example._domainkey.nordvik.onmicrosoft.com",
            ),
            // Not mail's.
            cname("lyncdiscover.nordvik.example", "webdir.online.lync.com"),
        ],
    )
}

/// A domain as the tenant needs it.
fn right() -> Vec<DnsRecord> {
    let mut records = expected().records().to_vec();
    records.push(txt(DOMAIN, "MS=ms123"));
    // What is included is asked of a resolver, which knows the whole world.
    records.push(txt(
        "spf.protection.outlook.com",
        "v=spf1 ip4:40.92.0.0/15 -all",
    ));
    records.push(txt(
        "_dmarc.nordvik.example",
        "v=DMARC1; p=reject; rua=mailto:d@nordvik.example",
    ));
    records
}

fn server(name: &str) -> NameServer {
    NameServer {
        name: name.to_owned(),
        address: "192.0.2.1:53".parse().unwrap(),
    }
}

/// Servers whose answers are the records of a zone. Time passes when it is asked for.
struct World {
    zones: Mutex<BTreeMap<String, Vec<DnsRecord>>>,
    authoritative: Vec<NameServer>,
    resolvers: Vec<NameServer>,
    now: Mutex<Timestamp>,
    asked: Mutex<usize>,
}

impl World {
    /// One server that decides and one resolver, with these records each.
    fn new(ns: Vec<DnsRecord>, resolver: Vec<DnsRecord>) -> Self {
        Self {
            zones: Mutex::new(BTreeMap::from([
                ("ns1".to_owned(), ns),
                ("resolver".to_owned(), resolver),
            ])),
            authoritative: vec![server("ns1")],
            resolvers: vec![server("resolver")],
            now: Mutex::new("2026-11-23T10:00:00Z".parse().unwrap()),
            asked: Mutex::new(0),
        }
    }

    fn same(records: Vec<DnsRecord>) -> Self {
        Self::new(records.clone(), records)
    }

    fn put(&self, server: &str, records: Vec<DnsRecord>) {
        self.zones
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(server.to_owned(), records);
    }

    async fn check(&self) -> DnsCheck {
        let old = [name("gw.hosted.example")];
        let seen = observe(self, &expected(), self).await.unwrap();
        compare(&expected(), &old, &seen)
    }
}

#[async_trait]
impl Dns for World {
    async fn authoritative(&self, _domain: &DnsName) -> Result<Vec<NameServer>, EndpointError> {
        Ok(self.authoritative.clone())
    }

    fn resolvers(&self) -> Vec<NameServer> {
        self.resolvers.clone()
    }

    async fn ask(
        &self,
        server: &NameServer,
        question: &DnsQuestion,
    ) -> Result<DnsAnswer, EndpointError> {
        *self.asked.lock().unwrap() += 1;
        let zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(zone) = zones.get(&server.name) else {
            return Err(EndpointError::new(
                EndpointErrorKind::Unreachable,
                "no answer within 3 s",
            ));
        };
        let of_name = zone.iter().filter(|record| record.name == question.name);
        let records = of_name
            .filter(|record| {
                record.value.kind() == question.kind || record.value.kind() == DnsRecordKind::Cname
            })
            .cloned()
            .collect();
        Ok(DnsAnswer {
            records,
            authoritative: server.name.starts_with("ns"),
            negative_ttl: Some(300),
        })
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was found, subject by subject, without what is right.
fn told(check: &DnsCheck) -> String {
    let mut text = String::new();
    for subject in &check.subjects {
        if subject.findings.is_empty() {
            continue;
        }
        writeln!(text, "{} {}", subject.subject.name(), subject.state.name()).unwrap();
        for finding in &subject.findings {
            let words = format!("{finding:?}");
            writeln!(text, "  {} {words}", finding.name()).unwrap();
        }
    }
    text
}

#[tokio::test]
async fn what_the_tenant_needs_is_right_but_what_it_did_not_give_is_not_judged() {
    let check = World::same(right()).check().await;
    assert!(check.is_right(), "{}", told(&check));
    let state = |subject| check.of(subject).unwrap().state;
    assert_eq!(state(Subject::Mx), SubjectState::Right);
    assert_eq!(state(Subject::DkimSelector1), SubjectState::Right);
    assert_eq!(state(Subject::DkimSelector2), SubjectState::NotJudged);
}

#[tokio::test]
async fn an_empty_domain_misses_everything() {
    let check = World::same(Vec::new()).check().await;
    insta::assert_snapshot!(told(&check));
}

#[tokio::test]
async fn a_domain_before_its_move_shows_all_that_is_old_doubled_and_left() {
    let mut zone = right();
    zone.retain(|record| {
        record.value.kind() != DnsRecordKind::Cname && record.value.kind() != DnsRecordKind::Mx
    });
    zone.extend([
        mx(86_400, "10 mail.nordvik.example"),
        mx(86_400, "20 gw.hosted.example"),
        mx(3600, "30 mx.stranger.example"),
        txt(DOMAIN, "v=spf1 ip4:203.0.113.9 -all"),
        txt("_dmarc.nordvik.example", "v=DMARC1; p=none"),
        record(
            "autodiscover.nordvik.example",
            3600,
            DnsRecordKind::A,
            "203.0.113.9",
        ),
        record(
            "_autodiscover._tcp.nordvik.example",
            3600,
            DnsRecordKind::Srv,
            "mail.nordvik.example",
        ),
        txt("selector1._domainkey.nordvik.example", "v=DKIM1; p=abc"),
    ]);
    insta::assert_snapshot!(told(&World::same(zone).check().await));
}

#[tokio::test]
async fn a_second_mx_beside_the_right_one_is_a_doubling() {
    let mut zone = right();
    zone.push(mx(300, "20 gw.hosted.example"));
    let check = World::same(zone).check().await;
    let names: Vec<_> = check
        .of(Subject::Mx)
        .unwrap()
        .findings
        .iter()
        .map(DnsFinding::name)
        .collect();
    assert_eq!(names, ["stale", "doubled"]);
}

#[tokio::test]
async fn another_preference_is_as_good() {
    let mut zone = right();
    zone.retain(|record| record.value.kind() != DnsRecordKind::Mx);
    zone.push(mx(300, &format!("10 {MX}")));
    assert!(World::same(zone).check().await.is_right());
}

#[tokio::test]
async fn a_cache_that_is_behind_is_waited_for_until_its_time_is_over() {
    let mut old = right();
    old.retain(|record| record.value.kind() != DnsRecordKind::Mx);
    let missing = World::new(right(), old.clone()).check().await;
    old.push(mx(1800, "10 mail.nordvik.example"));
    let check = World::new(right(), old).check().await;
    let mx = check.of(Subject::Mx).unwrap();
    assert_eq!(mx.state, SubjectState::Waiting);
    assert!(!check.is_right());
    insta::assert_snapshot!(told(&check) + &told(&missing));
}

#[tokio::test]
async fn servers_that_do_not_agree_or_do_not_answer_are_named() {
    let mut world = World::same(right());
    world.authoritative = ["ns1", "ns2", "ns3"].map(server).to_vec();
    let mut other = right();
    other.retain(|record| record.value.kind() != DnsRecordKind::Mx);
    world.put("ns2", other);
    let check = world.check().await;
    assert_eq!(check.of(Subject::Mx).unwrap().state, SubjectState::Unknown);
    let names: Vec<_> = check
        .of(Subject::Mx)
        .unwrap()
        .findings
        .iter()
        .map(DnsFinding::name)
        .collect();
    assert_eq!(names, ["serversDiffer", "noAnswer"]);
    // A silent server is asked twice, not eleven times: 3 x 11 questions less 9, 6 and one include.
    assert_eq!(*world.asked.lock().unwrap(), 11 + 11 + 2 + 6 + 1);
}

#[tokio::test]
async fn a_server_that_only_repeats_is_not_one_that_decides() {
    let mut world = World::same(right());
    world.authoritative = vec![server("resolver")];
    let check = world.check().await;
    assert_eq!(check.of(Subject::Mx).unwrap().state, SubjectState::Wrong);
}

#[tokio::test]
async fn when_nobody_answers_nothing_is_said_to_be_right() {
    let mut world = World::same(right());
    world.authoritative = vec![server("silent")];
    world.resolvers = vec![server("silent too")];
    let error = observe(&world, &expected(), &world).await.unwrap_err();
    assert_eq!(error.detail, "no answer within 3 s");
}

#[tokio::test(start_paused = true)]
async fn a_watch_tells_each_change_and_ends_when_all_is_right_everywhere() {
    let mut old = right();
    old.retain(|record| record.value.kind() != DnsRecordKind::Mx);
    old.push(mx(300, "10 mail.nordvik.example"));
    let world = World::same(old);
    let mut events = Vec::new();
    let start = tokio::time::Instant::now();
    let looks = Mutex::new(0);
    let end = watch(
        &world,
        &expected(),
        &[],
        &world,
        Pace::default(),
        &CancellationToken::new(),
        |event| match event {
            WatchEvent::Changed(change) => {
                events.push(format!("{} at {}", change.subject.name(), change.viewer));
            }
            WatchEvent::Next(_) => {
                let mut looks = looks.lock().unwrap();
                *looks += 1;
                match *looks {
                    2 => world.put("ns1", right()),
                    3 => world.put("resolver", right()),
                    _ => {}
                }
            }
            WatchEvent::Seen(_) => {}
            WatchEvent::Trouble(error) => events.push(error.to_string()),
        },
    )
    .await;
    assert!(matches!(end, WatchEnd::Everywhere(_)));
    assert_eq!(events, ["mx at ns1", "mx at resolver"]);
    // Twice a minute for someone who is changing it, then until the cache's 300 seconds are over.
    assert_eq!(start.elapsed().as_secs(), 60 + 60 + 301);
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_through_trouble_and_stops_when_told() {
    let mut world = World::same(Vec::new());
    world.authoritative = vec![server("silent")];
    world.resolvers = Vec::new();
    let cancel = CancellationToken::new();
    let mut troubles = 0;
    let end = watch(
        &world,
        &expected(),
        &[],
        &world,
        Pace::default(),
        &cancel,
        |event| {
            if matches!(event, WatchEvent::Trouble(_)) {
                troubles += 1;
                if troubles == 3 {
                    cancel.cancel();
                }
            }
        },
    )
    .await;
    assert_eq!((end, troubles), (WatchEnd::Cancelled, 3));
}

#[test]
fn what_changed_is_told_server_by_server() {
    let view = |value: &str| ViewCheck {
        viewer: Viewer::Authoritative(server("ns1")),
        records: Ok(vec![mx(300, value)]),
        until: None,
        as_expected: false,
    };
    let check = |views| DnsCheck {
        domain: name(DOMAIN),
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1),
        subjects: vec![SubjectCheck {
            subject: Subject::Mx,
            name: name(DOMAIN),
            kind: DnsRecordKind::Mx,
            expected: Vec::new(),
            views,
            findings: Vec::new(),
            state: SubjectState::Wrong,
        }],
        trouble: None,
    };
    let all = changes(
        &check(vec![view("10 a.example")]),
        &check(vec![view("10 b.example")]),
    );
    assert_eq!(all.len(), 1);
    assert!(changes(&check(Vec::new()), &check(vec![view("10 b.example")])).is_empty());
}

#[tokio::test]
async fn a_project_keeps_what_was_before_and_since_when_mail_goes_to_the_tenant() {
    use stegvis_journal::{Journal, JournalError, NewUser};
    let dir = tempfile::tempdir().unwrap();
    let journal = Journal::open(&dir.path().join("p.stegvis")).unwrap();
    let domain = name(DOMAIN);
    let mut old = right();
    old.retain(|record| record.value.kind() != DnsRecordKind::Mx);
    old.push(mx(300, "10 mail.nordvik.example"));
    let world = World::same(old.clone());
    let look = async |zone: Vec<DnsRecord>, at: &str| {
        world.put("ns1", zone);
        *world.now.lock().unwrap() = at.parse().unwrap();
        let check = world.check().await;
        journal
            .transaction(|tx| {
                keep_seen(tx, &check)?;
                kept(tx, &domain)
            })
            .map_err(|error: JournalError| error.to_string())
            .unwrap()
    };
    let first = look(old.clone(), "2026-11-23T10:00:00Z").await;
    let before = first.before.clone().unwrap();
    assert!(
        before.contains("nordvik.example. 300 IN MX 10 mail.nordvik.example."),
        "{before}"
    );
    assert_eq!(first.mx_moved_at, None);
    look(right(), "2026-11-23T11:00:00Z").await;
    let moved = look(right(), "2026-11-23T12:00:00Z").await;
    assert_eq!(
        moved.mx_moved_at.unwrap().to_string(),
        "2026-11-23T11:00:00Z"
    );
    assert_eq!(moved.before, first.before);
    assert_eq!(look(old, "2026-11-23T13:00:00Z").await.mx_moved_at, None);
    let standing = journal
        .transaction(|tx| {
            let batch = tx.insert_batch("pilot", None)?;
            let user = NewUser {
                address: "anna@nordvik.example".parse().unwrap(),
                display_name: String::new(),
                kind: stegvis_model::RecipientKind::UserMailbox,
            };
            tx.insert_user(batch, &user)?;
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            keep_delivery(tx, &domain, at("2026-11-23T12:30:00Z"))?;
            keep_delivery(tx, &domain, at("2026-11-23T11:30:00Z"))?;
            standing(tx, &domain, at("2026-11-23T13:00:00Z"))
        })
        .map_err(|error: JournalError| error.to_string())
        .unwrap();
    assert_eq!((standing.mailboxes, standing.not_synced), (1, 1));
    assert_eq!(
        standing.direct_delivery_at.unwrap().to_string(),
        "2026-11-23T12:30:00Z"
    );
}
