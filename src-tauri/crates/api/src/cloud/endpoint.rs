//! Connect with the migration service: the engine, the tenant's endpoints, the service's own test of one.

use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stegvis_connect::migration::ModuleSession;
use stegvis_connect::migration::{AdminCentre, DirectRest, EndpointRoute, PowerShell, RouteState};
use stegvis_engine::ports::Clock as _;
use stegvis_model::{Engine, MigrationUserStatus, StatusSummary, StoredName as _};

use super::TenantRead;
use crate::dto::{
    CloudEndpointView, EndpointRouteView, EndpointSettings, EndpointView, ServiceTest, ServiceView,
};
use crate::project::{Project, damaged, key};
use crate::{Error, ErrorCode};

/// The module's program is looked for so long; it loads for a while where it is installed.
const LOOK: Duration = Duration::from_secs(20);

/// How the service's test of an endpoint ended, and of which.
#[derive(Serialize, Deserialize)]
struct Tested {
    endpoint: String,
    works: bool,
    words: Option<String>,
    at: String,
}

impl Project {
    /// What of the service is known without asking.
    pub(crate) fn service_view(&self) -> Result<ServiceView, Error> {
        let read = self.tenant_read();
        let chosen = self.cloud_endpoint()?;
        let tested = self
            .tested()?
            .filter(|tested| Some(&tested.endpoint) == chosen.as_ref());
        Ok(ServiceView {
            commands: self.endpoint_commands(chosen.as_deref(), &read.endpoints)?,
            endpoints: read.endpoints,
            chosen,
            tested: tested.map(|tested| ServiceTest {
                works: tested.works,
                words: tested.words,
                at: tested.at,
            }),
            routes: read.routes,
            trouble: read.trouble,
        })
    }

    fn tenant_read(&self) -> TenantRead {
        self.tenant_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The endpoint that is used, by name.
    pub(crate) fn cloud_endpoint(&self) -> Result<Option<String>, Error> {
        self.setting(|tx| tx.setting(key::CLOUD_ENDPOINT))
    }

    /// The endpoints that this program made and did not remove, by name: a line for each.
    pub(crate) fn made_endpoints(&self) -> Result<Vec<String>, Error> {
        let made = self.setting(|tx| tx.setting(key::CLOUD_ENDPOINT_MADE))?;
        let lines = made.iter().flat_map(|made| made.lines());
        Ok(lines.map(str::to_owned).collect())
    }

    /// Notes one more: what this program made is this program's to remove in the end.
    pub(crate) fn made_endpoint(&self, name: &str) -> Result<(), Error> {
        let mut made = self.made_endpoints()?;
        if !made.iter().any(|known| known == name) {
            made.push(name.to_owned());
        }
        self.setting(|tx| tx.set_setting(key::CLOUD_ENDPOINT_MADE, &made.join("\n")))
    }

    /// One is gone in the tenant: it is not ours any more, and not chosen.
    pub(crate) fn forget_endpoint(&self, name: &str) -> Result<(), Error> {
        let mut made = self.made_endpoints()?;
        made.retain(|known| known != name);
        let used = self.cloud_endpoint()?.as_deref() == Some(name);
        self.setting(|tx| {
            if made.is_empty() {
                tx.clear_setting(key::CLOUD_ENDPOINT_MADE)?;
            } else {
                tx.set_setting(key::CLOUD_ENDPOINT_MADE, &made.join("\n"))?;
            }
            if used {
                for key in [key::CLOUD_ENDPOINT, key::CLOUD_TESTED, key::ENDPOINT_SAVED] {
                    tx.clear_setting(key)?;
                }
            }
            Ok(())
        })
    }

    fn tested(&self) -> Result<Option<Tested>, Error> {
        match self.setting(|tx| tx.setting(key::CLOUD_TESTED))? {
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| damaged(key::CLOUD_TESTED, &error)),
            None => Ok(None),
        }
    }

    /// Decides who moves the mail from now on. What one engine has begun it brings to its end.
    pub(crate) async fn choose_engine(&self, name: &str) -> Result<EndpointView, Error> {
        let engine = Engine::from_name(name)
            .map_err(|error| Error::invalid(error.to_string(), "Name Direct or Service."))?;
        if engine != self.engine()? {
            let open = |status: MigrationUserStatus| {
                matches!(
                    status.summary(),
                    StatusSummary::Active | StatusSummary::Stopped
                )
            };
            let users = self.setting(|tx| tx.users())?;
            if self.live().running() || users.iter().any(|user| open(user.status)) {
                return Err(Error {
                    retry: true,
                    ..Error::new(
                        ErrorCode::Running,
                        "a batch is under way with the other engine",
                        "Let it come to its end first.",
                    )
                });
            }
            self.setting(|tx| {
                tx.set_setting(key::ENGINE, engine.name())?;
                // What was saved for one engine says nothing of the other.
                tx.clear_setting(key::ENDPOINT_SAVED)
            })?;
            self.act("EngineChosen", engine.name())?;
            self.tell_project();
        }
        self.endpoint_view().await
    }

    /// Asks the tenant for its endpoints, and this computer for the ways to make one.
    pub(crate) async fn read_service(&self) -> Result<EndpointView, Error> {
        let ports = self.connections();
        let (found, routes) = tokio::join!(ports.cloud.endpoints(), self.routes());
        let read = match found {
            Ok(endpoints) => TenantRead {
                endpoints: endpoints
                    .into_iter()
                    .map(|endpoint| CloudEndpointView {
                        name: endpoint.name,
                        proxy: endpoint.proxy,
                        at_once: endpoint.at_once,
                    })
                    .collect(),
                routes,
                trouble: None,
            },
            Err(error) => TenantRead {
                endpoints: Vec::new(),
                routes,
                trouble: Some(error.detail),
            },
        };
        // One that is alone is no choice.
        if let ([only], None) = (read.endpoints.as_slice(), self.cloud_endpoint()?) {
            self.setting(|tx| tx.set_setting(key::CLOUD_ENDPOINT, &only.name))?;
        }
        *self
            .tenant_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = read;
        self.endpoint_view().await
    }

