//! What may keep a mailbox from being made or opened, found before the batch: over an office that knows everything
//! and counts how often it is asked.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod office;

use std::collections::BTreeSet;

use office::{Office, address, recipient};
use stegvis_engine::ports::{DeletedMailbox, ImapPlan, ProvisioningError};
use stegvis_engine::preflight::Finding;
use stegvis_model::{CheckId, Engine, Severity, TenantRecipientKind};

const CHECKS: [CheckId; 6] = [
    CheckId::Licences,
    CheckId::MailboxGuidNotSynced,
    CheckId::NoProvisioningErrors,
    CheckId::NoDeletedTwin,
    CheckId::MailboxOnOneSide,
    CheckId::ImapEnabled,
];

fn judged(finding: &Finding) -> (Severity, &'static str) {
    (finding.severity, finding.code)
}

/// Everything a person is told, but for the words.
fn shown(finding: &Finding) -> String {
    let evidence: Vec<String> = finding
        .evidence
        .iter()
        .map(|(label, value)| format!("  {label}: {value}"))
        .collect();
    format!(
        "{:?} {} {:?}\n{:?}\n{}\n{}",
        finding.severity,
        finding.code,
        finding.fixer,
        finding.values,
        evidence.join("\n"),
        finding.command.as_deref().unwrap_or("-"),
    )
}

#[tokio::test]
async fn an_office_with_nothing_in_the_way_passes_and_is_asked_once_for_each_list() {
    let mut office = Office::of(2000);
    office.free_licences = 2000;
    let findings = office.check(&CHECKS).await;
    for finding in &findings {
        assert_eq!(judged(finding), (Severity::Pass, "ok"), "{finding:?}");
    }
    // The organisation, its domains, its recipients, the directory, and one list for each of three checks.
    assert_eq!(office.calls(), 7);
}

#[tokio::test]
async fn those_who_become_mailboxes_by_a_licence_are_named_and_the_licences_counted() {
    let mut office = Office::of(3);
    office.recipients[1].licensed = true;
    office.free_licences = 1;
    let finding = office.check_one(CheckId::Licences).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Fail few You
    {"free": "1", "needed": "2"}
      subscribedSkus: 1 free
      u0@nordvik.example: assignedLicenses: no mailbox
      u2@nordvik.example: assignedLicenses: no mailbox
    -
    "#);
}

#[tokio::test]
async fn a_synced_guid_stops_this_program_and_not_microsofts_service() {
    let mut office = Office::of(3);
    office.recipients[1].mailbox_guid_synced = true;
    office.recipients[1].exchange_guid = Some([7; 16]);
    let finding = office.check_one(CheckId::MailboxGuidNotSynced).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Fail stuck ServerAdmin
    {"addresses": "u1@nordvik.example", "count": "1"}
      u1@nordvik.example: MailUser, ExchangeGuid 07070707-0707-0707-0707-070707070707, no licence
    Start-ADSyncSyncCycle -PolicyType Initial
    Get-MailUser -Identity 'u1@nordvik.example' | Format-List DisplayName,ExchangeGuid
    "#);
    office.engine = Engine::Service;
    let finding = office.check_one(CheckId::MailboxGuidNotSynced).await;
    assert_eq!(judged(&finding), (Severity::Pass, "service"));
    assert_eq!(finding.command, None);
}

#[tokio::test]
async fn a_mailbox_on_both_sides_is_told_unless_the_migration_made_it() {
    let mut office = Office::of(3);
    for recipient in &mut office.recipients[..2] {
        recipient.kind = TenantRecipientKind::Mailbox;
        recipient.exchange_guid = Some([9; 16]);
    }
    office.begun = BTreeSet::from([address("u0")]);
    let finding = office.check_one(CheckId::MailboxOnOneSide).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Warn both You
    {"addresses": "u1@nordvik.example", "count": "1"}
      u1@nordvik.example: homeMDB Store 1; mailbox in the tenant, ExchangeGuid 09090909-0909-0909-0909-090909090909
    Get-MailboxStatistics -Identity 'u1@nordvik.example' | Format-List DisplayName,ItemCount,TotalItemSize,LastLogonTime
    "#);
    office.begun.insert(address("u1"));
    let finding = office.check_one(CheckId::MailboxOnOneSide).await;
    assert_eq!(judged(&finding), (Severity::Pass, "ok"));
}

