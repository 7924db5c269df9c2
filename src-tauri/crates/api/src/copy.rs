//! The direct engine alone: one mailbox or a list of them, from one IMAP server to another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;
use stegvis_connect::clock::SystemClock;
use stegvis_connect::imap::{ImapAuth, ImapEndpoint, ImapSource, ImapTarget};
use stegvis_connect::tls::Trust;
use stegvis_engine::ports::{ByteBudget, Gate};
use stegvis_engine::recover::recover;
use stegvis_engine::report::{Report, report};
use stegvis_engine::runner::{Route, Run, RunEvent};
use stegvis_engine::sync::SyncPorts;
use stegvis_journal::{Journal, NewUser};
use stegvis_lists::{CopyRow, read_copy_list};
use stegvis_model::{MigrationUserId, RecipientKind, Security, SmtpAddress, StoredName as _};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Error, ErrorCode};

/// Mail in memory at once, for all mailboxes together. With what else a process holds it stays well
/// under 150 MB.
const BUDGET: u64 = 48 * 1024 * 1024;

/// What to copy. Passwords come from the environment or the list, never from the command line.
#[derive(Debug)]
pub struct CopyRequest {
    /// `imap://`, `imap+starttls://` or `imaps://`, `user@host:port`. `imap` is plaintext on this computer
    /// and STARTTLS anywhere else.
    pub source: String,
    /// The same for the target.
    pub target: String,
    /// The list, where several mailboxes are copied.
    pub list: Option<Vec<u8>>,
    /// The source's password, where one mailbox is copied.
    pub source_password: Option<SecretString>,
    /// The target's.
    pub target_password: Option<SecretString>,
    /// The folder that keeps the journal.
    pub project: PathBuf,
    /// Mailboxes at the same time.
    pub concurrency: u32,
    /// Speak plaintext beyond loopback: an explicit exception.
    pub allow_plaintext: bool,
    /// A certificate authority to trust besides the system's, in PEM.
    pub trusted_ca: Option<String>,
}

/// A mailbox's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CopiedUser {
    /// The mailbox.
    pub email_address: String,
    /// MigrationUserStatus, with its cause where it has one.
    pub status: String,
    /// The server's own words about a failure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub server_words: String,
    /// Items copied, in this run and the ones before.
    pub synced: u64,
    /// Items copied by this run.
    pub copied_now: u64,
    /// Items that could not be copied.
    pub skipped: u64,
    /// Why, each with how many and one example of the server's own words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped_because: Vec<SkippedBecause>,
    /// Bytes copied, in this run and the ones before.
    pub bytes: u64,
}

/// A reason for skipping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SkippedBecause {
    /// SkipReason name.
    pub reason: String,
    /// How many.
    pub items: u64,
    /// The server's words about one of them.
    pub server_words: String,
}

/// The outcome of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyReport {
    /// Mailbox by mailbox.
    pub users: Vec<CopiedUser>,
    /// Whether every mailbox came to its end and every count adds up.
    pub reconciled: bool,
}

