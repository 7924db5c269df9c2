//! Mailboxes, from a list.

use stegvis_api::dto::{ListEdit, ListPage, ListQuery, ListView, SavedList};
use stegvis_api::{App, Error};
use tauri::{AppHandle, State};

use crate::files::{self, Waiting};

#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_list(
    app: State<'_, App>,
    handle: AppHandle,
    title: String,
    kind: String,
) -> Result<Option<ListView>, Error> {
    match files::ask_which(&handle, &title, &kind).await {
        Some(list) => app.open_list(&list).await.map(Some),
        None => Ok(None),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_view(
    app: State<'_, App>,
    waiting: State<'_, Waiting>,
) -> Result<Option<ListView>, Error> {
    waiting.or_open(&app).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn list_rows(app: State<'_, App>, query: ListQuery) -> Result<ListPage, Error> {
    app.list_rows(query).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn edit_list(app: State<'_, App>, edit: ListEdit) -> Result<ListView, Error> {
    app.edit_list(edit).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_list(app: State<'_, App>, index: u32) -> Result<String, Error> {
    app.preview_list(index).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_list(
    app: State<'_, App>,
    handle: AppHandle,
    title: String,
    kind: String,
    for_person: bool,
) -> Result<Vec<SavedList>, Error> {
    let list = app.list_view().await?.map(|view| view.file);
    let name = files::name_beside(&list.unwrap_or_default(), for_person);
    match files::ask_where(&handle, &title, &kind, &name).await {
        Some(path) => app.save_list(&path, for_person).await,
        None => Ok(Vec::new()),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn use_list(app: State<'_, App>) -> Result<(), Error> {
    app.use_list().await.map(drop)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn close_list(app: State<'_, App>) -> Result<(), Error> {
    app.close_list().await
}
