//! How errors print: what happened, what to do, and whether trying again can help.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use insta::assert_snapshot;
use stegvis_api::Error;
use stegvis_api::copy::{CopyRequest, copy};
use tokio_util::sync::CancellationToken;

fn request(source: &str) -> CopyRequest {
    CopyRequest {
        source: source.to_owned(),
        target: "imaps://anna@mail.example".to_owned(),
        list: None,
        source_password: Some("p".to_owned().into()),
        target_password: Some("p".to_owned().into()),
        project: std::env::temp_dir().join("stegvis-never-made"),
        concurrency: 1,
        allow_plaintext: false,
        trusted_ca: None,
    }
}

async fn refused(request: CopyRequest) -> String {
    let error: Error = copy(request, Arc::new(|_| {}), &CancellationToken::new())
        .await
        .unwrap_err();
    format!("{:?}: {}\n{}", error.code, error.message, error.help)
}

#[tokio::test]
async fn each_mistake_in_a_copy_names_the_place_and_the_remedy() {
    assert_snapshot!(refused(request("ews://anna@mail.example")).await, @r"
    NotAvailableYet: ews:// is not available yet
    Exchange 2003 and 2007 can be read over IMAP: imap://user@host.
    ");
    assert_snapshot!(refused(request("pop3://anna@mail.example")).await, @r"
    InvalidInput: pop3:// is not known
    Write it as imaps://user@host, or imap://user@host:port.
    ");
    assert_snapshot!(refused(request("imaps://mail.example")).await, @r"
    InvalidInput: the source URL names no user
    Write it as imap://user@host:port, or give a --list.
    ");
    assert_snapshot!(refused(request("imaps://anna:secret@mail.example")).await, @r"
    InvalidInput: a URL holds a password
    Take it out: set STEGVIS_SOURCE_PASSWORD and STEGVIS_TARGET_PASSWORD instead, where no process list shows it.
    ");
    let without = CopyRequest {
        source_password: None,
        ..request("imaps://anna@mail.example")
    };
    assert_snapshot!(refused(without).await, @r"
    InvalidInput: the source password is not given
    Set STEGVIS_SOURCE_PASSWORD and STEGVIS_TARGET_PASSWORD, or give a --list.
    ");
    let list = CopyRequest {
        list: Some(b"EmailAddress\nanna@nordvik.example\n".to_vec()),
        ..request("imaps://mail.example")
    };
    assert_snapshot!(refused(list).await, @r"
    NotAList: the first line has no column SourceUser; it must have EmailAddress,SourceUser,SourcePassword,TargetUser,TargetPassword
    Mend the list and run the command again.
    ");
}
