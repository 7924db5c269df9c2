use std::sync::Arc;

use secrecy::SecretString;
use stegvis_model::SmtpAddress;

use crate::cells;
use crate::columns::Meaning;
use crate::doctor::{Beside, beside_the_address};
use crate::finding::{Finding, FindingCode, RowStatus, shown};
use crate::grid::{Cell, Line};
use crate::known::{Known, KnownMailbox};
use crate::reading::Reading;

use super::is_decision;

/// A row of a draft.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Its number, as Excel numbers it.
    pub row: u32,
    /// The name the directory knows; without one, what the list says.
    pub name: String,
    /// What stood in the cell of the address.
    pub was: String,
    /// The text of the address that will be written, as far as it could be mended.
    pub text: String,
    /// The address; nothing where it is none.
    pub address: Option<SmtpAddress>,
    /// Whether the password must be changed; nothing where the batch decides.
    pub force_change_password: Option<bool>,
    /// Findings, each with whether the person took it back. That the row is merged is not among them.
    pub findings: Vec<(Finding, bool)>,
    pub(super) merged_with: Option<usize>,
    pub(super) choice: Choice,
    /// What is searched: the name, the cell and the address in lower case.
    pub(super) search: String,
    cell: Option<Cell>,
    beside: Beside,
    /// Whether the cell is the whole line, of which a part may be a password.
    whole_line: bool,
    /// What two rows of one mailbox have in common.
    key: Option<String>,
}

/// What a person chose for a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) text: Option<String>,
    pub(super) taken_back: bool,
    pub(super) left_out: bool,
    pub(super) batch: Option<Arc<str>>,
}

impl DraftRow {
    pub(super) fn read(line: &Line, reading: &Reading, known: Option<&Known>) -> Self {
        let mut row = Self {
            row: line.row,
            name: String::new(),
            was: String::new(),
            text: String::new(),
            address: None,
            force_change_password: None,
            findings: Vec::new(),
            merged_with: None,
            choice: Choice::default(),
            search: String::new(),
            cell: line.cell(reading.layout.address).cloned(),
            beside: beside_the_address(line, reading),
            whole_line: reading.whole_lines(),
            key: None,
        };
        row.examine(known);
        row
    }

    /// Finds out what becomes of the row.
    pub(super) fn examine(&mut self, known: Option<&Known>) {
        self.findings.clear();
        let raw = self.cell.as_ref().map(Cell::text).unwrap_or_default();
        let raw_was = if self.whole_line && self.mended().1.is_none() {
            cells::without_the_rest(raw)
        } else {
            shown(raw)
        };
        let (mended, address) = match (&self.choice.text, self.choice.taken_back) {
            (None, false) => self.mend(),
            (Some(text), false) => {
                let text = text.clone();
                self.edited(&raw_was, &text)
            }
            (_, true) => self.as_it_was(&raw_was),
        };
        self.was = raw_was;
        self.force_change_password = self.beside.force_change_password;
        self.name = self.beside.name.clone();
        self.key = address.as_ref().map(SmtpAddress::key);
        (self.text, self.address) = (mended, address);
        if let Some(known) = known {
            self.ask_directory(known);
        }
        let kept = |finding: &Finding| (finding.clone(), false);
        let before: Vec<_> = self.beside.row.iter().map(kept).collect();
        self.findings.splice(0..0, before);
        self.findings.extend(self.beside.columns.iter().map(kept));
        if known.is_some_and(|known| {
            let domain = self.address.as_ref().map(SmtpAddress::domain);
            domain.is_some_and(|domain| known.is_federated(domain))
        }) {
            self.force_off();
        }
        self.search = format!("{}\n{}\n{}", self.name, self.was, self.text).to_lowercase();
    }

    fn mend(&mut self) -> (String, Option<SmtpAddress>) {
        let (text, address, findings) = self.mended();
        self.findings
            .extend(findings.into_iter().map(|finding| (finding, false)));
        (text, address)
    }

    /// What the file's own cell can be mended to.
    fn mended(&self) -> (String, Option<SmtpAddress>, Vec<Finding>) {
        let mut findings = Vec::new();
        let (text, address) = cells::address(self.cell.as_ref(), self.whole_line, &mut findings);
        (text, address, findings)
    }

    /// What a person wrote is read as a cell of the file is.
    fn edited(&mut self, was: &str, text: &str) -> (String, Option<SmtpAddress>) {
        let mut findings = vec![edit(was, text)];
        let cell = Cell::Text(text.to_owned());
        let found = cells::address(Some(&cell), false, &mut findings);
        self.findings
            .extend(findings.into_iter().map(|finding| (finding, false)));
        found
    }

