//! The end of a migration: batches removed, our own footprint taken back, and what becomes of the old server.

mod advice;
mod batches;
mod cleanup;
mod footprint;

use std::sync::Arc;

use stegvis_model::{StoredName, YesNo};
use tokio_util::sync::CancellationToken;

use crate::cloud::{BatchGuard, MailFacts};
use crate::dto::{CleanupView, FinishAnswersDto, FinishView, RunView};
use crate::project::{Project, damaged};
use crate::{App, Error};

/// Keys of what a project keeps of its end.
mod key {
    /// What only a person knows of the old server.
    pub(super) const ANSWERS: &str = "finish.answers";
    /// What the last clean-up told.
    pub(super) const FOOTPRINT: &str = "finish.footprint";
}

impl App {
    /// The end of the migration, as the project knows it. Nobody is asked.
    ///
    /// # Errors
    /// When no project is open or it cannot be read; so for every call here.
    pub async fn finish_view(&self) -> Result<FinishView, Error> {
        self.project().await?.finish_view().await
    }

    /// Keeps what only a person knows of the old server.
    ///
    /// # Errors
    /// When an answer is none of `Yes`, `No`, `NotSure`.
    pub async fn finish_answer(&self, answers: FinishAnswersDto) -> Result<FinishView, Error> {
        let project = self.project().await?;
        project.keep_finish_answers(&answers)?;
        project.finish_view().await
    }

    /// Removes a batch of ours from the migration service, by our name for it, where nothing keeps it there: judged by what
    /// the project knows of where mail goes. The reports are saved first. The mailboxes stay.
    ///
    /// # Errors
    /// When something keeps it there.
    pub async fn remove_batch_checked(&self, name: &str) -> Result<FinishView, Error> {
        let project = self.project().await?;
        project.remove_batch_checked(name).await?;
        project.finish_view().await
    }

    /// What keeps a batch of ours in the migration service, by our name for it; nothing where it may be removed.
    ///
    /// # Errors
    /// When the service has no batch of ours of this name.
    pub async fn batch_guards(&self, batch: &str) -> Result<Vec<BatchGuard>, Error> {
        self.project().await?.known_guards(batch)
    }

    /// Removes a batch on an administrator's word of where mail goes, which the log keeps. The reports are saved first. The
    /// mailboxes stay.
    ///
    /// # Errors
    /// When something else keeps it in the service.
    pub async fn remove_batch(&self, batch: &str, word: &MailFacts) -> Result<RunView, Error> {
        let project = self.project().await?;
        project.remove_batch_on_word(batch, word).await?;
        project.run_view()
    }

    /// Takes back what this program left in the world, or with a dry run looks and says what it would. What would not go is
    /// named; doing it again is harmless.
    ///
    /// # Errors
    /// When something is running.
    pub async fn clean_up(&self, dry_run: bool) -> Result<CleanupView, Error> {
        self.clean_up_until(dry_run, &CancellationToken::new())
            .await
    }

    /// The same, ended between two mailboxes when it is told to stop.
    ///
    /// # Errors
    /// As for [`Self::clean_up`].
    pub async fn clean_up_until(
        &self,
        dry_run: bool,
        stop: &CancellationToken,
    ) -> Result<CleanupView, Error> {
        self.project().await?.clean_up(dry_run, stop).await
    }
}

impl Project {
    async fn finish_view(self: &Arc<Self>) -> Result<FinishView, Error> {
        let footprint = self.footprint().await?;
        Ok(FinishView {
            batches: self.finish_batches()?,
            advice: self.advice(&footprint)?,
            answers: self.finish_answers()?,
            cleaned_at: self.cleaned()?.at,
            footprint,
        })
    }

    fn finish_answers(&self) -> Result<FinishAnswersDto, Error> {
        match self.setting(|tx| tx.setting(key::ANSWERS))? {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| damaged(key::ANSWERS, &error))
            }
            None => Ok(FinishAnswersDto::default()),
        }
    }

    fn keep_finish_answers(&self, answers: &FinishAnswersDto) -> Result<(), Error> {
        for answer in [
            &answers.public_folders,
            &answers.relays,
            &answers.keeps_sync,
            &answers.by_hand,
        ] {
            yes_no(answer.as_deref())?;
        }
        let text = serde_json::to_string(answers).map_err(|error| damaged(key::ANSWERS, &error))?;
        self.setting(|tx| tx.set_setting(key::ANSWERS, &text))
    }
}

fn yes_no(answer: Option<&str>) -> Result<Option<YesNo>, Error> {
    answer
        .map(YesNo::from_name)
        .transpose()
        .map_err(|error| Error::invalid(error.to_string(), "Answer Yes, No or NotSure."))
}
