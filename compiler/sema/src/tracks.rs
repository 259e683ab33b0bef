//! `track`: parameters of stimuli that follow a reading.

use crate::Checker;
use crate::expressions::LinearIn;
use crate::model::*;
use crate::names::{Symbol, nearest, unknown};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause as Written, ClauseKind, Expr, Place};

impl<'a> Checker<'a> {
    pub(crate) fn find_tracks(&mut self, body: &'a [Written]) {
        for clause in body {
            match &clause.kind {
                ClauseKind::Track { place, value } => match self.track(place, value, clause.span) {
                    Some(Action::Track { stimulus, parameter, affine, .. }) => {
                        self.scope.tracks.push((stimulus, parameter, affine));
                    }
                    // Its own finding is enough.
                    _ => {
                        if let Some(Symbol::Stimulus(stimulus)) = self.symbol(&place.base.text) {
                            self.broken_tracks.push(stimulus);
                        }
                    }
                },
                ClauseKind::For { variable, over, body } => {
                    self.unrolled(variable, over, |checker, _| checker.find_tracks(body));
                }
                _ => {}
            }
        }
    }

    /// A parameter of a stimulus follows one expression at a time.
    pub(crate) fn tracked_once(&mut self, stimulus: StimulusId, parameter: usize, span: Span, entry: &[Action]) {
        let first = entry.iter().find_map(|action| match action {
            Action::Track { stimulus: other, parameter: place, span, .. }
                if (*other, *place) == (stimulus, parameter) =>
            {
                Some(*span)
            }
            _ => None,
        });
        if let Some(first) = first {
            let finding =
                Finding::error("given-twice", "a parameter follows one expression in a state", span, "again here");
            self.report(finding.also(first, "first tracked here").help("keep one of them"));
        }
    }

    /// A reading of the rig, for examples.
    pub(crate) fn a_counter(&self) -> Option<String> {
        let counters = self.model.devices.iter().enumerate().flat_map(|(k, device)| {
            let channels = self.model.class(DeviceId(k)).channels.iter();
            channels.filter(|c| c.kind == ChannelKind::Counter).map(|c| format!("{}.{}", device.name, c.name))
        });
        counters.into_iter().next()
    }

    /// What a parameter of a stimulus follows in this state.
    pub(crate) fn tracked(&mut self, stimulus: StimulusId, parameter: &str, span: Span) -> Option<Affine> {
        let shown = self.shown_parameters(stimulus);
        let position = shown.iter().position(|known| known.name == parameter);
        let Some(k) = position else {
            self.report(unknown(
                "unknown-argument",
                "parameter of the stimulus",
                parameter,
                span,
                shown.iter().map(|p| p.name.as_str()),
            ));
            return None;
        };
        let found = self.scope.tracks.iter().find(|(other, place, _)| *other == stimulus && *place == k);
        let affine = found.map(|(_, _, affine)| affine.clone());
        if affine.is_none() && !self.broken_tracks.contains(&stimulus) {
            let name = &self.model.stimuli[stimulus.0].name;
            let message = format!("`{name}.{parameter}` does not change in this state");
            let finding = Finding::error("not-tracked", message, span, "follows nothing here");
            self.report(finding.help(format!("add `track {name}.{parameter} = …` to the state")));
        }
        affine
    }

    pub(crate) fn shown_parameters(&self, stimulus: StimulusId) -> Vec<Parameter> {
        let stimulus = &self.model.stimuli[stimulus.0];
        let class = self.model.class(stimulus.device);
        class.constructors.get(stimulus.constructor).map(|constructor| constructor.shown.clone()).unwrap_or_default()
    }

    /// `track grating.azimuth = …`
    pub(crate) fn track(&mut self, place: &Place, value: &Expr, span: Span) -> Option<Action> {
        let symbol = self.symbol(&place.base.text);
        if symbol == Some(Symbol::Broken) {
            return None;
        }
        let (Some(Symbol::Stimulus(stimulus)), [parameter]) = (symbol, place.members.as_slice()) else {
            let stimuli: Vec<&str> = self.model.stimuli.iter().map(|stimulus| stimulus.name.as_str()).collect();
            let near = nearest(&place.base.text, &stimuli).filter(|_| symbol.is_none());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write `track STIMULUS.PARAMETER = …`".to_string(),
            };
            let message = "`track` needs a parameter of a stimulus";
            self.report(Finding::error("unknown-target", message, place.span, "not such a parameter").help(help));
            return None;
        };
        let shown = self.shown_parameters(stimulus);
        let Some(k) = shown.iter().position(|known| known.name == parameter.text) else {
            let known = shown.iter().map(|parameter| parameter.name.as_str());
            let what = "parameter of the stimulus";
            self.report(unknown("unknown-argument", what, &parameter.text, parameter.span, known));
            return None;
        };
        if shown[k].train {
            let message = "a train of times is given when a stimulus is played, and follows nothing";
            let finding = Finding::error("unknown-target", message, parameter.span, "a train");
            self.report(finding.help(format!("write `play {}({}: …)`", place.base.text, parameter.text)));
            return None;
        }
        let typed = self.expr_as(value, &Type::Real(shown[k].dimension));
        if typed.ty == Type::Unknown {
            return None;
        }
        match LinearIn::of(&typed) {
            LinearIn::One(affine) => Some(Action::Track { stimulus, parameter: k, affine, span }),
            _ => {
                let message = "`track` follows a factor times one reading, plus an offset";
                let help = match self.a_counter() {
                    Some(counter) => format!("for example `start + gain * {counter}`"),
                    None => "no device of the rig has a reading".into(),
                };
                self.report(Finding::error("not-affine", message, value.span, "not of this form").help(help));
                None
            }
        }
    }
}
