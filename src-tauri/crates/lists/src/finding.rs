use crate::columns::Meaning;

/// What was found in a cell or a row. The names are the codes of `--json` and stay what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingCode {
    /// Characters that cannot be seen are left out.
    InvisibleCharacters,
    /// Spaces before or after are left out.
    OuterSpaces,
    /// Typographic quotes and dashes become the ones of the keyboard.
    SmartPunctuation,
    /// `mailto:` and what follows a `?` are left out.
    Mailto,
    /// `SMTP:` is left out.
    SmtpPrefix,
    /// A display name around an address is left out.
    DisplayName,
    /// Quotes or angle brackets around an address are left out.
    Enclosed,
    /// A `HYPERLINK` formula becomes the address it leads to.
    Hyperlink,
    /// Text that was encoded twice is decoded.
    DoubleEncoded,
    /// A truth value in another language becomes Microsoft's.
    LocalisedBoolean,
    /// A person wrote another text into the cell.
    Edited,
    /// Another address of a mailbox becomes its primary one.
    AliasAddress,
    /// The domain is federated: the password is not the tenant's to change.
    FederatedDomain,
    /// Missing cells at the end of a row are taken as blank.
    ShortRow,
    /// The spreadsheet hides the row, by hand or by a filter; it is read all the same.
    HiddenRow,
    /// A password holds typographic quotes; it is kept as it is.
    PasswordSmartPunctuation,
    /// A password holds characters that cannot be seen; it is kept as it is.
    PasswordInvisibleCharacters,
    /// A password begins or ends with a space; it is kept as it is.
    PasswordOuterSpaces,
    /// The row has more cells than the heading.
    TooManyCells,
    /// The row has no address.
    NoAddress,
    /// The address is not one.
    NotAnAddress,
    /// The part before the @ holds a character that is not ASCII.
    NonAsciiLocalPart,
    /// No mailbox of the directory has the address.
    UnknownAddress,
    /// The address stands in a row above; `becomes` names it.
    Duplicate,
    /// The cell holds a formula instead of a value.
    Formula,
    /// The cell holds an error value, or a date.
    ErrorValue,
    /// The cell is no truth value.
    NotABoolean,
}

/// What a finding does to its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowStatus {
    /// Nothing was changed.
    Ok,
    /// Something was changed, and the row is good.
    Repaired,
    /// The row cannot be migrated as it stands.
    Rejected,
}

impl RowStatus {
    /// Its name in `--json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Repaired => "repaired",
            Self::Rejected => "rejected",
        }
    }
}

impl FindingCode {
    /// The code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvisibleCharacters => "invisible-characters",
            Self::OuterSpaces => "outer-spaces",
            Self::SmartPunctuation => "smart-punctuation",
            Self::Mailto => "mailto",
            Self::SmtpPrefix => "smtp-prefix",
            Self::DisplayName => "display-name",
            Self::Enclosed => "enclosed",
            Self::Hyperlink => "hyperlink",
            Self::DoubleEncoded => "double-encoded",
            Self::LocalisedBoolean => "localised-boolean",
            Self::Edited => "edited",
            Self::AliasAddress => "alias-address",
            Self::FederatedDomain => "federated-domain",
            Self::ShortRow => "short-row",
            Self::HiddenRow => "hidden-row",
            Self::PasswordSmartPunctuation => "password-smart-punctuation",
            Self::PasswordInvisibleCharacters => "password-invisible-characters",
            Self::PasswordOuterSpaces => "password-outer-spaces",
            Self::TooManyCells => "too-many-cells",
            Self::NoAddress => "no-address",
            Self::NotAnAddress => "not-an-address",
            Self::NonAsciiLocalPart => "non-ascii-local-part",
            Self::UnknownAddress => "unknown-address",
            Self::Duplicate => "duplicate",
            Self::Formula => "formula",
            Self::ErrorValue => "error-value",
            Self::NotABoolean => "not-a-boolean",
        }
    }

    /// What it does to the row.
    #[must_use]
    pub const fn status(self) -> RowStatus {
        match self {
            Self::InvisibleCharacters
            | Self::OuterSpaces
            | Self::SmartPunctuation
            | Self::Mailto
            | Self::SmtpPrefix
            | Self::DisplayName
            | Self::Enclosed
            | Self::Hyperlink
            | Self::DoubleEncoded
            | Self::LocalisedBoolean
            | Self::Edited
            | Self::AliasAddress
            | Self::FederatedDomain
            | Self::ShortRow => RowStatus::Repaired,
            Self::HiddenRow
            | Self::PasswordSmartPunctuation
            | Self::PasswordInvisibleCharacters
            | Self::PasswordOuterSpaces => RowStatus::Ok,
            Self::TooManyCells
            | Self::NoAddress
            | Self::NotAnAddress
            | Self::NonAsciiLocalPart
            | Self::UnknownAddress
            | Self::Duplicate
            | Self::Formula
            | Self::ErrorValue
            | Self::NotABoolean => RowStatus::Rejected,
        }
    }
}

/// A finding: what stood there, and what it becomes where it is repaired. A password is never in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub code: FindingCode,
    /// Where; nothing where it is the whole row.
    pub column: Option<Meaning>,
    /// What stood there.
    pub was: String,
    /// What it becomes.
    pub becomes: Option<String>,
}

/// What stands for a password, whatever its length.
pub(crate) const MASK: &str = "••••••••";

/// Longer texts are cut in a finding: they are no address, and a report is for reading.
const MOST_SHOWN: usize = 320;

impl Finding {
    pub(crate) fn new(
        code: FindingCode,
        column: Option<Meaning>,
        was: &str,
        becomes: Option<&str>,
    ) -> Self {
        Self {
            code,
            column,
            was: shown(was),
            becomes: becomes.map(shown),
        }
    }
}

pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
