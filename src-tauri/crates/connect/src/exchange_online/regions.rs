//! Where a call may be sent on to. Exchange Online answers at one name and sends some tenants on to a regional one; a
//! token goes to its own hosts and nowhere else.

use std::sync::{Arc, Mutex, PoisonError};

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use url::{Host, Url};

/// Exchange Online's own names end so.
const OWN: [&str; 2] = [".outlook.com", ".office365.com"];

/// The host of this session, and those that it may be sent on to. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Regions {
    first: Url,
    others: Vec<Url>,
    here: Arc<Mutex<Url>>,
}

impl Regions {
    /// From `first` to Exchange Online's own hosts.
    pub(super) fn new(first: Url) -> Self {
        Self {
            here: Arc::new(Mutex::new(first.clone())),
            others: Vec::new(),
            first,
        }
    }

    /// To this server too.
    pub(super) fn and(mut self, other: Url) -> Self {
        self.others.push(other);
        self
    }

    /// The interface's address, where this session is.
    pub(super) fn here(&self) -> Url {
        self.here
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on the session is where `url` is.
    pub(super) fn stay_at(&self, url: &Url) {
        let mut base = self.first.clone();
        let moved = base.set_scheme(url.scheme()).is_ok()
            && base.set_host(url.host_str()).is_ok()
            && base.set_port(url.port()).is_ok();
        if moved {
            tracing::debug!(
                host = url.host_str(),
                "Exchange Online is asked at its regional host"
            );
            *self.here.lock().unwrap_or_else(PoisonError::into_inner) = base;
        }
    }

    /// The region does not answer: whoever asks next asks at the front door.
    pub(super) fn start_over(&self) {
        *self.here.lock().unwrap_or_else(PoisonError::into_inner) = self.first.clone();
    }

    /// The address that a server names, if a token may go there; without the ports that Exchange Online has inside.
    pub(super) fn allow(&self, named: &Url) -> Option<Url> {
        if !named.username().is_empty() || named.password().is_some() {
            return None;
        }
        let known = |other: &Url| other.origin() == named.origin();
        if known(&self.first) || self.others.iter().any(known) {
            return Some(named.clone());
        }
        let Some(Host::Domain(host)) = named.host() else {
            return None;
        };
        let own = OWN.iter().any(|end| host.ends_with(end));
        if named.scheme() != "https" || !own {
            return None;
        }
        let mut url = named.clone();
        url.set_port(None).ok()?;
        Some(url)
    }

    /// Where a redirection from `from` leads.
    ///
    /// # Errors
    /// If it leads nowhere, or where a token must not go.
    pub(super) fn follow(&self, from: &Url, location: Option<&str>) -> Result<Url, EndpointError> {
        let nowhere = || {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("{} sends on and does not say where to", host(from)),
            )
        };
        let named = from
            .join(location.ok_or_else(nowhere)?)
            .map_err(|_| nowhere())?;
        self.allow(&named).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Refused,
                format!(
                    "{} sends on to {}, which is no host of Exchange Online: nothing was sent there",
                    host(from),
                    host(&named)
                ),
            )
        })
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or(url.scheme())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn regions() -> Regions {
        Regions::new(url("https://outlook.office365.com/adminapi/beta/t-1"))
    }

    #[test]
    fn a_token_goes_to_the_services_own_hosts_and_to_none_that_looks_like_one() {
        let regions = regions();
        for own in [
            "https://outlook.office365.com/x",
            "https://eur01b.ps.outlook.com/x",
            "https://NAM02.OUTLOOK.COM/x",
        ] {
            assert!(regions.allow(&url(own)).is_some(), "{own}");
        }
        for strange in [
            "http://eur01b.ps.outlook.com/x",
            "https://outlook.com.evil.example/x",
            "https://evil-outlook.com/x",
            "https://evil.example/.outlook.com",
            "https://eur@evil.example/x",
            "https://user:word@eur01b.outlook.com/x",
            "https://127.0.0.1/x",
            "ftp://eur01b.outlook.com/x",
            "mailto:a@b.outlook.com",
        ] {
            assert_eq!(regions.allow(&url(strange)), None, "{strange}");
        }
    }

    #[test]
    fn a_port_from_inside_is_dropped_and_the_session_stays_in_its_region() {
        let regions = regions();
        let from = url("https://outlook.office365.com/adminapi/beta/t-1/InvokeCommand");
        let there = "https://eur01b.outlook.office365.com:446/adminapi/beta/t-1/InvokeCommand?a=b";
        let there = regions.follow(&from, Some(there)).unwrap();
        assert_eq!(
            there.as_str(),
            "https://eur01b.outlook.office365.com/adminapi/beta/t-1/InvokeCommand?a=b"
        );
        regions.clone().stay_at(&there);
        assert_eq!(
            regions.here().as_str(),
            "https://eur01b.outlook.office365.com/adminapi/beta/t-1"
        );
        regions.start_over();
        assert_eq!(regions.here(), regions.first);
    }

    #[test]
    fn who_is_sent_somewhere_else_is_told_where() {
        let regions = regions();
        let from = url("https://outlook.office365.com/adminapi");
        let error = regions
            .follow(&from, Some("https://evil.example/adminapi"))
            .unwrap_err();
        assert_eq!(error.kind, EndpointErrorKind::Refused);
        assert!(error.detail.contains("evil.example"), "{error}");
        for nowhere in [None, Some("https://[")] {
            let error = regions.follow(&from, nowhere).unwrap_err();
            assert_eq!(error.kind, EndpointErrorKind::Protocol);
        }
    }
}
