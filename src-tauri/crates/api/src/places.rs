//! Where everything of a project is and as whom we go there. No secret is among it: those are found by the project's name
//! in the keychain.

use serde::Serialize;
use serde::de::DeserializeOwned;
use stegvis_connect::tls::Trust;
use stegvis_journal::{Journal, JournalError, Tx};
use stegvis_model::{Security, SmtpAddress, StoredName as _};

use crate::dto::{DirectoryDto, MailDto, ProjectKind, SourceDto, TrustDto};
use crate::practice::{PracticeDetails, PracticeDns};
use crate::project::{damaged, key};
use crate::secrets::{SecretName, Secrets};
use crate::sign_in::kept::{Remembered, Signed, Way};
use crate::sign_in::{Cloud, TenantPlace};
use crate::{Error, ErrorCode};

/// Keys of what a real project keeps of its places.
mod kept {
    pub(super) const NOTIFY: &str = "places.notify";
    pub(super) const SOURCE: &str = "places.source";
    pub(super) const DIRECTORY: &str = "places.directory";
    pub(super) const MAIL: &str = "places.mail";
}

/// Where everything is; what nobody has said yet is absent.
#[derive(Clone)]
pub(crate) struct Places {
    pub(crate) company: String,
    pub(crate) kind: ProjectKind,
    /// The tenant's organisation by name, where it is known without asking.
    pub(crate) organization: Option<String>,
    /// Who gets the status mail.
    pub(crate) notify: Option<SmtpAddress>,
    pub(crate) source: Option<SourceDto>,
    pub(crate) directory: Option<DirectoryDto>,
    pub(crate) mail: Option<MailDto>,
    /// The practice company's DNS; a real one's is found like anybody's.
    pub(crate) dns: Option<PracticeDns>,
    /// As whom we go to the tenant, and where it is.
    pub(crate) tenant: Option<Signed>,
}

impl Places {
    /// The practice organisation's: all of them.
    pub(crate) fn practice(details: &PracticeDetails) -> Result<Self, Error> {
        let trust = TrustDto::Authority {
            pem: details.ca_pem.clone(),
        };
        let notify = smtp_address(&details.notify)?;
        let tenant = &details.tenant;
        let below = |url: &str, rest: String| {
            url.strip_suffix(&rest).map(str::to_owned).ok_or_else(|| {
                Error::invalid(
                    format!("{url} does not end in {rest}"),
                    "Start the practice company with this version of the program.",
                )
            })
        };
        let tenant_id = details.tenant_id.clone();
        Ok(Self {
            company: details.company.clone(),
            kind: ProjectKind::Practice,
            organization: Some(tenant.organization.clone()),
            source: Some(SourceDto {
                host: details.source.host.clone(),
                port: details.source.port,
                security: Security::ImplicitTls.name().to_owned(),
                account: details.source.account.clone(),
                trust: trust.clone(),
            }),
            directory: Some(DirectoryDto {
                hosts: vec![details.directory.host.clone()],
                port: details.directory.port,
                security: Security::ImplicitTls.name().to_owned(),
                account: details.directory.account.clone(),
                base_dn: Some(details.directory.base_dn.clone()),
                trust: trust.clone(),
            }),
            mail: Some(MailDto::Smtp {
                host: details.smtp.host.clone(),
                port: details.smtp.port,
                security: Security::StartTls.name().to_owned(),
                account: Some(details.smtp.account.clone()),
                from: notify.to_string(),
                trust,
            }),
            notify: Some(notify),
            dns: Some(details.dns.clone()),
            tenant: Some(Signed {
                way: Way::Secret,
                name: None,
                place: TenantPlace {
                    cloud: Cloud {
                        authority: below(
                            &tenant.token_url,
                            format!("/{tenant_id}/oauth2/v2.0/token"),
                        )?,
                        graph: tenant.graph.clone(),
                        exchange: below(&tenant.admin_api, format!("/{tenant_id}"))?,
                        imap: format!("{}:{}", tenant.imap_host, tenant.imap_port),
                    },
                    ca: Some(details.ca_pem.clone()),
                    tenant: tenant_id.clone(),
                    client_id: tenant.client_id.clone(),
                },
                tenant_id,
            }),
        })
    }

    /// A real project's, as its journal has them.
    pub(crate) fn kept(journal: &Journal, remembered: &Remembered) -> Result<Self, Error> {
        let read = |key: &str| -> Result<Option<String>, Error> {
            journal
                .transaction(|tx| tx.setting(key))
                .map_err(|error: JournalError| error.into())
        };
        let company = read(key::NAME)?.ok_or_else(|| {
            Error::new(
                ErrorCode::ProjectUnreadable,
                "the project has no name",
                "Choose a folder that holds a project, or start a new one.",
            )
        })?;
        Ok(Self {
            company,
            kind: ProjectKind::Real,
            organization: None,
            notify: part(kept::NOTIFY, read(kept::NOTIFY)?)?
                .map(|text: String| smtp_address(&text))
                .transpose()?,
            source: part(kept::SOURCE, read(kept::SOURCE)?)?,
            directory: part(kept::DIRECTORY, read(kept::DIRECTORY)?)?,
            mail: part(kept::MAIL, read(kept::MAIL)?)?,
            dns: None,
            tenant: remembered.signed()?,
        })
    }

