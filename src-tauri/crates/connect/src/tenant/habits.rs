//! Rights and habits as the tenant tells them: four cmdlets a mailbox, a few mailboxes at a time.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Map, Value};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind, Habit, Habits, MailboxHabits};
use stegvis_model::{HabitKind, SmtpAddress};
use stegvis_wire::exchange_online::get_inbox_rule::InboxRule;
use stegvis_wire::exchange_online::get_mailbox_delivery::MailboxDelivery;
use stegvis_wire::exchange_online::get_mailbox_permission::MailboxPermission;
use stegvis_wire::exchange_online::get_recipient::Recipient;
use stegvis_wire::exchange_online::get_recipient_permission::RecipientPermission;
use stegvis_wire::exchange_online::{
    Cmdlet, get_inbox_rule, get_mailbox_auto_reply_configuration, get_mailbox_delivery,
    get_mailbox_permission, get_recipient, get_recipient_permission,
};
use tokio::sync::Mutex;

use super::CloudTenant;
use super::footprint::identity;
use crate::exchange_online::CmdletError;

/// Mailboxes asked for at once: the interface allows few calls at a time.
const AT_ONCE: usize = 4;
/// What the service itself may do with every mailbox.
const SYSTEM: &[&str] = &["NT AUTHORITY\\", "NT-AUTORITÄT\\", "BUILTIN\\", "S-1-5-10"];

#[async_trait]
impl Habits for CloudTenant {
    async fn habits(&self, mailboxes: &[SmtpAddress]) -> Result<Vec<MailboxHabits>, EndpointError> {
        let reading = Reading {
            tenant: self,
            own: self.own_names().await?,
            known: Mutex::default(),
        };
        let found: Vec<Option<MailboxHabits>> = stream::iter(mailboxes.to_vec())
            .map(|mailbox| {
                let reading = &reading;
                async move { reading.mailbox(&mailbox).await }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }
}

/// One reading of many mailboxes: each name is looked up once.
struct Reading<'a> {
    tenant: &'a CloudTenant,
    own: Vec<String>,
    known: Mutex<BTreeMap<String, String>>,
}

impl Reading<'_> {
    /// Nothing where there is no mailbox yet.
    async fn mailbox(&self, address: &SmtpAddress) -> Result<Option<MailboxHabits>, EndpointError> {
        let mailbox = identity(&address.to_string())?;
        let delivery = self.run(&get_mailbox_delivery::of(&mailbox)).await;
        let delivery = match delivery {
            Err(error) if error.kind == EndpointErrorKind::NotFound => return Ok(None),
            other => other,
        };
        let mut told = MailboxHabits {
            address: address.clone(),
            habits: Vec::new(),
            unreadable: Vec::new(),
        };
        let kinds = [HabitKind::SendOnBehalf, HabitKind::Forwarding];
        if let Some(objects) = told.readable(delivery, &kinds)? {
            self.delivery(&objects, &mut told).await?;
        }
        let opens = self.run(&get_mailbox_permission::all(&mailbox)).await;
        if let Some(objects) = told.readable(opens, &[HabitKind::FullAccess])? {
            let granted = objects.iter().filter_map(MailboxPermission::read);
            for one in granted.filter(|one| one.full_access && !one.inherited && !one.deny) {
                self.add(&mut told, HabitKind::FullAccess, &one.user, "")
                    .await?;
            }
        }
        let sends = self.run(&get_recipient_permission::all(&mailbox)).await;
        if let Some(objects) = told.readable(sends, &[HabitKind::SendAs])? {
            let granted = objects.iter().filter_map(RecipientPermission::read);
            for one in granted.filter(|one| one.send_as && !one.inherited && !one.deny) {
                self.add(&mut told, HabitKind::SendAs, &one.trustee, "")
                    .await?;
            }
        }
        let rules = self.run(&get_inbox_rule::all(&mailbox)).await;
        if let Some(objects) = told.readable(rules, &[HabitKind::InboxRule])? {
            told.habits.extend(
                objects
                    .iter()
                    .filter_map(InboxRule::read)
                    .map(|rule| Habit {
                        kind: HabitKind::InboxRule,
                        who: rule.name,
                        detail: if rule.forwards { "forwards" } else { "" }.to_owned(),
                        own: false,
                    }),
            );
        }
        let reply = self
            .run(&get_mailbox_auto_reply_configuration::of(&mailbox))
            .await;
        if let Some(objects) = told.readable(reply, &[HabitKind::AutomaticReply])? {
            let mut states = objects
                .iter()
                .filter_map(get_mailbox_auto_reply_configuration::is_on);
            match states.next() {
                Some(true) => told.habits.push(Habit {
                    kind: HabitKind::AutomaticReply,
                    who: String::new(),
                    detail: String::new(),
                    own: false,
                }),
                Some(false) => {}
                None => told.unreadable.push(HabitKind::AutomaticReply),
            }
        }
        told.habits.sort();
        told.habits.dedup();
        Ok(Some(told))
    }

