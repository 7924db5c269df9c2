//! Checks that ask the servers themselves.

use std::sync::Arc;

use futures::stream::{StreamExt as _, iter};
use jiff::Timestamp;
use stegvis_model::{CheckId, Fixer, Severity};

use super::judge::named;
use super::{Finding, PreflightPorts, mailbox_ref};
use crate::ports::{DirectoryRecipient, EndpointError, EndpointErrorKind, Probe};

/// Mailboxes tried at the same time: an old server is not to be stormed by a check.
const AT_ONCE: usize = 4;

pub(super) async fn endpoint(check: CheckId, probe: &Arc<dyn Probe>, now: Timestamp) -> Finding {
    let host = probe.endpoint();
    match probe.probe().await {
        Ok(answer) => Finding::new(check, Severity::Pass, "ok", Fixer::ServerAdmin, now)
            .value("host", &answer.endpoint)
            .value("protocol", &answer.protocol)
            .line(answer.endpoint, answer.words),
        Err(error) => {
            let code = match error.kind {
                EndpointErrorKind::Certificate { .. } => "certificate",
                EndpointErrorKind::Unreachable | EndpointErrorKind::Disconnected => "unreachable",
                _ => "refused",
            };
            Finding::new(check, Severity::Fail, code, Fixer::ServerAdmin, now)
                .value("host", &host)
                .line(host, error.detail)
        }
    }
}

pub(super) async fn source_opens(
    ports: &PreflightPorts,
    subjects: &[&DirectoryRecipient],
) -> Finding {
    // Gathered first: a closure that lives across an await is one that no spawned task may hold.
    let tries: Vec<_> = subjects
        .iter()
        .map(|mailbox| async {
            let opened = ports.source.open(&mailbox_ref(mailbox)).await;
            let outcome = match opened {
                Ok(mut source) => {
                    source.close().await;
                    Ok(())
                }
                Err(error) => Err(error),
            };
            (mailbox.address.to_string(), outcome)
        })
        .collect();
    let tried = iter(tries).buffered(AT_ONCE).collect::<Vec<_>>().await;
    outcome(CheckId::SourceOpens, tried, ports.clock.now()).map_refused(|account| {
        format!("Add-MailboxPermission -Identity {account} -User migadmin -AccessRights FullAccess -InheritanceType All")
    })
}

pub(super) async fn target_address_writable(
    ports: &PreflightPorts,
    subjects: &[&DirectoryRecipient],
) -> Finding {
    let tries: Vec<_> = subjects
        .iter()
        .map(|mailbox| async {
            (
                mailbox.address.to_string(),
                ports.directory.may_write_target_address(&mailbox.dn).await,
            )
        })
        .collect();
    let tried = iter(tries).buffered(AT_ONCE).collect::<Vec<_>>().await;
    outcome(CheckId::TargetAddressWritable, tried, ports.clock.now()).map_refused(|account| {
        format!("Add-ADPermission -Identity {account} -User migadmin -AccessRights WriteProperty -Properties TargetAddress")
    })
}

fn outcome(
    check: CheckId,
    tried: Vec<(String, Result<(), EndpointError>)>,
    now: Timestamp,
) -> Finding {
    if tried.is_empty() {
        return Finding::new(check, Severity::NotRun, "notRun", Fixer::You, now);
    }
    let of = tried.len();
    let refused: Vec<(String, EndpointError)> = tried
        .into_iter()
        .filter_map(|(address, outcome)| Some((address, outcome.err()?)))
        .collect();
    if refused.is_empty() {
        return Finding::new(check, Severity::Pass, "ok", Fixer::ServerAdmin, now)
            .value("count", of);
    }
    let addresses: Vec<String> = refused.iter().map(|(address, _)| address.clone()).collect();
    let mut finding = Finding::new(check, Severity::Fail, "refused", Fixer::ServerAdmin, now)
        .value("count", refused.len())
        .value("addresses", named(&addresses));
    for (address, error) in refused.into_iter().take(3) {
        finding = finding.line(address, error.detail);
    }
    finding
}

impl Finding {
    /// Gives a refusal the command that mends it for the first mailbox named.
    fn map_refused(mut self, command: impl Fn(&str) -> String) -> Self {
        if self.code == "refused" {
            self.command = self.evidence.first().map(|(address, _)| command(address));
        }
        self
    }
}
