//! Decks: what is dealt without replacement.

use crate::model::*;
use crate::names::Symbol;
use crate::term::Texpr;
use crate::types::{Finite, Type};
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Call, ExprKind, Head, Range, Table};

/// Cards that a deck may have.
const CARDS_MAX: i64 = 100_000;

impl Checker<'_> {
    /// `deck rows = {left: 10, right: 10}`
    pub(crate) fn deck(&mut self, clock: Clock, head: &Head, table: &Table) {
        let deck = self.deck_of(table);
        let Some((finite, counts)) = deck else { return self.declare_broken(&head.name) };
        let name = head.name.text.clone();
        let path = format!("{}.deck {name}", clock.word());
        self.model.decks.push(Deck { name, path, finite, counts, span: head.name.span });
        let id = DeckId(self.model.decks.len() - 1);
        self.declare(&head.name.text, head.name.span, Symbol::Deck(id));
    }

    fn deck_of(&mut self, table: &Table) -> Option<(Finite, Vec<u32>)> {
        let mut cards: Vec<(Texpr, u32)> = Vec::new();
        for (key, count) in &table.rows {
            let Some(key) = key else {
                let message = "a deck names its members";
                let finding = Finding::error("missing-row", message, count.span, "for all the others");
                self.report(finding.help("give each member a row of its own"));
                return None;
            };
            let member = self.expr(key, None);
            let copies = self.constant_int(count)?;
            if !(0..=CARDS_MAX).contains(&copies) {
                let message = format!("a member is in a deck 0 to {CARDS_MAX} times");
                let finding = Finding::error("empty-range", message, count.span, format!("this is {copies}"));
                self.report(finding.help("write how often it is dealt before the deck begins again"));
                return None;
            }
            cards.push((member, copies as u32));
        }
        let members: Vec<Texpr> = cards.iter().map(|(member, _)| member.clone()).collect();
        if members.iter().any(|member| member.ty == Type::Unknown) {
            return None;
        }
        let finite = members.iter().find_map(|member| member.ty.finite());
        let finite = finite.or_else(|| self.type_with(&members, table.span))?;
        let mut counts = vec![0; finite.size(&self.model) as usize];
        let mut dealt: Vec<Option<Span>> = vec![None; counts.len()];
        for (member, copies) in cards {
            let member = self.coerce(member, &finite.member_type());
            let k = self.card(&member)?;
            if let Some(first) = dealt[k].replace(member.span) {
                let message = format!("`{}` stands twice in this deck", finite.label(&self.model, k as u32));
                let finding = Finding::error("duplicate-name", message, member.span, "again here");
                self.report(finding.also(first, "first here").help("add up how often it is dealt"));
            }
            counts[k] = copies;
        }
        if counts.iter().all(|&copies| copies == 0) {
            let finding =
                Finding::error("invalid-distribution", "there is nothing to deal", table.span, "an empty deck");
            self.report(finding.help("give at least one member a number above 0"));
            return None;
        }
        Some((finite, counts))
    }

    /// Which member a row of a deck names.
    fn card(&mut self, member: &Texpr) -> Option<usize> {
        let k = member_index(member);
        if k.is_none() && member.ty != Type::Unknown {
            let finding = Finding::error("not-constant", "a deck is fixed", member.span, "not a constant");
            self.report(finding.help("name a member"));
        }
        k.map(|k| k as usize)
    }

    /// `deal(rows)`
    pub(crate) fn deal(&mut self, call: &Call, within: Option<&Range>) -> Option<(Type, Interval, Family)> {
        self.no_within(call, within);
        let list = self.given_parameters(call, 1, "deal(DECK)")?;
        let deck = match &list[0].kind {
            ExprKind::Name(name) => match self.symbol(name) {
                Some(Symbol::Deck(deck)) => Some(deck),
                Some(Symbol::Broken) => return None,
                _ => None,
            },
            _ => None,
        };
        let Some(deck) = deck else {
            let known: Vec<String> = self.model.decks.iter().map(|deck| format!("`{}`", deck.name)).collect();
            let help = match known.as_slice() {
                [] => "declare one: `deck NAME = {MEMBER: NUMBER, …}`".to_string(),
                known => format!("write one of {}", known.join(", ")),
            };
            self.invalid("`deal` needs a deck", list[0].span, "no deck".into(), &help);
            return None;
        };
        let ty = self.model.decks[deck.0].finite.member_type();
        Some((ty, Interval::ALL, Family::Deal(deck)))
    }

    /// A deck serves one draw: what another takes from it would change this one.
    pub(crate) fn dealt_once(&mut self, id: ValueId, family: &Family, span: Span) {
        let Family::Deal(deck) = family else { return };
        let same = |value: &Value| matches!(&value.kind, ValueKind::Draw(Family::Deal(other)) if other == deck);
        if let Some(first) = self.model.values[..id.0].iter().find(|value| same(value)).map(|first| first.span) {
            let name = self.model.decks[deck.0].name.clone();
            let finding = Finding::error("given-twice", format!("`{name}` is dealt twice"), span, "again here");
            self.report(finding.also(first, "first dealt here").help("declare a deck for each draw"));
        }
    }
}
