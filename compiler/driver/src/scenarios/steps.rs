//! The steps of a scenario: one `run`, at most one `animal`, something expected; what is given, done and counted.

use super::acts::Written;
use super::requests::{Asked, Request};
use super::variant::rule_name;
use super::{Expectation, Player, Run, Surroundings};
use trialect_base::{Finding, Findings, Span};
use trialect_ir::{Clock, Column, Program, Role, RuleId};
use trialect_syntax::ast::{Clause, ClauseKind, Expr, ExprKind, Name, Step};
use trialect_units::{Decimal, Dimension, Unit};

/// The most trials, sessions and seeds of one scenario.
const COUNT_MAX: i64 = 100_000;
/// The animals by name.
const PLAYERS: [(&str, Player); 5] = [
    ("mouse", Player::Mouse),
    ("perfect", Player::Perfect),
    ("wrong", Player::Wrong),
    ("random", Player::Random),
    ("still", Player::Still),
];

/// The names of all animals that a scenario can have.
pub fn animals() -> impl Iterator<Item = &'static str> {
    PLAYERS.iter().map(|(name, _)| *name)
}

/// `expect [always] CONDITION`
pub(super) struct Expected<'a> {
    pub(super) always: bool,
    pub(super) condition: &'a Expr,
    pub(super) clause: Span,
    description: Option<&'a str>,
}

/// What the steps say, as far as it can be read without the program.
pub(super) struct Steps<'a> {
    pub(super) head: Span,
    pub(super) run: Option<Run>,
    pub(super) seeds: u32,
    pub(super) given: Vec<(&'a Name, &'a Expr)>,
    pub(super) expected: Vec<Expected<'a>>,
    /// `stat` clauses.
    pub(super) statistics: Vec<&'a Clause>,
    /// `draw` clauses.
    pub(super) draws: Vec<&'a Clause>,
    pub(super) acts: Vec<Written<'a>>,
    animal: Option<&'a Name>,
    requests: Vec<Request<'a>>,
    /// From the first to the last step.
    extent: Span,
}

impl<'a> Steps<'a> {
    pub(super) fn read(around: &Surroundings<'_>, body: &'a [Clause], head: Span, findings: &mut Findings) -> Self {
        let extent = body.last().map_or(head, |last| head.to(last.span));
        let mut steps = Steps {
            head,
            run: None,
            seeds: 1,
            given: Vec::new(),
            expected: Vec::new(),
            statistics: Vec::new(),
            draws: Vec::new(),
            acts: Vec::new(),
            animal: None,
            requests: Vec::new(),
            extent,
        };
        for clause in body {
            match &clause.kind {
                ClauseKind::ScenarioStep(step) => steps.step(step, clause, findings),
                ClauseKind::Draw { .. } => steps.draws.push(clause),
                _ => steps.statistics.push(clause),
            }
        }
        if steps.run.is_none() && !body.iter().any(is_run) {
            let finding = Finding::error("scenario-step", "a scenario runs something", head, "runs nothing");
            findings.push(finding.help("add `run 100 trials` or `run 5 sessions`"));
        }
        if steps.expected.is_empty() {
            let finding = Finding::error("scenario-step", "a scenario expects something", head, "expects nothing");
            findings.push(finding.help("add `expect CONDITION` or `expect always CONDITION`"));
        }
        for (_, value) in steps.values().filter(|(_, value)| !is_literal(value)) {
            let written = around.sources.text(value.span);
            let message = format!("`{written}` is computed, and a given value is written out");
            let finding =
                Finding::error("scenario-given", message, value.span, "not a number, a name or a truth value");
            findings.push(finding.help("write the value itself, for example `2 uL` or `left`"));
        }
        steps
    }

