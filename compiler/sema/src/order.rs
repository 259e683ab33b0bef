//! The order in which values are typed: what is read comes first, however the text has it.
//!
//! It also bounds how deep definitions may stand inside definitions: many of them are later put
//! where they are read, and nothing that walks the result may run out of stack.

use crate::Checker;
use crate::model::{CurriculumId, ValueId};
use crate::names::Symbol;
use trialect_base::Finding;
use trialect_syntax::ast::{Argument, Body, Call, Clause, ClauseKind, Expr, ExprKind, Key, Range, Table, Value};

/// How deep an expression may be when all definitions that it reads are put where they are read.
pub(crate) const DEPTH_MAX: u32 = 400;

/// A value or a curriculum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    Value(ValueId),
    Curriculum(CurriculumId),
}

/// What a clause reads, and how deep its expressions are.
#[derive(Debug, Default)]
struct Reads {
    /// Of this tick.
    now: Vec<String>,
    /// Of the trial before.
    last: Vec<String>,
    /// Loop variables around the present expression.
    bound: Vec<String>,
    depth: u32,
}

impl Checker<'_> {
    /// Values and curricula, each after what it reads. Circles are cut anywhere; they are found later.
    ///
    /// Values beyond the depth are findings, and are left out: they stay without a type.
    pub(crate) fn typing_order(&mut self) -> Vec<Node> {
        let values = self.model.values.len();
        let count = values + self.model.curricula.len();
        let reads: Vec<Reads> = (0..count).map(|k| self.reads_of(k, values)).collect();
        let next: Vec<Vec<usize>> =
            reads.iter().map(|reads| self.nodes(reads.now.iter().chain(&reads.last), values)).collect();
        self.reads_now = reads.iter().take(values).map(|reads| self.nodes(&reads.now, values)).collect();
        let mut depth = vec![0_u32; count];
        let mut order = Vec::new();
        for node in after_what_they_read(&next) {
            let below = next[node].iter().map(|&other| depth[other]).max().unwrap_or(0);
            depth[node] = below.saturating_add(reads[node].depth).saturating_add(1);
            let is_value = node < values;
            if is_value && depth[node] > DEPTH_MAX {
                // Those that read this one start again from nothing: one finding is enough.
                depth[node] = 0;
                let value = &self.model.values[node];
                let message = format!("`{}` is too long, or reads too many definitions that read others", value.name);
                let finding = Finding::error("too-deep", message, value.span, "too deep here");
                self.report(finding.help("make one of the definitions on the way a `var`, or shorten them"));
                continue;
            }
            order.push(if is_value {
                Node::Value(ValueId(node))
            } else {
                Node::Curriculum(CurriculumId(node - values))
            });
        }
        order
    }

    fn reads_of(&self, node: usize, values: usize) -> Reads {
        let mut reads = Reads::default();
        match node.checked_sub(values) {
            None => {
                reads.clause(self.pending.values[node]);
                if let Some(block) = self.model.values[node].block {
                    // Inside a block its own names come first.
                    let block = &self.model.blocks[block.0].name;
                    let own =
                        |name: &str| Some(format!("{block}.{name}")).filter(|own| self.names.symbols.contains_key(own));
                    for name in reads.now.iter_mut().chain(&mut reads.last) {
                        *name = own(name).unwrap_or_else(|| std::mem::take(name));
                    }
                }
            }
            Some(curriculum) => self.pending.curricula[curriculum].iter().for_each(|stage| reads.clause(stage)),
        }
        reads
    }

    fn nodes<'n>(&self, names: impl IntoIterator<Item = &'n String>, values: usize) -> Vec<usize> {
        let node = |name: &String| match self.names.symbols.get(name) {
            Some((Symbol::Value(id) | Symbol::Fit(id), _)) => Some(id.0),
            Some((Symbol::Curriculum(id), _)) => Some(values + id.0),
            _ => None,
        };
        let mut nodes: Vec<usize> = names.into_iter().filter_map(node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

/// Every node after those that it leads to, without recursion; an edge back into the present path is cut.
fn after_what_they_read(next: &[Vec<usize>]) -> Vec<usize> {
    let (mut seen, mut order) = (vec![false; next.len()], Vec::new());
    for start in 0..next.len() {
        let mut path = vec![(start, 0)];
        while let Some((node, at)) = path.last_mut() {
            let node = *node;
            if *at == 0 && std::mem::replace(&mut seen[node], true) {
                path.pop();
                continue;
            }
            let child = next[node].get(*at).copied();
            *at += 1;
            match child {
                Some(child) if !seen[child] => path.push((child, 0)),
                Some(_) => {}
                None => {
                    order.push(node);
                    path.pop();
                }
            }
        }
    }
    order
}

impl Reads {
    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Define { head, body: Body::Expr(expr) } => {
                self.keys(&head.keys);
                self.expr(expr, 0);
            }
            ClauseKind::Define { head, body: Body::Table(table) } => {
                self.keys(&head.keys);
                self.table(table, 0);
            }
            ClauseKind::Var { head, initial, within, by } => {
                self.keys(&head.keys);
                self.expr(initial, 0);
                self.refinement(within.as_ref(), by.as_ref());
            }
            ClauseKind::Param { head, value, within, by } => {
                self.keys(&head.keys);
                value.iter().for_each(|value| self.expr(value, 0));
                self.refinement(within.as_ref(), by.as_ref());
            }
            ClauseKind::Draw { head, call, within } => {
                self.keys(&head.keys);
                self.call(call, 0);
                self.refinement(within.as_ref(), None);
            }
            ClauseKind::Stat(stat) => {
                self.keys(&stat.head.keys);
                self.call(&stat.call, 0);
                [&stat.filter, &stat.otherwise].into_iter().flatten().for_each(|expr| self.expr(expr, 0));
            }
            ClauseKind::Covariate(covariate) => {
                self.keys(&covariate.head.keys);
                covariate.value.iter().for_each(|value| self.expr(value, 0));
                self.refinement(covariate.within.as_ref(), None);
            }
            ClauseKind::Stage { body, .. } => body.iter().for_each(|inner| self.clause(inner)),
            _ => {}
        }
    }

    fn refinement(&mut self, within: Option<&Range>, by: Option<&Expr>) {
        within.into_iter().for_each(|range| self.range(range, 0));
        by.into_iter().for_each(|step| self.expr(step, 0));
    }

    /// The variables of keys are bound in the rest of the clause.
    fn keys(&mut self, keys: &[Key]) {
        for key in keys {
            self.expr(&key.over, 0);
            self.bound.extend(key.variable.iter().map(|variable| variable.text.clone()));
        }
    }

    fn table(&mut self, table: &Table, depth: u32) {
        for (key, value) in &table.rows {
            key.iter().for_each(|key| self.expr(key, depth));
            self.expr(value, depth);
        }
    }

    fn range(&mut self, range: &Range, depth: u32) {
        self.expr(&range.low, depth);
        self.expr(&range.high, depth);
    }

    fn call(&mut self, call: &Call, depth: u32) {
        for Argument { value, .. } in &call.arguments {
            match value {
                Value::Expr(expr) => self.expr(expr, depth + 1),
                Value::Range(range) => self.range(range, depth + 1),
                Value::Table(table) => self.table(table, depth + 1),
            }
        }
    }

    fn expr(&mut self, expr: &Expr, depth: u32) {
        self.depth = self.depth.max(depth);
        let below = depth + 1;
        match &expr.kind {
            ExprKind::Name(name) if self.bound.contains(name) => {}
            ExprKind::Name(name) => self.now.push(name.clone()),
            ExprKind::Member(base, name) if matches!(&base.kind, ExprKind::Name(word) if word == "last") => {
                self.last.push(name.text.clone());
            }
            ExprKind::Member(base, name) if matches!(&base.kind, ExprKind::Name(_)) => {
                if let ExprKind::Name(word) = &base.kind {
                    // A device, a curriculum, or a value of a block.
                    self.now.extend([word.clone(), format!("{word}.{}", name.text)]);
                }
            }
            ExprKind::Member(base, name) => {
                if let ExprKind::Index(inner, _) = &base.kind
                    && let ExprKind::Name(word) = &inner.kind
                {
                    // A value of an instance of a policy.
                    self.now.push(format!("{word}.{}", name.text));
                }
                self.expr(base, below);
            }
            ExprKind::Negate(inner) | ExprKind::Not(inner) | ExprKind::Exists(inner) => {
                self.expr(inner, below);
            }
            ExprKind::Index(base, keys) => {
                self.expr(base, below);
                keys.iter().for_each(|key| self.expr(key, below));
            }
            ExprKind::Call(call) => self.call(call, depth),
            ExprKind::Comprehension { body, variables, .. } => {
                let outside = self.bound.len();
                for (variable, over) in variables {
                    self.expr(over, below);
                    self.bound.push(variable.text.clone());
                }
                self.expr(body, below);
                self.bound.truncate(outside);
            }
            ExprKind::Set(members) => members.iter().for_each(|member| self.expr(member, below)),
            ExprKind::Range(range) => self.range(range, below),
            ExprKind::Is { value: a, other: b, .. }
            | ExprKind::In(a, b)
            | ExprKind::Default(a, b)
            | ExprKind::Binary(_, a, b) => [a, b].into_iter().for_each(|operand| self.expr(operand, below)),
            ExprKind::If(a, b, c) => [a, b, c].into_iter().for_each(|operand| self.expr(operand, below)),
            ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => {}
        }
    }
}
