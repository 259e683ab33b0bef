//! The four raw files of a session and their common digest.

use crate::RecordingFault;
use sha2::{Digest, Sha256};
use std::path::Path;

/// `microseconds counts`: the wheel.
pub(crate) const POSITIONS: &str = "_iblrig_encoderPositions.raw.ssv";
/// `microseconds code`: entries of states, on the encoder's clock.
pub(crate) const EVENTS: &str = "_iblrig_encoderEvents.raw.ssv";
/// One object a trial.
pub(crate) const TASK_DATA: &str = "_iblrig_taskData.raw.jsonable";
/// One object for the session.
pub(crate) const SETTINGS: &str = "_iblrig_taskSettings.raw.json";

/// The bytes of the files that a session is played from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawFiles {
    /// Content of `_iblrig_encoderPositions.raw.ssv`.
    pub positions: Vec<u8>,
    /// Content of `_iblrig_encoderEvents.raw.ssv`.
    pub events: Vec<u8>,
    /// Content of `_iblrig_taskData.raw.jsonable`.
    pub task_data: Vec<u8>,
    /// Content of `_iblrig_taskSettings.raw.json`.
    pub settings: Vec<u8>,
}

impl RawFiles {
    /// Reads the files from the folder that holds them.
    ///
    /// # Errors
    /// [`RecordingFault::Unreadable`] for the first that is missing or refused.
    pub fn read(dir: &Path) -> Result<RawFiles, RecordingFault> {
        let read = |file: &str| {
            let path = dir.join(file);
            std::fs::read(&path).map_err(|error| RecordingFault::Unreadable {
                path: path.display().to_string(),
                reason: error.to_string(),
            })
        };
        Ok(RawFiles {
            positions: read(POSITIONS)?,
            events: read(EVENTS)?,
            task_data: read(TASK_DATA)?,
            settings: read(SETTINGS)?,
        })
    }

    /// `sha2-256:` and the SHA-256 over, for each file in the order of the names: its name, a zero byte, the length of its
    /// content as 8 bytes with the least first, and the content. Where the files lie does not matter.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        let files = [
            (EVENTS, &self.events),
            (POSITIONS, &self.positions),
            (TASK_DATA, &self.task_data),
            (SETTINGS, &self.settings),
        ];
        for (name, content) in files {
            hasher.update(name.as_bytes());
            hasher.update([0]);
            hasher.update((content.len() as u64).to_le_bytes());
            hasher.update(content);
        }
        let hex: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha2-256:{hex}")
    }
}
