//! The application's certificate: its private key in the keychain, the certificate itself in a file to upload.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use stegvis_connect::keychain::Keychain;
use stegvis_connect::sign_in::{Certificate, CertificateError, KeptInKeychain};

use super::kept::{keychain, write};
use super::words;
use crate::{Error, ErrorCode};

/// What the certificate is made out to.
const NAME: &str = "Stegvis";

/// A certificate, as the registration lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// The file to upload.
    pub file: PathBuf,
    /// SHA-1 in hexadecimal, as the registration shows it.
    pub thumbprint: String,
    /// The moment after which the tenant no longer takes it.
    pub ends: Option<String>,
    /// Whether it was made now; otherwise it is the one from before.
    pub made: bool,
}

/// Makes the certificate, keeps its private key in the keychain and writes the certificate to `file`. One that is there is
/// written again, for the registration holds it; `replace` makes another.
///
/// # Errors
/// Keychain when this computer has none; CannotWrite.
pub async fn make_certificate(
    data: &Path,
    file: &Path,
    days: u32,
    replace: bool,
) -> Result<CertificateView, Error> {
    let keychain = keychain()?;
    let before = match replace {
        true => None,
        false => find(data, &keychain).await?,
    };
    let made = before.is_none();
    let (pem, certificate) = match before {
        Some(before) => before,
        None => make(data, &keychain, days).await?,
    };
    write(file, &pem)?;
    Ok(CertificateView {
        file: file.to_owned(),
        thumbprint: certificate.thumbprint(),
        ends: certificate.ends().map(|ends| ends.to_string()),
        made,
    })
}

async fn make(data: &Path, keychain: &Keychain, days: u32) -> Result<(String, Certificate), Error> {
    let today = Offset::UTC.to_datetime(Timestamp::now()).date();
    let made = tokio::task::spawn_blocking(move || Certificate::make(NAME, today, days))
        .await
        .map_err(|error| Error::new(ErrorCode::Internal, error.to_string(), "Report this."))?
        .map_err(|error| unusable(&error))?;
    let certificate = Certificate::new(&made.pem, &made.key).map_err(|error| unusable(&error))?;
    // The key first: a certificate without its key is worth nothing, the other way round nothing is lost.
    key_of(&certificate.thumbprint(), keychain)
        .set(&made.key)
        .await
        .map_err(|error| words::keychain(&error))?;
    let text = serde_json::json!({ "thumbprint": certificate.thumbprint(), "pem": made.pem });
    write(&place(data), &text.to_string())?;
    Ok((made.pem, certificate))
}

/// The certificate that was made here, ready to sign.
pub(super) async fn kept(data: &Path) -> Result<Arc<Certificate>, Error> {
    let found = find(data, &keychain()?).await?;
    found.map_or_else(
        || {
            Err(Error::invalid(
                "there is no certificate on this computer",
                "Make one with `stegvis tenant certificate`, and upload it at the registration.",
            ))
        },
        |(_, certificate)| Ok(Arc::new(certificate)),
    )
}

/// Nothing where none was made, or its key is in another keychain.
async fn find(data: &Path, keychain: &Keychain) -> Result<Option<(String, Certificate)>, Error> {
    let place = place(data);
    let text = match std::fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::invalid(
                format!("{} cannot be read: {error}", place.display()),
                "Look at who may read it.",
            ));
        }
    };
    #[derive(serde::Deserialize)]
    struct Kept {
        thumbprint: String,
        pem: String,
    }
    let kept: Kept = serde_json::from_str(&text).map_err(|error| {
        Error::invalid(
            format!("{} is damaged: {error}", place.display()),
            "Make another certificate with --replace.",
        )
    })?;
    let key = key_of(&kept.thumbprint, keychain)
        .get()
        .await
        .map_err(|error| words::keychain(&error))?;
    let Some(key) = key else { return Ok(None) };
    let certificate = Certificate::new(&kept.pem, &key).map_err(|error| unusable(&error))?;
    Ok(Some((kept.pem, certificate)))
}

/// Takes the certificate's private key out of the keychain. Whether there was one.
///
/// # Errors
/// Keychain when it does not let us in: then it is still there.
pub async fn forget_certificate(data: &Path) -> Result<bool, Error> {
    let keychain = keychain()?;
    let Some((_, certificate)) = find(data, &keychain).await? else {
        return Ok(false);
    };
    key_of(&certificate.thumbprint(), &keychain)
        .delete()
        .await
        .map_err(|error| words::keychain(&error))?;
    let place = place(data);
    std::fs::remove_file(&place).map_err(|error| Error::cannot_write(&place, &error))?;
    Ok(true)
}

/// Under its thumbprint, so that a key never meets another's certificate.
fn key_of(thumbprint: &str, keychain: &Keychain) -> KeptInKeychain {
    KeptInKeychain {
        keychain: keychain.clone(),
        project: "tenant certificate".to_owned(),
        name: thumbprint.to_owned(),
    }
}

fn place(data: &Path) -> PathBuf {
    data.join("tenant-certificate.json")
}

fn unusable(error: &CertificateError) -> Error {
    Error::invalid(
        error.to_string(),
        "Make another certificate with --replace, and upload it.",
    )
}
