//! Signing in on another device with a short code.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::page::{note, page, who};
use super::sign_ins::{Answer, DEVICE_LIFE};
use super::{Fields, Refusal, audience, client, field, tenant_of};
use crate::tenant::{Subject, Tenant};

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(super) async fn begin(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    let checked = tenant_of(&tenant.world, &of)
        .and_then(|()| client(&tenant.world, field(&form, "client_id")))
        .and_then(|()| audience(field(&form, "scope")));
    if let Err(refusal) = checked {
        return refusal.into_response();
    }
    let (device_code, user_code) = tenant
        .world
        .sign_ins
        .begin(field(&form, "scope").to_owned());
    let uri = format!("{}/devicelogin", tenant.base);
    super::super::json(
        StatusCode::OK,
        &json!({
            "user_code": user_code, "device_code": device_code, "verification_uri": uri,
            "expires_in": DEVICE_LIFE.as_secs(),
            // Microsoft says five; nobody practises patience.
            "interval": 1,
            "message": format!("To sign in, use a web browser to open the page {uri} and enter the code {user_code} to authenticate."),
        }),
    )
}

const CODE: &str = "<p><label>Code <input name=\"code\"></label></p>\n";

/// `GET /devicelogin`.
pub(super) async fn ask() -> Response {
    page("/devicelogin", &[], CODE, "")
}

/// `POST /devicelogin`.
pub(super) async fn answer(State(tenant): State<Tenant>, Form(form): Form<Fields>) -> Response {
    let answer = if field(&form, "answer") == "accept" {
        match who(&tenant.world, &form) {
            Ok(subject) => Answer::Accepted(subject),
            Err(refusal) => return page("/devicelogin", &[], CODE, &refusal.description()),
        }
    } else {
        Answer::Declined
    };
    if tenant.world.sign_ins.answer(field(&form, "code"), answer) {
        note(
            StatusCode::OK,
            "You have answered on your device. You may now close this window.",
        )
    } else {
        page(
            "/devicelogin",
            &[],
            CODE,
            "That code didn't work. Check the code and try again.",
        )
    }
}

/// Who has signed in with this device code, and for what.
pub(super) fn redeem(tenant: &Tenant, code: &str) -> Result<(Subject, String), Refusal> {
    let sign_ins = &tenant.world.sign_ins;
    let device = sign_ins.device(code).ok_or_else(|| {
        let text = "The device_code is not recognized.";
        Refusal::new("bad_verification_code", 70018, text)
    })?;
    if device.made.elapsed() >= DEVICE_LIFE {
        sign_ins.forget(code);
        let text = "The provided value for the 'code' parameter is not valid. This device code has expired.";
        return Err(Refusal::new("expired_token", 70020, text));
    }
    match device.answer {
        Answer::Pending => Err(Refusal::new(
            "authorization_pending",
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        )),
        Answer::Declined => {
            sign_ins.forget(code);
            let text = "The end user has denied the request.";
            Err(Refusal::new("authorization_declined", 65004, text))
        }
        Answer::Accepted(_) if tenant.world.script.device_code_forbidden => {
            sign_ins.forget(code);
            let text = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
            Err(Refusal::new("invalid_grant", 53003, text))
        }
        Answer::Accepted(subject) => {
            sign_ins.forget(code);
            Ok((subject, device.scopes))
        }
    }
}
