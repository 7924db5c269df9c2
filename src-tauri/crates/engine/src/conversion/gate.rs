//! What must hold before a mailbox is converted, each with the reason it does or does not.

use std::collections::BTreeSet;

use stegvis_model::{ConversionGate, GateState, MigrationUserStatus, SmtpAddress};

use crate::directory::Loop;
use crate::ports::EndpointError;

/// One of the gates of one mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Which.
    pub gate: ConversionGate,
    /// Whether it holds.
    pub state: GateState,
    /// Why, as a code.
    pub code: &'static str,
    /// A number, a name or the server's own words for it; may be empty.
    pub detail: String,
}

/// What the journal knows of the mailbox's migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFacts {
    /// Where it is.
    pub status: MigrationUserStatus,
    /// Items that were not copied.
    pub skipped: u64,
    /// Who signed for how many of them.
    pub signed: Option<(String, u64)>,
}

/// The administrator's word for what nobody here can know. It never outweighs what is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Whose word.
    pub by: String,
    /// For which gates.
    pub gates: BTreeSet<ConversionGate>,
}

/// What the gates are judged by. What was not found out is nothing.
#[derive(Debug, Clone)]
pub struct GateFacts<'a> {
    /// The migration, where the journal has it.
    pub migration: Option<&'a MigrationFacts>,
    /// Whether the cloud mailbox opened.
    pub cloud_opens: Option<&'a Result<(), EndpointError>>,
    /// `targetAddress` as the directory holds it.
    pub target_address: Option<&'a str>,
    /// The cloud mailbox's routing address, where it was found.
    pub routing_address: Option<&'a SmtpAddress>,
    /// Why mail to it would come back.
    pub loops: Option<&'a Loop>,
    /// The name of the backup that read back, or why none did.
    pub backup: Option<&'a Result<String, String>>,
    /// Whether the cloud mailbox has a licence.
    pub licensed: Option<bool>,
    /// The administrator's word.
    pub words: &'a Words,
}

/// Every gate, in the order they are met.
#[must_use]
pub fn gates(facts: &GateFacts<'_>) -> Vec<Gate> {
    [
        synced(facts),
        skipped_signed(facts),
        cloud_readable(facts),
        forwarding(facts),
        backup(facts),
        licensed(facts),
    ]
    .map(|gate| facts.words.given(gate))
    .into()
}

/// The gates that keep a mailbox from being converted. A licence may come later, as long as nobody knows
/// that there is none; everything else must be known to hold.
#[must_use]
pub fn closed(gates: &[Gate]) -> Vec<&Gate> {
    gates
        .iter()
        .filter(|gate| match gate.state {
            GateState::Pass => false,
            GateState::Fail => true,
            GateState::NotKnown => gate.gate != ConversionGate::Licensed,
        })
        .collect()
}

impl Words {
    fn given(&self, gate: Gate) -> Gate {
        if gate.state != GateState::NotKnown || !self.gates.contains(&gate.gate) {
            return gate;
        }
        Gate {
            state: GateState::Pass,
            code: "administratorsWord",
            detail: self.by.clone(),
            ..gate
        }
    }
}

fn gate(gate: ConversionGate, state: GateState, code: &'static str, detail: impl ToString) -> Gate {
    Gate {
        gate,
        state,
        code,
        detail: detail.to_string(),
    }
}

fn synced(facts: &GateFacts<'_>) -> Gate {
    let is = |state, code, detail: &dyn ToString| {
        gate(ConversionGate::Synced, state, code, detail.to_string())
    };
    match facts.migration.map(|migration| migration.status) {
        None => is(GateState::NotKnown, "noMigration", &""),
        // Converting: a conversion that is being resumed.
        Some(MigrationUserStatus::Synced | MigrationUserStatus::Converting) => {
            is(GateState::Pass, "synced", &"")
        }
        Some(status) => is(GateState::Fail, "notSynced", &status),
    }
}

fn skipped_signed(facts: &GateFacts<'_>) -> Gate {
    let is = |state, code, detail: String| gate(ConversionGate::SkippedSigned, state, code, detail);
    let Some(migration) = facts.migration else {
        return is(GateState::NotKnown, "noMigration", String::new());
    };
    match &migration.signed {
        _ if migration.skipped == 0 => is(GateState::Pass, "nothingSkipped", String::new()),
        Some((by, items)) if *items >= migration.skipped => {
            is(GateState::Pass, "signed", by.clone())
        }
        _ => is(GateState::Fail, "notSigned", migration.skipped.to_string()),
    }
}

fn cloud_readable(facts: &GateFacts<'_>) -> Gate {
    let id = ConversionGate::CloudMailboxReadable;
    match (facts.routing_address, facts.cloud_opens) {
        (None, _) => gate(id, GateState::Fail, "missing", ""),
        (_, None) => gate(id, GateState::NotKnown, "notTried", ""),
        (_, Some(Ok(()))) => gate(id, GateState::Pass, "opens", ""),
        (_, Some(Err(error))) => gate(id, GateState::Fail, "refused", &error.detail),
    }
}

