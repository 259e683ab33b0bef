//! The session as its program sees it in an audit: draws come from the data, and decisions are compared with it.

use crate::decode::Said;
use crate::explain::{Ground, Judged, Piece, Wanted, everything};
use crate::facts::{Facts, Know};
use crate::history::History;
use crate::law::Law;
use crate::setup::Setup;
use crate::tally::{Here, Tally};
use trialect_ir::{
    Class, Column, ColumnId, Distribution, Domain, DrawId, Host, Program, RuleId, SiteId, StateId, header,
};

/// A word of the generator in the middle of all: what a draw is taken to be that is not in the data.
const MIDDLE: u64 = 1 << 63;
/// Beginnings of sessions that are kept, to be shown.
const BEGINNINGS: usize = 256;
/// Reals closer than this part of them are equal: another program wrote decimals.
const CLOSE: f64 = 1e-9;

pub(crate) struct Judge<'a> {
    pub(crate) program: &'a Program,
    pub(crate) facts: &'a Facts,
    pub(crate) setup: Setup,
    /// What the present row says, by bound name.
    pub(crate) said: Vec<Said>,
    /// What the row before said, in the same session.
    pub(crate) before: Vec<Said>,
    /// By column; the second for what changed with the end of a session.
    pub(crate) columns: [Vec<Tally>; 2],
    pub(crate) blocks: Vec<Tally>,
    /// By rule.
    pub(crate) stops: Vec<Tally>,
    pub(crate) here: Here,
    /// What the draws that are not in the data can be.
    pub(crate) pieces: Vec<Piece>,
    /// By slot, in the present trial.
    known: Vec<Know>,
    /// Whether a cell of the trial is missing that the trial's decisions may depend on.
    pub(crate) gaps: bool,
    /// Rules that fired in the present phase.
    pub(crate) fired: Vec<u32>,
    /// By draw: its distribution with the parameters that it had last.
    laws: Vec<Law>,
    /// Trials of the chain before each session, as far as there are few.
    pub(crate) beginnings: Vec<u64>,
    /// What `last` reads of values that are not known.
    pub(crate) history: History,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(program: &'a Program, facts: &'a Facts, setup: Setup) -> Judge<'a> {
        let tallies = |count: usize| vec![Tally::default(); count];
        Judge {
            program,
            facts,
            known: setup.knowledge.words.clone(),
            setup,
            said: Vec::new(),
            before: Vec::new(),
            columns: [tallies(program.columns.len()), tallies(program.columns.len())],
            blocks: tallies(facts.blocks.len()),
            stops: tallies(program.rules.len()),
            here: Here::default(),
            pieces: everything(),
            gaps: false,
            fired: Vec::new(),
            laws: program.draws.iter().map(|draw| Law::new(draw.distribution)).collect(),
            beginnings: Vec::new(),
            history: History::default(),
        }
    }

    /// Another file, with names of its own.
    pub(crate) fn exchange(&mut self, setup: Setup) {
        self.known.clone_from(&setup.knowledge.words);
        self.before.clear();
        self.setup = setup;
    }

    /// A session begins after so many trials.
    pub(crate) fn begin_session(&mut self, trials: u64) {
        if self.beginnings.len() < BEGINNINGS {
            self.beginnings.push(trials);
        }
    }

    /// What the row says of a column, when it is bound.
    pub(crate) fn of_column(&self, column: usize) -> Option<Said> {
        self.setup.of_column[column].map(|bound| self.said[bound])
    }

    /// Draws and definitions whose cells are missing in this trial are not known in it.
    pub(crate) fn look_for_gaps(&mut self) {
        if self.gaps {
            self.known.clone_from(&self.setup.knowledge.words);
        }
        self.gaps = false;
        let missing = |bound: &usize| self.said[*bound] == Said::Missing && !self.made_before(*bound);
        self.gaps = self.setup.heard.iter().any(missing);
        for slot in &self.history.slots {
            self.gaps |= self.known[*slot] == Know::Known;
            self.known[*slot] = Know::Hidden;
        }
        if !self.gaps {
            return;
        }
        for (k, column) in self.program.columns.iter().enumerate() {
            let missing = self.of_column(k).is_none_or(|said| said == Said::Missing);
            let slot = column.value.index();
            let made = self.facts.made[slot].is_some() || self.setup.draw_at[slot].is_some();
            if missing && made && self.known[slot] == Know::Known {
                self.known[slot] = Know::Hidden;
                if let Some(flag) = column.present.filter(|flag| self.facts.made[flag.index()].is_some()) {
                    self.known[flag.index()] = Know::Hidden;
                }
            }
        }
    }

    /// Whether a name is of a block and a list of random numbers says it: there is nothing in later trials of the block.
    fn made_before(&self, bound: usize) -> bool {
        let column = self.setup.of_column.iter().position(|of| *of == Some(bound));
        self.setup.listed[bound] && column.is_some_and(|k| self.program.columns[k].clock != trialect_ir::Clock::Trial)
    }

    /// Whether a name is missing because it was not drawn.
    fn not_drawn(&self, column: usize) -> bool {
        self.setup.of_column[column].is_some_and(|bound| self.setup.listed[bound] && self.said[bound] == Said::Missing)
    }

    /// The trial has started: keeps what the next one may read of what is not known.
    pub(crate) fn remember(&mut self, memory: &[u64]) {
        let hidden = crate::history::hidden(self.facts, &|slot| self.known[slot.index()] == Know::Hidden);
        self.history = match hidden.is_empty() {
            true => History::default(),
            false => History::after(&self.ground(memory), &self.pieces, &hidden),
        };
    }

    /// The value of a trial's column in the trial before, and how that ended.
    fn before(&self, column: usize, outcome: u64) -> Option<(u64, usize)> {
        let declared = &self.program.columns[column];
        let bound = self.setup.of_column[column].filter(|_| declared.clock == trialect_ir::Clock::Trial)?;
        let Said::Word(word) = *self.before.get(bound)? else { return None };
        let outcome = usize::try_from(outcome).ok().filter(|outcome| *outcome < self.program.outcomes.len())?;
        Some((word, outcome))
    }

    pub(crate) fn tolerance(&self, column: usize, word: u64) -> f64 {
        CLOSE * f64::from_bits(word).abs() + self.setup.rounded[column]
    }

    /// Whether two words of a column are the same value.
    fn same(&self, column: usize, a: u64, b: u64) -> bool {
        if a == b {
            return true;
        }
        match &self.program.columns[column].domain {
            domain if domain.class() == Class::Real => {
                (f64::from_bits(a) - f64::from_bits(b)).abs()
                    <= self.tolerance(column, a).max(self.tolerance(column, b))
            }
            Domain::Instant => (a as i64).abs_diff(b as i64) as f64 <= 1.0 + self.setup.rounded[column] * 1e9,
            _ => false,
        }
    }

    /// Compares what is in memory with the row; `moment` is 1 for what changed with the end of a session.
    pub(crate) fn compare(&mut self, column: usize, memory: &[u64], moment: usize) {
        let Some(said) = self.of_column(column).filter(|_| !self.not_drawn(column)) else { return };
        let declared = &self.program.columns[column];
        let there = declared.present.is_none_or(|flag| memory[flag.index()] != 0);
        let word = memory[declared.value.index()];
        let equal = match said {
            Said::Missing => None,
            _ if self.setup.undecidable[column] => None,
            Said::Nothing => Some(!there),
            Said::Word(found) => Some(there && self.same(column, word, found)),
        };
        let here = self.here;
        let tally = &mut self.columns[moment][column];
        match equal {
            None => tally.undecidable += 1,
            Some(true) => tally.equal += 1,
            Some(false) => tally.refute(
                here,
                || if there { shown(declared, word) } else { "none".into() },
                || said_shown(declared, said),
            ),
        }
    }

    /// Puts the row's value in its place.
    pub(crate) fn put(&self, column: usize, memory: &mut [u64]) {
        let declared = &self.program.columns[column];
        let said = self.of_column(column);
        if let Some(Said::Word(word)) = said {
            memory[declared.value.index()] = word;
        }
        if let (Some(flag), Some(Said::Word(_) | Said::Nothing)) = (declared.present, said) {
            memory[flag.index()] = u64::from(said != Some(Said::Nothing));
        }
    }

    /// Judges a definition some of whose inputs are not in the data.
    fn explain(&mut self, column: usize, said: Said, memory: &[u64]) {
        let declared = &self.program.columns[column];
        let mut pieces = std::mem::take(&mut self.pieces);
        let judged = self.judged(column, said, memory, &mut pieces);
        self.pieces = pieces;
        let here = self.here;
        let before = self.before(column, memory[header::OUTCOME.index()]);
        let tally = &mut self.columns[0][column];
        match judged {
            (Judged::Open, _) => tally.undecidable += 1,
            (Judged::Certain(_), true) => tally.equal += 1,
            (Judged::Certain(word), false) => {
                tally.refute(here, || shown(declared, word), || said_shown(declared, said));
            }
            (Judged::Refuted, _) => tally.refute(
                here,
                || "what some value of the missing draws gives".into(),
                || said_shown(declared, said),
            ),
            (Judged::Explained { chances, quantile }, _) => {
                tally.consistent += 1;
                if let (Said::Word(word), false) = (said, chances.is_empty()) {
                    tally.counts.take(word, &chances);
                    if let Some((before, outcome)) = before {
                        tally.follow(word, &chances, before, outcome);
                    }
                }
                if let Some(quantile) = quantile {
                    tally.evenness.take(quantile);
                }
            }
        }
    }

    fn judged(&self, column: usize, said: Said, memory: &[u64], pieces: &mut Vec<Piece>) -> (Judged, bool) {
        let declared = &self.program.columns[column];
        let ground = self.ground(memory);
        if let Some(flag) = declared.present
            && let Some(expr) = &self.facts.made[flag.index()]
        {
            let there = u64::from(said != Said::Nothing);
            match ground.judge(pieces, expr, Wanted { word: there, tolerance: 0.0 }) {
                Judged::Certain(word) if (word != 0) == (there != 0) => {}
                Judged::Certain(_) => return (Judged::Refuted, false),
                Judged::Explained { .. } => {}
                other => return (other, false),
            }
        }
        let Said::Word(word) = said else { return (Judged::Certain(0), true) };
        let Some(expr) = &self.facts.made[declared.value.index()] else { return (Judged::Open, false) };
        let tolerance = self.tolerance(column, word);
        let judged = ground.judge(pieces, expr, Wanted { word, tolerance });
        let equal = matches!(judged, Judged::Certain(certain) if self.same(column, certain, word));
        (judged, equal)
    }

    fn ground<'g>(&'g self, memory: &'g [u64]) -> Ground<'g> {
        Ground { facts: self.facts, memory, known: &self.known, draw_at: &self.setup.draw_at, history: &self.history }
    }

    /// The value of an expression, when all that it reads is known.
    pub(crate) fn value(&self, expr: &trialect_ir::Expr, memory: &[u64]) -> Option<u64> {
        if self.setup.is_known(expr) { self.ground(memory).exactly(expr) } else { None }
    }

    /// Compares whether a person was advised after the trial.
    pub(crate) fn advised(&mut self, rule: usize, said: Said) {
        let fired = self.fired.contains(&(rule as u32));
        let known = self.setup.knowledge.rules[rule] == Know::Known;
        let here = self.here;
        let words = |advised: bool| if advised { "advised" } else { "not advised" };
        let tally = &mut self.stops[rule];
        match said {
            Said::Word(word) if known && (word != 0) == fired => tally.equal += 1,
            Said::Word(word) if known => tally.refute(here, || words(fired).into(), || words(word != 0).into()),
            _ => tally.undecidable += 1,
        }
    }

    /// Judges whether a block ended with the trial before.
    pub(crate) fn block_ended(&mut self, block: usize, ended: bool, memory: &[u64]) {
        let facts = self.facts;
        let declared = &facts.blocks[block];
        let computed = memory[declared.ended.index()] != 0;
        let here = self.here;
        let words = |ended: bool| if ended { "ends" } else { "goes on" };
        if self.setup.is_known(&declared.condition) {
            let tally = &mut self.blocks[block];
            match computed == ended {
                true => tally.equal += 1,
                false => tally.refute(here, || words(computed).into(), || words(ended).into()),
            }
            return;
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        let wanted = Wanted { word: u64::from(ended), tolerance: 0.0 };
        let judged = self.ground(memory).judge(&mut pieces, &declared.condition, wanted);
        self.pieces = pieces;
        let tally = &mut self.blocks[block];
        match judged {
            Judged::Open => tally.undecidable += 1,
            Judged::Certain(word) if (word != 0) == ended => tally.equal += 1,
            Judged::Certain(_) | Judged::Refuted => {
                tally.refute(here, || words(!ended).into(), || words(ended).into());
            }
            Judged::Explained { chances, .. } => {
                tally.consistent += 1;
                if !chances.is_empty() {
                    tally.counts.take(u64::from(ended), &chances);
                }
            }
        }
    }

    /// Whether the distribution of a draw is known in this trial.
    fn is_certain(&self, draw: usize, memory: &[u64]) -> bool {
        if !self.gaps {
            return self.setup.certain[draw];
        }
        let ground = self.ground(memory);
        let drawn = self.facts.draws[draw].as_ref();
        drawn.is_some_and(|drawn| drawn.parameters.iter().all(|expr| ground.settled(&self.pieces, expr)))
    }

    /// Tests a draw that is in the data.
    fn test(&mut self, draw: usize, column: usize, (word, outcome): (u64, u64), parameters: &[u64], certain: bool) {
        let distribution = self.program.draws[draw].distribution;
        let declared = &self.program.columns[column];
        let shift = self.facts.draws[draw].as_ref().map_or(0, |drawn| drawn.shift);
        let before = self.before(column, outcome);
        let real = declared.domain.class() == Class::Real;
        let tolerance = if real { self.tolerance(column, word) } else { 0.0 };
        let here = self.here;
        let tally = &mut self.columns[0][column];
        if !certain {
            tally.undecidable += 1;
            return;
        }
        let x = f64::from_bits(word);
        let inside = distribution.supports(word, parameters)
            || real
                && matches!(distribution.support(parameters), trialect_ir::Support::Interval(low, high)
                    if x >= low - tolerance && x <= high + tolerance);
        if !inside {
            let support = || support(distribution, parameters, declared, shift);
            return tally.refute(here, support, || shown(declared, (word as i64 + shift) as u64));
        }
        tally.equal += 1;
        let law = &mut self.laws[draw];
        law.with(parameters);
        if law.chances.is_empty() {
            let (quantile, density) = law.at(word);
            tally.evenness.take(quantile);
            tally.density = (tally.density.0 + density, tally.density.1 + 1);
            return;
        }
        tally.counts.take(word, &law.chances);
        if let Some((before, outcome)) = before.filter(|_| distribution != Distribution::Whole) {
            tally.follow(word, &law.chances, (before as i64).wrapping_sub(shift) as u64, outcome);
        }
    }
}

