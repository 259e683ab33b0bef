//! Playing a protocol on the scripted rig, and what must hold of every session that was played.

use crate::scripted_rig::{MS, ScriptedRig};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use trialect_device::{Ns, Rig, Samples};
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;
use trialect_ir::Program;
use trialect_journal::{Entry, JournalFault};
use trialect_session::{
    Asked, Comparing, Ending, Inbox, Interruption, Place, Plan, Record, Recorder, ReplayRig, SessionFault, run, wiring,
};

/// What was sampled: when it came, the stream, the number of the first sample, the counts.
pub(crate) type Piece = (Ns, u32, u64, Vec<i16>);

/// A program with all devices, a picture, a sound and this trial; it ends after two trials.
pub(crate) fn program(trial: &str) -> Arc<Program> {
    let text = format!(
        "protocol test.session 1.0.0
         rig {{ wheel : Encoder; screen : Display; horn : Speaker; spout : Valve }}
         stimulus disk on screen = gabor(frequency: 0.1 cycle/deg, sigma: 7 deg, orientation: 0 deg)
         stimulus hiss on horn = noise(duration: 10 s)
         subject {{ var tally := 0 within 0 .. 100; on trial.end {{ tally += 1 }} }}
         session {{
           stat rows = count(true)
           limit trials 2
           limit spout 1 mL each session
           limit spout 100 h each session
         }}
         trial {{
           {trial}
         }}"
    );
    compiled(&text)
}

pub(crate) fn compiled(text: &str) -> Arc<Program> {
    let compiled = compile("test.trial", text, &Library::Embedded);
    let findings: Vec<_> = compiled.findings.iter().map(|finding| (finding.code, &finding.message)).collect();
    compiled.program.unwrap_or_else(|| panic!("{findings:?}"))
}

/// What a session left behind.
pub(crate) struct Played {
    pub(crate) program: Arc<Program>,
    pub(crate) rig: ScriptedRig,
    pub(crate) entries: Vec<Entry>,
    pub(crate) samples: Vec<Piece>,
    pub(crate) ended: Result<Ending, SessionFault>,
}

/// A record that cannot be written from some push or commit on.
#[derive(Debug, Default)]
pub(crate) struct Paper {
    pub(crate) entries: Vec<Entry>,
    /// How many entries there is room for.
    pub(crate) room: Option<usize>,
    /// What was sampled, if it is kept.
    pub(crate) samples: Option<Vec<Piece>>,
    /// How many pieces there is room for.
    pub(crate) room_for_samples: Option<usize>,
    /// Fails at this commit, from 0.
    pub(crate) torn_at_commit: Option<usize>,
    pub(crate) commits: usize,
}

fn full() -> SessionFault {
    SessionFault::Journal(JournalFault::DiskFull { path: "journal".into(), doing: "writing" })
}

impl Recorder for Paper {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        if self.room == Some(self.entries.len()) {
            return Err(full());
        }
        self.entries.push(entry);
        Ok(())
    }
    fn commit(&mut self, _sync: bool) -> Result<(), SessionFault> {
        self.commits += 1;
        if self.torn_at_commit == Some(self.commits - 1) { Err(full()) } else { Ok(()) }
    }
    fn keeps_samples(&self) -> bool {
        self.samples.is_some()
    }
    fn samples(&mut self, at: Ns, samples: Samples<'_>) -> Result<(), SessionFault> {
        let kept = self.samples.get_or_insert_default();
        if self.room_for_samples == Some(kept.len()) {
            return Err(full());
        }
        kept.push((at, samples.stream, samples.first, samples.counts.to_vec()));
        Ok(())
    }
}

pub(crate) fn plan<'p>(stop: &'p AtomicBool, requests: &'p RefCell<Inbox>) -> Plan<'p> {
    Plan {
        subject: "tester".into(),
        session: 1,
        date: trialect_ir::Date::FIRST,
        given_today: BTreeMap::new(),
        seed: 1,
        subject_words: None,
        covariates: BTreeMap::new(),
        covariate_remarks: BTreeMap::new(),
        covariates_given: false,
        given: &|_| Vec::new(),
        parameters: Vec::new(),
        requests,
        stop,
        sync_each_trial: false,
        stop_after: None,
        goes_on_until: None,
        interruption: None,
        progress: &|_| {},
    }
}

/// Plays a trial's text on a rig, to the end.
pub(crate) fn play(trial: &str, rig: ScriptedRig) -> Played {
    play_on(&program(trial), rig, Paper::default(), &|_| {})
}

/// Plays a whole protocol on a rig, to the end.
pub(crate) fn play_protocol(text: &str, rig: ScriptedRig) -> Played {
    play_on(&compiled(text), rig, Paper::default(), &|_| {})
}

/// Plays a whole protocol in which people ask for something between trials.
pub(crate) fn play_asked(text: &str, rig: ScriptedRig, asked: &[Asked]) -> Played {
    let program = compiled(text);
    let mut inbox = Inbox::default();
    asked.iter().for_each(|asked| inbox.push(&program, asked.clone()).expect("can be done"));
    play_all(&program, rig, Paper::default(), &|_| {}, inbox)
}

/// Plays a program on a rig into a record; `after_trial` may set the flag that stops the session.
pub(crate) fn play_on(program: &Arc<Program>, rig: ScriptedRig, paper: Paper, after_trial: &dyn Fn(u32)) -> Played {
    play_all(program, rig, paper, after_trial, Inbox::default())
}

