//! Request and answer of every cmdlet, as snapshots; and each request against the parameters that the cmdlet has in
//! Exchange Online, for one too many is refused, and one that only a server on the premises has is too.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fmt::{Debug, Write as _};
use std::time::Duration;

use serde_json::{Map, Value, json};
use url::Url;

use super::encode::{ByteForm, UnprovedCredential};
use super::outlook_anywhere::{Authentication, Locate, Permission};
use super::{Anchor, Cmdlet, Identity, Invocation, OutlookAnywhere, response};
use super::{
    add_mailbox_permission, get_accepted_domain, get_cas_mailbox, get_cas_mailbox_plan,
    get_deleted_mailbox, get_dkim_signing_config, get_mail_user, get_mailbox, get_migration_batch,
    get_migration_endpoint, get_migration_statistics, get_migration_user,
    get_migration_user_statistics, get_organization_config, get_recipient, new_migration_batch,
    new_migration_endpoint, new_service_principal, remove_mailbox_permission,
    remove_migration_batch, remove_migration_endpoint, remove_migration_user,
    remove_service_principal, set_mailbox, set_migration_batch, set_migration_endpoint,
    start_migration_batch, stop_migration_batch, test_migration_server_availability,
};

/// What Exchange Online's cmdlets take, as far as it matters here.
const PARAMETERS: &[(&str, &str)] = &[
    (
        "Test-MigrationServerAvailability",
        "AcceptUntrustedCertificates Authentication Autodiscover Credentials EmailAddress Endpoint ExchangeOutlookAnywhere ExchangeServer MailboxPermission RPCProxyServer SourceMailboxLegacyDN TestMailbox",
    ),
    (
        "New-MigrationEndpoint",
        "AcceptUntrustedCertificates Authentication Autodiscover Credentials EmailAddress ExchangeOutlookAnywhere ExchangeServer MailboxPermission MaxConcurrentIncrementalSyncs MaxConcurrentMigrations Name NspiServer RPCProxyServer SkipVerification SourceMailboxLegacyDN TestMailbox",
    ),
    (
        "Set-MigrationEndpoint",
        "Authentication Credentials ExchangeServer Identity MailboxPermission MaxConcurrentIncrementalSyncs MaxConcurrentMigrations RPCProxyServer SkipVerification",
    ),
    ("Get-MigrationEndpoint", "Identity Type"),
    ("Remove-MigrationEndpoint", "Confirm Identity"),
    (
        "New-MigrationBatch",
        "AutoStart CSVData CompleteAfter Name NotificationEmails ReportInterval SkipReports SourceEndpoint StartAfter TimeZone",
    ),
    (
        "Get-MigrationBatch",
        "DiagnosticInfo Endpoint Identity IncludeReport Status",
    ),
    ("Start-MigrationBatch", "Identity Validate"),
    ("Stop-MigrationBatch", "Confirm Identity"),
    (
        "Set-MigrationBatch",
        "AddUsers ApproveSkippedItems CSVData Identity NotificationEmails SyncNow Update",
    ),
    ("Remove-MigrationBatch", "Confirm Identity"),
    (
        "Get-MigrationUser",
        "BatchId Identity ResultSize Status StatusSummary",
    ),
    (
        "Get-MigrationUserStatistics",
        "Identity IncludeReport IncludeSkippedItems LimitSkippedItemsTo",
    ),
    ("Get-MigrationStatistics", "DiagnosticInfo"),
    ("Remove-MigrationUser", "Confirm Force Identity"),
    ("Get-MailUser", "Identity ResultSize SoftDeletedMailUser"),
    ("Get-AcceptedDomain", "Identity ResultSize"),
    ("Get-OrganizationConfig", ""),
    (
        "Set-Mailbox",
        "EmailAddresses Identity MaxReceiveSize MaxSendSize",
    ),
    (
        "Remove-MailboxPermission",
        "AccessRights Confirm Identity InheritanceType User",
    ),
    ("Get-DkimSigningConfig", "Identity"),
    (
        "Get-Mailbox",
        "Identity InactiveMailboxOnly IncludeInactiveMailbox RecipientTypeDetails ResultSize SoftDeletedMailbox",
    ),
    ("Get-CASMailbox", "Identity RecipientTypeDetails ResultSize"),
    ("Get-CASMailboxPlan", "Identity ResultSize"),
    ("Remove-ServicePrincipal", "Confirm Identity"),
    ("Get-ServicePrincipal", "Identity"),
    ("New-ServicePrincipal", "AppId DisplayName ObjectId"),
    (
        "Add-MailboxPermission",
        "AccessRights AutoMapping Confirm Identity InheritanceType User",
    ),
    ("Get-Recipient", "Identity RecipientTypeDetails ResultSize"),
];

