//! Convert.

use stegvis_api::dto::{ConvertView, ReportFile, SkippedItemView};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn convert_view(
    app: State<'_, App>,
    selected: Option<u32>,
) -> Result<ConvertView, Error> {
    app.convert_view(selected).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_gates(app: State<'_, App>) -> Result<ConvertView, Error> {
    app.check_gates().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn skipped_items(
    app: State<'_, App>,
    user: u32,
) -> Result<Vec<SkippedItemView>, Error> {
    app.skipped_items(user).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_skipped(
    app: State<'_, App>,
    user: u32,
    seen: u32,
) -> Result<ConvertView, Error> {
    app.sign_skipped(user, seen).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn back_up(app: State<'_, App>, users: Vec<u32>) -> Result<ConvertView, Error> {
    app.back_up(&users).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn convert(app: State<'_, App>, users: Vec<u32>) -> Result<ConvertView, Error> {
    app.convert(&users).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn prove(app: State<'_, App>, users: Vec<u32>) -> Result<ConvertView, Error> {
    app.prove(&users).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_conversion(
    app: State<'_, App>,
    users: Vec<u32>,
) -> Result<ConvertView, Error> {
    app.undo_conversion(&users).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_converting(app: State<'_, App>) -> Result<ConvertView, Error> {
    app.stop_converting().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_ldif(app: State<'_, App>) -> Result<Vec<ReportFile>, Error> {
    app.save_ldif().await
}
