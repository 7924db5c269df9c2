//! Signing in and searching with OpenLDAP's tools, and what there is to be found. The result codes are those of
//! Samba 4.17's domain controller, asked the same things with the same tools.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use clients::directory::{GORAN, PEOPLE, entry, of_2003, with_hurdles};
use clients::{Client, lab, migrate, stdout};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_before_start_tls_and_everybody_may_after() {
    let (_dir, lab) = lab(2).await;
    let directory = &lab.details().directory;
    let plain = format!("ldap://{}:{}", directory.host, directory.start_tls_port);
    let implicit = format!("ldaps://{}:{}", directory.host, directory.port);
    let search = |url: &str, flags: &[&str]| {
        let mut search = tokio::process::Command::new("ldapsearch");
        search
            .env("LDAPTLS_CACERT", &lab.details().ca_path)
            .args(["-x", "-LLL", "-H", url, "-s", "base", "-b"])
            .args(flags);
        search
    };
    let account = ["-D", &directory.account, "-w", &directory.password];
    let code = async |url: &str, flags: &[&str]| {
        let output = search(url, flags).output().await.unwrap();
        output.status.code().unwrap()
    };
    let with = |base: &'static str, more: &[&'static str]| {
        let mut flags = vec![base];
        flags.extend(more);
        flags.extend(account);
        flags
    };
    assert_eq!(code(&plain, &with("DC=nordvik,DC=example", &[])).await, 8);
    assert_eq!(
        code(&plain, &with("DC=nordvik,DC=example", &["-ZZ"])).await,
        0
    );
    // TLS over TLS is none.
    assert_eq!(code(&implicit, &with("", &["-ZZ"])).await, 1);
    // Without signing in there is the root, and nothing else.
    assert_eq!(code(&plain, &[""]).await, 0);
    assert_eq!(code(&plain, &["DC=nordvik,DC=example"]).await, 1);
    assert_eq!(code(&plain, &["DC=nordvik,DC=example", "-ZZ"]).await, 1);
    let wrong = ["", "-ZZ", "-D", &directory.account, "-w", "wrong"];
    assert_eq!(code(&plain, &wrong).await, 49);
    let untrusted = search(&plain, &with("", &["-ZZ"]))
        .env("LDAPTLS_CACERT", "/dev/null")
        .output()
        .await
        .unwrap();
    assert!(!untrusted.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_keep_to_their_naming_context_and_end_in_a_reference_to_the_next() {
    let (_dir, lab) = lab(25).await;
    let base = &lab.details().directory.base_dn;
    let all = stdout(Client::ldapsearch(&lab, true).args([
        "-E",
        "pr=7/noprompt",
        "(objectClass=*)",
        "1.1",
    ]))
    .await;
    assert!(!all.contains("dn: CN=Configuration,"), "{all}");
    assert_eq!(all.matches("\nref: ").count(), 1, "{all}");
    assert!(all.contains("ref: ldap://nordvik.example/CN=Configuration,DC=nordvik,DC=example"));
    let code = async |base: &str, flags: &[&str]| {
        let mut search = Client::ldapsearch(&lab, true);
        search
            .args(["-b", base])
            .args(flags)
            .output()
            .await
            .unwrap()
            .status
            .code()
            .unwrap()
    };
    // As on Samba.
    assert_eq!(code("", &["(mailNickname=*)"]).await, 32);
    assert_eq!(code("CN=None,DC=nordvik,DC=example", &[]).await, 32);
    assert_eq!(code("DC=other,DC=example", &[]).await, 32);
    assert_eq!(code("nonsense", &[]).await, 34);
    assert_eq!(code(base, &["-z", "3", "(mailNickname=*)"]).await, 4);
    assert_eq!(code(base, &["(mailNickname=*)", "noSuch"]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_seen_from_both_ends_and_long_lists_come_in_ranges() {
    let (_dir, lab) = lab(1700).await;
    let group = format!("CN=Alla,{PEOPLE}");
    let whole = entry(&lab, &group, &["member"]).await;
    assert_eq!(whole["member;range=0-1499"].len(), 1500);
    let rest = entry(&lab, &group, &["member;range=1500-*"]).await;
    let (name, members) = rest.first_key_value().unwrap();
    assert_eq!(name, "member;range=1500-*");
    assert!(members.len() > 100);
    let few = entry(&lab, &group, &["member;range=2-4"]).await;
    assert_eq!(few["member;range=2-4"].len(), 3);

    let member = "(memberOf=CN=Alla,OU=Personal,OU=Nordvik,DC=nordvik,DC=example)";
    let found = stdout(Client::ldapsearch(&lab, true).args([
        "-LLL",
        "-E",
        "pr=500/noprompt",
        member,
        "1.1",
    ]))
    .await;
    assert_eq!(found.matches("dn:").count(), 1500 + members.len());
    let mailbox = entry(&lab, GORAN, &["homeMDB"]).await;
    let store = String::from_utf8(mailbox["homeMDB"][0].clone()).unwrap();
    let store = entry(
        &lab,
        &store,
        &["homeMDBBL;range=0-1", "msExchMailboxRetentionPeriod"],
    )
    .await;
    assert_eq!(store["homeMDBBL;range=0-1"].len(), 2);
    assert_eq!(store["msExchMailboxRetentionPeriod"], [b"2592000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_shows_its_organisation_and_everything_that_bites() {
    let (_dir, lab) = with_hurdles(25).await;
    let find = async |base: &str, filter: &str| {
        let mut search = Client::ldapsearch(&lab, true);
        search.args([
            "-LLL",
            "-b",
            base,
            filter,
            "cn",
            "serialNumber",
            "msExchCurrentServerRoles",
            "msExchAcceptedDomainFlags",
            "uPNSuffixes",
        ]);
        stdout(&mut search).await
    };
    let configuration = "CN=Configuration,DC=nordvik,DC=example";
    let servers = find(configuration, "(objectClass=msExchExchangeServer)").await;
    assert_eq!(
        servers
            .matches("serialNumber: Version 8.3 (Build 30083.6)")
            .count(),
        2,
        "{servers}"
    );
    assert!(
        servers.contains("msExchCurrentServerRoles: 36"),
        "{servers}"
    );
    let domains = find(configuration, "(objectClass=msExchAcceptedDomain)").await;
    assert_eq!(
        domains.matches("msExchAcceptedDomainFlags: 0").count(),
        2,
        "{domains}"
    );
    assert_eq!(
        domains.matches("msExchAcceptedDomainFlags: 2").count(),
        1,
        "{domains}"
    );
    let suffixes = find(configuration, "(uPNSuffixes=*)").await;
    assert!(
        suffixes.contains("uPNSuffixes: nordvik.local"),
        "{suffixes}"
    );

    let base = "DC=nordvik,DC=example";
    for (filter, count) in [
        // Room, shared, equipment, linked: nobody signs in.
        ("(userAccountControl:1.2.840.113556.1.4.803:=2)", 4),
        ("(msExchRecipientTypeDetails=32)", 1),
        ("(msExchRecipientTypeDetails=2)", 1),
        (
            "(&(objectCategory=person)(objectClass=user)(mailNickname=*)(targetAddress=*)(!(homeMDB=*)))",
            1,
        ),
        ("(&(objectClass=contact)(targetAddress=*))", 2),
        ("(&(objectClass=group)(mailNickname=*))", 3),
        ("(objectClass=msExchDynamicDistributionList)", 1),
        ("(adminCount=1)", 1),
        ("(mail=*@nordvik.local)", 1),
        ("(mail=*@nordvikmark.example)", 1),
        ("(proxyAddresses=smtp:order@nordvik.example)", 2),
        ("(&(homeMDB=*)(targetAddress=*))", 1),
        ("(&(homeMDB=*)(altRecipient=*)(deliverAndRedirect=TRUE))", 1),
        (
            "(&(homeMDB=*)(msExchHideFromAddressLists=TRUE)(!(cn=SystemMailbox*)))",
            1,
        ),
    ] {
        let found = find(base, filter).await;
        assert_eq!(found.matches("dn:").count(), count, "{filter}: {found}");
    }
    // A comma in a name is escaped, in what is sent and in what is asked for.
    let comma = entry(
        &lab,
        r"CN=Ählström\2c Erik,OU=Personal,OU=Nordvik,DC=nordvik,DC=example",
        &["cn", "distinguishedName"],
    )
    .await;
    assert_eq!(comma["cn"], ["Ählström, Erik".as_bytes()]);
    assert!(comma["distinguishedName"][0].starts_with(r"CN=Ählström\, Erik,".as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_of_2003_has_no_kinds_of_mailboxes_and_no_accepted_domains() {
    let (_dir, lab) = of_2003(25).await;
    let find = async |base: &str, filter: &str| {
        let mut search = Client::ldapsearch(&lab, true);
        search.args(["-LLL", "-b", base, filter, "*"]);
        stdout(&mut search).await
    };
    let configuration = "CN=Configuration,DC=nordvik,DC=example";
    let server = find(configuration, "(objectClass=msExchExchangeServer)").await;
    assert_eq!(server.matches("dn: ").count(), 1, "{server}");
    assert!(server.contains("serialNumber: Version 6.5 (Build 7638.2: Service Pack 2)"));
    assert!(!server.contains("msExchCurrentServerRoles"), "{server}");
    let domains = find(configuration, "(objectClass=msExchAcceptedDomain)").await;
    assert_eq!(domains, "");
    let policy = find(configuration, "(objectClass=msExchRecipientPolicy)").await;
    assert!(
        policy.contains("gatewayProxy: SMTP:@nordvik.example"),
        "{policy}"
    );
    let schema = find(
        "CN=Schema,CN=Configuration,DC=nordvik,DC=example",
        "(rangeUpper=6870)",
    )
    .await;
    assert!(schema.contains("CN=ms-Exch-Schema-Version-Pt"), "{schema}");

    let base = &lab.details().directory.base_dn;
    let mailboxes = "(&(objectCategory=person)(objectClass=user)(mailNickname=*)(homeMDB=*))";
    let found = find(base, mailboxes).await;
    assert_eq!(
        found.matches("\nhomeMDB: CN=Mailbox Store ").count(),
        26,
        "{found}"
    );
    assert!(!found.contains("msExchRecipientTypeDetails"), "{found}");
    assert!(
        found.contains("ou=First Administrative Group/cn=Recipients/cn="),
        "{found}"
    );
    // An attribute that this schema does not have is undefined, and so is its negation.
    for filter in [
        "(msExchRecipientTypeDetails=1)",
        "(!(msExchRecipientTypeDetails=1))",
    ] {
        assert!(!find(base, filter).await.contains("dn: "), "{filter}");
    }
    // Room, shared mailbox and equipment are their own masters; one mailbox's master is in another forest.
    let disabled = find(
        base,
        "(&(homeMDB=*)(userAccountControl:1.2.840.113556.1.4.803:=2))",
    )
    .await;
    assert_eq!(
        disabled
            .matches("msExchMasterAccountSid:: AQEAAAAAAAUKAAAA\n")
            .count(),
        3,
        "{disabled}"
    );
    assert_eq!(
        disabled.matches("msExchMasterAccountSid:: ").count(),
        4,
        "{disabled}"
    );
    // Its mail is read as any.
    migrate(&lab, "goran.wikstrom", &[]).await;
}

/// Whatever somebody slips in behind the request to encrypt would be taken for what was said inside.
#[tokio::test(flavor = "multi_thread")]
async fn start_tls_with_something_behind_it_is_refused_and_nonsense_ends_one_connection_only() {
    let (_dir, lab) = lab(1).await;
    let directory = &lab.details().directory;
    let connect = async || {
        let address = (directory.host.as_str(), directory.start_tls_port);
        tokio::net::TcpStream::connect(address).await.unwrap()
    };
    let mut start_tls = vec![0x30, 29, 2, 1, 1, 0x77, 24, 0x80, 22];
    start_tls.extend(b"1.3.6.1.4.1.1466.20037");
    // A second, whole request: to unbind.
    let unbind = [0x30, 5, 2, 1, 2, 0x42, 0];
    // Success is 0, protocolError 2: the first value of the response.
    for (behind, code) in [(&unbind[..], 2), (&[], 0)] {
        let mut socket = connect().await;
        socket
            .write_all(&[&start_tls, behind].concat())
            .await
            .unwrap();
        let mut answer = [0; 256];
        let length = socket.read(&mut answer).await.unwrap();
        let marker = answer[..length]
            .windows(2)
            .position(|pair| pair == [0x0a, 1])
            .unwrap();
        assert_eq!(answer[marker + 2], code);
    }
    for nonsense in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0xff; 4096],
    ] {
        let mut socket = connect().await;
        socket.write_all(nonsense).await.unwrap();
        socket.shutdown().await.unwrap();
        // It may answer or hang up, and ends.
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest).await;
    }
    assert!(
        entry(&lab, &directory.base_dn, &["dc"])
            .await
            .contains_key("dc")
    );
}
