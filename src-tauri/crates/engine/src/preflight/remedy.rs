//! The commands that mend what a check found, for every mailbox it found it of: ready to copy, each name in
//! quotation marks. What cannot be taken back stands behind a `#`, so that pasting alone destroys nothing.

use stegvis_model::SmtpAddress;

use crate::ports::{DeletedMailbox, ProvisioningError};
use crate::powershell::quoted;

/// After the rule that keeps the attribute from the tenant: everything is synchronised anew, and the mail users show
/// whether it went.
pub(super) fn guid_no_longer_synced(addresses: &[&SmtpAddress]) -> String {
    let mut lines = vec!["Start-ADSyncSyncCycle -PolicyType Initial".to_owned()];
    lines.extend(of_each(addresses, |user| {
        format!("Get-MailUser -Identity {user} | Format-List DisplayName,ExchangeGuid")
    }));
    lines.join("\n")
}

/// What lies in mailboxes that nobody expected.
pub(super) fn what_lies_in(addresses: &[&SmtpAddress]) -> String {
    of_each(addresses, |user| {
        format!(
            "Get-MailboxStatistics -Identity {user} | Format-List DisplayName,ItemCount,TotalItemSize,LastLogonTime"
        )
    })
    .join("\n")
}

/// A look at each twin; then, behind a `#`, its content into the new mailbox, and its end.
pub(super) fn twins(twins: &[(&SmtpAddress, &DeletedMailbox)]) -> String {
    let mut lines = Vec::new();
    for (address, twin) in twins {
        let (twin_id, user) = (quoted(&twin.identity), quoted(&address.to_string()));
        let which = if twin.inactive {
            "-InactiveMailboxOnly"
        } else {
            "-SoftDeletedMailbox"
        };
        lines.push(format!(
            "Get-Mailbox {which} -Identity {twin_id} | Format-List DisplayName,EmailAddresses,WhenSoftDeleted,LitigationHoldEnabled,InPlaceHolds"
        ));
        lines.push(format!(
            "# New-MailboxRestoreRequest -SourceMailbox {twin_id} -TargetMailbox {user} -AllowLegacyDNMismatch"
        ));
        // A hold must be lifted first, and whoever set it knows why.
        lines.push(if twin.inactive {
            format!(
                "# Set-Mailbox -Identity {twin_id} -InactiveMailbox -LitigationHoldEnabled $false"
            )
        } else {
            format!("# Remove-Mailbox -Identity {twin_id} -PermanentlyDelete")
        });
    }
    lines.join("\n")
}

/// Who else in the directory has a value that two users may not have.
pub(super) fn who_else_has(conflicts: &[&ProvisioningError]) -> String {
    let mut lines: Vec<String> = conflicts
        .iter()
        .map(|conflict| {
            let name = match conflict.property.as_deref() {
                Some(name) if name.eq_ignore_ascii_case("UserPrincipalName") => "userPrincipalName",
                _ => "proxyAddresses",
            };
            let filter = format!("({name}={})", in_filter(&conflict.detail));
            format!(
                "Get-ADObject -LDAPFilter {} -Properties mail,proxyAddresses,userPrincipalName",
                quoted(&filter)
            )
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines.push("Start-ADSyncSyncCycle -PolicyType Delta".to_owned());
    lines.join("\n")
}

/// A value in a filter (RFC 4515, section 3).
fn in_filter(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '(' => out.push_str("\\28"),
            ')' => out.push_str("\\29"),
            '*' => out.push_str("\\2a"),
            '\\' => out.push_str("\\5c"),
            _ => out.push(letter),
        }
    }
    out
}

/// Opens mailboxes to IMAP.
pub(super) fn imap_on(addresses: &[&SmtpAddress]) -> String {
    of_each(addresses, |user| {
        format!("Set-CASMailbox -Identity {user} -ImapEnabled $true")
    })
    .join("\n")
}

/// Opens the mailboxes that will be made by these plans.
pub(super) fn imap_on_for_plans(plans: &[&str]) -> String {
    let lines: Vec<String> = plans
        .iter()
        .map(|plan| {
            format!(
                "Set-CASMailboxPlan -Identity {} -ImapEnabled $true",
                quoted(plan)
            )
        })
        .collect();
    lines.join("\n")
}

fn of_each(addresses: &[&SmtpAddress], line: impl Fn(&str) -> String) -> Vec<String> {
    addresses
        .iter()
        .map(|address| line(&quoted(&address.to_string())))
        .collect()
}
