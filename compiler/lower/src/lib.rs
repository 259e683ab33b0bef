//! From the checked model to the compiled program.
//!
//! Memory is laid out here, optionals become a value and a flag, comprehensions and tables become
//! straight-line code, and every definition gets its canonical form.

mod actions;
mod alarms;
mod blocks;
mod canonical;
mod carried;
mod columns;
mod curricula;
mod draws;
mod expressions;
mod fits;
mod fold;
mod layout;
mod machine;
mod phases;
mod readings;

use layout::Layout;
use std::collections::BTreeMap;
use trialect_base::{Finding, Sources};
use trialect_ir::{Draw, Fit, Identity, Program, Rule, RuleId, Site, SiteId, Slot};
use trialect_sema::{Binder, Model, ValueId};

/// Lowers a model that was found runnable.
///
/// # Errors
/// Findings for what only shows when the program is laid out; a flaw found by the verifier is a bug of this crate
/// and is reported as such.
pub fn lower(model: &Model, sources: &Sources) -> Result<Program, Vec<Finding>> {
    let lowering = Lowering::new(model, sources);
    let program = lowering.program()?;
    let flaws = trialect_ir::verify(&program);
    if flaws.is_empty() {
        return Ok(program);
    }
    Err(flaws.into_iter().map(|found| flaw(&format!("{}: {}", found.place, found.what), model.header)).collect())
}

/// A defect of the compiler.
pub(crate) fn flaw(what: &str, span: trialect_base::Span) -> Finding {
    Finding::error("internal-flaw", what, span, "met here")
        .help("this is a defect of the compiler, not of the protocol; please report it with the text")
}

/// A local name or loop variable while code is made.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) value: trialect_ir::Expr,
    pub(crate) present: Option<trialect_ir::Expr>,
}

pub(crate) struct Lowering<'a> {
    pub(crate) model: &'a Model,
    pub(crate) sources: &'a Sources,
    pub(crate) layout: Layout,
    pub(crate) bound: BTreeMap<Binder, Bound>,
    /// Constants that were lowered before.
    pub(crate) constants: BTreeMap<ValueId, Bound>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) sites: Vec<Site>,
    /// What is lowered lasts as long as the session does.
    pub(crate) of_session: bool,
    /// The column of each value, for draws of states.
    pub(crate) of_value: BTreeMap<ValueId, trialect_ir::ColumnId>,
    /// Timers of the present state that nothing uses yet.
    pub(crate) timers_left: std::ops::Range<u32>,
    /// Timers of the present state that end holds.
    pub(crate) hold_timers: Vec<(SiteId, Slot)>,
    /// The words that count the entries of states with a draw.
    pub(crate) entries: BTreeMap<ValueId, Slot>,
    pub(crate) draws: Vec<Draw>,
    pub(crate) fits: Vec<Fit>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Lowering<'a> {
    fn new(model: &'a Model, sources: &'a Sources) -> Lowering<'a> {
        Lowering {
            model,
            sources,
            layout: Layout::of(model),
            bound: BTreeMap::new(),
            constants: BTreeMap::new(),
            rules: Vec::new(),
            sites: Vec::new(),
            of_session: false,
            of_value: BTreeMap::new(),
            timers_left: 0..0,
            hold_timers: Vec::new(),
            entries: BTreeMap::new(),
            draws: Vec::new(),
            fits: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn program(mut self) -> Result<Program, Vec<Finding>> {
        let tables = self.columns();
        self.of_value.clone_from(&tables.of_value);
        let states = self.states();
        let (phases, stops) = self.phases(&tables);
        let stimuli = self.stimuli();
        let (alarms, wakes) = (self.alarms(), self.wakes());
        let on_time = self.on_time();
        if !self.findings.is_empty() {
            return Err(self.findings);
        }
        let definitions = canonical::definitions(self.model);
        let model = self.model;
        let outcomes = model.outcomes.map(|id| model.enums[id.0].members.iter().map(|m| m.name.clone()).collect());
        let besides = self.besides();
        let (carried, texts, days) = (self.carried(), self.texts(), self.days());
        let streams = model.streams.iter().map(|stream| self.stream(stream)).collect();
        let mut program = Program {
            name: model.name.clone(),
            version: model.version.clone(),
            description: model.description.clone(),
            citations: model.citations.clone(),
            identity: Identity::of(&definitions),
            definitions,
            initial: Vec::new(),
            subject: self.layout.subject.clone(),
            carried,
            texts,
            timers: self.layout.timers.clone(),
            devices: self.devices(),
            inputs: self.inputs(),
            stimuli,
            sites: self.sites,
            draws: self.draws,
            statistics: self.layout.statistics.iter().map(|(_, statistic)| statistic.clone()).collect(),
            fits: self.fits,
            asked: tables.asked,
            parameters: tables.parameters,
            measured: tables.measured,
            days,
            columns: tables.columns,
            rules: self.rules,
            stops,
            outcomes: outcomes.unwrap_or_default(),
            states,
            besides,
            phases,
            alarms,
            wakes,
            on_time,
            counts: self.layout.counts,
            most_trials: model.most_trials.map_or(1, |(most, _)| most),
            pause: self.layout.pause,
            recorded: model
                .recorded
                .iter()
                .filter_map(|&(device, channel)| self.layout.input(device, channel))
                .collect(),
            streams,
        };
        program.initial = self.layout.finish(program.idle());
        Ok(program)
    }

    /// Enters a rule; `span` is where its text stands.
    pub(crate) fn rule(
        &mut self,
        definition: String,
        kind: trialect_ir::RuleKind,
        name: String,
        span: trialect_base::Span,
    ) -> RuleId {
        let text = self.one_line(span);
        self.rules.push(Rule { definition, kind, name, text });
        RuleId(self.rules.len() as u32 - 1)
    }

    /// A piece of the text on one line, without comments.
    pub(crate) fn one_line(&self, span: trialect_base::Span) -> String {
        let lines: Vec<&str> = self.sources.text(span).lines().map(|line| without_comment(line).trim()).collect();
        lines.join(" ").trim().to_string()
    }

    /// A slot for one value of the trial or a computation.
    pub(crate) fn slot(&mut self) -> Slot {
        self.layout.allocate(1)
    }
}

/// A line of text up to its comment; a `#` inside a string begins none.
fn without_comment(line: &str) -> &str {
    let mut in_string = false;
    let end = line.find(|c| {
        in_string ^= c == '"';
        c == '#' && !in_string
    });
    &line[..end.unwrap_or(line.len())]
}
