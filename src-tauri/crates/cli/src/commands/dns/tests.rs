#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stegvis_api::dto::{AppEvent, DnsPageView, DnsSettingsDto, MailboxChoice};
use stegvis_api::{App, Secrets};
use stegvis_lab::LabOptions;

use crate::practice::OwnPractice;

/// The product on a practice company, and every page of DNS that it sent.
struct Open {
    app: App,
    told: Arc<Mutex<Vec<DnsPageView>>>,
}

impl Open {
    async fn new(dir: &Path) -> Self {
        let told: Arc<Mutex<Vec<DnsPageView>>> = Arc::default();
        let hears = Arc::clone(&told);
        let app = App::new(
            dir,
            Secrets::in_memory(),
            Arc::new(OwnPractice::of(LabOptions::new(""))),
            Arc::new(move |event| {
                if let AppEvent::Dns { view } = event {
                    hears.lock().unwrap().push(view);
                }
            }),
        );
        app.open_practice(dir, Some(2)).await.unwrap();
        Self { app, told }
    }

    /// The first page that is as wanted.
    async fn hear(&self, wanted: impl Fn(&DnsPageView) -> bool) -> DnsPageView {
        let begun = Instant::now();
        loop {
            let found = self
                .told
                .lock()
                .unwrap()
                .iter()
                .find(|page| wanted(page))
                .cloned();
            if let Some(page) = found {
                return page;
            }
            if begun.elapsed() > Duration::from_secs(60) {
                panic!("never told; last {:#?}", self.told.lock().unwrap().last());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn changed(page: &DnsPageView, subject: &str) -> bool {
    page.history
        .iter()
        .any(|line| line.change.subject == subject)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_outlives_trouble_and_the_closing_of_its_project_and_ends_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("project");
    let open = Open::new(&dir).await;
    // No mailbox, no domain.
    let page = open.app.dns_view().await.unwrap();
    assert_eq!((page.domain, page.practice), (None, true));
    assert!(open.app.watch_dns(true).await.is_err());
    let rows = open.app.mailboxes_view().await.unwrap().rows;
    let all = rows.into_iter().map(|row| MailboxChoice {
        address: row.address,
        chosen: true,
        pilot: false,
    });
    open.app.choose_mailboxes(all.collect()).await.unwrap();

    let page = open.app.watch_dns(true).await.unwrap();
    assert!(page.watching && page.view.is_none());
    let seen = open.hear(|page| page.view.is_some()).await;
    assert!(seen.next_at.is_some() && seen.watching);
    let after = seen.mail_after_mx.unwrap();
    assert_eq!((after.delivered, after.loops.len()), (0, 2), "{after:?}");
    let refused = open
        .app
        .practice_dns("moveMx".to_owned())
        .await
        .unwrap_err();
    assert!(
        refused.message.contains("2 mailboxes are not synced"),
        "{refused}"
    );
    let nonsense = open.app.practice_dns("moveEverything".to_owned()).await;
    assert!(nonsense.is_err());

    // A resolver that answers nobody, and servers that are not there: the watch says so and goes on.
    let choice = |servers: &[&str]| DnsSettingsDto {
        domain: "nordvik.example".to_owned(),
        resolvers: servers.iter().map(ToString::to_string).collect(),
        authoritative: servers.iter().map(ToString::to_string).collect(),
        old: Vec::new(),
    };
    open.app.choose_dns(choice(&["127.0.0.1:1"])).await.unwrap();
    open.hear(|page| page.watching && page.trouble.is_some())
        .await;
    open.told.lock().unwrap().clear();
    open.app.choose_dns(choice(&[])).await.unwrap();
    open.hear(|page| page.trouble.is_none() && page.next_at.is_some())
        .await;
    assert!(open.app.choose_dns(choice(&["no address"])).await.is_err());

    open.app.close_project().await.unwrap();
    drop(open);
    let open = Open::new(&dir).await;
    assert!(open.app.dns_view().await.unwrap().watching);
    open.hear(|page| page.next_at.is_some()).await;
    open.app.practice_dns("dkim".to_owned()).await.unwrap();
    let page = open.hear(|page| changed(page, "dkimSelector1")).await;
    assert!(
        page.before
            .unwrap()
            .contains("IN MX 10 mail.nordvik.example.")
    );
    let file = open.app.save_dns_lines().await.unwrap();
    let lines = std::fs::read_to_string(file.path).unwrap();
    assert!(lines.contains("; mx (later)"), "{lines}");

    assert!(!open.app.watch_dns(false).await.unwrap().watching);
    open.app.close_project().await.unwrap();
    drop(open);
    let open = Open::new(&dir).await;
    assert!(!open.app.dns_view().await.unwrap().watching);
    open.app.close_project().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_came_by_the_old_server_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("project");
    let open = Open::new(&dir).await;
    let rows = open.app.mailboxes_view().await.unwrap().rows;
    let all = rows.into_iter().map(|row| MailboxChoice {
        address: row.address,
        chosen: true,
        pilot: false,
    });
    open.app.choose_mailboxes(all.collect()).await.unwrap();
    let mail = open.app.practice_test_mail().await.unwrap().mail;
    assert!(mail.contains("ex07.nordvik.example"), "{mail}");
    let page = open.app.prove_delivery(mail).await.unwrap();
    let delivery = page.delivery.unwrap();
    assert_eq!(delivery.code.as_deref(), Some("oldServer"), "{delivery:?}");
    assert_eq!(page.direct_delivery_at, None);
    let page = open.app.prove_delivery("no mail".to_owned()).await.unwrap();
    assert_eq!(page.delivery.unwrap().code.as_deref(), Some("noMail"));
    open.app.close_project().await.unwrap();
}
