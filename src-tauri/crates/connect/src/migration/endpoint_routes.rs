//! Three ways to make an endpoint. It takes the account's password, and how one travels in the admin interface is not
//! known: so Microsoft's own PowerShell module does it where it is installed, or a person does it in the admin centre;
//! the direct way is there to be tried and off until it is proved.

use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use stegvis_engine::ports::{EndpointError, EndpointErrorKind};
use stegvis_wire::exchange_online::encode::UnprovedCredential;
use stegvis_wire::exchange_online::get_migration_endpoint::MigrationEndpoint;
use stegvis_wire::exchange_online::new_migration_endpoint::NewMigrationEndpoint;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::Instant;

use super::MigrationApi;

/// How long the module may take: it loads for a while.
const LIMIT: Duration = Duration::from_secs(300);
/// How often the admin centre's work is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// Whether a way is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteState {
    /// It is; with what is worth knowing of it, such as a version.
    Open(String),
    /// It is not, and why.
    Closed(String),
    /// It has never been seen to work.
    Unproved,
}

/// A way to make an endpoint.
#[async_trait::async_trait]
pub trait EndpointRoute: fmt::Debug + Send + Sync {
    /// Whether it is open.
    async fn state(&self) -> RouteState;

    /// Makes the endpoint, or finds it made.
    async fn make(
        &self,
        new: &NewMigrationEndpoint<'_>,
        user_name: &str,
        password: &SecretString,
    ) -> Result<MigrationEndpoint, EndpointError>;
}

/// Microsoft's module in a child process. Everything that is told to it goes over its standard input: nothing stands in
/// its arguments, where every program of this computer could read it.
#[derive(Debug, Clone)]
pub struct PowerShell {
    /// `pwsh`, or `powershell.exe`.
    pub program: PathBuf,
    /// As whom the module signs in.
    pub session: ModuleSession,
}

/// A token for Exchange Online and whose it is.
#[derive(Debug, Clone)]
pub enum ModuleSession {
    /// A person's, by user principal name.
    User {
        /// The name.
        name: String,
        /// The token.
        token: SecretString,
    },
    /// The application's, in this tenant, by its initial domain.
    Application {
        /// The domain.
        organization: String,
        /// The token.
        token: SecretString,
    },
}

/// Reads one JSON object, connects, makes the endpoint, prints its name. Holds no value of ours.
const SCRIPT: &str = "\
$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'
$in = [Console]::In.ReadToEnd() | ConvertFrom-Json
Import-Module ExchangeOnlineManagement
$connect = @{ AccessToken = $in.token; ShowBanner = $false; CommandName = 'New-MigrationEndpoint' }
if ($in.user) { $connect.UserPrincipalName = $in.user } else { $connect.Organization = $in.organization }
Connect-ExchangeOnline @connect
$secret = ConvertTo-SecureString $in.password -AsPlainText -Force
$make = @{ Credentials = New-Object System.Management.Automation.PSCredential($in.userName, $secret) }
foreach ($p in $in.parameters.PSObject.Properties) { $make[$p.Name] = $p.Value }
(New-MigrationEndpoint @make).Identity.ToString()
Disconnect-ExchangeOnline -Confirm:$false";

const VERSION: &str = "(Get-Module -ListAvailable ExchangeOnlineManagement | Sort-Object Version -Descending | Select-Object -First 1).Version.ToString()";

