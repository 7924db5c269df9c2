//! The conversion as people watch it: derived from the journal, and from what was found out last.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use stegvis_engine::conversion::{
    Considered, Gate, GateFacts, MigrationFacts, Words, closed, gates,
};
use stegvis_engine::directory::Values;
use stegvis_engine::ports::Clock as _;
use stegvis_journal::{DirectoryChange, Journal, JournalError, LogEntry, Signature, Tx};
use stegvis_model::{
    ConversionGate, DirectoryChangeCause, DirectoryChangeKind, DirectoryChangeState, GateState,
    ItemState, MigrationUser, MigrationUserStatus, SmtpAddress, StoredName as _,
};

use super::diff::groups;
use crate::Error;
use crate::dto::{
    ConversionFacts, ConvertProof, ConvertRunKind, ConvertState, ConvertUser, ConvertView,
    ConvertedMailbox, DryRun, EvidenceLine, GateView, ProofView, SequenceState, SequenceStep,
    SequenceStepId, UndoFacts,
};
use crate::project::{Project, count, damaged, key, small};

const KIND: DirectoryChangeKind = DirectoryChangeKind::Conversion;
const DAY: u64 = 86_400;

/// A mailbox as the journal knows it.
struct Known {
    user: MigrationUser,
    change: Option<DirectoryChange>,
    signature: Option<Signature>,
    skipped: u64,
}

impl Known {
    /// Whether the object stands converted, as far as is known.
    fn stands(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.run > 0)
    }
}

impl Project {
    /// The conversion, without a dry run.
    pub(super) fn convert_snapshot(&self) -> Result<ConvertView, Error> {
        let (known, log) = self.setting(|tx| {
            let mut known = Vec::new();
            for user in tx.users()? {
                if may_come(user.status) {
                    known.push(read(tx, user)?);
                }
            }
            Ok((known, tx.log_entries()?))
        })?;
        let retention = self.retention()?;
        let times = Times::of(&log);
        let converting = self.converting();
        let users: Vec<ConvertUser> = known
            .iter()
            .map(|known| {
                let address = &known.user.address;
                let considered = converting.considered.get(&address.key());
                let moving = converting.current() == Some(address)
                    && matches!(
                        converting.kind(),
                        Some(ConvertRunKind::Converting | ConvertRunKind::Undoing)
                    );
                user_view(known, considered, moving, &times, &retention)
            })
            .collect();
        let proved = users.iter().any(|user| user.state == ConvertState::Proved);
        let standing = |id: u32| {
            known
                .iter()
                .any(|known| number(&known.user) == id && known.stands())
        };
        let first = if proved {
            None
        } else {
            let one = users.iter().find(|user| standing(user.id));
            let one = one.or_else(|| users.iter().find(|user| user.may_convert));
            one.or_else(|| users.iter().find(|user| user.state != ConvertState::Failed))
                .or_else(|| users.first())
                .map(|user| user.id)
        };
        let next = users
            .iter()
            .filter(|user| user.may_convert && (proved || Some(user.id) == first))
            .map(|user| user.id)
            .collect();
        let days = retention.values().min().map(|seconds| small(seconds / DAY));
        Ok(ConvertView {
            run: converting.view(self.clock.now()),
            checked_at: converting.checked_at.map(|at| at.to_string()),
            dry_run: None,
            sequence: sequence(&users, first),
            first,
            next,
            undo: UndoFacts {
                until: users
                    .iter()
                    .filter_map(|user| user.undo_until.clone())
                    .min(),
                retention_days: days,
            },
            users,
        })
    }

    /// What a project knows of its conversion.
    pub(crate) fn conversion_facts(&self) -> Result<Option<ConversionFacts>, Error> {
        // Told with every change of a batch: nothing is counted before there is something to tell.
        let examined = self.converting().checked_at.is_some();
        if !examined && self.setting(|tx| tx.last_directory_run(KIND))? == 0 {
            return Ok(None);
        }
        let view = self.convert_snapshot()?;
        let many = |state| count(view.users.iter().filter(|user| user.state == state).count());
        Ok(Some(ConversionFacts {
            may_convert: count(view.users.iter().filter(|user| user.may_convert).count()),
            failed: many(ConvertState::Failed),
            proved: many(ConvertState::Proved),
            running: view.run.is_some(),
            undo_until: view.undo.until,
            retention_days: view.undo.retention_days,
        }))
    }

    /// The mailboxes that may still be converted one day.
    pub(super) fn not_converted(&self) -> Result<Vec<SmtpAddress>, Error> {
        let known = self.setting(|tx| {
            let users = tx.users()?.into_iter().filter(|user| may_come(user.status));
            users
                .map(|user| read(tx, user))
                .collect::<Result<Vec<_>, _>>()
        })?;
        Ok(known
            .into_iter()
            .filter(|known| !known.stands())
            .map(|known| known.user.address)
            .collect())
    }

