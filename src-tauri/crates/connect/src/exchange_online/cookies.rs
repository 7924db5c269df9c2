//! What Exchange Online asks to be told again: by its cookies a front server finds the one behind it that it chose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

/// No server of ours needs more, and none may fill the memory.
const MOST: usize = 30;
const LONGEST: usize = 4096;

/// By server and name. Clones share them; each goes back to the server that it came from and to no other.
#[derive(Clone, Default)]
pub(super) struct Cookies(Arc<Mutex<BTreeMap<(String, String), String>>>);

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies")
    }
}

impl Cookies {
    /// Keeps what came from `url`: `NAME=VALUE; ATTRIBUTES` each (RFC 6265 section 4.1).
    pub(super) fn keep(&self, url: &Url, set: &[String]) {
        let server = url.origin().ascii_serialization();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in set {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.trim().split_once('=') else {
                continue;
            };
            let (mut elsewhere, mut ended) = (false, value.is_empty());
            for attribute in attributes.split(';') {
                let (key, value) = attribute.trim().split_once('=').unwrap_or((attribute, ""));
                match key.to_ascii_lowercase().as_str() {
                    "path" => elsewhere = !url.path().starts_with(value),
                    "max-age" => ended |= value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                    _ => {}
                }
            }
            let plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
            let key = (server.clone(), name.to_owned());
            if ended {
                held.remove(&key);
            } else if !elsewhere
                && plain(name)
                && plain(value)
                && name.len() + value.len() <= LONGEST
                && (held.len() < MOST || held.contains_key(&key))
            {
                held.insert(key, value.to_owned());
            }
        }
    }

    /// What to tell the server of `url`.
    pub(super) fn of(&self, url: &Url) -> Option<String> {
        let server = url.origin().ascii_serialization();
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = held
            .iter()
            .filter(|((of, _), _)| *of == server)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_cookie_goes_back_where_it_came_from_until_it_is_taken_back() {
        let cookies = Cookies::default();
        let (here, there) = (
            url("https://outlook.office365.com/adminapi/beta/t-1"),
            url("https://eur01b.outlook.com/adminapi/beta/t-1"),
        );
        let set = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
            cookies.clone().keep(&here, &texts);
        };
        set(&[
            "ClientId=A1=; expires=Thu, 25 Nov 2027 09:00:00 GMT; path=/; secure",
            "X-BackEndCookie=b=c; Path=/adminapi; HttpOnly",
            "Mail=x; path=/owa",
            "nonsense",
        ]);
        assert_eq!(
            cookies.of(&here).as_deref(),
            Some("ClientId=A1=; X-BackEndCookie=b=c")
        );
        assert_eq!(cookies.of(&there), None);
        set(&["ClientId=; path=/", "X-BackEndCookie=d; max-age=0"]);
        assert_eq!(cookies.of(&here), None);
        assert!(!format!("{cookies:?}").contains("A1"));
    }

    #[test]
    fn a_server_cannot_fill_the_memory_with_cookies() {
        let cookies = Cookies::default();
        let here = url("https://outlook.office365.com/");
        let many: Vec<String> = (0..1000).map(|n| format!("n{n}=v")).collect();
        cookies.keep(&here, &many);
        cookies.keep(
            &here,
            &[format!("n0={}", "v".repeat(LONGEST)), "n1=w".to_owned()],
        );
        let told = cookies.of(&here).unwrap();
        assert_eq!(told.split("; ").count(), MOST);
        assert!(told.contains("n0=v;") && told.contains("n1=w"));
    }
}
