//! The contract with the wizard: every command and event, typed on both sides. A command is one
//! expression; what it means is the facade's.

mod connect;
mod convert;
mod finish;
mod lists;
mod mailboxes;
mod migrate;
mod prepare;
mod project;
mod wizard;

use serde::{Deserialize, Serialize};
use stegvis_api::Error;
use stegvis_api::dto::{AppEvent, ListView};
use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, Event, collect_commands, collect_events};

/// What the core tells the wizard unasked.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, Event)]
pub struct CoreEvent(pub AppEvent);

/// What becomes of a file that is dragged over the window.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
#[serde(tag = "drop")]
pub enum ListDrop {
    /// It is held over the window.
    Over,
    /// It is not any more.
    Away,
    /// It was dropped and is open.
    Opened {
        /// The list in it.
        view: Box<ListView>,
    },
    /// It was dropped and is no list.
    Refused {
        /// Why.
        error: Error,
    },
}

/// What the shell tells of such a file.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, Event)]
pub struct ListDropped(pub ListDrop);

/// The contract: what Tauri serves, and what the wizard's side of it is generated from.
#[must_use]
pub fn contract() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            wizard::app_view,
            wizard::commands,
            wizard::set_language,
            project::create_practice,
            project::create_project,
            project::pick_project,
            project::places_view,
            project::set_company,
            project::set_notify,
            project::open_project,
            project::close_project,
            project::project_view,
            project::answer,
            prepare::preflight_view,
            prepare::run_preflight,
            prepare::retest,
            prepare::directory_view,
            prepare::tenant_view,
            prepare::set_directory,
            prepare::sign_in_browser,
            prepare::sign_in_device,
            prepare::sign_in_certificate,
            prepare::cancel_sign_in,
            prepare::sign_out,
            prepare::make_certificate,
            prepare::app_guide,
            mailboxes::mailboxes_view,
            mailboxes::choose_mailboxes,
            lists::pick_list,
            lists::list_view,
            lists::list_rows,
            lists::edit_list,
            lists::preview_list,
            lists::save_list,
            lists::use_list,
            lists::close_list,
            connect::endpoint_view,
            connect::test_endpoint,
            connect::save_endpoint,
            connect::choose_engine,
            connect::read_service,
            connect::choose_cloud_endpoint,
            connect::test_cloud_endpoint,
            connect::make_cloud_endpoint,
            connect::cancel_cloud_endpoint,
            connect::set_source,
            connect::set_mail,
            connect::server_certificate,
            connect::pick_authority,
            migrate::plan,
            migrate::start,
            migrate::start_at,
            migrate::fill_gap,
            migrate::stop,
            migrate::resume,
            migrate::retry_failed,
            migrate::run_view,
            convert::convert_view,
            convert::check_gates,
            convert::skipped_items,
            convert::sign_skipped,
            convert::back_up,
            convert::convert,
            convert::prove,
            convert::undo_conversion,
            convert::stop_converting,
            convert::save_ldif,
            finish::dns_view,
            finish::check_dns,
            finish::watch_dns,
            finish::choose_dns,
            finish::prove_delivery,
            finish::pick_test_mail,
            finish::practice_dns,
            finish::practice_mail,
            finish::stay_behind,
            finish::save_dns_lines,
            finish::licences_view,
            finish::assign_licences,
            finish::stop_licences,
            finish::letters_view,
            finish::set_letter_fields,
            finish::letter_preview,
            finish::letter_template,
            finish::set_letter_template,
            finish::send_letters,
            finish::stop_letters,
            finish::save_letters,
            finish::redo_list,
            finish::habits_view,
            finish::read_habits,
            finish::task_done,
            finish::finish_view,
            finish::finish_answer,
            finish::remove_batch,
            finish::clean_up,
            finish::report_view,
            finish::save_report,
            finish::open_report,
        ])
        .events(collect_events![CoreEvent, ListDropped])
        // A refusal rejects the promise, as the wizard's platform says.
        .error_handling(ErrorHandlingMode::Throw)
        // What is sent and what is received have one shape each.
        .disable_serde_phases()
}
