use std::path::PathBuf;
use std::time::Duration;

use stegvis_api::dns::{
    DnsEvent, DnsPlan, DnsQuery, DnsSubjectView, DnsView, PlanRequest, check_dns, plan_dns,
    watch_dns,
};
use stegvis_api::{App, Error};

use super::copy::stop_on_interrupt;
use super::files::read;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

/// DNS of a domain. Exit code 0 when all is right, 1 when something is not, 2 when nobody could be asked.
#[derive(Debug, clap::Subcommand)]
pub enum DnsCommand {
    /// Look once: what the tenant needs, what the servers that decide say, what resolvers say.
    Check {
        #[command(flatten)]
        domain: DomainArguments,
    },
    /// Look until all is right everywhere. With --json one event a line.
    Watch {
        #[command(flatten)]
        domain: DomainArguments,
        /// Look at least this often, in seconds, while a change is waited for; by default 60.
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=900))]
        every: Option<u64>,
        /// Give up after so many seconds, with exit code 1.
        #[arg(long)]
        give_up_after: Option<u64>,
    },
    /// What to change, in which order, what may be done now, and the way back.
    ///
    /// With --step exit code 1 means that this step may not be taken yet.
    Plan {
        #[command(flatten)]
        domain: DomainArguments,
        /// A test mail from outside, saved as a file: proof that mail comes directly.
        #[arg(long)]
        proof: Option<PathBuf>,
        /// Ask for one step: lowerTtl, moveMx, moveAutodiscover, tidySpf, removeBatches, decommission.
        #[arg(long, value_parser = ["lowerTtl", "moveMx", "moveAutodiscover", "tidySpf", "removeBatches", "decommission"])]
        step: Option<String>,
    },
    /// Have the practice company's DNS host make a change. One whose turn has not come is refused.
    Practice {
        #[command(flatten)]
        project: ProjectArguments,
        /// Which.
        #[arg(long, value_parser = ["lowerTtl", "moveMx", "moveAutodiscover", "addSpf", "tidySpf", "dkim", "dmarc", "back"])]
        step: String,
    },
    /// Have somebody outside send a test mail to the practice company, and print it as it came.
    TestMail {
        #[command(flatten)]
        project: ProjectArguments,
    },
}

#[derive(Debug, clap::Args)]
pub struct DomainArguments {
    /// The domain of the mail addresses; by default the project's.
    #[arg(long, required_unless_present = "project")]
    domain: Option<String>,
    /// What the tenant needs: Graph's answer to GET /domains/DOMAIN/serviceConfigurationRecords. Without it the
    /// project's tenant is asked.
    #[arg(long, required_unless_present = "project")]
    expected: Option<PathBuf>,
    /// A resolver whose view is watched, ADDRESS or ADDRESS:PORT; twice for two. By default this computer's.
    #[arg(long = "resolver")]
    resolvers: Vec<String>,
    /// A server that decides, ADDRESS:PORT, where they are not to be searched for; may be given again.
    #[arg(long)]
    authoritative: Vec<String>,
    /// A name or address of the old server, beside those within the domain; may be given again.
    #[arg(long)]
    old: Vec<String>,
    /// The project that remembers the values from before and knows the mailboxes.
    #[arg(long)]
    project: Option<PathBuf>,
    /// The practice organisation of the project that runs already, by the ready-file of `stegvis lab serve`.
    #[arg(long, value_name = "READY_FILE", requires = "project")]
    lab: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl DomainArguments {
    fn query(&self) -> Result<DnsQuery, Error> {
        Ok(DnsQuery {
            domain: self.domain.clone(),
            expected: self.expected.as_deref().map(read).transpose()?,
            resolvers: self.resolvers.clone(),
            authoritative: self.authoritative.clone(),
            old: self.old.clone(),
            project: self.project.clone(),
        })
    }

    /// The project whose tenant is asked; nothing where the records are given.
    async fn project(&self) -> Result<Option<App>, Error> {
        let Some(project) = self.project.as_ref().filter(|_| self.expected.is_none()) else {
            return Ok(None);
        };
        let project = ProjectArguments::at(project.clone(), self.lab.clone(), self.json);
        Ok(Some(project.open(&Rehearsal::new(true)).await?))
    }
}

pub async fn run(command: DnsCommand) -> Result<bool, Error> {
    let domain = match &command {
        DnsCommand::Check { domain }
        | DnsCommand::Watch { domain, .. }
        | DnsCommand::Plan { domain, .. } => domain,
        DnsCommand::Practice { project, .. } | DnsCommand::TestMail { project } => {
            let app = project.open(&Rehearsal::new(true)).await?;
            let done = practise(&app, &command).await;
            app.close_project().await?;
            return done;
        }
    };
    let app = domain.project().await?;
    let done = ask(&command, app.as_ref()).await;
    if let Some(app) = app {
        app.close_project().await?;
    }
    done
}

async fn ask(command: &DnsCommand, app: Option<&App>) -> Result<bool, Error> {
    match command {
        DnsCommand::Check { domain } => {
            let query = domain.query()?;
            let view = match app {
                Some(app) => app.look_at_dns(&query).await?,
                None => check_dns(&query).await?,
            };
            if domain.json {
                print_json(&view)?;
            } else {
                print(&view);
            }
            Ok(view.right)
        }
        DnsCommand::Watch {
            domain,
            every,
            give_up_after,
        } => watch(app, domain, *every, *give_up_after).await,
        DnsCommand::Plan {
            domain,
            proof,
            step,
        } => {
            let request = PlanRequest {
                query: domain.query()?,
                proof: proof.as_deref().map(read).transpose()?,
            };
            let plan = match app {
                Some(app) => app.plan_dns(&request).await?,
                None => plan_dns(&request).await?,
            };
            if domain.json {
                print_json(&plan)?;
            } else {
                print_plan(&plan);
            }
            Ok(match step {
                Some(step) => plan
                    .steps
                    .iter()
                    .any(|planned| planned.step == *step && planned.allowed),
                None => plan.dns.right,
            })
        }
        DnsCommand::Practice { .. } | DnsCommand::TestMail { .. } => Ok(true),
    }
}

/// What only the practice company has.
async fn practise(app: &App, command: &DnsCommand) -> Result<bool, Error> {
    match command {
        DnsCommand::Practice { project, step } => {
            let page = app.practice_dns(step.clone()).await?;
            if project.json {
                print_json(&page)?;
            } else if let Some(view) = &page.view {
                print(view);
            }
        }
        DnsCommand::TestMail { project } => {
            let mail = app.practice_test_mail().await?;
            if project.json {
                print_json(&mail)?;
            } else {
                print!("{}", mail.mail);
            }
        }
        _ => {}
    }
    Ok(true)
}

async fn watch(
    app: Option<&App>,
    domain: &DomainArguments,
    every: Option<u64>,
    give_up_after: Option<u64>,
) -> Result<bool, Error> {
    let query = domain.query()?;
    let cancel = stop_on_interrupt();
    if let Some(seconds) = give_up_after {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            cancel.cancel();
        });
    }
    let (json, mut shown, mut unwritten) = (domain.json, None, Ok(()));
    let tell = |event| {
        if json {
            if let Err(error) = print_json(&event) {
                unwritten = Err(error);
                cancel.cancel();
            }
            return;
        }
        match event {
            DnsEvent::Seen { view } => {
                let states: Vec<_> = view
                    .subjects
                    .iter()
                    .map(|subject| subject.state.clone())
                    .collect();
                if shown.as_ref() != Some(&states) {
                    print(&view);
                    shown = Some(states);
                }
            }
            DnsEvent::Changed { change } => println!(
                "{} at {}: {} -> {}",
                change.subject,
                change.server,
                list(&change.was),
                list(&change.now)
            ),
            DnsEvent::Trouble { words } => println!("nobody answers: {words}"),
            DnsEvent::Next { at } => println!("next look: {at}"),
        }
    };
    let every = every.map(Duration::from_secs);
    let end = match app {
        Some(app) => app.follow_dns(&query, every, &cancel, tell).await?,
        None => watch_dns(&query, every, &cancel, tell).await?,
    };
    unwritten?;
    Ok(end.is_some())
}

