use serde::{Deserialize, Serialize};

/// The letters to the people whose mailboxes move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LettersView {
    /// `notice`, `reminder`, `ready`, `phone`, in the order in which they are sent.
    pub letters: Vec<LetterState>,
    /// What is the same for everybody, and how it is sent.
    pub fields: LetterFieldsDto,
    /// What a template may name.
    pub merge_fields: Vec<String>,
    /// What can send: `Graph`, `Smtp`.
    pub senders: Vec<LetterWay>,
    /// The letter that is being sent right now.
    pub running: Option<String>,
    /// Of how many in the run.
    pub of: u32,
    /// How many of them are done with.
    pub done: u32,
    /// Where edited templates and saved letters are.
    pub folder: String,
}

/// One letter, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LetterState {
    /// `notice`, `reminder`, `ready` or `phone`.
    pub letter: String,
    /// How many people the project has.
    pub total: u32,
    /// How many have it.
    pub sent: u32,
    /// To how many it could not be sent.
    pub failed: u32,
    /// Of how many nobody knows whether it was sent: the program ended in between.
    pub unknown: u32,
    /// When the last one was sent.
    pub last_at: Option<String>,
    /// The languages, `en` or `sv`, in which the template is the administrator's own.
    pub edited: Vec<String>,
    /// Person by person.
    pub people: Vec<LetterPerson>,
}

/// One person's letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LetterPerson {
    /// To whom.
    pub address: String,
    /// The name.
    pub name: String,
    /// How far it is.
    pub state: LetterSending,
    /// Since when.
    pub at: Option<String>,
    /// Through what.
    pub way: Option<LetterWay>,
    /// The server's own words, where it could not be sent.
    pub server_words: String,
}

/// How far one person's letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LetterSending {
    /// Not sent.
    Waiting,
    /// On its way right now.
    Sending,
    /// Sent.
    Sent,
    /// It could not be sent.
    Failed,
    /// The program ended while it was on its way; it may have been sent.
    Unknown,
}

/// Through what a letter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum LetterWay {
    /// Microsoft Graph, from a mailbox of the tenant.
    Graph,
    /// The project's mail server.
    Smtp,
}

/// What is the same for everybody, and how it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LetterFieldsDto {
    /// The organisation, which signs.
    pub company: String,
    /// The day of the move, as it should be read.
    pub date: String,
    /// The hours, as they should be read.
    pub hours: String,
    /// Whom to ask.
    pub helpdesk: String,
    /// How long the old profile is kept, as it should be read.
    pub keep_until: String,
    /// The largest message that moves, in megabytes.
    pub limit_mb: u32,
    /// `en` or `sv`.
    pub language: String,
    /// Through what.
    pub way: LetterWay,
    /// Who it is from. The project's mail server sends from its own address.
    pub from: String,
}

/// A letter as one person would get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct LetterPreview {
    /// To whom.
    pub to: String,
    /// The name.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Names of the files that go with it.
    pub attachments: Vec<String>,
    /// Everyone it can be shown for.
    pub people: Vec<String>,
}

/// Something that one person must do again in the new mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub struct RedoItem {
    /// What.
    pub kind: RedoKind,
    /// For an item left behind: its folder.
    pub folder: Option<String>,
    /// For an item left behind: the day it arrived.
    pub date: Option<String>,
    /// For an item left behind: its size in megabytes.
    pub megabytes: Option<u32>,
    /// The rule's name, the delegate, the address mail is forwarded to, the words of the automatic reply.
    pub value: Option<String>,
}

/// What must be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum RedoKind {
    /// A new Outlook profile.
    OutlookProfile,
    /// The phone's account.
    Phone,
    /// The signature.
    Signature,
    /// The automatic reply.
    AutomaticReply,
    /// A rule.
    Rule,
    /// Who may see or act in the mailbox.
    Delegate,
    /// Where mail is forwarded to.
    Forwarding,
    /// A message that did not move.
    LeftBehind,
}