    /// What the conversion writes to one object, or has written.
    pub(super) async fn dry_run(&self, id: u32) -> Result<DryRun, Error> {
        let user = stegvis_model::MigrationUserId(i64::from(id));
        let known = self.setting(|tx| read(tx, tx.user(user)?))?;
        let address = &known.user.address;
        let written = known.stands();
        let planned = known
            .change
            .filter(|change| written && !change.planned.dn.is_empty());
        let (dn, before, after) = match planned {
            Some(change) => (
                change.planned.dn,
                change.planned.before,
                change.planned.after,
            ),
            None => {
                let converting = self.converting();
                match converting
                    .considered
                    .get(&address.key())
                    .map(|considered| &considered.plan)
                {
                    Some(Ok(plan)) => (plan.dn.clone(), plan.before.clone(), plan.after.clone()),
                    Some(Err(trouble)) => return Ok(nothing(id, Some(trouble.detail.clone()))),
                    None => return Ok(nothing(id, None)),
                }
            }
        };
        let groups = groups(&before, &after);
        // Only for the names of what stays: the plan itself is kept.
        let entry = self.connections().directory.entry(&dn).await;
        let untouched = entry.map(|entry| {
            let changes = |name: &String| {
                groups
                    .names
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(name))
            };
            let names = entry.attributes.into_keys();
            names.filter(|name| !changes(name)).collect()
        });
        Ok(DryRun {
            user: id,
            dn,
            written,
            removed: groups.removed,
            changed: groups.changed,
            added: groups.added,
            untouched: untouched.unwrap_or_default(),
            server_words: None,
        })
    }
}

/// The mailboxes that are mail-enabled users now, for the report: out of the journal alone.
///
/// # Errors
/// When the project cannot be read.
pub(crate) fn converted(journal: &Journal) -> Result<Vec<ConvertedMailbox>, Error> {
    let (known, log, retention) = journal.transaction(|tx| {
        let users = tx.users()?.into_iter().filter(|user| may_come(user.status));
        let known = users
            .map(|user| read(tx, user))
            .collect::<Result<Vec<_>, _>>()?;
        Ok::<_, JournalError>((known, tx.log_entries()?, tx.setting(key::RETENTION)?))
    })?;
    let retention: BTreeMap<String, u64> = match retention {
        Some(text) => {
            serde_json::from_str(&text).map_err(|error| damaged(key::RETENTION, &error))?
        }
        None => BTreeMap::new(),
    };
    let times = Times::of(&log);
    let standing = known.iter().filter(|known| known.stands());
    Ok(standing
        .filter_map(|known| {
            let address = known.user.address.to_string();
            let at = times.at("ConversionWritten", &address)?;
            let kept = kept_for(known, None, &retention);
            let state = known.change.as_ref().map(|change| change.state);
            Some(ConvertedMailbox {
                undo_until: kept.and_then(|seconds| until(&at, seconds)),
                at,
                name: known.user.display_name.clone(),
                proved: state == Some(DirectoryChangeState::Proved),
                signed_by: known
                    .signature
                    .as_ref()
                    .map(|signature| signature.by.clone()),
                address,
            })
        })
        .collect())
}

fn nothing(user: u32, server_words: Option<String>) -> DryRun {
    DryRun {
        user,
        dn: String::new(),
        written: false,
        removed: Vec::new(),
        changed: Vec::new(),
        added: Vec::new(),
        untouched: Vec::new(),
        server_words,
    }
}

fn may_come(status: MigrationUserStatus) -> bool {
    matches!(
        status,
        MigrationUserStatus::Synced
            | MigrationUserStatus::Converting
            | MigrationUserStatus::Completed
            | MigrationUserStatus::CompletedWithWarnings
    )
}

fn number(user: &MigrationUser) -> u32 {
    u32::try_from(user.id.0).unwrap_or(0)
}

fn read(tx: &Tx<'_>, user: MigrationUser) -> Result<Known, stegvis_journal::JournalError> {
    Ok(Known {
        change: tx.directory_change(KIND, &user.address)?,
        signature: tx.skipped_signature(user.id)?,
        skipped: tx
            .tally(user.id)?
            .into_iter()
            .filter(|tally| tally.state == ItemState::Skipped)
            .map(|tally| tally.items)
            .sum(),
        user,
    })
}

/// When things happened, as the log has them; the last time counts.
struct Times<'a>(BTreeMap<(&'a str, String), Timestamp>);

