//! What an audit found, for people and for programs.

mod places;
mod text;

pub use places::Places;
pub(crate) use text::probability;

use crate::chance::{Counts, Evenness, Level, Verdict, holm};
use crate::judge::{Judge, shown};
use crate::tally::Tally;
use serde::Serialize;
use trialect_ir::{Program, Role, RuleKind};

/// Version of the JSON form.
const FORMAT: &str = "trialect-audit/1";

/// The whole of an audit.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `trialect-audit/1`
    pub format: &'static str,
    /// Name and version of the protocol.
    pub protocol: String,
    /// Its hash.
    pub protocol_hash: String,
    /// The tables in their order.
    pub files: Vec<String>,
    /// The format in which each is: `trialect`, `ibl-raw`, `alf`, `bpod`, `pycontrol`, or `table`.
    pub formats: Vec<&'static str>,
    /// Sessions.
    pub sessions: u32,
    /// Trials.
    pub trials: u64,
    /// Trials of the chain before each of the first 256 sessions.
    pub beginnings: Vec<u64>,
    /// Names of the map that the protocol does not have.
    pub left_out: Vec<String>,
    /// Rules of which something can be seen in the data.
    pub rules: Vec<RuleReport>,
    /// Tests of what is random.
    pub tests: Vec<TestReport>,
    /// The level of the verdict on all tests together.
    pub level: f64,
    /// The verdict.
    pub finding: Finding,
}

/// The verdict on all rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing in the data speaks against the protocol.
    Holds,
    /// No decision is refuted, but chance alone would hardly have given these frequencies.
    Improbable,
    /// A decision is another than the rule gives.
    Refuted,
}

/// What was found of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReport {
    /// Name in the protocol.
    pub name: String,
    /// When its decisions are compared: `trial start`, `after the trial`, `after the session`.
    pub moment: &'static str,
    /// Where it stands in the protocol's texts, as far as it is known.
    pub place: Option<String>,
    /// Its text, on one line.
    pub text: String,
    /// Rules that change it, with their texts.
    pub changed_by: Vec<String>,
    /// Decisions that are what the rule gives.
    pub equal: u64,
    /// Decisions that some value of the missing draws explains.
    pub consistent: u64,
    /// Decisions that the rule does not give.
    pub refuted: u64,
    /// Decisions of which nothing can be said.
    pub undecidable: u64,
    /// The first refuted ones.
    pub cases: Vec<Case>,
    /// Where along the chain the refuted ones are.
    pub refuted_at: Places,
    /// The logarithm of the probability of all decisions that are not refuted; none when it is not known of some.
    pub likelihood: Option<f64>,
}

/// A refuted decision.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Case {
    /// Session of the chain, from 1.
    pub session: u32,
    /// Trial of the session, from 1.
    pub trial: u32,
    /// Index of the file.
    pub file: usize,
    /// Row of the file, from 1.
    pub row: u64,
    /// What the rule gives.
    pub expected: String,
    /// What stands in the data.
    pub found: String,
}

/// A test of how often values come.
#[derive(Debug, Clone, Serialize)]
pub struct TestReport {
    /// Name in the protocol.
    pub name: String,
    /// The test.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The probability after adjustment for the number of tests.
    pub adjusted: f64,
    /// Whether it stays at or above the level.
    pub holds: bool,
    /// Of values that are few: how often each came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// Of continuous values: the share of values whose quantile is at most 0, 1/64, … 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<f64>,
}

/// Steps of [`TestReport::curve`].
const STEPS: usize = 64;

/// What a report says besides what was found.
pub(crate) struct Sources<'a> {
    pub(crate) files: Vec<String>,
    pub(crate) formats: Vec<&'static str>,
    pub(crate) level: f64,
    pub(crate) left_out: Vec<String>,
    pub(crate) place: &'a dyn Fn(&str) -> Option<String>,
}

impl Report {
    pub(crate) fn empty(program: &Program, sources: &Sources<'_>) -> Report {
        Report {
            format: FORMAT,
            protocol: format!("{} {}", program.name, program.version),
            protocol_hash: program.identity.protocol.clone(),
            files: sources.files.clone(),
            formats: sources.formats.clone(),
            sessions: 0,
            trials: 0,
            beginnings: Vec::new(),
            left_out: sources.left_out.clone(),
            rules: Vec::new(),
            tests: Vec::new(),
            level: sources.level,
            finding: Finding::Holds,
        }
    }

