//! SPF records (RFC 7208), as far as they can be judged without a sender.

use std::collections::{BTreeMap, BTreeSet};

use stegvis_model::DnsName;

/// The most questions that judging a mail may cost (RFC 7208 section 4.6.4).
const MOST_LOOKUPS: usize = 10;

/// Whether a text is an SPF record at all (RFC 7208 section 4.5).
pub(super) fn is_spf(text: &str) -> bool {
    let mut words = text.split(' ');
    words
        .next()
        .is_some_and(|version| version.eq_ignore_ascii_case("v=spf1"))
}

/// What is wrong with an SPF record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpfFault {
    /// The tenant's servers are not among those who may send.
    NotIncluded {
        /// What must be included.
        include: String,
    },
    /// Judging it costs more than ten questions, and others give up.
    TooManyLookups {
        /// How many it costs.
        count: usize,
    },
    /// It lets everybody send as the domain.
    Everybody,
    /// It says nothing of servers it does not name: there is no `all` and no `redirect`.
    NoEnd,
    /// `?all`: it has no opinion of servers it does not name.
    NoOpinion,
    /// What stands behind `all` is never read.
    AfterEnd {
        /// The first such term.
        term: String,
    },
    /// It includes itself, directly or by another.
    Circle {
        /// Where the circle closes.
        domain: String,
    },
    /// A term that nobody understands; others then ignore the whole record.
    Broken {
        /// The term.
        term: String,
    },
    /// A record that it includes does not exist; others then ignore the whole record.
    IncludeMissing {
        /// Whose.
        domain: String,
    },
    /// `ptr` is slow, and many refuse to ask for it.
    Ptr,
    /// It names a sender that the tenant does not need: the old server, or another service.
    Keeps {
        /// The term.
        term: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Fail,
    SoftFail,
    Neutral,
    Pass,
}

/// A read SPF record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spf {
    includes: Vec<String>,
    redirect: Option<String>,
    senders: Vec<String>,
    /// `a`, `mx`, `ptr` and `exists` cost a question each, as `include` and `redirect` do.
    asking: usize,
    ptr: bool,
    end: Option<End>,
    after_end: Option<String>,
    broken: Vec<String>,
}

impl Spf {
    /// Reads a record; every text can be read, with what is broken in it named.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut spf = Self {
            includes: Vec::new(),
            redirect: None,
            senders: Vec::new(),
            asking: 0,
            ptr: false,
            end: None,
            after_end: None,
            broken: Vec::new(),
        };
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            spf.take(term);
        }
        spf
    }

    fn take(&mut self, term: &str) {
        let lower = term.to_ascii_lowercase();
        // A modifier is `name=value`; a mechanism may have a `=` only behind its colon.
        let before_colon = lower.split([':', '/']).next().unwrap_or_default();
        if let Some((name, value)) = lower.split_once('=').filter(|_| before_colon.contains('=')) {
            match name {
                "redirect" if !value.is_empty() && self.redirect.is_none() => {
                    self.redirect = Some(value.to_owned());
                }
                "redirect" => self.broken.push(term.to_owned()),
                // Unknown modifiers are to be ignored (section 6).
                _ => {}
            }
            return;
        }
        if self.end.is_some() {
            self.after_end.get_or_insert_with(|| term.to_owned());
            return;
        }
        let (end, mechanism) = match lower.strip_prefix(['+', '-', '~', '?']) {
            Some(rest) => match lower.as_bytes().first() {
                Some(b'-') => (End::Fail, rest),
                Some(b'~') => (End::SoftFail, rest),
                Some(b'?') => (End::Neutral, rest),
                _ => (End::Pass, rest),
            },
            None => (End::Pass, &*lower),
        };
        let at = mechanism.find([':', '/']).unwrap_or(mechanism.len());
        let (name, rest) = mechanism.split_at_checked(at).unwrap_or((mechanism, ""));
        let value = rest.strip_prefix(':').filter(|value| !value.is_empty());
        match (name, value) {
            ("all", _) if rest.is_empty() => self.end = Some(end),
            ("include", Some(domain)) => self.includes.push(domain.to_owned()),
            ("exists", Some(_)) => self.asking += 1,
            ("a" | "mx", value) if value.is_some() || !rest.starts_with(':') => {
                self.asking += 1;
                self.senders.push(term.to_owned());
            }
            ("ptr", value) if value.is_some() || rest.is_empty() => {
                self.asking += 1;
                self.ptr = true;
            }
            ("ip4", Some(network)) if is_network::<std::net::Ipv4Addr>(network, 32) => {
                self.senders.push(term.to_owned());
            }
            ("ip6", Some(network)) if is_network::<std::net::Ipv6Addr>(network, 128) => {
                self.senders.push(term.to_owned());
            }
            _ => self.broken.push(term.to_owned()),
        }
    }

    /// The domains whose records must be read to judge this one.
    pub fn asks(&self) -> impl Iterator<Item = &str> {
        self.includes
            .iter()
            .map(String::as_str)
            // `all` makes a redirect void (section 6.1).
            .chain(self.redirect.as_deref().filter(|_| self.end.is_none()))
    }

    /// What is wrong with it, given what the tenant's own record includes and the records of the domains
    /// that it asks, as far as they could be asked: none for a domain without one.
    #[must_use]
    pub fn faults(
        &self,
        expected: Option<&Self>,
        texts: &BTreeMap<DnsName, Option<String>>,
    ) -> Vec<SpfFault> {
        let mut faults: Vec<_> = self
            .broken
            .iter()
            .map(|term| SpfFault::Broken { term: term.clone() })
            .collect();
        for include in expected.iter().flat_map(|expected| &expected.includes) {
            if !self.includes.contains(include) {
                faults.push(SpfFault::NotIncluded {
                    include: include.clone(),
                });
            }
        }
        let mut walk = Walk {
            texts,
            path: Vec::new(),
            faults: BTreeSet::new(),
            count: 0,
        };
        walk.count(self, 0);
        let count = walk.count;
        faults.extend(walk.faults.into_iter().map(|(missing, domain)| {
            if missing {
                SpfFault::IncludeMissing { domain }
            } else {
                SpfFault::Circle { domain }
            }
        }));
        if count > MOST_LOOKUPS {
            faults.push(SpfFault::TooManyLookups { count });
        }
        match (self.end, &self.redirect) {
            (Some(End::Pass), _) => faults.push(SpfFault::Everybody),
            (Some(End::Neutral), _) => faults.push(SpfFault::NoOpinion),
            (None, None) => faults.push(SpfFault::NoEnd),
            (Some(End::Fail | End::SoftFail), _) | (None, Some(_)) => {}
        }
        if let Some(term) = &self.after_end {
            faults.push(SpfFault::AfterEnd { term: term.clone() });
        }
        if self.ptr {
            faults.push(SpfFault::Ptr);
        }
        let needed = |term: &String| {
            expected.is_some_and(|expected| expected.senders.iter().any(|one| one == term))
        };
        faults.extend(
            self.senders
                .iter()
                .filter(|&term| !needed(term))
                .map(|term| SpfFault::Keeps { term: term.clone() }),
        );
        faults
    }
}

