//! `trialect run --rig`: one session of a subject on a rig.

mod console;
mod hardware;
mod prompts;
mod status;

use crate::arguments::RunOptions;
use crate::carry::Start;
use crate::covariates::{self, Covariates, given, tell_unusual};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::sessions::{Plans, Task, before, begun, chain, sealed};
use crate::store::{self, Subject};
use crate::{date, machine, nearby, output, requests, table, today};
use console::Console;
use serde_json::{Value, json};
use status::{Status, Watched};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use trialect_device::{Ns, Rig};
use trialect_ir::{Date, Program};
use trialect_realtime::{LiveRig, Monotonic, Timing, Waiting};
use trialect_session::{Origin, Plan, check, header, run as run_session, streams, wiring};

/// The file beside the record that says how the rig's clocks and inputs fared.
const TIMING: &str = "timing.json";
const FORMAT: &str = "trialect-timing/1";
/// Who asks for what is typed, when nobody is named.
const SOMEBODY: &str = "somebody at the rig";

pub(crate) fn run(options: &RunOptions, rig: &Path, subject: &str) -> Result<(), Failure> {
    let (interrupt, at_once) = Interrupt::watch_rig()?;
    covariates::by_whom(&options.covariates, true)?;
    let plans = Plans::open(&options.protocol, &options.library, &options.confirm)?;
    let subject = Subject::lock(&options.data, subject)?;
    subject.remove_unbegun()?;
    let done = chain(&subject.folder)?;
    let by = options.covariates.by.as_deref();
    let Some((task, start)) = plans.next(by, &done, &options.carry, &options.confirm)? else { return Ok(()) };
    let before = before(&done)?;
    let begins = jiff::Zoned::now();
    let today = crate::rig::today(options.date.date)?;
    let date = date::of_session(Some(today), before.as_ref())?;
    let protocol = match &task.study {
        Some(_) => nearby::protocol(&task.program.name, &options.protocol)?.unwrap_or_else(|| options.protocol.clone()),
        None => options.protocol.clone(),
    };
    let rig = crate::rig::fitting(rig, &protocol, &options.library, date)?;
    let names: Vec<&str> = task.program.devices.iter().map(|device| device.name.as_str()).collect();
    let mut covariates = given(&options.covariates, task.program, before.as_ref(), None)?;
    prompts::ask(task.program, &mut covariates)?;
    // Connected last: nothing waits for people any more once the devices are there.
    let backends = hardware::connect(&rig, &names, options.dry)?;
    let backend = json!({ "rig": rig.name, "dry": options.dry, "begins": begins.to_string() });
    let session = Live { options, task: &task, subject: &subject, done: &done, date, backend };
    let folder = session.run(start, covariates, backends, (&interrupt, &at_once))?;
    output::say(&table::of_sessions(std::slice::from_ref(&folder))?);
    output::say(&plans.identity());
    output::say(&format!("sealed in {}", folder.display()));
    Ok(())
}

struct Live<'a> {
    options: &'a RunOptions,
    task: &'a Task<'a>,
    subject: &'a Subject,
    done: &'a [PathBuf],
    date: Date,
    backend: Value,
}

