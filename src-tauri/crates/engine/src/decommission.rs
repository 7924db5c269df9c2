//! Whether the old server may go: pure advice, from what the answers, the journal and DNS tell.

use jiff::{SignedDuration, Timestamp};
use stegvis_model::{ExchangeVersion, YesNo};

use crate::dns::{Refusal, Standing, Step, refusal};

/// How long the old databases are kept after the last conversion.
pub const KEEP_DATABASES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is known of the old server and of the migration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OldServer {
    /// Which version it is.
    pub version: Option<ExchangeVersion>,
    /// Whether people use single sign-on.
    pub single_sign_on: Option<YesNo>,
    /// Whether directory synchronisation runs.
    pub directory_sync: Option<YesNo>,
    /// Whether it goes on after the migration.
    pub keeps_sync: Option<YesNo>,
    /// Whether public folders are still used.
    pub public_folders: Option<YesNo>,
    /// Whether something still sends through it.
    pub relays: Option<YesNo>,
    /// Where the migration and its mail stand; nothing before there is a mailbox.
    pub standing: Option<Standing>,
    /// Batches that still stand in the migration service.
    pub batches_left: u32,
    /// Tasks of rights and habits that are not done; nothing where nobody read them.
    pub tasks_left: Option<u32>,
    /// What is left of our own footprint, whoever takes it back; nothing where nobody looked, or of some of it nobody
    /// knows.
    pub footprint_left: Option<u32>,
    /// When the last mailbox was converted.
    pub last_converted_at: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// Which way the old organisation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndRoute {
    /// One server stays.
    KeepOneServer,
    /// The last may go.
    RemoveAll,
    /// An answer is missing.
    Undecided,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Single sign-on is used.
    SingleSignOn,
    /// Directory synchronisation goes on.
    DirectorySyncStays,
    /// Neither.
    NothingNeedsIt,
    /// Nobody said whether single sign-on is used.
    SignOnUnknown,
    /// Nobody said whether directory synchronisation goes on.
    SyncUnknown,
    /// Nobody said which version it is.
    VersionUnknown,
}

/// What comes first, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndGate {
    /// Every mailbox is synced.
    Synced,
    /// Of every mailbox of the old server somebody said whether it moves or stays behind.
    Chosen,
    /// Every old mailbox is converted.
    Converted,
    /// MX leads to the tenant for 72 hours.
    MxMoved,
    /// A test mail came directly.
    DeliveryProved,
    /// The batches are removed.
    BatchesRemoved,
    /// The tasks of rights and habits are done.
    HabitsDone,
    /// Public folders are moved or given up.
    PublicFolders,
    /// Whatever sent through the old server sends another way.
    Relays,
    /// Our own footprint is taken back.
    CleanedUp,
    /// The old databases were kept for thirty days.
    DatabasesKept,
}

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateState {
    /// Passed.
    Passed,
    /// Not yet; so many are left, where it is about some; until then, where it ends by itself.
    Open {
        /// How many.
        left: Option<u32>,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Nobody knows.
    Unknown,
}

const OPEN: GateState = GateState::Open {
    left: None,
    until: None,
};

/// What is never to be done first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// Removing the last server while directory synchronisation runs.
    RemoveLastServerWhileSynced,
    /// Turning directory synchronisation off without a backup.
    TurnSyncOffWithoutBackup,
    /// Deleting the users in place of converting their mailboxes.
    DeleteUsersInstead,
    /// Switching it off while something sends through it.
    SwitchOffBeforeRelays,
    /// Uninstalling without asking Microsoft's support first.
    UninstallWithoutSupport,
}

/// The advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecommissionAdvice {
    /// Which way it ends.
    pub route: EndRoute,
    /// Why.
    pub reasons: Vec<EndReason>,
    /// The roles of the server that stays.
    pub keep_roles: &'static [&'static str],
    /// The tools that it is kept for.
    pub keep_tools: &'static [&'static str],
    /// What comes first, in order.
    pub gates: Vec<(EndGate, GateState)>,
    /// What is never to be done first.
    pub never: Vec<Never>,
}

