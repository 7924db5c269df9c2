use async_trait::async_trait;
use stegvis_engine::ports::{Answer, EndpointError, Probe};

use super::endpoint::ImapEndpoint;
use super::session::Session;

/// What an IMAP server says before anyone signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapProbe {
    /// Its greeting.
    pub greeting: String,
    /// What it announces.
    pub capabilities: Vec<String>,
}

/// Connects, protects the connection, reads the greeting and the capabilities, and leaves.
///
/// # Errors
/// What kept it from that.
pub async fn probe_imap(endpoint: &ImapEndpoint) -> Result<ImapProbe, EndpointError> {
    let mut session = Session::connect(endpoint).await?;
    let mut capabilities = std::mem::take(&mut session.capabilities);
    if capabilities.is_empty() {
        capabilities = session.ask_capabilities(Vec::new()).await?;
    }
    let greeting = session.greeting.clone();
    session.log_out().await;
    Ok(ImapProbe {
        greeting,
        capabilities,
    })
}

/// Asks an IMAP endpoint whether it is there.
pub struct ImapProber(pub ImapEndpoint);

#[async_trait]
impl Probe for ImapProber {
    fn endpoint(&self) -> String {
        format!("{}:{}", self.0.host, self.0.port)
    }

    async fn probe(&self) -> Result<Answer, EndpointError> {
        let found = probe_imap(&self.0).await?;
        Ok(Answer {
            endpoint: self.endpoint(),
            protocol: "IMAP".to_owned(),
            words: found.greeting,
        })
    }
}
