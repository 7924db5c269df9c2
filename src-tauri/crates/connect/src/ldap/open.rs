//! A connection to one controller, signed in.

use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::Security;
use tokio::net::TcpStream;

use super::connection::{LIMIT, guarded};
use super::results::{done, said};
use super::settings::{DirectorySettings, DirectorySignIn};
use crate::{fault, tls};

/// How the TLS library says that the server is too old for it.
const OLD_TLS: [&str; 2] = ["ProtocolVersion", "ServerDoesNotSupportTls12Or13"];

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
    match &settings.sign_in {
        DirectorySignIn::Password { account, password } => {
            let library = LdapConnSettings::new()
                .set_std_stream(StdStream::Tcp(plain(stream)?))
                .set_conn_timeout(patience)
                .set_starttls(settings.security == Security::StartTls)
                .set_config(config.clone());
            let url = url(settings.security, host, port);
            let (account, password, security) =
                (account.clone(), password.clone(), settings.security);
            guarded(async move {
                let ldap = drive(library, &url)
                    .await
                    .map_err(|error| began(error, security))?;
                bind(ldap, &account, &password).await
            })
            .await
        }
        #[cfg(all(unix, feature = "kerberos"))]
        DirectorySignIn::Kerberos => {
            let name = kerberos_name(host, port, patience).await?;
            let sealed = tokio::time::timeout(LIMIT, super::kerberos::seal(stream, &name))
                .await
                .map_err(|_| fault::timed_out(&format!("{host}:{port}")))??;
            let library = LdapConnSettings::new().set_std_stream(StdStream::Unix(sealed));
            // The address is that of the socket, which is there already.
            guarded(async move { drive(library, "ldapi:///").await }).await
        }
    }
}

fn url(security: Security, host: &str, port: u16) -> String {
    let scheme = match security {
        Security::ImplicitTls => "ldaps",
        Security::StartTls | Security::Plaintext => "ldap",
    };
    if host.contains(':') {
        format!("{scheme}://[{host}]:{port}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

fn plain(stream: TcpStream) -> Result<std::net::TcpStream, EndpointError> {
    stream
        .into_std()
        .map_err(|error| fault::endpoint_error(&error))
}

/// The library's side of the connection, on a task of its own until it ends.
async fn drive(library: LdapConnSettings, url: &str) -> Result<Ldap, EndpointError> {
    let (connection, ldap) = LdapConnAsync::with_settings(library, url)
        .await
        .map_err(|error| said(&error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.drive().await {
            tracing::debug!(%error, "the connection to the directory ended");
        }
    });
    Ok(ldap)
}

async fn bind(
    mut ldap: Ldap,
    account: &str,
    password: &SecretString,
) -> Result<Ldap, EndpointError> {
    let result = ldap
        .with_timeout(LIMIT)
        .simple_bind(account, password.expose_secret())
        .await;
    done(result.map_err(|error| said(&error))?)?;
    Ok(ldap)
}

/// Kerberos knows controllers by name; one that is reached by its address says its name to anyone.
#[cfg(all(unix, feature = "kerberos"))]
async fn kerberos_name(host: &str, port: u16, patience: Duration) -> Result<String, EndpointError> {
    use super::search::{Search, gather};
    if host.parse::<std::net::IpAddr>().is_err() {
        return Ok(host.to_owned());
    }
    let stream = tls::dial(host, port, patience).await?;
    let library = LdapConnSettings::new().set_std_stream(StdStream::Tcp(plain(stream)?));
    let url = url(Security::Plaintext, host, port);
    let root = Search {
        base: String::new(),
        scope: ldap3::Scope::Base,
        filter: "(objectClass=*)".into(),
        attributes: vec!["dnsHostName".into()],
        descriptors: false,
    };
    let found = guarded(async move { gather(drive(library, &url).await?, root).await }).await?;
    found
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

/// What keeps TLS from beginning: a controller without a certificate ends the connection, and one as old as Exchange
/// 2003 knows no TLS that is still spoken.
fn began(error: EndpointError, security: Security) -> EndpointError {
    let words = if security == Security::Plaintext {
        return error;
    } else if error.kind == EndpointErrorKind::Disconnected {
        "as TLS began: the controller may have no certificate"
    } else if OLD_TLS.iter().any(|words| error.detail.contains(words)) {
        "the controller offers no TLS 1.2, as Windows Server 2003 and 2008 do not: name a newer controller of the domain, or sign in with Kerberos"
    } else {
        return error;
    };
    EndpointError::new(error.kind, format!("{} ({words})", error.detail))
}
