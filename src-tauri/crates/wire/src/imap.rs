//! IMAP4rev1 (RFC 3501) as a copying client needs it: the answers a server sends, and the texts a
//! client writes.
//!
//! Why not a general codec: message literals must pass through in chunks without ever being whole in
//! memory, APPENDUID comes with a set of numbers under MULTIAPPEND (RFC 4315), and Exchange 2003 and
//! 2007 say things that a strict grammar refuses (facts `onprem.md` section 3).

mod date;
mod response;
mod text;
mod value;

pub use date::{format_internal_date, parse_internal_date};
pub use response::{
    Fetch, FolderStatus, Listed, Response, ResponseError, State, StatusLine, UidPlace,
    parse_response,
};
pub use text::{astring, number_set, quoted};
pub use value::{Value, ValueError, parse_values};
