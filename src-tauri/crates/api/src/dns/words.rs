//! Findings and refusals in English words, for the terminal. The wizard has its own, in both languages.

use stegvis_engine::dns::{DmarcFault, DnsFinding, NotDirect, Refusal, SpfFault, Subject};
use stegvis_model::DnsValue;

pub(super) fn words(finding: &DnsFinding, subject: Subject) -> String {
    match finding {
        DnsFinding::Missing => match subject {
            Subject::Dmarc => "there is no record; add one, so that others refuse mail that only claims to be yours".to_owned(),
            _ => "there is no record".to_owned(),
        },
        DnsFinding::Wrong { found } => format!("says something else: {found}"),
        DnsFinding::Stale { found } => format!("still leads to the old server: {found}"),
        DnsFinding::Doubled { found } => format!("more records than belong here: {}", list(found)),
        DnsFinding::Leftover { found } => format!(
            "left from before: {} {} {}; remove it",
            found.name,
            found.value.kind(),
            found.value
        ),
        DnsFinding::ServersDiffer { server, found } => {
            format!("the servers that decide do not agree: {server} says {}", list(found))
        }
        DnsFinding::Cached {
            resolver,
            found,
            until,
        } => {
            let until = until.map_or_else(String::new, |until| format!(", until {until} at the latest"));
            format!("{resolver} still says {}{until}", list(found))
        }
        DnsFinding::LongTtl { ttl } => {
            format!("others may keep it for {ttl} seconds; lower that before you change it")
        }
        DnsFinding::Spf(fault) => spf(fault),
        DnsFinding::Dmarc(fault) => dmarc(fault),
        DnsFinding::Elsewhere { target } => format!("is kept at {target}; it is not judged"),
        DnsFinding::NotGiven => "the tenant gave no value; nothing to compare with".to_owned(),
        DnsFinding::NotAuthoritative { server } => {
            format!("{server} is named as a server of the domain but does not decide for it")
        }
        DnsFinding::NoAnswer { server, words } => format!("{server} gave no answer: {words}"),
    }
}

fn spf(fault: &SpfFault) -> String {
    match fault {
        SpfFault::NotIncluded { include } => {
            format!("does not let the tenant send: include:{include} is missing")
        }
        SpfFault::TooManyLookups { count } => {
            format!("costs {count} questions; at most ten are allowed, and others give up")
        }
        SpfFault::Everybody => "lets everybody send as the domain (+all)".to_owned(),
        SpfFault::NoEnd => "has no all: it says nothing of servers it does not name".to_owned(),
        SpfFault::NoOpinion => "ends in ?all: it has no opinion of other servers".to_owned(),
        SpfFault::AfterEnd { term } => format!("{term} stands behind all and is never read"),
        SpfFault::Circle { domain } => format!("includes itself through {domain}"),
        SpfFault::Broken { term } => {
            format!("{term} is not understood; others ignore the whole record")
        }
        SpfFault::IncludeMissing { domain } => {
            format!("{domain} has no SPF record; others ignore the whole record")
        }
        SpfFault::Ptr => "uses ptr, which is slow and often refused".to_owned(),
        SpfFault::Keeps { term } => {
            format!("also lets {term} send; remove it when nothing sends from there")
        }
    }
}

fn dmarc(fault: &DmarcFault) -> String {
    match fault {
        DmarcFault::NoPolicy => "has no policy (p)".to_owned(),
        DmarcFault::Broken { tag } => format!("{tag} is not understood"),
        DmarcFault::OnlyWatches => "only watches (p=none); nothing is refused yet".to_owned(),
        DmarcFault::NoReports => "nobody receives its reports (rua)".to_owned(),
    }
}

pub(super) fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoMailboxes => {
            "no mailboxes are known; give the project that migrates them".to_owned()
        }
        Refusal::NotSynced { left: 1 } => "one mailbox is not synced yet".to_owned(),
        Refusal::NotSynced { left } => format!("{left} mailboxes are not synced yet"),
        Refusal::NotChosen { left: 1 } => {
            "one mailbox of the old server is in no batch, and nobody said that it stays behind; see `stegvis mailboxes`".to_owned()
        }
        Refusal::NotChosen { left } => format!(
            "{left} mailboxes of the old server are in no batch, and nobody said that they stay behind; see `stegvis mailboxes`"
        ),
        Refusal::NotConverted { left: 1 } => "one old mailbox is not converted yet".to_owned(),
        Refusal::NotConverted { left } => format!("{left} old mailboxes are not converted yet"),
        Refusal::MxNotMoved => "mail still goes to the old server (MX)".to_owned(),
        Refusal::TooEarly { until } => {
            format!("mail may still be on its old way until {until}, 72 hours after MX moved")
        }
        Refusal::NoProof => {
            "no test mail has shown that mail comes directly; save one and give it with --proof"
                .to_owned()
        }
        Refusal::ProofTooOld => "the test mail is from before MX moved; send another".to_owned(),
    }
}

pub(super) fn not_direct(why: &NotDirect) -> String {
    match why {
        NotDirect::NoMail => "the file is no mail with Received headers".to_owned(),
        NotDirect::OldServer { host } => format!("the mail passed the old server: {host}"),
        NotDirect::NotInTenant => "the mail did not reach Exchange Online".to_owned(),
        NotDirect::NotFromOutside => {
            "the mail never came from outside; send it from a mailbox elsewhere".to_owned()
        }
        NotDirect::NoTime => "the mail does not say when it came".to_owned(),
        NotDirect::InFuture => "the mail says that it came at a time to come".to_owned(),
    }
}

fn list(values: &[DnsValue]) -> String {
    if values.is_empty() {
        return "nothing".to_owned();
    }
    let values: Vec<_> = values.iter().map(DnsValue::to_string).collect();
    values.join(" | ")
}
