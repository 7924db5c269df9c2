//! A connection to one controller, signed in.

use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::Security;

use super::connection::{LIMIT, guarded};
use super::results::{done, said};
use super::settings::{DirectorySettings, DirectorySignIn};
use crate::{fault, tls};

/// Dials, protects the connection and signs in. `patience` is for each of the first two: a controller that hangs
/// takes connections and says nothing.
pub(super) async fn open(
    settings: &DirectorySettings,
    config: &Arc<ClientConfig>,
    host: &str,
    port: u16,
    patience: Duration,
) -> Result<Ldap, EndpointError> {
    let stream = tls::dial(host, port, patience).await?;
    let stream = stream
        .into_std()
        .map_err(|error| fault::endpoint_error(&error))?;
    let security = settings.security;
    let scheme = match security {
        Security::ImplicitTls => "ldaps",
        Security::StartTls | Security::Plaintext => "ldap",
    };
    let name = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let url = format!("{scheme}://{name}:{port}");
    let library = LdapConnSettings::new()
        .set_std_stream(StdStream::Tcp(stream))
        .set_conn_timeout(patience)
        .set_starttls(security == Security::StartTls)
        .set_config(config.clone());
    let (sign_in, host) = (settings.sign_in.clone(), host.to_owned());
    guarded(async move {
        let (connection, ldap) = LdapConnAsync::with_settings(library, &url)
            .await
            .map_err(|error| began(said(&error), security))?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "the connection to the directory ended");
            }
        });
        sign(ldap, &sign_in, &host).await
    })
    .await
}

async fn sign(
    mut ldap: Ldap,
    sign_in: &DirectorySignIn,
    host: &str,
) -> Result<Ldap, EndpointError> {
    let result = match sign_in {
        DirectorySignIn::Password { account, password } => {
            // Only Kerberos needs a name.
            let _ = host;
            ldap.with_timeout(LIMIT)
                .simple_bind(account, password.expose_secret())
                .await
        }
        #[cfg(feature = "kerberos")]
        DirectorySignIn::Kerberos => {
            let name = kerberos_name(&mut ldap, host).await?;
            ldap.with_timeout(LIMIT).sasl_gssapi_bind(&name).await
        }
    };
    done(result.map_err(|error| said(&error))?)?;
    Ok(ldap)
}

/// Kerberos knows controllers by name; one that is reached by its address says its name.
#[cfg(feature = "kerberos")]
async fn kerberos_name(ldap: &mut Ldap, host: &str) -> Result<String, EndpointError> {
    use super::search::{Search, gather};
    if host.parse::<std::net::IpAddr>().is_err() {
        return Ok(host.to_owned());
    }
    let root = Search {
        base: String::new(),
        scope: ldap3::Scope::Base,
        filter: "(objectClass=*)".into(),
        attributes: vec!["dnsHostName".into()],
    };
    gather(ldap.clone(), root)
        .await?
        .entries
        .first()
        .and_then(|root| root.text("dnsHostName"))
        .map(str::to_owned)
        .ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("{host} does not say its name, and Kerberos needs one"),
            )
        })
}

/// A controller without a certificate ends the connection as TLS begins.
fn began(error: EndpointError, security: Security) -> EndpointError {
    if security == Security::ImplicitTls && error.kind == EndpointErrorKind::Disconnected {
        return EndpointError::new(
            error.kind,
            format!(
                "{} (as TLS began: the controller may have no certificate)",
                error.detail
            ),
        );
    }
    error
}
