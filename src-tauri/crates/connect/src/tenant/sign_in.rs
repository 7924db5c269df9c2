//! As whom we go to a tenant. One sign-in serves every resource there: Graph, the Exchange admin interface, IMAP.

use std::sync::Arc;

use stegvis_engine::ports::EndpointError;
use url::Url;

use crate::http::{Application, HttpClient, TokenSource};
use crate::sign_in::{Certificate, Session};
use crate::tls::Trust;

/// As whom we go to a tenant.
#[derive(Debug, Clone)]
pub enum TenantSignIn {
    /// The application, which proves with a secret who it is.
    Secret(Application),
    /// The application, which proves it with a certificate.
    Certificate {
        /// The authority's token endpoint.
        token_url: Url,
        /// The application's id.
        client_id: String,
        /// The certificate and its key.
        certificate: Arc<Certificate>,
    },
    /// A person, by the application. Such a sign-in opens no mailbox but the person's own: it administers, and the
    /// migration service copies.
    Person {
        /// The application's id.
        client_id: String,
        /// What the person's sign-in left.
        session: Arc<Session>,
    },
}

impl TenantSignIn {
    /// The application's id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Secret(application) => &application.client_id,
            Self::Certificate { client_id, .. } | Self::Person { client_id, .. } => client_id,
        }
    }

    /// Whether a person is signed in, and not the application itself.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person { .. })
    }

    /// Tokens for each of these resources, asked for by one client of the authority.
    ///
    /// # Errors
    /// If the trust cannot be built or the authority's address is not an HTTPS one.
    pub fn tokens<const N: usize>(
        &self,
        trust: &Trust,
        scopes: [&str; N],
    ) -> Result<[Arc<TokenSource>; N], EndpointError> {
        Ok(match self {
            Self::Secret(application) => {
                let http = HttpClient::new(&application.token_url, trust)?;
                scopes.map(|scope| {
                    Arc::new(TokenSource::new(http.clone(), application.clone(), scope))
                })
            }
            Self::Certificate {
                token_url,
                client_id,
                certificate,
            } => {
                let http = HttpClient::new(token_url, trust)?;
                scopes.map(|scope| {
                    Arc::new(TokenSource::with_certificate(
                        http.clone(),
                        token_url.clone(),
                        client_id.clone(),
                        certificate.clone(),
                        scope,
                    ))
                })
            }
            Self::Person { session, .. } => {
                scopes.map(|scope| Arc::new(TokenSource::of_person(session.clone(), scope)))
            }
        })
    }
}
