//! Conditions on which something depends: those that can never hold, and criteria that always do.

use crate::cases::{At, Cases, Formula, bare, not};
use crate::model::*;
use crate::term::{Function, Term, Texpr};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_units::Dimension;

/// A condition with what depends on it.
struct Criterion<'m> {
    at: At,
    condition: &'m Texpr,
    /// What never happens without it: ``the stage `easy` is left for `hard` ``.
    follows: String,
    /// Nothing else would do what it does: an error.
    needed: bool,
    /// It is there to wait for something.
    waits: bool,
}

/// What in a condition cannot be, and what could.
struct Reason {
    span: Span,
    label: String,
    help: Option<String>,
    also: Option<(Span, String)>,
}

impl Checker<'_> {
    /// Every criterion can hold, and those that wait do not hold from the start.
    pub(crate) fn check_criteria(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let criteria = self.criteria();
        let mut findings: Vec<Finding> = criteria.iter().filter_map(|criterion| self.judged(criterion)).collect();
        findings.extend(self.windows_of_sessions());
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    fn criteria(&self) -> Vec<Criterion<'_>> {
        let model = &self.model;
        let mut criteria = Vec::new();
        let mut add = |at: At, condition, follows: String, needed: bool, waits: bool| {
            criteria.push(Criterion { at, condition, follows, needed, waits });
        };
        for (k, curriculum) in model.curricula.iter().enumerate() {
            for (stage, from) in curriculum.stages.iter().enumerate() {
                for way in &from.transitions {
                    let at = At { stage: Some((CurriculumId(k), stage)), moment: Some(way.moment), fresh: false };
                    let to = curriculum.stages.get(way.target as usize).map_or("", |to| to.name.as_str());
                    let follows = format!("the stage `{}` is left for `{to}`", from.name);
                    way.guard.iter().for_each(|guard| add(at, guard, follows.clone(), true, true));
                }
            }
        }
        let here = At::default();
        for block in &model.blocks {
            let follows = format!("the block `{}` ends", block.name);
            block.ends.iter().for_each(|ends| add(here, ends, follows.clone(), true, true));
        }
        for watch in &model.stops {
            add(here, &watch.condition, format!("the session is stopped by `{}`", watch.name), false, !watch.now);
        }
        // What a scenario expects is an advice that should never come; its name is no word of the language.
        for watch in model.advices.iter().filter(|watch| !watch.name.contains(' ')) {
            add(here, &watch.condition, format!("`{}` is advised", watch.name), false, false);
        }
        for state in &model.states {
            for clause in &state.clauses {
                let leaves = clause.goes != Goes::Stays;
                let what = if leaves { "the way is taken" } else { "the clause does something" };
                let follows = format!("{what} in `{}`", state.name);
                clause.guard.iter().for_each(|guard| add(here, guard, follows.clone(), false, false));
            }
        }
        for handler in &model.handlers {
            handler.guard.iter().for_each(|guard| add(here, guard, "the handler does something".into(), false, false));
            branches(&handler.actions, &mut |condition| {
                add(here, condition, "the first branch is taken".into(), false, false);
            });
        }
        criteria
    }

    fn judged(&self, criterion: &Criterion<'_>) -> Option<Finding> {
        let condition = criterion.condition;
        let mut cases = Cases::new(&self.model, criterion.at);
        let formula = cases.formula(condition);
        // What a text of the library asks is asked of all who use it.
        if self.libraries.contains(&condition.span.source) || matches!(formula, Formula::Known(_)) {
            return None;
        }
        if cases.never(&formula) {
            let reason = self.reason(criterion.at, condition);
            let message = format!("{}, and it never can", only_when(&criterion.follows));
            let finding = match criterion.needed {
                true => Finding::error("never-holds", message, reason.span, reason.label),
                false => Finding::warning("never-holds", message, reason.span, reason.label),
            };
            let finding = reason.also.into_iter().fold(finding, |finding, (span, label)| finding.also(span, label));
            return Some(finding.help_maybe(reason.help));
        }
        if criterion.waits && cases.never(&not(formula)) {
            let message = format!("{}, and it always does", only_when(&criterion.follows));
            let finding = Finding::warning("always-holds", message, condition.span, self.lies_here(&cases, condition));
            return Some(finding.help("ask for more, or remove the condition"));
        }
        None
    }

    /// The smallest part of a condition that cannot hold, in words.
    fn reason(&self, at: At, condition: &Texpr) -> Reason {
        let condition = bare(condition);
        if let Term::Apply(Function::And, list) = &condition.term {
            let never = |part: &&Texpr| {
                let mut cases = Cases::new(&self.model, at);
                let formula = cases.formula(part);
                cases.never(&formula)
            };
            if let Some(part) = list.iter().find(never) {
                return self.reason(at, part);
            }
            let text = |part: &Texpr| self.sources.text(part.span).to_string();
            if let [first, second] = list.as_slice() {
                let label = format!("excludes `{}`", text(first));
                let help = Some("let both hold together: write `or`, or change one of them".to_string());
                return Reason { span: second.span, label, help, also: Some((first.span, "and this".into())) };
            }
        }
        let span = condition.span;
        let cases = Cases::new(&self.model, at);
        let Some((varies, bound, above, strict)) = compared(&cases, condition) else {
            return Reason { span, label: "never true".into(), help: None, also: None };
        };
        let text = self.sources.text(varies.span).to_string();
        let range = cases.bounds(varies);
        let end = if above { range.high } else { range.low };
        let written = self.sources.text(bound.span);
        let percent = written.contains('%');
        let dimension = varies.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let show = |value: f64| if percent { format!("{}%", value * 100.0) } else { self.amount(value, dimension) };
        let also = self.limited_by(varies, end);
        let is_share = dimension.is_none() && range == Interval::UNIT && !percent;
        let hundredths = bound.constant().map(|bound| bound.to_f64()).filter(|bound| (1.0..=100.0).contains(bound));
        let help = match (is_share && hundredths.is_some(), end.is_finite()) {
            (true, _) => Some(format!("a share lies between 0 and 1: write `{written}%`")),
            (_, true) => Some(self.remedy(&show(end), (above, strict, cases.bounds(bound).holds(end)), also.is_some())),
            (_, false) => None,
        };
        let label = match (range.low.is_finite(), range.high.is_finite()) {
            (true, true) if range.low == range.high => format!("`{text}` is {} here", show(range.low)),
            (true, true) => format!("`{text}` lies in {} .. {}", show(range.low), show(range.high)),
            (true, false) => format!("`{text}` is never below {}", show(range.low)),
            (false, true) => format!("`{text}` is never above {}", show(range.high)),
            (false, false) => format!("`{text}` never lies there"),
        };
        Reason { span, label, help, also }
    }

    /// What a comparison could say instead: whether more is asked, whether more than equal, and whether the end would do.
    fn remedy(&self, end: &str, (above, strict, at_end): (bool, bool, bool), limited: bool) -> String {
        let (less, or_less, sign) = if above { ("below", "less", ">=") } else { ("above", "more", "<=") };
        let compare = match (strict, at_end) {
            (true, true) => format!("compare with a value {less} {end}, or write `{sign}`"),
            (true, false) => format!("compare with a value {less} {end}"),
            (false, _) => format!("compare with {end} or {or_less}"),
        };
        if limited { format!("{compare}, or change the limit") } else { compare }
    }

    fn lies_here(&self, cases: &Cases<'_>, condition: &Texpr) -> String {
        let Some((varies, bound, _, _)) = compared(cases, condition) else { return "always true".into() };
        let text = self.sources.text(varies.span);
        let Interval { low, high } = cases.bounds(varies);
        let percent = self.sources.text(bound.span).contains('%');
        let dimension = varies.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
        let show = |value: f64| if percent { format!("{}%", value * 100.0) } else { self.amount(value, dimension) };
        match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("`{text}` lies in {} .. {}", show(low), show(high)),
            (true, false) => format!("`{text}` is never below {}", show(low)),
            (false, true) => format!("`{text}` is never above {}", show(high)),
            (false, false) => "always true".into(),
        }
    }

    /// The limit of trials or of amounts from which the end of a range comes.
    fn limited_by(&self, varies: &Texpr, end: f64) -> Option<(Span, String)> {
        let mut sums = false;
        self.model.each_inside(varies, &mut |inner| {
            if let Term::Value { value, .. } = inner.term {
                sums |= matches!(self.model.values[value.0].kind, ValueKind::Statistic(_));
            }
            sums |= matches!(inner.term, Term::Tick(_));
        });
        let trials = self.model.most_trials.filter(|(most, _)| sums && f64::from(*most) == end);
        let amounts = self.model.limits.iter().find(|limit| sums && limit.amount.range.high == end);
        trials
            .map(|(_, span)| (span, "the most trials of a session".to_string()))
            .or_else(|| amounts.map(|limit| (limit.span, format!("the most that `{}` gives", limit.name))))
    }

    /// Statistics of a session that wait for more rows than a session has trials.
    fn windows_of_sessions(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some((most, limit)) = self.model.most_trials else { return findings };
        for value in &self.model.values {
            let ValueKind::Statistic(statistic) = &value.kind else { continue };
            let of_session = value.clock == Clock::Session && !statistic.of_sessions;
            if !of_session || statistic.at_least <= most || self.libraries.contains(&value.span.source) {
                continue;
            }
            let message = format!(
                "a session of {most} trials never has the {} that `{}` waits for",
                statistic.at_least, value.name
            );
            let finding = Finding::warning("window-never-fills", message, value.span, "always without a value");
            let help = format!("write `at least {most}` or less, or raise `limit trials`");
            findings.push(finding.also(limit, "the most trials of a session").help(help));
        }
        findings
    }
}

/// What a criterion is for.
fn only_when(follows: &str) -> String {
    format!("{follows} only when this holds")
}

/// The side of a comparison that can change, the other, whether the first must lie above it, and not be equal.
fn compared<'t>(cases: &Cases<'_>, condition: &'t Texpr) -> Option<(&'t Texpr, &'t Texpr, bool, bool)> {
    let condition = bare(condition);
    if let Term::Over { body, .. } = &condition.term {
        return compared(cases, body);
    }
    let Term::Apply(function @ (Function::Less | Function::LessEqual), list) = &condition.term else { return None };
    let [a, b] = list.as_slice() else { return None };
    let strict = *function == Function::Less;
    match (cases.varies(a), cases.varies(b)) {
        (true, _) => Some((a, b, false, strict)),
        (false, true) => Some((b, a, true, strict)),
        (false, false) => None,
    }
}

/// The conditions of every `if` in a list of actions.
fn branches<'m>(actions: &'m [Action], each: &mut dyn FnMut(&'m Texpr)) {
    for action in actions {
        if let Action::If { condition, then, otherwise } = action {
            each(condition);
            branches(then, each);
            branches(otherwise, each);
        }
    }
}
