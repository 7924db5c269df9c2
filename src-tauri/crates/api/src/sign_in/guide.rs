//! How to register the application: the steps in order, with the exact values to type; and what to remove in the end.

use serde::Serialize;

use super::permissions::{self, Permission, Resource};

/// What the registration is called.
const NAME: &str = "Stegvis migration";
/// Where the browser comes back to. The port is not compared for this name.
const REDIRECT: &str = "http://localhost";

/// The guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppGuide {
    /// What to do before the migration.
    pub steps: Vec<GuideStep>,
    /// The permissions, which the steps name by their names.
    pub permissions: Vec<Permission>,
    /// What to remove after it.
    pub removal: Vec<GuideStep>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuideStep {
    /// A name for programs.
    pub id: &'static str,
    /// Where: page by page.
    pub place: String,
    /// What to do there.
    pub words: String,
    /// What to type or choose there, exactly.
    pub values: Vec<GuideValue>,
}

/// A field and what goes into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuideValue {
    /// The field.
    pub field: String,
    /// What goes into it.
    pub value: String,
}

fn step(id: &'static str, place: &str, words: &str, values: &[(&str, &str)]) -> GuideStep {
    GuideStep {
        id,
        place: place.to_owned(),
        words: words.to_owned(),
        values: values
            .iter()
            .map(|(field, value)| GuideValue {
                field: (*field).to_owned(),
                value: (*value).to_owned(),
            })
            .collect(),
    }
}

/// One line for each resource, with the names of its permissions.
fn of_kind(person: bool) -> Vec<(&'static str, String)> {
    [Resource::Graph, Resource::ExchangeOnline]
        .map(|resource| {
            let names: Vec<String> = permissions::ALL
                .iter()
                .filter(|permission| {
                    permission.resource == resource
                        && if person {
                            permission.person
                        } else {
                            permission.application
                        }
                })
                .map(|permission| {
                    let optional = if permission.optional {
                        " (optional)"
                    } else {
                        ""
                    };
                    format!("{}{optional}", permission.name)
                })
                .collect();
            (resource.title(), names.join(", "))
        })
        .to_vec()
}

fn permissions_step(id: &'static str, words: &str, person: bool) -> GuideStep {
    let values = of_kind(person);
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(resource, names)| (*resource, names.as_str()))
        .collect();
    step(
        id,
        "The registration › API permissions › Add a permission",
        words,
        &values,
    )
}

/// The guide for one registration. Where its ids are known they stand in the values.
#[must_use]
pub fn app_guide(tenant: Option<&str>, client_id: Option<&str>) -> AppGuide {
    let tenant = tenant.unwrap_or("TENANT-ID");
    let client_id = client_id.unwrap_or("APPLICATION-ID");
    let consent =
        format!("https://login.microsoftonline.com/{tenant}/adminconsent?client_id={client_id}");
    let new_principal = format!(
        "New-ServicePrincipal -AppId {client_id} -ObjectId OBJECT-ID -DisplayName \"{NAME}\""
    );
    let signs_in = format!("stegvis tenant sign-in --tenant {tenant} --client-id {client_id}");
    let steps = vec![
        step(
            "register",
            "https://entra.microsoft.com › App registrations › New registration",
            "Register an application of your own. It holds no secret.",
            &[
                ("Name", NAME),
                (
                    "Supported account types",
                    "Accounts in this organizational directory only (single tenant)",
                ),
                (
                    "Redirect URI: platform",
                    "Public client/native (mobile & desktop)",
                ),
                ("Redirect URI", REDIRECT),
            ],
        ),
        step(
            "ids",
            "The registration › Overview",
            "Note its two ids. Neither is a secret.",
            &[
                ("Application (client) ID", "for --client-id"),
                ("Directory (tenant) ID", "for --tenant"),
            ],
        ),
        step(
            "publicClient",
            "The registration › Authentication",
            "Only for sign-ins by device code; the browser does not need it.",
            &[("Allow public client flows", "Yes")],
        ),
        permissions_step(
            "delegated",
            "Delegated permissions: what a person who is signed in does through this program. Office 365 Exchange Online is under APIs my organization uses.",
            true,
        ),
        permissions_step(
            "application",
            "Application permissions: only for copying while nobody is signed in. Leave them out where Microsoft's service copies.",
            false,
        ),
        step(
            "certificate",
            "The registration › Certificates & secrets › Certificates › Upload certificate",
            "Only with application permissions. The private key stays in this computer's keychain.",
            &[
                (
                    "Make it here",
                    "stegvis tenant certificate --file stegvis.cer",
                ),
                ("File", "stegvis.cer"),
            ],
        ),
        step(
            "consent",
            "The registration › API permissions › Grant admin consent",
            "An administrator consents for the organisation, there or at this address.",
            &[("Address", &consent)],
        ),
        step(
            "role",
            "https://entra.microsoft.com › Roles & admins › Exchange Administrator › Add assignments",
            "Give the role to the person who signs in; with a certificate also to the enterprise application of the same name.",
            &[("Role", "Exchange Administrator"), ("Member", NAME)],
        ),
        step(
            "servicePrincipal",
            "PowerShell, after Connect-ExchangeOnline",
            "Only where this program copies over IMAP. The object id is the enterprise application's, not the registration's. Without this step the program does it before its first batch.",
            &[("Command", &new_principal)],
        ),
        step(
            "signIn",
            "This computer",
            "Sign in, and see that nothing is missing.",
            &[("Sign in", &signs_in), ("Probe", "stegvis tenant probe")],
        ),
    ];
    AppGuide {
        steps,
        permissions: permissions::ALL.to_vec(),
        removal: removal(client_id),
    }
}

fn removal(client_id: &str) -> Vec<GuideStep> {
    let remove_principal = format!("Remove-ServicePrincipal -Identity {client_id}");
    vec![
        step(
            "mailboxes",
            "PowerShell, after Connect-ExchangeOnline",
            "Take back the access to each mailbox that the program opened. It does so itself when a mailbox is finished; this lists what is left.",
            &[(
                "Command",
                "Get-EXOMailbox -ResultSize Unlimited | Get-EXOMailboxPermission | Where-Object User -eq OBJECT-ID",
            )],
        ),
        step(
            "servicePrincipal",
            "PowerShell, after Connect-ExchangeOnline",
            "Forget the application in Exchange Online.",
            &[("Command", &remove_principal)],
        ),
        step(
            "role",
            "https://entra.microsoft.com › Roles & admins › Exchange Administrator",
            "Remove the enterprise application, and whoever had the role for the migration alone.",
            &[("Member", NAME)],
        ),
        step(
            "registration",
            "https://entra.microsoft.com › App registrations",
            "Delete the registration. Its permissions, the consent and the certificate go with it.",
            &[("Name", NAME)],
        ),
        step(
            "signOut",
            "This computer",
            "Sign out, and take the certificate's key out of the keychain.",
            &[("Command", "stegvis tenant sign-out --certificate")],
        ),
    ]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_guide_names_every_permission_and_the_exact_values() {
        let guide = app_guide(Some("t-1"), Some("a-1"));
        let text = serde_json::to_string(&guide.steps).unwrap();
        for permission in permissions::ALL {
            assert!(text.contains(permission.name), "{}", permission.name);
        }
        assert!(text.contains(r#""value":"http://localhost""#));
        assert!(text.contains("t-1/adminconsent?client_id=a-1"));
        let removal = serde_json::to_string(&guide.removal).unwrap();
        assert!(removal.contains("Remove-ServicePrincipal -Identity a-1"));
    }
}
