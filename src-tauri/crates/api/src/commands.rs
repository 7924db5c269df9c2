//! *Show commands*: what a step does, as a person would type it elsewhere.

use crate::Error;
use crate::dto::{CommandLine, Shell};
use crate::project::Project;

fn line(shell: Shell, does: &str, text: String) -> CommandLine {
    CommandLine {
        shell,
        does: does.to_owned(),
        text,
    }
}

impl Project {
    /// The equivalents of a step.
    pub(crate) fn commands(&self, step: &str) -> Result<Vec<CommandLine>, Error> {
        let places = self.places();
        let (host, port, account) = places.source_words();
        let addresses = self.chosen_addresses()?;
        let first = addresses
            .first()
            .map_or_else(|| "ADDRESS".to_owned(), ToString::to_string);
        Ok(match step {
            "prepare" => vec![
                line(Shell::PowerShell, "readOrganization", "Get-MgOrganization | Format-List OnPremisesSyncEnabled,OnPremisesLastSyncDateTime".to_owned()),
                line(Shell::PowerShell, "readDomains", "Get-AcceptedDomain | Format-Table DomainName,DomainType".to_owned()),
                line(Shell::PowerShell, "readRecipient", format!("Get-Recipient -Identity {first} | Format-List RecipientTypeDetails,EmailAddresses")),
                line(Shell::PowerShell, "startSync", "Start-ADSyncSyncCycle -PolicyType Delta".to_owned()),
            ],
            "mailboxes" => {
                let rows: Vec<_> = addresses.into_iter().map(|address| stegvis_lists::StagedRow { address }).collect();
                let csv = stegvis_lists::write_staged_csv(&rows)
                    .map_err(|error| Error::invalid(error.to_string(), "Make several batches of it."))?;
                vec![line(Shell::PowerShell, "stagedCsv", csv)]
            }
            "connect" => vec![
                line(Shell::PowerShell, "fullAccess", format!("Add-MailboxPermission -Identity {first} -User \"{}\" -AccessRights FullAccess -InheritanceType All", account.replace('/', "\\"))),
                line(Shell::Stegvis, "copyOne", format!("stegvis copy --source imaps://{}@{}:{} --target imaps://{first}@HOST", first.replace('@', "%40"), host, port)),
            ],
            "migrate" => {
                let mut lines = vec![
                    line(Shell::PowerShell, "assignLicence", format!("Set-MgUserLicense -UserId {first} -AddLicenses @{{SkuId='SKU'}} -RemoveLicenses @()")),
                    line(Shell::PowerShell, "grantAccess", format!("Add-MailboxPermission -Identity {first} -User {} -AccessRights FullAccess -AutoMapping $false", places.client_id())),
                ];
                let report = self.report()?;
                let written: Vec<_> = report.users.iter().filter_map(|user| Some((user, user.target_address.clone()?))).collect();
                for (user, target) in &written {
                    let dn = self.setting(|tx| tx.directory_backup(user.user.id))?.and_then(|ldif| dn_of(&ldif));
                    let dn = dn.unwrap_or_else(|| format!("DN of {}", user.user.address));
                    lines.push(line(Shell::Ldif, "forward", format!("dn: {dn}\nchangetype: modify\nreplace: targetAddress\ntargetAddress: {target}\n-\n")));
                    lines.push(line(Shell::Ldif, "undoForward", format!("dn: {dn}\nchangetype: modify\ndelete: targetAddress\n-\n")));
                }
                lines
            }
            "convert" => self.convert_commands()?,
            _ => Vec::new(),
        })
    }
}

/// The distinguished name that an LDIF entry begins with, where it is written in the clear.
fn dn_of(ldif: &str) -> Option<String> {
    let unfolded = ldif.replace("\r\n ", "").replace("\n ", "");
    unfolded
        .lines()
        .find_map(|line| line.strip_prefix("dn: "))
        .map(str::to_owned)
}
