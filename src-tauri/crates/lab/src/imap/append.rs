//! APPEND. Small messages go into the log, large ones straight to a file.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::command::{AppendHead, Bad};
use super::{LONGEST_LINE, Next, Session, View};
use crate::faults::Side;
use crate::item::InternalDate;
use crate::store::{Record, Spool};
use crate::wire::Ended;

/// Up to here a message is held in memory and written into the log.
const LARGEST_IN_LOG: u64 = 256 * 1024;

/// A message received.
enum Received {
    Memory(Vec<u8>),
    File(Spool),
}

/// What became of it.
enum Stored {
    At { validity: u32, uid: u32 },
    NoFolder,
}

impl Session {
    pub(super) async fn append(
        &mut self,
        tag: &str,
        head: Result<AppendHead, Bad>,
        size: u64,
        waits: bool,
    ) -> Result<Next, Ended> {
        let refusal = match (&self.view, &head) {
            (View::Stranger, _) => Some("BAD Command received in Invalid state."),
            (View::Disconnected, _) => Some("BAD User is authenticated but not connected."),
            (_, Err(error)) => Some(if error.0.is_empty() {
                "BAD Command Error. 12"
            } else {
                "BAD Command Argument Error. 11"
            }),
            (View::Mailbox(alias), _) if self.side == Side::Source => {
                let alias = alias.clone();
                self.source_write(&alias, "APPEND")?;
                Some("NO APPEND failed: this mailbox is read-only.")
            }
            (View::Mailbox(alias), _)
                if size > self.world.store.read(|state| state.receives(alias)) =>
            {
                Some("NO Maximum size of appendable message has been exceeded")
            }
            _ if size == 0 => Some("BAD Command Argument Error. 11"),
            _ => None,
        };
        if let Some(refusal) = refusal {
            if !waits {
                self.skip(size).await?;
            }
            let bad = refusal.starts_with("BAD");
            self.errors += u32::from(bad);
            self.wire.say(format!("{tag} {refusal}\r\n")).await?;
            return Ok(Next::Command);
        }
        let (Ok(head), View::Mailbox(alias)) = (head, self.view.clone()) else {
            return Ok(Next::Hangup);
        };
        if let Some(wait) = self.faults.throttled() {
            if !waits {
                self.skip(size).await?;
            }
            return self.throttled(tag, wait).await;
        }
        if waits {
            self.wire
                .say("+ Ready for additional command text.\r\n")
                .await?;
        }
        let (received, sha256) = self.receive(size).await?;
        // Exchange has no MULTIAPPEND: the command ends with its one message.
        if !self.wire.line(LONGEST_LINE).await?.is_empty() {
            if let Received::File(spool) = received {
                spool.discard()?;
            }
            return self.bad(tag, "Command Argument Error. 11").await;
        }
        match self.store(&alias, &head, received, size, sha256)? {
            Stored::NoFolder => {
                self.no(tag, "[TRYCREATE] The requested mailbox doesn't exist.")
                    .await
            }
            Stored::At { .. } if self.cut_before_acknowledging() => Err(Ended::Gone),
            Stored::At { validity, uid } => {
                self.ok(
                    tag,
                    &format!("[APPENDUID {validity} {uid}] APPEND completed."),
                )
                .await
            }
        }
    }

    /// Reads past a literal nobody wants, and the end of its line.
    async fn skip(&mut self, mut left: u64) -> Result<(), Ended> {
        while left > 0 {
            left -= self.wire.some(left).await?.len() as u64;
        }
        self.wire.line(LONGEST_LINE).await?;
        Ok(())
    }

    async fn receive(&mut self, size: u64) -> Result<(Received, [u8; 32]), Ended> {
        let (mut hash, mut left) = (Sha256::new(), size);
        if size <= LARGEST_IN_LOG {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            while left > 0 {
                let piece = self.wire.some(left).await?;
                left -= piece.len() as u64;
                bytes.extend_from_slice(&piece);
            }
            hash.update(&bytes);
            return Ok((Received::Memory(bytes), hash.finalize().into()));
        }
        let mut spool = self.world.store.spool()?;
        while left > 0 {
            let piece: Bytes = match self.wire.some(left).await {
                Ok(piece) => piece,
                Err(error) => {
                    // A part is of no use to anybody; should it stay, the next start removes it.
                    let _ = spool.discard();
                    return Err(error);
                }
            };
            left -= piece.len() as u64;
            hash.update(&piece);
            spool.file.write_all(&piece).await?;
        }
        spool.file.flush().await?;
        Ok((Received::File(spool), hash.finalize().into()))
    }

    fn store(
        &self,
        alias: &str,
        head: &AppendHead,
        received: Received,
        size: u64,
        sha256: [u8; 32],
    ) -> Result<Stored, Ended> {
        let (blob, file) = match received {
            Received::Memory(bytes) => (bytes, None),
            Received::File(spool) => (Vec::new(), Some(spool.keep()?)),
        };
        let world = Arc::clone(&self.world);
        let stored = world.store.write(&blob, |state| {
            let Some(mailbox) = state.mailbox(alias) else {
                return (None, Stored::NoFolder);
            };
            let Some((path, folder)) = mailbox
                .written(&head.path)
                .and_then(|path| Some((path, mailbox.folder(path)?)))
            else {
                return (None, Stored::NoFolder);
            };
            let record = Record::Appended {
                mailbox: alias.to_owned(),
                folder: path.to_owned(),
                uid: folder.uid_next,
                flags: head.flags,
                date: head.date.unwrap_or_else(InternalDate::now),
                size,
                sha256,
                file,
                service: None,
            };
            let stored = Stored::At {
                validity: folder.uid_validity,
                uid: folder.uid_next,
            };
            (Some(record), stored)
        })?;
        Ok(stored)
    }
}