fn base() -> Url {
    "https://outlook.example/adminapi/beta/t-1".parse().unwrap()
}

fn id(text: &str) -> Identity {
    Identity::new(text).unwrap()
}

/// The request as it goes out.
fn sent(cmdlet: &Cmdlet) -> String {
    let known = PARAMETERS
        .iter()
        .find(|(name, _)| *name == cmdlet.name)
        .unwrap_or_else(|| panic!("{} is not in the table", cmdlet.name))
        .1;
    for parameter in cmdlet.parameters.keys() {
        assert!(
            known.split(' ').any(|known| known == parameter),
            "{} has no parameter {parameter}",
            cmdlet.name
        );
    }
    let base = base();
    let request = Invocation {
        base: &base,
        tenant_id: "t-1",
        anchor: Anchor::User("admin@contoso.example"),
        connection_id: "c-1",
        request_id: "r-1",
    }
    .request(cmdlet);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let mut text = format!("POST {}\n", request.url);
    for (name, value) in &request.headers {
        writeln!(text, "{name}: {value}").unwrap();
    }
    let once = if cmdlet.once { "\n(sent once)" } else { "" };
    format!("{text}\n{body:#}{once}\n")
}

/// What is read out of an answer with these objects.
fn read<T: Debug>(objects: &Value, read: impl Fn(&Map<String, Value>) -> T) -> String {
    let answer = json!({"@odata.context": "…", "value": objects, "@adminapi.warnings": []});
    let response = response::parse(answer.to_string().as_bytes(), |_| None).unwrap();
    let found: Vec<T> = response.value.iter().map(read).collect();
    format!("\n<- {objects:#}\n\n{found:#?}\n")
}

fn by_hand<'a>(names: &'a [Identity; 2]) -> OutlookAnywhere<'a> {
    let [exchange_server, rpc_proxy_server] = names;
    OutlookAnywhere {
        permission: Some(Permission::FullAccess),
        ..OutlookAnywhere::at(Locate::Manual {
            exchange_server,
            rpc_proxy_server,
            authentication: Authentication::Ntlm,
            email_address: None,
        })
    }
}

fn servers() -> [Identity; 2] {
    [id("exch2k3.contoso.example"), id("mail.contoso.example")]
}

#[test]
fn test_migration_server_availability() {
    use test_migration_server_availability as cmdlet;
    let address = id("admin@contoso.example");
    let found = OutlookAnywhere::at(Locate::Autodiscover {
        email_address: &address,
    });
    let credential = UnprovedCredential::guess("CONTOSO\\migration", "hemligt");
    insta::assert_snapshot!([
        sent(&cmdlet::endpoint(&id("Outlook Anywhere"))),
        sent(&cmdlet::settings(&found, credential)),
        sent(&cmdlet::settings(&by_hand(&servers()), credential)),
        read(
            &json!([
                {"Result@odata.type": "#Exchange.TestMigrationServerAvailabilityResultType", "Result": "Success", "Message": "", "SupportsCutover": true, "ErrorDetail": null},
                {"Result": "Failed", "Message": "Unable to connect to the server.", "SupportsCutover": "False", "ErrorDetail": "ServerUnavailableException"},
                {"Message": "no result"},
            ]),
            cmdlet::Availability::read
        ),
    ].concat());
}