impl PowerShell {
    /// What the child prints, or how it ends.
    async fn run(&self, script: &str, input: &str) -> Result<String, EndpointError> {
        let trouble = |error: std::io::Error| {
            EndpointError::new(
                EndpointErrorKind::Unreachable,
                format!("{}: {error}", self.program.display()),
            )
        };
        let mut child = Command::new(&self.program)
            .args(["-NoProfile", "-NonInteractive", "-Command", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(trouble)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A child that ends before it has read everything says why itself.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = tokio::time::timeout(LIMIT, child.wait_with_output())
            .await
            .map_err(|_| crate::fault::timed_out(&self.program.display().to_string()))?
            .map_err(trouble)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        Err(EndpointError::new(
            EndpointErrorKind::Refused,
            text(&output.stderr),
        ))
    }
}

#[async_trait::async_trait]
impl EndpointRoute for PowerShell {
    async fn state(&self) -> RouteState {
        match self.run(VERSION, "").await {
            Ok(version) if !version.is_empty() => RouteState::Open(version),
            Ok(_) => RouteState::Closed("ExchangeOnlineManagement is not installed".to_owned()),
            Err(error) => RouteState::Closed(error.detail),
        }
    }

    async fn make(
        &self,
        new: &NewMigrationEndpoint<'_>,
        user_name: &str,
        password: &SecretString,
    ) -> Result<MigrationEndpoint, EndpointError> {
        let mut parameters = new.cmdlet(UnprovedCredential::guess("", "")).parameters;
        parameters.remove("Credentials");
        let (user, organization, token) = match &self.session {
            ModuleSession::User { name, token } => (Some(name), None, token),
            ModuleSession::Application {
                organization,
                token,
            } => (None, Some(organization), token),
        };
        let input = json!({
            "user": user, "organization": organization, "token": token.expose_secret(),
            "userName": user_name, "password": password.expose_secret(), "parameters": parameters,
        });
        let made = self.run(SCRIPT, &ascii(&input)).await?;
        let name = made.lines().last().unwrap_or_default().to_owned();
        let object = json!({ "Identity": name });
        object
            .as_object()
            .and_then(MigrationEndpoint::read)
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Protocol,
                    "the module does not say what it made",
                )
            })
    }
}

/// JSON in ASCII, whatever the child thinks its input is encoded in.
fn ascii(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

/// A person makes it in the admin centre, and this waits until it is there.
#[derive(Debug, Clone)]
pub struct AdminCentre {
    /// The tenant's service.
    pub migrations: MigrationApi,
    /// How long the person may take.
    pub limit: Duration,
}

#[async_trait::async_trait]
impl EndpointRoute for AdminCentre {
    async fn state(&self) -> RouteState {
        RouteState::Open(String::new())
    }

    async fn make(
        &self,
        new: &NewMigrationEndpoint<'_>,
        _: &str,
        _: &SecretString,
    ) -> Result<MigrationEndpoint, EndpointError> {
        let until = Instant::now() + self.limit;
        loop {
            if let Some(found) = self.migrations.endpoint(new.name).await? {
                return Ok(found);
            }
            if Instant::now() >= until {
                return Err(EndpointError::new(
                    EndpointErrorKind::NotFound,
                    format!("there is no endpoint {}", new.name),
                ));
            }
            tokio::time::sleep(LOOK.min(self.limit / 10)).await;
        }
    }
}

/// The admin interface itself, with the password in a form that was guessed.
#[derive(Debug, Clone)]
pub struct DirectRest {
    /// The tenant's service.
    pub migrations: MigrationApi,
    /// Whether somebody decided to try.
    pub allowed: bool,
}

#[async_trait::async_trait]
impl EndpointRoute for DirectRest {
    async fn state(&self) -> RouteState {
        if UnprovedCredential::PROVED {
            RouteState::Open(String::new())
        } else {
            RouteState::Unproved
        }
    }

    async fn make(
        &self,
        new: &NewMigrationEndpoint<'_>,
        user_name: &str,
        password: &SecretString,
    ) -> Result<MigrationEndpoint, EndpointError> {
        if !self.allowed && !UnprovedCredential::PROVED {
            return Err(EndpointError::new(
                EndpointErrorKind::Refused,
                "this way of making an endpoint is not proved and was not allowed",
            ));
        }
        if let Some(found) = self.migrations.endpoint(new.name).await? {
            return Ok(found);
        }
        let credential = UnprovedCredential::guess(user_name, password.expose_secret());
        let objects = self.migrations.run(&new.cmdlet(credential)).await?;
        objects
            .iter()
            .find_map(MigrationEndpoint::read)
            .ok_or_else(|| {
                EndpointError::new(
                    EndpointErrorKind::Protocol,
                    "Exchange Online does not say what it made",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_to_the_module_is_ascii_and_the_same() {
        let value = json!({"password": "lösen 🔑 \"'$x"});
        let text = ascii(&value);
        assert!(text.is_ascii());
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
