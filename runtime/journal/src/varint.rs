//! Integers of variable length: small numbers take few bytes, and every number has one spelling.

/// Why bytes cannot be read as entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbled(pub(crate) &'static str);

/// Most bytes of a number.
const LONGEST: u32 = 10;

/// Seven bits a byte, least first; the top bit says that more follow (LEB128).
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, (value << 1 ^ value >> 63) as u64);
}

/// The length, then the bytes.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// What is left to read of a frame.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Garbled> {
        let (&first, rest) = self.0.split_first().ok_or(Garbled("an entry ends too early"))?;
        self.0 = rest;
        Ok(first)
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, Garbled> {
        let mut value = 0;
        for k in 0..LONGEST {
            let byte = self.byte()?;
            if k == LONGEST - 1 && byte > 1 {
                return Err(Garbled("a number does not fit into 64 bits"));
            }
            value |= u64::from(byte & 0x7f) << (7 * k);
            if byte & 0x80 == 0 {
                return if byte == 0 && k > 0 { Err(Garbled("a number is longer than it need be")) } else { Ok(value) };
            }
        }
        Err(Garbled("a number does not fit into 64 bits"))
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Garbled> {
        let zigzag = self.unsigned()?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    pub(crate) fn index(&mut self) -> Result<u32, Garbled> {
        u32::try_from(self.unsigned()?).map_err(|_| Garbled("an index does not fit into 32 bits"))
    }

    /// A number of things of which each byte that is left holds at most `per_byte`.
    pub(crate) fn count(&mut self, per_byte: usize) -> Result<usize, Garbled> {
        let count = self.unsigned()?;
        let most = (self.0.len() as u64).saturating_mul(per_byte as u64);
        if count > most {
            return Err(Garbled("an entry says that it is longer than its frame"));
        }
        Ok(count as usize)
    }

    pub(crate) fn text(&mut self) -> Result<String, Garbled> {
        let length = self.count(1)?;
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| Garbled("a text is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, value);
        out
    }

    #[test]
    fn spelling_is_that_of_leb128() {
        assert_eq!(spelled(0), [0]);
        assert_eq!(spelled(127), [0x7f]);
        assert_eq!(spelled(128), [0x80, 1]);
        assert_eq!(spelled(300), [0xac, 2]);
        assert_eq!(spelled(u64::MAX), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
        let signed: Vec<Vec<u8>> = [0, -1, 1, -2, 63, -64, 64]
            .map(|v| {
                let mut out = Vec::new();
                put_signed(&mut out, v);
                out
            })
            .to_vec();
        assert_eq!(signed, [vec![0], vec![1], vec![2], vec![3], vec![126], vec![127], vec![0x80, 1]]);
    }

    #[test]
    fn every_number_comes_back() {
        for value in [0, 1, 127, 128, 16383, 16384, 1 << 35, u64::MAX - 1, u64::MAX] {
            assert_eq!(Bytes(&spelled(value)).unsigned(), Ok(value));
        }
        for value in [0, 1, -1, i64::MAX, i64::MIN, 1 << 40, -(1 << 40)] {
            let mut out = Vec::new();
            put_signed(&mut out, value);
            assert_eq!(Bytes(&out).signed(), Ok(value));
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert!(Bytes(&[0x80, 0]).unsigned().is_err(), "zero in two bytes");
        assert!(Bytes(&[0xff; 9]).unsigned().is_err(), "no end");
        let mut too_big = [0xff; 10];
        too_big[9] = 2;
        assert!(Bytes(&too_big).unsigned().is_err(), "bit 64");
    }

    #[test]
    fn a_count_is_held_to_what_is_left() {
        assert_eq!(Bytes(&[2, 0, 0]).count(1), Ok(2));
        assert!(Bytes(&[3, 0, 0]).count(1).is_err());
        assert_eq!(Bytes(&[16, 0, 0]).count(8), Ok(16));
        assert!(Bytes(&[17, 0, 0]).count(8).is_err());
    }
}
