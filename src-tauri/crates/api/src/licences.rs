//! Licences: who needs one and until when, which products fit, and giving them away.

use std::sync::Arc;

use stegvis_engine::licences::{
    Alarm, Given, LicencePlan, Outcome, Wishes, assign, keep_seen, people, plan,
};
use stegvis_engine::ports::{Clock as _, LicenceStock, Licences, MailboxPlan, RefusalCause};
use stegvis_engine::powershell::quoted;
use stegvis_model::{Engine, SmtpAddress};
use tokio_util::sync::CancellationToken;

use crate::dto::{
    AppEvent, CommandLine, LicenceAlarm, LicenceAssignmentView, LicenceGivenView, LicenceNeedView,
    LicencePlanKind, LicenceProductView, LicenceRefusal, LicenceRefusalView, LicenceWishesDto,
    LicencesView, Shell,
};
use crate::project::{Project, count};
use crate::{App, Error, ErrorCode};

/// A run of assignments, and what the last one was refused.
#[derive(Debug, Default)]
pub(crate) struct Licensing {
    stop: Option<CancellationToken>,
    of: u32,
    done: u32,
    refused: Vec<LicenceRefusalView>,
}

impl App {
    /// Who needs a licence, until when, and what *Assign* would do. Asks the tenant.
    ///
    /// # Errors
    /// When no project is open, the country is none, or the tenant does not answer; so for every call here.
    pub async fn licences_view(&self, wishes: LicenceWishesDto) -> Result<LicencesView, Error> {
        let project = self.project().await?;
        let wishes = project.licence_wishes(&wishes)?;
        Ok(project.see_licences(&wishes).await?.0)
    }

    /// Assigns what is planned, batch by batch. Asked again, it gives nobody a second licence.
    pub async fn assign_licences(&self, wishes: LicenceWishesDto) -> Result<LicencesView, Error> {
        let project = self.project().await?;
        let wishes = project.licence_wishes(&wishes)?;
        project.assign_licences(&wishes).await
    }

    /// Asks a run of assignments to stop between two batches.
    pub async fn stop_licences(&self) -> Result<(), Error> {
        self.project().await?.stop_licences();
        Ok(())
    }
}

/// What the tenant showed, and what follows of it.
struct Seen {
    stock: LicenceStock,
    plan: LicencePlan,
    unknown: Vec<SmtpAddress>,
    people: u32,
    exempt: u32,
}

impl Project {
    fn licensing(&self) -> std::sync::MutexGuard<'_, Licensing> {
        self.licensing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether anything is under way that closing would cut short.
    pub(crate) fn busy(&self) -> bool {
        self.live().running()
            || self.converting().running()
            || self.cleaning.load(std::sync::atomic::Ordering::SeqCst)
            || self.licensing().stop.is_some()
            || self.letters_running()
    }

    /// Whether a batch is under way; what only watches Microsoft's service gives nobody anything.
    fn moves_mailboxes(&self) -> bool {
        let live = self.live();
        live.running() && !live.watches
    }

    /// While licences are assigned the direct engine, which gives them too, does not begin.
    pub(crate) fn no_licence_is_under_way(&self) -> Result<(), Error> {
        if self.engine()? != Engine::Direct || self.licensing().stop.is_none() {
            return Ok(());
        }
        Err(Error {
            retry: true,
            ..Error::new(
                ErrorCode::Running,
                "licences are being assigned",
                "Wait until that has ended, or stop it.",
            )
        })
    }

    /// Asks a run of assignments to stop between two batches.
    pub(crate) fn stop_licences(&self) {
        if let Some(stop) = &self.licensing().stop {
            stop.cancel();
        }
    }

