use rusqlite_migration::{M, Migrations};

use crate::table;

/// Additive only: a released entry is never edited, and no column is dropped in the release that
/// stops using it.
const STEPS: &[M<'static>] = &[
    M::up(table::setting::UP),
    M::up(table::batch::UP),
    M::up(table::user::UP),
    M::up(table::folder::UP),
    M::up(table::item::UP),
    M::up(table::finding::UP),
    M::up(table::log::UP),
    M::up(table::directory_change::UP),
    M::up(table::signature::UP),
    M::up(table::cloud_batch::UP),
    M::up(table::cloud_user::UP),
    M::up(table::cloud_left_out::UP),
    M::up(table::log::WHO),
    M::up(table::item::SUBJECT),
    M::up(table::throughput::UP),
    M::up(table::letter_sent::UP),
    M::up(table::habit::UP),
];

pub(crate) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

#[cfg(test)]
mod tests {
    #[test]
    fn every_migration_applies_to_an_empty_file() {
        assert!(super::MIGRATIONS.validate().is_ok());
    }
}
