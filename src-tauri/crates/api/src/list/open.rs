use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

use stegvis_engine::ports::{DirectoryRecipient, TenantDomain};
use stegvis_lists::{Draft, Edit, EditError, Known, KnownMailbox, PILOT, ReadyRow};
use stegvis_model::{DomainName, StoredName as _};

use super::remembered::Remembered;
use super::view::{edit_of, page_view, query_of, view};
use super::{MOST_BYTES, no_list};
use crate::dto::{ListEdit, ListPage, ListQuery, ListView, MailboxesView};
use crate::project::{Chosen, Project, key};
use crate::report::words::Language;
use crate::{Error, ErrorCode};

/// A list that is worked on.
pub(crate) struct OpenList {
    pub(super) path: PathBuf,
    pub(super) size: usize,
    pub(super) saved_at: Option<String>,
    pub(super) mapping_remembered: bool,
    /// Files that were written out of it: these may be written again.
    pub(super) written: BTreeSet<PathBuf>,
    pub(super) draft: Draft,
    /// Whether the tenant said which domains are federated.
    pub(super) domains_read: bool,
    /// The list that this one took the place of, if it was worked on: the first *Undo* brings it back.
    pub(super) replaced: Option<Box<Self>>,
}

impl Project {
    fn list(&self) -> MutexGuard<'_, Option<OpenList>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the open list.
    pub(super) fn with_list<T>(
        &self,
        act: impl FnOnce(&mut OpenList) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.list().as_mut() {
            Some(list) => act(list),
            None => Err(Error::invalid(
                "no list is open",
                "Open a file with a list of mailboxes.",
            )),
        }
    }

    pub(crate) async fn open_list(&self, path: &Path, data: &Path) -> Result<ListView, Error> {
        let (read, (known, domains_read)) = tokio::join!(
            tokio::task::spawn_blocking({
                let path = path.to_owned();
                move || read(&path)
            }),
            self.known(),
        );
        let (bytes, saved_at) = read.map_err(|error| broken(&error))??;
        let size = bytes.len();
        let draft = tokio::task::spawn_blocking(move || Draft::open(bytes, None, known))
            .await
            .map_err(|error| broken(&error))?
            .map_err(|error| no_list(&error))?;
        let mut list = OpenList::new(path, size, draft);
        list.saved_at = saved_at;
        list.domains_read = domains_read;
        list.remember_columns(data);
        let mut open = self.list();
        list.take_the_place_of(open.take());
        let view = view(&list);
        *open = Some(list);
        Ok(view)
    }

    /// The directory and the tenant's domains, and whether the tenant told any; nothing where the directory does not
    /// answer. The list says what was not read.
    async fn known(&self) -> (Option<Arc<Known>>, bool) {
        let ports = self.connections();
        let (mailboxes, domains) =
            tokio::join!(ports.directory.mailboxes(), ports.tenant.domains(),);
        if let Err(error) = self.remember_mailboxes(&mailboxes) {
            tracing::warn!(%error, "the mailboxes of the directory are not remembered");
        }
        let domains_read = domains.is_ok();
        let domains = domains.unwrap_or_default();
        let known = mailboxes.ok().map(|all| Arc::new(known(all, &domains)));
        (known, domains_read)
    }

    pub(crate) fn list_view(&self) -> Option<ListView> {
        self.list().as_ref().map(view)
    }

    pub(crate) fn list_rows(&self, query: &ListQuery) -> Result<ListPage, Error> {
        let language = self.setting(|tx| tx.setting(key::LANGUAGE))?;
        let query = query_of(query, Language::of(language.as_deref()));
        self.with_list(|list| Ok(page_view(&mut list.draft, &query)))
    }

    pub(crate) fn edit_list(&self, edit: &ListEdit, data: &Path) -> Result<ListView, Error> {
        let edit = edit_of(edit);
        self.with_list(|list| {
            if matches!(edit, Edit::Undo) && list.bring_back() {
                return Ok(view(list));
            }
            let before = list.draft.mapping();
            list.draft.edit(&edit).map_err(|error| refused(&error))?;
            match edit {
                Edit::Sheet(_) => list.remember_columns(data),
                Edit::Columns(_) | Edit::Undo if list.draft.mapping() != before => {
                    list.mapping_remembered = false;
                    list.keep_columns(data)?;
                }
                _ => {}
            }
            Ok(view(list))
        })
    }

    pub(crate) fn preview_list(&self, file: u32) -> Result<String, Error> {
        self.with_list(|list| {
            let file = usize::try_from(file).unwrap_or(usize::MAX);
            list.draft.preview(file).ok_or_else(|| {
                Error::invalid("the list has no such file", "Choose one of its files.")
            })
        })
    }

    pub(crate) fn close_list(&self) {
        *self.list() = None;
    }

