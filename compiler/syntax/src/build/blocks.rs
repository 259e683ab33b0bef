//! Clauses with blocks: clocks, states, curricula, rigs, reusable bundles, scenarios.

use super::{Builder, Node, Parts};
use crate::ast::ClauseKind;
use crate::grammar::Rule;
use crate::reader::Context;

impl Builder<'_, '_> {
    /// Blocks, and what stands in a rig or a scenario.
    pub(super) fn block(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        match rule {
            Rule::rig => self.rig(node),
            Rule::stimulus => self.stimulus(node),
            Rule::stage => self.stage(node),
            Rule::scenario => self.scenario(node),
            Rule::clock => {
                let mut parts = Parts::of(node);
                let clock = self.name(&parts.take(Rule::clock_word)?);
                Some(ClauseKind::ClockBlock { clock, body: self.clauses_of(parts)? })
            }
            Rule::beside => {
                let mut parts = Parts::of(node);
                let head = self.head(parts.take(Rule::head)?)?;
                Some(ClauseKind::Beside { head, body: self.clauses_of(parts)? })
            }
            _ => {
                let mut parts = Parts::of(node);
                let name = self.name(&parts.take(Rule::name)?);
                let body = self.clauses_of(parts)?;
                Some(match rule {
                    Rule::block => ClauseKind::Block { name, body },
                    Rule::curriculum => ClauseKind::Curriculum { name, body },
                    Rule::state => ClauseKind::State { name, body },
                    Rule::policy => ClauseKind::Policy { name, body },
                    Rule::part => ClauseKind::Part { name, body },
                    _ => return None,
                })
            }
        }
    }

    /// The clauses of the body that comes next, after a description perhaps.
    fn clauses_of(&mut self, mut parts: Parts<'_>) -> Option<Vec<crate::ast::Clause>> {
        parts.has(Rule::description);
        let body = parts.take(Rule::body)?;
        Some(self.body(&body, Context::Clauses))
    }

    fn rig(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        parts.has(Rule::description);
        let body = parts.take(Rule::rig_body)?;
        Some(ClauseKind::Rig(self.body(&body, Context::Rig)))
    }

    /// `port[Side] : NosePort`
    pub(super) fn device(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let keys = parts.take(Rule::keys).map_or(Some(Vec::new()), |keys| self.keys(keys))?;
        Some(ClauseKind::Device { name, keys, class: self.name(&parts.take(Rule::name)?) })
    }

    /// `stimulus grating on screen = gabor(…)`
    fn stimulus(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let head = self.head(parts.take(Rule::head)?)?;
        let device = self.place(parts.take(Rule::place)?)?;
        Some(ClauseKind::Stimulus { head, device, call: self.call(parts.take(Rule::call)?)? })
    }

    fn stage(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let protocol = parts.take(Rule::protocol).map_or(Some(None), |protocol| self.protocol(protocol).map(Some))?;
        parts.has(Rule::description);
        let body = parts.take(Rule::body).map_or(Vec::new(), |body| self.body(&body, Context::Clauses));
        Some(ClauseKind::Stage { name, protocol, body })
    }

    fn scenario(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let title = self.text(&parts.take(Rule::string)?);
        let body = parts.take(Rule::scenario_body)?;
        Some(ClauseKind::Scenario { title, body: self.body(&body, Context::Scenario) })
    }

    /// `run 100 trials`
    pub(super) fn step(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let word = self.name(&parts.take(Rule::step_word)?);
        Some(ClauseKind::ScenarioStep { word, rest: self.span(&parts.take(Rule::rest)?) })
    }
}
