//! The application's certificate: its private key in the keychain, the certificate itself in a file to upload.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use stegvis_connect::sign_in::{Certificate, CertificateError};

use super::kept::{Note, Remembered, write};
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
    remembered: &Remembered,
    file: &Path,
    days: u32,
    replace: bool,
) -> Result<CertificateView, Error> {
    let before = match replace {
        true => None,
        false => find(remembered).await?,
    };
    let made = before.is_none();
    let (pem, certificate) = match before {
        Some(before) => before,
        None => make(remembered, days).await?,
    };
    write(file, &pem)?;
    Ok(view(&certificate, file, made))
}

/// The certificate that is remembered; `file` is where it was written.
pub(crate) async fn certificate_view(
    remembered: &Remembered,
    file: &Path,
) -> Result<Option<CertificateView>, Error> {
    let found = find(remembered).await?;
    Ok(found.map(|(_, certificate)| view(&certificate, file, false)))
}

fn view(certificate: &Certificate, file: &Path, made: bool) -> CertificateView {
    CertificateView {
        file: file.to_owned(),
        thumbprint: certificate.thumbprint(),
        ends: certificate.ends().map(|ends| ends.to_string()),
        made,
    }
}

/// What is remembered of a certificate.
#[derive(Serialize, Deserialize)]
struct Kept {
    thumbprint: String,
    pem: String,
}

async fn make(remembered: &Remembered, days: u32) -> Result<(String, Certificate), Error> {
    let today = Offset::UTC.to_datetime(Timestamp::now()).date();
    let made = tokio::task::spawn_blocking(move || Certificate::make(NAME, today, days))
        .await
        .map_err(|error| Error::new(ErrorCode::Internal, error.to_string(), "Report this."))?
        .map_err(|error| unusable(&error))?;
    let certificate = Certificate::new(&made.pem, &made.key).map_err(|error| unusable(&error))?;
    let thumbprint = certificate.thumbprint();
    // The key first: a certificate without its key is worth nothing, the other way round nothing is lost.
    remembered
        .key_of(&thumbprint)?
        .set(&made.key)
        .await
        .map_err(|error| words::keychain(&error))?;
    // What is damaged names no key that could be forgotten, and making another is how it is mended.
    let before = kept_text(remembered).ok().flatten();
    let kept = Kept {
        thumbprint,
        pem: made.pem,
    };
    remembered.write(Note::Certificate, &kept)?;
    // The one before is in nobody's reach any more: its key must not stay behind.
    if let Some(before) = before.filter(|before| before.thumbprint != kept.thumbprint) {
        remembered
            .key_of(&before.thumbprint)?
            .delete()
            .await
            .map_err(|error| words::keychain(&error))?;
    }
    Ok((kept.pem, certificate))
}

/// The certificate that was made here, ready to sign.
pub(super) async fn kept(remembered: &Remembered) -> Result<Arc<Certificate>, Error> {
    let found = find(remembered).await?;
    found.map_or_else(
        || {
            Err(Error::invalid(
                "there is no certificate on this computer",
                "Make one with `stegvis tenant certificate` or under Prepare, and upload it at the registration.",
            ))
        },
        |(_, certificate)| Ok(Arc::new(certificate)),
    )
}

fn kept_text(remembered: &Remembered) -> Result<Option<Kept>, Error> {
    remembered.read(
        Note::Certificate,
        "Make another certificate with --replace.",
    )
}

/// Nothing where none was made, or its key is in another keychain.
async fn find(remembered: &Remembered) -> Result<Option<(String, Certificate)>, Error> {
    let Some(kept) = kept_text(remembered)? else {
        return Ok(None);
    };
    let key = remembered
        .key_of(&kept.thumbprint)?
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
pub async fn forget_certificate(remembered: &Remembered) -> Result<bool, Error> {
    let Some((_, certificate)) = find(remembered).await? else {
        return Ok(false);
    };
    remembered
        .key_of(&certificate.thumbprint())?
        .delete()
        .await
        .map_err(|error| words::keychain(&error))?;
    remembered.forget(Note::Certificate)?;
    Ok(true)
}

fn unusable(error: &CertificateError) -> Error {
    Error::invalid(
        error.to_string(),
        "Make another certificate with --replace, and upload it.",
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_connect::keychain::Keychain;
    use stegvis_journal::Journal;

    use super::*;

    #[tokio::test]
    async fn a_certificate_that_is_replaced_leaves_no_key_behind() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("p.stegvis")).unwrap());
        let remembered = Remembered::in_project(journal, "p".to_owned(), Keychain::in_memory());
        let file = folder.path().join("stegvis.cer");
        let first = make_certificate(&remembered, &file, 30, false)
            .await
            .unwrap();
        let same = make_certificate(&remembered, &file, 30, false)
            .await
            .unwrap();
        assert!(first.made && !same.made);
        assert_eq!(first.thumbprint, same.thumbprint);
        let other = make_certificate(&remembered, &file, 30, true)
            .await
            .unwrap();
        assert_ne!(first.thumbprint, other.thumbprint);
        let key = async |thumbprint: &str| remembered.key_of(thumbprint).unwrap().get().await;
        assert!(key(&first.thumbprint).await.unwrap().is_none());
        assert!(key(&other.thumbprint).await.unwrap().is_some());
        assert!(forget_certificate(&remembered).await.unwrap());
        assert!(key(&other.thumbprint).await.unwrap().is_none());
        assert!(!forget_certificate(&remembered).await.unwrap());
    }
}
