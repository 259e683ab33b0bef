//! The crash-safe record of a session.
//!
//! A journal is one append-only file. It starts with a prelude (magic and version); frames follow,
//! each with its length and a checksum that also covers the checksum of the frame before, so that
//! no frame can be altered, dropped, swapped or repeated unseen. The first frame holds the header,
//! opaque bytes; each further one a batch of entries. A crash can tear the last frame only: what
//! was committed before stays readable.
//!
//! ```text
//! prelude   "trialect-jnl" | u32 version
//! frame     u32 length | u32 crc32c | payload        the checksum covers: checksum of the frame before, length, payload
//! ```
//!
//! All numbers are little endian. The crate knows entries, but neither devices nor programs.

mod codec;
mod entry;
mod fault;
mod frame;
mod reader;
mod samples;
mod tail;
mod varint;
mod writer;

pub use entry::{Entry, Ns, Request};
pub use fault::JournalFault;
pub use reader::{Journal, Tail, read, recover_tail};
pub use samples::{Piece, SAMPLES, SampleReader, SampleWriter, recover_samples};
pub use writer::Writer;

/// Name of the journal in a session's folder.
pub const FILE: &str = "journal.trialect";
