//! Outputs that a limit of amounts would refuse.

use crate::Checker;
use crate::model::*;
use crate::proofs::given_in_a_trial;
use trialect_base::{Finding, Span};

impl Checker<'_> {
    /// A single output is never above a limit, and what a trial gives is not above that of the trial.
    pub(crate) fn check_limits(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let mut findings = Vec::new();
        for limit in self.model.limits.iter().filter(|limit| limit.total.is_some()) {
            let most = limit.amount.range.high;
            let above = self.outputs_above(limit, most);
            match above {
                Some((span, lies)) => findings.push(self.output_above(limit, span, &lies)),
                None if limit.each == Each::Trial => findings.extend(self.trial_above(limit, most)),
                None => {}
            }
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// The first output in the text that may be above a limit, and where its amount lies.
    fn outputs_above(&self, limit: &Limit, most: f64) -> Option<(Span, String)> {
        let deeds = self.all_deeds();
        let amounts = deeds.iter().filter(|deed| {
            let verb = &self.model.class(deed.device).verbs[deed.verb];
            limit.devices.contains(&deed.device) && verb.adds == limit.total
        });
        let mut amounts = amounts.filter_map(|deed| deed.arguments.first().map(|(_, amount)| amount));
        let above = amounts.find(|amount| amount.range.high > most && amount.range.high < f64::INFINITY)?;
        Some((above.span, self.lies(above)))
    }

    fn output_above(&self, limit: &Limit, span: Span, lies: &str) -> Finding {
        let each = limit.each.word();
        let message = format!("`{}` gives more at once than its limit allows in a {each}", limit.name);
        let finding = Finding::error("above-limit", message, span, lies.to_string());
        let finding = finding.also(limit.span, "what is above it is refused, and ends the session");
        finding.help("give the amount a smaller range, or raise the limit")
    }

    fn trial_above(&self, limit: &Limit, most: f64) -> Option<Finding> {
        let (given, states) = given_in_a_trial(&self.model, limit)?;
        // Amounts that are as large as their limit together may differ from it by how their sum is rounded.
        if given <= most * (1.0 + 1e-12) {
            return None;
        }
        let dimension = self.model.class(*limit.devices.first()?).totals.first()?.dimension;
        let states: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
        let message = format!("a trial may give {} of `{}`", self.amount(given, dimension), limit.name);
        let label = "what is above this is refused, and ends the session";
        let finding = Finding::warning("above-limit", message, limit.span, label);
        Some(finding.help(format!("it is given in {}: give less there, or raise the limit", states.join(", "))))
    }
}
