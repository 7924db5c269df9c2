use crate::text::named_enum;

named_enum! {
    /// Who moves the mail.
    Engine {
        /// This computer.
        Direct,
        /// Exchange Online's own migration service.
        Service,
    }
}

named_enum! {
    /// How a mailbox server is spoken to.
    Protocol {
        /// IMAP4rev1.
        Imap,
    }
}

named_enum! {
    /// How a connection is protected.
    Security {
        /// TLS from the first byte.
        ImplicitTls,
        /// TLS after STARTTLS, which must succeed.
        StartTls,
        /// None: on loopback only, or by an exception that the administrator made and sees.
        Plaintext,
    }
}

/// Where a mailbox server is, how to speak to it, and how hard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationEndpoint {
    /// The protocol.
    pub protocol: Protocol,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The account that opens other people's mailboxes; empty when each mailbox has its own.
    pub account: String,
    /// At most so many mailboxes at a time (Microsoft's MaxConcurrentMigrations; default 20).
    pub max_concurrent_migrations: u32,
    /// SHA-256 of a certificate that the administrator has seen and accepted, in hexadecimal.
    pub pinned_certificate: Option<String>,
}

impl MigrationEndpoint {
    /// The default of [`Self::max_concurrent_migrations`], as the staged migration documents it.
    pub const DEFAULT_CONCURRENCY: u32 = 20;
}