impl DecommissionAdvice {
    /// Whether every gate is passed, and it is known which way it ends.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.route != EndRoute::Undecided
            && self
                .gates
                .iter()
                .all(|(_, state)| *state == GateState::Passed)
    }
}

/// What to do with the old server.
#[must_use]
pub fn advise(old: &OldServer) -> DecommissionAdvice {
    let (route, mut reasons) = route(old);
    let (mut keep_roles, mut keep_tools): (&[&str], &[&str]) = (&[], &[]);
    if route == EndRoute::KeepOneServer {
        match old.version {
            Some(ExchangeVersion::Exchange2003) => keep_tools = &["Exchange System Manager"],
            Some(ExchangeVersion::Exchange2007) => {
                keep_roles = &["Hub Transport", "Client Access", "Mailbox"];
                keep_tools = &["Exchange Management Console", "Exchange Management Shell"];
            }
            Some(ExchangeVersion::Exchange2010OrLater) | None => {
                reasons.push(EndReason::VersionUnknown);
            }
        }
    }
    DecommissionAdvice {
        route,
        reasons,
        keep_roles,
        keep_tools,
        gates: gates(old),
        never: never(old, route),
    }
}

fn route(old: &OldServer) -> (EndRoute, Vec<EndReason>) {
    let keep = |reasons| (EndRoute::KeepOneServer, reasons);
    match (old.single_sign_on, old.keeps_sync) {
        (Some(YesNo::Yes), Some(YesNo::Yes)) => {
            keep(vec![EndReason::SingleSignOn, EndReason::DirectorySyncStays])
        }
        (Some(YesNo::Yes), _) => keep(vec![EndReason::SingleSignOn]),
        (_, Some(YesNo::Yes)) => keep(vec![EndReason::DirectorySyncStays]),
        (Some(YesNo::No), Some(YesNo::No)) => {
            (EndRoute::RemoveAll, vec![EndReason::NothingNeedsIt])
        }
        (sign_on, sync) => {
            let mut reasons = Vec::new();
            if sign_on != Some(YesNo::No) {
                reasons.push(EndReason::SignOnUnknown);
            }
            if sync != Some(YesNo::No) {
                reasons.push(EndReason::SyncUnknown);
            }
            (EndRoute::Undecided, reasons)
        }
    }
}

fn gates(old: &OldServer) -> Vec<(EndGate, GateState)> {
    let passed = |is: bool| if is { GateState::Passed } else { OPEN };
    let counted = |left: u32| match left {
        0 => GateState::Passed,
        left => GateState::Open {
            left: Some(left),
            until: None,
        },
    };
    // A "no" to "is it still used?" passes.
    let unused = |answer: Option<YesNo>| match answer {
        Some(YesNo::No) => GateState::Passed,
        Some(YesNo::Yes) => OPEN,
        Some(YesNo::NotSure) | None => GateState::Unknown,
    };
    let known = |left: Option<u32>| left.map_or(GateState::Unknown, counted);
    let standing = old.standing.filter(|standing| standing.mailboxes > 0);
    let (synced, chosen, converted, moved, proved) = match standing {
        None => (OPEN, OPEN, OPEN, OPEN, OPEN),
        Some(standing) => {
            // The law is asked as if only this were left to pass.
            let mail = refusal(
                Step::TidySpf,
                &Standing {
                    not_synced: 0,
                    not_chosen: 0,
                    ..standing
                },
            );
            let moved = match mail {
                None => GateState::Passed,
                Some(Refusal::TooEarly { until }) => GateState::Open {
                    left: None,
                    until: Some(until),
                },
                Some(_) => OPEN,
            };
            let proof = standing
                .mx_moved_at
                .is_some_and(|moved| standing.direct_delivery_at.is_some_and(|at| at >= moved));
            (
                counted(standing.not_synced),
                counted(standing.not_chosen),
                counted(standing.not_converted),
                moved,
                passed(proof),
            )
        }
    };
    let rested = match (standing, old.last_converted_at) {
        (Some(standing), Some(last)) if standing.not_converted == 0 => {
            let until = last.checked_add(KEEP_DATABASES).unwrap_or(Timestamp::MAX);
            if old.now < until {
                GateState::Open {
                    left: None,
                    until: Some(until),
                }
            } else {
                GateState::Passed
            }
        }
        _ => OPEN,
    };
    vec![
        (EndGate::Synced, synced),
        (EndGate::Chosen, chosen),
        (EndGate::Converted, converted),
        (EndGate::MxMoved, moved),
        (EndGate::DeliveryProved, proved),
        (EndGate::BatchesRemoved, counted(old.batches_left)),
        (EndGate::HabitsDone, known(old.tasks_left)),
        (EndGate::PublicFolders, unused(old.public_folders)),
        (EndGate::Relays, unused(old.relays)),
        (EndGate::CleanedUp, known(old.footprint_left)),
        (EndGate::DatabasesKept, rested),
    ]
}

