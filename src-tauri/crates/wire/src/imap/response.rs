use thiserror::Error;

use super::date::parse_internal_date;
use super::value::{Value, ValueError, parse_values};

/// OK, NO, BAD, PREAUTH or BYE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was done.
    Ok,
    /// It was understood and not done.
    No,
    /// It was not understood, or not now.
    Bad,
    /// The connection starts signed in.
    PreAuth,
    /// The connection ends.
    Bye,
}

/// A status, tagged or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusLine {
    /// Which.
    pub state: State,
    /// The code in brackets, first word in capitals: `["UIDVALIDITY", "3"]`.
    pub code: Vec<String>,
    /// The words for people, which may be in any language and encoding.
    pub text: String,
}

/// A number of a folder's numbering: UIDVALIDITY and UID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UidPlace {
    /// UIDVALIDITY.
    pub validity: u32,
    /// UID.
    pub uid: u32,
}

/// A FETCH answer. What the server did not send is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetch {
    /// UID.
    pub uid: Option<u32>,
    /// FLAGS, as sent.
    pub flags: Option<Vec<String>>,
    /// INTERNALDATE: seconds since 1970 in UTC, offset in minutes.
    pub date: Option<(i64, i16)>,
    /// RFC822.SIZE.
    pub size: Option<u64>,
    /// BODY[HEADER...]: raw header bytes.
    pub header: Option<Vec<u8>>,
    /// BODY[] sent as a string rather than as a literal that was passed through.
    pub body: Option<Vec<u8>>,
}

/// A LIST answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Attributes in capitals, e.g. `\NOSELECT`.
    pub attributes: Vec<String>,
    /// The hierarchy delimiter, if the folder has one.
    pub delimiter: Option<char>,
    /// The name as sent: modified UTF-7.
    pub name: Vec<u8>,
}

/// A STATUS answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderStatus {
    /// The name as sent: modified UTF-7.
    pub name: Vec<u8>,
    /// MESSAGES.
    pub messages: Option<u64>,
    /// UIDNEXT.
    pub uid_next: Option<u32>,
    /// UIDVALIDITY.
    pub uid_validity: Option<u32>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// `+`: the server waits for more.
    Continue(String),
    /// The end of a command.
    Tagged(String, StatusLine),
    /// A status of its own accord.
    Untagged(StatusLine),
    /// CAPABILITY, in capitals.
    Capability(Vec<String>),
    /// LIST or LSUB.
    List(Listed),
    /// STATUS.
    Status(FolderStatus),
    /// NAMESPACE: prefix and delimiter of the first personal namespace.
    Namespace(String, Option<char>),
    /// EXISTS.
    Exists(u64),
    /// FETCH.
    Fetch(Box<Fetch>),
    /// Anything else, which a copying client may ignore.
    Other,
}

/// An answer that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// The line is empty or has no kind.
    #[error("an answer is empty")]
    Empty,
    /// Its values are malformed.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// Understands one whole answer, line end included or not, literals inline.
///
/// # Errors
/// [`ResponseError`] when it is no IMAP answer.
pub fn parse_response(bytes: &[u8]) -> Result<Response, ResponseError> {
    let line = trim_end(bytes);
    let (first, rest) = split_word(line);
    match first {
        b"" => Err(ResponseError::Empty),
        b"+" => Ok(Response::Continue(lossy(rest))),
        b"*" => untagged(rest),
        tag => {
            let (word, rest) = split_word(rest);
            match state(word) {
                Some(state) => Ok(Response::Tagged(lossy(tag), status_line(state, rest))),
                // Exchange has been seen to send stray continuation lines after the tagged one.
                None => Ok(Response::Other),
            }
        }
    }
}

fn untagged(rest: &[u8]) -> Result<Response, ResponseError> {
    let (word, after) = split_word(rest);
    if let Some(state) = state(word) {
        return Ok(Response::Untagged(status_line(state, after)));
    }
    let keyword = lossy(word).to_ascii_uppercase();
    Ok(match keyword.as_str() {
        "CAPABILITY" => Response::Capability(words(after)),
        "LIST" | "LSUB" => list(&parse_values(after)?),
        "STATUS" => folder_status(&parse_values(after)?),
        "NAMESPACE" => namespace(&parse_values(after)?),
        _ => {
            let number = std::str::from_utf8(word)
                .ok()
                .and_then(|text| text.parse::<u64>().ok());
            let (kind, rest) = split_word(after);
            match (number, lossy(kind).to_ascii_uppercase().as_str()) {
                (Some(number), "EXISTS") => Response::Exists(number),
                (Some(_), "FETCH") => Response::Fetch(Box::new(fetch(&parse_values(rest)?))),
                _ => Response::Other,
            }
        }
    })
}

