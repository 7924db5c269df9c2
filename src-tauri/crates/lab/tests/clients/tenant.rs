//! The admin interface, cmdlet by cmdlet, with curl.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stegvis_lab::{Lab, LabOptions, TenantScript};

use super::Client;

pub const SCOPE: &str = "https://outlook.office365.com/.default";

/// A lab and a token for its admin interface.
pub struct Tenant {
    pub lab: Lab,
    pub token: String,
}

impl Tenant {
    pub async fn start(options: LabOptions) -> Self {
        let lab = Lab::start(options).await.unwrap();
        let token = Client::token(&lab, SCOPE).await;
        Self { lab, token }
    }

    /// Runs a cmdlet: its status and whole answer.
    pub async fn ask(&self, name: &str, parameters: Value) -> (u16, Value) {
        let body = json!({"CmdletInput": {"CmdletName": name, "Parameters": parameters}});
        Client::cmdlet(&self.lab, &self.token, &body).await
    }

    /// Runs a cmdlet that must succeed.
    pub async fn run(&self, name: &str, parameters: Value) -> Vec<Value> {
        let (status, answer) = self.ask(name, parameters).await;
        assert_eq!(status, 200, "{name}: {answer}");
        answer["value"].as_array().unwrap().clone()
    }

    /// The .NET class and the words of a cmdlet that must fail.
    pub async fn refused(&self, name: &str, parameters: Value) -> String {
        let (status, answer) = self.ask(name, parameters).await;
        assert_ne!(status, 200, "{name}: {answer}");
        answer["error"]["details"][0]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn batch(&self, name: &str, addresses: &[String], more: Value) -> Value {
        let csv = format!("EmailAddress\r\n{}\r\n", addresses.join("\r\n"));
        let mut parameters =
            json!({"Name": name, "SourceEndpoint": "Nordvik", "CSVData": data(&csv)});
        let more = more.as_object().unwrap().clone();
        parameters.as_object_mut().unwrap().extend(more);
        self.run("New-MigrationBatch", parameters).await.remove(0)
    }

    /// The batch, once it has this status.
    pub async fn until(&self, name: &str, status: &str) -> Value {
        let begun = Instant::now();
        loop {
            let batch = self
                .run("Get-MigrationBatch", json!({"Identity": name}))
                .await
                .remove(0);
            if batch["Status"] == status {
                return batch;
            }
            assert!(begun.elapsed().as_secs() < 120, "no {status}: {batch:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn users(&self, batch: &str) -> Vec<Value> {
        let parameters = json!({"BatchId": batch, "ResultSize": "Unlimited"});
        self.run("Get-MigrationUser", parameters).await
    }

    pub fn addresses(&self) -> Vec<String> {
        let mailboxes = self.lab.details().mailboxes.iter();
        mailboxes.map(|mailbox| mailbox.address.clone()).collect()
    }
}

/// `byte[]`.
pub fn data(text: &str) -> Value {
    let numbers: Vec<u8> = text.bytes().collect();
    json!({"@odata.type": "#Exchange.ByteArrayType", "Data": numbers})
}

/// A company of so many mailboxes, and a service that hurries.
pub fn options(dir: &Path, mailboxes: u32) -> LabOptions {
    LabOptions {
        mailboxes,
        tenant: TenantScript {
            pace: Duration::from_millis(5),
            ..TenantScript::default()
        },
        ..LabOptions::new(dir)
    }
}
