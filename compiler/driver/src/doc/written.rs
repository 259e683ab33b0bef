//! Pieces of a text as they are written, on one line.

use trialect_base::{Sources, Span};
use trialect_syntax::Comment;
use trialect_syntax::ast::{Expr, ExprKind, Head, Key, Range, TypeExpr};
use trialect_units::Unit;

/// A text with its comments.
pub(super) struct Written<'t> {
    pub(super) sources: &'t Sources,
    pub(super) comments: &'t [Comment],
}

impl Written<'_> {
    /// A piece of the text, its line ends and indentation as single blanks.
    pub(super) fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(super) fn expr(&self, expr: &Expr) -> String {
        self.text(expr.span)
    }

    /// `1 .. 10`
    pub(super) fn range(&self, range: &Range) -> String {
        format!("{} .. {}", self.expr(&range.low), self.expr(&range.high))
    }

    /// `level`, `belief[i in Bin]`
    pub(super) fn head(&self, head: &Head) -> String {
        self.keyed(&head.name.text, &head.keys)
    }

    pub(super) fn keyed(&self, name: &str, keys: &[Key]) -> String {
        let key = |key: &Key| match &key.variable {
            Some(variable) => format!("{} in {}", variable.text, self.expr(&key.over)),
            None => self.expr(&key.over),
        };
        let keys: Vec<String> = keys.iter().map(key).collect();
        if keys.is_empty() { name.to_string() } else { format!("{name}[{}]", keys.join(", ")) }
    }

    /// A type as it is written, or as the value says it when it is a plain constant.
    pub(super) fn kind(&self, ty: Option<&TypeExpr>, value: Option<&Expr>) -> String {
        match (ty, value.map(|value| &value.kind)) {
            (Some(ty), _) => self.text(ty.span),
            (None, Some(ExprKind::Bool(_))) => "Bool".into(),
            (None, Some(ExprKind::Number { digits, unit: None })) if !digits.contains('.') => "Int".into(),
            (None, Some(ExprKind::Number { unit: None, .. })) => "Real".into(),
            (None, Some(ExprKind::Number { unit: Some(unit), .. })) => kind_of_unit(&unit.text),
            _ => String::new(),
        }
    }

    /// Comments that fill the lines directly above a place, as one paragraph.
    pub(super) fn notes(&self, span: Span) -> String {
        let Some(source) = self.sources.get(span.source) else { return String::new() };
        let before = source.text.get(..span.start as usize).unwrap_or_default();
        let above = before.rsplit_once('\n').map_or("", |(above, _)| above);
        let lines = above.lines().rev().map_while(|line| line.trim_start().strip_prefix('#'));
        let mut lines: Vec<&str> = lines.map(str::trim).collect();
        lines.reverse();
        lines.join(" ")
    }

    /// The comment at the end of the line on which a place ends.
    pub(super) fn remark(&self, span: Span) -> String {
        let line = self.sources.place(span).line;
        let beside = self
            .comments
            .iter()
            .find(|comment| comment.span.start >= span.end && self.sources.place(comment.span).line == line);
        beside.map_or(String::new(), |comment| self.text(comment.span).trim_start_matches('#').trim().to_string())
    }
}

/// The kind of quantity that a unit measures, by its name in the library: `Time` for `ms`.
fn kind_of_unit(unit: &str) -> String {
    let Ok(unit) = Unit::parse(unit) else { return String::new() };
    if unit.dimension.is_none() {
        return "Real".into();
    }
    let quantities = trialect_stdlib::MODULES.iter().find(|module| module.name == "std.quantities");
    let lines = quantities.map_or("", |module| module.text).lines();
    let named = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("quantity")).then(|| (words.next(), words.nth(1)))
    });
    let mut fitting = named.filter_map(|(name, recorded)| Some((name?, Unit::parse(recorded?).ok()?)));
    fitting.find(|(_, recorded)| recorded.dimension == unit.dimension).map_or(String::new(), |(name, _)| name.into())
}
