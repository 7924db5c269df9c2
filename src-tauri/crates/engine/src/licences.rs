//! Licences: who needs one and until when, which products fit, who gets which. Pure: people, products and
//! the time go in, a plan comes out.
//!
//! A migrated mailbox without a licence lives thirty days; then Microsoft closes it. What is not known is
//! counted to the earlier date.

mod owed;
mod run;

use jiff::{SignedDuration, Timestamp};
use stegvis_model::SmtpAddress;

pub use crate::ports::{Assignment, Licensed, MailboxPlan, Product};
pub use owed::{Owed, keep_seen, owed};
pub use run::{ASSIGNED, Given, Outcome, assign, people};

/// How long a mailbox lives without a licence.
const GRACE_DAYS: i64 = 30;

/// How large a mailbox may be for a licence of the small kind.
const KIOSK_BYTES: u64 = 2_000_000_000;

/// One request of Microsoft Graph holds at most this many.
const BATCH: usize = 20;

/// Somebody whose mailbox moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The mailbox.
    pub address: SmtpAddress,
    /// The name.
    pub display_name: String,
    /// In which country the services are used (ISO 3166), if the tenant knows.
    pub usage_location: Option<String>,
    /// What they have.
    pub licensed: Licensed,
    /// When the mailbox was made in the tenant; nothing before that.
    pub mailbox_since: Option<Timestamp>,
    /// How much is in it, as far as known.
    pub bytes: u64,
    /// Rooms, equipment and shared mailboxes need none.
    pub exempt: bool,
    /// A room, a thing or a shared mailbox whose mailbox in the tenant is, or will be, a person's still: better made
    /// what it is than paid for.
    pub convert: bool,
}

/// How urgent a licence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// The mailbox is closed, or will be any moment.
    Over,
    /// At most three days are left.
    Three,
    /// At most seven.
    Seven,
    /// At most fourteen.
    Fourteen,
    /// More, or the mailbox does not exist yet.
    None,
}

/// Somebody who needs a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The mailbox.
    pub address: SmtpAddress,
    /// The name.
    pub display_name: String,
    /// When Microsoft closes the mailbox.
    pub until: Option<Timestamp>,
    /// Whole days left; none below zero.
    pub days_left: Option<u32>,
    /// How urgent it is.
    pub alarm: Alarm,
    /// Why a group did not give one.
    pub group_error: Option<String>,
}

/// A product, held against those in need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The product.
    pub product: Product,
    /// For how many of those in need it is large enough.
    pub fits: u32,
    /// How many more would have to be bought to give it to all of them.
    pub missing: u32,
}

/// Who gets what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicencePlan {
    /// Who needs one, the most urgent first.
    pub needs: Vec<Need>,
    /// The products that bring a mailbox.
    pub products: Vec<Fit>,
    /// What to assign, in requests of a size that Microsoft takes.
    pub batches: Vec<Vec<Assignment>>,
    /// For whom no licence is free, the most urgent first.
    pub without: Vec<SmtpAddress>,
    /// For whom no country is known: nothing can be assigned to them.
    pub no_location: Vec<SmtpAddress>,
    /// Whose mailbox must be made first.
    pub not_yet: Vec<SmtpAddress>,
    /// Whose mailbox should be made a room's, a thing's or a shared one instead.
    pub convert: Vec<SmtpAddress>,
    /// Who has one of their own.
    pub own: u32,
    /// Who has one from a group: assigning another would cost twice.
    pub by_group: u32,
}

/// How the administrator wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Products' ids, the best first, and no others; without any the larger mailbox comes first, then the
    /// product with most to spare.
    pub preferred: Vec<String>,
    /// The country of those of whom the tenant knows none.
    pub location: Option<String>,
    /// Whether the licence is what makes the mailbox (the direct engine). Microsoft's own service makes it
    /// first; a licence before that would make a second, empty one.
    pub licence_makes_mailbox: bool,
}

