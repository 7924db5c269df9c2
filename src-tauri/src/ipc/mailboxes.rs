//! Mailboxes.

use stegvis_api::dto::{MailboxChoice, MailboxesView};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn mailboxes_view(app: State<'_, App>) -> Result<MailboxesView, Error> {
    app.mailboxes_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_mailboxes(
    app: State<'_, App>,
    choices: Vec<MailboxChoice>,
) -> Result<MailboxesView, Error> {
    app.choose_mailboxes(choices).await
}
