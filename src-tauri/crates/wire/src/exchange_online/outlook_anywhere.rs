//! How Exchange Online reaches the old server: the parameters that making, changing and testing an endpoint share.

use super::Cmdlet;
use super::encode::UnprovedCredential;
use super::identity::Identity;

/// Where the old server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locate<'a> {
    /// Found by Autodiscover, from the address of a mailbox. Exchange 2003 has none.
    Autodiscover {
        /// The address.
        email_address: &'a Identity,
    },
    /// Named.
    Manual {
        /// The mailbox server, by its full name inside.
        exchange_server: &'a Identity,
        /// The RPC proxy, by its public name.
        rpc_proxy_server: &'a Identity,
        /// How the RPC proxy wants to be signed in to.
        authentication: Authentication,
        /// The address of a mailbox to test with.
        email_address: Option<&'a Identity>,
    },
}

/// `-Authentication`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authentication {
    /// The default.
    #[default]
    Basic,
    /// As old 2003 servers may want it.
    Ntlm,
}

/// `-MailboxPermission`: what the account that migrates has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Domain Admins.
    Admin,
    /// Full Access to every mailbox, or Receive As on its database.
    FullAccess,
}

/// A whole connection, without the account's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutlookAnywhere<'a> {
    /// Where.
    pub locate: Locate<'a>,
    /// What the account has there.
    pub permission: Option<Permission>,
    /// A mailbox to test with, by its LegacyExchangeDN.
    pub source_mailbox_legacy_dn: Option<&'a Identity>,
    /// A mailbox of the tenant to test with.
    pub test_mailbox: Option<&'a Identity>,
}

impl<'a> OutlookAnywhere<'a> {
    /// A connection with nothing but a place.
    #[must_use]
    pub const fn at(locate: Locate<'a>) -> Self {
        Self {
            locate,
            permission: None,
            source_mailbox_legacy_dn: None,
            test_mailbox: None,
        }
    }

    /// The cmdlet with this connection's parameters.
    pub(super) fn describe(&self, cmdlet: Cmdlet, credential: UnprovedCredential<'_>) -> Cmdlet {
        let cmdlet = cmdlet
            .with("ExchangeOutlookAnywhere", true)
            .with("Credentials", credential.value());
        let cmdlet = match self.locate {
            Locate::Autodiscover { email_address } => cmdlet
                .with("Autodiscover", true)
                .with("EmailAddress", email_address),
            Locate::Manual {
                exchange_server,
                rpc_proxy_server,
                authentication,
                email_address,
            } => cmdlet
                .with("ExchangeServer", exchange_server)
                .with("RPCProxyServer", rpc_proxy_server)
                .with("Authentication", authentication.as_str())
                .with_some("EmailAddress", email_address),
        };
        cmdlet
            .with_some("MailboxPermission", self.permission.map(Permission::as_str))
            .with_some("SourceMailboxLegacyDN", self.source_mailbox_legacy_dn)
            .with_some("TestMailbox", self.test_mailbox)
    }
}

impl Authentication {
    /// As the parameter wants it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Ntlm => "NTLM",
        }
    }
}

impl Permission {
    /// As the parameter wants it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::FullAccess => "FullAccess",
        }
    }
}
