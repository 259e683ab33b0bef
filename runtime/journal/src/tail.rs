//! Torn or damaged: what a frame that does not hold means.
//!
//! A crash leaves the last frame incomplete; nothing intact can follow it, and it may be cut off. If
//! an intact frame does follow, the file was damaged in its middle, and cutting there would lose
//! what is still good.

use crate::frame::{Frame, HEAD, checksum, frame_at, sum_at};

/// Work allowed in the search, in bytes to be summed, for each byte of the file; only a file made to be slow needs more.
const EFFORT: usize = 64;

/// Whether something intact follows the frame at `at`, which does not hold.
///
/// A frame's checksum covers the one before it, so what follows is recognised by the checksum written
/// at `at`, by the one that the bytes at `at` ought to have, or by two frames that follow each other.
/// When the search is given up the answer is yes, which loses nothing.
pub(crate) fn something_follows(bytes: &[u8], at: usize, before: u32) -> bool {
    let mut effort = Effort(bytes.len().saturating_mul(EFFORT));
    let written = sum_at(bytes, at);
    if let Some(broken) = frame_at(bytes, at)
        && let Some(next) = frame_at(bytes, broken.end)
        && (next.follows(broken.sum) || next.follows(checksum(before, broken.payload)))
    {
        return true;
    }
    for offset in at + 1..bytes.len().saturating_sub(HEAD) {
        let Some(frame) = frame_at(bytes, offset) else { continue };
        let linked = written.is_some_and(|sum| effort.follows(&frame, sum))
            || frame_at(bytes, frame.end).is_some_and(|next| effort.follows(&next, frame.sum));
        if linked || effort.is_spent() {
            return true;
        }
    }
    false
}

/// Bytes that may still be summed.
struct Effort(usize);

impl Effort {
    fn follows(&mut self, frame: &Frame<'_>, before: u32) -> bool {
        let cost = frame.payload.len() + HEAD;
        if cost > self.0 {
            self.0 = 0;
            return false;
        }
        self.0 -= cost;
        frame.follows(before)
    }
    fn is_spent(&self) -> bool {
        self.0 == 0
    }
}