/// Plans.
#[must_use]
pub fn plan(
    people: &[Person],
    products: &[Product],
    wishes: &Wishes,
    now: Timestamp,
) -> LicencePlan {
    let in_need = in_need(people, now);
    let fits = products
        .iter()
        .map(|product| {
            let fits = count(
                in_need
                    .iter()
                    .filter(|(person, _)| !person.convert && is_enough(product, person)),
            );
            Fit {
                product: product.clone(),
                fits,
                missing: fits.saturating_sub(product.free),
            }
        })
        .collect();
    let mut shelf = shelf(products, &wishes.preferred);
    let (mut assignments, mut without) = (Vec::new(), Vec::new());
    let (mut no_location, mut not_yet) = (Vec::new(), Vec::new());
    let mut convert = Vec::new();
    for (person, _) in &in_need {
        if person.convert && person.mailbox_since.is_some() {
            convert.push(person.address.clone());
            continue;
        }
        // What is to be a room is given its mailbox by its own migration, and nothing before.
        if person.mailbox_since.is_none() && (person.convert || !wishes.licence_makes_mailbox) {
            not_yet.push(person.address.clone());
            continue;
        }
        let set_location = match (&person.usage_location, &wishes.location) {
            (Some(_), _) => None,
            (None, Some(country)) => Some(country.clone()),
            (None, None) => {
                no_location.push(person.address.clone());
                continue;
            }
        };
        let taken = shelf
            .iter_mut()
            .find(|product| product.free > 0 && is_enough(product, person));
        match taken {
            Some(product) => {
                product.free -= 1;
                assignments.push(Assignment {
                    address: person.address.clone(),
                    set_location,
                    sku: product.sku.clone(),
                });
            }
            None => without.push(person.address.clone()),
        }
    }
    // Made what it is, it gives its licence back.
    let paid = people.iter().filter(|person| {
        let own = matches!(person.licensed, Licensed::Own { .. });
        own && person.convert && !person.exempt && person.mailbox_since.is_some()
    });
    convert.extend(paid.map(|person| person.address.clone()));
    let having =
        |is: fn(&Licensed) -> bool| count(people.iter().filter(|person| is(&person.licensed)));
    LicencePlan {
        needs: in_need.into_iter().map(|(_, need)| need).collect(),
        products: fits,
        batches: assignments.chunks(BATCH).map(<[_]>::to_vec).collect(),
        without,
        no_location,
        not_yet,
        convert,
        own: having(|licensed| matches!(licensed, Licensed::Own { .. })),
        by_group: having(|licensed| matches!(licensed, Licensed::Group { .. })),
    }
}

/// Those in need, the most urgent first; mailboxes that do not exist yet come last.
fn in_need(people: &[Person], now: Timestamp) -> Vec<(&Person, Need)> {
    let mut all: Vec<_> = people
        .iter()
        .filter(|person| !person.exempt)
        .filter_map(|person| {
            let group_error = match &person.licensed {
                Licensed::Own { .. } | Licensed::Group { .. } => return None,
                Licensed::No => None,
                Licensed::GroupFailed { error, .. } => Some(error.clone()),
            };
            let until = person.mailbox_since.map(closes);
            let left = until.map(|until| until.duration_since(now));
            Some((
                person,
                Need {
                    address: person.address.clone(),
                    display_name: person.display_name.clone(),
                    until,
                    days_left: left.map(|left| {
                        u32::try_from((left.as_hours() / 24).max(0)).unwrap_or(u32::MAX)
                    }),
                    alarm: left.map_or(Alarm::None, alarm),
                    group_error,
                },
            ))
        })
        .collect();
    all.sort_by_key(|(person, need)| (need.until.is_none(), need.until, person.address.key()));
    all
}

