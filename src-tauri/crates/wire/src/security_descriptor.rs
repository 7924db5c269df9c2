//! Windows security descriptors in their self-relative form (MS-DTYP 2.4.6): who owns an object, and who may do what
//! with it. Read only, bounded by the bytes that came; what cannot be read is nothing, never a guess.

use std::fmt;

use thiserror::Error;

/// The extended right to send as somebody (`Send-As`), as its bytes stand in an access control entry.
pub const SEND_AS: [u8; 16] = guid(
    0xab72_1a54,
    0x1e2f,
    0x11d0,
    [0x98, 0x19, 0x00, 0xaa, 0x00, 0x40, 0x52, 0x9b],
);

/// `ADS_RIGHT_DS_CONTROL_ACCESS`: an extended right, or all of them where none is named.
pub const CONTROL_ACCESS: u32 = 0x0000_0100;

/// Longer ones are not kept by any directory (the attribute's own limit).
const LONGEST: usize = 65_535;
/// `SE_DACL_PRESENT`.
const DACL_PRESENT: u16 = 0x0004;
/// `SE_SELF_RELATIVE`.
const SELF_RELATIVE: u16 = 0x8000;
/// `INHERITED_ACE` and `INHERIT_ONLY_ACE` of an entry's flags.
const INHERITED: u8 = 0x10;
const INHERIT_ONLY: u8 = 0x08;
/// The most that a SID has below its authority.
const MOST_PARTS: u8 = 15;

/// A GUID as it stands in bytes: its first three parts with the least byte first.
const fn guid(a: u32, b: u16, c: u16, rest: [u8; 8]) -> [u8; 16] {
    let ([a0, a1, a2, a3], [b0, b1], [c0, c1]) =
        (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
    let [d0, d1, d2, d3, d4, d5, d6, d7] = rest;
    [
        a0, a1, a2, a3, b0, b1, c0, c1, d0, d1, d2, d3, d4, d5, d6, d7,
    ]
}

/// A security identifier: an account, a group, or a role such as *self*.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

impl Sid {
    /// Reads one that fills the bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (sid, rest) = Self::read_first(bytes)?;
        rest.is_empty().then_some(sid)
    }

    /// Reads one at the beginning, and says what follows.
    fn read_first(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let ([1, count, authority @ ..], rest) = bytes.split_first_chunk::<8>()? else {
            return None;
        };
        if *count > MOST_PARTS {
            return None;
        }
        let authority = authority
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        let (parts, rest) = rest.split_at_checked(usize::from(*count) * 4)?;
        let parts = parts
            .chunks_exact(4)
            .filter_map(|part| Some(u32::from_le_bytes(part.try_into().ok()?)))
            .collect();
        Some((Self { authority, parts }, rest))
    }

    /// Its bytes, as the directory compares them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u8::try_from(self.parts.len()).unwrap_or(MOST_PARTS);
        let [_, _, authority @ ..] = self.authority.to_be_bytes();
        let mut bytes = vec![1, count];
        bytes.extend(authority);
        for part in &self.parts {
            bytes.extend(part.to_le_bytes());
        }
        bytes
    }

    /// The authority's number, and those below it.
    #[must_use]
    pub fn numbers(&self) -> (u64, &[u32]) {
        (self.authority, &self.parts)
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority)?;
        self.parts.iter().try_for_each(|part| write!(f, "-{part}"))
    }
}

/// Whether an entry gives or takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AceKind {
    /// It gives.
    Allow,
    /// It takes, whatever others give.
    Deny,
}

/// An entry of an access control list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ace {
    /// Whether it gives or takes.
    pub kind: AceKind,
    /// Whether it came from a container above.
    pub inherited: bool,
    /// Whether it is only handed on, and says nothing of this object.
    pub inherit_only: bool,
    /// What.
    pub mask: u32,
    /// The property or extended right that it is about; all of them where none is named.
    pub object: Option<[u8; 16]>,
    /// Whom.
    pub sid: Sid,
}

