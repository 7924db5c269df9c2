//! The service's words for a failure, as causes that have a remedy here. The words themselves are always kept.

use stegvis_model::FailureCode;

/// Parts of the service's texts and exception classes (facts `field.md` section 3), in lower case. The first line that
/// has one in common with the words decides; more particular ones stand first.
const CAUSES: &[(FailureCode, &[&str])] = &[
    (
        FailureCode::ForwardingRefused,
        &[
            "insufficient access rights",
            "insuff_access_rights",
            "updatemovedmailboxpermanentexception",
        ],
    ),
    (
        FailureCode::AlreadyMigrating,
        &[
            "useralreadybeingmigrated",
            "already has a pending request",
            "is already being moved",
            "has already been migrated",
        ],
    ),
    (
        FailureCode::TooManyLargeItems,
        &[
            "toomanylargeitems",
            "maximum number of large items",
            "a large item was encountered",
        ],
    ),
    (
        FailureCode::MailUserMissing,
        &[
            "couldn't be found in the cloud-based service",
            "a recipient wasn't found for",
        ],
    ),
    (
        FailureCode::SourceMailboxMissing,
        &["couldn't be found in the on-premises domain"],
    ),
    (
        FailureCode::SourceRightsMissing,
        &[
            "couldn't sign in to the user's on-premises account",
            "couldn't connect to the source mailbox",
        ],
    ),
    (
        FailureCode::SourceSignInRefused,
        &[
            "using the credentials provided",
            "trouble signing in to this account",
        ],
    ),
    (
        FailureCode::CertificateUntrusted,
        &[
            "certificate name mismatch",
            "name of the security certificate",
            "mutual authentication could not be established",
        ],
    ),
    (
        FailureCode::TargetFull,
        &["this mailbox is full", "quotaexceeded"],
    ),
    (
        FailureCode::ProvisioningRefused,
        &[
            "windows live error occurred while provisioning",
            "different type of active directory object already exists",
            "is not a valid smtp address",
            "doesn't have an smtp proxy matching",
            "matches multiple entries",
            "not an accepted domain",
            "notaccepteddomain",
        ],
    ),
    (
        FailureCode::RowRefused,
        &["migrationcsvrowvalidationexception"],
    ),
    (
        FailureCode::ServiceGaveUp,
        &[
            "job is poisoned",
            "synctimeoutexception",
            "no email could be downloaded for",
            "has not made progress since",
            "too many transient failures",
            "corruptsyncstate",
        ],
    ),
    (
        FailureCode::SourceUnreachable,
        &[
            "unable to connect to the server",
            "able to connect to the remote server",
            "serverunavailableexception",
            "rpc server is unavailable",
            "timed out after",
            "could not be completed",
            "communicationerrortransientexception",
        ],
    ),
];

/// The cause that the service's words name; where they name none that is known, that it failed.
#[must_use]
pub fn failure_of(words: &str) -> FailureCode {
    let words = words.replace('\u{2019}', "'").to_lowercase();
    CAUSES
        .iter()
        .find(|(_, parts)| parts.iter().any(|part| words.contains(part)))
        .map_or(FailureCode::ServiceFailed, |(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_own_texts_find_their_causes() {
        use FailureCode as F;
        let texts = [
            (
                "Unable to connect to the server. Please check the connection settings you supplied and try again.",
                F::SourceUnreachable,
            ),
            (
                "MigrationTransientException: We weren’t able to connect to the remote server. Please verify that the migration endpoint settings are correct and your certificate is valid ... ServerUnavailableException: Error 0x6ba (The RPC server is unavailable) from cli_NspiBind",
                F::SourceUnreachable,
            ),
            (
                "The connection to the server mail.nordvik.example timed out after 00:00:15.",
                F::SourceUnreachable,
            ),
            (
                "The name of the security certificate is invalid or does not match the name of the site.",
                F::CertificateUntrusted,
            ),
            (
                "Mutual Authentication could not be established.",
                F::CertificateUntrusted,
            ),
            (
                "The Mailbox Replication Service was unable to connect to the remote server using the credentials provided. Please check the credentials and try again.",
                F::SourceSignInRefused,
            ),
            (
                "Transient error CommunicationErrorTransientException has occurred. The system will retry",
                F::SourceUnreachable,
            ),
            (
                "You can't use the domain because it's not an accepted domain for your organization.",
                F::ProvisioningRefused,
            ),
            (
                "A valid primary e-mail address couldn't be found in the cloud-based service.",
                F::MailUserMissing,
            ),
            (
                "A source e-mail address anna@nordvik.example couldn’t be found in the on-premises domain.",
                F::SourceMailboxMissing,
            ),
            (
                "Microsoft Exchange couldn't sign in to the user's on-premises account.",
                F::SourceRightsMissing,
            ),
            (
                "A Windows Live error occurred while provisioning for \"a@b.example\" ... \"0x800482101033 This action is currently blocked for the API\"",
                F::ProvisioningRefused,
            ),
            (
                "Couldn't connect to the source mailbox",
                F::SourceRightsMissing,
            ),
            (
                "A recipient wasn't found for a@b.example on the target.",
                F::MailUserMissing,
            ),
            (
                "We had trouble signing in to this account. Confirm that you're using the correct user name and password.",
                F::SourceSignInRefused,
            ),
            (
                "A different type of Active Directory object already exists for \"a@b.example\" in the target forest.",
                F::ProvisioningRefused,
            ),
            (
                "The operation couldn't be performed because 'Anna' matches multiple entries.",
                F::ProvisioningRefused,
            ),
            (
                "UserAlreadyBeingMigratedException: The user 'Anna' already has a pending request",
                F::AlreadyMigrating,
            ),
            (
                "The user's mailbox has already been migrated.",
                F::AlreadyMigrating,
            ),
            (
                "UpdateMovedMailboxPermanentException ... Insufficient access rights ... 00002098: SecErr: DSID-03150BB9, problem 4003 (INSUFF_ACCESS_RIGHTS)",
                F::ForwardingRefused,
            ),
            (
                "MigrationPermanentException: Error: Job is poisoned, poison count = 6.",
                F::ServiceGaveUp,
            ),
            (
                "SyncTimeoutException: Email migration failed for this user because no email could be downloaded for 5 hours, 0 minutes.",
                F::ServiceGaveUp,
            ),
            (
                "MigrationPermanentException: Error: The job has not made progress since 11/20/2026. Job was picked up at 11/20/2026.",
                F::ServiceGaveUp,
            ),
            (
                "TooManyLargeItemsPermanentException ... exceeded the maximum number of large items",
                F::TooManyLargeItems,
            ),
            (
                "The job encountered too many transient failures (60) and is quitting. The most common failure is StoragePermanentException",
                F::ServiceGaveUp,
            ),
            (
                "This mailbox is full. Please free up some space so that email can be downloaded.",
                F::TargetFull,
            ),
            ("Something nobody has written down", F::ServiceFailed),
            ("", F::ServiceFailed),
        ];
        for (text, code) in texts {
            assert_eq!(failure_of(text), code, "{text}");
        }
    }
}
