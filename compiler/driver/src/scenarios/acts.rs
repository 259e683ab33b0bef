//! What is done at devices: `act PLACE [+= AMOUNT] at TIME [when CONDITION]`.
//!
//! Keys, times and conditions are computed by the program itself, at the trial's start or at the entry of the state from
//! which the time counts: they are compiled as `advise` rules, like expectations, and their code is then moved there.

use super::steps::number;
use super::variant::{advice, expr};
use super::{Act, Surroundings};
use trialect_base::{Finding, Findings, Span};
use trialect_ir::{Binary, Channel, Code, Expr as Computed, Phase, Program, Rule, RuleId, RuleKind, Stmt, header};
use trialect_syntax::ast::{BinaryOp, Clause, Expr, ExprKind, Name, Place};
use trialect_units::{Decimal, Dimension, Unit};

/// Names of the rules. No name of a protocol has a blank in it.
const ACT: &str = "act ";
const TIME: &str = "time ";

/// A step as it is written.
pub(super) struct Written<'a> {
    pub(super) place: &'a Place,
    pub(super) amount: Option<&'a Expr>,
    pub(super) at: &'a Expr,
    pub(super) guard: Option<&'a Expr>,
}

/// What one step does at one input. A place with a computed key has one for each member.
pub(super) struct Alternative {
    /// Device and channel by name: inputs of the program with expectations may have other numbers.
    input: (String, String),
    amount: Option<f64>,
    /// From whose entries the time counts; none for the trial's start.
    state: Option<usize>,
    after: After,
    /// What must hold then; none when nothing must.
    condition: Option<Expr>,
    span: Span,
}

/// Time since the trial's start or the state's entry.
#[derive(Clone)]
enum After {
    Seconds(f64),
    Computed(Expr),
}

/// Reads the steps; each gives what it does at each input that it may mean.
pub(super) fn plan(around: &Surroundings<'_>, steps: &[Written<'_>], findings: &mut Findings) -> Vec<Alternative> {
    let mut planned = Vec::new();
    for step in steps {
        match alternatives(around, step) {
            Ok(list) => planned.extend(list),
            Err(finding) => findings.push(*finding),
        }
    }
    planned
}

/// The conditions and computed times, as rules of the session.
pub(super) fn advices(planned: &[Alternative]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (k, one) in planned.iter().enumerate() {
        if let Some(condition) = &one.condition {
            clauses.push(advice(format!("{ACT}{k}"), condition.clone(), condition.span));
        }
        if let After::Computed(time) = &one.after {
            // A comparison with something that nobody can foresee: its right side is code for the time.
            let session = Box::new(expr(ExprKind::Name("session".into()), time.span));
            let elapsed = Name { text: "elapsed".into(), span: time.span };
            let elapsed = expr(ExprKind::Member(session, elapsed), time.span);
            let compared = ExprKind::Binary(BinaryOp::LessEqual, Box::new(elapsed), Box::new(time.clone()));
            clauses.push(advice(format!("{TIME}{k}"), expr(compared, time.span), time.span));
        }
    }
    clauses
}

/// Moves the code of the conditions and times to where it belongs; says which rule tells of which act.
pub(super) fn place(program: &mut Program, planned: &[Alternative], findings: &mut Findings) -> Vec<Act> {
    let mut computed = taken_out(program);
    let mut take = |name: String| computed.iter().position(|(known, _)| *known == name).map(|k| computed.remove(k).1);
    let mut acts = Vec::new();
    let mut at_start = Code::new();
    for (k, one) in planned.iter().enumerate() {
        let time = match (&one.after, take(format!("{TIME}{k}"))) {
            (After::Seconds(seconds), _) => Some(Computed::Real(*seconds)),
            (After::Computed(_), Some(Computed::Binary(Binary::LeReal, _, time))) => Some(*time),
            _ => None,
        };
        let input = program.inputs.iter().position(|input| named(program, input) == one.input);
        let (Some(time), Some(input)) = (time, input) else {
            let message = "this step was not understood, and nobody said so";
            findings.push(Finding::error("scenario-act", message, one.span, "this is a defect of the compiler"));
            continue;
        };
        let condition = take(format!("{ACT}{k}"));
        let rule = rule(program, format!("{ACT}{k}"));
        let told = vec![Stmt::Set { slot: header::SCRATCH, value: time }, Stmt::Decide(rule)];
        let code = match condition {
            Some(condition) => vec![Stmt::If { condition, then: told, otherwise: Code::new() }],
            None => told,
        };
        match one.state.and_then(|state| program.states.get_mut(state)) {
            // Before anything that the entry does.
            Some(state) => drop(state.entry.splice(0..0, code)),
            None => at_start.extend(code),
        }
        acts.push(Act { input: input as u32, amount: one.amount, rule });
    }
    program.phases[Phase::TrialStart as usize].extend(at_start);
    acts
}