fn twin(number: u8, holds: &str, inactive: bool) -> DeletedMailbox {
    DeletedMailbox {
        identity: format!("{number:08x}-0000-0000-0000-000000000000"),
        display_name: format!("Old {holds}"),
        addresses: vec![address(holds)],
        exchange_guid: Some([number; 16]),
        deleted_at: Some("2026-11-10T08:00:00Z".parse().unwrap()),
        inactive,
    }
}

#[tokio::test]
async fn a_removed_mailbox_with_the_same_address_warns_and_one_with_the_same_guid_stops() {
    let mut office = Office::of(3);
    office.deleted = vec![
        twin(1, "u1", false),
        twin(2, "u2", true),
        twin(3, "somebody.else", false),
    ];
    let finding = office.check_one(CheckId::NoDeletedTwin).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Warn twin You
    {"addresses": "u1@nordvik.example, u2@nordvik.example", "count": "2"}
      u1@nordvik.example: Old u1: soft-deleted 2026-11-10, same address, 00000001-0000-0000-0000-000000000000
      u2@nordvik.example: Old u2: inactive, on hold 2026-11-10, same address, 00000002-0000-0000-0000-000000000000
    Get-Mailbox -SoftDeletedMailbox -Identity '00000001-0000-0000-0000-000000000000' | Format-List DisplayName,EmailAddresses,WhenSoftDeleted,LitigationHoldEnabled,InPlaceHolds
    # New-MailboxRestoreRequest -SourceMailbox '00000001-0000-0000-0000-000000000000' -TargetMailbox 'u1@nordvik.example' -AllowLegacyDNMismatch
    # Remove-Mailbox -Identity '00000001-0000-0000-0000-000000000000' -PermanentlyDelete
    Get-Mailbox -InactiveMailboxOnly -Identity '00000002-0000-0000-0000-000000000000' | Format-List DisplayName,EmailAddresses,WhenSoftDeleted,LitigationHoldEnabled,InPlaceHolds
    # New-MailboxRestoreRequest -SourceMailbox '00000002-0000-0000-0000-000000000000' -TargetMailbox 'u2@nordvik.example' -AllowLegacyDNMismatch
    # Set-Mailbox -Identity '00000002-0000-0000-0000-000000000000' -InactiveMailbox -LitigationHoldEnabled $false
    "#);
    office.recipients[0].exchange_guid = Some([3; 16]);
    let finding = office.check_one(CheckId::NoDeletedTwin).await;
    assert_eq!(judged(&finding), (Severity::Fail, "twin"));
    assert_eq!(finding.values.get("count").unwrap(), "3");
}