    /// The cell as it stood in the file; the repairs are shown as what was taken back.
    fn as_it_was(&mut self, was: &str) -> (String, Option<SmtpAddress>) {
        let (_, _, mut reasons) = self.mended();
        let mut repairs = match &self.choice.text {
            Some(text) => vec![edit(was, text)],
            None => reasons.clone(),
        };
        repairs.retain(|finding| finding.code.status() == RowStatus::Repaired);
        self.findings
            .extend(repairs.into_iter().map(|finding| (finding, true)));
        let address = match &self.cell {
            Some(Cell::Text(text)) if !text.starts_with('=') => text.parse::<SmtpAddress>().ok(),
            _ => None,
        };
        if address.is_none() {
            reasons.retain(|finding| finding.code.status() == RowStatus::Rejected);
            let not_an_address = || {
                Finding::new(
                    FindingCode::NotAnAddress,
                    Some(Meaning::EmailAddress),
                    was,
                    None,
                )
            };
            let reason = reasons.pop().unwrap_or_else(not_an_address);
            self.findings.push((reason, false));
        }
        (was.to_owned(), address)
    }

    fn ask_directory(&mut self, known: &Known) {
        let column = Some(Meaning::EmailAddress);
        let Some(address) = &self.address else {
            return;
        };
        match known.find(address) {
            Some(mailbox) => {
                self.name.clone_from(&mailbox.name);
                let primary = mailbox.address.key();
                if self.key.as_deref() != Some(primary.as_str()) {
                    let becomes = mailbox.address.to_string();
                    let finding = Finding::new(
                        FindingCode::AliasAddress,
                        column,
                        &self.text,
                        Some(&becomes),
                    );
                    self.findings.push((finding, self.choice.taken_back));
                    if !self.choice.taken_back {
                        self.text = becomes;
                        self.address = Some(mailbox.address.clone());
                    }
                    self.key = Some(primary);
                }
            }
            None => {
                let finding = Finding::new(FindingCode::UnknownAddress, column, &self.text, None);
                self.findings.push((finding, false));
            }
        }
    }

    /// With federated sign-in the password is not the tenant's, and nobody can be made to change it there.
    fn force_off(&mut self) {
        if self.force_change_password == Some(true) {
            self.force_change_password = Some(false);
            let column = Some(Meaning::ForceChangePassword);
            let finding = Finding::new(FindingCode::FederatedDomain, column, "True", Some("False"));
            self.findings.push((finding, false));
        }
    }

    /// The gravest of its findings.
    #[must_use]
    pub fn status(&self) -> RowStatus {
        if self.merged_with.is_some() {
            return RowStatus::Rejected;
        }
        self.standing()
            .map(FindingCode::status)
            .max()
            .unwrap_or(RowStatus::Ok)
    }

    /// Whether a person must decide: it is not left out, and something rejects it that is not its being merged.
    #[must_use]
    pub fn needs_decision(&self) -> bool {
        !self.left_out() && self.standing().any(is_decision)
    }

    fn standing(&self) -> impl Iterator<Item = FindingCode> {
        self.findings
            .iter()
            .filter(|(_, taken_back)| !taken_back)
            .map(|(finding, _)| finding.code)
    }

    /// Whether it will be written.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.left_out() && self.status() != RowStatus::Rejected
    }

    /// Whether a person left it out.
    #[must_use]
    pub fn left_out(&self) -> bool {
        self.choice.left_out
    }

    /// Whether this is what stands in the cell of the address.
    pub(super) fn stands(&self, text: &str) -> bool {
        matches!(&self.cell, Some(Cell::Text(cell)) if cell == text)
    }

    /// Whether the spreadsheet hides it.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        let mut findings = self.beside.row.iter();
        findings.any(|finding| finding.code == FindingCode::HiddenRow)
    }

    /// Whether it has a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.beside.password.is_some()
    }

    pub(super) fn password(&self) -> Option<&SecretString> {
        self.beside.password.as_ref()
    }

    pub(super) fn mailbox<'a>(&self, known: &'a Known) -> Option<&'a KnownMailbox> {
        known.find(self.address.as_ref()?)
    }

    /// The address that nobody else may have while this row is on the list.
    pub(super) fn held(&self) -> Option<&str> {
        self.key.as_deref().filter(|_| !self.left_out())
    }
}

fn edit(was: &str, text: &str) -> Finding {
    Finding::new(
        FindingCode::Edited,
        Some(Meaning::EmailAddress),
        was,
        Some(text),
    )
}
