//! What devices are told to do: verbs with their targets, amounts and arguments.

use crate::Checker;
use crate::devices::Addressed;
use crate::model::*;
use crate::names::{Symbol, lacks, named_class, unknown};
use crate::term::{Term, Texpr};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Place, VerbClause};

impl<'a> Checker<'a> {
    /// A verb with its target, for each device that this may be.
    pub(crate) fn deed(&mut self, verb: &'a VerbClause, held: bool, span: Span) -> Option<Action> {
        let (devices, stimuli) = match self.symbol(&verb.target.base.text) {
            Some(Symbol::Stimulus(stimulus)) => {
                let device = self.model.stimuli[stimulus.0].device;
                if let Some(index) = verb.target.index.first() {
                    let name = &verb.target.base.text;
                    let message = format!("`{name}` has no keys");
                    let finding = Finding::error("wrong-keys", message, index.span, "a key given here");
                    self.report(finding.help(format!("write `{name}`")));
                    return None;
                }
                (vec![Addressed { device, when: None }], vec![Some(stimulus)])
            }
            Some(Symbol::Stimuli(group)) => {
                self.stimuli_at(group, &verb.target)?.into_iter().map(|(at, stimulus)| (at, Some(stimulus))).unzip()
            }
            Some(Symbol::Device(_) | Symbol::Devices(_)) => {
                let devices = self.devices_at(&verb.target.base, &verb.target.index, verb.target.span)?;
                let none = vec![None; devices.len()];
                (devices, none)
            }
            Some(Symbol::Broken) => return None,
            _ => {
                self.no_such_target(verb);
                return None;
            }
        };
        let deed = self.deed_of(verb, devices.first()?.device, *stimuli.first()?, held, span)?;
        let mut chosen: Option<Action> = None;
        for (Addressed { device, when }, stimulus) in devices.into_iter().zip(stimuli).rev() {
            let action = Action::Do(Deed { device, stimulus, ..deed.clone() });
            chosen = Some(match when {
                Some(condition) => {
                    Action::If { condition, then: vec![action], otherwise: chosen.into_iter().collect() }
                }
                None => action,
            });
        }
        chosen
    }

    /// A verb with its arguments, done by one device.
    fn deed_of(
        &mut self,
        verb: &'a VerbClause,
        device: DeviceId,
        stimulus: Option<StimulusId>,
        held: bool,
        span: Span,
    ) -> Option<Deed> {
        let class = self.model.class(device).clone();
        let k = self.verb_of(&class, verb)?;
        let definition = &class.verbs[k];
        self.check_lasting(definition, held, span);
        self.check_presented(definition, stimulus, &verb.target);
        let parameters = match stimulus {
            Some(stimulus) => self.shown_parameters(stimulus),
            None => definition.parameters.clone(),
        };
        let mut arguments = Vec::new();
        let mut rest = parameters.as_slice();
        if let Some(amount) = &verb.amount {
            let Some((first, others)) = rest.split_first().filter(|_| stimulus.is_none()) else {
                let message = format!("`{}` takes no amount", definition.name);
                let finding = Finding::error("wrong-arguments", message, amount.span, "an amount");
                let help = format!("write `{} {}`", definition.name, self.sources.text(verb.target.span));
                self.report(finding.also(definition.span, "declared here").help(help));
                return None;
            };
            arguments.push((first.name.clone(), self.expr_as(amount, &Type::Real(first.dimension))));
            rest = others;
        }
        // A picture may be shown again with some of its parameters; a verb needs all of its own.
        if let ([amount], None, []) = (rest, &verb.amount, verb.arguments.as_slice())
            && stimulus.is_none()
        {
            let target = self.sources.text(verb.target.span).to_string();
            let unit = self.model.unit(amount.dimension).map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
            let message = format!("`{}` says how much: its {} is not given", definition.name, amount.name);
            let finding = Finding::error("missing-argument", message, span, "lacks an amount");
            self.report(finding.help(format!("write `{} …{unit} to {target}`", definition.name)));
            return None;
        }
        arguments.extend(self.named_arguments(&verb.arguments, rest, span, stimulus.is_none())?);
        self.check_amount(definition, &arguments);
        let duration = verb.duration.as_ref().map(|duration| self.duration(duration));
        if let Some(duration) = duration.as_ref().filter(|_| !held) {
            let message = "`for` says how long something is held";
            let finding = Finding::error("cannot-hold", message, duration.span, "nothing is held here");
            self.report(finding.help(format!("write `hold {}`", self.sources.text(span))));
        }
        Some(Deed { device, verb: k, stimulus, arguments, held, duration, span })
    }

