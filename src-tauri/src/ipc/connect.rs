//! Connect.

use stegvis_api::dto::{EndpointSettings, EndpointView};
use stegvis_api::{App, Error};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn endpoint_view(app: State<'_, App>) -> Result<EndpointView, Error> {
    app.endpoint_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn test_endpoint(
    app: State<'_, App>,
    settings: EndpointSettings,
) -> Result<EndpointView, Error> {
    app.test_endpoint(settings).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_endpoint(
    app: State<'_, App>,
    settings: EndpointSettings,
) -> Result<EndpointView, Error> {
    app.save_endpoint(settings).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_engine(
    app: State<'_, App>,
    engine: String,
) -> Result<EndpointView, Error> {
    app.choose_engine(engine).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn read_service(app: State<'_, App>) -> Result<EndpointView, Error> {
    app.read_service().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_cloud_endpoint(
    app: State<'_, App>,
    name: String,
) -> Result<EndpointView, Error> {
    app.choose_cloud_endpoint(name).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn test_cloud_endpoint(app: State<'_, App>) -> Result<EndpointView, Error> {
    app.test_cloud_endpoint().await
}
