//! A mailbox-enabled user becomes a mail-enabled user, and can become a mailbox-enabled user again.
//!
//! The attributes are those of Microsoft's own conversion, for Exchange 2003 and for Exchange 2007; unlike
//! Microsoft's scripts it is one modification that the directory does whole or not at all, and that can be taken back.

mod consider;
mod drive;
mod gate;
mod keep;
mod plan;
mod prove;

pub use consider::Considered;
pub use drive::Conversions;
pub use gate::{Gate, GateFacts, MigrationFacts, Words, closed, gates};
pub use plan::{
    ConversionPlan, ConversionRefused, PolicyExclusion, TOUCHED, addresses_held, plan_conversion,
};
