//! What must never be seen, looked for where it may have been left.

use std::path::Path;

use base64::Engine as _;

/// No file below this folder holds one of these, whatever kind of file it is. How many files were looked into.
pub fn files_hold_none(folder: &Path, secrets: &[String]) -> usize {
    let (mut folders, mut files) = (vec![folder.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            for secret in secrets {
                let seen = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!seen, "{} holds a secret", entry.path().display());
            }
            files += 1;
        }
    }
    files
}

/// The certificate in a file, in DER.
pub fn der(file: &Path) -> Vec<u8> {
    let text = std::fs::read_to_string(file).unwrap();
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap()
}
