//! Connect: the endpoint's tests, as a person would make them one after another.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stegvis_connect::imap::probe_imap;
use stegvis_connect::tls;
use stegvis_engine::ports::{
    ChangesRequest, Clock as _, EndpointError, EndpointErrorKind, FetchRequest, FetchedBody,
    MailboxRef,
};
use stegvis_engine::preflight::mailbox_ref;
use stegvis_model::{Engine, Security, Severity, StoredName as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::absent::Absent;
use crate::dto::{EndpointSettings, EndpointTest, EndpointTestId, EndpointView};
use crate::project::{Project, key};
use crate::secrets::SecretName;
use crate::{Error, ErrorCode};

const ALL: [EndpointTestId; 7] = [
    EndpointTestId::Name,
    EndpointTestId::Port,
    EndpointTestId::Tls,
    EndpointTestId::Certificate,
    EndpointTestId::Protocol,
    EndpointTestId::OpensMailboxes,
    EndpointTestId::Speed,
];

/// How much of a mailbox is read to measure speed, and how long at most.
const SPEED_BYTES: u64 = 4 * 1024 * 1024;
const SPEED_TIME: Duration = Duration::from_secs(8);

/// The last tests of the endpoint, and which old server they are of, by number: what was tested of one says nothing of the
/// next.
#[derive(Debug, Default)]
pub(crate) struct EndpointTests {
    done: Vec<EndpointTest>,
    of: u32,
}

impl EndpointTests {
    /// The old server is another one, or goes by another password.
    pub(crate) fn forget(&mut self) {
        self.done.clear();
        self.of = self.of.wrapping_add(1);
    }

    /// Keeps what was found of an old server, where it still is that one.
    fn keep(&mut self, of: u32, done: Vec<EndpointTest>) {
        if self.of == of {
            self.done = done;
        }
    }
}

fn test(
    id: EndpointTestId,
    severity: Severity,
    code: &str,
    values: &[(&str, String)],
) -> EndpointTest {
    EndpointTest {
        test: id,
        severity: severity.name().to_owned(),
        code: code.to_owned(),
        values: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        server_words: None,
    }
}

fn failed(
    id: EndpointTestId,
    code: &str,
    values: &[(&str, String)],
    error: &EndpointError,
) -> EndpointTest {
    EndpointTest {
        server_words: Some(error.detail.clone()),
        ..test(id, Severity::Fail, code, values)
    }
}

fn not_run(id: EndpointTestId) -> EndpointTest {
    test(id, Severity::NotRun, "notRun", &[])
}

impl Project {
    /// What is or would be saved, and the last tests.
    pub(crate) async fn endpoint_view(&self) -> Result<EndpointView, Error> {
        let project = self.dir.display().to_string();
        let mut tests = self.endpoint_tests().done.clone();
        if tests.is_empty() {
            tests = ALL.into_iter().map(not_run).collect();
        }
        let places = self.places();
        let source = places.source.as_ref();
        Ok(EndpointView {
            engine: self.engine()?.name().to_owned(),
            service: self.service_view()?,
            settings: EndpointSettings {
                host: source.map_or_else(String::new, |source| source.host.clone()),
                port: source.map_or(993, |source| source.port),
                security: source.map_or_else(
                    || Security::ImplicitTls.name().to_owned(),
                    |source| source.security.clone(),
                ),
                account: source.map_or_else(String::new, |source| source.account.clone()),
                max_concurrent_migrations: self.concurrency()?,
            },
            password_kept: self
                .secrets
                .find(&project, SecretName::Source)
                .await
                .is_some(),
            testing: false,
            tests,
            saved: self
                .setting(|tx| tx.setting(key::ENDPOINT_SAVED))?
                .is_some(),
        })
    }

    pub(crate) fn endpoint_tests(&self) -> MutexGuard<'_, EndpointTests> {
        self.endpoint_tests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the tests in order; what depends on a failed one is not run.
    pub(crate) async fn test_endpoint(
        &self,
        settings: &EndpointSettings,
    ) -> Result<EndpointView, Error> {
        self.accept(settings)?;
        // Not while they change, and before the ports are asked for: those that come later are a later server's.
        let of = {
            let _still = self.changing.lock().await;
            self.endpoint_tests().of
        };
        let mut tests = self.tests().await;
        let done = tests.len();
        tests.extend(ALL.into_iter().skip(done).map(not_run));
        self.endpoint_tests().keep(of, tests);
        self.endpoint_view().await
    }

    /// Keeps the settings; a failed test is a reason not to.
    pub(crate) async fn save_endpoint(
        &self,
        settings: &EndpointSettings,
    ) -> Result<EndpointView, Error> {
        self.accept(settings)?;
        if self.engine()? == Engine::Service {
            return self.save_cloud_endpoint(settings).await;
        }
        // What was tested must still be the old server when it is kept.
        let _still = self.changing.lock().await;
        let tested = self.endpoint_tests().done.clone();
        let fails = tested
            .iter()
            .any(|test| test.severity == Severity::Fail.name());
        if tested.is_empty() || fails {
            return Err(Error::new(
                ErrorCode::EndpointMissing,
                "the endpoint has not passed its tests",
                "Test it, mend what failed, and save it then.",
            ));
        }
        let now = self.clock.now();
        self.setting(|tx| {
            tx.set_setting(
                key::CONCURRENCY,
                &settings.max_concurrent_migrations.to_string(),
            )?;
            tx.set_setting(key::ENDPOINT_SAVED, &now.to_string())?;
            let at_once = settings.max_concurrent_migrations.to_string();
            tx.log(now, None, "EndpointSaved", &at_once)
        })?;
        self.tell_project();
        self.endpoint_view().await
    }

    fn accept(&self, settings: &EndpointSettings) -> Result<(), Error> {
        if !(1..=100).contains(&settings.max_concurrent_migrations) {
            return Err(Error::invalid(
                format!(
                    "{} mailboxes at the same time",
                    settings.max_concurrent_migrations
                ),
                "Choose between 1 and 100; 20 is the usual number.",
            ));
        }
        let places = self.places();
        let Some(source) = &places.source else {
            return Err(Absent::source().error().into());
        };
        // Where the server is is said in one place, with its password and its certificate.
        if settings.host != source.host
            || settings.port != source.port
            || settings.account != source.account
        {
            self.is_real()?;
            return Err(Error::invalid(
                format!("the old server is {}:{}", source.host, source.port),
                "Keep the other server first, with its password.",
            ));
        }
        Ok(())
    }

    async fn tests(&self) -> Vec<EndpointTest> {
        let ports = self.connections();
        let mut done = Vec::new();
        let Some(endpoint) = &ports.source_endpoint else {
            let error = Absent::source().error();
            done.push(failed(EndpointTestId::Name, "notConnected", &[], &error));
            return done;
        };
        match tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))
            .await
            .map(|mut found| found.next())
        {
            Ok(Some(address)) => {
                done.push(test(
                    EndpointTestId::Name,
                    Severity::Pass,
                    "ok",
                    &[("address", address.ip().to_string())],
                ));
            }
            other => {
                let words = other
                    .err()
                    .map_or_else(|| "no address".to_owned(), |error| error.to_string());
                let error = EndpointError::new(EndpointErrorKind::Unreachable, words);
                done.push(failed(EndpointTestId::Name, "unresolved", &[], &error));
                return done;
            }
        }
        let patience = Duration::from_secs(10);
        match tls::dial(&endpoint.host, endpoint.port, patience).await {
            Ok(_) => done.push(test(EndpointTestId::Port, Severity::Pass, "open", &[])),
            Err(error) => {
                done.push(failed(EndpointTestId::Port, "closed", &[], &error));
                return done;
            }
        }
        let (host, port, trust) = (&endpoint.host, endpoint.port, &endpoint.trust);
        let seen = match endpoint.security {
            Security::ImplicitTls => tls::probe(host, port, trust, patience).await.map(Some),
            Security::StartTls => {
                let protocol = tls::StartTls::Imap;
                tls::probe_after_start(protocol, host, port, trust, patience)
                    .await
                    .map(Some)
            }
            Security::Plaintext => Ok(None),
        };
        match seen {
            Ok(None) => {
                done.push(test(EndpointTestId::Tls, Severity::Warn, "plaintext", &[]));
                done.push(not_run(EndpointTestId::Certificate));
            }
            Ok(Some(seen)) => {
                done.push(test(
                    EndpointTestId::Tls,
                    Severity::Pass,
                    "ok",
                    &[("version", seen.tls_version.clone())],
                ));
                match seen.trusted {
                    Ok(()) => done.push(test(
                        EndpointTestId::Certificate,
                        Severity::Pass,
                        "ok",
                        &[
                            ("subject", seen.subject),
                            ("until", seen.not_after.to_string()),
                        ],
                    )),
                    Err(_) => {
                        done.push(test(
                            EndpointTestId::Certificate,
                            Severity::Fail,
                            "untrusted",
                            &[("fingerprint", seen.fingerprint)],
                        ));
                        return done;
                    }
                }
            }
            Err(error) => {
                done.push(failed(EndpointTestId::Tls, "failed", &[], &error));
                return done;
            }
        }
        match probe_imap(endpoint).await {
            Ok(found) => {
                done.push(test(
                    EndpointTestId::Protocol,
                    Severity::Pass,
                    "ok",
                    &[("greeting", found.greeting)],
                ));
            }
            Err(error) => {
                done.push(failed(EndpointTestId::Protocol, "notImap", &[], &error));
                return done;
            }
        }
        let mailboxes = self.mailboxes_to_try().await;
        let opens = self.opens(&mailboxes).await;
        let all_open = opens.severity == Severity::Pass.name();
        done.push(opens);
        if all_open && let Some(first) = mailboxes.first() {
            done.push(self.speed(first).await);
        }
        done
    }

    /// The chosen mailboxes, or a few where none is chosen yet.
    async fn mailboxes_to_try(&self) -> Vec<MailboxRef> {
        let chosen = self.chosen_addresses().unwrap_or_default();
        let all = self
            .connections()
            .directory
            .mailboxes()
            .await
            .unwrap_or_default();
        all.iter()
            .filter(|mailbox| chosen.is_empty() || chosen.contains(&mailbox.address))
            .take(if chosen.is_empty() { 3 } else { usize::MAX })
            .map(mailbox_ref)
            .collect()
    }

    async fn opens(&self, mailboxes: &[MailboxRef]) -> EndpointTest {
        let (mut opened, mut first_error) = (0_usize, None);
        for mailbox in mailboxes {
            match self.connections().source.open(mailbox).await {
                Ok(mut source) => {
                    source.close().await;
                    opened += 1;
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        let values = [
            ("opened", opened.to_string()),
            ("of", mailboxes.len().to_string()),
        ];
        match first_error {
            None if mailboxes.is_empty() => not_run(EndpointTestId::OpensMailboxes),
            None => test(
                EndpointTestId::OpensMailboxes,
                Severity::Pass,
                "ok",
                &values,
            ),
            Some(error) => failed(EndpointTestId::OpensMailboxes, "refused", &values, &error),
        }
    }

    /// Reads a few megabytes of a mailbox and throws them away.
    async fn speed(&self, mailbox: &MailboxRef) -> EndpointTest {
        let started = Instant::now();
        match tokio::time::timeout(SPEED_TIME, self.read_some(mailbox)).await {
            Ok(Ok(bytes)) if bytes > 0 => {
                #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
                let rate =
                    bytes as f64 / 1_000_000.0 / started.elapsed().as_secs_f64().max(0.001) * 60.0;
                test(
                    EndpointTestId::Speed,
                    Severity::Pass,
                    "ok",
                    &[("mbPerMinute", format!("{rate:.0}"))],
                )
            }
            Ok(Err(error)) => failed(EndpointTestId::Speed, "notMeasured", &[], &error),
            Ok(Ok(_)) | Err(_) => test(EndpointTestId::Speed, Severity::Warn, "notMeasured", &[]),
        }
    }

    async fn read_some(&self, mailbox: &MailboxRef) -> Result<u64, EndpointError> {
        let mut source = self.connections().source.open(mailbox).await?;
        let folders = source.folders().await?;
        let Some(folder) = folders
            .into_iter()
            .filter(|folder| folder.selectable)
            .max_by_key(|folder| folder.items)
        else {
            return Ok(0);
        };
        let request = ChangesRequest {
            folder: folder.path.clone(),
            since: None,
        };
        let listed = source
            .changes(&[request])
            .await?
            .into_iter()
            .flat_map(|changes| changes.items);
        let (mut items, mut bytes) = (Vec::new(), 0_u64);
        for item in listed {
            bytes += item.size;
            items.push((item.key, item.size));
            if bytes >= SPEED_BYTES {
                break;
            }
        }
        let (into, mut fetched) = mpsc::channel(16);
        let request = FetchRequest {
            folder: folder.path,
            items,
        };
        let reading = source.fetch(vec![request], into, CancellationToken::new());
        let counting = async {
            let mut read = 0_u64;
            while let Some(item) = fetched.recv().await {
                if let FetchedBody::Message(body) = item.body {
                    read += body.size();
                }
            }
            read
        };
        let (ended, read) = tokio::join!(reading, counting);
        ended?;
        source.close().await;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tested_of_the_server_before_says_nothing_of_the_next() {
        let mut tests = EndpointTests::default();
        let passed = || vec![test(EndpointTestId::Name, Severity::Pass, "ok", &[])];
        tests.keep(tests.of, passed());
        assert_eq!(tests.done.len(), 1);
        // The server is changed, and then a test of the one before comes to its end.
        let before = tests.of;
        tests.forget();
        tests.keep(before, passed());
        assert!(tests.done.is_empty());
        tests.keep(tests.of, passed());
        assert_eq!(tests.done.len(), 1);
    }
}
