use crate::booleans::read_boolean;
use crate::encoding::undo_double_encoding;
use crate::grid::{Cell, Line};

/// What a column of a list means, in Microsoft's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The primary SMTP address of the mailbox.
    EmailAddress,
    /// The password the cloud mailbox gets.
    Password,
    /// Whether it must be changed at the first sign-in.
    ForceChangePassword,
}

impl Meaning {
    /// The name of the column in the file for Exchange Online.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmailAddress => "EmailAddress",
            Self::Password => "Password",
            Self::ForceChangePassword => "ForceChangePassword",
        }
    }
}

/// A column as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its place in a row, from 0.
    pub index: usize,
    /// Its heading, or its letter where it has none.
    pub source: String,
    /// What it means; nothing where it is left out of the service's file.
    pub means: Option<Meaning>,
}

/// Which columns mean what, as a person says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The place of the addresses.
    pub email_address: usize,
    /// The place of the passwords.
    pub password: Option<usize>,
    /// The place of the truth values.
    pub force_change_password: Option<usize>,
}

/// Rows above the heading: a title, a date. Not more than these.
const TITLE_ROWS: usize = 10;

/// Headings of the address, the surest first, folded as [`fold`] does.
const ADDRESS: [&[&str]; 4] = [
    &["emailaddress"],
    &[
        "primarysmtpaddress",
        "windowsemailaddress",
        "onpremiseemailaddress",
        "primarysmtp",
    ],
    &[
        "email",
        "epost",
        "epostadress",
        "mail",
        "mailadress",
        "mailaddress",
        "emailadress",
        "emailadresse",
        "smtpaddress",
        "smtpadress",
        "smtp",
        "epostadresse",
    ],
    &["userprincipalname", "upn"],
];

const PASSWORD: &[&str] = &[
    "password",
    "losenord",
    "passwort",
    "kennwort",
    "pwd",
    "newpassword",
    "nyttlosenord",
];

const FORCE: &[&str] = &[
    "forcechangepassword",
    "forcepasswordchange",
    "changepassword",
    "mustchangepassword",
    "changepasswordatnextlogon",
    "tvingalosenordsbyte",
    "tvingatillosenordsbyte",
    "bytlosenord",
    "mastebytalosenord",
    "andralosenord",
    "kennwortandern",
];

/// Headings of a name, which is shown and never written: one column, or two.
const NAME: &[&str] = &[
    "name",
    "namn",
    "displayname",
    "visningsnamn",
    "fullname",
    "fullstandigtnamn",
    "anzeigename",
    "navn",
];
const FIRST_NAME: &[&str] = &["fornamn", "firstname", "givenname", "vorname", "fornavn"];
const LAST_NAME: &[&str] = &[
    "efternamn",
    "lastname",
    "surname",
    "sn",
    "nachname",
    "etternavn",
    "efternavn",
];

/// Where the rows of a list begin and what its columns mean.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<Column>,
    pub(crate) address: usize,
    pub(crate) password: Option<usize>,
    pub(crate) force: Option<usize>,
    /// The columns whose texts, one after the other, are the name.
    pub(crate) name: Vec<usize>,
    /// Cells of the heading row; nothing where there is none.
    pub(crate) width: Option<usize>,
    /// The index of the first row below the heading.
    pub(crate) first: usize,
}

/// A heading without its casing, spacing, punctuation and diacritics.
fn fold(heading: &str) -> String {
    let once = undo_double_encoding(heading);
    once.as_deref()
        .unwrap_or(heading)
        .chars()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            'å' | 'ä' | 'à' | 'á' | 'â' => Some('a'),
            'ö' | 'ó' | 'ò' | 'ô' => Some('o'),
            'é' | 'è' | 'ê' => Some('e'),
            'ü' => Some('u'),
            c => c.is_ascii_alphanumeric().then_some(c),
        })
        .collect()
}

fn address_rank(folded: &str) -> Option<usize> {
    ADDRESS.iter().position(|words| words.contains(&folded))
}

