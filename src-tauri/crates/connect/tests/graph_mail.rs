//! Mail of our own through Graph: of the practice tenant, and of a small server that has no time or none too much.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod small_server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use small_server::{heads, said, server};
use stegvis_connect::graph::Graph;
use stegvis_connect::graph_mail::GraphMailer;
use stegvis_connect::http::{Application, Authorized, HttpClient, TokenSource};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{Attachment, EndpointErrorKind, Mail, Mailer};
use stegvis_lab::{Lab, LabOptions};
use stegvis_wire::graph::SCOPE;
use url::Url;

fn mail(to: &str, size: usize) -> Mail {
    Mail {
        to: to.parse().unwrap(),
        subject: "Omgång 1 är klar".to_owned(),
        text: "Tio brevlådor, inga fel.".to_owned(),
        attachments: vec![Attachment {
            name: "report.csv".to_owned(),
            media_type: "text/csv".to_owned(),
            bytes: vec![b'x'; size],
        }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_from_a_mailbox_of_the_tenant_and_from_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 2;
    let lab = Lab::start(options).await.unwrap();
    let details = lab.details();
    let tenant = CloudTenant::new(TenantSettings {
        tenant_id: details.tenant_id.clone(),
        sign_in: TenantSignIn::Secret(Application {
            token_url: details.tenant.token_url.parse().unwrap(),
            client_id: details.tenant.client_id.clone(),
            client_secret: details.tenant.client_secret.clone().into(),
        }),
        graph: details.tenant.graph.parse().unwrap(),
        admin_api: details.tenant.admin_api.parse().unwrap(),
        trust: Trust::SystemAnd(details.ca_pem.clone()),
        usage_location: None,
    })
    .unwrap();
    let sender = details.tenant.administrator.parse().unwrap();
    // The largest that goes in one request, which base64 makes a third larger.
    let report = mail(&details.notify, 2_900_000);
    tenant.mailer(sender).send(&report).await.unwrap();
    let sunk = lab.judge().await.unwrap().mails;
    let found = sunk.first().unwrap();
    assert_eq!(found.subject, report.subject);
    assert_eq!(found.to, [&*details.notify]);

    // Nobody's mailbox is in the cloud yet.
    let early = details.mailboxes.first().unwrap().address.parse().unwrap();
    let error = tenant.mailer(early).send(&report).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::NotFound, "{error}");
    assert_eq!(lab.judge().await.unwrap().mails.len(), 1);
}

fn mailer(base: &Url) -> GraphMailer {
    let http = HttpClient::new(base, &Trust::Pinned("0".repeat(64))).unwrap();
    let application = Application {
        token_url: base.join("/token").unwrap(),
        client_id: "a-1".to_owned(),
        client_secret: "s3cret".to_owned().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    let graph = Graph::new(base.clone(), Authorized::new(http, tokens));
    GraphMailer::new(graph, "wizard@contoso.example".parse().unwrap())
}

const ACCEPTED: &str = "202 Accepted";

#[tokio::test]
async fn a_graph_without_time_is_waited_for_and_a_lost_answer_sends_no_second_mail() {
    let asked = AtomicUsize::new(0);
    let busy = move |_| {
        let busy = asked.fetch_add(1, Ordering::Relaxed) == 0;
        std::future::ready(if busy {
            said("429 Too Many Requests", "Retry-After: 0.3\r\n", "")
        } else {
            said(ACCEPTED, "", "")
        })
    };
    let (base, heard) = server("/v1.0", busy).await;
    let begun = Instant::now();
    let report = mail("anna@contoso.example", 10);
    mailer(&base).send(&report).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));
    let heads = heads(&heard);
    assert_eq!(heads.len(), 2);
    let head = heads.first().unwrap();
    assert!(
        head.starts_with("POST /v1.0/users/wizard@contoso.example/sendMail "),
        "{head}"
    );

    let (base, heard) = server("/v1.0", async |_| String::new()).await;
    let error = mailer(&base).send(&report).await.unwrap_err();
    assert!(
        matches!(
            error.kind,
            EndpointErrorKind::Disconnected | EndpointErrorKind::Unreachable
        ),
        "{error:?}"
    );
    assert_eq!(small_server::heads(&heard).len(), 1);
}

#[tokio::test]
async fn what_is_too_large_for_graph_is_refused_before_it_is_sent() {
    let (base, heard) = server("/v1.0", async |_| said(ACCEPTED, "", "")).await;
    let error = mailer(&base)
        .send(&mail("anna@contoso.example", 3_000_001))
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::Refused);
    assert!(heads(&heard).is_empty());
}

#[tokio::test]
async fn one_mailbox_has_no_more_than_four_requests_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = (now.clone(), most.clone());
    let slow = move |_| {
        let (now, most) = counted.clone();
        async move {
            let here = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(here, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            said(ACCEPTED, "", "")
        }
    };
    let (base, heard) = server("/v1.0", slow).await;
    let mailer = mailer(&base);
    let report = mail("anna@contoso.example", 10);
    let all = (0..10).map(|_| mailer.send(&report));
    for sent in futures::future::join_all(all).await {
        sent.unwrap();
    }
    assert_eq!(heads(&heard).len(), 10);
    assert_eq!(most.load(Ordering::SeqCst), 4);
}
