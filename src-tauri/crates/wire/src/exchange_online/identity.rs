//! What a cmdlet is about. An empty `Identity` makes several cmdlets answer for, or act on, *everything*: so an
//! empty one cannot be expressed.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

/// A name, an address or an id that picks one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(String);

/// A text that picks nothing, or more than one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoIdentity {
    /// Nothing, or blanks alone.
    #[error("an identity cannot be empty")]
    Empty,
    /// A wildcard or a control character.
    #[error("an identity cannot hold a wildcard or a control character")]
    Unsafe,
}

impl Identity {
    /// The identity that a text holds, blanks around it taken off.
    ///
    /// # Errors
    /// If it would pick nothing or many.
    pub fn new(text: impl AsRef<str>) -> Result<Self, NoIdentity> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(NoIdentity::Empty);
        }
        if text.chars().any(|c| c == '*' || c.is_control()) {
            return Err(NoIdentity::Unsafe);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text that came back names the same object: names in Exchange have one case.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.to_lowercase() == text.trim().to_lowercase()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Identity> for Value {
    fn from(identity: &Identity) -> Self {
        Self::String(identity.0.clone())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_identity_that_would_pick_everything_cannot_be_made() {
        for nothing in ["", " ", "\u{a0}", "\t\r\n"] {
            assert_eq!(Identity::new(nothing), Err(NoIdentity::Empty));
        }
        for many in ["*", "anna*", "a\0b"] {
            assert_eq!(Identity::new(many), Err(NoIdentity::Unsafe));
        }
        let batch = Identity::new(" Batch 1 ").unwrap();
        assert_eq!(batch.as_str(), "Batch 1");
        assert!(batch.is("BATCH 1") && !batch.is("Batch 2"));
    }
}
