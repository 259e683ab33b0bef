//! A bench with a board: which of its channels plays which device.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_bpod::rig::inverted;
use trialect_bpod::wire::{Channel, Hardware, Model};
use trialect_device_targets::{Bindings, Board, OnDevice, Opening, Wire};
use trialect_driver::{Library, compile, name_for_use};
use trialect_interp::Interpreter;
use trialect_ir::{Device, Program};
use trialect_matrix::{Course, Post};

/// What the compiler is told of a board.
pub fn board(model: Model) -> Board {
    let hardware = model.hardware();
    Board {
        cycle: i64::from(hardware.cycle_us) * 1000,
        states: hardware.states(false),
        timers: usize::from(hardware.timers),
        conditions: usize::from(hardware.conditions),
        message: usize::from(hardware.max_message_bytes),
        inverted: inverted(&hardware.inputs),
    }
}

/// Channels that are given out one after the other.
struct Free<'a> {
    hardware: &'a Hardware,
    given: BTreeMap<(bool, char), usize>,
}

impl Free<'_> {
    fn input(&mut self, kind: Channel) -> Option<u8> {
        let next = self.given.entry((false, char::from(kind.letter()))).or_default();
        *next += 1;
        self.hardware.input(kind, *next)
    }

    fn output(&mut self, kind: Channel) -> Option<u8> {
        let next = self.given.entry((true, char::from(kind.letter()))).or_default();
        *next += 1;
        self.hardware.output(kind, *next)
    }
}

/// The first channels that can play each device, in the protocol's order; what is left over is the host's.
pub fn bindings(program: &Program, model: Model) -> Bindings {
    let hardware = model.hardware();
    let mut free = Free { hardware: &hardware, given: BTreeMap::new() };
    let valve = crate::played::parameters().valve.calibration;
    let opening: Opening = Arc::new(move |amount| valve.open_ms(amount).map(|ms| ms * 1e-3));
    let mut wire = |device: &Device| match device.class.as_str() {
        "NosePort" | "Lickometer" | "Switch" => {
            let Some(input) = free.input(Channel::Port) else { return Wire::Host };
            let output = free.output(Channel::Port).map(|channel| (channel, 255));
            Wire::Digital { input: Some(input), output }
        }
        "Lamp" => free
            .output(Channel::Port)
            .map_or(Wire::Host, |lamp| Wire::Digital { input: None, output: Some((lamp, 255)) }),
        "SyncLine" => {
            free.output(Channel::Bnc).map_or(Wire::Host, |line| Wire::Digital { input: None, output: Some((line, 1)) })
        }
        "Valve" => free
            .output(Channel::Valve)
            .map_or(Wire::Host, |output| Wire::Pulse { output, opening: Arc::clone(&opening) }),
        "Puff" => {
            free.output(Channel::Valve).map_or(Wire::Host, |output| Wire::Pulse { output, opening: Arc::new(Some) })
        }
        "Display" | "Speaker" | "Camera" => {
            let input = free.input(Channel::Bnc).or_else(|| free.input(Channel::Port));
            input.map_or(Wire::Host, |input| Wire::Edges { input, both: true })
        }
        "Encoder" => free.input(Channel::Module).map_or(Wire::Host, |channel| Wire::Encoder { channel }),
        _ => Wire::Host,
    };
    Bindings(program.devices.iter().map(&mut wire).collect())
}

/// A machine whose trials are lowered for a board.
pub fn machine(program: &Arc<Program>, model: Model, post: &Post) -> OnDevice<Interpreter> {
    let inner = Interpreter::new(Arc::clone(program));
    OnDevice::new(inner, Arc::clone(program), board(model), bindings(program, model), Post::clone(post))
}

/// What becomes of a protocol: the most that its trials take on the first board that can run them, or why the last cannot.
pub fn lowered(program: &Arc<Program>) -> String {
    let on = |model: Model| on_model(program, model).map(|takes| format!("{}: {takes}", model.name()));
    on(Model::R2Firmware23).or_else(|_| on(Model::TwoPlusFirmware23)).unwrap_or_else(|why| format!("refused{why}"))
}

fn on_model(program: &Arc<Program>, model: Model) -> Result<String, String> {
    let (mut courses, mut refusals) = (Vec::<Course>::new(), BTreeSet::new());
    for course in crate::played::courses(program, model, 20) {
        match course {
            Ok(course) => courses.push(course),
            Err(why) => refusals.extend(why.lines().map(|line| format!("\n    {line}"))),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals.into_iter().collect());
    }
    for course in &courses {
        let codes = trialect_bpod::wire::allot(&model.hardware(), &[])
            .and_then(|allotted| trialect_bpod::wire::EventCodes::new(&model.hardware(), &allotted));
        let upload = trialect_bpod::wire::encode(&course.matrix, model, &codes.expect("a known board"), false);
        upload.expect("what was lowered fits the board");
    }
    let most = |of: fn(&Course) -> usize| courses.iter().map(of).max().unwrap_or(0);
    Ok(format!(
        "{} states, {} global timers, {} conditions, {} messages",
        most(|course| course.matrix.states.len()),
        most(|course| course.matrix.timers.len()),
        most(|course| course.matrix.conditions.len()),
        most(|course| course.matrix.messages.iter().map(|(_, list)| list.len()).sum()),
    ))
}

fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, list);
        } else if path.extension().is_some_and(|ending| ending == "trial") {
            list.push(path);
        }
    }
}

/// All protocols of a folder, by their paths in it.
pub fn protocols(root: &Path) -> Vec<String> {
    let mut list = Vec::new();
    files(root, &mut list);
    list.retain(|path| std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("protocol ")));
    let mut names: Vec<String> =
        list.iter().filter_map(|path| Some(path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/"))).collect();
    names.sort();
    names
}

/// A protocol with the parts in its folder and in the one above.
pub fn program_of(path: &Path) -> Arc<Program> {
    let (mut list, folder) = (Vec::new(), path.parent().expect("a folder"));
    let above = folder.parent().filter(|above| !above.ends_with("protocols"));
    files(above.unwrap_or(folder), &mut list);
    let texts = list.into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let parts = texts.filter(|text| text.starts_with("part "));
    let near = parts.filter_map(|text| Some((name_for_use(&text)?, text))).collect();
    let text = std::fs::read_to_string(path).expect("a text");
    let compiled = compile("text.trial", &text, &Library::Embedded.beside(near));
    compiled.program.unwrap_or_else(|| panic!("{}: {:#?}", path.display(), compiled.findings))
}

/// A protocol of the house.
pub fn compiled(name: &str) -> Arc<Program> {
    program_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols").join(name))
}
