//! Prepare.

use stegvis_api::dto::{
    AppGuideView, DirectoryDto, DirectoryView, PlacesView, PreflightView, TenantView,
};
use stegvis_api::{App, Error, Farewells, TypedPassword};
use tauri::{AppHandle, State};

use crate::files;

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

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_directory(
    app: State<'_, App>,
    directory: DirectoryDto,
    password: Option<TypedPassword>,
) -> Result<PlacesView, Error> {
    app.set_directory(directory, password).await
}

/// The shell opens the browser; `done` and `refused` are what it shows in the end.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_browser(
    app: State<'_, App>,
    handle: AppHandle,
    client_id: String,
    tenant: Option<String>,
    done: String,
    refused: String,
) -> Result<PlacesView, Error> {
    let farewells = Farewells { done, refused };
    let open = move |address: &str| files::browse(&handle, address);
    app.sign_in_browser(&client_id, tenant.as_deref(), farewells, open)
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_device(
    app: State<'_, App>,
    client_id: String,
    tenant: Option<String>,
) -> Result<PlacesView, Error> {
    app.sign_in_device(&client_id, tenant.as_deref()).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_certificate(
    app: State<'_, App>,
    client_id: String,
    tenant: String,
) -> Result<PlacesView, Error> {
    app.sign_in_certificate(&client_id, &tenant).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_sign_in(app: State<'_, App>) -> Result<PlacesView, Error> {
    app.cancel_sign_in().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(app: State<'_, App>) -> Result<PlacesView, Error> {
    app.sign_out().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn make_certificate(
    app: State<'_, App>,
    replace: bool,
) -> Result<PlacesView, Error> {
    app.make_certificate(replace).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn app_guide(
    app: State<'_, App>,
    client_id: Option<String>,
    tenant: Option<String>,
) -> Result<AppGuideView, Error> {
    app.app_guide(client_id.as_deref(), tenant.as_deref()).await
}
