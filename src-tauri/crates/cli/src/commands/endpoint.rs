use stegvis_api::dto::{EndpointView, ServiceView};
use stegvis_api::{App, Error};

use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

#[derive(Debug, clap::Subcommand)]
pub enum EndpointCommand {
    /// The tenant's endpoints, and the ways to make one.
    List(ProjectArguments),
    /// Have the service itself try its way to the old server.
    Test(ProjectArguments),
    /// Let the service move the mail, by this endpoint.
    Choose {
        /// Its name.
        name: String,
        #[command(flatten)]
        project: ProjectArguments,
    },
}

pub async fn run(command: EndpointCommand) -> Result<bool, Error> {
    let project = match &command {
        EndpointCommand::List(project)
        | EndpointCommand::Test(project)
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
        EndpointCommand::Choose { name, .. } => {
            app.choose_engine("Service".to_owned()).await?;
            app.choose_cloud_endpoint(name.clone()).await
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