/// The rules of [`advices`] with their conditions, which no phase looks at any more.
fn taken_out(program: &mut Program) -> Vec<(String, Computed)> {
    let mut taken = Vec::new();
    let mut kept = Code::new();
    for stmt in program.phase(Phase::Stops).clone() {
        let name = match &stmt {
            Stmt::If { then, .. } => match then.as_slice() {
                [Stmt::Decide(rule)] => program.rules.get(rule.0 as usize).map(|rule| rule.name.clone()),
                _ => None,
            },
            _ => None,
        };
        match (name.filter(|name| name.starts_with(ACT) || name.starts_with(TIME)), stmt) {
            (Some(name), Stmt::If { condition, .. }) => taken.push((name, condition)),
            (_, stmt) => kept.push(stmt),
        }
    }
    program.phases[Phase::Stops as usize] = kept;
    taken
}

/// The rule of this name; what has no condition has none yet.
fn rule(program: &mut Program, name: String) -> RuleId {
    let known = program.rules.iter().position(|rule| rule.name == name);
    let place = known.unwrap_or_else(|| {
        let definition = String::new();
        program.rules.push(Rule { definition, kind: RuleKind::Advice, name, text: String::new() });
        program.rules.len() - 1
    });
    RuleId(place as u32)
}

fn named(program: &Program, input: &trialect_ir::Input) -> (String, String) {
    let device = program.devices.get(input.device as usize).map_or("", |device| &device.name);
    (device.to_string(), input.channel.clone())
}

type Refusal = Box<Finding>;

fn refused(message: String, span: Span, label: &str, help: String) -> Refusal {
    Box::new(Finding::error("scenario-act", message, span, label).help(help))
}

fn alternatives(around: &Surroundings<'_>, step: &Written<'_>) -> Result<Vec<Alternative>, Refusal> {
    let program = around.program;
    let (state, after) = moment(program, step.at).ok_or_else(|| {
        let help = "write a time since the trial's start, `1.2 s`, or since a state's entry: `STATE.entry + 200 ms`";
        refused("this is not a time in a trial".into(), step.at.span, "when?", help.into())
    })?;
    let mut found = Vec::new();
    for input in &program.inputs {
        let input_name = named(program, input);
        let Some(keys) = keys(around, step.place, &input_name) else { continue };
        let amount = amount(around, step, input.kind)?;
        let guard = step.guard.cloned();
        let condition = keys.into_iter().chain(guard).reduce(|a, b| {
            let span = a.span.to(b.span);
            expr(ExprKind::Binary(BinaryOp::And, Box::new(a), Box::new(b)), span)
        });
        let (after, span) = (after.clone(), step.place.span);
        found.push(Alternative { input: input_name, amount, state, after, condition, span });
    }
    if found.is_empty() {
        let written: String = around.sources.text(step.place.span).split_whitespace().collect();
        let heard = program.inputs.iter().map(|input| {
            let (device, channel) = named(program, input);
            format!("{device}.{channel}")
        });
        let help = format!("it listens to {}", heard.collect::<Vec<_>>().join(", "));
        let message = format!("the protocol does not listen to `{written}`");
        return Err(refused(message, step.place.span, "heard by nobody", help));
    }
    Ok(found)
}

