//! The whole practice organisation, driven by clients nobody here wrote: curl, OpenLDAP's tools, Python's
//! imaplib. A missing client is a failure: `cargo xtask` installs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use clients::{Client, lab, migrate, pump, stderr, stdout};
use serde_json::{Value, json};
use stegvis_lab::{FaultScript, Lab, LabOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_starts_in_a_moment_and_stops() {
    let dir = tempfile::tempdir().unwrap();
    let begun = std::time::Instant::now();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 200;
    let lab = Lab::start(options).await.unwrap();
    // A moment of a machine with much other work, even so.
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    assert_eq!(lab.details().mailboxes.len(), 200);
    assert!(lab.details().ca_path.exists());
    let ready: Value = serde_json::to_value(lab.details()).unwrap();
    assert_eq!(ready["domain"], "nordvik.example");
    assert_eq!(ready["mailboxes"][0]["displayName"], "Åsa Öhrström");
    lab.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_reads_the_old_server_over_tls_and_after_starttls() {
    let (_dir, lab) = lab(3).await;
    let source = &lab.details().source;
    let user = format!("{}/asa.ohrstrom:{}", source.account, source.password);
    let implicit = format!("imaps://localhost:{}/", source.port);
    let listed = stdout(Client::curl(&lab).args(["-u", &user, &implicit])).await;
    assert!(listed.contains("\"Skr&AOQ-ppost\""), "{listed}");
    assert!(
        listed.contains("\"Projekt/&AMQ-ngsv&AOQ-gen 4/Ritningar\""),
        "{listed}"
    );
    let upgraded = format!("imap://localhost:{}/INBOX;UID=1", source.start_tls_port);
    let mail = stdout(Client::curl(&lab).args(["--ssl-reqd", "-u", &user, &upgraded])).await;
    assert!(mail.contains("MIME-Version: 1.0\r\n"), "{mail}");
    // Without TLS nobody signs in, and with a wrong password neither.
    let plain = format!("imap://localhost:{}/", source.start_tls_port);
    assert!(
        !stderr(Client::curl(&lab).args(["-u", &user, &plain]))
            .await
            .is_empty()
    );
    let wrong = format!("{}/asa.ohrstrom:wrong", source.account);
    assert!(
        !stderr(Client::curl(&lab).args(["-u", &wrong, &implicit]))
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ldapsearch_finds_the_mailboxes_page_by_page_and_the_root() {
    let (_dir, lab) = lab(25).await;
    let root = stdout(Client::ldapsearch(&lab, false).args([
        "-b",
        "",
        "-s",
        "base",
        "defaultNamingContext",
    ]))
    .await;
    assert!(
        root.contains("defaultNamingContext: DC=nordvik,DC=example"),
        "{root}"
    );
    let filter = "(&(objectCategory=person)(objectClass=user)(mailNickname=*)(|(homeMDB=*)(msExchHomeServerName=*)))";
    let found =
        stdout(Client::ldapsearch(&lab, true).args(["-E", "pr=10/noprompt", filter, "mail"])).await;
    // The system mailbox passes the filter, as it does in earnest.
    assert_eq!(found.matches("\nmail: ").count(), 26, "{found}");
    let by_address = "(proxyAddresses=smtp:ASA.OHRSTROM@nordvik.example)";
    let one = stdout(Client::ldapsearch(&lab, true).args([
        by_address,
        "displayName",
        "msExchMailboxGuid",
    ]))
    .await;
    assert!(one.contains("numEntries: 1"), "{one}");
    assert!(one.contains("msExchMailboxGuid:: "), "{one}");
    // An attribute that the schema does not have is undefined, and so is its negation.
    let none = stdout(Client::ldapsearch(&lab, true).args(["(!(msExchNothing=1))", "mail"])).await;
    assert!(!none.contains("numEntries"), "{none}");
    let anonymous = stderr(Client::ldapsearch(&lab, false).args([filter])).await;
    assert!(anonymous.contains("Operations error"), "{anonymous}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ldapmodify_sets_target_address_with_active_directorys_refusals() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 2;
    options.hurdles = true;
    let lab = Lab::start(options).await.unwrap();
    let dn = "CN=Göran Wikström,OU=Personal,OU=Nordvik,DC=nordvik,DC=example";
    let goran = "goran.wikstrom@nordvik.onmicrosoft.example";
    let change = |dn: &str, how: &str, value: &str| {
        let value = if value.is_empty() {
            String::new()
        } else {
            format!("targetAddress: {value}\n")
        };
        format!("dn: {dn}\nchangetype: modify\n{how}: targetAddress\n{value}-\n")
    };
    let smtp = format!("SMTP:{goran}");
    let code = |ldif: String| Client::ldapmodify(&lab, ldif);
    assert_eq!(code(change(dn, "delete", "")).await, 16);
    assert_eq!(code(change(dn, "add", &smtp)).await, 0);
    assert_eq!(
        code(change(dn, "add", "SMTP:other@nordvik.onmicrosoft.example")).await,
        20
    );
    assert_eq!(code(change(dn, "replace", &smtp)).await, 0);
    assert_eq!(lab.judge().await.unwrap().forwarding, 1);
    assert_eq!(code(change(dn, "delete", &smtp)).await, 0);
    assert_eq!(lab.judge().await.unwrap().forwarding, 0);
    let protected = lab.details().mailboxes.last().unwrap();
    let protected = format!(
        "CN={},OU=Personal,OU=Nordvik,DC=nordvik,DC=example",
        protected.display_name
    );
    assert_eq!(code(change(&protected, "replace", &smtp)).await, 50);
    assert_eq!(
        code(change("CN=Nobody,DC=nordvik,DC=example", "replace", &smtp)).await,
        32
    );
    assert_eq!(
        code(format!(
            "dn: {dn}\nchangetype: modify\nreplace: noSuch\nnoSuch: x\n-\n"
        ))
        .await,
        16
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_audience_and_no_other() {
    let (_dir, lab) = lab(3).await;
    let tenant = &lab.details().tenant;
    let graph = Client::token(&lab, "https://graph.microsoft.com/.default").await;
    let exchange = Client::token(&lab, "https://outlook.office365.com/.default").await;
    let organization = format!("{}/organization", tenant.graph);
    let (status, body) = Client::get(&lab, &organization, &graph).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["value"][0]["onPremisesSyncEnabled"], true);
    assert_eq!(Client::get(&lab, &organization, &exchange).await.0, 401);
    let cmdlet = json!({"CmdletInput": {"CmdletName": "Get-AcceptedDomain", "Parameters": {}}});
    assert_eq!(Client::cmdlet(&lab, &exchange, &cmdlet).await.0, 200);
    assert_eq!(Client::cmdlet(&lab, &graph, &cmdlet).await.0, 401);
    let wrong = stdout(Client::curl(&lab).args([
        "-d",
        &format!("grant_type=client_credentials&scope=https://graph.microsoft.com/.default&client_id={}&client_secret=x", tenant.client_id),
        &tenant.token_url,
    ]))
    .await;
    assert!(wrong.contains("AADSTS7000215"), "{wrong}");
    let configuration = format!("{}/v2.0/.well-known/openid-configuration", tenant.authority);
    let (status, body) = Client::get(&lab, &configuration, "").await;
    assert_eq!(
        (status, body["token_endpoint"].as_str()),
        (200, Some(tenant.token_url.as_str()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_needs_a_usage_location_and_then_makes_a_mailbox() {
    let (_dir, lab) = lab(3).await;
    let graph = Client::token(&lab, "https://graph.microsoft.com/.default").await;
    let exchange = Client::token(&lab, "https://outlook.office365.com/.default").await;
    let base = &lab.details().tenant.graph;
    let filter = "proxyAddresses/any(p:p%20eq%20'smtp:goran.wikstrom@nordvik.example')";
    let (_, found) = Client::get(
        &lab,
        &format!("{base}/users?$filter={filter}&$select=id,usageLocation"),
        &graph,
    )
    .await;
    assert_eq!(found["value"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["value"][0]["usageLocation"], Value::Null);
    let user = format!("{base}/users/{}", found["value"][0]["id"].as_str().unwrap());
    let (_, skus) = Client::get(&lab, &format!("{base}/subscribedSkus"), &graph).await;
    let sku = skus["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|sku| sku["skuPartNumber"] == "EXCHANGESTANDARD")
        .unwrap();
    assert_eq!(sku["consumedUnits"], 1);
    let add = json!({"addLicenses": [{"skuId": sku["skuId"], "disabledPlans": []}], "removeLicenses": []});
    let assign = format!("{user}/assignLicense");
    let (status, refused) = Client::send(&lab, "POST", &assign, &graph, &add).await;
    assert_eq!(status, 400);
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("invalid usage location"),
        "{refused}"
    );
    let half = json!({"addLicenses": []});
    assert_eq!(
        Client::send(&lab, "POST", &assign, &graph, &half).await.0,
        400
    );
    let located = json!({"usageLocation": "SE"});
    assert_eq!(
        Client::send(&lab, "PATCH", &user, &graph, &located).await.0,
        204
    );
    assert_eq!(
        Client::send(&lab, "POST", &assign, &graph, &add).await.0,
        200
    );
    let recipient = json!({"CmdletInput": {"CmdletName": "Get-Recipient",
        "Parameters": {"Identity": "goran.wikstrom@nordvik.example"}}});
    let kind = || async {
        let (_, found) = Client::cmdlet(&lab, &exchange, &recipient).await;
        found["value"][0]["RecipientTypeDetails"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let begun = std::time::Instant::now();
    while kind().await != "UserMailbox" {
        assert!(begun.elapsed().as_secs() < 60, "no mailbox came");
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    let (_, skus) = Client::get(&lab, &format!("{base}/subscribedSkus"), &graph).await;
    assert!(skus.to_string().contains("\"consumedUnits\":2"), "{skus}");
}

#[tokio::test(flavor = "multi_thread")]
async fn get_recipient_pages_by_sending_the_same_body_to_the_next_link() {
    let (_dir, lab) = lab(12).await;
    let token = Client::token(&lab, "https://outlook.office365.com/.default").await;
    let body = json!({"CmdletInput": {"CmdletName": "Get-Recipient", "Parameters": {"ResultSize": "Unlimited"}}});
    let mut url = format!("{}/InvokeCommand", lab.details().tenant.admin_api);
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let (status, answer) = Client::page(&lab, &url, &token, &body, 4).await;
        assert_eq!(status, 200, "{answer}");
        all.extend(answer["value"].as_array().unwrap().clone());
        pages += 1;
        match answer["@odata.nextLink"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((all.len(), pages), (15, 4));
    let missing = json!({"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": "asa.ohrstrom"}}});
    let (status, answer) = Client::cmdlet(&lab, &token, &missing).await;
    assert_eq!(status, 404);
    let context = answer["error"]["details"][0]["message"].as_str().unwrap();
    assert!(
        context
            .contains("|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"),
        "{context}"
    );
    let unknown = json!({"CmdletInput": {"CmdletName": "Get-Nothing", "Parameters": {}}});
    assert_eq!(Client::cmdlet(&lab, &token, &unknown).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_sends_mail_and_the_sink_keeps_it() {
    let (dir, lab) = lab(2).await;
    let smtp = &lab.details().smtp;
    let user = format!("{}:{}", smtp.account, smtp.password);
    let mail = dir.path().join("mail.eml");
    std::fs::write(
        &mail,
        "Subject: =?utf-8?Q?Klart_f=C3=B6r_i_dag?=\r\n\r\nHej\r\n.dot\r\n",
    )
    .unwrap();
    let upload = mail.display().to_string();
    let start_tls = format!("smtp://localhost:{}", smtp.port);
    let implicit = format!("smtps://localhost:{}", smtp.implicit_tls_port);
    for (url, how) in [(&start_tls, "PLAIN"), (&implicit, "LOGIN")] {
        let auth = format!("AUTH={how}");
        stdout(Client::curl(&lab).args([
            "--ssl-reqd",
            "-u",
            &user,
            "--login-options",
            &auth,
            "--mail-from",
            &smtp.account,
            "--mail-rcpt",
            "it@nordvik.example",
            "-T",
            &upload,
            url,
        ]))
        .await;
    }
    let nobody = stderr(Client::curl(&lab).args([
        "--ssl-reqd",
        "--mail-from",
        "a@b.example",
        "--mail-rcpt",
        "c@d.example",
        "-T",
        &upload,
        &start_tls,
    ]))
    .await;
    assert!(!nobody.is_empty());
    let mails = lab.judge().await.unwrap().mails;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].subject, "Klart för i dag");
    assert_eq!(mails[1].to, ["it@nordvik.example"]);
    lab.stop().await;
    assert_eq!(Lab::judge_dir(dir.path()).unwrap().mails, mails);
}

#[tokio::test(flavor = "multi_thread")]
async fn imaplib_copies_a_mailbox_and_the_judge_agrees() {
    let (dir, lab) = lab(2).await;
    let alias = "asa.ohrstrom";
    let address = "asa.ohrstrom@nordvik.example";
    let python = migrate(&lab, alias, &[]).await;
    assert!(
        python.contains("NOT CONNECTED BEFORE THE GRANT"),
        "{python}"
    );
    assert!(python.contains("CHALLENGE 401"), "{python}");
    let verdict = lab.judge().await.unwrap();
    let asa = verdict
        .mailboxes
        .iter()
        .find(|m| m.address == address)
        .unwrap();
    assert!(asa.agrees(), "{verdict:#?}");
    assert!(asa.compared > 30 && asa.excluded > 0, "{asa:?}");
    assert_eq!(verdict.source_writes, Vec::<String>::new());
    assert!(!verdict.agrees_on(|a| a == address), "nothing forwards yet");

    // The same world after a restart; only a second copy of everything is one too many.
    lab.stop().await;
    let lab = Lab::start(LabOptions {
        mailboxes: 2,
        ..LabOptions::new(dir.path())
    })
    .await
    .unwrap();
    assert_eq!(lab.judge().await.unwrap(), verdict);
    migrate(&lab, alias, &["again"]).await;
    let twice = lab.judge().await.unwrap();
    assert_eq!(twice.extra, verdict.compared);
    assert_eq!(twice.compared, verdict.compared);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_sees_every_kind_of_fault() {
    let (_dir, lab) = lab(2).await;
    migrate(
        &lab,
        "goran.wikstrom",
        &[
            "lose",
            "reflag",
            "redate",
            "misplace",
            "alter",
            "write-source",
        ],
    )
    .await;
    let verdict = lab.judge().await.unwrap();
    let goran = verdict
        .mailboxes
        .iter()
        .find(|m| m.address.starts_with("goran"))
        .unwrap();
    // Lost: one. Altered: one missing and one extra. Flag, date and folder: three that differ.
    assert_eq!(
        (goran.missing, goran.extra, goran.differing),
        (2, 1, 3),
        "{verdict:#?}"
    );
    assert_eq!(verdict.examples.len(), 6);
    assert_eq!(
        verdict.source_writes,
        [
            "goran.wikstrom: APPEND",
            "goran.wikstrom: STORE",
            "goran.wikstrom: FETCH without PEEK"
        ]
    );
    assert!(!verdict.agrees());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flaky_lab_cuts_imap_connections_and_lets_the_last_ones_live() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(LabOptions {
        mailboxes: 1,
        faults: FaultScript::Flaky,
        ..LabOptions::new(dir.path())
    })
    .await
    .unwrap();
    let source = &lab.details().source;
    let user = format!("{}/asa.ohrstrom:{}", source.account, source.password);
    // The folder with the large message: too much for any connection that is to be cut.
    let url = format!(
        "imaps://localhost:{}/Projekt%2F%26AMQ-ngsv%26AOQ-gen%204%2FRitningar;UID=3",
        source.port
    );
    let mut failed = 0;
    loop {
        let output = Client::curl(&lab)
            .args(["-u", &user, &url])
            .output()
            .await
            .unwrap();
        if output.status.success() {
            assert!(output.stdout.len() > 2_500_000);
            break;
        }
        failed += 1;
        assert!(failed < 10);
    }
    assert!((2..=4).contains(&failed), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_tenant_refuses_now_and_then_and_says_for_how_long() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(LabOptions {
        mailboxes: 1,
        faults: FaultScript::Hostile,
        ..LabOptions::new(dir.path())
    })
    .await
    .unwrap();
    let url = format!("{}/organization", lab.details().tenant.graph);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        seen.insert(Client::get(&lab, &url, "x").await.0);
    }
    assert_eq!(seen, [401, 429, 503].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_belongs_to_one_process_and_to_one_world() {
    let (dir, lab) = lab(2).await;
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 2;
    assert!(matches!(
        Lab::start(options.clone()).await,
        Err(stegvis_lab::LabError::InUse(_))
    ));
    lab.stop().await;
    options.mailboxes = 3;
    assert!(matches!(
        Lab::start(options).await,
        Err(stegvis_lab::LabError::DifferentWorld(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_tenant_refuses_an_append_and_stays_in_step() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 1;
    let lab = Lab::start(options.clone()).await.unwrap();
    migrate(&lab, "asa.ohrstrom", &[]).await;
    lab.stop().await;
    options.faults = FaultScript::Throttled;
    let lab = Lab::start(options).await.unwrap();
    let said = pump(&lab, "asa.ohrstrom", 150).await;
    let throttled = said.matches("throttled").count();
    let acknowledged = said.matches("acknowledged").count();
    assert!(throttled > 0, "{said}");
    assert_eq!(throttled + acknowledged, 150);
    assert_eq!(lab.judge().await.unwrap().extra, acknowledged as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flaky_tenant_stores_messages_that_it_never_acknowledges() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = LabOptions::new(dir.path());
    options.mailboxes = 1;
    let lab = Lab::start(options.clone()).await.unwrap();
    migrate(&lab, "asa.ohrstrom", &[]).await;
    lab.stop().await;
    options.faults = FaultScript::Flaky;
    let lab = Lab::start(options).await.unwrap();
    let (mut acknowledged, mut cuts) = (0, 0);
    loop {
        let said = pump(&lab, "asa.ohrstrom", 60).await;
        acknowledged += said.matches("acknowledged").count() as u64;
        if !said.contains("cut off") {
            break;
        }
        cuts += 1;
        assert!(cuts < 10);
    }
    assert!((2..=4).contains(&cuts), "{cuts}");
    let stored = lab.judge().await.unwrap().extra;
    assert!(
        stored > acknowledged,
        "{stored} stored, {acknowledged} acknowledged"
    );
}
