//! Mail: RFC 5322 messages of the kinds a mailbox of ten years holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use rand::Rng;
use rand::seq::IndexedRandom;

use super::Role;
use super::text::{FILES, OUTSIDERS, SENTENCES, SUBJECTS};
use crate::item::InternalDate;
use crate::org;

/// Where a message stands, and who there is to write to.
pub(super) struct Place<'a> {
    pub(super) people: &'a [(String, String)],
    pub(super) alias: &'a str,
    pub(super) folder: &'a str,
    pub(super) uid: u32,
    pub(super) date: InternalDate,
}

/// 1 kB to 300 kB; most are small.
pub(super) fn size(rng: &mut impl Rng) -> usize {
    const LADDER: [usize; 12] = [1, 1, 2, 2, 3, 4, 6, 9, 15, 30, 90, 300];
    let top = LADDER.choose(rng).copied().unwrap_or(1) * 1000;
    rng.random_range(top / 2..=top).max(1000)
}

/// A message of about `size` bytes.
pub(super) fn message(rng: &mut impl Rng, place: &Place<'_>, role: Role, size: usize) -> Bytes {
    let mut out = Vec::with_capacity(size + 2048);
    let subject = SUBJECTS.choose(rng).copied().unwrap_or("Hej");
    header(&mut out, rng, place, role, subject);
    if size > 12_000 {
        mixed(&mut out, rng, size);
    } else {
        match rng.random_range(0..6_u8) {
            0 => latin1(&mut out, rng, size),
            1 => utf8(&mut out, rng, size),
            2 => quoted(&mut out, rng, size),
            3 => alternative(&mut out, rng, size),
            4 => forwarded(&mut out, rng, place, size),
            _ => ascii(&mut out, rng, size),
        }
    }
    Bytes::from(out)
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn mailbox(name: &str, address: &str) -> String {
    if name.is_ascii() {
        format!("\"{name}\" <{address}>")
    } else {
        format!("{} <{address}>", encoded(name))
    }
}

/// An encoded-word, as Exchange 2007 writes it: Latin-1 where that is enough.
fn encoded(text: &str) -> String {
    let Some(bytes) = latin1_bytes(text) else {
        return format!("=?utf-8?B?{}?=", BASE64.encode(text));
    };
    let mut word = String::from("=?iso-8859-1?Q?");
    for byte in bytes {
        match byte {
            b' ' => word.push('_'),
            b if b.is_ascii_alphanumeric() => word.push(char::from(b)),
            b => word.push_str(&format!("={b:02X}")),
        }
    }
    word.push_str("?=");
    word
}

fn latin1_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

fn header(out: &mut Vec<u8>, rng: &mut impl Rng, place: &Place<'_>, role: Role, subject: &str) {
    let own = place
        .people
        .iter()
        .find(|(_, address)| address.split('@').next() == Some(place.alias))
        .cloned()
        .unwrap_or_else(|| {
            (
                place.alias.to_owned(),
                format!("{}@{}", place.alias, org::DOMAIN),
            )
        });
    let other = if rng.random_bool(0.5) {
        place.people.choose(rng).cloned()
    } else {
        OUTSIDERS
            .choose(rng)
            .map(|(name, address)| ((*name).to_owned(), (*address).to_owned()))
    }
    .unwrap_or_else(|| own.clone());
    let outgoing = matches!(role, Role::Sent | Role::Drafts);
    let (from, to) = if outgoing {
        (&own, &other)
    } else {
        (&other, &own)
    };
    if !outgoing {
        line(
            out,
            &format!(
                "Received: from mail.{} (10.0.{}.{}) by SRV-MAIL01.nordvik.local\r\n (10.0.0.5) with Microsoft SMTP Server id 8.3.{}.0; {}",
                from.1.split('@').nth(1).unwrap_or("nordvik.example"),
                rng.random_range(0..255_u8),
                rng.random_range(1..255_u8),
                rng.random_range(83..470_u16),
                place.date.rfc5322()
            ),
        );
    }
    line(out, &format!("From: {}", mailbox(&from.0, &from.1)));
    line(out, &format!("To: {}", mailbox(&to.0, &to.1)));
    if rng.random_ratio(1, 4)
        && let Some((name, address)) = place.people.choose(rng)
    {
        line(out, &format!("CC: {}", mailbox(name, address)));
    }
    match (subject.is_ascii(), rng.random_ratio(1, 12)) {
        (true, _) => line(out, &format!("Subject: {subject}")),
        // Raw eight-bit header fields exist, whatever the standard says.
        (false, true) => {
            out.extend_from_slice(b"Subject: ");
            out.extend_from_slice(&latin1_bytes(subject).unwrap_or_else(|| subject.into()));
            out.extend_from_slice(b"\r\n");
        }
        (false, false) => line(out, &format!("Subject: {}", encoded(subject))),
    }
    line(out, &format!("Date: {}", place.date.rfc5322()));
    if !rng.random_ratio(1, 14) {
        let id = format!("{:016X}", rng.next_u64());
        line(
            out,
            &format!("Message-ID: <{id}.{}@SRV-MAIL01.nordvik.local>", place.uid),
        );
    }
    line(out, "MIME-Version: 1.0");
}

fn sentence(rng: &mut impl Rng) -> &'static str {
    SENTENCES.choose(rng).copied().unwrap_or("Hej.")
}

