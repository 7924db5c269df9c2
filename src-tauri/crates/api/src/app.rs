//! The product: one open project at a time, and everything that can be asked of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stegvis_connect::clock::SystemClock;
use stegvis_engine::ports::Clock as _;
use stegvis_engine::preflight::ORDER;
use stegvis_journal::Journal;
use tokio::sync::Mutex;

use crate::dto::{
    AnswersDto, AppView, CommandLine, ConvertView, DirectoryView, EndpointSettings, EndpointView,
    ListEdit, ListPage, ListQuery, ListView, MailboxChoice, MailboxesView, PlanView, PreflightView,
    ProjectView, RecentProject, ReportFile, ReportView, RunView, SavedList, SkippedItemView,
    TenantView,
};
use crate::practice::{Practice, PracticeDetails};
use crate::prepare::ABOUT_MAILBOXES;
use crate::project::{Events, Project, damaged, key};
use crate::report::words::Language;
use crate::secrets::Secrets;
use crate::sign_in::Cloud;
use crate::{Error, ErrorCode};

/// Mailboxes of a practice company whose maker did not say.
const MAILBOXES: u32 = 10;

/// Projects remembered.
const REMEMBERED: usize = 8;

/// The product.
pub struct App {
    pub(crate) data: PathBuf,
    pub(crate) secrets: Arc<Secrets>,
    practice: Arc<dyn Practice>,
    pub(crate) events: Events,
    project: Mutex<Option<Arc<Project>>>,
    /// Where real projects sign in.
    pub(crate) cloud: CloudPlace,
}

/// The cloud of real projects.
#[derive(Default)]
pub(crate) struct CloudPlace {
    pub(crate) cloud: Cloud,
    /// A certificate authority to trust besides the system's, in PEM.
    pub(crate) ca: Option<String>,
}

impl App {
    /// Opens the product on a folder of this user's.
    pub fn new(
        data: impl Into<PathBuf>,
        secrets: Secrets,
        practice: Arc<dyn Practice>,
        events: Events,
    ) -> Self {
        Self {
            data: data.into(),
            secrets: Arc::new(secrets),
            practice,
            events,
            project: Mutex::new(None),
            cloud: CloudPlace::default(),
        }
    }

    /// Real projects sign in to this cloud in place of Microsoft's worldwide one; `ca` is an authority to trust there.
    #[must_use]
    pub fn with_cloud(mut self, cloud: Cloud, ca: Option<String>) -> Self {
        self.cloud = CloudPlace { cloud, ca };
        self
    }

