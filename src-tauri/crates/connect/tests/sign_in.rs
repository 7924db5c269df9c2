//! Signing in to the practice organisation's tenant, with curl as the person's browser.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use stegvis_connect::exchange_online::{CmdletError, ExchangeOnline};
use stegvis_connect::http::{Authorized, HttpClient, TokenSource};
use stegvis_connect::keychain::Keychain;
use stegvis_connect::sign_in::{
    Ask, Authority, Certificate, Farewell, KeptInKeychain, Session, SignIn, SignInError,
};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_lab::{Lab, LabOptions};
use stegvis_wire::exchange_online::{SCOPE as EXCHANGE, get_accepted_domain};
use stegvis_wire::graph::SCOPE as GRAPH;
use stegvis_wire::oauth::Cause;
use url::Url;

struct Practice {
    lab: Lab,
    _dir: tempfile::TempDir,
}

async fn practice(change: impl FnOnce(&mut LabOptions)) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 1;
    change(&mut options);
    Practice {
        lab: Lab::start(options).await.unwrap(),
        _dir: dir,
    }
}

impl Practice {
    fn http(&self) -> HttpClient {
        let details = self.lab.details();
        let server = details.tenant.token_url.parse().unwrap();
        HttpClient::new(&server, &Trust::SystemAnd(details.ca_pem.clone())).unwrap()
    }

    fn sign_in(&self) -> SignIn {
        let tenant = &self.lab.details().tenant;
        let authority = Authority {
            authorize_url: tenant.authorize_url.parse().unwrap(),
            token_url: tenant.token_url.parse().unwrap(),
            device_code_url: tenant.device_code_url.parse().unwrap(),
            client_id: tenant.client_id.clone(),
        };
        SignIn::new(self.http(), authority)
    }

    /// A person fills in a page's form. What the page carries is what the program sent the browser with.
    fn answers(&self, page: &str, carried: &str, answer: &str) {
        let details = self.lab.details();
        let encode = |pairs: &[(&str, &str)]| {
            url::form_urlencoded::Serializer::new(carried.to_owned())
                .extend_pairs(pairs)
                .finish()
        };
        let body = encode(&[
            ("login", &details.tenant.administrator),
            ("passwd", &details.tenant.administrator_password),
            ("answer", answer),
        ]);
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-L", "--max-time", "20", "--cacert"])
            .arg(&details.ca_path)
            .args(["-d", &body, page]);
        aside(curl);
    }

    async fn in_browser(&self, answer: &str, limit: Duration) -> Result<Session, SignInError> {
        let farewell = Farewell {
            done: "Signed in.".to_owned(),
            refused: "Not signed in.".to_owned(),
        };
        let ask = Ask {
            scopes: &[EXCHANGE],
            prompt: None,
            login_hint: None,
            claims: None,
            farewell: &farewell,
            limit,
        };
        let opened = |url: &Url| {
            let query = url.query().unwrap();
            let back = url.query_pairs().find(|(name, _)| name == "redirect_uri");
            // Something else on this computer knocks too.
            let stranger = format!("{}/?code=stolen&state=guessed", back.unwrap().1);
            let mut curl = Command::new("curl");
            curl.args(["-sS", &stranger]);
            aside(curl);
            let page = url.as_str().replace("/oauth2/v2.0/authorize", "/login");
            if !answer.is_empty() {
                self.answers(page.split('?').next().unwrap(), query, answer);
            }
        };
        self.sign_in().in_browser(&ask, opened).await
    }

    fn exchange(&self, tokens: TokenSource) -> ExchangeOnline {
        let details = self.lab.details();
        ExchangeOnline::new(
            details.tenant.admin_api.parse().unwrap(),
            details.tenant_id.clone(),
            Authorized::new(self.http(), Arc::new(tokens)),
        )
    }
}

/// Runs a program while the test goes on.
fn aside(mut command: Command) {
    command.stdin(Stdio::null());
    std::thread::spawn(move || command.output().unwrap());
}

async fn works(exchange: &ExchangeOnline) -> Result<(), CmdletError> {
    let domains = exchange.invoke(&get_accepted_domain::all()).await?;
    assert_eq!(domains.len(), 3);
    Ok(())
}

