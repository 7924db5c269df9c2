//! One signed-in connection to a domain, through the controller that answers: made anew when it has dropped, with
//! the next controller when that one is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ldap3::{Ldap, Scope};
use rustls::ClientConfig;
use stegvis_engine::ports::{DirectoryEntry, EndpointError, EndpointErrorKind};
use tokio::sync::Mutex;

use super::open::open;
use super::results::{done, said};
use super::search::{Search, domains_referred_to, gather};
use super::settings::DirectorySettings;
use super::writes::{Modification, copy};
use crate::tls::client_config;

/// How long any one answer may take.
pub(super) const LIMIT: Duration = Duration::from_secs(120);
/// How long the only controller may take to be reached, and how long one of several.
const PATIENCE: Duration = Duration::from_secs(20);
const IMPATIENCE: Duration = Duration::from_secs(4);
/// For how long a controller that did not answer is tried last.
const DOWN: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Connection {
    settings: DirectorySettings,
    port: u16,
    config: Arc<ClientConfig>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    signed_in: Option<(String, Ldap)>,
    /// The controller that took the first write: what was written is read back there, for the others hear of it later.
    written: Option<String>,
    /// When a controller was found not to answer.
    down: BTreeMap<String, Instant>,
    /// Domains that were referred to, and not searched.
    elsewhere: BTreeSet<String>,
}

impl Connection {
    pub(super) fn new(settings: DirectorySettings, port: u16) -> Result<Self, EndpointError> {
        settings.check()?;
        Ok(Self {
            config: client_config(&settings.trust)?,
            settings,
            port,
            state: Mutex::default(),
        })
    }

    pub(super) const fn settings(&self) -> &DirectorySettings {
        &self.settings
    }

    /// Signs in anew.
    pub(super) async fn sign_in(&self) -> Result<(), EndpointError> {
        let mut state = self.state.lock().await;
        self.connect(&mut state).await.map(|_| ())
    }

    /// The controller that answers, by the name it was given to us under.
    pub(super) async fn controller(&self) -> Option<String> {
        let state = self.state.lock().await;
        state.signed_in.as_ref().map(|(host, _)| host.clone())
    }

    /// The domains that were referred to and not searched.
    pub(super) async fn elsewhere(&self) -> Vec<String> {
        self.state.lock().await.elsewhere.iter().cloned().collect()
    }

    /// The entries, gathered over all pages.
    pub(super) async fn search(
        &self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        let search = Search {
            base: base.to_owned(),
            scope,
            filter: filter.to_owned(),
            attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
            descriptors: false,
        };
        self.find(search).await
    }

