//! The watch of an open project: it looks until all is right everywhere, whatever goes wrong in between, and begins
//! again when the project is opened again.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use stegvis_engine::dns::{Pace, WatchEnd, WatchEvent, watch};
use stegvis_engine::ports::Clock as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::choice::key;
use super::{Asked, DnsQuery};
use crate::Error;
use crate::dto::AppEvent;
use crate::project::Project;

/// The watch, while there is one.
#[derive(Default)]
pub(crate) struct DnsWatch {
    stop: Option<CancellationToken>,
    tasks: Vec<JoinHandle<()>>,
    next_at: Option<Timestamp>,
    trouble: Option<String>,
}

impl Project {
    fn dns_watch(&self) -> MutexGuard<'_, DnsWatch> {
        self.dns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a watch, when it looks next, and why it did not see anything the last time.
    pub(super) fn dns_watch_told(&self) -> (bool, Option<Timestamp>, Option<String>) {
        let watch = self.dns_watch();
        let next_at = watch.next_at.filter(|_| watch.stop.is_some());
        (watch.stop.is_some(), next_at, watch.trouble.clone())
    }

    pub(super) fn dns_trouble(&self, words: Option<String>) {
        self.dns_watch().trouble = words;
    }

    /// Begins the watch, anew where there is one.
    pub(super) fn begin_dns_watch(self: &Arc<Self>) -> Result<(), Error> {
        let domain = self.dns_domain_needed()?;
        self.setting(|tx| tx.set_setting(&key("watched", &domain), "yes"))?;
        let stop = CancellationToken::new();
        let mut watch = self.dns_watch();
        if let Some(before) = watch.stop.replace(stop.clone()) {
            before.cancel();
        }
        watch.next_at = None;
        watch.trouble = None;
        watch.tasks.retain(|task| !task.is_finished());
        let task = tokio::spawn(Arc::clone(self).follow_dns(stop));
        watch.tasks.push(task);
        Ok(())
    }

    /// Ends the watch because a person said so.
    pub(super) async fn stop_dns_watch(&self) -> Result<(), Error> {
        if let Some(domain) = self.dns_domain()? {
            self.setting(|tx| tx.clear_setting(&key("watched", &domain)))?;
        }
        self.end_dns_watch().await;
        Ok(())
    }

    /// Ends the watch because the project closes: it is remembered that there was one.
    pub(crate) async fn end_dns_watch(&self) {
        let tasks = {
            let mut watch = self.dns_watch();
            if let Some(stop) = watch.stop.take() {
                stop.cancel();
            }
            std::mem::take(&mut watch.tasks)
        };
        for task in tasks {
            if let Err(error) = task.await {
                tracing::warn!(%error, "the watch of DNS ended badly");
            }
        }
    }

    /// Begins the watch of a project that was being watched when it was last open.
    pub(crate) fn watch_dns_again(self: &Arc<Self>) -> Result<(), Error> {
        if self.dns_was_watched()? {
            self.begin_dns_watch()?;
        }
        Ok(())
    }

    async fn follow_dns(self: Arc<Self>, stop: CancellationToken) {
        let pace = self.dns_pace();
        let all_known = DnsQuery::default();
        let asked = loop {
            // The tenant may be out of reach, like any server; the watch outlives that.
            let asked = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                asked = self.dns_asked(&all_known) => asked,
            };
            match asked {
                Ok(asked) => break asked,
                Err(error) => {
                    self.dns_trouble(Some(error.message));
                    let wait = SignedDuration::try_from(pace.ordinary);
                    let next = self
                        .clock
                        .now()
                        .saturating_add(wait.unwrap_or(SignedDuration::MAX));
                    self.dns_watch().next_at = next.ok();
                    self.tell_dns();
                }
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pace.ordinary) => {}
            }
        };
        let end = watch(
            &asked.dns,
            &asked.expected,
            &asked.old,
            &*self.clock,
            pace,
            &stop,
            |event| self.seen_by_watch(&asked, event),
        )
        .await;
        // Another watch may have taken this one's place meanwhile.
        if matches!(end, WatchEnd::Everywhere(_)) && !stop.is_cancelled() {
            let key = key("watched", &asked.domain);
            if let Err(error) = self.setting(|tx| tx.clear_setting(&key)) {
                tracing::warn!(%error, "the end of the watch of DNS is not remembered");
            }
            {
                let mut watch = self.dns_watch();
                watch.stop = None;
                watch.next_at = None;
            }
            self.tell_dns();
        }
    }

    fn seen_by_watch(&self, asked: &Asked, event: WatchEvent) {
        match event {
            WatchEvent::Seen(check) => {
                let kept = asked.keep(&check);
                self.dns_trouble(kept.err().map(|error| error.message));
            }
            // The history is told by what is kept.
            WatchEvent::Changed(_) => {}
            WatchEvent::Trouble(error) => self.dns_trouble(Some(error.detail)),
            WatchEvent::Next(at) => {
                self.dns_watch().next_at = Some(at);
                self.tell_dns();
            }
        }
    }

    pub(crate) fn tell_dns(&self) {
        match self.dns_page() {
            Ok(view) => (self.events)(AppEvent::Dns { view }),
            Err(error) => tracing::warn!(%error, "what is known of DNS could not be read"),
        }
    }

    /// The practice company's servers are this computer's own, and its caches forget within a minute.
    pub(super) fn dns_pace(&self) -> Pace {
        if self.places().dns.is_some() {
            Pace {
                shortest: Duration::from_secs(2),
                ordinary: Duration::from_secs(3),
                longest: Duration::from_secs(10),
            }
        } else {
            Pace::default()
        }
    }
}
