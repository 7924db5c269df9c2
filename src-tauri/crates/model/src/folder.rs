use std::fmt;

use crate::text::named_enum;

/// The names of a folder and its ancestors, outermost first, decoded. Never empty; no name is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderPath(Vec<String>);

impl FolderPath {
    /// A path of these names; `None` when there are none or one is empty.
    #[must_use]
    pub fn new(names: Vec<String>) -> Option<Self> {
        (!names.is_empty() && names.iter().all(|name| !name.is_empty())).then_some(Self(names))
    }

    /// The names, outermost first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The outermost name.
    #[must_use]
    pub fn root(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The folder's own name.
    #[must_use]
    pub fn leaf(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The folder above, if there is one.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Self::new(above.to_vec())
    }
}

/// For people and for the journal: names joined by ` / ` would be ambiguous, so a slash inside a name
/// is written `\/` and a backslash `\\`.
impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(&name.replace('\\', "\\\\").replace('/', "\\/"))?;
        }
        Ok(())
    }
}

impl std::str::FromStr for FolderPath {
    type Err = crate::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut names, mut name, mut escaped) = (Vec::new(), String::new(), false);
        for character in text.chars() {
            match character {
                _ if escaped => {
                    name.push(character);
                    escaped = false;
                }
                '\\' => escaped = true,
                '/' => names.push(std::mem::take(&mut name)),
                other => name.push(other),
            }
        }
        names.push(name);
        Self::new(names).ok_or_else(|| crate::UnknownName {
            kind: "FolderPath",
            value: text.to_owned(),
        })
    }
}

named_enum! {
    /// A folder that every mailbox has, whatever its name there (EWS: DistinguishedFolderId; IMAP: RFC 6154).
    WellKnownFolder {
        /// Incoming mail.
        Inbox,
        /// Sent items.
        SentItems,
        /// Drafts.
        Drafts,
        /// Deleted items.
        DeletedItems,
        /// Junk e-mail.
        JunkEmail,
        /// Archive.
        Archive,
        /// Mail waiting to be sent.
        Outbox,
        /// The calendar: not mail.
        Calendar,
        /// Contacts: not mail.
        Contacts,
        /// Tasks: not mail.
        Tasks,
        /// Sticky notes: not mail.
        Notes,
        /// The journal folder: not mail.
        Journal,
        /// The server's own problem reports about synchronisation.
        SyncIssues,
    }
}

impl WellKnownFolder {
    /// Whether the folder holds mail that a mail copy must take along.
    #[must_use]
    pub const fn holds_mail(self) -> bool {
        match self {
            Self::Inbox
            | Self::SentItems
            | Self::Drafts
            | Self::DeletedItems
            | Self::JunkEmail
            | Self::Archive => true,
            Self::Outbox
            | Self::Calendar
            | Self::Contacts
            | Self::Tasks
            | Self::Notes
            | Self::Journal
            | Self::SyncIssues => false,
        }
    }

    /// The folder that has this name at the top of a mailbox, in the languages that Exchange used in
    /// Scandinavia and in English (facts `onprem.md` section 2.4). IMAP before RFC 6154 gives no other sign.
    #[must_use]
    pub fn by_localised_name(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "inbox" | "inkorgen" | "indbakke" | "innboks" => Self::Inbox,
            "sent items" | "sent" | "skickat" | "skickade objekt" | "sendt post"
            | "sendte elementer" => Self::SentItems,
            "drafts" | "utkast" | "kladder" => Self::Drafts,
            "deleted items" | "trash" | "borttaget" | "borttagna objekt" | "slettet post"
            | "slettede elementer" => Self::DeletedItems,
            "junk e-mail" | "junk email" | "junk" | "skräppost" | "uønsket e-mail"
            | "søppelpost" => Self::JunkEmail,
            "archive" | "arkiv" => Self::Archive,
            "outbox" | "utkorgen" | "udbakke" | "utboks" => Self::Outbox,
            "calendar" | "kalender" => Self::Calendar,
            "contacts" | "kontakter" | "kontaktpersoner" => Self::Contacts,
            "tasks" | "uppgifter" | "opgaver" | "oppgaver" => Self::Tasks,
            "notes" | "anteckningar" | "noter" | "notater" => Self::Notes,
            "journal" | "kladde" | "logg" => Self::Journal,
            "sync issues" | "synkroniseringsproblem" | "synkroniseringsproblemer" => {
                Self::SyncIssues
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_folder_path_reads_back_as_written(names in proptest::collection::vec("\\PC{1,20}", 1..6)) {
            let path = FolderPath::new(names).unwrap();
            prop_assert_eq!(path.to_string().parse::<FolderPath>().unwrap(), path);
        }
    }
}