    /// The same below a name, with security descriptors among the attributes.
    pub(super) async fn search_with_descriptors(
        &self,
        base: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<DirectoryEntry>, EndpointError> {
        self.find(Search {
            base: base.to_owned(),
            scope: Scope::Subtree,
            filter: filter.to_owned(),
            attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
            descriptors: true,
        })
        .await
    }

    async fn find(&self, search: Search) -> Result<Vec<DirectoryEntry>, EndpointError> {
        let (found, _) = self.with(|ldap| gather(ldap, search.clone())).await?;
        let mut state = self.state.lock().await;
        state
            .elsewhere
            .extend(domains_referred_to(&found.referrals));
        Ok(found.entries)
    }

    /// Changes one object, in one step.
    pub(super) async fn modify(
        &self,
        dn: &str,
        changes: Vec<Modification>,
    ) -> Result<(), EndpointError> {
        let ((), host) = self
            .with(|mut ldap| {
                let (dn, changes) = (dn.to_owned(), changes.iter().map(copy).collect());
                async move {
                    let result = ldap.with_timeout(LIMIT).modify(&dn, changes).await;
                    done(result.map_err(|error| said(&error))?)
                }
            })
            .await?;
        self.state.lock().await.written = Some(host);
        Ok(())
    }

    /// Does something over the connection; once more over a new one if it turns out to have dropped. Says which
    /// controller did it.
    async fn with<T, F>(&self, call: impl Fn(Ldap) -> F) -> Result<(T, String), EndpointError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, EndpointError>> + Send + 'static,
    {
        let (host, ldap, kept) = {
            let mut state = self.state.lock().await;
            let open = state
                .signed_in
                .as_mut()
                .is_some_and(|(_, ldap)| !ldap.is_closed());
            match &state.signed_in {
                Some((host, ldap)) if open => (host.clone(), ldap.clone(), true),
                _ => {
                    let (host, ldap) = self.connect(&mut state).await?;
                    (host, ldap, false)
                }
            }
        };
        match guarded(call(ldap)).await {
            Err(error) if kept && error.kind == EndpointErrorKind::Disconnected => {
                let (host, ldap) = self.connect(&mut *self.state.lock().await).await?;
                Ok((guarded(call(ldap)).await?, host))
            }
            outcome => Ok((outcome?, host)),
        }
    }

    /// The first controller that answers. One that refuses the sign-in or shows a bad certificate has answered:
    /// the next would hide what is wrong.
    async fn connect(&self, state: &mut State) -> Result<(String, Ldap), EndpointError> {
        let hosts = in_order(
            &self.settings.hosts,
            state.written.as_deref(),
            &state.down,
            Instant::now(),
        );
        let patience = if hosts.len() > 1 {
            IMPATIENCE
        } else {
            PATIENCE
        };
        let mut silent = Vec::new();
        for host in hosts {
            match open(&self.settings, &self.config, host, self.port, patience).await {
                Ok(ldap) => {
                    state.down.remove(host);
                    state.signed_in = Some((host.to_owned(), ldap.clone()));
                    return Ok((host.to_owned(), ldap));
                }
                Err(error)
                    if matches!(
                        error.kind,
                        EndpointErrorKind::Unreachable | EndpointErrorKind::Disconnected
                    ) =>
                {
                    tracing::warn!(host, %error, "a domain controller does not answer");
                    state.down.insert(host.to_owned(), Instant::now());
                    silent.push((host, error));
                }
                Err(error) => return Err(error),
            }
        }
        state.signed_in = None;
        Err(nobody(silent))
    }
}

/// Whoever took our writes first, then the others as they were named; those that did not answer lately last.
fn in_order<'a>(
    hosts: &'a [String],
    written: Option<&str>,
    down: &BTreeMap<String, Instant>,
    now: Instant,
) -> Vec<&'a str> {
    let mut hosts: Vec<&str> = hosts
        .iter()
        .map(|host| &**host)
        .filter(|host| !host.is_empty())
        .collect();
    // The sort keeps the order of equals.
    hosts.sort_by_key(|host| {
        let silent = down
            .get(*host)
            .is_some_and(|since| now.saturating_duration_since(*since) < DOWN);
        (silent, written != Some(host))
    });
    hosts
}

/// No controller answered: what each of them said.
fn nobody(mut silent: Vec<(&str, EndpointError)>) -> EndpointError {
    if silent.len() == 1
        && let Some((_, only)) = silent.pop()
    {
        return only;
    }
    let said: Vec<_> = silent
        .iter()
        .map(|(host, error)| {
            if error.detail.contains(host) {
                error.detail.clone()
            } else {
                format!("{host}: {}", error.detail)
            }
        })
        .collect();
    EndpointError::new(
        EndpointErrorKind::Unreachable,
        format!("no domain controller answers: {}", said.join("; ")),
    )
}

/// On a task of its own: the library panics on answers that are not LDAP, and that must end nothing but the
/// question.
pub(super) async fn guarded<T, F>(call: F) -> Result<T, EndpointError>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controller_that_was_written_to_comes_first_and_a_silent_one_last() {
        let hosts = ["dc1", "dc2", "dc3", ""].map(str::to_owned);
        let now = Instant::now();
        let mut down = BTreeMap::new();
        let order = |written, down: &BTreeMap<_, _>| in_order(&hosts, written, down, now);
        assert_eq!(order(None, &down), ["dc1", "dc2", "dc3"]);
        assert_eq!(order(Some("dc3"), &down), ["dc3", "dc1", "dc2"]);
        down.insert("dc1".to_owned(), now);
        assert_eq!(order(None, &down), ["dc2", "dc3", "dc1"]);
        assert_eq!(order(Some("dc1"), &down), ["dc2", "dc3", "dc1"]);
        let later = now + DOWN;
        assert_eq!(
            in_order(&hosts, None, &down, later),
            ["dc1", "dc2", "dc3"],
            "it is tried again after a while"
        );
    }

    #[test]
    fn when_nobody_answers_each_is_named() {
        let refused = |detail: &str| EndpointError::new(EndpointErrorKind::Unreachable, detail);
        let error = nobody(vec![
            ("dc1", refused("dc1:636: connection refused")),
            ("dc2", refused("no answer in time")),
        ]);
        assert_eq!(
            error.detail,
            "no domain controller answers: dc1:636: connection refused; dc2: no answer in time"
        );
        assert_eq!(nobody(vec![("dc1", refused("gone"))]).detail, "gone");
    }
}
