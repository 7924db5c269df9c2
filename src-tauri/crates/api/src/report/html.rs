//! The report to read and to print: one file, no scripts, nothing from elsewhere.

use jiff::Timestamp;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;
use stegvis_model::{SkipReason, StoredName as _};

use super::labels;
use super::phrases::phrases;
use super::words::{Language, skip_words};
use super::{charts, figures};
use crate::dto::{ReportAction, ReportView};
use crate::{Error, ErrorCode};

const TEMPLATE: &str = include_str!("report.html");

/// Skipped items that are printed one by one; all of them are in the table of their own.
const SKIPPED: usize = 200;

/// Acts of one kind that follow each other this closely are one row, in seconds.
const TOGETHER: i64 = 3_600;

pub(super) fn report_html(
    view: &ReportView,
    language: Language,
    now: Timestamp,
) -> Result<String, Error> {
    let reason =
        |code: &str| SkipReason::from_name(code).map_or("–", |known| skip_words(known, language));
    let reasons: Vec<Value> = view
        .skipped_reasons
        .iter()
        .map(|one| {
            let of = || view.skipped.iter().filter(|item| item.reason == one.reason);
            let mut signers: Vec<&str> =
                of().filter_map(|item| item.signed_by.as_deref()).collect();
            signers.sort_unstable();
            signers.dedup();
            context! {
                words => reason(&one.reason),
                items => one.items,
                signers => signers,
                unsigned => of().filter(|item| item.signed_by.is_none()).count(),
            }
        })
        .collect();
    let skipped: Vec<Value> = view
        .skipped
        .iter()
        .take(SKIPPED)
        .map(|item| context! { item => item, reason => reason(&item.reason) })
        .collect();
    let states: Vec<Value> = view
        .users
        .iter()
        .map(|user| Value::from(labels::state(&user.status, language)))
        .collect();
    let tasks: Vec<Value> = view
        .to_do
        .iter()
        .map(|task| {
            // A day among what a task is about is written as one.
            let about = task.about.iter();
            let about: Vec<String> = about
                .map(|one| match one.parse::<Timestamp>() {
                    Ok(at) => at.strftime("%Y-%m-%d").to_string(),
                    Err(_) => one.clone(),
                })
                .collect();
            context! { words => labels::task(task.task, language), about }
        })
        .collect();
    let over = view
        .users
        .iter()
        .filter(|user| is_over(&user.status))
        .count();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("number", move |number: u64| {
        figures::grouped(number, language)
    });
    environment.add_filter("size", move |bytes: u64| figures::size(bytes, language));
    environment.add_filter("moment", figures::moment);
    environment.add_filter("day", figures::day);
    environment.add_filter("clock", figures::clock);
    environment.add_filter("moment_s", figures::moment_to_the_second);
    environment.add_filter("span", move |seconds: i64| figures::span(seconds, language));
    environment
        .render_str(
            TEMPLATE,
            context! {
                view,
                words => phrases(language),
                reasons,
                skipped,
                unseen => view.skipped.len().saturating_sub(SKIPPED),
                states,
                tasks,
                over,
                verdict => verdict(view, over, language),
                line => charts::line(&view.throughput),
                parts => charts::states(&view.states, language),
                kinds => charts::kinds(&view.kinds, language),
                acts => acts(&view.actions, language),
                took => took(view),
                letter_words => letter_words(language),
                now => now.to_string(),
                language => language.tag(),
            },
        )
        .map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("the report's template: {error}"),
                "Report this.",
            )
        })
}

fn is_over(status: &str) -> bool {
    matches!(status, "Synced" | "Completed" | "CompletedWithWarnings")
}

