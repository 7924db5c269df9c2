//! The directory's password in this computer's keychain, for a command line that is used again and again.

use secrecy::SecretString;
use stegvis_connect::keychain::{Keychain, KeychainError, KeychainState};

use crate::{Error, ErrorCode};

/// Keeps the password of an account at a server, in place of one that is kept.
///
/// # Errors
/// If the computer has no keychain, or it does not let us in: then nothing is kept anywhere.
pub async fn remember(server: &str, account: &str, password: &SecretString) -> Result<(), Error> {
    let keychain = keychain()?;
    keychain
        .set(&place(server), account, password)
        .await
        .map_err(|error| refused(&error))
}

/// The password that is kept; nothing where none is, or where there is no keychain.
pub async fn remembered(server: &str, account: &str) -> Option<SecretString> {
    let keychain = keychain().ok()?;
    match keychain.get(&place(server), account).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the keychain was not read");
            None
        }
    }
}

/// Takes the password out of the keychain, if it is there.
///
/// # Errors
/// As for [`remember`].
pub async fn forget(server: &str, account: &str) -> Result<(), Error> {
    keychain()?
        .delete(&place(server), account)
        .await
        .map_err(|error| refused(&error))
}

fn keychain() -> Result<Keychain, Error> {
    let keychain = Keychain::native();
    match keychain.state() {
        KeychainState::Available { .. } => Ok(keychain),
        KeychainState::Unavailable { words } => {
            Err(refused(&KeychainError::Unavailable(words.clone())))
        }
    }
}

/// The place of a server's passwords: a host is the same in any casing.
fn place(server: &str) -> String {
    let server = server.trim_end_matches('/').to_ascii_lowercase();
    format!("directory {server}")
}

fn refused(error: &KeychainError) -> Error {
    Error::new(
        ErrorCode::Keychain,
        error.to_string(),
        "Unlock the keychain, or set STEGVIS_DIRECTORY_PASSWORD for each run.",
    )
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_server_is_the_same_place_however_it_is_typed() {
        assert_eq!(
            place("LDAPS://DC1.nordvik.local/"),
            place("ldaps://dc1.nordvik.local")
        );
    }
}
