//! Mailboxes over IMAP4rev1, on either side.
//!
//! Speed comes from never waiting where the protocol does not demand it: folders are opened, listed
//! and read in one pipeline, messages are read in batches and written with LITERAL+ (and MULTIAPPEND
//! where offered) while their acknowledgements arrive. Large messages pass through in chunks.

mod append;
mod endpoint;
mod folders;
mod line;
mod probe;
mod read;
mod session;
mod source;
mod target;

pub use endpoint::{AccessTokens, ImapAuth, ImapEndpoint, ImapSource, ImapTarget, SignInBook};
pub use probe::{ImapProbe, ImapProber, probe_imap};