fn is_heading(folded: &str) -> bool {
    address_rank(folded).is_some() || PASSWORD.contains(&folded) || FORCE.contains(&folded)
}

/// Whether a cell holds one address, perhaps among other words.
pub(crate) fn looks_like_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    !local.trim().is_empty()
        && domain.contains('.')
        && !domain.contains(['@', ';', ',', '\t'])
        && !text.starts_with('=')
}

/// The index of the row that names the columns: the one that names the addresses, or, where none does, the first one
/// with another heading that is known.
fn heading(lines: &[Line]) -> Option<usize> {
    let titles: Vec<(usize, Vec<String>)> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.is_blank())
        .take(TITLE_ROWS)
        // What stands below an address is no title.
        .take_while(|(_, line)| {
            !line
                .cells
                .iter()
                .any(|cell| looks_like_address(cell.text()))
        })
        .map(|(index, line)| {
            let words = line.cells.iter().map(|cell| fold(cell.text()));
            (index, words.collect())
        })
        .collect();
    let first = |known: fn(&str) -> bool| {
        let mut rows = titles.iter();
        rows.find(|(_, words)| words.iter().any(|word| known(word)))
    };
    first(|word| address_rank(word).is_some())
        .or_else(|| first(|word| is_heading(word) || NAME.contains(&word)))
        .map(|(index, _)| *index)
}

/// How many known headings the heading row has.
pub(crate) fn header_words(lines: &[Line]) -> usize {
    heading(lines)
        .and_then(|index| lines.get(index))
        .map_or(0, |line| {
            line.cells
                .iter()
                .filter(|cell| is_heading(&fold(cell.text())))
                .count()
        })
}

/// Finds the columns; nothing where none holds addresses.
pub(crate) fn layout(lines: &[Line]) -> Option<Layout> {
    match heading(lines) {
        Some(index) => below_heading(lines, index),
        None => without_heading(lines),
    }
}

impl Layout {
    /// The same rows under columns that a person chose; the ones that are not there mean nothing.
    pub(crate) fn with(mut self, mapping: Mapping) -> Self {
        self.address = mapping.email_address;
        self.password = mapping.password.filter(|&at| at != self.address);
        self.force = mapping
            .force_change_password
            .filter(|&at| at != self.address && Some(at) != self.password);
        for column in &mut self.columns {
            column.means = meaning(column.index, self.address, self.password, self.force);
        }
        self.name
            .retain(|at| *at != self.address && Some(*at) != self.password);
        self
    }
}

/// The columns of the name: one, or the given name and the family name.
fn names(folded: &[String], taken: &[Option<usize>]) -> Vec<usize> {
    let find = |words: &[&str]| {
        folded
            .iter()
            .position(|word| words.contains(&word.as_str()))
            .filter(|&at| !taken.contains(&Some(at)))
    };
    match find(NAME) {
        Some(whole) => vec![whole],
        None => [find(FIRST_NAME), find(LAST_NAME)]
            .into_iter()
            .flatten()
            .collect(),
    }
}

fn below_heading(lines: &[Line], index: usize) -> Option<Layout> {
    let header = lines.get(index)?;
    let below = lines.get(index + 1..).unwrap_or_default();
    let folded: Vec<String> = header.cells.iter().map(|cell| fold(cell.text())).collect();
    let named = folded
        .iter()
        .enumerate()
        .filter_map(|(column, word)| Some((address_rank(word)?, column)))
        .min();
    // "Mail" may head anything: a column without a single @ and without a formula is no column of addresses.
    let promising = |column: usize| {
        below.iter().any(|line| {
            line.cell(column)
                .is_some_and(|cell| cell.text().contains(['@', '=', '#']))
        })
    };
    let filled = below.iter().any(|line| !line.is_blank());
    let address = match named {
        Some((rank, column)) if rank == 0 || !filled || promising(column) => column,
        _ => most_addresses(below)?,
    };
    let find = |words: &[&str]| {
        folded
            .iter()
            .position(|word| words.contains(&word.as_str()))
    };
    let (password, force) = (find(PASSWORD), find(FORCE));
    let columns = header
        .cells
        .iter()
        .enumerate()
        .filter(|(column, cell)| {
            !cell.is_blank()
                || below
                    .iter()
                    .any(|line| line.cell(*column).is_some_and(|cell| !cell.is_blank()))
        })
        .map(|(column, cell)| Column {
            index: column,
            source: if cell.is_blank() {
                letter(column)
            } else {
                cell.text().to_owned()
            },
            means: meaning(column, address, password, force),
        })
        .collect();
    Some(Layout {
        columns,
        address,
        password,
        force,
        name: names(&folded, &[Some(address), password, force]),
        width: Some(header.cells.len()),
        first: index + 1,
    })
}