fn state(word: &[u8]) -> Option<State> {
    Some(match lossy(word).to_ascii_uppercase().as_str() {
        "OK" => State::Ok,
        "NO" => State::No,
        "BAD" => State::Bad,
        "PREAUTH" => State::PreAuth,
        "BYE" => State::Bye,
        _ => return None,
    })
}

fn status_line(state: State, rest: &[u8]) -> StatusLine {
    let text = lossy(rest);
    let text = text.trim_start();
    match text
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        Some((code, text)) => {
            let mut code: Vec<String> = code.split_ascii_whitespace().map(str::to_owned).collect();
            if let Some(first) = code.first_mut() {
                first.make_ascii_uppercase();
            }
            StatusLine {
                state,
                code,
                text: text.trim().to_owned(),
            }
        }
        None => StatusLine {
            state,
            code: Vec::new(),
            text: text.trim().to_owned(),
        },
    }
}

impl StatusLine {
    /// Whether the code's first word is `word`.
    #[must_use]
    pub fn has_code(&self, word: &str) -> bool {
        self.code.first().is_some_and(|first| first == word)
    }

    /// The number after the code's first word.
    #[must_use]
    pub fn code_number(&self, word: &str) -> Option<u32> {
        if self.has_code(word) {
            self.code.get(1)?.parse().ok()
        } else {
            None
        }
    }

    /// The capabilities that some servers send with their greeting or after the sign-in.
    #[must_use]
    pub fn capabilities(&self) -> Option<Vec<String>> {
        self.has_code("CAPABILITY").then(|| {
            self.code
                .iter()
                .skip(1)
                .map(|word| word.to_ascii_uppercase())
                .collect()
        })
    }

    /// APPENDUID (RFC 4315): where the appended messages stand, in the order they were sent.
    #[must_use]
    pub fn append_uids(&self) -> Vec<UidPlace> {
        if !self.has_code("APPENDUID") {
            return Vec::new();
        }
        let (Some(validity), Some(set)) = (
            self.code.get(1).and_then(|v| v.parse().ok()),
            self.code.get(2),
        ) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        for part in set.split(',') {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else {
                return Vec::new();
            };
            // No command of ours appends more than a few hundred at once.
            if last < first || last - first > 10_000 {
                return Vec::new();
            }
            places.extend((first..=last).map(|uid| UidPlace { validity, uid }));
        }
        places
    }

    /// Exchange's demand to wait, in milliseconds: `Request is throttled. Suggested Backoff Time: 299961 milliseconds`.
    #[must_use]
    pub fn suggested_backoff(&self) -> Option<u64> {
        let (_, after) = self.text.split_once("Suggested Backoff Time:")?;
        after.split_ascii_whitespace().next()?.parse().ok()
    }
}

fn list(values: &[Value]) -> Response {
    let [attributes, delimiter, name, ..] = values else {
        return Response::Other;
    };
    let Some(name) = name.bytes() else {
        return Response::Other;
    };
    Response::List(Listed {
        attributes: attributes
            .list()
            .unwrap_or_default()
            .iter()
            .filter_map(Value::keyword)
            .collect(),
        delimiter: one_character(delimiter),
        name: name.to_vec(),
    })
}

fn one_character(value: &Value) -> Option<char> {
    match value {
        Value::Text(bytes) => lossy(bytes).chars().next(),
        Value::Atom(_) | Value::List(_) => None,
    }
}

fn namespace(values: &[Value]) -> Response {
    let first = values
        .first()
        .and_then(Value::list)
        .and_then(|spaces| spaces.first())
        .and_then(Value::list);
    match first {
        Some([prefix, delimiter, ..]) => Response::Namespace(
            prefix.bytes().map(lossy).unwrap_or_default(),
            one_character(delimiter),
        ),
        _ => Response::Other,
    }
}

fn folder_status(values: &[Value]) -> Response {
    let [name, Value::List(pairs), ..] = values else {
        return Response::Other;
    };
    let Some(name) = name.bytes() else {
        return Response::Other;
    };
    let mut status = FolderStatus {
        name: name.to_vec(),
        messages: None,
        uid_next: None,
        uid_validity: None,
    };
    for pair in pairs.chunks_exact(2) {
        let [key, value] = pair else { continue };
        let small = || value.number().and_then(|number| u32::try_from(number).ok());
        match key.keyword().as_deref() {
            Some("MESSAGES") => status.messages = value.number(),
            Some("UIDNEXT") => status.uid_next = small(),
            Some("UIDVALIDITY") => status.uid_validity = small(),
            _ => {}
        }
    }
    Response::Status(status)
}

