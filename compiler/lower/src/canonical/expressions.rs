//! Expressions.

use super::Writer;
use serde_json::{Value as Json, json};
use trialect_sema::{Binder, Finite, Fold, Term, Texpr, Tick, ValueId};
use trialect_units::Dimension;

impl Writer<'_> {
    pub(super) fn bind(&mut self, binder: Binder) -> String {
        let next = self.binders.len();
        let k = *self.binders.entry(binder).or_insert(next);
        format!("%{k}")
    }

    pub(super) fn list(&mut self, list: &[Texpr]) -> Json {
        Json::Array(list.iter().map(|typed| self.expr(typed)).collect())
    }

    pub(super) fn maybe(&mut self, typed: Option<&Texpr>) -> Json {
        typed.map_or(Json::Null, |typed| self.expr(typed))
    }

    pub(super) fn expr(&mut self, typed: &Texpr) -> Json {
        let model = self.model;
        match &typed.term {
            Term::Broken => Json::Null,
            Term::Number(value) => self.quantity(*value, typed.ty.dimension(model).unwrap_or(Dimension::NONE)),
            Term::Bool(value) => json!(value),
            Term::None => json!("none"),
            Term::Member(id, k) => {
                let finite = self.finite(Finite::Enum(*id));
                json!({ "member": model.enums[id.0].members[*k as usize].name, "of": finite })
            }
            Term::Level(id, k) => {
                let level = self.quantity(model.levels[id.0].values[*k as usize], model.levels[id.0].dimension);
                json!({ "level": level, "of": self.finite(Finite::Levels(*id)) })
            }
            Term::IntMember(id, k) => {
                json!({ "int": (model.ints[id.0].low + i64::from(*k)).to_string(), "of": self.finite(Finite::Int(*id)) })
            }
            Term::Set(members) => {
                let mut members: Vec<Json> = members.iter().map(|member| self.expr(member)).collect();
                members.sort_by_key(ToString::to_string);
                json!({ "set": members })
            }
            Term::Everything(finite) => json!({ "all of": self.finite(*finite) }),
            Term::Value { value, keys, last } => self.reference(*value, keys, *last),
            Term::Local(binder) => json!(self.bind(*binder)),
            Term::Outcome { last } => {
                self.uses("trial.outcome");
                json!({ "outcome": if *last { "last" } else { "now" } })
            }
            Term::LastExists => json!("exists last"),
            Term::Stamp(state, stamp) => {
                json!({ "stamp": format!("{stamp:?}").to_lowercase(), "state": model.states[state.0].name })
            }
            Term::Tick(tick) => self.tick(*tick),
            Term::Stage(id) => {
                let path = model.curricula[id.0].path.clone();
                self.uses(&path);
                json!({ "stage of": path })
            }
            Term::StageValue(id, k) => {
                let path = model.curricula[id.0].path.clone();
                self.uses(&path);
                json!({ "stage value": model.curricula[id.0].values[*k as usize].0, "of": path })
            }
            Term::Reading(device, channel) => json!({ "reading": self.channel(*device, *channel) }),
            Term::Total(device, total) => {
                let path = format!("rig.{}", model.devices[device.0].name);
                self.uses(&path);
                json!({ "total": [path, model.class(*device).totals[*total as usize].name] })
            }
            Term::Apply(function, list) => json!({ "apply": function.name(), "to": self.list(list) }),
            Term::ToReal(inner) => json!({ "real": self.expr(inner) }),
            // Whether a value is known to be there does not change what it is.
            Term::Some(inner) | Term::Narrowed(inner) => self.expr(inner),
            Term::Exists(inner) => json!({ "exists": self.expr(inner) }),
            Term::Is(a, b) => json!({ "is": [self.expr(a), self.expr(b)] }),
            Term::In(a, b) => json!({ "in": [self.expr(a), self.expr(b)] }),
            Term::Default(a, b) => json!({ "default": [self.expr(a), self.expr(b)] }),
            Term::If(a, b, c) => json!({ "if": [self.expr(a), self.expr(b), self.expr(c)] }),
            Term::Over { function, variables, body } => self.over(*function, variables, body),
        }
    }

    pub(super) fn reference(&mut self, value: ValueId, keys: &[Texpr], last: bool) -> Json {
        let path = self.model.values[value.0].path.clone();
        // The trial before is history: its value is recorded, however it was made.
        if !last {
            self.uses(&path);
        }
        let mut body = json!({ if last { "last" } else { "value" }: path });
        if !keys.is_empty() {
            body["keys"] = self.list(keys);
        }
        body
    }

    pub(super) fn tick(&mut self, tick: Tick) -> Json {
        let curriculum = |id: trialect_sema::CurriculumId| Some(self.model.curricula[id.0].path.clone());
        let block = |id: trialect_sema::BlockId| Some(self.model.blocks[id.0].path.clone());
        let (name, of) = match tick {
            Tick::TrialIndex => ("trial.index", None),
            Tick::TrialFirst => ("trial.first", None),
            Tick::SessionIndex => ("session.index", None),
            Tick::SessionElapsed => ("session.elapsed", None),
            Tick::StageTrials(id) => ("trials", curriculum(id)),
            Tick::StageSessions(id) => ("sessions", curriculum(id)),
            Tick::BlockIndex(id) => ("index", block(id)),
            Tick::BlockTrials(id) => ("trials", block(id)),
            Tick::BlockFirst(id) => ("first", block(id)),
        };
        match of {
            Some(path) => {
                self.uses(&path);
                json!({ "clock": name, "of": path })
            }
            None => json!({ "clock": name }),
        }
    }

    pub(super) fn over(&mut self, function: Fold, variables: &[(Binder, Finite, Option<Texpr>)], body: &Texpr) -> Json {
        let variables: Vec<Json> = variables
            .iter()
            .map(|(binder, finite, set)| {
                let set = self.maybe(set.as_ref());
                json!([self.bind(*binder), self.finite(*finite), set])
            })
            .collect();
        json!({ "over": format!("{function:?}").to_lowercase(), "variables": variables, "body": self.expr(body) })
    }
}
