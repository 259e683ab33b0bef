//! Ranges: start values inside, steps that fit, assignments that stay inside.

use crate::model::{Model, Value, Variable};
use crate::term::Texpr;
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::Name;
use trialect_units::{Decimal, Dimension};

impl Checker<'_> {
    /// The start value lies inside the range and on a step; places: the range's greatest value, and the step.
    pub(crate) fn check_variable(&mut self, name: &Name, variable: &Variable, ty: &Type, (end, step): (Span, Span)) {
        let dimension = ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let Some((low, high)) = variable.within else { return };
        let show = |value: Decimal, model: &Model| show(value, dimension, model);
        let constant = variable.initial.as_ref().and_then(|typed| Some((typed.span, self.constant_of(typed)?)));
        if let Some((span, value)) = constant
            && !(low..=high).contains(&value)
        {
            let is = show(value, &self.model);
            let (low, high) = (show(low, &self.model), show(high, &self.model));
            let message = format!("`{}` starts outside its range {low} .. {high}", name.text);
            let near = if value < variable.within.map_or(value, |(low, _)| low) { low } else { high };
            let finding = Finding::error("out-of-range", message, span, format!("this is {is}"));
            self.report(finding.replace(span, near, |near| format!("write `{near}`, or widen the range")));
            return;
        }
        if let Some(initial) = variable.initial.as_ref().filter(|_| constant.is_none()) {
            self.check_start(name, initial, (low, high));
        }
        let Some(by) = variable.by else { return };
        if by <= Decimal::ZERO {
            let steps = format!("steps of {}", show(by, &self.model));
            self.report(Finding::error("not-a-step", "a step is above 0", step, steps).help("write a step above 0"));
            return;
        }
        for (span, value) in [Some((end, high)), constant].into_iter().flatten() {
            let fits = value.plus(low.negated()).is_some_and(|above| above.steps(by).is_some());
            if !fits {
                let (is, by, low) = (show(value, &self.model), show(by, &self.model), show(low, &self.model));
                let message = format!("{is} is no whole number of steps of {by} above {low}");
                self.report(
                    Finding::error("not-a-step", message, span, "between two steps")
                        .help("choose a step that divides the range"),
                );
                return;
            }
        }
    }

    /// A start value that is computed stays inside the range, too.
    fn check_start(&mut self, name: &Name, initial: &Texpr, (low, high): (Decimal, Decimal)) {
        let range = Interval::new(low.to_f64(), high.to_f64());
        if initial.ty == Type::Unknown || range.contains(initial.range) {
            return;
        }
        let dimension = initial.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let allowed = format!("{} .. {}", show(low, dimension, &self.model), show(high, dimension, &self.model));
        let lies = self.lies(initial);
        let text = self.sources.text(initial.span).to_string();
        let message = format!("`{}` may start outside its range {allowed}", name.text);
        let finding = Finding::error("may-leave-range", message, initial.span, lies);
        let clamped = format!("clamp({text}, {allowed})");
        self.report(finding.replace(initial.span, clamped, |clamped| format!("write `{clamped}`")));
    }

    /// What is assigned stays inside the variable's range; `text` is how it could be written at `span`, after `place :=`.
    pub(crate) fn check_assignment(
        &mut self,
        value: &Value,
        within: Option<(Decimal, Decimal)>,
        to: &Texpr,
        text: &str,
        (place, span): (Span, Span),
    ) {
        let Some((low, high)) = within else { return };
        if to.ty == Type::Unknown || value.range.contains(to.range) {
            return;
        }
        let dimension = value.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let lies = self.lies(to);
        let (low_text, high_text) = (show(low, dimension, &self.model), show(high, dimension, &self.model));
        let (name, written) = (&value.name, self.sources.text(place));
        let inside = match (to.range.low < low.to_f64(), to.range.high > high.to_f64()) {
            _ if to.constant().is_some() => None,
            (true, false) => Some(format!("{written} := max({text}, {low_text})")),
            (false, true) => Some(format!("{written} := min({text}, {high_text})")),
            _ => Some(format!("{written} := clamp({text}, {low_text} .. {high_text})")),
        };
        let message = format!("`{name}` must stay inside its range {low_text} .. {high_text}");
        let finding =
            Finding::error("may-leave-range", message, span, lies).also(value.span, "its range is declared here");
        self.report(match inside {
            Some(inside) => finding.replace(place.to(span), inside, |inside| format!("write `{inside}`")),
            None => finding.help("assign a value inside the range, or widen the range"),
        });
    }
}

/// A constant in the unit in which such quantities are recorded.
fn show(value: Decimal, dimension: Dimension, model: &Model) -> String {
    let Some(unit) = model.unit(dimension) else { return value.to_string() };
    match unit.scale.inverse().and_then(|inverse| value.times(inverse)) {
        Some(value) => format!("{value} {}", unit.symbol),
        None => value.to_string(),
    }
}