/// Copies what is new, until it is done or `stop`.
///
/// # Errors
/// For what is wrong with the request; what goes wrong with a mailbox is in the report.
pub async fn copy(
    request: CopyRequest,
    watch: Arc<dyn Fn(RunEvent) + Send + Sync>,
    stop: &CancellationToken,
) -> Result<CopyReport, Error> {
    let rows = rows(&request)?;
    let budget = ByteBudget::new(BUDGET);
    let by_key = |pick: fn(&CopyRow) -> (String, SecretString)| {
        let known: BTreeMap<String, (String, SecretString)> = rows
            .iter()
            .map(|row| (row.address.key(), pick(row)))
            .collect();
        ImapAuth::Each(Arc::new(move |address: &SmtpAddress| {
            known.get(&address.key()).cloned()
        }))
    };
    let source_auth = by_key(|row| (row.source_user.clone(), row.source_password.clone().into()));
    let target_auth = by_key(|row| (row.target_user.clone(), row.target_password.clone().into()));
    let source = endpoint(&request.source, source_auth, &request, &budget)?;
    let target = endpoint(&request.target, target_auth, &request, &budget)?;

    std::fs::create_dir_all(&request.project)
        .map_err(|error| Error::cannot_write(&request.project, &error))?;
    let journal = Arc::new(Journal::open(&request.project.join("copy.stegvis"))?);
    let clock = Arc::new(SystemClock);
    recover(&journal, jiff::Timestamp::now())?;
    add_users(&journal, &rows)?;
    let before = copied_items(&journal)?;
    let run = Run {
        journal: Arc::clone(&journal),
        sync: SyncPorts {
            journal: Arc::clone(&journal),
            source: Arc::new(ImapSource(source)),
            target: Arc::new(ImapTarget(target)),
            clock: clock.clone(),
            progress: Arc::new(|_| {}),
            first_pause: Duration::from_millis(500),
        },
        route: Route::CopyOnly,
        concurrency: request.concurrency,
        incremental: true,
        only: None,
        events: watch,
        clock,
        sign_in: Arc::new(|_| None),
    };
    run.resume(true)?;
    run.run(stop).await?;
    outcome(&journal, &rows, &before)
}

fn rows(request: &CopyRequest) -> Result<Vec<CopyRow>, Error> {
    if let Some(list) = &request.list {
        return read_copy_list(list).map_err(|error| {
            Error::new(
                ErrorCode::NotAList,
                error.to_string(),
                "Mend the list and run the command again.",
            )
        });
    }
    let user = |url: &str, password: Option<&SecretString>, side: &str| {
        let url = parse(url)?;
        let name = percent_decode(url.username());
        if name.is_empty() {
            return Err(Error::invalid(
                format!("the {side} URL names no user"),
                "Write it as imap://user@host:port, or give a --list.",
            ));
        }
        let password = password.ok_or_else(|| {
            Error::invalid(
                format!("the {side} password is not given"),
                "Set STEGVIS_SOURCE_PASSWORD and STEGVIS_TARGET_PASSWORD, or give a --list.",
            )
        })?;
        Ok((name, password.clone()))
    };
    use secrecy::ExposeSecret as _;
    let (source_user, source_password) =
        user(&request.source, request.source_password.as_ref(), "source")?;
    let (target_user, target_password) =
        user(&request.target, request.target_password.as_ref(), "target")?;
    let address = [&target_user, &source_user]
        .into_iter()
        .find_map(|name| name.parse().ok());
    // A name that is no address still needs one to be kept under; .invalid can be nobody's.
    let fallback = || {
        format!(
            "{}@copy.invalid",
            source_user.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        )
        .parse()
    };
    let address = match address {
        Some(address) => address,
        None => fallback().map_err(|error| {
            Error::invalid(
                format!("{source_user}: {error}"),
                "Give the mailbox in a --list.",
            )
        })?,
    };
    Ok(vec![CopyRow {
        address,
        source_user,
        source_password: source_password.expose_secret().to_owned(),
        target_user,
        target_password: target_password.expose_secret().to_owned(),
    }])
}

fn parse(url: &str) -> Result<Url, Error> {
    let help = "Write it as imaps://user@host, or imap://user@host:port.";
    let parsed =
        Url::parse(url).map_err(|error| Error::invalid(format!("{url}: {error}"), help))?;
    if parsed.password().is_some() {
        return Err(Error::invalid(
            "a URL holds a password".to_owned(),
            "Take it out: set STEGVIS_SOURCE_PASSWORD and STEGVIS_TARGET_PASSWORD instead, where no process list shows it.",
        ));
    }
    match parsed.scheme() {
        "imap" | "imaps" | "imap+starttls" => Ok(parsed),
        "ews" | "ews+http" | "webdav" | "webdav+http" => Err(Error::new(
            ErrorCode::NotAvailableYet,
            format!("{}:// is not available yet", parsed.scheme()),
            "Exchange 2003 and 2007 can be read over IMAP: imap://user@host.",
        )),
        other => Err(Error::invalid(format!("{other}:// is not known"), help)),
    }
}