#[test]
fn migration_endpoints() {
    let (name, servers) = (id("Outlook Anywhere"), servers());
    let credential = UnprovedCredential::guess("CONTOSO\\migration", "hemligt");
    let new = new_migration_endpoint::NewMigrationEndpoint {
        name: &name,
        connection: by_hand(&servers),
        max_concurrent_migrations: Some(10),
        max_concurrent_incremental_syncs: Some(20),
        skip_verification: false,
    };
    insta::assert_snapshot!([
        sent(&new.cmdlet(credential)),
        sent(&set_migration_endpoint::concurrency(&name, 5, Some(20))),
        sent(&set_migration_endpoint::credential(&name, credential)),
        sent(&get_migration_endpoint::by_identity(&name)),
        sent(&get_migration_endpoint::outlook_anywhere()),
        sent(&remove_migration_endpoint::remove(&name)),
        read(
            &json!([
                {"Identity": "Outlook Anywhere", "EndpointType@odata.type": "#Exchange.MigrationType", "EndpointType": "ExchangeOutlookAnywhere",
                 "MaxConcurrentMigrations": "20", "MaxConcurrentIncrementalSyncs": 10, "ExchangeServer": "ex07.contoso.example",
                 "RpcProxyServer": "mail.contoso.example", "Authentication": "Basic", "Username": "CONTOSO\\migration", "MailboxPermission": "FullAccess"},
                {"Identity": "Bare"},
                {"EndpointType": "IMAP"},
            ]),
            get_migration_endpoint::MigrationEndpoint::read
        ),
    ].concat());
}

#[test]
fn new_migration_batch() {
    let (name, endpoint) = (id("Omgång 1"), id("Outlook Anywhere"));
    let csv = b"EmailAddress\r\nanna@contoso.example\r\n";
    let plain = new_migration_batch::NewMigrationBatch::new(&name, &endpoint, csv).unwrap();
    let mut full = plain;
    full.form = ByteForm::Numbers;
    full.auto_start = true;
    full.notification_emails = &["it@contoso.example"];
    full.start_after = Some("2026-11-27T19:00:00Z".parse().unwrap());
    full.report_interval = Some(Duration::from_secs(86_400));
    assert!(plain.cmdlet().once);
    insta::assert_snapshot!([sent(&plain.cmdlet()), sent(&full.cmdlet())].concat());
    let long = id(&"x".repeat(65));
    assert!(new_migration_batch::NewMigrationBatch::new(&long, &endpoint, csv).is_err());
}

#[test]
fn migration_batches() {
    let name = id("Batch1");
    insta::assert_snapshot!([
        sent(&get_migration_batch::all()),
        sent(&get_migration_batch::by_identity(&name)),
        sent(&get_migration_batch::with_report(&name)),
        sent(&start_migration_batch::start(&name)),
        sent(&stop_migration_batch::stop(&name)),
        sent(&set_migration_batch::notification_emails(&name, &["a@contoso.example", "b@contoso.example"])),
        sent(&set_migration_batch::csv(&name, b"EmailAddress\r\n", ByteForm::Base64)),
        sent(&remove_migration_batch::remove(&name)),
        read(
            &json!([
                {"Identity": "Batch1", "Status@odata.type": "#Exchange.MigrationBatchStatus", "Status": "SyncedWithErrors", "TotalCount": 40, "ActiveCount": 0,
                 "StoppedCount": 0, "SyncedCount": 35, "FinalizedCount": 0, "FailedCount": "5", "PendingCount": 0, "ProvisionedCount": 35,
                 "CreationDateTimeUTC": "2026-11-23T18:00:00", "StartDateTime": "2026-11-23T18:01:00Z", "InitialSyncDateTime": "2026-11-24T02:00:00Z",
                 "LastSyncedDateTime": null, "ErrorReportUrl": "https://outlook.example/report?x=1", "SuccessReportUrl": "",
                 "MigrationErrors": [{"RowIndex": 3, "EmailAddress": "anna@", "LocalizedErrorMessage": "The value \"anna@\" isn't a valid SMTP address."}, "Row 4 is gone."],
                 "MigrationType": "ExchangeOutlookAnywhere", "SourceEndpoint": "Outlook Anywhere", "NotificationEmails": ["it@contoso.example"], "Report": null},
                {"Identity": "Batch2", "Status": "WaitingForMoon"},
                {"Identity": "no status"},
            ]),
            get_migration_batch::MigrationBatch::read
        ),
    ].concat());
}

