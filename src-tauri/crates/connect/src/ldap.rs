//! Active Directory over LDAP: finds mailboxes, exports entries, writes `targetAddress` and nothing else.

mod connection;
mod entry;
mod recipient;

use async_trait::async_trait;
use ldap3::{Mod, Scope, ldap_escape};
use secrecy::SecretString;
use stegvis_engine::ports::{Directory, DirectoryRecipient, EndpointError, EndpointErrorKind};
use stegvis_model::{Security, SmtpAddress};
use stegvis_wire::ldif;
use tokio::sync::OnceCell;

use crate::tls::Trust;

use connection::Connection;
use entry::Entry;

/// Users with a mailbox in a store of this organisation. The attributes exist in every version's schema; an
/// attribute that a schema lacks would make the whole filter undefined, and nothing would be found.
const MAILBOXES: &str = "(&(objectCategory=person)(objectClass=user)(mailNickname=*)(|(homeMDB=*)(msExchHomeServerName=*)))";
const TARGET_ADDRESS: &str = "targetAddress";
/// The attributes that this account may write on an object; domain controllers compute it when asked.
const MAY_WRITE: &str = "allowedAttributesEffective";

/// Where a domain controller is and as whom we go there.
#[derive(Debug, Clone)]
pub struct DirectorySettings {
    /// Host name or address.
    pub host: String,
    /// TCP port: 636 with TLS from the first byte, 389 with StartTLS.
    pub port: u16,
    /// How the connection is protected. Without TLS on this computer only: the password would be readable.
    pub security: Security,
    /// A distinguished name, `user@domain` or `DOMAIN\user`.
    pub account: String,
    /// Its password.
    pub password: SecretString,
    /// Where to look; if nothing is said, the domain that the controller serves.
    pub base_dn: Option<String>,
    /// What the controller's certificate must show.
    pub trust: Trust,
}

/// A domain of Active Directory, through one of its controllers.
#[derive(Debug)]
pub struct ActiveDirectory {
    connection: Connection,
    base_dn: OnceCell<String>,
}

impl ActiveDirectory {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If the trust cannot be built, or there is no password: a bind without one always succeeds, as nobody.
    pub fn new(settings: DirectorySettings) -> Result<Self, EndpointError> {
        let base_dn = settings
            .base_dn
            .clone()
            .filter(|base_dn| !base_dn.is_empty());
        Ok(Self {
            connection: Connection::new(settings)?,
            base_dn: OnceCell::new_with(base_dn),
        })
    }

    /// The naming context in which is searched: the Connect step shows it, and asking is the test.
    ///
    /// # Errors
    /// If the controller cannot be reached, refuses the sign-in or names none.
    pub async fn base_dn(&self) -> Result<&str, EndpointError> {
        let base_dn = self
            .base_dn
            .get_or_try_init(|| async {
                self.connection
                    .search("", Scope::Base, "(objectClass=*)", &["defaultNamingContext"])
                    .await?
                    .into_iter()
                    .next()
                    .and_then(|root| root.text("defaultNamingContext").map(str::to_owned))
                    .ok_or_else(|| {
                        EndpointError::new(
                            EndpointErrorKind::Protocol,
                            "the server names no domain (defaultNamingContext): it is no domain controller",
                        )
                    })
            })
            .await?;
        Ok(base_dn)
    }

    /// Signs in and out, for the Connect step's test.
    ///
    /// # Errors
    /// If the controller cannot be reached or refuses the sign-in.
    pub async fn check(&self) -> Result<(), EndpointError> {
        self.connection.sign_in().await
    }

    /// One object, with these attributes.
    async fn read(&self, dn: &str, attributes: &[&str]) -> Result<Entry, EndpointError> {
        self.connection
            .search(dn, Scope::Base, "(objectClass=*)", attributes)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::NotFound,
                    format!("the directory has no object {dn}"),
                )
            })
    }

    async fn replace_target_address(
        &self,
        dn: &str,
        value: Option<&str>,
    ) -> Result<(), EndpointError> {
        let values = value.into_iter().map(str::to_owned).collect();
        self.connection
            .modify(dn, vec![Mod::Replace(TARGET_ADDRESS.to_owned(), values)])
            .await
    }
}

#[async_trait]
impl Directory for ActiveDirectory {
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError> {
        let base_dn = self.base_dn().await?;
        let entries = self
            .connection
            .search(base_dn, Scope::Subtree, MAILBOXES, recipient::ATTRIBUTES)
            .await?;
        let mut found: Vec<_> = entries.iter().filter_map(recipient::read).collect();
        found.sort_by(|one, other| one.address.cmp(&other.address));
        Ok(found)
    }

    async fn find(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryRecipient>, EndpointError> {
        let base_dn = self.base_dn().await?;
        let text = address.to_string();
        let text = ldap_escape(&*text);
        let filter = format!("(&{MAILBOXES}(|(proxyAddresses=smtp:{text})(mail={text})))");
        let entries = self
            .connection
            .search(base_dn, Scope::Subtree, &filter, recipient::ATTRIBUTES)
            .await?;
        let found: Vec<_> = entries
            .iter()
            .filter_map(recipient::read)
            .filter(|found| found.address == *address || found.proxy_addresses.contains(address))
            .collect();
        match <[DirectoryRecipient; 1]>::try_from(found) {
            Ok([found]) => Ok(Some(found)),
            Err(found) if found.is_empty() => Ok(None),
            Err(found) => {
                let names: Vec<_> = found.iter().map(|found| &*found.dn).collect();
                Err(EndpointError::new(
                    EndpointErrorKind::Refused,
                    format!("{address} belongs to several objects: {}", names.join("; ")),
                ))
            }
        }
    }

    async fn export(&self, dn: &str) -> Result<String, EndpointError> {
        let entry = self.read(dn, &["*"]).await?;
        Ok(ldif::entry(&entry.dn, entry.attributes()))
    }

    async fn write_target_address(
        &self,
        dn: &str,
        value: Option<&str>,
    ) -> Result<(), EndpointError> {
        self.replace_target_address(dn, value).await
    }

    /// Where a value stands, it is written over itself. Where none does, there is nothing to write that
    /// would leave no trace, so the controller is asked what this account may write; a server that does not
    /// say is asked to replace nothing by nothing, which a server that looks at rights first refuses.
    async fn may_write_target_address(&self, dn: &str) -> Result<(), EndpointError> {
        let entry = self.read(dn, &[TARGET_ADDRESS, MAY_WRITE]).await?;
        if let Some(value) = entry.text(TARGET_ADDRESS) {
            return self.replace_target_address(dn, Some(value)).await;
        }
        let writable = entry.texts(MAY_WRITE);
        if writable.is_empty() {
            return self.replace_target_address(dn, None).await;
        }
        if writable
            .iter()
            .any(|name| name.eq_ignore_ascii_case(TARGET_ADDRESS))
        {
            return Ok(());
        }
        Err(EndpointError::new(
            EndpointErrorKind::RightsMissing,
            format!("the account may not write targetAddress of {dn}"),
        ))
    }
}

#[cfg(test)]
mod tests;
