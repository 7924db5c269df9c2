//! What stands in many folders, asked in one pipeline.

use stegvis_engine::ports::EndpointError;
use stegvis_model::{FolderPath, InternalDate, MessageFlags};
use stegvis_wire::imap::{Fetch, Response, State};

use super::folders::Layout;
use super::session::{Session, command_error};

/// What a folder holds from a UID on.
pub(super) struct Listing {
    pub(super) exists: u64,
    pub(super) validity: u32,
    /// UIDNEXT, or one more than the highest UID seen where the server does not tell.
    pub(super) next: u32,
    pub(super) items: Vec<Fetch>,
}

/// Opens each folder read-only and fetches `what` of every message from `from` on.
pub(super) async fn list_items(
    session: &mut Session,
    layout: &Layout,
    requests: &[(FolderPath, u32)],
    what: &str,
) -> Result<Vec<Listing>, EndpointError> {
    let commands: Vec<String> = requests
        .iter()
        .flat_map(|(folder, from)| {
            [
                format!("EXAMINE {}", layout.wire_name(folder)),
                format!("UID FETCH {}:* ({what})", (*from).max(1)),
            ]
        })
        .collect();
    let mut done = session.commands(&commands).await?.into_iter();
    let mut listings = Vec::with_capacity(requests.len());
    for (_, from) in requests {
        let (Some(opened), Some(fetched)) = (done.next(), done.next()) else {
            break;
        };
        if opened.status.state != State::Ok {
            return Err(command_error(&opened.status, &session.gate));
        }
        let mut listing = Listing {
            exists: 0,
            validity: 0,
            next: 0,
            items: Vec::new(),
        };
        for answer in opened.answers {
            match answer {
                Response::Exists(exists) => listing.exists = exists,
                Response::Untagged(line) => {
                    listing.validity = line.code_number("UIDVALIDITY").unwrap_or(listing.validity);
                    listing.next = line.code_number("UIDNEXT").unwrap_or(listing.next);
                }
                _ => {}
            }
        }
        // An empty folder has no message to name: some servers call the command bad (Exchange 2007).
        if fetched.status.state != State::Ok && listing.exists > 0 {
            return Err(command_error(&fetched.status, &session.gate));
        }
        for answer in fetched.answers {
            match answer {
                // `n:*` always names the last message, even when its UID is below n.
                Response::Fetch(fetch) if fetch.uid.is_some_and(|uid| uid >= *from) => {
                    listing.items.push(*fetch);
                }
                Response::Exists(exists) => listing.exists = listing.exists.max(exists),
                _ => {}
            }
        }
        listing.items.sort_by_key(|item| item.uid);
        listing.items.dedup_by_key(|item| item.uid);
        let beyond = listing
            .items
            .last()
            .and_then(|item| item.uid)
            .map_or(1, |uid| uid.saturating_add(1));
        listing.next = listing.next.max(beyond);
        listings.push(listing);
    }
    Ok(listings)
}

/// Flags as IMAP writes them into our words. `\Recent` says nothing about the message.
pub(super) fn flags_from_wire(words: &[String]) -> MessageFlags {
    let mut flags = MessageFlags::default();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "\\seen" => flags.seen = true,
            "\\answered" => flags.answered = true,
            "\\flagged" => flags.flagged = true,
            "\\deleted" => flags.deleted = true,
            "\\draft" => flags.draft = true,
            other if other.starts_with('\\') => {}
            _ => flags.keywords.push(word.clone()),
        }
    }
    flags.keywords.sort();
    flags.keywords.dedup();
    flags
}

/// Flags as IMAP writes them. A keyword that is no atom cannot be written and is left out.
pub(super) fn flags_to_wire(flags: &MessageFlags) -> String {
    let system = [
        (flags.seen, "\\Seen"),
        (flags.answered, "\\Answered"),
        (flags.flagged, "\\Flagged"),
        (flags.deleted, "\\Deleted"),
        (flags.draft, "\\Draft"),
    ];
    let atom = |word: &&str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte > b' ' && byte < 127 && !b"(){%*\"\\]".contains(&byte))
    };
    system
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .chain(flags.keywords.iter().map(String::as_str).filter(atom))
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn date_from_wire(date: Option<(i64, i16)>) -> InternalDate {
    let (seconds, offset_minutes) = date.unwrap_or_default();
    InternalDate {
        seconds,
        offset_minutes,
    }
}