/// When a mailbox without a licence is closed.
fn closes(since: Timestamp) -> Timestamp {
    since
        .checked_add(SignedDuration::from_hours(24 * GRACE_DAYS))
        .unwrap_or(Timestamp::MAX)
}

fn alarm(left: SignedDuration) -> Alarm {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    if left <= SignedDuration::ZERO {
        Alarm::Over
    } else if left <= days(3) {
        Alarm::Three
    } else if left <= days(7) {
        Alarm::Seven
    } else if left <= days(14) {
        Alarm::Fourteen
    } else {
        Alarm::None
    }
}

fn is_enough(product: &Product, person: &Person) -> bool {
    product.plan == MailboxPlan::Full || person.bytes <= KIOSK_BYTES
}

/// The products in the order in which they are taken.
fn shelf(products: &[Product], preferred: &[String]) -> Vec<Product> {
    let place = |product: &Product| {
        preferred
            .iter()
            .position(|sku| sku.eq_ignore_ascii_case(&product.sku))
    };
    let mut shelf: Vec<Product> = products
        .iter()
        .filter(|product| preferred.is_empty() || place(product).is_some())
        .cloned()
        .collect();
    shelf.sort_by_key(|product| {
        (
            place(product),
            std::cmp::Reverse((product.plan, product.free)),
            product.sku.clone(),
        )
    });
    shelf
}

