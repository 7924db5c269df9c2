//! A look at a server's certificate, trusted or not, for the administrator to judge.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ProtocolVersion;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use tokio::io::{AsyncRead, AsyncWrite};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::verifier::{Recording, Shown};
use super::{Trust, Untrusted, config_with, dial, fingerprint, handshake, verifier_for};

/// What a server showed when asked for TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSeen {
    /// The subject, as a distinguished name.
    pub subject: String,
    /// The issuer, as a distinguished name.
    pub issuer: String,
    /// The names it is good for (subjectAltName): DNS names and addresses.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, in lower-case hexadecimal: what may be pinned.
    pub fingerprint: String,
    /// `TLS 1.2` or `TLS 1.3`. Older is refused before a certificate is seen.
    pub tls_version: String,
    /// Whether `trust` accepts it for this host, or why not.
    pub trusted: Result<(), Untrusted>,
}

/// Connects, shakes hands, looks, and hangs up.
///
/// # Errors
/// If there is no connection or no TLS 1.2. An untrusted certificate is an answer, not an error.
pub async fn probe(
    host: &str,
    port: u16,
    trust: &Trust,
    timeout: Duration,
) -> Result<CertificateSeen, EndpointError> {
    let stream = dial(host, port, timeout).await?;
    probe_stream(stream, host, trust, timeout).await
}

/// The same on a connection that is there, for protocols that ask with STARTTLS. The connection is of no
/// use afterwards.
///
/// # Errors
/// As for [`probe`].
pub async fn probe_stream<S>(
    stream: S,
    host: &str,
    trust: &Trust,
    timeout: Duration,
) -> Result<CertificateSeen, EndpointError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let recording = Arc::new(Recording::new(verifier_for(trust, &provider)?));
    let config = config_with(provider, recording.clone())?;
    let tls = handshake(stream, host, &config, timeout).await?;
    let version = tls.get_ref().1.protocol_version();
    let shown = recording
        .seen()
        .ok_or_else(|| unreadable("the server showed no certificate"))?;
    describe(&shown, version)
}

fn describe(
    shown: &Shown,
    version: Option<ProtocolVersion>,
) -> Result<CertificateSeen, EndpointError> {
    let (_, certificate) = X509Certificate::from_der(&shown.certificate)
        .map_err(|error| unreadable(&error.to_string()))?;
    let names = certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .map(|extension| {
            extension
                .value
                .general_names
                .iter()
                .filter_map(name)
                .collect()
        })
        .unwrap_or_default();
    let time = |seconds: i64| {
        Timestamp::from_second(seconds).map_err(|error| unreadable(&error.to_string()))
    };
    Ok(CertificateSeen {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        names,
        not_before: time(certificate.validity().not_before.timestamp())?,
        not_after: time(certificate.validity().not_after.timestamp())?,
        fingerprint: fingerprint(&shown.certificate),
        tls_version: match version {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        },
        trusted: shown.verdict.clone(),
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes)
                .ok()
                .map(|octets| std::net::Ipv4Addr::from(octets).to_string()),
            16 => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|octets| std::net::Ipv6Addr::from(octets).to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn unreadable(words: &str) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Protocol, words)
}
