//! An application proves by its certificate's key who it is (RFC 7523; Microsoft identity platform, certificate
//! credentials).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::form;
use crate::http::Request;

/// How long an assertion is good for.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Whoever holds the key. Where it lies is not known here.
pub trait Signer {
    /// Why it did not sign.
    type Error;

    /// The RSASSA-PKCS1-v1_5 signature with SHA-256 of these bytes: `RS256`.
    ///
    /// # Errors
    /// If the key cannot be used.
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Self::Error>;
}

/// What an application asks the authority for, with a certificate.
#[derive(Clone, Copy)]
pub struct CertificateCredentials<'a> {
    /// The authority's token endpoint, which is also whom the assertion is for.
    pub token_url: &'a Url,
    /// The application's id.
    pub client_id: &'a str,
    /// The certificate that the registration holds, in DER.
    pub certificate: &'a [u8],
    /// One resource and `/.default`.
    pub scope: &'a str,
    /// A GUID that was never used.
    pub jti: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl fmt::Debug for CertificateCredentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateCredentials")
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl CertificateCredentials<'_> {
    /// The assertion, signed.
    ///
    /// # Errors
    /// What the signer says.
    pub fn assertion<S: Signer>(&self, signer: &S) -> Result<String, S::Error> {
        let header = json!({
            "alg": "RS256",
            "typ": "JWT",
            "x5t#S256": URL_SAFE_NO_PAD.encode(Sha256::digest(self.certificate)),
        });
        let now = self.now.as_second();
        let claims = json!({
            "aud": self.token_url.as_str(),
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": self.jti,
            "nbf": now,
            "exp": now.saturating_add(LIFE.as_secs()),
        });
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = signer.sign(text.as_bytes())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The request.
    ///
    /// # Errors
    /// What the signer says.
    pub fn request<S: Signer>(&self, signer: &S) -> Result<Request, S::Error> {
        Ok(form(
            self.token_url,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", self.client_id),
                ("scope", self.scope),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", &self.assertion(signer)?),
            ],
        ))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    struct Echo;

    impl Signer for Echo {
        type Error = std::convert::Infallible;

        fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Self::Error> {
            Ok(Sha256::digest(bytes).to_vec())
        }
    }

    #[test]
    fn an_assertion_names_its_certificate_and_is_good_for_ten_minutes_at_one_authority() {
        let token_url: Url = "https://login.example/t/oauth2/v2.0/token".parse().unwrap();
        let ask = CertificateCredentials {
            token_url: &token_url,
            client_id: "a-1",
            certificate: b"DER",
            scope: "https://graph.microsoft.com/.default",
            jti: "j-1",
            now: Timestamp::UNIX_EPOCH,
        };
        let jwt = ask.assertion(&Echo).unwrap();
        let parts: Vec<Vec<u8>> = jwt
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap())
            .collect();
        let [header, claims, signature] = parts.as_slice() else {
            unreachable!("three parts")
        };
        let header = String::from_utf8(header.clone()).unwrap();
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(b"DER"));
        assert_eq!(
            header,
            format!(r#"{{"alg":"RS256","typ":"JWT","x5t#S256":"{thumbprint}"}}"#)
        );
        assert_eq!(
            String::from_utf8(claims.clone()).unwrap(),
            r#"{"aud":"https://login.example/t/oauth2/v2.0/token","exp":600,"iss":"a-1","jti":"j-1","nbf":0,"sub":"a-1"}"#
        );
        let signed = jwt.rsplit_once('.').unwrap().0;
        assert_eq!(signature.as_slice(), Sha256::digest(signed).as_slice());
        let body = String::from_utf8(ask.request(&Echo).unwrap().body).unwrap();
        assert!(body.contains("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=ey"));
    }
}
