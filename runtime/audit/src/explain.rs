//! Whether some value of what was drawn and is not in the data explains what is: draws with few values are taken one by
//! one, others are cut into intervals of their quantiles until the decision is the same in all of an interval.

use crate::facts::{Drawn, Facts, Know};
use crate::history::{History, ROW};
use crate::law::{chances, quantile};
use crate::spread::{Spread, binary, unary};
use trialect_ir::{Class, Distribution, Expr};

/// Evaluations for one decision; what is left then stays open.
const EVALUATIONS: u32 = 20_000;
/// Quantiles closer than this are one.
const POINT: f64 = 1e-13;
/// Pieces that are kept.
const PIECES: usize = 4_096;

/// The first of the draws that keep an expression from being one value.
type Needs = Option<usize>;

/// The first of both.
fn first(a: Needs, b: Needs) -> Needs {
    a.into_iter().chain(b).min()
}

/// Where in its distribution a draw lies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Range {
    /// This value.
    Exactly(u64),
    /// Whole numbers.
    Whole(i64, i64),
    /// Between two quantiles.
    Part(f64, f64),
}

/// Values of the draws that are not in the data, as far as the data so far restrict them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// Draws with a range, ascending; the others may have any value.
    ranges: Vec<(usize, Range)>,
    /// Its probability, up to a factor that all pieces have in common.
    weight: f64,
}

/// All that can be.
pub(crate) fn everything() -> Vec<Piece> {
    vec![Piece { ranges: Vec::new(), weight: 1.0 }]
}

/// Forgets draws that are made anew: what is known of the others stays.
pub(crate) fn renew(pieces: &mut Vec<Piece>, forget: &dyn Fn(usize) -> bool) {
    if let [one] = pieces.as_mut_slice()
        && one.ranges.is_empty()
    {
        one.weight = 1.0;
        return;
    }
    pieces.iter_mut().for_each(|piece| piece.ranges.retain(|(draw, _)| !forget(*draw)));
    join(pieces);
    let total: f64 = pieces.iter().map(|piece| piece.weight).sum();
    if pieces.is_empty() || total <= 0.0 || pieces.len() > PIECES {
        *pieces = everything();
        return;
    }
    pieces.iter_mut().for_each(|piece| piece.weight /= total);
}

/// Equal pieces become one, and so do neighbours.
fn join(pieces: &mut Vec<Piece>) {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    'next: for piece in pieces.drain(..) {
        if let Some(same) = joined.iter_mut().find(|other| other.ranges == piece.ranges) {
            same.weight += piece.weight;
            continue;
        }
        if let Some(last) = joined.last_mut()
            && let ([(draw, Range::Part(a, b))], [(other, Range::Part(c, d))]) =
                (last.ranges.as_slice(), piece.ranges.as_slice())
            && draw == other
        {
            let (a, b, c, d) = (*a, *b, *c, *d);
            // Neighbours are of equal density only when nothing but their width tells them apart.
            let even = (last.weight * (d - c) - piece.weight * (b - a)).abs() <= 1e-9 * last.weight * (d - c);
            if even && (b == c || d == a) {
                last.ranges = vec![(*draw, Range::Part(a.min(c), b.max(d)))];
                last.weight += piece.weight;
                continue 'next;
            }
        }
        joined.push(piece);
    }
    *pieces = joined;
}

/// What a decision was found to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judged {
    /// Without any draw: the rule gives this value.
    Certain(u64),
    /// Some draw explains it: the chances of all values, when they are few and all known, or its quantile.
    Explained { chances: Vec<(u64, f64)>, quantile: Option<f64> },
    /// No draw explains it.
    Refuted,
    /// It cannot be said.
    Open,
}

/// The words as they are, and what is known of them.
pub(crate) struct Ground<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) memory: &'a [u64],
    /// By slot.
    pub(crate) known: &'a [Know],
    /// By slot: the draw that makes it.
    pub(crate) draw_at: &'a [Option<u16>],
    /// What `last` reads of values that are not known.
    pub(crate) history: &'a History,
}

