/// How many items, and how many bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items.
    pub items: u64,
    /// Bytes, as the source counts them.
    pub bytes: u64,
}

impl Counts {
    /// Both sums.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            items: self.items + other.items,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// The account of a folder, a mailbox, a batch or a project:
/// `source = copied + skipped + excluded`, or it does not reconcile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ledger {
    /// What the source holds.
    pub source: Counts,
    /// What stands in the target and was acknowledged by it.
    pub copied: Counts,
    /// What could not be copied, each with its reason.
    pub skipped: Counts,
    /// What a rule left out, each with its rule.
    pub excluded: Counts,
}

impl Ledger {
    /// Whether every item of the source is accounted for.
    #[must_use]
    pub const fn reconciles(&self) -> bool {
        self.source.items == self.copied.items + self.skipped.items + self.excluded.items
    }

    /// Both accounts together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            source: self.source.plus(other.source),
            copied: self.copied.plus(other.copied),
            skipped: self.skipped.plus(other.skipped),
            excluded: self.excluded.plus(other.excluded),
        }
    }
}