    /// The product itself.
    ///
    /// # Errors
    /// When the open project cannot be read; so for every call here.
    pub async fn view(&self) -> Result<AppView, Error> {
        let project = self.project.lock().await.clone();
        Ok(AppView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            keychain: self.secrets.view(),
            recent: self.recent(),
            project: project.map(|project| project.view()).transpose()?,
        })
    }

    /// Makes a practice company in a folder of its own and opens it.
    pub async fn create_practice(&self, mailboxes: Option<u32>) -> Result<ProjectView, Error> {
        let stamp = SystemClock.now().strftime("%Y%m%d-%H%M%S").to_string();
        let dir = self.data.join("projects").join(format!("practice-{stamp}"));
        self.open_practice(&dir, mailboxes).await
    }

    /// Opens the practice project of a folder, or makes one there.
    pub async fn open_practice(
        &self,
        dir: &Path,
        mailboxes: Option<u32>,
    ) -> Result<ProjectView, Error> {
        let mut open = self.project.lock().await;
        self.make_room(&mut open).await?;
        std::fs::create_dir_all(dir).map_err(|error| Error::cannot_write(dir, &error))?;
        let journal = Journal::open(&dir.join(PRACTICE))?;
        let kept = journal.transaction(|tx| tx.setting(key::MAILBOXES))?;
        let size = kept
            .and_then(|text| text.parse().ok())
            .or(mailboxes)
            .unwrap_or(MAILBOXES);
        let details = self
            .practice
            .start(&dir.join("practice"), size)
            .await
            .map_err(|words| Error {
                retry: true,
                ..Error::new(
                    ErrorCode::Practice,
                    words,
                    "Close other practice companies and try again.",
                )
            })?;
        journal.transaction(|tx| {
            tx.set_setting(key::KIND, "Practice")?;
            tx.set_setting(key::NAME, &details.company)?;
            tx.set_setting(key::MAILBOXES, &size.to_string())?;
            // The practice company knows what it is; the answers can be changed like anyone's.
            if tx.setting(key::ANSWERS)?.is_none() {
                tx.set_setting(key::ANSWERS, &practice_answers(size))?;
            }
            Ok::<_, stegvis_journal::JournalError>(())
        })?;
        self.enter(&mut open, dir, journal, Some(details)).await
    }

    /// What is open makes room, unless something runs there.
    async fn make_room(&self, open: &mut Option<Arc<Project>>) -> Result<(), Error> {
        let Some(project) = open.as_ref() else {
            return Ok(());
        };
        if project.busy() {
            return Err(Error::new(
                ErrorCode::Running,
                "something is running",
                "Stop it first.",
            ));
        }
        project.waits.end();
        project.end_dns_watch().await;
        *open = None;
        self.practice.stop().await;
        Ok(())
    }

    async fn enter(
        &self,
        open: &mut Option<Arc<Project>>,
        dir: &Path,
        journal: Journal,
        practice: Option<PracticeDetails>,
    ) -> Result<ProjectView, Error> {
        let secrets = Arc::clone(&self.secrets);
        let project = Project::open(dir, journal, practice, secrets, self.events.clone()).await?;
        let view = project.view()?;
        self.remember(&view)?;
        let project = Arc::new(project);
        Arc::clone(&project).settle_conversions();
        project.watch_cloud()?;
        project.watch_dns_again()?;
        *open = Some(project);
        Ok(view)
    }

    /// Opens the real project of a folder that holds one.
    pub(crate) async fn open_real(&self, dir: &Path) -> Result<ProjectView, Error> {
        let mut open = self.project.lock().await;
        self.make_room(&mut open).await?;
        let journal = Journal::open(&dir.join(REAL))?;
        self.enter(&mut open, dir, journal, None).await
    }

    /// Opens a project of either kind.
    pub async fn open_project(&self, path: &str) -> Result<ProjectView, Error> {
        let dir = PathBuf::from(path);
        if dir.join(REAL).is_file() {
            // Its secrets are named after the folder, wherever the program was started.
            let dir = std::path::absolute(&dir).unwrap_or(dir);
            return self.open_real(&dir).await;
        }
        if !dir.join(PRACTICE).is_file() {
            return Err(Error::new(
                ErrorCode::ProjectUnreadable,
                format!("{path} holds no project"),
                "Choose a folder that holds one, or start a new one.",
            ));
        }
        self.open_practice(&dir, None).await
    }

    /// Closes the open project; what runs is stopped between two messages first.
    pub async fn close_project(&self) -> Result<AppView, Error> {
        let project = self.project.lock().await.take();
        if let Some(project) = project {
            if let Some(stop) = project.live().stop.clone() {
                stop.cancel();
            }
            project.converting().stop();
            project.stop_licences();
            project.stop_letters();
            project.waits.end();
            project.end_dns_watch().await;
            while project.busy() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            drop(project);
            self.practice.stop().await;
        }
        self.view().await
    }

    /// The practice organisation, which the shells start.
    pub(crate) const fn practice(&self) -> &Arc<dyn Practice> {
        &self.practice
    }

    pub(crate) async fn project(&self) -> Result<Arc<Project>, Error> {
        self.project.lock().await.clone().ok_or_else(|| {
            Error::new(
                ErrorCode::NoProject,
                "no project is open",
                "Open the practice company, or a project you had.",
            )
        })
    }

    /// The open project.
    pub async fn project_view(&self) -> Result<ProjectView, Error> {
        self.project().await?.view()
    }

    /// Keeps the five answers.
    pub async fn answer(&self, answers: AnswersDto) -> Result<ProjectView, Error> {
        self.project().await?.answer(&answers)
    }

    /// What every check found last.
    pub async fn preflight_view(&self) -> Result<PreflightView, Error> {
        self.project().await?.preflight_view()
    }

    /// Runs every check.
    pub async fn run_preflight(&self) -> Result<PreflightView, Error> {
        let project = self.project().await?;
        let view = project.run_preflight(&ORDER).await?;
        project.read_habits_once().await;
        Ok(view)
    }

    /// Runs one check again.
    pub async fn retest(&self, check: &str) -> Result<PreflightView, Error> {
        let check = crate::prepare::check(check)?;
        self.project().await?.run_preflight(&[check]).await
    }

    /// The mailboxes of the directory.
    pub async fn mailboxes_view(&self) -> Result<MailboxesView, Error> {
        self.project().await?.mailboxes_view().await
    }

    /// Keeps which mailboxes move.
    pub async fn choose_mailboxes(
        &self,
        choices: Vec<MailboxChoice>,
    ) -> Result<MailboxesView, Error> {
        let project = self.project().await?;
        let view = project.choose(&choices).await?;
        check_mailboxes_again(project)?;
        Ok(view)
    }

    /// Opens a list of mailboxes from a file, and checks it against the directory.
    pub async fn open_list(&self, path: &Path) -> Result<ListView, Error> {
        self.project().await?.open_list(path, &self.data).await
    }

    /// The open list.
    pub async fn list_view(&self) -> Result<Option<ListView>, Error> {
        Ok(self.project().await?.list_view())
    }

    /// The rows of a window.
    pub async fn list_rows(&self, query: ListQuery) -> Result<ListPage, Error> {
        self.project().await?.list_rows(&query)
    }

    /// Does to the list what a person asked for.
    pub async fn edit_list(&self, edit: ListEdit) -> Result<ListView, Error> {
        self.project().await?.edit_list(&edit, &self.data)
    }

    /// A file that *Save* will write, to the byte, but for the passwords, which are masked.
    pub async fn preview_list(&self, file: u32) -> Result<String, Error> {
        self.project().await?.preview_list(file)
    }

    /// Writes the list: for Exchange Online, or for a person with a spreadsheet. The file it came from is kept.
    pub async fn save_list(&self, path: &Path, for_person: bool) -> Result<Vec<SavedList>, Error> {
        self.project().await?.save_list(path, for_person)
    }

    /// Forgets the list; nothing else changes.
    pub async fn close_list(&self) -> Result<(), Error> {
        self.project().await?.close_list();
        Ok(())
    }

    /// Makes the ready rows of the list the chosen mailboxes, with their pilot and their batches.
    pub async fn use_list(&self) -> Result<MailboxesView, Error> {
        let project = self.project().await?;
        let view = project.use_list().await?;
        check_mailboxes_again(project)?;
        Ok(view)
    }

    /// The endpoint.
    pub async fn endpoint_view(&self) -> Result<EndpointView, Error> {
        self.project().await?.endpoint_view().await
    }

    /// Tests the endpoint.
    pub async fn test_endpoint(&self, settings: EndpointSettings) -> Result<EndpointView, Error> {
        self.project().await?.test_endpoint(&settings).await
    }

    /// Keeps the endpoint.
    pub async fn save_endpoint(&self, settings: EndpointSettings) -> Result<EndpointView, Error> {
        self.project().await?.save_endpoint(&settings).await
    }

    /// Decides who moves the mail: `Direct` or `Service`.
    pub async fn choose_engine(&self, engine: String) -> Result<EndpointView, Error> {
        self.project().await?.choose_engine(&engine).await
    }

    /// Asks the tenant for the migration service's endpoints, and this computer for the ways to make one.
    pub async fn read_service(&self) -> Result<EndpointView, Error> {
        self.project().await?.read_service().await
    }

    /// Takes one of the tenant's endpoints.
    pub async fn choose_cloud_endpoint(&self, name: String) -> Result<EndpointView, Error> {
        self.project().await?.choose_cloud_endpoint(&name).await
    }

    /// Has the service itself try its way to the old server.
    pub async fn test_cloud_endpoint(&self) -> Result<EndpointView, Error> {
        self.project().await?.test_cloud_endpoint().await
    }

    /// What *Start migration* will do.
    pub async fn plan(&self) -> Result<PlanView, Error> {
        self.project().await?.plan()
    }

    /// Starts what waits.
    pub async fn start(&self) -> Result<RunView, Error> {
        let project = self.project().await?;
        project.checked().await;
        project.may_copy()?;
        project.read_habits_once().await;
        project.start(false, None)?;
        project.run_view()
    }

    /// Gives the migration service what waits, to start by itself at this moment (RFC 3339); now where none is said.
    pub async fn start_at(&self, at: Option<String>) -> Result<(), Error> {
        let project = self.project().await?;
        project.checked().await;
        let at = at.map(|at| project.moment(&at)).transpose()?;
        project.read_habits_once().await;
        project.start(false, at)
    }

    /// Copies from this computer what the migration service left in the source.
    pub async fn fill_gap(&self) -> Result<(), Error> {
        let project = self.project().await?;
        project.checked().await;
        project.start_filling()
    }

    /// Asks what runs to stop between two messages, or the migration service to stop its batches.
    pub async fn stop(&self) -> Result<RunView, Error> {
        let project = self.project().await?;
        project.stop_run().await?;
        project.act("BatchStopped", "")?;
        project.run_view()
    }

    /// Goes on where it was stopped.
    pub async fn resume(&self) -> Result<RunView, Error> {
        self.start().await
    }

    /// Tries the failed mailboxes again, and with them what was stopped.
    pub async fn retry_failed(&self) -> Result<RunView, Error> {
        let project = self.project().await?;
        project.checked().await;
        project.may_copy()?;
        project.start(true, None)?;
        project.run_view()
    }

    /// The run.
    pub async fn run_view(&self) -> Result<RunView, Error> {
        self.project().await?.run_view()
    }

    /// The conversion, with the dry run of one mailbox.
    pub async fn convert_view(&self, selected: Option<u32>) -> Result<ConvertView, Error> {
        self.project().await?.convert_view(selected).await
    }

    /// Examines every gate of the mailboxes that are not converted.
    pub async fn check_gates(&self) -> Result<ConvertView, Error> {
        self.project().await?.check_gates().await
    }

    /// What was skipped of a mailbox, one by one.
    pub async fn skipped_items(&self, user: u32) -> Result<Vec<SkippedItemView>, Error> {
        self.project().await?.skipped_items(user)
    }

    /// Signs for what was skipped of a mailbox, of which `seen` items were shown.
    pub async fn sign_skipped(&self, user: u32, seen: u32) -> Result<ConvertView, Error> {
        self.project().await?.sign_skipped(user, seen)
    }

    /// Keeps the objects of mailboxes and reads them back.
    pub async fn back_up(&self, users: &[u32]) -> Result<ConvertView, Error> {
        self.project().await?.back_up(users).await
    }

    /// Converts mailboxes, one after the other.
    pub async fn convert(&self, users: &[u32]) -> Result<ConvertView, Error> {
        self.project().await?.convert(users).await
    }

    /// Tests converted mailboxes again.
    pub async fn prove(&self, users: &[u32]) -> Result<ConvertView, Error> {
        self.project().await?.prove(users).await
    }

    /// Takes conversions back.
    pub async fn undo_conversion(&self, users: &[u32]) -> Result<ConvertView, Error> {
        self.project().await?.undo_conversion(users).await
    }

    /// Asks what converts to stop between two mailboxes.
    pub async fn stop_converting(&self) -> Result<ConvertView, Error> {
        self.project().await?.stop_converting()
    }

    /// Writes what is planned and what is written as LDIF, with the way back beside it.
    pub async fn save_ldif(&self) -> Result<Vec<ReportFile>, Error> {
        self.project().await?.save_ldif()
    }

    /// Reads the old directory.
    pub async fn directory_view(&self) -> Result<DirectoryView, Error> {
        self.project().await?.directory_view().await
    }

    /// Reads the tenant, and probes each permission.
    pub async fn tenant_view(&self) -> Result<TenantView, Error> {
        self.project().await?.tenant_view().await
    }

    /// The report.
    pub async fn report_view(&self) -> Result<ReportView, Error> {
        self.project().await?.report_view()
    }

    /// Writes the report into the project's folder, in `en` or `sv`; `redact` hides names and subjects.
    pub async fn save_report(
        &self,
        language: &str,
        redact: bool,
    ) -> Result<Vec<ReportFile>, Error> {
        self.project()
            .await?
            .save_report(Language::of(Some(language)), redact)
    }

    /// Where a saved report's file is, for the system to open it.
    pub async fn report_file(&self, format: &str) -> Result<PathBuf, Error> {
        self.project().await?.report_file(format).ok_or_else(|| {
            Error::invalid(
                format!("there is no report.{format} yet"),
                "Save the report first.",
            )
        })
    }

    /// The language of our mail: `en` or `sv`.
    pub async fn set_language(&self, language: &str) -> Result<(), Error> {
        let language = Language::of(Some(language));
        self.project()
            .await?
            .setting(|tx| tx.set_setting(key::LANGUAGE, language.tag()))
    }

    /// The equivalents of a step.
    pub async fn commands(&self, step: &str) -> Result<Vec<CommandLine>, Error> {
        self.project().await?.commands(step)
    }

    fn remembered_file(&self) -> PathBuf {
        self.data.join("recent.json")
    }

    /// Projects opened before whose folder is still there.
    fn recent(&self) -> Vec<RecentProject> {
        let text = std::fs::read_to_string(self.remembered_file()).unwrap_or_default();
        let remembered: Vec<Remembered> = serde_json::from_str(&text).unwrap_or_default();
        remembered
            .into_iter()
            .filter(|project| holds_project(Path::new(&project.path)))
            .map(|project| RecentProject {
                name: project.name,
                practice: Path::new(&project.path).join(PRACTICE).is_file(),
                path: project.path,
                opened_at: project.opened_at,
            })
            .collect()
    }

    fn remember(&self, view: &ProjectView) -> Result<(), Error> {
        let now = SystemClock.now().to_string();
        let mut all = vec![Remembered {
            name: view.name.clone(),
            path: view.path.clone(),
            opened_at: now,
        }];
        all.extend(
            self.recent()
                .into_iter()
                .filter(|project| project.path != view.path)
                .map(|project| Remembered {
                    name: project.name,
                    path: project.path,
                    opened_at: project.opened_at,
                }),
        );
        all.truncate(REMEMBERED);
        let text =
            serde_json::to_string_pretty(&all).map_err(|error| damaged("recent.json", &error))?;
        let file = self.remembered_file();
        std::fs::create_dir_all(&self.data)
            .and_then(|()| std::fs::write(&file, text))
            .map_err(|error| Error::cannot_write(&file, &error))
    }
}

