//! Where a project's secrets are: in the keychain, or, where there is none, in memory until the program ends.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use stegvis_connect::keychain::{Keychain, KeychainError, KeychainState};

use crate::dto::KeychainView;

/// A name under which a project keeps a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretName {
    /// The migration account's password at the source.
    Source,
    /// The account's that reads and writes the directory.
    Directory,
    /// The application's at the tenant.
    Tenant,
    /// The account's that hands in mail.
    Mail,
}

impl SecretName {
    /// All there are.
    pub(crate) const ALL: [Self; 4] = [Self::Source, Self::Directory, Self::Tenant, Self::Mail];

    const fn text(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Directory => "directory",
            Self::Tenant => "tenant",
            Self::Mail => "mail",
        }
    }
}

/// The keychain, with memory behind it.
#[derive(Debug)]
pub struct Secrets {
    keychain: Option<Keychain>,
    memory: Keychain,
    words: Mutex<Option<String>>,
}

impl Secrets {
    /// The operating system's keychain. Call it once, when the program starts.
    #[must_use]
    pub fn native() -> Self {
        Self {
            keychain: Some(Keychain::native()),
            memory: Keychain::in_memory(),
            words: Mutex::default(),
        }
    }

    /// Memory alone: for a practice run in a terminal, whose secrets open nothing else.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            keychain: None,
            memory: Keychain::in_memory(),
            words: Mutex::default(),
        }
    }

    /// Where a sign-in keeps its secrets: the system's keychain where there is one that answers.
    pub(crate) fn keychain(&self) -> Keychain {
        match &self.keychain {
            Some(keychain) if matches!(keychain.state(), KeychainState::Available { .. }) => {
                keychain.clone()
            }
            _ => self.memory.clone(),
        }
    }

    /// Keeps a secret; says whether it outlives the program.
    pub(crate) async fn keep(
        &self,
        project: &str,
        name: SecretName,
        secret: &SecretString,
    ) -> bool {
        if let Some(keychain) = &self.keychain {
            match keychain.set(project, name.text(), secret).await {
                Ok(()) => {
                    // One that was kept here before must not answer for it.
                    self.note(self.memory.delete(project, name.text()).await);
                    return true;
                }
                Err(error) => drop(self.note::<()>(Err(error))),
            }
        }
        self.note(self.memory.set(project, name.text(), secret).await);
        false
    }

    /// The secret kept under a name.
    pub(crate) async fn find(&self, project: &str, name: SecretName) -> Option<SecretString> {
        let remembered = self.note(self.memory.get(project, name.text()).await);
        match (&self.keychain, remembered.flatten()) {
            (_, Some(secret)) => Some(secret),
            (Some(keychain), None) => {
                let found = self.note(keychain.get(project, name.text()).await);
                found.flatten()
            }
            (None, None) => None,
        }
    }

    /// Whether there is a keychain that secrets are to outlive the program in.
    pub(crate) const fn keeps(&self) -> bool {
        self.keychain.is_some()
    }

    /// Whether the keychain holds a secret under a name.
    ///
    /// # Errors
    /// Where it does not say.
    pub(crate) async fn outlives(
        &self,
        project: &str,
        name: SecretName,
    ) -> Result<bool, KeychainError> {
        match &self.keychain {
            Some(keychain) => Ok(keychain.get(project, name.text()).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Forgets the secret kept under a name.
    ///
    /// # Errors
    /// What the keychain says: then the secret may still be there.
    pub(crate) async fn forget(
        &self,
        project: &str,
        name: SecretName,
    ) -> Result<(), KeychainError> {
        self.memory.delete(project, name.text()).await?;
        match &self.keychain {
            Some(keychain) if matches!(keychain.state(), KeychainState::Available { .. }) => {
                keychain.delete(project, name.text()).await
            }
            _ => Ok(()),
        }
    }

    /// What a keychain refuses is shown where the keychain is.
    fn note<T>(&self, outcome: Result<T, KeychainError>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                *self.words.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(error.to_string());
                None
            }
        }
    }

    /// Whether secrets outlive the program.
    pub(crate) fn view(&self) -> KeychainView {
        let refused = self
            .words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let state = self.keychain.as_ref().map(Keychain::state);
        match (state, refused) {
            (Some(KeychainState::Available { .. }), None) => {
                let store = if cfg!(windows) {
                    "Windows Credential Manager"
                } else if cfg!(target_os = "macos") {
                    "macOS Keychain"
                } else {
                    "Secret Service"
                };
                KeychainView::Available {
                    store: store.to_owned(),
                }
            }
            (Some(KeychainState::Unavailable { words }), _) => KeychainView::Unavailable {
                server_words: words.clone(),
            },
            (_, Some(words)) => KeychainView::Unavailable {
                server_words: words,
            },
            (None, None) => KeychainView::Unavailable {
                server_words: "no keychain is used in this run".to_owned(),
            },
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[tokio::test]
    async fn the_secret_that_was_kept_last_is_found_and_one_that_was_forgotten_is_not() {
        let secrets = Secrets::in_memory();
        for text in ["one", "two"] {
            let outlives = secrets
                .keep("p", SecretName::Source, &text.to_owned().into())
                .await;
            assert!(!outlives);
        }
        let found = secrets.find("p", SecretName::Source).await.unwrap();
        assert_eq!(found.expose_secret(), "two");
        assert!(secrets.find("q", SecretName::Source).await.is_none());
        secrets.forget("p", SecretName::Source).await.unwrap();
        assert!(secrets.find("p", SecretName::Source).await.is_none());
    }
}
