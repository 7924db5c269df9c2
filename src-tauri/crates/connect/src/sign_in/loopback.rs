//! The port of this computer that the browser comes back to (RFC 8252 section 7.3).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// No browser's request is longer.
const LONGEST: usize = 64 * 1024;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections wait to be answered.
const QUEUE: usize = 16;

/// What the browser shows in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// After a sign-in.
    pub done: String,
    /// After a refusal.
    pub refused: String,
}

/// The port, open while this lives.
pub(super) struct Loopback {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Loopback {
    /// A free port. `localhost` may be either of two addresses: where the second one can be had, that too.
    pub(super) async fn bind() -> io::Result<Self> {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = first.local_addr()?.port();
        let mut listeners = vec![first];
        listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok());
        Ok(Self { listeners, port })
    }

    pub(super) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the request that `read` finds an answer in. Others are told that there is nothing here: browsers ask
    /// for icons, and open connections that they never use.
    pub(super) async fn wait<T, E>(
        self,
        farewell: &Farewell,
        read: impl Fn(&str) -> Option<Result<T, E>>,
    ) -> Result<T, E> {
        let (send, mut receive) = mpsc::channel(QUEUE);
        let mut tasks = tokio::task::JoinSet::new();
        for listener in self.listeners {
            let send = send.clone();
            tasks.spawn(async move {
                let mut asking = tokio::task::JoinSet::new();
                loop {
                    tokio::select! {
                        accepted = listener.accept() => match accepted {
                            Ok((stream, _)) => {
                                let send = send.clone();
                                asking.spawn(async move {
                                    let asked = tokio::time::timeout(PATIENCE, target(stream)).await;
                                    if let Ok(Some(asked)) = asked {
                                        // Nobody waits any more: the sign-in is over.
                                        let _ = send.send(asked).await;
                                    }
                                });
                            }
                            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                        },
                        Some(_) = asking.join_next() => {}
                    }
                }
            });
        }
        loop {
            // The sender here keeps the channel open: there is always a next one, or the caller's time runs out.
            let Some((target, stream)) = receive.recv().await else {
                std::future::pending::<()>().await;
                continue;
            };
            match read(&target) {
                Some(answer) => {
                    let words = if answer.is_ok() {
                        &farewell.done
                    } else {
                        &farewell.refused
                    };
                    say(stream, "200 OK", words).await;
                    return answer;
                }
                None => say(stream, "404 Not Found", "").await,
            }
        }
    }
}

/// What a GET request asks for: the path and query of its first line.
async fn target(mut stream: TcpStream) -> Option<(String, TcpStream)> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.ok()?;
        if read == 0 || head.len() + read > LONGEST {
            return None;
        }
        head.extend_from_slice(piece.get(..read)?);
    }
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let target = (words.next()? == "GET").then(|| words.next()).flatten()?;
    Some((target.to_owned(), stream))
}

async fn say(mut stream: TcpStream, status: &str, words: &str) {
    let words = words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let page = format!(
        "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>Stegvis</title></head><body><main><p>{words}</p></main></body></html>\n"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // A browser that has gone away has been answered well enough.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
