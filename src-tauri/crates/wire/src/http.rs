//! An HTTP request as a value.

use std::fmt;

use url::Url;

/// The methods that our operations use (RFC 9110 section 9, RFC 5789).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Invokes.
    Post,
    /// Changes parts.
    Patch,
}

/// A request, without the `Authorization` header, which whoever sends it adds.
///
/// Its `Debug` form shows neither header values nor body: a token request holds a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Header names and values, in the order in which they are sent.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for a GET.
    pub body: Vec<u8>,
}

impl Request {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::Get,
            url,
            headers: vec![("Accept", "application/json".to_owned())],
            body: Vec::new(),
        }
    }

    pub(crate) fn json(method: Method, url: Url, body: &serde_json::Value) -> Self {
        Self {
            method,
            url,
            headers: vec![
                ("Accept", "application/json".to_owned()),
                ("Content-Type", "application/json; charset=utf-8".to_owned()),
            ],
            body: body.to_string().into_bytes(),
        }
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The same request to another address: how both interfaces ask for the next page.
    #[must_use]
    pub fn to(&self, url: Url) -> Self {
        Self {
            url,
            ..self.clone()
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url.as_str())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// `base` with further path segments, each escaped.
pub(crate) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // An address that cannot have a path (`mailto:`) stays as it is and is refused by whoever sends it.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The address of a next page, if it is where `allow` lets a token go: one is sent along with it.
pub(crate) fn next_link(
    link: Option<&str>,
    allow: impl Fn(&Url) -> Option<Url>,
) -> Result<Option<Url>, crate::Unreadable> {
    let Some(link) = link.filter(|link| !link.is_empty()) else {
        return Ok(None);
    };
    let next = Url::parse(link).ok().as_ref().and_then(allow);
    next.map(Some).ok_or_else(|| {
        crate::Unreadable::new("the next page lies on another server", link.as_bytes())
    })
}
