//! The report to read and to print: one file, no scripts, nothing from elsewhere.

use minijinja::{AutoEscape, Environment, context};
use stegvis_model::{SkipReason, StoredName as _};

use super::words::{Language, skip_words};
use crate::dto::ReportView;
use crate::{Error, ErrorCode};

const TEMPLATE: &str = include_str!("report.html");

pub(super) fn report_html(view: &ReportView, language: Language) -> Result<String, Error> {
    let say = |english, swedish| language.pick(english, swedish);
    let reasons: Vec<_> = view
        .skipped_reasons
        .iter()
        .map(|reason| {
            let words =
                SkipReason::from_name(&reason.reason).map(|known| skip_words(known, language));
            context! { words => words.unwrap_or("–"), items => reason.items }
        })
        .collect();
    let most = view
        .users
        .iter()
        .map(|user| user.ledger.source)
        .max()
        .unwrap_or(0)
        .max(1);
    let words = context! {
        title => say("Hand-over report", "Överlämningsrapport"),
        ok => say("Every count reconciles.", "Alla antal stämmer."),
        not_ok => say("The counts do not reconcile. Convert nothing before they do.", "Antalen stämmer inte. Konvertera inget förrän de gör det."),
        differing => say("Mailboxes that differ", "Postlådor som skiljer sig"),
        items => say("Items", "Objekt"),
        rule => say("In source = copied + skipped + excluded.", "I källan = kopierade + överhoppade + undantagna."),
        batch => say("Batch", "Batch"),
        mailboxes => say("Mailboxes", "Postlådor"),
        mailbox => say("Mailbox", "Postlåda"),
        source => say("In source", "I källan"),
        copied => say("Copied", "Kopierade"),
        skipped => say("Skipped", "Överhoppade"),
        excluded => say("Excluded", "Undantagna"),
        excluded_why => say(
            "Excluded folders hold calendars, contacts, tasks, notes or unsent mail; this version copies mail. The CSV names the rule for each.",
            "Undantagna mappar innehåller kalendrar, kontakter, uppgifter, anteckningar eller osänd post; den här versionen kopierar e‑post. CSV-filen anger regeln för var och en.",
        ),
        total => say("Total", "Summa"),
        reconciles => say("Reconciles", "Stämmer"),
        differs => say("Differs", "Skiljer sig"),
        why => say("Skipped, and why", "Överhoppade, och varför"),
        read_back => say("Read back", "Läst igen"),
        agrees => say("Source and target were read again, item by item: bytes, flags and dates agree.", "Källan och målet har lästs igen, objekt för objekt: innehåll, flaggor och datum stämmer."),
        disagrees => say("Source and target were read again and differ.", "Källan och målet har lästs igen och skiljer sig."),
        not_run => say("The read-back has not run.", "Läsningen har inte körts."),
        compared => say("Compared", "Jämförda"),
        missing => say("Missing", "Saknas"),
        extra => say("Twice", "Dubbla"),
        marks => say("Other flags or date", "Andra flaggor eller datum"),
        changed => say("What was changed", "Vad som har ändrats"),
        forwarding => say("Active Directory: TargetAddress written, with a backup of each object", "Active Directory: TargetAddress skriven, med säkerhetskopia av varje objekt"),
        converted => say("Converted", "Konverterade"),
        converted_why => say(
            "These old mailboxes are mail-enabled users now. The project keeps every object as it was; the conversion can be undone while the old server keeps the mailbox.",
            "De här gamla postlådorna är e‑postaktiverade användare nu. Projektet sparar varje objekt som det var; konverteringen går att ångra så länge källservern sparar postlådan.",
        ),
        when => say("When", "När"),
        proved => say("Proved", "Bevisad"),
        signed => say("Skipped items signed by", "Överhoppade godkända av"),
        undo_until => say("Undo until", "Går att ångra till"),
        yes => say("Yes", "Ja"),
        no => say("No", "Nej"),
        converted_objects => say("Active Directory: mailboxes that became mail-enabled users, with a backup of each object", "Active Directory: postlådor som blev e‑postaktiverade användare, med säkerhetskopia av varje objekt"),
        untouched => say("No source mailbox was written to.", "Ingen källpostlåda har ändrats."),
        mails => say("Mail sent", "Skickad post"),
        status_mail => say("Status mail", "Statusmeddelande"),
        final_mail => say("Final report", "Slutrapport"),
        handed => say("Handed over by", "Överlämnad av"),
        received => say("Received by", "Mottagen av"),
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("number", move |number: u64| grouped(number, language));
    environment.add_filter("moment", moment);
    environment
        .render_str(
            TEMPLATE,
            context! { view, words, reasons, most, language => language.tag() },
        )
        .map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("the report's template: {error}"),
                "Report this.",
            )
        })
}

/// A time as the report tells it: to the minute, in UTC, so that two readers see the same.
fn moment(at: Option<String>) -> String {
    let at = at.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    at.map_or_else(
        || "–".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// A number with its thousands apart, as each language writes it.
fn grouped(number: u64, language: Language) -> String {
    let separator = language.pick(",", "\u{a0}");
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push_str(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_as_each_language_does() {
        assert_eq!(grouped(572_420, Language::English), "572,420");
        assert_eq!(grouped(12_480, Language::Swedish), "12\u{a0}480");
        assert_eq!(grouped(7, Language::Swedish), "7");
    }

    #[test]
    fn a_time_is_told_to_the_minute() {
        assert_eq!(
            moment(Some("2026-11-25T01:48:18.642737032Z".to_owned())),
            "2026-11-25 01:48 UTC"
        );
        assert_eq!(moment(None), "–");
    }
}
