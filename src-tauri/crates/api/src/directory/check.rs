//! What this account may do, mailbox by mailbox, proved rather than believed.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use serde::Serialize;
use stegvis_engine::conversion::TOUCHED;
use stegvis_engine::directory::Trouble;
use stegvis_engine::ports::{Directory as _, EndpointError};
use stegvis_model::{DirectoryChangeCause as Cause, SmtpAddress};

use super::list::{DirectoryFindingView, finding};
use super::{OldDirectory, parse, words};
use crate::Error;

/// Mailboxes tried at the same time.
const AT_ONCE: usize = 4;

/// Attributes that every conversion writes; the others are written where the object has them.
const ALWAYS: [&str; 3] = ["proxyAddresses", "targetAddress", "msExchPoliciesExcluded"];

/// What this account may do.
#[derive(Debug, Clone, Serialize)]
pub struct DirectoryCheck {
    /// Mailbox by mailbox.
    pub mailboxes: Vec<CheckedMailbox>,
    /// What will bite.
    pub findings: Vec<DirectoryFindingView>,
    /// How many mailboxes the account may both forward and convert.
    pub ok: usize,
    /// How many it may not.
    pub refused: usize,
}

/// What this account may do with one mailbox.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckedMailbox {
    /// The mailbox.
    pub email_address: String,
    /// The object.
    pub dn: String,
    /// Whether it may write TargetAddress: its own value was written back, or the controller says so.
    pub may_forward: bool,
    /// Attributes of a conversion that it may not write.
    pub unwritable: Vec<String>,
    /// The server's own words, where it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_words: Option<String>,
    /// What to do, where it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
}

impl CheckedMailbox {
    /// Whether the account may forward and convert it.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        self.may_forward && self.unwritable.is_empty() && self.server_words.is_none()
    }
}

impl OldDirectory {
    /// Tries the rights on those mailboxes, or on all, and tells what will bite. `tell` gets each as it is known, with how
    /// many are and how many there are. With `dry_run` not even a value is written back over itself.
    ///
    /// # Errors
    /// The directory's, before the first mailbox.
    pub async fn check(
        &self,
        only: &[String],
        dry_run: bool,
        tell: &(dyn Fn(&CheckedMailbox, usize, usize) + Send + Sync),
    ) -> Result<DirectoryCheck, Error> {
        let only = parse(only)?;
        let read = self.read().await?;
        let findings = read.findings(None);
        let addresses = if only.is_empty() {
            let mailboxes = read.mailboxes.iter();
            mailboxes.map(|mailbox| mailbox.address.clone()).collect()
        } else {
            only
        };
        let mut holders: BTreeMap<String, &str> = BTreeMap::new();
        for mailbox in &read.mailboxes {
            for address in &mailbox.proxy_addresses {
                holders.entry(address.key()).or_insert(&mailbox.dn);
            }
        }
        let of = addresses.len();
        let tries: Vec<_> = addresses
            .iter()
            .map(|address| {
                let dn = holders.get(&address.key()).copied();
                self.try_rights(address, dn, dry_run)
            })
            .collect();
        let mut tried = futures::stream::iter(tries).buffered(AT_ONCE);
        let mut checked = Vec::with_capacity(of);
        while let Some(mailbox) = tried.next().await {
            tell(&mailbox, checked.len() + 1, of);
            checked.push(mailbox);
        }
        let ok = checked.iter().filter(|mailbox| mailbox.is_well()).count();
        Ok(DirectoryCheck {
            refused: checked.len() - ok,
            ok,
            mailboxes: checked,
            findings: findings.into_iter().map(finding).collect(),
        })
    }

    async fn try_rights(
        &self,
        address: &SmtpAddress,
        dn: Option<&str>,
        dry_run: bool,
    ) -> CheckedMailbox {
        let mut checked = CheckedMailbox {
            email_address: address.to_string(),
            dn: dn.unwrap_or_default().to_owned(),
            may_forward: false,
            unwritable: Vec::new(),
            server_words: None,
            remedy: None,
        };
        let Some(dn) = dn else {
            checked.server_words = Some("no mailbox has this address".to_owned());
            checked.remedy = Some(words::remedy(Cause::ObjectMissing));
            return checked;
        };
        let trouble = match self.rights(dn, dry_run).await {
            Ok((may_forward, unwritable)) => {
                let refused = unwritable.iter().any(|name| name == "targetAddress");
                checked.may_forward = may_forward.is_ok() && !refused;
                checked.unwritable = unwritable;
                may_forward.err()
            }
            Err(error) => Some(error),
        };
        if !checked.unwritable.is_empty() {
            checked.remedy = Some(words::remedy(Cause::RightsMissing));
        }
        if let Some(trouble) = trouble.map(Trouble::from) {
            checked.remedy = Some(words::remedy(trouble.cause));
            checked.server_words = Some(trouble.detail);
        }
        checked
    }

    async fn rights(
        &self,
        dn: &str,
        dry_run: bool,
    ) -> Result<(Result<(), EndpointError>, Vec<String>), EndpointError> {
        let entry = self.directory.entry(dn).await?;
        let names: Vec<&str> = TOUCHED
            .into_iter()
            .filter(|name| ALWAYS.contains(name) || !entry.values(name).is_empty())
            .collect();
        let unwritable = self.directory.unwritable(dn, &names).await?;
        let forward = if dry_run {
            Ok(())
        } else {
            self.directory.may_write_target_address(dn).await
        };
        Ok((forward, unwritable))
    }
}
