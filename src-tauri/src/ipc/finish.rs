//! Finish: DNS, licences, letters, rights and habits, the end, and the report.

use std::path::Path;

use stegvis_api::dto::{
    CleanupView, DnsPageView, DnsSettingsDto, FinishAnswersDto, FinishView, HabitsView,
    LetterFieldsDto, LetterPreview, LettersView, LicenceWishesDto, LicencesView, PracticeMail,
    RedoItem, ReportFile, ReportView,
};
use stegvis_api::{App, Error, ErrorCode};
use tauri::{AppHandle, State};
use tauri_plugin_opener::OpenerExt as _;

use crate::files;

#[tauri::command]
#[specta::specta]
pub(crate) async fn dns_view(app: State<'_, App>) -> Result<DnsPageView, Error> {
    app.dns_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn check_dns(app: State<'_, App>) -> Result<DnsPageView, Error> {
    app.check_dns().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_dns(app: State<'_, App>, on: bool) -> Result<DnsPageView, Error> {
    app.watch_dns(on).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_dns(
    app: State<'_, App>,
    settings: DnsSettingsDto,
) -> Result<DnsPageView, Error> {
    app.choose_dns(settings).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn prove_delivery(
    app: State<'_, App>,
    mail: String,
) -> Result<DnsPageView, Error> {
    app.prove_delivery(mail).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_test_mail(
    app: State<'_, App>,
    handle: AppHandle,
    title: String,
    kind: String,
) -> Result<Option<DnsPageView>, Error> {
    match files::ask_which_mail(&handle, &title, &kind).await {
        Some(mail) => app
            .prove_delivery(files::read_mail(&mail).await?)
            .await
            .map(Some),
        None => Ok(None),
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stay_behind(
    app: State<'_, App>,
    addresses: Vec<String>,
    stays: bool,
) -> Result<DnsPageView, Error> {
    app.stay_behind(&addresses, stays).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn practice_dns(app: State<'_, App>, step: String) -> Result<DnsPageView, Error> {
    app.practice_dns(step).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn practice_mail(app: State<'_, App>) -> Result<PracticeMail, Error> {
    app.practice_test_mail().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_dns_lines(app: State<'_, App>) -> Result<ReportFile, Error> {
    app.save_dns_lines().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn licences_view(
    app: State<'_, App>,
    wishes: LicenceWishesDto,
) -> Result<LicencesView, Error> {
    app.licences_view(wishes).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn assign_licences(
    app: State<'_, App>,
    wishes: LicenceWishesDto,
) -> Result<LicencesView, Error> {
    app.assign_licences(wishes).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_licences(app: State<'_, App>) -> Result<(), Error> {
    app.stop_licences().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn letters_view(app: State<'_, App>) -> Result<LettersView, Error> {
    app.letters_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_letter_fields(
    app: State<'_, App>,
    fields: LetterFieldsDto,
) -> Result<LettersView, Error> {
    app.set_letter_fields(fields).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn letter_preview(
    app: State<'_, App>,
    letter: String,
    language: String,
    address: Option<String>,
) -> Result<LetterPreview, Error> {
    app.letter_preview(&letter, &language, address).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn letter_template(
    app: State<'_, App>,
    letter: String,
    language: String,
) -> Result<String, Error> {
    app.letter_template(&letter, &language).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn set_letter_template(
    app: State<'_, App>,
    letter: String,
    language: String,
    text: Option<String>,
) -> Result<LettersView, Error> {
    app.set_letter_template(&letter, &language, text).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn send_letters(
    app: State<'_, App>,
    letter: String,
    only: Option<Vec<String>>,
) -> Result<LettersView, Error> {
    app.send_letters(&letter, only).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_letters(app: State<'_, App>) -> Result<LettersView, Error> {
    app.stop_letters().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_letters(
    app: State<'_, App>,
    letter: String,
) -> Result<Vec<ReportFile>, Error> {
    app.save_letters(&letter).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn redo_list(
    app: State<'_, App>,
    address: String,
) -> Result<Vec<RedoItem>, Error> {
    app.redo_list(&address).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn habits_view(app: State<'_, App>) -> Result<HabitsView, Error> {
    app.habits_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn read_habits(app: State<'_, App>) -> Result<HabitsView, Error> {
    app.read_habits().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn task_done(
    app: State<'_, App>,
    id: u32,
    done: bool,
) -> Result<HabitsView, Error> {
    app.task_done(id, done).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_view(app: State<'_, App>) -> Result<FinishView, Error> {
    app.finish_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_answer(
    app: State<'_, App>,
    answers: FinishAnswersDto,
) -> Result<FinishView, Error> {
    app.finish_answer(answers).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_batch(app: State<'_, App>, name: String) -> Result<FinishView, Error> {
    app.remove_batch_checked(&name).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn clean_up(app: State<'_, App>, dry_run: bool) -> Result<CleanupView, Error> {
    app.clean_up(dry_run).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_view(app: State<'_, App>) -> Result<ReportView, Error> {
    app.report_view().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn save_report(
    app: State<'_, App>,
    language: String,
    redact: bool,
) -> Result<Vec<ReportFile>, Error> {
    app.save_report(&language, redact).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn open_report(
    app: State<'_, App>,
    handle: AppHandle,
    format: String,
) -> Result<(), Error> {
    app.report_file(&format)
        .await
        .and_then(|file| open(&handle, &file))
}

/// With the program that the system has for such files.
fn open(handle: &AppHandle, file: &Path) -> Result<(), Error> {
    let shown = file.display().to_string();
    handle
        .opener()
        .open_path(&shown, None::<&str>)
        .map_err(|error| {
            Error::new(
                ErrorCode::CannotOpen,
                format!("no program opens {shown}: {error}"),
                "Open the file from its folder.",
            )
        })
}
