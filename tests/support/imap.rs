//! A plain blocking IMAP client: enough to fill a server and to read it back.

use std::io::{BufReader, BufWriter, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::folder_names::{decode, encode};

/// How many APPENDs are on their way before the first answer is waited for.
const WINDOW: usize = 100;

/// A logged-in connection.
pub struct Imap {
    reader: BufReader<TcpStream>,
    writer: BufWriter<TcpStream>,
    tags: u32,
}

/// One part of a response: text, or the octets of a literal.
#[derive(Debug)]
pub(crate) enum Part {
    Text(String),
    Literal(Vec<u8>),
}

/// A message to append.
pub struct Append<'a> {
    /// The folder.
    pub folder: &'a str,
    /// Flags as IMAP writes them, without parentheses.
    pub flags: &'a str,
    /// The internal date as IMAP writes it.
    pub date: &'a str,
    /// The message.
    pub bytes: &'a [u8],
}

impl Imap {
    /// Connects to a loopback port and logs in.
    pub fn login(port: u16, user: &str, password: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("connect to the IMAP server");
        stream.set_nodelay(true).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let mut client = Self {
            reader: BufReader::with_capacity(1 << 18, stream.try_clone().unwrap()),
            writer: BufWriter::with_capacity(1 << 18, stream),
            tags: 0,
        };
        client.response();
        client.command(&format!("LOGIN \"{user}\" \"{password}\""));
        client
    }

    /// Sends a command and returns the untagged responses as text. Anything but OK is a panic.
    pub fn command(&mut self, command: &str) -> Vec<String> {
        let tag = self.send(command);
        let mut untagged = Vec::new();
        loop {
            let text = flat(self.response());
            match text.strip_prefix(&format!("{tag} ")) {
                Some(result) => {
                    assert!(result.starts_with("OK"), "{command}: {result}");
                    return untagged;
                }
                None => untagged.push(text),
            }
        }
    }

    /// Names of all folders that can hold mail, decoded and in order.
    pub fn folders(&mut self) -> Vec<String> {
        let mut names: Vec<String> = self
            .command("LIST \"\" \"*\"")
            .iter()
            .filter(|line| line.starts_with("* LIST ") && !line.contains("\\Noselect"))
            .map(|line| list_name(line))
            .collect();
        names.sort();
        names
    }

    /// How many messages were ever appended: what the folders' next UIDs add up to. A message that was
    /// written twice and removed again still counts twice.
    pub fn ever_appended(&mut self) -> u64 {
        let mut sum = 0;
        for folder in self.folders() {
            let status = self
                .command(&format!("STATUS \"{}\" (UIDNEXT)", encode(&folder)))
                .concat();
            let next = status.rsplit_once("UIDNEXT ").expect("UIDNEXT").1;
            sum += next.trim_end_matches(')').parse::<u64>().expect("a UID") - 1;
        }
        sum
    }

    /// Creates a folder that is not there.
    pub fn create(&mut self, folder: &str) {
        self.command(&format!("CREATE \"{}\"", encode(folder)));
    }

    /// Appends messages, pipelined.
    pub fn append<'a>(&mut self, messages: impl Iterator<Item = Append<'a>>) {
        let mut waiting = 0;
        for message in messages {
            let head = format!(
                "APPEND \"{}\" ({}) \"{}\" {{{}+}}",
                encode(message.folder),
                message.flags,
                message.date,
                message.bytes.len()
            );
            self.tags += 1;
            write!(self.writer, "a{} {head}\r\n", self.tags).unwrap();
            self.writer.write_all(message.bytes).unwrap();
            self.writer.write_all(b"\r\n").unwrap();
            waiting += 1;
            if waiting == WINDOW {
                self.appended(waiting);
                waiting = 0;
            }
        }
        self.appended(waiting);
    }

    fn appended(&mut self, mut waiting: usize) {
        self.writer.flush().unwrap();
        while waiting > 0 {
            let text = flat(self.response());
            if !text.starts_with("* ") {
                assert!(text.contains(" OK"), "APPEND: {text}");
                waiting -= 1;
            }
        }
    }

    /// Sends a command without waiting; the tag is returned.
    pub(crate) fn send(&mut self, command: &str) -> String {
        self.tags += 1;
        write!(self.writer, "a{} {command}\r\n", self.tags).unwrap();
        self.writer.flush().unwrap();
        format!("a{}", self.tags)
    }

    /// One whole response, its literals apart.
    pub(crate) fn response(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        loop {
            let line = self.line();
            let literal = literal_size(&line);
            parts.push(Part::Text(line));
            let Some(size) = literal else { return parts };
            let mut octets = vec![0; size];
            self.reader
                .read_exact(&mut octets)
                .expect("a whole literal");
            parts.push(Part::Literal(octets));
        }
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            self.reader
                .read_exact(&mut byte)
                .expect("the server closed the connection");
            match byte[0] {
                b'\n' => break,
                b'\r' => {}
                other => line.push(other),
            }
        }
        String::from_utf8_lossy(&line).into_owned()
    }
}

fn literal_size(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

fn flat(parts: Vec<Part>) -> String {
    parts
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Literal(octets) => String::from_utf8_lossy(&octets).into_owned(),
        })
        .collect()
}

/// `* LIST (\HasNoChildren) "/" name`, the name an atom, a quoted string or a literal.
fn list_name(line: &str) -> String {
    let after = line.split_once(") ").expect("a LIST response").1;
    let raw = after.split_once(' ').expect("a LIST response").1;
    let raw = match raw.strip_prefix('"') {
        Some(quoted) => quoted
            .strip_suffix('"')
            .expect("a closed quotation")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\"),
        None => match raw.split_once('}') {
            Some((size, name)) if size.starts_with('{') => name.to_owned(),
            _ => raw.to_owned(),
        },
    };
    decode(&raw)
}
