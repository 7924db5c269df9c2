//! Reading commands. Sans I/O: a command comes whole, its literals in place behind their `{n}` and CRLF.

use super::utf7;
use crate::item::{Flags, InternalDate};

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Capability,
    Noop,
    Logout,
    StartTls,
    Login {
        user: String,
        password: Vec<u8>,
    },
    Authenticate {
        mechanism: String,
        initial: Option<String>,
    },
    Id,
    Namespace,
    List {
        subscribed: bool,
        pattern: String,
    },
    Status {
        path: String,
        items: Vec<StatusItem>,
    },
    Select {
        path: String,
        read_only: bool,
    },
    Create {
        path: String,
    },
    /// The literal follows; see [`append`].
    Append,
    Fetch {
        uid: bool,
        set: Set,
        items: Vec<Item>,
    },
    Search {
        uid: bool,
        keys: Vec<Key>,
    },
    /// UNSELECT and CLOSE: the same, where nothing is ever expunged.
    Unselect {
        name: &'static str,
    },
    Idle,
    /// A command that would change a mailbox in a way that no copy needs.
    Other {
        name: String,
    },
}

/// Why it was not understood, as Exchange puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bad(pub(super) &'static str);

const ARGUMENT: Bad = Bad("Command Argument Error. 12");
const UNKNOWN: Bad = Bad("Command Error. 12");
type Parsed<T> = Result<T, Bad>;

/// Pieces of a set beyond this are more than any command line holds.
const LARGEST_SET: usize = 10_000;

/// Numbers and ranges; `*` is `u32::MAX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(Vec<(u32, u32)>);

