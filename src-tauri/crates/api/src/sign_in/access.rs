//! The way to the tenant of whoever is signed in. Its tokens renew themselves.

use std::sync::Arc;

use stegvis_connect::exchange_online::ExchangeOnline;
use stegvis_connect::graph::Graph;
use stegvis_connect::http::{Authorized, HttpClient, TokenSource};
use stegvis_connect::sign_in::SignIn;
use stegvis_connect::tenant::TenantSignIn;
use stegvis_wire::{exchange_online, graph};
use url::Url;

use super::kept::{Remembered, Signed, Way};
use super::place::client;
use super::{SignedInView, certificate, words};
use crate::Error;

/// A tenant that somebody is signed in to.
pub struct TenantAccess {
    pub(super) signed: Signed,
    pub(super) graph_base: Url,
    pub(super) graph: Graph,
    pub(super) exchange: ExchangeOnline,
    /// Tokens for Graph, and for Exchange Online and IMAP.
    pub(super) tokens: [Arc<TokenSource>; 2],
    /// The clients of Graph and of Exchange Online, which count what they send.
    pub(super) clients: [HttpClient; 2],
}

impl TenantAccess {
    /// Goes on with the sign-in that is remembered, without asking anybody. Nothing is sent yet.
    ///
    /// # Errors
    /// EndpointMissing when nobody is signed in; Keychain when it does not let us in.
    pub async fn resume(remembered: &Remembered) -> Result<Self, Error> {
        let signed = remembered.signed()?.ok_or_else(words::nobody)?;
        let sign_in = sign_in_of(remembered, &signed).await?;
        let bases = [
            signed.place.graph()?,
            signed.place.exchange(&signed.tenant_id)?,
        ];
        Self::by(signed, &sign_in, bases)
    }

    /// By this sign-in, to Graph and the Exchange admin interface at these addresses.
    pub(super) fn by(
        signed: Signed,
        sign_in: &TenantSignIn,
        bases: [Url; 2],
    ) -> Result<Self, Error> {
        let trust = signed.place.trust();
        let tokens = sign_in
            .tokens(&trust, [graph::SCOPE, exchange_online::SCOPE])
            .map_err(|error| words::endpoint(&error))?;
        let [graph_tokens, exchange_tokens] = &tokens;
        let [graph_base, exchange_base] = bases;
        let clients = [
            client(&graph_base, &trust)?,
            client(&exchange_base, &trust)?,
        ];
        let [graph_client, exchange_client] = &clients;
        let authorized = Authorized::new(exchange_client.clone(), exchange_tokens.clone());
        let tenant_id = signed.tenant_id.clone();
        Ok(Self {
            graph: Graph::new(
                graph_base.clone(),
                Authorized::new(graph_client.clone(), graph_tokens.clone()),
            ),
            exchange: if sign_in.is_person() {
                ExchangeOnline::of_person(exchange_base, tenant_id, authorized)
            } else {
                ExchangeOnline::new(exchange_base, tenant_id, authorized)
            },
            graph_base,
            tokens,
            clients,
            signed,
        })
    }

    /// Who is signed in, and where.
    #[must_use]
    pub fn who(&self) -> SignedInView {
        self.signed.view()
    }

    pub(super) fn is_person(&self) -> bool {
        self.signed.way == Way::Person
    }
}

/// The sign-in that is remembered, ready for use. Nothing is sent yet.
pub(crate) async fn sign_in_of(
    remembered: &Remembered,
    signed: &Signed,
) -> Result<TenantSignIn, Error> {
    // The tenant that was signed in to, whatever the first sign-in named: nobody is renewed elsewhere.
    let authority = signed.place.authority(&signed.tenant_id)?;
    let client_id = signed.place.client_id.clone();
    match signed.way {
        // Nobody's sign-in is remembered so: the practice company's is the project's own.
        Way::Secret => Err(words::nobody()),
        Way::Certificate => Ok(TenantSignIn::Certificate {
            token_url: authority.token_url,
            client_id,
            certificate: certificate::kept(remembered).await?,
        }),
        Way::Person => {
            let keep = remembered.session(signed)?;
            let refresh_token = keep
                .get()
                .await
                .map_err(|error| words::keychain(&error))?
                .ok_or_else(words::nobody)?;
            let session = SignIn::new(signed.place.authority_client()?, authority)
                .resume(refresh_token)
                .kept(Arc::new(keep))
                .await
                .map_err(|error| words::keychain(&error))?;
            Ok(TenantSignIn::Person {
                client_id,
                session: Arc::new(session),
            })
        }
    }
}
