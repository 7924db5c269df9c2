use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::{DnsName, DnsRecord, DnsValue};
use stegvis_wire::graph::service_configuration_records::{
    ServiceRecord, ServiceRecordValue, parse,
};

/// What Microsoft gives where a record comes without a time to live.
const TTL: u32 = 3600;

/// The records that mail needs, from Graph's answer to `serviceConfigurationRecords`.
///
/// # Errors
/// If it is no such answer.
pub fn read_service_records(bytes: &[u8]) -> Result<Vec<DnsRecord>, EndpointError> {
    let (records, _) = parse(bytes)
        .map_err(|error| EndpointError::new(EndpointErrorKind::Protocol, error.to_string()))?;
    Ok(service_records(&records))
}

/// Those that mail needs, among all that a tenant gives.
pub(crate) fn service_records(given: &[ServiceRecord]) -> Vec<DnsRecord> {
    given.iter().filter_map(record).collect()
}

fn record(record: &ServiceRecord) -> Option<DnsRecord> {
    // Telephony and device management have records of their own, which are nobody's business here.
    if !record.service.is_empty() && !record.service.eq_ignore_ascii_case("Email") {
        return None;
    }
    let name = |text: &str| text.parse::<DnsName>().ok();
    let value = match &record.value {
        ServiceRecordValue::Mx {
            mail_exchange,
            preference,
        } => DnsValue::Mx {
            preference: *preference,
            exchange: name(mail_exchange)?,
        },
        ServiceRecordValue::Cname { canonical_name } => DnsValue::Cname(name(canonical_name)?),
        ServiceRecordValue::Txt { text } => DnsValue::Txt(text.clone()),
        ServiceRecordValue::Srv {
            name_target,
            port,
            priority,
            weight,
            ..
        } => DnsValue::Srv {
            priority: *priority,
            weight: *weight,
            port: *port,
            target: name(name_target)?,
        },
    };
    Some(DnsRecord {
        name: name(&record.label)?,
        ttl: record.ttl.unwrap_or(TTL),
        value,
    })
}
