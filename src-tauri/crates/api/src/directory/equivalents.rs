//! What a change of the directory does, as a person would do it by other means: LDIF for any version, and the Exchange
//! Management Shell for 2007.

use std::fmt::Write as _;

use stegvis_engine::directory::{Values, changes};
use stegvis_engine::powershell::{guid_text, quoted};
use stegvis_model::ExchangeVersion;
use stegvis_wire::ldif::{Change, modify};

use crate::dto::{CommandLine, Shell};

/// The commands of a conversion and of the way back.
pub(crate) fn conversion(
    dn: &str,
    version: ExchangeVersion,
    before: &Values,
    after: &Values,
) -> Vec<CommandLine> {
    let mut lines = vec![ldif("convert", dn, before, after)];
    if version == ExchangeVersion::Exchange2007 {
        lines.push(line(Shell::PowerShell, "convert", convert_shell(dn, after)));
    }
    lines.push(ldif("undoConversion", dn, after, before));
    if version == ExchangeVersion::Exchange2007 {
        lines.push(line(
            Shell::PowerShell,
            "undoConversion",
            undo_shell(dn, before),
        ));
    }
    lines
}

/// The commands of a forwarding and of the way back.
pub(crate) fn forwarding(dn: &str, before: &Values, after: &Values) -> Vec<CommandLine> {
    vec![
        ldif("forward", dn, before, after),
        line(
            Shell::PowerShell,
            "forward",
            format!(
                "$user = [ADSI]{}; $user.Put('targetAddress', {}); $user.SetInfo()",
                quoted(&format!("LDAP://{dn}")),
                quoted(&text(after, "targetAddress")),
            ),
        ),
        ldif("undoForward", dn, after, before),
    ]
}

/// A change as LDIF; `ldifde -i -f FILE` takes it.
pub(crate) fn ldif(does: &str, dn: &str, from: &Values, to: &Values) -> CommandLine {
    let changes = changes(from, to);
    let records = changes.iter().map(|change| Change {
        name: &change.name,
        delete: &change.delete,
        add: &change.add,
    });
    line(Shell::Ldif, does, modify(dn, records))
}

/// Microsoft's own way: the mailbox is let go of, the user is mail-enabled, and its addresses are put back.
fn convert_shell(dn: &str, after: &Values) -> String {
    let user = quoted(dn);
    let addresses: Vec<String> = texts(after, "proxyAddresses")
        .iter()
        .map(|address| quoted(address))
        .collect();
    let mut out = String::new();
    let _ = writeln!(out, "Disable-Mailbox -Identity {user} -Confirm:$false");
    let _ = writeln!(
        out,
        "Enable-MailUser -Identity {user} -ExternalEmailAddress {}",
        quoted(&text(after, "targetAddress"))
    );
    let _ = writeln!(
        out,
        "Set-MailUser -Identity {user} -EmailAddressPolicyEnabled $false"
    );
    let _ = writeln!(
        out,
        "Set-MailUser -Identity {user} -EmailAddresses {} -WindowsEmailAddress {}",
        addresses.join(","),
        quoted(&text(after, "mail"))
    );
    if let Some(guid) = after
        .get("msExchMailboxGuid")
        .and_then(|values| values.first())
    {
        let bytes: Vec<String> = guid.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "$user = [ADSI]{}; $user.Put('msExchMailboxGuid', [byte[]]({})); $user.SetInfo()",
            quoted(&format!("LDAP://{dn}")),
            bytes.join(",")
        );
    }
    out
}

/// The mailbox that the store still keeps is given to the user again.
fn undo_shell(dn: &str, before: &Values) -> String {
    let user = quoted(dn);
    let guid = before
        .get("msExchMailboxGuid")
        .and_then(|values| <[u8; 16]>::try_from(values.first()?.as_slice()).ok())
        .map_or_else(|| "GUID".to_owned(), guid_text);
    format!(
        "Disable-MailUser -Identity {user} -Confirm:$false\n\
         Connect-Mailbox -Identity {guid} -Database {} -User {user}\n",
        quoted(&text(before, "homeMDB"))
    )
}

fn line(shell: Shell, does: &str, text: String) -> CommandLine {
    CommandLine {
        shell,
        does: does.to_owned(),
        text,
    }
}

fn texts(values: &Values, name: &str) -> Vec<String> {
    values
        .get(name)
        .into_iter()
        .flatten()
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}

