//! Access tokens: JWTs signed with a key that follows from the seed, so that they outlive a restart. Each is
//! for one audience: a Graph token opens no mailbox.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::seed;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Graph,
    /// The admin interface and IMAP.
    Exchange,
}

impl Audience {
    const fn resource(self) -> &'static str {
        match self {
            Self::Graph => "https://graph.microsoft.com",
            Self::Exchange => "https://outlook.office365.com",
        }
    }

    /// The audience that a `…/.default` scope asks for.
    pub(crate) fn of_scope(scope: &str) -> Option<Self> {
        match scope.trim().strip_suffix("/.default")? {
            "https://graph.microsoft.com" => Some(Self::Graph),
            "https://outlook.office365.com" | "https://outlook.office.com" => Some(Self::Exchange),
            _ => None,
        }
    }
}

/// The issuer.
pub(crate) struct Tokens {
    key: [u8; 16],
    tenant_id: String,
    client_id: String,
    service_principal: String,
}

impl Tokens {
    /// How long a token is good for, in seconds.
    pub(crate) const LIFETIME: i64 = 3599;

    pub(crate) fn new(
        seed: u64,
        tenant_id: &str,
        client_id: &str,
        service_principal: &str,
    ) -> Self {
        Self {
            key: seed::guid(seed, &["token key"]),
            tenant_id: tenant_id.to_owned(),
            client_id: client_id.to_owned(),
            service_principal: service_principal.to_owned(),
        }
    }

    /// A token for this audience.
    pub(crate) fn issue(&self, audience: Audience) -> String {
        let now = Timestamp::now().as_second();
        let roles: &[&str] = match audience {
            Audience::Graph => &[
                "Organization.Read.All",
                "Domain.Read.All",
                "User.ReadWrite.All",
                "LicenseAssignment.ReadWrite.All",
            ],
            Audience::Exchange => &["Exchange.ManageAsApp", "IMAP.AccessAsApp"],
        };
        let claims = json!({
            "aud": audience.resource(),
            "iss": format!("https://sts.windows.net/{}/", self.tenant_id),
            "iat": now, "nbf": now, "exp": now + Self::LIFETIME,
            "appid": self.client_id, "oid": self.service_principal, "tid": self.tenant_id,
            "roles": roles,
        });
        let text = format!(
            "{}.{}",
            BASE64.encode(r#"{"typ":"JWT","alg":"HS256"}"#),
            BASE64.encode(claims.to_string())
        );
        let signature = self.sign(&text);
        format!("{text}.{signature}")
    }

    /// Whether the token is ours, for this audience, and not expired.
    pub(crate) fn allows(&self, token: &str, audience: Audience) -> bool {
        let Some((text, signature)) = token.trim().rsplit_once('.') else {
            return false;
        };
        if self.sign(text) != signature {
            return false;
        }
        let claims: Option<Value> = text
            .split_once('.')
            .and_then(|(_, claims)| BASE64.decode(claims).ok())
            .and_then(|claims| serde_json::from_slice(&claims).ok());
        claims.is_some_and(|claims| {
            let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
            claims.get("aud").and_then(Value::as_str) == Some(audience.resource())
                && expires > Timestamp::now().as_second()
        })
    }

    fn sign(&self, text: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(text.as_bytes());
        hash.update(self.key);
        BASE64.encode(hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_audience_alone() {
        let tokens = Tokens::new(7, "t", "c", "s");
        let token = tokens.issue(Audience::Graph);
        assert!(tokens.allows(&token, Audience::Graph));
        assert!(!tokens.allows(&token, Audience::Exchange));
        assert!(!Tokens::new(8, "t", "c", "s").allows(&token, Audience::Graph));
        assert!(!tokens.allows(&format!("{token}x"), Audience::Graph));
    }
}
