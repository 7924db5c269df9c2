//! Connect.

use stegvis_api::dto::{
    CertificateQuestion, EndpointSettings, EndpointView, MailDto, NewEndpointDto, PlacesView,
    ServerCertificateView, SourceDto, TrustDto,
};
use stegvis_api::{App, Error, TypedPassword};
use tauri::{AppHandle, State};

use crate::files;

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

#[tauri::command]
#[specta::specta]
pub(crate) async fn make_cloud_endpoint(
    app: State<'_, App>,
    endpoint: NewEndpointDto,
) -> Result<EndpointView, Error> {
    app.make_cloud_endpoint(endpoint).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_cloud_endpoint(app: State<'_, App>) -> Result<EndpointView, Error> {
    app.cancel_cloud_endpoint().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_source(
    app: State<'_, App>,
    source: SourceDto,
    password: Option<TypedPassword>,
) -> Result<PlacesView, Error> {
    app.set_source(source, password).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_mail(
    app: State<'_, App>,
    mail: Option<MailDto>,
    password: Option<TypedPassword>,
) -> Result<PlacesView, Error> {
    app.set_mail(mail, password).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn server_certificate(
    app: State<'_, App>,
    question: CertificateQuestion,
) -> Result<ServerCertificateView, Error> {
    app.server_certificate(question).await
}

/// A certificate authority from a file of the person's choice.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_authority(
    handle: AppHandle,
    title: String,
) -> Result<Option<TrustDto>, Error> {
    files::ask_authority(&handle, &title).await
}
