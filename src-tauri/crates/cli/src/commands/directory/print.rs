//! The directory for people.

use stegvis_api::directory::{
    ChangeReport, ChangedUser, DirectoryCheck, DirectoryFindingView, DirectoryList,
};
use stegvis_api::dto::Shell;

/// Subjects of a finding that are named; the rest are counted.
const NAMED: usize = 10;

pub fn list(list: &DirectoryList) {
    let organization = &list.organization;
    println!(
        "domain:   {} (controller {})",
        organization.domain, organization.domain_controller
    );
    if let Some(name) = &organization.exchange_organization {
        println!("exchange: {name}");
    }
    for server in &organization.servers {
        let version = server.version.as_deref().unwrap_or("version not known");
        println!(
            "server:   {}  {version} ({})",
            server.name, server.serial_number
        );
    }
    for domain in &organization.accepted_domains {
        let kind = if domain.authoritative {
            "authoritative"
        } else {
            "relayed"
        };
        println!("accepts:  {} ({kind})", domain.name);
    }
    for domain in &organization.not_searched {
        println!("not searched: {domain}; it has controllers of its own");
    }
    for mailbox in &list.mailboxes {
        let mut notes = Vec::new();
        for (set, word) in [
            (mailbox.hidden, "hidden"),
            (mailbox.disabled, "disabled"),
            (mailbox.protected, "protected"),
        ] {
            if set {
                notes.push(word.to_owned());
            }
        }
        if let Some(target) = &mailbox.target_address {
            notes.push(format!("-> {target}"));
        }
        println!(
            "{:<40} {:<16} {:<30} {}",
            mailbox.email_address,
            mailbox.kind,
            mailbox.display_name,
            notes.join(", ")
        );
    }
    println!(
        "{} mailboxes; {} groups, contacts and mail users come by directory synchronisation",
        list.mailboxes.len(),
        list.others.len()
    );
    findings(&list.findings);
}

pub fn check(check: &DirectoryCheck) {
    for mailbox in check.mailboxes.iter().filter(|mailbox| !mailbox.is_well()) {
        println!("{}  REFUSED", mailbox.email_address);
        if !mailbox.unwritable.is_empty() {
            println!("    may not write: {}", mailbox.unwritable.join(", "));
        }
        if let Some(words) = &mailbox.server_words {
            println!("    the server said: {words}");
        }
        if let Some(remedy) = mailbox.remedy {
            println!("    help: {remedy}");
        }
    }
    println!(
        "{} mailboxes may be forwarded and converted by this account, {} not",
        check.ok, check.refused
    );
    findings(&check.findings);
}

pub fn report(report: &ChangeReport, show_commands: bool) {
    for user in &report.users {
        if user.plan.is_some() || user.cause.is_some() || user.outcome == "NotBegun" {
            println!("{}  {}", user.email_address, outcome(user));
        }
        if !user.detail.is_empty() {
            println!("    {}", user.detail);
        }
        if let Some(remedy) = user.remedy {
            println!("    help: {remedy}");
        }
        let Some(plan) = &user.plan else { continue };
        for change in &plan.changes {
            for value in &change.delete {
                println!("    - {}: {value}", change.attribute);
            }
            for value in &change.add {
                println!("    + {}: {value}", change.attribute);
            }
        }
        for gate in &plan.gates {
            println!(
                "    gate {}: {} ({})",
                gate.gate,
                gate.state,
                [gate.code, &gate.detail].join(" ").trim_end()
            );
        }
        if show_commands {
            for command in &plan.commands {
                let shell = match command.shell {
                    Shell::Ldif => "LDIF (ldifde -i -f FILE)",
                    _ => "Exchange Management Shell",
                };
                println!("# {}, {shell}", command.does);
                println!("{}", command.text.trim_end());
                println!();
            }
        }
    }
    let planned = report
        .users
        .iter()
        .filter(|user| user.outcome == "Planned")
        .count();
    // Nothing is done in a dry run.
    let done = if planned > 0 {
        format!("{planned} planned, {} done already", report.done - planned)
    } else {
        format!("{} done", report.done)
    };
    println!(
        "{done}, {} failed, {} not begun",
        report.failed, report.not_begun
    );
}

fn outcome(user: &ChangedUser) -> String {
    match &user.cause {
        Some(cause) => format!("{} ({cause})", user.outcome),
        None => user.outcome.to_owned(),
    }
}

fn findings(findings: &[DirectoryFindingView]) {
    for finding in findings {
        println!(
            "{}: {}: {}",
            finding.severity, finding.code, finding.meaning
        );
        for [subject, evidence] in finding.evidence.iter().take(NAMED) {
            println!("    {subject}  {evidence}");
        }
        if finding.evidence.len() > NAMED {
            println!("    and {} more", finding.evidence.len() - NAMED);
        }
        println!("    help: {} ({})", finding.remedy, finding.fixer);
    }
}
