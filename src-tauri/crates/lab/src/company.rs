//! What kind of company it is: how many of its mailboxes something stands in the way of, and of which.

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::org::Hurdle;

/// The largest message that a new mailbox of the tenant takes in a company that rehearses Microsoft's migration service.
/// Low, so that the item that is too large for it stays small.
const LOW: u64 = 2 * 1024 * 1024;
/// Exchange Online's default: 36 MB.
pub(crate) const DEFAULT: u64 = 36 * 1024 * 1024;

/// What kind of company it is. Its mailboxes are as many as were asked for, those that something stands in the way of
/// included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Company {
    /// Nothing stands in the way of any mailbox.
    #[default]
    Ordinary,
    /// What a rehearsal of Microsoft's migration service meets. Of the last five mailboxes three stand in a domain that the
    /// tenant has not accepted, so that the service drops their rows; one has no mail user in the tenant; one is a
    /// protected account. Two of the others hold an item that is larger than the tenant's mailboxes take, unless
    /// `MaxReceiveSize` is raised. From twelve mailboxes on.
    ServiceRehearsal,
    /// What keeps the tenant from making a mailbox by licence, or makes two of one. Of the last three mailboxes one has
    /// brought its `msExchMailboxGuid` to the tenant, one has a mailbox in the tenant already, and one has a soft-deleted
    /// twin there. From four mailboxes on.
    Provisioning,
    /// Too few licences: for four fewer than need one, and two of the small kind. Of the last four mailboxes two are in
    /// a group that gives licences to whoever has a mailbox, of which one did not get any, and two are in countries
    /// that somebody has said already, of which one is where Microsoft sells nothing. Rooms, things and shared mailboxes
    /// become in the tenant what they were. From twelve mailboxes on.
    FewLicences,
}

impl Company {
    /// What stands in the way of its last mailboxes, in their order.
    pub(crate) const fn hurdles(self) -> &'static [Hurdle] {
        match self {
            Self::Ordinary => &[],
            Self::FewLicences => &[
                Hurdle::LicensedByGroup,
                Hurdle::GroupLicenceFailed,
                Hurdle::LocatedInSweden,
                Hurdle::LocatedWhereForbidden,
            ],
            Self::Provisioning => &[
                Hurdle::StuckMailboxGuid,
                Hurdle::MailboxOnBothSides,
                Hurdle::SoftDeletedTwin,
            ],
            Self::ServiceRehearsal => &[
                Hurdle::UnverifiedDomain,
                Hurdle::LocalAddress,
                Hurdle::UnverifiedDomain,
                Hurdle::MailUserMissing,
                Hurdle::ProtectedAccount,
            ],
        }
    }

    /// Whether the mailbox at this place holds a message of two and a half megabytes.
    pub(crate) const fn is_large(self, at: usize) -> bool {
        match self {
            Self::Ordinary | Self::Provisioning | Self::FewLicences => at == 0,
            // One of those that a pilot takes, and one of the rest.
            Self::ServiceRehearsal => at == 0 || at == 4,
        }
    }

    /// The largest message that a new mailbox of its tenant takes.
    pub(crate) const fn max_receive_size(self) -> u64 {
        match self {
            Self::Ordinary | Self::Provisioning | Self::FewLicences => DEFAULT,
            Self::ServiceRehearsal => LOW,
        }
    }

    const fn fewest(self) -> u32 {
        match self {
            Self::Ordinary => 0,
            Self::Provisioning => 4,
            Self::ServiceRehearsal | Self::FewLicences => 12,
        }
    }

    /// Refuses a number of mailboxes that leaves too few without anything in their way.
    pub(crate) const fn check(self, mailboxes: u32) -> Result<(), LabError> {
        let least = self.fewest();
        if mailboxes < least {
            return Err(LabError::TooFew { least });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Corpus, CorpusSize, Role};
    use crate::org::{Persona, personas};

    #[test]
    fn of_forty_mailboxes_five_are_stood_in_the_way_of_and_two_hold_a_large_item() {
        let company = Company::ServiceRehearsal;
        let all = personas(7, 40, company, false);
        assert_eq!(all.len(), 40);
        let of = |hurdle| all.iter().filter(|p| p.hurdle == Some(hurdle)).count();
        assert_eq!(of(Hurdle::UnverifiedDomain) + of(Hurdle::LocalAddress), 3);
        assert_eq!(of(Hurdle::MailUserMissing), 1);
        assert_eq!(of(Hurdle::ProtectedAccount), 1);
        let corpus = Corpus::new(7, CorpusSize::Small, &all);
        let large = |persona: &&Persona| {
            let folders = corpus.mailbox(&persona.alias).map(|found| &found.folders);
            let mail = folders.into_iter().flatten();
            mail.filter(|folder| folder.role != Role::NotMail)
                .flat_map(|folder| folder.messages())
                .filter(|message| message.size > company.max_receive_size())
                .count()
                == 1
        };
        let large: Vec<&Persona> = all.iter().filter(large).collect();
        assert_eq!(large.len(), 2);
        assert!(large.iter().all(|persona| persona.hurdle.is_none()));
    }

    #[test]
    fn a_rehearsal_of_the_service_takes_twelve_mailboxes() {
        assert!(Company::ServiceRehearsal.check(11).is_err());
        assert!(Company::ServiceRehearsal.check(12).is_ok());
        assert!(Company::Ordinary.check(1).is_ok());
    }
}
