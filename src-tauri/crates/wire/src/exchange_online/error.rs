//! How a cmdlet fails. Logic goes by the .NET class; the words are for people.

use serde::Deserialize;
use thiserror::Error;

use crate::json;

/// What the interface says when a cmdlet failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text} (HTTP {status}{})", class.as_ref().map(|class| format!(", {class}")).unwrap_or_default())]
pub struct ExchangeError {
    /// The HTTP status.
    pub status: u16,
    /// Microsoft's id of the message: `Ex6F9304`.
    pub id: Option<String>,
    /// The .NET class of the exception, without its namespace: `ManagementObjectNotFoundException`.
    pub class: Option<String>,
    /// For people.
    pub text: String,
    /// Whether the cmdlet does not exist for this caller: there is none of that name, or no role that shows it.
    pub hidden: bool,
}

/// The error in an answer.
#[must_use]
pub fn parse(status: u16, bytes: &[u8]) -> ExchangeError {
    #[derive(Deserialize)]
    struct Body {
        error: Outer,
    }
    #[derive(Deserialize)]
    struct Outer {
        #[serde(default, deserialize_with = "json::null_is_default")]
        code: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        message: String,
        #[serde(default, deserialize_with = "json::null_is_default")]
        details: Vec<Detail>,
        #[serde(default)]
        innererror: Option<Inner>,
    }
    #[derive(Deserialize)]
    struct Detail {
        #[serde(default, deserialize_with = "json::null_is_default")]
        message: String,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(default)]
        message: Option<String>,
        #[serde(default, rename = "type")]
        class: Option<String>,
        #[serde(default)]
        internalexception: Option<Box<Self>>,
    }
    let unknown = |text: String| ExchangeError {
        status,
        id: None,
        class: None,
        text,
        hidden: false,
    };
    // A cmdlet that does not exist, or that this caller may not see, is answered with nothing but NUL
    // bytes, falsely called gzip.
    if status == 403 && bytes.iter().all(|&byte| byte == 0) {
        return ExchangeError {
            hidden: true,
            ..unknown("this application may not run the cmdlet".to_owned())
        };
    }
    let Ok(Body { error }) = json::read::<Body>(bytes) else {
        return unknown(json::Unreadable::new("", bytes).start);
    };
    if let Some(found) = error
        .details
        .first()
        .and_then(|detail| split(status, &detail.message))
    {
        return found;
    }
    let (inner_class, inner_text) = error.innererror.map_or((None, None), |inner| {
        let cause = inner.internalexception.unwrap_or(Box::new(Inner {
            message: None,
            class: None,
            internalexception: None,
        }));
        (cause.class.or(inner.class), cause.message.or(inner.message))
    });
    ExchangeError {
        status,
        id: None,
        class: inner_class.map(|class| short(&class)),
        text: inner_text
            .filter(|text| !text.is_empty())
            .or(Some(error.message).filter(|text| !text.is_empty()))
            .unwrap_or(error.code),
        hidden: false,
    }
}

/// `Ex6F9304|Microsoft.Exchange…ManagementObjectNotFoundException|The operation couldn't be performed …`
fn split(status: u16, message: &str) -> Option<ExchangeError> {
    let mut parts = message.splitn(3, '|');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(class), Some(text)) => Some(ExchangeError {
            status,
            id: Some(id.to_owned()),
            class: Some(short(class)),
            text: text.to_owned(),
            hidden: false,
        }),
        _ => None,
    }
}

fn short(class: &str) -> String {
    class.rsplit('.').next().unwrap_or(class).to_owned()
}

