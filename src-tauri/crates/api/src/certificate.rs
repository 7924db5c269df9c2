//! A look at a server's certificate, for a person to judge before it is trusted.

use std::time::Duration;

use stegvis_connect::tls::{CertificateSeen, StartTls, probe, probe_after_start};
use stegvis_model::Security;

use crate::Error;
use crate::dto::{CertificateQuestion, ServerCertificateView};
use crate::places::{security, trust};

/// A look that takes longer than this says nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the server shows, trusted or not. Nothing else is said to it.
pub(crate) async fn server_certificate(
    question: &CertificateQuestion,
) -> Result<ServerCertificateView, Error> {
    let protocol = match question.protocol.as_str() {
        "Imap" => StartTls::Imap,
        "Ldap" => StartTls::Ldap,
        "Smtp" => StartTls::Smtp,
        other => {
            return Err(Error::invalid(
                format!("{other} is no protocol that is spoken here"),
                "Choose Imap, Ldap or Smtp.",
            ));
        }
    };
    let (host, port) = (question.host.trim(), question.port);
    let trust = trust(&question.trust);
    let seen = match security(&question.security)? {
        Security::ImplicitTls => probe(host, port, &trust, PATIENCE).await,
        Security::StartTls => probe_after_start(protocol, host, port, &trust, PATIENCE).await,
        Security::Plaintext => {
            return Err(Error::invalid(
                "without TLS a server shows no certificate",
                "Choose TLS or STARTTLS.",
            ));
        }
    };
    Ok(view(seen?))
}

fn view(seen: CertificateSeen) -> ServerCertificateView {
    let (trusted, server_words) = match seen.trusted {
        Ok(()) => (true, None),
        Err(why) => (false, Some(why.reason)),
    };
    ServerCertificateView {
        subject: seen.subject,
        issuer: seen.issuer,
        names: seen.names,
        not_before: seen.not_before.to_string(),
        not_after: seen.not_after.to_string(),
        fingerprint: seen.fingerprint,
        tls_version: seen.tls_version,
        trusted,
        server_words,
    }
}
