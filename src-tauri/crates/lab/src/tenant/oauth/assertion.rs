//! A client assertion: a JWT signed with the key of a certificate that the registration holds.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use jiff::Timestamp;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Fields, Refusal, field};
use axum::http::StatusCode;

use crate::tenant::Tenant;

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What the clocks may differ by, in seconds.
const SKEW: f64 = 300.0;

fn bad(text: impl Into<String>) -> Refusal {
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        ..Refusal::new("invalid_client", 700_027, text)
    }
}

fn part(text: Option<&str>) -> Option<Value> {
    serde_json::from_slice(&BASE64.decode(text?).ok()?).ok()
}

/// Whether the assertion is the registration's, for this authority, now.
pub(super) fn verify(tenant: &Tenant, form: &Fields) -> Result<(), Refusal> {
    if field(form, "client_assertion_type") != KIND {
        return Err(bad("The client_assertion_type is not supported."));
    }
    let assertion = field(form, "client_assertion");
    let unreadable = || bad("Client assertion is not within its valid form.");
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(unreadable)?;
    let signature = BASE64.decode(signature).map_err(|_| unreadable())?;
    let mut parts = signed.split('.');
    let header = part(parts.next()).ok_or_else(unreadable)?;
    let claims = part(parts.next()).ok_or_else(unreadable)?;

    // Some clients leave the padding on.
    let thumbprint = |name: &str| {
        let text = header.get(name).and_then(Value::as_str);
        text.map(|text| text.trim_end_matches('='))
    };
    let (newer, older) = (thumbprint("x5t#S256"), thumbprint("x5t"));
    let is = |der: &[u8]| match (newer, older) {
        (Some(newer), _) => BASE64.encode(Sha256::digest(der)) == newer,
        (None, Some(older)) => BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, der)) == older,
        (None, None) => false,
    };
    let certificates = tenant.world.store.read(|state| state.certificates.clone());
    let certificate = certificates
        .iter()
        .filter_map(|base64| STANDARD.decode(base64).ok())
        .find(|der| is(der))
        .ok_or_else(|| {
            bad(format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{}']",
                newer.or(older).unwrap_or_default()
            ))
        })?;
    let algorithm = match header.get("alg").and_then(Value::as_str) {
        Some("RS256") => &RSA_PKCS1_2048_8192_SHA256,
        Some("PS256") => &RSA_PSS_2048_8192_SHA256,
        _ => {
            return Err(bad(
                "The algorithm of the client assertion is not supported.",
            ));
        }
    };
    let (_, certificate) = X509Certificate::from_der(&certificate).map_err(|_| unreadable())?;
    let key = &certificate.public_key().subject_public_key.data;
    UnparsedPublicKey::new(algorithm, key.as_ref())
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| bad("Client assertion failed signature validation."))?;
    let now = Timestamp::now().as_second();
    if !certificate
        .validity()
        .is_valid_at(x509_parser::time::ASN1Time::from_timestamp(now).map_err(|_| unreadable())?)
    {
        return Err(bad("The certificate has expired."));
    }

    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    // A NumericDate may have a fraction (RFC 7519 section 2).
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    if [text("iss"), text("sub")] != [tenant.world.client_id.as_str(); 2] {
        return Err(bad(
            "The 'iss' and 'sub' claims of the client assertion must be the client id.",
        ));
    }
    // The token endpoint, by the tenant's id or any of its names.
    let audience = text("aud");
    if !audience.starts_with(&*tenant.base) || !audience.ends_with("/oauth2/v2.0/token") {
        return Err(Refusal::new(
            "invalid_client",
            700_023,
            format!("Client assertion audience claim does not match Realm issuer: '{audience}'."),
        ));
    }
    let now = Timestamp::now().as_duration().as_secs_f64();
    let lives = number("exp").is_some_and(|end| now <= end + SKEW && end <= now + 3600.0 + SKEW)
        && number("nbf").is_none_or(|begin| begin <= now + SKEW);
    if !lives {
        return Err(Refusal::new(
            "invalid_client",
            700_024,
            "Client assertion is not within its valid time range.",
        ));
    }
    Ok(())
}
