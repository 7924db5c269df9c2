//! Proof of direct delivery: a test mail from outside, whose headers tell which servers it passed.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use mail_parser::{HeaderName, Host, MessageParser, Received};
use stegvis_model::DnsName;

/// Servers of Exchange Online, by the end of their names.
const TENANT: [&str; 3] = [".outlook.com", ".mx.microsoft", ".office365.us"];

/// A mail that came directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The server that handed it to the tenant.
    pub from: String,
    /// The tenant's server that took it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// By so much the tenant's clock and this computer's may differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

impl Delivery {
    /// This, unless it is from a time to come: such a one would be later than every change of MX, for ever.
    ///
    /// # Errors
    /// [`NotDirect::InFuture`].
    pub fn until(self, now: Timestamp) -> Result<Self, NotDirect> {
        let latest = now.checked_add(CLOCKS).unwrap_or(Timestamp::MAX);
        if self.at > latest {
            return Err(NotDirect::InFuture);
        }
        Ok(self)
    }
}

/// Why a mail proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDirect {
    /// It is no mail, or has no Received header.
    NoMail,
    /// It passed the old server.
    OldServer {
        /// By this name or address.
        host: String,
    },
    /// The tenant did not receive it.
    NotInTenant,
    /// It never came from outside: mail within the tenant does not ask DNS.
    NotFromOutside,
    /// The tenant's server did not say when it came.
    NoTime,
    /// It came at a time that is not there yet.
    InFuture,
}

impl NotDirect {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoMail => "noMail",
            Self::OldServer { .. } => "oldServer",
            Self::NotInTenant => "notInTenant",
            Self::NotFromOutside => "notFromOutside",
            Self::NoTime => "noTime",
            Self::InFuture => "inFuture",
        }
    }
}

/// Reads the headers of a test mail. `old` and `addresses` are the old server's; a host within the
/// domain is taken for it too, since nothing of the tenant has such a name.
///
/// # Errors
/// If the mail does not prove that mail comes directly, with the reason.
pub fn delivery(
    mail: &[u8],
    domain: &DnsName,
    old: &[DnsName],
    addresses: &[IpAddr],
) -> Result<Delivery, NotDirect> {
    let message = MessageParser::new()
        .header_received(HeaderName::Received)
        .parse_headers(mail)
        .ok_or(NotDirect::NoMail)?;
    let hops: Vec<&Received<'_>> = message
        .header_values(HeaderName::Received)
        .filter_map(|value| value.as_received())
        .collect();
    if hops.is_empty() {
        return Err(NotDirect::NoMail);
    }
    for hop in &hops {
        let hosts = [&hop.from, &hop.helo, &hop.by].into_iter().flatten();
        for host in hosts {
            let is_old = match host {
                Host::Name(name) => name
                    .parse::<DnsName>()
                    .is_ok_and(|name| old.contains(&name) || name.is_within(domain)),
                Host::IpAddr(address) => addresses.contains(address),
            };
            if is_old {
                return Err(NotDirect::OldServer {
                    host: name_of(host),
                });
            }
        }
    }
    // What stands in comments counts as well: servers write there what others call themselves.
    let words = words(&message);
    let named = old.iter().map(DnsName::to_string);
    let numbered = addresses.iter().map(IpAddr::to_string);
    if let Some(host) = named.chain(numbered).find(|host| words.contains(host)) {
        return Err(NotDirect::OldServer { host });
    }
    if !hops
        .iter()
        .any(|hop| hop.by.as_ref().is_some_and(is_tenant))
    {
        return Err(NotDirect::NotInTenant);
    }
    let entry = hops
        .iter()
        .find(|hop| {
            hop.by.as_ref().is_some_and(is_tenant)
                && hop.from.as_ref().is_some_and(|from| !is_tenant(from))
        })
        .ok_or(NotDirect::NotFromOutside)?;
    let at = entry
        .date
        .as_ref()
        .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok())
        .ok_or(NotDirect::NoTime)?;
    let name = |host: &Option<Host<'_>>| host.as_ref().map(name_of).unwrap_or_default();
    Ok(Delivery {
        from: name(&entry.from),
        by: name(&entry.by),
        at,
    })
}

fn is_tenant(host: &Host<'_>) -> bool {
    match host {
        Host::Name(name) => {
            let name = name.to_ascii_lowercase();
            TENANT.iter().any(|end| name.ends_with(end))
        }
        Host::IpAddr(_) => false,
    }
}

fn name_of(host: &Host<'_>) -> String {
    match host {
        Host::Name(name) => name.to_ascii_lowercase(),
        Host::IpAddr(address) => address.to_string(),
    }
}

