//! The audit: files in their order, sessions of one chain, trial by trial.

use crate::bind::Bindings;
use crate::data::{Data, Opened};
use crate::decode::Said;
use crate::explain::renew;
use crate::facts::{Facts, Know};
use crate::fault::AuditFault;
use crate::judge::Judge;
use crate::limits::Given;
use crate::report::{Report, Sources};
use crate::rows::{Reader, Rows};
use crate::setup::{Begins, Setup};
use crate::tally::Here;
use std::sync::mpsc::sync_channel;
use trialect_ir::{Clock, Machine, NO_OUTCOME, Phase, Program, RuleKind, Slot, header, law};

/// Blocks of rows that are read ahead.
const AHEAD: usize = 4;

/// Holds data, the sessions of one subject in their order, against a program. `place` gives the place of a definition in
/// the protocol's texts by its clause.
///
/// # Errors
/// The map does not fit the program or a table, a table cannot be read, or a cell is no value of its name.
pub fn audit(
    program: &Program,
    machine: &mut dyn Machine,
    data: &Data<'_>,
    place: &dyn Fn(&str) -> Option<String>,
) -> Result<Report, AuditFault> {
    data.check()?;
    let facts = Facts::of(program);
    let (mut audit, mut machine): (Option<Audit<'_>>, _) = (None, Some(machine));
    let mut sources =
        Sources { files: Vec::new(), formats: Vec::new(), level: data.level(), left_out: Vec::new(), place };
    for (file, path) in data.tables.iter().enumerate() {
        let Opened { mut import, map, left_out, map_path } = data.open(program, &facts, path)?;
        let bindings = Bindings::new(program, &facts, &map, file, &map_path, import.table.columns())?;
        import.table.select(&bindings.selected)?;
        let setup = Setup::new(program, &facts, &bindings);
        match (audit.as_mut(), machine.take()) {
            (Some(one), _) => one.judge.exchange(setup),
            (None, Some(machine)) => {
                audit = Some(Audit::new(program, &facts, Judge::new(program, &facts, setup), machine));
            }
            (None, None) => {}
        }
        let Some(one) = audit.as_mut() else { continue };
        one.judge.here = Here { file, row: 0, ..one.judge.here };
        one.file(Reader::new(&import.path, import.table, bindings))?;
        sources.files.push(import.path.display().to_string());
        sources.formats.push(import.format.name());
        sources.left_out.extend(left_out);
    }
    sources.left_out.sort();
    sources.left_out.dedup();
    Ok(match audit {
        Some(mut audit) => {
            audit.end_session();
            Report::of(&mut audit.judge, audit.sessions, audit.trials, &sources)
        }
        None => Report::empty(program, &sources),
    })
}

struct Audit<'a> {
    program: &'a Program,
    facts: &'a Facts,
    judge: Judge<'a>,
    machine: &'a mut dyn Machine,
    sessions: u32,
    trials: u64,
    /// Trials of the present session.
    trial: u32,
    /// Time of the latest instant, ns.
    now: i64,
    /// Stages with their counts before the rules of the last trial ran.
    stages: Vec<[u64; 3]>,
    /// By block: the index that the data gave last.
    indices: Vec<u64>,
    /// Whether the last trial had an outcome, so that its rules ran.
    ruled: bool,
    /// What devices gave in the session.
    given: Given,
    /// The subject's words with which the present session began.
    begun: Vec<u64>,
}

