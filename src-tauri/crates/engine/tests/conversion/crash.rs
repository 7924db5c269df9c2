//! Killed at any moment: nothing is half converted, and it goes on or rolls back.

use proptest::prelude::*;
use stegvis_engine::directory::Changed;

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
