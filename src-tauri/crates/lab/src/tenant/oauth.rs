//! The authority: where tokens come from. A person signs in in a browser or on another device, the application with its
//! secret or its certificate; what is refused is refused with Microsoft's numbers.

mod assertion;
mod authorize;
mod device;
mod discovery;
mod page;
mod sign_ins;

use std::collections::BTreeMap;

use axum::Form;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Audience, Subject, Tenant};
use crate::org;
use crate::world::World;

pub(crate) use sign_ins::SignIns;

type Fields = BTreeMap<String, String>;

/// Everything below the authority's address.
pub(super) fn routes() -> Router<Tenant> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::ask))
        .route("/{tenant}/login", post(authorize::answer))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::begin))
        .route("/devicelogin", get(device::ask).post(device::answer))
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/discovery/instance", get(discovery::instance))
}

/// Why the authority refuses.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
    claims: Option<&'static str>,
}

impl Refusal {
    fn new(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            text: text.into(),
            claims: None,
        }
    }

    /// In words, with the number.
    fn description(&self) -> String {
        let now = Timestamp::now().strftime("%F %TZ").to_string();
        format!("AADSTS{}: {} Timestamp: {now}", self.code, self.text)
    }

    fn into_response(self) -> Response {
        let mut body = json!({
            "error": self.error,
            "error_description": self.description(),
            "error_codes": [self.code],
            "timestamp": Timestamp::now().strftime("%F %TZ").to_string(),
            "trace_id": "00000000-0000-0000-0000-000000000000",
            "correlation_id": "00000000-0000-0000-0000-000000000000",
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if let (Some(body), Some(claims)) = (body.as_object_mut(), self.claims) {
            body.insert("claims".to_owned(), claims.into());
        }
        super::json(self.status, &body)
    }
}

fn field<'a>(form: &'a Fields, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

/// Whether the claims of a challenge are asked for, and not merely said to be understood.
fn proves_more(form: &Fields) -> bool {
    field(form, "claims").contains("\"acrs\"")
}

/// Whether the path names this tenant, or leaves it to whoever signs in.
fn tenant_of(world: &World, of: &str) -> Result<(), Refusal> {
    let any = ["organizations", "common"].contains(&of);
    if any || of == world.tenant_id || of.eq_ignore_ascii_case(org::TENANT_DOMAIN) {
        return Ok(());
    }
    let text = format!("Tenant '{of}' not found.");
    Err(Refusal::new("invalid_request", 90002, text))
}

fn client(world: &World, id: &str) -> Result<(), Refusal> {
    if id == world.client_id {
        return Ok(());
    }
    let text = format!("Application with identifier '{id}' was not found in the directory.");
    Err(Refusal::new("unauthorized_client", 700_016, text))
}

fn audience(scopes: &str) -> Result<Audience, Refusal> {
    Audience::of_scopes(scopes).ok_or_else(|| {
        let text = format!(
            "The provided value for the input parameter scope is not valid. The scope '{scopes}' is of no resource or of more than one."
        );
        Refusal::new("invalid_scope", 28000, text)
    })
}

/// Whether anybody has consented to what the application asks for.
fn consented(world: &World) -> Result<(), Refusal> {
    if world.store.read(|state| state.consent.given) {
        return Ok(());
    }
    let text = format!(
        "The user or administrator has not consented to use the application with ID '{}' named 'Stegvis'. Send an interactive authorization request for this user and resource.",
        world.client_id
    );
    Err(Refusal::new("invalid_grant", 65001, text))
}

/// `POST /{tenant}/oauth2/v2.0/token`.
async fn token(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    match grant(&tenant, &of, &form) {
        Ok(answer) => super::json(StatusCode::OK, &answer),
        Err(refusal) => refusal.into_response(),
    }
}

fn grant(tenant: &Tenant, of: &str, form: &Fields) -> Result<Value, Refusal> {
    let world = &tenant.world;
    tenant_of(world, of)?;
    client(world, field(form, "client_id"))?;
    match field(form, "grant_type") {
        "client_credentials" => application(tenant, form),
        "authorization_code" => {
            let code = world.sign_ins.redeem(field(form, "code")).ok_or_else(|| {
                Refusal::new(
                    "invalid_grant",
                    70008,
                    "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
                )
            })?;
            if code.redirect_uri != field(form, "redirect_uri") {
                return Err(Refusal::new(
                    "invalid_grant",
                    500_112,
                    "The reply address does not match the reply address provided when requesting the authorization code.",
                ));
            }
            let challenge = BASE64.encode(Sha256::digest(field(form, "code_verifier")));
            if challenge != code.challenge {
                return Err(Refusal::new(
                    "invalid_grant",
                    501_481,
                    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
                ));
            }
            consented(world)?;
            let scopes = match field(form, "scope") {
                "" => code.scopes.as_str(),
                scopes => scopes,
            };
            person(
                tenant,
                form,
                &code.subject,
                scopes,
                code.nonce.as_deref(),
                code.proved,
            )
        }
        "refresh_token" => {
            let generation = world.store.read(|state| state.consent.generation);
            let (subject, of) = world
                .tokens
                .refreshed(field(form, "refresh_token"))
                .ok_or_else(|| {
                    Refusal::new(
                        "invalid_grant",
                        70000,
                        "Provided grant is invalid or malformed.",
                    )
                })?;
            consented(world)?;
            if of != generation {
                return Err(Refusal::new(
                    "invalid_grant",
                    50173,
                    "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                ));
            }
            let proved = proves_more(form);
            person(tenant, form, &subject, field(form, "scope"), None, proved)
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            let (subject, scopes) = device::redeem(tenant, field(form, "device_code"))?;
            consented(world)?;
            person(tenant, form, &subject, &scopes, None, false)
        }
        _ => Err(Refusal::new(
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        )),
    }
}

/// A token for the application itself, which proves who it is with its secret or its certificate.
fn application(tenant: &Tenant, form: &Fields) -> Result<Value, Refusal> {
    let world = &tenant.world;
    if form.contains_key("client_assertion") {
        assertion::verify(tenant, form)?;
    } else if field(form, "client_secret") != world.client_secret {
        return Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            ..Refusal::new(
                "invalid_client",
                7_000_215,
                "Invalid client secret provided.",
            )
        });
    }
    let audience = Audience::of_scope(field(form, "scope")).ok_or_else(|| {
        let text = format!(
            "The provided request must include a 'scope' input parameter. '{}' is not valid.",
            field(form, "scope")
        );
        Refusal::new("invalid_scope", 70011, text)
    })?;
    let life = world.script.token_life;
    // Without consent an application still gets a token: one that may do nothing.
    let given = world.store.read(|state| state.consent.given);
    let proved = proves_more(form);
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": life.as_secs(),
        "ext_expires_in": life.as_secs(),
        "access_token": world.tokens.access(audience, &Subject::Application, life, given, proved),
    }))
}

