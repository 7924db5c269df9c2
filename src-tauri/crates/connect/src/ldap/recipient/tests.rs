use super::super::entry::of;
use super::*;

const DN: &str = "CN=Anna,OU=Staff,DC=nordvik,DC=example";

#[test]
fn a_mailbox_shows_its_primary_address_its_kind_and_its_state() {
    let anna = read(&of(
        DN,
        &[
            ("cn", &["Anna Berg"]),
            ("mailNickname", &["anna"]),
            ("mail", &["old@nordvik.example"]),
            (
                "proxyAddresses",
                &[
                    "smtp:a.berg@nordvik.example",
                    "X400:c=SE;a= ;p=Nordvik",
                    "SMTP:anna@nordvik.example",
                ],
            ),
            ("msexchrecipienttypedetails", &["16"]),
            ("msExchHideFromAddressLists", &["TRUE"]),
            ("adminCount", &["1"]),
            ("userAccountControl", &["514"]),
            ("userPrincipalName", &["anna@nordvik.local"]),
            ("targetAddress", &["SMTP:anna@nordvik.onmicrosoft.example"]),
            ("altRecipient", &["CN=Bo,DC=nordvik,DC=example"]),
            (
                "homeMDB",
                &["CN=Staff\\, north,CN=Storage,CN=EX1,CN=Servers"],
            ),
            (
                "msExchHomeServerName",
                &["/o=Nordvik/ou=First/cn=Configuration/cn=Servers/cn=EX1"],
            ),
        ],
    ))
    .unwrap();
    assert_eq!(anna.address.to_string(), "anna@nordvik.example");
    assert_eq!(anna.proxy_addresses.len(), 2);
    assert_eq!(anna.kind, RecipientKind::RoomMailbox);
    assert_eq!(anna.display_name, "Anna Berg");
    assert!(anna.hidden && anna.protected && anna.disabled);
    assert_eq!(
        anna.target_address.as_deref(),
        Some("SMTP:anna@nordvik.onmicrosoft.example")
    );
    assert_eq!(
        anna.user_principal_name.as_deref(),
        Some("anna@nordvik.local")
    );
    assert_eq!(
        anna.alternate_recipient.as_deref(),
        Some("CN=Bo,DC=nordvik,DC=example")
    );
    assert_eq!(anna.server.as_deref(), Some("EX1"));
    assert_eq!(anna.store.as_deref(), Some("Staff, north"));
}

#[test]
fn an_object_of_exchange_2003_without_type_is_a_user_mailbox() {
    let bo = read(&of(
        DN,
        &[("mailNickname", &["bo"]), ("mail", &["bo@nordvik.example"])],
    ))
    .unwrap();
    assert_eq!(bo.kind, RecipientKind::UserMailbox);
    assert_eq!(bo.proxy_addresses, std::slice::from_ref(&bo.address));
    assert!(!bo.hidden && !bo.protected && !bo.disabled);
    assert_eq!((bo.server, bo.store), (None, None));
}

#[test]
fn a_disabled_account_of_exchange_2003_is_a_resource_or_linked_by_whom_it_stands_for() {
    let object = |name: &str, sid: &[u8], control: &str| {
        let mut entry = of(
            DN,
            &[
                ("cn", &[name]),
                ("mail", &["x@nordvik.example"]),
                ("userAccountControl", &[control]),
            ],
        );
        entry
            .attributes
            .insert("msExchMasterAccountSid".into(), vec![sid.to_vec()]);
        read(&entry).unwrap().kind
    };
    let foreign = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];
    assert_eq!(
        object("Konferensrum Norr", &SELF, "514"),
        RecipientKind::RoomMailbox
    );
    assert_eq!(
        object("Projector 2", &SELF, "514"),
        RecipientKind::EquipmentMailbox
    );
    assert_eq!(object("Info", &SELF, "514"), RecipientKind::SharedMailbox);
    assert_eq!(object("Cia", &foreign, "514"), RecipientKind::LinkedMailbox);
    assert_eq!(object("Cia", &foreign, "512"), RecipientKind::UserMailbox);
}

#[test]
fn exchanges_own_mailboxes_and_objects_without_address_are_left_out() {
    let mail: (&str, &[&str]) = ("mail", &["x@nordvik.example"]);
    for entry in [
        of(DN, &[("cn", &["SystemMailbox{1f05a927}"]), mail]),
        of(DN, &[("mailNickname", &["extest_123"]), mail]),
        of(DN, &[("msExchRecipientTypeDetails", &["8192"]), mail]),
        of(
            "CN=x,CN=Microsoft Exchange System Objects,DC=nordvik,DC=example",
            &[mail],
        ),
        of(DN, &[("mail", &["not an address"])]),
    ] {
        assert_eq!(read(&entry), None, "{entry:?}");
    }
}

#[test]
fn the_class_tells_what_comes_by_directory_synchronisation() {
    let other = |class: &str| {
        read_other(&of(DN, &[("cn", &["x"]), ("objectClass", &["top", class])]))
            .map(|other| other.kind)
    };
    assert_eq!(other("group"), Some(OtherRecipientKind::Group));
    assert_eq!(other("contact"), Some(OtherRecipientKind::MailContact));
    assert_eq!(other("user"), Some(OtherRecipientKind::MailUser));
    assert_eq!(
        other("msExchDynamicDistributionList"),
        Some(OtherRecipientKind::DynamicGroup)
    );
    assert_eq!(other("publicFolder"), None);
}
