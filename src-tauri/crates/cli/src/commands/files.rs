//! Files that a command is given: read whole, and never without an end.

use std::io::Read as _;
use std::path::Path;

use stegvis_api::{Error, ErrorCode};

/// No list, certificate or answer that a command is given is larger.
const MOST_BYTES: u64 = stegvis_api::list::MOST_BYTES;

pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        // One byte more, for whoever reads it to see that it is too large.
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("{} cannot be read: {error}", path.display()),
                "Check the name of the file.",
            )
        })?;
    Ok(bytes)
}

pub fn read_pem(path: &Path) -> Result<String, Error> {
    String::from_utf8(read(path)?).map_err(|_| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("{} is not PEM", path.display()),
            "Name a certificate in PEM form.",
        )
    })
}
