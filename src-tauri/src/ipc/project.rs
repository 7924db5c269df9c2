//! Project.

use stegvis_api::dto::{AnswersDto, AppView, PlacesView, ProjectView};
use stegvis_api::{App, Error};
use tauri::{AppHandle, State};

use crate::args::Arguments;
use crate::files;

/// With `folder` the system asks for one first; nothing comes back when the person thought better of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_project(
    app: State<'_, App>,
    handle: AppHandle,
    name: String,
    folder: bool,
    title: String,
) -> Result<Option<ProjectView>, Error> {
    let folder = match folder {
        false => None,
        true => match files::ask_folder(&handle, &title).await {
            Some(folder) => Some(folder),
            None => return Ok(None),
        },
    };
    app.create_project(name, folder).await.map(Some)
}

/// Asks which folder to open.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_project(
    app: State<'_, App>,
    handle: AppHandle,
    title: String,
) -> Result<Option<ProjectView>, Error> {
    match files::ask_folder(&handle, &title).await {
        Some(folder) => app
            .open_project(&folder.display().to_string())
            .await
            .map(Some),
        None => Ok(None),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn places_view(app: State<'_, App>) -> Result<PlacesView, Error> {
    app.places_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_company(app: State<'_, App>, name: String) -> Result<PlacesView, Error> {
    app.set_company(name).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_notify(
    app: State<'_, App>,
    address: Option<String>,
) -> Result<PlacesView, Error> {
    app.set_notify(address).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn create_practice(
    app: State<'_, App>,
    arguments: State<'_, Arguments>,
    mailboxes: Option<u32>,
) -> Result<ProjectView, Error> {
    app.create_practice(mailboxes.or(arguments.mailboxes)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_project(app: State<'_, App>, path: String) -> Result<ProjectView, Error> {
    app.open_project(&path).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn close_project(app: State<'_, App>) -> Result<AppView, Error> {
    app.close_project().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn project_view(app: State<'_, App>) -> Result<ProjectView, Error> {
    app.project_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn answer(app: State<'_, App>, answers: AnswersDto) -> Result<ProjectView, Error> {
    app.answer(answers).await
}
