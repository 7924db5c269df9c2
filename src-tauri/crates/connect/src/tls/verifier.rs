//! Who decides about a certificate, and what is kept of the one that was refused.

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use thiserror::Error as ThisError;

use super::fingerprint;

/// A certificate that was refused. It travels inside [`rustls::Error`] through whatever library made the
/// connection, and [`crate::fault::endpoint_error`] takes it out again.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("{reason}; the certificate shown has the SHA-256 fingerprint {fingerprint}")]
pub struct Untrusted {
    /// SHA-256 of the server's own certificate, in lower-case hexadecimal.
    pub fingerprint: String,
    /// Why it was refused.
    pub reason: String,
}

impl Untrusted {
    /// The same in the engine's words.
    #[must_use]
    pub fn endpoint_error(&self) -> EndpointError {
        EndpointError::new(
            EndpointErrorKind::Certificate {
                fingerprint: Some(self.fingerprint.clone()),
            },
            self.to_string(),
        )
    }
}

/// Asks another verifier, and attaches the fingerprint to its refusals.
#[derive(Debug)]
pub(super) struct Reporting {
    inner: Arc<dyn ServerCertVerifier>,
}

impl Reporting {
    pub(super) fn new(inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self { inner }
    }
}

/// What a probe saw of a server's certificate.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) verdict: Result<(), Untrusted>,
}

/// Asks another verifier, writes down its verdict and lets the handshake go on either way. For a probe,
/// which says nothing and hears nothing over the connection.
#[derive(Debug)]
pub(super) struct Recording {
    inner: Reporting,
    seen: Mutex<Option<Shown>>,
}

impl Recording {
    pub(super) fn new(inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self {
            inner: Reporting::new(inner),
            seen: Mutex::new(None),
        }
    }

    pub(super) fn seen(&self) -> Option<Shown> {
        self.seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

/// Trusts one certificate.
#[derive(Debug)]
pub(super) struct Pin {
    fingerprint: String,
    provider: Arc<CryptoProvider>,
}

impl Pin {
    /// Nothing if `written` is not the hexadecimal form of a SHA-256.
    pub(super) fn new(written: &str, provider: Arc<CryptoProvider>) -> Option<Self> {
        let fingerprint: String = written
            .chars()
            .filter(|character| *character != ':' && !character.is_whitespace())
            .map(|character| character.to_ascii_lowercase())
            .collect();
        (fingerprint.len() == 64 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then_some(Self {
                fingerprint,
                provider,
            })
    }
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if fingerprint(end_entity) == self.fingerprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General(format!(
                "this is not the certificate that was accepted before, whose fingerprint is {}",
                self.fingerprint
            )))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl Reporting {
    fn verdict(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<(), Untrusted> {
        self.inner
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|_| ())
            .map_err(|error| Untrusted {
                fingerprint: fingerprint(end_entity),
                reason: match error {
                    Error::General(words) => words,
                    other => other.to_string(),
                },
            })
    }
}

impl ServerCertVerifier for Reporting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verdict(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|untrusted| {
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
            })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

impl ServerCertVerifier for Recording {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.inner
                .verdict(end_entity, intermediates, server_name, ocsp_response, now);
        *self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Shown {
            certificate: end_entity.clone().into_owned(),
            verdict,
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
