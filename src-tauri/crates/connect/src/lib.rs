//! The sockets: every port of `stegvis-engine` that needs one, over the real thing.
//!
//! Lives here: TLS and what it trusts, IMAP, HTTP with its tokens and its gate, the tenant (Microsoft Graph
//! and the Exchange admin interface with its migration service), signing in to it, the directory over LDAP,
//! mail over SMTP and through Graph, DNS, the keychain, the clock.
//! May import: `stegvis-engine` (its ports only), `stegvis-wire`, `stegvis-model`.
//! Deliberately absent: decisions about a migration, the journal, and any request or answer that can be
//! built or read without a socket: those are `stegvis-wire`'s.

pub mod clock;
pub mod dns;
pub mod exchange_online;
pub mod fault;
pub mod graph;
pub mod graph_mail;
pub mod http;
pub mod imap;
pub mod keychain;
pub mod ldap;
pub mod migration;
pub mod sign_in;
pub mod smtp;
pub mod tenant;
pub mod tls;

#[cfg(test)]
mod testing;
