//! TargetAddress: where it must point, and whether the mail would come back.

use std::fmt;

use stegvis_journal::Values;
use stegvis_model::{DomainName, SmtpAddress};

use crate::ports::{AcceptedDomain, DirectoryRecipient};

const TARGET_ADDRESS: &str = "targetAddress";

/// Why mail sent on would come back to the server that sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loop {
    /// The old organisation believes that the domain is its own, whole: it refuses or keeps what it should send.
    Authoritative(DomainName),
    /// The domain's mail is delivered to the old organisation again.
    MxPointsBack {
        /// The domain.
        domain: DomainName,
        /// Where its MX leads.
        host: String,
    },
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authoritative(domain) => {
                write!(
                    f,
                    "{domain} is an authoritative accepted domain of the old organisation"
                )
            }
            Self::MxPointsBack { domain, host } => {
                write!(
                    f,
                    "the MX of {domain} is {host}, which is the old organisation"
                )
            }
        }
    }
}

/// What is known of where the mail of a domain goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MxFacts {
    /// The hosts that the MX records of the routing domain name, where they were looked up.
    pub routing: Vec<String>,
    /// The hosts under which the old organisation takes mail.
    pub own: Vec<String>,
}

/// Whether mail sent on to this domain would come back, as far as is known.
#[must_use]
pub fn predict_loop(
    routing: &DomainName,
    accepted: &[AcceptedDomain],
    mx: &MxFacts,
) -> Option<Loop> {
    if let Some(own) = accepted
        .iter()
        .find(|domain| domain.authoritative && domain.name == *routing)
    {
        return Some(Loop::Authoritative(own.name.clone()));
    }
    let plain = |host: &str| host.trim_end_matches('.').to_ascii_lowercase();
    mx.routing
        .iter()
        .find(|host| mx.own.iter().any(|own| plain(own) == plain(host)))
        .map(|host| Loop::MxPointsBack {
            domain: routing.clone(),
            host: host.clone(),
        })
}

/// What becomes of one mailbox's TargetAddress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardingPlan {
    /// The object.
    pub dn: String,
    /// Its primary address.
    pub address: SmtpAddress,
    /// Where its mail will go.
    pub routing_address: SmtpAddress,
    /// What is to be done.
    pub verdict: ForwardingVerdict,
}

/// What is to be done about a TargetAddress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardingVerdict {
    /// None stands there: it is written.
    Write,
    /// It stands there already.
    AlreadyThere,
    /// Another one stands there: somebody else's forwarding is not written over.
    Elsewhere(String),
    /// A copy goes, or all of it, to another recipient of the directory already (`altRecipient`).
    AlternateRecipient(String),
    /// The mail would come back.
    Loops(Loop),
}

impl ForwardingPlan {
    /// The attribute as it stands and as it will; nothing where nothing is to be written.
    #[must_use]
    pub fn values(&self) -> Option<(Values, Values)> {
        (self.verdict == ForwardingVerdict::Write).then(|| {
            let after = format!("SMTP:{}", self.routing_address).into_bytes();
            (
                Values::new(),
                Values::from([(TARGET_ADDRESS.to_owned(), vec![after])]),
            )
        })
    }
}

/// Plans the forwarding of one mailbox to its cloud mailbox.
#[must_use]
pub fn plan_forwarding(
    mailbox: &DirectoryRecipient,
    routing: &SmtpAddress,
    accepted: &[AcceptedDomain],
    mx: &MxFacts,
) -> ForwardingPlan {
    let wanted = format!("SMTP:{routing}");
    let stands = (&mailbox.target_address, &mailbox.alternate_recipient);
    let verdict = match stands {
        (Some(there), _) if there.eq_ignore_ascii_case(&wanted) => ForwardingVerdict::AlreadyThere,
        (Some(there), _) => ForwardingVerdict::Elsewhere(there.clone()),
        (None, Some(other)) => ForwardingVerdict::AlternateRecipient(other.clone()),
        (None, None) => ForwardingVerdict::Write,
    };
    // Told even of a forwarding that stands already: its mail is going round now.
    let verdict =
        predict_loop(routing.domain(), accepted, mx).map_or(verdict, ForwardingVerdict::Loops);
    ForwardingPlan {
        dn: mailbox.dn.clone(),
        address: mailbox.address.clone(),
        routing_address: routing.clone(),
        verdict,
    }
}
