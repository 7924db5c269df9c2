//! Signing in to a project's tenant. The project remembers it, and goes by it from then on.

use std::path::PathBuf;
use std::sync::Arc;

use stegvis_engine::preflight::ORDER;
use stegvis_journal::Tx;
use tokio::sync::MutexGuard;

use crate::dto::{AppCertificateView, AppEvent, AppGuideView, PlacesView, SignInState};
use crate::places::Places;
use crate::prepare::found_before;
use crate::project::Project;
use crate::sign_in::{
    Asked, DeviceInstructions, SignInWay, TenantPlace, ask, certificate_view, guide_view, keep,
    make_certificate, sign_out,
};
use crate::{App, Error};

/// For how many days the application's certificate is good.
const DAYS: u32 = 180;

/// The file of the certificate, in the project's folder.
const CERTIFICATE: &str = "stegvis.cer";

/// What the browser shows in the end.
#[derive(Debug, Clone)]
pub struct Farewells {
    /// After a sign-in.
    pub done: String,
    /// After a refusal.
    pub refused: String,
}

impl App {
    /// A person signs in in the browser, which `open` opens at the address it is given. Lasts until that has ended.
    pub async fn sign_in_browser(
        &self,
        client_id: &str,
        tenant: Option<&str>,
        farewells: Farewells,
        open: impl FnOnce(&str) + Send,
    ) -> Result<PlacesView, Error> {
        let place = self.tenant_place(client_id, tenant)?;
        let project = self.project().await?;
        let told = Arc::clone(&project);
        let way = SignInWay::Browser {
            open: Box::new(move |url| {
                told.sign_in_waits(SignInState::Browser {
                    address: url.to_string(),
                });
                open(url.as_str());
            }),
            done: farewells.done,
            refused: farewells.refused,
        };
        project.sign_in(&place, way).await
    }

    /// A person signs in on another device, with a code that the view shows while this lasts.
    pub async fn sign_in_device(
        &self,
        client_id: &str,
        tenant: Option<&str>,
    ) -> Result<PlacesView, Error> {
        let place = self.tenant_place(client_id, tenant)?;
        let project = self.project().await?;
        let told = Arc::clone(&project);
        let way = SignInWay::Device {
            show: Box::new(move |instructions: &DeviceInstructions| {
                told.sign_in_waits(SignInState::Device {
                    address: instructions.address.clone(),
                    code: instructions.code.clone(),
                    seconds: u32::try_from(instructions.seconds).unwrap_or(u32::MAX),
                });
            }),
        };
        project.sign_in(&place, way).await
    }

    /// The application signs in with the certificate that was made in this project.
    pub async fn sign_in_certificate(
        &self,
        client_id: &str,
        tenant: &str,
    ) -> Result<PlacesView, Error> {
        let place = self.tenant_place(client_id, Some(tenant))?;
        let project = self.project().await?;
        project.sign_in(&place, SignInWay::Certificate).await
    }

    /// Ends a sign-in that waits.
    pub async fn cancel_sign_in(&self) -> Result<PlacesView, Error> {
        let project = self.project().await?;
        project.waits.cancel_sign_in();
        project.places_view().await
    }

    /// Forgets the sign-in; the certificate stays.
    pub async fn sign_out(&self) -> Result<PlacesView, Error> {
        let project = self.project().await?;
        let still = project.stand_still().await?;
        sign_out(&project.remembered).await?;
        let change = |places: &mut Places| places.tenant = None;
        project.change_tenant(still, change).await
    }

    /// Makes the application's certificate, or writes the one that is there again; `replace` makes another.
    pub async fn make_certificate(&self, replace: bool) -> Result<PlacesView, Error> {
        let project = self.project().await?;
        let still = project.stand_still().await?;
        let file = project.certificate_file();
        make_certificate(&project.remembered, &file, DAYS, replace).await?;
        // Whoever is signed in with it goes by the new one.
        project.change_held(still, |_| (), |_| Ok(())).await
    }

    /// How the application is registered; what is known stands in the values.
    pub async fn app_guide(
        &self,
        client_id: Option<&str>,
        tenant: Option<&str>,
    ) -> Result<AppGuideView, Error> {
        let given = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let places = self.project().await?.places();
        let signed = places.tenant.as_ref();
        let tenant = given(tenant).or_else(|| signed.map(|signed| signed.tenant_id.clone()));
        let client_id =
            given(client_id).or_else(|| signed.map(|signed| signed.place.client_id.clone()));
        Ok(guide_view(tenant.as_deref(), client_id.as_deref()))
    }

    fn tenant_place(&self, client_id: &str, tenant: Option<&str>) -> Result<TenantPlace, Error> {
        let mut place = TenantPlace::new(tenant, client_id)?;
        place.cloud = self.cloud.cloud.clone();
        place.ca = self.cloud.ca.clone();
        Ok(place)
    }
}

