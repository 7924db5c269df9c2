//! The page of DNS, from what is kept: nobody is asked for it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use stegvis_connect::dns::system_resolvers;
use stegvis_engine::dns::{Standing, Step, Subject, kept, refusal, standing};
use stegvis_engine::ports::Clock as _;
use stegvis_journal::Tx;
use stegvis_model::{DnsName, DomainName, SmtpAddress};

use super::choice::key;
use super::plan::{mails, nothing_known, steps};
use super::seen::{self, Seen, TenantSaid};
use crate::Error;
use crate::dto::{DnsPageView, DnsSettingsDto, ReportFile};
use crate::project::{Chosen, Project, count, damaged, key as project};
use crate::unchosen::Outside;

impl Project {
    /// The page of DNS.
    pub(super) fn dns_page(&self) -> Result<DnsPageView, Error> {
        let domains = self.dns_domains()?;
        let domain = self.dns_domain()?;
        let choice = match &domain {
            Some(domain) => self.dns_choice(domain)?,
            None => DnsSettingsDto::default(),
        };
        let resolvers_asked = if choice.resolvers.is_empty() {
            let own = system_resolvers();
            own.iter().map(ToString::to_string).collect()
        } else {
            choice.resolvers.clone()
        };
        let (watching, next_at, trouble) = self.dns_watch_told();
        let mut page = DnsPageView {
            domains: domains.iter().map(ToString::to_string).collect(),
            domain: domain.as_ref().map(ToString::to_string),
            resolvers: choice.resolvers,
            resolvers_asked,
            authoritative: choice.authoritative,
            old: choice.old,
            watching,
            next_at: next_at.map(|at| at.to_string()),
            view: None,
            steps: steps(&nothing_known(self.clock.now())),
            changes: Vec::new(),
            ttl: Vec::new(),
            before: None,
            mx_moved_at: None,
            direct_delivery_at: None,
            delivery: None,
            unchosen: Vec::new(),
            staying: Vec::new(),
            mail_now: None,
            mail_after_mx: None,
            dkim_enabled: None,
            history: Vec::new(),
            practice: self.places().dns.is_some(),
            trouble,
        };
        if let Some(domain) = &domain {
            self.journal
                .transaction(|tx| self.fill_dns_page(tx, domain, &mut page))?;
        }
        Ok(page)
    }

    fn fill_dns_page(
        &self,
        tx: &Tx<'_>,
        domain: &DomainName,
        page: &mut DnsPageView,
    ) -> Result<(), Error> {
        let known = kept(tx, &DnsName::from(domain))?;
        let outside = Outside::read(tx)?;
        let standing = standing_with(tx, domain, self.clock.now(), &outside)?;
        page.steps = steps(&standing);
        page.before = known.before;
        page.mx_moved_at = known.mx_moved_at.map(|at| at.to_string());
        page.direct_delivery_at = known.direct_delivery_at.map(|at| at.to_string());
        page.delivery = seen::kept(tx, "delivery", domain)?;
        let unreached = outside.unreached();
        page.unchosen = outside.unchosen;
        page.staying = outside.staying;
        page.history = seen::history(tx, domain)?;
        let said: TenantSaid = seen::kept(tx, "tenant", domain)?.unwrap_or_default();
        page.dkim_enabled = said.dkim_enabled;
        let Some(seen) = seen::kept::<Seen>(tx, "seen", domain)? else {
            return Ok(());
        };
        let accepted = said.accepted()?;
        let (now, after_mx) = mails(tx, seen.mx(), &accepted, &unreached)?;
        page.mail_now = Some(now);
        page.mail_after_mx = Some(after_mx);
        page.ttl = seen.ttl;
        page.changes = seen.changes;
        // What may be set is judged by how things stand now, not when it was looked.
        for change in &mut page.changes {
            let step = step_of(&change.subject);
            change.allowed = step.is_none_or(|step| refusal(step, &standing).is_none());
        }
        page.view = Some(seen.view);
        Ok(())
    }

    /// Where the project stands with this domain. Mailboxes that were chosen and are in no batch yet are not synced;
    /// those that nobody chose are counted.
    pub(super) fn dns_standing(&self, domain: &DomainName) -> Result<Standing, Error> {
        let now = self.clock.now();
        self.journal
            .transaction(|tx| standing_with(tx, domain, now, &Outside::read(tx)?))
    }

    /// What is to be set, and the way back, in a file of the project's folder.
    pub(super) fn save_dns_lines(&self) -> Result<ReportFile, Error> {
        let domain = self.dns_domain_needed()?;
        let page = self.dns_page()?;
        if page.view.is_none() {
            return Err(Error::invalid(
                "nobody has looked yet, so that there is nothing to save",
                "Look first.",
            ));
        }
        let mut text = format!(
            "; {domain}, as of {}\n\n; To be set. \"later\" waits for its turn.\n",
            self.clock.now()
        );
        for change in &page.changes {
            let when = if change.allowed { "now" } else { "later" };
            text.push_str(&format!("; {} ({when})\n{}\n", change.subject, change.zone));
        }
        if let Some(before) = &page.before {
            text.push_str("\n; The way back: as it was before the first change.\n");
            for line in before.lines() {
                text.push_str(&format!(";   {line}\n"));
            }
        }
        let folder = self.dir.join("dns");
        let path = folder.join(format!("{domain}.zone.txt"));
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| Error::cannot_write(&path, &error))?;
        Ok(ReportFile {
            format: "zone".to_owned(),
            path: path.display().to_string(),
        })
    }

    /// Whether the domain was being watched when the project was last open.
    pub(super) fn dns_was_watched(&self) -> Result<bool, Error> {
        let Some(domain) = self.dns_domain()? else {
            return Ok(false);
        };
        let kept = self.setting(|tx| tx.setting(&key("watched", &domain)))?;
        Ok(kept.is_some())
    }
}

/// Chosen mailboxes that are in no batch yet.
pub(crate) fn waiting(tx: &Tx<'_>) -> Result<Vec<SmtpAddress>, Error> {
    let Some(text) = tx.setting(project::CHOSEN)? else {
        return Ok(Vec::new());
    };
    let chosen: Vec<Chosen> =
        serde_json::from_str(&text).map_err(|error| damaged(project::CHOSEN, &error))?;
    let moving: BTreeSet<String> = tx.users()?.iter().map(|user| user.address.key()).collect();
    Ok(chosen
        .iter()
        .filter_map(|chosen| chosen.address.parse::<SmtpAddress>().ok())
        .filter(|address| !moving.contains(&address.key()))
        .collect())
}

/// Where a project stands; who waits for a batch is not synced, and whom nobody chose is counted.
pub(super) fn standing_with(
    tx: &Tx<'_>,
    domain: &DomainName,
    now: Timestamp,
    outside: &Outside,
) -> Result<Standing, Error> {
    let mut standing = standing(tx, &DnsName::from(domain), now)?;
    let waiting = count(outside.waiting.len());
    standing.not_chosen = count(outside.unchosen.len());
    standing.mailboxes += waiting;
    standing.not_synced += waiting;
    standing.not_converted += waiting;
    Ok(standing)
}

/// Whose turn decides when a subject may be changed.
pub(super) fn step_of(subject: &str) -> Option<Step> {
    if subject == Subject::Mx.name() {
        Some(Step::MoveMx)
    } else if subject == Subject::Autodiscover.name() {
        Some(Step::MoveAutodiscover)
    } else {
        // Letting the tenant send, and keys for it, harm nobody before.
        None
    }
}
