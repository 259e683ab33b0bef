//! One variable has one writing handler per event.

use crate::Checker;
use crate::model::{Action, BesideId, DeviceId, Goes, Moment, StateId, ValueId, Waits};
use crate::term::Texpr;
use crate::values::member_index;
use std::collections::BTreeMap;
use trialect_base::{Finding, Span};

impl Checker<'_> {
    pub(crate) fn check_writers(&mut self) {
        let mut findings = Vec::new();
        for moment in [Moment::TrialEnd, Moment::SessionEnd] {
            let mut first: BTreeMap<ValueId, (Writer, Span)> = BTreeMap::new();
            for (writer, value, span) in self.written_at(moment) {
                let (other, earlier) = *first.entry(value).or_insert((writer, span));
                if other == writer {
                    continue;
                }
                let name = &self.model.values[value.0].name;
                let (what, help) = match (other, writer) {
                    (Writer::Handler(_), Writer::Handler(_)) => {
                        ("two handlers", "join the two handlers, so that the order of their rules can be read")
                    }
                    (Writer::Curriculum(_), Writer::Curriculum(_)) => {
                        ("transitions of two curricula", "let one of the curricula set it")
                    }
                    _ => ("a handler and a transition", "set it in one of them"),
                };
                let message = format!("{what} of one event set `{name}`");
                let finding = Finding::error("two-writers", message, span, "set here as well");
                findings.push(finding.also(earlier, "first set here").help(help));
            }
        }
        findings.extend(self.two_machines());
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// What is set at an end of a trial or a session. A curriculum makes one transition at most, so that all of its are one.
    fn written_at(&self, moment: Moment) -> Vec<(Writer, ValueId, Span)> {
        let mut list = Vec::new();
        let mut add = |writer: Writer, actions: &[Action]| {
            list.extend(written(actions).into_iter().map(|(value, span)| (writer, value, span)));
        };
        for (k, handler) in self.model.handlers.iter().enumerate().filter(|(_, handler)| handler.moment == moment) {
            add(Writer::Handler(k), &handler.actions);
        }
        for (k, curriculum) in self.model.curricula.iter().enumerate() {
            let ways = curriculum.stages.iter().flat_map(|stage| &stage.transitions);
            ways.filter(|way| way.moment == moment).for_each(|way| add(Writer::Curriculum(k), &way.actions));
        }
        list
    }

    /// Two machines that hear one event and set the same variable on it.
    fn two_machines(&self) -> Vec<Finding> {
        let mut all: BTreeMap<Heard, Vec<Reaction<'_>>> = BTreeMap::new();
        for state in self.model.states.iter().filter(|_| !self.model.besides.is_empty()) {
            for clause in &state.clauses {
                let heard = match &clause.waits {
                    Waits::Event(device, channel) => Heard::Input(*device, *channel),
                    Waits::Reaches { affine, .. } => Heard::Input(affine.device, affine.channel),
                    Waits::State(state, entered) => Heard::State(*state, *entered),
                    Waits::Condition | Waits::After(_) => continue,
                };
                let entry = match clause.goes {
                    Goes::To(to) => self.model.states[to.0].entry.as_slice(),
                    Goes::Stays | Goes::Ends(_) => &[],
                };
                let mut sets = Vec::new();
                [clause.actions.as_slice(), entry].into_iter().for_each(|actions| places(actions, &mut sets));
                all.entry(heard).or_default().push(Reaction { machine: state.machine, sets });
            }
        }
        let mut findings = Vec::new();
        for reactions in all.values() {
            let sets = || reactions.iter().flat_map(|one| one.sets.iter().map(|set| (one.machine, set)));
            let clash = sets().enumerate().find_map(|(k, (machine, set))| {
                let mut earlier = sets().take(k);
                let first = earlier.find(|(other, first)| *other != machine && first.same_place(set))?;
                Some((first.1, set))
            });
            if let Some((first, set)) = clash {
                let name = &self.model.values[set.value.0].name;
                let message = format!("two machines set `{name}` on one event");
                let finding = Finding::error("two-writers", message, set.span, "set here as well");
                findings.push(finding.also(first.span, "first set here").help("let one of the machines set it"));
            }
        }
        findings
    }
}

/// Who sets a variable when a trial or a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    Handler(usize),
    Curriculum(usize),
}

/// What two machines may hear at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    Input(DeviceId, u32),
    State(StateId, bool),
}

/// What a machine sets when it hears something, also by entering a state.
struct Reaction<'m> {
    machine: Option<BesideId>,
    sets: Vec<Place<'m>>,
}

/// A variable that is set, with its keys.
#[derive(Clone, Copy)]
struct Place<'m> {
    value: ValueId,
    keys: &'m [Texpr],
    span: Span,
}

impl Place<'_> {
    /// Whether both may be the same word: a key that is not constant may be any.
    fn same_place(&self, other: &Place<'_>) -> bool {
        let differ = |(a, b): (&Texpr, &Texpr)| match (member_index(a), member_index(b)) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        };
        self.value == other.value && !self.keys.iter().zip(other.keys).any(differ)
    }
}

fn places<'m>(actions: &'m [Action], list: &mut Vec<Place<'m>>) {
    for action in actions {
        match action {
            Action::Set { value, keys, span, .. } => list.push(Place { value: *value, keys, span: *span }),
            Action::If { then, otherwise, .. } => {
                places(then, list);
                places(otherwise, list);
            }
            _ => {}
        }
    }
}

fn written(actions: &[Action]) -> Vec<(ValueId, Span)> {
    let mut list = Vec::new();
    for action in actions {
        match action {
            Action::Set { value, span, .. } => list.push((*value, *span)),
            Action::If { then, otherwise, .. } => {
                list.extend(written(then));
                list.extend(written(otherwise));
            }
            _ => {}
        }
    }
    list
}