fn endpoint(
    url: &str,
    auth: ImapAuth,
    request: &CopyRequest,
    budget: &ByteBudget,
) -> Result<ImapEndpoint, Error> {
    let parsed = parse(url)?;
    let Some(host) = parsed.host_str() else {
        return Err(Error::invalid(
            format!("{url} names no host"),
            "Write it as imaps://user@host.",
        ));
    };
    let implicit = parsed.scheme() == "imaps";
    let mut endpoint = ImapEndpoint {
        host: host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned(),
        port: parsed.port().unwrap_or(if implicit { 993 } else { 143 }),
        security: if implicit {
            Security::ImplicitTls
        } else {
            Security::StartTls
        },
        trust: request
            .trusted_ca
            .clone()
            .map_or(Trust::System, Trust::SystemAnd),
        auth,
        allow_plaintext: request.allow_plaintext,
        gate: Gate::default(),
        budget: budget.clone(),
    };
    if parsed.scheme() == "imap" && (endpoint.is_loopback() || request.allow_plaintext) {
        endpoint.security = Security::Plaintext;
    }
    Ok(endpoint)
}

fn percent_decode(text: &str) -> String {
    url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

fn add_users(journal: &Journal, rows: &[CopyRow]) -> Result<(), Error> {
    journal.transaction(|tx| {
        let known: Vec<String> = tx.users()?.iter().map(|user| user.address.key()).collect();
        let batch = match tx.batches()?.first() {
            Some(batch) => batch.id,
            None => tx.insert_batch("copy", None)?,
        };
        for row in rows
            .iter()
            .filter(|row| !known.contains(&row.address.key()))
        {
            let user = NewUser {
                address: row.address.clone(),
                display_name: String::new(),
                kind: RecipientKind::UserMailbox,
            };
            tx.insert_user(batch, &user)?;
        }
        Ok(())
    })
}

fn copied_items(journal: &Journal) -> Result<BTreeMap<String, u64>, Error> {
    Ok(report(journal)?
        .users
        .into_iter()
        .map(|user| (user.user.address.key(), user.ledger.copied.items))
        .collect())
}

fn outcome(
    journal: &Journal,
    rows: &[CopyRow],
    before: &BTreeMap<String, u64>,
) -> Result<CopyReport, Error> {
    let mut users = Vec::new();
    let mut reconciled = true;
    let report = report(journal)?;
    for user in &report.users {
        let key = user.user.address.key();
        if !rows.iter().any(|row| row.address.key() == key) {
            continue;
        }
        reconciled &= user.user.status.summary() == stegvis_model::StatusSummary::Synced
            && user.ledger.reconciles();
        users.push(CopiedUser {
            email_address: user.user.address.to_string(),
            status: user.user.status.to_string(),
            server_words: user.user.detail.clone(),
            synced: user.ledger.copied.items,
            copied_now: user
                .ledger
                .copied
                .items
                .saturating_sub(before.get(&key).copied().unwrap_or(0)),
            skipped: user.ledger.skipped.items,
            skipped_because: because(&report, user.user.id),
            bytes: user.ledger.copied.bytes,
        });
    }
    Ok(CopyReport { users, reconciled })
}

fn because(report: &Report, user: MigrationUserId) -> Vec<SkippedBecause> {
    let mut reasons: BTreeMap<&'static str, SkippedBecause> = BTreeMap::new();
    for skipped in report
        .skipped
        .iter()
        .filter(|skipped| skipped.user.id == user)
    {
        let reason = skipped.item.reason.name();
        let entry = reasons.entry(reason).or_insert_with(|| SkippedBecause {
            reason: reason.to_owned(),
            items: 0,
            server_words: skipped.item.detail.clone(),
        });
        entry.items += 1;
    }
    reasons.into_values().collect()
}