/// The values that a draw allows, in words.
fn support(distribution: Distribution, parameters: &[u64], column: &Column, shift: i64) -> String {
    match distribution.support(parameters) {
        trialect_ir::Support::Members(set) => {
            let members = (0..64).filter(|k| set >> k & 1 == 1).map(|k| shown(column, (k + shift) as u64));
            format!("one of {}", members.collect::<Vec<_>>().join(", "))
        }
        trialect_ir::Support::Whole(low, high) => format!("a whole number, {low} .. {high}"),
        trialect_ir::Support::Interval(low, high) => {
            format!("{} .. {}", shown(column, low.to_bits()), shown(column, high.to_bits()))
        }
    }
}

/// A value as people read it.
pub(crate) fn shown(column: &Column, word: u64) -> String {
    let unit = match &column.domain {
        Domain::Levels { .. } => None,
        Domain::Instant => Some("s".to_owned()),
        other => other.unit().map(|unit| unit.symbol.clone()),
    };
    let value = column.domain.show(word);
    unit.map_or(value.clone(), |unit| format!("{value} {unit}"))
}

fn said_shown(column: &Column, said: Said) -> String {
    match said {
        Said::Missing => "missing".into(),
        Said::Nothing => "none".into(),
        Said::Word(word) => shown(column, word),
    }
}

