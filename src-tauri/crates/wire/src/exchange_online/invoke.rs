//! A cmdlet as a request.

use std::fmt;

use serde_json::{Map, Value, json};
use url::Url;

use crate::http::{Method, Request, below};

/// A cmdlet and its parameters, in the interface's JSON encoding: switches as booleans, enums as texts,
/// lists as arrays.
///
/// Its `Debug` form names the parameters and shows no value: a list of users may hold passwords.
#[derive(Clone, PartialEq)]
pub struct Cmdlet {
    /// `Get-Recipient`, …
    pub name: &'static str,
    /// Its parameters.
    pub parameters: Map<String, Value>,
    /// The properties wanted of each object; all if empty.
    pub select: &'static [&'static str],
    /// Whether running it twice would make two of something. Such a cmdlet is sent once; whoever got no answer
    /// looks whether the thing is there before sending it again.
    pub once: bool,
}

impl fmt::Debug for Cmdlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.parameters.keys().collect();
        f.debug_struct("Cmdlet")
            .field("name", &self.name)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

impl Cmdlet {
    /// A cmdlet without parameters.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            parameters: Map::new(),
            select: &[],
            once: false,
        }
    }

    /// One that makes something and must not be sent twice.
    #[must_use]
    pub fn once(name: &'static str) -> Self {
        Self {
            once: true,
            ..Self::new(name)
        }
    }

    /// With one more parameter.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(parameter.to_owned(), value.into());
        self
    }

    /// With one more parameter, if there is a value for it.
    #[must_use]
    pub fn with_some(self, parameter: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(parameter, value),
            None => self,
        }
    }
}

/// As whom a call is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor<'a> {
    /// By the organisation's arbitration mailbox, which every tenant has: for a call without a signed-in user.
    #[default]
    Application,
    /// By the mailbox of the signed-in user, whose user principal name this is.
    User(&'a str),
}

/// Where and as whom cmdlets are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation<'a> {
    /// `https://outlook.office365.com/adminapi/beta/TENANTGUID`.
    pub base: &'a Url,
    /// The tenant's GUID.
    pub tenant_id: &'a str,
    /// As whom.
    pub anchor: Anchor<'a>,
    /// A GUID for this session.
    pub connection_id: &'a str,
    /// A GUID for this call.
    pub request_id: &'a str,
}

impl Invocation<'_> {
    /// At most so many objects on a page, which is also the service's own limit.
    pub const PAGE: u32 = 1000;

    /// The request. The answer is a [`super::Response`]; its next page is asked for by sending the same
    /// request to the address it names.
    #[must_use]
    pub fn request(&self, cmdlet: &Cmdlet) -> Request {
        let mut url = below(self.base, &["InvokeCommand"]);
        if !cmdlet.select.is_empty() {
            url.set_query(Some(&format!("$select={}", cmdlet.select.join(","))));
        }
        let mut request = Request::json(
            Method::Post,
            url,
            &json!({ "CmdletInput": { "CmdletName": cmdlet.name, "Parameters": cmdlet.parameters } }),
        );
        request.headers.extend([
            ("Accept-Charset", "UTF-8".to_owned()),
            (
                "X-AnchorMailbox",
                match self.anchor {
                    Anchor::Application => format!(
                        "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{}",
                        self.tenant_id
                    ),
                    Anchor::User(name) => format!("UPN:{name}"),
                },
            ),
            ("X-CmdletName", cmdlet.name.to_owned()),
            ("X-ResponseFormat", "json".to_owned()),
            ("Prefer", format!("odata.maxpagesize={}", Self::PAGE)),
            ("client-request-id", self.request_id.to_owned()),
            ("connection-id", self.connection_id.to_owned()),
        ]);
        request
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_cmdlet_is_posted_with_its_parameters_and_an_anchor() {
        let base = "https://outlook.example/adminapi/beta/t-1".parse().unwrap();
        let invocation = Invocation {
            base: &base,
            tenant_id: "t-1",
            anchor: Anchor::Application,
            connection_id: "c-1",
            request_id: "r-1",
        };
        let request =
            invocation.request(&Cmdlet::new("Get-MigrationBatch").with("Identity", "Batch1"));
        assert_eq!(
            request.url.as_str(),
            "https://outlook.example/adminapi/beta/t-1/InvokeCommand"
        );
        assert_eq!(
            request.body,
            br#"{"CmdletInput":{"CmdletName":"Get-MigrationBatch","Parameters":{"Identity":"Batch1"}}}"#
        );
        assert_eq!(
            request.header("x-anchormailbox"),
            Some("APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@t-1")
        );
        assert_eq!(request.header("Prefer"), Some("odata.maxpagesize=1000"));
        let as_user = Invocation {
            anchor: Anchor::User("admin@contoso.example"),
            ..invocation
        };
        assert_eq!(
            as_user
                .request(&Cmdlet::new("Get-MigrationBatch"))
                .header("X-AnchorMailbox"),
            Some("UPN:admin@contoso.example")
        );
    }

    #[test]
    fn a_cmdlet_does_not_show_the_values_of_its_parameters() {
        let shown = format!("{:?}", Cmdlet::new("X").with("Password", "hemligt"));
        assert!(shown.contains("Password") && !shown.contains("hemligt"));
    }
}
