//! Rights and habits: read on both sides, shown side by side, and what a person has to do about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stegvis_engine::habits::{is_same, keep_habits, read_habits, renew_tasks};
use stegvis_engine::ports::{Clock as _, EndpointError, Habits};
use stegvis_journal::{HabitReading, HabitTask};
use stegvis_model::{HabitKind, HabitSide, SmtpAddress};

use crate::dto::{HabitKindView, HabitTaskView, HabitView, HabitsView, MailboxHabitsView};
use crate::project::Project;
use crate::{App, Error};

/// Why a side could not be read, as it said last.
const fn words_key(side: HabitSide) -> &'static str {
    match side {
        HabitSide::Before => "habits.before_words",
        HabitSide::After => "habits.after_words",
    }
}

impl App {
    /// Rights and habits before and after, and the tasks, as they were read last. Nobody is asked.
    ///
    /// # Errors
    /// When no project is open or it cannot be read; so for every call here.
    pub async fn habits_view(&self) -> Result<HabitsView, Error> {
        self.project().await?.habits_view()
    }

    /// Reads both sides now: of the old one only what was never read, for what was before stays as it was. A side that
    /// cannot be read says why in the view.
    ///
    /// # Errors
    /// As for [`Self::habits_view`].
    pub async fn read_habits(&self) -> Result<HabitsView, Error> {
        let project = self.project().await?;
        project.read_habits_before().await?;
        project.read_habits_after().await?;
        project.habits_view()
    }

    /// Calls a task done, or not done after all.
    ///
    /// # Errors
    /// When there is none of this number.
    pub async fn task_done(&self, id: u32, done: bool) -> Result<HabitsView, Error> {
        let project = self.project().await?;
        project.habit_task_done(id, done)?;
        project.habits_view()
    }
}

impl Project {
    /// Reads the old side where it was never read; before the first batch, for conversion takes it away. What hinders it is
    /// kept in words, and hinders nothing else.
    pub(crate) async fn read_habits_once(&self) {
        let read = match self.setting(|tx| tx.habits_read_at(HabitSide::Before)) {
            Ok(read) => read.is_some(),
            Err(error) => {
                tracing::warn!(%error, "whether rights and habits were read is not known");
                return;
            }
        };
        if !read && let Err(error) = self.read_habits_before().await {
            tracing::warn!(%error, "rights and habits of the old side are not read");
        }
    }

    async fn read_habits_before(&self) -> Result<(), Error> {
        let ports = self.connections();
        let found = ports.directory.mailboxes().await;
        self.remember_mailboxes(&found)?;
        let mailboxes: Vec<SmtpAddress> = match found {
            Ok(found) => {
                let known: BTreeSet<String> = self
                    .setting(|tx| tx.habits_known())?
                    .into_iter()
                    .map(|address| address.key())
                    .collect();
                let found = found.into_iter().map(|found| found.address);
                found
                    .filter(|address| !known.contains(&address.key()))
                    .collect()
            }
            Err(error) => return self.read_side(HabitSide::Before, Err(error)),
        };
        let told = ask(ports.habits_before.as_ref(), &mailboxes).await;
        self.read_side(HabitSide::Before, told)
    }

    async fn read_habits_after(&self) -> Result<(), Error> {
        let mailboxes: Vec<SmtpAddress> = self
            .setting(|tx| tx.users())?
            .into_iter()
            .map(|user| user.address)
            .collect();
        let told = match &self.connections().cloud_tenant {
            Ok(tenant) => ask(tenant.as_ref(), &mailboxes).await,
            Err(absent) => Err(absent.error()),
        };
        self.read_side(HabitSide::After, told)
    }

    fn read_side(
        &self,
        side: HabitSide,
        told: Result<Vec<HabitReading>, EndpointError>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        self.setting(|tx| match told {
            Ok(readings) => {
                tx.clear_setting(words_key(side))?;
                keep_habits(tx, side, &readings, now)
            }
            Err(error) => tx.set_setting(words_key(side), &error.detail),
        })
    }

    fn habit_task_done(&self, id: u32, done: bool) -> Result<(), Error> {
        let now = self.clock.now();
        let there = self.setting(|tx| {
            let there = tx.habit_task_done(i64::from(id), done.then_some(now))?;
            let tasks = tx.habit_tasks()?;
            if let Some(task) = tasks.iter().find(|task| task.id == i64::from(id)) {
                let what = if done { "TaskDone" } else { "TaskNotDone" };
                let user = tx.user_of(&task.task.address)?.map(|user| user.id);
                let about = format!("{} {}", task.task.kind, task.task.who);
                tx.log(now, user, what, about.trim_end())?;
            }
            Ok(there)
        })?;
        if there {
            return Ok(());
        }
        Err(Error::invalid(
            format!("there is no task {id}"),
            "Name one that `stegvis habits list` shows.",
        ))
    }

