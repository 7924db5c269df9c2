//! One signed-in connection to a domain controller, made anew when it has dropped.

use std::sync::Arc;
use std::time::Duration;

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Scope};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use stegvis_engine::ports::{DirectoryEntry, EndpointError, EndpointErrorKind};
use stegvis_model::Security;
use tokio::sync::Mutex;

use super::DirectorySettings;
use super::entry;
use super::writes::{Modification, copy};
use crate::fault;
use crate::tls::client_config;

const CONNECT: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(120);
/// Controllers give no more than a thousand at a time.
const PAGE: i32 = 500;
/// No directory of ours is larger; a server that does not stop is stopped here.
const MOST_ENTRIES: usize = 200_000;

#[derive(Debug)]
pub(super) struct Connection {
    settings: DirectorySettings,
    config: Arc<ClientConfig>,
    signed_in: Mutex<Option<Ldap>>,
}

impl Connection {
    pub(super) fn new(settings: DirectorySettings) -> Result<Self, EndpointError> {
        if settings.password.expose_secret().is_empty() || settings.account.is_empty() {
            return Err(EndpointError::new(
                EndpointErrorKind::SignInRefused,
                "the directory needs an account and its password",
            ));
        }
        if settings.security == Security::Plaintext && !is_loopback(&settings.host) {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                "a directory is spoken to without TLS on this computer only",
            ));
        }
        Ok(Self {
            config: client_config(&settings.trust)?,
            settings,
            signed_in: Mutex::new(None),
        })
    }

    #[cfg(test)]
    pub(super) const fn settings(&self) -> &DirectorySettings {
        &self.settings
    }

    /// Signs in anew.
    pub(super) async fn sign_in(&self) -> Result<(), EndpointError> {
        let fresh = self.open().await?;
        *self.signed_in.lock().await = Some(fresh);
        Ok(())
    }

    /// The entries, gathered over all pages.
    pub(super) async fn search(
        &self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        let attributes: Vec<String> = attributes.iter().map(|&name| name.to_owned()).collect();
        self.with(|ldap| {
            gather(
                ldap,
                base.to_owned(),
                scope,
                filter.to_owned(),
                attributes.clone(),
            )
        })
        .await
    }

    /// Changes one object, in one step.
    pub(super) async fn modify(
        &self,
        dn: &str,
        changes: Vec<Modification>,
    ) -> Result<(), EndpointError> {
        self.with(|mut ldap| {
            let (dn, changes) = (dn.to_owned(), changes.iter().map(copy).collect());
            async move {
                let result = ldap.with_timeout(LIMIT).modify(&dn, changes).await;
                done(result.map_err(|error| said(&error))?)
            }
        })
        .await
    }

    /// Does something over the connection; once more over a new one if it turns out to have dropped.
    async fn with<T, F>(&self, call: impl Fn(Ldap) -> F) -> Result<T, EndpointError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, EndpointError>> + Send + 'static,
    {
        let (ldap, kept) = {
            let mut signed_in = self.signed_in.lock().await;
            let open = signed_in.as_mut().is_some_and(|ldap| !ldap.is_closed());
            match signed_in.as_ref() {
                Some(ldap) if open => (ldap.clone(), true),
                _ => (signed_in.insert(self.open().await?).clone(), false),
            }
        };
        let outcome = guarded(call(ldap)).await;
        match outcome {
            Err(error) if kept && error.kind == EndpointErrorKind::Disconnected => {
                let fresh = self.open().await?;
                let ldap = self.signed_in.lock().await.insert(fresh).clone();
                guarded(call(ldap)).await
            }
            outcome => outcome,
        }
    }

    async fn open(&self) -> Result<Ldap, EndpointError> {
        let DirectorySettings {
            host,
            port,
            security,
            account,
            password,
            ..
        } = &self.settings;
        let scheme = match security {
            Security::ImplicitTls => "ldaps",
            Security::StartTls | Security::Plaintext => "ldap",
        };
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        let url = format!("{scheme}://{host}:{port}");
        let settings = LdapConnSettings::new()
            .set_conn_timeout(CONNECT)
            .set_starttls(*security == Security::StartTls)
            .set_config(self.config.clone());
        let (account, password) = (account.clone(), password.clone());
        guarded(async move {
            let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &url)
                .await
                .map_err(|error| said(&error))?;
            tokio::spawn(async move {
                if let Err(error) = connection.drive().await {
                    tracing::debug!(%error, "the connection to the directory ended");
                }
            });
            let result = ldap
                .with_timeout(LIMIT)
                .simple_bind(&account, password.expose_secret())
                .await;
            done(result.map_err(|error| said(&error))?)?;
            Ok(ldap)
        })
        .await
    }
}

