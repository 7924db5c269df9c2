//! The zone: what an old company has, and what each step makes of it.

use std::net::Ipv4Addr;

use hickory_proto::rr::rdata::{A, CNAME, MX, NS, SOA, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record};

use super::DnsStep;
use crate::org::{DOMAIN, TENANT_DOMAIN};

/// The old server, as the world knows it.
pub(crate) const OLD_SERVER: &str = "mail.nordvik.example";
/// Where it is.
pub(super) const OLD_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 25);

/// What nobody thought of when there was nothing to move.
const LONG_TTL: u32 = 14_400;
const TTL: u32 = 3600;
const LOW_TTL: u32 = 300;
/// For how long others may go on saying that there is nothing.
const NEGATIVE_TTL: u32 = 60;

/// Where mail for a domain of the tenant goes: the newer form, with a letter that nobody can work out.
pub(crate) fn mail_exchange(domain: &str) -> String {
    format!("{}.n-v1.mx.microsoft", domain.replace('.', "-"))
}

/// Where the two names of a domain's keys must point.
pub(crate) fn keys(domain: &str) -> [String; 2] {
    let tenant = TENANT_DOMAIN.split('.').next().unwrap_or_default();
    [1, 2].map(|number| {
        format!(
            "selector{number}-{}._domainkey.{tenant}.n-v1.dkim.mail.microsoft",
            domain.replace('.', "-")
        )
    })
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Spf {
    #[default]
    Old,
    Both,
    Tenant,
}

/// The company's zone at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Zone {
    serial: u32,
    low: bool,
    mx: bool,
    autodiscover: bool,
    spf: Spf,
    dkim: bool,
    dmarc: bool,
}

impl Zone {
    /// What all steps so far come to.
    pub(crate) fn after(steps: &[DnsStep]) -> Self {
        let mut zone = Self::default();
        for step in steps {
            match step {
                DnsStep::LowerTtl => zone.low = true,
                DnsStep::MoveMx => zone.mx = true,
                DnsStep::MoveAutodiscover => zone.autodiscover = true,
                DnsStep::AddSpf => zone.spf = Spf::Both,
                DnsStep::TidySpf => zone.spf = Spf::Tenant,
                DnsStep::Dkim => zone.dkim = true,
                DnsStep::Dmarc => zone.dmarc = true,
                DnsStep::Back => zone = Self::default(),
            }
        }
        zone.serial = u32::try_from(steps.len()).unwrap_or(u32::MAX - 1) + 1;
        zone
    }

    /// Whether mail from outside goes to the tenant.
    pub(crate) const fn mail_to_tenant(&self) -> bool {
        self.mx
    }

    /// Whether the tenant's keys can be found.
    pub(crate) const fn has_keys(&self) -> bool {
        self.dkim
    }

    /// Its top.
    pub(super) fn top() -> Name {
        name(DOMAIN)
    }

    /// Its first record.
    pub(super) fn soa(&self) -> Record {
        let soa = SOA::new(
            of_zone("ns1"),
            of_zone("hostmaster"),
            self.serial,
            3600,
            600,
            86_400,
            NEGATIVE_TTL,
        );
        Record::from_rdata(Self::top(), TTL, RData::SOA(soa))
    }

    /// All of it.
    pub(super) fn records(&self) -> Vec<Record> {
        let ttl = |ordinary: u32| if self.low { LOW_TTL } else { ordinary };
        let text = |words: &str| RData::TXT(TXT::new(vec![words.to_owned()]));
        let mut all = vec![
            self.soa(),
            at("", TTL, RData::NS(NS(of_zone("ns1")))),
            at("ns1", TTL, RData::A(A(Ipv4Addr::LOCALHOST))),
            at("mail", TTL, RData::A(A(OLD_ADDRESS))),
            at("www", TTL, RData::A(A(Ipv4Addr::new(192, 0, 2, 80)))),
            at("", TTL, text("MS=ms48151623")),
        ];
        all.push(if self.mx {
            let exchange = name(&mail_exchange(DOMAIN));
            at("", TTL, RData::MX(MX::new(0, exchange)))
        } else {
            at("", ttl(LONG_TTL), RData::MX(MX::new(10, name(OLD_SERVER))))
        });
        if self.autodiscover {
            let target = name("autodiscover.outlook.com");
            all.push(at("autodiscover", TTL, RData::CNAME(CNAME(target))));
        } else {
            let old = || name(OLD_SERVER);
            all.push(at("autodiscover", ttl(TTL), RData::CNAME(CNAME(old()))));
            let leftover = SRV::new(0, 0, 443, old());
            all.push(at("_autodiscover._tcp", ttl(TTL), RData::SRV(leftover)));
        }
        let spf = match self.spf {
            Spf::Old => format!("v=spf1 mx ip4:{OLD_ADDRESS} -all"),
            Spf::Both => {
                format!("v=spf1 mx ip4:{OLD_ADDRESS} include:spf.protection.outlook.com -all")
            }
            Spf::Tenant => "v=spf1 include:spf.protection.outlook.com -all".to_owned(),
        };
        all.push(at("", ttl(TTL), text(&spf)));
        if self.dkim {
            for (number, target) in (1..).zip(keys(DOMAIN)) {
                let label = format!("selector{number}._domainkey");
                all.push(at(&label, TTL, RData::CNAME(CNAME(name(&target)))));
            }
        }
        if self.dmarc {
            let policy = format!("v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}");
            all.push(at("_dmarc", TTL, text(&policy)));
        }
        all
    }
}

/// What the rest of the world has, as far as anybody asks the company's resolver for it.
pub(super) fn rest_of_the_world() -> Vec<Record> {
    let address = |of: &str, last: u8| {
        let address = RData::A(A(Ipv4Addr::new(198, 51, 100, last)));
        Record::from_rdata(name(of), LOW_TTL, address)
    };
    let spf = TXT::new(vec![
        "v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/14 -all".to_owned(),
    ]);
    vec![
        address("autodiscover.outlook.com", 20),
        address(&mail_exchange(DOMAIN), 25),
        Record::from_rdata(name("spf.protection.outlook.com"), TTL, RData::TXT(spf)),
    ]
}

fn at(label: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(of_zone(label), ttl, data)
}

fn of_zone(label: &str) -> Name {
    if label.is_empty() {
        Zone::top()
    } else {
        name(&format!("{label}.{DOMAIN}"))
    }
}

/// Every name here is written in this file; one that is none would be the root, and every test would see it.
fn name(text: &str) -> Name {
    let mut name = Name::from_ascii(text).unwrap_or_default();
    name.set_fqdn(true);
    name
}
