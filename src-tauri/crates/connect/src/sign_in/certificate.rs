//! The application's certificate: the certificate itself is registered in the tenant, its private key stays in the
//! keychain and signs here.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    date_time_ymd,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey;
use rsa::{Generate, PrivateKey};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::http::Request;
use stegvis_wire::oauth::assertion::{CertificateCredentials, Signer};
use thiserror::Error;
use url::Url;

/// A certificate and its key, ready to sign. Its `Debug` form shows neither.
pub struct Certificate {
    der: Vec<u8>,
    key: RsaKeyPair,
}

/// Why a certificate or key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// The certificate is not PEM.
    #[error("the certificate cannot be read")]
    Certificate,
    /// The key is not an RSA key of 2048 bits or more, in PKCS #8.
    #[error("the private key cannot be read")]
    Key,
    /// The two do not belong together.
    #[error("the private key is not the certificate's")]
    Mismatch,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

/// A certificate just made.
pub struct Made {
    /// The certificate: what the registration is given.
    pub pem: String,
    /// Its private key, in PKCS #8: for the keychain, and nowhere else.
    pub key: SecretString,
}

impl Certificate {
    /// Makes a certificate that signs itself, good for so many days from today. Finding its primes takes a moment: not
    /// on a thread that others wait for.
    ///
    /// # Errors
    /// If this computer gives no randomness, or the days lie beyond the calendar.
    pub fn make(name: &str, today: Date, days: u32) -> Result<Made, CertificateError> {
        // ring signs with RSA keys and makes none. 3072 bits; Microsoft wants 2048 at least.
        let private = PrivateKey::try_generate().map_err(|_| CertificateError::Key)?;
        let pkcs8 = private.to_pkcs8_der().map_err(|_| CertificateError::Key)?;
        let der = PrivatePkcs8KeyDer::from(pkcs8.as_bytes());
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_RSA_SHA256)
            .map_err(|_| CertificateError::Key)?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // Clocks and zones differ: it is good from yesterday on.
        let (first, last) = (day(today, -1)?, day(today, i64::from(days))?);
        parameters.not_before = date_time_ymd(first.0, first.1, first.2);
        parameters.not_after = date_time_ymd(last.0, last.1, last.2);
        let certificate = parameters
            .self_signed(&pair)
            .map_err(|_| CertificateError::Certificate)?;
        Ok(Made {
            pem: certificate.pem(),
            key: pair.serialize_pem().into(),
        })
    }

    /// The certificate in `pem` and its key in PKCS #8.
    ///
    /// # Errors
    /// If either cannot be read, or they do not belong together.
    pub fn new(pem: &str, key: &SecretString) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| CertificateError::Certificate)?
            .to_vec();
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(key.expose_secret().as_bytes())
            .map_err(|_| CertificateError::Key)?;
        let key =
            RsaKeyPair::from_pkcs8(pkcs8.secret_pkcs8_der()).map_err(|_| CertificateError::Key)?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(&der).map_err(|_| CertificateError::Certificate)?;
        let public = parsed.public_key().subject_public_key.data.to_vec();
        if public != key.public().as_ref() {
            return Err(CertificateError::Mismatch);
        }
        Ok(Self { der, key })
    }

    /// Its thumbprint, as the registration lists it: SHA-1 in hexadecimal. It names the certificate and protects nothing.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der)
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    }

    /// The moment after which the tenant no longer takes it.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        let (_, parsed) = x509_parser::parse_x509_certificate(&self.der).ok()?;
        Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()
    }

    /// The certificate, in DER: what the registration is given.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn request(
        &self,
        token_url: &Url,
        client_id: &str,
        scope: &str,
    ) -> Result<Request, EndpointError> {
        let jti = format!("{:032x}", rand::random::<u128>());
        CertificateCredentials {
            token_url,
            client_id,
            certificate: &self.der,
            scope,
            jti: &jti,
            now: Timestamp::now(),
        }
        .request(self)
        .map_err(|_| {
            EndpointError::new(
                EndpointErrorKind::SignInRefused,
                "the certificate's private key did not sign",
            )
        })
    }
}

/// A day so many days from today, as years, months and days.
fn day(today: Date, days: i64) -> Result<(i32, u8, u8), CertificateError> {
    let out = || CertificateError::Certificate;
    let span = Span::new().try_days(days).map_err(|_| out())?;
    let date = today.checked_add(span).map_err(|_| out())?;
    Ok((
        i32::from(date.year()),
        u8::try_from(date.month()).map_err(|_| out())?,
        u8::try_from(date.day()).map_err(|_| out())?,
    ))
}

impl Signer for Certificate {
    type Error = ring::error::Unspecified;

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Self::Error> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            bytes,
            &mut signature,
        )?;
        Ok(signature)
    }
}