impl Set {
    /// Whether `number` is in the set, where `last` is what `*` stands for.
    pub(super) fn has(&self, number: u32, last: u32) -> bool {
        self.0.iter().any(|(a, b)| {
            let (a, b) = (
                (*a).min(last.max(1)),
                if *b == u32::MAX { last } else { *b },
            );
            (a.min(b)..=a.max(b)).contains(&number)
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusItem {
    Messages,
    Recent,
    UidNext,
    UidValidity,
    Unseen,
}

/// A part of a message to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Body {
        /// Without it the message becomes read.
        peek: bool,
        section: Section,
        partial: Option<(u64, u64)>,
        /// As the answer names it.
        name: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Section {
    Full,
    Header,
    Text,
    Fields { names: Vec<String>, not: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    All,
    Uid(Set),
    Sequence(Set),
    Header(String, String),
    Flag(Flags, bool),
    Not(Box<Self>),
}

/// What stands before an APPEND's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppendHead {
    pub(super) path: String,
    pub(super) flags: Flags,
    pub(super) date: Option<InternalDate>,
}

/// A literal announced at the end of a line: how long it is, and whether the client waits for leave to send it.
pub(super) fn literal(line: &[u8]) -> Option<(u64, bool)> {
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = inner.get(open + 1..)?;
    let (digits, waits) = match digits.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (digits, true),
    };
    if digits.is_empty() || digits.len() > 12 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((length, waits))
}

/// The tag and the rest; `None` where there is no tag to answer to.
pub(super) fn tag(command: &[u8]) -> Option<(String, &[u8])> {
    let mut cursor = Cursor(command);
    let tag = cursor.atom().ok()?;
    (tag != "+" && cursor.space().is_ok()).then_some((tag, cursor.0))
}

/// Reads a command, its tag taken off.
pub(super) fn command(bytes: &[u8]) -> Parsed<Command> {
    let mut cursor = Cursor(bytes);
    let mut name = cursor.atom().map_err(|_| UNKNOWN)?.to_ascii_uppercase();
    let uid = name == "UID";
    if uid {
        cursor.space()?;
        name = cursor.atom()?.to_ascii_uppercase();
    }
    let command = match (name.as_str(), uid) {
        ("CAPABILITY", false) => Command::Capability,
        ("NOOP" | "CHECK", false) => Command::Noop,
        ("LOGOUT", false) => Command::Logout,
        ("STARTTLS", false) => Command::StartTls,
        ("NAMESPACE", false) => Command::Namespace,
        ("IDLE", false) => Command::Idle,
        ("UNSELECT", false) => Command::Unselect { name: "UNSELECT" },
        ("CLOSE", false) => Command::Unselect { name: "CLOSE" },
        // What the client is called is of no interest.
        ("ID", false) => return Ok(Command::Id),
        ("APPEND", false) => return Ok(Command::Append),
        ("LOGIN", false) => cursor.login()?,
        ("AUTHENTICATE", false) => cursor.authenticate()?,
        ("LIST" | "LSUB", false) => cursor.list(name == "LSUB")?,
        ("STATUS", false) => cursor.status()?,
        ("SELECT" | "EXAMINE", false) => {
            cursor.space()?;
            Command::Select {
                path: cursor.path()?,
                read_only: name == "EXAMINE",
            }
        }
        ("CREATE", false) => {
            cursor.space()?;
            Command::Create {
                path: cursor.path()?,
            }
        }
        ("FETCH", _) => cursor.fetch(uid)?,
        ("SEARCH", _) => cursor.search(uid)?,
        ("STORE" | "COPY" | "MOVE" | "EXPUNGE", _)
        | ("DELETE" | "RENAME" | "SUBSCRIBE" | "UNSUBSCRIBE", false) => {
            return Ok(Command::Other { name });
        }
        _ => return Err(UNKNOWN),
    };
    if cursor.0.is_empty() {
        Ok(command)
    } else {
        Err(ARGUMENT)
    }
}

/// Reads what stands between `APPEND` and the message's `{n}`, which is left out. `None` while the literal
/// at the end is something else, the folder's name.
pub(super) fn append(bytes: &[u8]) -> Option<Parsed<AppendHead>> {
    let mut cursor = Cursor(bytes);
    if !cursor.atom().ok()?.eq_ignore_ascii_case("APPEND") {
        return None;
    }
    cursor.space().ok()?;
    if cursor.0.is_empty() {
        return None;
    }
    Some(cursor.append())
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn take(&mut self, byte: u8) -> Parsed<()> {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(ARGUMENT),
        }
    }

    fn space(&mut self) -> Parsed<()> {
        self.take(b' ')
    }

    fn word(&mut self, word: &str) -> bool {
        match self.0.split_at_checked(word.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(word.as_bytes()) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn while_true(&mut self, take: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .0
            .iter()
            .position(|byte| !take(*byte))
            .unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        taken
    }

    fn text(bytes: &[u8]) -> Parsed<String> {
        String::from_utf8(bytes.to_vec()).map_err(|_| ARGUMENT)
    }

    fn atom(&mut self) -> Parsed<String> {
        let taken = self.while_true(|byte| {
            byte > b' '
                && byte < 127
                && !matches!(byte, b'(' | b')' | b'{' | b'"' | b'%' | b'*' | b'[' | b']')
        });
        if taken.is_empty() {
            return Err(ARGUMENT);
        }
        Self::text(taken)
    }

    fn number(&mut self) -> Parsed<u64> {
        let taken = self.while_true(|byte| byte.is_ascii_digit());
        if taken.len() > 18 {
            return Err(ARGUMENT);
        }
        Self::text(taken)?.parse().map_err(|_| ARGUMENT)
    }

    /// A quoted string, a literal, or bare characters up to a space or a bracket; with `pattern`, bare wildcards too.
    fn string(&mut self) -> Parsed<Vec<u8>> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => {
                let taken = self.while_true(|b| {
                    b > b' ' && b != 127 && !matches!(b, b'(' | b')' | b'{' | b'"')
                });
                if taken.is_empty() {
                    Err(ARGUMENT)
                } else {
                    Ok(taken.to_vec())
                }
            }
        }
    }

    fn quoted(&mut self) -> Parsed<Vec<u8>> {
        self.take(b'"')?;
        let mut value = Vec::new();
        loop {
            let (first, rest) = self.0.split_first().ok_or(ARGUMENT)?;
            self.0 = rest;
            match first {
                b'"' => return Ok(value),
                b'\\' => {
                    let (escaped, rest) = self.0.split_first().ok_or(ARGUMENT)?;
                    self.0 = rest;
                    value.push(*escaped);
                }
                b'\r' | b'\n' | 0 => return Err(ARGUMENT),
                other => value.push(*other),
            }
        }
    }

    fn literal(&mut self) -> Parsed<Vec<u8>> {
        self.take(b'{')?;
        let length = usize::try_from(self.number()?).map_err(|_| ARGUMENT)?;
        // Without LITERAL+'s plus or with it: the server has seen to the difference.
        let _ = self.take(b'+');
        self.take(b'}')?;
        self.take(b'\r')?;
        self.take(b'\n')?;
        let (value, rest) = self.0.split_at_checked(length).ok_or(ARGUMENT)?;
        self.0 = rest;
        Ok(value.to_vec())
    }

    /// A folder's path, decoded.
    fn path(&mut self) -> Parsed<String> {
        let name = Self::text(&self.string()?)?;
        let path = utf7::decode(&name).ok_or(ARGUMENT)?;
        // A client that makes a folder to hold folders says so with a separator at the end.
        let path = path.strip_suffix('/').unwrap_or(&path);
        Ok(match path.split_at_checked(5) {
            Some((inbox, rest))
                if inbox.eq_ignore_ascii_case("INBOX")
                    && (rest.is_empty() || rest.starts_with('/')) =>
            {
                format!("INBOX{rest}")
            }
            _ => path.to_owned(),
        })
    }

    fn login(&mut self) -> Parsed<Command> {
        self.space()?;
        let user = Self::text(&self.string()?)?;
        self.space()?;
        let password = self.string()?;
        Ok(Command::Login { user, password })
    }

    fn authenticate(&mut self) -> Parsed<Command> {
        self.space()?;
        let mechanism = self.atom()?.to_ascii_uppercase();
        let initial = if self.peek().is_some() {
            self.space()?;
            Some(Self::text(self.while_true(|byte| byte > b' '))?)
        } else {
            None
        };
        Ok(Command::Authenticate { mechanism, initial })
    }

    fn list(&mut self, subscribed: bool) -> Parsed<Command> {
        self.space()?;
        let reference = Self::text(&self.string()?)?;
        self.space()?;
        let pattern = Self::text(&self.string()?)?;
        Ok(Command::List {
            subscribed,
            pattern: format!("{reference}{pattern}"),
        })
    }

    fn status(&mut self) -> Parsed<Command> {
        self.space()?;
        let path = self.path()?;
        self.space()?;
        let items = self.list_of(|cursor| {
            Ok(match cursor.atom()?.to_ascii_uppercase().as_str() {
                "MESSAGES" => StatusItem::Messages,
                "RECENT" => StatusItem::Recent,
                "UIDNEXT" => StatusItem::UidNext,
                "UIDVALIDITY" => StatusItem::UidValidity,
                "UNSEEN" => StatusItem::Unseen,
                _ => return Err(ARGUMENT),
            })
        })?;
        Ok(Command::Status { path, items })
    }

    /// `(a b c)`.
    fn list_of<T>(&mut self, mut read: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.take(b'(')?;
        let mut items = Vec::new();
        while self.peek() != Some(b')') {
            if !items.is_empty() {
                self.space()?;
            }
            items.push(read(self)?);
        }
        self.take(b')')?;
        Ok(items)
    }

    fn append(&mut self) -> Parsed<AppendHead> {
        let path = self.path()?;
        self.space()?;
        let mut flags = Flags::default();
        if self.peek() == Some(b'(') {
            for name in
                self.list_of(|cursor| Self::text(cursor.while_true(|b| b > b' ' && b != b')')))?
            {
                if name.is_empty() {
                    return Err(ARGUMENT);
                }
                // Keywords are dropped without a word: Exchange has none.
                flags = flags.with(Flags::named(&name).unwrap_or_default());
            }
            self.space()?;
        }
        let mut date = None;
        if self.peek() == Some(b'"') {
            let text = Self::text(&self.quoted()?)?;
            date = Some(InternalDate::parse_imap(text.trim()).ok_or(ARGUMENT)?);
            self.space()?;
        }
        if self.0.is_empty() {
            Ok(AppendHead { path, flags, date })
        } else {
            Err(ARGUMENT)
        }
    }

    fn set(&mut self) -> Parsed<Set> {
        let mut pieces = Vec::new();
        loop {
            let from = self.set_number()?;
            let to = if self.take(b':').is_ok() {
                self.set_number()?
            } else {
                from
            };
            pieces.push((from, to));
            if pieces.len() > LARGEST_SET {
                return Err(ARGUMENT);
            }
            if self.take(b',').is_err() {
                return Ok(Set(pieces));
            }
        }
    }

    fn set_number(&mut self) -> Parsed<u32> {
        if self.take(b'*').is_ok() {
            return Ok(u32::MAX);
        }
        u32::try_from(self.number()?)
            .ok()
            .filter(|number| *number > 0)
            .ok_or(ARGUMENT)
    }

    fn fetch(&mut self, uid: bool) -> Parsed<Command> {
        self.space()?;
        let set = self.set()?;
        self.space()?;
        let items = if self.peek() == Some(b'(') {
            self.list_of(Self::item)?
        } else {
            vec![self.item()?]
        };
        Ok(Command::Fetch { uid, set, items })
    }

    fn item(&mut self) -> Parsed<Item> {
        let name = self.atom()?.to_ascii_uppercase();
        let body = |peek, section, name: &str| Item::Body {
            peek,
            section,
            partial: None,
            name: name.to_owned(),
        };
        match name.as_str() {
            "UID" => Ok(Item::Uid),
            "FLAGS" => Ok(Item::Flags),
            "INTERNALDATE" => Ok(Item::InternalDate),
            "RFC822.SIZE" => Ok(Item::Size),
            "RFC822" => Ok(body(false, Section::Full, "RFC822")),
            "RFC822.HEADER" => Ok(body(true, Section::Header, "RFC822.HEADER")),
            "RFC822.TEXT" => Ok(body(false, Section::Text, "RFC822.TEXT")),
            "BODY" | "BODY.PEEK" => self.body(name == "BODY.PEEK"),
            _ => Err(ARGUMENT),
        }
    }

    fn body(&mut self, peek: bool) -> Parsed<Item> {
        self.take(b'[')?;
        let (section, mut name) = if self.word("HEADER.FIELDS.NOT") {
            self.fields(true)?
        } else if self.word("HEADER.FIELDS") {
            self.fields(false)?
        } else if self.word("HEADER") {
            (Section::Header, "BODY[HEADER]".to_owned())
        } else if self.word("TEXT") {
            (Section::Text, "BODY[TEXT]".to_owned())
        } else {
            (Section::Full, "BODY[]".to_owned())
        };
        self.take(b']')?;
        let mut partial = None;
        if self.take(b'<').is_ok() {
            let from = self.number()?;
            self.take(b'.')?;
            let length = self.number()?;
            self.take(b'>')?;
            name.push_str(&format!("<{from}>"));
            partial = Some((from, length));
        }
        Ok(Item::Body {
            peek,
            section,
            partial,
            name,
        })
    }

    fn fields(&mut self, not: bool) -> Parsed<(Section, String)> {
        self.space()?;
        let names = self.list_of(|cursor| Self::text(&cursor.string()?))?;
        let plain = |name: &String| name.bytes().all(|b| b.is_ascii_graphic());
        if names.is_empty() || !names.iter().all(plain) {
            return Err(ARGUMENT);
        }
        let label = format!(
            "BODY[HEADER.FIELDS{} ({})]",
            if not { ".NOT" } else { "" },
            names.join(" ")
        );
        Ok((Section::Fields { names, not }, label))
    }

    fn search(&mut self, uid: bool) -> Parsed<Command> {
        self.space()?;
        if self.word("CHARSET ") {
            self.string()?;
            self.space()?;
        }
        let mut keys = vec![self.key(0)?];
        while self.peek() == Some(b' ') {
            self.space()?;
            keys.push(self.key(0)?);
            if keys.len() > 100 {
                return Err(ARGUMENT);
            }
        }
        Ok(Command::Search { uid, keys })
    }

    fn key(&mut self, depth: u8) -> Parsed<Key> {
        if self.peek().is_some_and(|b| b.is_ascii_digit() || b == b'*') {
            return Ok(Key::Sequence(self.set()?));
        }
        Ok(match self.atom()?.to_ascii_uppercase().as_str() {
            "ALL" => Key::All,
            "UID" => {
                self.space()?;
                Key::Uid(self.set()?)
            }
            "HEADER" => {
                self.space()?;
                let name = Self::text(&self.string()?)?;
                self.space()?;
                Key::Header(name, Self::text(&self.string()?)?)
            }
            "NOT" if depth < 8 => {
                self.space()?;
                Key::Not(Box::new(self.key(depth + 1)?))
            }
            "SEEN" => Key::Flag(Flags::SEEN, true),
            "UNSEEN" => Key::Flag(Flags::SEEN, false),
            "ANSWERED" => Key::Flag(Flags::ANSWERED, true),
            "UNANSWERED" => Key::Flag(Flags::ANSWERED, false),
            "FLAGGED" => Key::Flag(Flags::FLAGGED, true),
            "UNFLAGGED" => Key::Flag(Flags::FLAGGED, false),
            "DELETED" => Key::Flag(Flags::DELETED, true),
            "UNDELETED" => Key::Flag(Flags::DELETED, false),
            "DRAFT" => Key::Flag(Flags::DRAFT, true),
            "UNDRAFT" => Key::Flag(Flags::DRAFT, false),
            _ => return Err(ARGUMENT),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fetch_of_everything_a_copy_needs_is_read() {
        let Command::Fetch { uid, set, items } =
            command(b"UID FETCH 2:4,9:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (Message-ID DATE)] BODY.PEEK[]<0.65536>)").unwrap()
        else {
            panic!("not a fetch");
        };
        assert!(uid);
        let picked: Vec<u32> = (1..13).filter(|n| set.has(*n, 12)).collect();
        assert_eq!(picked, [2, 3, 4, 9, 10, 11, 12]);
        assert_eq!(items.len(), 6);
        assert!(matches!(
            items.last(),
            Some(Item::Body { peek: true, section: Section::Full, partial: Some((0, 65536)), name }) if name == "BODY[]<0>"
        ));
    }

    #[test]
    fn a_star_beyond_the_last_message_is_the_last_message() {
        let Command::Fetch { set, .. } = command(b"UID FETCH 100:* FLAGS").unwrap() else {
            panic!("not a fetch");
        };
        assert!(set.has(12, 12));
        assert!(!set.has(11, 12));
    }

    #[test]
    fn an_append_is_told_from_a_folder_name_still_to_come() {
        assert_eq!(literal(b"a APPEND {7+}"), Some((7, false)));
        assert_eq!(append(b"APPEND "), None);
        let head =
            append(b"APPEND {7}\r\nUtk&AOU- (\\Seen $Label1) \"01-May-2009 08:00:00 +0000\" ")
                .unwrap();
        assert_eq!(head, Err(Bad("Command Argument Error. 12")));
        let head =
            append(b"APPEND {8}\r\nUtk&AOU- (\\Seen $Label1) \"01-May-2009 08:00:00 +0000\" ")
                .unwrap()
                .unwrap();
        assert_eq!(head.path, "Utkå");
        assert_eq!(head.flags, Flags::SEEN);
        assert_eq!(head.date.unwrap().seconds, 1_241_164_800);
    }

    #[test]
    fn a_user_name_with_backslashes_is_read_from_a_quoted_string() {
        assert_eq!(
            command(b"LOGIN \"NORDVIK\\\\migrering\\\\asa\" {3}\r\np\"w"),
            Ok(Command::Login {
                user: "NORDVIK\\migrering\\asa".to_owned(),
                password: b"p\"w".to_vec(),
            })
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (tag(&bytes), command(&bytes), append(&bytes), literal(&bytes));
        }

        #[test]
        fn nothing_near_a_command_makes_a_panic(
            name in "(UID )?(FETCH|SEARCH|LIST|STATUS|LOGIN|APPEND|SELECT|AUTHENTICATE)",
            rest in "[ a-zA-Z0-9:*,()<>.{}+\"\\\\&\\[\\]\r\n-]{0,80}",
        ) {
            let line = format!("{name} {rest}");
            let _ = (command(line.as_bytes()), append(line.as_bytes()));
        }
    }
}
