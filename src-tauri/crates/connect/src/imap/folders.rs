//! The folders of a mailbox, on either side, in as few round trips as the server allows.

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::{FolderPath, WellKnownFolder};
use stegvis_wire::imap::{FolderStatus, Listed, Response, State, astring};
use stegvis_wire::modified_utf7;

use super::session::{Session, command_error};

/// What the tree looks like on the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// What stands before every name of the personal namespace, e.g. `INBOX.`.
    pub(super) prefix: String,
    /// What parts names.
    pub(super) delimiter: Option<char>,
}

/// A folder and what STATUS told of it.
#[derive(Debug, Clone)]
pub(super) struct FoundFolder {
    pub(super) path: FolderPath,
    pub(super) well_known: Option<WellKnownFolder>,
    pub(super) selectable: bool,
    pub(super) status: Option<FolderStatus>,
}

impl FoundFolder {
    /// What the folder is: as the server tells, or, where it gives no other sign (Exchange), by its name
    /// at the top of the mailbox.
    pub(super) fn kind(&self, by_name: bool) -> Option<WellKnownFolder> {
        let named = || match self.path.names() {
            [only] if by_name => WellKnownFolder::by_localised_name(only),
            _ => None,
        };
        self.well_known.or_else(named)
    }
}

impl Layout {
    /// The name on the wire of a path, ready to stand in a command.
    pub(super) fn wire_name(&self, path: &FolderPath) -> String {
        astring(&self.raw_name(path))
    }

    fn raw_name(&self, path: &FolderPath) -> String {
        let [only] = path.names() else {
            return self.joined(path);
        };
        if only.eq_ignore_ascii_case("INBOX") {
            "INBOX".to_owned()
        } else {
            self.joined(path)
        }
    }

    fn joined(&self, path: &FolderPath) -> String {
        let delimiter = self.delimiter.map(String::from).unwrap_or_default();
        let encoded: Vec<String> = path
            .names()
            .iter()
            .map(|name| modified_utf7::encode(name))
            .collect();
        let joined = encoded.join(&delimiter);
        // Below INBOX the namespace's prefix is INBOX itself.
        let below_inbox = self
            .prefix
            .eq_ignore_ascii_case(&format!("INBOX{delimiter}"))
            && path.root() == "INBOX";
        if below_inbox {
            joined
        } else {
            format!("{}{joined}", self.prefix)
        }
    }

    /// The path of a name on the wire; `None` for a name that has no sense as one.
    fn path(&self, listed: &Listed) -> Option<FolderPath> {
        let raw = &listed.name;
        if raw.eq_ignore_ascii_case(b"INBOX") {
            return FolderPath::new(vec!["INBOX".to_owned()]);
        }
        let raw = raw.strip_prefix(self.prefix.as_bytes()).unwrap_or(raw);
        let name = modified_utf7::decode_tolerant(raw);
        let delimiter = listed.delimiter.or(self.delimiter);
        let names: Vec<String> = match delimiter {
            Some(delimiter) => name
                .split(delimiter)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            None => vec![name],
        };
        FolderPath::new(names)
    }
}

fn well_known(attributes: &[String], path: &FolderPath) -> Option<WellKnownFolder> {
    let by_attribute = attributes.iter().find_map(|attribute| {
        Some(match attribute.as_str() {
            "\\SENT" => WellKnownFolder::SentItems,
            "\\DRAFTS" => WellKnownFolder::Drafts,
            "\\TRASH" => WellKnownFolder::DeletedItems,
            "\\JUNK" => WellKnownFolder::JunkEmail,
            "\\ARCHIVE" => WellKnownFolder::Archive,
            _ => return None,
        })
    });
    match path.names() {
        [only] if only == "INBOX" => Some(WellKnownFolder::Inbox),
        _ => by_attribute,
    }
}

