//! The mutable state in memory, and the log on disk that brings it back.

mod log;
mod record;
mod state;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::company::Company;
use crate::corpus::CorpusSize;
use crate::org::SourceVersion;

use log::Log;
pub(crate) use record::Record;
pub(crate) use state::{Place, State, TargetMessage};

/// What a world is made of. A folder that holds a world remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    pub(crate) mailboxes: u32,
    pub(crate) seed: u64,
    pub(crate) size: CorpusSize,
    pub(crate) hurdles: bool,
    #[serde(default)]
    pub(crate) source: SourceVersion,
    #[serde(default)]
    pub(crate) company: Company,
}

/// The world's mutable half.
pub(crate) struct Store {
    dir: PathBuf,
    inner: Mutex<Inner>,
    next_spool: AtomicU64,
    /// Held for its lock.
    lock: File,
}

impl Drop for Store {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being started holds it open for a
        // moment longer. Should unlocking fail, closing does it a little later.
        let _ = self.lock.unlock();
    }
}

struct Inner {
    log: Log,
    state: State,
}

impl Store {
    /// Opens the world in `dir`, or makes it.
    pub(crate) fn open(dir: &Path, identity: Identity) -> Result<Self, LabError> {
        fs::create_dir_all(dir.join("large")).map_err(LabError::io(dir.display().to_string()))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join("lock"))
            .map_err(LabError::io("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LabError::InUse(dir.to_owned())),
            Err(TryLockError::Error(error)) => return Err(LabError::io("lock")(error)),
        }
        match read_identity(dir)? {
            None => write_identity(dir, identity)?,
            Some(found) if found == identity => {}
            Some(_) => return Err(LabError::DifferentWorld(dir.to_owned())),
        }
        let mut state = State::default();
        let log = Log::open(&log_path(dir), |record, blob| {
            state.apply(record, blob, false);
        })?;
        // What a killed process left half received belongs to nobody.
        for entry in fs::read_dir(dir.join("large")).map_err(LabError::io("large"))? {
            let path = entry.map_err(LabError::io("large"))?.path();
            if path.extension().is_some_and(|e| e == "part") {
                fs::remove_file(&path).map_err(LabError::io("large"))?;
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            inner: Mutex::new(Inner { log, state }),
            next_spool: AtomicU64::new(0),
            lock,
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the state whole: it only changes in `apply`, after the log took the record.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.inner().state)
    }

    /// Decides on a record by looking at the state, and makes it so: on disk first, then in memory.
    /// Nothing comes between. `None` changes nothing.
    pub(crate) fn write<T>(
        &self,
        blob: &[u8],
        decide: impl FnOnce(&State) -> (Option<Record>, T),
    ) -> io::Result<T> {
        let mut inner = self.inner();
        let (record, answer) = decide(&inner.state);
        if let Some(record) = record {
            let at = inner.log.append(&record, blob)?;
            inner.state.apply(record, at, true);
        }
        Ok(answer)
    }

    /// Makes a record so.
    pub(crate) fn note(&self, record: Record) -> io::Result<()> {
        self.write(&[], |_| (Some(record), ()))
    }

    /// A new file for a message too large for the log, and its name once it is whole.
    pub(crate) fn spool(&self) -> io::Result<Spool> {
        let number = self.next_spool.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let part = self.dir.join("large").join(format!("{name}.part"));
        // Names of earlier processes with the same number and messages are left alone.
        let mut whole = self.dir.join("large").join(format!("{name}.eml"));
        let mut again = 0;
        while whole.exists() {
            again += 1;
            whole = self.dir.join("large").join(format!("{name}-{again}.eml"));
        }
        Ok(Spool {
            file: tokio::fs::File::from_std(File::create(&part)?),
            part,
            whole,
        })
    }

    /// A message's bytes from `offset` on.
    pub(crate) fn reader(
        &self,
        place: &Place,
        offset: u64,
        length: u64,
    ) -> io::Result<impl Read + use<>> {
        reader(&self.dir, place, offset, length)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
}

/// A large message on its way to disk.
pub(crate) struct Spool {
    pub(crate) file: tokio::fs::File,
    part: PathBuf,
    whole: PathBuf,
}

impl Spool {
    /// The message is whole: gives it its name.
    pub(crate) fn keep(self) -> io::Result<String> {
        fs::rename(&self.part, &self.whole)?;
        Ok(self
            .whole
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default())
    }

    /// The message is not to be kept.
    pub(crate) fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.part)
    }
}

/// A message's bytes, straight from the folder of a world.
pub(crate) fn reader(
    dir: &Path,
    place: &Place,
    offset: u64,
    length: u64,
) -> io::Result<impl Read + use<>> {
    let (path, start) = match place {
        Place::Log(at) => (log_path(dir), *at),
        Place::File(name) => (dir.join("large").join(name), 0),
    };
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start + offset))?;
    Ok(file.take(length))
}

/// The state of the world in `dir`, read without touching it.
pub(crate) fn look(dir: &Path) -> Result<(Identity, State), LabError> {
    let identity = read_identity(dir)?.ok_or_else(|| {
        LabError::Damaged(format!("{} holds no practice organisation", dir.display()))
    })?;
    let mut state = State::default();
    log::replay(&log_path(dir), |record, blob| {
        state.apply(record, blob, false);
    })?;
    Ok((identity, state))
}

fn log_path(dir: &Path) -> PathBuf {
    dir.join("world.log")
}

/// What the world in `dir` is made of; `None` where there is none.
pub(crate) fn identity(dir: &Path) -> Result<Option<Identity>, LabError> {
    read_identity(dir)
}

fn read_identity(dir: &Path) -> Result<Option<Identity>, LabError> {
    match fs::read(dir.join("world.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| LabError::Damaged(format!("world.json: {error}"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LabError::io("world.json")(error)),
    }
}

fn write_identity(dir: &Path, identity: Identity) -> Result<(), LabError> {
    let json = serde_json::to_vec_pretty(&identity)
        .map_err(|error| LabError::Damaged(error.to_string()))?;
    let fresh = dir.join("world.json.new");
    fs::write(&fresh, json).map_err(LabError::io("world.json"))?;
    fs::rename(&fresh, dir.join("world.json")).map_err(LabError::io("world.json"))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
