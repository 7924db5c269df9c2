//! The practice organisation's own certificate authority, and a server certificate signed by it: clients
//! that refuse a self-signed server certificate (rustls does) meet what they would meet in earnest.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::LabError;

/// What was made, or found from an earlier run.
pub(crate) struct Certificates {
    pub(crate) ca_path: PathBuf,
    pub(crate) ca_pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

/// Reads the certificates kept in `dir`, or makes them.
pub(crate) fn certificates(dir: &Path) -> Result<Certificates, LabError> {
    let (ca_path, leaf_path, key_path) = (
        dir.join("ca.pem"),
        dir.join("server.pem"),
        dir.join("server.key"),
    );
    // The key is written last: without it the earlier files are from a run that was cut short.
    if !key_path.exists() {
        let (ca, leaf, key) = generate().map_err(|e| LabError::Certificate(e.to_string()))?;
        for (path, text) in [(&ca_path, ca), (&leaf_path, leaf)] {
            fs::write(path, text).map_err(LabError::io(path.display().to_string()))?;
        }
        let fresh = dir.join("server.key.new");
        fs::write(&fresh, key).map_err(LabError::io("server.key"))?;
        fs::rename(&fresh, &key_path).map_err(LabError::io("server.key"))?;
    }
    let ca_pem = fs::read_to_string(&ca_path).map_err(LabError::io("ca.pem"))?;
    let bad = |e: rustls::pki_types::pem::Error| LabError::Certificate(e.to_string());
    let leaf = CertificateDer::from_pem_file(&leaf_path).map_err(bad)?;
    let ca = CertificateDer::from_pem_file(&ca_path).map_err(bad)?;
    let key = PrivateKeyDer::from_pem_file(&key_path).map_err(bad)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![leaf, ca], key)
        })
        .map_err(|e| LabError::Certificate(e.to_string()))?;
    Ok(Certificates {
        ca_path,
        ca_pem,
        acceptor: TlsAcceptor::from(Arc::new(config)),
    })
}

fn generate() -> Result<(String, String, String), rcgen::Error> {
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.distinguished_name
        .push(DnType::CommonName, "Nordvik practice CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (ca.not_before, ca.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2049, 1, 1));
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;

    let mut leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    leaf.distinguished_name
        .push(DnType::CommonName, "localhost");
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (leaf.not_before, leaf.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2049, 1, 1));
    let key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&key, &ca)?;
    Ok((ca.pem(), leaf.pem(), key.serialize_pem()))
}
