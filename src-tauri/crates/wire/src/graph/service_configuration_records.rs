//! `GET /domains/DOMAIN/serviceConfigurationRecords` (Microsoft Graph: List serviceConfigurationRecords):
//! the DNS records that Microsoft 365 needs for a domain. They are taken as given; no value is ever computed.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::http::{Request, below};
use crate::json::text;
use crate::{Unreadable, json};

/// A record the tenant asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRecord {
    /// The name it has.
    pub label: String,
    /// For how many seconds others may keep it.
    pub ttl: Option<u32>,
    /// The part of Microsoft 365 that wants it: `Email`, `OfficeCommunicationsOnline`, `Intune`, …
    pub service: String,
    /// Whether everything works without it.
    pub optional: bool,
    /// What it says.
    pub value: ServiceRecordValue,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceRecordValue {
    /// Where mail goes.
    Mx {
        /// The server.
        mail_exchange: String,
        /// Its place in the queue.
        preference: u16,
    },
    /// Another name for.
    Cname {
        /// The name it stands for.
        canonical_name: String,
    },
    /// Words.
    Txt {
        /// The words.
        text: String,
    },
    /// Where a service is.
    Srv {
        /// The server.
        name_target: String,
        /// Its port.
        port: u16,
        /// Lower is tried first.
        priority: u16,
        /// Heavier is tried oftener.
        weight: u16,
        /// `_sip`.
        service: String,
        /// `_tls`.
        protocol: String,
    },
}

/// The request.
#[must_use]
pub fn request(base: &Url, domain: &str) -> Request {
    Request::get(below(
        base,
        &["domains", domain, "serviceConfigurationRecords"],
    ))
}

/// The records in an answer, and how many of them this program has no use for because they are of a kind
/// it does not know or lack what their kind needs.
///
/// # Errors
/// If it is no such answer.
pub fn parse(bytes: &[u8]) -> Result<(Vec<ServiceRecord>, usize), Unreadable> {
    #[derive(Deserialize)]
    struct Body {
        value: Vec<Map<String, Value>>,
    }
    let body: Body = json::read(bytes)?;
    let all = body.value.len();
    let records: Vec<_> = body.value.iter().filter_map(record).collect();
    let unknown = all - records.len();
    Ok((records, unknown))
}

fn record(object: &Map<String, Value>) -> Option<ServiceRecord> {
    // Some services answer with the type in @odata.type only.
    let kind = text(object, "recordType")
        .or_else(|| {
            let name = text(object, "@odata.type")?;
            let name = name.rsplit("domainDns").next()?;
            Some(name.strip_suffix("Record")?.to_owned())
        })?
        .to_ascii_lowercase();
    let value = match &*kind {
        "mx" => ServiceRecordValue::Mx {
            mail_exchange: text(object, "mailExchange")?,
            preference: number(object, "preference").unwrap_or(0),
        },
        "cname" => ServiceRecordValue::Cname {
            canonical_name: text(object, "canonicalName")?,
        },
        "txt" => ServiceRecordValue::Txt {
            text: text(object, "text")?,
        },
        "srv" => ServiceRecordValue::Srv {
            name_target: text(object, "nameTarget")?,
            port: number(object, "port")?,
            priority: number(object, "priority").unwrap_or(0),
            weight: number(object, "weight").unwrap_or(0),
            service: text(object, "service").unwrap_or_default(),
            protocol: text(object, "protocol").unwrap_or_default(),
        },
        _ => return None,
    };
    Some(ServiceRecord {
        label: text(object, "label")?,
        ttl: object
            .get("ttl")
            .and_then(Value::as_u64)
            .and_then(|ttl| u32::try_from(ttl).ok()),
        service: text(object, "supportedService").unwrap_or_default(),
        optional: object
            .get("isOptional")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
        value,
    })
}

fn number(object: &Map<String, Value>, name: &str) -> Option<u16> {
    text(object, name)?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_a_domain_are_read_as_given() {
        let json = br##"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#domains('nordvik.se')/serviceConfigurationRecords","value":[
            {"@odata.type":"#microsoft.graph.domainDnsMxRecord","id":"1","isOptional":false,"label":"nordvik.se","recordType":"Mx",
             "supportedService":"Email","ttl":3600,"mailExchange":"nordvik-se.j-v1.mx.microsoft","preference":0},
            {"@odata.type":"#microsoft.graph.domainDnsTxtRecord","id":"2","isOptional":false,"label":"nordvik.se","recordType":"Txt",
             "supportedService":"Email","ttl":3600,"text":"v=spf1 include:spf.protection.outlook.com -all"},
            {"@odata.type":"#microsoft.graph.domainDnsCnameRecord","isOptional":true,"label":"autodiscover.nordvik.se",
             "supportedService":"Email","ttl":null,"canonicalName":"autodiscover.outlook.com"},
            {"@odata.type":"#microsoft.graph.domainDnsSrvRecord","label":"_sip._tls.nordvik.se","recordType":"Srv","supportedService":
             "OfficeCommunicationsOnline","ttl":3600,"nameTarget":"sipdir.online.lync.com","port":443,"priority":100,"weight":"1","protocol":"_tls","service":"_sip"},
            {"@odata.type":"#microsoft.graph.domainDnsUnavailableRecord","description":"","label":"nordvik.se","recordType":"Unavailable"},
            {"recordType":"Mx","label":"nordvik.se","mailExchange":null,"preference":70000}]}"##;
        let (records, unknown) = parse(json).unwrap();
        insta::assert_debug_snapshot!(records);
        assert_eq!(unknown, 2);
    }

    #[test]
    fn the_domain_is_one_part_of_the_path() {
        let base: Url = "https://graph.example/v1.0".parse().unwrap();
        assert_eq!(
            request(&base, "nordvik.se/../users").url.as_str(),
            "https://graph.example/v1.0/domains/nordvik.se%2F..%2Fusers/serviceConfigurationRecords"
        );
    }

    #[test]
    fn something_else_is_unreadable() {
        for bytes in [&b"<html>"[..], b"{}", br#"{"value":[1]}"#, b""] {
            assert!(parse(bytes).is_err());
        }
    }
}
