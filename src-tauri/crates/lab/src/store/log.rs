//! The append-only log. A record is `json length, blob length, check` (little-endian u32 each), the JSON,
//! the blob. The process may be killed anywhere: a last record that is not whole is cut off at the next start.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::record::Record;
use crate::LabError;

const HEAD: usize = 12;
const LARGEST_JSON: u32 = 1 << 20;
const LARGEST_BLOB: u32 = 1 << 28;

/// The log, open for appending.
pub(super) struct Log {
    file: File,
    end: u64,
}

impl Log {
    /// Opens the log, gives every record and where its blob starts to `each`, and cuts off what is not whole.
    pub(super) fn open(path: &Path, each: impl FnMut(Record, u64)) -> Result<Self, LabError> {
        let end = replay(path, each)?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(LabError::io("the log"))?;
        file.set_len(end).map_err(LabError::io("the log"))?;
        file.seek(SeekFrom::Start(end))
            .map_err(LabError::io("the log"))?;
        Ok(Self { file, end })
    }

    /// Appends a record and tells where its blob starts. One write: a killed process leaves the record
    /// whole, or its beginning.
    pub(super) fn append(&mut self, record: &Record, blob: &[u8]) -> io::Result<u64> {
        let json = serde_json::to_vec(record)?;
        let mut bytes = Vec::with_capacity(HEAD + json.len() + blob.len());
        for length in [json.len(), blob.len()] {
            let length = u32::try_from(length).map_err(io::Error::other)?;
            bytes.extend_from_slice(&length.to_le_bytes());
        }
        bytes.extend_from_slice(&check(&json));
        bytes.extend_from_slice(&json);
        bytes.extend_from_slice(blob);
        if let Err(error) = self.file.write_all(&bytes) {
            // A full disk: take back the part that was written, so that the log stays readable.
            self.file.set_len(self.end)?;
            self.file.seek(SeekFrom::Start(self.end))?;
            return Err(error);
        }
        let blob_at = self.end + (HEAD + json.len()) as u64;
        self.end += bytes.len() as u64;
        Ok(blob_at)
    }
}

/// Gives every whole record to `each` and tells where the last one ends. Reads only.
pub(super) fn replay(path: &Path, mut each: impl FnMut(Record, u64)) -> Result<u64, LabError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(LabError::io("the log")(error)),
    };
    let length = file.metadata().map_err(LabError::io("the log"))?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut at = 0;
    while let Some(head) = whole::<HEAD>(&mut reader).map_err(LabError::io("the log"))? {
        let [a, b, c, d, e, f, g, h, check_bytes @ ..] = head;
        let json_length = u32::from_le_bytes([a, b, c, d]);
        let blob_length = u32::from_le_bytes([e, f, g, h]);
        if json_length > LARGEST_JSON || blob_length > LARGEST_BLOB {
            return Err(LabError::Damaged(format!("record at {at} is too large")));
        }
        let blob_at = at + HEAD as u64 + u64::from(json_length);
        let next = blob_at + u64::from(blob_length);
        if next > length {
            break;
        }
        let mut json = vec![0; json_length as usize];
        reader
            .read_exact(&mut json)
            .map_err(LabError::io("the log"))?;
        if check(&json) != check_bytes {
            return Err(LabError::Damaged(format!("record at {at} fails its check")));
        }
        let record = serde_json::from_slice(&json)
            .map_err(|error| LabError::Damaged(format!("record at {at}: {error}")))?;
        reader
            .seek_relative(i64::from(blob_length))
            .map_err(LabError::io("the log"))?;
        each(record, blob_at);
        at = next;
    }
    Ok(at)
}

/// `N` bytes, or nothing where the file ends before.
fn whole<const N: usize>(reader: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn check(json: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(json));
    [a, b, c, d]
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn record(number: usize) -> Record {
        Record::SourceWrite {
            mailbox: "asa".to_owned(),
            command: number.to_string(),
        }
    }

    #[test]
    fn a_log_cut_anywhere_opens_with_the_records_before_the_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut ends = vec![0];
        let mut log = Log::open(&path, |_, _| {}).unwrap();
        for number in 0..3 {
            log.append(&record(number), b"blob").unwrap();
            ends.push(log.end);
        }
        let bytes = std::fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            std::fs::write(&path, bytes.get(..cut).unwrap()).unwrap();
            let mut found = 0;
            let log = Log::open(&path, |_, _| found += 1).unwrap();
            let whole = ends.iter().filter(|end| **end > 0 && **end <= cut as u64);
            assert_eq!(found, whole.count(), "cut at {cut}");
            assert_eq!(std::fs::metadata(&path).unwrap().len(), log.end);
        }
    }
}
