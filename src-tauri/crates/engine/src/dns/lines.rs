//! A record in the words of those who keep it: a zone file, a form with fields, Windows' DNS server.

use stegvis_model::{DnsName, DnsRecord, DnsValue};

/// A text is kept in pieces of at most this many bytes (RFC 1035 section 3.3).
const PIECE: usize = 255;

/// A record for a form with fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The name as most forms want it: `@` for the domain itself, or what stands before it.
    pub name: String,
    /// The whole name, for forms that want that.
    pub full_name: String,
    /// The kind.
    pub kind: &'static str,
    /// The value, without priority.
    pub value: String,
    /// The priority of an MX or SRV record.
    pub priority: Option<u16>,
    /// The weight of an SRV record.
    pub weight: Option<u16>,
    /// The port of an SRV record.
    pub port: Option<u16>,
    /// Seconds.
    pub ttl: u32,
}

/// The record's fields.
#[must_use]
pub fn fields(record: &DnsRecord, domain: &DnsName) -> Fields {
    let plain = Fields {
        name: record.name.relative_to(domain).to_owned(),
        full_name: record.name.to_string(),
        kind: record.value.kind().name(),
        value: record.value.to_string(),
        priority: None,
        weight: None,
        port: None,
        ttl: record.ttl,
    };
    match &record.value {
        DnsValue::Mx {
            preference,
            exchange,
        } => Fields {
            value: exchange.to_string(),
            priority: Some(*preference),
            ..plain
        },
        DnsValue::Srv {
            priority,
            weight,
            port,
            target,
        } => Fields {
            value: target.to_string(),
            priority: Some(*priority),
            weight: Some(*weight),
            port: Some(*port),
            ..plain
        },
        DnsValue::Cname(_) | DnsValue::Txt(_) | DnsValue::A(_) | DnsValue::Aaaa(_) => plain,
    }
}

/// The record's line in a zone file, with whole names.
#[must_use]
pub fn zone_line(record: &DnsRecord) -> String {
    let value = match &record.value {
        DnsValue::Mx {
            preference,
            exchange,
        } => format!("{preference} {}", dotted(exchange)),
        DnsValue::Cname(target) => dotted(target),
        DnsValue::Srv {
            priority,
            weight,
            port,
            target,
        } => format!("{priority} {weight} {port} {}", dotted(target)),
        DnsValue::Txt(text) => quoted(text),
        DnsValue::A(address) => address.to_string(),
        DnsValue::Aaaa(address) => address.to_string(),
    };
    format!(
        "{} {} IN {} {value}",
        dotted(&record.name),
        record.ttl,
        record.value.kind()
    )
}

/// The command that adds the record on Windows' DNS server. None for a value that no command line holds.
#[must_use]
pub fn windows_line(record: &DnsRecord, domain: &DnsName) -> Option<String> {
    let name = match record.name.relative_to(domain) {
        "@" => ".",
        other => other,
    };
    let place = format!("-ZoneName {} -Name {}", word(domain.as_str()), word(name));
    let seconds = record.ttl;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let clock = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    let ttl = match days {
        0 => format!("-TimeToLive {clock}"),
        days => format!("-TimeToLive {days}.{clock}"),
    };
    let what = match &record.value {
        DnsValue::Mx {
            preference,
            exchange,
        } => format!(
            "Add-DnsServerResourceRecordMX {place} -MailExchange {} -Preference {preference}",
            word(&dotted(exchange))
        ),
        DnsValue::Cname(target) => format!(
            "Add-DnsServerResourceRecordCName {place} -HostNameAlias {}",
            word(&dotted(target))
        ),
        DnsValue::Txt(text) if text.chars().any(char::is_control) => return None,
        DnsValue::Txt(text) => format!(
            "Add-DnsServerResourceRecord -Txt {place} -DescriptiveText {}",
            word(text)
        ),
        DnsValue::Srv {
            priority,
            weight,
            port,
            target,
        } => format!(
            "Add-DnsServerResourceRecord -Srv {place} -DomainName {} -Priority {priority} -Weight {weight} -Port {port}",
            word(&dotted(target))
        ),
        DnsValue::A(address) => {
            format!(
                "Add-DnsServerResourceRecordA {place} -IPv4Address {}",
                word(&address.to_string())
            )
        }
        DnsValue::Aaaa(address) => {
            format!(
                "Add-DnsServerResourceRecordAAAA {place} -IPv6Address {}",
                word(&address.to_string())
            )
        }
    };
    Some(format!("{what} {ttl}"))
}

