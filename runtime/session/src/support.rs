//! Whether a given value is one that a definition could have had: its draws over their supports, everything else as it is.

use std::collections::BTreeMap;
use trialect_ir::{Binary, Class, ColumnId, Expr, Program, Slot, Stmt, Support, Unary, law};

/// The values that an expression can have in this trial.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Values {
    Exactly(u64),
    Among(u64),
    Between(f64, f64),
    Anything,
}

/// How the trial's definitions are computed, and the supports of its draws.
pub(crate) struct Supports {
    definitions: BTreeMap<Slot, Expr>,
    random: BTreeMap<Slot, Values>,
    draws: BTreeMap<ColumnId, Slot>,
}

impl Supports {
    pub(crate) fn new(program: &Program) -> Supports {
        let mut definitions = BTreeMap::new();
        for stmt in program.phase(trialect_ir::Phase::TrialStart) {
            if let Stmt::Set { slot, value } = stmt {
                definitions.insert(*slot, value.clone());
            }
        }
        let draws =
            program.draws.iter().map(|draw| (draw.column, program.columns[draw.column.0 as usize].value)).collect();
        Supports { definitions, random: BTreeMap::new(), draws }
    }

    /// A draw is about to be made.
    pub(crate) fn drawn(&mut self, column: ColumnId, support: Support) {
        let values = match support {
            Support::Members(set) => Values::Among(set),
            // A definition that reads it may have any value: nothing follows whole numbers beyond 63.
            Support::Whole(..) => Values::Anything,
            Support::Interval(low, high) => Values::Between(low, high),
        };
        if let Some(slot) = self.draws.get(&column) {
            self.random.insert(*slot, values);
        }
    }

    /// A definition was computed from what was drawn; others that read it inherit what it could have been.
    pub(crate) fn computed(&mut self, program: &Program, column: ColumnId, memory: &[u64]) {
        let slot = program.columns[column.0 as usize].value;
        let Some(definition) = self.definitions.get(&slot) else { return };
        match self.values(definition, memory) {
            Values::Exactly(_) => self.random.remove(&slot),
            values => self.random.insert(slot, values),
        };
    }

    /// Whether a column's definition can give this word.
    pub(crate) fn allows(&mut self, program: &Program, column: ColumnId, word: u64, memory: &[u64]) -> bool {
        let declared = &program.columns[column.0 as usize];
        let Some(definition) = self.definitions.get(&declared.value) else { return true };
        let values = self.values(definition, memory);
        // Definitions that read this one see the given value, which is exact.
        self.random.remove(&declared.value);
        match values {
            Values::Exactly(only) if declared.domain.class() == Class::Real => {
                near(f64::from_bits(only), f64::from_bits(only), f64::from_bits(word))
            }
            Values::Exactly(only) => only == word,
            Values::Among(set) => word < 64 && set >> word & 1 == 1,
            Values::Between(low, high) => near(low, high, f64::from_bits(word)),
            Values::Anything => true,
        }
    }

    fn values(&self, expr: &Expr, memory: &[u64]) -> Values {
        match expr {
            Expr::Int(value) => Values::Exactly(*value as u64),
            Expr::Real(value) => Values::Exactly(value.to_bits()),
            Expr::Load(slot, _) => self.random.get(slot).copied().unwrap_or(Values::Exactly(memory[slot.index()])),
            Expr::LoadAt { base, len, index, class } => {
                self.row(*base, *len, self.values(index, memory), *class, memory)
            }
            Expr::Unary(op, operand) => match self.values(operand, memory) {
                Values::Exactly(word) => Values::Exactly(law::unary(*op, word)),
                Values::Among(set) if *op == Unary::Not => Values::Among((set & 1) << 1 | set >> 1 & 1),
                Values::Between(low, high) if *op == Unary::NegReal => Values::Between(-high, -low),
                _ => Values::Anything,
            },
            Expr::Binary(op, left, right) => binary(*op, self.values(left, memory), self.values(right, memory)),
            Expr::Select(condition, then, otherwise) => {
                let (a, b) = (self.values(then, memory), self.values(otherwise, memory));
                match self.values(condition, memory) {
                    Values::Exactly(0) => b,
                    Values::Exactly(_) => a,
                    _ => join(a, b, then.class()),
                }
            }
        }
    }

    fn row(&self, base: Slot, len: u32, index: Values, class: Class, memory: &[u64]) -> Values {
        let at = |k: u64| Values::Exactly(memory[base.index() + k.min(u64::from(len) - 1) as usize]);
        match index {
            Values::Exactly(k) => at(k),
            Values::Among(set) => (0..u64::from(len.min(64)))
                .filter(|k| set >> k & 1 == 1)
                .map(at)
                .reduce(|a, b| join(a, b, class))
                .unwrap_or(Values::Anything),
            _ => Values::Anything,
        }
    }
}

/// Both ends count, but for the last bit of a computation.
fn near(low: f64, high: f64, value: f64) -> bool {
    let slack = 1e-9 * (1.0 + value.abs());
    low - slack <= value && value <= high + slack
}

fn ends(values: Values) -> Option<(f64, f64)> {
    match values {
        Values::Exactly(word) => Some((f64::from_bits(word), f64::from_bits(word))),
        Values::Between(low, high) => Some((low, high)),
        Values::Among(_) | Values::Anything => None,
    }
}

fn members(values: Values) -> Option<u64> {
    match values {
        Values::Exactly(word) if word < 64 => Some(1 << word),
        Values::Among(set) => Some(set),
        _ => None,
    }
}

fn join(a: Values, b: Values, class: Class) -> Values {
    if a == b {
        return a;
    }
    match class {
        Class::Int => match (members(a), members(b)) {
            (Some(x), Some(y)) => Values::Among(x | y),
            _ => Values::Anything,
        },
        Class::Real => match (ends(a), ends(b)) {
            (Some((a, b)), Some((c, d))) => Values::Between(a.min(c), b.max(d)),
            _ => Values::Anything,
        },
    }
}

fn binary(op: Binary, left: Values, right: Values) -> Values {
    if let (Values::Exactly(a), Values::Exactly(b)) = (left, right) {
        return Values::Exactly(law::binary(op, a, b));
    }
    let truth = Values::Among(0b11);
    match op {
        Binary::And if left == Values::Exactly(0) || right == Values::Exactly(0) => Values::Exactly(0),
        Binary::Or if left == Values::Exactly(1) || right == Values::Exactly(1) => Values::Exactly(1),
        Binary::And
        | Binary::Or
        | Binary::EqInt
        | Binary::LtInt
        | Binary::LeInt
        | Binary::LtReal
        | Binary::LeReal
        | Binary::HasBit => truth,
        Binary::AddReal | Binary::SubReal | Binary::MulReal => match (ends(left), ends(right)) {
            (Some((a, b)), Some((c, d))) => match op {
                Binary::AddReal => Values::Between(a + c, b + d),
                Binary::SubReal => Values::Between(a - d, b - c),
                _ => {
                    let products = [a * c, a * d, b * c, b * d];
                    Values::Between(
                        products.iter().copied().fold(f64::INFINITY, f64::min),
                        products.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    )
                }
            },
            _ => Values::Anything,
        },
        _ => Values::Anything,
    }
}
