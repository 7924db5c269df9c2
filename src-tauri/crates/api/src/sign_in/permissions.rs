//! Every permission and role this product uses, in one place: why, when, whether it can be left out.

use serde::Serialize;

/// Whose permission it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Resource {
    /// Microsoft Graph.
    Graph,
    /// Office 365 Exchange Online.
    ExchangeOnline,
    /// A role of the directory, not a permission of the registration.
    Role,
}

impl Resource {
    /// As the registration's page calls it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Graph => "Microsoft Graph",
            Self::ExchangeOnline => "Office 365 Exchange Online",
            Self::Role => "Microsoft Entra roles",
        }
    }
}

/// The probe of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    Organization,
    Domains,
    Users,
    ChangeUsers,
    Licences,
    Mail,
    Applications,
    /// A cmdlet that any application with the permission and any role may run.
    AdminInterface,
    /// A cmdlet that only who may migrate can see.
    MigrationRole,
    /// Nothing tells but the token: IMAP refuses a mailbox that was not opened in the same words.
    Token,
}

/// A permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// As Microsoft calls it.
    pub name: &'static str,
    /// Whose it is.
    pub resource: Resource,
    /// Whether a person's sign-in uses it (a delegated permission).
    pub person: bool,
    /// Whether the application by itself uses it (an application permission).
    pub application: bool,
    /// Whether the migration works without it.
    pub optional: bool,
    /// Why it is needed.
    pub why: &'static str,
    /// When.
    pub when: &'static str,
    #[serde(skip)]
    pub(crate) probe: Probe,
}

/// All of them, in the order in which they are asked for.
pub const ALL: [Permission; 11] = [
    Permission {
        name: "Organization.Read.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: false,
        why: "To read the organisation, when its directory was last synchronised, and which licences it has.",
        when: "Before every batch.",
        probe: Probe::Organization,
    },
    Permission {
        name: "Domain.Read.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: false,
        why: "To see which domains are verified, which are federated, and what DNS must say of them.",
        when: "Before every batch, and while DNS is moved.",
        probe: Probe::Domains,
    },
    Permission {
        name: "User.Read.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: false,
        why: "To find each mailbox's user, its licences, and what keeps the tenant from making its mailbox.",
        when: "Before every batch.",
        probe: Probe::Users,
    },
    Permission {
        name: "User.ReadWrite.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: true,
        why: "To set a user's country (usageLocation), without which no licence is given. Nothing else of a user is written.",
        when: "While users become mailboxes; not at all where groups give the licences.",
        probe: Probe::ChangeUsers,
    },
    Permission {
        name: "LicenseAssignment.ReadWrite.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: true,
        why: "To give a user a licence with a mailbox.",
        when: "While users become mailboxes; not at all where groups give the licences.",
        probe: Probe::Licences,
    },
    Permission {
        name: "Mail.Send",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: true,
        why: "To send the status mail and the final report from a mailbox of the tenant.",
        when: "When a batch has finished; not at all where an SMTP server is used.",
        probe: Probe::Mail,
    },
    Permission {
        name: "Application.Read.All",
        resource: Resource::Graph,
        person: true,
        application: true,
        optional: true,
        why: "To find the enterprise application's object id, by which mailboxes are opened to it.",
        when: "Once, before mailboxes are copied by this program.",
        probe: Probe::Applications,
    },
    Permission {
        name: "Exchange.Manage",
        resource: Resource::ExchangeOnline,
        person: true,
        application: false,
        optional: false,
        why: "To run the cmdlets that list recipients and that make, start, watch and remove migration batches.",
        when: "Throughout.",
        probe: Probe::AdminInterface,
    },
    Permission {
        name: "Exchange.ManageAsApp",
        resource: Resource::ExchangeOnline,
        person: false,
        application: true,
        optional: false,
        why: "The same, while nobody is signed in.",
        when: "Throughout, with a certificate.",
        probe: Probe::AdminInterface,
    },
    Permission {
        name: "IMAP.AccessAsApp",
        resource: Resource::ExchangeOnline,
        person: false,
        application: true,
        optional: true,
        why: "To write into the mailboxes that are opened to the application, and into no other.",
        when: "While mailboxes are copied by this program; not at all where Microsoft's service copies.",
        probe: Probe::Token,
    },
    Permission {
        name: "Exchange Administrator",
        resource: Resource::Role,
        person: true,
        application: true,
        optional: false,
        why: "A permission opens the admin interface; the role decides which cmdlets run there.",
        when: "Throughout.",
        probe: Probe::MigrationRole,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_named_once_and_used_by_somebody() {
        for (place, permission) in ALL.iter().enumerate() {
            assert!(
                permission.person || permission.application,
                "{permission:?}"
            );
            let same = ALL.iter().filter(|other| other.name == permission.name);
            assert_eq!(same.count(), 1, "{place}");
            assert!(permission.why.ends_with('.') && permission.when.ends_with('.'));
        }
    }
}
