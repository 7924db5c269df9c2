//! A project's places change as a whole, and what was typed for one is kept only with it.

use secrecy::SecretString;
use stegvis_journal::{JournalError, Tx};

use crate::dto::PlacesView;
use crate::places::Places;
use crate::project::Project;
use crate::secrets::SecretName;
use crate::{Error, TypedPassword};

impl Project {
    /// Changes where things are, with what was typed for it. A password goes only where it was typed for: with another
    /// server or account than before (`same` tells) it is typed again, and where the change is refused the former one
    /// stays.
    pub(super) async fn change_typed(
        &self,
        name: SecretName,
        password: Option<TypedPassword>,
        same: impl FnOnce(&Places) -> bool,
        change: impl FnOnce(&mut Places),
        also: impl FnOnce(&Tx<'_>) -> Result<(), JournalError>,
    ) -> Result<PlacesView, Error> {
        let still = self.stand_still().await?;
        let mut places = Places::clone(&self.places());
        let former = self.secrets.find(&self.secrets_name(), name).await;
        let typed = password.and_then(TypedPassword::secret);
        if typed.is_none() && !(former.is_some() && same(&places)) {
            return Err(Error::invalid(
                "the password is missing",
                "Type it: one that was kept goes to the server and the account that it was typed for, and nowhere else.",
            ));
        }
        change(&mut places);
        let outcome = match &typed {
            // What is gone by finds it where it is kept.
            Some(secret) => match self.keep_secret(name, secret).await {
                Ok(()) => self.go_by(places, also).await,
                Err(error) => Err(error),
            },
            None => self.go_by(places, also).await,
        };
        if let Err(error) = outcome {
            if typed.is_some() {
                return Err(self.put_back(name, former, error).await);
            }
            return Err(error);
        }
        drop(still);
        self.tell_change().await
    }

    /// Keeps what was kept before a change that was refused. The refusal tells also what stands in the way of that.
    async fn put_back(
        &self,
        name: SecretName,
        former: Option<SecretString>,
        refusal: Error,
    ) -> Error {
        let words = match former {
            Some(former) => match self.keep_secret(name, &former).await {
                Ok(()) => return refusal,
                Err(error) => error.message,
            },
            None => match self.secrets.forget(&self.secrets_name(), name).await {
                Ok(()) => return refusal,
                Err(error) => error.to_string(),
            },
        };
        Error {
            message: format!(
                "{}; what was typed may still be kept: {words}",
                refusal.message
            ),
            ..refusal
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use secrecy::ExposeSecret as _;
    use stegvis_engine::preflight::ORDER;
    use stegvis_journal::{Journal, StoredFinding};
    use stegvis_model::{CheckId, Fixer, Severity};

    use super::*;
    use crate::dto::{DirectoryDto, SourceDto, TrustDto};
    use crate::project::key;
    use crate::secrets::Secrets;

    async fn project(folder: &Path) -> Project {
        let journal = Journal::open(&folder.join("project.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                tx.set_setting(key::KIND, "Real")?;
                tx.set_setting(key::NAME, "Nordvik")?;
                Ok::<_, JournalError>(())
            })
            .unwrap();
        let secrets = Arc::new(Secrets::in_memory());
        Project::open(folder, journal, None, secrets, Arc::new(|_| ()))
            .await
            .unwrap()
    }

    fn source(host: &str, security: &str) -> SourceDto {
        SourceDto {
            host: host.to_owned(),
            port: 993,
            security: security.to_owned(),
            account: "NORDVIK/migrering".to_owned(),
            trust: TrustDto::System,
        }
    }

    async fn set(project: &Project, to: SourceDto, password: &str) -> Result<PlacesView, Error> {
        let name = SecretName::Source;
        let change = |places: &mut Places| places.source = Some(to);
        let typed = Some(TypedPassword::from(password.to_owned()));
        project
            .change_typed(name, typed, |_| false, change, |_| Ok(()))
            .await
    }

    async fn kept(project: &Project) -> Option<String> {
        let name = project.secrets_name();
        let found = project.secrets.find(&name, SecretName::Source).await?;
        Some(found.expose_secret().to_owned())
    }

    fn found(check: CheckId) -> StoredFinding {
        StoredFinding {
            check,
            severity: Severity::Pass,
            code: "ok".to_owned(),
            fixer: Fixer::You,
            command: None,
            facts: r#"{"values":{},"evidence":[]}"#.to_owned(),
            checked_at: None,
        }
    }

    #[tokio::test]
    async fn what_was_found_before_a_connection_changed_is_of_before_until_it_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let project = project(folder.path()).await;
        project
            .setting(|tx| {
                for check in [CheckId::DirectorySync, CheckId::SourceOpens] {
                    tx.keep_finding(&found(check))?;
                }
                Ok(())
            })
            .unwrap();
        let before = || {
            let view = project.preflight_view().unwrap();
            let found = view.findings.iter().filter(|finding| finding.of_before);
            let names: Vec<String> = found.map(|finding| finding.check.clone()).collect();
            assert_eq!(view.of_before, !names.is_empty());
            names
        };
        let tally = || project.view().unwrap().facts.preflight.unwrap();
        // By whom the mail is sent, no check asks.
        let mail = crate::dto::MailDto::Graph {
            from: "it@nordvik.example".to_owned(),
        };
        project
            .change(|places| places.mail = Some(mail))
            .await
            .unwrap();
        assert_eq!(before(), Vec::<String>::new());
        let typed = || Some(TypedPassword::from("secret".to_owned()));
        let old = source("127.0.0.1", "ImplicitTls");
        project.set_source(old, typed()).await.unwrap();
        assert_eq!(before(), ["SourceOpens"]);
        assert_eq!((tally().pass, tally().of_before), (1, 1));
        let directory = DirectoryDto {
            hosts: vec!["127.0.0.1".to_owned()],
            port: 636,
            security: "ImplicitTls".to_owned(),
            account: "NORDVIK/migrering".to_owned(),
            base_dn: None,
            trust: TrustDto::System,
        };
        project.set_directory(directory, typed()).await.unwrap();
        assert_eq!(before(), ["DirectorySync", "SourceOpens"]);
        assert_eq!((tally().pass, tally().of_before), (0, 2));
        // One that ran again is of now; so is it when there is nothing to ask.
        project
            .run_preflight(&[CheckId::SourceOpens])
            .await
            .unwrap();
        assert_eq!(before(), ["DirectorySync"]);
        project.run_preflight(&ORDER).await.unwrap();
        assert_eq!((before().len(), tally().of_before), (0, 0));
    }

    #[tokio::test]
    async fn a_password_for_another_server_is_not_kept_when_the_change_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let project = project(folder.path()).await;
        // A security that there is none of cannot be gone by.
        assert!(set(&project, source("b", "None"), "for b").await.is_err());
        assert_eq!(kept(&project).await, None);
        set(&project, source("a", "ImplicitTls"), "for a")
            .await
            .unwrap();
        assert!(set(&project, source("b", "None"), "for b").await.is_err());
        assert_eq!(kept(&project).await.as_deref(), Some("for a"));
        assert_eq!(project.places().source.as_ref().unwrap().host, "a");
        // Nor when something began to run meanwhile.
        *project.checking.lock().unwrap() = true;
        assert!(
            set(&project, source("b", "ImplicitTls"), "for b")
                .await
                .is_err()
        );
        assert_eq!(kept(&project).await.as_deref(), Some("for a"));
        *project.checking.lock().unwrap() = false;
        set(&project, source("b", "ImplicitTls"), "for b")
            .await
            .unwrap();
        assert_eq!(kept(&project).await.as_deref(), Some("for b"));
    }
}
