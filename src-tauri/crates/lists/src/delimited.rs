use crate::columns::looks_like_address;
use crate::grid::{Cell, Line};

/// What may stand between the cells of a text, the likeliest first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Rows that are read to find out how a text is delimited.
const SAMPLE: usize = 50;

/// A text cut into rows and cells.
#[derive(Debug)]
pub(crate) struct Delimited {
    pub(crate) delimiter: char,
    pub(crate) lines: Vec<Line>,
}

/// Cuts a text by the delimiter it names in a `sep=` line, or by the one under which it makes most sense. The
/// `sep=` line is not counted: Excel does not show it.
pub(crate) fn cut(text: &str) -> Delimited {
    if let Some((delimiter, rest)) = separator_line(text) {
        return Delimited {
            delimiter,
            lines: records(rest, delimiter, usize::MAX),
        };
    }
    let sense = |delimiter: char| {
        let sample = records(text, delimiter, SAMPLE);
        (
            crate::columns::header_words(&sample),
            addresses(&sample),
            evenness(&sample),
        )
    };
    let mut best = (',', sense(','));
    for delimiter in DELIMITERS.into_iter().skip(1) {
        let candidate = sense(delimiter);
        if candidate > best.1 {
            best = (delimiter, candidate);
        }
    }
    Delimited {
        delimiter: best.0,
        lines: records(text, best.0, usize::MAX),
    }
}

fn separator_line(text: &str) -> Option<(char, &str)> {
    let end = text.find(['\r', '\n'])?;
    let (line, rest) = text.split_at_checked(end)?;
    let line = line.trim().trim_matches('"').trim_end_matches([',', ' ']);
    let value = line
        .split_at_checked(4)
        .filter(|(name, _)| name.eq_ignore_ascii_case("sep="))
        .map(|(_, value)| value)?;
    let rest = rest.strip_prefix("\r\n").or_else(|| {
        let mut characters = rest.chars();
        characters.next();
        Some(characters.as_str())
    })?;
    // `sep=,` and `sep=<tab>` lose their value to the trimming above.
    let delimiter = match value.chars().next() {
        Some(delimiter) => delimiter,
        None if text.get(4..).is_some_and(|rest| rest.starts_with('\t')) => '\t',
        None => ',',
    };
    (delimiter != '"' && !delimiter.is_alphanumeric()).then_some((delimiter, rest))
}

fn addresses(lines: &[Line]) -> usize {
    lines
        .iter()
        .filter(|line| {
            line.cells
                .iter()
                .any(|cell| looks_like_address(cell.text()))
        })
        .count()
}

/// How many rows have the width of the first one that is not blank, where that is more than one cell.
fn evenness(lines: &[Line]) -> usize {
    let mut filled = lines.iter().filter(|line| !line.is_blank());
    let Some(width) = filled.next().map(|line| line.cells.len()) else {
        return 0;
    };
    if width < 2 {
        0
    } else {
        1 + filled.filter(|line| line.cells.len() == width).count()
    }
}

/// The rows of a text, at most `most`. Tolerant: any line end, quotes only where a cell begins, and a quote
/// that is never closed is a character like others.
fn records(text: &str, delimiter: char, most: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut rest, mut row, mut cells) = (text, 1_u32, Vec::new());
    while lines.len() < most && !(rest.is_empty() && cells.is_empty()) {
        let (cell, after) = cell(rest, delimiter);
        cells.push(Cell::Text(cell));
        let mut characters = after.chars();
        let end = characters.next();
        rest = characters.as_str();
        if end == Some(delimiter) && !rest.is_empty() {
            continue;
        }
        if end == Some(delimiter) {
            cells.push(Cell::Text(String::new()));
        }
        if end == Some('\r') {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        lines.push(Line {
            row,
            hidden: false,
            cells: std::mem::take(&mut cells),
        });
        row = row.saturating_add(1);
    }
    lines
}

/// The next cell, and what follows it: a delimiter, a line end or nothing.
fn cell(text: &str, delimiter: char) -> (String, &str) {
    let ends = |c: char| c == delimiter || c == '\r' || c == '\n';
    let (mut cell, plain) = text
        .strip_prefix('"')
        .and_then(quoted)
        .unwrap_or((String::new(), text));
    let end = plain.find(ends).unwrap_or(plain.len());
    let (more, rest) = plain.split_at_checked(end).unwrap_or((plain, ""));
    cell.push_str(more);
    (cell, rest)
}

/// What stands up to the closing quote, and what follows that quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"')?;
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        cut(text)
            .lines
            .into_iter()
            .map(|line| {
                let cells = line.cells.iter().map(|cell| cell.text().to_owned());
                (line.row, cells.collect())
            })
            .collect()
    }

    #[test]
    fn any_line_end_ends_a_row_and_a_quoted_one_does_not() {
        let text = "EmailAddress,Password\r\na@b.se,\"x\r\ny\"\nc@d.se,\"q\"\"r\"\r\re@f.se,z";
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(
            rows(text),
            [
                (1, row(["EmailAddress", "Password"])),
                (2, row(["a@b.se", "x\r\ny"])),
                (3, row(["c@d.se", "q\"r"])),
                (4, vec![String::new()]),
                (5, row(["e@f.se", "z"])),
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_swallows_nothing() {
        assert_eq!(
            rows("a@b.se,\"x\nc@d.se,y\n"),
            [
                (1, vec!["a@b.se".to_owned(), "\"x".to_owned()]),
                (2, vec!["c@d.se".to_owned(), "y".to_owned()]),
            ]
        );
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_sense() {
        for (text, delimiter) in [
            ("EmailAddress\r\na@b.se\r\n", ','),
            ("EmailAddress;Password\r\na@b.se;x,y,z\r\n", ';'),
            ("E-post\tNamn\r\na@b.se\tB, A\r\n", '\t'),
            ("sep=;\r\nEmailAddress;Password\r\n", ';'),
            ("sep=\t\r\nEmailAddress\tPassword\r\n", '\t'),
            ("sep=,\nEmailAddress,Password\n", ','),
            ("a@b.se;pass,word;SANT\r\nc@d.se;x;FALSKT\r\n", ';'),
            ("\"sep=|\"\nMail|UPN\n", '|'),
            ("a@b.se|x|True\nc@d.se|y|False\n", '|'),
        ] {
            assert_eq!(cut(text).delimiter, delimiter, "{text:?}");
        }
        assert_eq!(rows("sep=;\r\nEmailAddress;Password\r\n").len(), 1);
    }
}
