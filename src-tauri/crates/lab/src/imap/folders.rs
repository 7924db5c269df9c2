//! LIST, STATUS, SELECT, CREATE.

use super::command::StatusItem;
use super::selected::Selected;
use super::{Next, Session, utf7};
use crate::faults::Side;
use crate::item::Flags;
use crate::store::Record;
use crate::wire::Ended;

/// Folders deeper than this Exchange does not make.
const DEEPEST: usize = 300;
/// Longest folder name.
const LONGEST_NAME: usize = 255;

impl Session {
    /// Every folder of the mailbox, as people see the names, parents first.
    fn paths(&self, alias: &str) -> Vec<String> {
        match self.side {
            Side::Source => self
                .world
                .corpus
                .mailbox(alias)
                .map(|mailbox| mailbox.folders.iter().map(|f| f.path.clone()).collect())
                .unwrap_or_default(),
            Side::Target => self.world.store.read(|state| {
                state
                    .mailbox(alias)
                    .map(|mailbox| mailbox.folders.keys().cloned().collect())
                    .unwrap_or_default()
            }),
        }
    }

    pub(super) async fn list(
        &mut self,
        tag: &str,
        alias: &str,
        subscribed: bool,
        pattern: &str,
    ) -> Result<Next, Ended> {
        let name = if subscribed { "LSUB" } else { "LIST" };
        if pattern.is_empty() {
            self.wire
                .say(format!("* {name} (\\Noselect) \"/\" \"\"\r\n"))
                .await?;
        }
        let paths = self.paths(alias);
        for path in &paths {
            let wire_name = utf7::encode(path);
            if !matches(pattern, &wire_name) {
                continue;
            }
            let inside = format!("{path}/");
            let children = if paths.iter().any(|other| other.starts_with(&inside)) {
                "\\HasChildren"
            } else {
                "\\HasNoChildren"
            };
            self.wire
                .say(format!(
                    "* {name} ({children}) \"/\" {}\r\n",
                    quote(&wire_name)
                ))
                .await?;
        }
        self.ok(tag, &format!("{name} completed.")).await
    }

    pub(super) async fn status(
        &mut self,
        tag: &str,
        alias: &str,
        path: &str,
        items: &[StatusItem],
    ) -> Result<Next, Ended> {
        let Some(folder) = Selected::open(&self.world, self.side, alias, path) else {
            return self
                .no(tag, &format!("{} doesn't exist.", utf7::encode(path)))
                .await;
        };
        let values: Vec<String> = items
            .iter()
            .map(|item| match item {
                StatusItem::Messages => format!("MESSAGES {}", folder.rows.len()),
                StatusItem::Recent => "RECENT 0".to_owned(),
                StatusItem::UidNext => format!("UIDNEXT {}", folder.uid_next),
                StatusItem::UidValidity => format!("UIDVALIDITY {}", folder.uid_validity),
                StatusItem::Unseen => {
                    let unseen = folder.rows.iter().filter(|r| !r.flags.has(Flags::SEEN));
                    format!("UNSEEN {}", unseen.count())
                }
            })
            .collect();
        let name = quote(&utf7::encode(path));
        self.wire
            .say(format!("* STATUS {name} ({})\r\n", values.join(" ")))
            .await?;
        self.ok(tag, "STATUS completed.").await
    }

    pub(super) async fn select(
        &mut self,
        tag: &str,
        alias: &str,
        path: &str,
        read_only: bool,
    ) -> Result<Next, Ended> {
        self.selected = None;
        let Some(mut folder) = Selected::open(&self.world, self.side, alias, path) else {
            return self
                .no(tag, &format!("{} doesn't exist.", utf7::encode(path)))
                .await;
        };
        folder.read_only = read_only;
        let permanent = if read_only {
            String::new()
        } else {
            Flags::ALL.to_string()
        };
        let unseen = folder
            .rows
            .iter()
            .position(|row| !row.flags.has(Flags::SEEN))
            .map(|at| format!("* OK [UNSEEN {}] Is the first unseen message\r\n", at + 1))
            .unwrap_or_default();
        self.wire
            .say(format!(
                "* {} EXISTS\r\n* 0 RECENT\r\n* FLAGS ({})\r\n\
                 * OK [PERMANENTFLAGS ({permanent})] Permanent flags\r\n{unseen}\
                 * OK [UIDVALIDITY {}] UIDVALIDITY value\r\n\
                 * OK [UIDNEXT {}] The next unique identifier value\r\n",
                folder.rows.len(),
                Flags::ALL,
                folder.uid_validity,
                folder.uid_next,
            ))
            .await?;
        self.selected = Some(folder);
        if read_only {
            self.ok(tag, "[READ-ONLY] EXAMINE completed.").await
        } else {
            self.ok(tag, "[READ-WRITE] SELECT completed.").await
        }
    }