    fn habits_view(self: &Arc<Self>) -> Result<HabitsView, Error> {
        let now = self.clock.now();
        let (before, after, tasks, users, before_words, after_words) = self.setting(|tx| {
            // A mailbox that came into a batch since has tasks as well.
            renew_tasks(tx, now)?;
            Ok((
                tx.habits(HabitSide::Before)?,
                tx.habits(HabitSide::After)?,
                tx.habit_tasks()?,
                tx.users()?,
                tx.setting(words_key(HabitSide::Before))?,
                tx.setting(words_key(HabitSide::After))?,
            ))
        })?;
        let latest = |readings: &[HabitReading]| {
            let times = readings.iter().filter_map(|reading| reading.read_at);
            times.max().map(|at| at.to_string())
        };
        let moved: BTreeSet<String> = users.into_iter().map(|user| user.address.key()).collect();
        let shown =
            |reading: &&HabitReading| moved.is_empty() || moved.contains(&reading.address.key());
        let mut sides: BTreeMap<String, (Option<&HabitReading>, Option<&HabitReading>)> =
            BTreeMap::new();
        for reading in before.iter().filter(shown) {
            sides.entry(reading.address.key()).or_default().0 = Some(reading);
        }
        for reading in after.iter().filter(shown) {
            sides.entry(reading.address.key()).or_default().1 = Some(reading);
        }
        Ok(HabitsView {
            before_at: latest(&before),
            after_at: latest(&after),
            before_words,
            after_words,
            mailboxes: sides
                .into_values()
                .filter_map(|(before, after)| mailbox(before, after))
                .collect(),
            tasks: tasks.iter().filter_map(task).collect(),
        })
    }
}

async fn ask(
    side: &dyn Habits,
    mailboxes: &[SmtpAddress],
) -> Result<Vec<HabitReading>, EndpointError> {
    if mailboxes.is_empty() {
        return Ok(Vec::new());
    }
    read_habits(side, mailboxes).await
}

/// Both sides of a mailbox; nothing where neither has anything to say.
fn mailbox(
    before: Option<&HabitReading>,
    after: Option<&HabitReading>,
) -> Option<MailboxHabitsView> {
    let address = before.or(after)?.address.to_string();
    let was = before.map_or(&[][..], |reading| &reading.habits);
    let is = after.map(|reading| &reading.habits[..]);
    let mut habits: Vec<HabitView> = was
        .iter()
        .map(|habit| HabitView {
            kind: kind(habit.kind),
            who: habit.who.clone(),
            detail: filled(&habit.detail),
            before: true,
            after: is.map(|is| is.iter().any(|now| is_same(habit, now))),
            footprint: habit.own,
        })
        .collect();
    let new = is
        .unwrap_or_default()
        .iter()
        .filter(|now| !was.iter().any(|habit| is_same(habit, now)));
    habits.extend(new.map(|now| HabitView {
        kind: kind(now.kind),
        who: now.who.clone(),
        detail: filled(&now.detail),
        before: false,
        after: Some(true),
        footprint: now.own,
    }));
    let unreadable: Vec<HabitKindView> = before
        .map(|reading| reading.unreadable.iter().copied().map(kind).collect())
        .unwrap_or_default();
    if habits.is_empty() && unreadable.is_empty() {
        return None;
    }
    Some(MailboxHabitsView {
        address,
        habits,
        unreadable,
    })
}

fn task(task: &HabitTask) -> Option<HabitTaskView> {
    Some(HabitTaskView {
        id: u32::try_from(task.id).ok()?,
        address: task.task.address.to_string(),
        kind: kind(task.task.kind),
        who: filled(&task.task.who),
        detail: filled(&task.task.detail),
        command: task.task.command.clone(),
        outside: task.task.outside,
        done: task.done_at.is_some(),
        done_at: task.done_at.map(|at| at.to_string()),
    })
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

const fn kind(kind: HabitKind) -> HabitKindView {
    match kind {
        HabitKind::FullAccess => HabitKindView::FullAccess,
        HabitKind::SendAs => HabitKindView::SendAs,
        HabitKind::SendOnBehalf => HabitKindView::SendOnBehalf,
        HabitKind::Forwarding => HabitKindView::Forwarding,
        HabitKind::InboxRule => HabitKindView::InboxRule,
        HabitKind::AutomaticReply => HabitKindView::AutomaticReply,
    }
}
