//! The practice organisation, started inside this process.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use stegvis_api::practice::{Practice, PracticeDetails};
use stegvis_lab::{Company, DnsStep, Lab, LabDetails, LabOptions, TenantScript, Verdict};
use tokio::sync::Mutex;

/// How many mailboxes the endpoint copies at once that the practice tenant's administrator has made.
const AT_ONCE: u32 = 20;

/// Starts the practice organisation as these options say; where and how large it is, the project says.
pub struct OwnPractice {
    options: LabOptions,
    lab: Mutex<Option<Lab>>,
}

impl OwnPractice {
    pub fn of(options: LabOptions) -> Self {
        Self {
            options,
            lab: Mutex::new(None),
        }
    }

    /// Everything there is to know of it, while it runs.
    pub async fn details(&self) -> Option<LabDetails> {
        let lab = self.lab.lock().await;
        lab.as_ref().map(|lab| lab.details().clone())
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
            dir: dir.to_owned(),
            ..self.options.clone()
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

    async fn change_dns(&self, step: &str) -> Result<(), String> {
        let step = DnsStep::of_name(step).ok_or_else(|| format!("{step:?} is no change of DNS"))?;
        match self.lab.lock().await.as_ref() {
            Some(lab) => lab.change_dns(step).map_err(|error| error.to_string()),
            None => Err("the practice company does not run".to_owned()),
        }
    }

    async fn test_mail(&self, to: &str) -> Result<String, String> {
        match self.lab.lock().await.as_ref() {
            Some(lab) => lab.test_mail(to).map_err(|error| error.to_string()),
            None => Err("the practice company does not run".to_owned()),
        }
    }
}

/// How the practice tenant behaves, and what kind of company it belongs to.
#[derive(Debug, Clone, clap::Args)]
pub struct TenantArguments {
    /// What kind of company it is.
    #[arg(long, value_enum, default_value_t = CompanyChoice::Ordinary)]
    pub company: CompanyChoice,
    /// The tenant's administrator has made an endpoint for the migration service already, called Nordvik.
    #[arg(long)]
    pub endpoint: bool,
    /// Seconds for which one of the tenant's access tokens is good.
    #[arg(long, value_name = "SECONDS")]
    pub token_life: Option<u64>,
    /// Seconds until something just made is found by its name.
    #[arg(long, value_name = "SECONDS")]
    pub replication: Option<u64>,
    /// Milliseconds that the migration service rests between two steps.
    #[arg(long, value_name = "MS")]
    pub pace: Option<u64>,
    /// Nobody has consented to sending mail through Graph.
    #[arg(long)]
    pub mail_withheld: bool,
}

/// What kind of company it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CompanyChoice {
    /// Nothing stands in the way of any mailbox.
    Ordinary,
    /// Three rows that the service drops, a MailUser missing, a protected account, two mailboxes with an item too large; from
    /// twelve mailboxes on.
    Service,
    /// A synchronised mailbox GUID, a mailbox on both sides and a soft-deleted twin; from four mailboxes on.
    Provisioning,
    /// Too few licences, some of them by a group; from twelve mailboxes on.
    FewLicences,
}

impl From<CompanyChoice> for Company {
    fn from(choice: CompanyChoice) -> Self {
        match choice {
            CompanyChoice::Ordinary => Self::Ordinary,
            CompanyChoice::Service => Self::ServiceRehearsal,
            CompanyChoice::Provisioning => Self::Provisioning,
            CompanyChoice::FewLicences => Self::FewLicences,
        }
    }
}

impl TenantArguments {
    /// These options with what was chosen here.
    pub fn applied(&self, options: LabOptions) -> LabOptions {
        let default = TenantScript::default();
        LabOptions {
            company: self.company.into(),
            endpoint: self.endpoint.then_some(AT_ONCE),
            tenant: TenantScript {
                token_life: self
                    .token_life
                    .map_or(default.token_life, Duration::from_secs),
                replication: self
                    .replication
                    .map_or(default.replication, Duration::from_secs),
                pace: self.pace.map_or(default.pace, Duration::from_millis),
                mail_withheld: self.mail_withheld,
                ..default
            },
            ..options
        }
    }
}