/// One record that lets everyone send who may now, and the tenant too: what to set while the old server
/// still sends. What nobody understands, and what lets everybody send, is left out.
#[must_use]
pub fn merged(present: &[&str], expected: &str) -> String {
    let mut terms: Vec<String> = Vec::new();
    let mut soft = false;
    for text in present.iter().copied().chain([expected]) {
        let broken = Spf::read(text).broken;
        for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
            let lower = term.to_ascii_lowercase();
            if lower.trim_start_matches(['+', '-', '~', '?']) == "all" {
                soft |= lower == "~all";
                continue;
            }
            // Beside other terms a redirect is never followed; an include is.
            let term = match lower.strip_prefix("redirect=") {
                Some(domain) => format!("include:{domain}"),
                None => term.to_owned(),
            };
            let known = terms.iter().any(|one| one.eq_ignore_ascii_case(&term));
            if !known && !broken.contains(&term) {
                terms.push(term);
            }
        }
    }
    let end = if soft { "~all" } else { "-all" };
    format!("v=spf1 {} {end}", terms.join(" "))
}

/// Counts questions through everything that is included.
struct Walk<'a> {
    texts: &'a BTreeMap<DnsName, Option<String>>,
    path: Vec<String>,
    faults: BTreeSet<(bool, String)>,
    count: usize,
}

impl Walk<'_> {
    fn count(&mut self, spf: &Spf, depth: usize) {
        self.count += spf.asking;
        for domain in spf.asks() {
            self.count += 1;
            if depth >= MOST_LOOKUPS || self.count > 5 * MOST_LOOKUPS {
                return;
            }
            if self.path.iter().any(|one| one == domain) {
                self.faults.insert((false, domain.to_owned()));
                continue;
            }
            // A macro names a domain only once there is a mail.
            let known = domain
                .parse::<DnsName>()
                .ok()
                .and_then(|name| self.texts.get(&name));
            match known {
                Some(Some(text)) => {
                    self.path.push(domain.to_owned());
                    let inner = Spf::read(text);
                    self.count(&inner, depth + 1);
                    self.path.pop();
                }
                Some(None) => {
                    self.faults.insert((true, domain.to_owned()));
                }
                None => {}
            }
        }
    }
}

