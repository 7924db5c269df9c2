//! Tokens: JWTs signed with keys that follow from the seed, so that they outlive a restart. An access token is for one
//! audience: a Graph token opens no mailbox.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use ring::signature::{Ed25519KeyPair, KeyPair};
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

/// Scopes of OpenID Connect, which belong to no resource.
const OPEN_ID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

impl Audience {
    const fn resource(self) -> &'static str {
        match self {
            Self::Graph => "https://graph.microsoft.com",
            Self::Exchange => "https://outlook.office365.com",
        }
    }

    /// The audience that a `…/.default` scope asks for.
    pub(crate) fn of_scope(scope: &str) -> Option<Self> {
        Self::of_resource(scope.trim().strip_suffix("/.default")?)
    }

    fn of_resource(resource: &str) -> Option<Self> {
        match resource {
            "https://graph.microsoft.com" => Some(Self::Graph),
            "https://outlook.office365.com" | "https://outlook.office.com" => Some(Self::Exchange),
            _ => None,
        }
    }

    /// The one audience of a person's scopes; `None` where they are of two, or of an unknown one.
    pub(crate) fn of_scopes(scopes: &str) -> Option<Self> {
        let mut found = None;
        for scope in scopes
            .split_ascii_whitespace()
            .filter(|scope| !OPEN_ID.contains(scope))
        {
            let audience = match scope.rsplit_once('/') {
                Some((resource, _)) => Self::of_resource(resource.trim_end_matches('/'))?,
                // A bare name is Graph's.
                None => Self::Graph,
            };
            if found.is_some_and(|found| found != audience) {
                return None;
            }
            found = Some(audience);
        }
        Some(found.unwrap_or(Self::Graph))
    }

    /// What an application may do here.
    const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Graph => &[
                "Organization.Read.All",
                "Domain.Read.All",
                "User.ReadWrite.All",
                "LicenseAssignment.ReadWrite.All",
                "Mail.Send",
            ],
            Self::Exchange => &["Exchange.ManageAsApp", "IMAP.AccessAsApp"],
        }
    }

    /// What a person has consented to here.
    pub(crate) const fn scopes(self) -> &'static str {
        match self {
            Self::Graph => {
                "https://graph.microsoft.com/Organization.Read.All https://graph.microsoft.com/Domain.Read.All https://graph.microsoft.com/User.ReadWrite.All https://graph.microsoft.com/LicenseAssignment.ReadWrite.All https://graph.microsoft.com/Mail.Send"
            }
            Self::Exchange => "https://outlook.office365.com/Exchange.Manage",
        }
    }
}

/// Who a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Application,
    /// A person, by user principal name and object id.
    Person {
        upn: String,
        id: String,
    },
}

/// What an access token proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// The person's user principal name; none for the application itself.
    pub(crate) upn: Option<String>,
    /// What was consented to.
    permissions: Vec<String>,
    /// Whether anything was.
    pub(crate) empowered: bool,
    /// Whether it was asked for with the claims of a challenge.
    pub(crate) proved: bool,
}

impl Bearer {
    /// Whether this permission is among them.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.iter().any(|known| known == permission)
    }
}

/// The issuer.
pub(crate) struct Tokens {
    seed: u64,
    key: [u8; 16],
    tenant_id: String,
    client_id: String,
    service_principal: String,
    /// What nobody consented to.
    withheld: Option<&'static str>,
}

impl Tokens {
    pub(crate) fn new(
        seed: u64,
        tenant_id: &str,
        client_id: &str,
        service_principal: &str,
    ) -> Self {
        Self {
            seed,
            key: seed::guid(seed, &["token key"]),
            tenant_id: tenant_id.to_owned(),
            client_id: client_id.to_owned(),
            service_principal: service_principal.to_owned(),
            withheld: None,
        }
    }

    /// The same issuer, where nobody consented to this permission.
    pub(crate) fn without(mut self, withheld: Option<&'static str>) -> Self {
        self.withheld = withheld;
        self
    }

