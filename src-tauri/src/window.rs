//! The one window: how it opens, comes to the front and is left.

use std::sync::atomic::{AtomicBool, Ordering};

use stegvis_api::App;
use tauri::{AppHandle, Manager as _, Url, WebviewWindow, WebviewWindowBuilder};

use crate::args::Arguments;

const LABEL: &str = "main";

/// Opens it as tauri.conf.json describes it, titled as its page is.
pub(crate) fn open(app: &tauri::App, arguments: &Arguments) -> tauri::Result<()> {
    let Some(config) = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == LABEL)
    else {
        return Err(tauri::Error::WindowNotFound);
    };
    let mut builder = WebviewWindowBuilder::from_config(app.handle(), config)?
        .on_navigation(ours)
        .on_document_title_changed(|window, title| drop(window.set_title(&title)));
    if let Some(folder) = &arguments.data {
        builder = builder.data_directory(folder.join("window"));
    }
    builder.build().map(drop)
}

/// The pages that are built in, and in development the server that serves them.
fn ours(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "tauri.localhost"))
}

/// The window, while there is one.
pub(crate) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Brings it to the front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = main(app) {
        // A window manager may refuse; the window is there all the same.
        drop(window.unminimize());
        drop(window.set_focus());
    }
}

/// Ends the program as soon as nothing is in mid-message. The window stays until then and shows what still
/// runs; whoever asks a second time has waited long enough.
pub(crate) fn leave(app: &AppHandle) {
    static LEAVING: AtomicBool = AtomicBool::new(false);
    if LEAVING.swap(true, Ordering::Relaxed) {
        app.exit(0);
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        // Nothing is lost with the error: a crash is recovered from at the next start.
        drop(app.state::<App>().close_project().await);
        app.exit(0);
    });
}
