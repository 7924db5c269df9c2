//! A line as long as one likes: a TCP relay that holds every chunk back for a fixed time each way,
//! keeps the order and does not limit the rate.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Chunks under way in one direction: at 64 KiB each this bounds memory, not the rate.
const UNDER_WAY: usize = 4096;

/// Listens on a port of its own until the process ends.
pub struct Relay {
    /// Where to connect instead of the server.
    pub port: u16,
}

impl Relay {
    /// Relays to a loopback port, `delay` each way.
    pub fn to(server: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(upstream) = TcpStream::connect(("127.0.0.1", server)) else {
                    continue;
                };
                for (from, to) in [(&client, &upstream), (&upstream, &client)] {
                    direction(from.try_clone().unwrap(), to.try_clone().unwrap(), delay);
                }
            }
        });
        Self { port }
    }
}

fn direction(from: TcpStream, to: TcpStream, delay: Duration) {
    to.set_nodelay(true).unwrap();
    let (sender, receiver) = sync_channel(UNDER_WAY);
    thread::spawn(move || listen(from, &sender));
    thread::spawn(move || speak(to, &receiver, delay));
}

fn listen(mut from: TcpStream, sender: &SyncSender<(Instant, Vec<u8>)>) {
    let mut chunk = vec![0; 1 << 16];
    loop {
        let size = from.read(&mut chunk).unwrap_or(0);
        // An empty chunk is the end, and travels as long as everything else.
        let sent = sender.send((Instant::now(), chunk[..size].to_vec()));
        if size == 0 || sent.is_err() {
            return;
        }
    }
}

fn speak(mut to: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>, delay: Duration) {
    while let Ok((at, chunk)) = receiver.recv() {
        thread::sleep((at + delay).saturating_duration_since(Instant::now()));
        if chunk.is_empty() || to.write_all(&chunk).is_err() {
            // The other side may already be gone.
            to.shutdown(Shutdown::Write).ok();
            return;
        }
    }
}