impl<'a> Audit<'a> {
    fn new(program: &'a Program, facts: &'a Facts, judge: Judge<'a>, machine: &'a mut dyn Machine) -> Audit<'a> {
        machine.memory_mut().copy_from_slice(&program.initial);
        let (stages, indices) = (vec![[0; 3]; facts.curricula.len()], vec![0; facts.blocks.len()]);
        Audit {
            program,
            facts,
            judge,
            machine,
            sessions: 0,
            trials: 0,
            trial: 0,
            now: 0,
            stages,
            indices,
            ruled: false,
            given: Given::default(),
            begun: Vec::new(),
        }
    }

    fn word(&self, slot: Slot) -> u64 {
        self.machine.memory()[slot.index()]
    }

    fn set(&mut self, slot: Slot, word: u64) {
        self.machine.memory_mut()[slot.index()] = word;
    }

    /// All rows of a file. While some are judged, another thread reads the next ones; without one, as where no thread
    /// can be had, they are read in between.
    fn file(&mut self, mut reader: Reader) -> Result<(), AuditFault> {
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel(AHEAD);
            let (lend, borrow) = sync_channel::<Reader>(1);
            let read = move || {
                let Ok(mut reader) = borrow.recv() else { return };
                loop {
                    let rows = reader.next();
                    let more = matches!(rows, Ok(Some(_)));
                    if send.send(rows).is_err() || !more {
                        return;
                    }
                }
            };
            if std::thread::Builder::new().name("rows".into()).spawn_scoped(scope, read).is_err() {
                while let Some(rows) = reader.next()? {
                    self.rows(&rows);
                }
                return Ok(());
            }
            // The thread takes the reader out of the channel, which has room for it.
            let _ = lend.send(reader);
            for rows in receive {
                let Some(rows) = rows? else { break };
                self.rows(&rows);
            }
            Ok(())
        })
    }

    fn rows(&mut self, rows: &Rows) {
        for (k, (row, begins)) in rows.rows.iter().enumerate() {
            std::mem::swap(&mut self.judge.before, &mut self.judge.said);
            self.judge.said.clear();
            self.judge.said.extend_from_slice(rows.said(k));
            if *begins {
                self.end_session();
                self.judge.here.row = *row;
                self.begin_session();
            }
            self.judge.here.row = *row;
            self.trial(*begins);
        }
    }

    /// The rules at the end of a session, and what they leave for the next.
    fn end_session(&mut self) {
        if self.trial == 0 {
            return;
        }
        self.keep_stages();
        self.machine.run(Phase::SessionEnd, &mut self.judge);
        if self.program.counts.is_some_and(|slot| self.word(slot) == 0) {
            let subject = self.program.subject.start as usize..self.program.subject.end as usize;
            self.machine.memory_mut()[subject].copy_from_slice(&self.begun);
        }
        self.trial = 0;
    }

    fn begin_session(&mut self) {
        let subject = self.program.subject.start as usize..self.program.subject.end as usize;
        let words = self.machine.memory()[subject.clone()].to_vec();
        self.machine.memory_mut().copy_from_slice(&self.program.initial);
        self.machine.memory_mut()[subject].copy_from_slice(&words);
        self.sessions += 1;
        self.judge.begin_session(self.trials);
        self.now = 0;
        self.ruled = false;
        self.given.begin(self.facts, &self.judge);
        self.set(header::SESSION, u64::from(self.sessions));
        self.indices.fill(0);
        self.judge.here.session = self.sessions;
        self.judge.here.trial = 0;
        self.judge.before.clear();
        self.judge.history.clear();
        self.judge.pieces = crate::explain::everything();
        self.judge.look_for_gaps();
        self.asked(Clock::Session);
        self.machine.run(Phase::SessionStart, &mut self.judge);
    }

    /// Values asked of people.
    fn asked(&mut self, upto: Clock) {
        for k in self.program.asked.iter().map(|k| *k as usize) {
            if self.program.columns[k].clock <= upto {
                self.judge.put(k, self.machine.memory_mut());
            }
        }
    }

    fn trial(&mut self, first: bool) {
        self.trial += 1;
        (self.judge.here.trial, self.judge.here.nth) = (self.trial, self.trials);
        self.trials += 1;
        if first {
            self.between_sessions();
            let subject = self.program.subject.start as usize..self.program.subject.end as usize;
            self.begun = self.machine.memory()[subject].to_vec();
        } else {
            self.between_trials();
        }
        self.judge.look_for_gaps();
        let time = |judge: &Judge<'_>, bound: Option<usize>| match bound.map(|bound| judge.said[bound]) {
            Some(Said::Word(word)) => Some(word as i64),
            _ => None,
        };
        self.now = time(&self.judge, self.judge.setup.trial_start).unwrap_or(self.now);
        self.set(header::TRIAL, u64::from(self.trial));
        self.set(header::NOW, self.now as u64);
        self.asked(Clock::Trial);
        self.machine.run(Phase::TrialStart, &mut self.judge);
        self.set(header::OUTCOME, NO_OUTCOME as u64);
        self.set(header::TRIAL_START, self.now as u64);
        for k in 0..self.judge.setup.moments.started.len() {
            let (column, put) = self.judge.setup.moments.started[k];
            self.judge.compare(column, self.machine.memory(), 0);
            if put {
                self.judge.put(column, self.machine.memory_mut());
            }
        }
        self.judge.remember(self.machine.memory());
        self.happened();
        self.given.take(self.facts, &mut self.judge, self.machine.memory());
        self.now = time(&self.judge, self.judge.setup.trial_end).unwrap_or(self.now);
        self.set(header::NOW, self.now as u64);
        self.machine.run(Phase::TrialEnd, &mut self.judge);
        for k in 0..self.judge.setup.moments.ended.len() {
            let column = self.judge.setup.moments.ended[k];
            self.judge.compare(column, self.machine.memory(), 0);
            self.judge.put(column, self.machine.memory_mut());
        }
        self.rules();
    }

    /// Before the first trial of a session: the values that rules have changed since the last, or with which the chain
    /// begins.
    fn between_sessions(&mut self) {
        let begins = self.sessions == 1;
        self.carry((!begins).then_some(1));
    }

    /// Before another trial of a session: what the rules after the last one should have done.
    fn between_trials(&mut self) {
        self.stopped();
        for block in 0..self.facts.blocks.len() {
            let Some((bound, how)) = self.judge.setup.begins[block] else { continue };
            let Said::Word(word) = self.judge.said[bound] else {
                self.judge.blocks[block].undecidable += 1;
                continue;
            };
            let begins = match how {
                Begins::True => word != 0,
                Begins::Zero => word == 0,
                Begins::Changes => word != self.indices[block],
            };
            self.indices[block] = word;
            self.judge.block_ended(block, begins, self.machine.memory());
            self.set(self.facts.blocks[block].ended, u64::from(begins));
        }
        let (program, facts, memory) = (self.program, self.facts, self.machine.memory());
        renew(&mut self.judge.pieces, &|draw| {
            program.draws.get(draw).is_none_or(|draw| draw.clock == Clock::Trial || begins_anew(draw, facts, memory))
        });
        self.carry(Some(0));
    }

    /// Compares the values that rules change between trials, and puts the data's in their place.
    fn carry(&mut self, moment: Option<usize>) {
        for k in 0..self.judge.setup.moments.before.len() {
            let (column, curriculum) = self.judge.setup.moments.before[k];
            let computed = self.word(self.program.columns[column].value);
            if let Some(moment) = moment {
                self.judge.compare(column, self.machine.memory(), moment);
            }
            self.judge.put(column, self.machine.memory_mut());
            if let (Some(curriculum), Some(_)) = (curriculum, moment) {
                self.stay(curriculum, computed);
            }
        }
    }

    /// Counts of a curriculum whose stage is another than was computed.
    fn stay(&mut self, curriculum: usize, computed: u64) {
        let words = self.facts.curricula[curriculum].words;
        let (now, before) = (self.word(words[0]), self.stages[curriculum]);
        if now == computed {
            return;
        }
        // The data stayed where the rule went on, or went where the rule stayed.
        let counts = if now == before[0] { [before[1] + 1, before[2]] } else { [0, 0] };
        self.set(words[1], counts[0]);
        self.set(words[2], counts[1]);
    }

    fn keep_stages(&mut self) {
        for k in 0..self.facts.curricula.len() {
            self.stages[k] = self.facts.curricula[k].words.map(|slot| self.word(slot));
        }
    }

    /// The session goes on: no rule should have stopped it.
    fn stopped(&mut self) {
        if !self.ruled {
            return;
        }
        for rule in &self.program.stops {
            let k = rule.0 as usize;
            if self.program.rules[k].kind != RuleKind::Stop {
                continue;
            }
            let known = self.judge.setup.knowledge.rules[k] == Know::Known;
            let here = self.judge.here.before();
            let fired = self.judge.fired.contains(&rule.0);
            let tally = &mut self.judge.stops[k];
            match (known, fired) {
                (false, _) => tally.undecidable += 1,
                (true, false) => tally.equal += 1,
                (true, true) => {
                    tally.refute(here, || "the session stops".into(), || "it goes on".into());
                }
            }
        }
    }

    /// What happened in the trial, from the data.
    fn happened(&mut self) {
        let outcome = match self.judge.setup.outcome.map(|bound| self.judge.said[bound]) {
            Some(Said::Word(word)) => word,
            _ => NO_OUTCOME as u64,
        };
        self.set(header::OUTCOME, outcome);
        for k in 0..self.judge.setup.stamps.len() {
            let (bound, slot, visits) = self.judge.setup.stamps[k];
            if let Said::Word(word) = self.judge.said[bound] {
                self.set(slot, word);
                visits.into_iter().for_each(|visits| self.set(visits, 1));
            }
        }
        for k in 0..self.judge.setup.moments.played.len() {
            let (column, stamps) = self.judge.setup.moments.played[k];
            let Some(stamps) = stamps else {
                self.judge.put(column, self.machine.memory_mut());
                continue;
            };
            if let Some(Said::Word(word)) = self.judge.of_column(column) {
                let from = self.now;
                let to = from.saturating_add(law::round(f64::from_bits(word) * 1e9));
                self.set(stamps.from, from as u64);
                self.set(stamps.to, to as u64);
                stamps.visits.into_iter().for_each(|visits| self.set(visits, 1));
            }
        }
    }

    /// The rules after a trial. One that was broken off has none.
    fn rules(&mut self) {
        self.ruled = self.word(header::OUTCOME) as i64 != NO_OUTCOME;
        self.keep_stages();
        if !self.ruled {
            return;
        }
        self.machine.run(Phase::Statistics, &mut self.judge);
        self.machine.run(Phase::TrialRules, &mut self.judge);
        self.judge.fired.clear();
        self.machine.run(Phase::Stops, &mut self.judge);
        for k in 0..self.judge.setup.advised.len() {
            let (bound, rule) = self.judge.setup.advised[k];
            self.judge.advised(rule, self.judge.said[bound]);
        }
        self.set(header::STOP, 0);
    }
}

/// Whether a draw of a block is made anew with this trial.
fn begins_anew(draw: &trialect_ir::Draw, facts: &Facts, memory: &[u64]) -> bool {
    let of = |block: &&crate::facts::Block| block.index == Some(draw.tick);
    draw.clock == Clock::Block && facts.blocks.iter().find(of).is_some_and(|block| memory[block.ended.index()] != 0)
}
