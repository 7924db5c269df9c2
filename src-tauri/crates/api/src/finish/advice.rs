//! Whether the old server may go, from all that the project knows.

use jiff::Timestamp;
use stegvis_engine::decommission::{
    EndGate, EndReason, EndRoute, GateState, Never, OldServer, advise,
};
use stegvis_engine::ports::Clock as _;
use stegvis_model::{DirectoryChangeKind, DirectoryChangeState, HabitSide};

use super::yes_no;
use crate::Error;
use crate::dto::{
    DecommissionGateId, DecommissionGateState, DecommissionGateView, DecommissionNever,
    DecommissionReason, DecommissionRoute, DecommissionView, FootprintItem, FootprintKind,
    FootprintState,
};
use crate::project::{Project, count};

impl Project {
    pub(super) fn advice(&self, footprint: &[FootprintItem]) -> Result<DecommissionView, Error> {
        let (known, said) = (self.answers()?, self.finish_answers()?);
        let (batches, tasks, read, converted) = self.setting(|tx| {
            stegvis_engine::habits::renew_tasks(tx, self.clock.now())?;
            Ok((
                tx.cloud_batches()?,
                tx.habit_tasks()?,
                tx.habits_read_at(HabitSide::Before)?,
                tx.log_entries()?,
            ))
        })?;
        let last_converted_at = converted
            .iter()
            .filter(|entry| matches!(entry.what.as_str(), "Completed" | "CompletedWithWarnings"))
            .filter_map(|entry| entry.at)
            .max();
        let open_tasks = tasks.iter().filter(|task| task.done_at.is_none()).count();
        let cleaned = self.cleaned()?.at.is_some();
        let left = left(footprint).filter(|_| cleaned);
        let advice = advise(&OldServer {
            version: known.exchange,
            single_sign_on: known.single_sign_on,
            directory_sync: known.directory_sync,
            keeps_sync: yes_no(said.keeps_sync.as_deref())?,
            public_folders: yes_no(said.public_folders.as_deref())?,
            relays: yes_no(said.relays.as_deref())?,
            standing: self.standing_of_mail()?,
            batches_left: count(
                batches
                    .iter()
                    .filter(|row| row.removed_at.is_none())
                    .count(),
            ),
            tasks_left: read.map(|_| count(open_tasks)),
            footprint_left: left,
            last_converted_at,
            now: self.clock.now(),
        });
        Ok(DecommissionView {
            ready: advice.is_ready(),
            route: match advice.route {
                EndRoute::KeepOneServer => DecommissionRoute::KeepOneServer,
                EndRoute::RemoveAll => DecommissionRoute::RemoveAll,
                EndRoute::Undecided => DecommissionRoute::Undecided,
            },
            reasons: advice.reasons.into_iter().map(reason).collect(),
            keep_roles: texts(advice.keep_roles),
            keep_tools: texts(advice.keep_tools),
            staying: self.outside()?.staying,
            gates: advice.gates.into_iter().map(gate).collect(),
            never: advice.never.into_iter().map(never).collect(),
        })
    }

    /// An object of the directory that this program has written to, to ask about its account's rights.
    pub(super) fn written_object(&self) -> Result<Option<String>, Error> {
        let changes = self.setting(|tx| {
            let mut changes = tx.directory_changes(DirectoryChangeKind::Forwarding)?;
            changes.extend(tx.directory_changes(DirectoryChangeKind::Conversion)?);
            Ok(changes)
        })?;
        Ok(changes
            .into_iter()
            .filter(|change| change.state != DirectoryChangeState::Planned)
            .map(|change| change.planned.dn)
            .find(|dn| !dn.is_empty()))
    }
}

/// What is left of the footprint, by kind; nothing where there is no telling. What stays on word of a person alone counts
/// as well: an application that is still there is no less there because this program cannot remove it.
fn left(footprint: &[FootprintItem]) -> Option<u32> {
    let mut left = 0_usize;
    let mut unknown = false;
    let others = footprint
        .iter()
        .filter(|item| item.kind != FootprintKind::Batches);
    for item in others {
        match item.state {
            FootprintState::Present | FootprintState::Kept => left += 1,
            // What has no name here was never there.
            FootprintState::Unknown => {
                unknown |= !item.values.is_empty() || item.kind == FootprintKind::Secrets;
            }
            FootprintState::Gone => {}
        }
    }
    (left > 0 || !unknown).then(|| count(left))
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

const fn reason(reason: EndReason) -> DecommissionReason {
    match reason {
        EndReason::SingleSignOn => DecommissionReason::SingleSignOn,
        EndReason::DirectorySyncStays => DecommissionReason::DirectorySyncStays,
        EndReason::NothingNeedsIt => DecommissionReason::NothingNeedsIt,
        EndReason::SignOnUnknown => DecommissionReason::SignOnUnknown,
        EndReason::SyncUnknown => DecommissionReason::SyncUnknown,
        EndReason::VersionUnknown => DecommissionReason::VersionUnknown,
    }
}

fn gate((gate, state): (EndGate, GateState)) -> DecommissionGateView {
    let id = match gate {
        EndGate::Synced => DecommissionGateId::Synced,
        EndGate::Chosen => DecommissionGateId::Chosen,
        EndGate::Converted => DecommissionGateId::Converted,
        EndGate::MxMoved => DecommissionGateId::MxMoved,
        EndGate::DeliveryProved => DecommissionGateId::DeliveryProved,
        EndGate::BatchesRemoved => DecommissionGateId::BatchesRemoved,
        EndGate::HabitsDone => DecommissionGateId::HabitsDone,
        EndGate::PublicFolders => DecommissionGateId::PublicFolders,
        EndGate::Relays => DecommissionGateId::Relays,
        EndGate::CleanedUp => DecommissionGateId::CleanedUp,
        EndGate::DatabasesKept => DecommissionGateId::DatabasesKept,
    };
    let (state, left, until) = match state {
        GateState::Passed => (DecommissionGateState::Passed, None, None),
        GateState::Unknown => (DecommissionGateState::Unknown, None, None),
        GateState::Open { left, until } => (DecommissionGateState::Open, left, until),
    };
    DecommissionGateView {
        id,
        state,
        left,
        until: until.map(|until: Timestamp| until.to_string()),
    }
}

const fn never(never: Never) -> DecommissionNever {
    match never {
        Never::RemoveLastServerWhileSynced => DecommissionNever::RemoveLastServerWhileSynced,
        Never::TurnSyncOffWithoutBackup => DecommissionNever::TurnSyncOffWithoutBackup,
        Never::DeleteUsersInstead => DecommissionNever::DeleteUsersInstead,
        Never::SwitchOffBeforeRelays => DecommissionNever::SwitchOffBeforeRelays,
        Never::UninstallWithoutSupport => DecommissionNever::UninstallWithoutSupport,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: FootprintKind, state: FootprintState) -> FootprintItem {
        FootprintItem {
            kind,
            state,
            count: 1,
            values: vec!["it".to_owned()],
            removable: false,
            place: None,
            commands: Vec::new(),
            server_words: None,
        }
    }

    #[test]
    fn an_application_that_is_there_or_that_nobody_looked_at_is_not_cleaned_up() {
        let gone = item(FootprintKind::SourceAccount, FootprintState::Gone);
        let application = |state| item(FootprintKind::Application, state);
        assert_eq!(left(std::slice::from_ref(&gone)), Some(0));
        let there = application(FootprintState::Present);
        assert_eq!(left(&[gone.clone(), there]), Some(1));
        assert_eq!(left(&[gone, application(FootprintState::Unknown)]), None);
    }
}
