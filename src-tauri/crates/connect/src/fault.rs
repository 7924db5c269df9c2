//! What the operating system and TLS say went wrong, in the engine's words.

use std::error::Error;
use std::io;

use stegvis_engine::ports::{EndpointError, EndpointErrorKind};

use crate::tls::Untrusted;

/// The trouble behind `error`, found by walking its sources: the certificate first, then what the socket said.
/// Every client library wraps these its own way; here they come out alike.
#[must_use]
pub fn endpoint_error(error: &(dyn Error + 'static)) -> EndpointError {
    let mut kind = None;
    let mut words: Vec<String> = Vec::new();
    for link in chain(error) {
        let said = link.to_string();
        // Libraries like to repeat their source's words in their own.
        if !words.iter().any(|word| word.contains(&said)) {
            words.push(said);
        }
        if let Some(untrusted) = link.downcast_ref::<Untrusted>() {
            return untrusted.endpoint_error();
        }
        if let Some(tls) = link.downcast_ref::<rustls::Error>() {
            kind = Some(match tls {
                rustls::Error::InvalidCertificate(_) => {
                    EndpointErrorKind::Certificate { fingerprint: None }
                }
                _ => EndpointErrorKind::Protocol,
            });
        } else if let Some(io) = link.downcast_ref::<io::Error>() {
            kind.get_or_insert(kind_of(io.kind()));
        }
    }
    EndpointError::new(
        kind.unwrap_or(EndpointErrorKind::Unreachable),
        words.join(": "),
    )
}

/// A timeout of ours: nobody answered within the time we give.
pub(crate) fn timed_out(what: &str) -> EndpointError {
    EndpointError::new(
        EndpointErrorKind::Unreachable,
        format!("{what}: no answer in time"),
    )
}

/// An answer that is not what the specification says.
pub(crate) fn unreadable(error: &stegvis_wire::Unreadable) -> EndpointError {
    EndpointError::new(EndpointErrorKind::Protocol, error.to_string())
}

const fn kind_of(kind: io::ErrorKind) -> EndpointErrorKind {
    match kind {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::WriteZero
        | io::ErrorKind::UnexpectedEof => EndpointErrorKind::Disconnected,
        io::ErrorKind::InvalidData => EndpointErrorKind::Protocol,
        _ => EndpointErrorKind::Unreachable,
    }
}

/// `error`, then what is inside it. An [`io::Error`] hides the error it carries from
/// [`Error::source`], so that one is opened by hand.
fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> + 'a {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        if let Some(inner) = link.downcast_ref::<io::Error>().and_then(|io| io.get_ref()) {
            return Some(inner as &(dyn Error + 'static));
        }
        if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other))) =
            link.downcast_ref()
        {
            return Some(&*other.0);
        }
        link.source()
    })
    .take(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_connection_is_unreachable_and_a_cut_one_is_disconnected() {
        for (io, expected) in [
            (
                io::ErrorKind::ConnectionRefused,
                EndpointErrorKind::Unreachable,
            ),
            (io::ErrorKind::TimedOut, EndpointErrorKind::Unreachable),
            (
                io::ErrorKind::ConnectionReset,
                EndpointErrorKind::Disconnected,
            ),
            (
                io::ErrorKind::UnexpectedEof,
                EndpointErrorKind::Disconnected,
            ),
        ] {
            assert_eq!(endpoint_error(&io::Error::from(io)).kind, expected);
        }
    }

    #[test]
    fn words_that_a_library_repeats_are_said_once() {
        let error = io::Error::other(io::Error::new(
            io::ErrorKind::ConnectionReset,
            "reset by peer",
        ));
        assert_eq!(endpoint_error(&error).detail, "reset by peer");
    }
}
