//! Limits of what devices give: what a session has given, as the data say, against the most that it may give.

use crate::decode::Said;
use crate::facts::Facts;
use crate::judge::{Judge, shown};
use trialect_ir::{Binary, Code, Expr, Program, RuleKind, Slot, Stmt};

/// Sums are taken of decimals that another program wrote.
const CLOSE: f64 = 1e-9;

/// A total of a device: the word of the trial and that of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) trial: Slot,
    pub(crate) session: Slot,
}

/// A limit of an amount.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) rule: usize,
    /// Words whose sum may not be above it: of a trial or of a session.
    pub(crate) given: Vec<Slot>,
    pub(crate) most: Expr,
}

/// The totals and limits of a program, from the code of its outputs.
pub(crate) fn find(program: &Program, totals: &mut Vec<Total>, limits: &mut Vec<Limit>) {
    let mut look = |code: &Code| {
        crate::facts::each(code, &mut |stmt| {
            let Stmt::If { then, otherwise, .. } = stmt else { return };
            let Some((total, amount)) = total(then) else { return };
            if !totals.contains(&total) {
                totals.push(total);
            }
            for refusal in otherwise {
                let Stmt::If { condition, otherwise, .. } = refusal else { continue };
                let Some(Stmt::Decide(rule)) = otherwise.first() else { continue };
                let rule = rule.0 as usize;
                let known = limits.iter().any(|limit| limit.rule == rule);
                if program.rules[rule].kind != RuleKind::Limit || known {
                    continue;
                }
                if let Expr::Binary(Binary::LeReal, sum, most) = condition
                    && let Some(given) = given(sum, amount)
                {
                    limits.push(Limit { rule, given, most: most.as_ref().clone() });
                }
            }
        });
    };
    for state in &program.states {
        look(&state.entry);
        look(&state.leave);
        state.clauses.iter().for_each(|clause| look(&clause.actions));
    }
}

/// What an amount is added to when it is given: to the trial's word and to the session's.
fn total(then: &Code) -> Option<(Total, &Expr)> {
    let [Stmt::Set { slot: trial, value: one }, Stmt::Set { slot: session, value: other }, ..] = then.as_slice() else {
        return None;
    };
    let added = |value: &'_ Expr, slot: Slot| match value {
        Expr::Binary(Binary::AddReal, before, _) => matches!(before.as_ref(), Expr::Load(load, _) if *load == slot),
        _ => false,
    };
    let Expr::Binary(Binary::AddReal, _, amount) = one else { return None };
    (added(one, *trial) && added(other, *session)).then_some((Total { trial: *trial, session: *session }, amount))
}

/// The words that a sum adds to an amount.
fn given(mut sum: &Expr, amount: &Expr) -> Option<Vec<Slot>> {
    let mut slots = Vec::new();
    loop {
        let Expr::Binary(Binary::AddReal, left, right) = sum else { return None };
        if right.as_ref() == amount {
            let Expr::Load(own, _) = left.as_ref() else { return None };
            slots.push(*own);
            return Some(slots);
        }
        let Expr::Load(other, _) = right.as_ref() else { return None };
        slots.push(*other);
        sum = left;
    }
}

/// What the sessions' words are made of: the totals that are in the data.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// By total: what the session has given so far; none when an amount of it is missing.
    sums: Vec<Option<f64>>,
    /// By total: its column, when the data have it.
    columns: Vec<Option<usize>>,
}

impl Given {
    /// A session begins.
    pub(crate) fn begin(&mut self, facts: &Facts, judge: &Judge<'_>) {
        self.sums = vec![Some(0.0); facts.totals.len()];
        let column = |total: &Total| {
            let column = judge.program.columns.iter().position(|column| column.value == total.trial)?;
            judge.of_column(column).map(|_| column)
        };
        self.columns = facts.totals.iter().map(column).collect();
    }

    /// Takes in a trial, whose totals are in memory, and judges each limit.
    pub(crate) fn take(&mut self, facts: &Facts, judge: &mut Judge<'_>, memory: &[u64]) {
        if facts.limits.is_empty() || self.columns.iter().all(Option::is_none) {
            return;
        }
        let program = judge.program;
        let mut trials: Vec<Option<f64>> = Vec::with_capacity(facts.totals.len());
        for ((total, sum), column) in facts.totals.iter().zip(&mut self.sums).zip(&self.columns) {
            let there = column.and_then(|column| judge.of_column(column));
            let amount = matches!(there, Some(Said::Word(_))).then(|| f64::from_bits(memory[total.trial.index()]));
            *sum = sum.zip(amount).map(|(sum, amount)| sum + amount);
            trials.push(amount);
        }
        for limit in &facts.limits {
            let place = |slot: &Slot| {
                let of = |total: &Total| [total.trial, total.session].contains(slot);
                facts.totals.iter().position(of).filter(|place| self.columns[*place].is_some())
            };
            // What is not in the data, as what earlier sessions of the day gave.
            let Some(places) = limit.given.iter().map(place).collect::<Option<Vec<usize>>>() else { continue };
            let word = |(slot, place): (&Slot, &usize)| {
                if facts.totals[*place].trial == *slot { trials[*place] } else { self.sums[*place] }
            };
            let sum = limit.given.iter().zip(&places).map(word).sum::<Option<f64>>();
            let Some(unit) = places.first().and_then(|place| self.columns[*place]) else { continue };
            let unit = &program.columns[unit];
            let (here, most) = (judge.here, judge.value(&limit.most, memory));
            let tally = &mut judge.stops[limit.rule];
            let (Some(sum), Some(most)) = (sum, most.map(f64::from_bits)) else {
                tally.undecidable += 1;
                continue;
            };
            match sum <= most * (1.0 + CLOSE) {
                true => tally.equal += 1,
                false => tally.refute(
                    here,
                    || format!("at most {}", shown(unit, most.to_bits())),
                    || shown(unit, sum.to_bits()),
                ),
            }
        }
    }
}
