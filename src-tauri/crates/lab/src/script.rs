//! How the tenant behaves where it may behave in more than one way: what a start can choose.

use std::time::Duration;

use crate::company;

/// What may differ from tenant to tenant, and from day to day. Nothing of it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantScript {
    /// How long an access token is good for.
    pub token_life: Duration,
    /// How long something just made is not found by its name, as if another server had answered.
    pub replication: Duration,
    /// The largest message that a new mailbox of the tenant receives, unless the kind of company takes smaller ones
    /// alone.
    pub max_receive_size: u64,
    /// How long the migration service rests between two steps.
    pub pace: Duration,
    /// Whether Conditional Access forbids signing in with a device code.
    pub device_code_forbidden: bool,
    /// Whether the administrator consented to everything but sending mail.
    pub mail_withheld: bool,
}

impl Default for TenantScript {
    fn default() -> Self {
        Self {
            token_life: Duration::from_secs(3599),
            replication: Duration::ZERO,
            max_receive_size: company::DEFAULT,
            pace: Duration::from_millis(40),
            device_code_forbidden: false,
            mail_withheld: false,
        }
    }
}