    /// Names with the values that are written for them, given or changed.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a Name, &'a Expr)> {
        let changed = self.requests.iter().filter_map(|request| match request {
            Request::Change { name, value, .. } => Some((*name, *value)),
            _ => None,
        });
        self.given.iter().copied().chain(changed)
    }

    /// What is asked for between trials.
    pub(super) fn asked(&self, around: &Surroundings<'_>, program: &Program, findings: &mut Findings) -> Vec<Asked> {
        self.requests.iter().filter_map(|request| request.asked(around, program, findings)).collect()
    }

    /// Whether a place is inside the scenario.
    pub(super) fn contain(&self, span: Span) -> bool {
        span.source == self.extent.source && span.start >= self.extent.start && span.end <= self.extent.end
    }

    fn step(&mut self, step: &'a Step, clause: &'a Clause, findings: &mut Findings) {
        match step {
            Step::Animal(name) => match self.animal {
                Some(first) => findings.push(twice("animal", clause.span, first.span)),
                None => self.animal = Some(name),
            },
            Step::Run { .. } if self.run.is_some() => findings.push(twice("run", clause.span, self.head)),
            Step::Run { count, word, unplayed, seeds } => {
                if *unplayed {
                    findings.push(of_studies(
                        "`without trials`",
                        clause.span,
                        "write `run 100 trials` or `run 5 sessions`",
                    ));
                }
                self.seeds = seeds.as_ref().map_or(Some(1), |seeds| whole(seeds, findings)).unwrap_or(1);
                let count = whole(count, findings);
                let is_trials = word.text.starts_with("trial");
                self.run = count.map(|count| if is_trials { Run::Trials(count) } else { Run::Sessions(count) });
            }
            Step::Given { name, values } => self.given(name, values, findings),
            Step::Expect { always, condition } => {
                let description = clause.description.as_deref();
                self.expected.push(Expected { always: *always, condition, clause: clause.span, description });
            }
            Step::Act { place, amount, at, guard } => {
                self.acts.push(Written { place, amount: amount.as_ref(), at, guard: guard.as_ref() });
            }
            Step::Change { name, value, trial } => self.requests.push(Request::Change { name, value, trial }),
            Step::Pause { time, trial } => self.requests.push(Request::Pause { time, trial }),
            Step::Stop { trial } => self.requests.push(Request::Stop { trial }),
            Step::Confirm { stage, .. } => {
                let what = format!("`confirm {}`", stage.text);
                findings.push(of_studies(&what, clause.span, "remove it: a protocol's stages change by themselves"));
            }
        }
    }

    fn given(&mut self, name: &'a Name, values: &'a [Expr], findings: &mut Findings) {
        if let Some((first, _)) = self.given.iter().find(|(first, _)| first.text == name.text) {
            return findings.push(twice(&format!("given {}", name.text), name.span, first.span));
        }
        match values {
            [value] if !name.text.contains('.') => self.given.push((name, value)),
            [_] => findings.push(cannot_be_given(name)),
            values => {
                let span =
                    values.first().zip(values.last()).map_or(name.span, |(first, last)| first.span.to(last.span));
                findings.push(of_studies("a value for each session", span, "write one value"));
            }
        }
    }

    /// Who plays, when it can on this rig.
    pub(super) fn player(&self, program: &Program, findings: &mut Findings) -> Option<Player> {
        player(self.animal, &[program], findings)
    }

    /// Given values must be some that can be given.
    pub(super) fn check_given(&self, program: &Program, findings: &mut Findings) {
        for (name, _) in &self.given {
            let column = program.columns.iter().find(|column| column.name == name.text);
            let fits = column.is_some_and(|column| can_be_given(program, column));
            if !fits {
                findings.push(cannot_be_given(name));
            }
        }
    }

    /// The expectations with their rules.
    pub(super) fn expectations(&self, around: &Surroundings<'_>, program: &Program) -> (Vec<Expectation>, Vec<RuleId>) {
        let rule = |k: usize| program.rules.iter().position(|rule| rule.name == rule_name(k));
        let expected = self.expected.iter().enumerate().filter_map(|(k, step)| {
            let words: Vec<&str> = around.sources.text(step.condition.span).split_whitespace().collect();
            let expectation = Expectation {
                always: step.always,
                text: words.join(" "),
                span: step.condition.span,
                description: step.description.map(str::to_owned),
            };
            Some((expectation, RuleId(rule(k)? as u32)))
        });
        expected.unzip()
    }
}

fn is_run(clause: &Clause) -> bool {
    matches!(&clause.kind, ClauseKind::ScenarioStep(step) if matches!(**step, Step::Run { .. }))
}