impl Ace {
    /// Whether it is about this extended right, by name or with all others.
    #[must_use]
    pub fn is_about_right(&self, right: &[u8; 16]) -> bool {
        self.mask & CONTROL_ACCESS != 0 && self.object.as_ref().is_none_or(|own| own == right)
    }
}

/// A security descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityDescriptor {
    /// Who owns the object.
    pub owner: Option<Sid>,
    /// Who may do what, in order. Nothing where there is no list, which lets everybody do everything.
    pub access: Option<Vec<Ace>>,
}

/// Bytes that are no security descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("these bytes are no security descriptor: {0}")]
pub struct NoDescriptor(&'static str);

/// Reads a self-relative security descriptor.
///
/// # Errors
/// [`NoDescriptor`] when it is none, or is cut off. Entries of kinds that say nothing of access (audits) are left out.
pub fn read(bytes: &[u8]) -> Result<SecurityDescriptor, NoDescriptor> {
    if bytes.len() > LONGEST {
        return Err(NoDescriptor("too long"));
    }
    let Some((&[1, _, low, high], _)) = bytes.split_first_chunk::<4>() else {
        return Err(NoDescriptor("not of revision 1"));
    };
    let control = u16::from_le_bytes([low, high]);
    if control & SELF_RELATIVE == 0 {
        return Err(NoDescriptor("not self-relative"));
    }
    let owner = match offset(bytes, 4)? {
        0 => None,
        at => Some(sid_at(bytes, at)?),
    };
    let access = match offset(bytes, 16)? {
        0 => None,
        _ if control & DACL_PRESENT == 0 => None,
        at => Some(list(bytes.get(at..).ok_or(CUT)?)?),
    };
    Ok(SecurityDescriptor { owner, access })
}

const CUT: NoDescriptor = NoDescriptor("it is cut off");

fn offset(bytes: &[u8], at: usize) -> Result<usize, NoDescriptor> {
    let four = bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk::<4>)
        .ok_or(CUT)?;
    usize::try_from(u32::from_le_bytes(*four)).map_err(|_| CUT)
}

fn sid_at(bytes: &[u8], at: usize) -> Result<Sid, NoDescriptor> {
    let (sid, _) = bytes
        .get(at..)
        .and_then(Sid::read_first)
        .ok_or(NoDescriptor("its owner cannot be read"))?;
    Ok(sid)
}

/// An access control list (MS-DTYP 2.4.5).
fn list(bytes: &[u8]) -> Result<Vec<Ace>, NoDescriptor> {
    let Some((&[revision, _, size0, size1, count0, count1, _, _], _)) =
        bytes.split_first_chunk::<8>()
    else {
        return Err(CUT);
    };
    if !matches!(revision, 2 | 4) {
        return Err(NoDescriptor("its list is of an unknown revision"));
    }
    let size = usize::from(u16::from_le_bytes([size0, size1]));
    let mut rest = bytes.get(8..size).ok_or(CUT)?;
    let mut entries = Vec::new();
    for _ in 0..u16::from_le_bytes([count0, count1]) {
        let Some((&[kind, flags, size0, size1], _)) = rest.split_first_chunk::<4>() else {
            return Err(CUT);
        };
        let size = usize::from(u16::from_le_bytes([size0, size1]));
        // One shorter than its own head would never end.
        if size < 4 {
            return Err(NoDescriptor("an entry has no length"));
        }
        let (own, after) = rest.split_at_checked(size).ok_or(CUT)?;
        rest = after;
        let body = own.get(4..).ok_or(CUT)?;
        entries.extend(entry(kind, flags, body)?);
    }
    Ok(entries)
}

