use serde::{Deserialize, Serialize};

use super::MailboxName;

/// The page of DNS: what every side said last, what may be done, and the way back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsPageView {
    /// The domains of the project's mailboxes.
    pub domains: Vec<String>,
    /// The one that is looked at; none while no mailbox is chosen.
    pub domain: Option<String>,
    /// Resolvers whose view is watched, as they were chosen; without any, this computer's own.
    pub resolvers: Vec<String>,
    /// Those that are asked indeed.
    pub resolvers_asked: Vec<String>,
    /// Servers that decide, where they are not to be searched for.
    pub authoritative: Vec<String>,
    /// Names and addresses of the old server.
    pub old: Vec<String>,
    /// Whether it is looked at again and again.
    pub watching: bool,
    /// When it is looked at next.
    pub next_at: Option<String>,
    /// What was seen last.
    pub view: Option<DnsView>,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
    /// What is to be changed, in the words of each kind of host.
    pub changes: Vec<PlannedChange>,
    /// Records whose time to live should be lowered first.
    pub ttl: Vec<TtlLine>,
    /// The records from before, as lines of a zone file: the way back.
    pub before: Option<String>,
    /// Since when every server that decides sends mail to the tenant alone.
    pub mx_moved_at: Option<String>,
    /// When a test mail last came directly.
    pub direct_delivery_at: Option<String>,
    /// What the last test mail showed.
    pub delivery: Option<DeliveryView>,
    /// Mailboxes of the old directory that are in no batch and wait for none: nobody chose them.
    pub unchosen: Vec<MailboxName>,
    /// Those of whom somebody said that they stay behind.
    pub staying: Vec<MailboxName>,
    /// What becomes of mail to the project's mailboxes, as MX is now.
    pub mail_now: Option<MailView>,
    /// The same once MX leads to the tenant.
    pub mail_after_mx: Option<MailView>,
    /// Whether the tenant signs mail of the domain, where it said.
    pub dkim_enabled: Option<bool>,
    /// Changes that were seen, the latest first.
    pub history: Vec<DnsHistoryLine>,
    /// Whether the practice company's DNS host can be told to change something.
    pub practice: bool,
    /// Why the last look failed, in the words of who was asked.
    #[serde(rename = "serverWords")]
    pub trouble: Option<String>,
}

/// What the administrator chose for a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsSettingsDto {
    /// The domain.
    pub domain: String,
    /// `ADDRESS` or `ADDRESS:PORT` of resolvers, at most two; without any, this computer's own.
    pub resolvers: Vec<String>,
    /// Names and addresses of the old server, beside those within the domain.
    pub old: Vec<String>,
    /// `ADDRESS` or `ADDRESS:PORT` of the servers that decide, where they are not to be searched for.
    pub authoritative: Vec<String>,
}

/// A change that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsHistoryLine {
    /// When.
    pub at: String,
    /// What.
    pub change: DnsChangeView,
}

/// A test mail that came to a mailbox of the practice company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PracticeMail {
    /// Whom it was sent to.
    pub to: String,
    /// The mail as it came, headers first.
    pub mail: String,
}

/// A domain, from every side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsView {
    /// The domain.
    pub domain: String,
    /// When it was looked at.
    pub at: String,
    /// Whether nothing is wrong, missing, waited for or unknown.
    pub right: bool,
    /// Why the servers that decide could not be found.
    pub trouble: Option<String>,
    /// Subject by subject.
    pub subjects: Vec<DnsSubjectView>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsSubjectView {
    /// `mx`, `autodiscover`, `spf`, `dkimSelector1`, `dkimSelector2` or `dmarc`.
    pub subject: String,
    /// The record's name.
    pub name: String,
    /// The record's kind.
    pub kind: String,
    /// What the tenant needs.
    pub expected: Vec<DnsRecordView>,
    /// `right`, `waiting`, `advised`, `wrong`, `notJudged` or `unknown`.
    pub state: String,
    /// What each server says.
    pub servers: Vec<DnsServerView>,
    /// What was found.
    pub findings: Vec<DnsFindingView>,
}