fn dotted(name: &DnsName) -> String {
    if name.is_root() {
        name.to_string()
    } else {
        format!("{name}.")
    }
}

/// Character strings of a zone file (RFC 1035 section 5.1), cut where a piece is full.
fn quoted(text: &str) -> String {
    let mut all = String::from("\"");
    let mut length = 0;
    for byte in text.bytes() {
        if length == PIECE {
            all.push_str("\" \"");
            length = 0;
        }
        length += 1;
        match byte {
            b'"' | b'\\' => {
                all.push('\\');
                all.push(char::from(byte));
            }
            b' '..=b'~' => all.push(char::from(byte)),
            other => all.push_str(&format!("\\{other:03}")),
        }
    }
    all.push('"');
    all
}

/// A word for PowerShell. It takes typographic quotes for plain ones, so those are doubled too.
fn word(text: &str) -> String {
    let mut all = String::from("'");
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            all.push(c);
        }
        all.push(c);
    }
    all.push('\'');
    all
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn name(text: &str) -> DnsName {
        text.parse().unwrap()
    }

    fn record(at: &str, value: DnsValue) -> DnsRecord {
        DnsRecord {
            name: name(at),
            ttl: 3600,
            value,
        }
    }

    #[test]
    fn every_kind_of_record_has_its_words_for_every_kind_of_host() {
        let domain = name("nordvik.example");
        let records = [
            record(
                "nordvik.example",
                DnsValue::Mx {
                    preference: 0,
                    exchange: name("nordvik-example.mail.protection.outlook.com"),
                },
            ),
            record(
                "autodiscover.nordvik.example",
                DnsValue::Cname(name("autodiscover.outlook.com")),
            ),
            record(
                "nordvik.example",
                DnsValue::Txt("v=spf1 include:spf.protection.outlook.com -all".to_owned()),
            ),
            record(
                "_sip._tls.nordvik.example",
                DnsValue::Srv {
                    priority: 100,
                    weight: 1,
                    port: 443,
                    target: name("sipdir.online.lync.com"),
                },
            ),
            record(
                "mail.nordvik.example",
                DnsValue::A("203.0.113.9".parse().unwrap()),
            ),
        ];
        let text: Vec<String> = records
            .iter()
            .map(|record| {
                format!(
                    "{}\n{:?}\n{}",
                    zone_line(record),
                    fields(record, &domain),
                    windows_line(record, &domain).unwrap()
                )
            })
            .collect();
        insta::assert_snapshot!(text.join("\n\n"));
    }

    #[test]
    fn a_hostile_text_stays_inside_its_quotes() {
        let evil = record(
            "nordvik.example",
            DnsValue::Txt("a\" ; b\\ '\u{2019}; Remove-Item x".to_owned()),
        );
        assert_eq!(
            zone_line(&evil),
            r#"nordvik.example. 3600 IN TXT "a\" ; b\\ '\226\128\153; Remove-Item x""#
        );
        let line = windows_line(&evil, &name("nordvik.example")).unwrap();
        assert!(
            line.contains("''\u{2019}\u{2019}; Remove-Item x'"),
            "{line}"
        );
        let broken = record("nordvik.example", DnsValue::Txt("a\nb".to_owned()));
        assert_eq!(windows_line(&broken, &name("nordvik.example")), None);
    }

    #[test]
    fn a_long_text_is_cut_into_pieces() {
        let long = record("nordvik.example", DnsValue::Txt("a".repeat(256)));
        let line = zone_line(&long);
        assert!(line.ends_with("a\" \"a\""), "{line}");
    }
}
