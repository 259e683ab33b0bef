//! Clauses of the standard library: quantities and device classes.

use super::{Builder, Node, Parts};
use crate::ast::{ClauseKind, Name, TypeExpr};
use crate::grammar::Rule;
use crate::reader::Context;

impl Builder<'_, '_> {
    /// `quantity`, `device`, and the members of a device class
    pub(super) fn library(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        let mut parts = Parts::of(node);
        Some(match rule {
            Rule::quantity => {
                let name = self.name(&parts.take(Rule::name)?);
                ClauseKind::Quantity { name, unit: self.name(&parts.take(Rule::unit)?) }
            }
            Rule::device_class => {
                let name = self.name(&parts.take(Rule::name)?);
                parts.has(Rule::description);
                let body = self.body(&parts.take(Rule::device_body)?, Context::DeviceClass);
                ClauseKind::DeviceClass { name, body }
            }
            Rule::channel => {
                let kind = self.name(&parts.take(Rule::channel_kind)?);
                let name = self.name(&parts.take(Rule::name)?);
                let ty = parts.take(Rule::typing).map_or(Some(None), |typing| self.typing(typing).map(Some))?;
                ClauseKind::Channel { kind, name, ty, words: self.names(parts.take_all(Rule::name)) }
            }
            Rule::constructor => {
                let name = self.name(&parts.take(Rule::name)?);
                let fixed = self.slots(parts.take(Rule::slots))?;
                let shown = self.slots(parts.take(Rule::slots))?;
                ClauseKind::Constructor {
                    name,
                    fixed,
                    shown,
                    since: parts.take(Rule::version).map(|node| self.name(&node)),
                }
            }
            Rule::device_verb => {
                let name = self.name(&parts.take(Rule::name)?);
                let parameters = self.slots(parts.take(Rule::slots))?;
                ClauseKind::Verb { name, parameters, words: self.names(parts.take_all(Rule::name)) }
            }
            _ => return None,
        })
    }

    /// `(amount : Volume)`; a parameter without a type, as in `show(stimulus)`, has its own name for a type.
    fn slots(&mut self, node: Option<Node<'_>>) -> Option<Vec<(Name, TypeExpr)>> {
        let slots = node.map_or(Vec::new(), |node| Parts::of(node).take_all(Rule::slot));
        slots.into_iter().map(|slot| self.slot(slot)).collect()
    }

    fn slot(&mut self, node: Node<'_>) -> Option<(Name, TypeExpr)> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let untyped = TypeExpr { name: name.clone(), of: None, optional: false, span: name.span };
        let ty = parts.take(Rule::typing).map_or(Some(untyped), |typing| self.typing(typing))?;
        Some((name, ty))
    }
}
