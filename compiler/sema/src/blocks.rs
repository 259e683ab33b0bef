//! Blocks: clocks between the session and the trial, each with values of its own.

use crate::model::*;
use crate::names::{Symbol, lacks};
use crate::term::{Term, Texpr, Tick};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause, ClauseKind, Expr, Name};

/// Names that every block has.
const COUNTS: [&str; 3] = ["index", "trials", "first"];

impl<'a> Checker<'a> {
    /// `block prior { … }`
    pub(crate) fn block(&mut self, name: &Name, body: &'a [Clause], clause: &'a Clause) {
        let id = BlockId(self.model.blocks.len());
        self.model.blocks.push(Block {
            name: name.text.clone(),
            path: format!("block.{}", name.text),
            description: clause.description.clone(),
            ends: None,
            span: name.span,
        });
        self.declare(&name.text, name.span, Symbol::Block(id));
        let mut ends = Vec::new();
        for inner in body {
            match &inner.kind {
                ClauseKind::Define { head, .. } | ClauseKind::Var { head, .. } | ClauseKind::Draw { head, .. } => {
                    self.declare_in_block(id, &head.name, inner);
                }
                ClauseKind::Stat(stat) => self.declare_in_block(id, &stat.head.name, inner),
                ClauseKind::Ends(condition) => ends.push((condition, inner.span)),
                ClauseKind::InputOf(head) => self.input(head, inner, Some(id)),
                _ => self.misplaced(inner, "in a block"),
            }
        }
        match ends.as_slice() {
            [] => {
                let message = format!("the block `{}` does not say when it ends", name.text);
                let finding = Finding::error("block-never-ends", message, name.span, "without `ends when`");
                self.report(finding.help(format!("add `ends when {}.trials >= 50`", name.text)));
            }
            [(_, first), (_, second), ..] => {
                let finding = Finding::error("duplicate-name", "`ends when` stands twice", *second, "again here");
                self.report(finding.also(*first, "first here").help("join the conditions with `or`"));
            }
            [_] => {}
        }
        self.pending.blocks.push(ends.first().map(|(condition, _)| *condition));
    }

    fn declare_in_block(&mut self, id: BlockId, name: &Name, clause: &'a Clause) {
        if COUNTS.contains(&name.text.as_str()) {
            let message = format!("`{}` counts for every block", name.text);
            let finding = Finding::error("reserved-name", message, name.span, "declared here");
            return self.report(finding.help(format!("choose another name, for example `my_{}`", name.text)));
        }
        let qualified = format!("{}.{}", self.model.blocks[id.0].name, name.text);
        let path = format!("block.{qualified}");
        self.enter_value(name, qualified, path, (Clock::Block, Some(id)), clause);
    }

    /// When each block ends: looked at when a trial has ended.
    pub(crate) fn settle_blocks(&mut self) {
        for k in 0..self.model.blocks.len() {
            let Some(condition) = self.pending.blocks[k] else { continue };
            self.scope.enter(Clock::Block, Clock::Trial);
            self.scope.block = Some(BlockId(k));
            let condition = self.condition(condition);
            self.scope.leave();
            self.model.blocks[k].ends = Some(condition);
        }
    }

    /// `prior.left`, `prior.trials`
    pub(crate) fn block_part(&mut self, id: BlockId, member: &Name, span: Span) -> Texpr {
        let count = |tick| Texpr { term: Term::Tick(tick), ty: Type::Int, range: Interval::POSITIVE, span };
        let name = self.model.blocks[id.0].name.clone();
        if self.scope.reads < Clock::Block {
            self.too_fast(&format!("`{name}.{}`", member.text), None, Clock::Block, span);
            return Texpr::broken(span);
        }
        match member.text.as_str() {
            "index" => return Texpr { range: Interval::new(1.0, f64::INFINITY), ..count(Tick::BlockIndex(id)) },
            "trials" => return count(Tick::BlockTrials(id)),
            "first" => return Texpr::bool(Term::Tick(Tick::BlockFirst(id)), span),
            _ => {}
        }
        match self.symbol(&format!("{name}.{}", member.text)) {
            Some(Symbol::Value(value)) => self.value(value, Vec::new(), false, span),
            Some(_) => Texpr::broken(span),
            None => {
                let prefix = format!("{name}.");
                let known: Vec<String> =
                    self.names.symbols.keys().filter_map(|key| Some(key.strip_prefix(&prefix)?.to_string())).collect();
                let known = known.iter().map(String::as_str).chain(COUNTS);
                self.report(lacks("no-such-part", &format!("`{name}`"), "value", (&member.text, member.span), known));
                Texpr::broken(span)
            }
        }
    }

    /// A value of a block by its name in the text: the block's own inside the block, `BLOCK.NAME` outside.
    pub(crate) fn block_value(&self, base: &Expr) -> Option<ValueId> {
        use trialect_syntax::ast::ExprKind;
        let ExprKind::Member(inner, member) = &base.kind else { return None };
        let ExprKind::Name(block) = &inner.kind else { return None };
        match (self.symbol(block), self.symbol(&format!("{block}.{}", member.text))) {
            (Some(Symbol::Block(_)), Some(Symbol::Value(value))) => Some(value),
            _ => None,
        }
    }
}
