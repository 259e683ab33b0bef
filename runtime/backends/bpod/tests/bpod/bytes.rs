//! Whatever the bytes are, the wire answers: a value or a fault with code, offset and remedy, and never a panic.

use crate::machines::{codes, everything, three_state};
use trialect_bpod::wire::{
    Command, FlexIo, Hardware, Message, Model, ModuleInfo, Report, Shape, TrialReader, Upload, WireFault, decode,
    decode_modules, encode, encode_modules,
};

/// Random and mutated inputs of each kind.
const INPUTS: u64 = 20_000;

/// Splitmix64 (Steele, Lea & Flood 2014): the same bytes in every run.
pub struct Splitmix(pub u64);

impl Splitmix {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        // Half of them are small, as most numbers on the wire are.
        let length = self.below(most + 1);
        (0..length).map(|_| if self.below(2) == 0 { self.below(8) } else { self.below(256) } as u8).collect()
    }
    /// A few bytes changed, lost, doubled or cut off.
    pub fn mutated(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(3) {
            if bytes.is_empty() {
                break;
            }
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes[at] = self.below(256) as u8,
                1 => bytes[at] ^= 1 << self.below(8),
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, bytes[at]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    }
}

/// What holds for every fault.
fn checked<T>(result: Result<(T, usize), WireFault>, bytes: &[u8]) -> Option<(T, usize)> {
    match result {
        Ok((value, used)) => {
            assert!(used <= bytes.len());
            Some((value, used))
        }
        Err(fault) => {
            assert!(fault.offset <= bytes.len(), "{fault}");
            assert!(fault.code().starts_with("bpod-") && !fault.remedy().is_empty());
            assert!(fault.to_string().contains(fault.remedy()), "{fault}");
            None
        }
    }
}

fn commands(model: Model) -> Vec<Command> {
    let message = |id, bytes: &[u8]| Message { id, bytes: bytes.to_vec() };
    let hardware = model.hardware();
    let mut list = vec![
        Command::Handshake,
        Command::Firmware,
        Command::ResetClock,
        Command::Allot(vec![15; hardware.serial_inputs()]),
        Command::EnableInputs(vec![1; hardware.inputs.len()]),
        Command::Relay { channel: 2, on: 1 },
        Command::Sync { channel: 255, mode: 1 },
        Command::Upload(encode(&everything(model), model, &codes(model), true).unwrap()),
        Command::Run,
        Command::Stop,
        Command::Go(0),
        Command::Output { channel: 12, value: 1 },
        Command::Input { channel: 8, level: 1 },
        Command::SoftCode(3),
        Command::Echo(9),
        Command::Load { channel: 0, messages: vec![message(1, b"P\x01"), message(2, b"X")] },
        Command::Send { port: 1, id: 1 },
        Command::Bytes { port: 2, bytes: b"R".to_vec() },
        Command::ReadInput(7),
        Command::Disconnect,
    ];
    if model.is_23() {
        list.extend([Command::MinorFirmware, Command::StatusLamp(1), Command::ShowSecondPort]);
    }
    if model.is_two_plus() {
        let settings = [
            FlexIo::SetTypes([0, 1, 2, 3]),
            FlexIo::SampleInterval(10),
            FlexIo::Thresholds([4095; 8]),
            FlexIo::Enable { channel: 3, index: 1, on: 1 },
        ];
        list.extend(settings.map(Command::FlexIo));
    }
    list
}

#[test]
fn commands_survive_the_wire() {
    for model in Model::ALL {
        let shape = Shape::of(model, &model.hardware());
        for command in commands(model) {
            let bytes = command.encode();
            assert_eq!(Command::decode(&bytes, &shape), Ok((command, bytes.len())));
            // Every beginning of it asks for more.
            for cut in 0..bytes.len() {
                assert!(Command::decode(&bytes[..cut], &shape).unwrap_err().is_cut_off());
            }
        }
    }
}

#[test]
fn arbitrary_commands_are_answered() {
    let mut random = Splitmix(1);
    for model in Model::ALL {
        let shape = Shape::of(model, &model.hardware());
        let originals: Vec<Vec<u8>> = commands(model).iter().map(Command::encode).collect();
        for k in 0..INPUTS {
            let original = &originals[random.below(originals.len())];
            let bytes = if k % 3 == 0 { random.bytes(60) } else { random.mutated(original) };
            if let Some((command, used)) = checked(Command::decode(&bytes, &shape), &bytes) {
                assert_eq!(Command::decode(&command.encode(), &shape), Ok((command, used)));
            }
        }
    }
}

