//! A password on its way from the page to the keychain: it can be received and kept, never sent or shown.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};

/// What a person typed into a password field. It is no part of any view, event or log: there is no way to serialise
/// it, and its Debug shows nothing of it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[cfg_attr(feature = "bindings", specta(transparent))]
pub struct TypedPassword(#[cfg_attr(feature = "bindings", specta(type = String))] SecretString);

impl TypedPassword {
    /// The secret, for the core alone; nothing where the field was left empty.
    pub(crate) fn secret(self) -> Option<SecretString> {
        (!self.0.expose_secret().is_empty()).then_some(self.0)
    }
}

impl From<String> for TypedPassword {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl<'de> Deserialize<'de> for TypedPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_received_and_never_shown() {
        let typed: TypedPassword = serde_json::from_str("\"lösen-7\"").unwrap();
        assert!(!format!("{typed:?}").contains("lösen"));
        assert_eq!(typed.secret().unwrap().expose_secret(), "lösen-7");
        assert!(TypedPassword::from(String::new()).secret().is_none());
    }

    #[test]
    fn nothing_that_crosses_to_a_face_has_a_field_for_a_secret() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dto");
        let mut fields = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(!text.contains("TypedPassword") && !text.contains("SecretString"));
            for line in text.lines().map(str::trim) {
                let Some((name, kind)) = line.split_once(": ") else {
                    continue;
                };
                let name = name.trim_start_matches("pub ");
                if name.contains("password") && !name.contains(' ') {
                    // Whether one is there, must be changed, or in which column: never the thing itself.
                    assert!(
                        matches!(kind, "bool," | "Option<bool>," | "Option<u32>,"),
                        "{line}"
                    );
                    fields += 1;
                }
            }
        }
        assert!(fields >= 3);
    }
}
