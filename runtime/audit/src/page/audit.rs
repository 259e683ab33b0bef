//! The page of an audit.

use super::{element, escaped, grouped, page, plots, row, several};
use crate::report::{Finding, Report, RuleReport, TestReport, probability};
use std::fmt::Write;

impl Report {
    /// The report as a page.
    pub fn page(&self) -> String {
        let mut body = element("h1", "", &format!("Audit of {}", self.protocol));
        body.push_str(&self.facts());
        let class = match self.finding {
            Finding::Holds => "verdict",
            Finding::Improbable => "verdict improbable",
            Finding::Refuted => "verdict refuted",
        };
        let _ = write!(body, "{}", element("p", class, self.verdict().trim()));
        if !self.left_out.is_empty() {
            let what = format!("The protocol does not have these names of the map: {}.", self.left_out.join(", "));
            body.push_str(&element("p", "quiet", &what));
        }
        body.push_str(&element("h2", "", "Rules"));
        body.push_str(LEGEND);
        body.push_str(&self.rules_table());
        body.push_str(&self.refuted_rules());
        body.push_str(&self.frequencies());
        page(&format!("Audit of {}", self.protocol), &body)
    }

    /// Of what, in small letters.
    pub(super) fn facts(&self) -> String {
        let sizes = format!("{}, {}.", several(self.sessions.into(), "session"), several(self.trials, "trial"));
        let mut text = element("p", "quiet", &sizes);
        text.push_str(&element("p", "quiet", &format!("Protocol hash {}", self.protocol_hash)));
        let files: Vec<&str> = self.files.iter().take(12).map(String::as_str).collect();
        let more = self.files.len().saturating_sub(files.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&element("p", "quiet", &format!("Data: {}{more}", files.join(", "))));
        text
    }

    fn rules_table(&self) -> String {
        let head = [
            ("", "rule"),
            ("", "decisions"),
            ("number", "equal"),
            ("number", "consistent"),
            ("number", "refuted"),
            ("number", "undecidable"),
            ("", "when"),
        ];
        let mut table = format!("<table>\n{}", row("th", &head));
        for rule in &self.rules {
            let counts = [rule.equal, rule.consistent, rule.refuted, rule.undecidable];
            let _ = writeln!(
                table,
                "<tr>{}<td class=\"bar\">{}</td>{}{}</tr>",
                element("td", "name", &rule.name),
                plots::bar(counts),
                numbers(counts),
                element("td", "", rule.moment)
            );
        }
        table.push_str("</table>\n");
        table
    }

    fn refuted_rules(&self) -> String {
        let refuted: Vec<&RuleReport> = self.rules.iter().filter(|rule| rule.refuted > 0).collect();
        if refuted.is_empty() {
            return String::new();
        }
        let mut text = element("h2", "", "What the data refute");
        text.push_str(&element("p", "quiet", "Bars: refuted decisions along the chain; dashed lines: sessions."));
        refuted.into_iter().for_each(|rule| text.push_str(&self.refuted_rule(rule)));
        text
    }

    pub(super) fn refuted_rule(&self, rule: &RuleReport) -> String {
        let place = rule.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let title = format!("{}{place}: {} refuted {}", rule.name, grouped(rule.refuted), rule.moment);
        let mut text = element("h3", "", &title);
        let clauses: Vec<&str> = std::iter::once(&rule.text)
            .chain(&rule.changed_by)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        text.push_str(&element("pre", "", &clauses.join("\n")));
        text.push_str(&plots::places(&rule.refuted_at, self.trials, &self.beginnings));
        let head = ["session", "trial", "file", "row", "the rule gives", "the data have"];
        let _ = write!(text, "<table>\n{}", row("th", &head.map(|title| ("", title))));
        for case in &rule.cases {
            let cells = [
                case.session.to_string(),
                case.trial.to_string(),
                self.files.get(case.file).cloned().unwrap_or_default(),
                case.row.to_string(),
                case.expected.clone(),
                case.found.clone(),
            ];
            text.push_str(&row("td", &cells.map(|cell| ("", cell))));
        }
        text.push_str("</table>\n");
        text
    }

    pub(super) fn frequencies(&self) -> String {
        if self.tests.is_empty() {
            return String::new();
        }
        let mut text = element("h2", "", "Frequencies");
        let what = format!(
            "Probabilities adjusted for {} (Holm); below {} a frequency is improbable. Bars: observed, lines across: \
             expected. Curves: distribution of the values against that of the rule, the dashed diagonal.",
            several(self.tests.len() as u64, "test"),
            self.level
        );
        text.push_str(&element("p", "quiet", &what));
        text.push_str("<div class=\"cards\">\n");
        self.tests.iter().for_each(|test| text.push_str(&card(test)));
        text.push_str("</div>\n");
        text
    }
}

pub(super) const LEGEND: &str = "<p class=\"legend\"><span class=\"equal\"></span>equal\
    <span class=\"consistent\"></span>consistent<span class=\"refuted-part\"></span>refuted\
    <span class=\"undecidable\"></span>undecidable</p>\n";

pub(super) fn numbers(counts: [u64; 4]) -> String {
    let class = |k: usize| if k == 2 && counts[k] > 0 { "number hit" } else { "number" };
    (0..4).map(|k| element("td", class(k), &grouped(counts[k]))).collect()
}

fn card(test: &TestReport) -> String {
    let class = if test.holds { "card" } else { "card improbable" };
    let verdict = &test.verdict;
    let said = format!(
        "{}: p {} (adjusted {}), {} of {}",
        if test.holds { "holds" } else { "improbable" },
        probability(verdict.p),
        probability(test.adjusted),
        verdict.test,
        several(verdict.values, "value")
    );
    let mut text =
        format!("<div class=\"{class}\">\n{}{}", element("h3", "", &test.name), element("p", "quiet", &said));
    if !test.levels.is_empty() {
        text.push_str(&plots::levels(&test.levels));
    }
    if !test.curve.is_empty() {
        text.push_str(&plots::curve(&test.curve));
    }
    let _ = write!(text, "<p class=\"quiet\">{}</p>\n</div>\n", escaped(&verdict.detail));
    text
}
