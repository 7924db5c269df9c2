use secrecy::{ExposeSecret as _, SecretString};
use stegvis_model::SmtpAddress;
use thiserror::Error;

use crate::booleans::microsoft_word;
use crate::doctor::MailboxList;
use crate::finding::{MASK, RowStatus};

/// Rows that Exchange Online takes in one file (facts `microsoft365.md` section 1.4).
pub const MOST_ROWS: usize = 2000;

/// A row of the staged CSV. Passwords are left to directory synchronisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedRow {
    /// The primary SMTP address of the mailbox.
    pub address: SmtpAddress,
}

/// More rows than one file may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} rows; Exchange Online takes at most 2,000 in one file")]
pub struct TooManyRows(pub usize);

/// Who a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Exchange Online: no byte order mark, every cell as it is.
    ExchangeOnline,
    /// The same file as a person is shown it: to the byte, but every password is masked.
    Preview,
    /// A person with a spreadsheet: a byte order mark, no cell that is taken for a formula, no passwords.
    Person,
}

/// The staged CSV, to the byte as Exchange Online takes it: the exact header, commas, CRLF, no BOM, and
/// only the columns that are used.
///
/// # Errors
/// [`TooManyRows`].
pub fn write_staged_csv(rows: &[StagedRow]) -> Result<String, TooManyRows> {
    if rows.len() > MOST_ROWS {
        return Err(TooManyRows(rows.len()));
    }
    let addresses: Vec<String> = rows.iter().map(|row| row.address.to_string()).collect();
    let rows: Vec<Row<'_>> = addresses
        .iter()
        .map(|address| Row {
            address,
            password: None,
            force: None,
        })
        .collect();
    Ok(text(Columns::of(&rows), &rows, Reader::ExchangeOnline))
}

/// The rows of a list that are not rejected, in as many files as they need. Every file has the same columns.
/// They hold the passwords of the list where they are for Exchange Online.
#[must_use]
pub fn write_list(list: &MailboxList, reader: Reader) -> Vec<SecretString> {
    let rows: Vec<Row<'_>> = list
        .rows
        .iter()
        .filter(|row| row.status() != RowStatus::Rejected)
        .filter_map(|row| {
            // As it stands in the list, whose casing nobody asked to change.
            row.address.as_ref()?;
            Some(Row {
                address: &row.text,
                password: row.password.as_ref(),
                force: row.force_change_password,
            })
        })
        .collect();
    let columns = Columns::of(&rows);
    rows.chunks(MOST_ROWS)
        .map(|rows| text(columns, rows, reader).into())
        .collect()
}

/// A row as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) address: &'a str,
    pub(crate) password: Option<&'a SecretString>,
    pub(crate) force: Option<bool>,
}

/// Which of the columns that may be left out are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) password: bool,
    pub(crate) force: bool,
}

impl Columns {
    pub(crate) fn of(rows: &[Row<'_>]) -> Self {
        Self {
            password: rows.iter().any(|row| row.password.is_some()),
            force: rows.iter().any(|row| row.force.is_some()),
        }
    }
}

pub(crate) fn text(columns: Columns, rows: &[Row<'_>], reader: Reader) -> String {
    let mut text = String::with_capacity(length(columns, rows, reader));
    write(columns, rows, reader, &mut |part| text.push_str(part));
    text
}

/// The bytes of a file, without making it.
pub(crate) fn length(columns: Columns, rows: &[Row<'_>], reader: Reader) -> usize {
    let mut length = 0;
    write(columns, rows, reader, &mut |part| length += part.len());
    length
}

fn write(columns: Columns, rows: &[Row<'_>], reader: Reader, put: &mut impl FnMut(&str)) {
    let passwords = columns.password && reader != Reader::Person;
    if reader == Reader::Person {
        put("\u{FEFF}");
    }
    put("EmailAddress");
    if passwords {
        put(",Password");
    }
    if columns.force {
        put(",ForceChangePassword");
    }
    put("\r\n");
    for row in rows {
        if reader == Reader::Person && is_formula(row.address) {
            cell(&formula_safe(row.address), put);
        } else {
            cell(row.address, put);
        }
        if passwords {
            put(",");
            match (row.password, reader) {
                (None, _) => {}
                (Some(_), Reader::Preview) => put(MASK),
                (Some(password), _) => cell(password.expose_secret(), put),
            }
        }
        if columns.force {
            put(",");
            put(row.force.map_or("", microsoft_word));
        }
        put("\r\n");
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no spreadsheet takes for a formula. Never for a file meant for Exchange Online.
#[must_use]
pub fn formula_safe(text: &str) -> String {
    if is_formula(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Quoted where it must be, and where a reader might trim it.
fn cell(text: &str, put: &mut impl FnMut(&str)) {
    let quote = text.contains(['"', ',', ';', '\t', '\r', '\n'])
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace);
    if !quote {
        return put(text);
    }
    put("\"");
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            put("\"\"");
        }
        put(part);
    }
    put("\"");
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::read_list;

    #[test]
    fn the_file_is_what_exchange_online_takes_to_the_byte() {
        let rows: Vec<StagedRow> = ["anna@nordvik.example", "bo@nordvik.example"]
            .map(|address| StagedRow {
                address: address.parse().unwrap(),
            })
            .into();
        assert_eq!(
            write_staged_csv(&rows).unwrap(),
            "EmailAddress\r\nanna@nordvik.example\r\nbo@nordvik.example\r\n"
        );
        let many: Vec<StagedRow> = rows.iter().cycle().take(2001).cloned().collect();
        assert_eq!(write_staged_csv(&many), Err(TooManyRows(2001)));
    }

    #[test]
    fn only_used_columns_are_written_and_a_person_gets_no_password_and_no_formula() {
        let text = "E-post;Lösenord;ForceChangePassword\n+anna@b.se;\" =1;\"\"å \";SANT\nBo@B.se;;\nfel;x;\n";
        let list = read_list(text.as_bytes(), None).unwrap();
        let written = |reader| {
            let files = write_list(&list, reader);
            let texts = files.iter().map(|file| file.expose_secret().to_owned());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(
            written(Reader::ExchangeOnline),
            [
                "EmailAddress,Password,ForceChangePassword\r\n+anna@b.se,\" =1;\"\"å \",True\r\nBo@B.se,,\r\n"
            ]
        );
        assert_eq!(
            written(Reader::Person),
            ["\u{FEFF}EmailAddress,ForceChangePassword\r\n'+anna@b.se,True\r\nBo@B.se,\r\n"]
        );
    }

    #[test]
    fn more_rows_than_a_file_may_have_make_more_files() {
        let rows: String = (0..4001).map(|n| format!("u{n}@b.se\n")).collect();
        let list = read_list(rows.as_bytes(), None).unwrap();
        let lines = |file: &SecretString| file.expose_secret().lines().count() - 1;
        let files = write_list(&list, Reader::ExchangeOnline);
        assert_eq!(files.iter().map(lines).collect::<Vec<_>>(), [2000, 2000, 1]);
    }
}