    async fn delivery(
        &self,
        objects: &[Map<String, Value>],
        told: &mut MailboxHabits,
    ) -> Result<(), EndpointError> {
        let Some(delivery) = objects.iter().find_map(MailboxDelivery::read) else {
            told.unreadable
                .extend([HabitKind::SendOnBehalf, HabitKind::Forwarding]);
            return Ok(());
        };
        for name in &delivery.send_on_behalf {
            self.add(told, HabitKind::SendOnBehalf, name, "").await?;
        }
        let copy = if delivery.keeps_copy { "keepsCopy" } else { "" };
        let forwards = [delivery.forwarding, delivery.forwarding_smtp];
        for whom in forwards.into_iter().flatten() {
            self.add(told, HabitKind::Forwarding, &whom, copy).await?;
        }
        Ok(())
    }

    async fn add(
        &self,
        told: &mut MailboxHabits,
        kind: HabitKind,
        who: &str,
        detail: &str,
    ) -> Result<(), EndpointError> {
        let system = SYSTEM.iter().any(|start| {
            who.get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        });
        if system {
            return Ok(());
        }
        let own = self.own.iter().any(|own| own.eq_ignore_ascii_case(who));
        let who = if own {
            who.to_owned()
        } else {
            self.address_of(who).await?
        };
        // Everybody may do with their own mailbox what they like.
        if who == told.address.key() {
            return Ok(());
        }
        told.habits.push(Habit {
            kind,
            who,
            detail: detail.to_owned(),
            own,
        });
        Ok(())
    }

    /// The address behind a name; the name itself where nobody has it.
    async fn address_of(&self, name: &str) -> Result<String, EndpointError> {
        if let Ok(address) = name.parse::<SmtpAddress>() {
            return Ok(address.key());
        }
        let known = self.known.lock().await.get(name).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = match self.run(&get_recipient::by_address(name)).await {
            Ok(objects) => objects.iter().find_map(Recipient::read),
            Err(error) if error.kind == EndpointErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let address = found
            .and_then(|found| found.primary_smtp_address?.parse::<SmtpAddress>().ok())
            .map_or_else(|| name.to_owned(), |address| address.key());
        self.known
            .lock()
            .await
            .insert(name.to_owned(), address.clone());
        Ok(address)
    }

    async fn run(&self, cmdlet: &Cmdlet) -> Result<Vec<Map<String, Value>>, EndpointError> {
        match self.tenant.exchange.invoke(cmdlet).await {
            Ok(objects) => Ok(objects),
            Err(CmdletError::Failed(failed)) if failed.is_not_found() => Err(EndpointError::new(
                EndpointErrorKind::NotFound,
                failed.to_string(),
            )),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a mailbox may not tell is noted as such; what ends the whole reading is an error.
trait Told {
    fn readable(
        &mut self,
        answer: Result<Vec<Map<String, Value>>, EndpointError>,
        kinds: &[HabitKind],
    ) -> Result<Option<Vec<Map<String, Value>>>, EndpointError>;
}

impl Told for MailboxHabits {
    fn readable(
        &mut self,
        answer: Result<Vec<Map<String, Value>>, EndpointError>,
        kinds: &[HabitKind],
    ) -> Result<Option<Vec<Map<String, Value>>>, EndpointError> {
        match answer {
            Ok(objects) => Ok(Some(objects)),
            Err(error)
                if matches!(
                    error.kind,
                    EndpointErrorKind::RightsMissing
                        | EndpointErrorKind::NotFound
                        | EndpointErrorKind::Refused
                ) =>
            {
                self.unreadable.extend(kinds);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
