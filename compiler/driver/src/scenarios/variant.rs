//! A protocol with what a scenario adds to it: expectations as advice of the session, statistics of its subject.

use super::acts::{self, Alternative};
use super::steps::Steps;
use super::{Act, Surroundings};
use trialect_base::{Finding, Findings, Sources, Span};
use trialect_ir::{Binary, Class, Code, Expr as Computed, Phase, Program, RuleKind, Stmt, header};
use trialect_syntax::ast::{BinaryOp, Clause, ClauseKind, Expr, ExprKind, File, Name};

/// Names of the rules. No name of a protocol has a blank in it.
const EXPECTATION: &str = "expect ";
const GIVEN: &str = "given ";

/// What stands on the first line of a clause.
pub(crate) fn first_line(sources: &Sources, span: Span) -> Span {
    let line = sources.text(span).split(['{', '\n']).next().unwrap_or_default().trim_end();
    Span { end: span.start + line.len() as u32, ..span }
}

/// The name of the rule of the expectation with this number.
pub(super) fn rule_name(number: usize) -> String {
    format!("{EXPECTATION}{number}")
}

/// The program that watches itself; none when a step has an error.
pub(super) fn program(
    around: &Surroundings<'_>,
    steps: &Steps<'_>,
    planned: &[Alternative],
    findings: &mut Findings,
) -> Option<(Program, Vec<Act>)> {
    let file = with_steps(around.protocol, steps, planned);
    let (model, checked) = trialect_sema::check(&file, around.modules, around.sources);
    let runnable = checked.is_runnable();
    let own = |finding: &&Finding| finding.labels.iter().any(|label| steps.contain(label.span));
    let before = findings.len();
    checked.iter().filter(own).for_each(|finding| findings.push(finding.clone()));
    if !runnable && findings.len() == before {
        // What forbids it is elsewhere: better told there than not at all.
        checked.iter().for_each(|finding| findings.push(finding.clone()));
    }
    if !runnable {
        return None;
    }
    match trialect_lower::lower(&model, around.sources) {
        Ok(mut program) => {
            judge_at_the_end(&mut program, steps);
            let acts = acts::place(&mut program, planned, findings);
            Some((program, acts))
        }
        Err(flaws) => {
            flaws.into_iter().for_each(|flaw| findings.push(flaw));
            None
        }
    }
}

/// The protocol without its scenarios and with the steps of one.
fn with_steps(protocol: &File, steps: &Steps<'_>, planned: &[Alternative]) -> File {
    let kept = protocol.clauses.iter().filter(|clause| !matches!(clause.kind, ClauseKind::Scenario { .. }));
    let mut clauses: Vec<Clause> = kept.cloned().collect();
    let expected = steps.expected.iter().enumerate().map(|(k, step)| {
        let refuted = expr(ExprKind::Not(Box::new(step.condition.clone())), step.condition.span);
        advice(rule_name(k), refuted, step.clause)
    });
    let given = steps
        .values()
        .enumerate()
        .map(|(k, (name, value))| advice(format!("{GIVEN}{k}"), comparison(name, value), name.span.to(value.span)));
    let advices: Vec<Clause> = expected.chain(given).chain(acts::advices(planned)).collect();
    let copied = |list: &[&Clause]| list.iter().map(|&clause| clause.clone()).collect();
    for (clock, body) in [("subject", copied(&steps.statistics)), ("session", advices), ("trial", copied(&steps.draws))]
    {
        let clock = Name { text: clock.into(), span: steps.head };
        clauses.push(Clause { kind: ClauseKind::ClockBlock { clock, body }, span: steps.head, description: None });
    }
    File { header: protocol.header.clone(), clauses }
}

pub(super) fn advice(name: String, condition: Expr, span: Span) -> Clause {
    let name = Name { text: name, span };
    Clause { kind: ClauseKind::Advise { name, condition }, span, description: None }
}

/// A comparison that has a type where the value is one of the name's: numbers are compared, everything else is or is
/// not.
fn comparison(name: &Name, value: &Expr) -> Expr {
    let (base, members) = acts::split(&name.text);
    let mut left = Box::new(expr(ExprKind::Name(base.to_string()), name.span));
    if !members.is_empty() {
        let keys = members.into_iter().map(|member| expr(acts::literal(member), name.span)).collect();
        left = Box::new(expr(ExprKind::Index(left, keys), name.span));
    }
    let right = Box::new(value.clone());
    let kind = match value.kind {
        ExprKind::Number { .. } | ExprKind::Negate(_) => ExprKind::Binary(BinaryOp::GreaterEqual, left, right),
        _ => ExprKind::Is { value: left, other: right, negated: false },
    };
    expr(kind, name.span.to(value.span))
}

pub(super) fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

/// What is expected of the end is looked at when everything else of the session's end is done.
fn judge_at_the_end(program: &mut Program, steps: &Steps<'_>) {
    let at_end: Vec<u32> = (0..)
        .zip(&program.rules)
        .filter(|(_, rule)| rule.kind == RuleKind::Advice)
        .filter(|(_, rule)| {
            let number = rule.name.strip_prefix(EXPECTATION).and_then(|number| number.parse::<usize>().ok());
            number.and_then(|number| steps.expected.get(number)).is_some_and(|step| !step.always)
        })
        .map(|(k, _)| k)
        .collect();
    let decides = |stmt: &Stmt| match stmt {
        Stmt::If { then, .. } => matches!(then.as_slice(), [Stmt::Decide(rule)] if at_end.contains(&rule.0)),
        _ => false,
    };
    let (moved, kept): (Code, Code) = program.phase(Phase::Stops).iter().cloned().partition(decides);
    program.phases[Phase::Stops as usize] = kept;
    // After everything else, and not at the session's start, which has the same columns.
    let trial = Computed::Load(header::TRIAL, Class::Int);
    let condition = Computed::Binary(Binary::LtInt, Box::new(Computed::Int(0)), Box::new(trial));
    program.phases[Phase::Columns as usize].push(Stmt::If { condition, then: moved, otherwise: Code::new() });
}
