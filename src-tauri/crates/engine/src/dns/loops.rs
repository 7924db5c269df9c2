//! Where a mail goes, hop by hop, before anyone sends it: so that a loop is seen before it exists.

use std::collections::BTreeMap;

use stegvis_model::{DomainName, SmtpAddress};

/// No mail makes more hops than this.
const MOST_HOPS: usize = 12;

/// A place that takes mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The old server.
    Source,
    /// Exchange Online.
    Tenant,
    /// Neither.
    Elsewhere,
}

impl Place {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Tenant => "tenant",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What a place has under an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A mailbox that keeps the mail.
    Mailbox,
    /// An object that sends it on: TargetAddress, or a mail user's external address.
    Forward(SmtpAddress),
}

/// How a place treats an accepted domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Whom it does not know does not exist.
    Authoritative,
    /// Whom it does not know is elsewhere.
    InternalRelay,
}

/// The accepted domains of a place.
pub type Domains = BTreeMap<DomainName, Accepted>;

/// Everything that decides where a mail goes. Addresses are looked up by their key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// Where the MX of a domain leads; a domain not named here leads elsewhere.
    pub mx: BTreeMap<DomainName, Place>,
    /// What the old server accepts.
    pub source_domains: Domains,
    /// Whom it has.
    pub source: BTreeMap<String, Holder>,
    /// What the tenant accepts.
    pub tenant_domains: Domains,
    /// Whom it has.
    pub tenant: BTreeMap<String, Holder>,
}

/// How a mail's way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// In a mailbox.
    Delivered,
    /// Nowhere: it goes round until a server gives up (`5.4.6`, `5.4.14`).
    Loop,
    /// It is sent back: the place decides for the domain and knows nobody (`5.1.10`, `5.1.1`).
    Unknown,
    /// It leaves both places.
    Leaves,
}

/// A mail's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// Place by place, and to which address there.
    pub hops: Vec<(Place, SmtpAddress)>,
    /// How it ends.
    pub end: End,
}

/// The way of a mail from outside.
#[must_use]
pub fn walk(routes: &Routes, to: &SmtpAddress) -> Walk {
    let mut hops: Vec<(Place, SmtpAddress)> = Vec::new();
    let mut place = routes.leads(to.domain());
    let mut address = to.clone();
    loop {
        if place == Place::Elsewhere {
            return Walk {
                hops,
                end: End::Leaves,
            };
        }
        let again = hops.iter().any(|hop| *hop == (place, address.clone()));
        hops.push((place, address.clone()));
        if again || hops.len() > MOST_HOPS {
            return Walk {
                hops,
                end: End::Loop,
            };
        }
        let (holders, domains) = match place {
            Place::Tenant => (&routes.tenant, &routes.tenant_domains),
            _ => (&routes.source, &routes.source_domains),
        };
        let accepted = domains.get(address.domain());
        match (holders.get(&address.key()), accepted) {
            (Some(Holder::Mailbox), _) => {
                return Walk {
                    hops,
                    end: End::Delivered,
                };
            }
            (Some(Holder::Forward(target)), _) => {
                address = target.clone();
                // A place that decides for the target's domain never lets the mail out.
                if domains.get(address.domain()) != Some(&Accepted::Authoritative) {
                    place = routes.leads(address.domain());
                }
            }
            (None, Some(Accepted::Authoritative)) => {
                return Walk {
                    hops,
                    end: End::Unknown,
                };
            }
            (None, Some(Accepted::InternalRelay) | None) => {
                place = routes.leads(address.domain());
            }
        }
    }
}

