//! The grammar, piece by piece.

use super::command::{AppendHead, Bad, Command, Item, Key, Section, Set, StatusItem};
use super::utf7;
use crate::item::{Flags, InternalDate};

pub(super) const ARGUMENT: Bad = Bad("Command Argument Error. 12");
pub(super) const UNKNOWN: Bad = Bad("Command Error. 12");
pub(super) type Parsed<T> = Result<T, Bad>;

/// Pieces of a set beyond this are more than any command line holds.
const LARGEST_SET: usize = 10_000;

/// A place in a command.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    pub(super) fn take(&mut self, byte: u8) -> Parsed<()> {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                Ok(())
            }
            _ => Err(ARGUMENT),
        }
    }

    pub(super) fn space(&mut self) -> Parsed<()> {
        self.take(b' ')
    }

    pub(super) fn word(&mut self, word: &str) -> bool {
        match self.0.split_at_checked(word.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(word.as_bytes()) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    pub(super) fn while_true(&mut self, take: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .0
            .iter()
            .position(|byte| !take(*byte))
            .unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        taken
    }

    pub(super) fn text(bytes: &[u8]) -> Parsed<String> {
        String::from_utf8(bytes.to_vec()).map_err(|_| ARGUMENT)
    }

    pub(super) fn atom(&mut self) -> Parsed<String> {
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

    pub(super) fn number(&mut self) -> Parsed<u64> {
        let taken = self.while_true(|byte| byte.is_ascii_digit());
        if taken.len() > 18 {
            return Err(ARGUMENT);
        }
        Self::text(taken)?.parse().map_err(|_| ARGUMENT)
    }

    /// A quoted string, a literal, or bare characters up to a space or a bracket; with `pattern`, bare wildcards too.
    pub(super) fn string(&mut self) -> Parsed<Vec<u8>> {
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

    pub(super) fn quoted(&mut self) -> Parsed<Vec<u8>> {
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

    pub(super) fn literal(&mut self) -> Parsed<Vec<u8>> {
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
    pub(super) fn path(&mut self) -> Parsed<String> {
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

    pub(super) fn login(&mut self) -> Parsed<Command> {
        self.space()?;
        let user = Self::text(&self.string()?)?;
        self.space()?;
        let password = self.string()?;
        Ok(Command::Login { user, password })
    }

    pub(super) fn authenticate(&mut self) -> Parsed<Command> {
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

    pub(super) fn list(&mut self, subscribed: bool) -> Parsed<Command> {
        self.space()?;
        let reference = Self::text(&self.string()?)?;
        self.space()?;
        let pattern = Self::text(&self.string()?)?;
        Ok(Command::List {
            subscribed,
            pattern: format!("{reference}{pattern}"),
        })
    }

    pub(super) fn status(&mut self) -> Parsed<Command> {
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
    pub(super) fn list_of<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
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

    pub(super) fn append(&mut self) -> Parsed<AppendHead> {
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

    pub(super) fn set(&mut self) -> Parsed<Set> {
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

    pub(super) fn set_number(&mut self) -> Parsed<u32> {
        if self.take(b'*').is_ok() {
            return Ok(u32::MAX);
        }
        u32::try_from(self.number()?)
            .ok()
            .filter(|number| *number > 0)
            .ok_or(ARGUMENT)
    }

    pub(super) fn fetch(&mut self, uid: bool) -> Parsed<Command> {
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

    pub(super) fn item(&mut self) -> Parsed<Item> {
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

    pub(super) fn body(&mut self, peek: bool) -> Parsed<Item> {
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

    pub(super) fn fields(&mut self, not: bool) -> Parsed<(Section, String)> {
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

    pub(super) fn search(&mut self, uid: bool) -> Parsed<Command> {
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

    pub(super) fn key(&mut self, depth: u8) -> Parsed<Key> {
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