impl<'a> Times<'a> {
    fn of(log: &'a [LogEntry]) -> Self {
        let mut times = BTreeMap::new();
        for entry in log {
            let whose = match entry.user {
                Some(user) => user.0.to_string(),
                None => entry
                    .detail
                    .split(' ')
                    .next()
                    .unwrap_or_default()
                    .to_lowercase(),
            };
            if let Some(at) = entry.at {
                times.insert((&*entry.what, whose), at);
            }
        }
        Self(times)
    }

    fn at(&self, what: &'a str, whose: &str) -> Option<String> {
        self.0
            .get(&(what, whose.to_lowercase()))
            .map(ToString::to_string)
    }
}

fn user_view(
    known: &Known,
    considered: Option<&Considered>,
    moving: bool,
    times: &Times<'_>,
    retention: &BTreeMap<String, u64>,
) -> ConvertUser {
    let user = &known.user;
    let change = known.change.as_ref();
    let stands = known.stands();
    let gates = all_gates(known, considered);
    let address = user.address.to_string();
    // What stands in the way is known before anything is written.
    let refused = considered
        .filter(|_| !stands)
        .and_then(|considered| match &considered.plan {
            Err(trouble) => Some((trouble.cause, trouble.detail.clone())),
            Ok(_) if !considered.unwritable.is_empty() => Some((
                DirectoryChangeCause::RightsMissing,
                format!(
                    "the account may not write {}",
                    considered.unwritable.join(", ")
                ),
            )),
            Ok(_) => None,
        });
    let may_convert = !stands
        && closed(&gates).iter().all(|gate| {
            gate.gate == ConversionGate::BackupReadBack && gate.state == GateState::NotKnown
        })
        && considered.is_some_and(|considered| considered.plan.is_ok())
        && refused.is_none();
    let trouble = change
        .filter(|change| change.state == DirectoryChangeState::Failed)
        .and_then(|change| Some((change.cause?, change.detail.clone())))
        .or(refused);
    let state = match change.map(|change| change.state) {
        _ if moving => ConvertState::Converting,
        Some(DirectoryChangeState::Proved) => ConvertState::Proved,
        _ if stands => ConvertState::Converted,
        _ if trouble.is_some() => ConvertState::Failed,
        Some(DirectoryChangeState::Undone) => ConvertState::Undone,
        _ if may_convert => ConvertState::Ready,
        _ => ConvertState::NotYet,
    };
    let kept = kept_for(known, considered, retention);
    let converted_at = times.at("ConversionWritten", &address).filter(|_| stands);
    ConvertUser {
        id: number(user),
        name: user.display_name.clone(),
        kind: user.kind.name().to_owned(),
        state,
        gates: gates.iter().map(gate_view).collect(),
        may_convert,
        cause: trouble.as_ref().map(|(cause, _)| cause.name().to_owned()),
        server_words: trouble
            .map(|(_, words)| words)
            .filter(|words| !words.is_empty()),
        synced_at: times.at("Synced", &user.id.0.to_string()),
        backed_up_at: times.at("ConversionBackedUp", &address),
        signed_by: known
            .signature
            .as_ref()
            .map(|signature| signature.by.clone()),
        proved_at: times
            .at("ConversionProved", &address)
            .filter(|_| state == ConvertState::Proved),
        undone_at: times
            .at("ConversionUndone", &address)
            .filter(|_| state == ConvertState::Undone),
        undo_until: converted_at.as_deref().and_then(|at| until(at, kept?)),
        retention_days: kept.map(|seconds| small(seconds / DAY)),
        converted_at,
        proofs: change
            .filter(|_| state == ConvertState::Proved)
            .map(proofs)
            .unwrap_or_default(),
        address,
    }
}

/// What the journal can tell is told by it now; the rest is as it was found out last.
fn all_gates(known: &Known, considered: Option<&Considered>) -> Vec<Gate> {
    let words = Words::default();
    let migration = MigrationFacts {
        status: match known.user.status {
            MigrationUserStatus::Completed | MigrationUserStatus::CompletedWithWarnings => {
                MigrationUserStatus::Synced
            }
            status => status,
        },
        skipped: known.skipped,
        signed: known
            .signature
            .as_ref()
            .map(|signature| (signature.by.clone(), signature.items)),
    };
    let backup = known
        .change
        .as_ref()
        .and_then(|change| change.backup.clone())
        .map(Ok);
    let own = gates(&GateFacts {
        migration: Some(&migration),
        cloud_opens: None,
        target_address: None,
        routing_address: None,
        loops: None,
        backup: backup.as_ref(),
        licensed: None,
        words: &words,
    });
    own.into_iter()
        .map(|gate| {
            let asked = matches!(
                gate.gate,
                ConversionGate::CloudMailboxReadable
                    | ConversionGate::ForwardingVerified
                    | ConversionGate::Licensed
            );
            if !asked {
                return gate;
            }
            let found = considered.and_then(|considered| {
                considered
                    .gates
                    .iter()
                    .find(|found| found.gate == gate.gate)
            });
            found.cloned().unwrap_or(Gate {
                state: if known.stands() {
                    GateState::Pass
                } else {
                    GateState::NotKnown
                },
                code: if known.stands() { "passed" } else { "notAsked" },
                detail: String::new(),
                ..gate
            })
        })
        .collect()
}

