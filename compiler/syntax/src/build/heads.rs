//! Left sides and types: names with their keys, ranges, places.

use super::{Builder, Node, Parts};
use crate::ast::{Expr, ExprKind, Head, Key, Name, Place, Range, TypeExpr};
use crate::grammar::Rule;

impl Builder<'_, '_> {
    /// `name[keys] : TYPE`
    pub(super) fn head(&mut self, node: Node<'_>) -> Option<Head> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let keys = parts.take(Rule::keys).map_or(Some(Vec::new()), |keys| self.keys(keys))?;
        let ty = parts.take(Rule::typing).map_or(Some(None), |typing| self.typing(typing).map(Some))?;
        Some(Head { name, keys, ty })
    }

    /// `[s in Side, k]`
    pub(super) fn keys(&mut self, node: Node<'_>) -> Option<Vec<Key>> {
        Parts::of(node).take_all(Rule::key).into_iter().map(|key| self.key(key)).collect()
    }

    fn key(&mut self, node: Node<'_>) -> Option<Key> {
        let mut parts = Parts::of(node);
        let variable = parts.take(Rule::name).map(|name| self.name(&name));
        Some(Key { variable, over: self.choices(parts.take(Rule::choices)?)? })
    }

    /// `s in Side`
    pub(super) fn binding(&mut self, node: Node<'_>) -> Option<(Name, Expr)> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        Some((name, self.choices(parts.take(Rule::choices)?)?))
    }

    /// What `in` stands before: a set, a type, or `1 .. 5`.
    pub(super) fn choices(&mut self, node: Node<'_>) -> Option<Expr> {
        let span = self.span(&node);
        let mut parts = Parts::of(node);
        let low = self.layer(parts.take(Rule::fallback)?)?;
        match parts.take(Rule::fallback) {
            Some(high) => {
                let range = Range { low, high: self.layer(high)? };
                Some(Expr { kind: ExprKind::Range(Box::new(range)), span })
            }
            None => Some(low),
        }
    }

    /// `: TYPE`
    pub(super) fn typing(&mut self, node: Node<'_>) -> Option<TypeExpr> {
        self.ty(Parts::of(node).take(Rule::r#type)?)
    }

    /// `Set[Contrast]?`
    fn ty(&mut self, node: Node<'_>) -> Option<TypeExpr> {
        let span = self.span(&node);
        let optional = node.clone().into_inner().any(|part| part.as_rule() == Rule::optional);
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let of = parts.take(Rule::r#type).map_or(Some(None), |of| self.ty(of).map(|of| Some(Box::new(of))))?;
        Some(TypeExpr { name, of, optional, span })
    }

    /// `LOW .. HIGH`
    pub(super) fn range(&mut self, node: Node<'_>) -> Option<Range> {
        let mut parts = Parts::of(node);
        let low = self.layer(parts.take(Rule::fallback)?)?;
        Some(Range { low, high: self.layer(parts.take(Rule::fallback)?)? })
    }

    /// The range in `within LOW .. HIGH`.
    pub(super) fn truncation(&mut self, node: Node<'_>) -> Option<Range> {
        self.range(Parts::of(node).take(Rule::range)?)
    }

    /// `port[side].led`
    pub(super) fn place(&mut self, node: Node<'_>) -> Option<Place> {
        let span = self.span(&node);
        let mut parts = Parts::of(node);
        let base = self.name(&parts.take(Rule::name)?);
        let index = parts.take(Rule::index).map_or(Some(Vec::new()), |index| self.expressions(index))?;
        let members =
            parts.take_all(Rule::member).into_iter().map(|member| self.member(member)).collect::<Option<_>>()?;
        Some(Place { base, index, members, span })
    }

    /// `.led`
    pub(super) fn member(&mut self, node: Node<'_>) -> Option<Name> {
        Parts::of(node).take(Rule::name).map(|name| self.name(&name))
    }
}
