//! Where the domain controllers are, and as whom we go there.

use secrecy::{ExposeSecret, SecretString};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::Security;

use crate::tls::Trust;

/// Where a domain's controllers are and as whom we go there.
#[derive(Debug, Clone)]
pub struct DirectorySettings {
    /// Host names or addresses, in the order in which they are tried.
    pub hosts: Vec<String>,
    /// TCP port: 636 with TLS from the first byte, 389 with StartTLS or Kerberos.
    pub port: u16,
    /// How the connection is protected. Without TLS a password goes to this computer only; Kerberos seals by itself.
    pub security: Security,
    /// As whom.
    pub sign_in: DirectorySignIn,
    /// Where to look; if nothing is said, the domain that the controller serves.
    pub base_dn: Option<String>,
    /// What a controller's certificate must show.
    pub trust: Trust,
}

/// As whom a directory is asked.
///
/// NTLM is absent: without TLS a controller that demands signing refuses it, since the library cannot sign, and
/// over TLS it adds nothing to a password.
#[derive(Debug, Clone)]
pub enum DirectorySignIn {
    /// With a password (a simple bind).
    Password {
        /// A distinguished name, `user@domain` or `DOMAIN\user`.
        account: String,
        /// Its password.
        password: SecretString,
    },
    /// As whoever holds the Kerberos ticket on this computer. Everything is signed and sealed, so there is no TLS.
    #[cfg(all(unix, feature = "kerberos"))]
    Kerberos,
}

impl DirectorySettings {
    /// What cannot work, or must not, said before anything is sent.
    pub(super) fn check(&self) -> Result<(), EndpointError> {
        if self.hosts.iter().all(String::is_empty) {
            return Err(EndpointError::new(
                EndpointErrorKind::Unreachable,
                "no domain controller is named",
            ));
        }
        match &self.sign_in {
            // A bind without a password always succeeds, as nobody.
            DirectorySignIn::Password { account, password }
                if account.is_empty() || password.expose_secret().is_empty() =>
            {
                Err(EndpointError::new(
                    EndpointErrorKind::SignInRefused,
                    "the directory needs an account and its password",
                ))
            }
            DirectorySignIn::Password { .. }
                if self.security == Security::Plaintext
                    && !self.hosts.iter().all(|host| is_loopback(host)) =>
            {
                Err(EndpointError::new(
                    EndpointErrorKind::Refused,
                    "a password goes to a directory without TLS on this computer only",
                ))
            }
            #[cfg(all(unix, feature = "kerberos"))]
            DirectorySignIn::Kerberos if self.security != Security::Plaintext => {
                Err(EndpointError::new(
                    EndpointErrorKind::Refused,
                    "Kerberos seals by itself: it goes to port 389 without TLS",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The port of the global catalogue beside a directory on one of the two ports that every controller has.
    pub(super) const fn catalogue_port(&self) -> Option<u16> {
        match self.port {
            389 => Some(3268),
            636 => Some(3269),
            _ => None,
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
