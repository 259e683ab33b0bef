//! MAT-files of level 5, as MATLAB saves them with `-v6` and `-v7`: numbers, texts, cells, structures.
//!
//! Source: "MAT-File Format", The MathWorks, chapter 1.

use flate2::read::ZlibDecoder;
use std::io::Read;

/// Most bytes of a compressed variable when it is unpacked.
const MOST: u64 = 1 << 31;
/// Cells in structures in cells: so deep.
const DEPTH: u32 = 32;

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Numbers, column after column.
    Numbers(Vec<f64>),
    /// Characters, in one row.
    Text(String),
    /// Cells, column after column.
    Cells(Vec<Value>),
    /// Structures: names of the fields, then the fields of one element after the other.
    Structs(Vec<String>, Vec<Value>),
    /// What an audit has no use for: sparse matrices, objects, functions.
    Other,
}

impl Value {
    /// A field of a structure's element.
    pub(super) fn field(&self, element: usize, name: &str) -> Option<&Value> {
        let Value::Structs(names, values) = self else { return None };
        let place = names.iter().position(|other| other == name)?;
        values.get(element * names.len() + place)
    }

    /// The fields of a structure's element.
    pub(super) fn fields(&self, element: usize) -> Vec<(&str, &Value)> {
        let Value::Structs(names, values) = self else { return Vec::new() };
        let at = element * names.len();
        names.iter().map(String::as_str).zip(values.get(at..).unwrap_or_default()).collect()
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        match self {
            Value::Numbers(numbers) => numbers.len(),
            Value::Text(_) => 1,
            Value::Cells(cells) => cells.len(),
            Value::Structs(names, values) => values.len().checked_div(names.len()).unwrap_or(0),
            Value::Other => 0,
        }
    }

    pub(super) fn numbers(&self) -> &[f64] {
        if let Value::Numbers(numbers) = self { numbers } else { &[] }
    }
}

/// The variables of a file, by name; or why it cannot be read.
pub(super) fn variables(bytes: &[u8]) -> Result<Vec<(String, Value)>, String> {
    if bytes.starts_with(b"MATLAB 7.3") || bytes.get(..8) == Some(b"\x89HDF\r\n\x1a\n") {
        return Err("it is a MAT-file of version 7.3; save it with `save(FILE, 'SessionData', '-v7')`".into());
    }
    let big = match bytes.get(126..128) {
        Some(b"IM") => false,
        Some(b"MI") => true,
        _ => return Err("it is no MAT-file of level 5; save it with `save(FILE, 'SessionData', '-v7')`".into()),
    };
    let mut part = Part { bytes: bytes.get(128..).unwrap_or_default(), big };
    let mut found = Vec::new();
    while !part.bytes.is_empty() {
        let Some((kind, data)) = part.element(false) else { return Err(broken()) };
        let unpacked;
        let mut inner = match kind {
            COMPRESSED => {
                let mut out = Vec::new();
                let read = ZlibDecoder::new(data).take(MOST).read_to_end(&mut out);
                read.map_err(|error| format!("a variable cannot be unpacked: {error}; save it anew"))?;
                unpacked = out;
                let mut outer = Part { bytes: &unpacked, big };
                match outer.element(true) {
                    Some((MATRIX, data)) => Part { bytes: data, big },
                    _ => return Err(broken()),
                }
            }
            MATRIX => Part { bytes: data, big },
            _ => continue,
        };
        found.push(inner.matrix(0).ok_or_else(broken)?);
    }
    Ok(found)
}

fn broken() -> String {
    "the file ends or breaks in the middle of a variable; save it anew".into()
}

const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// Bytes that are still to be read.
struct Part<'b> {
    bytes: &'b [u8],
    big: bool,
}

