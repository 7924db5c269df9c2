//! What the report calls states, kinds, acts and tasks. A code it has no words for is shown as it is: a project may have
//! been worked on by a newer version.

use super::words::Language;
use crate::dto::ReportTaskKind;

/// Every state: its words, and how its part of a bar is filled. In the order of the bar: what is done first.
const STATES: [(&str, &str, &str, &str); 12] = [
    ("Completed", "Converted", "Konverterad", "done"),
    (
        "CompletedWithWarnings",
        "Converted, with warnings",
        "Konverterad, med varningar",
        "almost",
    ),
    ("Synced", "Synced", "Synkroniserad", "own"),
    ("Converting", "Converting", "Konverterar", "move"),
    (
        "IncrementalSyncing",
        "Fetching changes",
        "Hämtar ändringar",
        "move",
    ),
    ("Syncing", "Syncing", "Synkroniserar", "move"),
    ("Forwarding", "Forwarding", "Vidarebefordrar", "move"),
    (
        "Provisioning",
        "Getting its mailbox",
        "Får postlåda",
        "move",
    ),
    ("Validating", "Being checked", "Kontrolleras", "move"),
    ("Queued", "Queued", "I kö", "wait"),
    ("Stopped", "Stopped", "Stoppad", "stop"),
    ("Failed", "Needs you", "Kräver åtgärd", "fail"),
];

/// Where a state stands in the bar.
pub(super) fn state_place(status: &str) -> usize {
    let mut states = STATES.iter();
    states
        .position(|(name, ..)| *name == status)
        .unwrap_or(STATES.len())
}

/// What a state is called.
pub(super) fn state(status: &str, language: Language) -> &'static str {
    STATES
        .iter()
        .find(|(name, ..)| *name == status)
        .map_or("?", |(_, english, swedish, _)| {
            language.pick(english, swedish)
        })
}

/// The class that a state's part of the bar has.
pub(super) fn state_fill(status: &str) -> &'static str {
    let mut states = STATES.iter();
    states
        .find(|(name, ..)| *name == status)
        .map_or("wait", |(.., fill)| fill)
}

/// What a kind of items is called.
pub(super) fn kind(code: &str, language: Language) -> &str {
    let (english, swedish) = match code {
        "Mail" => ("Mail", "E‑post"),
        "Calendar" => ("Calendar", "Kalender"),
        "Contacts" => ("Contacts", "Kontakter"),
        "Tasks" => ("Tasks", "Uppgifter"),
        "Notes" => ("Notes", "Anteckningar"),
        "Journal" => ("Journal", "Journal"),
        "Outbox" => ("Outbox, not sent", "Utkorg, inte skickat"),
        "SyncIssues" => ("Outlook's sync issues", "Outlooks synkroniseringsproblem"),
        "PublicFolders" => ("Public folders", "Gemensamma mappar"),
        other => return other,
    };
    language.pick(english, swedish)
}

/// What was done, by its code.
pub(super) fn action(code: &str, language: Language) -> &str {
    let (english, swedish) = match code {
        "BatchCreated" => ("Made the batch", "Skapade batchen"),
        "BatchStarted" => ("Started the migration", "Startade migreringen"),
        "BatchRetried" => (
            "Tried again what had failed",
            "Försökte igen med det som misslyckats",
        ),
        "BatchResumed" => ("Went on with the migration", "Fortsatte migreringen"),
        "BatchStopped" => ("Stopped the migration", "Stoppade migreringen"),
        "BatchRemoved" => (
            "Removed the batch in Microsoft 365",
            "Tog bort batchen i Microsoft 365",
        ),
        "GapFilled" => (
            "Had this computer copy what the service left",
            "Lät den här datorn kopiera det som tjänsten lämnat",
        ),
        "AccessRemoved" => (
            "Took back the program's access to mailboxes",
            "Tog tillbaka programmets åtkomst till postlådor",
        ),
        "EndpointSaved" => ("Saved the endpoint", "Sparade slutpunkten"),
        "EngineChosen" => ("Chose who copies", "Valde vem som kopierar"),
        "SkippedSigned" => ("Signed for skipped items", "Godkände överhoppade objekt"),
        "AdministratorsWord" => (
            "Vouched for what could not be checked",
            "Gick i god för det som inte gick att kontrollera",
        ),
        "ForwardingWritten" => ("Turned forwarding on", "Slog på vidarebefordran"),
        "ForwardingProved" => ("Read forwarding back", "Läste tillbaka vidarebefordran"),
        "ForwardingUndone" => ("Took forwarding back", "Tog tillbaka vidarebefordran"),
        "ForwardingFailed" => (
            "Could not turn forwarding on",
            "Kunde inte slå på vidarebefordran",
        ),
        "ConversionWritten" => (
            "Converted the old mailbox",
            "Konverterade den gamla postlådan",
        ),
        "ConversionProved" => ("Proved the conversion", "Bevisade konverteringen"),
        "ConversionUndone" => ("Undid the conversion", "Ångrade konverteringen"),
        "ConversionFailed" => ("Could not convert", "Kunde inte konvertera"),
        "DnsBefore" => (
            "Kept the domain's DNS as it was",
            "Sparade domänens DNS som den var",
        ),
        "MxMoved" => (
            "Mail goes to Microsoft 365",
            "E‑posten går till Microsoft 365",
        ),
        "MxMovedBack" => (
            "Mail goes to the old server again",
            "E‑posten går till den gamla servern igen",
        ),
        "DnsHostChanged" => ("Changed the domain's DNS", "Ändrade domänens DNS"),
        "LicenceAssigned" => ("Gave a licence", "Delade ut en licens"),
        "LetterSent" => ("Sent a letter", "Skickade ett brev"),
        "LetterFailed" => ("A letter was refused", "Ett brev nekades"),
        "LetterUnknown" => (
            "Whether a letter went is not known",
            "Om ett brev gick är inte känt",
        ),
        "HabitsRead" => ("Read rights and habits", "Läste rättigheter och vanor"),
        "DeliveryNotProved" => (
            "A test mail did not come directly",
            "Ett testmejl kom inte direkt",
        ),
        "DeliveryProved" => ("A test mail came directly", "Ett testmejl kom direkt"),
        "TaskDone" => (
            "Called a right or a habit given back",
            "Bockade av en rättighet eller vana",
        ),
        "TaskNotDone" => (
            "Called a right or a habit not given back after all",
            "Tog bort bocken vid en rättighet eller vana",
        ),
        "BatchRemovalOnWord" => (
            "Vouched for where mail goes, to remove a batch",
            "Gick i god för vart e‑posten går, för att ta bort en batch",
        ),
        "MailboxesStay" => (
            "Decided that mailboxes stay behind",
            "Bestämde att postlådor blir kvar",
        ),
        "MailboxesCountAgain" => (
            "Decided that mailboxes do not stay behind after all",
            "Bestämde att postlådor ändå inte blir kvar",
        ),
        "ReportsSavedBeforeRemoval" => ("Saved the batch’s reports", "Sparade batchens rapporter"),
        "CleanedUp" => ("Cleaned up", "Städade"),
        "ReportSaved" => ("Saved this report", "Sparade rapporten"),
        "ReportSavedRedacted" => (
            "Saved this report without names",
            "Sparade rapporten utan namn",
        ),
        other => return other,
    };
    language.pick(english, swedish)
}

