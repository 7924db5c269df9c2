//! The program itself, and what every step has.

use stegvis_api::dto::{AppView, CommandLine};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn app_view(app: State<'_, App>) -> Result<AppView, Error> {
    app.view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn commands(app: State<'_, App>, step: String) -> Result<Vec<CommandLine>, Error> {
    app.commands(&step).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_language(app: State<'_, App>, language: String) -> Result<(), Error> {
    app.set_language(&language).await
}
