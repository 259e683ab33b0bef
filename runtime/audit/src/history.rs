//! What `last` reads of values that are not in the data: which of them there can be after the trials so far, and how
//! likely each is.
//!
//! A definition with few values that reads a hidden draw and is read by the next trial carries what is not known from trial
//! to trial. Its possible values, together with those of its like, are rows with weights; the next trial takes the row as a
//! draw that was made before all others, so that each of its decisions restricts the rows too.

use crate::explain::{Ground, Piece};
use crate::facts::Facts;
use trialect_ir::{Code, Domain, Expr, Phase, Program, Slot, Stmt};

/// The draw that stands for the row, after all others.
pub(crate) const ROW: u16 = u16::MAX;
/// Rows that are kept.
const ROWS: usize = 256;

/// Words of the trial before that are not known.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The words that `last` reads.
    pub(crate) slots: Vec<usize>,
    /// Their values together, and how likely they are.
    pub(crate) rows: Vec<(Vec<u64>, f64)>,
}

impl History {
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.rows.clear();
    }

    /// What the words of the trial that has started will be for the next one; nothing when they cannot be told.
    pub(crate) fn after(ground: &Ground<'_>, pieces: &[Piece], hidden: &[(Slot, Slot)]) -> History {
        let now: Vec<usize> = hidden.iter().map(|(_, now)| now.index()).collect();
        match ground.together(pieces, &now, ROWS) {
            Some(rows) => History { slots: hidden.iter().map(|(last, _)| last.index()).collect(), rows },
            None => History::default(),
        }
    }

    /// Where a word stands in the rows.
    pub(crate) fn place(&self, slot: usize) -> Option<usize> {
        self.slots.iter().position(|other| *other == slot)
    }
}

/// Words that `last` reads with those that they are taken from, of values that have few.
pub(crate) fn kept(program: &Program) -> Vec<(Slot, Slot)> {
    let few = |slot: Slot| {
        program.columns.iter().any(|column| {
            column.present == Some(slot)
                || column.value == slot
                    && matches!(
                        column.domain,
                        Domain::Named { .. } | Domain::Levels { .. } | Domain::Bool | Domain::Int { .. }
                    )
        })
    };
    let code: &Code = program.phase(Phase::TrialStart);
    let copies = code.iter().map_while(|stmt| match stmt {
        Stmt::Set { slot, value: Expr::Load(from, _) } => Some((*slot, *from)),
        _ => None,
    });
    copies.filter(|(_, from)| few(*from)).collect()
}

/// Of these, those of which the present trial does not know what they are taken from.
pub(crate) fn hidden(facts: &Facts, hides: &dyn Fn(Slot) -> bool) -> Vec<(Slot, Slot)> {
    facts.kept.iter().copied().filter(|(_, now)| hides(*now)).collect()
}
