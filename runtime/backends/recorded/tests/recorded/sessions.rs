//! Where the recorded sessions lie.

use std::path::PathBuf;
use trialect_recorded::RawFiles;

pub const TRAINING: &str = "recorded_training_v5";
pub const BIASED: &str = "recorded_biased_v5";

/// A recorded session, or none, said aloud, where the data are not installed.
#[allow(clippy::print_stderr)]
pub fn folder(session: &str) -> Option<PathBuf> {
    let data = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/real")).join(session);
    if !data.is_dir() {
        eprintln!("SKIPPED: {} is missing; put the recorded sessions into ../shared/data", data.display());
        return None;
    }
    Some(data)
}

pub fn files(session: &str) -> Option<RawFiles> {
    folder(session).map(|folder| RawFiles::read(&folder).unwrap())
}