/// A token for a person, and what comes with it.
fn person(
    tenant: &Tenant,
    form: &Fields,
    subject: &Subject,
    scopes: &str,
    nonce: Option<&str>,
    proved: bool,
) -> Result<Value, Refusal> {
    let world = &tenant.world;
    let audience = audience(scopes)?;
    let life = world.script.token_life;
    let mut answer = json!({
        "token_type": "Bearer",
        "scope": audience.scopes(),
        "expires_in": life.as_secs(),
        "ext_expires_in": life.as_secs(),
        "access_token": world.tokens.access(audience, subject, life, true, proved),
    });
    let asked = |scope: &str| scopes.split_ascii_whitespace().any(|known| known == scope);
    let mut more = Vec::new();
    if asked("offline_access") {
        let generation = world.store.read(|state| state.consent.generation);
        more.push(("refresh_token", world.tokens.refresh(subject, generation)));
    }
    if asked("openid") {
        let issuer = format!("{}/{}/v2.0", tenant.base, world.tenant_id);
        more.push(("id_token", world.tokens.id_token(&issuer, subject, nonce)));
    }
    if let (Subject::Person { id, .. }, "1") = (subject, field(form, "client_info")) {
        let info = json!({"uid": id, "utid": world.tenant_id});
        more.push(("client_info", BASE64.encode(info.to_string())));
    }
    if let Some(answer) = answer.as_object_mut() {
        answer.extend(
            more.into_iter()
                .map(|(name, value)| (name.to_owned(), Value::String(value))),
        );
    }
    Ok(answer)
}
