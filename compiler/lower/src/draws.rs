//! Draws: a word of the generator for each key, and decks that remember what was dealt.

use crate::Lowering;
use crate::columns::Tables;
use crate::expressions::{everything, int};
use crate::fold::{and, binary, load_at, not, or, unary};
use crate::layout::Place;
use trialect_ir::{
    Binary, Class, Code, ColumnId, Distribution, Draw, DrawId, Expr, RuleKind, Slot, Stmt, Unary, header,
};
use trialect_sema::{Clock, DeckId, Family, Term, Texpr, Type, ValueId, ValueKind};

impl Lowering<'_> {
    /// A draw, one for each key in the order of the keys.
    pub(crate) fn draw(&mut self, id: ValueId, family: &Family, tables: &Tables, code: &mut Code) {
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        let first = tables.of_value.get(&id).map_or(0, |column| column.0);
        for (index, bound) in self.each_key(id, place) {
            let column = ColumnId(first + index);
            self.with_bound(bound, |lowering| lowering.draw_one(id, family, (place, index), column, code));
        }
    }

    /// A draw of a state, made on each entry: the entries of the session are its tick.
    pub(crate) fn draw_on_entry(&mut self, id: ValueId, code: &mut Code) {
        let ValueKind::Draw(family) = self.model.values[id.0].kind.clone() else { return };
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        let entries = self.slot();
        code.push(Stmt::Set { slot: entries, value: binary(Binary::AddInt, int(entries), Expr::Int(1)) });
        self.entries.insert(id, entries);
        let first = self.of_value.get(&id).map_or(0, |column| column.0);
        for (index, bound) in self.each_key(id, place) {
            let column = ColumnId(first + index);
            self.with_bound(bound, |lowering| lowering.draw_one(id, &family, (place, index), column, code));
            code.extend(place.present.map(|flag| Stmt::Set { slot: flag.offset(index), value: Expr::Int(1) }));
        }
    }

    /// A draw of the subject, made in its first session: each key that is there already is carried.
    pub(crate) fn draw_once(&mut self, id: ValueId, family: &Family, tables: &Tables, code: &mut Code) {
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        let Some(flags) = place.present else { return };
        let first = tables.of_value.get(&id).map_or(0, |column| column.0);
        for (index, bound) in self.each_key(id, place) {
            let mut made = Code::new();
            let column = ColumnId(first + index);
            self.with_bound(bound, |lowering| lowering.draw_one(id, family, (place, index), column, &mut made));
            let flag = flags.offset(index);
            made.push(Stmt::Set { slot: flag, value: Expr::Int(1) });
            code.push(Stmt::If { condition: int(flag), then: Code::new(), otherwise: made });
        }
    }

    fn draw_one(&mut self, id: ValueId, family: &Family, at: (Place, u32), column: ColumnId, code: &mut Code) {
        let slot = at.0.value.offset(at.1);
        if let Family::Deal(deck) = family {
            return self.deal(id, *deck, (slot, at.1), column, code);
        }
        let value = &self.model.values[id.0];
        let members = value.ty.finite().map_or(1, |finite| finite.size(self.model));
        let trains = self.layout.trains.get(&id).copied().unwrap_or(slot);
        let mut parameters = |list: &[&Texpr]| list.iter().map(|typed| self.value(typed)).collect::<Vec<_>>();
        let distribution = match family {
            Family::Pick(_, weights) => Distribution::Pick { members, weighted: weights.is_some() },
            Family::Deal(_) | Family::Whole(..) => Distribution::Whole,
            Family::Chance(_) => Distribution::Chance,
            Family::Uniform(..) => Distribution::Uniform,
            Family::Normal(..) => Distribution::Normal,
            Family::Exponential(..) => Distribution::Exponential,
            Family::Poisson(.., most) => Distribution::Train { most: *most, block: trains.offset(at.1 * (most + 2)) },
        };
        let parameters = parameters(&family.parameters());
        if let Family::Pick(_, Some(weights)) = family {
            self.unweighted(id, &parameters[0], &parameters[1..=weights.len()], code);
        }
        let draw = self.declare_draw(id, at.1, distribution, column);
        code.push(Stmt::Draw { draw, parameters, slot });
        if let Distribution::Train { block, .. } = distribution {
            self.cut(id, block, code);
        }
        self.shift(id, slot, code);
    }

    /// A train that had no room for all its events, which the record says.
    fn cut(&mut self, id: ValueId, block: Slot, code: &mut Code) {
        let value = &self.model.values[id.0];
        let (path, name, span) = (value.path.clone(), value.name.clone(), value.span);
        let rule = self.rule(path, RuleKind::Cut, name, span);
        code.push(Stmt::If { condition: int(block), then: vec![Stmt::Decide(rule)], otherwise: Code::new() });
    }

    /// The address of the number of a train's events, behind which their times stand.
    pub(crate) fn train(&mut self, typed: &Texpr) -> Expr {
        let Term::Value { value, keys, .. } = &typed.term else { return Expr::Int(0) };
        let (Some(first), ValueKind::Draw(Family::Poisson(.., most))) =
            (self.layout.trains.get(value).copied(), &self.model.values[value.0].kind)
        else {
            self.findings.push(crate::flaw("a train has no place", typed.span));
            return Expr::Int(0);
        };
        let (index, words) = (self.key_index(keys), i64::from(most + 2));
        let block = binary(Binary::MulInt, index, Expr::Int(words));
        binary(Binary::AddInt, block, Expr::Int(i64::from(first.0) + 1))
    }

    fn declare_draw(&mut self, id: ValueId, index: u32, distribution: Distribution, column: ColumnId) -> DrawId {
        let value = &self.model.values[id.0];
        let path = format!("{}{}", value.path, self.key_label(&value.keys, index));
        let (clock, tick) = match (value.clock, value.block) {
            _ if value.state.is_some() => {
                (trialect_ir::Clock::State, self.entries.get(&id).copied().unwrap_or(header::TRIAL))
            }
            (_, Some(block)) => (trialect_ir::Clock::Block, self.layout.blocks[block.0].index),
            (Clock::Trial, None) => (trialect_ir::Clock::Trial, header::TRIAL),
            (Clock::Subject, None) => (trialect_ir::Clock::Subject, header::TRIAL),
            _ => (trialect_ir::Clock::Session, header::TRIAL),
        };
        self.draws.push(Draw { path, clock, distribution, tick, column });
        DrawId(self.draws.len() as u32 - 1)
    }

    /// An index becomes the member of an `int` type.
    fn shift(&self, id: ValueId, slot: Slot, code: &mut Code) {
        if let Type::IntType(int_type) = self.model.values[id.0].ty {
            let low = Expr::Int(self.model.ints[int_type.0].low);
            code.push(Stmt::Set { slot, value: binary(Binary::AddInt, int(slot), low) });
        }
    }

    /// Weights that are all 0 decide nothing, which the record says.
    fn unweighted(&mut self, id: ValueId, set: &Expr, weights: &[Expr], code: &mut Code) {
        let nothing = |(k, weight): (usize, &Expr)| {
            let allowed = binary(Binary::HasBit, set.clone(), Expr::Int(k as i64));
            let none = binary(Binary::LeReal, weight.clone(), Expr::Real(0.0));
            or(not(allowed), none)
        };
        let condition = weights.iter().enumerate().map(nothing).fold(Expr::Int(1), and);
        if condition != Expr::Int(0) {
            let value = &self.model.values[id.0];
            let (path, name, span) = (value.path.clone(), value.name.clone(), value.span);
            let rule = self.rule(path, RuleKind::Unweighted, name, span);
            code.push(Stmt::If { condition, then: vec![Stmt::Decide(rule)], otherwise: Code::new() });
        }
    }

    /// A card of a deck: a member by how often it is left, which is then once less; an empty deck is filled first.
    fn deal(&mut self, id: ValueId, deck: DeckId, (slot, index): (Slot, u32), column: ColumnId, code: &mut Code) {
        let (left, counts) = (self.layout.decks[deck.0], self.model.decks[deck.0].counts.clone());
        let members = counts.len() as u32;
        let at = |k: u32| int(left.offset(k));
        let all = (0..members).map(at).reduce(|sum, one| binary(Binary::AddInt, sum, one)).unwrap_or(Expr::Int(0));
        let fill = (0..members).zip(&counts);
        let fill = fill.map(|(k, &n)| Stmt::Set { slot: left.offset(k), value: Expr::Int(i64::from(n)) }).collect();
        let empty = binary(Binary::LeInt, all, Expr::Int(0));
        code.push(Stmt::If { condition: empty, then: fill, otherwise: Code::new() });
        let mut parameters = vec![Expr::Int(everything(members))];
        parameters.extend((0..members).map(|k| unary(Unary::ToReal, at(k))));
        let distribution = Distribution::Pick { members, weighted: true };
        let draw = self.declare_draw(id, index, distribution, column);
        code.push(Stmt::Draw { draw, parameters, slot });
        // A given value may be one of which none is left.
        let rest = load_at(left, members, int(slot), Class::Int);
        let fewer = binary(Binary::MaxInt, binary(Binary::SubInt, rest, Expr::Int(1)), Expr::Int(0));
        code.push(Stmt::SetAt { base: left, len: members, index: int(slot), value: fewer });
        self.shift(id, slot, code);
    }
}
