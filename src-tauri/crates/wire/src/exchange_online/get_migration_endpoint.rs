//! `Get-MigrationEndpoint`: the ways to the old server that the tenant knows.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

const NAME: &str = "Get-MigrationEndpoint";

/// The one of this name; if there is none the cmdlet fails.
#[must_use]
pub fn by_identity(endpoint: &Identity) -> Cmdlet {
    Cmdlet::new(NAME).with("Identity", endpoint)
}

/// Every one for Outlook Anywhere: how an endpoint made in the admin centre is found again.
#[must_use]
pub fn outlook_anywhere() -> Cmdlet {
    Cmdlet::new(NAME).with("Type", "ExchangeOutlookAnywhere")
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationEndpoint {
    /// Its name.
    pub identity: String,
    /// `ExchangeOutlookAnywhere`, …
    pub endpoint_type: Option<String>,
    /// How many mailboxes it copies at once. The default has been 20 and is 100 today: this is what counts.
    pub max_concurrent_migrations: Option<u64>,
    /// How many of these may be later passes.
    pub max_concurrent_incremental_syncs: Option<u64>,
    /// The mailbox server.
    pub exchange_server: Option<String>,
    /// The RPC proxy.
    pub rpc_proxy_server: Option<String>,
    /// `Basic` or `Ntlm`.
    pub authentication: Option<String>,
    /// The account's name.
    pub user_name: Option<String>,
    /// `Admin` or `FullAccess`.
    pub mailbox_permission: Option<String>,
}

impl MigrationEndpoint {
    /// Reads one object of the cmdlet's output; nothing if it has no name.
    #[must_use]
    pub fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            identity: decode::text(object, "Identity")?,
            endpoint_type: decode::text(object, "EndpointType"),
            max_concurrent_migrations: decode::number(object, "MaxConcurrentMigrations"),
            max_concurrent_incremental_syncs: decode::number(
                object,
                "MaxConcurrentIncrementalSyncs",
            ),
            exchange_server: decode::text(object, "ExchangeServer"),
            rpc_proxy_server: decode::text(object, "RpcProxyServer")
                .or_else(|| decode::text(object, "RPCProxyServer")),
            authentication: decode::text(object, "Authentication"),
            user_name: decode::text(object, "Username"),
            mailbox_permission: decode::text(object, "MailboxPermission"),
        })
    }
}
