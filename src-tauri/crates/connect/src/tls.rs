//! TLS by rustls over ring: what a server's certificate must show, and how a refusal is reported.

mod probe;
mod start;
mod verifier;

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use sha2::{Digest as _, Sha256};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::fault;

pub use probe::{CertificateSeen, probe, probe_stream};
pub use start::{StartTls, probe_after_start};
pub use verifier::Untrusted;
use verifier::{Pin, Reporting};

/// Which certificates of a server are good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// Those that the operating system trusts.
    #[default]
    System,
    /// Those, and those below these certificate authorities (PEM, one or more certificates).
    SystemAnd(String),
    /// This one and no other, by the SHA-256 of its DER form (hexadecimal; colons and case do not matter).
    /// Neither its name nor its dates are looked at: the administrator has.
    Pinned(String),
}

/// The TLS configuration that lives by this trust. Building one reads the system's certificates from disk:
/// build it once for an endpoint and share it.
///
/// # Errors
/// If the PEM text holds no certificate, the fingerprint is not one, or the system has no trusted certificates.
pub fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, EndpointError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Reporting::new(verifier_for(trust, &provider)?));
    config_with(provider, verifier)
}

fn config_with(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<Arc<ClientConfig>, EndpointError> {
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn verifier_for(
    trust: &Trust,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, EndpointError> {
    let system = |roots: Vec<CertificateDer<'static>>| {
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider.clone())
            .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
            .map_err(|error| unusable(&error))
    };
    match trust {
        Trust::System => system(Vec::new()),
        Trust::SystemAnd(pem) => {
            let roots = CertificateDer::pem_slice_iter(pem.as_bytes())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| unusable(&error))?;
            if roots.is_empty() {
                return Err(unusable("the PEM text holds no certificate"));
            }
            system(roots)
        }
        Trust::Pinned(fingerprint) => {
            let pin = Pin::new(fingerprint, provider.clone())
                .ok_or_else(|| unusable("the pinned fingerprint is not 64 hexadecimal digits"))?;
            Ok(Arc::new(pin))
        }
    }
}

fn unusable(error: impl ToString) -> EndpointError {
    EndpointError::new(
        EndpointErrorKind::Certificate { fingerprint: None },
        error.to_string(),
    )
}

/// A TCP connection to `host`, without Nagle's delay.
///
/// # Errors
/// If nobody answers within `timeout`.
pub async fn dial(host: &str, port: u16, timeout: Duration) -> Result<TcpStream, EndpointError> {
    let stream = tokio::time::timeout(timeout, TcpStream::connect((host, port)))
        .await
        .map_err(|_| fault::timed_out(&format!("{host}:{port}")))?
        .map_err(|error| {
            let error = fault::endpoint_error(&error);
            EndpointError::new(error.kind, format!("{host}:{port}: {}", error.detail))
        })?;
    stream
        .set_nodelay(true)
        .map_err(|error| fault::endpoint_error(&error))?;
    Ok(stream)
}

/// TLS over a connection that is there, whether from its first byte or after STARTTLS.
///
/// # Errors
/// With [`EndpointErrorKind::Certificate`] and the fingerprint shown, if the certificate is not trusted.
pub async fn handshake<S>(
    stream: S,
    host: &str,
    config: &Arc<ClientConfig>,
    timeout: Duration,
) -> Result<TlsStream<S>, EndpointError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let connecting = TlsConnector::from(config.clone()).connect(server_name(host)?, stream);
    tokio::time::timeout(timeout, connecting)
        .await
        .map_err(|_| fault::timed_out(&format!("TLS with {host}")))?
        .map_err(|error| fault::endpoint_error(&error))
}

fn server_name(host: &str) -> Result<ServerName<'static>, EndpointError> {
    ServerName::try_from(host.to_owned()).map_err(|_| {
        EndpointError::new(
            EndpointErrorKind::Unreachable,
            format!("{host:?} is not a host name"),
        )
    })
}

/// The SHA-256 of a certificate in DER form, in lower-case hexadecimal.
#[must_use]
pub fn fingerprint(certificate: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(certificate)
        .iter()
        .fold(String::with_capacity(64), |mut out, byte| {
            // Writing to a String cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests;
