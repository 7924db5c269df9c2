//! Secrets of a sign-in in the keychain. Windows keeps at most 1280 characters in one entry, and a refresh token or a private
//! key may be longer: a long one is kept in pieces, and what stands under its name, its head, tells where they are. There is
//! room for two sets: another secret is written into the free one, then the head, and then the set before is removed. Whatever
//! ends the program, the head leads to a secret that is whole.

use secrecy::{ExposeSecret, SecretString};

use super::session::Keep;
use crate::keychain::{Keychain, KeychainError};

/// Characters in one entry.
const LONGEST: usize = 1000;
/// No secret of ours has more pieces.
const MOST: usize = 16;
/// What a head begins with, and a piece. Neither a token nor a key in PEM does.
const HEAD: &str = "pieces ";
const PIECE: &str = "piece ";
/// The two sets.
const SETS: [&str; 2] = ["a", "b"];

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
    /// What the keychain says: then the one before is still there. So for every call here.
    pub async fn set(&self, secret: &SecretString) -> Result<(), KeychainError> {
        let before = self.head().await?;
        let letters: Vec<char> = secret.expose_secret().chars().collect();
        if letters.len() <= LONGEST {
            self.write(&self.name, secret).await?;
            return self.clear(None).await;
        }
        let pieces: Vec<String> = letters
            .chunks(LONGEST)
            .map(|chunk| chunk.iter().collect())
            .collect();
        if pieces.len() > MOST {
            return Err(KeychainError::Refused("the secret is too long".to_owned()));
        }
        let set = match &before {
            Some(Head { set, .. }) if *set == "a" => "b",
            _ => "a",
        };
        let word = format!("{:08x}", rand::random::<u32>());
        for (number, piece) in pieces.iter().enumerate() {
            let text = format!("{PIECE}{word} {piece}");
            self.write(&self.place(set, number), &text.into()).await?;
        }
        let head = format!("{HEAD}{set} {} {word}", pieces.len());
        self.write(&self.name, &head.into()).await?;
        self.clear(Some((set, pieces.len()))).await
    }

    /// The secret, if it is there and whole.
    ///
    /// # Errors
    /// As for [`Self::set`].
    pub async fn get(&self) -> Result<Option<SecretString>, KeychainError> {
        let Some(stands) = self.read(&self.name).await? else {
            return Ok(None);
        };
        if !stands.expose_secret().starts_with(HEAD) {
            return Ok(Some(stands));
        }
        let Some(Head { set, pieces, word }) = Head::read(stands.expose_secret()) else {
            return Ok(None);
        };
        let mut text = String::new();
        for number in 0..pieces {
            let piece = self.read(&self.place(set, number)).await?;
            let part = piece.as_ref().and_then(|piece| {
                let rest = piece.expose_secret().strip_prefix(PIECE)?;
                rest.strip_prefix(word.as_str())?.strip_prefix(' ')
            });
            match part {
                Some(part) => text.push_str(part),
                // One is missing, or another secret's.
                None => return Ok(None),
            }
        }
        Ok(Some(text.into()))
    }

    /// Forgets it, with every piece of one before. That it is not there is no error.
    ///
    /// # Errors
    /// As for [`Self::set`].
    pub async fn delete(&self) -> Result<(), KeychainError> {
        self.keychain.delete(&self.project, &self.name).await?;
        self.clear(None).await
    }

    /// Removes the pieces that no head leads to; `but` are those that one does.
    async fn clear(&self, but: Option<(&str, usize)>) -> Result<(), KeychainError> {
        for set in SETS {
            let first = match but {
                Some((kept, pieces)) if kept == set => pieces,
                _ => 0,
            };
            for number in first..MOST {
                let place = self.place(set, number);
                if self.read(&place).await?.is_none() {
                    break;
                }
                self.keychain.delete(&self.project, &place).await?;
            }
        }
        Ok(())
    }

    async fn head(&self) -> Result<Option<Head>, KeychainError> {
        let stands = self.read(&self.name).await?;
        Ok(stands.and_then(|stands| Head::read(stands.expose_secret())))
    }

    async fn read(&self, place: &str) -> Result<Option<SecretString>, KeychainError> {
        self.keychain.get(&self.project, place).await
    }

    async fn write(&self, place: &str, text: &SecretString) -> Result<(), KeychainError> {
        self.keychain.set(&self.project, place, text).await
    }

    fn place(&self, set: &str, number: usize) -> String {
        format!("{}/{set}/{number}", self.name)
    }
}

/// Where the pieces of a secret are.
struct Head {
    set: &'static str,
    pieces: usize,
    word: String,
}

impl Head {
    /// `pieces a 3 WORD`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(HEAD)?.split(' ');
        let (set, pieces, word) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            set: SETS.into_iter().find(|known| *known == set)?,
            pieces: pieces.parse().ok().filter(|pieces| *pieces <= MOST)?,
            word: word.to_owned(),
        })
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

    /// Everything that a secret could have left behind.
    async fn places(kept: &KeptInKeychain) -> usize {
        let mut names = vec![kept.name.clone()];
        for set in SETS {
            names.extend((0..MOST).map(|number| kept.place(set, number)));
        }
        let mut there = 0;
        for name in names {
            there += usize::from(kept.read(&name).await.unwrap().is_some());
        }
        there
    }

    #[tokio::test]
    async fn a_secret_of_any_length_comes_out_as_it_was_put_in_and_leaves_nothing_behind() {
        let kept = kept();
        for (length, entries) in [(1, 1), (1000, 1), (1001, 3), (2500, 4), (1200, 3), (20, 1)] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            kept.set(&text.clone().into()).await.unwrap();
            let found = kept.get().await.unwrap().unwrap();
            assert_eq!(found.expose_secret(), text);
            assert_eq!(places(&kept).await, entries, "{length}");
        }
        kept.set(&"å".repeat(3000).into()).await.unwrap();
        kept.delete().await.unwrap();
        assert_eq!(places(&kept).await, 0);
        assert!(kept.get().await.unwrap().is_none());
        assert!(kept.set(&"x".repeat(20_000).into()).await.is_err());
    }

    #[tokio::test]
    async fn what_ends_in_the_middle_leaves_the_secret_before_and_nothing_for_long() {
        let kept = kept();
        kept.set(&"a".repeat(2500).into()).await.unwrap();
        // Two pieces of another were written, and then the program ended.
        for number in 0..2 {
            let place = kept.place("b", number);
            kept.write(&place, &"piece 12345678 bbb".to_owned().into())
                .await
                .unwrap();
        }
        let found = kept.get().await.unwrap().unwrap();
        assert_eq!(found.expose_secret(), "a".repeat(2500));
        // The head was written, and what was before is there still.
        kept.set(&"c".repeat(1500).into()).await.unwrap();
        kept.write(&kept.place("a", 0), &"piece 87654321 old".to_owned().into())
            .await
            .unwrap();
        let found = kept.get().await.unwrap().unwrap();
        assert_eq!(found.expose_secret(), "c".repeat(1500));
        kept.set(&"d".to_owned().into()).await.unwrap();
        assert_eq!(places(&kept).await, 1);
    }

    #[tokio::test]
    async fn pieces_of_two_secrets_are_no_secret() {
        let kept = kept();
        kept.set(&"a".repeat(1500).into()).await.unwrap();
        let other = "piece 00000000 bbb".to_owned().into();
        kept.write(&kept.place("a", 1), &other).await.unwrap();
        assert!(kept.get().await.unwrap().is_none());
        kept.keychain
            .delete("p", &kept.place("a", 1))
            .await
            .unwrap();
        assert!(kept.get().await.unwrap().is_none());
    }
}