fn fetch(values: &[Value]) -> Fetch {
    let mut fetch = Fetch::default();
    for pair in values
        .first()
        .and_then(Value::list)
        .unwrap_or_default()
        .chunks_exact(2)
    {
        let [key, value] = pair else { continue };
        let Some(key) = key.keyword() else { continue };
        match key.as_str() {
            "UID" => fetch.uid = value.number().and_then(|number| u32::try_from(number).ok()),
            "RFC822.SIZE" => fetch.size = value.number(),
            "FLAGS" => {
                fetch.flags = value.list().map(|flags| {
                    flags
                        .iter()
                        .filter_map(|flag| flag.bytes().map(lossy))
                        .collect()
                });
            }
            "INTERNALDATE" => {
                fetch.date = value
                    .bytes()
                    .map(lossy)
                    .and_then(|text| parse_internal_date(&text));
            }
            "BODY[]" if !value.is_nil() => {
                fetch.body = value.bytes().map(<[u8]>::to_vec);
            }
            _ if key.starts_with("BODY[HEADER") => fetch.header = value.bytes().map(<[u8]>::to_vec),
            _ => {}
        }
    }
    fetch
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let Some((b'\r' | b'\n', rest)) = bytes.split_last() {
        bytes = rest;
    }
    bytes
}

fn split_word(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == b' ') {
        Some(space) => {
            let (word, rest) = bytes.split_at(space);
            (word, rest.get(1..).unwrap_or_default())
        }
        None => (bytes, b""),
    }
}

fn words(bytes: &[u8]) -> Vec<String> {
    lossy(bytes)
        .split_ascii_whitespace()
        .map(str::to_ascii_uppercase)
        .collect()
}

/// Server words may be in any encoding (Exchange 2003's greeting is localised): what is not UTF-8 is
/// shown with replacement characters, never refused.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tagged_status_keeps_its_code_and_its_words() {
        let Response::Tagged(tag, line) =
            parse_response(b"s7 OK [APPENDUID 17 3:5,9] Append completed.\r\n").unwrap()
        else {
            panic!("not tagged")
        };
        assert_eq!(tag, "s7");
        assert_eq!(line.text, "Append completed.");
        let uids: Vec<_> = line
            .append_uids()
            .iter()
            .map(|place| (place.validity, place.uid))
            .collect();
        assert_eq!(uids, [(17, 3), (17, 4), (17, 5), (17, 9)]);
    }

    #[test]
    fn the_wait_that_exchange_online_asks_for_is_read_to_the_millisecond() {
        let Response::Tagged(_, line) = parse_response(
            b"s1 BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",
        )
        .unwrap() else {
            panic!("not tagged")
        };
        assert_eq!(line.suggested_backoff(), Some(299_961));
    }

    #[test]
    fn a_fetch_answer_is_understood_in_any_order() {
        let bytes = b"* 12 FETCH (INTERNALDATE \" 1-May-2009 08:00:00 +0200\" FLAGS (\\Seen $Forwarded) UID 42 RFC822.SIZE 900 BODY[HEADER.FIELDS (DATE FROM)] {9}\r\nDate: x\r\n)";
        let Response::Fetch(fetch) = parse_response(bytes).unwrap() else {
            panic!("no FETCH")
        };
        assert_eq!(fetch.uid, Some(42));
        assert_eq!(fetch.size, Some(900));
        assert_eq!(fetch.date, Some((1_241_157_600, 120)));
        assert_eq!(fetch.flags.unwrap(), ["\\Seen", "$Forwarded"]);
        assert_eq!(fetch.header.unwrap(), b"Date: x\r\n");
    }

    #[test]
    fn folders_and_their_status_are_understood() {
        assert_eq!(
            parse_response(b"* LIST (\\HasNoChildren \\Sent) \"/\" \"Skickat\"").unwrap(),
            Response::List(Listed {
                attributes: vec!["\\HASNOCHILDREN".into(), "\\SENT".into()],
                delimiter: Some('/'),
                name: b"Skickat".into()
            })
        );
        assert_eq!(
            parse_response(b"* STATUS INBOX (MESSAGES 3 UIDNEXT 8 UIDVALIDITY 1)").unwrap(),
            Response::Status(FolderStatus {
                name: b"INBOX".into(),
                messages: Some(3),
                uid_next: Some(8),
                uid_validity: Some(1)
            })
        );
    }

    #[test]
    fn a_greeting_in_another_encoding_is_no_obstacle() {
        let Response::Untagged(line) = parse_response(
            b"* OK Microsoft Exchange Server 2003 IMAP4rev1-serverversion 6.5 (h\xf6st) klar.",
        )
        .unwrap() else {
            panic!("no greeting")
        };
        assert_eq!(line.state, State::Ok);
        assert!(line.text.ends_with("klar."));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_response(&bytes);
        }

        #[test]
        fn no_line_of_imap_letters_makes_it_panic(text in "[*+a-zA-Z0-9 ()\\[\\]{}\"\\\\:,.-]{0,120}") {
            let _ = parse_response(text.as_bytes());
        }
    }
}
