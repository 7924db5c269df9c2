//! A line-based conversation over a stream: bounded lines in, buffered bytes out. IMAP and SMTP.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::net::{Meter, Metered, Stream};

/// What is kept back before it is sent.
const OUT: usize = 64 * 1024;
/// A connection on which nothing happens for so long is dropped.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// One side of a conversation.
pub(crate) struct Wire {
    stream: Metered<Box<dyn Stream>>,
    input: BytesMut,
    out: Vec<u8>,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The other side left, or the connection was cut.
    Gone,
    /// A line longer than allowed.
    LineTooLong,
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl Wire {
    pub(crate) fn new(stream: Box<dyn Stream>, meter: Meter) -> Self {
        Self {
            stream: Metered {
                inner: stream,
                meter,
            },
            input: BytesMut::new(),
            out: Vec::new(),
        }
    }

    pub(crate) const fn meter(&self) -> &Meter {
        &self.stream.meter
    }

    /// The stream itself, for STARTTLS. What was sent before the handshake is thrown away, so that nothing
    /// said in the clear is taken for something said under TLS.
    pub(crate) fn into_stream(self) -> Box<dyn Stream> {
        self.stream.inner
    }

    /// Waits for more input. Sends what was kept back first: the other side may be waiting for it.
    async fn fill(&mut self) -> Result<(), Ended> {
        self.flush().await?;
        self.input.reserve(16 * 1024);
        let read = tokio::time::timeout(IDLE, self.stream.read_buf(&mut self.input))
            .await
            .map_err(|_| Ended::Gone)??;
        if read == 0 {
            return Err(Ended::Gone);
        }
        Ok(())
    }

    /// The next line, its end taken off.
    pub(crate) async fn line(&mut self, longest: usize) -> Result<Bytes, Ended> {
        let mut searched = 0;
        loop {
            let unseen = self.input.get(searched..).unwrap_or_default();
            if let Some(at) = unseen.iter().position(|byte| *byte == b'\n') {
                let mut line = self.input.split_to(searched + at + 1);
                line.truncate(line.len() - 1);
                if line.last() == Some(&b'\r') {
                    line.truncate(line.len() - 1);
                }
                if line.len() > longest {
                    return Err(Ended::LineTooLong);
                }
                return Ok(line.freeze());
            }
            searched = self.input.len();
            if searched > longest {
                return Err(Ended::LineTooLong);
            }
            self.fill().await?;
        }
    }

    /// Some of the next `most` bytes, at least one.
    pub(crate) async fn some(&mut self, most: u64) -> Result<Bytes, Ended> {
        if self.input.is_empty() {
            self.fill().await?;
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(self.input.split_to(most.min(self.input.len())).freeze())
    }

    /// Exactly `length` bytes. The caller bounds `length`.
    pub(crate) async fn exactly(&mut self, length: usize) -> Result<Bytes, Ended> {
        while self.input.len() < length {
            self.fill().await?;
        }
        Ok(self.input.split_to(length).freeze())
    }

    /// Says something, sooner or later.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Ended> {
        self.out.extend_from_slice(bytes.as_ref());
        if self.out.len() >= OUT {
            self.flush().await?;
        }
        Ok(())
    }

    /// Says what was kept back, now.
    pub(crate) async fn flush(&mut self) -> Result<(), Ended> {
        if !self.out.is_empty() {
            self.stream.write_all(&self.out).await?;
            self.out.clear();
            self.stream.flush().await?;
        }
        Ok(())
    }

    /// Ends the conversation in good order.
    pub(crate) async fn close(mut self) {
        if self.flush().await.is_ok() {
            // The other side may be gone already; there is nobody left to tell.
            let _ = self.stream.shutdown().await;
        }
    }
}