#[test]
fn migration_users() {
    let (batch, user) = (id("Batch1"), id("anna@contoso.example"));
    let objects = json!([
        {"Identity": "anna@contoso.example", "MailboxEmailAddress": "anna@contoso.example", "BatchId": "Batch1", "RecipientType": "Mailbox",
         "Guid": "5b1b5d7c-0000-4000-8000-000000000001", "Status@odata.type": "#Exchange.MigrationUserStatus", "Status": "Syncing", "StatusSummary": "Active",
         "State": "Active", "WorkflowStage": "Processing", "WorkflowStep": "DataMigration", "TriggeredAction": "None", "SyncedItemCount": 120,
         "SkippedItemCount": "2", "LastSuccessfulSyncTime": "2026-11-23T18:00:00Z", "ErrorSummary": "", "DataConsistencyScore": "Investigate"},
        {"Identity": "bo@contoso.example", "Status": "Failed", "ErrorSummary": "A valid primary e-mail address couldn't be found in the cloud-based service."},
        {"Identity": "cilla@contoso.example", "Status": "TeleportingToMars"},
        {"Status": "Synced"},
    ]);
    insta::assert_snapshot!(
        [
            sent(&get_migration_user::of_batch(&batch)),
            sent(&get_migration_user::by_identity(&user)),
            sent(&get_migration_user::failed(&batch)),
            sent(&remove_migration_user::remove(&user)),
            read(&objects, get_migration_user::MigrationUser::read),
        ]
        .concat()
    );
    let answer = json!({ "value": objects });
    let all = response::parse(answer.to_string().as_bytes(), |_| None)
        .unwrap()
        .value;
    let bo = get_migration_user::only(&id("BO@contoso.example"), &all).unwrap();
    assert_eq!(bo.identity, "bo@contoso.example");
    assert_eq!(
        get_migration_user::only(&id("nobody@contoso.example"), &all),
        None
    );
}

#[test]
fn migration_user_statistics() {
    use get_migration_user_statistics as cmdlet;
    let user = id("anna@contoso.example");
    insta::assert_snapshot!([
        sent(&cmdlet::with_skipped_items(&user, 100)),
        sent(&cmdlet::with_report(&user)),
        read(
            &json!([
                {"Identity": "anna@contoso.example", "Status": "Synced", "StatusSummary": "Synced", "SyncedItemCount": 998, "SkippedItemCount": 2,
                 "Error": null, "TotalQueuedDuration": "00:10:00", "TotalInProgressDuration": "1.02:03:04.5000000", "TotalSyncedDuration": null,
                 "TotalStalledDuration": "00:00:30", "EstimatedTotalTransferSize": "1.2 GB (1,288,490,188 bytes)", "EstimatedTotalTransferCount": 1000,
                 "BytesTransferred": "1.19 GB (1,277,000,000 bytes)", "CurrentBytesTransferredPerMinute": "2.5 MB (2,621,440 bytes)",
                 "PercentageComplete": 95,
                 "SkippedItems": [
                    {"Kind": "LargeItem", "Subject": "Ritningar", "Sender": "bo@contoso.example", "DateSent": "2009-05-01T08:00:00", "FolderName": "Inbox/Projekt",
                     "MessageSize": 81000000, "ScoringClassifications": ["HasAttachment"]},
                    "A large item was encountered: Item (IPM.Note) Subject:\"..\", Size: 77.51 MB"],
                 "Report": "23/11 18:00 Job picked up", "DiagnosticInfo": ""},
                {"Identity": "bare@contoso.example", "Status": "Queued"},
            ]),
            cmdlet::MigrationUserStatistics::read
        ),
    ].concat());
}

