//! FETCH. Message bytes go out in pieces; a whole one is never held beside itself.

use std::sync::Arc;

use super::command::{Item, Section, Set};
use super::selected::{Content, Row};
use super::{Next, Session};
use crate::faults::Side;
use crate::item::Flags;
use crate::wire::Ended;
use crate::world::World;

const PIECE: u64 = 64 * 1024;
/// A header larger than this is cut off: no message has one.
const LARGEST_HEADER: u64 = 256 * 1024;

impl Session {
    pub(super) async fn fetch(
        &mut self,
        tag: &str,
        alias: &str,
        uid: bool,
        set: &Set,
        items: &[Item],
    ) -> Result<Next, Ended> {
        let Some(selected) = &self.selected else {
            return self.bad(tag, "Command received in Invalid state.").await;
        };
        let last = if uid {
            selected.last_uid()
        } else {
            u32::try_from(selected.rows.len()).unwrap_or(u32::MAX)
        };
        let path = selected.path.clone();
        // In a folder opened for writing, reading without PEEK marks as read: a write to the source.
        let marks = !selected.read_only
            && items
                .iter()
                .any(|item| matches!(item, Item::Body { peek: false, .. }));
        let picked: Vec<(usize, Row)> = selected
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| (at + 1, row))
            .filter(|(number, row)| {
                let key = if uid {
                    row.uid
                } else {
                    u32::try_from(*number).unwrap_or(u32::MAX)
                };
                set.has(key, last)
            })
            .map(|(number, row)| (number, row.clone()))
            .collect();
        if marks && self.side == Side::Source && !picked.is_empty() {
            self.source_write(alias, "FETCH without PEEK")?;
        }
        for (number, row) in picked {
            self.fetch_one(alias, &path, uid, number, &row, items)
                .await?;
        }
        self.ok(
            tag,
            if uid {
                "UID FETCH completed."
            } else {
                "FETCH completed."
            },
        )
        .await
    }

    async fn fetch_one(
        &mut self,
        alias: &str,
        path: &str,
        uid: bool,
        number: usize,
        row: &Row,
        items: &[Item],
    ) -> Result<(), Ended> {
        let world = Arc::clone(&self.world);
        self.wire.say(format!("* {number} FETCH (")).await?;
        let mut first = true;
        let mut content = None;
        if uid && !items.contains(&Item::Uid) {
            self.wire.say(format!("UID {}", row.uid)).await?;
            first = false;
        }
        for item in items {
            if !first {
                self.wire.say(" ").await?;
            }
            first = false;
            match item {
                Item::Uid => self.wire.say(format!("UID {}", row.uid)).await?,
                Item::Flags => {
                    let flags: Flags = row.flags;
                    self.wire.say(format!("FLAGS ({flags})")).await?;
                }
                Item::InternalDate => {
                    let date = row.date.imap();
                    self.wire.say(format!("INTERNALDATE \"{date}\"")).await?;
                }
                Item::Size => self.wire.say(format!("RFC822.SIZE {}", row.size)).await?,
                Item::Body {
                    section,
                    partial,
                    name,
                    ..
                } => {
                    if content.is_none() {
                        content = row.content(&world, alias, path);
                    }
                    let Some(content) = &content else {
                        self.wire.say(format!("{name} NIL")).await?;
                        continue;
                    };
                    self.section(&world, content, section, *partial, name)
                        .await?;
                }
            }
        }
        self.wire.say(")\r\n").await
    }

    async fn section(
        &mut self,
        world: &World,
        content: &Content,
        section: &Section,
        partial: Option<(u64, u64)>,
        name: &str,
    ) -> Result<(), Ended> {
        let (wanted, range) = match section {
            Section::Full => (None, (0, content.size())),
            Section::Header => (None, (0, header_length(world, content)?)),
            Section::Text => (None, (header_length(world, content)?, content.size())),
            Section::Fields { names, not } => {
                let header = content.part(world, 0, header_length(world, content)?)?;
                let chosen = fields(&header, names, *not);
                let length = chosen.len() as u64;
                (Some(Content::Memory(chosen.into())), (0, length))
            }
        };
        let content = wanted.as_ref().unwrap_or(content);
        let (mut from, mut to) = range;
        if let Some((offset, length)) = partial {
            from = from.saturating_add(offset).min(to);
            to = from.saturating_add(length).min(to);
        }
        self.wire
            .say(format!("{name} {{{}}}\r\n", to - from))
            .await?;
        while from < to {
            let piece = content.part(world, from, PIECE.min(to - from))?;
            if piece.is_empty() {
                // The file is shorter than was written to it: the announced length cannot be kept.
                return Err(Ended::Gone);
            }
            from += piece.len() as u64;
            self.wire.say(&piece).await?;
        }
        Ok(())
    }
}

/// How long the header is, the empty line behind it included.
fn header_length(world: &World, content: &Content) -> Result<u64, Ended> {
    let start = content.part(world, 0, LARGEST_HEADER)?;
    let end = start.windows(4).position(|window| window == b"\r\n\r\n");
    Ok(end.map_or(start.len(), |at| at + 4) as u64)
}

/// The fields of these names, or of all other names, and an empty line.
fn fields(header: &[u8], names: &[String], not: bool) -> Vec<u8> {
    let (mut chosen, mut taking) = (Vec::new(), false);
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if line == b"\r\n" {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            let named = names.iter().any(|wanted| {
                wanted
                    .as_bytes()
                    .eq_ignore_ascii_case(name.trim_ascii_end())
            });
            taking = named != not;
        }
        if taking {
            chosen.extend_from_slice(line);
        }
    }
    chosen.extend_from_slice(b"\r\n");
    chosen
}

/// The value of a field, unfolded; for SEARCH.
pub(super) fn field(
    world: &World,
    content: &Content,
    name: &str,
) -> Result<Option<Vec<u8>>, Ended> {
    let header = content.part(world, 0, header_length(world, content)?)?;
    let found = fields(&header, &[name.to_owned()], false);
    let value = found
        .iter()
        .position(|byte| *byte == b':')
        .and_then(|at| found.get(at + 1..));
    Ok(value.map(|value| {
        value
            .iter()
            .copied()
            .filter(|b| !matches!(b, b'\r' | b'\n'))
            .collect()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_picked_with_their_folded_lines() {
        let header = b"From: a\r\nReceived: x\r\n y\r\nmessage-id: <1>\r\n\r\n";
        let names = ["MESSAGE-ID".to_owned(), "Received".to_owned()];
        assert_eq!(
            fields(header, &names, false),
            b"Received: x\r\n y\r\nmessage-id: <1>\r\n\r\n"
        );
        assert_eq!(fields(header, &names, true), b"From: a\r\n\r\n");
    }
}
