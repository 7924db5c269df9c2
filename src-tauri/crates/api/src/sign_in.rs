//! The tenant by itself: signing in to it, what the program may do there, and what is true there.
//!
//! One tenant is remembered in a folder: where it is, as which application and as whom we go there. The secrets (a refresh
//! token, the certificate's private key) are in the keychain and nowhere else.

mod access;
mod certificate;
mod facts;
mod guide;
mod kept;
pub mod permissions;
mod place;
mod probe;
mod view;
mod words;

use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;
use stegvis_connect::http::TokenSource;
use stegvis_connect::sign_in::{Ask, Farewell, SignIn};
use stegvis_wire::oauth::{self, Cause};
use stegvis_wire::{exchange_online, graph};
use url::Url;

use crate::Error;

pub use access::TenantAccess;
pub use certificate::{CertificateView, forget_certificate, make_certificate};
pub use facts::{CallsView, CountsView, DomainFacts, LicenceFacts, TenantFacts};
pub use guide::{AppGuide, GuideStep, GuideValue, app_guide};
pub use place::{Cloud, TenantPlace};
pub use probe::{PermissionProbe, ProbeResult, ProbeView, ProvedBy};

use kept::{Signed, Way, keychain};

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

/// Signs in, and remembers it in `data` and in the keychain, in place of an earlier sign-in.
///
/// # Errors
/// Endpoint, with cause and remedy, when the tenant or the person refuses; Keychain when this computer has none: then nobody
/// is signed in.
pub async fn sign_in(
    data: &Path,
    place: &TenantPlace,
    way: SignInWay<'_>,
) -> Result<SignedInView, Error> {
    let keychain = keychain()?;
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
        SignInWay::Certificate => return by_certificate(data, place).await,
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
    let signed = Signed {
        way: Way::Person,
        name: session.name().map(str::to_owned),
        tenant_id,
        place: place.clone(),
    };
    session
        .kept(std::sync::Arc::new(signed.session_in(keychain)))
        .await
        .map_err(|error| words::keychain(&error))?;
    kept::remember(data, &signed)?;
    Ok(signed.view())
}

async fn by_certificate(data: &Path, place: &TenantPlace) -> Result<SignedInView, Error> {
    if place.is_any() {
        return Err(Error::invalid(
            "the tenant is not named",
            "With a certificate nobody signs in who could tell the tenant: give its id or one of its domains with --tenant.",
        ));
    }
    let certificate = certificate::kept(data).await?;
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
    let signed = Signed {
        way: Way::Certificate,
        name: None,
        tenant_id,
        place: place.clone(),
    };
    kept::remember(data, &signed)?;
    Ok(signed.view())
}

/// Forgets the sign-in: the refresh token leaves the keychain. The certificate stays; it is the application's.
/// Whether anybody was signed in.
///
/// # Errors
/// Keychain when it does not let us in: then the sign-in is still remembered.
pub async fn sign_out(data: &Path) -> Result<bool, Error> {
    let Some(signed) = kept::remembered(data)? else {
        return Ok(false);
    };
    if signed.way == Way::Person {
        signed
            .session_in(keychain()?)
            .delete()
            .await
            .map_err(|error| words::keychain(&error))?;
    }
    kept::forget(data)?;
    Ok(true)
}
