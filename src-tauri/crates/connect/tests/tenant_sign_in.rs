//! One sign-in, of whatever kind, opens everything of the practice tenant.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use stegvis_connect::http::{Application, HttpClient};
use stegvis_connect::migration::Replication;
use stegvis_connect::sign_in::{Authority, Certificate, SignIn};
use stegvis_connect::tenant::{CloudTenant, TenantSettings, TenantSignIn};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Tenant};
use stegvis_lab::{Lab, LabOptions};
use stegvis_wire::exchange_online::SCOPE;

async fn practice() -> (tempfile::TempDir, Lab) {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 3;
    let lab = Lab::start(options).await.unwrap();
    lab.make_migration_endpoint("Nordvik", 5).unwrap();
    (dir, lab)
}

fn tenant(lab: &Lab, sign_in: TenantSignIn) -> CloudTenant {
    let details = lab.details();
    CloudTenant::new(TenantSettings {
        tenant_id: details.tenant_id.clone(),
        sign_in,
        graph: details.tenant.graph.parse().unwrap(),
        admin_api: details.tenant.admin_api.parse().unwrap(),
        trust: Trust::SystemAnd(details.ca_pem.clone()),
        usage_location: None,
    })
    .unwrap()
}

/// Graph, the admin interface, and the migration service.
async fn opens_everything(tenant: &CloudTenant) -> Result<(), EndpointError> {
    assert!(!tenant.organization().await?.display_name.is_empty());
    assert!(tenant.recipients().await?.len() >= 3);
    let migrations = tenant.migrations(Replication::default());
    let endpoints = migrations.endpoints().await?;
    assert!(endpoints.iter().any(|found| found.identity == "Nordvik"));
    Ok(())
}

fn secret(lab: &Lab, secret: &str) -> TenantSignIn {
    let tenant = &lab.details().tenant;
    TenantSignIn::Secret(Application {
        token_url: tenant.token_url.parse().unwrap(),
        client_id: tenant.client_id.clone(),
        client_secret: secret.to_owned().into(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_opens_everything_with_its_secret_and_nothing_with_another() {
    let (_dir, lab) = practice().await;
    let right = secret(&lab, &lab.details().tenant.client_secret);
    opens_everything(&tenant(&lab, right)).await.unwrap();
    let wrong = tenant(&lab, secret(&lab, "wrong"));
    let error = opens_everything(&wrong).await.unwrap_err();
    assert_eq!(error.kind, EndpointErrorKind::SignInRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_opens_everything_with_its_certificate_a_mailbox_too() {
    let (_dir, lab) = practice().await;
    let today = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    let made =
        tokio::task::spawn_blocking(move || Certificate::make("Stegvis", today, 30).unwrap())
            .await
            .unwrap();
    let certificate = Arc::new(Certificate::new(&made.pem, &made.key).unwrap());
    lab.register_certificate(certificate.der()).unwrap();
    let details = &lab.details().tenant;
    let tenant = tenant(
        &lab,
        TenantSignIn::Certificate {
            token_url: details.token_url.parse().unwrap(),
            client_id: details.client_id.clone(),
            certificate,
        },
    );
    opens_everything(&tenant).await.unwrap();
    tenant.mailbox_tokens().token().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_signed_in_once_opens_everything() {
    let (_dir, lab) = practice().await;
    let details = lab.details();
    let trust = Trust::SystemAnd(details.ca_pem.clone());
    let token_url: url::Url = details.tenant.token_url.parse().unwrap();
    let authority = Authority {
        authorize_url: details.tenant.authorize_url.parse().unwrap(),
        token_url: token_url.clone(),
        device_code_url: details.tenant.device_code_url.parse().unwrap(),
        client_id: details.tenant.client_id.clone(),
    };
    let sign_in = SignIn::new(HttpClient::new(&token_url, &trust).unwrap(), authority);
    let code = sign_in.on_device(&[SCOPE]).await.unwrap();
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-L", "--max-time", "20", "--cacert"])
        .arg(&details.ca_path)
        .args(["--data-urlencode", &format!("code={}", code.user_code)])
        .args([
            "--data-urlencode",
            &format!("login={}", details.tenant.administrator),
        ])
        .args([
            "--data-urlencode",
            &format!("passwd={}", details.tenant.administrator_password),
        ])
        .args(["-d", "answer=accept", &code.verification_uri]);
    let answered = tokio::task::spawn_blocking(move || curl.status().unwrap());
    assert!(answered.await.unwrap().success());
    let finished = tokio::time::timeout(Duration::from_secs(60), sign_in.finish(&code));
    let session = Arc::new(finished.await.unwrap().unwrap());
    let tenant = tenant(
        &lab,
        TenantSignIn::Person {
            client_id: details.tenant.client_id.clone(),
            session,
        },
    );
    opens_everything(&tenant).await.unwrap();
}
