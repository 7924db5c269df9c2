//! What the tenant needs of a domain's DNS: Graph gives the records, the Exchange admin interface the keys' names
//! and the domains that it takes mail for.

use async_trait::async_trait;
use stegvis_engine::ports::{
    AcceptedDomain, EndpointError, EndpointErrorKind, TenantDkim, TenantDns,
};
use stegvis_model::{DnsName, DnsRecord, DnsValue, DomainName};
use stegvis_wire::exchange_online::{Identity, get_accepted_domain, get_dkim_signing_config};

use super::CloudTenant;
use crate::dns::service_records;
use crate::exchange_online::CmdletError;

/// What Microsoft gives for the names of keys.
const TTL: u32 = 3600;

#[async_trait]
impl TenantDns for CloudTenant {
    async fn service_records(&self, domain: &DomainName) -> Result<Vec<DnsRecord>, EndpointError> {
        let given = self
            .graph
            .service_configuration_records(domain.as_str())
            .await?;
        Ok(service_records(&given))
    }

    async fn dkim(&self, domain: &DomainName) -> Result<Option<TenantDkim>, EndpointError> {
        let identity = Identity::new(domain.to_string())
            .map_err(|error| EndpointError::new(EndpointErrorKind::Refused, error.to_string()))?;
        let cmdlet = get_dkim_signing_config::of_domain(&identity);
        let objects = match self.exchange.invoke(&cmdlet).await {
            Ok(objects) => objects,
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = objects
            .iter()
            .filter_map(get_dkim_signing_config::DkimSigningConfig::read)
            .find(|found| found.domain.eq_ignore_ascii_case(domain.as_str()));
        let Some(found) = found else {
            return Ok(None);
        };
        let below = DnsName::from(domain);
        let records = [
            ("selector1._domainkey", &found.selector1_cname),
            ("selector2._domainkey", &found.selector2_cname),
        ]
        .into_iter()
        .filter_map(|(label, target)| {
            Some(DnsRecord {
                name: below.below(label).ok()?,
                ttl: TTL,
                value: DnsValue::Cname(target.as_ref()?.parse().ok()?),
            })
        })
        .collect();
        Ok(Some(TenantDkim {
            records,
            enabled: found.enabled,
        }))
    }

    async fn accepted_domains(&self) -> Result<Vec<AcceptedDomain>, EndpointError> {
        let objects = self.exchange.invoke(&get_accepted_domain::all()).await?;
        Ok(objects
            .iter()
            .filter_map(get_accepted_domain::AcceptedDomain::read)
            .filter_map(|domain| {
                Some(AcceptedDomain {
                    // `*.example` is nobody's mail domain.
                    name: domain.domain_name.parse().ok()?,
                    authoritative: domain
                        .domain_type
                        .is_none_or(|kind| kind.eq_ignore_ascii_case("Authoritative")),
                })
            })
            .collect())
    }
}