fn is_literal(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Set(members) => members.iter().all(is_literal),
        ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::Name(_) => true,
        ExprKind::Negate(inner) => matches!(inner.kind, ExprKind::Number { .. }),
        _ => false,
    }
}

/// Whether the value of a column can be given in a scenario.
pub(crate) fn can_be_given(program: &Program, column: &Column) -> bool {
    match column.role {
        Role::Covariate => {
            let measured = program.measured.iter().map(|measured| measured.column);
            let mut known = program.asked.iter().copied().chain(measured);
            known.any(|k| program.columns[k as usize].name == column.name)
        }
        Role::Draw | Role::Definition => matches!(column.clock, Clock::Trial | Clock::Block),
        Role::Parameter => column.clock >= Clock::Session,
        Role::Variable | Role::Stage => column.clock == Clock::Subject,
        _ => false,
    }
}

fn cannot_be_given(name: &Name) -> Finding {
    let message = format!("`{}` cannot be given", name.text);
    Finding::error("scenario-given", message, name.span, "given here").help(
        "give a draw or a definition of the trial, a covariate, a parameter, or a start: a variable of the subject, a curriculum's stage",
    )
}

/// A step that only a study's scenario has.
fn of_studies(what: &str, span: Span, help: &str) -> Finding {
    let message = format!("{what} stands in scenarios of studies only");
    Finding::error("scenario-step", message, span, "in a protocol's scenario").help(help)
}

/// The animal of this name, when it can play on one of these programs' rigs; on the others it does nothing.
pub(crate) fn player(name: Option<&Name>, programs: &[&Program], findings: &mut Findings) -> Option<Player> {
    let Some(name) = name else { return Some(Player::Mouse) };
    let word = name.text.strip_prefix("std.animals.").unwrap_or(&name.text);
    let Some((_, player)) = PLAYERS.iter().find(|(known, _)| *known == word) else {
        let known: Vec<&str> = PLAYERS.iter().map(|(known, _)| *known).collect();
        let message = format!("there is no animal `{}`", name.text);
        let finding = Finding::error("unknown-animal", message, name.span, "no such animal");
        findings.push(finding.help(format!("animals: {}", known.join(", "))));
        return None;
    };
    let has_wheel = |program: &&Program| program.devices.iter().any(|device| device.class == "Encoder");
    if !matches!(player, Player::Mouse | Player::Still) && !programs.iter().any(has_wheel) {
        let message = format!("`{word}` turns a wheel, and this rig has none");
        let finding = Finding::error("unknown-animal", message, name.span, "has nothing to turn");
        findings.push(finding.help("use `mouse`, or `still` and steps like `act lever.press at 1 s`"));
        return None;
    }
    Some(*player)
}

pub(crate) fn twice(what: &str, span: Span, first: Span) -> Finding {
    Finding::error("scenario-step", format!("`{what}` stands twice"), span, "again here")
        .also(first, "first here")
        .help("keep one of them")
}

/// A whole number from 1.
pub(crate) fn whole(value: &Expr, findings: &mut Findings) -> Option<u32> {
    let number = number(value, Dimension::NONE).and_then(Decimal::to_i64);
    let fits = number.filter(|number| (1..=COUNT_MAX).contains(number)).and_then(|number| u32::try_from(number).ok());
    if fits.is_none() {
        let message = format!("a scenario runs 1 to {COUNT_MAX}");
        let finding = Finding::error("scenario-step", message, value.span, "not such a number");
        findings.push(finding.help("write a whole number: `run 100 trials over 10 seeds`"));
    }
    fits
}

/// A number as it is written, when it has this dimension; in the coherent unit.
pub(crate) fn number(value: &Expr, dimension: Dimension) -> Option<Decimal> {
    match &value.kind {
        ExprKind::Number { digits, unit } => {
            let unit = unit.as_ref().map_or_else(|| Some(Unit::one()), |unit| Unit::parse(&unit.text).ok())?;
            (unit.dimension == dimension).then(|| Decimal::parse(digits)?.times(unit.scale))?
        }
        ExprKind::Negate(inner) => number(inner, dimension).map(Decimal::negated),
        _ => None,
    }
}
