//! Ports for servers that want to be told theirs before they start.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// Below it are the ports of a system's own services.
const FIRST: u16 = 10_000;

/// How often one is chosen before the system is asked for one.
const CHOICES: usize = 1_000;

/// So many ports that are free for both kinds of packet, all of them different.
///
/// They are let go before their server has them. The system gives them to nobody in between: they are below those that it
/// gives to connections and to whoever asks for any. Who else chooses at this moment chooses another, for it is by chance.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let given = first_given();
    let mut held = Vec::new();
    let mut choices = 0;
    while held.len() < N {
        choices += 1;
        let wanted = if given > FIRST + 2_000 && choices < CHOICES {
            let chance = RandomState::new().build_hasher().finish();
            FIRST + u16::try_from(chance % u64::from(given - FIRST)).unwrap()
        } else {
            0
        };
        let Ok(tcp) = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)) else {
            assert_ne!(wanted, 0, "the system has no port left");
            continue;
        };
        let port = tcp.local_addr().unwrap().port();
        if let Ok(udp) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, tcp, udp));
        }
    }
    let ports: Vec<u16> = held.iter().map(|(port, ..)| *port).collect();
    ports.try_into().unwrap()
}

/// The first of the ports that the system gives to whoever asks for any.
fn first_given() -> u16 {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let first = range.split_whitespace().next();
    first.and_then(|port| port.parse().ok()).unwrap_or(32_768)
}
