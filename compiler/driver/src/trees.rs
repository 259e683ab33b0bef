//! Texts that were read before, for those who read the same ones again and again: an editor.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use trialect_base::{Findings, SourceId};
use trialect_syntax::ast::File;

/// After so many turns without being asked for, a tree is let go.
const TURNS: u64 = 64;

/// The trees of texts. It belongs to who reads; what is equal to the last byte, and has the same place among the sources
/// of a program, is parsed once.
#[derive(Debug, Default)]
pub struct Trees {
    read: RefCell<BTreeMap<SourceId, BTreeMap<String, Kept>>>,
    turn: Cell<u64>,
}

/// A tree, and when it was asked for.
#[derive(Debug)]
struct Kept {
    file: Arc<File>,
    findings: Findings,
    asked: u64,
}

impl Trees {
    /// The tree of a text, and what its syntax has against it.
    pub fn parse(&self, text: &str, id: SourceId) -> (Arc<File>, Findings) {
        let mut read = self.read.borrow_mut();
        let of_place = read.entry(id).or_default();
        if let Some(kept) = of_place.get_mut(text) {
            kept.asked = self.turn.get();
            return (kept.file.clone(), kept.findings.clone());
        }
        let parsed = trialect_syntax::parse(text, id);
        let kept = Kept { file: Arc::new(parsed.file), findings: parsed.findings, asked: self.turn.get() };
        let both = (kept.file.clone(), kept.findings.clone());
        of_place.insert(text.into(), kept);
        both
    }

    /// A text was looked at; trees that nobody asked for since long are let go.
    pub fn turn(&self) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        for of_place in self.read.borrow_mut().values_mut() {
            of_place.retain(|_, kept| kept.asked + TURNS >= turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "protocol lab.short 1.0.0\n";

    #[test]
    fn what_is_equal_is_parsed_once() {
        let trees = Trees::default();
        let first = trees.parse(TEXT, SourceId(0)).0;
        let check = |text: &str, id: u32, same: bool| {
            assert_eq!(Arc::ptr_eq(&first, &trees.parse(text, SourceId(id)).0), same, "{text:?} at {id}");
        };
        check(TEXT, 0, true);
        // Places are in the tree.
        check(TEXT, 1, false);
        check("protocol lab.short 1.0.1\n", 0, false);
        assert_eq!(*first, trialect_syntax::parse(TEXT, SourceId(0)).file);
    }

    #[test]
    fn findings_are_told_each_time() {
        let trees = Trees::default();
        let told = || trees.parse("protocol lab.short 1.0.0\nvar :=\n", SourceId(0)).1;
        assert!(!told().is_runnable());
        assert_eq!(told(), told());
    }

    #[test]
    fn what_nobody_asks_for_is_let_go() {
        let trees = Trees::default();
        let held = || trees.read.borrow().values().map(BTreeMap::len).sum::<usize>();
        trees.parse(TEXT, SourceId(0));
        trees.parse(TEXT, SourceId(1));
        for _ in 0..=TURNS {
            trees.parse(TEXT, SourceId(0));
            trees.turn();
        }
        assert_eq!(held(), 1);
    }
}
