//! Access taken back, mailbox by mailbox, from a tenant that does not always let go.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[allow(dead_code, reason = "the office answers the checks too")]
mod office;

use office::{Office, address};
use stegvis_engine::access::remove_access;
use stegvis_engine::ports::EndpointErrorKind;
use tokio_util::sync::CancellationToken;

fn four() -> Vec<stegvis_model::SmtpAddress> {
    ["u0", "u1", "u2", "u3"].map(address).to_vec()
}

#[tokio::test]
async fn one_mailbox_that_the_tenant_will_not_touch_keeps_no_other_from_being_done() {
    let mut office = Office::of(4);
    office
        .refuses
        .insert(address("u1"), EndpointErrorKind::RightsMissing);
    let outcome = remove_access(&office, &four(), &CancellationToken::new()).await;
    assert_eq!(outcome.removed, ["u0", "u2", "u3"].map(address));
    assert_eq!(outcome.failed.first().unwrap().0, address("u1"));
    assert!(outcome.left.is_empty() && !outcome.is_whole());
    office.refuses.clear();
    let again = remove_access(&office, &four(), &CancellationToken::new()).await;
    assert!(again.is_whole());
}

#[tokio::test]
async fn a_tenant_that_is_gone_is_not_asked_for_every_mailbox() {
    let mut office = Office::of(4);
    office
        .refuses
        .insert(address("u1"), EndpointErrorKind::Unreachable);
    let outcome = remove_access(&office, &four(), &CancellationToken::new()).await;
    assert_eq!(outcome.removed, [address("u0")]);
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(outcome.left, ["u2", "u3"].map(address));
    assert_eq!(office.calls(), 1);
}

#[tokio::test]
async fn stopped_before_it_began_it_does_nothing_and_says_so() {
    let stop = CancellationToken::new();
    stop.cancel();
    let outcome = remove_access(&Office::of(4), &four(), &stop).await;
    assert_eq!(outcome.left, four());
    assert!(outcome.removed.is_empty() && outcome.failed.is_empty());
}
