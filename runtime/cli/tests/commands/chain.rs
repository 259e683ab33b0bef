//! A chain of sessions that many tests read and none changes.

use crate::command::{SUBJECT, sim};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How many sessions it has.
pub(crate) const SESSIONS: u32 = 25;
/// The seed of it.
pub(crate) const SEED: u64 = 7;

static DATA: OnceLock<PathBuf> = OnceLock::new();

/// The data folder with the chain; simulated once, and kept in the build's folder until the next run.
pub(crate) fn data() -> &'static Path {
    DATA.get_or_init(|| {
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("commands-chain");
        if data.exists() {
            std::fs::remove_dir_all(&data).unwrap();
        }
        sim(&data, SESSIONS, SEED).fine();
        data
    })
}

/// The folder of the subject.
pub(crate) fn subject() -> PathBuf {
    data().join(SUBJECT)
}

/// The folder of a session.
pub(crate) fn session(ordinal: u32) -> PathBuf {
    crate::folders::session(data(), ordinal)
}
