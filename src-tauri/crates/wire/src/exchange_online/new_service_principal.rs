//! `Get-ServicePrincipal` and `New-ServicePrincipal`: an application as Exchange Online knows it, which
//! must be so before it can be given a right to a mailbox.

use serde_json::{Map, Value};

use super::Cmdlet;
use crate::json;

/// The service principal of this application, if Exchange Online knows it; otherwise the cmdlet fails
/// with `ManagementObjectNotFoundException`.
#[must_use]
pub fn get(app_id: &str) -> Cmdlet {
    Cmdlet::new("Get-ServicePrincipal").with("Identity", app_id)
}

/// Makes it known. `object_id` is the enterprise application's, not the app registration's.
#[must_use]
pub fn new(app_id: &str, object_id: &str, display_name: &str) -> Cmdlet {
    Cmdlet::new("New-ServicePrincipal")
        .with("AppId", app_id)
        .with("ObjectId", object_id)
        .with("DisplayName", display_name)
}

/// The object id in an object of either cmdlet's output.
#[must_use]
pub fn object_id(object: &Map<String, Value>) -> Option<String> {
    // ServiceId is what the property was called before.
    json::text(object, "ObjectId").or_else(|| json::text(object, "ServiceId"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_made_known_by_both_its_ids() {
        let cmdlet = new("a-1", "o-1", "Stegvis");
        assert_eq!(
            serde_json::to_string(&cmdlet.parameters).unwrap(),
            r#"{"AppId":"a-1","DisplayName":"Stegvis","ObjectId":"o-1"}"#
        );
        let object = serde_json::from_str(r#"{"AppId":"a-1","ServiceId":"o-1"}"#).unwrap();
        assert_eq!(object_id(&object).as_deref(), Some("o-1"));
    }
}
