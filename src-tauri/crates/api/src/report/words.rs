//! What the report and the letters say, in both languages. The wizard has its own words.

use stegvis_model::{FailureCode, SkipReason, StoredName as _};

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Swedish.
    Swedish,
}

impl Language {
    /// The language of a tag such as `sv` or `sv-SE`; English where there is none of ours.
    #[must_use]
    pub fn of(tag: Option<&str>) -> Self {
        match tag {
            Some(tag) if tag.to_ascii_lowercase().starts_with("sv") => Self::Swedish,
            _ => Self::English,
        }
    }

    /// Its tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Swedish => "sv",
        }
    }

    pub(crate) const fn pick(self, english: &'static str, swedish: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Swedish => swedish,
        }
    }
}

/// Why a mailbox failed and what to do, by the cause's name; in `en` or `sv`.
#[must_use]
pub fn remedy(cause: &str, language: &str) -> Option<&'static str> {
    let code = FailureCode::from_name(cause).ok()?;
    Some(cause_words(code, Language::of(Some(language))))
}

/// Why a mailbox failed and what to do, in a sentence or two.
pub(crate) const fn cause_words(code: FailureCode, language: Language) -> &'static str {
    let (english, swedish) = match code {
        FailureCode::DirectorySyncOff => (
            "Directory synchronisation is off. Turn it on and retry.",
            "Katalogsynkroniseringen är avstängd. Slå på den och försök igen.",
        ),
        FailureCode::MailUserMissing => (
            "Microsoft 365 has no mail-enabled user with this address. Check the synchronisation of the account and retry.",
            "Microsoft 365 har ingen e‑postaktiverad användare med adressen. Kontrollera synkroniseringen av kontot och försök igen.",
        ),
        FailureCode::SourceMailboxMissing => (
            "Active Directory has no mailbox with this address. Check the address.",
            "Active Directory har ingen postlåda med adressen. Kontrollera adressen.",
        ),
        FailureCode::RecipientKindUnsupported => (
            "This kind of recipient comes by directory synchronisation and is not migrated. Take it off the list.",
            "Den här sortens mottagare kommer med katalogsynkroniseringen och migreras inte. Ta bort den från listan.",
        ),
        FailureCode::SourceSignInRefused => (
            "The source refused the sign-in. Check the migration account's password.",
            "Källan nekade inloggningen. Kontrollera migreringskontots lösenord.",
        ),
        FailureCode::SourceRightsMissing => (
            "The migration account may not open this mailbox. Grant Full Access and retry.",
            "Migreringskontot får inte öppna postlådan. Ge fullständig åtkomst och försök igen.",
        ),
        FailureCode::SourceUnreachable => (
            "The source did not answer. Check the server and the network, and retry.",
            "Källan svarade inte. Kontrollera servern och nätverket och försök igen.",
        ),
        FailureCode::TargetSignInRefused => (
            "Microsoft 365 did not let the program into the mailbox. Check its permission; it may take an hour to settle.",
            "Microsoft 365 släppte inte in programmet i postlådan. Kontrollera behörigheten; den kan ta en timme att slå igenom.",
        ),
        FailureCode::TargetUnreachable => (
            "Microsoft 365 did not answer. Check the internet connection and retry.",
            "Microsoft 365 svarade inte. Kontrollera internetanslutningen och försök igen.",
        ),
        FailureCode::TargetFull => (
            "The new mailbox is full. Give it a larger plan and retry.",
            "Den nya postlådan är full. Ge den en större plan och försök igen.",
        ),
        FailureCode::LicenceMissing => (
            "No licence with a mailbox is free. Get one and retry.",
            "Ingen licens med postlåda är ledig. Skaffa en och försök igen.",
        ),
        FailureCode::ProvisioningTimedOut => (
            "Microsoft 365 has not made the mailbox yet. Retry later.",
            "Microsoft 365 har inte skapat postlådan ännu. Försök igen senare.",
        ),
        FailureCode::ProvisioningRefused => (
            "Microsoft 365 refused to make the mailbox. See the server's words.",
            "Microsoft 365 vägrade att skapa postlådan. Se serverns egna ord.",
        ),
        FailureCode::MailboxGuidSynced => (
            "The synchronised mailbox GUID keeps Microsoft 365 from making a mailbox by licence. Use Microsoft's migration service, or keep the attribute from synchronising.",
            "Det synkroniserade postlåde-GUID:t hindrar Microsoft 365 från att skapa postlådan med en licens. Använd Microsofts migreringstjänst, eller undanta attributet från synkroniseringen.",
        ),
        FailureCode::ForwardingRefused => (
            "The account may not write TargetAddress of this user. Grant the right, or take the user out of the protected group, and retry.",
            "Kontot får inte skriva TargetAddress för användaren. Ge rättigheten, eller ta användaren ur den skyddade gruppen, och försök igen.",
        ),
        FailureCode::ForwardingDiffers => (
            "TargetAddress holds another value than ours. Clear it if it is no longer wanted, and retry.",
            "TargetAddress har ett annat värde än vårt. Rensa det om det inte behövs längre, och försök igen.",
        ),
        FailureCode::ForwardingLoops => (
            "Mail sent on to the cloud mailbox would come back. Make the routing domain an internal relay domain of the old organisation, and retry.",
            "Post som skickas vidare till molnpostlådan skulle komma tillbaka. Gör routningsdomänen till en intern relädomän i den gamla organisationen, och försök igen.",
        ),
        FailureCode::CertificateUntrusted => (
            "A server's certificate is not trusted. Renew it, or compare and pin it under Connect.",
            "En servers certifikat är inte betrott. Förnya det, eller jämför och lås det under Anslut.",
        ),
        FailureCode::ProtocolViolation => (
            "A server said something the program does not understand. Retry; if it happens again, report the server's words.",
            "En server sade något som programmet inte förstår. Försök igen; händer det igen, rapportera serverns ord.",
        ),
        FailureCode::RowRefused => (
            "Microsoft's migration service dropped this mailbox's row of the list. Mend what its words name, and retry: the mailbox goes into a new batch of its own.",
            "Microsofts migreringstjänst strök postlådans rad i listan. Åtgärda det som dess ord nämner, och försök igen: postlådan får en egen ny batch.",
        ),
        FailureCode::AlreadyMigrating => (
            "Another migration in Microsoft 365 holds this mailbox. Remove it there and retry.",
            "En annan migrering i Microsoft 365 håller postlådan. Ta bort den där och försök igen.",
        ),
        FailureCode::TooManyLargeItems => (
            "Too many items are larger than the new mailbox takes. Raise its largest message size, or take them out of the old mailbox, and retry.",
            "För många objekt är större än vad den nya postlådan tar emot. Höj dess största meddelandestorlek, eller ta bort dem ur den gamla postlådan, och försök igen.",
        ),
        FailureCode::ServiceGaveUp => (
            "Microsoft's migration service gave up after several tries. Mend what its words name, and retry in a quiet hour; what is copied stays.",
            "Microsofts migreringstjänst gav upp efter flera försök. Åtgärda det som dess ord nämner, och försök igen vid en lugn tidpunkt; det som är kopierat blir kvar.",
        ),
        FailureCode::ServiceRecordLost => (
            "Microsoft's migration service lost its own record of this mailbox. Retry; if it stays so, take the batch out of the service (under Finish, or `stegvis batch remove`) and start it anew. What is copied stays.",
            "Microsofts migreringstjänst har tappat sina egna uppgifter om postlådan. Försök igen; hjälper det inte, ta ut batchen ur tjänsten (under Slutför, eller `stegvis batch remove`) och starta den på nytt. Det som är kopierat blir kvar.",
        ),
        FailureCode::ServiceFailed => (
            "Microsoft's migration service could not migrate this mailbox. Its own words say why; retry.",
            "Microsofts migreringstjänst kunde inte migrera postlådan. Dess egna ord säger varför; försök igen.",
        ),
        FailureCode::LedgerDiffers => (
            "The counts do not reconcile. Retry; do not convert this mailbox before they do.",
            "Antalen stämmer inte. Försök igen; konvertera inte postlådan förrän de stämmer.",
        ),
        FailureCode::Panicked => (
            "The program failed on this mailbox alone. Retry; if it happens again, report it.",
            "Programmet misslyckades med just den här postlådan. Försök igen; händer det igen, rapportera det.",
        ),
        FailureCode::JournalFailed => (
            "The project file could not be written. Check the disk and retry.",
            "Projektfilen kunde inte skrivas. Kontrollera disken och försök igen.",
        ),
    };
    language.pick(english, swedish)
}

/// Why an item was skipped.
pub(crate) const fn skip_words(reason: SkipReason, language: Language) -> &'static str {
    let (english, swedish) = match reason {
        SkipReason::TooLarge => (
            "Larger than the target accepts",
            "Större än vad målet tar emot",
        ),
        SkipReason::UnreadableInSource => ("Damaged in the source", "Skadat i källan"),
        SkipReason::RefusedByTarget => ("Refused by the target", "Nekat av målet"),
        SkipReason::GoneFromSource => (
            "Deleted from the source meanwhile",
            "Borttaget ur källan under tiden",
        ),
        SkipReason::LeftByService => (
            "Not brought over by Microsoft's migration service",
            "Inte överfört av Microsofts migreringstjänst",
        ),
    };
    language.pick(english, swedish)
}
