//! The page a person signs in on: plain HTML with one form, which a browser shows and a program can post.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::{Fields, Refusal, field};
use crate::org;
use crate::seed::guid_text;
use crate::tenant::Subject;
use crate::tenant::users;
use crate::world::World;

/// The page, with what went wrong before, and fields that come back as they went.
pub(super) fn page(
    action: &str,
    hidden: &[(&str, &str)],
    visible: &str,
    problem: &str,
) -> Response {
    let fields = hidden_fields(hidden);
    let problem = if problem.is_empty() {
        String::new()
    } else {
        format!("<p role=\"alert\">{}</p>\n", escape(problem))
    };
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign in to {company}</title></head>\n\
         <body><main><h1>Sign in to {company}</h1>\n<p>The practice tenant.</p>\n{problem}\
         <form method=\"post\" action=\"{action}\">\n{fields}{visible}\
         <p><label>Account <input name=\"login\" autocomplete=\"username\"></label></p>\n\
         <p><label>Password <input name=\"passwd\" type=\"password\" autocomplete=\"current-password\"></label></p>\n\
         <p>Stegvis asks to manage mailboxes and to read users, domains and licences.</p>\n\
         <p><button name=\"answer\" value=\"accept\">Accept</button> <button name=\"answer\" value=\"cancel\">Cancel</button></p>\n\
         </form></main></body></html>\n",
        company = escape(org::COMPANY),
        action = escape(action),
    ))
    .into_response()
}

/// A page that passes these fields on by itself, as `response_mode=form_post` wants it.
pub(super) fn pass_on(action: &str, fields: &[(&str, &str)]) -> Response {
    let fields = hidden_fields(fields);
    Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Working...</title></head>\n\
         <body><form method=\"post\" action=\"{}\">\n{fields}<noscript><button>Continue</button></noscript></form>\n\
         <script>document.forms[0].submit()</script></body></html>\n",
        escape(action)
    ))
    .into_response()
}

fn hidden_fields(fields: &[(&str, &str)]) -> String {
    let inputs = fields.iter().map(|(name, value)| {
        format!(
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
            escape(name),
            escape(value)
        )
    });
    inputs.collect()
}

/// A page that says something and asks for nothing.
pub(super) fn note(status: StatusCode, text: &str) -> Response {
    let text = escape(text);
    (
        status,
        Html(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign in</title></head><body><main><p>{text}</p></main></body></html>\n"
        )),
    )
        .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Who signs in with these fields. An administrator who accepts consents for everyone.
pub(super) fn who(world: &World, form: &Fields) -> Result<Subject, Refusal> {
    let login = field(form, "login").trim();
    let Some((_, domain)) = login.rsplit_once('@') else {
        let text = "The username or password is incorrect.";
        return Err(Refusal::new("invalid_grant", 50126, text));
    };
    let ours = [org::DOMAIN, org::FORMER_DOMAIN, org::TENANT_DOMAIN];
    if !ours.iter().any(|known| known.eq_ignore_ascii_case(domain)) {
        let text = format!(
            "User account '{login}' from identity provider 'https://sts.windows.net/' does not exist in tenant '{}' and cannot access the application '{}'(Stegvis) in that tenant.",
            org::COMPANY,
            world.client_id
        );
        return Err(Refusal::new("invalid_request", 50020, text));
    }
    let administrator = users::administrator_name();
    let (id, password) = if login.eq_ignore_ascii_case(&administrator) {
        (
            guid_text(users::administrator_id(world)),
            world.administrator_password.clone(),
        )
    } else {
        let Some(persona) = users::find(world, login) else {
            let text = format!("The user account {login} does not exist in the directory.");
            return Err(Refusal::new("invalid_grant", 50034, text));
        };
        (
            guid_text(persona.cloud_guid),
            org::password(world.seed, &persona.alias),
        )
    };
    if field(form, "passwd") != password {
        let text = "Error validating credentials due to invalid username or password.";
        return Err(Refusal::new("invalid_grant", 50126, text));
    }
    let given = world.store.read(|state| state.consent.given);
    if !given {
        if !login.eq_ignore_ascii_case(&administrator) {
            let text =
                "Admin consent is required for the permissions requested by this application.";
            return Err(Refusal::new("access_denied", 90094, text));
        }
        world
            .give_consent()
            .map_err(|error| Refusal::new("server_error", 90033, error.to_string()))?;
    }
    Ok(Subject::Person {
        upn: login.to_lowercase(),
        id,
    })
}
