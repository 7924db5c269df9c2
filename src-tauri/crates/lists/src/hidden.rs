use std::collections::BTreeMap;

/// Cells of the smallest rectangle that holds a sheet. The readers of two formats make it in memory, however few of its
/// cells are filled.
pub(crate) const MOST_AREA: u64 = 16_000_000;

/// Stretches of hidden rows that are told apart, over all sheets.
const MOST_STRETCHES: usize = 1_100_000;

/// The rows that a spreadsheet hides, by sheet: hidden by hand, or by a filter.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct HiddenRows {
    sheets: BTreeMap<String, Vec<(u32, u32)>>,
    stretches: usize,
}

impl HiddenRows {
    /// Notes the rows from `first` to `last`, as Excel numbers them.
    pub(crate) fn add(&mut self, sheet: &str, first: u32, last: u32) {
        let stretches = self.sheets.entry(sheet.to_owned()).or_default();
        match stretches.last_mut() {
            Some((_, before)) if before.saturating_add(1) == first => *before = last,
            _ if self.stretches < MOST_STRETCHES => {
                stretches.push((first, last));
                self.stretches += 1;
            }
            _ => {}
        }
    }

    /// Whether a row is hidden.
    pub(crate) fn has(&self, sheet: &str, row: u32) -> bool {
        let Some(stretches) = self.sheets.get(sheet) else {
            return false;
        };
        let after = stretches.partition_point(|(first, _)| *first <= row);
        let before = after.checked_sub(1).and_then(|index| stretches.get(index));
        before.is_some_and(|(_, last)| row <= *last)
    }

    /// Puts every stretch in order, as [`Self::has`] needs them.
    pub(crate) fn sorted(mut self) -> Self {
        for stretches in self.sheets.values_mut() {
            stretches.sort_unstable();
        }
        self
    }
}
