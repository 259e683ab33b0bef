//! What a policy or a part holds: inputs, parameters, variables, draws, values, and what a part adds to a trial.

use super::page::{Columns, Row, Table};
use super::written::Written;
use trialect_syntax::ast::{Body, Clause, ClauseKind, Expr, ExprKind, Name, TypeExpr};

const INPUTS: Columns = &["input", "type"];
const PARAMETERS: Columns = &["parameter", "type", "default", "range"];
const VARIABLES: Columns = &["variable", "type", "starts with", "range"];
const DRAWS: Columns = &["draw", "distribution"];
const VALUES: Columns = &["value", "is"];
const TYPES: Columns = &["type", "members"];
const DEVICES: Columns = &["device", "class"];
const STIMULI: Columns = &["stimulus", "is"];
const STATES: Columns = &["state"];
const OUTCOMES: Columns = &["outcome"];
/// Kinds of members in the order in which they are shown.
const ORDER: [Columns; 10] = [INPUTS, PARAMETERS, DEVICES, STIMULI, DRAWS, VALUES, VARIABLES, TYPES, OUTCOMES, STATES];

/// All members, those of a kind in one table.
pub(super) fn tables(body: &[Clause], written: &Written<'_>) -> Vec<Table> {
    Table::by_kind(&ORDER, body.iter().flat_map(|clause| members(clause, body, written)).collect())
}

fn members(clause: &Clause, around: &[Clause], written: &Written<'_>) -> Vec<(Columns, Row)> {
    let description = &clause.description;
    let row = |name: String, cells: Vec<String>| Row { name, cells, description: description.clone() };
    let named = |list: &[Name], columns| {
        let described = |name: &Name| {
            (
                columns,
                Row { description: Some(description.clone().unwrap_or_default()), ..row(name.text.clone(), vec![]) },
            )
        };
        list.iter().map(described).collect()
    };
    let one = |columns, row| vec![(columns, row)];
    match &clause.kind {
        ClauseKind::InputOf(head) => one(INPUTS, row(written.head(head), vec![written.kind(head.ty.as_ref(), None)])),
        ClauseKind::Param { head, value, within, .. } => {
            let kind = written.kind(head.ty.as_ref(), value.as_ref());
            let default = value.as_ref().map_or(String::new(), |value| written.expr(value));
            let range = within.as_ref().map_or(String::new(), |range| written.range(range));
            one(PARAMETERS, row(written.head(head), vec![kind, default, range]))
        }
        ClauseKind::Var { head, initial, within, by } => {
            let kind = written.kind(head.ty.as_ref().or_else(|| type_of(initial, around)), Some(initial));
            let steps = by.as_ref().map_or(String::new(), |by| format!(" by {}", written.expr(by)));
            let range = within.as_ref().map_or(String::new(), |range| written.range(range) + &steps);
            one(VARIABLES, row(written.head(head), vec![kind, written.expr(initial), range]))
        }
        ClauseKind::Draw { head, call, within } => {
            let within = within.as_ref().map_or(String::new(), |range| format!(" within {}", written.range(range)));
            one(DRAWS, row(written.head(head), vec![written.text(call.span) + &within]))
        }
        ClauseKind::Define { head, body } => one(VALUES, row(written.head(head), vec![value(body, written)])),
        ClauseKind::IntType { name, range } => one(TYPES, row(name.text.clone(), vec![written.range(range)])),
        ClauseKind::Stimulus { head, call, .. } => one(STIMULI, row(written.head(head), vec![written.text(call.span)])),
        ClauseKind::Rig(devices) => devices.iter().flat_map(|device| members(device, around, written)).collect(),
        ClauseKind::Device { name, keys, class } => {
            one(DEVICES, row(written.keyed(&name.text, keys), vec![class.text.clone()]))
        }
        ClauseKind::ClockBlock { body, .. } => body.iter().flat_map(|inner| members(inner, around, written)).collect(),
        ClauseKind::State { name, .. } => named(std::slice::from_ref(name), STATES),
        ClauseKind::Outcomes(names) => named(names, OUTCOMES),
        _ => Vec::new(),
    }
}

/// The type of an expression that is the name of an input or a parameter.
fn type_of<'c>(expr: &Expr, around: &'c [Clause]) -> Option<&'c TypeExpr> {
    let ExprKind::Name(wanted) = &expr.kind else { return None };
    around.iter().find_map(|clause| match &clause.kind {
        ClauseKind::InputOf(head) | ClauseKind::Param { head, .. } if head.name.text == *wanted => head.ty.as_ref(),
        _ => None,
    })
}

/// The right side of a definition.
pub(super) fn value(body: &Body, written: &Written<'_>) -> String {
    match body {
        Body::Expr(expr) => written.expr(expr),
        Body::Table(table) => written.text(table.span),
    }
}