/// What must hold of the place's keys that it is this input; none when it never is.
fn keys(around: &Surroundings<'_>, place: &Place, (device, channel): &(String, String)) -> Option<Vec<Expr>> {
    let (base, members) = split(device);
    let is_channel = matches!(place.members.as_slice(), [member] if member.text == *channel);
    if base != place.base.text || !is_channel || members.len() != place.index.len() {
        return None;
    }
    let devices = around.program.devices.iter().map(|device| split(&device.name)).filter(|(known, _)| *known == base);
    let lists: Vec<Vec<&str>> = devices.map(|(_, members)| members).collect();
    let mut conditions = Vec::new();
    for (k, (index, member)) in place.index.iter().zip(&members).enumerate() {
        let written: String = around.sources.text(index.span).split_whitespace().collect();
        if lists.iter().any(|list| list.get(k) == Some(&written.as_str())) {
            // A member by its name.
            if written != *member {
                return None;
            }
            continue;
        }
        let other = Box::new(expr(literal(member), index.span));
        conditions.push(expr(ExprKind::Is { value: Box::new(index.clone()), other, negated: false }, index.span));
    }
    Some(conditions)
}

/// `port[left]`: the name, and the members of its keys.
pub(super) fn split(device: &str) -> (&str, Vec<&str>) {
    match device.split_once('[') {
        Some((base, members)) => (base, members.trim_end_matches(']').split(',').map(str::trim).collect()),
        None => (device, Vec::new()),
    }
}

/// A member as it is written.
pub(super) fn literal(member: &str) -> ExprKind {
    let end = member.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(member.len());
    if end == 0 {
        return ExprKind::Name(member.into());
    }
    let unit = (end < member.len()).then(|| Name { text: member[end..].into(), span: Span::default() });
    ExprKind::Number { digits: member[..end].into(), unit }
}

/// How far a wheel moves; nothing for an event.
fn amount(around: &Surroundings<'_>, step: &Written<'_>, kind: Channel) -> Result<Option<f64>, Refusal> {
    let written: String = around.sources.text(step.place.span).split_whitespace().collect();
    match (kind, step.amount) {
        (Channel::Event, None) => Ok(None),
        (Channel::Event, Some(amount)) => {
            let message = format!("`{written}` happens or does not");
            Err(refused(message, amount.span, "an amount", format!("write `act {written} at …`")))
        }
        (Channel::Counter, amount) => {
            let length = Unit::parse("mm").map_or(Dimension::NONE, |unit| unit.dimension);
            let moved = amount.and_then(|amount| number(amount, length)).map(Decimal::to_f64);
            let span = amount.map_or(step.place.span, |amount| amount.span);
            let help = format!("write `act {written} += 5 mm at …`");
            moved.map(Some).ok_or_else(|| refused(format!("`{written}` moves by a length"), span, "no length", help))
        }
    }
}

/// `1.2 s`, `STATE.entry`, `STATE.entry + 200 ms`, `STATE.entry + wait / 2`, `wait / 2`
fn moment(program: &Program, at: &Expr) -> Option<(Option<usize>, After)> {
    let after = |time: Expr| match Unit::parse("s").ok().and_then(|second| number(&time, second.dimension)) {
        Some(seconds) if seconds.to_f64() < 0.0 => None,
        Some(seconds) => Some(After::Seconds(seconds.to_f64())),
        None if matches!(time.kind, ExprKind::Number { .. }) => None,
        None => Some(After::Computed(time)),
    };
    match since(program, at) {
        Some((state, None)) => Some((Some(state), After::Seconds(0.0))),
        Some((state, Some(later))) => Some((Some(state), after(later)?)),
        None => Some((None, after(at.clone())?)),
    }
}

/// The state whose entry stands leftmost in a sum, and what is added to it.
fn since(program: &Program, at: &Expr) -> Option<(usize, Option<Expr>)> {
    match &at.kind {
        ExprKind::Member(base, member) if member.text == "entry" => match &base.kind {
            ExprKind::Name(name) => Some((program.states.iter().position(|state| state.name == *name)?, None)),
            _ => None,
        },
        ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), left, right) => {
            let (state, before) = since(program, left)?;
            let later = match (before, op) {
                (None, BinaryOp::Add) => (**right).clone(),
                (None, _) => expr(ExprKind::Negate(right.clone()), right.span),
                (Some(before), op) => {
                    let span = before.span.to(right.span);
                    expr(ExprKind::Binary(*op, Box::new(before), right.clone()), span)
                }
            };
            Some((state, Some(later)))
        }
        _ => None,
    }
}
