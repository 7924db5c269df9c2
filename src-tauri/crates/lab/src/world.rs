//! Everything the servers share.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use rand::Rng;

use crate::company;
use crate::corpus::Corpus;
use crate::faults::Faults;
use crate::ldap::Born;
use crate::migration::{Endpoint, Event};
use crate::orders::Orders;
use crate::org::{self, Hurdle, Persona, SourceVersion};
use crate::script::TenantScript;
use crate::seed;
use crate::store::{Record, State, Store};
use crate::tenant::{SignIns, Tokens};

/// The world: who there is, what they have, and what has happened.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) source: SourceVersion,
    pub(crate) personas: Vec<Persona>,
    pub(crate) corpus: Corpus,
    /// The directory as it was born.
    pub(crate) directory: Born,
    pub(crate) store: Store,
    pub(crate) faults: Faults,
    pub(crate) tokens: Tokens,
    pub(crate) sign_ins: SignIns,
    pub(crate) script: TenantScript,
    /// What somebody outside ordered to go wrong.
    pub(crate) orders: Orders,
    /// Whom directory synchronisation brought later.
    brought: RwLock<BTreeSet<String>>,
    /// How many days the migration service's clock is ahead.
    days_passed: AtomicU32,
    /// Whether the admin interface wants tokens that prove more.
    demands_claims: AtomicBool,
    /// Of the account that migrates.
    pub(crate) password: String,
    pub(crate) administrator_password: String,
    pub(crate) smtp_password: String,
    pub(crate) client_secret: String,
    pub(crate) client_id: String,
    pub(crate) tenant_id: String,
    /// The object id of the enterprise application.
    pub(crate) service_principal: String,
}

/// What the tenant holds under an alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recipient {
    Missing,
    MailUser,
    Mailbox,
}

impl World {
    pub(crate) fn new(
        seed: u64,
        source: SourceVersion,
        personas: Vec<Persona>,
        corpus: Corpus,
        store: Store,
        faults: Faults,
        script: TenantScript,
    ) -> Self {
        let guid = |of: &str| seed::guid_text(seed::guid(seed, &["tenant", of]));
        let tenant_id = guid("tenant");
        let service_principal = guid("service principal");
        let client_id = guid("client");
        Self {
            tokens: Tokens::new(seed, &tenant_id, &client_id, &service_principal)
                .without(script.mail_withheld.then_some("Mail.Send")),
            password: org::password(seed, org::ACCOUNT),
            sign_ins: SignIns::default(),
            script,
            orders: Orders::default(),
            brought: RwLock::new(store.read(|state| state.brought.clone())),
            days_passed: AtomicU32::new(store.read(|state| state.days_passed)),
            demands_claims: AtomicBool::new(false),
            administrator_password: org::password(seed, "administrator"),
            smtp_password: org::password(seed, "smtp"),
            client_secret: org::password(seed, "client"),
            client_id,
            tenant_id,
            service_principal,
            directory: Born::new(seed, source, &personas),
            seed,
            source,
            personas,
            corpus,
            store,
            faults,
        }
    }

    /// Whether the admin interface wants tokens that prove more.
    pub(crate) fn demands_claims(&self) -> bool {
        self.demands_claims.load(Ordering::Relaxed)
    }

    pub(crate) fn demand_claims(&self, demand: bool) {
        self.demands_claims.store(demand, Ordering::Relaxed);
    }

    /// What the migration service's clock shows, in milliseconds of Unix time.
    pub(crate) fn now(&self) -> i64 {
        let days = i64::from(self.days_passed.load(Ordering::Relaxed));
        Timestamp::now().as_millisecond() + days * 24 * 60 * 60 * 1000
    }

    /// So many days pass for the migration service, at once.
    pub(crate) fn pass_days(&self, days: u32) -> io::Result<()> {
        self.store.note(Record::DaysPassed { days })?;
        let all = self.store.read(|state| state.days_passed);
        self.days_passed.store(all, Ordering::Relaxed);
        Ok(())
    }

    /// An administrator consents to what the application asks for.
    pub(crate) fn give_consent(&self) -> io::Result<()> {
        self.store.note(Record::Consented { given: true })
    }

    /// The administrator takes it back.
    pub(crate) fn withdraw_consent(&self) -> io::Result<()> {
        self.store.note(Record::Consented { given: false })
    }

    /// The mailboxes that the tenant had before anybody migrated.
    pub(crate) fn born_mailboxes(&self) -> io::Result<()> {
        let both = |persona: &&Persona| persona.hurdle == Some(Hurdle::MailboxOnBothSides);
        for persona in self.personas.iter().filter(both) {
            self.store.write(&[], |state| {
                let there = state.mailbox(&persona.alias).is_some();
                let mailbox = persona.alias.clone();
                ((!there).then_some(Record::Provisioned { mailbox }), ())
            })?;
        }
        Ok(())
    }

