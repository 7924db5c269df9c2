//! Prepare.

use stegvis_api::dto::{DirectoryView, PreflightView, TenantView};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn preflight_view(app: State<'_, App>) -> Result<PreflightView, Error> {
    app.preflight_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn run_preflight(app: State<'_, App>) -> Result<PreflightView, Error> {
    app.run_preflight().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retest(app: State<'_, App>, check: String) -> Result<PreflightView, Error> {
    app.retest(&check).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn directory_view(app: State<'_, App>) -> Result<DirectoryView, Error> {
    app.directory_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn tenant_view(app: State<'_, App>) -> Result<TenantView, Error> {
    app.tenant_view().await
}