/// Paragraphs until `out` is about `size` long, each line as `write` makes it.
fn paragraphs(
    out: &mut Vec<u8>,
    rng: &mut impl Rng,
    size: usize,
    write: impl Fn(&mut Vec<u8>, &str),
) {
    loop {
        for _ in 0..rng.random_range(1..4_u8) {
            write(out, sentence(rng));
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if out.len() >= size {
            return;
        }
    }
}

fn ascii(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    line(out, "Content-Type: text/plain; charset=\"us-ascii\"");
    line(out, "Content-Transfer-Encoding: 7bit");
    line(out, "");
    paragraphs(out, rng, size, |out, text| {
        out.extend(text.chars().map(|c| match c {
            'å' | 'ä' => b'a',
            'Å' | 'Ä' => b'A',
            'ö' => b'o',
            'Ö' => b'O',
            c => u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?'),
        }));
    });
    // A full stop alone on a line, and a last line without its end: both must survive.
    out.extend_from_slice(b".\r\n-- \r\nNordvik Bygg AB");
}

fn latin1(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    line(out, "Content-Type: text/plain; charset=\"iso-8859-1\"");
    line(out, "Content-Transfer-Encoding: 8bit");
    line(out, "");
    paragraphs(out, rng, size, |out, text| {
        out.extend(
            text.chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')),
        );
    });
}

fn utf8(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    line(out, "Content-Type: text/plain; charset=utf-8");
    line(out, "Content-Transfer-Encoding: 8bit");
    line(out, "");
    paragraphs(out, rng, size, |out, text| {
        out.extend_from_slice(text.as_bytes());
    });
}

fn quoted_line(out: &mut Vec<u8>, text: &str) {
    for byte in latin1_bytes(text).unwrap_or_else(|| text.into()) {
        match byte {
            b'=' | 128.. => out.extend_from_slice(format!("={byte:02X}").as_bytes()),
            byte => out.push(byte),
        }
    }
}

fn quoted(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    line(out, "Content-Type: text/plain; charset=\"iso-8859-1\"");
    line(out, "Content-Transfer-Encoding: quoted-printable");
    line(out, "");
    paragraphs(out, rng, size, quoted_line);
}

fn boundary(rng: &mut impl Rng) -> String {
    format!("_000_{:016X}SRVMAIL01nordvi_", rng.next_u64())
}

fn alternative(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    let boundary = boundary(rng);
    line(
        out,
        &format!("Content-Type: multipart/alternative;\r\n\tboundary=\"{boundary}\""),
    );
    line(out, "");
    line(out, &format!("--{boundary}"));
    quoted(out, rng, size / 3);
    line(out, &format!("--{boundary}"));
    line(out, "Content-Type: text/html; charset=\"iso-8859-1\"");
    line(out, "Content-Transfer-Encoding: quoted-printable");
    line(out, "");
    line(out, "<html><body style=3D\"font-family:Calibri\"><p>");
    paragraphs(out, rng, size, |out, text| {
        quoted_line(out, text);
        out.extend_from_slice(b"<br>");
    });
    line(out, "</p></body></html>");
    line(out, &format!("--{boundary}--"));
}

fn forwarded(out: &mut Vec<u8>, rng: &mut impl Rng, place: &Place<'_>, size: usize) {
    let boundary = boundary(rng);
    line(
        out,
        &format!("Content-Type: multipart/mixed; boundary=\"{boundary}\""),
    );
    line(out, "");
    line(out, &format!("--{boundary}"));
    latin1(out, rng, size / 3);
    line(out, &format!("--{boundary}"));
    line(out, "Content-Type: message/rfc822");
    line(out, "");
    header(out, rng, place, Role::Inbox, "Ursprungligt meddelande");
    utf8(out, rng, size);
    line(out, &format!("--{boundary}--"));
}

fn mixed(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    let boundary = boundary(rng);
    let (name, media_type) = FILES
        .choose(rng)
        .copied()
        .unwrap_or(("fil.bin", "application/octet-stream"));
    let name = if name.is_ascii() {
        name.to_owned()
    } else {
        encoded(name)
    };
    line(
        out,
        &format!("Content-Type: multipart/mixed;\r\n\tboundary=\"{boundary}\""),
    );
    line(out, "");
    line(out, "This is a multi-part message in MIME format.");
    line(out, &format!("--{boundary}"));
    latin1(out, rng, 2000);
    line(out, &format!("--{boundary}"));
    line(out, &format!("Content-Type: {media_type}; name=\"{name}\""));
    line(
        out,
        &format!("Content-Disposition: attachment; filename=\"{name}\""),
    );
    line(out, "Content-Transfer-Encoding: base64");
    line(out, "");
    attachment(out, rng, size);
    line(out, "");
    line(out, &format!("--{boundary}--"));
}

/// Base64 lines until `out` is about `size` long: drawn from a few dozen made once, which is fast.
fn attachment(out: &mut Vec<u8>, rng: &mut impl Rng, size: usize) {
    let mut raw = [0_u8; 57 * 32];
    rng.fill_bytes(&mut raw);
    let lines: Vec<String> = raw.chunks(57).map(|chunk| BASE64.encode(chunk)).collect();
    while out.len() < size {
        if let Some(text) = lines.choose(rng) {
            line(out, text);
        }
    }
}
