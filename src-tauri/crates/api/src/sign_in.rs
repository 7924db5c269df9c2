//! The tenant by itself: signing in to it, what the program may do there, and what is true there.
//!
//! One tenant is remembered in a folder, and one in each real project: where it is, as which application and as whom we go
//! there. The secrets (a refresh token, the certificate's private key) are in the keychain and nowhere else.

mod access;
mod certificate;
mod facts;
mod guide;
pub(crate) mod kept;
pub mod permissions;
mod place;
mod probe;
mod view;
mod words;

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;
use stegvis_connect::http::TokenSource;
use stegvis_connect::sign_in::{Ask, Farewell, Session, SignIn};
use stegvis_wire::oauth::{self, Cause};
use stegvis_wire::{exchange_online, graph};
use url::Url;

use crate::Error;

pub use access::TenantAccess;
pub(crate) use access::sign_in_of;
pub(crate) use certificate::certificate_view;
pub use certificate::{CertificateView, forget_certificate, make_certificate};
pub use facts::{CallsView, CountsView, DomainFacts, LicenceFacts, TenantFacts};
pub use guide::{AppGuide, GuideStep, GuideValue, app_guide};
pub use kept::Remembered;
pub use place::{Cloud, TenantPlace};
pub use probe::{PermissionProbe, ProbeResult, ProbeView, ProvedBy};
pub(crate) use view::guide_view;

use kept::{Note, Signed, Way};

/// How long a person may take in the browser.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How somebody signs in.
pub enum SignInWay<'a> {
    /// A person in the system's browser, which is sent to the address.
    Browser {
        /// Opens it, or tells the person to.
        open: Box<dyn FnOnce(&Url) + Send + 'a>,
        /// What the browser shows in the end, after a sign-in.
        done: String,
        /// The same after a refusal.
        refused: String,
    },
    /// A person on another device, with a code that is shown here.
    Device {
        /// Shows where to go and what to type.
        show: Box<dyn FnOnce(&DeviceInstructions) + Send + 'a>,
    },
    /// The application itself, with the certificate that was made here.
    Certificate,
}

/// What a person types on another device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInstructions {
    /// Where to go.
    pub address: String,
    /// What to type there.
    pub code: String,
    /// How long the code is good for.
    pub seconds: u64,
}

/// Who is signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedInView {
    /// `person`, `certificate` or `secret`.
    pub way: &'static str,
    /// The person's user principal name, as the tenant told it.
    pub name: Option<String>,
    /// The tenant's id.
    pub tenant_id: String,
    /// The application's.
    pub client_id: String,
}

/// Signs in, and remembers it, in place of an earlier sign-in, whose secret leaves the keychain.
///
/// # Errors
/// Endpoint, with cause and remedy, when the tenant or the person refuses; Keychain when this computer has none: then nobody
/// is signed in.
pub async fn sign_in(
    remembered: &Remembered,
    place: &TenantPlace,
    way: SignInWay<'_>,
) -> Result<SignedInView, Error> {
    keep(remembered, ask(remembered, place, way).await?).await
}

/// A sign-in that was answered and is not kept yet.
pub(crate) struct Asked {
    signed: Signed,
    /// A person's.
    session: Option<Session>,
}

/// Asks the person, or the tenant itself, and keeps nothing: it may be given up at any moment.
pub(crate) async fn ask(
    remembered: &Remembered,
    place: &TenantPlace,
    way: SignInWay<'_>,
) -> Result<Asked, Error> {
    // Before anybody is asked for anything: a computer that keeps no secret signs nobody in.
    remembered.keychain()?;
    let http = place.authority_client()?;
    let signing = SignIn::new(http.clone(), place.authority(&place.tenant)?);
    // The first resource that is asked for is Graph; the others follow with the same sign-in.
    let scopes = [graph::SCOPE];
    let session = match way {
        SignInWay::Browser {
            open,
            done,
            refused,
        } => {
            let farewell = Farewell { done, refused };
            let ask = Ask {
                scopes: &scopes,
                prompt: None,
                login_hint: None,
                claims: None,
                farewell: &farewell,
                limit: PATIENCE,
            };
            signing.in_browser(&ask, open).await
        }
        SignInWay::Device { show } => match signing.on_device(&scopes).await {
            Err(error) => Err(error),
            Ok(code) => {
                show(&DeviceInstructions {
                    address: code.verification_uri.clone(),
                    code: code.user_code.clone(),
                    seconds: code.expires_in.as_secs(),
                });
                signing.finish(&code).await
            }
        },
        SignInWay::Certificate => {
            return Ok(Asked {
                signed: by_certificate(remembered, place).await?,
                session: None,
            });
        }
    }
    .map_err(|error| words::sign_in(&error))?;
    let tenant_id = session.tenant_id().map(str::to_owned).ok_or_else(|| {
        words::of(
            Cause::Other,
            "the tenant did not say which one it is".to_owned(),
        )
    })?;
    if place.names_another(&tenant_id) {
        return Err(words::of(
            Cause::WrongTenant,
            format!(
                "the account belongs to the tenant {tenant_id}, not to {}",
                place.tenant
            ),
        ));
    }
    Ok(Asked {
        signed: Signed {
            way: Way::Person,
            name: session.name().map(str::to_owned),
            tenant_id,
            place: place.clone(),
        },
        session: Some(session),
    })
}

