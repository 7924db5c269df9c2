//! `Get-MailboxAutoReplyConfiguration`: whether a mailbox answers by itself.

use serde_json::{Map, Value};

use super::{Cmdlet, Identity, decode};

/// The mailbox's automatic reply.
#[must_use]
pub fn of(mailbox: &Identity) -> Cmdlet {
    Cmdlet {
        select: &["AutoReplyState"],
        ..Cmdlet::new("Get-MailboxAutoReplyConfiguration").with("Identity", mailbox)
    }
}

/// Whether it answers, now or at a set time; nothing if it does not say.
#[must_use]
pub fn is_on(object: &Map<String, Value>) -> Option<bool> {
    let state = decode::text(object, "AutoReplyState")?;
    Some(!state.eq_ignore_ascii_case("Disabled"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_is_set_for_later_counts_as_one() {
        let on = |json: &str| is_on(&serde_json::from_str(json).unwrap());
        assert_eq!(on(r#"{"AutoReplyState":"Scheduled"}"#), Some(true));
        assert_eq!(on(r#"{"AutoReplyState":"Disabled"}"#), Some(false));
        assert_eq!(on("{}"), None);
    }
}
