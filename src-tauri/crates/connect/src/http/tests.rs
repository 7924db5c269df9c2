#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

/// A server that says these words, one answer per connection, and notes what it was asked.
struct Script {
    base: Url,
    heard: Arc<Mutex<Vec<String>>>,
}

async fn script(answers: &[&str]) -> Script {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut answers: VecDeque<String> = answers.iter().map(|&text| text.to_owned()).collect();
    let notes = heard.clone();
    tokio::spawn(async move {
        while let Some(answer) = answers.pop_front() {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                let read = stream.read(&mut buffer).await.unwrap();
                request.extend_from_slice(buffer.get(..read).unwrap());
            }
            notes
                .lock()
                .unwrap()
                .push(String::from_utf8_lossy(&request).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    Script {
        base: base.parse().unwrap(),
        heard,
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn get(script: &Script) -> Request {
    stegvis_wire::graph::domains::request(&script.base)
}

fn client(script: &Script) -> HttpClient {
    HttpClient::new(&script.base, &Trust::Pinned("0".repeat(64))).unwrap()
}

#[tokio::test]
async fn a_busy_server_is_waited_for_and_asked_again() {
    let script = script(&[
        &answer("429 Too Many Requests", "Retry-After: 0.2\r\n", "later"),
        &answer("503 Service Unavailable", "Retry-After: 0\r\n", "later"),
        &answer("200 OK", "", "here"),
    ])
    .await;
    let started = std::time::Instant::now();
    let answer = client(&script)
        .send(&get(&script), None, LIMIT)
        .await
        .unwrap();
    assert_eq!(answer.body, b"here");
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_server_that_asks_for_an_hour_is_reported_at_once() {
    let script = script(&[&answer(
        "429 Too Many Requests",
        "Retry-After: 3600\r\n",
        "",
    )])
    .await;
    let error = client(&script)
        .send(&get(&script), None, LIMIT)
        .await
        .unwrap_err();
    assert_eq!(
        error.kind,
        EndpointErrorKind::Throttled {
            wait: Duration::from_secs(3600)
        }
    );
}

#[tokio::test]
async fn while_a_server_asks_everyone_to_wait_nobody_asks_it() {
    let script = script(&[
        &answer("503 Service Unavailable", "Retry-After: 0.4\r\n", ""),
        &answer("200 OK", "", "here"),
        &answer("429 Too Many Requests", "Retry-After: 900\r\n", ""),
        &answer("200 OK", "", "never asked for"),
    ])
    .await;
    let (client, request) = (client(&script), get(&script));
    let started = std::time::Instant::now();
    // What is not sent again shuts the gate for the others.
    let once = client.send_once(&request, None, LIMIT).await.unwrap_err();
    assert!(matches!(once.kind, EndpointErrorKind::Throttled { .. }));
    let other = client.clone().send(&request, None, LIMIT).await.unwrap();
    assert_eq!(other.body, b"here");
    assert!(started.elapsed() >= Duration::from_millis(400));
    for _ in 0..2 {
        let error = client.send(&request, None, LIMIT).await.unwrap_err();
        let EndpointErrorKind::Throttled { wait } = error.kind else {
            panic!("{error:?}");
        };
        assert!(wait > Duration::from_secs(890), "{wait:?}");
    }
    assert_eq!(script.heard.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_gate_that_is_shut_again_and_again_is_not_waited_at_for_ever() {
    let script = script(&[]).await;
    let client = client(&script);
    let gate = client.gate().clone();
    let longest = Duration::from_millis(300);
    gate.shut_for(longest * 2 / 3);
    let others = tokio::spawn(async move {
        loop {
            tokio::time::sleep(longest / 3).await;
            gate.shut_for(longest * 2 / 3);
        }
    });
    let passing = tokio::time::timeout(longest * 20, client.pass_within(longest));
    let error = passing.await.unwrap().unwrap_err();
    assert!(matches!(error.kind, EndpointErrorKind::Throttled { .. }));
    others.abort();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let script = script(&[&answer(
        "302 Found",
        "Location: http://evil.example/\r\n",
        "",
    )])
    .await;
    let answer = client(&script)
        .send(&get(&script), None, LIMIT)
        .await
        .unwrap();
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_a_good_one_is_kept() {
    let token = |name: &str| {
        answer(
            "200 OK",
            "",
            &format!(r#"{{"access_token":"{name}","expires_in":3600}}"#),
        )
    };
    let script = script(&[
        &token("first"),
        &answer("401 Unauthorized", "", ""),
        &token("second"),
        &answer("200 OK", "", "one"),
        &answer("200 OK", "", "two"),
    ])
    .await;
    let http = client(&script);
    let application = Application {
        token_url: script.base.join("token").unwrap(),
        client_id: "a-1".into(),
        client_secret: "s3cret".to_owned().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, "scope"));
    let authorized = Authorized::new(http, tokens);
    let one = authorized.send(&get(&script), LIMIT).await.unwrap();
    let two = authorized.send(&get(&script), LIMIT).await.unwrap();
    assert_eq!((&*one.body, &*two.body), (&b"one"[..], &b"two"[..]));
    let bearers: Vec<_> = script
        .heard
        .lock()
        .unwrap()
        .iter()
        .filter_map(|request| {
            let line = request
                .lines()
                .find(|line| line.starts_with("authorization"))?;
            Some(line.to_owned())
        })
        .collect();
    assert_eq!(
        bearers,
        [
            "authorization: Bearer first",
            "authorization: Bearer second",
            "authorization: Bearer second"
        ]
    );
    assert!(!format!("{authorized:?}").contains("second"));
    assert!(!format!("{authorized:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_refused_sign_in_keeps_the_authoritys_words() {
    let script = script(&[&answer(
        "401 Unauthorized",
        "",
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."}"#,
    )])
    .await;
    let application = Application {
        token_url: script.base.clone(),
        client_id: "a-1".into(),
        client_secret: "wrong".to_owned().into(),
    };
    let error = TokenSource::new(client(&script), application, "scope")
        .token()
        .await
        .unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused);
    assert!(error.detail.contains("AADSTS7000215"));
}

#[test]
fn plain_http_is_for_this_computer_only() {
    let trust = Trust::Pinned("0".repeat(64));
    let new = |url: &str| HttpClient::new(&url.parse().unwrap(), &trust);
    assert!(new("http://graph.example/").is_err());
    assert!(new("http://127.0.0.1:8080/").is_ok());
    assert!(new("https://graph.example/").is_ok());
}

#[tokio::test]
async fn what_may_not_happen_twice_is_sent_once_whatever_the_server_says() {
    for busy in ["503 Service Unavailable", "429 Too Many Requests"] {
        let script = script(&[
            &answer(busy, "Retry-After: 0\r\n", ""),
            &answer("200 OK", "", "{}"),
        ])
        .await;
        let outcome = client(&script).send_once(&get(&script), None, LIMIT).await;
        assert!(outcome.is_err(), "{outcome:?}");
        assert_eq!(script.heard.lock().unwrap().len(), 1);
    }
    let script = script(&["HTTP/1.1 2", &answer("200 OK", "", "{}")]).await;
    assert!(
        client(&script)
            .send_once(&get(&script), None, LIMIT)
            .await
            .is_err()
    );
    assert_eq!(script.heard.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_unless_it_was_fetched_just_now() {
    let granted = |token: &str| {
        let body = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
        answer("200 OK", "Content-Type: application/json\r\n", &body)
    };
    let script = script(&[&granted("one"), &granted("two")]).await;
    let application = Application {
        token_url: script.base.join("token").unwrap(),
        client_id: "a-1".to_owned(),
        client_secret: "s3cret".to_owned().into(),
    };
    let tokens = TokenSource::new(client(&script), application, "scope");
    let shown = |token: SecretString| token.expose_secret().to_owned();
    let one = tokens.token().await.unwrap();
    let young = Duration::from_secs(60);
    assert!(tokens.renewed(&one, young).await.unwrap().is_none());
    let two = tokens.renewed(&one, Duration::ZERO).await.unwrap();
    assert_eq!(two.map(shown).as_deref(), Some("two"));
    // Who still holds the first gets the second at once.
    let again = tokens.renewed(&one, young).await.unwrap().map(shown);
    assert_eq!(again.as_deref(), Some("two"));
    assert_eq!(script.heard.lock().unwrap().len(), 2);
}
