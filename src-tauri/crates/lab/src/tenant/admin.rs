//! The Exchange admin interface: `InvokeCommand`, its pages and its errors.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::admin_cmdlets as cmdlets;
use super::{Audience, Cut, Query, Tenant};
use crate::orders::Order;

const LARGEST_PAGE: usize = 1000;

/// Why a cmdlet failed.
pub(super) struct Failure {
    pub(super) status: StatusCode,
    /// The .NET class of the exception.
    pub(super) class: &'static str,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn not_found(identity: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            class: "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
            text: format!(
                "The operation couldn't be performed because object '{identity}' couldn't be found on 'AM9PR10A001DC01.EURPR10A001.PROD.OUTLOOK.COM'."
            ),
        }
    }

    pub(super) fn bad_parameter(name: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            class: "System.Management.Automation.ParameterBindingException",
            text: format!("A parameter cannot be found that matches parameter name '{name}'."),
        }
    }

    pub(super) fn bad_value(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            class: "Microsoft.Exchange.Configuration.Tasks.TaskArgumentException",
            text: text.into(),
        }
    }

    /// The lab's own log cannot be written.
    pub(super) fn broken(cause: &std::io::Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            class: "Microsoft.Exchange.Data.StorageTransientException",
            text: cause.to_string(),
        }
    }

    fn role_missing(application: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            class: "Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException",
            text: format!(
                "The role assigned to application {application} isn't supported in this scenario. Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication."
            ),
        }
    }

    fn into_response(self) -> Response {
        let code = match self.status {
            StatusCode::NOT_FOUND => "NotFound",
            StatusCode::BAD_REQUEST => "BadRequest",
            StatusCode::FORBIDDEN => "Forbidden",
            _ => "InternalServerError",
        };
        super::json(
            self.status,
            &json!({"error": {
                "code": code,
                "message": "Error executing request. The operation failed; see details.",
                "details": [{"code": "Context", "target": "",
                             "message": format!("Ex6F9304|{}|{}", self.class, self.text)}],
                "innererror": {
                    "message": "Error executing cmdlet",
                    "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                    "internalexception": {"message": self.text, "type": self.class},
                },
            }}),
        )
    }
}

/// What a cmdlet gave.
#[derive(Default)]
pub(super) struct Output {
    pub(super) values: Vec<Value>,
    pub(super) warnings: Vec<String>,
}

/// `POST /adminapi/beta/{tenant}/InvokeCommand`. A page after the first is asked for by sending the same body again.
pub(super) async fn invoke(
    State(tenant): State<Tenant>,
    Path(of): Path<String>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bearer = super::bearer(&tenant, &headers, Audience::Exchange)
        .filter(|_| of == tenant.world.tenant_id);
    let Some(bearer) = bearer else {
        return unauthorized("Bearer error=\"invalid_token\"".to_owned());
    };
    if !bearer.proved && tenant.world.demands_claims() {
        return unauthorized(super::claims_challenge(&tenant));
    }
    // A person needs a role of Exchange's: of these the administrator alone has one.
    let administrator = super::users::administrator_name();
    if !bearer.empowered || bearer.upn.is_some_and(|upn| upn != administrator) {
        return Failure::role_missing(&tenant.world.client_id).into_response();
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let input = request.get("CmdletInput");
    let name = input
        .and_then(|input| input.get("CmdletName"))
        .and_then(Value::as_str);
    let Some(name) = name else {
        return Failure::bad_value("The request holds no CmdletInput.").into_response();
    };
    let none = Map::new();
    let parameters = input
        .and_then(|input| input.get("Parameters"))
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let answer = |tenant: &Tenant| match cmdlets::run(tenant, name, parameters) {
        None => unknown_cmdlet(),
        Some(Err(failure)) => failure.into_response(),
        Some(Ok(output)) => page(tenant, output, &query, &headers),
    };
    match tenant.world.orders.of_cmdlet(name) {
        Some(Order::LoseAnswer { .. }) => {
            let mut lost = answer(&tenant);
            lost.extensions_mut().insert(Cut);
            lost
        }
        Some(Order::HoldAnswer { wait, .. }) => {
            let held = answer(&tenant);
            tokio::time::sleep(wait).await;
            held
        }
        Some(Order::HoldRequest { wait, .. }) => {
            let (name, parameters) = (name.to_owned(), parameters.clone());
            let late = tenant.clone();
            // In a task of its own, which goes on when whoever asked is gone.
            let done = tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                cmdlets::run(&late, &name, &parameters)
            });
            match done.await {
                Ok(Some(Ok(output))) => page(&tenant, output, &query, &headers),
                Ok(Some(Err(failure))) => failure.into_response(),
                Ok(None) | Err(_) => unknown_cmdlet(),
            }
        }
        _ => answer(&tenant),
    }
}

fn unauthorized(challenge: String) -> Response {
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, challenge)],
    )
        .into_response()
}

fn page(tenant: &Tenant, output: Output, query: &Query, headers: &HeaderMap) -> Response {
    let size = headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .find_map(|part| part.trim().strip_prefix("odata.maxpagesize="))
        .and_then(|size| size.parse::<usize>().ok())
        .unwrap_or(LARGEST_PAGE)
        .clamp(1, LARGEST_PAGE);
    let skip = query
        .get("$skiptoken")
        .and_then(|token| token.parse::<usize>().ok())
        .unwrap_or(0);
    let more = skip.saturating_add(size) < output.values.len();
    let url = format!(
        "{}/adminapi/beta/{}/InvokeCommand",
        tenant.base, tenant.world.tenant_id
    );
    let values: Vec<Value> = output.values.into_iter().skip(skip).take(size).collect();
    let mut answer = json!({
        "@odata.context": format!("{url}/$metadata#Collection(Edm.ComplexType)"),
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": output.warnings,
        "value": values,
    });
    if more && let Some(object) = answer.as_object_mut() {
        let next = format!("{url}?$skiptoken={}", skip + size);
        object.insert("@odata.nextLink".to_owned(), next.into());
    }
    super::json(StatusCode::OK, &answer)
}

/// A cmdlet that this caller may not run, or that does not exist: 403, and a body of NULs that calls itself gzip.
fn unknown_cmdlet() -> Response {
    (
        StatusCode::FORBIDDEN,
        [(header::CONTENT_ENCODING, "gzip")],
        Body::from(vec![0_u8; 64]),
    )
        .into_response()
}
