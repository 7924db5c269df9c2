use stegvis_model::SmtpAddress;

use crate::booleans::{microsoft_word, read_boolean};
use crate::columns::Meaning;
use crate::encoding::undo_double_encoding;
use crate::finding::{Finding, FindingCode, MASK};
use crate::grid::Cell;
use crate::invisible::is_invisible;

/// Error values as Excel writes them into a CSV, in the languages it is likely to have spoken.
const ERRORS: [&str; 25] = [
    "#N/A",
    "#NV",
    "#SAKNAS!",
    "#VALUE!",
    "#WERT!",
    "#VÄRDEFEL!",
    "#VALEUR!",
    "#REF!",
    "#BEZUG!",
    "#REFERENS!",
    "#NAME?",
    "#NAMN?",
    "#NOM?",
    "#DIV/0!",
    "#DIVISION/0!",
    "#NUM!",
    "#ZAHL!",
    "#OGILTIGT!",
    "#NULL!",
    "#SKÄRNING!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#I/T",
    "#VERDI!",
];

pub(crate) fn is_error_value(text: &str) -> bool {
    let text = text.trim();
    ERRORS.contains(&text)
        || (text.len() > 2 && text.chars().all(|c| c == '#'))
        || text
            .strip_prefix("Err:")
            .is_some_and(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()))
}

/// An address as far as it could be mended: the text, and the address where it is one. Where the cell is a whole
/// line that nobody could cut, what stands beside the address may be a password, and is masked.
pub(crate) fn address(
    cell: Option<&Cell>,
    whole_line: bool,
    findings: &mut Vec<Finding>,
) -> (String, Option<SmtpAddress>) {
    let before = findings.len();
    let (text, address) = mended(cell, findings);
    if !whole_line || address.is_some() {
        return (text, address);
    }
    for finding in findings.iter_mut().skip(before) {
        finding.was = without_the_rest(&finding.was);
        finding.becomes = finding.becomes.as_deref().map(without_the_rest);
    }
    (without_the_rest(&text), None)
}

/// A line of which only the address is shown, or the first word where it has none.
pub(crate) fn without_the_rest(line: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '\'' | '@');
    let (start, end) = match line.find('@') {
        Some(at) => {
            let (before, after) = line.split_at_checked(at).unwrap_or((line, ""));
            let start = before.rfind(|c| !part(c)).map_or(0, |index| {
                index
                    + before
                        .get(index..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(1, char::len_utf8)
            });
            let domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
            let length = after
                .char_indices()
                .skip(1)
                .find(|&(_, c)| !domain(c))
                .map_or(after.len(), |(index, _)| index);
            (start, at + length)
        }
        None => (0, line.find(|c| !part(c)).unwrap_or(line.len())),
    };
    let mask =
        |rest: Option<&str>| rest.map_or("", |rest| if rest.trim().is_empty() { "" } else { MASK });
    let (before, after) = (mask(line.get(..start)), mask(line.get(end..)));
    format!(
        "{before}{}{after}",
        line.get(start..end).unwrap_or_default()
    )
}

fn mended(cell: Option<&Cell>, findings: &mut Vec<Finding>) -> (String, Option<SmtpAddress>) {
    let raw = cell.map(Cell::text).unwrap_or_default();
    if let Ok(address) = raw.parse::<SmtpAddress>()
        && matches!(cell, Some(Cell::Text(_)))
        && !raw.starts_with(['=', '\''])
    {
        return (raw.to_owned(), Some(address));
    }
    let mut note = |code, was: &str, becomes: Option<&str>| {
        findings.push(Finding::new(
            code,
            Some(Meaning::EmailAddress),
            was,
            becomes,
        ));
    };
    let mut text = raw.to_owned();
    if matches!(cell, Some(Cell::Formula(_))) || raw.trim_start().starts_with('=') {
        match hyperlink(raw) {
            Some(target) => {
                note(FindingCode::Hyperlink, raw, Some(&target));
                text = target;
            }
            None => {
                note(FindingCode::Formula, raw, None);
                return (String::new(), None);
            }
        }
    }
    if matches!(cell, Some(Cell::Error(_))) || is_error_value(raw) {
        note(FindingCode::ErrorValue, raw, None);
        return (String::new(), None);
    }
    for (code, repair) in REPAIRS {
        let becomes = repair(&text);
        if becomes != text {
            note(code, &text, Some(&becomes));
            text = becomes;
        }
    }
    if text.is_empty() {
        note(FindingCode::NoAddress, raw, None);
        return (text, None);
    }
    // An address may begin with an equals sign; in a list none does that is not a formula.
    if text.starts_with('=') {
        note(FindingCode::Formula, &text, None);
        return (text, None);
    }
    match text.parse::<SmtpAddress>() {
        Ok(address) => (text, Some(address)),
        Err(_) => {
            let local = text.split_once('@').map(|(local, _)| local);
            let code = if local.is_some_and(|local| !local.is_ascii()) {
                FindingCode::NonAsciiLocalPart
            } else {
                FindingCode::NotAnAddress
            };
            note(code, &text, None);
            (text, None)
        }
    }
}

