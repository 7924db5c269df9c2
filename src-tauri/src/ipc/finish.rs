//! Finish.

use std::path::Path;

use stegvis_api::dto::{ReportFile, ReportView};
use stegvis_api::{App, Error, ErrorCode};
use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt as _;

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_view(app: State<'_, App>) -> Result<ReportView, Error> {
    app.report_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_report(
    app: State<'_, App>,
    language: String,
) -> Result<Vec<ReportFile>, Error> {
    app.save_report(&language, false).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_report(
    app: State<'_, App>,
    handle: AppHandle,
    format: String,
) -> Result<(), Error> {
    app.report_file(&format)
        .await
        .and_then(|file| open(&handle, &file))
}

/// With the program that the system has for such files.
fn open(handle: &AppHandle, file: &Path) -> Result<(), Error> {
    let shown = file.display().to_string();
    handle
        .opener()
        .open_path(&shown, None::<&str>)
        .map_err(|error| {
            Error::new(
                ErrorCode::CannotOpen,
                format!("no program opens {shown}: {error}"),
                "Open the file from its folder.",
            )
        })
}
