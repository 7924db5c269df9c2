//! Active Directory over LDAP: finds what has mail, tells how the organisation is built, exports entries, and
//! changes an object by values in one step.

mod connection;
mod entry;
mod habits;
#[cfg(all(unix, feature = "kerberos"))]
mod kerberos;
mod names;
mod open;
mod organization;
mod recipient;
mod results;
mod search;
mod settings;
mod writes;

use async_trait::async_trait;
use ldap3::{Scope, ldap_escape};
use stegvis_engine::ports::{
    AttributeChange, Directory, DirectoryEntry, DirectoryOrganization, DirectoryRecipient,
    EndpointError, EndpointErrorKind, OtherRecipient,
};
use stegvis_model::SmtpAddress;
use stegvis_wire::ldif;
use tokio::sync::OnceCell;

use connection::Connection;
pub use habits::DirectoryHabits;
use organization::Said;
pub use settings::{DirectorySettings, DirectorySignIn};
use writes::{Modification, already_made, modifications};

/// Users with a mailbox in a store of this organisation. The attributes exist in every version's schema; an
/// attribute that a schema lacks would make the whole filter undefined, and nothing would be found.
const MAILBOXES: &str = "(&(objectCategory=person)(objectClass=user)(mailNickname=*)(|(homeMDB=*)(msExchHomeServerName=*)))";
/// What comes by directory synchronisation. A class that the schema lacks leaves its own term undefined only.
const OTHERS: &str = "(|(&(objectClass=group)(mailNickname=*))(&(objectClass=contact)(targetAddress=*))(&(objectCategory=person)(objectClass=user)(mailNickname=*)(targetAddress=*)(!(homeMDB=*))(!(msExchHomeServerName=*)))(objectClass=msExchDynamicDistributionList))";
const ANYTHING: &str = "(objectClass=*)";
const TARGET_ADDRESS: &str = "targetAddress";
/// The attributes that this account may write on an object; domain controllers compute it when asked.
const MAY_WRITE: &str = "allowedAttributesEffective";
/// Those that exist on it at all; computed likewise, so that "none may be written" differs from "not said".
const EXIST: &str = "allowedAttributes";

/// A domain of Active Directory, through one of its controllers at a time.
#[derive(Debug)]
pub struct ActiveDirectory {
    connection: Connection,
    base_dn: OnceCell<String>,
    /// The whole forest, read only; nothing where no global catalogue answers.
    catalogue: OnceCell<Option<Connection>>,
}

