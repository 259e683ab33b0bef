//! Declared stimuli: one, or one for each member of a key.

use crate::devices::Addressed;
use crate::expressions::{Local, counted};
use crate::model::*;
use crate::names::Symbol;
use crate::term::{Term, Texpr};
use crate::types::Type;
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{self, Clause, Head, Place};

impl<'a> Checker<'a> {
    /// `stimulus go_cue on horn = …`, `stimulus clicks[s in Side] on horn[s] = …`
    pub(crate) fn stimulus(&mut self, head: &Head, device: &ast::Place, clause: &'a Clause) {
        let name = head.name.text.clone();
        let first = StimulusId(self.model.stimuli.len());
        match head.keys.as_slice() {
            [] => {
                let place = device;
                let Some(device) = self.device_named(place) else { return self.declare_broken(&head.name) };
                self.presenting_part(place, device);
                self.add_stimulus(name.clone(), device, None, head, clause);
                self.declare(&name, head.name.span, Symbol::Stimulus(first));
            }
            [key] => {
                let Some(finite) = self.key_type(key) else { return self.declare_broken(&head.name) };
                for k in 0..finite.size(&self.model) {
                    let span = head.name.span;
                    let is = Texpr { term: finite.member(k), ty: finite.member_type(), range: Interval::ALL, span };
                    let local = key.variable.as_ref().map(|variable| Local { name: variable.text.clone(), is });
                    self.scope.locals = local.iter().cloned().collect();
                    let named = self.device_named(device);
                    self.scope.locals.clear();
                    let Some(named) = named else { return self.declare_broken(&head.name) };
                    self.presenting_part(device, named);
                    let label = format!("{name}[{}]", finite.label(&self.model, k));
                    self.add_stimulus(label, named, local, head, clause);
                }
                self.model.stimulus_groups.push(StimulusGroup { name: name.clone(), finite, first });
                let group = Symbol::Stimuli(self.model.stimulus_groups.len() - 1);
                self.declare(&name, head.name.span, group);
            }
            [_, second, ..] => {
                self.declare_broken(&head.name);
                let finding =
                    Finding::error("wrong-keys", "a stimulus has at most one key", second.over.span, "a second");
                self.report(finding.help("declare an `enum` whose members are the stimuli"));
            }
        }
    }

    fn add_stimulus(&mut self, name: String, device: DeviceId, key: Option<Local>, head: &Head, clause: &'a Clause) {
        let (description, span) = (clause.description.clone(), head.name.span);
        self.model.stimuli.push(Stimulus { name, device, constructor: 0, fixed: Vec::new(), description, span });
        self.pending.stimuli.push(clause);
        self.pending.stimulus_keys.push(key);
    }

    /// The stimuli that a place names: one, or one for each value that its key may have; or a finding.
    pub(crate) fn stimuli_at(&mut self, group: usize, place: &Place) -> Option<Vec<(Addressed, StimulusId)>> {
        let StimulusGroup { name, finite, first } = self.model.stimulus_groups[group].clone();
        let [key] = place.index.as_slice() else {
            let message = format!("`{name}` has 1 key: a {}", finite.name(&self.model));
            let label = format!("{} given here", counted(place.index.len(), "key"));
            let labels: Vec<String> = (0..finite.size(&self.model)).map(|k| finite.label(&self.model, k)).collect();
            let finding = Finding::error("wrong-keys", message, place.span, label);
            self.report(finding.help(format!("write `{name}[…]` with one of {}", labels.join(", "))));
            return None;
        };
        let key = self.expr_as(key, &finite.member_type());
        if key.ty == Type::Unknown {
            return None;
        }
        let of = |checker: &Self, k: u32, when: Option<Texpr>| {
            let stimulus = StimulusId(first.0 + k as usize);
            (Addressed { device: checker.model.stimuli[stimulus.0].device, when }, stimulus)
        };
        if let Some(k) = member_index(&key) {
            return Some(vec![of(self, k, None)]);
        }
        let each = (0..finite.size(&self.model)).map(|k| {
            let member =
                Texpr { term: finite.member(k), ty: finite.member_type(), range: Interval::ALL, span: key.span };
            let is = Term::Is(Box::new(key.clone()), Box::new(member));
            of(self, k, Some(Texpr::bool(is, key.span)))
        });
        Some(each.collect())
    }
}