    /// The verb of a class, or of a part of it, that a clause names.
    fn verb_of(&mut self, class: &DeviceClass, verb: &VerbClause) -> Option<usize> {
        let part = verb.target.members.first();
        let text = part.map(|part| part.text.as_str());
        // A stimulus says itself which part of its device presents it.
        let presents = matches!(self.symbol(&verb.target.base.text), Some(Symbol::Stimulus(_)));
        let fits = |known: &VerbDef| {
            known.name == verb.verb.text
                && (known.part.as_deref() == text || presents && known.stimulus && text.is_none())
        };
        if let Some(k) = class.verbs.iter().position(fits) {
            return Some(k);
        }
        let owner = named_class(&class.name);
        let parts: Vec<&str> = class.verbs.iter().filter_map(|known| known.part.as_deref()).collect();
        let elsewhere = class.verbs.iter().find(|known| known.name == verb.verb.text);
        let target = self.sources.text(verb.target.span);
        let base = text.map_or(target, |part| target.trim_end_matches(part).trim_end_matches('.'));
        let finding = match (part, elsewhere) {
            (_, Some(VerbDef { part: Some(other), name, .. })) if text != Some(other.as_str()) => {
                let message = format!("{owner} has the action `{name}` for its `{other}`");
                let finding = Finding::error("unknown-verb", message, verb.target.span, "not this part");
                finding.help(format!("write `{name} {base}.{other}`"))
            }
            (Some(part), _) if !parts.contains(&part.text.as_str()) => {
                lacks("no-such-part", &owner, "part", (&part.text, part.span), parts.into_iter())
            }
            _ => {
                let here = class.verbs.iter().filter(|known| known.part.as_deref() == text);
                let known = here.map(|known| known.name.as_str());
                lacks("unknown-verb", &owner, "action", (&verb.verb.text, verb.verb.span), known)
            }
        };
        self.report(finding.also(class.span, "its class"));
        None
    }

    fn no_such_target(&mut self, verb: &VerbClause) {
        let target = &verb.target.base;
        let devices = self.model.devices.iter().map(|device| device.name.clone());
        let known: Vec<String> =
            devices.chain(self.model.stimuli.iter().map(|stimulus| stimulus.name.clone())).collect();
        let words = known.iter().map(String::as_str);
        let finding = unknown("unknown-device", "device or stimulus", &target.text, target.span, words);
        let is_verb =
            self.model.classes.iter().flat_map(|class| &class.verbs).any(|known| known.name == verb.verb.text);
        let help = match (&finding.help, self.symbol(&target.text)) {
            // `wait 3 s` and the like: the verb is wrong, too.
            (None, None) if !is_verb => {
                Some("actions are `NAME := VALUE`, `if`, `for` and what devices do".to_string())
            }
            (_, Some(Symbol::Value(_))) => {
                Some(format!("`{}` is a value; a device or stimulus is needed", target.text))
            }
            (None, None) => {
                Some("devices stand in `rig { … }`, and `stimulus NAME on DEVICE = …` declares a stimulus".into())
            }
            _ => None,
        };
        self.report(finding.help_maybe(help));
    }

    fn check_lasting(&mut self, verb: &VerbDef, held: bool, span: Span) {
        if verb.lasting == Lasting::Held && !held {
            self.report(
                Finding::error(
                    "may-not-latch",
                    format!("`{}` must not stay on by itself", verb.name),
                    span,
                    "nothing ends it",
                )
                .also(verb.span, "its class says `held`")
                .help(format!("write `hold {}`: it ends with the state", self.sources.text(span))),
            );
        }
        if held && matches!(verb.lasting, Lasting::Instant | Lasting::Timed) {
            self.report(
                Finding::error("cannot-hold", format!("`{}` ends by itself", verb.name), span, "held here")
                    .also(verb.span, format!("its class says `{}`", verb.lasting.word()))
                    .help("remove `hold`"),
            );
        }
    }

    fn check_presented(&mut self, verb: &VerbDef, stimulus: Option<StimulusId>, target: &Place) {
        let finding = match (verb.stimulus, stimulus) {
            (true, None) => {
                let stimuli: Vec<String> = self.model.stimuli.iter().map(|s| format!("`{}`", s.name)).collect();
                let help = if stimuli.is_empty() {
                    "declare one: `stimulus NAME on DEVICE = …`".to_string()
                } else {
                    format!("write `{} NAME` with one of {}", verb.name, stimuli.join(", "))
                };
                let message = format!("`{}` needs a stimulus", verb.name);
                Finding::error("unknown-target", message, target.span, "a device").help(help)
            }
            (false, Some(stimulus)) => {
                let device = &self.model.devices[self.model.stimuli[stimulus.0].device.0].name;
                let message = format!("`{}` needs a device", verb.name);
                let finding = Finding::error("unknown-target", message, target.span, "a stimulus");
                finding.help(format!("write `{} {device}`", verb.name))
            }
            _ => return,
        };
        self.report(finding.also(verb.span, "declared here"));
    }

    fn check_amount(&mut self, verb: &VerbDef, arguments: &[(String, Texpr)]) {
        let Some((name, amount)) = arguments.first().filter(|_| verb.adds.is_some()) else { return };
        if amount.ty != Type::Unknown && amount.range.low < 0.0 {
            let lies = self.lies(amount);
            let text = self.sources.text(amount.span);
            let help = match (amount.constant(), &amount.term) {
                (Some(_), _) => format!("write `{}`", text.trim_start_matches('-').trim()),
                (None, Term::Value { .. }) => format!("declare `{text}` with a range that begins at 0 or above"),
                _ => format!(
                    "write `max({text}, 0 {})`",
                    self.model
                        .unit(amount.ty.dimension(&self.model).unwrap_or_default())
                        .map_or("uL".into(), |unit| unit.symbol)
                ),
            };
            self.report(
                Finding::error(
                    "negative-amount",
                    format!("the {name} that a device gives is never negative"),
                    amount.span,
                    lies,
                )
                .help(help),
            );
        }
    }
}
