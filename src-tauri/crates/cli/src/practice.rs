//! The practice organisation, started inside this process.

use std::path::Path;

use async_trait::async_trait;
use stegvis_api::practice::{Practice, PracticeDetails};
use stegvis_lab::{FaultScript, Lab, LabOptions, Verdict};
use tokio::sync::Mutex;

/// Starts the practice organisation with a seed and a fault script.
pub struct OwnPractice {
    seed: u64,
    faults: FaultScript,
    lab: Mutex<Option<Lab>>,
}

impl OwnPractice {
    pub fn new(seed: u64, faults: FaultScript) -> Self {
        Self {
            seed,
            faults,
            lab: Mutex::new(None),
        }
    }

    /// What the judge says of the world as it stands; the judge shares no code with what did the copying.
    pub async fn judge(&self) -> Result<Option<Verdict>, stegvis_lab::LabError> {
        match self.lab.lock().await.as_ref() {
            Some(lab) => lab.judge().await.map(Some),
            None => Ok(None),
        }
    }
}

#[async_trait]
impl Practice for OwnPractice {
    async fn start(&self, dir: &Path, mailboxes: u32) -> Result<PracticeDetails, String> {
        let options = LabOptions {
            mailboxes,
            seed: self.seed,
            faults: self.faults,
            ..LabOptions::new(dir)
        };
        let lab = Lab::start(options)
            .await
            .map_err(|error| error.to_string())?;
        let details = serde_json::to_value(lab.details())
            .and_then(serde_json::from_value)
            .map_err(|error| error.to_string())?;
        *self.lab.lock().await = Some(lab);
        Ok(details)
    }

    async fn stop(&self) {
        if let Some(lab) = self.lab.lock().await.take() {
            lab.stop().await;
        }
    }
}