impl Live<'_> {
    fn run(
        &self,
        start: Start,
        covariates: Covariates,
        backends: Vec<hardware::Played>,
        (interrupt, at_once): (&Interrupt, &AtomicBool),
    ) -> Result<PathBuf, Failure> {
        let (options, Task { program, compiled, study }) = (self.options, self.task);
        let Covariates { values, remarks } = covariates;
        let by = options.covariates.by.as_deref();
        let inbox = RefCell::new(requests::inbox(&options.requests, by, program)?);
        let status = RefCell::new(Status::default());
        let console = Console::open(program, &inbox, &status, by.unwrap_or(SOMEBODY));
        let look = |now: Ns| console.look(now);
        let mut rig = LiveRig::new(Box::new(Monotonic::new(Waiting::Blocking)), backends, at_once, &look);
        wire(program, &mut rig)?;
        let plan = Plan {
            subject: self.name(),
            session: start.ordinal,
            date: self.date,
            given_today: today::given(program, self.done, self.date)?,
            seed: options.seed,
            subject_words: start.words,
            covariates: values,
            covariate_remarks: remarks,
            covariates_given: false,
            given: &|_| Vec::new(),
            parameters: requests::parameters(&options.requests, program)?,
            requests: &inbox,
            stop: interrupt.flag(),
            sync_each_trial: true,
            stop_after: None,
            goes_on_until: None,
            interruption: None,
            progress: &|_| {},
        };
        check(program, &plan).map_err(|fault| Failure::trouble(fault.code(), fault.to_string()))?;
        tell_unusual(program, &plan.covariates);
        let mut machine = machine::machine(options.machine, program)?;
        let texts = self.task.texts();
        let origin = Origin {
            machine: machine.name().into(),
            source_hash: compiled.source_hash().into(),
            sources: store::stamps(&texts),
            previous: start.previous,
            backend: self.backend.clone(),
            scales: Vec::new(),
            compiler: env!("CARGO_PKG_VERSION").into(),
            carried: start.carryover,
            study: study.as_ref().map(|(_, stamp)| stamp.clone()),
        };
        let header = header(program, &plan, &rig, &origin, None);
        let (folder, writer) = self.subject.begin(start.ordinal, &texts, &header)?;
        let recorder = store::recorder(&folder, writer, &header)?;
        let mut recorder = Watched::new(recorder, program, &status);
        let ended = run_session(program, machine.as_mut(), &mut rig, &mut recorder, &plan);
        drop(recorder);
        let ending = begun(start.ordinal, &folder, ended)?;
        keep_timing(&folder, program, &rig.timing())?;
        drop(rig);
        output::complain(&format!("\n{} trials; ended: {}", ending.trials, ending.reason));
        sealed(options.machine, self.task, &header, (folder, self.done), &ending)
    }

    fn name(&self) -> String {
        self.subject.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Binds a protocol to the rig, and refuses what the rig cannot do before anything happens.
fn wire(program: &Program, rig: &mut LiveRig<'_>) -> Result<(), Failure> {
    let trouble = |fault: trialect_device::RigFault| Failure::trouble("rig", fault.to_string());
    rig.wire(&wiring(program)).map_err(trouble)?;
    let unable: Vec<String> = program
        .sites
        .iter()
        .filter_map(|site| rig.can(site.device, &site.verb).err())
        .map(|fault| fault.to_string())
        .collect();
    if !unable.is_empty() {
        let mut unable = unable;
        unable.dedup();
        return Err(Failure::trouble("rig", unable.join("\n  ")));
    }
    rig.sample(&streams(program)).map(|_| ()).map_err(trouble)
}

/// Writes down how clocks and inputs fared, as a file that is sealed with the session.
fn keep_timing(folder: &Path, program: &Program, timing: &Timing) -> Result<(), Failure> {
    let line = |line: u32| {
        let input = &program.inputs[line as usize];
        format!("{}.{}", program.devices[input.device as usize].name, input.channel)
    };
    let late: Vec<Value> = timing
        .first_late
        .iter()
        .map(|late| json!({ "input": line(late.line), "at_ns": late.at.to_string(), "by_us": late.by as f64 / 1e3 }))
        .collect();
    let backends: Vec<Value> = timing
        .backends
        .iter()
        .map(|backend| {
            let figures: serde_json::Map<String, Value> =
                backend.figures.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "name": backend.name, "figures": figures })
        })
        .collect();
    let value = json!({
        "format": FORMAT,
        "inputs": timing.inputs,
        "late_inputs": timing.late,
        "latest_by_us": timing.latest_by as f64 / 1e3,
        "first_late": late,
        "deadlines_noticed_late_by_at_most_us": timing.overslept as f64 / 1e3,
        "backends": backends,
    });
    let path = folder.join(TIMING);
    let text = serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
    std::fs::write(&path, text).map_err(|error| {
        let message = format!("{}: {error}; make room and close the session with `trialect recover`", path.display());
        Failure::trouble("cannot-write", message)
    })
}