/// A record's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsRecordView {
    /// Its kind: a CNAME may stand where another was asked for.
    pub kind: String,
    /// As in a zone file, without the last dot.
    pub value: String,
    /// Seconds; what is left of them where a resolver says it.
    pub ttl: u32,
}

/// What one server says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsServerView {
    /// Its name.
    pub server: String,
    /// Whether it decides, or repeats what it heard.
    pub authoritative: bool,
    /// Its records.
    pub records: Vec<DnsRecordView>,
    /// Why there was no answer.
    pub trouble: Option<String>,
    /// Until when it may go on saying so without asking anew.
    pub until: Option<String>,
    /// Whether it says just what the tenant needs.
    pub as_expected: bool,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsFindingView {
    /// Its stable name.
    pub code: String,
    /// `note`, `advice`, `wait`, `fault` or `unknown`.
    pub severity: String,
    /// In words, for the terminal.
    pub words: String,
    /// What stands there.
    pub found: Vec<String>,
    /// What the finding is about besides: a name, a term or a number.
    pub value: Option<String>,
    /// Which server says so, where it is one.
    pub server: Option<String>,
    /// When it is over by itself.
    pub until: Option<String>,
}

/// A change seen by a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DnsChangeView {
    /// The subject.
    pub subject: String,
    /// Whose view changed.
    pub server: String,
    /// Whether it decides.
    pub authoritative: bool,
    /// What it said.
    pub was: Vec<String>,
    /// What it says.
    pub now: Vec<String>,
}

/// What becomes of mail to the project's mailboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct MailView {
    /// `source`, `tenant` or `elsewhere`: where MX leads.
    pub mx: String,
    /// Mailboxes that it reaches.
    pub delivered: u32,
    /// Mailboxes whose mail goes round until a server gives up.
    pub loops: Vec<String>,
    /// Mailboxes whose mail is sent back.
    pub returned: Vec<String>,
    /// Mailboxes whose mail goes by somebody else's servers.
    pub by_others: u32,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    /// `lowerTtl`, `moveMx`, `moveAutodiscover`, `tidySpf`, `removeBatches` or `decommission`.
    pub step: String,
    /// Whether it may be taken now.
    pub allowed: bool,
    /// Why not.
    pub refusal: Option<String>,
    /// How many mailboxes it waits for, where it does.
    pub left: Option<u32>,
    /// Until when it waits, where that is known.
    pub until: Option<String>,
    /// The same in words, for the terminal.
    pub words: Option<String>,
}

/// A record that others keep too long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct TtlLine {
    /// Which.
    pub subject: String,
    /// What it is.
    pub ttl: u32,
    /// What to lower it to.
    pub lower_to: u32,
    /// When the record itself may be changed, if this is done now.
    pub ready_at: String,
}

/// A record to set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// Which.
    pub subject: String,
    /// Whether the tenant needs it, or it is advice.
    pub advice: bool,
    /// Whether it may be set now.
    pub allowed: bool,
    /// For a zone file.
    pub zone: String,
    /// For a form.
    pub fields: PlannedFields,
    /// For Windows' DNS server.
    pub windows: Option<String>,
}

/// A record for a form with fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct PlannedFields {
    /// `@`, or what stands before the domain.
    pub name: String,
    /// The whole name.
    pub full_name: String,
    /// The kind.
    pub kind: String,
    /// The value.
    pub value: String,
    /// The priority of an MX record.
    pub priority: Option<u16>,
    /// Seconds.
    pub ttl: u32,
}

/// What a test mail showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Whether it came directly.
    pub direct: bool,
    /// Why not: `noMail`, `oldServer`, `notInTenant`, `notFromOutside` or `noTime`.
    pub code: Option<String>,
    /// The server that handed it to the tenant; or the old server that it passed.
    pub host: Option<String>,
    /// The tenant's server that took it.
    pub by: Option<String>,
    /// The same in words, for the terminal.
    pub words: String,
    /// When it came.
    pub at: Option<String>,
}
