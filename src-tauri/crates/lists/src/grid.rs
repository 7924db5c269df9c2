/// What a cell holds, before anyone asks what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text, or a number or a truth value as text.
    Text(String),
    /// A formula of a spreadsheet: what it says, with its `=`.
    Formula(String),
    /// An error value of a spreadsheet, or a date where none belongs.
    Error(String),
}

impl Cell {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Formula(text) | Self::Error(text) => text,
        }
    }

    /// Whether nothing can be seen in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.text()
            .chars()
            .all(|c| c.is_whitespace() || crate::invisible::is_invisible(c))
    }
}

/// A row of cells, with its number as Excel numbers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) row: u32,
    /// Whether the spreadsheet hides it.
    pub(crate) hidden: bool,
    pub(crate) cells: Vec<Cell>,
}

impl Line {
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }

    pub(crate) fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)
    }
}