impl<'b> Part<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (first, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(first)
    }

    fn word(&self, bytes: &[u8]) -> Option<u32> {
        let bytes: [u8; 4] = bytes.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Kind and data of the next element; `padded`: the next begins at a multiple of eight bytes.
    fn element(&mut self, padded: bool) -> Option<(u32, &'b [u8])> {
        let tag = self.take(4)?;
        let tag = self.word(tag)?;
        if tag >> 16 != 0 {
            let data = self.take(4)?;
            return Some((tag & 0xffff, data.get(..(tag >> 16) as usize)?));
        }
        let size = self.take(4)?;
        let size = self.word(size)? as usize;
        let data = self.take(size)?;
        if (padded || tag != COMPRESSED) && !size.is_multiple_of(8) {
            // The last one of a file may end without.
            self.take((8 - size % 8).min(self.bytes.len()))?;
        }
        Some((tag, data))
    }

    /// A matrix with its name, without its tag.
    fn matrix(&mut self, depth: u32) -> Option<(String, Value)> {
        if depth > DEPTH {
            return None;
        }
        if self.bytes.is_empty() {
            return Some((String::new(), Value::Numbers(Vec::new())));
        }
        let (_, flags) = self.element(true)?;
        let flags = self.word(flags.get(..4)?)?;
        let class = flags & 0xff;
        if class == 17 {
            // An opaque object has no dimensions.
            let (_, name) = self.element(true)?;
            return Some((text(name), Value::Other));
        }
        let (kind, sizes) = self.element(true)?;
        let count = self
            .numbers(kind, sizes)?
            .into_iter()
            .try_fold(1_usize, |count, size| count.checked_mul(usize::try_from(size as i64).ok()?))?;
        let (_, name) = self.element(true)?;
        let value = match class {
            1 => Value::Cells((0..count).map(|_| self.inner(depth)).collect::<Option<_>>()?),
            2 | 3 => self.structs(class, count, depth)?,
            4 => {
                let (kind, data) = self.element(true)?;
                Value::Text(self.characters(kind, data)?)
            }
            6..=15 => {
                let (kind, data) = self.element(true)?;
                Value::Numbers(self.numbers(kind, data).filter(|numbers| numbers.len() == count)?)
            }
            _ => Value::Other,
        };
        Some((text(name), value))
    }

    fn inner(&mut self, depth: u32) -> Option<Value> {
        let (kind, data) = self.element(true)?;
        let mut part = Part { bytes: data, big: self.big };
        (kind == MATRIX).then_some(())?;
        Some(part.matrix(depth + 1)?.1)
    }

    fn structs(&mut self, class: u32, count: usize, depth: u32) -> Option<Value> {
        if class == 3 {
            // The name of an object's class.
            self.element(true)?;
        }
        let (kind, length) = self.element(true)?;
        let length = self.numbers(kind, length)?.first().copied()? as usize;
        let (_, names) = self.element(true)?;
        if length == 0 {
            return Some(Value::Structs(Vec::new(), Vec::new()));
        }
        let names: Vec<String> = names.chunks(length).map(text).collect();
        let each = count.checked_mul(names.len())?;
        let values = (0..each).map(|_| self.inner(depth)).collect::<Option<_>>()?;
        Some(Value::Structs(names, values))
    }

    /// Numbers of any kind.
    fn numbers(&self, kind: u32, data: &[u8]) -> Option<Vec<f64>> {
        let size = match kind {
            1 | 2 => 1,
            3 | 4 => 2,
            5..=7 => 4,
            9 | 12 | 13 => 8,
            _ => return None,
        };
        let word = |chunk: &[u8]| {
            let fold = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
            if self.big { chunk.iter().fold(0, fold) } else { chunk.iter().rev().fold(0, fold) }
        };
        let number = |word: u64| match kind {
            1 => f64::from(word as u8 as i8),
            3 => f64::from(word as u16 as i16),
            5 => f64::from(word as u32 as i32),
            7 => f64::from(f32::from_bits(word as u32)),
            9 => f64::from_bits(word),
            12 => word as i64 as f64,
            _ => word as f64,
        };
        Some(data.chunks_exact(size).map(|chunk| number(word(chunk))).collect())
    }

    fn characters(&self, kind: u32, data: &[u8]) -> Option<String> {
        match kind {
            16 | 1 | 2 => Some(String::from_utf8_lossy(data).into_owned()),
            4 | 17 => {
                let units: Vec<u16> = self.numbers(4, data)?.into_iter().map(|unit| unit as u16).collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }
}

/// A name: bytes up to the first that is 0.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_mat_file_says_what_to_do() {
        for bytes in [&b""[..], b"MATLAB 7.3 MAT-file", b"time\ttype", &[0; 200]] {
            let why = variables(bytes).unwrap_err();
            assert!(why.contains("-v7"), "{why}");
        }
    }

    #[test]
    fn a_broken_file_is_no_panic() {
        // `x = 7` as small elements: flags, dimensions, name, an unsigned byte.
        let mut bytes = vec![b' '; 124];
        bytes.extend([0, 1, b'I', b'M']);
        let start = bytes.len();
        for word in [14_u32, 48, 6, 8, 6, 0, 5, 8, 1, 1, 0x0001_0001, u32::from(b'x'), 0x0001_0002, 7] {
            bytes.extend(word.to_le_bytes());
        }
        assert_eq!(variables(&bytes).unwrap(), [("x".to_owned(), Value::Numbers(vec![7.0]))]);
        for end in start + 1..bytes.len() {
            assert!(variables(&bytes[..end]).is_err(), "{end}");
        }
        for at in start..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 0x5a;
            let _ = variables(&other);
        }
    }
}
