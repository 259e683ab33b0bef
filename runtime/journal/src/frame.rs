//! Frames: how batches of bytes stand in a file.

/// First bytes of every journal.
const MAGIC: [u8; 12] = *b"trialect-jnl";
/// Version of the file and of how entries are written in it.
pub(crate) const VERSION: u32 = 1;
/// Length of the prelude.
pub(crate) const PRELUDE: usize = 16;
/// Length and checksum in front of a payload.
pub(crate) const HEAD: usize = 8;
/// Longest payload. More than any header or row needs; a longer one is damage.
pub(crate) const LONGEST: usize = 1 << 26;

/// Magic and version.
pub(crate) fn prelude() -> [u8; PRELUDE] {
    let mut bytes = [0; PRELUDE];
    bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
    bytes[MAGIC.len()..].copy_from_slice(&VERSION.to_le_bytes());
    bytes
}

/// What the first bytes of a file say.
pub(crate) enum Opening {
    /// A journal that can be read.
    Journal,
    /// The start of one: a crash came while it was made.
    Torn,
    /// A journal of another version.
    Version(u32),
    /// Something else.
    Other,
}

pub(crate) fn opening(bytes: &[u8]) -> Opening {
    let expected = prelude();
    match bytes.first_chunk::<PRELUDE>() {
        Some(found) if *found == expected => Opening::Journal,
        Some(found) if found.starts_with(&MAGIC) => Opening::Version(number(found, MAGIC.len())),
        None if expected.starts_with(bytes) => Opening::Torn,
        _ => Opening::Other,
    }
}

/// The checksum with which the chain starts.
pub(crate) fn first_checksum() -> u32 {
    crc32c::crc32c(&prelude())
}

/// Checksum of a frame that comes after one with the checksum `before`.
pub(crate) fn checksum(before: u32, payload: &[u8]) -> u32 {
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&before.to_le_bytes());
    head[4..].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&head), payload)
}

/// Writes length and checksum into the first [`HEAD`] bytes of a frame; gives the checksum.
pub(crate) fn close(before: u32, frame: &mut [u8]) -> u32 {
    let Some((head, payload)) = frame.split_at_mut_checked(HEAD) else { return before };
    let sum = checksum(before, payload);
    head[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[4..].copy_from_slice(&sum.to_le_bytes());
    sum
}

/// A frame that fits into its file; whether its checksum holds is not said.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// The checksum written in it.
    pub(crate) sum: u32,
    /// What it holds.
    pub(crate) payload: &'a [u8],
    /// Where the next one starts.
    pub(crate) end: usize,
}

impl Frame<'_> {
    /// Whether it is undamaged and comes after a frame with this checksum.
    pub(crate) fn follows(&self, before: u32) -> bool {
        checksum(before, self.payload) == self.sum
    }
}

/// The frame at an offset; none if its length is impossible. No frame is empty, so that zeros are none.
pub(crate) fn frame_at(bytes: &[u8], at: usize) -> Option<Frame<'_>> {
    let rest = bytes.get(at..)?;
    if rest.len() < HEAD {
        return None;
    }
    let length = number(rest, 0) as usize;
    if length == 0 || length > LONGEST {
        return None;
    }
    let payload = rest.get(HEAD..HEAD + length)?;
    Some(Frame { sum: number(rest, 4), payload, end: at + HEAD + length })
}

/// The checksum written at an offset, whether or not a frame is there.
pub(crate) fn sum_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..).filter(|rest| rest.len() >= HEAD).map(|rest| number(rest, 4))
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_pinned() {
        assert_eq!(prelude(), *b"trialect-jnl\x01\0\0\0");
        let mut frame = vec![0; HEAD];
        frame.extend_from_slice(b"abc");
        let sum = close(7, &mut frame);
        // CRC-32C over the eleven bytes written out here: 7, 3, "abc".
        assert_eq!(sum, crc32c::crc32c(b"\x07\0\0\0\x03\0\0\0abc"));
        assert_eq!(&frame[..4], [3, 0, 0, 0]);
        assert_eq!(frame[4..8], sum.to_le_bytes());
        // The check value of CRC-32C (RFC 3720, B.4: 32 bytes of zeros).
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
    }
}
