//! What will be done, as values. Nothing here awaits, reads or writes.

mod batch;
mod folders;
mod items;

pub use batch::{BatchPlan, BatchStep, plan_batch};
pub use folders::{FoldersPlan, PUBLIC_FOLDERS, plan_folders};
pub use items::{Adoption, CandidatePool, ItemsPlan, plan_items};