    /// Writes them into the journal of a real project. The sign-in is remembered where it was made.
    /// `also` changes what must change with them or not at all.
    pub(crate) fn keep(
        &self,
        journal: &Journal,
        also: impl FnOnce(&Tx<'_>) -> Result<(), JournalError>,
    ) -> Result<(), Error> {
        let notify = self.notify.as_ref().map(ToString::to_string);
        let parts = [
            (kept::NOTIFY, text(kept::NOTIFY, notify.as_ref())?),
            (kept::SOURCE, text(kept::SOURCE, self.source.as_ref())?),
            (
                kept::DIRECTORY,
                text(kept::DIRECTORY, self.directory.as_ref())?,
            ),
            (kept::MAIL, text(kept::MAIL, self.mail.as_ref())?),
        ];
        journal
            .transaction(|tx| {
                tx.set_setting(key::NAME, &self.company)?;
                for (key, text) in &parts {
                    match text {
                        Some(text) => tx.set_setting(key, text)?,
                        None => tx.clear_setting(key)?,
                    }
                }
                also(tx)
            })
            .map_err(|error: JournalError| error.into())
    }

    /// The application as which we go to the tenant, or what stands for it in a command to paste.
    pub(crate) fn client_id(&self) -> &str {
        self.tenant
            .as_ref()
            .map_or("APPLICATION-ID", |signed| signed.place.client_id.as_str())
    }

    /// The tenant, by the best name that is known; empty while nobody is signed in.
    pub(crate) fn tenant_words(&self) -> String {
        let signed = self.tenant.as_ref();
        let named = self
            .organization
            .clone()
            .or_else(|| signed.and_then(|signed| signed.name.clone()));
        match (named, signed) {
            (Some(name), _) => name,
            (None, Some(signed)) => signed.tenant_id.clone(),
            (None, None) => String::new(),
        }
    }

    /// The old server, or what stands for it in a command to paste.
    pub(crate) fn source_words(&self) -> (String, u16, String) {
        match &self.source {
            Some(source) => (source.host.clone(), source.port, source.account.clone()),
            None => ("SERVER".to_owned(), 993, "DOMAIN/ACCOUNT".to_owned()),
        }
    }

    /// Who acts on the premises: the directory's account.
    pub(crate) fn actor(&self) -> Result<String, Error> {
        self.directory
            .as_ref()
            .map(|directory| directory.account.clone())
            .ok_or_else(|| crate::absent::Absent::directory().error().into())
    }
}

/// Puts the practice organisation's secrets where secrets go, so that everything after it finds them as it would find the
/// administrator's own.
pub(crate) async fn keep_secrets(details: &PracticeDetails, secrets: &Secrets, project: &str) {
    for (name, secret) in [
        (SecretName::Source, &details.source.password),
        (SecretName::Directory, &details.directory.password),
        (SecretName::Tenant, &details.tenant.client_secret),
        (SecretName::Mail, &details.smtp.password),
    ] {
        secrets.keep(project, name, &secret.clone().into()).await;
    }
}

fn part<T: DeserializeOwned>(key: &str, text: Option<String>) -> Result<Option<T>, Error> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| damaged(key, &error))
}

fn text<T: Serialize>(key: &str, part: Option<&T>) -> Result<Option<String>, Error> {
    part.map(serde_json::to_string)
        .transpose()
        .map_err(|error| damaged(key, &error))
}

/// An address that a person typed.
pub(crate) fn smtp_address(text: &str) -> Result<SmtpAddress, Error> {
    text.trim()
        .parse()
        .map_err(|error| Error::invalid(format!("{text}: {error}"), "Name an address."))
}

/// How a connection is protected, by its stable name.
pub(crate) fn security(name: &str) -> Result<Security, Error> {
    Security::from_name(name).map_err(|error| {
        Error::invalid(
            error.to_string(),
            "Choose ImplicitTls, StartTls or Plaintext.",
        )
    })
}

/// Which certificates are good.
pub(crate) fn trust(dto: &TrustDto) -> Trust {
    match dto {
        TrustDto::System => Trust::System,
        TrustDto::Pinned { fingerprint } => Trust::Pinned(fingerprint.clone()),
        TrustDto::Authority { pem } => Trust::SystemAnd(pem.clone()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use stegvis_connect::keychain::Keychain;

    use super::*;

    #[test]
    fn what_was_said_of_a_real_project_is_there_when_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("project.stegvis")).unwrap());
        let remembered =
            Remembered::in_project(Arc::clone(&journal), "p".to_owned(), Keychain::in_memory());
        assert!(Places::kept(&journal, &remembered).is_err());
        let source = SourceDto {
            host: "mail.nordvik.example".to_owned(),
            port: 993,
            security: "ImplicitTls".to_owned(),
            account: "NORDVIK/migrering".to_owned(),
            trust: TrustDto::Pinned {
                fingerprint: "ab".repeat(32),
            },
        };
        let places = Places {
            company: "Nordvik".to_owned(),
            kind: ProjectKind::Real,
            organization: None,
            notify: Some("it@nordvik.example".parse().unwrap()),
            source: Some(source.clone()),
            directory: None,
            mail: Some(MailDto::Graph {
                from: "it@nordvik.example".to_owned(),
            }),
            dns: None,
            tenant: None,
        };
        places.keep(&journal, |_| Ok(())).unwrap();
        let again = Places::kept(&journal, &remembered).unwrap();
        assert_eq!(again.company, "Nordvik");
        assert_eq!(again.source, Some(source));
        assert_eq!(again.mail, places.mail);
        assert_eq!(again.notify, places.notify);
        assert!(again.directory.is_none() && again.tenant.is_none());
        // What is taken back is not there any more.
        Places {
            source: None,
            ..places
        }
        .keep(&journal, |_| Ok(()))
        .unwrap();
        assert!(
            Places::kept(&journal, &remembered)
                .unwrap()
                .source
                .is_none()
        );
    }
}
