//! Commands to bytes and back.

use super::Message;
use super::command::{Command, FlexIo, Shape, Upload};
use super::reader::Reader;
use super::{Flaw, WireFault};

/// Bytes before the body of an upload.
pub(crate) const UPLOAD_HEADER: usize = 5;

impl Command {
    /// The bytes of the command. Lengths that no byte can say are cut; [`Command::decode`] of the result says so.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Command::Handshake => vec![b'6'],
            Command::Firmware => vec![b'F'],
            Command::MinorFirmware => vec![b'f'],
            Command::BoardRevision => vec![b'v'],
            Command::ResetClock => vec![b'*'],
            Command::StatusLamp(on) => vec![b':', *on],
            Command::TimestampMode => vec![b'G'],
            Command::Hardware => vec![b'H'],
            Command::Modules => vec![b'M'],
            Command::Allot(counts) => [&b"%"[..], &counts[..]].concat(),
            Command::EnableInputs(flags) => [&b"E"[..], &flags[..]].concat(),
            Command::Relay { channel, on } => vec![b'J', *channel, *on],
            Command::Sync { channel, mode } => vec![b'K', *channel, *mode],
            Command::Upload(upload) => {
                let length = u16::try_from(upload.body.len()).unwrap_or(u16::MAX).to_le_bytes();
                let header = [b'C', u8::from(upload.run_asap), u8::from(upload.back), length[0], length[1]];
                [&header, &upload.body[..]].concat()
            }
            Command::Run => vec![b'R'],
            Command::Stop => vec![b'X'],
            Command::Go(on) => vec![b'$', *on],
            Command::Output { channel, value } => vec![b'O', *channel, *value],
            Command::Input { channel, level } => vec![b'V', *channel, *level],
            Command::SoftCode(code) => vec![b'~', *code],
            Command::Echo(code) => vec![b'S', *code],
            Command::Load { channel, messages } => load(*channel, messages),
            Command::ResetMessages => vec![b'>'],
            Command::Send { port, id } => vec![b'U', *port, *id],
            Command::Bytes { port, bytes } => [&[b'T', *port, count(bytes.len())], &bytes[..]].concat(),
            Command::ReadInput(channel) => vec![b'I', *channel],
            Command::Disconnect => vec![b'Z'],
            Command::ShowSecondPort => vec![b'{'],
            Command::ShowThirdPort => vec![b'}'],
            Command::FlexIo(setting) => setting.encode(),
        }
    }

    /// Reads one command at the beginning of the bytes.
    ///
    /// # Errors
    /// When more bytes are needed, or no command of this board begins so.
    pub fn decode(bytes: &[u8], shape: &Shape) -> Result<(Command, usize), WireFault> {
        let mut reader = Reader::new(bytes);
        let letter = reader.u8("a command")?;
        let unknown = WireFault { flaw: Flaw::UnknownCommand(letter), offset: 0 };
        let command = match letter {
            b'6' => Command::Handshake,
            b'F' => Command::Firmware,
            b'*' => Command::ResetClock,
            b'G' => Command::TimestampMode,
            b'H' => Command::Hardware,
            b'M' => Command::Modules,
            b'R' => Command::Run,
            b'X' => Command::Stop,
            b'>' => Command::ResetMessages,
            b'Z' => Command::Disconnect,
            b'C' => Command::Upload(upload(&mut reader)?),
            b'%' => Command::Allot(reader.take(shape.serial, "the events of each serial channel")?.to_vec()),
            b'E' => Command::EnableInputs(reader.take(shape.inputs, "a flag for each input")?.to_vec()),
            b'J' => Command::Relay { channel: reader.u8("a channel")?, on: reader.u8("on or off")? },
            b'K' => Command::Sync { channel: reader.u8("a channel")?, mode: reader.u8("a mode")? },
            b'$' => Command::Go(reader.u8("pause or go on")?),
            b'O' => Command::Output { channel: reader.u8("a channel")?, value: reader.u8("a value")? },
            b'V' => Command::Input { channel: reader.u8("a channel")?, level: reader.u8("a level")? },
            b'~' => Command::SoftCode(reader.u8("a soft code")?),
            b'S' => Command::Echo(reader.u8("a soft code")?),
            b'L' => {
                let (channel, messages) = read_load(&mut reader, shape.message_bytes)?;
                Command::Load { channel, messages }
            }
            b'U' => Command::Send { port: reader.u8("a port")?, id: reader.u8("a message's number")? },
            b'T' => {
                let (port, count) = (reader.u8("a port")?, reader.u8("a number of bytes")?);
                Command::Bytes { port, bytes: reader.take(usize::from(count), "the bytes")?.to_vec() }
            }
            b'I' => Command::ReadInput(reader.u8("a channel")?),
            _ if !shape.model.is_23() => return Err(unknown),
            b'f' => Command::MinorFirmware,
            b'v' => Command::BoardRevision,
            b':' => Command::StatusLamp(reader.u8("on or off")?),
            b'{' => Command::ShowSecondPort,
            b'}' if shape.model.is_two_plus() => Command::ShowThirdPort,
            _ if shape.model.is_two_plus() => Command::FlexIo(flex_io(letter, &mut reader)?.ok_or(unknown)?),
            _ => return Err(unknown),
        };
        Ok((command, reader.at()))
    }
}