fn trouble(error: CmdletError) -> EndpointError {
    EndpointError::from(error)
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_once_in_the_browser_and_every_resource_has_its_token() {
    let practice = practice(|_| ()).await;
    let session = Arc::new(practice.in_browser("accept", MINUTE).await.unwrap());
    let details = practice.lab.details();
    assert_eq!(session.name(), Some(details.tenant.administrator.as_str()));
    assert_eq!(session.tenant_id(), Some(details.tenant_id.as_str()));
    let exchange = practice.exchange(TokenSource::of_person(session.clone(), EXCHANGE));
    works(&exchange).await.unwrap();
    // A token for Graph is another one, and opens nothing here.
    let wrong = practice.exchange(TokenSource::of_person(session.clone(), GRAPH));
    let error = trouble(works(&wrong).await.unwrap_err());
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused);
    assert!(!format!("{session:?}").contains("eyJ"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_no_or_never_answers_is_not_signed_in() {
    let practice = practice(|_| ()).await;
    let declined = practice.in_browser("cancel", MINUTE).await.unwrap_err();
    assert_eq!(declined.cause(), Cause::Declined);
    let silent = practice.in_browser("", Duration::from_millis(300)).await;
    assert_eq!(silent.unwrap_err(), SignInError::TimedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_end_in_mid_run_are_renewed_without_a_visible_stop() {
    let practice =
        practice(|options| options.tenant.token_life = Duration::from_millis(1500)).await;
    let session = Arc::new(practice.in_browser("accept", MINUTE).await.unwrap());
    let exchange = practice.exchange(TokenSource::of_person(session, EXCHANGE));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        works(&exchange).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_consent_ends_the_session_in_words_and_another_sign_in_begins_a_new_one() {
    let practice = practice(|options| options.tenant.token_life = Duration::from_secs(1)).await;
    let session = Arc::new(practice.in_browser("accept", MINUTE).await.unwrap());
    let exchange = practice.exchange(TokenSource::of_person(session, EXCHANGE));
    works(&exchange).await.unwrap();
    practice.lab.withdraw_consent().unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let error = trouble(works(&exchange).await.unwrap_err());
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused);
    assert!(error.detail.contains("AADSTS65001"), "{error}");
    // The administrator consents by signing in; what was granted before stays worth nothing.
    let session = Arc::new(practice.in_browser("accept", MINUTE).await.unwrap());
    let again = practice.exchange(TokenSource::of_person(session, EXCHANGE));
    works(&again).await.unwrap();
    assert!(works(&exchange).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_wants_more_proved_gets_a_token_that_proves_it() {
    let practice = practice(|_| ()).await;
    let session = Arc::new(practice.in_browser("accept", MINUTE).await.unwrap());
    let exchange = practice.exchange(TokenSource::of_person(session, EXCHANGE));
    works(&exchange).await.unwrap();
    practice.lab.demand_claims(true);
    works(&exchange).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_on_another_device_unless_the_tenant_forbids_it() {
    let practice = practice(|_| ()).await;
    let sign_in = practice.sign_in();
    let on_device = async |practice: &Practice, answer: &str| {
        let sign_in = practice.sign_in();
        let code = sign_in.on_device(&[EXCHANGE]).await.unwrap();
        let carried = format!("code={}", code.user_code);
        practice.answers(&code.verification_uri, &carried, answer);
        sign_in.finish(&code).await
    };
    let session = on_device(&practice, "accept").await.unwrap();
    let exchange = practice.exchange(TokenSource::of_person(Arc::new(session), EXCHANGE));
    works(&exchange).await.unwrap();
    let declined = on_device(&practice, "cancel").await.unwrap_err();
    assert_eq!(declined.cause(), Cause::Declined);
    let mut code = sign_in.on_device(&[EXCHANGE]).await.unwrap();
    code.expires_in = Duration::from_millis(1500);
    assert_eq!(
        sign_in.finish(&code).await.unwrap_err(),
        SignInError::TimedOut
    );

    let strict = self::practice(|options| options.tenant.device_code_forbidden = true).await;
    let forbidden = on_device(&strict, "accept").await.unwrap_err();
    assert_eq!(forbidden.cause(), Cause::ConditionalAccess);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_the_program_in_the_keychain() {
    let practice = practice(|_| ()).await;
    let keychain = Keychain::in_memory();
    let keep = KeptInKeychain {
        keychain: keychain.clone(),
        project: "p-1".to_owned(),
        name: "tenant".to_owned(),
    };
    let session = practice.in_browser("accept", MINUTE).await.unwrap();
    let session = session.kept(Arc::new(keep)).await.unwrap();
    session.redeem(&[GRAPH], None).await.unwrap();
    let kept = keychain.get("p-1", "tenant").await.unwrap().unwrap();
    assert!(kept.expose_secret().starts_with("ey"));
    let resumed = Arc::new(practice.sign_in().resume(kept));
    let exchange = practice.exchange(TokenSource::of_person(resumed, EXCHANGE));
    works(&exchange).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_proves_with_its_certificate_who_it_is() {
    let practice = practice(|_| ()).await;
    let today = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    let make = move || Certificate::make("Stegvis", today, 30).unwrap();
    let (made, other) = tokio::task::spawn_blocking(move || (make(), make()))
        .await
        .unwrap();
    let (pem, key) = (made.pem, made.key);
    assert!(Certificate::new(&pem, &other.key).is_err());
    assert!(Certificate::new("no certificate", &key).is_err());
    let certificate = Arc::new(Certificate::new(&pem, &key).unwrap());
    let tenant = &practice.lab.details().tenant;
    let tokens = || {
        TokenSource::with_certificate(
            practice.http(),
            tenant.token_url.parse().unwrap(),
            tenant.client_id.clone(),
            certificate.clone(),
            EXCHANGE,
        )
    };
    let unknown = tokens().token().await.unwrap_err();
    assert!(unknown.detail.contains("AADSTS700027"), "{unknown}");
    practice
        .lab
        .register_certificate(certificate.der())
        .unwrap();
    works(&practice.exchange(tokens())).await.unwrap();
}
