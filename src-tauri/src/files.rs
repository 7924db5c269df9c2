//! Files that a person hands over: dropped on the window, chosen in the system's own dialog, or named when the
//! program was started. The web view learns what is in a list, never where anything is or how to read it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use stegvis_api::dto::{ListView, TrustDto};
use stegvis_api::{App, Error, ErrorCode};
use tauri::{AppHandle, DragDropEvent, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};
use tauri_plugin_opener::OpenerExt as _;
use tauri_specta::Event as _;
use tokio::io::AsyncReadExt as _;
use tokio::sync::oneshot;

use crate::ipc::{ListDrop, ListDropped};
use crate::window;

/// What a list may be called; it is told by its content what it is.
const LISTS: [&str; 8] = ["csv", "txt", "tsv", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// No file of authorities is longer.
const LONGEST_AUTHORITY: u64 = 1024 * 1024;

/// The list that the program was started with, until a project is open to read it.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Option<PathBuf>>);

impl Waiting {
    pub(crate) fn new(list: Option<PathBuf>) -> Self {
        Self(Mutex::new(list))
    }

    fn swap(&self, list: Option<PathBuf>) -> Option<PathBuf> {
        std::mem::replace(
            &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner),
            list,
        )
    }

    /// The open list; the one that waits is opened first.
    pub(crate) async fn or_open(&self, app: &App) -> Result<Option<ListView>, Error> {
        let Some(list) = self.swap(None) else {
            return app.list_view().await;
        };
        match app.open_list(&list).await {
            Ok(view) => Ok(Some(view)),
            Err(error) => {
                if error.code == ErrorCode::NoProject {
                    self.swap(Some(list));
                }
                Err(error)
            }
        }
    }
}

/// Opens a list that was handed to the window, and tells the wizard.
pub(crate) fn open(handle: &AppHandle, list: PathBuf) {
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        let opened = handle.state::<App>().open_list(&list).await;
        tell(
            &handle,
            match opened {
                Ok(view) => ListDrop::Opened {
                    view: Box::new(view),
                },
                Err(error) => ListDrop::Refused { error },
            },
        );
    });
}

/// A file is dragged over the window: it is shown that it may be dropped, and opened when it is.
pub(crate) fn dragged(handle: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { paths, .. } if !paths.is_empty() => tell(handle, ListDrop::Over),
        DragDropEvent::Leave => tell(handle, ListDrop::Away),
        DragDropEvent::Drop { paths, .. } => {
            tell(handle, ListDrop::Away);
            // One list at a time: of several files the first is as good as any.
            if let Some(first) = paths.first() {
                open(handle, first.clone());
            }
        }
        _ => {}
    }
}

/// An event that finds no window is no loss: whoever opens one asks for the whole.
fn tell(handle: &AppHandle, drop: ListDrop) {
    std::mem::drop(ListDropped(drop).emit(handle));
}

/// Asks which list to open; nothing when the person thought better of it.
pub(crate) async fn ask_which(handle: &AppHandle, title: &str, kind: &str) -> Option<PathBuf> {
    let (answer, asked) = oneshot::channel();
    dialog(handle, title)
        .add_filter(kind, &LISTS)
        .pick_file(move |file| drop(answer.send(file)));
    path(asked.await.ok().flatten())
}

/// Asks which test mail to read.
pub(crate) async fn ask_which_mail(handle: &AppHandle, title: &str, kind: &str) -> Option<PathBuf> {
    let (answer, asked) = oneshot::channel();
    dialog(handle, title)
        .add_filter(kind, &["eml", "txt"])
        .pick_file(move |file| drop(answer.send(file)));
    path(asked.await.ok().flatten())
}

