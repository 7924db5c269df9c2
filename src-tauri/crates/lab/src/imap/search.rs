//! SEARCH, for what a migration asks: by UID, by header field, by flag.

use std::sync::Arc;

use super::command::Key;
use super::fetch::field;
use super::selected::Row;
use super::{Next, Session, View};
use crate::wire::Ended;

impl Session {
    pub(super) async fn search(
        &mut self,
        tag: &str,
        uid: bool,
        keys: &[Key],
    ) -> Result<Next, Ended> {
        let View::Mailbox(alias) = self.view.clone() else {
            return self.bad(tag, "Command received in Invalid state.").await;
        };
        self.news().await?;
        let Some(selected) = &self.selected else {
            return self.bad(tag, "Command received in Invalid state.").await;
        };
        let last = (selected.last_uid(), selected.rows.len());
        let mut found = String::new();
        for (at, row) in selected.rows.iter().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let mut all = true;
            for key in keys {
                all = all && self.holds(&alias, &selected.path, key, number, row, last)?;
            }
            if all {
                let shown = if uid { row.uid } else { number };
                found.push_str(&format!(" {shown}"));
            }
        }
        self.wire.say(format!("* SEARCH{found}\r\n")).await?;
        self.ok(
            tag,
            if uid {
                "UID SEARCH completed."
            } else {
                "SEARCH completed."
            },
        )
        .await
    }

    fn holds(
        &self,
        alias: &str,
        path: &str,
        key: &Key,
        number: u32,
        row: &Row,
        last: (u32, usize),
    ) -> Result<bool, Ended> {
        Ok(match key {
            Key::All => true,
            Key::Uid(set) => set.has(row.uid, last.0),
            Key::Sequence(set) => set.has(number, u32::try_from(last.1).unwrap_or(u32::MAX)),
            Key::Flag(flag, wanted) => row.flags.has(*flag) == *wanted,
            Key::Not(key) => !self.holds(alias, path, key, number, row, last)?,
            Key::Header(name, wanted) => {
                let world = Arc::clone(&self.world);
                let Some(content) = row.content(&world, alias, path) else {
                    return Ok(false);
                };
                field(&world, &content, name)?.is_some_and(|value| {
                    let value = String::from_utf8_lossy(&value).to_lowercase();
                    value.contains(&wanted.to_lowercase())
                })
            }
        })
    }
}