async fn gather(
    mut ldap: Ldap,
    base: String,
    scope: Scope,
    filter: String,
    attributes: Vec<String>,
) -> Result<Vec<DirectoryEntry>, EndpointError> {
    // One object needs no pages; referrals to other domains are not followed.
    let mut adapters: Vec<Box<dyn Adapter<'static, String, Vec<String>>>> =
        vec![Box::new(EntriesOnly::new())];
    if scope != Scope::Base {
        adapters.push(Box::new(PagedResults::new(PAGE)));
    }
    let mut stream = ldap
        .with_timeout(LIMIT)
        .streaming_search_with(adapters, &base, scope, &filter, attributes)
        .await
        .map_err(|error| said(&error))?;
    let mut found = Vec::new();
    while let Some(raw) = stream.next().await.map_err(|error| said(&error))? {
        let entry = entry::read(raw).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                "the directory sent an entry that cannot be read",
            )
        })?;
        if found.len() == MOST_ENTRIES {
            return Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("the directory sends more than {MOST_ENTRIES} entries"),
            ));
        }
        found.push(entry);
    }
    match done(stream.finish().await) {
        // An object that is not there is no entry.
        Err(error) if error.kind == EndpointErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(()) => Ok(found),
    }
}

/// On a task of its own: the library panics on answers that are not LDAP, and that must end nothing but the
/// question.
async fn guarded<T, F>(call: F) -> Result<T, EndpointError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, EndpointError>> + Send + 'static,
{
    tokio::spawn(call).await.unwrap_or_else(|_| {
        Err(EndpointError::new(
            EndpointErrorKind::Protocol,
            "the directory's answer is not LDAP",
        ))
    })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Result codes of RFC 4511 appendix A.1, as Active Directory uses them.
fn done(result: LdapResult) -> Result<(), EndpointError> {
    let kind = match result.rc {
        0 => return Ok(()),
        // strongerAuthRequired, inappropriateAuthentication, invalidCredentials
        8 | 48 | 49 => EndpointErrorKind::SignInRefused,
        // Active Directory's answer to anything before a bind: operationsError.
        1 if result.text.contains("bind must be completed") => EndpointErrorKind::SignInRefused,
        // noSuchObject
        32 => EndpointErrorKind::NotFound,
        // insufficientAccessRights
        50 => EndpointErrorKind::RightsMissing,
        // timeLimitExceeded, adminLimitExceeded, busy, unavailable
        3 | 11 | 51 | 52 => EndpointErrorKind::Unreachable,
        _ => EndpointErrorKind::Refused,
    };
    let words = result.text.trim_end_matches('\0');
    Err(EndpointError::new(
        kind,
        format!(
            "LDAP result {}: {words}{}",
            result.rc,
            reason(result.rc, words)
        ),
    ))
}

/// The sub-code of a refused sign-in, in words (Active Directory's "data 52e").
fn reason(rc: u32, words: &str) -> &'static str {
    let data = words
        .split_once("data ")
        .and_then(|(_, rest)| rest.split([',', ' ']).next());
    match (rc, data) {
        (49, Some("525")) => " (no such account)",
        (49, Some("52e")) => " (wrong password)",
        (49, Some("530" | "531")) => " (not allowed at this time or from this computer)",
        (49, Some("532" | "773")) => " (the password has expired or must be changed)",
        (49, Some("533")) => " (the account is disabled)",
        (49, Some("701")) => " (the account has expired)",
        (49, Some("775")) => " (the account is locked)",
        _ => "",
    }
}

fn said(error: &LdapError) -> EndpointError {
    match error {
        LdapError::LdapResult { result } => match done(result.clone()) {
            Err(error) => error,
            Ok(()) => EndpointError::new(EndpointErrorKind::Protocol, error.to_string()),
        },
        LdapError::Timeout { .. } => fault::timed_out("the directory"),
        LdapError::OpSend { .. }
        | LdapError::ResultRecv { .. }
        | LdapError::IdScrubSend { .. }
        | LdapError::MiscSend { .. }
        | LdapError::EndOfStream => EndpointError::new(
            EndpointErrorKind::Disconnected,
            "the connection to the directory has dropped",
        ),
        LdapError::FilterParsing => {
            EndpointError::new(EndpointErrorKind::Refused, error.to_string())
        }
        _ => fault::endpoint_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(rc: u32, text: &str) -> Option<EndpointErrorKind> {
        let result = LdapResult {
            rc,
            matched: String::new(),
            text: text.into(),
            refs: Vec::new(),
            ctrls: Vec::new(),
        };
        done(result).err().map(|error| error.kind)
    }

    #[test]
    fn each_result_code_tells_what_to_do_about_it() {
        assert_eq!(kind(0, ""), None);
        assert_eq!(kind(50, ""), Some(EndpointErrorKind::RightsMissing));
        assert_eq!(kind(32, ""), Some(EndpointErrorKind::NotFound));
        assert_eq!(kind(51, ""), Some(EndpointErrorKind::Unreachable));
        assert_eq!(kind(53, ""), Some(EndpointErrorKind::Refused));
        assert_eq!(
            kind(
                1,
                "000004DC: In order to perform this operation a successful bind must be completed"
            ),
            Some(EndpointErrorKind::SignInRefused)
        );
    }

    #[test]
    fn a_refused_sign_in_says_why_in_words() {
        let words = "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data 775, v4563\0";
        assert_eq!(kind(49, words), Some(EndpointErrorKind::SignInRefused));
        assert_eq!(reason(49, words), " (the account is locked)");
        assert_eq!(reason(50, words), "");
    }
}