#[test]
fn migration_statistics() {
    insta::assert_snapshot!([
        sent(&get_migration_statistics::all()),
        read(
            &json!([{"TotalCount": 40, "ActiveCount": 20, "StoppedCount": 0, "SyncedCount": 15, "FinalizedCount": 0, "FailedCount": 5, "PendingCount": 0,
                     "ProvisionedCount": 35, "MigrationType": "ExchangeOutlookAnywhere", "DiagnosticInfo": ""}]),
            get_migration_statistics::MigrationStatistics::read
        ),
    ].concat());
}

#[test]
fn recipients_and_settings() {
    let anna = id("anna@contoso.example");
    insta::assert_snapshot!([
        sent(&get_mail_user::by_identity(&anna)),
        sent(&get_mail_user::all()),
        sent(&get_mail_user::soft_deleted()),
        read(
            &json!([{"RecipientTypeDetails": "MailUser", "PrimarySmtpAddress": "anna@contoso.example", "EmailAddresses": ["SMTP:anna@contoso.example"],
                     "ExchangeGuid": "0a1b0000-0000-4000-8000-000000000001", "ExternalDirectoryObjectId": "u-1"}]),
            get_recipient::Recipient::read
        ),
        sent(&get_accepted_domain::all()),
        read(
            &json!([{"DomainName": "contoso.example", "DomainType": "Authoritative", "Default": true, "InitialDomain": false},
                    {"DomainName": "contoso.onmicrosoft.example", "DomainType": "InternalRelay", "InitialDomain": "True"}, {}]),
            get_accepted_domain::AcceptedDomain::read
        ),
        sent(&get_organization_config::get()),
        read(
            &json!([{"DisplayName": "Contoso", "IsDirSyncEnabled": true, "IsDehydrated": false, "OAuth2ClientProfileEnabled": true}]),
            get_organization_config::OrganizationConfig::read
        ),
        sent(&get_dkim_signing_config::of_domain(&id("contoso.example"))),
        read(
            &json!([{"Domain": "contoso.example", "Enabled": false, "Status": "CnameMissing",
                     "Selector1CNAME": "selector1-contoso-example._domainkey.contoso.n-v1.dkim.mail.microsoft",
                     "Selector2CNAME": "selector2-contoso-example._domainkey.contoso.n-v1.dkim.mail.microsoft"}]),
            get_dkim_signing_config::DkimSigningConfig::read
        ),
    ].concat());
}

#[test]
fn what_keeps_a_mailbox_from_being_made_or_opened() {
    insta::assert_snapshot!([
        sent(&get_deleted_mailbox::soft_deleted()),
        sent(&get_deleted_mailbox::inactive()),
        read(
            &json!([{"DisplayName": "Anna Lind", "PrimarySmtpAddress": "anna@contoso.example",
                     "EmailAddresses@data.type": "#Collection(String)", "EmailAddresses": ["SMTP:anna@contoso.example", "X500:/o=x"],
                     "ExchangeGuid": "0a1b0000-0000-4000-8000-000000000001", "WhenSoftDeleted": "2026-11-10T08:00:00", "IsInactiveMailbox": false},
                    {"DisplayName": null, "PrimarySmtpAddress": "bo@contoso.example", "EmailAddresses": "SMTP:bo@contoso.example",
                     "ExchangeGuid": "0a1b0000-0000-4000-8000-000000000002", "WhenSoftDeleted": null, "IsInactiveMailbox": "True"},
                    {"DisplayName": "Nobody", "ExchangeGuid": ""}]),
            get_deleted_mailbox::DeletedMailbox::read
        ),
        sent(&get_cas_mailbox::all()),
        read(
            &json!([{"Identity": "anna", "PrimarySmtpAddress": "anna@contoso.example", "ImapEnabled": true},
                    {"Identity": "bo", "PrimarySmtpAddress": "bo@contoso.example", "ImapEnabled": "False"},
                    {"Identity": "cy", "PrimarySmtpAddress": "cy@contoso.example"}]),
            get_cas_mailbox::CasMailbox::read
        ),
        sent(&get_cas_mailbox_plan::all()),
        read(
            &json!([{"Identity": "ExchangeOnlineEnterprise-0a1b", "DisplayName": "ExchangeOnlineEnterprise", "ImapEnabled": false, "PopEnabled": false}]),
            get_cas_mailbox_plan::CasMailboxPlan::read
        ),
    ].concat());
}

