//! Killed at any moment: nothing is half converted, and it goes on or rolls back.

use std::sync::Arc;

use proptest::prelude::*;
use stegvis_engine::directory::Changed;
use stegvis_model::{DirectoryChangeKind as Kind, DirectoryChangeState as State};
use tokio::sync::Notify;

use crate::forest::{Forest, Fuse};
use crate::{addresses, conversions, converted, go, names};

/// Converts, ends at a call, begins anew on the same journal, and either goes on or rolls back.
async fn killed_and_begun_anew(fuse: Fuse, roll_back: bool) -> bool {
    let (names, folder) = (names(3), tempfile::tempdir().unwrap());
    let forest = Forest::of(&names);
    let before = forest.snapshot();
    let all = addresses(&names);
    *forest.fuse.lock().unwrap() = Some(fuse);
    let killed = conversions(&forest, folder.path());
    let uninterrupted = go();
    let reached = tokio::select! {
        done = killed.convert(&all, &uninterrupted) => { done.unwrap(); false }
        () = forest.ended.notified() => true,
    };
    drop(killed);
    *forest.fuse.lock().unwrap() = None;
    // Never half converted, even before anybody looks.
    converted(&forest.snapshot());

    let conversions = conversions(&forest, folder.path());
    let settled = conversions.recover().await.unwrap();
    assert!(settled.iter().all(|(_, state)| !state.in_flight()));
    if roll_back {
        let outcomes = conversions.roll_back(&go()).await.unwrap();
        assert!(outcomes.iter().all(|one| one.changed == Changed::Undone));
        assert_eq!(forest.snapshot(), before);
    } else {
        let outcomes = conversions.convert(&all, &go()).await.unwrap();
        assert!(outcomes.iter().all(|one| one.is_well()), "{outcomes:?}");
        assert_eq!(converted(&forest.snapshot()), [true; 3]);
        assert_eq!(*forest.modifications.lock().unwrap(), 3);
    }
    conversions.undo(None, &go()).await.unwrap();
    assert_eq!(forest.snapshot(), before);
    reached
}

#[tokio::test]
async fn a_settlement_that_hears_late_takes_back_nothing_that_was_written_since() {
    let names = names(1);
    let all = addresses(&names);
    for call in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let forest = Forest::of(&names);
        let before = forest.snapshot();
        *forest.fuse.lock().unwrap() = Some(Fuse { call, after: false });
        let killed = conversions(&forest, folder.path());
        let uninterrupted = go();
        tokio::select! {
            done = killed.convert(&all, &uninterrupted) => panic!("no call is a write: {done:?}"),
            () = forest.ended.notified() => {}
        }
        *forest.fuse.lock().unwrap() = None;
        let change = killed.changes.find(Kind::Conversion, &all[0]).unwrap();
        if change.is_none_or(|change| change.state != State::Writing) {
            continue;
        }
        drop(killed);
        let (early, late) = (conversions(&forest, folder.path()), Arc::new(Notify::new()));
        *forest.late.lock().unwrap() = Some(late.clone());
        let (settled, ()) = tokio::join!(early.recover(), async {
            forest.ended.notified().await;
            let outcomes = early.convert(&all, &go()).await.unwrap();
            assert!(outcomes.iter().all(|one| one.is_well()), "{outcomes:?}");
            late.notify_one();
        });
        assert_eq!(settled.unwrap(), [(all[0].clone(), State::Proved)]);
        early.undo(None, &go()).await.unwrap();
        assert_eq!(forest.snapshot(), before);
        return;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn killed_at_any_call_it_goes_on_or_rolls_back_and_nothing_is_half_converted(
        call in 1_u32..90, after: bool, roll_back: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let reached = runtime.block_on(killed_and_begun_anew(Fuse { call, after }, roll_back));
        prop_assert!(reached || call > 60, "{} calls were not made", call);
    }

    #[test]
    fn killed_in_the_middle_of_an_undo_it_is_undone_again(call in 1_u32..30, after: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (names, folder) = (names(3), tempfile::tempdir().unwrap());
            let forest = Forest::of(&names);
            let before = forest.snapshot();
            let killed = conversions(&forest, folder.path());
            killed.convert(&addresses(&names), &go()).await.unwrap();
            *forest.calls.lock().unwrap() = 0;
            *forest.fuse.lock().unwrap() = Some(Fuse { call, after });
            let uninterrupted = go();
            tokio::select! {
                done = killed.undo(None, &uninterrupted) => { done.unwrap(); }
                () = forest.ended.notified() => {}
            }
            drop(killed);
            *forest.fuse.lock().unwrap() = None;
            converted(&forest.snapshot());
            let conversions = conversions(&forest, folder.path());
            conversions.recover().await.unwrap();
            conversions.undo(None, &go()).await.unwrap();
            assert_eq!(forest.snapshot(), before);
        });
    }
}
