//! Project.

use stegvis_api::dto::{AnswersDto, AppView, ProjectView};
use stegvis_api::{App, Error};
use tauri::State;

use crate::args::Arguments;

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