fn is_network<A: std::str::FromStr>(text: &str, longest: u8) -> bool {
    let (address, length) = text
        .split_once('/')
        .map_or((text, None), |(address, length)| (address, Some(length)));
    address.parse::<A>().is_ok()
        && length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MICROSOFT: &str = "v=spf1 include:spf.protection.outlook.com -all";

    fn faults(text: &str) -> Vec<SpfFault> {
        Spf::read(text).faults(Some(&Spf::read(MICROSOFT)), &BTreeMap::new())
    }

    #[test]
    fn a_record_is_an_spf_record_by_its_first_word_alone() {
        assert!(is_spf("v=spf1"));
        assert!(is_spf("V=SPF1 -all"));
        assert!(!is_spf("v=spf10 -all"));
        assert!(!is_spf("MS=ms123"));
    }

    #[test]
    fn the_record_microsoft_gives_has_no_fault() {
        assert_eq!(faults(MICROSOFT), []);
        assert_eq!(faults("v=spf1 include:SPF.protection.outlook.com ~all"), []);
    }

    #[test]
    fn the_old_server_may_stay_while_mail_still_leaves_by_it() {
        assert_eq!(
            faults("v=spf1 ip4:203.0.113.9 include:spf.protection.outlook.com -all"),
            [SpfFault::Keeps {
                term: "ip4:203.0.113.9".to_owned()
            }]
        );
    }

    #[test]
    fn each_fault_is_told() {
        let include = "spf.protection.outlook.com".to_owned();
        assert_eq!(
            faults("v=spf1 +all"),
            [SpfFault::NotIncluded { include }, SpfFault::Everybody]
        );
        let with =
            |rest: &str| faults(&format!("v=spf1 include:spf.protection.outlook.com {rest}"));
        assert_eq!(with(""), [SpfFault::NoEnd]);
        assert_eq!(with("?all"), [SpfFault::NoOpinion]);
        assert_eq!(with("ptr -all"), [SpfFault::Ptr]);
        assert_eq!(with("redirect=x.example"), []);
        for term in [
            "ip4:203.0.113.900",
            "ip4:203.0.113.9/33",
            "includ:x.example",
            "include:",
            "a:",
            "all:x",
        ] {
            assert!(
                with(&format!("{term} -all")).contains(&SpfFault::Broken {
                    term: term.to_owned()
                }),
                "{term}"
            );
        }
        assert_eq!(
            with("-all ip4:203.0.113.9"),
            [SpfFault::AfterEnd {
                term: "ip4:203.0.113.9".to_owned()
            }]
        );
    }

    #[test]
    fn while_the_old_server_sends_the_tenant_is_added_to_it() {
        assert_eq!(
            merged(&["v=spf1 ip4:203.0.113.9 ~all"], MICROSOFT),
            "v=spf1 ip4:203.0.113.9 include:spf.protection.outlook.com ~all"
        );
        assert_eq!(
            merged(
                &[
                    "v=spf1 mx nonsense:x -all",
                    "v=spf1 MX redirect=x.example +all"
                ],
                MICROSOFT
            ),
            "v=spf1 mx include:x.example include:spf.protection.outlook.com -all"
        );
        assert_eq!(merged(&[], MICROSOFT), MICROSOFT);
    }

    #[test]
    fn questions_are_counted_through_everything_included() {
        let name = |text: &str| text.parse::<DnsName>().unwrap();
        let mut texts: BTreeMap<DnsName, Option<String>> = BTreeMap::new();
        texts.insert(
            name("a.example"),
            Some("v=spf1 a mx a:x.example mx:y.example exists:%{i}.z.example -all".to_owned()),
        );
        texts.insert(
            name("spf.protection.outlook.com"),
            Some("v=spf1 ip4:40.92.0.0/15 -all".to_owned()),
        );
        let record =
            Spf::read("v=spf1 include:spf.protection.outlook.com include:a.example mx a ptr -all");
        let count = |faults: Vec<SpfFault>| {
            faults.into_iter().find_map(|fault| match fault {
                SpfFault::TooManyLookups { count } => Some(count),
                _ => None,
            })
        };
        assert_eq!(count(record.faults(None, &texts)), None);
        let one_more = Spf::read(
            "v=spf1 include:spf.protection.outlook.com include:a.example mx a ptr mx:q.example -all",
        );
        assert_eq!(count(one_more.faults(None, &texts)), Some(11));
    }

    #[test]
    fn circles_end_and_missing_records_are_named() {
        let name = |text: &str| text.parse::<DnsName>().unwrap();
        let mut texts: BTreeMap<DnsName, Option<String>> = BTreeMap::new();
        texts.insert(
            name("a.example"),
            Some("v=spf1 include:b.example -all".to_owned()),
        );
        texts.insert(
            name("b.example"),
            Some("v=spf1 include:a.example -all".to_owned()),
        );
        texts.insert(name("c.example"), None);
        let faults =
            Spf::read("v=spf1 include:a.example include:c.example -all").faults(None, &texts);
        assert_eq!(
            faults,
            [
                SpfFault::Circle {
                    domain: "a.example".to_owned()
                },
                SpfFault::IncludeMissing {
                    domain: "c.example".to_owned()
                },
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(v=spf1 )?[ -~åé:=/+?~-]{0,120}") {
            let spf = Spf::read(&text);
            let _ = spf.faults(Some(&spf), &BTreeMap::new());
        }
    }
}
