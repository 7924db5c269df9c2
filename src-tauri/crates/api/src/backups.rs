//! Directory entries in a folder, as they stood before anything was written to them: for this program as JSON, and
//! beside it for any other as LDIF. One that was kept is never written over.

use std::collections::BTreeMap;
use std::fs::{OpenOptions, create_dir_all, read};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stegvis_engine::ports::{Backup, Backups, DirectoryEntry};

/// So many backups of one object a second are enough.
const NAMES: u32 = 1000;

/// Backups in a folder.
pub(crate) struct FolderBackups(pub(crate) PathBuf);

#[derive(Serialize, Deserialize)]
struct Kept {
    dn: String,
    attributes: BTreeMap<String, Vec<String>>,
    ldif: String,
}

#[async_trait]
impl Backups for FolderBackups {
    async fn keep(&self, backup: &Backup) -> Result<String, String> {
        let entry = &backup.entry;
        let kept = Kept {
            dn: entry.dn.clone(),
            attributes: entry
                .attributes
                .iter()
                .map(|(name, values)| {
                    (
                        name.clone(),
                        values.iter().map(|value| STANDARD.encode(value)).collect(),
                    )
                })
                .collect(),
            ldif: backup.ldif.clone(),
        };
        let json = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())?;
        let words = |path: &Path, error: &std::io::Error| format!("{}: {error}", path.display());
        create_dir_all(&self.0).map_err(|error| words(&self.0, &error))?;
        let stem = stem(&entry.dn);
        for number in 1..NAMES {
            let name = format!("{stem}.{number:03}.json");
            let path = self.0.join(&name);
            let ldif = path.with_extension("ldif");
            match write_new(&path, json.as_bytes()) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(words(&path, &error)),
                Ok(()) => {
                    write_new(&ldif, backup.ldif.as_bytes())
                        .and_then(|()| sync_folder(&self.0))
                        .map_err(|error| words(&ldif, &error))?;
                    return Ok(name);
                }
            }
        }
        Err(format!("{}: too many backups of {stem}", self.0.display()))
    }

    async fn read(&self, name: &str) -> Result<Option<Backup>, String> {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(format!("{name} is no name of a backup"));
        }
        let path = self.0.join(name);
        let words = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(words(&error)),
        };
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| words(&error))?;
        let mut attributes = BTreeMap::new();
        for (name, values) in kept.attributes {
            let decoded: Result<Vec<_>, _> =
                values.iter().map(|text| STANDARD.decode(text)).collect();
            attributes.insert(name, decoded.map_err(|error| words(&error))?);
        }
        Ok(Some(Backup {
            entry: DirectoryEntry {
                dn: kept.dn,
                attributes,
            },
            ldif: kept.ldif,
        }))
    }
}

/// The first name of the DN, in letters that every file system takes.
fn stem(dn: &str) -> String {
    let first = dn.split(',').next().unwrap_or_default();
    let name = first.split_once('=').map_or(first, |(_, name)| name);
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .take(60)
        .collect();
    if plain.is_empty() {
        "object".to_owned()
    } else {
        plain
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new name survives a power cut only when its folder was written too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), std::io::Error> {
    std::fs::File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened for it, and the file system sees to its own names.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), std::io::Error> {
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_kept_reads_back_and_is_never_written_over() {
        let folder = std::env::temp_dir().join(format!("stegvis-backups-{}", std::process::id()));
        let backups = FolderBackups(folder.clone());
        let backup = |value: &[u8]| Backup {
            entry: DirectoryEntry {
                dn: "CN=Åsa Öberg/..,DC=nordvik".to_owned(),
                attributes: [("objectSid".to_owned(), vec![value.to_vec()])].into(),
            },
            ldif: "version: 1\n".to_owned(),
        };
        let first = backups.keep(&backup(&[0, 255])).await.unwrap();
        let second = backups.keep(&backup(&[1])).await.unwrap();
        assert_eq!(
            (&*first, &*second),
            ("Åsa-Öberg---.001.json", "Åsa-Öberg---.002.json")
        );
        assert_eq!(backups.read(&first).await.unwrap(), Some(backup(&[0, 255])));
        assert_eq!(backups.read(&second).await.unwrap(), Some(backup(&[1])));
        assert_eq!(backups.read("nobody.001.json").await.unwrap(), None);
        assert!(backups.read("../first.json").await.is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
