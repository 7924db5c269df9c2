use stegvis_model::SmtpAddress;
use thiserror::Error;

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

/// The staged CSV, to the byte as Exchange Online takes it: the exact header, commas, CRLF, no BOM, and
/// only the columns that are used.
///
/// # Errors
/// [`TooManyRows`].
pub fn write_staged_csv(rows: &[StagedRow]) -> Result<String, TooManyRows> {
    if rows.len() > MOST_ROWS {
        return Err(TooManyRows(rows.len()));
    }
    let mut csv = String::from("EmailAddress\r\n");
    for row in rows {
        // An address holds no comma, quote or line end: its type sees to that.
        csv.push_str(&row.address.to_string());
        csv.push_str("\r\n");
    }
    Ok(csv)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

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
}