#[tokio::test]
async fn what_the_tenant_could_not_do_with_a_user_is_told_with_who_else_has_the_value() {
    let mut office = Office::of(3);
    let error = |whose: &str, property: Option<&str>, detail: &str| ProvisioningError {
        addresses: vec![address(whose)],
        category: property
            .map_or("exchange/eurprd05", |_| "PropertyConflict")
            .to_owned(),
        property: property.map(str::to_owned),
        detail: detail.to_owned(),
        since: Some("2026-11-20T07:00:00Z".parse().unwrap()),
    };
    office.errors = vec![
        error("stranger", Some("ProxyAddresses"), "SMTP:x@nordvik.example"),
        error("u2", None, "The mailbox plan is missing."),
    ];
    let finding = office.check_one(CheckId::NoProvisioningErrors).await;
    assert_eq!(judged(&finding), (Severity::Fail, "service"));
    office.errors.push(error(
        "u1",
        Some("ProxyAddresses"),
        "SMTP:o'brien(1)@nordvik.example",
    ));
    office
        .errors
        .push(error("u1", Some("UserPrincipalName"), "u1@nordvik.example"));
    let finding = office.check_one(CheckId::NoProvisioningErrors).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Fail conflict ServerAdmin
    {"addresses": "u2@nordvik.example, u1@nordvik.example", "count": "2"}
      u2@nordvik.example: exchange/eurprd05: The mailbox plan is missing. (2026-11-20)
      u1@nordvik.example: PropertyConflict ProxyAddresses: SMTP:o'brien(1)@nordvik.example (2026-11-20)
      u1@nordvik.example: PropertyConflict UserPrincipalName: u1@nordvik.example (2026-11-20)
    Get-ADObject -LDAPFilter '(proxyAddresses=SMTP:o''brien\281\29@nordvik.example)' -Properties mail,proxyAddresses,userPrincipalName
    Get-ADObject -LDAPFilter '(userPrincipalName=u1@nordvik.example)' -Properties mail,proxyAddresses,userPrincipalName
    Start-ADSyncSyncCycle -PolicyType Delta
    "#);
}

#[tokio::test]
async fn imap_that_is_off_is_switched_on_for_the_mailbox_or_for_the_plan() {
    let mut office = Office::of(3);
    office.imap.plans = vec![
        ImapPlan {
            identity: "ExchangeOnlineEnterprise-0a1b".into(),
            name: "ExchangeOnlineEnterprise".into(),
            enabled: false,
        },
        ImapPlan {
            identity: "ExchangeOnline".into(),
            name: "ExchangeOnline".into(),
            enabled: true,
        },
    ];
    let finding = office.check_one(CheckId::ImapEnabled).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Warn planOff You
    {"count": "3", "plans": "ExchangeOnlineEnterprise"}
      ExchangeOnlineEnterprise: ImapEnabled: False
    Set-CASMailboxPlan -Identity 'ExchangeOnlineEnterprise-0a1b' -ImapEnabled $true
    "#);
    office.recipients[2].kind = TenantRecipientKind::Mailbox;
    office.imap.mailboxes = vec![(address("u2"), false), (address("stranger"), false)];
    let finding = office.check_one(CheckId::ImapEnabled).await;
    insta::assert_snapshot!(shown(&finding), @r#"
    Fail off You
    {"addresses": "u2@nordvik.example", "count": "1"}
      u2@nordvik.example: ImapEnabled: False
    Set-CASMailbox -Identity 'u2@nordvik.example' -ImapEnabled $true
    "#);
    office.engine = Engine::Service;
    let finding = office.check_one(CheckId::ImapEnabled).await;
    assert_eq!(judged(&finding), (Severity::Warn, "off"));
}

#[tokio::test]
async fn a_list_that_could_not_be_read_is_not_run_and_never_green() {
    let mut office = Office::of(2);
    office.broken = true;
    for finding in office.check(&CHECKS).await {
        assert_eq!(
            judged(&finding),
            (Severity::NotRun, "notRun"),
            "{finding:?}"
        );
    }
}

#[tokio::test]
async fn an_alias_finds_the_mail_user_and_a_group_of_the_same_alias_does_not_count() {
    let mut office = Office::of(1);
    office.recipients[0].address = address("alias");
    office.mailboxes[0].proxy_addresses.push(address("alias"));
    office.recipients[0].mailbox_guid_synced = true;
    let finding = office.check_one(CheckId::MailboxGuidNotSynced).await;
    assert_eq!(judged(&finding), (Severity::Fail, "stuck"));
    office.recipients = vec![recipient("alias", TenantRecipientKind::Other)];
    let finding = office.check_one(CheckId::MailUserExists).await;
    assert_eq!(judged(&finding), (Severity::Fail, "missing"));
}