/// One entry (MS-DTYP 2.4.4), or nothing where it says nothing of access.
fn entry(kind: u8, flags: u8, body: &[u8]) -> Result<Option<Ace>, NoDescriptor> {
    let (allows, named) = match kind {
        // Plain, and with a condition after the SID, which only Windows can weigh: it is told as if it held.
        0x00 | 0x09 => (AceKind::Allow, false),
        0x01 | 0x0A => (AceKind::Deny, false),
        0x05 | 0x0B => (AceKind::Allow, true),
        0x06 | 0x0C => (AceKind::Deny, true),
        _ => return Ok(None),
    };
    let (mask, mut rest) = body.split_first_chunk::<4>().ok_or(CUT)?;
    let mut object = None;
    if named {
        let (which, after) = rest.split_first_chunk::<4>().ok_or(CUT)?;
        let which = u32::from_le_bytes(*which);
        rest = after;
        if which & 1 != 0 {
            let (own, after) = rest.split_first_chunk::<16>().ok_or(CUT)?;
            object = Some(*own);
            rest = after;
        }
        if which & 2 != 0 {
            let (_, after) = rest.split_first_chunk::<16>().ok_or(CUT)?;
            rest = after;
        }
    }
    let (sid, _) = Sid::read_first(rest).ok_or(NoDescriptor("an entry names nobody"))?;
    Ok(Some(Ace {
        kind: allows,
        inherited: flags & INHERITED != 0,
        inherit_only: flags & INHERIT_ONLY != 0,
        mask: u32::from_le_bytes(*mask),
        object,
        sid,
    }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text
            .chars()
            .filter_map(|c| c.to_digit(16))
            .map(|digit| u8::try_from(digit).unwrap())
            .collect();
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit))
            .collect()
    }

    /// `O:S-1-5-21-1-2-3-500 G:DU D:AI(A;;0x1;;;S-1-5-21-1-2-3-1105)(A;ID;0x1;;;SY)(OA;;CR;ab721a54-…;;S-1-5-21-1-2-3-1106)
    /// (D;;0x1;;;WD)`, packed by hand from the specification.
    fn sample() -> Vec<u8> {
        hex("0100048414000000300000000000000040000000
             010500000000000515000000010000000200000003000000f4010000
             01020000000000052000000020020000
             04008c00 0400 0000
             0000 2400 01000000 010500000000000515000000010000000200000003000000 51040000
             0010 1400 01000000 010100000000000512000000
             0500 3800 00010000 01000000 541a72ab2f1ed0119819 00aa0040529b 010500000000000515000000010000000200000003000000 52040000
             0100 1400 01000000 010100000000000100000000")
    }

    #[test]
    fn whoever_is_let_in_by_name_is_told_from_whoever_inherits_it() {
        let found = read(&sample()).unwrap();
        assert_eq!(found.owner.unwrap().to_string(), "S-1-5-21-1-2-3-500");
        let told: Vec<String> = found
            .access
            .unwrap()
            .iter()
            .map(|ace| {
                format!(
                    "{:?} {} {:#x} {} inherited {}",
                    ace.kind,
                    ace.sid,
                    ace.mask,
                    ace.object == Some(SEND_AS),
                    ace.inherited
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "Allow S-1-5-21-1-2-3-1105 0x1 false inherited false",
                "Allow S-1-5-18 0x1 false inherited true",
                "Allow S-1-5-21-1-2-3-1106 0x100 true inherited false",
                "Deny S-1-1-0 0x1 false inherited false",
            ]
        );
    }

    #[test]
    fn without_a_list_nobody_is_named() {
        let bytes = hex("0100008000000000000000000000000000000000");
        assert_eq!(
            read(&bytes),
            Ok(SecurityDescriptor {
                owner: None,
                access: None
            })
        );
        assert!(read(&hex("0100000000000000000000000000000000000000")).is_err());
        assert!(read(&[]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
            let _ = Sid::read(&bytes);
        }

        #[test]
        fn no_damaged_descriptor_makes_a_panic(
            at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = sample();
            let at = at.index(bytes.len());
            *bytes.get_mut(at).unwrap() = byte;
            let _ = read(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            let _ = read(&bytes);
        }

        #[test]
        fn a_sid_is_read_as_it_is_written(authority in 0_u64..1 << 48, parts in proptest::collection::vec(any::<u32>(), 0..=15)) {
            let sid = Sid { authority, parts };
            prop_assert_eq!(Sid::read(&sid.to_bytes()), Some(sid));
        }
    }
}
