//! How large a message a mailbox takes: raised for the run, and put back.

use std::time::Duration;

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::SmtpAddress;
use stegvis_wire::exchange_online::{Identity, get_mailbox, set_mailbox};
use tokio::time::{Instant, sleep};

use super::CloudTenant;
use crate::exchange_online::CmdletError;

/// A mailbox just made is not at once everywhere.
const REPLICATION: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(5);

impl CloudTenant {
    pub(super) async fn max_receive_size(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<u64>, EndpointError> {
        let cmdlet = get_mailbox::receive_size(&address.to_string());
        let objects = match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => objects,
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let key = address.key();
        let found = objects
            .iter()
            .filter_map(get_mailbox::ReceiveSize::read)
            .find(|found| {
                let mut own = found.addresses.iter();
                own.any(|own| own.eq_ignore_ascii_case(&key))
            });
        let Some(found) = found else { return Ok(None) };
        found.bytes.map(Some).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("Exchange Online does not say how large a message {address} receives"),
            )
        })
    }

    pub(super) async fn set_max_receive_size(
        &self,
        address: &SmtpAddress,
        bytes: u64,
    ) -> Result<(), EndpointError> {
        let wanted = bytes.min(set_mailbox::LARGEST_MESSAGE);
        match self.max_receive_size(address).await? {
            None => {
                return Err(EndpointError::new(
                    EndpointErrorKind::NotFound,
                    format!("{address} has no mailbox yet"),
                ));
            }
            Some(size) if size == wanted => return Ok(()),
            Some(_) => {}
        }
        let mailbox = Identity::new(address.to_string())
            .map_err(|error| EndpointError::new(EndpointErrorKind::Refused, error.to_string()))?;
        let cmdlet = set_mailbox::receive_size(&mailbox, wanted);
        let give_up = Instant::now() + REPLICATION;
        loop {
            match self.exchange.invoke(&cmdlet).await {
                Ok(_) => return Ok(()),
                Err(CmdletError::Failed(failed))
                    if failed.is_not_found() && Instant::now() < give_up =>
                {
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
