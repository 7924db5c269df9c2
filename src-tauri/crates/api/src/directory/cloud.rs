//! The cloud mailboxes as a list tells of them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use stegvis_engine::ports::{CloudMailbox, CloudMailboxes, EndpointError};
use stegvis_lists::read_cloud_list;
use stegvis_model::SmtpAddress;

use crate::{Error, ErrorCode};

/// Microsoft's own `cloud.csv`. It cannot tell whether a mailbox opens.
pub(super) struct CloudList(BTreeMap<String, CloudMailbox>);

impl CloudList {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let rows = read_cloud_list(bytes).map_err(|error| {
            Error::new(
                ErrorCode::NotAList,
                error.to_string(),
                "Give the cloud.csv that ExportO365UserInfo.ps1 writes.",
            )
        })?;
        let rows = rows.into_iter().map(|row| {
            let key = row.address.key();
            let mailbox = CloudMailbox {
                address: row.address,
                routing_address: row.routing_address,
                legacy_exchange_dn: row.legacy_exchange_dn,
                exchange_guid: row.exchange_guid,
            };
            (key, mailbox)
        });
        Ok(Self(rows.collect()))
    }

    /// Whose mailboxes the list names.
    pub(super) fn addresses(&self) -> Vec<SmtpAddress> {
        self.0
            .values()
            .map(|mailbox| mailbox.address.clone())
            .collect()
    }
}

#[async_trait]
impl CloudMailboxes for CloudList {
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<CloudMailbox>, EndpointError> {
        Ok(self.0.get(&address.key()).cloned())
    }

    async fn opens(&self, _: &SmtpAddress) -> Option<Result<(), EndpointError>> {
        None
    }

    async fn licensed(&self, _: &SmtpAddress) -> Option<bool> {
        None
    }
}
