//! What is remembered of a sign-in between two starts: in a file who and where, in the keychain the refresh token.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use stegvis_connect::keychain::{Keychain, KeychainError, KeychainState};
use stegvis_connect::sign_in::KeptInKeychain;

use super::place::TenantPlace;
use super::{SignedInView, words};
use crate::{Error, ErrorCode};

/// As what we go to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Way {
    Person,
    Certificate,
    /// The practice company's application, with its secret.
    Secret,
}

/// Who is signed in, and where. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    pub(super) way: Way,
    pub(super) name: Option<String>,
    pub(super) tenant_id: String,
    pub(super) place: TenantPlace,
}

impl Signed {
    pub(super) fn view(&self) -> SignedInView {
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

    /// Where the refresh token is kept.
    pub(super) fn session_in(&self, keychain: Keychain) -> KeptInKeychain {
        KeptInKeychain {
            keychain,
            project: format!("tenant {} {}", self.tenant_id, self.place.client_id),
            name: "session".to_owned(),
        }
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("tenant.json")
}

/// Writes it whole or not at all.
pub(super) fn remember(data: &Path, signed: &Signed) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(signed)
        .map_err(|error| Error::new(ErrorCode::Internal, error.to_string(), "Report this."))?;
    write(&file(data), &text)
}

pub(super) fn write(file: &Path, text: &str) -> Result<(), Error> {
    let partial = file.with_extension("partial");
    file.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(&partial, text))
        .and_then(|()| std::fs::rename(&partial, file))
        .map_err(|error| Error::cannot_write(file, &error))
}

/// Who is signed in, if anybody is.
pub(super) fn remembered(data: &Path) -> Result<Option<Signed>, Error> {
    let file = file(data);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::invalid(
                format!("{} cannot be read: {error}", file.display()),
                "Look at who may read it, or sign in again.",
            ));
        }
    };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        Error::invalid(
            format!("{} is damaged: {error}", file.display()),
            "Remove it and sign in again.",
        )
    })
}

pub(super) fn forget(data: &Path) -> Result<(), Error> {
    let file = file(data);
    std::fs::remove_file(&file).map_err(|error| Error::cannot_write(&file, &error))
}

/// The keychain, if this computer has one that is running.
pub(super) fn keychain() -> Result<Keychain, Error> {
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

    #[test]
    fn who_is_signed_in_is_remembered_until_it_is_forgotten_and_damage_is_told() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(remembered(data.path()).unwrap(), None);
        let signed = Signed {
            way: Way::Person,
            name: Some("admin@nordvik.example".to_owned()),
            tenant_id: "t-1".to_owned(),
            place: TenantPlace::new(None, "app").unwrap(),
        };
        remember(data.path(), &signed).unwrap();
        assert_eq!(remembered(data.path()).unwrap(), Some(signed));
        std::fs::write(file(data.path()), "{").unwrap();
        assert!(remembered(data.path()).is_err());
        forget(data.path()).unwrap();
        assert_eq!(remembered(data.path()).unwrap(), None);
    }
}