/// Keeps what was answered.
pub(crate) async fn keep(remembered: &Remembered, asked: Asked) -> Result<SignedInView, Error> {
    // A note that cannot be read names no secret; a sign-in is how it is mended.
    let before = remembered.signed().ok().flatten();
    let Asked { signed, session } = asked;
    if let Some(session) = session {
        session
            .kept(std::sync::Arc::new(remembered.session(&signed)?))
            .await
            .map_err(|error| words::keychain(&error))?;
    }
    settle(remembered, before, &signed).await?;
    Ok(signed.view())
}

/// Remembers a sign-in; the refresh token of the one before leaves the keychain where another took its place.
async fn settle(
    remembered: &Remembered,
    before: Option<Signed>,
    signed: &Signed,
) -> Result<(), Error> {
    if let Some(before) = before.filter(|before| before.way == Way::Person) {
        let (old, new) = (remembered.session(&before)?, remembered.session(signed)?);
        if signed.way != Way::Person || old.project != new.project {
            old.delete()
                .await
                .map_err(|error| words::keychain(&error))?;
        }
    }
    remembered.remember(signed)
}

async fn by_certificate(remembered: &Remembered, place: &TenantPlace) -> Result<Signed, Error> {
    if place.is_any() {
        return Err(Error::invalid(
            "the tenant is not named",
            "With a certificate nobody signs in who could tell the tenant: give its id or one of its domains with --tenant.",
        ));
    }
    let certificate = certificate::kept(remembered).await?;
    let tokens = TokenSource::with_certificate(
        place.authority_client()?,
        place.authority(&place.tenant)?.token_url,
        place.client_id.clone(),
        certificate,
        exchange_online::SCOPE,
    );
    let token = tokens
        .token()
        .await
        .map_err(|error| words::endpoint(&error))?;
    let tenant_id = oauth::hints(token.expose_secret())
        .and_then(|who| who.tid)
        .ok_or_else(|| {
            words::of(
                Cause::Other,
                "the tenant did not say which one it is".to_owned(),
            )
        })?;
    Ok(Signed {
        way: Way::Certificate,
        name: None,
        tenant_id,
        place: place.clone(),
    })
}

/// Forgets the sign-in: the refresh token leaves the keychain. The certificate stays; it is the application's.
/// Whether anybody was signed in.
///
/// # Errors
/// Keychain when it does not let us in: then the sign-in is still remembered.
pub async fn sign_out(remembered: &Remembered) -> Result<bool, Error> {
    let Some(signed) = remembered.signed()? else {
        return Ok(false);
    };
    if signed.way == Way::Person {
        remembered
            .session(&signed)?
            .delete()
            .await
            .map_err(|error| words::keychain(&error))?;
    }
    remembered.forget(Note::SignIn)?;
    Ok(true)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use stegvis_connect::keychain::Keychain;
    use stegvis_journal::Journal;

    use super::*;

    fn signed(way: Way, client_id: &str) -> Signed {
        Signed {
            way,
            name: None,
            tenant_id: "t-1".to_owned(),
            place: TenantPlace::new(Some("t-1"), client_id).unwrap(),
        }
    }

    #[tokio::test]
    async fn a_refresh_token_leaves_the_keychain_with_the_sign_in_that_it_was_of() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("p.stegvis")).unwrap());
        let remembered = Remembered::in_project(journal, "p".to_owned(), Keychain::in_memory());
        let token = async |signed: &Signed| remembered.session(signed).unwrap().get().await;
        let keep = async |signed: &Signed| {
            let place = remembered.session(signed).unwrap();
            place.set(&"token".to_owned().into()).await.unwrap();
            let before = remembered.signed().unwrap();
            settle(&remembered, before, signed).await.unwrap();
        };
        let one = signed(Way::Person, "one");
        keep(&one).await;
        // The same again is no other.
        keep(&one).await;
        assert!(token(&one).await.unwrap().is_some());
        let two = signed(Way::Person, "two");
        keep(&two).await;
        assert!(token(&one).await.unwrap().is_none());
        assert!(token(&two).await.unwrap().is_some());
        let application = signed(Way::Certificate, "two");
        settle(&remembered, remembered.signed().unwrap(), &application)
            .await
            .unwrap();
        assert!(token(&two).await.unwrap().is_none());
        assert_eq!(remembered.signed().unwrap(), Some(application));
    }
}
