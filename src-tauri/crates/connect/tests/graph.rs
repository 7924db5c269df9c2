//! Many requests to the practice tenant's Graph at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[allow(dead_code, reason = "others hear more of it")]
mod small_server;

use std::sync::Arc;
use std::time::Duration;

use stegvis_connect::graph::Graph;
use stegvis_connect::http::{Application, Authorized, HttpClient, TokenSource};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::EndpointErrorKind;
use stegvis_lab::{FaultScript, Lab, LabOptions};
use stegvis_wire::graph::{SCOPE, users};
use url::Url;

async fn graph(faults: FaultScript) -> (tempfile::TempDir, Lab, Graph, Url) {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 45;
    options.faults = faults;
    let lab = Lab::start(options).await.unwrap();
    let details = lab.details();
    let base: Url = details.tenant.graph.parse().unwrap();
    let trust = Trust::SystemAnd(details.ca_pem.clone());
    let http = HttpClient::new(&base, &trust).unwrap();
    let application = Application {
        token_url: details.tenant.token_url.parse().unwrap(),
        client_id: details.tenant.client_id.clone(),
        client_secret: details.tenant.client_secret.clone().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    let graph = Graph::new(base.clone(), Authorized::new(http, tokens));
    (dir, lab, graph, base)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_twenty_at_a_time_and_those_without_time_are_asked_again() {
    for faults in [FaultScript::None, FaultScript::Throttled] {
        let (_dir, _lab, graph, base) = graph(faults).await;
        let all = graph.users().await.unwrap();
        // The administrator is in Sweden already.
        let away: Vec<&users::User> = all
            .iter()
            .filter(|user| user.usage_location.is_none())
            .collect();
        assert_eq!(away.len(), 45);
        let mut requests: Vec<_> = away
            .iter()
            .map(|user| users::set_usage_location(&base, &user.id, "SE"))
            .collect();
        requests.insert(30, users::set_usage_location(&base, "nobody", "SE"));
        let outcomes = graph.each(&requests).await.unwrap();
        assert_eq!(outcomes.len(), 46);
        for (place, outcome) in outcomes.iter().enumerate() {
            let missing = outcome.as_ref().is_err_and(|error| error.is_not_found());
            assert_eq!(missing, place == 30, "{place}: {outcome:?}");
            assert_eq!(outcome.is_ok(), place != 30);
        }
        let all = graph.users().await.unwrap();
        assert!(all.iter().all(|user| user.usage_location.is_some()));
    }
}

#[tokio::test]
async fn one_answer_of_a_batch_that_asks_for_an_hour_is_reported_at_once() {
    let answers = r#"{"responses":[
        {"id":"1","status":429,"headers":{"Retry-After":"3600"},"body":{}},
        {"id":"0","status":429,"headers":{"Retry-After":"3600"},"body":{}}]}"#;
    let (base, heard) = small_server::server("/v1.0", async |_| small_server::body(answers)).await;
    let http = HttpClient::new(&base, &Trust::Pinned("0".repeat(64))).unwrap();
    let application = Application {
        token_url: base.join("/token").unwrap(),
        client_id: "a-1".to_owned(),
        client_secret: "s3cret".to_owned().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    let graph = Graph::new(base.clone(), Authorized::new(http, tokens));
    let request = [users::set_usage_location(&base, "anna", "SE")];
    let asked = tokio::time::timeout(Duration::from_secs(20), graph.each(&request)).await;
    let error = asked.expect("it waits for nothing").unwrap_err();
    let wait = Duration::from_secs(3600);
    assert_eq!(error.kind, EndpointErrorKind::Throttled { wait });
    assert_eq!(small_server::heads(&heard).len(), 1);
}
