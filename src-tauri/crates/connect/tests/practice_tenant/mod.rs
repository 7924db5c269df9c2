//! The practice organisation and its tenant's migration service.

use std::sync::Arc;
use std::time::Duration;

use stegvis_connect::exchange_online::ExchangeOnline;
use stegvis_connect::http::{Application, Authorized, HttpClient, TokenSource};
use stegvis_connect::migration::{MigrationApi, Replication};
use stegvis_connect::tls::Trust;
use stegvis_lab::{Lab, LabOptions};
use stegvis_wire::exchange_online::SCOPE;

/// It is there until this is dropped.
pub struct Practice {
    pub lab: Lab,
    pub migrations: MigrationApi,
    _dir: tempfile::TempDir,
}

/// Four mailboxes, and an endpoint `Nordvik` of two places.
pub async fn practice(change: impl FnOnce(&mut LabOptions)) -> Practice {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 4;
    options.tenant.pace = Duration::from_millis(10);
    change(&mut options);
    let lab = Lab::start(options).await.unwrap();
    lab.make_migration_endpoint("Nordvik", 2).unwrap();
    let details = lab.details();
    let admin_api: url::Url = details.tenant.admin_api.parse().unwrap();
    let trust = Trust::SystemAnd(details.ca_pem.clone());
    let http = HttpClient::new(&admin_api, &trust).unwrap();
    let application = Application {
        token_url: details.tenant.token_url.parse().unwrap(),
        client_id: details.tenant.client_id.clone(),
        client_secret: details.tenant.client_secret.clone().into(),
    };
    let tokens = Arc::new(TokenSource::new(http.clone(), application, SCOPE));
    let exchange = ExchangeOnline::new(
        admin_api,
        details.tenant_id.clone(),
        Authorized::new(http, tokens),
    );
    let replication = Replication {
        step: Duration::from_millis(100),
        limit: Duration::from_secs(10),
    };
    Practice {
        migrations: MigrationApi::new(exchange, replication),
        lab,
        _dir: dir,
    }
}

impl Practice {
    /// A list of every mailbox.
    pub fn csv(&self) -> Vec<u8> {
        let mut csv = "EmailAddress\r\n".to_owned();
        for mailbox in &self.lab.details().mailboxes {
            csv.push_str(&mailbox.address);
            csv.push_str("\r\n");
        }
        csv.into_bytes()
    }
}
