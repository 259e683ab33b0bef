//! What stands after a dot: parts of clocks, devices, curricula and states.

use crate::model::{ChannelKind, Clock, CurriculumId, DeviceId, StateId};
use crate::names::{lacks, named_class};
use crate::term::{Stamp, Term, Texpr, Tick};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::Name;
use trialect_units::Dimension;

impl Checker<'_> {
    pub(super) fn clock_part(&mut self, clock: &str, member: &Name, span: Span) -> Texpr {
        let parts: &[(&str, Tick, Type)] = match clock {
            "trial" => &[("index", Tick::TrialIndex, Type::Int), ("first", Tick::TrialFirst, Type::Bool)],
            _ => &[
                ("index", Tick::SessionIndex, Type::Int),
                ("elapsed", Tick::SessionElapsed, Type::Real(Dimension::TIME)),
            ],
        };
        let Some((_, tick, ty)) = parts.iter().find(|(name, _, _)| *name == member.text) else {
            let known = parts.iter().map(|(name, _, _)| *name);
            self.report(lacks("no-such-part", &format!("`{clock}`"), "part", (&member.text, member.span), known));
            return Texpr::broken(span);
        };
        let range = match tick {
            Tick::TrialIndex | Tick::SessionIndex => Interval::new(1.0, f64::INFINITY),
            _ => Interval::POSITIVE,
        };
        Texpr { term: Term::Tick(*tick), ty: ty.clone(), range, span }
    }

    pub(crate) fn device_part(&mut self, device: DeviceId, member: &Name, span: Span) -> Texpr {
        // A machine of the session reads what devices report at any time.
        let is_total = self.model.class(device).totals.iter().any(|total| total.name == member.text);
        if (is_total || !self.in_state) && !self.reads_trial(span) {
            return Texpr::broken(span);
        }
        let class = self.model.class(device);
        let channel = class.channels.iter().position(|channel| channel.name == member.text);
        if let Some(k) = channel {
            let channel = &class.channels[k];
            let read = Term::Reading(device, k as u32);
            match channel.kind {
                ChannelKind::Counter => {
                    return Texpr { term: read, ty: Type::Real(channel.dimension), range: Interval::ALL, span };
                }
                ChannelKind::Flag => return Texpr::bool(read, span),
                ChannelKind::Event => {}
            }
            self.report(
                Finding::error(
                    "not-a-value",
                    format!("`{}` is an event, not a value", member.text),
                    span,
                    "used as a value",
                )
                .help(format!("wait for it: `on {}.{} -> …`", self.model.devices[device.0].name, member.text)),
            );
            return Texpr::broken(span);
        }
        if let Some(k) = class.totals.iter().position(|total| total.name == member.text) {
            let ty = Type::Real(class.totals[k].dimension);
            return Texpr { term: Term::Total(device, k as u32), ty, range: Interval::POSITIVE, span };
        }
        let class = class.clone();
        let known = class.channels.iter().map(|c| c.name.as_str()).chain(class.totals.iter().map(|t| t.name.as_str()));
        let finding = lacks("no-such-part", &named_class(&class.name), "part", (&member.text, member.span), known);
        self.report(finding.also(class.span, "its class"));
        Texpr::broken(span)
    }

    pub(super) fn curriculum_part(&mut self, id: CurriculumId, member: &Name, span: Span) -> Texpr {
        let tick = match member.text.as_str() {
            "trials" => Some(Tick::StageTrials(id)),
            "sessions" => Some(Tick::StageSessions(id)),
            _ => None,
        };
        if let Some(tick) = tick {
            return Texpr { term: Term::Tick(tick), ty: Type::Int, range: Interval::POSITIVE, span };
        }
        if let Some(value) = self.keyed_value_of(id, &member.text) {
            return self.value(value, Vec::new(), false, span);
        }
        let values = &self.model.curricula[id.0].values;
        match values.iter().position(|(name, _, _)| *name == member.text) {
            Some(k) => {
                let (_, ty, range) = values[k].clone();
                Texpr { term: Term::StageValue(id, k as u32), ty, range, span }
            }
            None => {
                let mut known: Vec<String> = values.iter().map(|(name, _, _)| name.clone()).collect();
                known.extend(self.keyed_names(id).into_iter().map(|(name, _)| name));
                let known = known.iter().map(String::as_str).chain(["trials", "sessions"]);
                let owner = format!("a stage of `{}`", self.model.curricula[id.0].name);
                self.report(lacks("no-such-part", &owner, "value", (&member.text, member.span), known));
                Texpr::broken(span)
            }
        }
    }

    pub(super) fn stamp(&mut self, state: StateId, member: &Name, span: Span) -> Texpr {
        let of_session = self.model.clock_of(&self.model.states[state.0]) == Clock::Session;
        let known = of_session && self.scope.reads >= Clock::Session;
        if !known && !self.reads_trial(span) {
            return Texpr::broken(span);
        }
        let stamp = match member.text.as_str() {
            "entry" => Stamp::Entry,
            "exit" => Stamp::Exit,
            "visits" => Stamp::Visits,
            "time" => Stamp::Time,
            _ => {
                let known = ["entry", "exit", "visits", "time"].into_iter();
                self.report(lacks("no-such-part", "a state", "stamp", (&member.text, member.span), known));
                return Texpr::broken(span);
            }
        };
        let term = Term::Stamp(state, stamp);
        let ty = match stamp {
            Stamp::Visits => Type::Int,
            Stamp::Time => Type::Real(Dimension::TIME),
            Stamp::Entry | Stamp::Exit if self.machine.is_none() && self.model.states[state.0].always_visited => {
                Type::Instant
            }
            Stamp::Entry | Stamp::Exit => Type::Instant.optional(),
        };
        self.narrow(Texpr { term, ty, range: Interval::POSITIVE, span })
    }
}
