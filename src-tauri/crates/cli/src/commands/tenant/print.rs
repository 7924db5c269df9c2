//! The tenant in text.

use stegvis_api::sign_in::{
    AppGuide, CertificateView, GuideStep, ProbeResult, ProbeView, SignedInView, TenantFacts,
};

pub fn who(view: &SignedInView) {
    let name = match &view.name {
        Some(name) => name.as_str(),
        None if view.way == "certificate" => "the application, with its certificate",
        None => "somebody",
    };
    println!("signed in: {name}");
    println!("tenant:    {}", view.tenant_id);
}

pub fn certificate(made: &CertificateView) {
    let verb = if made.made { "made" } else { "written again" };
    println!("{verb}: {}", made.file.display());
    println!("thumbprint: {}", made.thumbprint);
    if let Some(ends) = &made.ends {
        println!("good until: {ends}");
    }
    println!(
        "Upload it at the registration, Certificates & secrets. Its private key is in this computer's keychain."
    );
}

pub fn probed(view: &ProbeView) {
    for probe in &view.permissions {
        let result = match probe.result {
            ProbeResult::Granted => "granted",
            ProbeResult::Missing => "MISSING",
            ProbeResult::NotAsked => "not asked",
            ProbeResult::Unclear => "unclear",
        };
        let optional = if probe.permission.optional {
            ", optional"
        } else {
            ""
        };
        println!(
            "{result:<10} {:<32} {}{optional}",
            probe.permission.name,
            probe.permission.resource.title()
        );
        if probe.result == ProbeResult::Missing {
            println!("           {}", probe.permission.why);
        }
        if let Some(remedy) = &probe.remedy {
            println!("           {remedy}");
        }
        if let Some(words) = &probe.server_words {
            println!("           {words}");
        }
    }
    println!(
        "{}",
        if view.ready {
            "everything that is needed is there"
        } else {
            "something that is needed is missing"
        }
    );
}

pub fn facts(facts: &TenantFacts) {
    println!("organisation: {}", facts.organization);
    let last = facts.last_sync.as_deref().unwrap_or("never");
    let judged = match (facts.sync_enabled, facts.sync_stale) {
        (Some(true), false) => "on",
        (Some(true), true) => "on, but too long ago",
        (Some(false), _) => "switched off",
        (None, _) => "never set up",
    };
    println!("directory synchronisation: {judged}, last {last}");
    println!("\ndomains");
    for domain in &facts.domains {
        let mut notes = vec![if domain.verified {
            "verified"
        } else {
            "NOT VERIFIED"
        }];
        notes.extend(domain.federated.then_some("federated"));
        notes.extend(domain.default.then_some("default"));
        notes.extend(domain.initial.then_some("initial"));
        println!("  {:<40} {}", domain.name, notes.join(", "));
    }
    println!("\nlicences");
    for licence in &facts.licences {
        let mailbox = if licence.mailbox {
            "with a mailbox"
        } else {
            "no mailbox"
        };
        println!(
            "  {:<40} {} of {} used, {} free, {mailbox}",
            licence.product, licence.used, licence.bought, licence.free
        );
    }
    let counts = &facts.counts;
    println!(
        "\nusers: {}, {} synchronised, {} with a licence for a mailbox",
        counts.users, counts.synced_users, counts.licensed_users
    );
    for (kind, count) in &counts.recipients {
        println!("  {kind:<40} {count}");
    }
    println!(
        "\nin {} calls to Graph and {} to Exchange Online",
        facts.calls.graph, facts.calls.exchange
    );
}

pub fn guide(guide: &AppGuide) {
    println!("Before the migration\n");
    steps(&guide.steps);
    println!("Why each permission is needed\n");
    for permission in &guide.permissions {
        let optional = if permission.optional {
            " (optional)"
        } else {
            ""
        };
        println!("  {}{optional}: {}", permission.name, permission.why);
        println!("      {}", permission.when);
    }
    println!("\nAfter the migration, remove\n");
    steps(&guide.removal);
}

fn steps(steps: &[GuideStep]) {
    for (place, step) in steps.iter().enumerate() {
        println!("{:>2}. {}", place + 1, step.place);
        println!("    {}", step.words);
        for value in &step.values {
            println!("      {}: {}", value.field, value.value);
        }
        println!();
    }
}
