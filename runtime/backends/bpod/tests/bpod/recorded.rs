//! Our bytes are those of the recorded hosts, and recorded reports are read as they were noted down.

use crate::machines::{codes, three_state, two_state};
use crate::trace::{Line, TRACES, joined, lines};
use trialect_bpod::wire::{
    Command, Hardware, Model, Report, Shape, TrialReader, Upload, decode, decode_modules, encode,
};

/// What a host said, command by command.
fn commands(model: Model, lines: &[Line]) -> Vec<Command> {
    let shape = Shape::of(model, &model.hardware());
    let bytes = joined(lines.iter().filter(|line| line.from_host));
    let mut rest = &bytes[..];
    let mut list = Vec::new();
    while !rest.is_empty() {
        let (command, used) = Command::decode(rest, &shape).unwrap();
        assert_eq!(command.encode(), &rest[..used], "{command:?}");
        rest = &rest[used..];
        list.push(command);
    }
    list
}

fn uploads<'c>(commands: &'c [Command]) -> Vec<&'c Upload> {
    let upload = |command: &'c Command| match command {
        Command::Upload(upload) => Some(upload),
        _ => None,
    };
    commands.iter().filter_map(upload).collect()
}

#[test]
fn uploads_are_those_of_the_recorded_hosts() {
    for (name, model) in TRACES {
        let Some(lines) = lines(name) else { continue };
        let (matrix, trials) = if name.starts_with("two") {
            (two_state(model), 1)
        } else {
            (three_state(model), if model.is_23() { 3 } else { 2 })
        };
        let commands = commands(model, &lines);
        let found = uploads(&commands);
        let ours = encode(&matrix, model, &codes(model), model.is_23()).unwrap();
        assert_eq!(found, vec![&ours; trials], "{name}");
        let mut read = decode(&ours, model, &codes(model)).unwrap();
        for (state, named) in read.states.iter_mut().zip(&matrix.states) {
            state.name.clone_from(&named.name);
        }
        assert_eq!(read, matrix, "{name}");
    }
}

#[test]
fn boards_say_what_they_have() {
    for (name, model) in TRACES {
        let Some(lines) = lines(name) else { continue };
        let reply = |letter: u8| {
            let asked = lines.iter().position(|line| line.from_host && line.bytes == [letter]).expect("it is asked");
            let after = lines[asked + 1..].iter().take_while(|line| !line.from_host);
            joined(after.filter(|line| line.port == "USB0"))
        };
        assert_eq!(Model::decode(&reply(b'F')), Ok((model, 4)), "{name}");
        assert_eq!(reply(b'F'), model.encode());
        let described = reply(b'H');
        let hardware = model.hardware();
        assert_eq!(Hardware::decode(&described, model), Ok((hardware.clone(), described.len())), "{name}");
        assert_eq!(hardware.encode(model), described, "{name}");
        let modules = hardware.input(trialect_bpod::wire::Channel::SoftCode, 1).unwrap().into();
        assert_eq!(decode_modules(&reply(b'M'), modules), Ok((vec![None; modules], modules)), "{name}");
    }
}

/// The last number of a note.
fn last(note: &str) -> u64 {
    note.rsplit(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty()).unwrap().parse().unwrap()
}

/// What a note says of one packet, in the words of [`shown`].
fn noted(note: &str) -> Option<String> {
    let keep = ["events [", "soft code ", "trial start", "end: "].iter().any(|word| note.starts_with(word));
    Some(match note.split_once(',') {
        _ if !keep => return None,
        _ if note.starts_with("trial start") => format!("start {}", last(note)),
        _ if note.starts_with("soft code") => format!("soft code {}", last(note)),
        _ => note.to_string(),
    })
}

fn shown(report: &Report) -> Option<String> {
    Some(match report {
        Report::Uploaded(taken) => return (!taken).then(|| "refused".into()),
        Report::Started { us } => format!("start {us}"),
        Report::SoftCode(code) => format!("soft code {code}"),
        Report::Events { cycle, codes } => format!("events {codes:?} at cycle {cycle}"),
        Report::Ended(end) => {
            format!("end: last cycle {}, cycles executed {}, session us {}", end.cycle, end.executed, end.us)
        }
    })
}

/// The reports of all trials in a stream that is pushed a few bytes at a time.
fn reports(model: Model, bytes: &[u8], trials: usize, piece: usize) -> Vec<Report> {
    let mut list = Vec::new();
    let mut pieces = bytes.chunks(piece);
    let mut left = Vec::new();
    for _ in 0..trials {
        let mut reader = TrialReader::new(codes(model), true);
        reader.push(&left);
        while !reader.is_over() {
            match reader.read().unwrap() {
                Some(report) => list.push(report),
                None => reader.push(pieces.next().expect("the trial ends before the bytes do")),
            }
        }
        left = reader.left();
    }
    list
}

#[test]
fn recorded_trials_have_the_recorded_events_and_cycles() {
    for (name, model) in TRACES {
        let Some(lines) = lines(name) else { continue };
        let first = lines.iter().position(|line| line.from_host && line.bytes[0] == b'C').expect("an upload");
        let end = lines.iter().position(|line| line.from_host && line.bytes == *b"Z").expect("a goodbye");
        let said: Vec<&Line> = lines[first..end].iter().filter(|line| !line.from_host && line.port == "USB0").collect();
        let expected: Vec<String> = said.iter().filter_map(|line| noted(&line.note)).collect();
        let trials = said.iter().filter(|line| line.note.starts_with("trial start")).count();
        assert!(trials >= 1 && expected.len() >= 5 * trials, "{name}: {expected:?}");
        for piece in [1, 2, 7, 1000] {
            let found = reports(model, &joined(said.iter().copied()), trials, piece);
            assert_eq!(found.iter().filter_map(shown).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
