//! A way in for whoever tests from outside this process: one line of text, posted to a loopback port.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::LabError;
use crate::dns::{self, DnsStep};
use crate::migration;
use crate::orders::Order;
use crate::world::World;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How large an answer may be.
const LARGEST: u64 = 64 * 1024;

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
    /// Somebody outside writes to a mailbox of the company; the mail that came is the answer.
    TestMail(String),
    Order(Order),
}

/// Reads `withdraw-consent`, `give-consent`, `demand-claims on|off`, `days N`, `lose-answer CMDLET`,
/// `hold-answer CMDLET MS`, `hold-request CMDLET MS`, `refuse REQUESTS STATUS`, `stall ADDRESS MS`,
/// `fail ADDRESS poisoned|timeout|stalled|transient|signin|source|server`, `mend ADDRESS`, `dns STEP`
/// or `test-mail ADDRESS`.
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
        ["test-mail", to] => Command::TestMail((*to).to_owned()),
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
        Some(Command::TestMail(to)) => {
            return match dns::test_mail(&world, &to) {
                Some(mail) => (StatusCode::OK, mail),
                None => (StatusCode::NOT_FOUND, format!("nobody is called {to}\n")),
            };
        }
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

/// Posts one line to the control port of a practice organisation in another process, by the address that its details
/// name, and tells what it answered.
pub async fn tell(control: &str, line: &str) -> Result<String, LabError> {
    let answered = tokio::time::timeout(PATIENCE, post_line(control, line)).await;
    let late = || std::io::Error::from(std::io::ErrorKind::TimedOut);
    let (done, words) = answered
        .unwrap_or_else(|_| Err(late()))
        .map_err(LabError::io(control))?;
    if done {
        return Ok(words);
    }
    Err(LabError::io(line)(std::io::Error::other(
        words.trim_end().to_owned(),
    )))
}

/// Whether it was done, and the words of the answer.
async fn post_line(control: &str, line: &str) -> std::io::Result<(bool, String)> {
    let odd = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let host = control
        .strip_prefix("http://")
        .ok_or_else(odd)?
        .trim_end_matches('/');
    let mut socket = TcpStream::connect(host).await?;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{line}",
        line.len()
    );
    socket.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    socket.take(LARGEST).read_to_string(&mut answer).await?;
    let (head, words) = answer.split_once("\r\n\r\n").ok_or_else(odd)?;
    Ok((head.starts_with("HTTP/1.1 200 "), words.to_owned()))
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
        assert_eq!(
            command("test-mail anna@nordvik.example\n"),
            Some(Command::TestMail("anna@nordvik.example".to_owned()))
        );
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