/// What is still to do, and in a second sentence how or why.
pub(super) fn task(kind: ReportTaskKind, language: Language) -> &'static str {
    let (english, swedish) = match kind {
        ReportTaskKind::Reconcile => (
            "Find out why counts differ, and retry. Convert nothing before they agree.",
            "Ta reda på varför antalen skiljer sig och försök igen. Konvertera inget innan de stämmer.",
        ),
        ReportTaskKind::FinishMailboxes => (
            "Finish these mailboxes, or take them out of the migration.",
            "Gör klart de här postlådorna, eller ta dem ur migreringen.",
        ),
        ReportTaskKind::DecideMailboxes => (
            "Decide about these mailboxes of the old server, which nobody chose: once MX has moved, their mail no longer reaches them.",
            "Bestäm om de här postlådorna på den gamla servern, som ingen har valt: när MX har flyttats når e‑posten dem inte längre.",
        ),
        ReportTaskKind::ReadBack => (
            "Read source and target back and compare them.",
            "Läs tillbaka källa och mål och jämför dem.",
        ),
        ReportTaskKind::SignSkipped => (
            "Sign for the items that were skipped.",
            "Godkänn de objekt som hoppats över.",
        ),
        ReportTaskKind::Convert => (
            "Convert these old mailboxes to mail-enabled users.",
            "Konvertera de här gamla postlådorna till e‑postaktiverade användare.",
        ),
        ReportTaskKind::CarryExcluded => (
            "Carry over calendars, contacts and the like: this program copies mail.",
            "För över kalendrar, kontakter och liknande: det här programmet kopierar e‑post.",
        ),
        ReportTaskKind::MoveMx => (
            "Point MX to Microsoft 365, after the last mailbox is synced.",
            "Peka om MX till Microsoft 365, efter att den sista postlådan är synkroniserad.",
        ),
        ReportTaskKind::ProveDelivery => (
            "Prove by a test mail that mail comes directly to Microsoft 365.",
            "Bevisa med ett testmejl att e‑posten kommer direkt till Microsoft 365.",
        ),
        ReportTaskKind::Habits => (
            "Give back the rights and habits that do not move by themselves.",
            "Återställ de rättigheter och vanor som inte flyttar med av sig själva.",
        ),
        ReportTaskKind::ReadHabits => (
            "Read the rights and habits of the old side, while it is there.",
            "Läs rättigheter och vanor på den gamla sidan, medan den finns.",
        ),
        ReportTaskKind::Licences => (
            "Give these people a licence: without one Microsoft closes the mailbox on the day that is named.",
            "Ge de här personerna en licens: utan den stänger Microsoft postlådan den dag som anges.",
        ),
        ReportTaskKind::CleanUp => (
            "Take back what this program was given: access, secrets and the rest, under Finish.",
            "Ta tillbaka det som programmet fick: åtkomst, hemligheter och resten, under Slutför.",
        ),
        ReportTaskKind::SendLetters => (
            "Send again the letters that did not go, or of which nobody knows.",
            "Skicka om de brev som inte gick, eller som ingen vet något om.",
        ),
        ReportTaskKind::RemoveBatches => (
            "Remove the batches in Microsoft 365, 72 hours after MX moved.",
            "Ta bort batcherna i Microsoft 365, 72 timmar efter att MX flyttats.",
        ),
        ReportTaskKind::KeepOldServer => (
            "Keep the old databases: until then a conversion can be undone.",
            "Behåll de gamla databaserna: till dess går en konvertering att ångra.",
        ),
    };
    language.pick(english, swedish)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_from_a_newer_version_is_shown_as_it_is() {
        assert_eq!(
            action("RocketLaunched", Language::Swedish),
            "RocketLaunched"
        );
        assert_eq!(kind("Holograms", Language::English), "Holograms");
        assert_eq!(state("Paused", Language::English), "?");
    }
}
