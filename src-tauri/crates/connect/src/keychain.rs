//! Secrets in the operating system's keychain: Windows Credential Manager, macOS Keychain, Secret Service.
//!
//! The store is chosen once, when the program starts. Where there is none, the program says so and works
//! with secrets that live as long as it runs; it never writes one to a file.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error, mock};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error as ThisError;

/// The name under which the keychain shows our secrets.
const PROGRAM: &str = "Stegvis";

/// A keychain, or the words that say why there is none.
#[derive(Debug, Clone)]
pub struct Keychain {
    state: KeychainState,
}

/// Whether secrets can be kept.
#[derive(Debug, Clone)]
pub enum KeychainState {
    /// They can.
    Available {
        /// Where.
        store: Arc<CredentialStore>,
    },
    /// They cannot.
    Unavailable {
        /// What the system says.
        words: String,
    },
}

/// Why a secret was not kept or found.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum KeychainError {
    /// This computer has no keychain that is running.
    #[error("this computer has no keychain that can be used: {0}")]
    Unavailable(String),
    /// There is one, but it is locked or does not let us in.
    #[error("the keychain does not let this program in: {0}")]
    Locked(String),
    /// Anything else it says.
    #[error("the keychain refuses: {0}")]
    Refused(String),
}

impl Keychain {
    /// The operating system's. Call it once, outside of tests, when the program starts.
    #[must_use]
    pub fn native() -> Self {
        // The library installs the native store when it is first asked about it.
        let state = match keyring::Entry::store_status() {
            Err(error) => KeychainState::Unavailable {
                words: words(error),
            },
            Ok(()) => match keyring_core::get_default_store() {
                Some(store) => KeychainState::Available { store },
                None => KeychainState::Unavailable {
                    words: "no store was installed".to_owned(),
                },
            },
        };
        Self { state }
    }

    /// One that forgets everything when the program ends.
    #[must_use]
    pub fn in_memory() -> Self {
        let state = match mock::Store::new() {
            Ok(store) => KeychainState::Available { store },
            Err(error) => KeychainState::Unavailable {
                words: words(&error),
            },
        };
        Self { state }
    }

    /// Whether secrets can be kept at all.
    #[must_use]
    pub const fn state(&self) -> &KeychainState {
        &self.state
    }

    /// Whether a secret that is put in comes out again: a store may be there and locked.
    ///
    /// # Errors
    /// What the keychain says; so for every call here.
    pub async fn check(&self) -> Result<(), KeychainError> {
        let (project, name) = ("check", "check");
        self.set(project, name, &SecretString::from("check".to_owned()))
            .await?;
        let found = self.get(project, name).await?;
        self.delete(project, name).await?;
        match found {
            Some(secret) if secret.expose_secret() == "check" => Ok(()),
            _ => Err(KeychainError::Refused(
                "what was put in did not come out again".to_owned(),
            )),
        }
    }

    /// Keeps a secret of a project under a name, in the place of one that is there.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub async fn set(
        &self,
        project: &str,
        name: &str,
        secret: &SecretString,
    ) -> Result<(), KeychainError> {
        let secret = secret.clone();
        self.with(project, name, move |entry| {
            entry.set_password(secret.expose_secret())
        })
        .await
    }

    /// The secret of a project under a name, if there is one.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub async fn get(
        &self,
        project: &str,
        name: &str,
    ) -> Result<Option<SecretString>, KeychainError> {
        self.with(project, name, |entry| match entry.get_password() {
            Ok(secret) => Ok(Some(SecretString::from(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Forgets a secret. That it is not there is no error.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub async fn delete(&self, project: &str, name: &str) -> Result<(), KeychainError> {
        self.with(project, name, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    /// The system's keychains block, and may ask the person at the screen: never on a thread of the runtime.
    async fn with<T: Send + 'static>(
        &self,
        project: &str,
        name: &str,
        call: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let store = match &self.state {
            KeychainState::Available { store } => store.clone(),
            KeychainState::Unavailable { words } => {
                return Err(KeychainError::Unavailable(words.clone()));
            }
        };
        let user = format!("{project}/{name}");
        tokio::task::spawn_blocking(move || {
            Entry::new_in_store(&store, PROGRAM, &user).and_then(|entry| call(&entry))
        })
        .await
        .map_err(|_| KeychainError::Refused("the keychain's library failed".to_owned()))?
        .map_err(|error| refused(&error))
    }
}

fn refused(error: &Error) -> KeychainError {
    match error {
        Error::NoStorageAccess(_) => KeychainError::Locked(words(error)),
        Error::NoDefaultStore | Error::PlatformFailure(_) => {
            KeychainError::Unavailable(words(error))
        }
        _ => KeychainError::Refused(words(error)),
    }
}

/// The words of an error, never its `Debug` form: that of some holds the secret.
fn words(error: &Error) -> String {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[tokio::test]
    async fn a_secret_is_kept_by_project_and_name_and_can_be_forgotten_twice() {
        let keychain = Keychain::in_memory();
        keychain.check().await.unwrap();
        keychain
            .set("p-1", "source", &secret("lösen"))
            .await
            .unwrap();
        keychain
            .set("p-2", "source", &secret("other"))
            .await
            .unwrap();
        let found = keychain.get("p-1", "source").await.unwrap().unwrap();
        assert_eq!(found.expose_secret(), "lösen");
        keychain.delete("p-1", "source").await.unwrap();
        keychain.delete("p-1", "source").await.unwrap();
        assert!(keychain.get("p-1", "source").await.unwrap().is_none());
        assert!(keychain.get("p-2", "source").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn without_a_keychain_every_call_says_so() {
        let keychain = Keychain {
            state: KeychainState::Unavailable {
                words: "no D-Bus".into(),
            },
        };
        assert_eq!(
            keychain.check().await.unwrap_err(),
            KeychainError::Unavailable("no D-Bus".into())
        );
        let error = keychain.get("p-1", "source").await.unwrap_err();
        assert!(error.to_string().contains("no D-Bus"));
    }

    #[tokio::test]
    async fn a_keychain_never_shows_a_secret_in_its_debug_form() {
        let keychain = Keychain::in_memory();
        keychain
            .set("p-1", "source", &secret("hemligt"))
            .await
            .unwrap();
        assert!(!format!("{keychain:?}").contains("hemligt"));
    }
}
