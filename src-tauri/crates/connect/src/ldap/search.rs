//! A search, page by page.

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::controls::RawControl;
use ldap3::{Ldap, Scope};
use stegvis_engine::ports::{DirectoryEntry, EndpointError, EndpointErrorKind};

use super::results::{done, said};
use super::{connection::LIMIT, entry};

/// Controllers give no more than a thousand at a time, and may be told to give fewer.
const PAGE: i32 = 500;
/// No directory of ours is larger; a server that does not stop is stopped here.
const MOST_ENTRIES: usize = 200_000;

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) base: String,
    pub(super) scope: Scope,
    pub(super) filter: String,
    pub(super) attributes: Vec<String>,
    /// Whether security descriptors are among the attributes.
    pub(super) descriptors: bool,
}

/// What was found, and where the server says there is more that it does not hold.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entries: Vec<DirectoryEntry>,
    pub(super) referrals: Vec<String>,
}

/// LDAP_SERVER_SD_FLAGS_OID (MS-ADTS 3.1.1.3.4.1.11): of a security descriptor only the list of who may do what. Without
/// it the audit list is asked for too, which only administrators may read, and nothing comes.
fn access_list_alone() -> RawControl {
    RawControl {
        ctype: "1.2.840.113556.1.4.801".to_owned(),
        crit: true,
        // SEQUENCE { INTEGER 4 }: DACL_SECURITY_INFORMATION.
        val: Some(vec![0x30, 3, 2, 1, 4]),
    }
}

/// The entries, gathered over all pages. Referrals are not followed: they are told.
pub(super) async fn gather(mut ldap: Ldap, search: Search) -> Result<Found, EndpointError> {
    // One object needs no pages.
    let mut adapters: Vec<Box<dyn Adapter<'static, String, Vec<String>>>> =
        vec![Box::new(EntriesOnly::new())];
    if search.scope != Scope::Base {
        adapters.push(Box::new(PagedResults::new(PAGE)));
    }
    let Search {
        base,
        scope,
        filter,
        attributes,
        descriptors,
    } = search;
    if descriptors {
        ldap.with_controls(vec![access_list_alone()]);
    }
    let mut stream = ldap
        .with_timeout(LIMIT)
        .streaming_search_with(adapters, &base, scope, &filter, attributes)
        .await
        .map_err(|error| said(&error))?;
    let mut entries = Vec::new();
    while let Some(raw) = stream.next().await.map_err(|error| said(&error))? {
        let entry = entry::read(raw).ok_or_else(|| {
            EndpointError::new(
                EndpointErrorKind::Protocol,
                "the directory sent an entry that cannot be read",
            )
        })?;
        if entries.len() == MOST_ENTRIES {
            return Err(EndpointError::new(
                EndpointErrorKind::Protocol,
                format!("the directory sends more than {MOST_ENTRIES} entries"),
            ));
        }
        entries.push(entry);
    }
    let mut result = stream.finish().await;
    let referrals = std::mem::take(&mut result.refs);
    match done(result) {
        Err(error) if error.kind == EndpointErrorKind::NotFound => Err(EndpointError::new(
            error.kind,
            format!("{base}: {}", error.detail),
        )),
        Err(error) => Err(error),
        Ok(()) => Ok(Found { entries, referrals }),
    }
}

/// The domains that a server refers to, as in `ldap://sub.corp.example/DC=sub,DC=corp,DC=example`. The other
/// partitions of the own forest (its configuration, the zones of its name servers) are no domains.
pub(super) fn domains_referred_to(referrals: &[String]) -> impl Iterator<Item = String> {
    referrals.iter().filter_map(|referral| {
        let (_, rest) = referral.split_once("://")?;
        let (_, dn) = rest.split_once('/')?;
        let dn = dn.split('?').next()?;
        let name = super::names::dns_domain(dn);
        let first = dn.get(..3)?;
        let is_domain = first.eq_ignore_ascii_case("DC=")
            && !["domaindnszones.", "forestdnszones."]
                .iter()
                .any(|zone| name.to_lowercase().starts_with(zone));
        is_domain.then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_domains_count_as_places_that_were_not_searched() {
        let referrals = [
            "ldap://sub.corp.example/DC=sub,DC=corp,DC=example",
            "ldap://corp.example/CN=Configuration,DC=corp,DC=example",
            "ldap://DomainDnsZones.corp.example/DC=DomainDnsZones,DC=corp,DC=example",
            "ldaps://other.example/DC=other,DC=example??sub",
            "nonsense",
            "ldap://x/Å",
        ]
        .map(str::to_owned);
        assert_eq!(
            domains_referred_to(&referrals).collect::<Vec<_>>(),
            ["sub.corp.example", "other.example"]
        );
    }
}