    /// Makes the ready rows the chosen mailboxes, in the order of their batches. What a person left out stays behind.
    pub(crate) async fn use_list(&self) -> Result<MailboxesView, Error> {
        let (ready, left_out) =
            self.with_list(|list| Ok((list.draft.ready(), list.draft.left_out())))?;
        let mailboxes = self.read_mailboxes().await?;
        let chosen = chosen(ready, &mailboxes)?;
        self.keep_chosen(&chosen)?;
        self.left_out_of_list(&left_out)?;
        self.mailboxes_view().await
    }
}

impl OpenList {
    pub(super) fn new(path: &Path, size: usize, draft: Draft) -> Self {
        Self {
            path: path.to_owned(),
            size,
            saved_at: None,
            mapping_remembered: false,
            written: BTreeSet::new(),
            draft,
            domains_read: true,
            replaced: None,
        }
    }

    /// Work that nobody said to throw away stays one undo away; what that had replaced does not.
    fn take_the_place_of(&mut self, before: Option<Self>) {
        let worked_on = before.filter(|before| before.draft.undo().is_some());
        self.replaced = worked_on.map(|before| {
            Box::new(Self {
                replaced: None,
                ..before
            })
        });
    }

    /// Whether there was a list to bring back, and nothing of this one to undo first.
    fn bring_back(&mut self) -> bool {
        if self.draft.undo().is_some() {
            return false;
        }
        match self.replaced.take() {
            Some(before) => {
                *self = *before;
                true
            }
            None => false,
        }
    }

    /// Lets the columns mean what a person said of another list with the same headings.
    fn remember_columns(&mut self, data: &Path) {
        let known = self
            .draft
            .headings()
            .and_then(|headings| Remembered::read(data).find(headings));
        self.mapping_remembered = known.is_some_and(|mapping| {
            mapping != self.draft.mapping() && self.draft.remember(mapping).is_ok()
        });
    }

    fn keep_columns(&self, data: &Path) -> Result<(), Error> {
        match self.draft.headings() {
            Some(headings) => Remembered::read(data).keep(data, headings, self.draft.mapping()),
            None => Ok(()),
        }
    }
}

/// The mailboxes that ready rows name, in their order.
fn chosen(ready: Vec<ReadyRow>, mailboxes: &[DirectoryRecipient]) -> Result<Vec<Chosen>, Error> {
    let mut by_address: BTreeMap<String, &DirectoryRecipient> = BTreeMap::new();
    for mailbox in mailboxes {
        for address in &mailbox.proxy_addresses {
            by_address.entry(address.key()).or_insert(mailbox);
        }
    }
    for mailbox in mailboxes {
        by_address.insert(mailbox.address.key(), mailbox);
    }
    let mut chosen = Vec::with_capacity(ready.len());
    for row in ready {
        let mailbox = by_address.get(&row.address.key()).ok_or_else(|| {
            Error::invalid(
                format!("{} is no mailbox of the directory", row.address),
                "Leave the row out, or open the list again to have it checked.",
            )
        })?;
        let pilot = row.batch == PILOT;
        chosen.push(Chosen {
            address: mailbox.address.to_string(),
            name: mailbox.display_name.clone(),
            kind: mailbox.kind.name().to_owned(),
            pilot,
            batch: (!pilot).then_some(row.batch),
        });
    }
    Ok(chosen)
}

fn known(mailboxes: Vec<DirectoryRecipient>, domains: &[TenantDomain]) -> Known {
    let federated: BTreeSet<DomainName> = domains
        .iter()
        .filter(|domain| domain.federated)
        .map(|domain| domain.name.clone())
        .collect();
    let mailboxes = mailboxes.into_iter().map(|mailbox| KnownMailbox {
        aliases: mailbox.proxy_addresses,
        address: mailbox.address,
        name: mailbox.display_name,
        kind: mailbox.kind,
    });
    Known::new(mailboxes.collect(), federated)
}

