//! From a journal to a sealed session with tables.
//!
//! A session is one folder. Its journal is the primary record; sealing derives from it four Parquet
//! tables and `session.json`, and puts a manifest with the digest of every file beside them. What is
//! derived is a function of the journal and the status alone, so that [`verify_folder`] can make it
//! again and compare byte for byte. The manifest's own digest is the session's seal, which the next
//! session of the subject names as its predecessor.
//!
//! | file | holds |
//! |---|---|
//! | `journal.trialect` | everything, in the order in which it happened |
//! | `trials.parquet` | a row for each trial, with every recorded name |
//! | `states.parquet` | a row for each visit of a state |
//! | `events.parquet` | inputs, outputs, decisions, draws, faults |
//! | `wheel.parquet` | the samples of counters |
//! | `samples-DEVICE.READING.parquet` | what was sampled, from `samples.trialect` |
//! | `session.json` | who and what, how it ended, the subject's state |
//! | `manifest.json` | the digest of each file, and the seal |

mod amendments;
mod chain;
mod covariates;
mod events;
mod fault;
mod folder;
mod loaded;
mod manifest;
mod requests;
mod samples;
mod seal;
mod session_json;
mod states;
mod table;
mod trials;
mod verify;
mod wheel;

pub use amendments::{
    AMENDMENTS, AmendFault, Amendment, Change, amend, amendments_file, read_amendments, strays, verify_amendments,
};
pub use chain::verify_chain;
pub use covariates::CovariateFile;
pub use fault::ExportFault;
pub use manifest::{MANIFEST, Manifest, read_manifest};
pub use requests::RequestFile;
pub use samples::{Late, Lost, StreamFile};
pub use seal::{Sealed, TableFile, seal, tables};
pub use session_json::{
    ColumnFile, End, JournalFile, SESSION, SessionFile, Status, Summary, TableRows, read_session, subject_words,
};
pub use verify::{Trouble, verify_folder};
