//! What happened and what to do, for the terminal. The wizard has its own words, in both languages.

use stegvis_engine::directory::DirectoryFindingCode as Code;
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_model::DirectoryChangeCause as Cause;

use crate::{Error, ErrorCode};

/// What to do about a change that failed.
pub(super) const fn remedy(cause: Cause) -> &'static str {
    match cause {
        Cause::ObjectMissing => {
            "Name the mailbox by its primary address, as `stegvis directory list` shows it."
        }
        Cause::NotSuitable => "Mend the object as the reason says, and run the command again.",
        Cause::LoopPredicted => {
            "Make the routing domain an internal relay domain of the old organisation, or mend its MX."
        }
        Cause::CloudMailboxMissing => {
            "Export the cloud mailboxes again (ExportO365UserInfo.ps1) with this address in the list."
        }
        Cause::GateClosed => {
            "Finish what the reason names; what no journal here can know needs --confirm-synced, --confirm-signed or --confirm-readable."
        }
        Cause::BackupFailed => {
            "Give the project folder room and rights, and keep its backups as they were written."
        }
        Cause::RightsMissing => {
            "Let the account write the attributes: Add-ADPermission -Identity MAILBOX -User ACCOUNT -AccessRights WriteProperty -Properties ATTRIBUTES. For a protected account (adminCount 1) inherit permissions again, or use a domain administrator."
        }
        Cause::Refused => "See what the directory said; nothing was changed.",
        Cause::ChangedMeanwhile => {
            "Somebody else changed the object. Put the named attributes back, or mend it by hand with the backup, and run the command again."
        }
        Cause::ReadBackDiffers => {
            "Compare the object with the backup, and look for a program that writes it too."
        }
        Cause::ProofFailed => {
            "Mend what the reason names and run the command again: it is only proved then. Or undo it."
        }
        Cause::Unreachable => {
            "Bring the domain controller back and run the same command again: it goes on where it ended."
        }
    }
}

/// What a finding means, and what to do.
pub(super) const fn finding(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::UnverifiedDomain => (
            "an address lies in a domain that the tenant has not verified",
            "Verify the domain in the tenant, or remove the address.",
        ),
        Code::PrimaryNotRoutable => (
            "the primary address lies in a domain that nobody outside can reach",
            "Make an address in a public domain the primary one.",
        ),
        Code::UserPrincipalNameNotRoutable => (
            "nobody can sign in to the cloud with this user principal name",
            "Add a public UPN suffix to the forest and give it to the user.",
        ),
        Code::AddressTwice => (
            "two objects have the same address",
            "Remove it from one of them; neither is synchronised until then.",
        ),
        Code::Protected => (
            "AdminSDHolder takes rights on this account away every hour",
            "Use a domain administrator for it, or take it out of the protected group and inherit permissions again.",
        ),
        Code::Hidden => (
            "it is hidden from address lists, and will be in the cloud",
            "Nothing, if it is meant so.",
        ),
        Code::ForwardsAlready => (
            "its mail is sent on already",
            "Find out who set it: it is never written over.",
        ),
        Code::HasAlternateRecipient => (
            "another recipient gets its mail, or a copy",
            "Set it up again in the cloud; the conversion removes it here.",
        ),
        Code::DisabledUser => (
            "the account is disabled, and the mailbox is no room, device or shared mailbox",
            "Decide whether it is to move; a shared mailbox needs no licence.",
        ),
        Code::Linked => (
            "its account is in another forest",
            "Nothing forwards its sign-in: give it an account that the tenant synchronises.",
        ),
        Code::ServerTooNew => (
            "its server is newer than Exchange 2007",
            "A staged migration takes Exchange 2003 and 2007; for this one a hybrid migration is the way.",
        ),
        Code::ServerUnknown => (
            "nothing says which Exchange its server is",
            "Name the version with --exchange.",
        ),
        Code::RetentionShort => (
            "the store forgets a mailbox without owner in less than 30 days",
            "Set the retention of deleted mailboxes to 30 days or more before converting.",
        ),
        Code::DynamicGroup => (
            "directory synchronisation does not carry dynamic groups",
            "Make it again in the cloud.",
        ),
    }
}

/// The directory's trouble before anything could begin.
pub(super) fn refused(error: EndpointError) -> Error {
    let retry = error.is_transient();
    let help = match &error.kind {
        EndpointErrorKind::Certificate {
            fingerprint: Some(fingerprint),
        } => format!(
            "Trust its authority with --ca FILE; or compare this fingerprint with the certificate on the server, and give it as --pin {fingerprint}"
        ),
        EndpointErrorKind::Certificate { fingerprint: None } => {
            "Trust its authority with --ca FILE.".to_owned()
        }
        EndpointErrorKind::SignInRefused => {
            "Check the account and its password (STEGVIS_DIRECTORY_PASSWORD, or `stegvis directory remember`).".to_owned()
        }
        EndpointErrorKind::Unreachable | EndpointErrorKind::Disconnected => {
            "Check the name and the port; name several domain controllers with commas between."
                .to_owned()
        }
        _ => "See what the server said, and try again.".to_owned(),
    };
    Error {
        retry,
        ..Error::new(ErrorCode::Endpoint, error.detail, help)
    }
}