fn gate_view(gate: &Gate) -> GateView {
    GateView {
        gate: gate.gate.name().to_owned(),
        state: gate.state.name().to_owned(),
        code: gate.code.to_owned(),
        detail: gate.detail.clone(),
    }
}

/// For how many seconds the store of this object keeps a mailbox that nobody owns.
fn kept_for(
    known: &Known,
    considered: Option<&Considered>,
    retention: &BTreeMap<String, u64>,
) -> Option<u64> {
    let planned = known.change.as_ref().map(|change| &change.planned.before);
    let considered = considered.and_then(|considered| considered.plan.as_ref().ok());
    let store = planned
        .and_then(|before| text(before, "homeMDB"))
        .or_else(|| text(&considered?.before, "homeMDB"))?;
    let mut stores = retention.iter();
    let (_, seconds) = stores.find(|(dn, _)| dn.eq_ignore_ascii_case(store))?;
    Some(*seconds)
}

/// The first moment at which the store may let go of the mailbox.
fn until(converted_at: &str, seconds: u64) -> Option<String> {
    let at: Timestamp = converted_at.parse().ok()?;
    let end = at.checked_add(Duration::from_secs(seconds)).ok()?;
    Some(end.to_string())
}

fn text<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    let (_, values) = values
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(values.first()?).ok()
}

/// What a proved object has passed, with what was read.
fn proofs(change: &DirectoryChange) -> Vec<ProofView> {
    let (before, after) = (&change.planned.before, &change.planned.after);
    let line = |label: &str, value: String| EvidenceLine {
        label: label.to_owned(),
        value,
    };
    let written = groups(before, after)
        .names
        .into_iter()
        .map(|name| line(&name, String::new()));
    let proxies = after
        .get("proxyAddresses")
        .into_iter()
        .flatten()
        .filter_map(|value| std::str::from_utf8(value).ok())
        .map(|value| line("proxyAddresses", value.to_owned()));
    let proof = |proof, evidence| ProofView { proof, evidence };
    vec![
        proof(ConvertProof::ReadsBack, written.collect()),
        proof(ConvertProof::FoundByAddresses, proxies.collect()),
        proof(
            ConvertProof::NoMailbox,
            vec![line("homeMDB", String::new())],
        ),
        proof(
            ConvertProof::CloudOpens,
            text(after, "targetAddress")
                .map(|target| line("targetAddress", target.to_owned()))
                .into_iter()
                .collect(),
        ),
    ]
}

fn sequence(users: &[ConvertUser], first: Option<u32>) -> Vec<SequenceStep> {
    let open =
        |user: &&ConvertUser| user.converted_at.is_none() && user.state != ConvertState::Failed;
    let kept = |user: &ConvertUser| {
        let gate = user
            .gates
            .iter()
            .find(|gate| gate.gate == ConversionGate::BackupReadBack.name());
        gate.is_some_and(|gate| gate.state == GateState::Pass.name())
    };
    let any = !users.is_empty();
    let kept = any && users.iter().filter(open).all(kept);
    let converted = users.iter().any(|user| user.converted_at.is_some());
    let proved = users.iter().any(|user| user.state == ConvertState::Proved);
    let all = any && users.iter().all(|user| user.state == ConvertState::Proved);
    let done = [
        (SequenceStepId::BackUp, kept || converted),
        (SequenceStepId::DryRun, kept || converted),
        (SequenceStepId::ConvertOne, converted),
        (SequenceStepId::Prove, proved),
        (SequenceStepId::ConvertRest, all),
    ];
    let now = done.iter().find(|(_, done)| !done).map(|(step, _)| *step);
    let name = users
        .iter()
        .find(|user| Some(user.id) == first)
        .map(|user| {
            if user.name.is_empty() {
                user.address.clone()
            } else {
                user.name.clone()
            }
        });
    done.into_iter()
        .map(|(step, done)| SequenceStep {
            step,
            state: match done {
                true => SequenceState::Done,
                false if now == Some(step) => SequenceState::Now,
                false => SequenceState::Todo,
            },
            name: name
                .clone()
                .filter(|_| matches!(step, SequenceStepId::ConvertOne | SequenceStepId::Prove)),
        })
        .collect()
}
