//! Machines beside the trial's: their declarations, their states, and what is heard of another machine.

use crate::model::*;
use crate::names::{Symbol, lacks, unknown};
use crate::term::Texpr;
use crate::types::Finite;
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause, ClauseKind, Expr, ExprKind, Head, Name, Place};

/// A clause `beside NAME { … }` that waits until all types are known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) clock: Clock,
    pub(crate) head: &'a Head,
    pub(crate) body: &'a [Clause],
    pub(crate) clause: &'a Clause,
}

/// The machines of one name: one, or one for each member of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub(crate) first: BesideId,
    pub(crate) finite: Option<Finite>,
}

impl<'a> Checker<'a> {
    /// Declares the machines beside the trial's: those of the session, then those of the trial, each in text order.
    pub(crate) fn collect_besides(&mut self) {
        let mut written = self.pending.besides.clone();
        written.sort_by_key(|written| written.clock);
        for one in written {
            self.beside(one);
        }
    }

    fn beside(&mut self, written: Written<'a>) {
        let Written { head, clause, .. } = written;
        let name = &head.name;
        let finite = match head.keys.as_slice() {
            [] => None,
            [key] => match self.key_type(key) {
                Some(finite) => Some((finite, key.variable.clone())),
                None => return self.broken_beside(name),
            },
            [_, second, ..] => {
                let message = "a machine has at most one key";
                let finding = Finding::error("wrong-keys", message, second.over.span, "a second");
                self.report(finding.help("declare an `enum` whose members are the machines"));
                return self.broken_beside(name);
            }
        };
        self.declare(&name.text, name.span, Symbol::Beside);
        let first = BesideId(self.model.besides.len());
        self.names
            .besides
            .entry(name.text.clone())
            .or_insert(Group { first, finite: finite.as_ref().map(|(f, _)| *f) });
        let members = finite.as_ref().map_or(1, |(finite, _)| finite.size(&self.model));
        for k in 0..members {
            let key =
                finite.clone().map(|(finite, variable)| (finite, k, variable.map(|v| v.text).unwrap_or_default()));
            let label = key.as_ref().map(|(finite, k, _)| format!("[{}]", finite.label(&self.model, *k)));
            let start = self.model.states.len();
            self.model.besides.push(Beside {
                name: format!("{}{}", name.text, label.unwrap_or_default()),
                description: clause.description.clone(),
                clock: written.clock,
                span: name.span,
                key,
                states: start..start,
            });
            self.names.beside_states.push(Default::default());
            self.beside_states(BesideId(self.model.besides.len() - 1), written);
        }
    }

    fn broken_beside(&mut self, name: &Name) {
        self.declare_broken(name);
        self.ways_unknown = true;
    }

    fn beside_states(&mut self, id: BesideId, written: Written<'a>) {
        for clause in written.body {
            match &clause.kind {
                ClauseKind::State { name, body } => self.state(Some(id), name, body, clause),
                _ if self.model.besides[id.0].key.as_ref().is_none_or(|(_, k, _)| *k == 0) => {
                    self.misplaced(clause, "in a machine beside the trial");
                }
                _ => {}
            }
        }
        self.model.besides[id.0].states.end = self.model.states.len();
        if self.model.besides[id.0].states.is_empty() {
            self.ways_unknown = true;
            let message = "a machine has at least one state";
            let finding = Finding::error("no-states", message, written.head.name.span, "has no state");
            self.report(finding.help("add `state NAME { … }` to it"));
        }
    }

    /// The states of the machine whose clauses are typed.
    pub(crate) fn own_states(&self) -> &std::collections::BTreeMap<String, (StateId, Span)> {
        match self.machine {
            Some(beside) => &self.names.beside_states[beside.0],
            None => &self.names.states,
        }
    }

    /// The variable of a keyed machine stands for the member whose machine this is.
    pub(crate) fn enter_machine(&mut self, machine: Option<BesideId>) {
        self.machine = machine;
        let clock = machine.map_or(Clock::Trial, |beside| self.model.besides[beside.0].clock);
        self.scope.enter(clock, clock);
        let key = machine.and_then(|beside| self.model.besides[beside.0].key.clone());
        if let Some((finite, k, name)) = key {
            let span = machine.map_or(Span::default(), |beside| self.model.besides[beside.0].span);
            let is = Texpr { term: finite.member(k), ty: finite.member_type(), range: Interval::ALL, span };
            self.scope.locals.push(crate::expressions::Local { name, is });
        }
    }

    /// Whether a place names a state, of the trial or of a machine beside it.
    pub(crate) fn names_a_state(&self, place: &Place) -> bool {
        match self.symbol(&place.base.text) {
            Some(Symbol::Beside) => true,
            Some(_) => false,
            None => self.names.states.contains_key(&place.base.text),
        }
    }