fn count<T>(all: impl Iterator<Item = T>) -> u32 {
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn person(name: &str, since: Option<&str>) -> Person {
        Person {
            address: format!("{name}@nordvik.example").parse().unwrap(),
            display_name: name.to_owned(),
            usage_location: Some("SE".to_owned()),
            licensed: Licensed::No,
            mailbox_since: since.map(time),
            bytes: 500_000_000,
            exempt: false,
            convert: false,
        }
    }

    fn product(sku: &str, plan: MailboxPlan, free: u32) -> Product {
        Product {
            sku: sku.to_owned(),
            name: sku.to_uppercase(),
            plan,
            free,
        }
    }

    fn in_sweden() -> Wishes {
        Wishes {
            location: Some("SE".to_owned()),
            ..Wishes::default()
        }
    }

    fn company() -> Vec<Person> {
        let group = |error: Option<&str>| match error {
            None => Licensed::Group {
                sku: "business".to_owned(),
                group: "g-1".to_owned(),
            },
            Some(error) => Licensed::GroupFailed {
                sku: "business".to_owned(),
                group: "g-1".to_owned(),
                error: error.to_owned(),
            },
        };
        vec![
            person("anna", Some("2026-11-01T08:00:00Z")),
            Person {
                usage_location: None,
                bytes: 9_000_000_000,
                ..person("per", Some("2026-10-28T08:00:00Z"))
            },
            Person {
                licensed: group(Some("CountViolation")),
                ..person("siv", Some("2026-10-20T08:00:00Z"))
            },
            Person {
                licensed: group(None),
                ..person("bo", Some("2026-10-20T08:00:00Z"))
            },
            Person {
                licensed: Licensed::Own {
                    sku: "business".to_owned(),
                },
                ..person("eva", Some("2026-10-20T08:00:00Z"))
            },
            person("later", None),
            Person {
                exempt: true,
                ..person("room", Some("2026-10-20T08:00:00Z"))
            },
        ]
    }

    #[test]
    fn a_company_gets_its_licences_the_most_urgent_first() {
        let products = [
            product("business", MailboxPlan::Full, 2),
            product("kiosk", MailboxPlan::Kiosk, 1),
        ];
        let plan = plan(
            &company(),
            &products,
            &in_sweden(),
            time("2026-11-23T08:00:00Z"),
        );
        insta::assert_debug_snapshot!(plan);
    }

    #[test]
    fn warnings_come_at_fourteen_seven_and_three_days() {
        let since = "2026-11-01T00:00:00Z";
        let at = |now: &str| {
            let plan = plan(
                &[person("anna", Some(since))],
                &[],
                &Wishes::default(),
                time(now),
            );
            let need = plan.needs.first().unwrap().clone();
            (need.days_left.unwrap(), need.alarm)
        };
        assert_eq!(at("2026-11-16T23:59:59Z"), (14, Alarm::None));
        assert_eq!(at("2026-11-17T00:00:00Z"), (14, Alarm::Fourteen));
        assert_eq!(at("2026-11-24T00:00:00Z"), (7, Alarm::Seven));
        assert_eq!(at("2026-11-28T00:00:00Z"), (3, Alarm::Three));
        assert_eq!(at("2026-11-30T23:59:59Z"), (0, Alarm::Three));
        assert_eq!(at("2026-12-01T00:00:00Z"), (0, Alarm::Over));
        assert_eq!(at("2026-12-09T00:00:00Z"), (0, Alarm::Over));
    }

    #[test]
    fn without_a_country_nothing_is_assigned_and_it_is_said() {
        let products = [product("business", MailboxPlan::Full, 9)];
        let plan = plan(
            &company(),
            &products,
            &Wishes::default(),
            time("2026-11-23T08:00:00Z"),
        );
        assert_eq!(plan.no_location.len(), 1);
        assert_eq!(plan.batches.concat().len(), 2);
        assert_eq!(plan.not_yet.len(), 1);
        assert!(plan.without.is_empty());
    }

    #[test]
    fn a_preferred_product_is_taken_first_and_others_not_at_all() {
        let products = [
            product("business", MailboxPlan::Full, 9),
            product("kiosk", MailboxPlan::Kiosk, 9),
        ];
        let plan = plan(
            &company(),
            &products,
            &Wishes {
                preferred: vec!["KIOSK".to_owned()],
                ..in_sweden()
            },
            time("2026-11-23T08:00:00Z"),
        );
        let skus: Vec<_> = plan.batches.concat();
        assert!(skus.iter().all(|assignment| assignment.sku == "kiosk"));
        let without: Vec<_> = plan.without.iter().map(ToString::to_string).collect();
        assert_eq!(without, ["per@nordvik.example"]);
    }

    #[test]
    fn a_room_is_made_a_room_whether_or_not_it_was_paid_for_and_waits_for_its_mailbox() {
        let room = |name, since| Person {
            convert: true,
            ..person(name, since)
        };
        let there = Some("2026-11-01T08:00:00Z");
        let people = [
            room("unpaid", there),
            Person {
                licensed: Licensed::Own {
                    sku: "business".to_owned(),
                },
                ..room("paid", there)
            },
            room("later", None),
            Person {
                exempt: true,
                ..room("done", there)
            },
        ];
        let products = [product("business", MailboxPlan::Full, 9)];
        for licence_makes_mailbox in [false, true] {
            let wishes = Wishes {
                licence_makes_mailbox,
                ..Wishes::default()
            };
            let plan = plan(&people, &products, &wishes, time("2026-11-23T08:00:00Z"));
            let names = |all: &[SmtpAddress]| -> Vec<String> {
                all.iter().map(ToString::to_string).collect()
            };
            assert_eq!(
                names(&plan.convert),
                ["unpaid@nordvik.example", "paid@nordvik.example"]
            );
            assert_eq!(names(&plan.not_yet), ["later@nordvik.example"]);
            assert!(plan.batches.is_empty());
        }
    }

    #[test]
    fn requests_are_of_a_size_that_microsoft_takes() {
        let people: Vec<_> = (0..45)
            .map(|number| person(&format!("user{number:02}"), None))
            .collect();
        let products = [product("business", MailboxPlan::Full, 100)];
        let wishes = Wishes {
            licence_makes_mailbox: true,
            ..Wishes::default()
        };
        let plan = plan(&people, &products, &wishes, time("2026-11-23T08:00:00Z"));
        let sizes: Vec<_> = plan.batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, [20, 20, 5]);
    }
}
