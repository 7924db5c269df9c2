//! Text for `ldbmodify`: entries to add and entries to change.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A value as text or bytes.
pub(super) enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A file of changes, under way.
#[derive(Default)]
pub(super) struct Ldif(pub(super) String);

impl Ldif {
    /// A new entry of a class.
    pub(super) fn add(&mut self, dn: &str, class: &str) -> &mut Self {
        self.begin(dn, "add").value("objectClass", class)
    }

    /// More values for an attribute of an entry that is there.
    pub(super) fn extend<'a>(
        &mut self,
        dn: &str,
        name: &str,
        values: impl IntoIterator<Item = &'a str>,
    ) {
        self.begin(dn, "modify").value("add", name);
        for value in values {
            self.value(name, value);
        }
    }

    /// Another value for an attribute of an entry that is there.
    pub(super) fn replace(&mut self, dn: &str, name: &str, value: &str) {
        self.begin(dn, "modify")
            .value("replace", name)
            .value(name, value);
    }

    fn begin(&mut self, dn: &str, change: &str) -> &mut Self {
        self.0.push('\n');
        self.value("dn", dn).value("changetype", change)
    }

    /// A value of the entry begun last.
    pub(super) fn value(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        let bytes = match value.into() {
            Value::Text(text) => text.into_bytes(),
            Value::Bytes(bytes) => bytes,
        };
        let plain = bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
            && !bytes.starts_with(b" ")
            && !bytes.starts_with(b":")
            && !bytes.starts_with(b"<")
            && !bytes.ends_with(b" ");
        if plain {
            writeln!(self.0, "{name}: {}", String::from_utf8(bytes).unwrap()).unwrap();
        } else {
            writeln!(self.0, "{name}:: {}", STANDARD.encode(bytes)).unwrap();
        }
        self
    }
}