fn play_all(
    program: &Arc<Program>,
    mut rig: ScriptedRig,
    mut paper: Paper,
    after_trial: &dyn Fn(u32),
    inbox: Inbox,
) -> Played {
    let requests = RefCell::new(inbox);
    rig.wire(&wiring(program)).unwrap();
    let stop = Rc::clone(&rig.stop);
    let mut machine = Interpreter::new(Arc::clone(program));
    let plan = Plan { progress: after_trial, ..plan(&stop, &requests) };
    let ended = run(program, &mut machine, &mut rig, &mut paper, &plan);
    let samples = paper.samples.unwrap_or_default();
    let played = Played { program: Arc::clone(program), rig, entries: paper.entries, samples, ended };
    played.holds();
    played
}

impl Played {
    /// What holds of every session: the rig ends safe, the record says what reached it, and it replays.
    fn holds(&self) {
        let log = &self.rig.log;
        assert!(log.last().is_some_and(|last| last.ends_with(" safe")), "not made safe: {log:?}");
        let safe = log.iter().position(|line| line.ends_with(" safe")).unwrap();
        assert!(log[safe..].iter().all(|line| line.ends_with(" safe")), "reached after it was safe: {log:?}");
        let sent: Vec<&String> = log[..safe].iter().filter(|line| !line.contains(" = ")).collect();
        let until_fault = self.entries.iter().take_while(|entry| !matches!(entry, Entry::Fault { .. }));
        let recorded: Vec<String> = until_fault.filter_map(|entry| self.told(entry)).collect();
        // An entry for which there was no room was not carried out.
        assert_eq!(sent, recorded.iter().collect::<Vec<_>>());
        if self.ended.is_ok() {
            self.replays();
        }
    }

    /// The recorded inputs give the same record again, entry by entry.
    fn replays(&self) {
        let record = Record::of(&self.entries);
        let mut rig = ReplayRig::new("emulated", Vec::new(), &record, &self.program.columns, &self.program);
        let mut machine = Interpreter::new(Arc::clone(&self.program));
        let stop = AtomicBool::new(false);
        let requests = RefCell::new(record.requests(&self.program.columns, &self.program));
        let plan = match &record.fault {
            Some(fault) => Plan {
                interruption: Some(Interruption {
                    place: Place::Entry(fault.position),
                    at: Some(fault.at),
                    reason: fault.what.clone(),
                }),
                ..plan(&stop, &requests)
            },
            None => Plan {
                stop_after: Some((record.last_trial(), record.end.clone().unwrap())),
                goes_on_until: record.ended_at,
                ..plan(&stop, &requests)
            },
        };
        let mut comparing = Comparing::with(&self.entries, None);
        let again = run(&self.program, &mut machine, &mut rig, &mut comparing, &plan);
        assert_eq!(&again.expect("replays"), self.ended.as_ref().unwrap());
        assert_eq!(comparing.equal(), self.entries.len(), "the replay ends early");
    }

    /// An output or release as the rig logs it.
    fn told(&self, entry: &Entry) -> Option<String> {
        let (at, end, site) = match entry {
            Entry::Output { output, at, .. } => (at, "", *output),
            Entry::Release { output, at } => (at, "end ", *output),
            _ => return None,
        };
        let site = &self.program.sites[site as usize];
        let target = match site.stimulus {
            Some(stimulus) => &self.program.stimuli[stimulus as usize].name,
            None => &self.program.devices[site.device as usize].name,
        };
        Some(format!("{} {end}{} {target}", at / MS, site.verb))
    }

    /// Outputs and releases as recorded, in the rig's words; `fault` where there was one.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let told = |entry: &Entry| match entry {
            Entry::Fault { .. } => Some("fault".to_string()),
            entry => self.told(entry),
        };
        self.entries.iter().filter_map(told).collect()
    }

    /// The outcome of each row.
    pub(crate) fn outcomes(&self) -> Vec<Option<&str>> {
        let outcome = |entry: &Entry| match entry {
            Entry::Row { outcome, .. } => Some(outcome.map(|k| self.program.outcomes[k as usize].as_str())),
            _ => None,
        };
        self.entries.iter().filter_map(outcome).collect()
    }

    /// What a name is worth in each trial's row.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        let k = self.program.columns.iter().position(|column| column.name == name).expect("a name of the protocol");
        let word = |entry: &Entry| match entry {
            Entry::Row { words, .. } => Some(self.program.columns[k].domain.show(words[k])),
            _ => None,
        };
        self.entries.iter().filter_map(word).collect()
    }

    /// What a name is worth at the session's end.
    pub(crate) fn at_end(&self, name: &str) -> String {
        let k = self.program.columns.iter().position(|column| column.name == name).expect("a name of the protocol");
        let Some(Entry::SessionEnd { words, .. }) = self.entries.last() else { panic!("the session has no end") };
        self.program.columns[k].domain.show(words[k])
    }

    pub(crate) fn ending(&self) -> &Ending {
        self.ended.as_ref().expect("the session ended by itself")
    }

    /// How many entries of the faults there are.
    pub(crate) fn faults(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry, Entry::Fault { .. })).count()
    }
}

/// Sets a flag after a trial.
pub(crate) fn stop_after(rig: &ScriptedRig, last: u32) -> impl Fn(u32) + use<> {
    let stop = Rc::clone(&rig.stop);
    move |trial| stop.store(trial == last, Ordering::SeqCst)
}