impl ActiveDirectory {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// If the trust cannot be built, no controller is named, there is no password, or it would go unprotected.
    pub fn new(settings: DirectorySettings) -> Result<Self, EndpointError> {
        let base_dn = settings
            .base_dn
            .clone()
            .filter(|base_dn| !base_dn.is_empty());
        let port = settings.port;
        Ok(Self {
            connection: Connection::new(settings, port)?,
            base_dn: OnceCell::new_with(base_dn),
            catalogue: OnceCell::new(),
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
                self.root()
                    .await?
                    .text("defaultNamingContext")
                    .map(str::to_owned)
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

    /// The controller that answers, by the name under which it was given to us; nothing before the first question.
    pub async fn controller(&self) -> Option<String> {
        self.connection.controller().await
    }

    /// Other domains that the controllers referred to so far. They are not searched: each has its own controllers.
    pub async fn other_domains(&self) -> Vec<String> {
        self.connection.elsewhere().await
    }

    /// The global catalogue beside the directory, if this controller is one and it answers.
    async fn catalogue(&self) -> Result<Option<&Connection>, EndpointError> {
        let catalogue = self.catalogue.get_or_try_init(|| self.find_catalogue());
        Ok(catalogue.await?.as_ref())
    }

    async fn find_catalogue(&self) -> Result<Option<Connection>, EndpointError> {
        let mut settings = self.connection.settings().clone();
        let Some(port) = settings.catalogue_port() else {
            return Ok(None);
        };
        let root = self.root().await?;
        let ready = root.text("isGlobalCatalogReady");
        if !ready.is_some_and(|ready| ready.eq_ignore_ascii_case("TRUE")) {
            return Ok(None);
        }
        // This controller first; another of them may be a catalogue when it is gone.
        let own = self.controller().await;
        settings
            .hosts
            .sort_by_key(|host| Some(host) != own.as_ref());
        let catalogue = Connection::new(settings, port)?;
        Ok(match catalogue.sign_in().await {
            Ok(()) => Some(catalogue),
            Err(error) => {
                tracing::warn!(%error, "no global catalogue: addresses are looked for in this domain only");
                None
            }
        })
    }

    /// What the root of the directory says about itself.
    async fn root(&self) -> Result<DirectoryEntry, EndpointError> {
        self.read("", organization::ROOT).await
    }

    /// One object, with these attributes.
    async fn read(&self, dn: &str, attributes: &[&str]) -> Result<DirectoryEntry, EndpointError> {
        self.connection
            .search(dn, Scope::Base, ANYTHING, attributes)
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

    /// Objects of the domain.
    async fn all(
        &self,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        let base_dn = self.base_dn().await?;
        self.connection
            .search(base_dn, Scope::Subtree, filter, attributes)
            .await
    }

    /// The same, security descriptors among the attributes: controllers send them only when told which parts.
    async fn all_with_descriptors(
        &self,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        let base_dn = self.base_dn().await?;
        self.connection
            .search_with_descriptors(base_dn, filter, attributes)
            .await
    }

    /// Objects of the whole forest where a global catalogue answers, else of the domain.
    async fn anywhere(
        &self,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        match self.catalogue().await? {
            Some(forest) => forest.search("", Scope::Subtree, filter, attributes).await,
            None => self.all(filter, attributes).await,
        }
    }

    async fn replace_target_address(
        &self,
        dn: &str,
        value: Option<&str>,
    ) -> Result<(), EndpointError> {
        let values = value.into_iter().map(|value| value.as_bytes().to_vec());
        let change = Modification::Replace(TARGET_ADDRESS.into(), values.collect());
        self.connection.modify(dn, vec![change]).await
    }
}

#[async_trait]
impl Directory for ActiveDirectory {
    async fn mailboxes(&self) -> Result<Vec<DirectoryRecipient>, EndpointError> {
        let entries = self.all(MAILBOXES, recipient::ATTRIBUTES).await?;
        let mut found: Vec<_> = entries.iter().filter_map(recipient::read).collect();
        found.sort_by(|one, other| one.address.cmp(&other.address));
        Ok(found)
    }

    async fn find(
        &self,
        address: &SmtpAddress,
    ) -> Result<Option<DirectoryRecipient>, EndpointError> {
        let text = address.to_string();
        let text = ldap_escape(&*text);
        let filter = format!("(&{MAILBOXES}(|(proxyAddresses=smtp:{text})(mail={text})))");
        let entries = self.all(&filter, recipient::ATTRIBUTES).await?;
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

    async fn others(&self) -> Result<Vec<OtherRecipient>, EndpointError> {
        let entries = self.all(OTHERS, recipient::ATTRIBUTES).await?;
        let mut found: Vec<_> = entries.iter().filter_map(recipient::read_other).collect();
        found.sort_by(|one, other| (one.kind, &one.dn).cmp(&(other.kind, &other.dn)));
        Ok(found)
    }

    async fn organization(&self) -> Result<DirectoryOrganization, EndpointError> {
        let root = self.root().await?;
        let below = |context: &str, container: &str| {
            root.text(context).map(|dn| format!("{container},{dn}"))
        };
        let search = async |base: Option<String>, filter: &str, attributes: &[&str]| {
            let Some(base) = base else {
                return Ok(Vec::new());
            };
            let found = self
                .connection
                .search(&base, Scope::Subtree, filter, attributes)
                .await;
            match found {
                // A forest without Exchange has none of it.
                Err(error) if error.kind == EndpointErrorKind::NotFound => Ok(Vec::new()),
                found => found,
            }
        };
        let schema = search(
            below("schemaNamingContext", "CN=ms-Exch-Schema-Version-Pt"),
            ANYTHING,
            &["rangeUpper"],
        )
        .await?;
        let exchange = search(
            below(
                "configurationNamingContext",
                "CN=Microsoft Exchange,CN=Services",
            ),
            organization::EXCHANGE,
            organization::EXCHANGE_ATTRIBUTES,
        )
        .await?;
        let partitions = search(
            below("configurationNamingContext", "CN=Partitions"),
            organization::PARTITIONS,
            organization::PARTITION_ATTRIBUTES,
        )
        .await?;
        let said = Said {
            root: &root,
            schema_version: schema
                .first()
                .and_then(|entry| entry.text("rangeUpper")?.parse().ok()),
            exchange: &exchange,
            partitions: &partitions,
        };
        Ok(said.organization())
    }

    async fn entry(&self, dn: &str) -> Result<DirectoryEntry, EndpointError> {
        self.read(dn, &["*"]).await
    }

    async fn holders(&self, proxy_address: &str) -> Result<Vec<String>, EndpointError> {
        let filter = format!("(proxyAddresses={})", ldap_escape(proxy_address));
        // "1.1": no attributes (RFC 4511 section 4.5.1.8).
        let entries = match self.catalogue().await? {
            Some(forest) => forest.search("", Scope::Subtree, &filter, &["1.1"]).await?,
            None => self.all(&filter, &["1.1"]).await?,
        };
        let mut found: Vec<_> = entries.into_iter().map(|entry| entry.dn).collect();
        found.sort();
        Ok(found)
    }

    async fn export(&self, dn: &str) -> Result<String, EndpointError> {
        let entry = self.entry(dn).await?;
        let attributes = entry
            .attributes
            .iter()
            .map(|(name, values)| (&**name, &**values));
        Ok(ldif::entry(&entry.dn, attributes))
    }

    /// Where the controller refuses because the values do not stand as said, the object is read: a call whose
    /// answer was lost may have made the change.
    async fn modify(&self, dn: &str, changes: &[AttributeChange]) -> Result<(), EndpointError> {
        let modifications = modifications(changes);
        if modifications.is_empty() {
            return Ok(());
        }
        let outcome = self.connection.modify(dn, modifications).await;
        match outcome {
            Err(error) if error.kind == EndpointErrorKind::Refused => {
                let names: Vec<_> = changes.iter().map(|change| &*change.name).collect();
                let stands = self.read(dn, &names).await?;
                if already_made(&stands, changes) {
                    Ok(())
                } else {
                    Err(error)
                }
            }
            outcome => outcome,
        }
    }

    async fn unwritable(
        &self,
        dn: &str,
        attributes: &[&str],
    ) -> Result<Vec<String>, EndpointError> {
        let entry = self.read(dn, &[EXIST, MAY_WRITE]).await?;
        if entry.values(EXIST).is_empty() {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                format!("the server does not say which attributes of {dn} this account may write"),
            ));
        }
        let writable = entry.texts(MAY_WRITE);
        Ok(attributes
            .iter()
            .filter(|name| {
                !writable
                    .iter()
                    .any(|writable| writable.eq_ignore_ascii_case(name))
            })
            .map(|&name| name.to_owned())
            .collect())
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
