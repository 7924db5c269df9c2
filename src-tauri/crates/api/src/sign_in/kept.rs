//! What is remembered of a sign-in between two starts: in a file who and where, in the keychain the refresh token.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stegvis_connect::keychain::{Keychain, KeychainError, KeychainState};
use stegvis_connect::sign_in::KeptInKeychain;
use stegvis_journal::{Journal, JournalError};

use super::place::TenantPlace;
use super::{SignedInView, words};
use crate::{Error, ErrorCode};

/// As what we go to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Way {
    Person,
    Certificate,
    /// The practice company's application, with its secret.
    Secret,
}

/// Who is signed in, and where. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signed {
    pub(crate) way: Way,
    pub(crate) name: Option<String>,
    pub(crate) tenant_id: String,
    pub(crate) place: TenantPlace,
}

impl Signed {
    pub(crate) fn view(&self) -> SignedInView {
        SignedInView {
            way: match self.way {
                Way::Person => "person",
                Way::Certificate => "certificate",
                Way::Secret => "secret",
            },
            name: self.name.clone(),
            tenant_id: self.tenant_id.clone(),
            client_id: self.place.client_id.clone(),
        }
    }
}

/// What is remembered of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// Who is signed in, and where.
    SignIn,
    /// The application's certificate, without its key.
    Certificate,
}

impl Note {
    const fn file(self) -> &'static str {
        match self {
            Self::SignIn => "tenant.json",
            Self::Certificate => "tenant-certificate.json",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::SignIn => "tenant.signed_in",
            Self::Certificate => "tenant.certificate",
        }
    }
}

/// Where a sign-in is remembered: in a folder of this person's, or in a project, which has its own. The secrets are in the
/// keychain.
#[derive(Clone)]
pub struct Remembered(Shelf);

#[derive(Clone)]
enum Shelf {
    Folder(PathBuf),
    Project {
        journal: Arc<Journal>,
        name: String,
        keychain: Keychain,
    },
}

impl Remembered {
    /// In this folder, and in the system's keychain.
    #[must_use]
    pub fn in_folder(data: &Path) -> Self {
        Self(Shelf::Folder(data.to_owned()))
    }

    /// In a project, by the name under which it keeps its secrets.
    pub(crate) fn in_project(journal: Arc<Journal>, name: String, keychain: Keychain) -> Self {
        Self(Shelf::Project {
            journal,
            name,
            keychain,
        })
    }

    /// The keychain, if this computer has one that is running.
    pub(super) fn keychain(&self) -> Result<Keychain, Error> {
        match &self.0 {
            Shelf::Folder(_) => native(),
            Shelf::Project { keychain, .. } => Ok(keychain.clone()),
        }
    }

    /// Where the refresh token is kept.
    pub(super) fn session(&self, signed: &Signed) -> Result<KeptInKeychain, Error> {
        let tenant = format!("tenant {} {}", signed.tenant_id, signed.place.client_id);
        self.secret(&tenant, "session")
    }

    /// Where the private key of a certificate is kept: under its thumbprint, so that a key never meets another's
    /// certificate.
    pub(super) fn key_of(&self, thumbprint: &str) -> Result<KeptInKeychain, Error> {
        self.secret("tenant certificate", thumbprint)
    }

    fn secret(&self, whose: &str, name: &str) -> Result<KeptInKeychain, Error> {
        Ok(KeptInKeychain {
            keychain: self.keychain()?,
            project: match &self.0 {
                Shelf::Folder(_) => whose.to_owned(),
                Shelf::Project { name, .. } => format!("{name} {whose}"),
            },
            name: name.to_owned(),
        })
    }

    /// Who is signed in, if anybody is.
    pub(crate) fn signed(&self) -> Result<Option<Signed>, Error> {
        self.read(Note::SignIn, "Remove it and sign in again.")
    }

    /// Whether a sign-in and a certificate are remembered, each with its secret.
    pub(crate) fn holds(&self) -> Result<(bool, bool), Error> {
        let certificate: Option<serde_json::Value> =
            self.read(Note::Certificate, "Make another certificate.")?;
        Ok((self.signed()?.is_some(), certificate.is_some()))
    }