    /// An access token for this audience.
    pub(crate) fn access(
        &self,
        audience: Audience,
        subject: &Subject,
        life: Duration,
        empowered: bool,
        proved: bool,
    ) -> String {
        let (now, begun) = {
            let now = Timestamp::now();
            (now.as_second(), now.as_millisecond())
        };
        let ends = begun + i64::try_from(life.as_millis()).unwrap_or(3_599_000);
        let mut claims = json!({
            "aud": audience.resource(),
            "iss": format!("https://sts.windows.net/{}/", self.tenant_id),
            // Whole seconds, and no end before the one that was promised.
            "iat": now, "nbf": now, "exp": (ends + 999) / 1000, "ends_ms": ends,
            "appid": self.client_id, "tid": self.tenant_id,
        });
        let roles: Vec<&str> = audience
            .roles()
            .iter()
            .filter(|role| empowered && Some(**role) != self.withheld)
            .copied()
            .collect();
        let more = match subject {
            Subject::Application => {
                json!({"oid": self.service_principal, "idtyp": "app", "roles": roles})
            }
            Subject::Person { upn, id } => json!({"oid": id, "idtyp": "user", "upn": upn,
                "scp": roles.iter().map(|role| role.replace("AsApp", "")).collect::<Vec<_>>().join(" ")}),
        };
        if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
            claims.extend(more);
            if proved {
                claims.insert("acrs".to_owned(), json!(["c1"]));
            }
        }
        self.signed(&claims)
    }

    /// What the token proves, if it is ours, for this audience, and not expired.
    pub(crate) fn bearer(&self, token: &str, audience: Audience) -> Option<Bearer> {
        let claims = self.claims(token)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let roles = claims.get("roles").and_then(Value::as_array);
        let scopes = text("scp").unwrap_or_default().split_ascii_whitespace();
        let roles = roles.into_iter().flatten().filter_map(Value::as_str);
        let permissions: Vec<String> = roles.chain(scopes).map(str::to_owned).collect();
        let holds = text("aud") == Some(audience.resource())
            && claims.get("ends_ms").and_then(Value::as_i64)? > Timestamp::now().as_millisecond();
        holds.then(|| Bearer {
            upn: text("upn").map(str::to_owned),
            empowered: !permissions.is_empty(),
            permissions,
            proved: claims.get("acrs").is_some(),
        })
    }

    /// A refresh token, good while the number of withdrawn consents is what it is now.
    pub(crate) fn refresh(&self, subject: &Subject, generation: u32) -> String {
        let Subject::Person { upn, id } = subject else {
            return String::new();
        };
        self.signed(&json!({"use": "refresh", "upn": upn, "oid": id, "generation": generation}))
    }

    /// Whose refresh token it is, and of which generation.
    pub(crate) fn refreshed(&self, token: &str) -> Option<(Subject, u32)> {
        let claims = self.claims(token)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("use").as_deref() != Some("refresh") {
            return None;
        }
        let subject = Subject::Person {
            upn: text("upn")?,
            id: text("oid")?,
        };
        let generation = claims.get("generation").and_then(Value::as_u64)?;
        Some((subject, u32::try_from(generation).ok()?))
    }

    /// An id token, with a signature that the published key verifies.
    pub(crate) fn id_token(&self, issuer: &str, subject: &Subject, nonce: Option<&str>) -> String {
        let now = Timestamp::now().as_second();
        let (upn, id) = match subject {
            Subject::Application => (None, self.service_principal.as_str()),
            Subject::Person { upn, id } => (Some(upn.as_str()), id.as_str()),
        };
        let claims = json!({
            "aud": self.client_id, "iss": issuer, "iat": now, "nbf": now, "exp": now + 3600,
            "sub": id, "oid": id, "tid": self.tenant_id, "name": upn, "preferred_username": upn,
            "nonce": nonce, "ver": "2.0",
        });
        let header = json!({"typ": "JWT", "alg": "EdDSA", "kid": "practice"});
        let text = format!(
            "{}.{}",
            BASE64.encode(header.to_string()),
            BASE64.encode(claims.to_string())
        );
        let signature = self
            .id_key()
            .map(|key| BASE64.encode(key.sign(text.as_bytes())))
            .unwrap_or_default();
        format!("{text}.{signature}")
    }

    /// The public half of the key that signs id tokens, as a JSON Web Key.
    pub(crate) fn id_keys(&self) -> Value {
        let keys: Vec<Value> = self
            .id_key()
            .map(|key| {
                json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "practice",
                       "x": BASE64.encode(key.public_key().as_ref())})
            })
            .into_iter()
            .collect();
        json!({ "keys": keys })
    }

    fn id_key(&self) -> Option<Ed25519KeyPair> {
        let seed: [u8; 32] = Sha256::digest(seed::guid(self.seed, &["id token key"])).into();
        Ed25519KeyPair::from_seed_unchecked(&seed).ok()
    }

    fn signed(&self, claims: &Value) -> String {
        let text = format!(
            "{}.{}",
            BASE64.encode(r#"{"typ":"JWT","alg":"HS256"}"#),
            BASE64.encode(claims.to_string())
        );
        let signature = self.sign(&text);
        format!("{text}.{signature}")
    }

    fn claims(&self, token: &str) -> Option<Value> {
        let (text, signature) = token.trim().rsplit_once('.')?;
        if self.sign(text) != signature {
            return None;
        }
        let (_, claims) = text.split_once('.')?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn person() -> Subject {
        Subject::Person {
            upn: "admin@x.example".to_owned(),
            id: "u-1".to_owned(),
        }
    }

    #[test]
    fn a_token_is_good_for_its_audience_alone_and_while_it_lives() {
        let tokens = Tokens::new(7, "t", "c", "s");
        let token = tokens.access(Audience::Graph, &Subject::Application, HOUR, true, false);
        let bearer = tokens.bearer(&token, Audience::Graph).unwrap();
        assert!(bearer.empowered && !bearer.proved && bearer.upn.is_none());
        assert_eq!(tokens.bearer(&token, Audience::Exchange), None);
        assert_eq!(
            Tokens::new(8, "t", "c", "s").bearer(&token, Audience::Graph),
            None
        );
        assert_eq!(tokens.bearer(&format!("{token}x"), Audience::Graph), None);
        let old = tokens.access(Audience::Graph, &person(), Duration::ZERO, true, false);
        assert_eq!(tokens.bearer(&old, Audience::Graph), None);
        let person = tokens.access(Audience::Exchange, &person(), HOUR, false, true);
        let bearer = tokens.bearer(&person, Audience::Exchange).unwrap();
        assert!(!bearer.empowered && bearer.proved);
        assert_eq!(bearer.upn.as_deref(), Some("admin@x.example"));
    }

    #[test]
    fn a_refresh_token_is_no_access_token_and_the_other_way_round() {
        let tokens = Tokens::new(7, "t", "c", "s");
        let refresh = tokens.refresh(&person(), 3);
        assert_eq!(tokens.refreshed(&refresh), Some((person(), 3)));
        assert_eq!(tokens.bearer(&refresh, Audience::Graph), None);
        let access = tokens.access(Audience::Graph, &person(), HOUR, true, false);
        assert_eq!(tokens.refreshed(&access), None);
    }

    #[test]
    fn scopes_of_two_resources_have_no_audience() {
        let of = Audience::of_scopes;
        assert_eq!(
            of("https://outlook.office365.com/.default openid"),
            Some(Audience::Exchange)
        );
        assert_eq!(of("User.Read offline_access"), Some(Audience::Graph));
        assert_eq!(
            of("User.Read https://outlook.office.com/IMAP.AccessAsUser.All"),
            None
        );
        assert_eq!(of("https://vault.example/x"), None);
    }

    #[test]
    fn the_published_key_verifies_an_id_token() {
        let tokens = Tokens::new(7, "t", "c", "s");
        let token = tokens.id_token("https://x/v2.0", &person(), Some("n"));
        let (text, signature) = token.rsplit_once('.').unwrap();
        let keys = tokens.id_keys();
        let key = keys.pointer("/keys/0/x").and_then(Value::as_str).unwrap();
        UnparsedPublicKey::new(&ED25519, BASE64.decode(key).unwrap())
            .verify(text.as_bytes(), &BASE64.decode(signature).unwrap())
            .unwrap();
    }
}
