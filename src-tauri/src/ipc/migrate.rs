//! Migrate.

use stegvis_api::dto::{PlanView, RunView};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn plan(app: State<'_, App>) -> Result<PlanView, Error> {
    app.plan().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn start(app: State<'_, App>) -> Result<RunView, Error> {
    app.start().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn start_at(app: State<'_, App>, at: Option<String>) -> Result<(), Error> {
    app.start_at(at).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn fill_gap(app: State<'_, App>) -> Result<(), Error> {
    app.fill_gap().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop(app: State<'_, App>) -> Result<RunView, Error> {
    app.stop().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resume(app: State<'_, App>) -> Result<RunView, Error> {
    app.resume().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_failed(app: State<'_, App>) -> Result<RunView, Error> {
    app.retry_failed().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn run_view(app: State<'_, App>) -> Result<RunView, Error> {
    app.run_view().await
}