fn text(values: &Values, name: &str) -> String {
    texts(values, name).into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_conversion_can_be_made_and_taken_back_by_other_means() {
        let values = |pairs: &[(&str, &[&[u8]])]| -> Values {
            pairs
                .iter()
                .map(|(name, values)| {
                    let values = values.iter().map(|value| value.to_vec()).collect();
                    ((*name).to_owned(), values)
                })
                .collect()
        };
        let guid: Vec<u8> = (0..16).collect();
        let before = values(&[
            ("homeMDB", &[b"CN=Store,CN=SRV"]),
            ("mail", &[b"o'brien@nordvik.example"]),
            ("msExchMailboxGuid", &[&guid]),
            ("proxyAddresses", &[b"SMTP:o'brien@nordvik.example"]),
        ]);
        let after = values(&[
            ("mail", &[b"o'brien@nordvik.example"]),
            ("msExchMailboxGuid", &[&[7; 16]]),
            (
                "proxyAddresses",
                &[b"SMTP:o'brien@nordvik.example", b"x500:/o=Nordvik/cn=ob"],
            ),
            ("targetAddress", &[b"SMTP:ob@nordvik.onmicrosoft.example"]),
        ]);
        let lines = conversion(
            "CN=Pat O\u{2019}Brien,DC=nordvik",
            ExchangeVersion::Exchange2007,
            &before,
            &after,
        );
        let shown: Vec<String> = lines
            .iter()
            .map(|line| format!("{:?} {}\n{}", line.shell, line.does, line.text))
            .collect();
        assert_snapshot!(shown.join("\n"), @"
        Ldif convert
        dn:: Q049UGF0IE/igJlCcmllbixEQz1ub3Jkdmlr
        changetype: modify
        delete: homeMDB
        homeMDB: CN=Store,CN=SRV
        -
        delete: msExchMailboxGuid
        msExchMailboxGuid:: AAECAwQFBgcICQoLDA0ODw==
        -
        add: msExchMailboxGuid
        msExchMailboxGuid:: BwcHBwcHBwcHBwcHBwcHBw==
        -
        add: proxyAddresses
        proxyAddresses: x500:/o=Nordvik/cn=ob
        -
        add: targetAddress
        targetAddress: SMTP:ob@nordvik.onmicrosoft.example
        -


        PowerShell convert
        Disable-Mailbox -Identity 'CN=Pat O’’Brien,DC=nordvik' -Confirm:$false
        Enable-MailUser -Identity 'CN=Pat O’’Brien,DC=nordvik' -ExternalEmailAddress 'SMTP:ob@nordvik.onmicrosoft.example'
        Set-MailUser -Identity 'CN=Pat O’’Brien,DC=nordvik' -EmailAddressPolicyEnabled $false
        Set-MailUser -Identity 'CN=Pat O’’Brien,DC=nordvik' -EmailAddresses 'SMTP:o''brien@nordvik.example','x500:/o=Nordvik/cn=ob' -WindowsEmailAddress 'o''brien@nordvik.example'
        $user = [ADSI]'LDAP://CN=Pat O’’Brien,DC=nordvik'; $user.Put('msExchMailboxGuid', [byte[]](7,7,7,7,7,7,7,7,7,7,7,7,7,7,7,7)); $user.SetInfo()

        Ldif undoConversion
        dn:: Q049UGF0IE/igJlCcmllbixEQz1ub3Jkdmlr
        changetype: modify
        add: homeMDB
        homeMDB: CN=Store,CN=SRV
        -
        delete: msExchMailboxGuid
        msExchMailboxGuid:: BwcHBwcHBwcHBwcHBwcHBw==
        -
        add: msExchMailboxGuid
        msExchMailboxGuid:: AAECAwQFBgcICQoLDA0ODw==
        -
        delete: proxyAddresses
        proxyAddresses: x500:/o=Nordvik/cn=ob
        -
        delete: targetAddress
        targetAddress: SMTP:ob@nordvik.onmicrosoft.example
        -


        PowerShell undoConversion
        Disable-MailUser -Identity 'CN=Pat O’’Brien,DC=nordvik' -Confirm:$false
        Connect-Mailbox -Identity 03020100-0504-0706-0809-0a0b0c0d0e0f -Database 'CN=Store,CN=SRV' -User 'CN=Pat O’’Brien,DC=nordvik'
        ");
        let lines = conversion("CN=a", ExchangeVersion::Exchange2003, &before, &after);
        assert!(lines.iter().all(|line| line.shell == Shell::Ldif));
    }
}