/// The first sentence, which says the worst there is.
fn verdict(view: &ReportView, over: usize, language: Language) -> String {
    let all = view.users.len();
    let sentence = match (view.reconciled, all, all - over) {
        (false, ..) => language.pick(
            "The counts do not reconcile. Convert nothing before they do.",
            "Antalen stämmer inte. Konvertera inget förrän de gör det.",
        ),
        (true, 0, _) => language.pick(
            "No mailbox has moved yet.",
            "Ingen postlåda har flyttats än.",
        ),
        (true, 1, 0) => language.pick(
            "The mailbox has moved, and every count reconciles.",
            "Postlådan har flyttats och alla antal stämmer.",
        ),
        (true, _, 0) => language.pick(
            "All {all} mailboxes have moved, and every count reconciles.",
            "Alla {all} postlådor har flyttats och alla antal stämmer.",
        ),
        (true, ..) => language.pick(
            "Every count reconciles so far; {over} of {all} mailboxes are over.",
            "Alla antal stämmer hittills; {over} av {all} postlådor är klara.",
        ),
    };
    sentence
        .replace("{all}", &all.to_string())
        .replace("{over}", &over.to_string())
}

/// What the letters to people are called.
fn letter_words(language: Language) -> Value {
    context! {
        notice => language.pick("a week before", "en vecka före"),
        reminder => language.pick("the day before", "dagen före"),
        ready => language.pick("the new mailbox is ready", "den nya postlådan är klar"),
        phone => language.pick("phones", "telefoner"),
    }
}

/// How long it took in seconds, from the first start to the last change.
fn took(view: &ReportView) -> Option<i64> {
    let read = |at: &Option<String>| at.as_deref()?.parse::<Timestamp>().ok();
    Some(read(&view.to)?.as_second() - read(&view.from)?.as_second())
}

/// Acts of one kind by one person, close together.
#[derive(Debug, Serialize)]
struct Acts<'a> {
    from: &'a str,
    to: &'a str,
    who: Option<&'a str>,
    what: &'a str,
    words: &'a str,
    /// What they were about, each once.
    about: Vec<&'a str>,
    times: u32,
}

/// What was done, with twenty conversions in one row: one by one they are in the table of acts.
fn acts(actions: &[ReportAction], language: Language) -> Vec<Acts<'_>> {
    let second = |at: &str| at.parse::<Timestamp>().map_or(0, Timestamp::as_second);
    let mut rows: Vec<Acts<'_>> = Vec::new();
    for action in actions {
        let about = match &action.mailbox {
            Some(mailbox) => mailbox.as_str(),
            // A change of the directory names its address, and the cause when it failed.
            None => action.detail.as_str(),
        };
        let near = rows.iter_mut().rev().take(4).find(|row| {
            row.what == action.what
                && row.who == action.who.as_deref()
                && second(&action.at) - second(row.to) < TOGETHER
        });
        match near {
            Some(row) => {
                row.to = &action.at;
                row.times += 1;
                if !about.is_empty() && !row.about.contains(&about) {
                    row.about.push(about);
                }
            }
            None => rows.push(Acts {
                from: &action.at,
                to: &action.at,
                who: action.who.as_deref(),
                what: &action.what,
                words: labels::action(&action.what, language),
                about: Some(about)
                    .filter(|about| !about.is_empty())
                    .into_iter()
                    .collect(),
                times: 1,
            }),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(at: &str, what: &str, detail: &str) -> ReportAction {
        ReportAction {
            at: at.to_owned(),
            who: Some("karin".to_owned()),
            what: what.to_owned(),
            mailbox: None,
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn acts_that_alternate_are_a_row_each_and_a_day_later_they_are_new() {
        let all = [
            act("2026-11-25T10:00:00Z", "ConversionWritten", "anna"),
            act("2026-11-25T10:00:01Z", "ConversionProved", "anna"),
            act("2026-11-25T10:00:02Z", "ConversionWritten", "bo"),
            act("2026-11-25T10:00:03Z", "ConversionProved", "bo"),
            act("2026-11-26T10:00:00Z", "ConversionWritten", "cia"),
        ];
        let rows = acts(&all, Language::English);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.what, row.about.clone(), row.times))
            .collect();
        assert_eq!(
            told,
            [
                ("ConversionWritten", vec!["anna", "bo"], 2),
                ("ConversionProved", vec!["anna", "bo"], 2),
                ("ConversionWritten", vec!["cia"], 1),
            ]
        );
    }
}