    /// The ways to make an endpoint, best first.
    async fn routes(&self) -> Vec<EndpointRouteView> {
        let ports = self.connections();
        let module = PowerShell {
            program: module_program(),
            // Whether the module is there is asked without signing in.
            session: ModuleSession::Application {
                organization: String::new(),
                token: String::new().into(),
            },
        };
        let installed = async {
            tokio::time::timeout(LOOK, module.state())
                .await
                .unwrap_or_else(|_| RouteState::Closed("no answer".to_owned()))
        };
        let over_service = async {
            let closed = || RouteState::Closed("nobody is signed in".to_owned());
            let Some(migrations) = &ports.migrations else {
                return (closed(), closed());
            };
            let centre = AdminCentre {
                migrations: migrations.clone(),
                limit: Duration::ZERO,
            };
            let direct = DirectRest {
                migrations: migrations.clone(),
                allowed: false,
            };
            tokio::join!(centre.state(), direct.state())
        };
        let (installed, (centre, direct)) = tokio::join!(installed, over_service);
        let mut routes = vec![
            route("AdminCentre", centre),
            route("PowerShell", installed),
            route("DirectRest", direct),
        ];
        // What is open comes first, and among those what needs no hands.
        if routes.get(1).is_some_and(|route| route.state == "Open") {
            routes.swap(0, 1);
        }
        routes
    }

    /// Takes one of the tenant's endpoints.
    pub(crate) async fn choose_cloud_endpoint(&self, name: &str) -> Result<EndpointView, Error> {
        let known = self.tenant_read();
        if !known.endpoints.iter().any(|endpoint| endpoint.name == name) {
            return Err(Error::invalid(
                format!("the tenant has no endpoint {name}"),
                "Look again, and choose one that is there.",
            ));
        }
        if self.cloud_endpoint()?.as_deref() != Some(name) {
            self.setting(|tx| {
                tx.set_setting(key::CLOUD_ENDPOINT, name)?;
                tx.clear_setting(key::CLOUD_TESTED)?;
                tx.clear_setting(key::ENDPOINT_SAVED)
            })?;
            self.tell_project();
        }
        self.endpoint_view().await
    }

    /// Has the service itself try its way to the old server.
    pub(crate) async fn test_cloud_endpoint(&self) -> Result<EndpointView, Error> {
        let endpoint = self.cloud_endpoint()?.ok_or_else(no_endpoint)?;
        let reached = self.connections().cloud.test(&endpoint).await?;
        let tested = Tested {
            endpoint,
            works: reached.works,
            words: reached.words,
            at: self.clock.now().to_string(),
        };
        let text =
            serde_json::to_string(&tested).map_err(|error| damaged(key::CLOUD_TESTED, &error))?;
        self.setting(|tx| tx.set_setting(key::CLOUD_TESTED, &text))?;
        self.endpoint_view().await
    }

    /// Keeps the endpoint, and tells the service how many mailboxes at once: only one that the service reached the old
    /// server by.
    pub(crate) async fn save_cloud_endpoint(
        &self,
        settings: &EndpointSettings,
    ) -> Result<EndpointView, Error> {
        let endpoint = self.cloud_endpoint()?.ok_or_else(no_endpoint)?;
        let tested = self.tested()?;
        if !tested.is_some_and(|tested| tested.works && tested.endpoint == endpoint) {
            return Err(Error::new(
                ErrorCode::EndpointMissing,
                "the service has not reached the old server by this endpoint",
                "Test it, mend what failed, and save it then.",
            ));
        }
        let at_once = settings.max_concurrent_migrations;
        let known = self.tenant_read();
        let of_tenant = known.endpoints.iter().find(|known| known.name == endpoint);
        if of_tenant.is_none_or(|known| known.at_once != Some(at_once)) {
            self.connections()
                .cloud
                .set_at_once(&endpoint, at_once)
                .await?;
            let mut read = self
                .tenant_read
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let mut endpoints = read.endpoints.iter_mut();
            if let Some(known) = endpoints.find(|known| known.name == endpoint) {
                known.at_once = Some(at_once);
            }
        }
        let now = self.clock.now();
        self.setting(|tx| {
            tx.set_setting(key::CONCURRENCY, &at_once.to_string())?;
            tx.set_setting(key::ENDPOINT_SAVED, &now.to_string())?;
            tx.log(now, None, "EndpointSaved", &endpoint)
        })?;
        self.tell_project();
        self.endpoint_view().await
    }
}

/// What runs Microsoft's module.
pub(crate) fn module_program() -> PathBuf {
    if cfg!(windows) {
        "powershell.exe"
    } else {
        "pwsh"
    }
    .into()
}

pub(super) fn no_endpoint() -> Error {
    Error::new(
        ErrorCode::EndpointMissing,
        "no endpoint of the migration service is chosen",
        "Make one in the Exchange admin centre, look again, and choose it.",
    )
}

fn route(name: &str, state: RouteState) -> EndpointRouteView {
    let (state, detail) = match state {
        RouteState::Open(detail) => ("Open", detail),
        RouteState::Closed(why) => ("Closed", why),
        RouteState::Unproved => ("Unproved", String::new()),
    };
    EndpointRouteView {
        route: name.to_owned(),
        state: state.to_owned(),
        detail,
    }
}
