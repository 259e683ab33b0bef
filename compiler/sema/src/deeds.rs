//! What devices are told to do: verbs with their targets, amounts and arguments.

use crate::Checker;
use crate::model::*;
use crate::names::{Symbol, lacks, named_class, unknown};
use crate::term::{Term, Texpr};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Place, VerbClause};

impl<'a> Checker<'a> {
    /// A verb with its target.
    pub(crate) fn deed(&mut self, verb: &'a VerbClause, held: bool, span: Span) -> Option<Deed> {
        if let Some(duration) = &verb.duration {
            self.not_yet("`hold … for`", duration.span);
        }
        let (device, stimulus) = match self.symbol(&verb.target.base.text) {
            Some(Symbol::Stimulus(stimulus)) => (self.model.stimuli[stimulus.0].device, Some(stimulus)),
            Some(Symbol::Device(device)) => (device, None),
            Some(Symbol::Broken) => return None,
            _ => {
                self.no_such_target(verb);
                return None;
            }
        };
        if let Some(index) = verb.target.index.first() {
            let message = format!("`{}` has no keys", verb.target.base.text);
            let finding = Finding::error("wrong-keys", message, index.span, "a key given here");
            self.report(finding.help(format!("write `{}`", verb.target.base.text)));
            return None;
        }
        if let Some(part) = verb.target.members.first() {
            self.not_yet("parts of devices", part.span);
            return None;
        }
        let class = self.model.class(device).clone();
        let Some(k) = class.verbs.iter().position(|known| known.name == verb.verb.text) else {
            let known = class.verbs.iter().map(|known| known.name.as_str());
            let word = (verb.verb.text.as_str(), verb.verb.span);
            let finding = lacks("unknown-verb", &named_class(&class.name), "action", word, known);
            self.report(finding.also(class.span, "its class"));
            return None;
        };
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
        Some(Deed { device, verb: k, stimulus, arguments, held, span })
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
