//! The conversion of a rehearsal, as a careful administrator does it: what was skipped is read and signed, every object
//! is kept, one goes first and is proved, and then the rest.

use std::time::Duration;

use stegvis_api::dto::{ConvertState, ConvertUser, ConvertView};
use stegvis_api::{App, Error, ErrorCode};
use tokio_util::sync::CancellationToken;

use super::ROUNDS;
use crate::terminal::Rehearsal;

pub fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// Converts every mailbox; what a bad line broke is tried again, but not for ever.
pub async fn convert(app: &App, shown: &Rehearsal, stop: &CancellationToken) -> Result<(), Error> {
    let mut tried = 0;
    app.check_gates().await?;
    loop {
        let view = ended(app, stop).await?;
        sign(app, shown, &view).await?;
        let view = app.convert_view(None).await?;
        let unproved = ids(&view, |user| user.state == ConvertState::Converted);
        let unkept = ids(&view, |user| {
            user.may_convert && user.backed_up_at.is_none()
        });
        if view
            .users
            .iter()
            .all(|user| user.state == ConvertState::Proved)
        {
            return Ok(());
        }
        let one_first = view.first.filter(|first| view.next == [*first]);
        if !unkept.is_empty() {
            app.back_up(&unkept).await?;
        } else if !unproved.is_empty() {
            tried += 1;
            app.prove(&unproved).await?;
        } else if view.next.is_empty() {
            tried += 1;
            app.check_gates().await?;
        } else {
            tried += u32::from(one_first.is_none());
            shown.say(&format!(
                "converting {}",
                match (one_first, view.next.len()) {
                    (Some(_), _) => "one".to_owned(),
                    (None, rest) => format!("the other {rest}"),
                }
            ));
            app.convert(&view.next).await?;
        }
        if tried > ROUNDS {
            tell_what_is_left(shown, &ended(app, stop).await?);
            return Ok(());
        }
    }
}

fn ids(view: &ConvertView, which: impl Fn(&ConvertUser) -> bool) -> Vec<u32> {
    let users = view.users.iter().filter(|user| which(user));
    users.map(|user| user.id).collect()
}

/// Waits until nothing moves, and reads how it stands.
async fn ended(app: &App, stop: &CancellationToken) -> Result<ConvertView, Error> {
    loop {
        let view = app.convert_view(None).await?;
        if view.run.is_none() {
            return Ok(view);
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
            () = stop.cancelled() => {
                app.stop_converting().await?;
                while app.convert_view(None).await?.run.is_some() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                return Err(Error::new(
                    ErrorCode::Running,
                    "stopped",
                    "Run the command again with the same --project to go on.",
                ));
            }
        }
    }
}

/// Reads out what was skipped before it is signed for.
async fn sign(app: &App, shown: &Rehearsal, view: &ConvertView) -> Result<(), Error> {
    let open = view.users.iter().filter(|user| {
        let mut gates = user.gates.iter();
        gates.any(|gate| gate.gate == "SkippedSigned" && gate.state == "Fail")
    });
    for user in open {
        let items = app.skipped_items(user.id).await?;
        for item in &items {
            shown.say(&format!(
                "  skipped  {} {} {} {}",
                item.address, item.folder, item.date, item.reason
            ));
        }
        app.sign_skipped(user.id, count(items.iter())).await?;
    }
    Ok(())
}

fn tell_what_is_left(shown: &Rehearsal, view: &ConvertView) {
    for user in &view.users {
        if user.state != ConvertState::Proved {
            let cause = user.cause.as_deref().unwrap_or("-");
            let words = user.server_words.as_deref().unwrap_or("");
            shown.say(&format!(
                "  {:<34} {:?}: {cause} {words}",
                user.address, user.state
            ));
        }
    }
}
