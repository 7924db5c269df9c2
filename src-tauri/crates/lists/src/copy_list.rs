use std::collections::BTreeSet;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};
use stegvis_model::{AddressError, SmtpAddress};
use thiserror::Error;

/// The columns, in any order.
const COLUMNS: [&str; 5] = [
    "EmailAddress",
    "SourceUser",
    "SourcePassword",
    "TargetUser",
    "TargetPassword",
];

/// A row of the list of `stegvis copy`. The passwords are kept to the byte and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// The mailbox.
    pub address: SmtpAddress,
    /// The name to sign in with at the source; the address where empty.
    pub source_user: String,
    /// Its password there.
    pub source_password: String,
    /// The name to sign in with at the target; the address where empty.
    pub target_user: String,
    /// Its password there.
    pub target_password: String,
}

impl fmt::Debug for CopyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyRow")
            .field("address", &self.address)
            .field("source_user", &self.source_user)
            .field("target_user", &self.target_user)
            .finish_non_exhaustive()
    }
}

/// Why a file is no list, with the place.
#[derive(Debug, Error)]
pub enum ListError {
    /// It is not comma-separated UTF-8.
    #[error("the file cannot be read as comma-separated UTF-8 text: {0}")]
    Unreadable(#[from] csv::Error),
    /// A column is not there.
    #[error(
        "the first line has no column {0}; it must have EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword"
    )]
    Column(&'static str),
    /// A row has more or fewer cells than the first line.
    #[error("line {line}: {found} cells, where the first line has {wanted}")]
    Cells {
        /// The line, as an editor numbers it.
        line: u64,
        /// How many it has.
        found: usize,
        /// How many the first line has.
        wanted: usize,
    },
    /// An address is not one.
    #[error("line {line}: {error}")]
    Address {
        /// The line, as an editor numbers it.
        line: u64,
        /// What is wrong.
        error: AddressError,
    },
    /// An address stands twice.
    #[error("line {line}: {address} stands in the list already")]
    Twice {
        /// The line, as an editor numbers it.
        line: u64,
        /// Which.
        address: SmtpAddress,
    },
    /// There is a header and nothing below it.
    #[error("the list has no rows")]
    Empty,
}

/// Reads the list of `stegvis copy`.
///
/// # Errors
/// [`ListError`] with the place.
pub fn read_copy_list(bytes: &[u8]) -> Result<Vec<CopyRow>, ListError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Only the header is trimmed: a password may begin or end with a space.
    let mut reader = ReaderBuilder::new()
        .trim(Trim::Headers)
        .flexible(true)
        .from_reader(bytes);
    let header = reader.headers()?.clone();
    let column = |name: &'static str| {
        header
            .iter()
            .position(|cell| cell.eq_ignore_ascii_case(name))
            .ok_or(ListError::Column(name))
    };
    let [
        address,
        source_user,
        source_password,
        target_user,
        target_password,
    ] = COLUMNS;
    let (address, source_user, source_password) = (
        column(address)?,
        column(source_user)?,
        column(source_password)?,
    );
    let (target_user, target_password) = (column(target_user)?, column(target_password)?);
    let cell =
        |record: &StringRecord, index: usize| record.get(index).unwrap_or_default().to_owned();
    let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, |at| line(bytes, at));
        if record.len() != header.len() {
            return Err(ListError::Cells {
                line,
                found: record.len(),
                wanted: header.len(),
            });
        }
        let parsed: SmtpAddress = cell(&record, address)
            .trim()
            .parse()
            .map_err(|error| ListError::Address { line, error })?;
        if !seen.insert(parsed.key()) {
            return Err(ListError::Twice {
                line,
                address: parsed,
            });
        }
        let or_address = |user: String| {
            if user.is_empty() {
                parsed.to_string()
            } else {
                user
            }
        };
        rows.push(CopyRow {
            source_user: or_address(cell(&record, source_user)),
            source_password: cell(&record, source_password),
            target_user: or_address(cell(&record, target_user)),
            target_password: cell(&record, target_password),
            address: parsed,
        });
    }
    if rows.is_empty() {
        Err(ListError::Empty)
    } else {
        Ok(rows)
    }
}

/// The line of a record, as an editor numbers it. Excel ends lines with CR LF; a record read after a CR is said to
/// begin at the LF, on the line before.
pub(crate) fn line(bytes: &[u8], at: &csv::Position) -> u64 {
    let next = usize::try_from(at.byte())
        .ok()
        .and_then(|byte| bytes.get(byte));
    at.line() + u64::from(next == Some(&b'\n'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const HEADER: &str = "EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword\r\n";

    #[test]
    fn passwords_are_kept_to_the_byte_and_users_default_to_the_address() {
        let rows = read_copy_list(
            format!("{HEADER}anna@nordvik.example,,\" p,å \",anna2,x\r\n").as_bytes(),
        )
        .unwrap();
        let row = rows.first().unwrap();
        assert_eq!(row.source_user, "anna@nordvik.example");
        assert_eq!(row.source_password, " p,å ");
        assert_eq!(row.target_user, "anna2");
        assert!(!format!("{row:?}").contains("p,å"));
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        let error = |rows: &str| {
            read_copy_list(format!("{HEADER}{rows}").as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(error(""), "the list has no rows");
        for end in ["\n", "\r\n"] {
            let error = |rows: &str| error(&rows.replace('\n', end));
            assert_eq!(
                error("a@b.se,,,,\nanna,,,,\n"),
                "line 3: \"anna\" must have one @ between name and domain"
            );
            assert_eq!(
                error("a@b.se,,,,\nA@B.se,,,,\n"),
                "line 3: A@b.se stands in the list already"
            );
            assert_eq!(
                error("a@b.se,,\n"),
                "line 2: 3 cells, where the first line has 5"
            );
        }
        assert!(matches!(
            read_copy_list(b"EmailAddress\na@b.se\n"),
            Err(ListError::Column("SourceUser"))
        ));
    }
}