fn words(message: &mail_parser::Message<'_>) -> BTreeSet<String> {
    message
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Received"))
        .flat_map(|(_, value)| {
            value
                .split(|c: char| !(c.is_ascii_alphanumeric() || ".-_:@".contains(c)))
                // An address names a person, not a server.
                .filter(|word| !word.is_empty() && !word.contains('@'))
                .map(|word| word.trim_matches('.').to_ascii_lowercase())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OUTSIDE: &str = "Received: from VE1PR04MB6543.eurprd04.prod.outlook.com (2603:10a6:803:12::18)\r\n by \
        DB7PR04MB5123.eurprd04.prod.outlook.com with HTTPS; Mon, 23 Nov 2026 10:40:12 +0000\r\n\
        Received: from DB5EUR03FT049.eop-EUR03.prod.protection.outlook.com\r\n (2a01:111:f400:7e0a::1) by \
        VE1PR04MB6543.outlook.office365.com\r\n (2603:10a6:803:12::18) with Microsoft SMTP Server; Mon, 23 Nov 2026 10:40:11 +0000\r\n\
        Received: from mx.kund.example (198.51.100.7) by\r\n DB5EUR03FT049.mail.protection.outlook.com (10.152.20.1) with Microsoft SMTP\r\n \
        Server (version=TLS1_3) id 15.20.1; Mon, 23 Nov 2026 10:40:10 +0000\r\n";
    const REST: &str =
        "From: test@kund.example\r\nTo: anna@nordvik.example\r\nSubject: Test\r\n\r\nTest\r\n";

    fn judge(headers: &str) -> Result<Delivery, NotDirect> {
        delivery(
            format!("{headers}{REST}").as_bytes(),
            &"nordvik.example".parse().unwrap(),
            &["gw.hosted.example".parse().unwrap()],
            &["203.0.113.9".parse().unwrap()],
        )
    }

    #[test]
    fn a_mail_that_came_directly_tells_from_whom_and_when() {
        let delivery = judge(OUTSIDE).unwrap();
        assert_eq!(delivery.from, "mx.kund.example");
        assert_eq!(delivery.by, "db5eur03ft049.mail.protection.outlook.com");
        assert_eq!(delivery.at.to_string(), "2026-11-23T10:40:10Z");
    }

    #[test]
    fn a_mail_from_a_time_to_come_proves_nothing() {
        let now: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let came = |minutes| Delivery {
            from: "mail.example".to_owned(),
            by: "a.outlook.com".to_owned(),
            at: now + SignedDuration::from_mins(minutes),
        };
        assert_eq!(came(11).until(now), Err(NotDirect::InFuture));
        assert_eq!(came(9).until(now), Ok(came(9)));
    }

    #[test]
    fn a_mail_that_passed_the_old_server_names_it_however_it_is_written() {
        let hop = |from: &str, by: &str| {
            format!(
                "{OUTSIDE}Received: from {from} by {by} with ESMTP; Mon, 23 Nov 2026 10:39:00 +0000\r\n"
            )
        };
        for (headers, host) in [
            (
                hop(
                    "mx.kund.example (198.51.100.7)",
                    "EXCH01.nordvik.example (10.0.0.5)",
                ),
                "exch01.nordvik.example",
            ),
            (
                hop("mx.kund.example (HELO gw.hosted.example)", "x.example"),
                "gw.hosted.example",
            ),
            (hop("unknown ([203.0.113.9])", "x.example"), "203.0.113.9"),
        ] {
            assert_eq!(
                judge(&headers),
                Err(NotDirect::OldServer {
                    host: host.to_owned()
                }),
                "{headers}"
            );
        }
    }

    #[test]
    fn mail_within_the_tenant_or_elsewhere_proves_nothing() {
        let inside = OUTSIDE.replace("mx.kund.example", "AM0PR04MB1.eurprd04.prod.outlook.com");
        assert_eq!(judge(&inside), Err(NotDirect::NotFromOutside));
        let elsewhere =
            "Received: from a.example by b.example; Mon, 23 Nov 2026 10:40:10 +0000\r\n";
        assert_eq!(judge(elsewhere), Err(NotDirect::NotInTenant));
        assert_eq!(judge(""), Err(NotDirect::NoMail));
    }

    #[test]
    fn the_recipient_in_a_header_is_no_server() {
        let headers = OUTSIDE.replace("id 15.20.1;", "id 15.20.1 for <anna@nordvik.example>;");
        assert!(judge(&headers).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..900) {
            let domain: DnsName = "nordvik.example".parse().unwrap();
            let _ = delivery(&bytes, &domain, &[], &[]).is_ok();
            let mut mail = format!("{OUTSIDE}{REST}").into_bytes();
            mail.truncate(cut);
            mail.extend(bytes);
            let _ = delivery(&mail, &domain, &[], &[]).is_ok();
        }
    }
}
