//! Secrets of a sign-in in the keychain. Windows keeps at most 1280 characters in one entry, and a refresh token or a private
//! key may be longer: a long one is kept in pieces, which belong together by a word that each begins with.

use secrecy::{ExposeSecret, SecretString};

use super::session::Keep;
use crate::keychain::{Keychain, KeychainError};

/// Characters in one entry.
const LONGEST: usize = 1000;
/// No secret of ours has more pieces.
const MOST: usize = 16;
/// What a piece begins with. Neither a token nor a key in PEM does.
const MARK: &str = "piece ";

/// In the system's keychain, under a project and a name.
#[derive(Debug, Clone)]
pub struct KeptInKeychain {
    /// The keychain.
    pub keychain: Keychain,
    /// The project.
    pub project: String,
    /// The name.
    pub name: String,
}

#[async_trait::async_trait]
impl Keep for KeptInKeychain {
    async fn keep(&self, refresh_token: &SecretString) -> Result<(), KeychainError> {
        self.set(refresh_token).await
    }
}

impl KeptInKeychain {
    /// Keeps a secret of any length in the place of the one before.
    ///
    /// # Errors
    /// What the keychain says; so for every call here.
    pub async fn set(&self, secret: &SecretString) -> Result<(), KeychainError> {
        let pieces = pieces(secret, rand::random());
        if pieces.len() > MOST {
            return Err(KeychainError::Refused("the secret is too long".to_owned()));
        }
        for (number, piece) in pieces.iter().enumerate() {
            self.keychain
                .set(&self.project, &self.place(number), piece)
                .await?;
        }
        Ok(())
    }

    /// The secret, if it is there and whole.
    ///
    /// # Errors
    /// As for [`Self::set`].
    pub async fn get(&self) -> Result<Option<SecretString>, KeychainError> {
        let mut joined = Joined::default();
        for number in 0..MOST {
            let place = self.place(number);
            let Some(piece) = self.keychain.get(&self.project, &place).await? else {
                return Ok(None);
            };
            match joined.add(piece.expose_secret()) {
                Part::More => {}
                Part::Whole => return Ok(Some(joined.text.into())),
                Part::Torn => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Forgets it, pieces of a longer one before included. That it is not there is no error.
    ///
    /// # Errors
    /// As for [`Self::set`].
    pub async fn delete(&self) -> Result<(), KeychainError> {
        for number in 0..MOST {
            let place = self.place(number);
            let there = number == 0 || self.keychain.get(&self.project, &place).await?.is_some();
            if !there {
                break;
            }
            self.keychain.delete(&self.project, &place).await?;
        }
        Ok(())
    }

    fn place(&self, number: usize) -> String {
        match number {
            0 => self.name.clone(),
            _ => format!("{}/{number}", self.name),
        }
    }
}

/// A short secret as it is; a long one in pieces: `piece WORD 1/3 …`.
fn pieces(secret: &SecretString, word: u32) -> Vec<SecretString> {
    let letters: Vec<char> = secret.expose_secret().chars().collect();
    if letters.len() <= LONGEST {
        return vec![secret.clone()];
    }
    let chunks: Vec<String> = letters
        .chunks(LONGEST)
        .map(|chunk| chunk.iter().collect())
        .collect();
    let of = chunks.len();
    chunks
        .into_iter()
        .enumerate()
        .map(|(number, chunk)| format!("{MARK}{word:08x} {}/{of} {chunk}", number + 1).into())
        .collect()
}

enum Part {
    More,
    Whole,
    Torn,
}

/// What the pieces so far make.
#[derive(Default)]
struct Joined {
    word: Option<String>,
    number: usize,
    text: String,
}

impl Joined {
    fn add(&mut self, piece: &str) -> Part {
        let Some(rest) = piece.strip_prefix(MARK) else {
            // One that stands alone, or the first piece of one and the rest of another.
            piece.clone_into(&mut self.text);
            return if self.number == 0 {
                Part::Whole
            } else {
                Part::Torn
            };
        };
        let mut parts = rest.splitn(3, ' ');
        let (Some(word), Some(place), Some(text)) = (parts.next(), parts.next(), parts.next())
        else {
            return Part::Torn;
        };
        let Some((Ok(number), Ok(of))) = place
            .split_once('/')
            .map(|(number, of)| (number.parse::<usize>(), of.parse::<usize>()))
        else {
            return Part::Torn;
        };
        self.number += 1;
        if number != self.number || self.word.as_deref().is_some_and(|known| known != word) {
            return Part::Torn;
        }
        self.word = Some(word.to_owned());
        self.text.push_str(text);
        if number == of {
            Part::Whole
        } else {
            Part::More
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn kept() -> KeptInKeychain {
        KeptInKeychain {
            keychain: Keychain::in_memory(),
            project: "p".to_owned(),
            name: "key".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_secret_of_any_length_comes_out_as_it_was_put_in_and_leaves_nothing_behind() {
        let kept = kept();
        for length in [1, 1000, 1001, 2500, 20] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            kept.set(&text.clone().into()).await.unwrap();
            let found = kept.get().await.unwrap().unwrap();
            assert_eq!(found.expose_secret(), text);
        }
        kept.set(&"å".repeat(3000).into()).await.unwrap();
        kept.delete().await.unwrap();
        for number in 0..4 {
            let place = kept.place(number);
            assert!(kept.keychain.get("p", &place).await.unwrap().is_none());
        }
        assert!(kept.get().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn pieces_of_two_secrets_are_no_secret() {
        let kept = kept();
        kept.set(&"a".repeat(1500).into()).await.unwrap();
        let second = kept.keychain.get("p", "key/1").await.unwrap().unwrap();
        kept.set(&"b".repeat(1500).into()).await.unwrap();
        kept.keychain.set("p", "key/1", &second).await.unwrap();
        assert!(kept.get().await.unwrap().is_none());
        kept.keychain.delete("p", "key/1").await.unwrap();
        assert!(kept.get().await.unwrap().is_none());
    }
}