/// The text of a mail. Its headers tell the way it came, and they come first: what follows a megabyte is not read.
pub(crate) async fn read_mail(mail: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = async {
        let file = tokio::fs::File::open(mail).await?;
        file.take(1024 * 1024).read_to_end(&mut bytes).await
    };
    read.await.map_err(|error| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("{} cannot be read: {error}", name_of(mail)),
            "Save the mail as a file again.",
        )
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Asks where to write a list.
pub(crate) async fn ask_where(
    handle: &AppHandle,
    title: &str,
    kind: &str,
    name: &str,
) -> Option<PathBuf> {
    let (answer, asked) = oneshot::channel();
    dialog(handle, title)
        .add_filter(kind, &["csv"])
        .set_file_name(name)
        .save_file(move |file| drop(answer.send(file)));
    path(asked.await.ok().flatten()).map(|mut path| {
        // Not every system's dialog adds what it filters by.
        if path.extension().is_none() {
            path.set_extension("csv");
        }
        path
    })
}

/// Asks for a folder.
pub(crate) async fn ask_folder(handle: &AppHandle, title: &str) -> Option<PathBuf> {
    let (answer, asked) = oneshot::channel();
    dialog(handle, title).pick_folder(move |folder| drop(answer.send(folder)));
    path(asked.await.ok().flatten())
}

/// Asks for a certificate authority's file and reads it. The web view gets the certificate, which is no secret, and never
/// learns where it was.
pub(crate) async fn ask_authority(
    handle: &AppHandle,
    title: &str,
) -> Result<Option<TrustDto>, Error> {
    let (answer, asked) = oneshot::channel();
    dialog(handle, title)
        .add_filter("PEM", &["pem", "crt", "cer"])
        .pick_file(move |file| drop(answer.send(file)));
    let Some(file) = path(asked.await.ok().flatten()) else {
        return Ok(None);
    };
    authority(&file).await.map(Some)
}

/// What a page may learn of a file: its name, not where it is.
fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

async fn authority(file: &Path) -> Result<TrustDto, Error> {
    let refused = |words: String| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("{}: {words}", name_of(file)),
            "Choose a certificate in PEM.",
        )
    };
    let mut pem = String::new();
    let read = async {
        let file = tokio::fs::File::open(file).await?;
        file.take(LONGEST_AUTHORITY).read_to_string(&mut pem).await
    };
    read.await.map_err(|error| refused(error.to_string()))?;
    // A key beside the certificate has no business in a page.
    if !pem.contains("BEGIN CERTIFICATE") || pem.contains("PRIVATE KEY") {
        return Err(refused("no certificate alone".to_owned()));
    }
    Ok(TrustDto::Authority { pem })
}

/// Opens the system's browser at an address of the core's.
pub(crate) fn browse(handle: &AppHandle, address: &str) {
    if let Err(error) = handle.opener().open_url(address, None::<&str>) {
        crate::report(&format!("no browser was opened: {error}"));
    }
}

/// What is written beside `Flytt.xlsx` is `Flytt (Exchange Online).csv`: never the same name.
pub(crate) fn name_beside(list: &str, for_person: bool) -> String {
    let stem = Path::new(list).file_stem().unwrap_or_default();
    let reader = if for_person {
        "Excel"
    } else {
        "Exchange Online"
    };
    format!("{} ({reader}).csv", stem.to_string_lossy())
}

fn dialog(handle: &AppHandle, title: &str) -> FileDialogBuilder<tauri::Wry> {
    let dialog = handle.dialog().file().set_title(title);
    match window::main(handle) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn path(file: Option<FilePath>) -> Option<PathBuf> {
    file.and_then(|file| file.into_path().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_authority_is_a_certificate_and_never_a_key() {
        let folder = std::env::temp_dir().join(format!("stegvis-authority-{}", std::process::id()));
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, good) in [
            (pem.to_owned(), true),
            (format!("{pem}-----BEGIN PRIVATE KEY-----\n"), false),
            ("hello".to_owned(), false),
        ] {
            assert!(std::fs::write(&folder, &text).is_ok());
            assert_eq!(authority(&folder).await.is_ok(), good, "{text}");
        }
        assert!(std::fs::remove_file(&folder).is_ok());
        let refused = authority(&folder).await.err().map(|error| error.message);
        let told = refused.unwrap_or_default();
        assert!(told.starts_with("stegvis-authority-"), "{told}");
    }

    #[test]
    fn the_written_list_is_never_called_as_the_one_that_was_read() {
        assert_eq!(
            name_beside("Flytt nov.xlsx", false),
            "Flytt nov (Exchange Online).csv"
        );
        assert_eq!(name_beside("lista.csv", true), "lista (Excel).csv");
    }
}
