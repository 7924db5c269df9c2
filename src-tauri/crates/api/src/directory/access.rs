//! Where the directory is and as whom we go there, in the words of a command line or a form.

use secrecy::SecretString;
use stegvis_connect::ldap::{DirectorySettings, DirectorySignIn};
use stegvis_connect::tls::Trust;
use stegvis_model::Security;

use crate::Error;

/// Where the directory is and as whom we go there.
#[derive(Debug, Clone)]
pub struct DirectoryAccess {
    /// `ldaps://dc1.example.local,dc2.example.local`, `ldap+starttls://…`, or `ldap://…` with Kerberos, which seals by
    /// itself; with a port after the last host where it is not the usual one.
    pub server: String,
    /// As whom.
    pub sign_in: SignIn,
    /// Where to look; the controller's own domain if nothing is said.
    pub base_dn: Option<String>,
    /// A certificate authority to trust besides the system's, PEM.
    pub ca: Option<String>,
    /// The SHA-256 fingerprint of the one certificate that is good.
    pub pin: Option<String>,
}

/// As whom.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// An account and its password.
    Password {
        /// `user@domain`, `DOMAIN\user` or a distinguished name.
        account: String,
        /// Its password.
        password: SecretString,
    },
    /// Whoever is signed in to this computer.
    Kerberos,
}

impl DirectoryAccess {
    pub(super) fn settings(&self) -> Result<DirectorySettings, Error> {
        let help = "Write it as ldaps://dc1.example.local, several hosts with commas between.";
        let (scheme, rest) = self.server.split_once("://").ok_or_else(|| {
            Error::invalid(
                format!("{:?} is no address of a directory", self.server),
                help,
            )
        })?;
        let (security, usual) = match scheme {
            "ldaps" => (Security::ImplicitTls, 636),
            "ldap+starttls" => (Security::StartTls, 389),
            "ldap" => (Security::Plaintext, 389),
            _ => return Err(Error::invalid(format!("{scheme}:// is not known"), help)),
        };
        let (hosts, port) = match rest.trim_end_matches('/').rsplit_once(':') {
            Some((hosts, port)) if !port.contains([',', ']']) => {
                let port = port
                    .parse()
                    .map_err(|_| Error::invalid(format!("{port:?} is no port"), help))?;
                (hosts, port)
            }
            _ => (rest.trim_end_matches('/'), usual),
        };
        let hosts: Vec<String> = hosts
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty())
            .map(|host| host.trim_matches(['[', ']']).to_owned())
            .collect();
        if hosts.is_empty() || rest.contains('@') {
            return Err(Error::invalid(
                format!("{:?} names no host", self.server),
                help,
            ));
        }
        let trust = match (&self.ca, &self.pin) {
            (_, Some(pin)) => Trust::Pinned(pin.clone()),
            (Some(ca), None) => Trust::SystemAnd(ca.clone()),
            (None, None) => Trust::System,
        };
        Ok(DirectorySettings {
            hosts,
            port,
            security,
            sign_in: self.sign_in.port()?,
            base_dn: self.base_dn.clone(),
            trust,
        })
    }
}

impl SignIn {
    fn port(&self) -> Result<DirectorySignIn, Error> {
        match self {
            Self::Password { account, password } => Ok(DirectorySignIn::Password {
                account: account.clone(),
                password: password.clone(),
            }),
            #[cfg(all(unix, feature = "kerberos"))]
            Self::Kerberos => Ok(DirectorySignIn::Kerberos),
            #[cfg(not(all(unix, feature = "kerberos")))]
            Self::Kerberos => Err(Error::new(
                crate::ErrorCode::NotAvailableYet,
                "this program was built without Kerberos",
                "Sign in with an account and its password.",
            )),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn access(server: &str) -> DirectoryAccess {
        DirectoryAccess {
            server: server.to_owned(),
            sign_in: SignIn::Password {
                account: "migration@nordvik.local".into(),
                password: "p".to_owned().into(),
            },
            base_dn: None,
            ca: None,
            pin: None,
        }
    }

    #[test]
    fn several_controllers_and_a_port_are_read_out_of_one_address() {
        let read = |server: &str| {
            let settings = access(server).settings().unwrap();
            (settings.hosts.join(" "), settings.port, settings.security)
        };
        assert_eq!(
            read("ldaps://dc1.nordvik.local,dc2.nordvik.local:3269"),
            (
                "dc1.nordvik.local dc2.nordvik.local".to_owned(),
                3269,
                Security::ImplicitTls
            )
        );
        assert_eq!(
            read("ldap+starttls://[::1]/"),
            ("::1".to_owned(), 389, Security::StartTls)
        );
        assert_eq!(
            read("ldap://127.0.0.1:1389"),
            ("127.0.0.1".to_owned(), 1389, Security::Plaintext)
        );
    }

    #[test]
    fn what_is_no_address_is_told() {
        for server in [
            "dc1",
            "http://dc1",
            "ldaps://",
            "ldaps://me:secret@dc1",
            "ldaps://dc1:x",
        ] {
            assert_eq!(
                access(server).settings().unwrap_err().code,
                ErrorCode::InvalidInput,
                "{server}"
            );
        }
    }
}
