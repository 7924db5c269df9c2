//! The list of a batch, as Exchange Online reads it: what is wrong with the file refuses it whole; what is wrong with a
//! row drops the row.

use super::RowError;

/// The most rows of a staged batch.
const MOST: usize = 2000;
const NOT_ACCEPTED: &str =
    "You can't use the domain because it's not an accepted domain for your organization.";
const LARGEST: usize = 10 * 1024 * 1024;
const COLUMNS: [&str; 3] = ["EmailAddress", "Password", "ForceChangePassword"];

/// What a list holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) users: Vec<String>,
    pub(crate) dropped: Vec<RowError>,
}

/// The users of a list, or why the file is refused. `accepted` are the tenant's domains.
pub(crate) fn rows(bytes: &[u8], accepted: &[&str]) -> Result<Rows, String> {
    if bytes.is_empty() || bytes.len() > LARGEST {
        return Err("Upload file can't be empty.".to_owned());
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err("Upload file can't be empty. The file isn't in UTF-8.".to_owned());
    };
    // Whether the real service takes a byte order mark is not known. To this one it is part of the first column's name.
    if text.starts_with('\u{feff}') {
        return Err(missing("EmailAddress"));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(Ok(header)) = records.next() else {
        return Err("Upload file can't be empty.".to_owned());
    };
    let place = |name: &str| {
        header
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    };
    let Some(address_at) = place("EmailAddress") else {
        return Err(missing("EmailAddress"));
    };
    if let Some(strange) = header.iter().find(|column| {
        !COLUMNS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(column))
    }) {
        return Err(format!(
            "The column \"{strange}\" in the CSV file isn't one that this migration knows. Please remove it and re-submit the file."
        ));
    }
    let (password_at, change_at) = (place("Password"), place("ForceChangePassword"));
    let mut found = Rows {
        users: Vec::new(),
        dropped: Vec::new(),
    };
    for (index, record) in records.enumerate() {
        let row = index + 1;
        let Ok(record) = record else {
            return Err(format!("Row {row} can't be read."));
        };
        if record.len() != header.len() {
            return Err(format!(
                "Row {row} has the wrong number of columns. Expected number: {}. Actual number: {}. Please edit this row and re-submit the file.",
                header.len(),
                record.len()
            ));
        }
        if row > MOST {
            return Err(format!(
                "The CSV file contains more than {MOST} rows. Please divide the file into smaller files and submit them separately."
            ));
        }
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let address = cell(Some(address_at));
        let problem = problem(address, accepted, &found.users)
            .or_else(|| more(cell(password_at), cell(change_at)));
        match problem {
            Some(message) => found.dropped.push(RowError {
                row,
                email_address: address.to_owned(),
                message,
            }),
            None => found.users.push(address.to_owned()),
        }
    }
    if found.users.is_empty() && found.dropped.is_empty() {
        return Err("Upload file can't be empty.".to_owned());
    }
    Ok(found)
}

fn missing(column: &str) -> String {
    format!(
        "Column \"{column}\" is missing from the CSV file. The import process can't continue because this column is required. Please edit the CSV file and re-submit it."
    )
}

fn problem(address: &str, accepted: &[&str], before: &[String]) -> Option<String> {
    if address.is_empty() {
        return Some("The EmailAddress value is empty.".to_owned());
    }
    if address.trim() != address {
        return Some(format!(
            "The value \"{address}\" has leading or trailing spaces."
        ));
    }
    let plain = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
            && address
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b';')
    });
    if !plain {
        return Some(format!(
            "The value \"{address}\" isn't a valid SMTP address."
        ));
    }
    let mut before = before.iter();
    if before.any(|known| known.eq_ignore_ascii_case(address)) {
        return Some(format!(
            "The address \"{address}\" appears more than once in the CSV file."
        ));
    }
    let known = |(_, domain): (&str, &str)| {
        let mut accepted = accepted.iter();
        accepted.any(|known| known.eq_ignore_ascii_case(domain))
    };
    (!address.rsplit_once('@').is_some_and(known)).then(|| NOT_ACCEPTED.to_owned())
}

/// What is wrong with a row beside its address.
fn more(password: &str, change: &str) -> Option<String> {
    if !password.is_empty() && password.chars().count() < 8 {
        return Some("The password must have at least 8 characters.".to_owned());
    }
    let flag = change.is_empty()
        || change.eq_ignore_ascii_case("true")
        || change.eq_ignore_ascii_case("false");
    (!flag)
        .then(|| format!("The value \"{change}\" for ForceChangePassword must be True or False."))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DOMAINS: &[&str] = &["x.example", "y.example"];

    #[test]
    fn a_bad_row_is_dropped_and_a_bad_file_is_refused_whole() {
        let list = "EmailAddress,Password,ForceChangePassword\r\na@x.example,,\r\nnobody,,\r\n b@x.example,,\r\nA@x.example,,\r\nc@x.example,short,\r\nd@x.example,longenough,Ja\r\ne@x.example,longenough,True\r\nf@z.example,,\r\nG@Y.example,,\r\n";
        let found = rows(list.as_bytes(), DOMAINS).unwrap();
        assert_eq!(found.users, ["a@x.example", "e@x.example", "G@Y.example"]);
        let dropped: Vec<usize> = found.dropped.iter().map(|row| row.row).collect();
        assert_eq!(dropped, [2, 3, 4, 5, 6, 8]);

        let refused = |list: &str| rows(list.as_bytes(), DOMAINS).unwrap_err();
        assert!(refused("").contains("can't be empty"));
        assert!(refused("EmailAddress\r\n").contains("can't be empty"));
        assert!(refused("EmailAddress;Password\r\na@x.example;\r\n").contains("is missing"));
        assert!(refused("\u{feff}EmailAddress\r\na@x.example\r\n").contains("is missing"));
        assert!(refused("EmailAddress,Pasword\r\na@x.example,\r\n").contains("\"Pasword\""));
        assert!(
            refused("EmailAddress\r\na@x.example,\r\n")
                .contains("Expected number: 1. Actual number: 2.")
        );
        let many = format!("EmailAddress\r\n{}", "a@x.example\r\n".repeat(2001));
        assert!(refused(&many).contains("more than 2000 rows"));
    }

    proptest! {
        #[test]
        fn no_list_makes_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = rows(&bytes, DOMAINS);
            let _ = rows(&[b"EmailAddress\r\n".as_slice(), &bytes].concat(), DOMAINS);
        }
    }
}
