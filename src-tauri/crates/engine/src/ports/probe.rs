use async_trait::async_trait;

use super::EndpointError;

/// What an endpoint said of itself before anyone signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Where it was asked, `host:port`.
    pub endpoint: String,
    /// The protocol it speaks.
    pub protocol: String,
    /// Its own words.
    pub words: String,
}

/// Asks an endpoint whether it is there.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Where it asks, `host:port`.
    fn endpoint(&self) -> String;

    /// Connects, protects the connection, listens, and leaves.
    async fn probe(&self) -> Result<Answer, EndpointError>;
}
