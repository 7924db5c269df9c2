//! What IMAP shows of a calendar, contacts, tasks and notes: messages that are none. A careful client
//! leaves these folders alone.

use bytes::Bytes;
use rand::Rng;
use rand::seq::IndexedRandom;

use super::message::Place;
use super::text::{SENTENCES, SUBJECTS};

/// An item of a folder that holds no mail.
pub(super) fn item(rng: &mut impl Rng, place: &Place<'_>) -> Bytes {
    let subject: String = SUBJECTS
        .choose(rng)
        .map(|subject| crate::org::ascii(subject))
        .unwrap_or_default();
    let mut text = format!(
        "From: {alias}@{domain}\r\nSubject: {subject}\r\nDate: {date}\r\nMIME-Version: 1.0\r\n",
        alias = place.alias,
        domain = crate::org::DOMAIN,
        date = place.date.rfc5322(),
    );
    if place.folder == "Kalender" {
        let (day, hour) = (rng.random_range(1..28_u8), rng.random_range(8..16_u8));
        text.push_str(&format!(
            "Content-Class: urn:content-classes:appointment\r\n\
             Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n\
             BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:Microsoft Exchange Server 2007\r\nMETHOD:REQUEST\r\n\
             BEGIN:VEVENT\r\nUID:{alias}-{uid}\r\nSUMMARY:{subject}\r\n\
             DTSTART:201004{day:02}T{hour:02}0000Z\r\nDTEND:201004{day:02}T{hour:02}4500Z\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n",
            alias = place.alias,
            uid = place.uid,
        ));
    } else {
        let body = SENTENCES.choose(rng).copied().unwrap_or_default();
        text.push_str(&format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
        ));
    }
    Bytes::from(text)
}
