//! Which modules are there: the reply to `M`.

use super::reader::Reader;
use super::{Flaw, WireFault};

/// What a module says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModuleInfo {
    /// Number of its firmware.
    pub firmware: u32,
    /// Name, without the number of the instance.
    pub name: String,
    /// How many events it wants.
    pub wants: Option<u8>,
    /// Names of its events.
    pub events: Vec<String>,
    /// Version of its hardware: major and minor, firmware 23 only.
    pub hardware: (Option<u8>, Option<u8>),
}

/// The modules at each module channel.
///
/// # Errors
/// When bytes are missing or are no description.
pub fn decode_modules(bytes: &[u8], channels: usize) -> Result<(Vec<Option<ModuleInfo>>, usize), WireFault> {
    let mut reader = Reader::new(bytes);
    let mut list = Vec::new();
    for _ in 0..channels {
        list.push(match reader.at_most(1, "whether a module is there")? {
            0 => None,
            _ => Some(module(&mut reader)?),
        });
    }
    Ok((list, reader.at()))
}

fn module(reader: &mut Reader<'_>) -> Result<ModuleInfo, WireFault> {
    let mut info = ModuleInfo { firmware: reader.u32("a module's firmware")?, ..ModuleInfo::default() };
    info.name = text(reader)?;
    while reader.at_most(1, "whether more is said of a module")? == 1 {
        match reader.u8("what is said of a module")? {
            b'#' => info.wants = Some(reader.u8("how many events a module wants")?),
            b'E' => {
                for _ in 0..reader.u8("the number of a module's events")? {
                    info.events.push(text(reader)?);
                }
            }
            b'V' => info.hardware.0 = Some(reader.u8("a module's hardware")?),
            b'v' => info.hardware.1 = Some(reader.u8("a module's hardware")?),
            found => return Err(reader.fault(Flaw::Unexpected { what: "what is said of a module", found })),
        }
    }
    Ok(info)
}

fn text(reader: &mut Reader<'_>) -> Result<String, WireFault> {
    let length = reader.u8("the length of a name")?;
    let bytes = reader.take(usize::from(length), "a name")?;
    if !bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        return Err(reader.fault(Flaw::NotText));
    }
    Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
}

/// The reply to `M`.
#[must_use]
pub fn encode_modules(list: &[Option<ModuleInfo>]) -> Vec<u8> {
    let count = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let mut bytes = Vec::new();
    for info in list {
        let Some(info) = info else {
            bytes.push(0);
            continue;
        };
        bytes.push(1);
        bytes.extend(info.firmware.to_le_bytes());
        bytes.push(count(info.name.len()));
        bytes.extend(info.name.bytes());
        if let Some(wants) = info.wants {
            bytes.extend([1, b'#', wants]);
        }
        if !info.events.is_empty() {
            bytes.extend([1, b'E', count(info.events.len())]);
            for event in &info.events {
                bytes.push(count(event.len()));
                bytes.extend(event.bytes());
            }
        }
        for (letter, version) in [(b'V', info.hardware.0), (b'v', info.hardware.1)] {
            bytes.extend(version.into_iter().flat_map(|version| [1, letter, version]));
        }
        bytes.push(0);
    }
    bytes
}