fn never(old: &OldServer, route: EndRoute) -> Vec<Never> {
    let mut never = Vec::new();
    if old.directory_sync != Some(YesNo::No) || route == EndRoute::KeepOneServer {
        never.push(Never::RemoveLastServerWhileSynced);
    }
    if route != EndRoute::KeepOneServer || old.keeps_sync != Some(YesNo::Yes) {
        never.push(Never::TurnSyncOffWithoutBackup);
    }
    if old
        .standing
        .is_none_or(|standing| standing.not_converted > 0)
    {
        never.push(Never::DeleteUsersInstead);
    }
    if old.relays != Some(YesNo::No) {
        never.push(Never::SwitchOffBeforeRelays);
    }
    never.push(Never::UninstallWithoutSupport);
    never
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A migration at its end, with every answer given.
    fn done() -> OldServer {
        let now = at("2026-12-31T08:00:00Z");
        OldServer {
            version: Some(ExchangeVersion::Exchange2007),
            single_sign_on: Some(YesNo::No),
            directory_sync: Some(YesNo::Yes),
            keeps_sync: Some(YesNo::No),
            public_folders: Some(YesNo::No),
            relays: Some(YesNo::No),
            standing: Some(Standing {
                now,
                mailboxes: 38,
                not_synced: 0,
                not_chosen: 0,
                not_converted: 0,
                mx_moved_at: Some(at("2026-11-22T08:00:00Z")),
                direct_delivery_at: Some(at("2026-11-22T09:00:00Z")),
            }),
            batches_left: 0,
            tasks_left: Some(0),
            footprint_left: Some(0),
            last_converted_at: Some(at("2026-11-25T08:00:00Z")),
            now,
        }
    }

    fn told(old: &OldServer) -> String {
        let advice = advise(old);
        let mut lines = vec![
            format!("{:?} {:?}", advice.route, advice.reasons),
            format!("keep {:?} for {:?}", advice.keep_roles, advice.keep_tools),
        ];
        lines.extend(
            advice
                .gates
                .iter()
                .filter(|(_, state)| *state != GateState::Passed)
                .map(|(gate, state)| format!("{gate:?}: {state:?}")),
        );
        lines.push(format!("never {:?}", advice.never));
        lines.push(format!("ready: {}", advice.is_ready()));
        lines.join("\n")
    }

    #[test]
    fn with_single_sign_on_one_server_of_2007_stays_with_its_three_roles() {
        let old = OldServer {
            single_sign_on: Some(YesNo::Yes),
            keeps_sync: Some(YesNo::Yes),
            ..done()
        };
        insta::assert_snapshot!(told(&old), @r#"
        KeepOneServer [SingleSignOn, DirectorySyncStays]
        keep ["Hub Transport", "Client Access", "Mailbox"] for ["Exchange Management Console", "Exchange Management Shell"]
        never [RemoveLastServerWhileSynced, UninstallWithoutSupport]
        ready: true
        "#);
    }

    #[test]
    fn with_single_sign_on_one_server_of_2003_stays_for_its_manager() {
        let old = OldServer {
            version: Some(ExchangeVersion::Exchange2003),
            single_sign_on: Some(YesNo::Yes),
            keeps_sync: None,
            ..done()
        };
        insta::assert_snapshot!(told(&old), @r#"
        KeepOneServer [SingleSignOn]
        keep [] for ["Exchange System Manager"]
        never [RemoveLastServerWhileSynced, TurnSyncOffWithoutBackup, UninstallWithoutSupport]
        ready: true
        "#);
    }

    #[test]
    fn where_synchronisation_goes_on_one_stays_without_single_sign_on_too() {
        let old = OldServer {
            keeps_sync: Some(YesNo::Yes),
            version: None,
            ..done()
        };
        insta::assert_snapshot!(told(&old), @r#"
        KeepOneServer [DirectorySyncStays, VersionUnknown]
        keep [] for []
        never [RemoveLastServerWhileSynced, UninstallWithoutSupport]
        ready: true
        "#);
    }

    #[test]
    fn where_nothing_needs_it_the_last_may_go() {
        insta::assert_snapshot!(told(&done()), @r#"
        RemoveAll [NothingNeedsIt]
        keep [] for []
        never [RemoveLastServerWhileSynced, TurnSyncOffWithoutBackup, UninstallWithoutSupport]
        ready: true
        "#);
    }

    #[test]
    fn without_answers_nothing_is_decided_and_nothing_is_green() {
        let old = OldServer {
            now: at("2026-11-25T08:00:00Z"),
            ..OldServer::default()
        };
        insta::assert_snapshot!(told(&old), @r#"
        Undecided [SignOnUnknown, SyncUnknown]
        keep [] for []
        Synced: Open { left: None, until: None }
        Chosen: Open { left: None, until: None }
        Converted: Open { left: None, until: None }
        MxMoved: Open { left: None, until: None }
        DeliveryProved: Open { left: None, until: None }
        HabitsDone: Unknown
        PublicFolders: Unknown
        Relays: Unknown
        CleanedUp: Unknown
        DatabasesKept: Open { left: None, until: None }
        never [RemoveLastServerWhileSynced, TurnSyncOffWithoutBackup, DeleteUsersInstead, SwitchOffBeforeRelays, UninstallWithoutSupport]
        ready: false
        "#);
    }

    #[test]
    fn in_the_middle_each_gate_says_how_many_and_until_when() {
        let whole = done();
        let old = OldServer {
            standing: whole.standing.map(|standing| Standing {
                now: at("2026-11-24T08:00:00Z"),
                not_synced: 2,
                not_chosen: 1,
                not_converted: 5,
                direct_delivery_at: None,
                ..standing
            }),
            now: at("2026-11-24T08:00:00Z"),
            batches_left: 3,
            tasks_left: Some(7),
            footprint_left: Some(4),
            public_folders: Some(YesNo::Yes),
            relays: Some(YesNo::NotSure),
            ..whole
        };
        insta::assert_snapshot!(told(&old), @r#"
        RemoveAll [NothingNeedsIt]
        keep [] for []
        Synced: Open { left: Some(2), until: None }
        Chosen: Open { left: Some(1), until: None }
        Converted: Open { left: Some(5), until: None }
        MxMoved: Open { left: None, until: Some(2026-11-25T08:00:00Z) }
        DeliveryProved: Open { left: None, until: None }
        BatchesRemoved: Open { left: Some(3), until: None }
        HabitsDone: Open { left: Some(7), until: None }
        PublicFolders: Open { left: None, until: None }
        Relays: Unknown
        CleanedUp: Open { left: Some(4), until: None }
        DatabasesKept: Open { left: None, until: None }
        never [RemoveLastServerWhileSynced, TurnSyncOffWithoutBackup, DeleteUsersInstead, SwitchOffBeforeRelays, UninstallWithoutSupport]
        ready: false
        "#);
    }

    #[test]
    fn after_the_last_conversion_the_databases_rest_for_thirty_days() {
        let old = OldServer {
            now: at("2026-12-01T08:00:00Z"),
            ..done()
        };
        let advice = advise(&old);
        let rest = advice.gates.last().unwrap();
        assert_eq!(
            *rest,
            (
                EndGate::DatabasesKept,
                GateState::Open {
                    left: None,
                    until: Some(at("2026-12-25T08:00:00Z"))
                }
            )
        );
    }
}
