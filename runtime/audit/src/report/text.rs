//! A report as people read it.

use super::{Finding, Report, RuleReport};
use std::fmt::Write;

impl Report {
    /// The report as text, for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}, {} sessions, {} trials\n\n", self.protocol, self.sessions, self.trials);
        if !self.left_out.is_empty() {
            let _ = writeln!(text, "the protocol does not have: {}\n", self.left_out.join(", "));
        }
        let width = self.rules.iter().map(|rule| rule.name.chars().count()).max().unwrap_or(4).max(4);
        let _ = writeln!(
            text,
            "{:width$}  {:>9} {:>10} {:>8} {:>11}  when",
            "rule", "equal", "consistent", "refuted", "undecidable"
        );
        for rule in &self.rules {
            let _ = writeln!(
                text,
                "{:width$}  {:>9} {:>10} {:>8} {:>11}  {}",
                rule.name, rule.equal, rule.consistent, rule.refuted, rule.undecidable, rule.moment
            );
        }
        for rule in self.rules.iter().filter(|rule| rule.refuted > 0) {
            self.cases(&mut text, rule);
        }
        self.tests(&mut text);
        text.push_str(&self.verdict());
        text
    }

    fn cases(&self, text: &mut String, rule: &RuleReport) {
        let place = rule.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let _ = writeln!(text, "\nrefuted: {}{place}, {} times", rule.name, rule.refuted);
        let _ = writeln!(text, "    {}", rule.text);
        for change in &rule.changed_by {
            let _ = writeln!(text, "    {change}");
        }
        for case in &rule.cases {
            let file = self.files.get(case.file).map_or("", String::as_str);
            let _ = writeln!(
                text,
                "  session {}, trial {} ({file}, row {}): the rule gives {}, the data have {}",
                case.session, case.trial, case.row, case.expected, case.found
            );
        }
    }

    fn tests(&self, text: &mut String) {
        if self.tests.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nfrequencies, adjusted for {} tests (Holm):", self.tests.len());
        for test in &self.tests {
            let word = if test.holds { "holds" } else { "improbable" };
            let verdict = &test.verdict;
            let _ = writeln!(
                text,
                "  {}: {word}, p {} (adjusted {}), {} of {} values; {}",
                test.name,
                probability(verdict.p),
                probability(test.adjusted),
                verdict.test,
                verdict.values,
                verdict.detail
            );
        }
    }

    /// The verdict in a sentence.
    pub(crate) fn verdict(&self) -> String {
        let names = |list: Vec<&str>| list.join(", ");
        match self.finding {
            Finding::Holds => "\nNothing in the data speaks against the protocol.".into(),
            Finding::Improbable => {
                let list = self.tests.iter().filter(|test| !test.holds).map(|test| test.name.as_str()).collect();
                format!("\nNo decision is refuted, but these frequencies are improbable: {}.", names(list))
            }
            Finding::Refuted => {
                let mut list: Vec<&str> =
                    self.rules.iter().filter(|rule| rule.refuted > 0).map(|rule| rule.name.as_str()).collect();
                list.dedup();
                format!("\nThe data refute: {}.", names(list))
            }
        }
    }
}

/// A probability as people read it.
pub(crate) fn probability(p: f64) -> String {
    if p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") }
}