    /// `cued.entry`, `opto.train.exit`, `vi[left].run.entry`: the state, and whether it is entered.
    pub(crate) fn state_event(&mut self, place: &Place) -> Option<(StateId, bool)> {
        let (state, rest) = if self.symbol(&place.base.text) == Some(Symbol::Beside) {
            let beside = self.beside_at(place)?;
            let Some((member, rest)) = place.members.split_first() else {
                self.no_state_event(place);
                return None;
            };
            let state = self.state_of(beside, member)?;
            (state, rest)
        } else {
            let (state, _) = self.names.states.get(&place.base.text).copied()?;
            (state, place.members.as_slice())
        };
        let [moment] = rest else {
            self.no_state_event(place);
            return None;
        };
        let entered = match moment.text.as_str() {
            "entry" => true,
            "exit" => false,
            _ => {
                let word = (moment.text.as_str(), moment.span);
                self.report(lacks("unknown-event", "a state", "event", word, ["entry", "exit"].into_iter()));
                return None;
            }
        };
        if self.model.states[state.0].machine == self.machine {
            self.not_yet("handlers of a state's entry or exit", place.span);
            return None;
        }
        Some((state, entered))
    }

    /// `opto.train`, `vi[left].run` before a dot; the inner none when there is no such state, which is reported.
    pub(crate) fn beside_state(&mut self, base: &Expr) -> Option<Option<StateId>> {
        let ExprKind::Member(machine, state) = &base.kind else { return None };
        let (name, keys) = match &machine.kind {
            ExprKind::Index(inner, keys) => (inner, keys.as_slice()),
            _ => (machine, [].as_slice()),
        };
        let ExprKind::Name(word) = &name.kind else { return None };
        if self.symbol(word) != Some(Symbol::Beside) {
            return None;
        }
        let base = Name { text: word.clone(), span: name.span };
        let place = Place { base, index: keys.to_vec(), members: vec![state.clone()], span: machine.span };
        Some(self.beside_at(&place).and_then(|beside| self.state_of(beside, state)))
    }

    /// A state of a machine by its name in the text.
    fn state_of(&mut self, beside: BesideId, name: &Name) -> Option<StateId> {
        let states = &self.names.beside_states[beside.0];
        if let Some((state, _)) = states.get(&name.text).copied() {
            return Some(state);
        }
        let known: Vec<String> = states.keys().cloned().collect();
        self.report(unknown("unknown-state", "state", &name.text, name.span, known.iter().map(String::as_str)));
        None
    }

    fn no_state_event(&mut self, place: &Place) {
        let message = "of a machine its states' entries and exits are heard";
        let finding = Finding::error("unknown-event", message, place.span, "not an event");
        self.report(finding.help("write `on MACHINE.STATE.entry -> …`"));
    }

    /// The machine that a place names.
    fn beside_at(&mut self, place: &Place) -> Option<BesideId> {
        let Group { first, finite } = *self.names.besides.get(&place.base.text)?;
        match (finite, place.index.as_slice()) {
            (None, []) => Some(first),
            (Some(finite), [key]) => {
                let key = self.expr_as(key, &finite.member_type());
                let k = member_index(&key);
                if k.is_none() && key.ty != crate::Type::Unknown {
                    let message = "one machine is heard, whatever happens";
                    let finding = Finding::error("not-constant", message, key.span, "its key changes");
                    self.report(finding.help("write one of its members, or loop with `for x in TYPE { … }`"));
                }
                Some(BesideId(first.0 + k? as usize))
            }
            (finite, _) => {
                let text = &place.base.text;
                let message = format!("`{text}` has {}", if finite.is_some() { "1 key" } else { "no keys" });
                let finding = Finding::error("wrong-keys", message, place.span, "named here");
                let help = if finite.is_some() {
                    format!("write `{text}[…].STATE`")
                } else {
                    format!("write `{text}.STATE`")
                };
                self.report(finding.help(help));
                None
            }
        }
    }

    /// A machine by its name alone.
    pub(crate) fn beside_as_value(&mut self, name: &str, span: Span) -> Texpr {
        let message = format!("`{name}` is a machine, not a value");
        let finding = Finding::error("not-a-value", message, span, "a machine");
        self.report(finding.help(format!("read a stamp of one of its states: `{name}.STATE.visits`")));
        Texpr::broken(span)
    }

    /// A machine beside the trial's never ends it.
    pub(crate) fn ends_beside(&mut self, name: &Name) {
        let message = "a machine beside the trial does not end it";
        let finding = Finding::error("cannot-end-trial", message, name.span, "would end the trial");
        self.report(
            finding.help(
                "go to a state of its own, and let a state of the trial hear it: `on MACHINE.STATE.entry -> end …`",
            ),
        );
    }
}
