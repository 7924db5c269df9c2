//! Where a rehearsal's company comes from: started inside this process, or running already.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use stegvis_api::practice::{Practice, PracticeDetails};
use stegvis_api::{Error, ErrorCode};
use stegvis_lab::{Lab, Verdict};

use crate::commands::files::read;
use crate::practice::OwnPractice;

/// The company of a rehearsal.
pub enum Stage {
    /// It lives as long as this process.
    Own(Arc<OwnPractice>),
    /// It was there before, and stays.
    Running(Arc<RunningPractice>),
}

/// A mailbox of the company, and what stands in the way of its migration.
#[derive(Debug, Clone, Deserialize)]
pub struct StageMailbox {
    /// Its address.
    pub address: String,
    /// By the lab's own word.
    pub hurdle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Company {
    ca_path: PathBuf,
    /// Where the company takes orders from another process.
    control: Option<String>,
    mailboxes: Vec<StageMailbox>,
}

/// The practice organisation of `stegvis lab serve --ready-file`.
pub struct RunningPractice(pub PathBuf);

#[async_trait]
impl Practice for RunningPractice {
    async fn start(&self, _: &Path, _: u32) -> Result<PracticeDetails, String> {
        let text = read(&self.0).map_err(|error| error.message)?;
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", self.0.display()))
    }

    async fn stop(&self) {}

    async fn change_dns(&self, step: &str) -> Result<(), String> {
        self.tell(&format!("dns {step}")).await.map(drop)
    }

    async fn test_mail(&self, to: &str) -> Result<String, String> {
        self.tell(&format!("test-mail {to}")).await
    }
}

impl RunningPractice {
    /// Has the other process do it, at its control port.
    async fn tell(&self, line: &str) -> Result<String, String> {
        let text = read(&self.0).map_err(|error| error.message)?;
        let company: Company = serde_json::from_slice(&text)
            .map_err(|error| format!("{}: {error}", self.0.display()))?;
        let control = company.control.ok_or(
            "the practice company runs in another process that takes no orders: start it with `stegvis lab serve --control`",
        )?;
        stegvis_lab::tell(&control, line)
            .await
            .map_err(|error| error.to_string())
    }
}

impl Stage {
    pub fn practice(&self) -> Arc<dyn Practice> {
        match self {
            Self::Own(own) => own.clone(),
            Self::Running(running) => running.clone(),
        }
    }

    async fn company(&self) -> Result<Company, Error> {
        let damaged = |words: String| {
            Error::new(
                ErrorCode::Practice,
                words,
                "Start the practice company again.",
            )
        };
        match self {
            Self::Own(own) => {
                let details = own.details().await.ok_or_else(over)?;
                serde_json::to_value(details)
                    .and_then(serde_json::from_value)
                    .map_err(|error| damaged(error.to_string()))
            }
            Self::Running(running) => {
                let text = read(&running.0)?;
                serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))
            }
        }
    }

    /// Its mailboxes.
    pub async fn mailboxes(&self) -> Result<Vec<StageMailbox>, Error> {
        Ok(self.company().await?.mailboxes)
    }

    /// What the judge says of the world as it stands; the judge shares no code with what did the copying.
    pub async fn judge(&self) -> Result<Verdict, Error> {
        let judged = match self {
            Self::Own(own) => own.judge().await.transpose().ok_or_else(over)?,
            Self::Running(_) => {
                let authority = self.company().await?.ca_path;
                let dir = authority.parent().map(Path::to_owned).ok_or_else(over)?;
                tokio::task::spawn_blocking(move || Lab::judge_dir(&dir))
                    .await
                    .map_err(|_| over())?
            }
        };
        judged.map_err(|error| {
            Error::new(
                ErrorCode::Practice,
                error.to_string(),
                "Keep the project folder and report this.",
            )
        })
    }
}

fn over() -> Error {
    Error::new(
        ErrorCode::Practice,
        "the practice company has ended",
        "Run it again.",
    )
}
