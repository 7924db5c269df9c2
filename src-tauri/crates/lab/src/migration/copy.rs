//! Copying what a mailbox holds, some items at a time. How far it is stands with the mailbox: a second batch goes on
//! where the first one stopped.

use std::io;

use crate::corpus::{Role, SourceFolder, SourceMessage};
use crate::migration::{Event, Skipped};
use crate::org::Persona;
use crate::store::Record;
use crate::subject::subject;
use crate::world::World;

/// Where a folder's items go; nowhere for what is not mail.
fn lands(folder: &SourceFolder) -> Option<&str> {
    match folder.role {
        Role::Inbox => Some("INBOX"),
        Role::Sent => Some("Sent Items"),
        Role::Drafts => Some("Drafts"),
        Role::Deleted => Some("Deleted Items"),
        Role::Junk => Some("Junk Email"),
        Role::Own => Some(&folder.path),
        Role::NotMail => None,
    }
}

fn items<'a>(
    world: &'a World,
    persona: &Persona,
) -> Vec<(&'a SourceFolder, &'a str, &'a SourceMessage)> {
    let folders = world
        .corpus
        .mailbox(&persona.alias)
        .map_or([].as_slice(), |mailbox| &mailbox.folders);
    folders
        .iter()
        .filter_map(|folder| Some((folder, lands(folder)?)))
        .flat_map(|(folder, path)| folder.messages().iter().map(move |m| (folder, path, m)))
        .collect()
}

/// How many items a user's mailbox has, and how many bytes.
pub(crate) fn estimate(world: &World, address: &str) -> (u64, u64) {
    let all = world
        .by_address(address)
        .map(|persona| items(world, persona))
        .unwrap_or_default();
    (all.len() as u64, all.iter().map(|(_, _, m)| m.size).sum())
}

/// Makes the folders that are not there.
pub(super) fn folders(world: &World, persona: &Persona) -> io::Result<()> {
    let source = world
        .corpus
        .mailbox(&persona.alias)
        .map_or([].as_slice(), |mailbox| &mailbox.folders);
    for path in source.iter().filter_map(lands) {
        world.store.write(&[], |state| {
            let there = state
                .mailbox(&persona.alias)
                .is_none_or(|mailbox| mailbox.written(path).is_some());
            let record = (!there).then(|| Record::FolderMade {
                mailbox: persona.alias.clone(),
                folder: path.to_owned(),
            });
            (record, ())
        })?;
    }
    Ok(())
}

/// Copies the next items, so many at most. Whether any are left.
pub(super) fn some(world: &World, persona: &Persona, user: &str, most: usize) -> io::Result<bool> {
    let (done, limit) = world.store.read(|state| {
        let held = state.users.get(&persona.alias);
        (
            held.map_or(0, |held| held.moved),
            state.receives(&persona.alias),
        )
    });
    let all = items(world, persona);
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    for (folder, path, message) in all.iter().skip(done).take(most) {
        let bytes = folder.bytes(message);
        if message.size > limit {
            world.store.note(Record::Migration {
                moved: Some(persona.alias.clone()),
                event: Event::Skipped {
                    user: user.to_owned(),
                    item: Skipped {
                        kind: "LargeItem".to_owned(),
                        subject: subject(&bytes),
                        folder: path.replace("INBOX", "Inbox"),
                        sent: message.date.seconds,
                        size: message.size,
                    },
                },
            })?;
            continue;
        }
        world.store.write(&bytes, |state| {
            let place = state
                .mailbox(&persona.alias)
                .and_then(|mailbox| Some((mailbox.written(path)?, mailbox.folder(path)?.uid_next)));
            let record = place.map(|(folder, uid)| Record::Appended {
                mailbox: persona.alias.clone(),
                folder: folder.to_owned(),
                uid,
                flags: message.flags,
                date: message.date,
                size: message.size,
                sha256: message.sha256,
                file: None,
                service: Some(user.to_owned()),
            });
            (record, ())
        })?;
    }
    Ok(done.saturating_add(most) < all.len())
}
