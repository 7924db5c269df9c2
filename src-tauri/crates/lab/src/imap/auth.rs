//! Signing in. The old server knows one account, which opens every mailbox; the tenant knows tokens.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{LONGEST_LINE, Next, Session, View};
use crate::faults::Side;
use crate::org;
use crate::tenant::Audience;
use crate::wire::Ended;

/// What a rejected XOAUTH2 is told before the refusal.
const CHALLENGE: &str =
    r#"{"status":"401","schemes":"bearer","scope":"https://outlook.office.com/.default"}"#;

impl Session {
    pub(super) async fn login(
        &mut self,
        tag: &str,
        user: &str,
        password: &[u8],
    ) -> Result<Next, Ended> {
        if self.side == Side::Target || self.acceptor.is_some() || self.view != View::Stranger {
            return self.no(tag, "LOGIN failed.").await;
        }
        if self.sign_in(user, password) {
            self.ok(tag, "LOGIN completed.").await
        } else {
            self.no(tag, "LOGIN failed.").await
        }
    }

    pub(super) async fn authenticate(
        &mut self,
        tag: &str,
        mechanism: &str,
        initial: Option<String>,
    ) -> Result<Next, Ended> {
        let known = match self.side {
            // Exchange 2007 has no SASL-IR.
            Side::Source => mechanism == "PLAIN" && initial.is_none(),
            Side::Target => mechanism == "XOAUTH2",
        };
        if !known || self.acceptor.is_some() || self.view != View::Stranger {
            return self.no(tag, "AUTHENTICATE failed.").await;
        }
        let response = match initial {
            Some(response) => response,
            None => {
                self.wire.say("+ \r\n").await?;
                let line = self.wire.line(LONGEST_LINE).await?;
                String::from_utf8_lossy(&line).into_owned()
            }
        };
        let decoded = BASE64.decode(response.trim()).unwrap_or_default();
        let done = match self.side {
            Side::Source => self.plain(&decoded),
            Side::Target => self.xoauth2(&decoded),
        };
        if done {
            return self.ok(tag, "AUTHENTICATE completed.").await;
        }
        if self.side == Side::Target {
            self.wire
                .say(format!("+ {}\r\n", BASE64.encode(CHALLENGE)))
                .await?;
            self.wire.line(LONGEST_LINE).await?;
        }
        self.no(tag, "AUTHENTICATE failed.").await
    }

    fn plain(&mut self, response: &[u8]) -> bool {
        let mut parts = response.split(|byte| *byte == 0).skip(1);
        let (Some(user), Some(password), None) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        std::str::from_utf8(user).is_ok_and(|user| self.sign_in(user, password))
    }

    /// `user=…^Aauth=Bearer …^A^A`.
    fn xoauth2(&mut self, response: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(response) else {
            return false;
        };
        let mut parts = text.split('\x01');
        let user = parts.next().and_then(|part| part.strip_prefix("user="));
        let token = parts
            .next()
            .and_then(|part| part.strip_prefix("auth=Bearer "));
        let (Some(user), Some(token)) = (user, token) else {
            return false;
        };
        // An application's token: that of a person who manages Exchange opens no mailbox.
        let world = std::sync::Arc::clone(&self.world);
        let bearer = world.tokens.bearer(token, Audience::Exchange);
        if !bearer.is_some_and(|bearer| bearer.empowered && bearer.upn.is_none()) {
            return false;
        }
        let open = world
            .by_address(user)
            .filter(|persona| world.store.read(|state| world.may_open(persona, state)));
        match open {
            Some(persona) => self.signed_into(&persona.alias),
            None => self.view = View::Disconnected,
        }
        true
    }

    /// The account's name and password, with the mailbox it wants in the name: `DOMAIN/account/alias`,
    /// the same with backslashes, or `account@domain/alias`. Whether they were right.
    fn sign_in(&mut self, user: &str, password: &[u8]) -> bool {
        if password != self.world.password.as_bytes() {
            return false;
        }
        let name = user.replace('\\', "/");
        let mut parts = name.split('/');
        let first = parts.next().unwrap_or_default();
        let (account, alias) = if first.eq_ignore_ascii_case(org::NETBIOS)
            || first.eq_ignore_ascii_case(org::DOMAIN)
        {
            (parts.next().unwrap_or_default(), parts.next())
        } else {
            let account = first.split_once('@').map_or(first, |(account, domain)| {
                if domain.eq_ignore_ascii_case(org::DOMAIN) {
                    account
                } else {
                    ""
                }
            });
            (account, parts.next())
        };
        if !account.eq_ignore_ascii_case(org::ACCOUNT) || parts.next().is_some() {
            return false;
        }
        let world = std::sync::Arc::clone(&self.world);
        let persona =
            alias.and_then(|alias| world.by_alias(alias).or_else(|| world.by_address(alias)));
        match persona.filter(|persona| world.connected(persona)) {
            Some(persona) => self.signed_into(&persona.alias),
            // The migrating account has no mailbox of its own; and whose user was converted has none any more.
            None => self.view = View::Disconnected,
        }
        true
    }
}
