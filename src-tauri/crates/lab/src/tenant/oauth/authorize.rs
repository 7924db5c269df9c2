//! Signing in in a browser: a page, and back to the program with a code.

use std::time::Instant;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::page::{note, page, pass_on, who};
use super::sign_ins::Code;
use super::{Fields, Refusal, audience, client, field, proves_more, tenant_of};
use crate::tenant::Tenant;

/// What the browser brings and takes along.
const CARRIED: [&str; 9] = [
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "claims",
];

/// Whether the registration knows where the browser is to go back to: this computer, any port.
fn redirect(uri: &str) -> Result<Url, Refusal> {
    Url::parse(uri)
        .ok()
        .filter(|url| url.scheme() == "http" && url.host_str() == Some("localhost"))
        .ok_or_else(|| {
            let text = format!("The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application.");
            Refusal::new("invalid_request", 50011, text)
        })
}

fn checked(tenant: &Tenant, of: &str, ask: &Fields) -> Result<Url, Refusal> {
    tenant_of(&tenant.world, of)?;
    client(&tenant.world, field(ask, "client_id"))?;
    redirect(field(ask, "redirect_uri"))
}

/// What is wrong with the request itself, which the program is told and not the person.
fn asked(ask: &Fields) -> Result<(), Refusal> {
    if field(ask, "response_type") != "code" {
        let text = "The 'response_type' must be 'code'.";
        return Err(Refusal::new("unsupported_response_type", 700_054, text));
    }
    if !matches!(field(ask, "response_mode"), "" | "query" | "form_post") {
        let text = "The 'response_mode' must be 'query' or 'form_post'.";
        return Err(Refusal::new("invalid_request", 900_144, text));
    }
    if field(ask, "code_challenge_method") != "S256" || field(ask, "code_challenge").len() != 43 {
        let text = "Proof Key for Code Exchange is required for public clients.";
        return Err(Refusal::new("invalid_request", 9_002_325, text));
    }
    audience(field(ask, "scope"))?;
    if field(ask, "prompt") == "none" {
        let text = "A silent sign-in request was sent but no user is signed in.";
        return Err(Refusal::new("login_required", 50058, text));
    }
    Ok(())
}

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(super) async fn ask(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    Query(ask): Query<Fields>,
) -> Response {
    let back = match checked(&tenant, &of, &ask) {
        Ok(back) => back,
        Err(refusal) => return note(StatusCode::BAD_REQUEST, &refusal.description()),
    };
    match asked(&ask) {
        Ok(()) => show(&of, &ask, ""),
        Err(refusal) => refuse(back, &ask, &refusal),
    }
}

fn show(of: &str, ask: &Fields, problem: &str) -> Response {
    let hidden: Vec<(&str, &str)> = CARRIED
        .iter()
        .map(|&name| (name, field(ask, name)))
        .collect();
    page(&format!("/{of}/login"), &hidden, "", problem)
}

/// `POST /{tenant}/login`.
pub(super) async fn answer(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    let back = match checked(&tenant, &of, &form) {
        Ok(back) => back,
        Err(refusal) => return note(StatusCode::BAD_REQUEST, &refusal.description()),
    };
    if field(&form, "answer") != "accept" {
        let text = "User declined to consent to access the app.";
        return refuse(back, &form, &Refusal::new("access_denied", 65004, text));
    }
    let subject = match who(&tenant.world, &form) {
        Ok(subject) => subject,
        // Of a missing consent the program is told; of all else the person.
        Err(refusal) if refusal.code == 90094 => return refuse(back, &form, &refusal),
        Err(refusal) => return show(&of, &form, &refusal.description()),
    };
    let nonce = Some(field(&form, "nonce").to_owned()).filter(|nonce| !nonce.is_empty());
    let code = tenant.world.sign_ins.keep(Code {
        subject,
        redirect_uri: field(&form, "redirect_uri").to_owned(),
        challenge: field(&form, "code_challenge").to_owned(),
        scopes: field(&form, "scope").to_owned(),
        nonce,
        proved: proves_more(&form),
        made: Instant::now(),
    });
    go_back(back, &form, &[("code", code.as_str())])
}

fn refuse(back: Url, ask: &Fields, refusal: &Refusal) -> Response {
    let description = refusal.description();
    let answer = [
        ("error", refusal.error),
        ("error_description", &description),
    ];
    go_back(back, ask, &answer)
}

fn go_back(mut back: Url, ask: &Fields, answer: &[(&str, &str)]) -> Response {
    if field(ask, "response_mode") == "form_post" {
        let mut fields = answer.to_vec();
        fields.push(("state", field(ask, "state")));
        return pass_on(back.as_str(), &fields);
    }
    back.query_pairs_mut()
        .extend_pairs(answer)
        .append_pair("state", field(ask, "state"));
    (StatusCode::FOUND, [(header::LOCATION, String::from(back))]).into_response()
}