#[test]
fn what_is_set_and_taken_back() {
    let (anna, app) = (id("anna@contoso.example"), id("o-1"));
    insta::assert_snapshot!(
        [
            sent(&get_mailbox::receive_size(anna.as_str())),
            read(
                &json!([{"PrimarySmtpAddress": "anna@contoso.example", "EmailAddresses": ["SMTP:anna@contoso.example", "smtp:anna@contoso.onmicrosoft.example", "SIP:anna@contoso.example"], "MaxReceiveSize": "36 MB (37,748,736 bytes)"}]),
                get_mailbox::ReceiveSize::read
            ),
            sent(&set_mailbox::receive_size(&anna, u64::MAX)),
            sent(&set_mailbox::receive_size(&anna, 36 * 1024 * 1024)),
            sent(&set_mailbox::email_addresses(
                &anna,
                &["X500:/o=Contoso/cn=anna"],
                &[]
            )),
            sent(&remove_mailbox_permission::full_access(&anna, &app)),
            sent(&remove_service_principal::by_id(&app)),
        ]
        .concat()
    );
}

#[test]
fn who_is_there_and_who_is_let_in() {
    insta::assert_snapshot!([
        sent(&get_recipient::by_address("anna@contoso.example")),
        sent(&get_recipient::all()),
        read(
            &json!([{"RecipientTypeDetails": "UserMailbox", "PrimarySmtpAddress": "anna@contoso.example",
                     "EmailAddresses@data.type": "#Collection(String)", "EmailAddresses": ["SMTP:anna@contoso.example", "smtp:anna@contoso.onmicrosoft.example"],
                     "ExchangeGuid": "0a1b0000-0000-4000-8000-000000000001", "ExternalDirectoryObjectId": "u-1"},
                    {"RecipientTypeDetails": "MailUser", "PrimarySmtpAddress": "bo@contoso.example", "ExchangeGuid": "00000000-0000-0000-0000-000000000000"},
                    {"PrimarySmtpAddress": "nobody@contoso.example"}]),
            get_recipient::Recipient::read
        ),
        sent(&new_service_principal::get("a-1")),
        sent(&new_service_principal::new("a-1", "o-1", "Stegvis")),
        read(
            &json!([{"AppId": "a-1", "ObjectId": "o-1", "DisplayName": "Stegvis"}, {"AppId": "a-1", "ServiceId": "o-1"}, {}]),
            new_service_principal::object_id
        ),
        sent(&add_mailbox_permission::full_access("anna@contoso.example", "o-1")),
    ].concat());
}

#[test]
fn every_status_that_microsoft_names_is_read() {
    let users = "Queued Syncing Failed Synced IncrementalFailed Completing Completed CompletionFailed Corrupted Provisioning ProvisionUpdating CompletionSynced Validating IncrementalSyncing IncrementalSynced CompletedWithWarnings Stopped IncrementalStopped Removing Starting Stopping";
    for name in users.split(' ') {
        let status = super::migration_status::MigrationUserStatus::named(name);
        assert!(
            super::migration_status::MigrationUserStatus::KNOWN.contains(&status),
            "{name}"
        );
    }
    let batches = "Created Syncing Stopping Stopped Completed Failed Removing Synced IncrementalSyncing Completing CompletedWithErrors SyncedWithErrors Corrupted Waiting Starting";
    for name in batches.split(' ') {
        let status = super::migration_status::MigrationBatchStatus::named(name);
        assert!(
            super::migration_status::MigrationBatchStatus::KNOWN.contains(&status),
            "{name}"
        );
    }
}