impl Routes {
    fn leads(&self, domain: &DomainName) -> Place {
        self.mx.get(domain).copied().unwrap_or(Place::Elsewhere)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ROUTING: &str = "nordvik.onmicrosoft.com";

    fn address(text: &str) -> SmtpAddress {
        text.parse().unwrap()
    }

    fn domain(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    /// Anna is moved, Bo is not: MX still leads to the old server.
    fn midway() -> Routes {
        let [anna, bo] = ["anna@nordvik.example", "bo@nordvik.example"];
        let cloud = format!("anna@{ROUTING}");
        Routes {
            mx: BTreeMap::from([
                (domain("nordvik.example"), Place::Source),
                (domain(ROUTING), Place::Tenant),
            ]),
            source_domains: BTreeMap::from([(domain("nordvik.example"), Accepted::Authoritative)]),
            source: BTreeMap::from([
                (anna.to_owned(), Holder::Forward(address(&cloud))),
                (bo.to_owned(), Holder::Mailbox),
            ]),
            tenant_domains: BTreeMap::from([
                (domain("nordvik.example"), Accepted::Authoritative),
                (domain(ROUTING), Accepted::Authoritative),
            ]),
            tenant: BTreeMap::from([
                (anna.to_owned(), Holder::Mailbox),
                (cloud, Holder::Mailbox),
                (bo.to_owned(), Holder::Forward(address(bo))),
            ]),
        }
    }

    fn places(walk: &Walk) -> Vec<&'static str> {
        walk.hops.iter().map(|(place, _)| place.name()).collect()
    }

    #[test]
    fn midway_both_the_moved_and_the_others_are_reached() {
        let routes = midway();
        let anna = walk(&routes, &address("anna@nordvik.example"));
        assert_eq!(
            (places(&anna), anna.end),
            (vec!["source", "tenant"], End::Delivered)
        );
        let bo = walk(&routes, &address("Bo@nordvik.example"));
        assert_eq!((places(&bo), bo.end), (vec!["source"], End::Delivered));
    }

    #[test]
    fn mx_moved_too_early_loses_those_who_are_not_moved() {
        let mut routes = midway();
        routes.mx.insert(domain("nordvik.example"), Place::Tenant);
        let bo = walk(&routes, &address("bo@nordvik.example"));
        assert_eq!(bo.end, End::Loop);
        routes.tenant.remove("bo@nordvik.example");
        assert_eq!(
            walk(&routes, &address("bo@nordvik.example")).end,
            End::Unknown
        );
        let anna = walk(&routes, &address("anna@nordvik.example"));
        assert_eq!((places(&anna), anna.end), (vec!["tenant"], End::Delivered));
    }

    #[test]
    fn a_routing_domain_that_the_old_server_decides_for_never_leaves_it() {
        let mut routes = midway();
        routes
            .source_domains
            .insert(domain(ROUTING), Accepted::Authoritative);
        let anna = walk(&routes, &address("anna@nordvik.example"));
        assert_eq!(
            (places(&anna), anna.end),
            (vec!["source", "source"], End::Unknown)
        );
        // Exchange 2003 stamps the routing address on the object itself, and then forwards in a circle.
        let cloud = format!("anna@{ROUTING}");
        routes
            .source
            .insert(cloud.clone(), Holder::Forward(address(&cloud)));
        assert_eq!(
            walk(&routes, &address("anna@nordvik.example")).end,
            End::Loop
        );
        routes
            .source_domains
            .insert(domain(ROUTING), Accepted::InternalRelay);
        assert_eq!(
            walk(&routes, &address("anna@nordvik.example")).end,
            End::Delivered
        );
    }

    #[test]
    fn a_relay_whose_mx_leads_back_is_a_loop() {
        let mut routes = midway();
        routes.mx.insert(domain("nordvik.example"), Place::Tenant);
        routes
            .tenant_domains
            .insert(domain("nordvik.example"), Accepted::InternalRelay);
        let walk = walk(&routes, &address("nobody@nordvik.example"));
        assert_eq!(
            (places(&walk), walk.end),
            (vec!["tenant", "tenant"], End::Loop)
        );
    }

    #[test]
    fn what_is_forwarded_to_others_leaves() {
        let mut routes = midway();
        routes.source.insert(
            "bo@nordvik.example".to_owned(),
            Holder::Forward(address("bo@annan.example")),
        );
        assert_eq!(
            walk(&routes, &address("bo@nordvik.example")).end,
            End::Leaves
        );
    }
}
