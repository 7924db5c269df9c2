//! The service at work: a step every moment, for every user whose turn it is.

use std::io;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::cleanup::{self, Cleanup};
use super::{Batch, Event, User, UserStatus, copy, mail};
use crate::faults::ServiceFault;
use crate::ldap;
use crate::orders::Order;
use crate::org::{Hurdle, Persona};
use crate::store::{Record, State};
use crate::world::{Recipient, World};

/// How many users are looked at in one step before their copying.
const PREPARED_AT_ONCE: usize = 20;
/// How many steps a small mailbox's copying takes at least, so that there is progress to see.
const STEPS: u64 = 12;

/// Works until told to stop. Reading and hashing takes its time: not on a thread that serves connections.
pub(crate) async fn serve(world: Arc<World>, base: String, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(world.script.pace) => {}
        }
        let (world, base) = (Arc::clone(&world), base.clone());
        let stepped = tokio::task::spawn_blocking(move || step(&world, &base)).await;
        if let Ok(Err(error)) = stepped {
            tracing::warn!(%error, "the migration service cannot write its log");
        }
    }
}

fn note(world: &World, event: Event) -> io::Result<()> {
    world.store.note(Record::Migration { moved: None, event })
}

fn to(world: &World, user: &User, status: UserStatus, error: Option<String>) -> io::Result<()> {
    // Of a user that was removed meanwhile nothing is noted.
    world.store.write(&[], |state| {
        let there = state
            .migration
            .users
            .contains_key(&user.address.to_lowercase());
        let event = Event::Step {
            user: user.address.clone(),
            status,
            error,
            at: world.now(),
        };
        (
            there.then_some(Record::Migration { moved: None, event }),
            (),
        )
    })
}

/// A batch and its users, as they are.
struct View {
    batch: Batch,
    users: Vec<User>,
    at_once: usize,
}

fn views(state: &State) -> Vec<View> {
    let migration = &state.migration;
    migration
        .batches
        .values()
        .map(|batch| View {
            at_once: migration
                .endpoints
                .get(&batch.endpoint.to_lowercase())
                .map_or(20, |endpoint| endpoint.max_concurrent_migrations as usize),
            users: migration.users_of(batch).into_iter().cloned().collect(),
            batch: batch.clone(),
        })
        .collect()
}

fn step(world: &World, base: &str) -> io::Result<()> {
    clean(world)?;
    let views = world.store.read(|state| {
        let idle = state.migration.batches.values().all(|batch| {
            batch.told.1 || (batch.started_at.is_none() && batch.start_after.is_none())
        });
        if idle { Vec::new() } else { views(state) }
    });
    for view in views {
        let batch = &view.batch;
        if batch.started_at.is_none() {
            if batch.start_after.is_some_and(|after| after <= world.now()) {
                let name = batch.name.clone();
                note(
                    world,
                    Event::BatchStarted {
                        name,
                        at: world.now(),
                    },
                )?;
            }
            continue;
        }
        if batch.stopped {
            for user in view.users.iter().filter(|user| !user.status.is_at_rest()) {
                to(world, user, UserStatus::Stopped, None)?;
            }
            continue;
        }
        work(world, &view)?;
        tell(world, base, &batch.name)?;
    }
    Ok(())
}

/// What nobody has looked after for long.
fn clean(world: &World) -> io::Result<()> {
    let at = world.now();
    let due: Vec<(String, Cleanup)> = world.store.read(|state| {
        let migration = &state.migration;
        let batches = migration.batches.values();
        batches
            .filter_map(|batch| {
                let touched = migration.touched_at(batch);
                let due = cleanup::due(migration.status(batch), touched, at)?;
                Some((batch.name.clone(), due))
            })
            .collect()
    });
    for (name, due) in due {
        let event = match due {
            Cleanup::Stop => Event::BatchStopped { name, at },
            Cleanup::Remove => Event::BatchGone { name },
        };
        note(world, event)?;
    }
    Ok(())
}

fn work(world: &World, view: &View) -> io::Result<()> {
    let early = |user: &&User| !user.prepared && !user.status.is_at_rest();
    for user in view.users.iter().filter(early).take(PREPARED_AT_ONCE) {
        prepare(world, user)?;
    }
    let mut busy = 0;
    for user in &view.users {
        if user.status == UserStatus::Syncing {
            busy += 1;
            sync(world, user)?;
        }
    }
    let waiting = view
        .users
        .iter()
        .filter(|user| user.prepared && user.status == UserStatus::Queued);
    for user in waiting.take(view.at_once.saturating_sub(busy)) {
        to(world, user, UserStatus::Syncing, None)?;
    }
    Ok(())
}

