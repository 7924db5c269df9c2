//! What *Start migration* will do where the service moves the mail.

use stegvis_engine::ports::Clock as _;
use stegvis_engine::service::name_in_tenant;
use stegvis_journal::{CloudBatchRow, JournalError};
use stegvis_lists::{StagedRow, write_staged_csv};
use stegvis_model::{Engine, SmtpAddress, StoredName as _};

use super::commands::batch_commands;
use crate::Error;
use crate::dto::{PlanStep, PlanStepKind, PlanView};
use crate::project::{Project, count};

impl Project {
    /// Our batch of this name as the service has it.
    pub(crate) fn cloud_batch_named(&self, name: &str) -> Result<Option<CloudBatchRow>, Error> {
        self.setting(|tx| {
            let batches = tx.batches()?;
            match batches.iter().find(|batch| batch.name == name) {
                Some(batch) => Ok::<_, JournalError>(
                    tx.cloud_batch(batch.id)?
                        .filter(|row| row.removed_at.is_none()),
                ),
                None => Ok(None),
            }
        })
    }

    /// The list that a pasted command reads, beside the project: the command names a file that is there.
    fn pasted_list(&self, name: &str, mailboxes: &[String]) -> Result<String, Error> {
        let rows = mailboxes
            .iter()
            .map(|address| {
                let address = address.parse().map_err(|error| {
                    Error::invalid(format!("{address}: {error}"), "Choose it again.")
                })?;
                Ok(StagedRow { address })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let list = write_staged_csv(&rows)
            .map_err(|error| Error::invalid(error.to_string(), "Make several batches of it."))?;
        let path = self.dir.join(file_name(name));
        let there = std::fs::read(&path).is_ok_and(|there| there == list.as_bytes());
        if !there {
            std::fs::write(&path, list).map_err(|error| Error::cannot_write(&path, &error))?;
        }
        Ok(path.display().to_string())
    }

    /// Turns the plan of copying from here into one of the service's.
    pub(crate) fn cloud_plan(
        &self,
        plan: PlanView,
        to: Option<&SmtpAddress>,
    ) -> Result<PlanView, Error> {
        let made = self.cloud_batch_named(&plan.batch)?;
        let endpoint = match &made {
            Some(row) => Some(row.new.endpoint.clone()),
            None => self.cloud_endpoint()?,
        };
        let name = match &made {
            Some(row) => row.new.name.clone(),
            None => name_in_tenant(&self.journal, &plan.batch, self.clock.now())?,
        };
        let users = count(plan.mailboxes.len());
        let step = |kind, count, value: &str| PlanStep {
            kind,
            count,
            value: value.to_owned(),
        };
        let mut steps = Vec::new();
        if users > 0 {
            // A batch that is there is started again, not made again.
            if made.as_ref().is_none_or(|row| row.made_at.is_none()) {
                steps.push(step(PlanStepKind::MakeBatch, users, &name));
            }
            steps.extend([
                step(PlanStepKind::Forward, users, ""),
                step(PlanStepKind::Copy, users, &self.concurrency()?.to_string()),
            ]);
            if let Some(to) = to.map(ToString::to_string) {
                steps.extend([
                    step(PlanStepKind::StatusMail, 1, &to),
                    step(PlanStepKind::ReportMail, 1, &to),
                ]);
            }
            steps.extend([
                step(PlanStepKind::Compare, users, ""),
                step(PlanStepKind::Verify, users, ""),
            ]);
        }
        let made = made.is_some_and(|row| row.made_at.is_some());
        let list = if made || users == 0 || endpoint.is_none() {
            String::new()
        } else {
            self.pasted_list(&name, &plan.mailboxes)?
        };
        let commands = match &endpoint {
            Some(endpoint) if users > 0 => batch_commands(
                &name,
                endpoint,
                &list,
                to.map_or(&[], std::slice::from_ref),
                made,
            ),
            _ => Vec::new(),
        };
        Ok(PlanView {
            engine: Engine::Service.name().to_owned(),
            startable: plan.startable && endpoint.is_some(),
            steps,
            commands,
            ..plan
        })
    }
}

/// A batch's name as a file's, on every system.
fn file_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    format!("{}.csv", plain.trim_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_batch_leaves_the_projects_folder() {
        assert_eq!(file_name("Malmö (Stegvis 0a1b)"), "Malmö__Stegvis_0a1b.csv");
        assert_eq!(file_name("../../etc/passwd"), "etc_passwd.csv");
        assert_eq!(file_name("C:\\x"), "C__x.csv");
    }
}