    fn licence_wishes(&self, wishes: &LicenceWishesDto) -> Result<Wishes, Error> {
        let location = match wishes.location.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Some(code.to_ascii_uppercase())
            }
            Some(other) => {
                return Err(Error::invalid(
                    format!("{other:?} is no country"),
                    "Give its two letters, such as SE.",
                ));
            }
        };
        Ok(Wishes {
            preferred: wishes.preferred.clone(),
            location,
            licence_makes_mailbox: self.engine()? == Engine::Direct,
        })
    }

    fn tenant_licences(&self) -> Result<Arc<dyn Licences>, Error> {
        match &self.connections().cloud_tenant {
            Ok(tenant) => Ok(Arc::clone(tenant) as Arc<dyn Licences>),
            Err(absent) => Err(absent.error().into()),
        }
    }

    async fn see(&self, wishes: &Wishes) -> Result<Seen, Error> {
        let addresses: Vec<SmtpAddress> = self
            .setting(|tx| tx.users())?
            .into_iter()
            .map(|user| user.address)
            .collect();
        let stock = self.tenant_licences()?.stock(&addresses).await?;
        let (people, unknown) = people(&self.journal, &stock, self.clock.now())?;
        // A product may be named by its id or by its name.
        let preferred = wishes.preferred.iter().map(|wish| {
            let named = |name: &str| name.eq_ignore_ascii_case(wish);
            stock
                .products
                .iter()
                .find(|product| named(&product.sku) || named(&product.name))
                .map(|product| product.sku.clone())
                .ok_or_else(|| {
                    let all: Vec<&str> = stock.products.iter().map(|one| &*one.name).collect();
                    Error::invalid(
                        format!("the tenant has no product {wish} with a mailbox"),
                        format!("It has {}.", all.join(", ")),
                    )
                })
        });
        let wishes = Wishes {
            preferred: preferred.collect::<Result<_, _>>()?,
            ..wishes.clone()
        };
        let plan = plan(&people, &stock.products, &wishes, self.clock.now());
        // The report asks nobody, and counts the days down all the same.
        self.setting(|tx| keep_seen(tx, &people, &plan, self.clock.now()))?;
        Ok(Seen {
            people: count(addresses.len()),
            exempt: count(people.iter().filter(|person| person.exempt).count()),
            stock,
            plan,
            unknown,
        })
    }

    async fn see_licences(&self, wishes: &Wishes) -> Result<(LicencesView, Seen), Error> {
        let seen = self.see(wishes).await?;
        Ok((self.licences_of(&seen, wishes)?, seen))
    }

    async fn assign_licences(&self, wishes: &Wishes) -> Result<LicencesView, Error> {
        let stop = CancellationToken::new();
        // Taken before anything is asked: two runs at once would plan the same licences.
        {
            let _still = self.begins()?;
            let mut licensing = self.licensing();
            if licensing.stop.is_some() {
                return Err(Error::new(
                    ErrorCode::Running,
                    "licences are being assigned already",
                    "Wait until it has ended, or stop it.",
                ));
            }
            *licensing = Licensing {
                stop: Some(stop.clone()),
                ..Licensing::default()
            };
        }
        let _running = Running(self);
        // The direct engine gives licences itself. Looked at after the place was taken: a batch that begins from now on
        // finds it taken.
        if wishes.licence_makes_mailbox && self.moves_mailboxes() {
            return Err(Error {
                retry: true,
                ..Error::new(
                    ErrorCode::Running,
                    "a batch is running, which gives licences itself",
                    "Wait until it has ended, or stop it.",
                )
            });
        }
        let (mut view, seen) = self.see_licences(wishes).await?;
        let of = count(seen.plan.batches.iter().map(Vec::len).sum());
        self.licensing().of = of;
        (view.running, view.of) = (true, of);
        (self.events)(AppEvent::Licences { view: view.clone() });
        let licences = self.tenant_licences()?;
        let told = |outcome: &Outcome| {
            {
                let mut licensing = self.licensing();
                licensing.done = count(outcome.given.len() + outcome.refused.len());
                licensing.refused = refused(outcome);
            }
            match self.licences_of(&seen, wishes) {
                Ok(view) => (self.events)(AppEvent::Licences { view }),
                Err(error) => tracing::warn!(%error, "licences could not be shown"),
            }
        };
        let (outcome, ended) = assign(
            licences.as_ref(),
            &self.journal,
            self.clock.as_ref(),
            &seen.plan,
            &stop,
            &told,
        )
        .await?;
        {
            let mut licensing = self.licensing();
            licensing.refused = refused(&outcome);
            licensing.stop = None;
        }
        self.tell_project();
        ended?;
        let (view, _) = self.see_licences(wishes).await?;
        (self.events)(AppEvent::Licences { view: view.clone() });
        Ok(view)
    }

    fn licences_of(&self, seen: &Seen, wishes: &Wishes) -> Result<LicencesView, Error> {
        let plan = &seen.plan;
        let given = self.setting(Given::all)?;
        let now_given: std::collections::BTreeSet<String> =
            given.iter().map(|given| given.address.key()).collect();
        let running = self.licensing().stop.is_some();
        let texts = |all: &[SmtpAddress]| all.iter().map(ToString::to_string).collect();
        let name = |sku: &str| {
            seen.stock
                .products
                .iter()
                .find(|product| product.sku == sku)
                .map_or_else(|| sku.to_owned(), |product| product.name.clone())
        };
        let planned: Vec<LicenceAssignmentView> = plan
            .batches
            .iter()
            .flatten()
            // While it runs, what is done is no plan any more.
            .filter(|one| !running || !now_given.contains(&one.address.key()))
            .map(|one| LicenceAssignmentView {
                address: one.address.to_string(),
                product: name(&one.sku),
                sku: one.sku.clone(),
                set_location: one.set_location.clone(),
            })
            .collect();
        let licensing = self.licensing();
        Ok(LicencesView {
            asked_at: self.clock.now().to_string(),
            needs: plan
                .needs
                .iter()
                .filter(|need| !running || !now_given.contains(&need.address.key()))
                .map(|need| LicenceNeedView {
                    address: need.address.to_string(),
                    name: need.display_name.clone(),
                    until: need.until.map(|until| until.to_string()),
                    days_left: need.days_left,
                    alarm: alarm(need.alarm),
                    group_error: need.group_error.clone(),
                })
                .collect(),
            products: plan
                .products
                .iter()
                .map(|fit| LicenceProductView {
                    sku: fit.product.sku.clone(),
                    name: fit.product.name.clone(),
                    plan: match fit.product.plan {
                        MailboxPlan::Kiosk => LicencePlanKind::Kiosk,
                        MailboxPlan::Full => LicencePlanKind::Full,
                    },
                    free: fit.product.free,
                    fits: fit.fits,
                    missing: fit.missing,
                })
                .collect(),
            commands: commands(&planned, &plan.convert),
            planned,
            without: texts(&plan.without),
            no_location: texts(&plan.no_location),
            not_yet: texts(&plan.not_yet),
            convert: texts(&plan.convert),
            unknown: texts(&seen.unknown),
            people: seen.people,
            own: plan.own,
            by_group: plan.by_group,
            exempt: seen.exempt,
            licence_makes_mailbox: wishes.licence_makes_mailbox,
            locations: seen.stock.locations.clone(),
            running,
            of: licensing.of,
            done: licensing.done,
            refused: licensing.refused.clone(),
            given: given
                .into_iter()
                .map(|given| LicenceGivenView {
                    address: given.address.to_string(),
                    product: given.product,
                    at: given.at.to_string(),
                })
                .collect(),
        })
    }
}