#[test]
fn matrices_survive_the_wire() {
    for model in Model::ALL {
        let matrix = everything(model);
        let upload = encode(&matrix, model, &codes(model), false).unwrap();
        assert!(upload.back);
        let mut read = decode(&upload, model, &codes(model)).unwrap();
        for (state, named) in read.states.iter_mut().zip(&matrix.states) {
            state.name.clone_from(&named.name);
        }
        // Transitions are read back in the order of the lists on the wire, which is that of `everything`.
        assert_eq!(read, matrix);
    }
}

#[test]
fn arbitrary_uploads_are_answered() {
    let mut random = Splitmix(2);
    for model in Model::ALL {
        let originals = [everything(model), three_state(model)]
            .map(|matrix| encode(&matrix, model, &codes(model), true).expect("it fits").body);
        let mut read = 0;
        for k in 0..INPUTS {
            let body = if k % 3 == 0 { random.bytes(120) } else { random.mutated(&originals[(k % 2) as usize]) };
            let upload = Upload { run_asap: false, back: random.below(2) == 0, body };
            let decoded = decode(&upload, model, &codes(model)).map(|matrix| (matrix, upload.body.len()));
            let Some((matrix, _)) = checked(decoded, &upload.body) else { continue };
            read += 1;
            // What is read may be more than a board does, but never becomes another matrix.
            let Ok(again) = encode(&matrix, model, &codes(model), false) else { continue };
            assert_eq!(decode(&again, model, &codes(model)).as_ref(), Ok(&matrix));
        }
        assert!(read > INPUTS / 20, "{model:?}: only {read} were read");
    }
}

#[test]
fn arbitrary_replies_are_answered() {
    let mut random = Splitmix(3);
    let info = ModuleInfo {
        firmware: 6,
        name: "RotaryEncoder".into(),
        wants: Some(10),
        events: vec!["Left".into(), "Right".into()],
        hardware: (Some(2), Some(0)),
    };
    let modules = [None, Some(info), None];
    let described = encode_modules(&modules);
    assert_eq!(decode_modules(&described, 3), Ok((modules.to_vec(), described.len())));
    for _ in 0..INPUTS {
        let bytes = random.mutated(&described);
        checked(decode_modules(&bytes, 3), &bytes);
        let bytes = random.bytes(40);
        checked(decode_modules(&bytes, 5), &bytes);
        for model in Model::ALL {
            let bytes = random.mutated(&model.hardware().encode(model));
            if let Some((hardware, _)) = checked(Hardware::decode(&bytes, model), &bytes) {
                assert!(hardware.event_codes() <= 254);
            }
            let bytes = random.mutated(&model.encode());
            checked(Model::decode(&bytes), &bytes);
        }
    }
}

#[test]
fn arbitrary_reports_are_answered() {
    let mut random = Splitmix(4);
    // A whole trial: taken, begun, two packets, a soft code, an end after 1501 cycles.
    let trial: &[u8] = &[
        &[1, 0x3a, 0xaf, 4, 0, 0, 0, 0, 0][..],
        &[1, 1, 0x9e, 0xf4, 1, 0, 0, 2, 3, 1, 2, 94, 0x9e, 0xdc, 5, 0, 0],
        &[1, 1, 0xff, 0xdd, 5, 0, 0, 0xdd, 5, 0, 0, 0xa2, 0xf9, 6, 0, 0, 0, 0, 0],
    ]
    .concat();
    let mut ended = 0;
    for k in 0..INPUTS {
        let bytes = if k % 4 == 0 { random.bytes(60) } else { random.mutated(trial) };
        let mut reader = TrialReader::new(codes(Model::R2Firmware22), true);
        let mut last = 0;
        for piece in bytes.chunks(1 + random.below(8)) {
            reader.push(piece);
            loop {
                match reader.read() {
                    Ok(None) => break,
                    Ok(Some(Report::Events { cycle, .. })) => {
                        assert!(cycle > last || last == 0);
                        last = cycle;
                    }
                    Ok(Some(Report::Ended(_))) => ended += 1,
                    Ok(Some(_)) => {}
                    Err(fault) => {
                        assert!(fault.code().starts_with("bpod-") && fault.to_string().contains("; "));
                        assert_eq!(reader.read(), Err(fault), "a fault stays");
                        break;
                    }
                }
            }
        }
    }
    assert!(ended > 0 && ended < INPUTS / 2, "{ended} ended");
}
