use jiff::Timestamp;
use rusqlite::params;
use stegvis_model::{CheckId, Fixer, Severity, StoredName as _};

use crate::table::read_time;
use crate::{JournalError, Tx};

pub(crate) const UP: &str = "
CREATE TABLE finding (
    check_id TEXT NOT NULL PRIMARY KEY,
    severity TEXT NOT NULL,
    code TEXT NOT NULL,
    fixer TEXT NOT NULL,
    command TEXT,
    facts TEXT NOT NULL,
    checked_at TEXT
) STRICT;
";

/// What a check found last, so that a reopened project shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The check.
    pub check: CheckId,
    /// How it ended.
    pub severity: Severity,
    /// What was found, as a code of the check's.
    pub code: String,
    /// Who can mend it.
    pub fixer: Fixer,
    /// What mends it.
    pub command: Option<String>,
    /// Values and evidence: lines of `kind TAB label TAB value`, with tabs and line ends escaped by the writer.
    pub facts: String,
    /// When it ran.
    pub checked_at: Option<Timestamp>,
}

impl Tx<'_> {
    /// Keeps a finding in place of the check's last one.
    pub fn keep_finding(&self, finding: &StoredFinding) -> Result<(), JournalError> {
        self.0
            .prepare_cached(
                "INSERT INTO finding (check_id, severity, code, fixer, command, facts, checked_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (check_id) DO UPDATE SET severity = excluded.severity, code = excluded.code,
                 fixer = excluded.fixer, command = excluded.command, facts = excluded.facts,
                 checked_at = excluded.checked_at",
            )?
            .execute(params![
                finding.check.name(),
                finding.severity.name(),
                finding.code,
                finding.fixer.name(),
                finding.command,
                finding.facts,
                finding.checked_at.map(|at| at.to_string())
            ])?;
        Ok(())
    }

    /// What every check found last.
    pub fn findings(&self) -> Result<Vec<StoredFinding>, JournalError> {
        let mut statement = self.0.prepare_cached(
            "SELECT check_id, severity, code, fixer, command, facts, checked_at FROM finding ORDER BY check_id",
        )?;
        let mut rows = statement.query([])?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            let (check, severity, fixer): (String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(3)?);
            findings.push(StoredFinding {
                check: CheckId::from_name(&check)?,
                severity: Severity::from_name(&severity)?,
                code: row.get(2)?,
                fixer: Fixer::from_name(&fixer)?,
                command: row.get(4)?,
                facts: row.get(5)?,
                checked_at: read_time("finding.checked_at", row.get(6)?)?,
            });
        }
        Ok(findings)
    }
}
