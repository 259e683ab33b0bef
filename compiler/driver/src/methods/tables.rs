//! Parameters and covariates as tables.

use super::Table;
use super::words::{body, expr, head, kind, range};
use trialect_syntax::ast::{Clause, ClauseKind, CovariateClause};

/// Rows, while clauses are read.
#[derive(Default)]
pub(super) struct Tables {
    parameters: Vec<Vec<String>>,
    covariates: Vec<Vec<String>>,
}

impl Tables {
    pub(super) fn clause(&mut self, clause: &Clause, clock: &str) {
        let described = clause.description.clone().unwrap_or_default();
        match &clause.kind {
            ClauseKind::Param { head: named, value, within, by } => {
                let value = value.as_ref().map(expr).unwrap_or_default();
                let bounds = within.as_ref().map(range).unwrap_or_default();
                let by = by.as_ref().map(|by| format!(" by {}", expr(by))).unwrap_or_default();
                let row = vec![head(named), "can be set".into(), value, format!("{bounds}{by}"), described];
                self.parameters.push(row);
            }
            ClauseKind::Var { head: named, initial, within, by } if clock == "subject" => {
                let bounds = within.as_ref().map(range).unwrap_or_default();
                let by = by.as_ref().map(|by| format!(" by {}", expr(by))).unwrap_or_default();
                let row = vec![head(named), "of the subject".into(), expr(initial), format!("{bounds}{by}"), described];
                self.parameters.push(row);
            }
            ClauseKind::Define { head: named, body: value } if clock.is_empty() => {
                self.parameters.push(vec![head(named), "constant".into(), body(value), String::new(), described]);
            }
            ClauseKind::Covariate(covariate) => self.covariates.push(row(covariate, clock, described)),
            _ => {}
        }
    }

    pub(super) fn all(self) -> [(&'static str, Table); 2] {
        let parameters =
            Table { columns: &["parameter", "is", "value or start", "range", "meaning"], rows: self.parameters };
        let columns = &["covariate", "of", "type", "range or usual value", "asked", "meaning", "convention, term"];
        [("Parameters", parameters), ("Covariates", Table { columns, rows: self.covariates })]
    }
}

fn row(covariate: &CovariateClause, clock: &str, described: String) -> Vec<String> {
    let CovariateClause { head: named, standard, usual, within, asked, from, value, convention, term } = covariate;
    let usually = if *standard { "usually " } else { "" };
    let bounds = within.as_ref().map(|bounds| format!("{usually}{}", range(bounds)));
    let usual = usual.as_ref().map(|usual| format!("usually {usual}"));
    let computed = value.as_ref().map(|value| format!("computed: {}", expr(value)));
    let read = from.as_ref().map(|from| format!("read from {}", super::deeds::place(from)));
    let asked = asked.as_ref().map(|asked| match asked.text.as_str() {
        "change" => "on change".into(),
        word => word.to_string(),
    });
    let cited = [convention.clone(), term.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let ty = named.ty.as_ref().map(kind).unwrap_or_default();
    let is = [bounds, usual, computed].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let asked = [asked, read].into_iter().flatten().collect::<Vec<_>>().join("; ");
    vec![format!("`{}`", named.name.text), clock.into(), ty, is, asked, described, cited]
}
