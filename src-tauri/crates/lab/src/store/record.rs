use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dns::DnsStep;
use crate::item::{Flags, InternalDate};
use crate::migration::Event;

/// One thing that happened to the world.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "camelCase")]
pub(crate) enum Record {
    /// A user got a usage location.
    Located { mailbox: String, country: String },
    /// A user got a licence; where its product has mailboxes, one follows.
    Licensed {
        mailbox: String,
        sku: String,
        mailbox_plan: bool,
    },
    /// Somebody got Full Access to a mailbox.
    Granted { mailbox: String, user: String },
    /// Somebody lost it.
    Revoked { mailbox: String, user: String },
    /// A target folder was made.
    FolderMade { mailbox: String, folder: String },
    /// A message was appended to a target folder. Its bytes are the record's blob, or a file.
    Appended {
        mailbox: String,
        folder: String,
        uid: u32,
        flags: Flags,
        date: InternalDate,
        size: u64,
        #[serde(with = "hex")]
        sha256: [u8; 32],
        file: Option<String>,
        /// For which of its users the migration service did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<String>,
    },
    /// The migration service made a mailbox of a mail user.
    Provisioned { mailbox: String },
    /// New mailboxes of the tenant take messages of at most this size from now on.
    Receives { size: u64 },
    /// A mailbox takes larger or smaller messages from now on.
    Sized {
        mailbox: String,
        receive: Option<u64>,
        send: Option<u64>,
    },
    /// Directory synchronisation brought to the tenant what it had not.
    Brought { mailbox: String },
    /// So many days passed for the migration service, at once.
    DaysPassed { days: u32 },
    /// Something happened to the migration service; with an alias, it is done with one more of this mailbox's items.
    Migration {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moved: Option<String>,
        event: Event,
    },
    /// An object of the directory was modified: the attributes' values as they are now, base64.
    DirectoryModified {
        dn: String,
        attributes: BTreeMap<String, Vec<String>>,
        /// When, in seconds of Unix time.
        #[serde(default)]
        at: i64,
    },
    /// A mail reached the sink. Its bytes are the record's blob.
    MailSunk {
        from: String,
        to: Vec<String>,
        size: u64,
    },
    /// An administrator gave the application consent, or took it back.
    Consented { given: bool },
    /// The application's registration got a certificate: DER, base64.
    CertificateRegistered { certificate: String },
    /// The company's DNS host made a change.
    DnsChanged { step: DnsStep },
    /// Somebody tried to write to a source mailbox, which nobody may.
    SourceWrite { mailbox: String, command: String },
}

mod hex {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        bytes: &[u8; 32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::super::hex(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = text
                .get(index * 2..index * 2 + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(|| D::Error::custom("not a SHA-256 in hexadecimal"))?;
        }
        Ok(bytes)
    }
}
