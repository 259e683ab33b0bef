//! What every protocol must have.

use crate::Checker;
use trialect_base::{Finding, Span};

impl Checker<'_> {
    pub(crate) fn check_required(&mut self) {
        let header = self.model.header;
        if self.model.states.is_empty() {
            self.report(
                Finding::error("no-states", "a trial has at least one state", header, "this protocol")
                    .help("add `state NAME { … }` to `trial { … }`"),
            );
        }
        if self.model.outcomes.is_none() {
            self.report(
                Finding::error("no-outcomes", "a trial ends with an outcome", header, "this protocol")
                    .help("add `outcomes NAME, …` to `trial { … }`"),
            );
        }
        if self.model.most_trials.is_none() {
            self.report(
                Finding::error(
                    "no-trial-limit",
                    "a session needs a greatest number of trials: it sizes the memory",
                    header,
                    "this protocol",
                )
                .help("add `limit trials 2000` to `session { … }`"),
            );
        }
        self.check_used_devices();
    }

    /// A valve that gives fluid needs a limit for the session.
    fn check_used_devices(&mut self) {
        let mut unlimited: Vec<(String, Span)> = Vec::new();
        let deeds = self.all_deeds();
        for (k, device) in self.model.devices.iter().enumerate() {
            let class = &self.model.classes[device.class.0];
            let gives = deeds.iter().any(|deed| deed.device.0 == k && class.verbs[deed.verb].adds.is_some());
            let limited =
                self.model.limits.iter().any(|limit| limit.device.0 == k && limit.each == crate::Clock::Session);
            if gives && !limited {
                unlimited.push((device.name.clone(), device.span));
            }
        }
        for (name, span) in unlimited {
            self.report(
                Finding::error(
                    "no-budget",
                    format!("nothing limits what `{name}` gives in a session"),
                    span,
                    "gives without a limit",
                )
                .help(format!("add `limit {name} 2 mL each session` to `session {{ … }}`")),
            );
        }
    }

    fn all_deeds(&self) -> Vec<crate::Deed> {
        let mut deeds = Vec::new();
        let mut open: Vec<&crate::Action> = self.model.states.iter().flat_map(|state| &state.entry).collect();
        open.extend(self.model.states.iter().flat_map(|state| &state.clauses).flat_map(|clause| &clause.actions));
        open.extend(self.model.handlers.iter().flat_map(|handler| &handler.actions));
        while let Some(action) = open.pop() {
            match action {
                crate::Action::Do(deed) => deeds.push(deed.clone()),
                crate::Action::If { then, otherwise, .. } => open.extend(then.iter().chain(otherwise)),
                _ => {}
            }
        }
        deeds
    }
}
