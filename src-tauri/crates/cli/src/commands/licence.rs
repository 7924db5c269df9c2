//! `stegvis licence`: who needs one and until when, and giving them away.

use stegvis_api::dto::{LicenceAlarm, LicenceWishesDto, LicencesView};
use stegvis_api::{Error, ErrorCode, licence_remedy};

use super::copy::stop_on_interrupt;
use super::project::ProjectArguments;
use crate::terminal::{Rehearsal, print_json};

/// Licences: who needs one and until when, which products fit, and giving them away.
#[derive(Debug, clap::Subcommand)]
pub enum LicenceCommand {
    /// Who needs one, and what *assign* would do. Changes nothing.
    List(LicenceArguments),
    /// Give them away. Run again, it gives nobody a second one.
    Assign {
        #[command(flatten)]
        licences: LicenceArguments,
        /// Say what would be assigned, and assign nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct LicenceArguments {
    #[command(flatten)]
    project: ProjectArguments,
    /// A product to take, by its id or its name; the first one first, and no others.
    #[arg(long, value_name = "SKU")]
    prefer: Vec<String>,
    /// The country, in two letters, of those of whom the tenant knows none.
    #[arg(long, value_name = "SE")]
    location: Option<String>,
}

/// Exit code 0 when nobody is in need, 1 when somebody still is; 2 when nothing could be asked.
pub async fn run(command: LicenceCommand) -> Result<bool, Error> {
    let (arguments, assign) = match command {
        LicenceCommand::List(arguments) => (arguments, false),
        LicenceCommand::Assign { licences, dry_run } => (licences, !dry_run),
    };
    let json = arguments.project.json;
    let shown = Rehearsal::new(json);
    let app = arguments.project.open(&shown).await?;
    let wishes = LicenceWishesDto {
        preferred: arguments.prefer,
        location: arguments.location,
    };
    let seen = if assign {
        let interrupted = stop_on_interrupt();
        tokio::select! {
            seen = app.assign_licences(wishes) => seen,
            // What is on its way is waited for; the next batch is not sent.
            never = async {
                interrupted.cancelled().await;
                match app.stop_licences().await {
                    Ok(()) => std::future::pending().await,
                    Err(error) => Err(error),
                }
            } => never,
        }
    } else {
        app.licences_view(wishes).await
    };
    shown.finish();
    app.close_project().await?;
    let view = seen?;
    if view.people == 0 {
        return Err(Error::new(
            ErrorCode::NothingChosen,
            "no mailbox is in a batch yet",
            "Make a batch first.",
        ));
    }
    if json {
        print_json(&view)?;
    } else {
        print(&view);
    }
    Ok(view.needs.is_empty())
}

fn print(view: &LicencesView) {
    println!(
        "{} in need of a licence; {} have their own, {} by a group, {} need none",
        view.needs.len(),
        view.own,
        view.by_group,
        view.exempt
    );
    for need in &view.needs {
        let left = match (need.days_left, need.alarm) {
            (None, _) => "no mailbox yet".to_owned(),
            (Some(_), LicenceAlarm::Over) => "the time is over".to_owned(),
            (Some(days), LicenceAlarm::None) => format!("{days} days left"),
            (Some(days), _) => format!("{days} days left!"),
        };
        let group = need.group_error.as_deref();
        let group = group.map_or_else(String::new, |error| format!("; a group did not: {error}"));
        println!("  {:<40} {left}{group}", need.address);
    }
    println!("products:");
    for product in &view.products {
        println!(
            "  {:<24} {:>5} free, large enough for {}, {} missing",
            product.name, product.free, product.fits, product.missing
        );
    }
    if !view.planned.is_empty() {
        println!("to assign:");
    }
    for one in &view.planned {
        let country = one.set_location.as_deref();
        let country = country.map_or_else(String::new, |code| format!(", with the country {code}"));
        println!("  {:<40} {}{country}", one.address, one.product);
    }
    for (addresses, why) in [
        (&view.without, "no licence is free"),
        (
            &view.no_location,
            "no country is known: say it with --location",
        ),
        (
            &view.not_yet,
            "no mailbox yet: a licence now would make a second one",
        ),
        (
            &view.convert,
            "a room, a thing or shared: make it that in the tenant instead",
        ),
        (&view.unknown, "the tenant has no such user"),
    ] {
        for address in addresses {
            println!("  {address:<40} {why}");
        }
    }
    for refused in &view.refused {
        println!(
            "  {:<40} refused: {}\n  {:<40} {}",
            refused.address,
            refused.server_words,
            "",
            licence_remedy(refused.cause)
        );
    }
    if !view.given.is_empty() {
        println!("assigned by this project: {}", view.given.len());
    }
}
