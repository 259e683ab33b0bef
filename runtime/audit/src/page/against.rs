//! The page of a comparison of two protocols.

use super::audit::{LEGEND, numbers};
use super::{element, escaped, page, plots, row};
use crate::against::{Comparison, Fit, Pair};
use std::fmt::Write;

impl Comparison {
    /// The comparison as a page.
    pub fn page(&self) -> String {
        let [one, other] = &self.names;
        let title = format!("{one} and {other}, held against the same data");
        let mut body = element("h1", "", &title);
        body.push_str(&self.audits[0].facts());
        let hash = format!("Protocol hash of {other} {}", self.audits[1].protocol_hash);
        body.push_str(&element("p", "quiet", &hash));
        let class = if self.fits == Fit::Neither { "verdict improbable" } else { "verdict" };
        let reasons: String = self.reasons.iter().map(|reason| element("li", "", reason)).collect();
        let reasons = if reasons.is_empty() { reasons } else { format!("<ul>\n{reasons}</ul>\n") };
        let _ = writeln!(body, "<div class=\"{class}\">{}{reasons}</div>", escaped(&self.verdict()));
        for (name, audit) in self.names.iter().zip(&self.audits) {
            if !audit.left_out.is_empty() {
                let text = format!("{name} does not have these names of the map: {}.", audit.left_out.join(", "));
                body.push_str(&element("p", "quiet", &text));
            }
        }
        body.push_str(&element("h2", "", "Rules side by side"));
        body.push_str(LEGEND);
        body.push_str(&self.table());
        let quiet = format!(
            "ln: the logarithm of how much likelier the decisions of a rule are under {one} than under {other}, \
             where both give the probability of each; together {:.1}.",
            self.likelihood
        );
        body.push_str(&element("p", "quiet", &quiet));
        for (name, audit) in self.names.iter().zip(&self.audits) {
            let refuted: String =
                audit.rules.iter().filter(|rule| rule.refuted > 0).map(|rule| audit.refuted_rule(rule)).collect();
            if !refuted.is_empty() {
                body.push_str(&element("h2", "", &format!("What the data refute of {name}")));
                body.push_str(&refuted);
            }
        }
        for (name, audit) in self.names.iter().zip(&self.audits) {
            let frequencies = audit.frequencies();
            if !frequencies.is_empty() {
                body.push_str(&element("h2", "", name));
                body.push_str(&frequencies);
            }
        }
        page(&title, &body)
    }

    fn table(&self) -> String {
        let head = [
            ("", "rule"),
            ("", "protocol"),
            ("", "decisions"),
            ("number", "equal"),
            ("number", "consistent"),
            ("number", "refuted"),
            ("number", "undecidable"),
            ("number", "ln"),
            ("", "when"),
        ];
        let mut table = format!("<table>\n{}", row("th", &head));
        self.rules.iter().for_each(|pair| table.push_str(&self.pair(pair)));
        table.push_str("</table>\n");
        table
    }

    fn pair(&self, pair: &Pair) -> String {
        let mut rows = String::new();
        let there: Vec<usize> = (0..2).filter(|which| pair.counts[*which].is_some()).collect();
        for (line, which) in there.iter().enumerate() {
            let counts = pair.counts[*which].unwrap_or_default();
            let first = line == 0;
            let ratio = pair.likelihood.filter(|_| first).map(|ratio| format!("{ratio:.1}")).unwrap_or_default();
            let _ = writeln!(
                rows,
                "<tr>{}{}<td class=\"bar\">{}</td>{}{}{}</tr>",
                element("td", "name", if first { &pair.name } else { "" }),
                element("td", "", &self.names[*which]),
                plots::bar(counts),
                numbers(counts),
                element("td", "number", &ratio),
                element("td", "", if first { pair.moment } else { "" }),
            );
        }
        rows
    }
}
