//! Sign-ins under way: in memory, as they are worth nothing after a restart.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng;

use super::super::Subject;

/// How long a code waits to be redeemed.
const CODE_LIFE: Duration = Duration::from_secs(600);
/// How long a device code waits for its person.
pub(super) const DEVICE_LIFE: Duration = Duration::from_secs(900);
/// How many of a kind are remembered: the oldest go first.
const MOST: usize = 1000;

/// All of them.
#[derive(Default)]
pub(crate) struct SignIns {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    codes: BTreeMap<String, Code>,
    devices: BTreeMap<String, Device>,
}

/// A code on its way from the browser to the program.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) subject: Subject,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) scopes: String,
    pub(super) nonce: Option<String>,
    /// Whether it was asked for with claims.
    pub(super) proved: bool,
    pub(super) made: Instant,
}

/// A sign-in on another device.
#[derive(Clone)]
pub(super) struct Device {
    pub(super) user_code: String,
    pub(super) scopes: String,
    pub(super) made: Instant,
    pub(super) answer: Answer,
}

/// What the person said there.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Pending,
    Accepted(Subject),
    Declined,
}

impl SignIns {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a code under a name nobody guesses.
    pub(super) fn keep(&self, code: Code) -> String {
        let name = format!("1.{}", secret());
        let codes = &mut self.inner().codes;
        codes.retain(|_, code| code.made.elapsed() < CODE_LIFE);
        while codes.len() >= MOST {
            codes.pop_first();
        }
        codes.insert(name.clone(), code);
        name
    }

    /// Takes a code: it is good once.
    pub(super) fn redeem(&self, name: &str) -> Option<Code> {
        let code = self.inner().codes.remove(name)?;
        (code.made.elapsed() < CODE_LIFE).then_some(code)
    }

    /// Begins a sign-in on another device: what the program polls with, and what the person types.
    pub(super) fn begin(&self, scopes: String) -> (String, String) {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut rng = rand::rng();
        let user_code: String = (0..9)
            .map(|_| {
                char::from(
                    *LETTERS
                        .get(rng.random_range(0..LETTERS.len()))
                        .unwrap_or(&b'X'),
                )
            })
            .collect();
        let name = secret();
        let device = Device {
            user_code: user_code.clone(),
            scopes,
            made: Instant::now(),
            answer: Answer::Pending,
        };
        let devices = &mut self.inner().devices;
        while devices.len() >= MOST {
            devices.pop_first();
        }
        devices.insert(name.clone(), device);
        (name, user_code)
    }

    /// The sign-in that the program asks about.
    pub(super) fn device(&self, name: &str) -> Option<Device> {
        self.inner().devices.get(name).cloned()
    }

    /// A device code is used up.
    pub(super) fn forget(&self, name: &str) {
        self.inner().devices.remove(name);
    }

    /// What the person said; whether there is a sign-in of this code that waits.
    pub(super) fn answer(&self, user_code: &str, answer: Answer) -> bool {
        let mut inner = self.inner();
        let device = inner.devices.values_mut().find(|device| {
            device.user_code.eq_ignore_ascii_case(user_code.trim())
                && device.made.elapsed() < DEVICE_LIFE
                && device.answer == Answer::Pending
        });
        device.map(|device| device.answer = answer).is_some()
    }
}

fn secret() -> String {
    format!(
        "{:032x}{:032x}",
        rand::random::<u128>(),
        rand::random::<u128>()
    )
}