fn print(view: &DnsView) {
    println!("{} at {}", view.domain, view.at);
    if let Some(trouble) = &view.trouble {
        println!("the servers that decide were not found: {trouble:?}");
    }
    for subject in &view.subjects {
        print_subject(subject);
    }
    println!(
        "{}",
        if view.right {
            "all right"
        } else {
            "not all right"
        }
    );
}

/// What others wrote is quoted and escaped: no terminal obeys it.
fn print_subject(subject: &DnsSubjectView) {
    println!(
        "\n{:<14} {} {}  [{}]",
        subject.subject, subject.kind, subject.name, subject.state
    );
    for record in &subject.expected {
        println!("    needed    {:?}, TTL {} s", record.value, record.ttl);
    }
    for server in &subject.servers {
        let who = if server.authoritative {
            "decides "
        } else {
            "repeats "
        };
        if let Some(trouble) = &server.trouble {
            println!("    {who}  {}: no answer, {trouble:?}", server.server);
        } else if server.records.is_empty() {
            println!("    {who}  {}: no record", server.server);
        }
        for record in &server.records {
            println!(
                "    {who}  {}: {:?}, TTL {} s",
                server.server, record.value, record.ttl
            );
        }
    }
    for finding in &subject.findings {
        let words = finding.words.replace(char::is_control, "?");
        println!("    {:<8}  {words}", finding.severity);
    }
}

fn print_plan(plan: &DnsPlan) {
    print(&plan.dns);
    println!("\nsteps");
    for step in &plan.steps {
        match &step.words {
            None => println!("    may now   {}", step.step),
            Some(words) => println!("    locked    {}: {words}", step.step),
        }
    }
    for (when, mail) in [("now", &plan.mail_now), ("after MX", &plan.mail_after_mx)] {
        if let Some(mail) = mail {
            println!(
                "    mail      {when}: reaches {} mailboxes; goes round: {}; is sent back: {}; by others' servers: {}",
                mail.delivered,
                list(&mail.loops),
                list(&mail.returned),
                mail.by_others
            );
        }
    }
    for line in &plan.ttl {
        println!(
            "    first     lower the TTL of {} from {} to {} s; change the record after {}",
            line.subject, line.ttl, line.lower_to, line.ready_at
        );
    }
    if let Some(delivery) = &plan.delivery {
        println!(
            "    test mail {}",
            delivery.words.replace(char::is_control, "?")
        );
    }
    for change in &plan.changes {
        let when = if change.allowed { "set" } else { "later" };
        println!("\n{when}: {}", change.subject);
        println!("    zone file   {}", change.zone);
        let fields = &change.fields;
        let priority = fields
            .priority
            .map_or_else(String::new, |priority| format!("  priority {priority}"));
        println!(
            "    fields      name {} (or {})  type {}  value {}{priority}  TTL {}",
            fields.name, fields.full_name, fields.kind, fields.value, fields.ttl
        );
        if let Some(windows) = &change.windows {
            println!("    PowerShell  {windows}");
        }
    }
    if let Some(before) = &plan.before {
        println!("\nthe way back, as it was before:");
        for line in before.lines() {
            println!("    {line}");
        }
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() {
        return "nothing".to_owned();
    }
    format!("{values:?}")
}

#[cfg(test)]
mod tests;
