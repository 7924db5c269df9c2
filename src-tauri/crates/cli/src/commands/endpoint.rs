use std::time::Duration;

use stegvis_api::dto::{EndpointView, NewEndpointDto, ServiceView};
use stegvis_api::{App, ENDPOINT_PATIENCE, Error};
use tokio_util::sync::CancellationToken;

use super::copy::stop_on_interrupt;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

#[derive(Debug, clap::Subcommand)]
pub enum EndpointCommand {
    /// The tenant's endpoints, and the ways to make one.
    List(ProjectArguments),
    /// Have the service itself try its way to the old server.
    Test(ProjectArguments),
    /// Make an endpoint: by Microsoft's module, directly, or wait until it was made in the Exchange admin centre.
    Make {
        /// Its name.
        name: String,
        /// Who makes it.
        #[arg(long, value_enum, default_value_t = Route::PowerShell)]
        route: Route,
        /// Try the direct route, though nobody has proved it against Microsoft's service yet.
        #[arg(long)]
        unproved: bool,
        /// The public name of the old server's RPC proxy.
        #[arg(long)]
        host: String,
        /// The old server's own name, where it is another than the project's.
        #[arg(long)]
        exchange_server: Option<String>,
        /// Mailboxes at the same time.
        #[arg(long, default_value_t = 20)]
        at_once: u32,
        #[command(flatten)]
        project: ProjectArguments,
    },
    /// Let the service move the mail, by this endpoint.
    Choose {
        /// Its name.
        name: String,
        #[command(flatten)]
        project: ProjectArguments,
    },
}

/// Who makes an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Route {
    /// Microsoft's module, on this computer.
    PowerShell,
    /// A person in the Exchange admin centre, for whom this waits.
    AdminCentre,
    /// Exchange Online's admin interface itself, with the password in a form that was guessed: off without --unproved.
    DirectRest,
}

impl Route {
    const fn name(self) -> &'static str {
        match self {
            Self::PowerShell => "PowerShell",
            Self::AdminCentre => "AdminCentre",
            Self::DirectRest => "DirectRest",
        }
    }
}

/// How often a person hears that the endpoint is still waited for.
const REMINDER: Duration = Duration::from_secs(5 * 60);

/// Says what is waited for, for how long yet and how to stop, until this is dropped.
async fn waiting_aloud(name: &str) -> std::convert::Infallible {
    eprintln!(
        "Make the endpoint {name} in the Exchange admin centre now (Migration, Endpoints): an Outlook Anywhere endpoint, by \
         exactly this name."
    );
    let mut left = ENDPOINT_PATIENCE;
    loop {
        eprintln!("{}", waiting_words(name, left));
        tokio::time::sleep(REMINDER).await;
        left = left.saturating_sub(REMINDER);
    }
}

fn waiting_words(name: &str, left: Duration) -> String {
    let minutes = left.as_secs().div_ceil(60);
    format!(
        "Waiting for {name}, {minutes} min more at most. Ctrl-C stops the waiting; nothing is undone by that."
    )
}

/// Makes it, or waits for it until somebody interrupts.
async fn made(
    app: &App,
    endpoint: NewEndpointDto,
    unproved: bool,
    aloud: bool,
    stop: &CancellationToken,
) -> Result<EndpointView, Error> {
    let name = endpoint.name.clone();
    let making = async {
        if unproved {
            app.try_cloud_endpoint(endpoint).await
        } else {
            app.make_cloud_endpoint(endpoint).await
        }
    };
    tokio::pin!(making);
    tokio::select! {
        made = &mut making => made,
        never = waiting_aloud(&name), if aloud => match never {},
        () = stop.cancelled() => {
            app.cancel_cloud_endpoint().await?;
            making.await
        }
    }
}

pub async fn run(command: EndpointCommand) -> Result<bool, Error> {
    let project = match &command {
        EndpointCommand::List(project)
        | EndpointCommand::Test(project)
        | EndpointCommand::Make { project, .. }
        | EndpointCommand::Choose { project, .. } => project.clone(),
    };
    let shown = Rehearsal::new(true);
    let app = project.open(&shown).await?;
    let done = answer(&app, &command).await;
    shown.finish();
    app.close_project().await?;
    let view = done?;
    let service = view.service;
    let well = match command {
        EndpointCommand::Test(_) => service.tested.as_ref().is_some_and(|tested| tested.works),
        _ => service.trouble.is_none(),
    };
    if project.json {
        print_json(&service)?;
    } else {
        print(&service);
    }
    Ok(well)
}

async fn answer(app: &App, command: &EndpointCommand) -> Result<EndpointView, Error> {
    let read = app.read_service().await?;
    match command {
        EndpointCommand::List(_) => Ok(read),
        EndpointCommand::Test(_) => app.test_cloud_endpoint().await,
        EndpointCommand::Make {
            name,
            route,
            unproved,
            host,
            exchange_server,
            at_once,
            project,
        } => {
            let endpoint = NewEndpointDto {
                route: route.name().to_owned(),
                name: name.clone(),
                host: host.clone(),
                exchange_server: exchange_server.clone(),
                email_address: None,
                max_concurrent_migrations: *at_once,
            };
            let aloud = *route == Route::AdminCentre && !project.json;
            made(app, endpoint, *unproved, aloud, &stop_on_interrupt()).await
        }
        EndpointCommand::Choose { name, .. } => {
            // A name that is not there changes nothing.
            app.choose_cloud_endpoint(name.clone()).await?;
            app.choose_engine("Service".to_owned()).await
        }
    }
}

fn print(service: &ServiceView) {
    if let Some(trouble) = &service.trouble {
        println!("the tenant could not be asked: {trouble}");
    }
    for endpoint in &service.endpoints {
        let chosen = service.chosen.as_ref() == Some(&endpoint.name);
        println!(
            "{} {:<24} {:<28} {} at once",
            if chosen { "*" } else { " " },
            endpoint.name,
            endpoint.proxy.as_deref().unwrap_or("-"),
            endpoint
                .at_once
                .map_or_else(|| "-".to_owned(), |at_once| at_once.to_string())
        );
    }
    if let Some(tested) = &service.tested {
        let words = tested.words.as_deref().unwrap_or_default();
        let outcome = if tested.works {
            "reaches"
        } else {
            "does not reach"
        };
        println!(
            "the service {outcome} the old server by it ({}) {words}",
            tested.at
        );
    }
    for route in &service.routes {
        println!("  {:<12} {:<9} {}", route.route, route.state, route.detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_told_for_how_long_yet_and_how_to_stop() {
        let words = waiting_words("Nordvik", ENDPOINT_PATIENCE);
        assert!(words.starts_with("Waiting for Nordvik, 60 min more at most."));
        assert!(words.contains("Ctrl-C"));
        // What is left of a minute is not told as none.
        let last = waiting_words("Nordvik", Duration::from_secs(20));
        assert!(last.contains(", 1 min more"), "{last}");
    }
}
