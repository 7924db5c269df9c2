//! Rights and habits, by the program: read before the first batch and kept; read in the tenant after the last; what did not
//! move is a task, and nothing is claimed to have moved that was not seen there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod stage;

use std::collections::BTreeSet;

use serde_json::Value;
use stage::Stage;

/// The fifth and the tenth have a neighbour who opens them.
const MAILBOXES: usize = 10;

impl Stage {
    fn habits(&self, words: &[&str]) -> (i32, Value) {
        let words: Vec<&str> = std::iter::once("habits")
            .chain(words.iter().copied())
            .collect();
        self.ask(&words)
    }

    /// The address at this place among all.
    fn address(&self, at: usize) -> String {
        self.lab.details().mailboxes[at].address.clone()
    }
}

/// `FullAccess of WHOSE for WHO`, those that are not done and name somebody.
fn open_rights(view: &Value) -> BTreeSet<String> {
    let tasks = view["tasks"].as_array().unwrap().iter();
    tasks
        .filter(|task| task["done"] == false && task["who"].is_string())
        .map(|task| {
            let text = |name: &str| task[name].as_str().unwrap().to_owned();
            assert!(task["command"].is_string(), "{task}");
            format!(
                "{} of {} for {}",
                text("kind"),
                text("address"),
                text("who")
            )
        })
        .collect()
}

/// Those whose owner is asked.
fn asked(view: &Value) -> usize {
    let tasks = view["tasks"].as_array().unwrap().iter();
    tasks
        .filter(|task| task["who"].is_null() && task["done"] == false)
        .count()
}

#[test]
fn what_did_not_move_is_a_task_with_its_command_and_what_moved_is_done() {
    let stage = Stage::of(MAILBOXES, |_| {});
    let (code, before) = stage.habits(&["read"]);
    assert_eq!(code, 1, "the tenant has no mailbox yet: {before}");
    assert!(before["beforeAt"].is_string(), "{before}");
    assert_eq!(before["tasks"].as_array().unwrap().len(), 0, "nobody moves");
    let mailboxes = before["mailboxes"].as_array().unwrap();
    assert_eq!(mailboxes.len(), 10, "{before}");
    for mailbox in mailboxes {
        let unreadable = &mailbox["unreadable"];
        assert_eq!(
            *unreadable,
            serde_json::json!(["InboxRule", "AutomaticReply"]),
            "{mailbox}"
        );
        // The account that migrates is told as what it is.
        let habits = mailbox["habits"].as_array().unwrap();
        let ours = habits.iter().filter(|habit| habit["footprint"] == true);
        assert_eq!(ours.count(), 1, "{mailbox}");
    }

    let moved = stage.run(&["rehearse"]);
    assert!(moved.status.success(), "{}", moved.stderr);
    let right = |kind: &str, at: usize| {
        format!(
            "{kind} of {} for {}",
            stage.address(at),
            stage.address(at - 1)
        )
    };
    let all: BTreeSet<String> = ["FullAccess", "SendAs", "SendOnBehalf"]
        .iter()
        .flat_map(|kind| [right(kind, 4), right(kind, 9)])
        .collect();
    let (_, listed) = stage.habits(&["list"]);
    assert_eq!(open_rights(&listed), all, "{listed}");
    assert_eq!(asked(&listed), 20, "{listed}");
    // Conversion has taken the old rights away; what was before is told as it was.
    assert_eq!(listed["beforeAt"], before["beforeAt"]);

    let (code, after) = stage.habits(&["read"]);
    assert_eq!(code, 1, "{after}");
    assert!(after["afterAt"].is_string() && after["afterWords"].is_null());
    assert_eq!(after["beforeAt"], before["beforeAt"]);
    let left: BTreeSet<String> = [
        right("FullAccess", 4),
        right("FullAccess", 9),
        right("SendAs", 4),
    ]
    .into();
    assert_eq!(open_rights(&after), left, "{after}");
    assert_eq!(asked(&after), 20, "{after}");

    let task = after["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["kind"] == "SendAs" && task["done"] == false)
        .unwrap();
    assert!(
        task["command"]
            .as_str()
            .unwrap()
            .starts_with("Add-RecipientPermission "),
        "{task}"
    );
    let id = task["id"].to_string();
    let (_, done) = stage.habits(&["done", &id]);
    assert_eq!(open_rights(&done).len(), 2, "{done}");
    let (_, undone) = stage.habits(&["done", &id, "--undo"]);
    assert_eq!(open_rights(&undone), left, "{undone}");
}