fn count(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Also stands at the end of an upload of firmware 23.
pub(super) fn load(channel: u8, messages: &[Message]) -> Vec<u8> {
    let mut bytes = vec![b'L', channel, count(messages.len())];
    for message in messages {
        bytes.extend([message.id, count(message.bytes.len())]);
        bytes.extend(&message.bytes);
    }
    bytes
}

pub(super) fn read_load(reader: &mut Reader<'_>, limit: u8) -> Result<(u8, Vec<Message>), WireFault> {
    let channel = reader.u8("a module channel")?;
    let count = reader.u8("the number of messages")?;
    let mut messages = Vec::new();
    for _ in 0..count {
        let id = reader.u8("a message's number")?;
        let length = reader.at_most(limit, "the length of a message")?;
        messages.push(Message { id, bytes: reader.take(usize::from(length), "a message")?.to_vec() });
    }
    Ok((channel, messages))
}

fn upload(reader: &mut Reader<'_>) -> Result<Upload, WireFault> {
    let run_asap = reader.u8("whether to run at once")? != 0;
    let back = reader.u8("whether 255 is the state before")? != 0;
    let length = reader.u16("the length of the matrix")?;
    let body = reader.take(usize::from(length), "the whole matrix")?.to_vec();
    Ok(Upload { run_asap, back, body })
}

fn flex_io(letter: u8, reader: &mut Reader<'_>) -> Result<Option<FlexIo>, WireFault> {
    fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], WireFault> {
        let taken = reader.take(N, "a number for each flexible channel")?;
        Ok(std::array::from_fn(|k| taken[k]))
    }
    Ok(Some(match letter {
        b'Q' => FlexIo::SetTypes(array(reader)?),
        b'q' => FlexIo::Types,
        b'^' => FlexIo::SampleInterval(reader.u32("an interval")?),
        b'o' => FlexIo::Reads(reader.u8("a number of reads")?),
        b'.' => FlexIo::Query,
        b't' => {
            let taken = array::<16>(reader)?;
            FlexIo::Thresholds(std::array::from_fn(|k| u16::from_le_bytes([taken[2 * k], taken[2 * k + 1]])))
        }
        b'p' => FlexIo::Polarities(array(reader)?),
        b'm' => FlexIo::Modes(array(reader)?),
        b'e' => {
            let [channel, index, on] = array(reader)?;
            FlexIo::Enable { channel, index, on }
        }
        b'_' => FlexIo::TestMemory,
        _ => return Ok(None),
    }))
}

impl FlexIo {
    fn encode(&self) -> Vec<u8> {
        match self {
            FlexIo::SetTypes(types) => [&b"Q"[..], &types[..]].concat(),
            FlexIo::Types => vec![b'q'],
            FlexIo::SampleInterval(cycles) => [&b"^"[..], &cycles.to_le_bytes()[..]].concat(),
            FlexIo::Reads(count) => vec![b'o', *count],
            FlexIo::Query => vec![b'.'],
            FlexIo::Thresholds(levels) => {
                [b't'].into_iter().chain(levels.iter().flat_map(|level| level.to_le_bytes())).collect()
            }
            FlexIo::Polarities(list) => [&b"p"[..], &list[..]].concat(),
            FlexIo::Modes(list) => [&b"m"[..], &list[..]].concat(),
            FlexIo::Enable { channel, index, on } => vec![b'e', *channel, *index, *on],
            FlexIo::TestMemory => vec![b'_'],
        }
    }
}
