//! What the service is asked, as a person would type it in Exchange Online PowerShell. No password is among it: the
//! account's is asked for by PowerShell itself.

use stegvis_engine::powershell::quoted;
use stegvis_model::SmtpAddress;

use crate::Error;
use crate::dto::{CloudEndpointView, CommandLine, Shell};
use crate::project::Project;

/// What an endpoint made by a pasted line is called, where the tenant has none.
const NAME: &str = "Stegvis";

fn line(does: &str, text: String) -> CommandLine {
    CommandLine {
        shell: Shell::PowerShell,
        does: does.to_owned(),
        text,
    }
}

impl Project {
    /// Testing the endpoint, and making one.
    pub(super) fn endpoint_commands(
        &self,
        chosen: Option<&str>,
        endpoints: &[CloudEndpointView],
    ) -> Result<Vec<CommandLine>, Error> {
        let places = self.places();
        let (host, _, account) = places.source_words();
        let proxy = endpoints
            .iter()
            .find(|endpoint| Some(endpoint.name.as_str()) == chosen)
            .and_then(|endpoint| endpoint.proxy.clone())
            .unwrap_or_else(|| host.clone());
        let account = account.replace('/', "\\");
        let mut way = format!(
            "-ExchangeServer {} -RpcProxyServer {} -Credentials (Get-Credential {})",
            quoted(&host),
            quoted(&proxy),
            quoted(&account)
        );
        if let Some(first) = self.chosen_addresses()?.first() {
            way.push_str(&format!(" -EmailAddress {}", quoted(&first.to_string())));
        }
        let test = match chosen {
            Some(name) => format!("-Endpoint {}", quoted(name)),
            None => format!("-ExchangeOutlookAnywhere {way}"),
        };
        Ok(vec![
            line(
                "testEndpoint",
                format!("Test-MigrationServerAvailability {test}"),
            ),
            line(
                "makeEndpoint",
                format!(
                    "New-MigrationEndpoint -ExchangeOutlookAnywhere -Name {} {way} -MaxConcurrentMigrations {}",
                    quoted(NAME),
                    self.concurrency()?
                ),
            ),
        ])
    }
}

/// Making, starting and watching a batch.
pub(super) fn batch_commands(
    name: &str,
    endpoint: &str,
    file: &str,
    notify: &[SmtpAddress],
    made: bool,
) -> Vec<CommandLine> {
    let batch = quoted(name);
    let mut lines = Vec::new();
    if !made {
        let addresses: Vec<String> = notify.iter().map(|to| quoted(&to.to_string())).collect();
        let notify = if addresses.is_empty() {
            String::new()
        } else {
            format!(" -NotificationEmails {}", addresses.join(","))
        };
        lines.push(line(
            "makeBatch",
            format!(
                "New-MigrationBatch -Name {batch} -SourceEndpoint {} -CSVData ([System.IO.File]::ReadAllBytes({})){notify}",
                quoted(endpoint),
                quoted(file)
            ),
        ));
    }
    lines.push(line(
        "startBatch",
        format!("Start-MigrationBatch -Identity {batch}"),
    ));
    lines.push(line(
        "readUsers",
        format!("Get-MigrationUser -BatchId {batch} -ResultSize Unlimited | Format-Table Identity,Status,ErrorSummary"),
    ));
    lines
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_its_string_and_starts_a_command_of_its_own() {
        let to: SmtpAddress = "o'brien@nordvik.example".parse().unwrap();
        let lines = batch_commands(
            "Malmö'; Remove-Mailbox '*",
            "Nordvik",
            "C:\\b.csv",
            &[to],
            false,
        );
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "New-MigrationBatch -Name 'Malmö''; Remove-Mailbox ''*' -SourceEndpoint 'Nordvik' -CSVData ([System.IO.File]::ReadAllBytes('C:\\b.csv')) -NotificationEmails 'o''brien@nordvik.example'",
                "Start-MigrationBatch -Identity 'Malmö''; Remove-Mailbox ''*'",
                "Get-MigrationUser -BatchId 'Malmö''; Remove-Mailbox ''*' -ResultSize Unlimited | Format-Table Identity,Status,ErrorSummary",
            ]
        );
    }
}
