//! A tenant whose calls are sent on to another host, played by two small servers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod small_server;

use std::sync::Arc;

use small_server::{body, heads, said, server};
use stegvis_connect::exchange_online::{CmdletError, ExchangeOnline};
use stegvis_connect::http::{Application, Authorized, HttpClient, TokenSource};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::exchange_online::{Cmdlet, SCOPE, get_accepted_domain};
use url::Url;

const PATH: &str = "/adminapi/beta/t-1";

fn sent_on(status: u16, location: &str) -> String {
    said(
        &format!("{status} Somewhere"),
        &format!("Location: {location}\r\nSet-Cookie: place=front; path=/\r\n"),
        "",
    )
}

fn exchange(base: &Url) -> ExchangeOnline {
    let http = HttpClient::new(base, &Trust::Pinned("0".repeat(64))).unwrap();
    let application = Application {
        token_url: base.join("/token").unwrap(),
        client_id: "a-1".to_owned(),
        client_secret: "s3cret".to_owned().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    ExchangeOnline::new(
        base.clone(),
        "t-1".to_owned(),
        Authorized::new(http, tokens),
    )
}

#[tokio::test]
async fn a_call_is_sent_on_with_its_token_and_the_next_one_goes_there_at_once() {
    let (region, in_region) = server(PATH, async |head: String| {
        if head.contains("skiptoken") {
            return body(r#"{"value":[{"Identity":"two"}]}"#);
        }
        // The next page is named by the region itself.
        let host = head
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap();
        body(&format!(
            r#"{{"value":[{{"Identity":"one"}}],"@odata.nextLink":"http://{host}/adminapi/beta/t-1/InvokeCommand?$skiptoken=2"}}"#
        ))
    })
    .await;
    let there = format!("{region}/InvokeCommand");
    let (front, at_front) = server(PATH, move |_| std::future::ready(sent_on(307, &there))).await;
    let exchange = exchange(&front).also_at(region);
    let cmdlet = get_accepted_domain::all();
    for _ in 0..2 {
        assert_eq!(exchange.clone().invoke(&cmdlet).await.unwrap().len(), 2);
    }
    // What may not happen twice is sent on too: who sends on has done nothing.
    let once = Cmdlet::once("New-MigrationBatch");
    assert_eq!(exchange.invoke(&once).await.unwrap().len(), 2);
    assert_eq!(heads(&at_front).len(), 1);
    let heads = heads(&in_region);
    assert_eq!(heads.len(), 6);
    for head in heads {
        assert!(head.starts_with("POST "), "{head}");
        assert!(head.contains("authorization: Bearer t0ken"), "{head}");
        // What the front door said is for the front door.
        assert!(!head.contains("cookie"), "{head}");
    }
}

#[tokio::test]
async fn a_call_that_would_leave_the_service_ends_there_and_the_token_stays() {
    let (evil, at_evil) = server(PATH, async |_| body(r#"{"value":[]}"#)).await;
    let there = format!("{evil}/InvokeCommand");
    let port = evil.port().unwrap().to_string();
    for status in [301, 302, 307, 308] {
        let there = there.clone();
        let (front, at_front) =
            server(PATH, move |_| std::future::ready(sent_on(status, &there))).await;
        let outcome = exchange(&front).invoke(&get_accepted_domain::all()).await;
        let error = EndpointError::from(outcome.unwrap_err());
        assert_eq!(error.kind, EndpointErrorKind::Refused, "{status}: {error}");
        assert!(error.detail.contains("127.0.0.1"), "{error}");
        assert_eq!(heads(&at_front).len(), 1);
    }
    // Nor does it go there for a next page.
    let next = format!(r#"{{"value":[],"@odata.nextLink":"{evil}/InvokeCommand?page=2"}}"#);
    let (front, _) = server(PATH, move |_| std::future::ready(body(&next))).await;
    let outcome = exchange(&front).invoke(&get_accepted_domain::all()).await;
    let error = EndpointError::from(outcome.unwrap_err());
    assert_eq!(error.kind, EndpointErrorKind::Protocol);
    assert!(error.detail.contains(&port), "{error}");
    assert!(heads(&at_evil).is_empty());
}

#[tokio::test]
async fn two_hosts_that_send_a_call_to_and_fro_are_left() {
    let (front, heard) = server(PATH, async |_| {
        sent_on(302, "/adminapi/beta/t-1/InvokeCommand")
    })
    .await;
    let outcome = exchange(&front).invoke(&get_accepted_domain::all()).await;
    assert!(
        matches!(&outcome, Err(CmdletError::Endpoint(error)) if error.kind == EndpointErrorKind::Protocol),
        "{outcome:?}"
    );
    let heads = heads(&heard);
    assert_eq!(heads.len(), 6);
    for (place, head) in heads.iter().enumerate() {
        assert_eq!(head.contains("cookie: place=front"), place > 0, "{head}");
    }
}

#[tokio::test]
async fn a_region_that_no_longer_has_the_tenant_is_left_and_the_front_door_asked() {
    for (status, words) in [
        ("403 Forbidden", "moved"),
        ("421 Misdirected Request", "moved"),
    ] {
        let (old, at_old) = {
            let asked = std::sync::atomic::AtomicUsize::new(0);
            server(PATH, move |_| {
                let first = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
                std::future::ready(if first {
                    body(r#"{"value":[{"Identity":"old"}]}"#)
                } else {
                    said(status, "", words)
                })
            })
            .await
        };
        let (new, at_new) = server(PATH, async |_| body(r#"{"value":[{"Identity":"new"}]}"#)).await;
        let (front, _) = {
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let (old, new) = (
                format!("{old}/InvokeCommand"),
                format!("{new}/InvokeCommand"),
            );
            server(PATH, move |_| {
                let first = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
                std::future::ready(sent_on(307, if first { &old } else { &new }))
            })
            .await
        };
        let exchange = exchange(&front).also_at(old).also_at(new);
        let cmdlet = get_accepted_domain::all();
        exchange.invoke(&cmdlet).await.unwrap();
        assert!(exchange.invoke(&cmdlet).await.is_err());
        assert_eq!(heads(&at_old).len(), 2);
        let found = exchange.invoke(&cmdlet).await.unwrap();
        assert_eq!(found.first().unwrap()["Identity"], "new");
        assert_eq!(heads(&at_new).len(), 1);
    }
}
