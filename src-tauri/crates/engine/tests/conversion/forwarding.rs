//! TargetAddress by itself.

use std::sync::Arc;

use stegvis_engine::directory::{Changed, Forwardings, MxFacts};
use stegvis_model::{DirectoryChangeCause as Cause, DirectoryChangeKind as Kind};

use crate::forest::{Forest, dn, organization};
use crate::{addresses, cause, changes, conversions, go, names};

#[tokio::test]
async fn forwarding_is_written_backed_up_read_back_and_taken_back() {
    let (names, folder) = (names(3), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    for entry in forest.entries.lock().unwrap().values_mut() {
        entry.attributes.remove("targetAddress");
    }
    forest.set("user2", "targetAddress", &["SMTP:other@else.example"]);
    let before = forest.snapshot();
    let forwardings = Forwardings {
        changes: changes(&forest, folder.path()),
        cloud: forest.clone(),
        accepted_domains: organization().accepted_domains,
        mx: MxFacts::default(),
        tell: Arc::new(|_| {}),
    };
    let outcomes = forwardings
        .forward(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(outcomes[0].changed, Changed::Done);
    assert_eq!(outcomes[1].changed, Changed::Done);
    assert_eq!(cause(&outcomes[2].changed), Some(Cause::NotSuitable));
    assert_eq!(
        forest.snapshot()[&dn("user0")].text("targetAddress"),
        Some("SMTP:user0@nordvik.onmicrosoft.example")
    );
    assert_eq!(forest.backups.lock().unwrap().len(), 2);
    let again = forwardings
        .forward(&addresses(&names), &go())
        .await
        .unwrap();
    assert_eq!(again[0].changed, Changed::AlreadyDone);
    let undone = forwardings
        .changes
        .undo(Kind::Forwarding, None, &forwardings.tell, &go())
        .await
        .unwrap();
    assert_eq!(undone.len(), 2);
    assert_eq!(forest.snapshot(), before);
}

#[tokio::test]
async fn the_forwarding_of_a_converted_mailbox_belongs_to_its_conversion() {
    let (names, folder) = (names(1), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    forest
        .entries
        .lock()
        .unwrap()
        .get_mut(&dn("user0"))
        .unwrap()
        .attributes
        .remove("targetAddress");
    let before = forest.snapshot();
    let conversions = conversions(&forest, folder.path());
    let forwardings = Forwardings {
        changes: conversions.changes.clone(),
        cloud: forest.clone(),
        accepted_domains: Vec::new(),
        mx: MxFacts::default(),
        tell: Arc::new(|_| {}),
    };
    let all = addresses(&names);
    forwardings.forward(&all, &go()).await.unwrap();
    conversions.convert(&all, &go()).await.unwrap();
    let undo_forwarding = async || {
        forwardings
            .changes
            .undo(Kind::Forwarding, None, &forwardings.tell, &go())
            .await
            .unwrap()
    };
    assert_eq!(
        cause(&undo_forwarding().await[0].changed),
        Some(Cause::NotSuitable)
    );
    conversions.undo(None, &go()).await.unwrap();
    assert_eq!(undo_forwarding().await[0].changed, Changed::Undone);
    assert_eq!(forest.snapshot(), before);
}