/// What a value is wanted to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) word: u64,
    /// For reals: the largest difference that counts as none.
    pub(crate) tolerance: f64,
}

impl Wanted {
    fn is(self, word: u64, class: Class) -> bool {
        match class {
            Class::Int => word == self.word,
            Class::Real => (f64::from_bits(word) - f64::from_bits(self.word)).abs() <= self.tolerance,
        }
    }
}

/// Where a piece ended.
enum Leaf {
    Word(u64),
    Below,
    Above,
    Open,
}

impl Ground<'_> {
    /// Judges an expression against the value in the data; the pieces that explain it stay.
    pub(crate) fn judge(&self, pieces: &mut Vec<Piece>, expr: &Expr, wanted: Wanted) -> Judged {
        let class = expr.class();
        if let [piece] = pieces.as_slice()
            && let (Spread::Exactly(word), _) = self.spread(expr, piece)
        {
            return Judged::Certain(word);
        }
        let mut open = pieces.clone();
        open.reverse();
        let (mut kept, mut unsure, mut leaves) = (Vec::new(), Vec::new(), Vec::<(u64, f64)>::new());
        let (mut left, mut below, mut here, mut few) = (EVALUATIONS, 0.0, 0.0, true);
        while let Some(piece) = open.pop() {
            let leaf = match left.checked_sub(1) {
                Some(rest) => {
                    left = rest;
                    match self.leaf(expr, &piece, class, wanted) {
                        Ok(leaf) => leaf,
                        Err(parts) => {
                            open.extend(parts.into_iter().rev());
                            continue;
                        }
                    }
                }
                None => Leaf::Open,
            };
            match leaf {
                Leaf::Word(word) => {
                    match leaves.iter_mut().find(|(other, _)| *other == word) {
                        Some((_, weight)) => *weight += piece.weight,
                        None if class == Class::Int => leaves.push((word, piece.weight)),
                        None => {}
                    }
                    if wanted.is(word, class) {
                        here += piece.weight;
                        kept.push(piece);
                    } else if class == Class::Real && f64::from_bits(word) < f64::from_bits(wanted.word) {
                        below += piece.weight;
                    }
                }
                Leaf::Below => (below, few) = (below + piece.weight, false),
                Leaf::Above => few = false,
                Leaf::Open => unsure.push(piece),
            }
        }
        // A real that takes one of few values has no quantile.
        let quantile = (!few).then_some(below + here / 2.0);
        self.verdict(pieces, kept, unsure, (leaves, class, quantile))
    }

    /// The value of an expression, when it is the same whatever is drawn.
    pub(crate) fn exactly(&self, expr: &Expr) -> Option<u64> {
        match self.spread(expr, &Piece { ranges: Vec::new(), weight: 1.0 }) {
            (Spread::Exactly(word), _) => Some(word),
            _ => None,
        }
    }

    fn verdict(
        &self,
        pieces: &mut Vec<Piece>,
        kept: Vec<Piece>,
        unsure: Vec<Piece>,
        (mut leaves, class, quantile): (Vec<(u64, f64)>, Class, Option<f64>),
    ) -> Judged {
        let total: f64 = pieces.iter().map(|piece| piece.weight).sum();
        let unknown: f64 = unsure.iter().map(|piece| piece.weight).sum();
        let found = kept.iter().any(|piece| piece.weight > 0.0);
        if !found && unknown <= 1e-9 * total {
            return Judged::Refuted;
        }
        *pieces = kept;
        pieces.extend(unsure);
        if !found {
            return Judged::Open;
        }
        if unknown > 1e-9 * total {
            return Judged::Explained { chances: Vec::new(), quantile: None };
        }
        leaves.sort_by_key(|(word, _)| *word);
        leaves.iter_mut().for_each(|(_, weight)| *weight /= total);
        match class {
            Class::Int => Judged::Explained { chances: leaves, quantile: None },
            Class::Real => {
                let quantile = quantile.map(|quantile| (quantile / total).clamp(0.0, 1.0));
                Judged::Explained { chances: Vec::new(), quantile }
            }
        }
    }

    /// Whether an expression is the same in all pieces.
    pub(crate) fn settled(&self, pieces: &[Piece], expr: &Expr) -> bool {
        let mut words = pieces.iter().map(|piece| match self.spread(expr, piece).0 {
            Spread::Exactly(word) => Some(word),
            _ => None,
        });
        let first = words.next().flatten();
        first.is_some() && words.all(|word| word == first)
    }

    /// The values of several words together, with their probabilities; none when they cannot be told apart, or are many.
    pub(crate) fn together(&self, pieces: &[Piece], slots: &[usize], most: usize) -> Option<Vec<(Vec<u64>, f64)>> {
        let mut open = pieces.to_vec();
        let mut rows: Vec<(Vec<u64>, f64)> = Vec::new();
        let mut left = EVALUATIONS;
        while let Some(piece) = open.pop() {
            left = left.checked_sub(1)?;
            let (mut words, mut needs) = (Vec::with_capacity(slots.len()), None);
            for slot in slots {
                match self.word(*slot, &piece) {
                    (Spread::Exactly(word), _) => words.push(word),
                    (_, None) => return None,
                    (_, more) => needs = first(needs, more),
                }
            }
            if let Some(draw) = needs {
                open.extend(self.cut(&piece, draw)?);
                continue;
            }
            match rows.iter().position(|(row, _)| *row == words) {
                Some(k) => rows[k].1 += piece.weight,
                None if rows.len() < most => rows.push((words, piece.weight)),
                None => return None,
            }
        }
        let total: f64 = rows.iter().map(|(_, weight)| weight).sum();
        rows.iter_mut().for_each(|(_, weight)| *weight /= total);
        (total > 0.0).then_some(rows)
    }

    /// What an expression is in a piece, or the parts into which the piece must be cut.
    fn leaf(&self, expr: &Expr, piece: &Piece, class: Class, wanted: Wanted) -> Result<Leaf, Vec<Piece>> {
        let (spread, needs) = self.spread(expr, piece);
        if let Spread::Exactly(word) = spread {
            return Ok(Leaf::Word(word));
        }
        if let (Class::Real, Some((low, high))) = (class, spread.reals()) {
            let aim = f64::from_bits(wanted.word);
            if high < aim - wanted.tolerance {
                return Ok(Leaf::Below);
            }
            if low > aim + wanted.tolerance {
                return Ok(Leaf::Above);
            }
            if low >= aim - wanted.tolerance && high <= aim + wanted.tolerance {
                return Ok(Leaf::Word(wanted.word));
            }
        }
        let Some(draw) = needs else { return Ok(Leaf::Open) };
        match self.cut(piece, draw) {
            Some(parts) => Err(parts),
            None => Ok(Leaf::Open),
        }
    }

    /// A piece cut by a draw; none when the draw's distribution is not known.
    fn cut(&self, piece: &Piece, draw: usize) -> Option<Vec<Piece>> {
        let range = piece.ranges.iter().find(|(other, _)| *other == draw).map(|(_, range)| *range);
        let with = |range: Range, share: f64| {
            let mut ranges: Vec<(usize, Range)> = piece.ranges.iter().copied().filter(|(k, _)| *k != draw).collect();
            let at = ranges.partition_point(|(k, _)| *k < draw);
            ranges.insert(at, (draw, range));
            Piece { ranges, weight: piece.weight * share }
        };
        if draw == usize::from(ROW) {
            let each = self.history.rows.iter().enumerate();
            return Some(each.map(|(k, (_, weight))| with(Range::Exactly(k as u64), *weight)).collect());
        }
        let drawn = self.facts.draws.get(draw)?.as_ref()?;
        let words = match self.parameters(drawn, piece) {
            Ok(words) => words,
            // First cut what its distribution depends on.
            Err(needs) => {
                let first = needs.filter(|other| *other != draw)?;
                return self.cut(piece, first);
            }
        };
        let parts = match (drawn.distribution, range) {
            (Distribution::Pick { .. } | Distribution::Chance, None) => {
                let chances = chances(drawn.distribution, &words);
                chances.into_iter().map(|(word, chance)| with(Range::Exactly(word), chance)).collect()
            }
            (Distribution::Whole, None) => vec![with(Range::Whole(words[0] as i64, words[1] as i64), 1.0)],
            (_, Some(Range::Whole(low, high))) if low < high => {
                let middle = low + (high - low) / 2;
                let share = (middle - low + 1) as f64 / (high - low + 1) as f64;
                vec![with(Range::Whole(low, middle), share), with(Range::Whole(middle + 1, high), 1.0 - share)]
            }
            (_, None) => vec![with(Range::Part(0.0, 1.0), 1.0)],
            (_, Some(Range::Part(low, high))) if high - low > POINT => {
                let middle = low + (high - low) / 2.0;
                vec![with(Range::Part(low, middle), 0.5), with(Range::Part(middle, high), 0.5)]
            }
            (_, Some(Range::Part(low, high))) if low < high => {
                let middle = low + (high - low) / 2.0;
                vec![with(Range::Part(middle, middle), 1.0)]
            }
            _ => return None,
        };
        Some(parts)
    }

    /// The parameters of a draw's distribution, or the draws that they need.
    fn parameters(&self, drawn: &Drawn, piece: &Piece) -> Result<Vec<u64>, Needs> {
        let (mut words, mut needs) = (Vec::with_capacity(drawn.parameters.len()), None);
        for parameter in &drawn.parameters {
            match self.spread(parameter, piece) {
                (Spread::Exactly(word), _) => words.push(word),
                (_, more) => needs = first(needs, more),
            }
        }
        if words.len() == drawn.parameters.len() { Ok(words) } else { Err(needs) }
    }

    /// What an expression can be in a piece, and the first of the draws that keep it from being one value.
    fn spread(&self, expr: &Expr, piece: &Piece) -> (Spread, Needs) {
        match expr {
            Expr::Int(value) => (Spread::Exactly(*value as u64), None),
            Expr::Real(value) => (Spread::Exactly(value.to_bits()), None),
            Expr::Load(slot, _) => self.word(slot.index(), piece),
            Expr::LoadAt { base, len, index, class } => {
                let (index, needs) = self.spread(index, piece);
                let at = |k: u64| self.word(base.index() + k.min(u64::from(*len) - 1) as usize, piece);
                match (index, index.members()) {
                    (Spread::Exactly(k), _) => at(k),
                    (_, Some(set)) => {
                        let each = (0..64).filter(|k| set >> k & 1 == 1).map(at);
                        let join = |(a, x): (Spread, Needs), (b, y): (Spread, Needs)| (a.or(b, *class), first(x, y));
                        let (spread, more) = each.reduce(join).unwrap_or((Spread::Anything, None));
                        (spread, first(needs, more))
                    }
                    _ => (Spread::Anything, needs),
                }
            }
            Expr::Unary(op, operand) => {
                let (operand, needs) = self.spread(operand, piece);
                settled(unary(*op, operand), needs)
            }
            Expr::Binary(op, left, right) => {
                let ((left, a), (right, b)) = (self.spread(left, piece), self.spread(right, piece));
                settled(binary(*op, left, right), first(a, b))
            }
            Expr::Select(condition, then, otherwise) => match self.spread(condition, piece) {
                (Spread::Exactly(0), _) => self.spread(otherwise, piece),
                (Spread::Exactly(_), _) => self.spread(then, piece),
                (_, needs) => {
                    let ((a, x), (b, y)) = (self.spread(then, piece), self.spread(otherwise, piece));
                    // The condition first: only then is it known what else matters.
                    settled(a.or(b, then.class()), if needs.is_none() { first(x, y) } else { needs })
                }
            },
        }
    }

    fn word(&self, slot: usize, piece: &Piece) -> (Spread, Needs) {
        if self.known[slot] == Know::Known {
            return (Spread::Exactly(self.memory[slot]), None);
        }
        if self.known[slot] == Know::Unknown {
            return (Spread::Anything, None);
        }
        if let Some(place) = self.history.place(slot) {
            return self.row(place, piece);
        }
        if let Some(draw) = self.draw_at[slot].map(usize::from) {
            return self.drawn(draw, piece);
        }
        match &self.facts.made[slot] {
            Some(made) => self.spread(made, piece),
            None => (Spread::Anything, None),
        }
    }

    /// A word of the trial before that is not known.
    fn row(&self, place: usize, piece: &Piece) -> (Spread, Needs) {
        let rows = &self.history.rows;
        if let Some((_, Range::Exactly(row))) = piece.ranges.iter().find(|(draw, _)| *draw == usize::from(ROW)) {
            let word = |(words, _): &(Vec<u64>, f64)| Spread::Exactly(words[place]);
            return (rows.get(*row as usize).map_or(Spread::Anything, word), None);
        }
        let all = rows.iter().map(|(words, _)| Spread::Exactly(words[place]));
        let spread = all.reduce(|a, b| a.or(b, Class::Int)).unwrap_or(Spread::Anything);
        settled(spread, Some(usize::from(ROW)))
    }

    fn drawn(&self, draw: usize, piece: &Piece) -> (Spread, Needs) {
        let Some(drawn) = self.facts.draws.get(draw).and_then(Option::as_ref) else { return (Spread::Anything, None) };
        let needs = Some(draw);
        let range = piece.ranges.iter().find(|(other, _)| *other == draw).map(|(_, range)| *range);
        if let Some(Range::Exactly(word)) = range {
            return (Spread::Exactly((word as i64 + drawn.shift) as u64), None);
        }
        let words = match self.parameters(drawn, piece) {
            Ok(words) => words,
            Err(more) => return (Spread::Anything, first(needs, more)),
        };
        let real = |u: f64| quantile(drawn.distribution, &words, u);
        match (drawn.distribution, range) {
            (Distribution::Pick { .. } | Distribution::Chance, _) => {
                let set = chances(drawn.distribution, &words).iter().fold(0, |set, (word, _)| set | 1 << (word & 63));
                match (drawn.shift, Spread::Among(set).ints()) {
                    (0, _) => settled(Spread::Among(set), needs),
                    (shift, Some((low, high))) => (Spread::Whole(low + shift, high + shift), needs),
                    _ => (Spread::Anything, needs),
                }
            }
            (_, Some(Range::Whole(low, high))) if low == high => (Spread::Exactly(low as u64), None),
            (_, Some(Range::Whole(low, high))) => (Spread::Whole(low, high), needs),
            (Distribution::Whole, _) => (Spread::Whole(words[0] as i64, words[1] as i64), needs),
            (_, Some(Range::Part(low, high))) if low == high => (Spread::Exactly(real(low).to_bits()), None),
            (_, Some(Range::Part(low, high))) => (Spread::Between(real(low), real(high)), needs),
            _ => (Spread::Between(real(0.0), real(1.0)), needs),
        }
    }
}

/// A value that is the only one needs nothing more.
fn settled(spread: Spread, needs: Needs) -> (Spread, Needs) {
    match spread {
        Spread::Exactly(_) => (spread, None),
        _ => (spread, needs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_equal_density_join() {
        let piece = |a, b, weight| Piece { ranges: vec![(0, Range::Part(a, b))], weight };
        let mut pieces = vec![piece(0.0, 0.25, 0.25), piece(0.25, 0.5, 0.25), piece(0.5, 1.0, 0.1)];
        join(&mut pieces);
        assert_eq!(pieces, [piece(0.0, 0.5, 0.5), piece(0.5, 1.0, 0.1)]);
    }
}
