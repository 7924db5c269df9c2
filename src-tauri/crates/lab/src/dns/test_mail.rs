//! A mail from somebody outside, as it came in the end: its headers tell which servers it passed.

use jiff::{SignedDuration, Timestamp};

use super::zone::{OLD_ADDRESS, OLD_SERVER};
use crate::ldap;
use crate::org::Persona;
use crate::world::{Recipient, World};

/// Somebody outside.
const SENDER: &str = "mail.ahlstromsel.example (198.51.100.7)";
const OLD: &str = "ex07.nordvik.example (10.0.0.5)";
const TENANT: &str = "DB5EUR03FT049.mail.protection.outlook.com (10.152.20.233)";

/// A test mail to one of the company's mailboxes, on the way that the zone says now; `None` where nobody has the address.
pub(crate) fn test_mail(world: &World, to: &str) -> Option<String> {
    let persona = world.by_address(to)?;
    let hops = way(world, persona);
    let now = Timestamp::now();
    let count = i64::try_from(hops.len()).unwrap_or(i64::MAX);
    let mut mail = String::new();
    for (back, (from, by)) in (0..).zip(hops.iter().rev()) {
        let at = when(now, back);
        mail.push_str(&format!(
            "Received: from {from}\r\n by {by}\r\n with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384); {at}\r\n"
        ));
    }
    let sent = when(now, count);
    mail.push_str(&format!(
        "From: Erik <erik@ahlstromsel.example>\r\nTo: {to}\r\nSubject: Test\r\nDate: {sent}\r\n\
         Message-ID: <{}@ahlstromsel.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nTest\r\n",
        now.as_millisecond()
    ));
    Some(mail)
}

/// From server to server, the first hop first.
fn way(world: &World, persona: &Persona) -> Vec<(String, String)> {
    let hop = |from: &str, by: &str| (from.to_owned(), by.to_owned());
    let old = format!("{OLD_SERVER} ({OLD_ADDRESS})");
    let outgoing = "EUR05-DB8-obe.outbound.protection.outlook.com (104.47.17.112)";
    let mut hops = vec![hop("[198.51.100.77]", "mail.ahlstromsel.example")];
    let in_tenant = world.store.read(|state| world.recipient(persona, state)) == Recipient::Mailbox;
    let forwarded = ldap::target_address(world, &persona.dn()).is_some();
    if world.zone().mail_to_tenant() {
        hops.push(hop(SENDER, TENANT));
        if in_tenant {
            hops.push(within());
        } else {
            // A mail user's mail leads back to where its mailbox is.
            hops.push(hop(outgoing, OLD));
        }
    } else {
        hops.push(hop(SENDER, OLD));
        if forwarded {
            hops.push(hop(&old, TENANT));
            if in_tenant {
                hops.push(within());
            }
        }
    }
    hops
}

fn within() -> (String, String) {
    (
        "DB5EUR03FT049.eop-EUR03.prod.protection.outlook.com (2603:10a6:10:234::13)".to_owned(),
        "DB8PR09MB4321.eurprd09.prod.outlook.com (2603:10a6:10:be::11)".to_owned(),
    )
}

/// So many seconds ago, as a mail says it.
fn when(now: Timestamp, seconds: i64) -> String {
    let at = now.saturating_sub(SignedDuration::from_secs(seconds));
    at.unwrap_or(now)
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}
