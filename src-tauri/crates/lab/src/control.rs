//! A way in for whoever tests from outside this process: one line of text, posted to a loopback port.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use crate::dns::DnsStep;
use crate::migration;
use crate::orders::Order;
use crate::world::World;

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    WithdrawConsent,
    GiveConsent,
    DemandClaims(bool),
    /// So many days pass.
    Days(u32),
    /// What stands in the way of a mailbox is taken out of it.
    Mend(String),
    /// The company's DNS host makes a change.
    Dns(DnsStep),
    Order(Order),
}

/// Reads `withdraw-consent`, `give-consent`, `demand-claims on|off`, `days N`, `lose-answer CMDLET`,
/// `hold-answer CMDLET MS`, `hold-request CMDLET MS`, `refuse REQUESTS STATUS`, `stall ADDRESS MS`,
/// `fail ADDRESS poisoned|timeout|stalled|transient|signin|source|server`, `mend ADDRESS` or `dns STEP`.
fn command(text: &str) -> Option<Command> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let wait = |text: &str| text.parse().ok().map(Duration::from_millis);
    Some(match words.as_slice() {
        ["withdraw-consent"] => Command::WithdrawConsent,
        ["give-consent"] => Command::GiveConsent,
        ["demand-claims", "on"] => Command::DemandClaims(true),
        ["demand-claims", "off"] => Command::DemandClaims(false),
        ["days", days] => Command::Days(days.parse().ok()?),
        ["lose-answer", cmdlet] => Command::Order(Order::LoseAnswer {
            cmdlet: (*cmdlet).to_owned(),
        }),
        ["hold-answer", cmdlet, ms] => Command::Order(Order::HoldAnswer {
            cmdlet: (*cmdlet).to_owned(),
            wait: wait(ms)?,
        }),
        ["hold-request", cmdlet, ms] => Command::Order(Order::HoldRequest {
            cmdlet: (*cmdlet).to_owned(),
            wait: wait(ms)?,
        }),
        ["refuse", requests, status] => Command::Order(Order::Refuse {
            requests: requests.parse().ok()?,
            status: status
                .parse()
                .ok()
                .filter(|status| *status == 429 || (500..600).contains(status))?,
        }),
        ["stall", address, ms] => Command::Order(Order::StallUser {
            address: (*address).to_owned(),
            wait: wait(ms)?,
        }),
        ["fail", address, name] => Command::Order(Order::FailUser {
            address: (*address).to_owned(),
            words: migration::words(name)?,
        }),
        ["dns", step] => Command::Dns(DnsStep::of_name(step)?),
        ["mend", address] => Command::Mend((*address).to_owned()),
        _ => return None,
    })
}

/// `POST /`.
async fn obey(State(world): State<Arc<World>>, text: String) -> (StatusCode, String) {
    let done = match command(&text) {
        None => {
            return (
                StatusCode::BAD_REQUEST,
                format!("no such command: {text}\n"),
            );
        }
        Some(Command::WithdrawConsent) => world.withdraw_consent(),
        Some(Command::GiveConsent) => world.give_consent(),
        Some(Command::Days(days)) => world.pass_days(days),
        Some(Command::Dns(step)) => world.change_dns(step),
        Some(Command::Mend(address)) => world.mend(&address),
        Some(Command::DemandClaims(demand)) => {
            world.demand_claims(demand);
            Ok(())
        }
        Some(Command::Order(order)) => {
            world.orders.add(order);
            Ok(())
        }
    };
    match done {
        Ok(()) => (StatusCode::OK, "done\n".to_owned()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

/// Serves one connection.
pub(crate) async fn serve(world: Arc<World>, socket: TcpStream) {
    let router = Router::new().route("/", post(obey)).with_state(world);
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection of the control port ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_command_or_none() {
        assert_eq!(
            command("withdraw-consent\n"),
            Some(Command::WithdrawConsent)
        );
        assert_eq!(
            command("demand-claims off"),
            Some(Command::DemandClaims(false))
        );
        assert_eq!(command("dns moveMx"), Some(Command::Dns(DnsStep::MoveMx)));
        assert_eq!(command("days 61"), Some(Command::Days(61)));
        assert_eq!(
            command("hold-request New-MigrationBatch 1500"),
            Some(Command::Order(Order::HoldRequest {
                cmdlet: "New-MigrationBatch".to_owned(),
                wait: Duration::from_millis(1500),
            }))
        );
        assert_eq!(
            command("refuse 3 503"),
            Some(Command::Order(Order::Refuse {
                requests: 3,
                status: 503
            }))
        );
        for wrong in [
            "",
            "refuse 3 200",
            "days -1",
            "lose-answer",
            "dns mx",
            "give consent",
            "fail a@b.example x",
        ] {
            assert_eq!(command(wrong), None, "{wrong}");
        }
    }
}
