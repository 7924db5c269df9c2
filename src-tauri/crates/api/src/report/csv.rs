//! The report as a table for spreadsheets: UTF-8 with a byte order mark, and no cell that a
//! spreadsheet would take for a formula.

use stegvis_engine::report::Report;
use stegvis_journal::FolderPlan;
use stegvis_model::MigrationUser;

/// Every folder of every mailbox that `keep` chooses.
pub(crate) fn report_csv(report: &Report, keep: impl Fn(&MigrationUser) -> bool) -> String {
    let mut csv = String::from(
        "\u{feff}EmailAddress,DisplayName,Batch,Status,Cause,SourceFolder,TargetFolder,ExcludedBy,Source,Copied,Skipped,Excluded,CopiedBytes,Reconciles\r\n",
    );
    for user in report.users.iter().filter(|user| keep(&user.user)) {
        let batch = report
            .batches
            .iter()
            .find(|batch| batch.id == user.user.batch);
        for folder in &user.folders {
            let (target, rule) = match &folder.plan {
                FolderPlan::CopyTo(path) => (path.to_string(), String::new()),
                FolderPlan::Excluded(rule) => (String::new(), rule.clone()),
            };
            let cells = [
                user.user.address.to_string(),
                user.user.display_name.clone(),
                batch.map(|batch| batch.name.clone()).unwrap_or_default(),
                user.user.status.name().to_owned(),
                user.user.status.cause().unwrap_or_default().to_owned(),
                folder.source.to_string(),
                target,
                rule,
                folder.ledger.source.items.to_string(),
                folder.ledger.copied.items.to_string(),
                folder.ledger.skipped.items.to_string(),
                folder.ledger.excluded.items.to_string(),
                folder.ledger.copied.bytes.to_string(),
                folder.ledger.reconciles().to_string(),
            ];
            csv.push_str(&cells.map(|text| cell(&text)).join(","));
            csv.push_str("\r\n");
        }
    }
    csv
}

/// A cell: quoted where it must be, and with an apostrophe before what a spreadsheet would calculate.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if risky {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if safe.contains([',', '"', '\r', '\n', ';']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell("Kunder, viktiga"), "\"Kunder, viktiga\"");
        assert_eq!(cell("Ångström"), "Ångström");
    }
}
