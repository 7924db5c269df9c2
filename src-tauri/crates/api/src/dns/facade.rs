//! What the faces ask of DNS.

use std::time::Duration;

use stegvis_engine::dns::{Step, delivery, keep_delivery, refusal};
use stegvis_engine::ports::Clock as _;
use stegvis_model::{DnsName, MigrationUserStatus};
use tokio_util::sync::CancellationToken;

use super::plan::delivered;
use super::words::refused;
use super::{DnsEvent, DnsPlan, DnsQuery, PlanRequest, follow, hosts, seen, view};
use crate::dto::{DnsPageView, DnsSettingsDto, DnsView, PracticeMail, ReportFile};
use crate::{App, Error, ErrorCode};

/// The headers of a mail are shorter than this, and nothing else of it is read.
const LARGEST_MAIL: usize = 32 * 1024 * 1024;

impl App {
    /// The page of DNS; nobody is asked.
    ///
    /// # Errors
    /// When the project cannot be read; so for every call here.
    pub async fn dns_view(&self) -> Result<DnsPageView, Error> {
        self.project().await?.dns_page()
    }

    /// Asks the tenant, and every server, now.
    ///
    /// # Errors
    /// Endpoint when the tenant refuses or nobody answers.
    pub async fn check_dns(&self) -> Result<DnsPageView, Error> {
        let project = self.project().await?;
        let looked = async {
            let asked = project.dns_asked(&DnsQuery::default()).await?;
            asked.look().await
        };
        let looked = looked.await;
        project.dns_trouble(looked.as_ref().err().map(|error| error.message.clone()));
        looked?;
        project.dns_page()
    }

    /// Begins or ends the watch. Each look sends what it showed.
    ///
    /// # Errors
    /// InvalidInput while no mailbox is chosen.
    pub async fn watch_dns(&self, on: bool) -> Result<DnsPageView, Error> {
        let project = self.project().await?;
        if on {
            project.begin_dns_watch()?;
        } else {
            project.stop_dns_watch().await?;
        }
        project.dns_page()
    }

    /// Keeps whom to ask, and which servers are old. A watch begins anew with them.
    ///
    /// # Errors
    /// InvalidInput.
    pub async fn choose_dns(&self, settings: DnsSettingsDto) -> Result<DnsPageView, Error> {
        let project = self.project().await?;
        let watching = project.dns_page()?.watching;
        project.choose_dns(settings)?;
        if watching {
            project.begin_dns_watch()?;
        }
        project.dns_page()
    }

    /// Reads a test mail from outside, or its headers: whether it came without passing the old server.
    ///
    /// # Errors
    /// InvalidInput.
    pub async fn prove_delivery(&self, mail: String) -> Result<DnsPageView, Error> {
        let project = self.project().await?;
        if mail.len() > LARGEST_MAIL {
            return Err(Error::invalid(
                "the mail is larger than 32 MB",
                "Give its headers alone.",
            ));
        }
        let domain = project.dns_domain_needed()?;
        let name = DnsName::from(&domain);
        let (old, addresses) = hosts(&project.dns_choice(&domain)?.old)?;
        let now = project.clock.now();
        let proof = delivery(mail.trim_start().as_bytes(), &name, &old, &addresses)
            .and_then(|delivery| delivery.until(now));
        project.journal.transaction(|tx| {
            if let Ok(delivery) = &proof {
                keep_delivery(tx, &name, delivery.at)?;
            }
            seen::keep_delivery_view(tx, &domain, &delivered(&proof), now)
        })?;
        project.dns_page()
    }

    /// Has the practice company's DNS host make a change, and looks.
    ///
    /// # Errors
    /// InvalidInput when its turn has not come, with the reason; NotAvailableYet where the company is a real one.
    pub async fn practice_dns(&self, step: String) -> Result<DnsPageView, Error> {
        let project = self.project().await?;
        let domain = project.dns_domain_needed()?;
        if project.places().dns.is_none() {
            return Err(not_practice());
        }
        project.read_mailboxes_again().await;
        let turn = Step::ALL.into_iter().find(|one| one.name() == step);
        if let Some(turn) = turn
            && let Some(refusal) = refusal(turn, &project.dns_standing(&domain)?)
        {
            return Err(Error::invalid(
                format!("{step} is refused: {}", refused(&refusal)),
                "Wait for its turn.",
            ));
        }
        self.practice()
            .change_dns(&step)
            .await
            .map_err(|words| Error::invalid(words, "Choose one of the steps offered."))?;
        let now = project.clock.now();
        project.setting(|tx| tx.log(now, None, "DnsHostChanged", &step))?;
        self.check_dns().await
    }

    /// A test mail that somebody outside sends to a mailbox of the practice company, as it came there.
    ///
    /// # Errors
    /// NotAvailableYet where the company is a real one.
    pub async fn practice_test_mail(&self) -> Result<PracticeMail, Error> {
        let project = self.project().await?;
        if project.places().dns.is_none() {
            return Err(not_practice());
        }
        let users = project.setting(|tx| tx.users())?;
        let there = users.iter().find(|user| {
            matches!(
                user.status,
                MigrationUserStatus::Synced
                    | MigrationUserStatus::Completed
                    | MigrationUserStatus::CompletedWithWarnings
            )
        });
        let to = match there {
            Some(user) => user.address.to_string(),
            None => project
                .chosen_addresses()?
                .first()
                .map(ToString::to_string)
                .ok_or_else(|| {
                    Error::new(
                        ErrorCode::NothingChosen,
                        "no mailbox is chosen",
                        "Choose the mailboxes first.",
                    )
                })?,
        };
        let mail = self.practice().test_mail(&to).await.map_err(|words| {
            Error::new(
                ErrorCode::Practice,
                words,
                "Open the practice company again.",
            )
        })?;
        Ok(PracticeMail { to, mail })
    }

    /// Writes what is to be set, and the way back, into the project's folder.
    ///
    /// # Errors
    /// InvalidInput while nobody has looked; CannotWrite.
    pub async fn save_dns_lines(&self) -> Result<ReportFile, Error> {
        self.project().await?.save_dns_lines()
    }

    /// Looks once, for the command line: what the query does not say, the project and its tenant do.
    ///
    /// # Errors
    /// InvalidInput; Endpoint when the tenant refuses or nobody answers.
    pub async fn look_at_dns(&self, query: &DnsQuery) -> Result<DnsView, Error> {
        let asked = self.project().await?.dns_asked(query).await?;
        Ok(view::dns(&asked.look().await?))
    }

    /// Looks until all is right everywhere, for the command line.
    ///
    /// # Errors
    /// As [`Self::look_at_dns`].
    pub async fn follow_dns(
        &self,
        query: &DnsQuery,
        shortest: Option<Duration>,
        cancel: &CancellationToken,
        tell: impl FnMut(DnsEvent) + Send,
    ) -> Result<Option<DnsView>, Error> {
        let project = self.project().await?;
        let asked = project.dns_asked(query).await?;
        follow(&asked, project.dns_pace(), shortest, cancel, tell).await
    }

    /// Looks, and tells what may be changed now, for the command line.
    ///
    /// # Errors
    /// As [`Self::look_at_dns`].
    pub async fn plan_dns(&self, request: &PlanRequest) -> Result<DnsPlan, Error> {
        let asked = self.project().await?.dns_asked(&request.query).await?;
        let check = asked.look().await?;
        asked.plan(&check, request.proof.as_deref())
    }
}

fn not_practice() -> Error {
    Error::new(
        ErrorCode::NotAvailableYet,
        "only the practice company's DNS host can be told from here",
        "Make the change at the company's own DNS host.",
    )
}
