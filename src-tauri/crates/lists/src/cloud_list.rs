//! `cloud.csv`: what Microsoft's `ExportO365UserInfo.ps1` writes of the cloud mailboxes for the conversion of the
//! old ones. It is UTF-16 there, and anything after an editor has saved it.

use std::collections::BTreeSet;

use csv::{ReaderBuilder, StringRecord, Trim};
use stegvis_model::{AddressError, SmtpAddress};
use thiserror::Error;

use crate::copy_list::line;
use crate::encoding::decode;

/// The columns that must be there, in any order. `MailboxGUID` is written for Exchange 2007 only.
const COLUMNS: [&str; 3] = [
    "LegacyExchangeDN",
    "CloudEmailAddress",
    "OnPremiseEmailAddress",
];
const GUID: &str = "MailboxGUID";

/// A cloud mailbox, as the list tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudRow {
    /// The primary address, here and there.
    pub address: SmtpAddress,
    /// Its address in the tenant's own domain.
    pub routing_address: SmtpAddress,
    /// `LegacyExchangeDN` there.
    pub legacy_exchange_dn: String,
    /// `ExchangeGuid`, in the byte order of a directory.
    pub exchange_guid: Option<[u8; 16]>,
}

/// Why a file is no `cloud.csv`, with the place.
#[derive(Debug, Error)]
pub enum CloudListError {
    /// It cannot be read as a list.
    #[error("the file cannot be read as comma-separated text: {0}")]
    Unreadable(#[from] csv::Error),
    /// A column is not there.
    #[error(
        "the first line has no column {0}; it must have LegacyExchangeDN,CloudEmailAddress,OnPremiseEmailAddress and may have MailboxGUID"
    )]
    Column(&'static str),
    /// An address is not one.
    #[error("line {line}: {error}")]
    Address {
        /// The line, as an editor numbers it.
        line: u64,
        /// What is wrong.
        error: AddressError,
    },
    /// A GUID is not one.
    #[error("line {line}: MailboxGUID {found:?} is no GUID")]
    Guid {
        /// The line, as an editor numbers it.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// An address stands twice.
    #[error("line {line}: {address} stands in the list already")]
    Twice {
        /// The line, as an editor numbers it.
        line: u64,
        /// Which.
        address: SmtpAddress,
    },
}

/// Reads a `cloud.csv`.
///
/// # Errors
/// [`CloudListError`] with the place.
pub fn read_cloud_list(bytes: &[u8]) -> Result<Vec<CloudRow>, CloudListError> {
    let (_, text) = decode(bytes);
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let place = |name: &str| {
        header
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    };
    let [legacy, cloud, own] = COLUMNS.map(|name| place(name).ok_or(CloudListError::Column(name)));
    let (legacy, cloud, own, guid) = (legacy?, cloud?, own?, place(GUID));
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, |at| line(text.as_bytes(), at));
        let address = |column: usize| {
            address(cell(&record, column)).map_err(|error| CloudListError::Address { line, error })
        };
        let row = CloudRow {
            address: address(own)?,
            routing_address: address(cloud)?,
            legacy_exchange_dn: cell(&record, legacy).to_owned(),
            exchange_guid: match guid.map(|column| cell(&record, column)) {
                None | Some("") => None,
                Some(text) => Some(directory_bytes(text).ok_or_else(|| CloudListError::Guid {
                    line,
                    found: text.to_owned(),
                })?),
            },
        };
        if !seen.insert(row.address.key()) {
            return Err(CloudListError::Twice {
                line,
                address: row.address,
            });
        }
        rows.push(row);
    }
    Ok(rows)
}

fn cell(record: &StringRecord, column: usize) -> &str {
    record.get(column).unwrap_or_default()
}

/// The script leaves the prefix of a proxy address on some.
fn address(text: &str) -> Result<SmtpAddress, AddressError> {
    match text.split_once(':') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("smtp") => rest.parse(),
        _ => text.parse(),
    }
}

/// A GUID as a directory keeps it: its first three parts with the least byte first.
fn directory_bytes(text: &str) -> Option<[u8; 16]> {
    let text = text.trim_start_matches('{').trim_end_matches('}');
    let parts: Vec<&str> = text.split('-').collect();
    if !parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) {
        return None;
    }
    let digits: Option<Vec<u8>> = parts
        .concat()
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let bytes: Vec<u8> = digits?
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    let [a, b, c, d, e, f, g, h, rest @ ..] = <[u8; 16]>::try_from(bytes).ok()?;
    let [i, j, k, l, m, n, o, p] = rest;
    Some([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    const LIST: &str = "LegacyExchangeDN,CloudEmailAddress,OnPremiseEmailAddress,MailboxGUID\r\n\
        /o=ExchangeLabs/cn=0f-anna,smtp:anna@nordvik.onmicrosoft.example,anna@nordvik.example,00112233-4455-6677-8899-aabbccddeeff\r\n\
        /o=ExchangeLabs/cn=0f-bo,bo@nordvik.onmicrosoft.example,bo@nordvik.example,\r\n";

    #[test]
    fn the_list_is_read_as_the_script_writes_it_and_as_an_editor_saves_it() {
        let utf16: Vec<u8> = std::iter::once(0xFEFF)
            .chain(LIST.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let rows = read_cloud_list(&utf16).unwrap();
        assert_eq!(rows, read_cloud_list(LIST.as_bytes()).unwrap());
        assert_eq!(rows.len(), 2);
        assert_eq!(
            rows[0].routing_address.to_string(),
            "anna@nordvik.onmicrosoft.example"
        );
        assert_eq!(
            rows[0].exchange_guid.unwrap(),
            [
                0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd,
                0xee, 0xff
            ]
        );
        assert_eq!(rows[1].exchange_guid, None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let error = |list: &str| read_cloud_list(list.as_bytes()).unwrap_err().to_string();
        assert!(
            error("EmailAddress\nanna@nordvik.example\n").contains("no column LegacyExchangeDN")
        );
        assert!(error(&LIST.replace("bo@nordvik.example", "bo")).starts_with("line 3"));
        assert!(error(&LIST.replace("-aabb", "-xxbb")).starts_with("line 2: MailboxGUID"));
        assert!(
            error(&LIST.replace("bo@nordvik.example", "ANNA@nordvik.example")).contains("already")
        );
    }
}
