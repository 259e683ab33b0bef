//! What a subject carries from session to session, and where in its words it lies.
//!
//! A session's record holds this list, so that a program with another layout can take over what has not changed.

use crate::statistic::PREFIX;
use crate::{Domain, Function, Slot, Statistic};
use serde::{Deserialize, Serialize};

/// A definition with memory of its own that lives on the subject's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// As in the text: `reward`.
    pub name: String,
    /// Path of the definition: `subject.reward`.
    pub path: String,
    /// Its first word, counted from the first of the subject's.
    pub at: u32,
    /// Paths of the rules that change it: handlers that set a variable, stages of a curriculum.
    pub rules: Vec<String>,
    /// Its clause, on one line.
    pub text: String,
    /// How its words are read.
    pub memory: Memory,
}

/// How the words of a carried definition are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Memory {
    /// A variable or a parameter: a word for each key, then, where there may be none, a flag for each key.
    Value {
        /// Keys as the text has them, `left, 50%`; empty without keys.
        keys: Vec<String>,
        /// How a word is read.
        domain: Domain,
        /// Whether there may be no value.
        optional: bool,
    },
    /// A statistic: a block for each key, see [`Statistic`].
    Statistic {
        /// Keys as the text has them; empty without keys.
        keys: Vec<String>,
        /// How its value is read.
        domain: Domain,
        /// What is computed.
        function: Function,
        /// `over last N`
        window: Option<u32>,
        /// `at least n`
        at_least: u32,
        /// Samples that a block can hold.
        capacity: u32,
    },
    /// A curriculum: the index of the stage, trials in it, sessions in it.
    Curriculum {
        /// Names of the stages in the order of their indices.
        stages: Vec<String>,
    },
}

impl Carried {
    /// Number of words.
    pub fn words(&self) -> usize {
        match &self.memory {
            Memory::Value { keys, optional, .. } => keys.len().max(1) * (1 + usize::from(*optional)),
            Memory::Statistic { keys, capacity, .. } => keys.len().max(1) * (PREFIX as usize + *capacity as usize),
            Memory::Curriculum { .. } => 3,
        }
    }

    /// Its words among the subject's; none when those are too few.
    pub fn of<'w>(&self, subject: &'w [u64]) -> Option<&'w [u64]> {
        let at = self.at as usize;
        subject.get(at..at.checked_add(self.words())?)
    }

    /// The statistic that reads its blocks, the first of them at slot 0; none for other kinds.
    pub fn statistic(&self) -> Option<Statistic> {
        let Memory::Statistic { keys, function, window, at_least, capacity, .. } = &self.memory else { return None };
        Some(Statistic {
            path: self.path.clone(),
            function: *function,
            keys: u32::try_from(keys.len().max(1)).ok()?,
            window: *window,
            at_least: *at_least,
            capacity: *capacity,
            base: Slot(0),
        })
    }
}
