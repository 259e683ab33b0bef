//! Bpod state machines: the bytes, the host's side of the link, and an emulated board.
//!
//! [`wire`] turns commands, state matrices and reports into bytes and back, for firmware 22 and 23 on r2.x boards and
//! firmware 23 on 2+ boards. [`link`] talks to a board. [`emulator`] is a board: it takes the bytes of any host and runs
//! the matrix cycle by cycle; on Unix it stands behind pseudo-terminals. [`driven`] is a board as a part of a rig that the
//! host drives.
//!
//! Knows nothing about sessions, journals, programs and the text of protocols.

pub mod driven;
pub mod emulator;
pub mod link;
pub mod rig;
pub mod wire;
