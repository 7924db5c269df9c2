//! Where a project's secrets are: in the keychain, or, where there is none, in memory until the program ends.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

    pub(crate) const fn text(self) -> &'static str {
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
    /// What the keychain holds and must not answer.
    disowned: Mutex<BTreeSet<(String, SecretName)>>,
}

impl Secrets {
    /// The operating system's keychain. Call it once, when the program starts.
    #[must_use]
    pub fn native() -> Self {
        Self {
            keychain: Some(Keychain::native()),
            memory: Keychain::in_memory(),
            words: Mutex::default(),
            disowned: Mutex::default(),
        }
    }

    /// Memory alone: for a practice run in a terminal, whose secrets open nothing else.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            keychain: None,
            memory: Keychain::in_memory(),
            words: Mutex::default(),
            disowned: Mutex::default(),
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
                    self.lets_in();
                    // One that was kept here before must not answer for it.
                    self.note(self.memory.delete(project, name.text()).await);
                    self.disowned().remove(&(project.to_owned(), name));
                    return true;
                }
                Err(error) => {
                    self.note::<()>(Err(error));
                    self.disown(project, name).await;
                }
            }
        }
        self.note(self.memory.set(project, name.text(), secret).await);
        false
    }

    /// Whether a secret is in memory: a project may be closed and opened again while the program runs.
    pub(crate) async fn holds(&self, project: &str, name: SecretName) -> bool {
        let found = self.note(self.memory.get(project, name.text()).await);
        found.flatten().is_some()
    }

    /// What the keychain holds under a name is not what was typed last: it leaves it, and where the keychain does not let
    /// go of it, it is not found any more.
    pub(crate) async fn disown(&self, project: &str, name: SecretName) {
        let Some(keychain) = &self.keychain else {
            return;
        };
        self.disowned().insert((project.to_owned(), name));
        if keychain.delete(project, name.text()).await.is_ok() {
            self.disowned().remove(&(project.to_owned(), name));
        }
    }

    fn disowned(&self) -> MutexGuard<'_, BTreeSet<(String, SecretName)>> {
        self.disowned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The secret kept under a name.
    pub(crate) async fn find(&self, project: &str, name: SecretName) -> Option<SecretString> {
        let remembered = self.note(self.memory.get(project, name.text()).await);
        let disowned = self.disowned().contains(&(project.to_owned(), name));
        match (&self.keychain, remembered.flatten()) {
            (_, Some(secret)) => Some(secret),
            (Some(keychain), None) if !disowned => {
                let found = self
                    .note(keychain.get(project, name.text()).await)
                    .flatten();
                // That nothing is found a locked one says too.
                if found.is_some() {
                    self.lets_in();
                }
                found
            }
            (_, None) => None,
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
            Some(keychain) => keychain.delete(project, name.text()).await,
            None => Ok(()),
        }
    }

    /// What it refused before is over.
    fn lets_in(&self) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
    use keyring_core::Entry;
    use keyring_core::mock::Cred;
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

    /// The program, started anew on a computer whose keychain outlives it.
    fn started(keychain: &Keychain) -> Secrets {
        Secrets {
            keychain: Some(keychain.clone()),
            ..Secrets::in_memory()
        }
    }

    /// The next call for the source's password fails.
    fn locked(keychain: &Keychain) {
        let KeychainState::Available { store } = keychain.state() else {
            unreachable!("it is in memory");
        };
        let entry = Entry::new_in_store(store, "Stegvis", "p/source").unwrap();
        let entry: &Cred = entry.as_any().downcast_ref().unwrap();
        entry.set_error(keyring_core::Error::NoEntry);
    }

    #[tokio::test]
    async fn a_password_that_the_keychain_does_not_take_leaves_none_there_that_answers_for_it() {
        let keychain = Keychain::in_memory();
        let secrets = started(&keychain);
        let keep = async |text: &str| {
            let secret = text.to_owned().into();
            secrets.keep("p", SecretName::Source, &secret).await
        };
        assert!(keep("of the first server").await);
        locked(&keychain);
        assert!(!keep("of the second").await);
        assert!(matches!(secrets.view(), KeychainView::Unavailable { .. }));
        let found = secrets.find("p", SecretName::Source).await.unwrap();
        assert_eq!(found.expose_secret(), "of the second");
        let again = started(&keychain);
        assert!(again.find("p", SecretName::Source).await.is_none());
        // What it takes again it says again.
        assert!(keep("of the second").await);
        assert!(matches!(secrets.view(), KeychainView::Available { .. }));
        let found = again.find("p", SecretName::Source).await.unwrap();
        assert_eq!(found.expose_secret(), "of the second");
        again.disown("p", SecretName::Source).await;
        assert!(again.find("p", SecretName::Source).await.is_none());
    }
}
