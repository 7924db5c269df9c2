//! Where a project's secrets are: in the keychain, or, where there is none, in memory until the program ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use stegvis_connect::keychain::{Keychain, KeychainState};

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
    memory: Mutex<BTreeMap<(String, SecretName), SecretString>>,
    words: Mutex<Option<String>>,
}

impl Secrets {
    /// The operating system's keychain. Call it once, when the program starts.
    #[must_use]
    pub fn native() -> Self {
        Self {
            keychain: Some(Keychain::native()),
            memory: Mutex::default(),
            words: Mutex::default(),
        }
    }

    /// Memory alone: for a practice run in a terminal, whose secrets open nothing else.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            keychain: None,
            memory: Mutex::default(),
            words: Mutex::default(),
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
                Ok(()) => return true,
                Err(error) => {
                    *self.words.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(error.to_string());
                }
            }
        }
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.insert((project.to_owned(), name), secret.clone());
        false
    }

    /// The secret kept under a name.
    pub(crate) async fn find(&self, project: &str, name: SecretName) -> Option<SecretString> {
        let remembered = {
            let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            memory.get(&(project.to_owned(), name)).cloned()
        };
        match (&self.keychain, remembered) {
            (_, Some(secret)) => Some(secret),
            (Some(keychain), None) => keychain.get(project, name.text()).await.ok().flatten(),
            (None, None) => None,
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