    pub(super) async fn create(
        &mut self,
        tag: &str,
        alias: &str,
        path: &str,
    ) -> Result<Next, Ended> {
        if self.side == Side::Source {
            return self.refuse(tag, alias, "CREATE").await;
        }
        let names: Vec<&str> = path.split('/').collect();
        let bad = |name: &&str| {
            name.is_empty() || name.chars().count() > LONGEST_NAME || name.trim() != *name
        };
        if names.len() > DEEPEST || names.iter().any(bad) {
            return self.bad(tag, "Command Argument Error. 11").await;
        }
        if names
            .first()
            .is_some_and(|name| name.eq_ignore_ascii_case("Files"))
        {
            return self.no(tag, "Folder name is reserved.").await;
        }
        // The folders above it are made too, each under the name it already has where there is one.
        let (mut made, mut above) = (false, String::new());
        for name in names {
            let wanted = if above.is_empty() {
                name.to_owned()
            } else {
                format!("{above}/{name}")
            };
            (made, above) = self.world.store.write(&[], |state| {
                let known = state.mailbox(alias).and_then(|m| m.written(&wanted));
                match known {
                    Some(known) => (None, (false, known.to_owned())),
                    None => {
                        let record = Record::FolderMade {
                            mailbox: alias.to_owned(),
                            folder: wanted.clone(),
                        };
                        (Some(record), (true, wanted.clone()))
                    }
                }
            })?;
        }
        if made {
            self.ok(tag, "CREATE completed.").await
        } else {
            self.no(tag, "Mailbox already exists.").await
        }
    }
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// IMAP's wildcards: `*` is anything, `%` anything but a separator. INBOX in any case of letters.
fn matches(pattern: &str, name: &str) -> bool {
    if name == "INBOX" && pattern.eq_ignore_ascii_case("INBOX") {
        return true;
    }
    // `reachable` holds every place in `name` that the pattern so far can end at.
    let name: Vec<char> = name.chars().collect();
    let mut reachable = vec![false; name.len() + 1];
    if let Some(start) = reachable.first_mut() {
        *start = true;
    }
    for wanted in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut open = false;
        for (at, here) in reachable.iter().enumerate() {
            match wanted {
                '*' | '%' => {
                    open |= *here;
                    if let Some(slot) = next.get_mut(at) {
                        *slot = open;
                    }
                    // A separator is where `%` stops.
                    if wanted == '%' && name.get(at) == Some(&'/') {
                        open = false;
                    }
                }
                literal => {
                    if *here
                        && name.get(at) == Some(&literal)
                        && let Some(slot) = next.get_mut(at + 1)
                    {
                        *slot = true;
                    }
                }
            }
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_stops_at_a_separator_and_a_star_does_not() {
        for (pattern, name, expected) in [
            ("*", "Projekt/Ritningar", true),
            ("%", "Projekt/Ritningar", false),
            ("%", "Projekt", true),
            ("Projekt/%", "Projekt/Ritningar", true),
            ("Projekt/%", "Projekt", false),
            ("Pro%/Rit*", "Projekt/Ritningar/A", true),
            ("inbox", "INBOX", true),
            ("", "INBOX", false),
            ("%/%", "A/B", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_long_time() {
        assert!(!matches(&"*a".repeat(500), &"a".repeat(400)));
    }
}
