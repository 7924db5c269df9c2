use crate::text::named_enum;

named_enum! {
    /// Which Exchange holds the mailboxes.
    ExchangeVersion {
        /// Exchange Server 2003.
        Exchange2003,
        /// Exchange Server 2007.
        Exchange2007,
        /// Exchange Server 2010 or later.
        Exchange2010OrLater,
    }
}

named_enum! {
    /// How many mailboxes will move.
    MailboxCount {
        /// At most 150: Microsoft advises cutover only below that.
        UpTo150,
        /// At most 2,000: the limit of a cutover migration.
        UpTo2000,
        /// More.
        More,
    }
}

named_enum! {
    /// An answer that may be unknown.
    YesNo {
        /// Yes.
        Yes,
        /// No.
        No,
        /// The administrator does not know; the preflight will.
        NotSure,
    }
}

named_enum! {
    /// Everyone at once, or in groups over time.
    Pace {
        /// In groups.
        InGroups,
        /// At once.
        AtOnce,
    }
}

named_enum! {
    /// The migration that suits the answers (facts `microsoft365.md` section 1.1).
    Route {
        /// Staged: what this program does.
        Staged,
        /// Cutover.
        Cutover,
        /// Minimal hybrid.
        MinimalHybrid,
        /// Not enough answers yet.
        Undecided,
    }
}

named_enum! {
    /// What an answer contributed to the verdict.
    VerdictReason {
        /// 2003 and 2007 can be moved in stages.
        VersionSuitsStaged,
        /// 2010 and later cannot.
        VersionTooNew,
        /// So few would also fit a cutover.
        CountFitsCutover,
        /// So many need stages.
        CountNeedsStages,
        /// Cutover is closed while directory synchronisation runs.
        SyncClosesCutover,
        /// Staged needs directory synchronisation: it must be set up first.
        SyncNeededFirst,
        /// The preflight will read whether it runs.
        SyncWillBeRead,
        /// Without single sign-on the last server can be retired.
        LastServerMayGo,
        /// With single sign-on one server must stay.
        OneServerStays,
        /// The preflight will read whether a domain is federated.
        SignOnWillBeRead,
        /// A pilot first, then the rest.
        PilotFirst,
        /// At once is what a cutover does.
        AtOnceIsCutover,
    }
}

/// The five answers that tell whether a staged migration is right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    /// Which Exchange version holds the mailboxes?
    pub exchange: Option<ExchangeVersion>,
    /// How many mailboxes will move?
    pub count: Option<MailboxCount>,
    /// Does directory synchronisation run to Microsoft 365?
    pub directory_sync: Option<YesNo>,
    /// Do people use single sign-on (AD FS)?
    pub single_sign_on: Option<YesNo>,
    /// Everyone at once, or in groups over time?
    pub pace: Option<Pace>,
}

/// What the answers lead to, one reason an answer, in the order of the questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The migration that suits.
    pub route: Route,
    /// Why.
    pub reasons: Vec<VerdictReason>,
}

impl Answers {
    /// How many of the five are answered.
    #[must_use]
    pub fn answered(&self) -> u8 {
        [
            self.exchange.is_some(),
            self.count.is_some(),
            self.directory_sync.is_some(),
            self.single_sign_on.is_some(),
            self.pace.is_some(),
        ]
        .into_iter()
        .map(u8::from)
        .sum()
    }

    /// The verdict. Undecided until every question is answered, except where one answer settles it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        use VerdictReason as R;
        let reasons = [
            self.exchange.map(|version| match version {
                ExchangeVersion::Exchange2003 | ExchangeVersion::Exchange2007 => {
                    R::VersionSuitsStaged
                }
                ExchangeVersion::Exchange2010OrLater => R::VersionTooNew,
            }),
            self.count.map(|count| match count {
                MailboxCount::UpTo150 => R::CountFitsCutover,
                MailboxCount::UpTo2000 | MailboxCount::More => R::CountNeedsStages,
            }),
            self.directory_sync.map(|sync| match sync {
                YesNo::Yes => R::SyncClosesCutover,
                YesNo::No => R::SyncNeededFirst,
                YesNo::NotSure => R::SyncWillBeRead,
            }),
            self.single_sign_on.map(|sso| match sso {
                YesNo::Yes => R::OneServerStays,
                YesNo::No => R::LastServerMayGo,
                YesNo::NotSure => R::SignOnWillBeRead,
            }),
            self.pace.map(|pace| match pace {
                Pace::InGroups => R::PilotFirst,
                Pace::AtOnce => R::AtOnceIsCutover,
            }),
        ];
        let no_sync = self.directory_sync == Some(YesNo::No);
        let small = self.count == Some(MailboxCount::UpTo150);
        let route = if self.exchange == Some(ExchangeVersion::Exchange2010OrLater) {
            Route::MinimalHybrid
        } else if self.answered() < 5 {
            Route::Undecided
        } else if no_sync
            && (small || self.pace == Some(Pace::AtOnce))
            && self.count != Some(MailboxCount::More)
        {
            Route::Cutover
        } else {
            Route::Staged
        };
        Verdict {
            route,
            reasons: reasons.into_iter().flatten().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGED: Answers = Answers {
        exchange: Some(ExchangeVersion::Exchange2007),
        count: Some(MailboxCount::UpTo150),
        directory_sync: Some(YesNo::Yes),
        single_sign_on: Some(YesNo::No),
        pace: Some(Pace::InGroups),
    };

    #[test]
    fn exchange_2007_with_directory_synchronisation_is_moved_in_stages() {
        assert_eq!(STAGED.verdict().route, Route::Staged);
        assert_eq!(STAGED.verdict().reasons.len(), 5);
    }

    #[test]
    fn a_newer_exchange_goes_elsewhere_whatever_else_is_answered() {
        let newer = Answers {
            exchange: Some(ExchangeVersion::Exchange2010OrLater),
            ..Answers::default()
        };
        assert_eq!(newer.verdict().route, Route::MinimalHybrid);
    }

    #[test]
    fn a_small_company_without_synchronisation_is_sent_to_cutover() {
        assert_eq!(
            Answers {
                directory_sync: Some(YesNo::No),
                ..STAGED
            }
            .verdict()
            .route,
            Route::Cutover
        );
    }

    #[test]
    fn four_answers_decide_nothing() {
        assert_eq!(
            Answers {
                pace: None,
                ..STAGED
            }
            .verdict()
            .route,
            Route::Undecided
        );
    }
}
