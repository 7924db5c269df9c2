//! What a project is connected to, for people.

use stegvis_api::dto::{FindingView, MailDto, PlacesView, PreflightView, TrustDto};

pub fn places(view: &PlacesView) {
    println!("{}", view.company);
    row("status mail to", view.notify.as_deref().unwrap_or("nobody"));
    match &view.source {
        None => row("old server", "not connected"),
        Some(source) => {
            let words = format!(
                "{}:{} {} as {} ({}, {})",
                source.host,
                source.port,
                source.security,
                source.account,
                trust(&source.trust),
                kept(view.source_password_kept)
            );
            row("old server", &words);
        }
    }
    match &view.directory {
        None => row("directory", "not connected"),
        Some(directory) => {
            let words = format!(
                "{}:{} {} as {} ({}, {})",
                directory.hosts.join(","),
                directory.port,
                directory.security,
                directory.account,
                trust(&directory.trust),
                kept(view.directory_password_kept)
            );
            row("directory", &words);
        }
    }
    match &view.mail {
        None => row("own mail", "no way"),
        Some(MailDto::Graph { from }) => row("own mail", &format!("Graph, from {from}")),
        Some(MailDto::Smtp {
            host, port, from, ..
        }) => row("own mail", &format!("{host}:{port}, from {from}")),
    }
    match &view.signed_in {
        None => row("tenant", "nobody is signed in"),
        Some(who) => {
            let name = who.name.as_deref().unwrap_or(&who.client_id);
            row(
                "tenant",
                &format!("{} by {} as {name}", who.tenant_id, who.way),
            );
        }
    }
    if let Some(certificate) = &view.certificate {
        let ends = certificate.ends.as_deref().unwrap_or("-");
        let words = format!("{} until {ends}", certificate.thumbprint);
        row("certificate", &words);
        row("", &certificate.file);
    }
    if view.copy_trouble.is_some() {
        println!(
            "A person's sign-in opens no mailbox but their own: sign in as the application with its certificate to copy from here, or let Microsoft's migration service copy."
        );
    }
}

fn row(what: &str, words: &str) {
    println!("  {what:<15} {words}");
}

fn kept(kept: bool) -> &'static str {
    if kept {
        "its password is kept"
    } else {
        "its password is not kept"
    }
}

fn trust(trust: &TrustDto) -> String {
    match trust {
        TrustDto::System => "this computer's trust".to_owned(),
        TrustDto::Pinned { fingerprint } => format!("pinned {fingerprint}"),
        TrustDto::Authority { .. } => "an authority of its own".to_owned(),
    }
}

/// What the checks found last, and whether that is of now.
pub fn checks(view: &PreflightView) {
    let words = match (&view.ran_at, view.of_before) {
        (None, _) => "have not run: run `stegvis project check`".to_owned(),
        (Some(at), false) => format!("ran last at {at}"),
        (Some(at), true) => format!("ran last at {at}; {OF_BEFORE}"),
    };
    row("checks", &words);
}

/// Why what a check found is not known of now.
pub const OF_BEFORE: &str =
    "a connection has changed since, and what they found is of before: run `stegvis project check`";

pub fn findings(findings: &[FindingView]) {
    for finding in findings {
        let before = if finding.of_before {
            "  (of before a connection changed)"
        } else {
            ""
        };
        println!(
            "  {:<8} {:<24} {}{before}",
            finding.severity, finding.check, finding.code
        );
    }
}