/// One step towards a mailbox that forwards.
fn prepare(world: &World, user: &User) -> io::Result<()> {
    let fail = |text: &str| to(world, user, UserStatus::Failed, Some(text.to_owned()));
    match user.status {
        UserStatus::Queued => to(world, user, UserStatus::Validating, None),
        UserStatus::Validating => {
            // A mailbox hidden from address lists is not found either: Microsoft's own remedy is to unhide it.
            let seen = |persona: &&Persona| persona.hurdle != Some(Hurdle::Hidden);
            let Some(persona) = persona(world, user).filter(seen) else {
                return fail(&format!(
                    "A source e-mail address {} couldn't be found in the on-premises domain.",
                    user.address
                ));
            };
            let kind = world.store.read(|state| world.recipient(persona, state));
            if kind == Recipient::Missing {
                return fail(
                    "A valid primary e-mail address couldn't be found in the cloud-based service.",
                );
            }
            if persona.hurdle == Some(Hurdle::SoftDeletedTwin) {
                return fail(&format!(
                    "The operation couldn't be performed because '{}' matches multiple entries.",
                    persona.display_name
                ));
            }
            to(world, user, UserStatus::Provisioning, None)
        }
        UserStatus::Provisioning => {
            let Some(persona) = persona(world, user) else {
                return fail("The user was removed while its mailbox was made.");
            };
            world.store.write(&[], |state| {
                let mailbox = persona.alias.clone();
                let there = state.mailbox(&mailbox).is_some();
                ((!there).then_some(Record::Provisioned { mailbox }), ())
            })?;
            let target = format!("SMTP:{}", persona.routing_address());
            // Mail that is forwarded elsewhere already is somebody's intention. What the real service says is not known.
            let before = ldap::target_address(world, &persona.dn());
            if let Some(other) = before.filter(|before| !before.eq_ignore_ascii_case(&target)) {
                return fail(&format!(
                    "MigrationPermanentException: Error: The source mailbox already forwards to the target address '{other}'."
                ));
            }
            if let Err(words) = ldap::set_target_address(world, &persona.dn(), &target) {
                return fail(&format!(
                    "UpdateMovedMailboxPermanentException: An error occurred while updating a user object after the move operation. --> Active Directory operation failed. This error is not retriable. Additional information: Insufficient access rights to perform the operation. Active directory response: {words}"
                ));
            }
            copy::folders(world, persona)?;
            note(
                world,
                Event::Prepared {
                    user: user.address.clone(),
                },
            )?;
            to(world, user, UserStatus::Queued, None)
        }
        _ => Ok(()),
    }
}

fn persona<'a>(world: &'a World, user: &User) -> Option<&'a Persona> {
    world.by_address(&user.address)
}

/// What goes wrong in the middle of a user's copying: what was ordered before what comes by chance.
fn fault(world: &World, persona: &Persona, user: &User) -> Option<ServiceFault> {
    match world.orders.of_user(&user.address) {
        Some(Order::StallUser { wait, .. }) => Some(ServiceFault::Stalled(wait)),
        Some(Order::FailUser { words, .. }) => Some(ServiceFault::Failed(words)),
        _ => world.faults.service(&persona.alias, user.attempts),
    }
}

/// Some more items.
fn sync(world: &World, user: &User) -> io::Result<()> {
    let Some(persona) = persona(world, user) else {
        return to(world, user, UserStatus::Failed, None);
    };
    let (count, _) = copy::estimate(world, &user.address);
    let half = world.store.read(|state| {
        let moved = state.users.get(&persona.alias).map_or(0, |held| held.moved);
        moved * 2 >= count
    });
    if let Some(held) = user.held.filter(|held| held.attempt == user.attempts) {
        if held.until > world.now() {
            return Ok(());
        }
    } else if half && let Some(fault) = fault(world, persona, user) {
        return match fault {
            ServiceFault::Stalled(wait) => {
                let from = world.now();
                let wait = i64::try_from(wait.as_millis()).unwrap_or(1000);
                let user = user.address.clone();
                note(
                    world,
                    Event::Held {
                        user,
                        from,
                        until: from + wait,
                    },
                )
            }
            ServiceFault::Failed(text) => {
                to(world, user, UserStatus::Failed, Some(text.to_owned()))
            }
        };
    }
    let chunk = usize::try_from(count / STEPS).unwrap_or(usize::MAX).max(1);
    if copy::some(world, persona, &user.address, chunk)? {
        return Ok(());
    }
    to(world, user, UserStatus::Synced, None)
}

/// The mails: one when every mailbox is made, one when every mailbox is copied.
fn tell(world: &World, base: &str, name: &str) -> io::Result<()> {
    let due = world.store.read(|state| {
        let migration = &state.migration;
        let batch = migration.batches.get(&name.to_lowercase())?;
        let users = migration.users_of(batch);
        let prepared = users
            .iter()
            .all(|user| user.prepared || user.status.is_at_rest());
        let done = users.iter().all(|user| user.status.is_at_rest());
        let last = match batch.told {
            (false, _) if prepared => false,
            (true, false) if done => true,
            _ => return None,
        };
        Some((
            last,
            batch.notify.clone(),
            mail::mail(migration, batch, base, last),
        ))
    });
    let Some((last, notify, bytes)) = due else {
        return Ok(());
    };
    if !notify.is_empty() {
        let record = Record::MailSunk {
            from: mail::sender(),
            to: notify,
            size: bytes.len() as u64,
        };
        world.store.write(&bytes, |_| (Some(record), ()))?;
    }
    note(
        world,
        Event::Told {
            name: name.to_owned(),
            last,
        },
    )
}