impl Project {
    async fn sign_in(
        self: &Arc<Self>,
        place: &TenantPlace,
        way: SignInWay<'_>,
    ) -> Result<PlacesView, Error> {
        self.is_real()?;
        let signing = {
            // What begins looks at this first, and the other way round.
            let _still = self.begins()?;
            self.nothing_runs("Sign in when it has ended or is stopped.")?;
            self.waits.begin_sign_in()?
        };
        // Only the asking can be cancelled; what was answered is kept whole.
        let asked: Option<Result<Asked, Error>> = tokio::select! {
            asked = ask(&self.remembered, place, way) => Some(asked),
            () = signing.stop.cancelled() => None,
        };
        let outcome = match asked {
            None => Ok(None),
            Some(Err(error)) => Err(error),
            Some(Ok(asked)) => self.keep_signed_in(asked).await.map(Some),
        };
        drop(signing);
        // What waits no more is shown, whatever came of it.
        self.tell_places().await;
        match outcome? {
            Some(view) => Ok(PlacesView {
                sign_in: SignInState::Idle,
                ..view
            }),
            None => self.places_view().await,
        }
    }

    /// Remembers who has signed in and goes by it, both or neither: what runs may have begun in the meantime.
    async fn keep_signed_in(&self, asked: Asked) -> Result<PlacesView, Error> {
        // Checks end by themselves, and nobody signs in twice for them.
        self.checked().await;
        let still = self.stand_still().await?;
        keep(&self.remembered, asked).await?;
        let signed = self.remembered.signed()?;
        let change = |places: &mut Places| places.tenant = signed;
        self.change_tenant(still, change).await
    }

    /// Goes by another sign-in, or by none; what the checks found is of before.
    async fn change_tenant(
        &self,
        still: MutexGuard<'_, ()>,
        change: impl FnOnce(&mut Places),
    ) -> Result<PlacesView, Error> {
        let unchecked = |tx: &Tx<'_>| found_before(tx, &ORDER);
        let view = self.change_held(still, change, unchecked).await?;
        self.tell_unchecked();
        Ok(view)
    }

    /// Shows what the sign-in waits for.
    fn sign_in_waits(self: &Arc<Self>, state: SignInState) {
        self.waits.sign_in_waits_for(state);
        let project = Arc::clone(self);
        tokio::spawn(async move { project.tell_places().await });
    }

    async fn tell_places(&self) {
        match self.places_view().await {
            Ok(view) => (self.events)(AppEvent::Places { view }),
            Err(error) => tracing::warn!(%error, "the connections could not be read"),
        }
    }

    fn certificate_file(&self) -> PathBuf {
        self.dir.join(CERTIFICATE)
    }

    /// The application's certificate. One whose key the keychain does not give is none.
    pub(super) async fn app_certificate(&self) -> Option<AppCertificateView> {
        let file = self.certificate_file();
        match certificate_view(&self.remembered, &file).await {
            Ok(found) => found.map(|certificate| AppCertificateView {
                thumbprint: certificate.thumbprint,
                ends: certificate.ends,
                file: certificate.file.display().to_string(),
            }),
            Err(error) => {
                tracing::warn!(%error, "the certificate could not be read");
                None
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use stegvis_journal::{Journal, JournalError};

    use super::*;
    use crate::ErrorCode;
    use crate::migrate::Task;
    use crate::project::key;
    use crate::secrets::Secrets;

    #[tokio::test]
    async fn nothing_begins_while_the_connections_change_or_somebody_signs_in() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("project.stegvis")).unwrap();
        journal
            .transaction(|tx| {
                tx.set_setting(key::KIND, "Real")?;
                tx.set_setting(key::NAME, "Nordvik")?;
                Ok::<_, JournalError>(())
            })
            .unwrap();
        let secrets = Arc::new(Secrets::in_memory());
        let project = Project::open(folder.path(), journal, None, secrets, Arc::new(|_| ()));
        let project = Arc::new(project.await.unwrap());
        let go = Task::Go {
            failed: false,
            at: None,
        };
        let refused = || project.begin(go).unwrap_err();
        let still = project.stand_still().await.unwrap();
        assert!(refused().message.contains("connections"));
        drop(still);
        let signing = project.waits.begin_sign_in().unwrap();
        assert!(refused().message.contains("signing in"));
        drop(signing);
        // Whoever signs in or out beside a run is refused before anything is forgotten.
        project
            .live()
            .begin(tokio_util::sync::CancellationToken::new());
        assert_eq!(refused().code, ErrorCode::Running);
        assert!(project.stand_still().await.is_err());
        let place = TenantPlace::new(Some("t-1"), "c-1").unwrap();
        let late = project.sign_in(&place, SignInWay::Certificate).await;
        assert_eq!(late.unwrap_err().code, ErrorCode::Running);
        assert_eq!(project.waits.sign_in(), SignInState::Idle);
    }
}