type Repair = fn(&str) -> String;

/// In this order: each sees what the one before made of the text.
const REPAIRS: [(FindingCode, Repair); 9] = [
    (FindingCode::DoubleEncoded, |text| {
        undo_double_encoding(text).unwrap_or_else(|| text.to_owned())
    }),
    (FindingCode::InvisibleCharacters, visible),
    (FindingCode::OuterSpaces, |text| text.trim().to_owned()),
    (FindingCode::SmartPunctuation, straight),
    (FindingCode::DisplayName, |text| {
        match text.rsplit_once('<') {
            Some((name, rest)) if !name.trim().is_empty() => {
                match rest.trim_end().strip_suffix('>') {
                    Some(address) => address.trim().to_owned(),
                    None => text.to_owned(),
                }
            }
            _ => text.to_owned(),
        }
    }),
    (FindingCode::Enclosed, enclosed),
    (FindingCode::Mailto, |text| {
        match strip_word(text, "mailto:") {
            Some(rest) => rest.split('?').next().unwrap_or_default().trim().to_owned(),
            None => text.to_owned(),
        }
    }),
    (FindingCode::SmtpPrefix, |text| {
        strip_word(text, "smtp:").map_or_else(|| text.to_owned(), |rest| rest.trim().to_owned())
    }),
    (FindingCode::Enclosed, enclosed),
];

/// Without what cannot be seen; plain spaces stay for the finding that names them.
fn visible(text: &str) -> String {
    text.chars().filter(|&c| !is_invisible(c)).collect()
}

/// A text that is only shown: as a person meant it to look.
pub(crate) fn readable(text: &str) -> String {
    visible(&text.replace('\u{A0}', " ")).trim().to_owned()
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.split_at_checked(word.len())
        .filter(|(start, _)| start.eq_ignore_ascii_case(word))
        .map(|(_, rest)| rest)
}

fn straight(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '‘' | '’' | '‚' | '‛' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
            '＠' => '@',
            c => c,
        })
        .collect()
}

/// Without the quotes or brackets around it; an apostrophe may be part of a name, a pair around all is not.
fn enclosed(text: &str) -> String {
    let mut inner = text;
    for (open, close) in [('"', '"'), ('\'', '\''), ('<', '>'), ('[', ']'), ('(', ')')] {
        if let Some(rest) = inner
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
        {
            inner = rest.trim();
        }
    }
    inner.to_owned()
}

/// The target of `=HYPERLINK("mailto:anna@x.se";"Anna")`, where it is written out.
fn hyperlink(formula: &str) -> Option<String> {
    let rest = strip_word(formula.trim_start().strip_prefix('=')?, "hyperlink(")
        .or_else(|| strip_word(formula.trim_start().strip_prefix('=')?, "hyperlänk("))?;
    let target = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    target.contains('@').then(|| target.to_owned())
}

/// A password to the byte, with a word about what a person may not have meant. Never what it is.
pub(crate) fn password(cell: Option<&Cell>, findings: &mut Vec<Finding>) -> Option<String> {
    let mut note = |code| findings.push(Finding::new(code, Some(Meaning::Password), MASK, None));
    match cell? {
        Cell::Formula(_) => note(FindingCode::Formula),
        Cell::Error(_) => note(FindingCode::ErrorValue),
        Cell::Text(text) if ERRORS.contains(&text.as_str()) => note(FindingCode::ErrorValue),
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            if text.starts_with(' ') || text.ends_with(' ') {
                note(FindingCode::PasswordOuterSpaces);
            }
            if text.chars().any(is_invisible) {
                note(FindingCode::PasswordInvisibleCharacters);
            }
            if straight(text) != *text {
                note(FindingCode::PasswordSmartPunctuation);
            }
            return Some(text.clone());
        }
    }
    None
}

/// A truth value; nothing where the cell is blank or none.
pub(crate) fn force(cell: Option<&Cell>, findings: &mut Vec<Finding>) -> Option<bool> {
    let cell = cell.filter(|cell| !cell.is_blank())?;
    let raw = cell.text();
    let mut note = |code, becomes| {
        findings.push(Finding::new(
            code,
            Some(Meaning::ForceChangePassword),
            raw,
            becomes,
        ));
    };
    let clean = visible(raw);
    let clean = clean.trim();
    match cell {
        Cell::Error(_) => note(FindingCode::ErrorValue, None),
        Cell::Text(_) if is_error_value(raw) => note(FindingCode::ErrorValue, None),
        Cell::Formula(_) => note(FindingCode::Formula, None),
        Cell::Text(_) => match read_boolean(clean) {
            Some(value) => {
                let word = microsoft_word(value);
                if !clean.eq_ignore_ascii_case(word) {
                    note(FindingCode::LocalisedBoolean, Some(word));
                } else if clean.len() != raw.trim().len() {
                    note(FindingCode::InvisibleCharacters, Some(word));
                } else if clean != raw {
                    note(FindingCode::OuterSpaces, Some(word));
                }
                return Some(value);
            }
            None if clean.starts_with('=') => note(FindingCode::Formula, None),
            None => note(FindingCode::NotABoolean, None),
        },
    }
    None
}
