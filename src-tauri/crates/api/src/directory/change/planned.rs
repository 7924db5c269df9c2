//! What would be written, for people and for other programs.

use serde::Serialize;
use stegvis_engine::conversion::{Considered, closed};
use stegvis_engine::directory::{ForwardingPlan, ForwardingVerdict, Values, changes, shown_value};
use stegvis_engine::ports::AttributeChange;
use stegvis_journal::DirectoryChange;
use stegvis_model::{ConversionGate, DirectoryChangeCause as Cause, StoredName as _};

use super::ChangedUser;
use crate::directory::equivalents;
use crate::dto::CommandLine;

/// What would be written to one object.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// The object.
    pub dn: String,
    /// ExchangeVersion name, where it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Attribute by attribute.
    pub changes: Vec<PlannedAttribute>,
    /// What must hold before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<PlannedGate>,
    /// The same by other means, and the way back.
    pub commands: Vec<CommandLine>,
}

/// What would become of one attribute. What is no text is in hexadecimal.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedAttribute {
    /// The attribute.
    pub attribute: String,
    /// Values that go.
    pub delete: Vec<String>,
    /// Values that come.
    pub add: Vec<String>,
}

/// Something that must hold before.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedGate {
    /// ConversionGate name.
    pub gate: String,
    /// GateState name.
    pub state: String,
    /// Why, as a code.
    pub code: &'static str,
    /// More about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

pub(super) fn conversion(considered: &Considered) -> ChangedUser {
    let address = &considered.address;
    if considered.converted {
        return ChangedUser::new(address, "AlreadyDone");
    }
    let plan = match &considered.plan {
        Ok(plan) => plan,
        Err(trouble) => {
            return ChangedUser::failed(address, trouble.cause, trouble.detail.clone());
        }
    };
    let shut: Vec<String> = closed(&considered.gates)
        .into_iter()
        // Nothing is backed up in a dry run.
        .filter(|gate| gate.gate != ConversionGate::BackupReadBack)
        .map(|gate| format!("{} {}", gate.gate, gate.code))
        .collect();
    let user = if !considered.unwritable.is_empty() {
        let names = considered.unwritable.join(", ");
        ChangedUser::failed(
            address,
            Cause::RightsMissing,
            format!("the account may not write {names}"),
        )
    } else if !shut.is_empty() {
        ChangedUser::failed(address, Cause::GateClosed, shut.join("; "))
    } else {
        ChangedUser::new(address, "Planned")
    };
    let gates = considered.gates.iter().map(|gate| PlannedGate {
        gate: gate.gate.name().to_owned(),
        state: gate.state.name().to_owned(),
        code: gate.code,
        detail: gate.detail.clone(),
    });
    ChangedUser {
        plan: Some(PlannedChange {
            dn: plan.dn.clone(),
            version: Some(plan.version.name().to_owned()),
            changes: shown(&plan.before, &plan.after),
            gates: gates.collect(),
            commands: equivalents::conversion(&plan.dn, plan.version, &plan.before, &plan.after),
        }),
        ..user
    }
}

pub(super) fn forwarding(plan: &ForwardingPlan) -> ChangedUser {
    let address = &plan.address;
    match &plan.verdict {
        ForwardingVerdict::Write => {}
        ForwardingVerdict::AlreadyThere => return ChangedUser::new(address, "AlreadyDone"),
        ForwardingVerdict::Elsewhere(there) => {
            return ChangedUser::failed(
                address,
                Cause::NotSuitable,
                format!("targetAddress is {there}: somebody else's forwarding is not written over"),
            );
        }
        ForwardingVerdict::AlternateRecipient(other) => {
            return ChangedUser::failed(
                address,
                Cause::NotSuitable,
                format!("altRecipient is {other}: somebody else's forwarding is not written over"),
            );
        }
        ForwardingVerdict::Loops(looped) => {
            return ChangedUser::failed(address, Cause::LoopPredicted, looped.to_string());
        }
    }
    let (before, after) = plan.values().unwrap_or_default();
    ChangedUser {
        plan: Some(PlannedChange {
            dn: plan.dn.clone(),
            version: None,
            changes: shown(&before, &after),
            gates: Vec::new(),
            commands: equivalents::forwarding(&plan.dn, &before, &after),
        }),
        ..ChangedUser::new(address, "Planned")
    }
}

/// What an undo would write.
pub(super) fn taking_back(change: &DirectoryChange) -> ChangedUser {
    let planned = &change.planned;
    ChangedUser {
        plan: Some(PlannedChange {
            dn: planned.dn.clone(),
            version: planned.version.map(|version| version.name().to_owned()),
            changes: shown(&planned.after, &planned.before),
            gates: Vec::new(),
            commands: vec![equivalents::ldif(
                "undo",
                &planned.dn,
                &planned.after,
                &planned.before,
            )],
        }),
        ..ChangedUser::new(&planned.address, "Planned")
    }
}

fn shown(from: &Values, to: &Values) -> Vec<PlannedAttribute> {
    let texts = |values: &[Vec<u8>]| values.iter().map(|value| shown_value(value)).collect();
    changes(from, to)
        .into_iter()
        .map(|AttributeChange { name, delete, add }| PlannedAttribute {
            attribute: name,
            delete: texts(&delete),
            add: texts(&add),
        })
        .collect()
}
