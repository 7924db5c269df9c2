//! Microsoft Graph: the DNS records that the tenant needs for a domain.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Tenant, graph};
use crate::dns::mail_exchange;
use crate::org::ACCEPTED_DOMAINS;
use crate::seed::{guid, guid_text};

/// `GET /domains/DOMAIN/serviceConfigurationRecords`.
pub(super) async fn service_configuration_records(
    State(tenant): State<Tenant>,
    headers: HeaderMap,
    Path(domain): Path<String>,
) -> Response {
    if let Err(refusal) = graph::guard(&tenant, &headers) {
        return *refusal;
    }
    let domain = domain.to_lowercase();
    if !ACCEPTED_DOMAINS.contains(&domain.as_str()) {
        return graph::error(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            &format!(
                "Resource '{domain}' does not exist or one of its queried reference-property objects are not present."
            ),
        );
    }
    let record = |kind: &str, label: &str, service: &str, more: Value| {
        let id = guid(tenant.world.seed, &["dns", kind, label, service]);
        let mut record = json!({
            "@odata.type": format!("#microsoft.graph.domainDns{kind}Record"),
            "id": guid_text(id), "isOptional": service != "Email", "label": label,
            "recordType": kind, "supportedService": service, "ttl": 3600,
        });
        if let (Some(record), Value::Object(more)) = (record.as_object_mut(), more) {
            record.extend(more);
        }
        record
    };
    let values = vec![
        record(
            "Mx",
            &domain,
            "Email",
            json!({"mailExchange": mail_exchange(&domain), "preference": 0}),
        ),
        record(
            "Txt",
            &domain,
            "Email",
            json!({"text": "v=spf1 include:spf.protection.outlook.com -all"}),
        ),
        record(
            "Cname",
            &format!("autodiscover.{domain}"),
            "Email",
            json!({"canonicalName": "autodiscover.outlook.com"}),
        ),
        record(
            "Cname",
            &format!("enterpriseregistration.{domain}"),
            "Intune",
            json!({"canonicalName": "enterpriseregistration.windows.net"}),
        ),
        record(
            "Srv",
            &format!("_sip._tls.{domain}"),
            "OfficeCommunicationsOnline",
            json!({"nameTarget": "sipdir.online.lync.com", "port": 443, "priority": 100, "weight": 1,
                   "protocol": "_tls", "service": "_sip"}),
        ),
    ];
    graph::list(
        &format!("domains('{domain}')/serviceConfigurationRecords"),
        values,
        None,
    )
}
