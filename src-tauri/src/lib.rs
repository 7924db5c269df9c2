//! The desktop shell, thin: a window around the facade.
//!
//! Lives here: the window and its end, the commands and events of the typed contract (`ipc`), the files that a
//! person hands over, the practice organisation for those who practise in the window.
//! May import: `stegvis-api`, and `stegvis-lab` for the practice organisation.
//! Deliberately absent: anything about migrations, and any power of the web view over files, programs or
//! the network.

mod args;
mod files;
mod ipc;
mod practice;
mod window;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use stegvis_api::{App, Events, Secrets};
use tauri::{Manager as _, RunEvent, WindowEvent};

use crate::args::Arguments;
use crate::files::Waiting;
use crate::practice::PracticeLab;

pub use ipc::contract;

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    let arguments = Arguments::read();
    match build(arguments) {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(watch)).unwrap_or(1)),
        Err(error) => {
            report(&format!("the window cannot be opened: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: Arguments) -> tauri::Result<tauri::App> {
    let contract = contract();
    let mut builder = tauri::Builder::default();
    // A folder of one's own is a program of one's own; otherwise a second start shows the first window.
    if arguments.data.is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, words, folder| {
            window::show(app);
            // What a second start was told to open is opened here.
            if let Some(list) = Arguments::of(words).and_then(|asked| asked.list) {
                files::open(app, Path::new(&folder).join(list));
            }
        }));
    }
    builder
        // Files are opened from here alone: the web view has no permission to ask for it.
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        // Asked from here alone, too.
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(contract.invoke_handler())
        .setup(move |app| {
            contract.mount_events(app);
            let data = match &arguments.data {
                Some(folder) => folder.clone(),
                None => app.path().app_local_data_dir()?,
            };
            let practice = Arc::new(PracticeLab::new(&arguments));
            let mut product = App::new(data, Secrets::native(), practice, events(app.handle()));
            if let Some((cloud, ca)) = arguments.cloud()? {
                product = product.with_cloud(cloud, ca);
            }
            if arguments.practice {
                // A refusal is no reason to show no window: there it can be tried again.
                if let Err(error) =
                    tauri::async_runtime::block_on(practice::enter(&product, arguments.mailboxes))
                {
                    report(&format!("{error}. {}", error.help));
                }
            }
            app.manage(product);
            app.manage(Waiting::new(arguments.list.clone()));
            app.manage(arguments.clone());
            window::open(app, &arguments)?;
            Ok(())
        })
        .build(tauri::generate_context!())
}

/// What the core tells, on its way to the wizard. An event that finds no window is no loss: the wizard asks
/// for the whole when it opens.
fn events(handle: &tauri::AppHandle) -> Events {
    let handle = handle.clone();
    Arc::new(move |event| drop(tauri_specta::Event::emit(&ipc::CoreEvent(event), &handle)))
}

/// Nobody may end the program in mid-message: closing the window, or ending the program, first stops what runs.
fn watch(handle: &tauri::AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } => {
            api.prevent_close();
            window::leave(handle);
        }
        RunEvent::WindowEvent {
            event: WindowEvent::DragDrop(event),
            ..
        } => files::dragged(handle, &event),
        // Without a code it is a person who asks; with one it is our own last word.
        RunEvent::ExitRequested {
            api, code: None, ..
        } => {
            api.prevent_exit();
            window::leave(handle);
        }
        _ => {}
    }
}

/// A program with a window has no other place for words before it is open.
fn report(words: &str) {
    eprintln!("stegvis: {words}");
}
