//! Access taken back, mailbox by mailbox, from a tenant that does not always let go.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[allow(dead_code, reason = "the office answers the checks too")]
mod office;

use office::{LARGEST_MESSAGE, Office, address};
use stegvis_engine::access::remove_access;
use stegvis_engine::ports::EndpointErrorKind;
use stegvis_engine::receive_size::{put_back, raise, raised};
use stegvis_journal::Journal;
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

#[tokio::test]
async fn the_largest_message_is_put_back_to_what_it_was_before_the_first_raise_and_what_stays_raised_is_named()
 {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("test.stegvis")).unwrap();
    let mut office = Office::of(3);
    let before = [("u0", 36 << 20), ("u1", 10 << 20)].map(|(name, size)| (address(name), size));
    office.sizes.lock().unwrap().extend(before.clone());
    // A second run over them, and a mailbox that is none yet.
    for name in ["u0", "u1", "u0", "u2"] {
        raise(&journal, &office, &address(name)).await.unwrap();
    }
    let sizes = |office: &Office| office.sizes.lock().unwrap().clone();
    assert!(sizes(&office).values().all(|size| *size == LARGEST_MESSAGE));
    office
        .refuses
        .insert(address("u1"), EndpointErrorKind::RightsMissing);
    let kept = put_back(&journal, &office).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept.first().unwrap().0, address("u1"));
    assert_eq!(
        raised(&journal).unwrap(),
        [(address("u1"), 10 << 20)].into()
    );
    // Asked again later, it is done; nothing is left of one that is gone.
    office.refuses.clear();
    assert_eq!(put_back(&journal, &office).await.unwrap(), []);
    assert_eq!(sizes(&office), before.into());
    raise(&journal, &office, &address("u0")).await.unwrap();
    office.sizes.lock().unwrap().clear();
    assert_eq!(put_back(&journal, &office).await.unwrap(), []);
    assert!(raised(&journal).unwrap().is_empty());
}
