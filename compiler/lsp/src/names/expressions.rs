//! What each name in an expression means.

use super::resolve::Walk;
use super::{Kind, Space};
use trialect_base::Span;
use trialect_syntax::ast::{Call, Expr, ExprKind, Name};

/// Words of the language that look like names.
const CLOCK_WORDS: [&str; 4] = ["trial", "session", "last", "outcome"];

impl Walk<'_> {
    /// An expression; `expected` is the enumeration of which it must be, if that is known.
    pub(super) fn expr(&mut self, expr: &Expr, expected: Option<&str>) {
        match &expr.kind {
            ExprKind::Number { .. } | ExprKind::Bool(_) | ExprKind::None => {}
            ExprKind::Name(word) => self.word(word, expr.span, expected),
            ExprKind::Member(..) | ExprKind::Index(..) => _ = self.owner(expr),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Comprehension { body, variables, .. } => {
                let depth = self.locals.len();
                for (variable, over) in variables {
                    self.expr(over, None);
                    let local = self.local(variable, expr.span);
                    self.locals.push((variable.text.clone(), local));
                }
                self.expr(body, None);
                self.locals.truncate(depth);
            }
            ExprKind::Set(members) => members.iter().for_each(|member| self.expr(member, expected)),
            ExprKind::Range(range) => self.range(range),
            ExprKind::Negate(one) | ExprKind::Not(one) | ExprKind::Exists(one) => self.expr(one, None),
            ExprKind::Is { value, other, .. } | ExprKind::In(value, other) => {
                self.expr(value, None);
                let kind = self.enumeration(value);
                self.expr(other, kind.as_deref());
            }
            ExprKind::Default(value, other) => {
                self.expr(value, expected);
                let kind = self.enumeration(value);
                self.expr(other, kind.as_deref().or(expected));
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition, None);
                self.expr(then, expected);
                self.expr(otherwise, expected);
            }
            ExprKind::Binary(_, left, right) => {
                self.expr(left, None);
                self.expr(right, None);
            }
        }
    }

    pub(super) fn call(&mut self, call: &Call) {
        self.arguments(&call.arguments, None);
    }

    /// A bare word, in the order in which the checker looks: a local name, a member of what is expected, a value, a state,
    /// a member of any enumeration, a type.
    fn word(&mut self, word: &str, span: Span, expected: Option<&str>) {
        let local = self.locals.iter().rev().find(|(name, _)| name == word).map(|(_, k)| *k);
        let member = expected.and_then(|of| self.index.find(Space::Members, of, word));
        if let Some(k) = local.or(member) {
            return self.index.refer(span, k);
        }
        if CLOCK_WORDS.contains(&word) {
            return;
        }
        let members = self.index.members.get(word).cloned().unwrap_or_default();
        let value = self.named(word);
        let is_thing = value.is_some_and(|k| {
            let kind = self.index.declarations[k].kind;
            !matches!(kind, Kind::Value(_) | Kind::Curriculum | Kind::Deck | Kind::Local)
        });
        let value = value.filter(|_| !is_thing || members.is_empty());
        let found = value.or_else(|| self.index.find(Space::States, "", word).filter(|_| members.is_empty()));
        match found {
            Some(k) => self.index.refer(span, k),
            None if members.is_empty() => {
                let name = Name { text: word.to_string(), span };
                self.type_word(&name);
            }
            None => members.iter().for_each(|k| self.index.refer(span, *k)),
        }
    }

    /// A value or a thing: of the block, policy or curriculum around, or of all.
    fn named(&self, word: &str) -> Option<usize> {
        let own = self.inside.iter().rev().find_map(|owner| self.index.find(Space::Within, owner, word));
        own.or_else(|| self.index.find(Space::Global, "", word))
    }

    /// The first word of a place.
    pub(super) fn base(&mut self, word: &str, span: Span) -> Option<usize> {
        let local = self.locals.iter().rev().find(|(name, _)| name == word).map(|(_, k)| *k);
        let found = local.or_else(|| self.named(word)).or_else(|| self.index.find(Space::States, "", word));
        found.inspect(|k| self.index.refer(span, *k))
    }

    /// What an expression with parts names, so that the part after it can be found.
    fn owner(&mut self, expr: &Expr) -> Option<usize> {
        match &expr.kind {
            ExprKind::Name(word) if CLOCK_WORDS.contains(&word.as_str()) => None,
            ExprKind::Name(word) => self.base(word, expr.span),
            ExprKind::Index(base, keys) => {
                keys.iter().for_each(|key| self.expr(key, None));
                self.owner(base)
            }
            ExprKind::Member(base, member) => {
                if matches!(&base.kind, ExprKind::Name(word) if word == "last") {
                    return if member.text == "outcome" { None } else { self.base(&member.text, member.span) };
                }
                let of = self.owner(base);
                self.member_of(of, member)
            }
            _ => {
                self.expr(expr, None);
                None
            }
        }
    }

    /// A word after a dot.
    pub(super) fn member_of(&mut self, of: Option<usize>, member: &Name) -> Option<usize> {
        let owner = &self.index.declarations[of?];
        let owner = match owner.kind {
            Kind::Block | Kind::Curriculum | Kind::Beside => owner.name.clone(),
            Kind::Device | Kind::Instance => owner.of.clone(),
            Kind::Stimulus => super::declare::parameters_of(&self.class_of(of?), &owner.made),
            _ => return None,
        };
        let found = self.index.find(Space::Within, &owner, &member.text);
        self.index.refer_to(member, found)
    }

    /// The enumeration of an expression, as far as names tell it.
    fn enumeration(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Name(word) if word == "outcome" => Some("outcome".into()),
            ExprKind::Name(_) => self.enumeration_of(self.meant(expr.span)?),
            ExprKind::Member(_, member) if member.text == "outcome" => Some("outcome".into()),
            ExprKind::Member(_, member) => self.enumeration_of(self.meant(member.span)?),
            ExprKind::Index(base, _) => self.enumeration(base),
            ExprKind::Default(value, _) => self.enumeration(value),
            ExprKind::If(_, then, otherwise) => self.enumeration(then).or_else(|| self.enumeration(otherwise)),
            _ => None,
        }
    }

    /// What a place was just found to mean.
    fn meant(&self, place: Span) -> Option<usize> {
        self.index.references.iter().rev().find(|reference| reference.place == place).map(|reference| reference.of)
    }

    /// The enumeration of what is declared.
    pub(super) fn enumeration_of(&self, k: usize) -> Option<String> {
        let declaration = &self.index.declarations[k];
        match declaration.kind {
            Kind::Curriculum => Some(declaration.name.clone()),
            Kind::Member | Kind::Outcome => Some(declaration.of.clone()),
            _ => self.types.get(&declaration.place).cloned(),
        }
    }

    /// The enumeration that a key names.
    pub(super) fn enumeration_named(&self, key: &Expr) -> Option<String> {
        match &key.kind {
            ExprKind::Name(word) if self.index.find(Space::Types, "", word).is_some() => Some(word.clone()),
            _ => self.enumeration(key),
        }
    }
}
