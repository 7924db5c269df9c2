//! Modifications, as OpenLDAP's tools ask for them: what Active Directory answers, this answers. The result codes
//! are those of Samba 4.17's domain controller, asked the same things with the same tools.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod clients;

use clients::directory::{GORAN, PEOPLE, entry, modify, with_hurdles};
use clients::lab;
use stegvis_lab::Hurdle;

#[tokio::test(flavor = "multi_thread")]
async fn modifications_end_as_they_do_on_samba() {
    let (_dir, lab) = lab(3).await;
    let long = "a".repeat(1200);
    // What is asked, and Samba's result code. They are carried out in this order, on one object.
    let table: Vec<(&str, String, i32)> = [
        ("delete a value that is not there", "delete: targetAddress\ntargetAddress: SMTP:x@y", 16),
        ("delete an attribute that is not there", "delete: targetAddress", 16),
        ("replace nothing by nothing", "replace: targetAddress", 0),
        ("add a value that is there", "add: proxyAddresses\nproxyAddresses: SMTP:goran.wikstrom@nordvik.example", 20),
        ("add a value twice", "add: proxyAddresses\nproxyAddresses: x500:/o=a\nproxyAddresses: x500:/o=a", 20),
        ("add two values where one may be", "add: targetAddress\ntargetAddress: SMTP:a@b\ntargetAddress: SMTP:c@d", 20),
        ("replace by two where one may be", "replace: targetAddress\ntargetAddress: SMTP:a@b\ntargetAddress: SMTP:c@d", 20),
        ("add a second value where one may be", "add: displayName\ndisplayName: x", 20),
        ("add the same where one may be", "add: mailNickname\nmailNickname: goran.wikstrom", 20),
        ("delete one, then add one", "delete: mailNickname\nmailNickname: goran.wikstrom\n-\nadd: mailNickname\nmailNickname: goran", 0),
        ("delete in another case", "delete: mailNickname\nmailNickname: GORAN", 0),
        ("add it back", "add: mailNickname\nmailNickname: goran.wikstrom", 0),
        ("add one before deleting one", "add: mailNickname\nmailNickname: goran\n-\ndelete: mailNickname\nmailNickname: goran.wikstrom", 20),
        ("all or nothing", "delete: mDBUseDefaults\n-\ndelete: targetAddress\ntargetAddress: SMTP:none@x", 16),
        ("a longer address than may be", &*format!("replace: targetAddress\ntargetAddress: {long}"), 21),
        ("a longer proxy address than may be", &*format!("add: proxyAddresses\nproxyAddresses: {long}"), 21),
        ("an attribute that the schema does not have", "add: noSuch\nnoSuch: x", 16),
        ("no boolean", "replace: mDBUseDefaults\nmDBUseDefaults: maybe", 21),
        ("a boolean in small letters", "replace: mDBUseDefaults\nmDBUseDefaults: true", 21),
        ("no number", "replace: msExchUserAccountControl\nmsExchUserAccountControl: x", 21),
        ("no large number", "replace: msExchVersion\nmsExchVersion: x", 21),
        ("a number with zeros before it", "replace: msExchUserAccountControl\nmsExchUserAccountControl: 000", 0),
        ("seventeen bytes for a GUID", "replace: msExchMailboxGuid\nmsExchMailboxGuid:: AAAAAAAAAAAAAAAAAAAAAAA=", 21),
        ("a store that is not there", "replace: homeMDB\nhomeMDB: CN=None,DC=nordvik,DC=example", 19),
        ("an agent that is not there", "replace: homeMTA\nhomeMTA: CN=None,DC=nordvik,DC=example", 19),
        ("no distinguished name", "replace: homeMDB\nhomeMDB: nonsense", 34),
        ("an empty value", "replace: targetAddress\ntargetAddress:", 21),
        ("a value deleted twice", "delete: proxyAddresses\nproxyAddresses: smtp:goran.wikstrom@nordvikbygg.example\nproxyAddresses: smtp:goran.wikstrom@nordvikbygg.example", 16),
        ("another case of a value, by deleting and adding", "delete: proxyAddresses\nproxyAddresses: smtp:goran.wikstrom@nordvikbygg.example\n-\nadd: proxyAddresses\nproxyAddresses: smtp:Goran.Wikstrom@nordvikbygg.example", 0),
        ("and back", "delete: proxyAddresses\nproxyAddresses: smtp:Goran.Wikstrom@nordvikbygg.example\n-\nadd: proxyAddresses\nproxyAddresses: smtp:goran.wikstrom@nordvikbygg.example", 0),
        ("no change at all", "add: targetAddress", 53),
        // As an account with the rights on mail attributes is answered, not an administrator.
        ("what the system alone writes", "replace: whenChanged\nwhenChanged: 20200101000000.0Z", 50),
        ("the end of a link", "add: memberOf\nmemberOf: CN=Alla,OU=Personal,OU=Nordvik,DC=nordvik,DC=example", 50),
        ("what is made when it is asked for", "replace: canonicalName\ncanonicalName: x", 50),
        ("the object's own name", "replace: cn\ncn: other", 50),
    ]
    .map(|(what, ldif, code)| (what, ldif.to_owned(), code))
    .into();
    let before = entry(&lab, GORAN, &["*"]).await;
    for (what, changes, code) in &table {
        let answered = modify(&lab, GORAN, &[], &format!("{changes}\n-")).await;
        assert_eq!(answered, *code, "{what}");
    }
    let mut after = entry(&lab, GORAN, &["*"]).await;
    for counted in ["uSNChanged", "whenChanged"] {
        assert_ne!(after.get(counted), before.get(counted), "{counted}");
        after.insert(counted.to_owned(), before[counted].clone());
    }
    assert_eq!(
        after, before,
        "what was refused left no trace, and the rest was taken back"
    );

    let there = "add: proxyAddresses\nproxyAddresses: SMTP:goran.wikstrom@nordvik.example\n-";
    let target = "replace: targetAddress\ntargetAddress: SMTP:a@b\n-";
    for (what, dn, flags, changes, code) in [
        (
            "permissive: a value that is there",
            GORAN,
            &["-e", "1.2.840.113556.1.4.1413"][..],
            there,
            0,
        ),
        (
            "permissive: an attribute that is not there",
            GORAN,
            &["-e", "1.2.840.113556.1.4.1413"],
            "delete: targetAddress\n-",
            0,
        ),
        (
            "a critical control that is not known",
            GORAN,
            &["-e", "!1.2.3.4"],
            target,
            12,
        ),
        (
            "one that is not critical",
            GORAN,
            &["-e", "1.2.3.4"],
            target,
            0,
        ),
        (
            "an object that is not there",
            "CN=Nobody,DC=nordvik,DC=example",
            &[],
            target,
            32,
        ),
        ("no name", "nonsense", &[], target, 34),
        (
            "a name in another form",
            r"cn=G\C3\B6ran Wikstr\C3\B6m , OU=personal,OU=Nordvik,DC=nordvik,DC=example",
            &[],
            "delete: targetAddress\n-",
            0,
        ),
    ] {
        assert_eq!(modify(&lab, dn, flags, changes).await, code, "{what}");
    }
    // Samba takes these; Active Directory, which compares without regard to case, does not, and nor does this.
    let recased = "add: proxyAddresses\nproxyAddresses: smtp:GORAN.WIKSTROM@nordvik.example\n-";
    assert_eq!(modify(&lab, GORAN, &[], recased).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_the_same_value_at_once_are_told_apart() {
    let (_dir, lab) = lab(2).await;
    let first = "SMTP:first@nordvik.onmicrosoft.example";
    let set = format!("add: targetAddress\ntargetAddress: {first}\n-");
    assert_eq!(modify(&lab, GORAN, &[], &set).await, 0);
    let change = |to: usize| {
        format!(
            "delete: targetAddress\ntargetAddress: {first}\n-\nadd: targetAddress\ntargetAddress: SMTP:{to}@nordvik.onmicrosoft.example\n-"
        )
    };
    let changes: Vec<String> = (0..8).map(change).collect();
    let all = changes
        .iter()
        .map(|change| modify(&lab, GORAN, &[], change));
    let mut codes = futures::future::join_all(all).await;
    codes.sort_unstable();
    assert_eq!(codes, [0, 16, 16, 16, 16, 16, 16, 16]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_may_write_is_told_when_it_is_asked_for_by_name() {
    let (_dir, lab) = with_hurdles(10).await;
    let whole = entry(&lab, GORAN, &["*", "+"]).await;
    assert!(whole.contains_key("uSNChanged") && whole.contains_key("memberOf"));
    for constructed in [
        "allowedAttributes",
        "allowedAttributesEffective",
        "canonicalName",
    ] {
        assert!(!whole.contains_key(constructed), "{constructed}");
    }
    let asked = [
        "allowedAttributes",
        "ALLOWEDATTRIBUTESEFFECTIVE",
        "canonicalName",
        "modifyTimeStamp",
    ];
    let goran = entry(&lab, GORAN, &asked).await;
    let text = |values: &[Vec<u8>]| -> Vec<String> {
        values
            .iter()
            .map(|v| String::from_utf8(v.clone()).unwrap())
            .collect()
    };
    assert_eq!(
        text(&goran["canonicalName"]),
        ["nordvik.example/Nordvik/Personal/Göran Wikström"]
    );
    let writable = text(&goran["allowedAttributesEffective"]);
    for name in [
        "targetAddress",
        "homeMDB",
        "proxyAddresses",
        "msExchMailboxSecurityDescriptor",
    ] {
        assert!(writable.iter().any(|known| known == name), "{name}");
    }
    for name in [
        "objectGUID",
        "whenChanged",
        "memberOf",
        "userAccountControl",
        "member",
    ] {
        assert!(!writable.iter().any(|known| known == name), "{name}");
    }
    let protected = lab
        .details()
        .mailboxes
        .iter()
        .find(|m| m.hurdle == Some(Hurdle::ProtectedAccount))
        .unwrap();
    let protected = entry(
        &lab,
        &format!("CN={},{PEOPLE}", protected.display_name),
        &asked,
    )
    .await;
    assert!(!protected.contains_key("allowedAttributesEffective"));
    assert_eq!(protected["allowedAttributes"], goran["allowedAttributes"]);
    // What it is told is what it gets.
    for name in &writable {
        let nothing = format!("replace: {name}\n-");
        if !whole.contains_key(name) {
            assert_eq!(modify(&lab, GORAN, &[], &nothing).await, 0, "{name}");
        }
    }
}
