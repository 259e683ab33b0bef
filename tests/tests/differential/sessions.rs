//! Whole sessions of a simulated mouse in the basic task.
#![allow(dead_code)] // shared by the tests and the benchmarks; each uses a part

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use trialect_codegen::Jit;
use trialect_device::Rig;
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;
use trialect_ir::{Machine, Program};
use trialect_session::{Ending, Plan, Recorder, run, wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};

/// The text of the basic task.
pub fn basic_text() -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../protocols/ibl/basic.trial"));
    std::fs::read_to_string(path).expect("the basic task")
}

/// The basic task, compiled.
pub fn basic() -> Arc<Program> {
    let compiled = compile("basic.trial", &basic_text(), &Library::Embedded);
    compiled.program.unwrap_or_else(|| panic!("the basic task does not compile: {:#?}", compiled.findings))
}

/// The machines on which a session can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Interpreter,
    Jit,
}

/// A machine with a program's initial memory.
pub fn machine(kind: Kind, program: &Arc<Program>) -> Box<dyn Machine> {
    match kind {
        Kind::Interpreter => Box::new(Interpreter::new(Arc::clone(program))),
        Kind::Jit => Box::new(Jit::compile(program).expect("the program is valid")),
    }
}

/// A session of a simulated mouse.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Of all draws, the protocol's and the mouse's.
    pub seed: u64,
    /// Its ordinal in the mouse's life, from 1.
    pub session: u32,
    /// Trials that the mouse has done before.
    pub experience: u64,
    /// What the session before left behind.
    pub subject_words: Option<Vec<u64>>,
}

impl Simulated {
    /// The first session of a mouse.
    pub fn first(seed: u64) -> Simulated {
        Simulated { seed, session: 1, experience: 0, subject_words: None }
    }

    /// The next session of the same mouse.
    pub fn after(self, ending: Ending) -> Simulated {
        let experience = self.experience + u64::from(ending.trials);
        Simulated { session: self.session + 1, experience, subject_words: Some(ending.subject_words), ..self }
    }

    /// Runs it on a machine, to its end.
    pub fn run(&self, program: &Program, machine: &mut dyn Machine, recorder: &mut dyn Recorder) -> Ending {
        let mut rig = self.rig(program);
        let stop = AtomicBool::new(false);
        let plan = Plan {
            subject: "mouse".into(),
            session: self.session,
            date: trialect_ir::Date::FIRST,
            seed: self.seed,
            subject_words: self.subject_words.clone(),
            covariates: BTreeMap::from([("weight".to_string(), 24.5.into())]),
            covariate_remarks: BTreeMap::new(),
            covariates_given: false,
            given: &|_| Vec::new(),
            stop: &stop,
            sync_each_trial: false,
            stop_after: None,
            goes_on_until: None,
            interruption: None,
            progress: &|_| {},
        };
        run(program, machine, &mut rig, recorder, &plan).expect("a session without a fault")
    }

    fn rig(&self, program: &Program) -> SimRig {
        let parameters = MouseParameters::standard().expect("embedded");
        let state = MouseState { experience_trials: self.experience, ..MouseState::new(&parameters) };
        let rig = RigParameters::standard().expect("embedded");
        let mut rig = SimRig::new(&rig, &parameters, &state, self.seed, self.session).expect("valid parameters");
        rig.wire(&wiring(program)).expect("the rig has every device of the task");
        rig
    }
}
