//! The tenant's HTTPS side: tokens, Microsoft Graph and the Exchange admin interface, on one port.

mod admin;
mod admin_cmdlets;
mod admin_permissions;
mod applications;
mod batch;
mod batch_cmdlets;
mod cas_cmdlets;
mod domains;
mod endpoint_cmdlets;
mod graph;
mod habit_cmdlets;
mod licences;
mod oauth;
mod parameters;
mod send_mail;
mod setting_cmdlets;
mod tokens;
mod user_cmdlets;
mod users;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::faults::RequestFault;
use crate::net;
use crate::world::World;

pub(crate) use oauth::SignIns;
pub(crate) use tokens::{Audience, Bearer, Subject, Tokens};

/// A query's parameters.
type Query = axum::extract::Query<BTreeMap<String, String>>;

/// What every answer is made from.
#[derive(Clone)]
pub(crate) struct Tenant {
    world: Arc<World>,
    /// `https://localhost:PORT`.
    base: Arc<str>,
}

/// Instead of an answer, the end of the connection.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection was cut instead of an answer")]
struct Cut;

/// Every route.
pub(crate) fn router(world: Arc<World>, port: u16) -> Router {
    let tenant = Tenant {
        world,
        base: format!("https://localhost:{port}").into(),
    };
    routes(tenant)
}

/// The same, where the tenant asks itself.
fn routes(tenant: Tenant) -> Router {
    Router::new()
        .route("/graph/v1.0/organization", get(graph::organization))
        .route("/graph/v1.0/domains", get(graph::domains))
        .route(
            "/graph/v1.0/domains/{domain}/serviceConfigurationRecords",
            get(domains::service_configuration_records),
        )
        .route("/graph/v1.0/subscribedSkus", get(licences::skus))
        .route(
            "/graph/v1.0/servicePrincipals",
            get(graph::service_principals),
        )
        .route("/graph/v1.0/users", get(users::list))
        .route(
            "/graph/v1.0/users/{id}",
            get(users::one).patch(users::update),
        )
        .route(
            "/graph/v1.0/users/{id}/assignLicense",
            post(licences::assign),
        )
        .route("/adminapi/beta/{tenant}/InvokeCommand", post(admin::invoke))
        .route("/graph/v1.0/$batch", post(batch::run))
        .route("/graph/v1.0/me", get(users::me))
        .route(
            "/graph/v1.0/me/sendMail",
            post(send_mail::of_me).layer(DefaultBodyLimit::max(send_mail::LARGEST)),
        )
        .route(
            "/graph/v1.0/users/{id}/sendMail",
            post(send_mail::of_user).layer(DefaultBodyLimit::max(send_mail::LARGEST)),
        )
        .route("/graph/v1.0/applications", get(applications::list))
        .route("/graph/v1.0/applications/{id}", patch(applications::update))
        .route(
            "/graph/v1.0/oauth2PermissionGrants",
            get(applications::grants),
        )
        .route(
            "/graph/v1.0/oauth2PermissionGrants/{id}",
            delete(applications::withdraw),
        )
        .route("/migration/{batch}/{list}", get(batch_cmdlets::report))
        .merge(oauth::routes())
        .fallback(
            patch(graph::nothing)
                .get(graph::nothing)
                .post(graph::nothing),
        )
        .layer(middleware::from_fn_with_state(tenant.clone(), fail))
        .with_state(tenant)
}

/// Serves one connection.
pub(crate) async fn serve(router: Router, acceptor: TlsAcceptor, socket: TcpStream) {
    let stream = match net::handshake(&acceptor, socket).await {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%error, "a TLS handshake failed");
            return;
        }
    };
    let inner = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request| {
        let answer = inner.call(request);
        async move {
            match answer.await {
                Ok(answer) if answer.extensions().get::<Cut>().is_some() => Err(Cut),
                Ok(answer) => Ok(answer),
                Err(never) => match never {},
            }
        }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}

/// The fault script, before anything else.
async fn fail(State(tenant): State<Tenant>, request: Request, next: Next) -> Response {
    let refuse = |status, code, message| {
        let mut response = graph::error(status, code, message);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        response
    };
    if let Some(status) = tenant.world.orders.refusal() {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        return refuse(status, "UnknownError", "The order of a test.");
    }
    match tenant.world.faults.request() {
        None => next.run(request).await,
        Some(RequestFault::Slow(wait)) => {
            tokio::time::sleep(wait).await;
            next.run(request).await
        }
        Some(RequestFault::TooManyRequests) => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequests",
            "You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
        ),
        Some(RequestFault::Unavailable) => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            "The service is temporarily unavailable.",
        ),
    }
}

/// What the request's token for this audience proves.
fn bearer(tenant: &Tenant, headers: &HeaderMap, audience: Audience) -> Option<Bearer> {
    let token = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")?;
    tenant.world.tokens.bearer(token, audience)
}

/// A refusal's `WWW-Authenticate` where the token is good and proves too little.
fn claims_challenge(tenant: &Tenant) -> String {
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        tenant.base,
        STANDARD.encode(claims)
    )
}

/// An answer with JSON in it.
fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, axum::Json(value)).into_response()
}
