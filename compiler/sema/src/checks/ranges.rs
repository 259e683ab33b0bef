//! Ranges: start values inside, steps that fit, assignments that stay inside.

use crate::Checker;
use crate::model::{Value, Variable};
use crate::term::Texpr;
use crate::types::Type;
use trialect_base::Finding;
use trialect_syntax::ast::Name;
use trialect_units::{Decimal, Dimension};

impl Checker<'_> {
    /// The start value lies inside the range and on a step.
    pub(crate) fn check_variable(&mut self, name: &Name, variable: &Variable, ty: &Type) {
        let dimension = ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let Some((low, high)) = variable.within else {
            if variable.by.is_some() {
                self.report(
                    Finding::error("steps-without-range", "steps need a range", name.span, "no range")
                        .help("add `within LOW .. HIGH` before `by`"),
                );
            }
            return;
        };
        let unit = self.model.unit(dimension);
        let show = |value: Decimal| match &unit {
            Some(unit) => match unit.scale.inverse().and_then(|inverse| value.times(inverse)) {
                Some(value) => format!("{value} {}", unit.symbol),
                None => value.to_string(),
            },
            None => value.to_string(),
        };
        let initial = variable.initial.as_ref().and_then(|typed| Some((typed.span, self.constant_of(typed)?)));
        if let Some((span, value)) = initial
            && !(low..=high).contains(&value)
        {
            self.report(
                Finding::error(
                    "out-of-range",
                    format!("`{}` starts outside its range", name.text),
                    span,
                    format!("this is {}", show(value)),
                )
                .help(format!("start between {} and {}", show(low), show(high))),
            );
            return;
        }
        let Some(by) = variable.by else { return };
        if by <= Decimal::ZERO {
            self.report(Finding::error("not-a-step", "a step is above 0", name.span, format!("steps of {}", show(by))));
            return;
        }
        let ends = [Some((name.span, high)), initial];
        for (span, value) in ends.into_iter().flatten() {
            let fits = value.plus(low.negated()).is_some_and(|above| above.steps(by).is_some());
            if !fits {
                self.report(
                    Finding::error(
                        "not-a-step",
                        format!("{} is no whole number of steps of {} above {}", show(value), show(by), show(low)),
                        span,
                        "between two steps",
                    )
                    .help("choose a step that divides the range"),
                );
            }
        }
    }

    /// What is assigned stays inside the variable's range.
    pub(crate) fn check_assignment(
        &mut self,
        value: &Value,
        within: Option<(Decimal, Decimal)>,
        to: &Texpr,
        saturates: bool,
    ) {
        let Some((low, high)) = within else { return };
        if saturates || to.ty == Type::Unknown || value.range.contains(to.range) {
            return;
        }
        let dimension = value.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let (allowed, found) = (self.describe_interval(value.range, dimension), self.describe_range(to));
        let text = self.sources.text(to.span).to_string();
        let help = match (to.range.low < low.to_f64(), to.range.high > high.to_f64()) {
            (true, false) => format!("write `max({text}, {})`", allowed.split(" .. ").next().unwrap_or_default()),
            (false, true) => format!("write `min({text}, {})`", allowed.split(" .. ").nth(1).unwrap_or_default()),
            _ => format!("write `clamp({text}, {allowed})`"),
        };
        self.report(
            Finding::error(
                "may-leave-range",
                format!("`{}` may leave its range {allowed}", value.name),
                to.span,
                format!("lies in {found}"),
            )
            .also(value.span, "declared here")
            .help(help),
        );
    }
}