/// The columns that are looked at.
fn width(lines: &[Line]) -> usize {
    let widths = lines.iter().map(|line| line.cells.len());
    widths.max().unwrap_or_default().min(256)
}

fn filled(lines: &[Line], column: usize) -> impl Iterator<Item = &Cell> {
    lines
        .iter()
        .filter_map(move |line| line.cell(column))
        .filter(|cell| !cell.is_blank())
}

/// The column where most addresses are, if most of its cells are addresses.
fn most_addresses(lines: &[Line]) -> Option<usize> {
    let (count, column) = (0..width(lines))
        .map(|column| {
            let addresses = filled(lines, column).filter(|cell| looks_like_address(cell.text()));
            (addresses.count(), column)
        })
        .max_by_key(|&(count, column)| (count, std::cmp::Reverse(column)))?;
    (count > 0 && count * 2 >= filled(lines, column).count()).then_some(column)
}

/// Without a heading: the address is where most addresses are, the truth values where nothing else is, and
/// the password only in Microsoft's own order, for it looks like nothing.
fn without_heading(lines: &[Line]) -> Option<Layout> {
    let filled = |column: usize| filled(lines, column);
    let width = width(lines);
    let address = most_addresses(lines)?;
    let force = (0..width).find(|&column| {
        column != address
            && filled(column).next().is_some()
            && filled(column).all(|cell| read_boolean(cell.text()).is_some())
    });
    let password = (address == 0 && force == Some(2)).then_some(1);
    let columns = (0..width)
        .filter(|&column| filled(column).next().is_some())
        .map(|column| Column {
            index: column,
            source: letter(column),
            means: meaning(column, address, password, force),
        })
        .collect();
    Some(Layout {
        columns,
        address,
        password,
        force,
        name: Vec::new(),
        width: None,
        first: 0,
    })
}

fn meaning(
    column: usize,
    address: usize,
    password: Option<usize>,
    force: Option<usize>,
) -> Option<Meaning> {
    if column == address {
        Some(Meaning::EmailAddress)
    } else if Some(column) == password {
        Some(Meaning::Password)
    } else if Some(column) == force {
        Some(Meaning::ForceChangePassword)
    } else {
        None
    }
}

/// A column as Excel names it: A, B … Z, AA.
fn letter(mut column: usize) -> String {
    let mut name = String::new();
    loop {
        let digit = u8::try_from(column % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + digit));
        match (column / 26).checked_sub(1) {
            Some(next) => column = next,
            None => return name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_in_any_casing_spacing_and_language() {
        for heading in [
            "E-post",
            "e-postadress",
            " EMAIL  Address ",
            "Mail",
            "UPN",
            "\u{FEFF}EmailAddress",
        ] {
            assert!(address_rank(&fold(heading)).is_some(), "{heading}");
        }
        for heading in ["Lösenord", "LÃ¶senord", "Lo\u{308}senord", "PASSWORD"] {
            assert!(PASSWORD.contains(&fold(heading).as_str()), "{heading}");
        }
        assert!(FORCE.contains(&fold("Force Change Password").as_str()));
        assert!(!is_heading(&fold("Namn")));
    }

    #[test]
    fn columns_without_a_heading_are_named_as_excel_names_them() {
        assert_eq!(
            [0, 25, 26, 701, 702].map(letter),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }
}
