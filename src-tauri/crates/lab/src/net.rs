//! Sockets: listening, TLS, and connections that can be cut.

use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How a connection starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS from the first byte.
    Implicit,
    /// In the clear; nobody signs in before STARTTLS.
    StartTls,
}

/// Anything bytes go both ways through.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// How many connections one server keeps at once.
const CONNECTIONS: usize = 1024;
const HANDSHAKE: Duration = Duration::from_secs(20);

/// A loopback listener and its port.
pub(crate) async fn bind() -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// Serves every connection of `listener` with `serve`, in a task of its own, until told to stop.
pub(crate) fn serve<F, S>(
    tasks: &TaskTracker,
    stop: &CancellationToken,
    listener: TcpListener,
    serve: S,
) where
    F: Future<Output = ()> + Send + 'static,
    S: Fn(TcpStream) -> F + Send + 'static,
{
    let (stop, connections) = (stop.clone(), tasks.clone());
    tasks.spawn(async move {
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let Ok((socket, _)) = accepted else {
                // Out of file descriptors, most likely: wait for some to come free.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                return;
            };
            // Answers are small and awaited one by one.
            let _ = socket.set_nodelay(true);
            let connection = serve(socket);
            let stop = stop.clone();
            connections.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = connection => {}
                }
                drop(permit);
            });
        }
    });
}

/// The server's half of a TLS handshake, in good time.
pub(crate) async fn handshake<S: Stream>(
    acceptor: &TlsAcceptor,
    socket: S,
) -> io::Result<tokio_rustls::server::TlsStream<S>> {
    tokio::time::timeout(HANDSHAKE, acceptor.accept(socket))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?
}

/// Counts the bytes of a connection, and can put an end to it.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    seen: AtomicU64,
    limit: AtomicU64,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Counts {
            seen: AtomicU64::new(0),
            limit: AtomicU64::new(u64::MAX),
        }))
    }

    /// How many bytes went either way.
    pub(crate) fn seen(&self) -> u64 {
        self.0.seen.load(Ordering::Relaxed)
    }

    /// Cuts the connection after so many more bytes.
    pub(crate) fn cut_after(&self, bytes: u64) {
        let limit = self.seen().saturating_add(bytes);
        self.0.limit.store(limit, Ordering::Relaxed);
    }

    fn left(&self) -> io::Result<usize> {
        let left = self
            .0
            .limit
            .load(Ordering::Relaxed)
            .saturating_sub(self.seen());
        if left == 0 {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(usize::try_from(left).unwrap_or(usize::MAX))
    }

    fn count(&self, bytes: usize) {
        self.0.seen.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A stream under a [`Meter`].
pub(crate) struct Metered<S> {
    pub(crate) inner: S,
    pub(crate) meter: Meter,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.meter.left()?;
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.meter.count(buffer.filled().len() - before);
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.meter.left()?;
        let part = bytes.get(..left).unwrap_or(bytes);
        let result = Pin::new(&mut self.inner).poll_write(context, part);
        if let Poll::Ready(Ok(written)) = result {
            self.meter.count(written);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
