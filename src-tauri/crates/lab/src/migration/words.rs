//! What the real service was heard to say when it gives a user up.

/// By a short name, for whoever orders one of them.
const WORDS: [(&str, &str); 7] = [
    ("poisoned", POISONED),
    ("timeout", TIMEOUT),
    ("stalled", NO_PROGRESS),
    (
        "transient",
        "MigrationPermanentException: Error: The job encountered too many transient failures (60) and is quitting. The most common failure is StoragePermanentException.",
    ),
    (
        "signin",
        "Microsoft Exchange couldn't sign in to the user's on-premises account.",
    ),
    ("source", "Couldn't connect to the source mailbox."),
    (
        "server",
        "MigrationTransientException: We weren't able to connect to the remote server. Please verify that the migration endpoint settings are correct and your certificate is valid, and then try again. --> ServerUnavailableException: Error 0x6ba (The RPC server is unavailable) from cli_NspiBind.",
    ),
];

pub(crate) const POISONED: &str =
    "MigrationPermanentException: Error: Job is poisoned, poison count = 6.";
pub(crate) const TIMEOUT: &str = "SyncTimeoutException: Email migration failed for this user because no email could be downloaded for 5 hours, 0 minutes.";
pub(crate) const NO_PROGRESS: &str = "MigrationPermanentException: Error: The job has not made progress since 11/23/2026 6:00:00 PM. Job was picked up at 11/23/2026 1:00:00 PM.";

/// What it says, by that name.
pub(crate) fn words(name: &str) -> Option<&'static str> {
    let mut all = WORDS.iter();
    all.find(|(known, _)| *known == name)
        .map(|(_, words)| *words)
}
