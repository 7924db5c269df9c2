//! The practice organisation, started and ended for the facade, which knows no servers.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use stegvis_api::dto::ProjectView;
use stegvis_api::practice::{Practice, PracticeDetails};
use stegvis_api::{App, Error};
use stegvis_lab::{Company, CorpusSize, DnsStep, FaultScript, Lab, LabOptions, TenantScript};
use tokio::sync::Mutex;

use crate::args::Arguments;

/// At most one practice organisation at a time.
pub(crate) struct PracticeLab {
    faults: FaultScript,
    company: Company,
    tenant: TenantScript,
    running: Mutex<Option<Lab>>,
}

impl PracticeLab {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let mut tenant = TenantScript::default();
        if let Some(pace) = arguments.pace {
            tenant.pace = Duration::from_millis(pace);
        }
        Self {
            faults: arguments.faults,
            company: arguments.company,
            tenant,
            running: Mutex::default(),
        }
    }
}

#[async_trait]
impl Practice for PracticeLab {
    async fn start(&self, dir: &Path, mailboxes: u32) -> Result<PracticeDetails, String> {
        let mut running = self.running.lock().await;
        if let Some(lab) = running.take() {
            lab.stop().await;
        }
        // A company that is there is what it was made as, whoever made it.
        let there = LabOptions::of_world(dir).map_err(|error| error.to_string())?;
        let company = there.unwrap_or_else(|| LabOptions {
            mailboxes,
            company: self.company,
            // Enough to watch, and to stop in the middle of.
            size: CorpusSize::Medium,
            // Whoever practises should meet what stands in the way.
            hurdles: true,
            ..LabOptions::new(dir)
        });
        let options = LabOptions {
            faults: self.faults,
            tenant: self.tenant,
            // Nobody can make one in the admin centre of a tenant that has none.
            endpoint: Some(20),
            ..company
        };
        let lab = Lab::start(options)
            .await
            .map_err(|error| error.to_string())?;
        let details = serde_json::to_value(lab.details()).and_then(serde_json::from_value);
        *running = Some(lab);
        details.map_err(|error| error.to_string())
    }

    async fn stop(&self) {
        if let Some(lab) = self.running.lock().await.take() {
            lab.stop().await;
        }
    }

    async fn change_dns(&self, step: &str) -> Result<(), String> {
        let step = DnsStep::of_name(step).ok_or_else(|| format!("{step:?} is no change of DNS"))?;
        match self.running.lock().await.as_ref() {
            Some(lab) => lab.change_dns(step).map_err(|error| error.to_string()),
            None => Err("the practice company does not run".to_owned()),
        }
    }

    async fn test_mail(&self, to: &str) -> Result<String, String> {
        match self.running.lock().await.as_ref() {
            Some(lab) => lab.test_mail(to).map_err(|error| error.to_string()),
            None => Err("the practice company does not run".to_owned()),
        }
    }
}

/// The practice project that was open last, or a new one.
pub(crate) async fn enter(app: &App, mailboxes: Option<u32>) -> Result<ProjectView, Error> {
    let recent = app.view().await?.recent;
    let mut practised = recent.iter().filter(|project| project.practice);
    match practised.next() {
        Some(last) => app.open_project(&last.path).await,
        None => app.create_practice(mailboxes).await,
    }
}
