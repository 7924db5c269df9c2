#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::time::{Duration, Instant};

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

use super::answer::of_zone;
use super::cache::Cache;
use super::serve::Server;
use super::{DnsStep, Zone};

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn mx(records: &[hickory_proto::rr::Record]) -> (String, u32) {
    let RData::MX(mx) = &records[0].data else {
        panic!("{records:?}");
    };
    (mx.exchange.to_ascii(), records[0].ttl)
}

#[test]
fn the_zone_is_what_its_steps_made_of_it_and_back_is_as_it_was() {
    let asked = |zone: &Zone| {
        let answer = of_zone(zone, &name("Nordvik.Example."), RecordType::MX).unwrap();
        mx(&answer.records)
    };
    let old = Zone::after(&[]);
    assert_eq!(asked(&old), ("mail.nordvik.example.".to_owned(), 14_400));
    let low = Zone::after(&[DnsStep::LowerTtl]);
    assert_eq!(asked(&low), ("mail.nordvik.example.".to_owned(), 300));
    let moved = Zone::after(&[DnsStep::LowerTtl, DnsStep::MoveMx]);
    assert_eq!(
        asked(&moved),
        ("nordvik-example.n-v1.mx.microsoft.".to_owned(), 3600)
    );
    let back = Zone::after(&[DnsStep::MoveMx, DnsStep::Back]);
    assert_eq!(asked(&back), asked(&old));
}

#[test]
fn the_resolver_says_the_old_value_until_a_minute_is_over() {
    let (cache, begun) = (Cache::default(), Instant::now());
    let (old, new) = (Zone::after(&[]), Zone::after(&[DnsStep::MoveMx]));
    let ask = |zone: &Zone, seconds| {
        let now = begun + Duration::from_secs(seconds);
        let domain = name("nordvik.example.");
        mx(&cache.ask(zone, &domain, RecordType::MX, now).records)
    };
    assert_eq!(ask(&old, 0), ("mail.nordvik.example.".to_owned(), 60));
    assert_eq!(ask(&new, 59), ("mail.nordvik.example.".to_owned(), 1));
    assert_eq!(
        ask(&new, 60),
        ("nordvik-example.n-v1.mx.microsoft.".to_owned(), 60)
    );
}

#[test]
fn what_is_not_there_and_what_is_not_ours_are_different_answers() {
    let ask = |of: &str, kind| {
        let mut request = Message::new(7, MessageType::Query, OpCode::Query);
        request.add_query(Query::query(name(of), kind));
        let packet = request.to_vec().unwrap();
        let zone = Zone::after(&[]);
        let packed = Server::Authoritative.answer(&zone, &packet).unwrap();
        Message::from_vec(&packed.in_one().unwrap()).unwrap()
    };
    let nothing = ask("_dmarc.nordvik.example.", RecordType::TXT);
    assert_eq!(nothing.metadata.response_code, ResponseCode::NXDomain);
    assert!(nothing.metadata.authoritative && nothing.authorities.len() == 1);
    let empty = ask("_tcp.nordvik.example.", RecordType::A);
    assert_eq!(empty.metadata.response_code, ResponseCode::NoError);
    let foreign = ask("outlook.com.", RecordType::A);
    assert_eq!(foreign.metadata.response_code, ResponseCode::Refused);
    assert!(!foreign.metadata.authoritative);
}

#[test]
fn a_packet_that_is_no_question_is_not_answered() {
    let zone = Zone::after(&[]);
    assert!(Server::Authoritative.answer(&zone, b"GET / HTTP").is_none());
    let mut answer = Message::new(7, MessageType::Response, OpCode::Query);
    answer.add_query(Query::query(name("nordvik.example."), RecordType::MX));
    let packet = answer.to_vec().unwrap();
    assert!(Server::Authoritative.answer(&zone, &packet).is_none());
}
