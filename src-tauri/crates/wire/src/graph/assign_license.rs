//! `POST /users/ID/assignLicense` (Microsoft Graph: user: assignLicense).

use serde_json::json;
use url::Url;

use crate::http::{Method, Request, below};

/// Gives the user a licence for this product. The answer is the user. Both arrays are mandatory.
#[must_use]
pub fn request(base: &Url, user_id: &str, sku_id: &str) -> Request {
    Request::json(
        Method::Post,
        below(base, &["users", user_id, "assignLicense"]),
        &json!({
            "addLicenses": [{ "skuId": sku_id, "disabledPlans": [] }],
            "removeLicenses": [],
        }),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_added_and_none_removed() {
        let request = request(&"https://graph.example/v1.0".parse().unwrap(), "u-1", "s-1");
        assert_eq!(request.url.path(), "/v1.0/users/u-1/assignLicense");
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            r#"{"addLicenses":[{"disabledPlans":[],"skuId":"s-1"}],"removeLicenses":[]}"#
        );
    }
}