    pub(crate) fn of(judge: &mut Judge<'_>, sessions: u32, trials: u64, sources: &Sources<'_>) -> Report {
        let program = judge.program;
        let beginnings = std::mem::take(&mut judge.beginnings);
        let mut report = Report { sessions, trials, beginnings, ..Report::empty(program, sources) };
        for (moment, tallies) in judge.columns.iter_mut().enumerate() {
            for (column, tally) in program.columns.iter().zip(tallies) {
                if !tally.seen() {
                    continue;
                }
                let carried = program.carried.iter().find(|one| one.path == column.definition);
                let changed = carried.filter(|_| column.role != Role::Statistic).map(|one| one.rules.as_slice());
                let moment = match (moment, changed.is_some_and(|rules| !rules.is_empty())) {
                    (1, _) => "after the session",
                    (_, true) => "after the trial",
                    _ => "at the trial",
                };
                let likelihood = tally.likelihood(column.role == Role::Draw);
                let rule = rule(program, column.name.clone(), &column.definition, (moment, tally), sources);
                let rule = RuleReport { likelihood, ..rule };
                report.rules.push(RuleReport { changed_by: changes(program, changed.unwrap_or_default()), ..rule });
                let name = |word: u64| shown(column, word);
                report.test(&column.name, tally, &name);
                let same = |word: u64| if word == 0 { "another".into() } else { "the same".into() };
                for (outcome, counts) in program.outcomes.iter().zip(&mut tally.repeats) {
                    report.counted(&format!("{} after {outcome}", column.name), counts, &same);
                }
            }
        }
        for (block, tally) in judge.facts.blocks.iter().zip(&mut judge.blocks).filter(|(_, tally)| tally.seen()) {
            let declared = &program.rules[block.rule];
            let likelihood = tally.likelihood(false);
            let rule = rule(
                program,
                format!("{} ends", block.name),
                &declared.definition,
                ("after the trial", tally),
                sources,
            );
            report.rules.push(RuleReport {
                text: declared.text.clone(),
                place: (sources.place)(&declared.text),
                likelihood,
                ..rule
            });
            let name = |word: u64| if word == 0 { "goes on".into() } else { "ends".into() };
            report.test(&format!("{} ends", block.name), tally, &name);
        }
        for (declared, tally) in program.rules.iter().zip(&mut judge.stops).filter(|(_, tally)| tally.seen()) {
            let name = match declared.kind {
                RuleKind::Advice => format!("advise {}", declared.name),
                RuleKind::Stop => format!("stop {}", declared.name),
                _ => declared.name.clone(),
            };
            let rule = rule(program, name, &declared.definition, ("after the trial", tally), sources);
            report.rules.push(RuleReport {
                text: declared.text.clone(),
                place: (sources.place)(&declared.text),
                ..rule
            });
        }
        report.conclude();
        report
    }

    fn test(&mut self, name: &str, tally: &mut Tally, values: &dyn Fn(u64) -> String) {
        self.counted(name, &mut tally.counts, values);
        self.spread(name, &tally.evenness);
    }

    fn counted(&mut self, name: &str, counts: &mut Counts, values: &dyn Fn(u64) -> String) {
        if let Some(verdict) = counts.verdict(values) {
            let levels = counts.levels(values);
            self.tests.push(TestReport { levels, ..TestReport::of(name, verdict) });
        }
    }

    fn spread(&mut self, name: &str, evenness: &Evenness) {
        if let Some(verdict) = evenness.verdict() {
            let curve = evenness.curve(STEPS);
            self.tests.push(TestReport { curve, ..TestReport::of(name, verdict) });
        }
    }

    fn conclude(&mut self) {
        let adjusted = holm(&self.tests.iter().map(|test| test.verdict.p).collect::<Vec<_>>());
        for (test, adjusted) in self.tests.iter_mut().zip(adjusted) {
            test.adjusted = adjusted;
            test.holds = adjusted >= self.level;
        }
        self.finding = if self.rules.iter().any(|rule| rule.refuted > 0) {
            Finding::Refuted
        } else if self.tests.iter().any(|test| !test.holds) {
            Finding::Improbable
        } else {
            Finding::Holds
        };
    }
}

impl TestReport {
    fn of(name: &str, verdict: Verdict) -> TestReport {
        TestReport { name: name.into(), verdict, adjusted: 1.0, holds: true, levels: Vec::new(), curve: Vec::new() }
    }
}

fn rule(
    program: &Program,
    name: String,
    path: &str,
    (moment, tally): (&'static str, &Tally),
    sources: &Sources<'_>,
) -> RuleReport {
    let text = program.texts.get(path).cloned().unwrap_or_default();
    RuleReport {
        name,
        moment,
        place: (sources.place)(&text),
        text,
        changed_by: Vec::new(),
        equal: tally.equal,
        consistent: tally.consistent,
        refuted: tally.refuted,
        undecidable: tally.undecidable,
        cases: tally.cases.clone(),
        refuted_at: tally.places.clone(),
        likelihood: None,
    }
}

fn changes(program: &Program, paths: &[String]) -> Vec<String> {
    paths.iter().map(|path| program.texts.get(path).unwrap_or(path).clone()).collect()
}