impl ExchangeError {
    /// Whether the object does not exist, or not yet at the server that answered.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.class.as_deref() == Some("ManagementObjectNotFoundException")
    }

    /// Whether what was to be made is there already.
    #[must_use]
    pub fn is_already_there(&self) -> bool {
        matches!(
            self.class.as_deref(),
            Some(
                "ADObjectAlreadyExistsException"
                    | "ProxyAddressExistsException"
                    | "ServicePrincipalAlreadyExistsException"
            )
        ) || self.text.contains("already exists")
            || self.text.contains("already present")
    }

    /// Whether a parameter is not one of the cmdlet's, or holds what the cmdlet does not take: a mistake of ours.
    #[must_use]
    pub fn is_bad_parameter(&self) -> bool {
        matches!(
            self.class.as_deref(),
            Some(
                "ParameterBindingException"
                    | "ParameterBindingValidationException"
                    | "ParameterTransformationException"
                    | "TaskArgumentException"
            )
        )
    }

    /// Whether a role is missing, for the cmdlet or for what it was to do.
    #[must_use]
    pub fn is_role_missing(&self) -> bool {
        self.hidden || self.status == 403
    }

    /// Whether the service asks everyone to wait. The number of concurrent requests may be too high with a status
    /// that says something else.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.status == 429 || self.text.contains("maximum number of concurrent requests")
    }

    /// Whether the service's own module would try again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.status, 408 | 429 | 502 | 503 | 504)
            || self.is_throttled()
            || matches!(
                self.class.as_deref(),
                Some(
                    "DCOverloadedException"
                        | "SuitabilityDirectoryException"
                        | "ServerInMMException"
                        | "ADServerSettingsChangedException"
                        | "StorageTransientException"
                )
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_detail_gives_id_class_and_words() {
        let error = parse(
            404,
            br#"{"error":{"code":"NotFound","message":"Error executing request.",
                "details":[{"code":"Context","target":"","message":"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'x' couldn't be found on 'DC|1'."}],
                "innererror":{"message":"outer","type":"t","internalexception":{"message":"inner"}}}}"#,
        );
        assert!(error.is_not_found());
        assert_eq!(error.id.as_deref(), Some("Ex6F9304"));
        assert_eq!(
            error.text,
            "The operation couldn't be performed because object 'x' couldn't be found on 'DC|1'."
        );
    }

    #[test]
    fn without_details_the_innermost_words_are_taken_then_the_outermost() {
        let inner = parse(
            400,
            br#"{"error":{"code":"BadRequest","message":"generic","innererror":{"message":"outer","type":"A.B","internalexception":{"message":"inner","type":"C.DCOverloadedException"}}}}"#,
        );
        assert_eq!(inner.text, "inner");
        assert!(inner.is_transient());
        assert_eq!(
            parse(
                400,
                br#"{"error":{"code":"BadRequest","message":"generic"}}"#
            )
            .text,
            "generic"
        );
    }

    #[test]
    fn nul_bytes_mean_a_cmdlet_that_is_not_ours_to_run() {
        let hidden = parse(403, &[0; 40]);
        assert!(hidden.hidden && hidden.is_role_missing());
        let refused = parse(403, br#"{"error":{"code":"Forbidden","message":"The role assigned to application x isn't supported in this scenario."}}"#);
        assert!(!refused.hidden && refused.is_role_missing());
        assert_eq!(parse(500, b"plain words").text, "plain words");
    }

    #[test]
    fn too_many_requests_at_once_are_throttling_whatever_the_status() {
        let text = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again";
        let error = parse(
            400,
            format!(r#"{{"error":{{"code":"X","message":"{text}"}}}}"#).as_bytes(),
        );
        assert!(error.is_throttled() && error.is_transient());
        assert!(parse(429, b"").is_throttled());
    }

    #[test]
    fn a_parameter_that_the_cmdlet_does_not_have_is_our_mistake() {
        let error = parse(
            400,
            br#"{"error":{"code":"BadRequest","details":[{"message":"Ex1|System.Management.Automation.ParameterBindingException|A parameter cannot be found that matches parameter name 'Skip'."}]}}"#,
        );
        assert!(error.is_bad_parameter() && !error.is_transient());
    }
}
