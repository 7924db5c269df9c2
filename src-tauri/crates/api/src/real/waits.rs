//! What waits for a person: a sign-in in a browser or on another device, an endpoint that is made in the admin centre.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::dto::SignInState;
use crate::{Error, ErrorCode};

/// At most one of each.
#[derive(Default)]
pub(crate) struct Waits {
    sign_in: Mutex<Option<(SignInState, CancellationToken)>>,
    endpoint: Mutex<Option<CancellationToken>>,
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn waits_already(what: &str) -> Error {
    Error::new(ErrorCode::Running, what, "Finish it, or cancel it first.")
}

impl Waits {
    /// What a sign-in waits for.
    pub(crate) fn sign_in(&self) -> SignInState {
        lock(&self.sign_in)
            .as_ref()
            .map_or(SignInState::Idle, |(state, _)| state.clone())
    }

    /// Begins a sign-in, which ends when what comes back is dropped.
    pub(crate) fn begin_sign_in(&self) -> Result<SigningIn<'_>, Error> {
        let mut waiting = lock(&self.sign_in);
        if waiting.is_some() {
            return Err(waits_already("somebody is signing in"));
        }
        let stop = CancellationToken::new();
        *waiting = Some((SignInState::Tenant, stop.clone()));
        Ok(SigningIn { of: self, stop })
    }

    /// What it waits for now.
    pub(crate) fn sign_in_waits_for(&self, next: SignInState) {
        if let Some((state, _)) = lock(&self.sign_in).as_mut() {
            *state = next;
        }
    }

    pub(crate) fn cancel_sign_in(&self) {
        if let Some((_, stop)) = lock(&self.sign_in).as_ref() {
            stop.cancel();
        }
    }

    /// Begins to wait for an endpoint, until what comes back is dropped.
    pub(crate) fn begin_endpoint(&self) -> Result<MakingEndpoint<'_>, Error> {
        let mut waiting = lock(&self.endpoint);
        if waiting.is_some() {
            return Err(waits_already("an endpoint is being made"));
        }
        let stop = CancellationToken::new();
        *waiting = Some(stop.clone());
        Ok(MakingEndpoint { of: self, stop })
    }

    pub(crate) fn cancel_endpoint(&self) {
        if let Some(stop) = lock(&self.endpoint).as_ref() {
            stop.cancel();
        }
    }

    /// Nothing waits any more: the project is closed.
    pub(crate) fn end(&self) {
        self.cancel_sign_in();
        self.cancel_endpoint();
    }
}

/// A sign-in that is under way.
pub(crate) struct SigningIn<'a> {
    of: &'a Waits,
    pub(crate) stop: CancellationToken,
}

impl Drop for SigningIn<'_> {
    fn drop(&mut self) {
        *lock(&self.of.sign_in) = None;
    }
}

/// An endpoint that is being made.
pub(crate) struct MakingEndpoint<'a> {
    of: &'a Waits,
    pub(crate) stop: CancellationToken,
}

impl Drop for MakingEndpoint<'_> {
    fn drop(&mut self) {
        *lock(&self.of.endpoint) = None;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn one_person_signs_in_at_a_time_and_the_next_when_that_one_has_ended() {
        let waits = Waits::default();
        let first = waits.begin_sign_in().unwrap();
        assert_eq!(waits.sign_in(), SignInState::Tenant);
        assert!(waits.begin_sign_in().is_err());
        waits.cancel_sign_in();
        assert!(first.stop.is_cancelled());
        drop(first);
        assert_eq!(waits.sign_in(), SignInState::Idle);
        assert!(!waits.begin_sign_in().unwrap().stop.is_cancelled());
    }
}