fn read(path: &Path) -> Result<(Vec<u8>, Option<String>), Error> {
    let failed = |error: std::io::Error| {
        Error::invalid(
            format!("{} cannot be read: {error}", path.display()),
            "Close it where it is open, and choose it again.",
        )
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let saved = file.metadata().and_then(|metadata| metadata.modified());
    let saved_at = saved
        .ok()
        .and_then(|time| jiff::Timestamp::try_from(time).ok());
    let mut bytes = Vec::new();
    // One more than a list may have, for the list doctor to see that it is too large.
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok((bytes, saved_at.map(|time| time.to_string())))
}

fn refused(error: &EditError) -> Error {
    match error {
        EditError::NotAList(error) => no_list(error),
        error => Error::invalid(error.to_string(), "Look at the list again."),
    }
}

fn broken(error: &tokio::task::JoinError) -> Error {
    Error::new(
        ErrorCode::Internal,
        error.to_string(),
        "Keep the file and report this.",
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::old_directory::fixture::mailbox;

    fn opened(text: &str) -> OpenList {
        let draft = Draft::open(text.into(), None, None).unwrap();
        OpenList::new(Path::new("lista.csv"), text.len(), draft)
    }

    #[test]
    fn a_list_that_was_worked_on_comes_back_when_another_was_opened_over_it() {
        let mut first = opened("EmailAddress\r\na@b.se\r\n");
        first.draft.edit(&Edit::LeaveOut(vec![2], true)).unwrap();
        let mut second = opened("EmailAddress\r\nc@d.se\r\n");
        second.take_the_place_of(Some(first));
        assert_eq!(view(&second).undo.as_deref(), Some("Replaced"));
        second.draft.edit(&Edit::LeaveOut(vec![2], true)).unwrap();
        assert!(!second.bring_back(), "its own edits are undone first");
        second.draft.edit(&Edit::Undo).unwrap();
        assert!(second.bring_back());
        assert_eq!(view(&second).counts.left_out, 1);

        let mut third = opened("EmailAddress\r\ne@f.se\r\n");
        third.take_the_place_of(Some(opened("EmailAddress\r\ng@h.se\r\n")));
        assert_eq!(
            view(&third).undo,
            None,
            "nothing was done to the one before"
        );
    }

    #[test]
    fn whom_a_person_left_out_is_known_by_the_mailbox_that_the_row_names() {
        let mailboxes = vec![
            mailbox("anna@nordvik.example", &["a@nordvik.example"]),
            mailbox("bo@nordvik.example", &[]),
        ];
        let known = Arc::new(known(mailboxes, &[]));
        let list = "Mail\na@nordvik.example\nbo@nordvik.example\nno@\n";
        let mut draft = Draft::open(list.into(), None, Some(known)).unwrap();
        // A row that is refused is nobody's decision.
        assert!(draft.left_out().is_empty());
        draft.edit(&Edit::LeaveOut(vec![2], true)).unwrap();
        let out: Vec<String> = draft.left_out().iter().map(ToString::to_string).collect();
        assert_eq!(out, ["anna@nordvik.example"]);
    }

    #[test]
    fn a_list_that_forces_passwords_says_when_the_tenant_did_not_tell_its_domains() {
        let codes = |list: &OpenList| -> Vec<String> {
            let notes = view(list).notes.into_iter();
            notes.map(|note| note.code).collect()
        };
        let mut forced = opened("EmailAddress,ForceChangePassword\r\na@b.se,True\r\n");
        assert!(!codes(&forced).contains(&"DomainsNotRead".to_owned()));
        forced.domains_read = false;
        assert!(codes(&forced).contains(&"DomainsNotRead".to_owned()));
        let mut plain = opened("EmailAddress\r\na@b.se\r\n");
        plain.domains_read = false;
        assert!(!codes(&plain).contains(&"DomainsNotRead".to_owned()));
    }

    #[test]
    fn ready_rows_become_chosen_mailboxes_with_their_batches_in_order() {
        let mailboxes = [
            mailbox("anna@nordvik.example", &["a@nordvik.example"]),
            mailbox("bo@nordvik.example", &["anna@old.example"]),
        ];
        let row = |address: &str, batch: &str| ReadyRow {
            address: address.parse().unwrap(),
            name: String::new(),
            kind: None,
            batch: batch.to_owned(),
        };
        let rows = vec![
            row("Bo@nordvik.example", "Pilot"),
            row("A@nordvik.example", "Malmö"),
        ];
        let found = chosen(rows, &mailboxes).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|chosen| (&*chosen.address, chosen.pilot, chosen.batch.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("bo@nordvik.example", true, None),
                ("anna@nordvik.example", false, Some("Malmö"))
            ]
        );
        let stranger = vec![row("eva@nordvik.example", "Pilot")];
        let error = chosen(stranger, &mailboxes).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }

    #[test]
    fn what_the_directory_and_the_tenant_say_is_what_rows_are_checked_against() {
        let domain = TenantDomain {
            name: "nordvik.example".parse().unwrap(),
            verified: true,
            federated: true,
            initial: false,
        };
        let mailboxes = vec![mailbox("anna@nordvik.example", &["a@nordvik.example"])];
        let known = Arc::new(known(mailboxes, &[domain]));
        let list = "Mail;ForceChangePassword\nA@nordvik.example;True\n";
        let draft = Draft::open(list.into(), None, Some(known)).unwrap();
        let row = draft.row(2).unwrap();
        let codes: Vec<_> = row
            .findings
            .iter()
            .map(|(finding, _)| finding.code.name())
            .collect();
        assert_eq!(codes, ["alias-address", "federated-domain"]);
        assert_eq!(
            (&*row.name, row.force_change_password),
            ("ANNA@NORDVIK.EXAMPLE", Some(false))
        );
    }
}