/// The journal's file in a practice project's folder.
const PRACTICE: &str = "practice.stegvis";

/// The journal's file in a real project's folder.
pub(crate) const REAL: &str = "project.stegvis";

/// Whether a folder holds a real migration's project.
#[must_use]
pub fn holds_real_project(dir: &Path) -> bool {
    dir.join(REAL).is_file()
}

/// Whether a folder holds a project of either kind.
pub(crate) fn holds_project(dir: &Path) -> bool {
    [PRACTICE, REAL].iter().any(|file| dir.join(file).is_file())
}

/// Findings about mailboxes that are not on the list any more would stop nobody.
fn check_mailboxes_again(project: Arc<Project>) -> Result<(), Error> {
    if project.view()?.facts.preflight.is_some() {
        tokio::spawn(async move {
            if let Err(error) = project.run_preflight(&ABOUT_MAILBOXES).await {
                tracing::warn!(%error, "the checks could not run again");
            }
        });
    }
    Ok(())
}

/// What the practice company would answer to the five questions.
fn practice_answers(mailboxes: u32) -> String {
    let count = match mailboxes {
        0..=150 => "UpTo150",
        151..=2000 => "UpTo2000",
        _ => "More",
    };
    serde_json::json!({
        "exchange": "Exchange2007",
        "count": count,
        "directorySync": "Yes",
        "singleSignOn": "No",
        "pace": "InGroups",
    })
    .to_string()
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    name: String,
    path: String,
    opened_at: String,
}