impl Host for Judge<'_> {
    fn draw(&mut self, draw: DrawId, memory: &mut [u64]) -> u64 {
        let declared = &self.program.draws[draw.0 as usize];
        let (column, count) = (declared.column.0 as usize, declared.distribution.parameters());
        let parameters = &memory[header::SCRATCH.index()..][..count];
        match self.of_column(column) {
            Some(Said::Word(word)) => {
                let shift = self.facts.draws[draw.0 as usize].as_ref().map_or(0, |drawn| drawn.shift);
                let word = (word as i64).wrapping_sub(shift) as u64;
                let outcome = memory[header::OUTCOME.index()];
                let certain = self.is_certain(draw.0 as usize, memory);
                self.test(draw.0 as usize, column, (word, outcome), parameters, certain);
                word
            }
            said => {
                if said.is_some() && !self.not_drawn(column) {
                    self.columns[0][column].undecidable += 1;
                }
                declared.distribution.sample(MIDDLE, parameters)
            }
        }
    }

    fn defined(&mut self, column: ColumnId, memory: &mut [u64]) {
        let k = column.0 as usize;
        let Some(said) = self.of_column(k) else { return };
        if self.not_drawn(k) {
            return;
        }
        if said == Said::Missing {
            self.columns[0][k].undecidable += 1;
        } else if !self.gaps && !self.setup.undecidable[k] {
            self.compare(k, memory, 0);
        } else {
            self.explain(k, said, memory);
        }
        self.put(k, memory);
    }

    fn output(&mut self, _site: SiteId, _memory: &mut [u64]) {}
    fn release(&mut self, _site: SiteId, _memory: &mut [u64]) {}
    fn left(&mut self, _state: StateId, _memory: &mut [u64]) {}
    fn entered(&mut self, _state: StateId, _memory: &mut [u64]) {}

    fn decided(&mut self, rule: RuleId, _memory: &mut [u64]) {
        self.fired.push(rule.0);
    }
}
