//! What clauses do: assignments, verbs, limits and the other one-line rules.

use super::{Builder, Node, Parts};
use crate::ast::{ClauseKind, VerbClause};
use crate::grammar::Rule;

impl Builder<'_, '_> {
    /// `:=`, `+=`, a verb, `hold`, `track`, `iti`
    pub(super) fn act(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        let whole = node.clone();
        let mut parts = Parts::of(node);
        Some(match rule {
            Rule::assignment => {
                let add = whole.into_inner().any(|part| part.as_rule() == Rule::add);
                let place = self.place(parts.take(Rule::place)?)?;
                ClauseKind::Set { place, value: self.expression(parts.take(Rule::expression)?)?, add }
            }
            Rule::action => ClauseKind::Do(self.action(whole)?),
            Rule::hold => ClauseKind::Hold(self.action(parts.take(Rule::action)?)?),
            Rule::tracking => {
                let place = self.place(parts.take(Rule::place)?)?;
                ClauseKind::Track { place, value: self.expression(parts.take(Rule::expression)?)? }
            }
            Rule::pause => ClauseKind::Iti(self.expression(parts.take(Rule::expression)?)?),
            _ => return None,
        })
    }

    /// `deliver 3 uL to spout`, `play go_cue(…)`, `light lamp for 500 ms`
    fn action(&mut self, node: Node<'_>) -> Option<VerbClause> {
        let mut parts = Parts::of(node);
        let verb = self.name(&parts.take(Rule::verb)?);
        let amount = self.value_of(parts.take(Rule::amount))?;
        let target = self.place(parts.take(Rule::place)?)?;
        let arguments = parts.take(Rule::arguments).map_or(Some(Vec::new()), |list| self.arguments(list))?;
        let duration = self.value_of(parts.take(Rule::duration))?;
        Some(VerbClause { verb, amount, target, arguments, duration })
    }

    /// `limit`, `stop`, `advise`, `counts`, `ends`, `record`
    pub(super) fn rule(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        let now = node.clone().into_inner().any(|part| part.as_rule() == Rule::NOW);
        let mut parts = Parts::of(node);
        Some(match rule {
            Rule::limit => {
                let place = self.place(parts.take(Rule::place)?)?;
                let amount = self.expression(parts.take(Rule::expression)?)?;
                ClauseKind::Limit { place, amount, each: parts.take(Rule::name).map(|each| self.name(&each)) }
            }
            Rule::stop => {
                let name = self.name(&parts.take(Rule::name)?);
                ClauseKind::Stop { name, now, condition: self.expression(parts.take(Rule::expression)?)? }
            }
            Rule::advice => {
                let name = self.name(&parts.take(Rule::name)?);
                ClauseKind::Advise { name, condition: self.expression(parts.take(Rule::expression)?)? }
            }
            Rule::counting => ClauseKind::Counts(self.expression(parts.take(Rule::expression)?)?),
            Rule::ending => ClauseKind::Ends(self.expression(parts.take(Rule::expression)?)?),
            Rule::recording => {
                let place = self.place(parts.take(Rule::place)?)?;
                let rate = parts.take(Rule::expression).map_or(Some(None), |rate| self.expression(rate).map(Some))?;
                ClauseKind::Record { place, rate }
            }
            _ => return None,
        })
    }
}
