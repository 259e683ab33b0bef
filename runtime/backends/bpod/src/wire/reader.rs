//! A place in bytes that moves on; nothing is read behind the end.

use super::{Flaw, WireFault};

/// Reads little-endian numbers one after the other.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn fault(&self, flaw: Flaw) -> WireFault {
        WireFault { flaw, offset: self.at }
    }

    pub(crate) fn take(&mut self, count: usize, wants: &'static str) -> Result<&'b [u8], WireFault> {
        let taken = self.bytes.get(self.at..self.at + count).ok_or(self.fault(Flaw::CutOff { wants }))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, wants: &'static str) -> Result<[u8; N], WireFault> {
        let taken = self.take(N, wants)?;
        Ok(std::array::from_fn(|k| taken[k]))
    }

    pub(crate) fn u8(&mut self, wants: &'static str) -> Result<u8, WireFault> {
        Ok(self.array::<1>(wants)?[0])
    }

    pub(crate) fn u16(&mut self, wants: &'static str) -> Result<u16, WireFault> {
        Ok(u16::from_le_bytes(self.array(wants)?))
    }

    pub(crate) fn u32(&mut self, wants: &'static str) -> Result<u32, WireFault> {
        Ok(u32::from_le_bytes(self.array(wants)?))
    }

    /// A number that must not exceed a limit.
    pub(crate) fn at_most(&mut self, limit: u8, what: &'static str) -> Result<u8, WireFault> {
        let found = self.u8(what)?;
        if found > limit {
            let flaw = Flaw::OutOfRange { what, found: u32::from(found), limit: u32::from(limit) };
            return Err(WireFault { flaw, offset: self.at - 1 });
        }
        Ok(found)
    }
}
