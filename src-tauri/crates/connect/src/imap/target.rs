use async_trait::async_trait;
use stegvis_engine::ports::{
    Ack, Candidate, CandidatesRequest, EndpointError, Outgoing, TargetFolder, TargetMailbox,
    Written, fingerprint,
};
use stegvis_model::FolderPath;
use stegvis_wire::imap::State;
use tokio::sync::mpsc;

use super::append;
use super::folders::{self, Layout};
use super::read::{date_from_wire, list_items};
use super::session::{Session, command_error};

/// An open target mailbox.
pub(super) struct ImapTargetMailbox {
    session: Session,
    layout: Layout,
}

impl ImapTargetMailbox {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            layout: Layout::default(),
        }
    }
}

#[async_trait]
impl TargetMailbox for ImapTargetMailbox {
    async fn folders(&mut self) -> Result<Vec<TargetFolder>, EndpointError> {
        let (layout, found) = folders::list(&mut self.session).await?;
        self.layout = layout;
        // Exchange Online announces no SPECIAL-USE: its default folders are known by name.
        let by_name = self.session.is_exchange();
        Ok(found
            .into_iter()
            .map(|folder| {
                let status = folder.status.as_ref();
                TargetFolder {
                    well_known: folder.kind(by_name),
                    selectable: folder.selectable,
                    items: status.and_then(|status| status.messages).unwrap_or(0),
                    next: Written {
                        validity: status.and_then(|status| status.uid_validity).unwrap_or(0),
                        uid: status.and_then(|status| status.uid_next).unwrap_or(1),
                    },
                    path: folder.path,
                }
            })
            .collect())
    }

    async fn create(&mut self, folders: &[FolderPath]) -> Result<(), EndpointError> {
        let names: Vec<String> = folders
            .iter()
            .map(|folder| self.layout.wire_name(folder))
            .collect();
        let commands: Vec<String> = names
            .iter()
            .flat_map(|name| [format!("CREATE {name}"), format!("SUBSCRIBE {name}")])
            .collect();
        for created in self.session.commands(&commands).await?.chunks(2) {
            let Some(created) = created.first() else {
                continue;
            };
            let exists = created.status.has_code("ALREADYEXISTS")
                || created.status.text.to_ascii_lowercase().contains("exists");
            if created.status.state != State::Ok && !exists {
                return Err(command_error(&created.status, &self.session.gate));
            }
        }
        Ok(())
    }

    async fn candidates(
        &mut self,
        requests: &[CandidatesRequest],
    ) -> Result<Vec<Vec<Candidate>>, EndpointError> {
        let asked: Vec<_> = requests
            .iter()
            .map(|request| (request.folder.clone(), request.from_uid))
            .collect();
        const WHAT: &str =
            "UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)]";
        let listings = list_items(&mut self.session, &self.layout, &asked, WHAT).await?;
        Ok(listings
            .into_iter()
            .map(|listing| {
                let candidate = |item: stegvis_wire::imap::Fetch| {
                    Some(Candidate {
                        at: Written {
                            validity: listing.validity,
                            uid: item.uid?,
                        },
                        fingerprint: fingerprint(item.header.as_deref().unwrap_or_default()),
                        date: date_from_wire(item.date),
                        size: item.size.unwrap_or(0),
                    })
                };
                listing.items.into_iter().filter_map(candidate).collect()
            })
            .collect())
    }

    fn largest_item(&self) -> Option<u64> {
        // RFC 7889: APPENDLIMIT=n is the limit of every folder.
        self.session
            .capabilities
            .iter()
            .find_map(|word| word.strip_prefix("APPENDLIMIT=")?.parse().ok())
    }

    fn delimiter(&self) -> Option<char> {
        self.layout.delimiter
    }

    async fn write(
        &mut self,
        items: mpsc::Receiver<Outgoing>,
        acks: mpsc::UnboundedSender<Ack>,
    ) -> Result<(), EndpointError> {
        append::write(&mut self.session, &self.layout, items, acks).await
    }

    async fn close(&mut self) {
        self.session.log_out().await;
    }
}