fn forwarding(facts: &GateFacts<'_>) -> Gate {
    let id = ConversionGate::ForwardingVerified;
    if let Some(looped) = facts.loops {
        return gate(id, GateState::Fail, "loop", looped);
    }
    match (facts.target_address, facts.routing_address) {
        (None, _) => gate(id, GateState::Fail, "notForwarding", ""),
        (Some(target), Some(routing))
            if target.eq_ignore_ascii_case(&format!("SMTP:{routing}")) =>
        {
            gate(id, GateState::Pass, "forwarding", target)
        }
        (Some(target), _) => gate(id, GateState::Fail, "elsewhere", target),
    }
}

fn backup(facts: &GateFacts<'_>) -> Gate {
    let id = ConversionGate::BackupReadBack;
    match facts.backup {
        None => gate(id, GateState::NotKnown, "notYet", ""),
        Some(Ok(name)) => gate(id, GateState::Pass, "readBack", name),
        Some(Err(words)) => gate(id, GateState::Fail, "failed", words),
    }
}

fn licensed(facts: &GateFacts<'_>) -> Gate {
    let id = ConversionGate::Licensed;
    match facts.licensed {
        None => gate(id, GateState::NotKnown, "notAsked", ""),
        Some(true) => gate(id, GateState::Pass, "licensed", ""),
        Some(false) => gate(id, GateState::Fail, "unlicensed", ""),
    }
}

#[cfg(test)]
mod tests {
    use stegvis_model::StoredName as _;

    use super::*;
    use crate::ports::EndpointErrorKind;

    fn states(facts: &GateFacts<'_>) -> Vec<(ConversionGate, GateState, &'static str)> {
        gates(facts)
            .into_iter()
            .map(|gate| (gate.gate, gate.state, gate.code))
            .collect()
    }

    fn nothing(words: &Words) -> GateFacts<'_> {
        GateFacts {
            migration: None,
            cloud_opens: None,
            target_address: None,
            routing_address: None,
            loops: None,
            backup: None,
            licensed: None,
            words,
        }
    }

    #[test]
    fn nothing_is_open_by_absence() {
        let words = Words::default();
        let gates = gates(&nothing(&words));
        assert!(gates.iter().all(|gate| gate.state != GateState::Pass));
        assert_eq!(closed(&gates).len(), ConversionGate::ALL.len() - 1);
    }

    #[test]
    fn the_administrators_word_opens_what_nobody_knows_and_never_what_is_known() {
        let words = Words {
            by: "it@nordvik.example".to_owned(),
            gates: ConversionGate::ALL.iter().copied().collect(),
        };
        let refused = Err(EndpointError::new(EndpointErrorKind::RightsMissing, "no"));
        let migration = MigrationFacts {
            status: MigrationUserStatus::Syncing,
            skipped: 3,
            signed: Some(("it".to_owned(), 2)),
        };
        let routing = "a@nordvik.onmicrosoft.example".parse().ok();
        let known = GateFacts {
            migration: Some(&migration),
            cloud_opens: Some(&refused),
            routing_address: routing.as_ref(),
            licensed: Some(false),
            ..nothing(&words)
        };
        use ConversionGate as G;
        use GateState::{Fail, Pass};
        assert_eq!(
            states(&known),
            [
                (G::Synced, Fail, "notSynced"),
                (G::SkippedSigned, Fail, "notSigned"),
                (G::CloudMailboxReadable, Fail, "refused"),
                (G::ForwardingVerified, Fail, "notForwarding"),
                (G::BackupReadBack, Pass, "administratorsWord"),
                (G::Licensed, Fail, "unlicensed"),
            ]
        );
    }

    #[test]
    fn a_synced_and_signed_mailbox_that_forwards_and_is_backed_up_is_open_without_a_licence_known()
    {
        let words = Words::default();
        let migration = MigrationFacts {
            status: MigrationUserStatus::Synced,
            skipped: 3,
            signed: Some(("it".to_owned(), 3)),
        };
        let routing = "a@nordvik.onmicrosoft.example".parse().ok();
        let (opens, backup) = (Ok(()), Ok("a.json".to_owned()));
        let facts = GateFacts {
            migration: Some(&migration),
            cloud_opens: Some(&opens),
            target_address: Some("smtp:A@nordvik.onmicrosoft.example"),
            routing_address: routing.as_ref(),
            backup: Some(&backup),
            ..nothing(&words)
        };
        assert!(closed(&gates(&facts)).is_empty());
        let unforwarded = GateFacts {
            target_address: None,
            ..facts
        };
        assert_eq!(closed(&gates(&unforwarded)).len(), 1);
    }
}