/// Whatever ends a run, even its being dropped, the next one may begin.
struct Running<'a>(&'a Project);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.licensing().stop = None;
    }
}

fn refused(outcome: &Outcome) -> Vec<LicenceRefusalView> {
    outcome
        .refused
        .iter()
        .map(|(address, refusal)| LicenceRefusalView {
            address: address.to_string(),
            cause: match refusal.cause {
                RefusalCause::NoneFree => LicenceRefusal::NoneFree,
                RefusalCause::NoLocation => LicenceRefusal::NoLocation,
                RefusalCause::Prohibited => LicenceRefusal::Prohibited,
                RefusalCause::Conflict => LicenceRefusal::Conflict,
                RefusalCause::NoUser => LicenceRefusal::NoUser,
                RefusalCause::NotAllowed => LicenceRefusal::NotAllowed,
                RefusalCause::Other => LicenceRefusal::Other,
            },
            server_words: refusal.words.clone(),
        })
        .collect()
}

const fn alarm(alarm: Alarm) -> LicenceAlarm {
    match alarm {
        Alarm::Over => LicenceAlarm::Over,
        Alarm::Three => LicenceAlarm::Three,
        Alarm::Seven => LicenceAlarm::Seven,
        Alarm::Fourteen => LicenceAlarm::Fourteen,
        Alarm::None => LicenceAlarm::None,
    }
}

/// What *Assign* does, for the modules that administrators have.
fn commands(planned: &[LicenceAssignmentView], convert: &[SmtpAddress]) -> Vec<CommandLine> {
    let line = |does: &str, text: String| CommandLine {
        shell: Shell::PowerShell,
        does: does.to_owned(),
        text,
    };
    let mut lines = Vec::new();
    for one in planned {
        let user = quoted(&one.address);
        if let Some(country) = &one.set_location {
            lines.push(line(
                "setUsageLocation",
                format!(
                    "Update-MgUser -UserId {user} -UsageLocation {}",
                    quoted(country)
                ),
            ));
        }
        lines.push(line(
            "assignLicence",
            format!(
                "Set-MgUserLicense -UserId {user} -AddLicenses @{{SkuId={}}} -RemoveLicenses @()",
                quoted(&one.sku)
            ),
        ));
    }
    lines.extend(convert.iter().map(|address| {
        line(
            "makeRoom",
            format!(
                "Set-Mailbox -Identity {} -Type Room   # or Equipment, or Shared",
                quoted(&address.to_string())
            ),
        )
    }));
    lines
}

/// What to do about a refusal, in words for the terminal.
#[must_use]
pub const fn licence_remedy(cause: LicenceRefusal) -> &'static str {
    match cause {
        LicenceRefusal::NoneFree => "Buy more, or take another product.",
        LicenceRefusal::NoLocation => "Say the country, with --location.",
        LicenceRefusal::Prohibited => {
            "Microsoft does not sell it where the user is: correct the usage location."
        }
        LicenceRefusal::Conflict => {
            "Something the user has excludes it: take that away, or choose another product."
        }
        LicenceRefusal::NoUser => "Let directory synchronisation bring the user first.",
        LicenceRefusal::NotAllowed => {
            "Consent to User.ReadWrite.All and Organization.Read.All, as an administrator."
        }
        LicenceRefusal::Other => "See Microsoft's words.",
    }
}