    pub(super) fn remember(&self, signed: &Signed) -> Result<(), Error> {
        self.write(Note::SignIn, signed)
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        note: Note,
        help: &str,
    ) -> Result<Option<T>, Error> {
        let (place, text) = match &self.0 {
            Shelf::Folder(data) => {
                let file = data.join(note.file());
                let text = match std::fs::read_to_string(&file) {
                    Ok(text) => Some(text),
                    Err(error) if error.kind() == ErrorKind::NotFound => None,
                    Err(error) => {
                        return Err(Error::invalid(
                            format!("{} cannot be read: {error}", file.display()),
                            "Look at who may read it, or sign in again.",
                        ));
                    }
                };
                (file.display().to_string(), text)
            }
            Shelf::Project { journal, .. } => {
                let text = journal
                    .transaction(|tx| tx.setting(note.key()))
                    .map_err(|error: JournalError| Error::from(error))?;
                (note.key().to_owned(), text)
            }
        };
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| Error::invalid(format!("{place} is damaged: {error}"), help))
    }

    pub(super) fn write(&self, note: Note, value: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Error::new(ErrorCode::Internal, error.to_string(), "Report this."))?;
        match &self.0 {
            Shelf::Folder(data) => write(&data.join(note.file()), &text),
            Shelf::Project { journal, .. } => journal
                .transaction(|tx| tx.set_setting(note.key(), &text))
                .map_err(|error: JournalError| error.into()),
        }
    }

    pub(super) fn forget(&self, note: Note) -> Result<(), Error> {
        match &self.0 {
            Shelf::Folder(data) => {
                let file = data.join(note.file());
                std::fs::remove_file(&file).map_err(|error| Error::cannot_write(&file, &error))
            }
            Shelf::Project { journal, .. } => journal
                .transaction(|tx| tx.clear_setting(note.key()))
                .map_err(|error: JournalError| error.into()),
        }
    }
}

/// Writes it whole or not at all.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Error> {
    let partial = file.with_extension("partial");
    file.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&partial, text))
        .and_then(|()| std::fs::rename(&partial, file))
        .map_err(|error| Error::cannot_write(file, &error))
}

fn native() -> Result<Keychain, Error> {
    let keychain = Keychain::native();
    match keychain.state() {
        KeychainState::Available { .. } => Ok(keychain),
        KeychainState::Unavailable { words } => {
            Err(words::keychain(&KeychainError::Unavailable(words.clone())))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn signed(client_id: &str) -> Signed {
        Signed {
            way: Way::Person,
            name: Some("admin@nordvik.example".to_owned()),
            tenant_id: "t-1".to_owned(),
            place: TenantPlace::new(None, client_id).unwrap(),
        }
    }

    #[test]
    fn who_is_signed_in_is_remembered_until_it_is_forgotten_and_damage_is_told() {
        let data = tempfile::tempdir().unwrap();
        let folder = Remembered::in_folder(data.path());
        assert_eq!(folder.signed().unwrap(), None);
        folder.remember(&signed("app")).unwrap();
        assert_eq!(folder.signed().unwrap(), Some(signed("app")));
        std::fs::write(data.path().join("tenant.json"), "{").unwrap();
        assert!(folder.signed().is_err());
        folder.forget(Note::SignIn).unwrap();
        assert_eq!(folder.signed().unwrap(), None);
    }

    #[test]
    fn a_project_has_a_sign_in_of_its_own_and_its_secrets_are_nobody_elses() {
        let data = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&data.path().join("p.stegvis")).unwrap());
        let keychain = Keychain::in_memory();
        let of = |name: &str| {
            Remembered::in_project(Arc::clone(&journal), name.to_owned(), keychain.clone())
        };
        of("p").remember(&signed("app")).unwrap();
        assert_eq!(of("p").signed().unwrap(), Some(signed("app")));
        let place = |name: &str| of(name).session(&signed("app")).unwrap().project;
        assert_ne!(place("p"), place("q"));
        of("p").forget(Note::SignIn).unwrap();
        assert_eq!(of("p").signed().unwrap(), None);
    }
}