    /// Whether directory synchronisation has brought it to the tenant.
    pub(crate) fn in_tenant(&self, persona: &Persona) -> bool {
        let kept = persona.hurdle.is_some_and(Hurdle::keeps_from_tenant);
        let brought = || {
            let brought = self.brought.read().unwrap_or_else(PoisonError::into_inner);
            brought.contains(&persona.alias)
        };
        !kept || brought()
    }

    /// An administrator takes out of a mailbox's way what stands in it: brings the mail user to the tenant, or takes the
    /// protection from the account.
    pub(crate) fn mend(&self, address: &str) -> io::Result<()> {
        let persona = self.by_address(address);
        let record = match persona.and_then(|persona| Some((persona, persona.hurdle?))) {
            Some((persona, Hurdle::MailUserMissing)) => Record::Brought {
                mailbox: persona.alias.clone(),
            },
            Some((persona, Hurdle::ProtectedAccount)) => Record::DirectoryModified {
                dn: persona.dn(),
                attributes: [("adminCount".to_owned(), Vec::new())].into(),
                at: Timestamp::now().as_second(),
            },
            _ => return Err(io::Error::other("there is nothing to mend here")),
        };
        self.store.note(record)?;
        let all = self.store.read(|state| state.brought.clone());
        *self.brought.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    /// From now on the tenant's mailboxes take messages of at most this size, unless another was set for one.
    pub(crate) fn receive(&self, size: u64) -> io::Result<()> {
        self.store.write(&[], |state| {
            let known = state.max_receive.unwrap_or(company::DEFAULT) == size;
            ((!known).then_some(Record::Receives { size }), ())
        })
    }

    /// An endpoint to the company's own old server; one of the name that is there is only `changed` if that is wanted.
    pub(crate) fn endpoint(&self, name: &str, at_once: u32, change: bool) -> io::Result<()> {
        self.store.write(&[], |state| {
            let there = state.migration.endpoints.contains_key(&name.to_lowercase());
            let event = Event::EndpointKept {
                endpoint: Endpoint::of_the_company(name, at_once),
            };
            let record = Record::Migration { moved: None, event };
            ((change || !there).then_some(record), ())
        })
    }

    pub(crate) fn by_alias(&self, alias: &str) -> Option<&Persona> {
        self.personas
            .iter()
            .find(|persona| persona.alias.eq_ignore_ascii_case(alias))
    }

    /// The mailbox with this address: the primary one, or the tenant's.
    pub(crate) fn by_address(&self, address: &str) -> Option<&Persona> {
        let (local, _) = address.rsplit_once('@')?;
        self.by_alias(local).filter(|persona| {
            [persona.address(), persona.routing_address()]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(address))
        })
    }

    /// What the tenant holds: a mail user's mailbox appears a moment after its licence.
    pub(crate) fn recipient(&self, persona: &Persona, state: &State) -> Recipient {
        if !self.in_tenant(persona) {
            return Recipient::Missing;
        }
        let Some(user) = state.users.get(&persona.alias) else {
            return Recipient::MailUser;
        };
        let ready = user
            .licensed_at
            .is_none_or(|at| at.elapsed() >= self.provisioning(persona));
        if user.mailbox.is_some() && ready {
            Recipient::Mailbox
        } else {
            Recipient::MailUser
        }
    }

    fn provisioning(&self, persona: &Persona) -> Duration {
        let mut rng = seed::rng(self.seed, &["provisioning", &persona.alias]);
        Duration::from_millis(rng.random_range(100..=300))
    }

    /// Whether the old server's mailbox is anybody's: the directory names its store and its GUID. Without them it
    /// is disconnected, and comes back when they are written back.
    pub(crate) fn connected(&self, persona: &Persona) -> bool {
        let dn = crate::ldap::normal(&persona.dn()).unwrap_or_default();
        self.store.read(|state| {
            let Some(changed) = state.directory.get(&dn) else {
                return true;
            };
            let store = changed.attributes.get("homemdb");
            let guid = changed.attributes.get("msexchmailboxguid");
            store.is_none_or(|values| !values.is_empty())
                && guid.is_none_or(|values| *values == [persona.mailbox_guid.to_vec()])
        })
    }

    /// Whether the program may open this mailbox of the tenant.
    pub(crate) fn may_open(&self, persona: &Persona, state: &State) -> bool {
        self.recipient(persona, state) == Recipient::Mailbox
            && state
                .users
                .get(&persona.alias)
                .is_some_and(|user| user.full_access.contains(&self.service_principal))
    }
}
