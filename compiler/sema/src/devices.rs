//! Devices and stimuli: their declarations, and which of them a place names.

use crate::expressions::counted;
use crate::model::*;
use crate::names::{Symbol, TypeSymbol, unknown};
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Clause, ClauseKind, Expr, Head, Key, Name};

/// A device that a place may name, and while what holds it does; without a condition it always does.
#[derive(Debug, Clone)]
pub(crate) struct Addressed {
    pub(crate) device: DeviceId,
    pub(crate) when: Option<Texpr>,
}

impl<'a> Checker<'a> {
    /// `port[Side] : NosePort "…"`
    pub(crate) fn device(&mut self, clause: &'a Clause) {
        let ClauseKind::Device { name, keys, class } = &clause.kind else { return self.misplaced(clause, "in `rig`") };
        let class = match self.names.types.get(&class.text) {
            Some((TypeSymbol::Class(id), _)) => *id,
            _ => {
                let classes: Vec<String> = self.model.classes.iter().map(|class| class.name.clone()).collect();
                let known = classes.iter().map(String::as_str);
                self.report(unknown("unknown-class", "device class", &class.text, class.span, known));
                return self.declare_broken(name);
            }
        };
        let first = DeviceId(self.model.devices.len());
        let device = |name: String, span: Span| Device { name, class, description: clause.description.clone(), span };
        match keys.as_slice() {
            [] => {
                self.model.devices.push(device(name.text.clone(), name.span));
                self.declare(&name.text, name.span, Symbol::Device(first));
            }
            [key] => {
                let Some(finite) = self.device_key(key) else { return self.declare_broken(name) };
                for k in 0..finite.size(&self.model) {
                    let label = format!("{}[{}]", name.text, finite.label(&self.model, k));
                    self.model.devices.push(device(label, name.span));
                }
                self.model.groups.push(DeviceGroup { name: name.text.clone(), finite, first });
                let group = GroupId(self.model.groups.len() - 1);
                self.declare(&name.text, name.span, Symbol::Devices(group));
            }
            [_, second, ..] => {
                self.declare_broken(name);
                let finding =
                    Finding::error("wrong-keys", "a device has at most one key", second.over.span, "a second");
                self.report(finding.help("declare an `enum` whose members are the places"));
            }
        }
    }

    /// The type of a device's key.
    pub(crate) fn device_key(&mut self, key: &Key) -> Option<Finite> {
        let typed = self.enter_keys(std::slice::from_ref(key))?;
        self.leave_keys(typed.len());
        typed.first().map(|(_, finite)| *finite)
    }

    pub(crate) fn stimulus(&mut self, head: &Head, device: &ast::Place, clause: &'a Clause) {
        if let Some(key) = head.keys.first() {
            self.declare_broken(&head.name);
            return self.not_yet("several stimuli of one name", key.over.span);
        }
        let Some(device) = self.device_named(device) else { return self.declare_broken(&head.name) };
        self.model.stimuli.push(Stimulus {
            name: head.name.text.clone(),
            device,
            constructor: 0,
            fixed: Vec::new(),
            description: clause.description.clone(),
            span: head.name.span,
        });
        self.pending.stimuli.push(clause);
        let id = StimulusId(self.model.stimuli.len() - 1);
        self.declare(&head.name.text, head.name.span, Symbol::Stimulus(id));
    }

    /// The one device that a place names, or a finding.
    pub(crate) fn device_named(&mut self, place: &ast::Place) -> Option<DeviceId> {
        match self.devices_at(&place.base, &place.index, place.span)?.as_slice() {
            [only] => Some(only.device),
            several => {
                let example = several.first().map(|one| self.model.devices[one.device.0].name.clone());
                let message = "one device is needed here, whatever happens";
                let finding = Finding::error("not-constant", message, place.span, "its key changes");
                self.report(finding.help(format!("write one, for example `{}`", example.unwrap_or_default())));
                None
            }
        }
    }

    /// The devices that `base[index]` names: one, or one for each value that its key may have; or a finding.
    pub(crate) fn devices_at(&mut self, base: &Name, index: &[Expr], span: Span) -> Option<Vec<Addressed>> {
        match self.symbol(&base.text) {
            Some(Symbol::Device(device)) if index.is_empty() => Some(vec![Addressed { device, when: None }]),
            Some(Symbol::Device(_)) => {
                let message = format!("`{}` has no keys", base.text);
                let finding = Finding::error("wrong-keys", message, span, "a key given here");
                self.report(finding.help(format!("write `{}`", base.text)));
                None
            }
            Some(Symbol::Devices(group)) => self.keyed_devices(group, index, span),
            Some(Symbol::Broken) => None,
            Some(Symbol::Stimulus(stimulus)) => {
                let device = self.model.devices[self.model.stimuli[stimulus.0].device.0].name.clone();
                let message = format!("a device of the rig is needed here, and `{}` is a stimulus", base.text);
                let finding = Finding::error("unknown-device", message, base.span, "a stimulus");
                self.report(finding.help(format!("write `{device}`")));
                None
            }
            _ => {
                let groups = self.model.groups.iter().map(|group| group.name.clone());
                let names: Vec<String> =
                    self.model.devices.iter().map(|device| device.name.clone()).chain(groups).collect();
                let known = names.iter().map(String::as_str);
                self.report(unknown("unknown-device", "device in the rig", &base.text, base.span, known));
                None
            }
        }
    }

    fn keyed_devices(&mut self, group: GroupId, index: &[Expr], span: Span) -> Option<Vec<Addressed>> {
        let DeviceGroup { name, finite, first } = self.model.groups[group.0].clone();
        let [key] = index else {
            let labels: Vec<String> = (0..finite.size(&self.model)).map(|k| finite.label(&self.model, k)).collect();
            let message = format!("`{name}` has 1 key: a {}", finite.name(&self.model));
            let finding =
                Finding::error("wrong-keys", message, span, format!("{} given here", counted(index.len(), "key")));
            self.report(finding.help(format!("write `{name}[…]` with one of {}", labels.join(", "))));
            return None;
        };
        let key = self.expr_as(key, &finite.member_type());
        if key.ty == Type::Unknown {
            return None;
        }
        if let Some(k) = member_index(&key) {
            return Some(vec![Addressed { device: DeviceId(first.0 + k as usize), when: None }]);
        }
        let each = (0..finite.size(&self.model)).map(|k| {
            let member =
                Texpr { term: finite.member(k), ty: finite.member_type(), range: Interval::ALL, span: key.span };
            let is = Term::Is(Box::new(key.clone()), Box::new(member));
            Addressed { device: DeviceId(first.0 + k as usize), when: Some(Texpr::bool(is, key.span)) }
        });
        Some(each.collect())
    }

    /// What `part` gives of the device that a place names: a choice by its key.
    pub(crate) fn chosen(&mut self, devices: Vec<Addressed>, part: &Name, span: Span) -> Texpr {
        let mut chosen: Option<Texpr> = None;
        // The last stands for what is left: a key is always one of its members.
        for Addressed { device, when } in devices.into_iter().rev() {
            let one = self.device_part(device, part, span);
            if one.ty == Type::Unknown {
                return one;
            }
            chosen = Some(match (chosen, when) {
                (Some(others), Some(when)) => {
                    let (ty, range) = (one.ty.clone(), one.range.union(others.range));
                    let term = Term::If(Box::new(when), Box::new(one), Box::new(others));
                    Texpr { term, ty, range, span }
                }
                _ => one,
            });
        }
        chosen.unwrap_or_else(|| Texpr::broken(span))
    }
}
