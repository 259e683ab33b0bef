//! The checked protocol: every name resolved, every expression typed.

mod constants;
mod kinds;
mod machine;
mod rig;
mod rules;
mod values;

pub use kinds::*;
pub use machine::*;
pub use rig::*;
pub use rules::*;
pub use values::*;

use crate::term::{Binder, Term, Texpr};
use std::collections::{BTreeMap, BTreeSet};
use trialect_base::Span;
use trialect_units::{Decimal, Dimension, Unit};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    )*};
}
ids! {
    /// Index into [`Model::enums`].
    EnumId,
    /// Index into [`Model::levels`].
    LevelsId,
    /// Index into [`Model::ints`].
    IntTypeId,
    /// Index into [`Model::classes`].
    ClassId,
    /// Index into [`Model::devices`].
    DeviceId,
    /// Index into [`Model::groups`].
    GroupId,
    /// Index into [`Model::stimuli`].
    StimulusId,
    /// Index into [`Model::values`].
    ValueId,
    /// Index into [`Model::decks`].
    DeckId,
    /// Index into [`Model::blocks`].
    BlockId,
    /// Index into [`Model::states`].
    StateId,
    /// Index into [`Model::besides`].
    BesideId,
    /// Index into [`Model::curricula`].
    CurriculumId,
}

/// The clock on which a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)] // the clocks of the language
pub enum Clock {
    #[default]
    Constant,
    Subject,
    Session,
    Block,
    Trial,
}

impl Clock {
    /// The word in the text.
    pub fn word(self) -> &'static str {
        match self {
            Clock::Constant => "constant",
            Clock::Subject => "subject",
            Clock::Session => "session",
            Clock::Block => "block",
            Clock::Trial => "trial",
        }
    }
}

/// A checked protocol.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // one list for each kind of declaration
pub struct Model {
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Description.
    pub description: Option<String>,
    /// Where the header stands.
    pub header: Span,
    pub citations: Vec<String>,
    /// Paths of all that libraries declare.
    pub of_libraries: BTreeSet<String>,
    pub quantities: Vec<QuantityKind>,
    pub enums: Vec<EnumType>,
    pub levels: Vec<LevelsType>,
    pub ints: Vec<IntType>,
    pub classes: Vec<DeviceClass>,
    pub devices: Vec<Device>,
    pub groups: Vec<DeviceGroup>,
    pub stimuli: Vec<Stimulus>,
    /// Stimuli with a key.
    pub stimulus_groups: Vec<StimulusGroup>,
    pub values: Vec<Value>,
    pub decks: Vec<Deck>,
    /// The outcomes as a type.
    pub outcomes: Option<EnumId>,
    /// Those of the trial, then those of the machines beside it.
    pub states: Vec<State>,
    /// Those of the session, then those of the trial, each in text order.
    pub besides: Vec<Beside>,
    pub curricula: Vec<Curriculum>,
    pub blocks: Vec<Block>,
    /// `counts when`
    pub counts: Option<Texpr>,
    /// What is held from the session's start to its end.
    pub held: Vec<Action>,
    pub handlers: Vec<Handler>,
    pub limits: Vec<Limit>,
    /// `limit trials`
    pub most_trials: Option<(u32, Span)>,
    pub stops: Vec<Watch>,
    pub advices: Vec<Watch>,
    /// `iti`
    pub pause: Option<(Texpr, Span)>,
    /// `record`: device, index into its class's channels.
    pub recorded: Vec<(DeviceId, u32)>,
    /// `record … at RATE`
    pub streams: Vec<Stream>,
    /// Number of binders handed out.
    pub binders: u32,
}

impl Model {
    /// Paths of all types and values that are declared by now.
    pub(crate) fn paths_so_far(&self) -> BTreeSet<String> {
        let types = self.enums.iter().map(|one| &one.path).chain(self.levels.iter().map(|one| &one.path));
        let types = types.chain(self.ints.iter().map(|one| &one.path));
        types.chain(self.values.iter().map(|one| &one.path)).cloned().collect()
    }
    /// The unit in which columns of a dimension are recorded; none for plain numbers.
    pub fn unit(&self, dimension: Dimension) -> Option<Unit> {
        if dimension.is_none() {
            return None;
        }
        let declared = self.quantities.iter().find(|kind| kind.unit.dimension == dimension);
        Some(declared.map_or_else(|| Unit::coherent(dimension), |kind| kind.unit.clone()))
    }
    /// A dimension in words, with its unit.
    pub fn describe_dimension(&self, dimension: Dimension) -> String {
        let unit = self.unit(dimension).map(|unit| unit.symbol).unwrap_or_default();
        match self.quantities.iter().find(|kind| kind.unit.dimension == dimension) {
            _ if dimension.is_none() => "a plain number".into(),
            Some(kind) => format!("{} ({unit})", crate::types::named(&kind.name)),
            None => format!("{dimension} ({unit})"),
        }
    }
    /// Number of the trial's states; those of machines beside it follow.
    pub fn trial_states(&self) -> usize {
        self.besides.first().map_or(self.states.len(), |beside| beside.states.start)
    }
    /// The clock of a state: the trial's, or that of its machine.
    pub fn clock_of(&self, state: &State) -> Clock {
        state.machine.map_or(Clock::Trial, |beside| self.besides[beside.0].clock)
    }
    /// The class of a device.
    pub fn class(&self, device: DeviceId) -> &DeviceClass {
        &self.classes[self.devices[device.0].class.0]
    }
    /// A fresh binder.
    pub fn binder(&mut self) -> Binder {
        self.binders += 1;
        Binder(self.binders - 1)
    }
    /// Visits an expression and, through definitions that are computed where they are read, what those are.
    pub fn each_inside(&self, typed: &Texpr, f: &mut dyn FnMut(&Texpr)) {
        let mut open = vec![typed.clone()];
        let mut seen = Vec::new();
        while let Some(typed) = open.pop() {
            typed.visit(&mut |inner| {
                f(inner);
                if let Term::Value { value, last: false, .. } = &inner.term
                    && !seen.contains(value)
                {
                    seen.push(*value);
                    match &self.values[value.0].kind {
                        ValueKind::Definition(body) => open.push(body.clone()),
                        ValueKind::Table(rows) => open.extend(rows.iter().cloned()),
                        _ => {}
                    }
                }
            });
        }
    }
    /// The exact value of an expression of constants.
    pub fn constant_of(&self, typed: &Texpr) -> Option<Decimal> {
        self.exact(typed, &mut BTreeMap::new())
    }
}
