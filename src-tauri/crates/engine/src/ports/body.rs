//! Message bytes on their way, and the budget that bounds how many are in memory at once.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::EndpointError;

/// Kilobytes are counted rather than bytes: a semaphore holds 2^61 permits but hands out at most 2^32 at once.
const UNIT: u64 = 1024;

/// How many bytes of mail the whole process may hold in memory.
#[derive(Debug, Clone)]
pub struct ByteBudget {
    permits: Arc<Semaphore>,
    units: u32,
}

/// A share of the [`ByteBudget`], given back when dropped.
#[derive(Debug)]
pub struct Held {
    _permit: Option<OwnedSemaphorePermit>,
}

impl ByteBudget {
    /// Messages larger than this are passed on in chunks and never held whole.
    pub const LARGEST_WHOLE: u64 = 1024 * 1024;

    /// A budget of so many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let units = u32::try_from((bytes / UNIT).max(1)).unwrap_or(u32::MAX);
        Self {
            permits: Arc::new(Semaphore::new(units as usize)),
            units,
        }
    }

    /// Waits for a share of `bytes`. A share larger than the whole budget is cut to it, so that
    /// nothing waits for ever.
    pub async fn hold(&self, bytes: u64) -> Held {
        let units = u32::try_from(bytes.div_ceil(UNIT))
            .unwrap_or(u32::MAX)
            .min(self.units);
        // The semaphore is never closed; were it, going on without a share only loosens the bound.
        Held {
            _permit: Arc::clone(&self.permits)
                .acquire_many_owned(units)
                .await
                .ok(),
        }
    }
}

/// A piece of a large message.
#[derive(Debug)]
pub struct Chunk {
    /// The bytes.
    pub bytes: Bytes,
    /// Their share of the budget.
    pub held: Held,
}

/// A large message in chunks: first `head`, which holds the whole header where it is of sane size,
/// then what the channel brings. The chunks add up to exactly `size` bytes, or the channel brings an error.
#[derive(Debug)]
pub struct BodyStream {
    /// How many bytes in all, `head` included.
    pub size: u64,
    /// The first bytes.
    pub head: Chunk,
    /// The rest.
    pub rest: mpsc::Receiver<Result<Chunk, EndpointError>>,
}

/// A message's bytes, untouched.
#[derive(Debug)]
pub enum Body {
    /// All of them.
    Whole(Chunk),
    /// A stream of them.
    Stream(BodyStream),
}

impl Body {
    /// How many bytes in all.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Whole(chunk) => chunk.bytes.len() as u64,
            Self::Stream(stream) => stream.size,
        }
    }

    /// The first bytes: enough to read the header from.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Whole(chunk) => &chunk.bytes,
            Self::Stream(stream) => &stream.head.bytes,
        }
    }
}