/// Lists every folder with its STATUS.
pub(super) async fn list(
    session: &mut Session,
) -> Result<(Layout, Vec<FoundFolder>), EndpointError> {
    const STATUS: &str = "STATUS (MESSAGES UIDNEXT UIDVALIDITY)";
    let with_status = session.can("LIST-STATUS");
    let mut commands = Vec::new();
    if session.can("NAMESPACE") {
        commands.push("NAMESPACE".to_owned());
    }
    commands.push(match (with_status, session.can("SPECIAL-USE")) {
        (true, true) => format!("LIST \"\" \"*\" RETURN (SPECIAL-USE {STATUS})"),
        (true, false) => format!("LIST \"\" \"*\" RETURN ({STATUS})"),
        (false, true) => "LIST \"\" \"*\" RETURN (SPECIAL-USE)".to_owned(),
        (false, false) => "LIST \"\" \"*\"".to_owned(),
    });
    let (mut layout, mut listed, mut statuses) = (Layout::default(), Vec::new(), Vec::new());
    let done = session.commands(&commands).await?;
    if let Some(last) = done.last().filter(|last| last.status.state != State::Ok) {
        return Err(command_error(&last.status, &session.gate));
    }
    for answer in done.into_iter().flat_map(|done| done.answers) {
        match answer {
            Response::Namespace(prefix, delimiter) => layout = Layout { prefix, delimiter },
            Response::List(folder) => listed.push(folder),
            Response::Status(status) => statuses.push(status),
            _ => {}
        }
    }
    layout.delimiter = layout
        .delimiter
        .or_else(|| listed.iter().find_map(|folder| folder.delimiter));
    let selectable = |folder: &Listed| {
        !folder
            .attributes
            .iter()
            .any(|attribute| attribute == "\\NOSELECT" || attribute == "\\NONEXISTENT")
    };
    if !with_status {
        let names: Vec<String> = listed
            .iter()
            .filter(|folder| selectable(folder))
            .map(|folder| {
                format!(
                    "STATUS {} (MESSAGES UIDNEXT UIDVALIDITY)",
                    astring(&String::from_utf8_lossy(&folder.name))
                )
            })
            .collect();
        for done in session.commands(&names).await? {
            // A folder whose STATUS is refused is reported when it is opened, with the server's words.
            statuses.extend(done.answers.into_iter().filter_map(|answer| match answer {
                Response::Status(status) => Some(status),
                _ => None,
            }));
        }
    }
    let mut found: Vec<FoundFolder> = Vec::with_capacity(listed.len());
    for folder in &listed {
        let Some(path) = layout.path(folder) else {
            continue;
        };
        if found.iter().any(|known| known.path == path) {
            continue;
        }
        found.push(FoundFolder {
            well_known: well_known(&folder.attributes, &path),
            selectable: selectable(folder),
            status: statuses
                .iter()
                .find(|status| same_name(&status.name, &folder.name))
                .cloned(),
            path,
        });
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    if found.is_empty() {
        return Err(EndpointError::new(
            EndpointErrorKind::Protocol,
            "the server lists no folder, not even INBOX",
        ));
    }
    Ok((layout, found))
}

fn same_name(one: &[u8], other: &[u8]) -> bool {
    one == other || (one.eq_ignore_ascii_case(b"INBOX") && other.eq_ignore_ascii_case(b"INBOX"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn path(names: &[&str]) -> FolderPath {
        FolderPath::new(names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    }

    #[test]
    fn a_swedish_name_goes_out_in_modified_utf7_and_comes_back() {
        let layout = Layout {
            prefix: String::new(),
            delimiter: Some('/'),
        };
        assert_eq!(
            layout.wire_name(&path(&["Projekt", "Ängsvägen 4"])),
            "\"Projekt/&AMQ-ngsv&AOQ-gen 4\""
        );
        let listed = Listed {
            attributes: vec![],
            delimiter: Some('/'),
            name: b"Projekt/&AMQ-ngsv&AOQ-gen 4".into(),
        };
        assert_eq!(
            layout.path(&listed).unwrap(),
            path(&["Projekt", "Ängsvägen 4"])
        );
    }

    #[test]
    fn a_namespace_below_inbox_is_taken_off_and_put_on() {
        let layout = Layout {
            prefix: "INBOX.".into(),
            delimiter: Some('.'),
        };
        let listed = Listed {
            attributes: vec![],
            delimiter: Some('.'),
            name: b"INBOX.Kunder".into(),
        };
        assert_eq!(layout.path(&listed).unwrap(), path(&["Kunder"]));
        assert_eq!(layout.wire_name(&path(&["Kunder"])), "\"INBOX.Kunder\"");
        assert_eq!(layout.wire_name(&path(&["INBOX"])), "\"INBOX\"");
    }
}
