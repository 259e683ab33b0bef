//! Trains of events: `poisson(RATE, during: START .. END, most: N)`, and where they may be used.

use crate::model::*;
use crate::term::{Term, Texpr};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{Argument, Call, Expr, Range, Value as Given};
use trialect_units::{Dimension, Unit};

const FORM: &str = "poisson(RATE, during: START .. END, most: NUMBER)";
/// Events that a train may have room for.
const MOST: i64 = 4096;

/// The parts of the call: rate, during, most.
type Parts<'c> = (&'c Expr, &'c Range, &'c Expr);

impl Checker<'_> {
    pub(crate) fn poisson(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        self.no_within(call, within);
        let Some((rate, during, most)) = parts(call) else {
            let label = format!("{} given", call.arguments.len());
            let message = format!("a distribution is written `{FORM}`");
            let finding = Finding::error("wrong-arguments", message, call.span, label);
            self.report(finding.help(format!("write `{FORM}`")));
            return None;
        };
        let second = Unit::parse("s").map_or(Dimension::NONE, |unit| unit.dimension);
        let (time, frequency) = (Type::Real(second), Type::Real(Dimension::NONE.over(second)));
        let rate = self.expr_as(rate, &frequency);
        let (start, end) = (self.expr_as(&during.low, &time), self.expr_as(&during.high, &time));
        let room = self.constant_int(most)?;
        if rate.ty == Type::Unknown || start.ty == Type::Unknown || end.ty == Type::Unknown {
            return None;
        }
        for (value, what) in [(&rate, "a rate is"), (&start, "events come when the train has begun: its start is")] {
            if value.range.low < 0.0 {
                let lies = self.lies(value);
                self.invalid(&format!("{what} never negative"), value.span, lies, "give it a range from 0 on");
            }
        }
        if start.range.low > end.range.high {
            let span = during.low.span.to(during.high.span);
            self.invalid("this range is empty", span, "it ends before it starts".into(), "exchange its ends");
        }
        if !(1..=MOST).contains(&room) {
            let message = format!("a train has room for 1 to {MOST} events");
            self.invalid(&message, most.span, format!("this is {room}"), "write `most: 100`");
            return None;
        }
        let range = Interval::new(0.0, room as f64);
        Some((Type::Times, range, Family::Poisson(rate, start, end, room as u32)))
    }

    /// The train that a stimulus is played with: one that is drawn, by its name.
    pub(crate) fn train_argument(&mut self, expr: &Expr) -> Texpr {
        let typed = self.expr(expr, None);
        let is_drawn = match &typed.term {
            Term::Value { value, last: false, .. } => {
                matches!(self.model.values[value.0].kind, ValueKind::Draw(Family::Poisson(..)) | ValueKind::Pending)
            }
            _ => false,
        };
        if is_drawn && typed.ty == Type::Times || typed.ty == Type::Unknown {
            return typed;
        }
        let found = typed.ty.describe(&self.model);
        let message = "a train of times that is drawn is needed here";
        let finding = Finding::error("type-mismatch", message, typed.span, format!("this is {found}"));
        self.report(finding.help(format!("draw one, `draw NAME ~ {FORM}`, and write `NAME`")));
        Texpr::broken(typed.span)
    }
}

fn parts(call: &Call) -> Option<Parts<'_>> {
    match call.arguments.as_slice() {
        [
            Argument { name: None, value: Given::Expr(rate) },
            Argument { name: Some(during), value: Given::Range(range) },
            Argument { name: Some(most), value: Given::Expr(room) },
        ] if during.text == "during" && most.text == "most" => Some((rate, range, room)),
        _ => None,
    }
}
