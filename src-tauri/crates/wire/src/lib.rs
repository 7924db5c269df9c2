//! What the specifications say, without sockets: request values to send, and typed values out of the
//! bytes that came back. One file per operation.
//!
//! Lives here: IMAP and its modified UTF-7 mailbox names, OAuth 2 tokens, Microsoft Graph, the Exchange Online
//! admin interface, LDIF, security descriptors, the addresses in bounces of old replies.
//! May import: serialisation and text crates, and a hash. Nothing of ours.
//! Deliberately absent: sockets, TLS, async, clocks, retries, and any opinion about what an answer means
//! for a migration. A parser tolerates fields it does not know and never panics on what it reads.

pub mod bounce;
pub mod exchange_online;
pub mod graph;
pub mod http;
pub mod imap;
mod json;
pub mod ldif;
pub mod modified_utf7;
pub mod oauth;
pub mod security_descriptor;

pub use json::Unreadable;
