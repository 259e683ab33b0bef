//! `trialect emulate bpod`: an emulated board behind pseudo-terminals. Unix only.

use crate::arguments::EmulateBpodOptions;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use trialect_bpod::emulator::{Board, Effect, Fault, Mouse, Pace, PseudoTerminal, Served, Stimulus, Tracing, serve};
use trialect_bpod::wire::{EventCodes, Model, allot};

/// How long a board is watched after its cable was pulled out: longer than any pulse.
const ALONE_US: u64 = 60_000_000;

/// Links to the ports, taken away in the end.
struct Links(Vec<PathBuf>);

impl Drop for Links {
    fn drop(&mut self) {
        for link in &self.0 {
            let _ = std::fs::remove_file(link);
        }
    }
}

pub(crate) fn run(options: &EmulateBpodOptions) -> Result<(), Failure> {
    let model: Model = options.model.into();
    let board = planned(model, &options.fault, &options.event)?;
    let mouse = options.mouse.map(|seed| Mouse::new(seed, &model.hardware()));
    let mut board = match mouse {
        Some(mouse) => board.with_mouse(mouse),
        None => board,
    };
    let mut traced = options.trace.as_deref().map(begin_trace).transpose()?;
    let interrupt = Interrupt::watch()?;
    let ports = (0..model.ports()).map(|_| PseudoTerminal::new()).collect::<Result<Vec<_>, _>>();
    let ports = ports.map_err(|error| trouble("no pseudo-terminal can be made", &error))?;
    let links = options.link.as_deref().map(|path| link(path, &ports)).transpose()?;
    for (number, port) in ports.iter().enumerate() {
        output::say(&format!("port {number}: {}", port.path().display()));
    }
    output::say(&format!("{} is ready; Ctrl-C ends it", model.name()));
    let pace = if options.fast { Pace::Virtual } else { Pace::Real };
    let mut failed = None;
    let mut trace = |at: u64, what: &Tracing<'_>| {
        if let Some(file) = &mut traced {
            let written = writeln!(file, "{}", traced_line(at, what)).and_then(|()| file.flush());
            failed = failed.take().or(written.err());
        }
    };
    let served = serve(&mut board, &ports, pace, interrupt.flag(), &mut trace);
    drop((links, ports));
    let served = served.map_err(|error| trouble("the pseudo-terminals failed", &error))?;
    if served == Served::Unplugged {
        go_on_alone(&mut board, &mut trace);
    }
    if let (Some(error), Some(path)) = (failed, &options.trace) {
        return Err(trace_trouble(path, &error));
    }
    let how = if served == Served::Unplugged { "unplugged, as planned" } else { "stopped" };
    output::say(&format!("{how}; {} trials", board.trials()));
    Ok(())
}

/// A board with what is to go wrong and what is to come in.
fn planned(model: Model, faults: &[String], events: &[String]) -> Result<Board, Failure> {
    let faults: Result<Vec<Fault>, String> = faults.iter().map(|text| text.parse()).collect();
    let faults = faults.map_err(|what| Failure::trouble("emulate-fault", what))?;
    let hardware = model.hardware();
    let codes = allot(&hardware, &[]).and_then(|allotted| EventCodes::new(&hardware, &allotted));
    let codes = codes.map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
    let stimuli: Result<Vec<Stimulus>, String> = events.iter().map(|text| Stimulus::parse(text, &codes)).collect();
    let stimuli = stimuli.map_err(|what| Failure::trouble("emulate-event", what))?;
    Ok(Board::new(model).with_faults(&faults).with_stimuli(&stimuli))
}

/// What a board whose cable was pulled out still does by itself, for the trace.
fn go_on_alone(board: &mut Board, trace: &mut dyn FnMut(u64, &Tracing<'_>)) {
    board.advance(board.now() + ALONE_US);
    for (at, effect) in board.take_effects() {
        trace(at, &Tracing::Seen(&effect));
    }
}

fn trouble(what: &str, error: &std::io::Error) -> Failure {
    Failure::trouble("emulate-ports", format!("{what}: {error}; end other programs that use many of them"))
}

/// PATH to the first port, PATH.1 and PATH.2 to the others.
fn link(path: &Path, ports: &[PseudoTerminal]) -> Result<Links, Failure> {
    let mut links = Links(Vec::new());
    for (number, port) in ports.iter().enumerate() {
        let mut name = path.as_os_str().to_owned();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        let name = PathBuf::from(name);
        std::os::unix::fs::symlink(port.path(), &name).map_err(|error| {
            let what = format!(
                "cannot link {}: {error}; choose a name that is free in a folder that can be written",
                name.display()
            );
            Failure::trouble("emulate-link", what)
        })?;
        links.0.push(name);
    }
    Ok(links)
}

fn begin_trace(path: &Path) -> Result<BufWriter<File>, Failure> {
    File::create(path).map(BufWriter::new).map_err(|error| trace_trouble(path, &error))
}

fn trace_trouble(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("cannot write {}: {error}; choose a folder with room that can be written", path.display());
    Failure::trouble("emulate-trace", what)
}

/// `time_s port dir bytes`: `<` from the host, `>` from the board.
fn traced_line(at: u64, what: &Tracing<'_>) -> String {
    let time = format!("{}.{:06}", at / 1_000_000, at % 1_000_000);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!(" {byte:02x}")).collect::<String>();
    match what {
        Tracing::Heard { port, bytes } => format!("{time} USB{port} <{}", hex(bytes)),
        Tracing::Said { port, bytes } => format!("{time} USB{port} >{}", hex(bytes)),
        Tracing::Seen(Effect::Module { channel, bytes }) => format!("{time} MOD{} >{}", channel + 1, hex(bytes)),
        Tracing::Seen(Effect::Output { channel, value }) => format!("{time} OUT{channel} = {value}"),
    }
}
