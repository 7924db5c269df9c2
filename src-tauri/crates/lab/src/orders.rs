//! What somebody outside orders to go wrong, once, at a moment of their choosing. Nothing of it is remembered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One thing that is to go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The next call of this cmdlet is carried out, and the connection is cut instead of an answer.
    LoseAnswer {
        /// Its name.
        cmdlet: String,
    },
    /// The next call of this cmdlet is carried out at once, and answered later.
    HoldAnswer {
        /// Its name.
        cmdlet: String,
        /// How much later.
        wait: Duration,
    },
    /// The next call of this cmdlet is carried out later, whether or not anybody still waits for the answer.
    HoldRequest {
        /// Its name.
        cmdlet: String,
        /// How much later.
        wait: Duration,
    },
    /// The migration service stands still with this user for so long, in the middle of its copying.
    StallUser {
        /// Its address.
        address: String,
        /// For how long.
        wait: Duration,
    },
    /// The migration service gives this user up in the middle of its copying, in these words.
    FailUser {
        /// Its address.
        address: String,
        /// What it says.
        words: &'static str,
    },
    /// The tenant's next requests are refused, whatever they ask for.
    Refuse {
        /// How many.
        requests: u32,
        /// With what status: of the server's errors, or 429.
        status: u16,
    },
}

/// What was ordered and has not happened yet.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<Vec<Order>>);

impl Orders {
    pub(crate) fn add(&self, order: Order) {
        self.with(|orders| orders.push(order));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<Order>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is to happen to this call of a cmdlet: at most one thing, the eldest.
    pub(crate) fn of_cmdlet(&self, name: &str) -> Option<Order> {
        let is = |order: &Order| match order {
            Order::LoseAnswer { cmdlet }
            | Order::HoldAnswer { cmdlet, .. }
            | Order::HoldRequest { cmdlet, .. } => cmdlet.eq_ignore_ascii_case(name),
            _ => false,
        };
        self.take(is)
    }

    /// What is to happen to this user of the migration service.
    pub(crate) fn of_user(&self, of: &str) -> Option<Order> {
        self.take(|order| match order {
            Order::StallUser { address, .. } | Order::FailUser { address, .. } => {
                address.eq_ignore_ascii_case(of)
            }
            _ => false,
        })
    }

    fn take(&self, is: impl Fn(&Order) -> bool) -> Option<Order> {
        self.with(|orders| {
            let at = orders.iter().position(is)?;
            Some(orders.remove(at))
        })
    }

    /// With what status the tenant's next request is refused.
    pub(crate) fn refusal(&self) -> Option<u16> {
        self.with(|orders| {
            let found = orders
                .iter_mut()
                .enumerate()
                .find_map(|(at, order)| match order {
                    Order::Refuse { requests, status } => {
                        *requests = requests.saturating_sub(1);
                        Some((at, *requests, *status))
                    }
                    _ => None,
                });
            let (at, left, status) = found?;
            if left == 0 {
                orders.remove(at);
            }
            Some(status)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_happens_once_to_what_it_names() {
        let orders = Orders::default();
        let lose = |cmdlet: &str| Order::LoseAnswer {
            cmdlet: cmdlet.to_owned(),
        };
        orders.add(lose("New-MigrationBatch"));
        orders.add(Order::Refuse {
            requests: 2,
            status: 503,
        });
        assert_eq!(orders.of_cmdlet("Get-MigrationBatch"), None);
        assert_eq!(
            orders.of_cmdlet("new-migrationbatch"),
            Some(lose("New-MigrationBatch"))
        );
        assert_eq!(orders.of_cmdlet("New-MigrationBatch"), None);
        let refused = [(); 3].map(|()| orders.refusal());
        assert_eq!(refused, [Some(503), Some(503), None]);
    }
}
