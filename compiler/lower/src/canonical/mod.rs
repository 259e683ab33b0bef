//! The canonical form: each definition as JSON without layout, spelling or description.

mod covariates;
mod expressions;
mod machine;
mod rig;
mod rules;

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::Definition;
use trialect_sema::{
    Action, Binder, Family, Finite, Handler, Limit, Model, Moment, StatFunction, Term, Texpr, Transition, Type, Value,
    ValueId, ValueKind, Variable,
};
use trialect_units::{Decimal, Dimension, Unit};

/// All definitions that decide what the protocol does, sorted by path.
pub(crate) fn definitions(model: &Model) -> Vec<Definition> {
    let mut all = Writer::everything(model);
    let known: BTreeMap<String, usize> =
        all.iter().enumerate().map(|(k, definition)| (definition.path.clone(), k)).collect();
    // The protocol's own definitions and what they use; a library's other definitions do not matter.
    // Its covariates do: they are those of every protocol that uses it.
    let spliced: BTreeSet<&str> =
        model.values.iter().filter(|value| value.covariate.is_some()).map(|value| value.path.as_str()).collect();
    let declared = |path: &str| path.starts_with("std.") && !path.contains(' ') || model.of_libraries.contains(path);
    let library = |path: &str| declared(path) && !spliced.contains(path);
    let mut open: Vec<usize> = (0..all.len()).filter(|&k| !library(&all[k].path)).collect();
    let mut kept = BTreeSet::new();
    while let Some(k) = open.pop() {
        if kept.insert(k) {
            open.extend(all[k].uses.iter().filter_map(|path| known.get(path).copied()));
        }
    }
    let mut k = 0;
    all.retain(|_| {
        k += 1;
        kept.contains(&(k - 1))
    });
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// Values that an expression of a value reads at the same tick.
pub(crate) fn reads_now(kind: &ValueKind) -> Vec<ValueId> {
    let mut reads = Vec::new();
    for typed in expressions(kind) {
        typed.visit(&mut |inner| {
            if let Term::Value { value, last: false, .. } = inner.term {
                reads.push(value);
            }
        });
    }
    reads
}

fn expressions(kind: &ValueKind) -> Vec<&Texpr> {
    match kind {
        ValueKind::Definition(body) => vec![body],
        ValueKind::Table(rows) => rows.iter().collect(),
        ValueKind::Draw(family) => family.parameters(),
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => variable.initial.iter().collect(),
        ValueKind::Pending | ValueKind::Statistic(_) | ValueKind::Covariate(_) | ValueKind::Fit(_) => Vec::new(),
    }
}

/// `subject.on session.end sets gain, reward`: one handler of an event sets each variable, so that this names it.
pub(crate) fn handler_path(model: &Model, handler: &Handler) -> String {
    let moment = match handler.moment {
        Moment::TrialEnd => "trial.end",
        Moment::SessionEnd => "session.end",
    };
    let names: BTreeSet<&str> =
        written(&handler.actions).into_iter().map(|id| model.values[id.0].name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    format!("{}.on {moment} sets {}", handler.clock.word(), names.join(", "))
}

/// Paths of the handlers, and of the stages with transitions, that set a variable, sorted.
pub(crate) fn setters(model: &Model, id: ValueId) -> Vec<String> {
    let sets = model.handlers.iter().filter(|handler| written(&handler.actions).contains(&id));
    let mut paths: BTreeSet<String> = sets.map(|handler| handler_path(model, handler)).collect();
    for curriculum in &model.curricula {
        let set = |way: &Transition| written(&way.actions).contains(&id);
        let stages = curriculum.stages.iter().filter(|stage| stage.transitions.iter().any(set));
        paths.extend(stages.map(|stage| format!("{}.{}", curriculum.path, stage.name)));
    }
    paths.into_iter().collect()
}

/// `session.limit spout`
pub(crate) fn limit_path(limit: &Limit) -> String {
    let what = if limit.total.is_some() { "" } else { " in time" };
    format!("session.limit {}{what} each {}", limit.name, limit.each.word())
}

fn written(actions: &[Action]) -> Vec<ValueId> {
    let mut list = Vec::new();
    for action in actions {
        match action {
            Action::Set { value, .. } => list.push(*value),
            Action::If { then, otherwise, .. } => {
                list.extend(written(then));
                list.extend(written(otherwise));
            }
            _ => {}
        }
    }
    list
}

/// Writes one definition after the other.
struct Writer<'a> {
    model: &'a Model,
    uses: BTreeSet<String>,
    binders: BTreeMap<Binder, usize>,
    done: Vec<Definition>,
}

impl<'a> Writer<'a> {
    fn everything(model: &'a Model) -> Vec<Definition> {
        let mut writer = Writer { model, uses: BTreeSet::new(), binders: BTreeMap::new(), done: Vec::new() };
        writer.types();
        writer.rig();
        for value in &model.values {
            writer.value(value);
        }
        for deck in &model.decks {
            let of = writer.finite(deck.finite);
            writer.define(deck.path.clone(), json!({ "is": "deck", "of": of, "counts": deck.counts }));
        }
        for block in &model.blocks {
            let body = json!({ "is": "block", "ends": writer.maybe(block.ends.as_ref()) });
            writer.define(block.path.clone(), body);
        }
        writer.curricula();
        writer.states();
        writer.besides();
        writer.rules();
        writer.done
    }

    fn define(&mut self, path: String, body: Json) {
        let uses = std::mem::take(&mut self.uses).into_iter().filter(|used| *used != path).collect();
        self.binders.clear();
        self.done.push(Definition { path, body, uses });
    }

    fn uses(&mut self, path: &str) {
        self.uses.insert(path.to_string());
    }

    fn quantity(&self, value: Decimal, dimension: Dimension) -> Json {
        if dimension.is_none() {
            return json!({ "n": value.to_string() });
        }
        json!({ "q": value.to_string(), "u": Unit::coherent(dimension).ucum })
    }

    fn types(&mut self) {
        let model = self.model;
        for kind in &model.quantities {
            self.define(kind.path.clone(), json!({ "is": "quantity", "unit": kind.unit.ucum }));
        }
        for (k, one) in model.enums.iter().enumerate() {
            let members: Vec<&str> = one.members.iter().map(|member| member.name.as_str()).collect();
            if model.curricula.iter().all(|curriculum| curriculum.stage_type.0 != k) {
                self.define(one.path.clone(), json!({ "is": "enum", "members": members }));
            }
        }
        for one in &model.levels {
            let values: Vec<Json> = one.values.iter().map(|value| self.quantity(*value, one.dimension)).collect();
            self.quantity_kind(one.dimension);
            self.define(one.path.clone(), json!({ "is": "levels", "values": values }));
        }
        for one in &model.ints {
            self.define(
                one.path.clone(),
                json!({ "is": "int", "low": one.low.to_string(), "high": one.high.to_string() }),
            );
        }
    }

    /// The unit in which a dimension is recorded is part of what a value means.
    fn quantity_kind(&mut self, dimension: Dimension) {
        if !dimension.is_none()
            && let Some(kind) = self.model.quantities.iter().find(|kind| kind.unit.dimension == dimension)
        {
            self.uses(&kind.path);
        }
    }

    fn ty(&mut self, ty: &Type) -> Json {
        let model = self.model;
        match ty {
            Type::Option(inner) => json!({ "optional": self.ty(inner) }),
            Type::Set(finite) => json!({ "set": self.finite(*finite) }),
            Type::Bool => json!("Bool"),
            Type::Int => json!("Int"),
            Type::Instant => json!("Instant"),
            Type::Text => json!("Text"),
            Type::Times => json!("Times"),
            Type::Real(dimension) => {
                self.quantity_kind(*dimension);
                json!({ "real": Unit::coherent(*dimension).ucum })
            }
            Type::Enum(_) | Type::Levels(_) | Type::IntType(_) => {
                let finite = ty.finite();
                finite.map_or(Json::Null, |finite| self.finite(finite))
            }
            Type::Unknown | Type::None => {
                let _ = model;
                Json::Null
            }
        }
    }

    fn finite(&mut self, finite: Finite) -> Json {
        let path = match finite {
            Finite::Bool => "Bool".to_string(),
            Finite::Enum(id) => self.model.enums[id.0].path.clone(),
            Finite::Levels(id) => self.model.levels[id.0].path.clone(),
            Finite::Int(id) => self.model.ints[id.0].path.clone(),
        };
        self.uses(&path);
        json!(path)
    }

    fn value(&mut self, value: &Value) {
        let keys: Vec<Json> = value
            .keys
            .iter()
            .map(|(binder, finite)| {
                self.bind(*binder);
                self.finite(*finite)
            })
            .collect();
        let ty = self.ty(&value.ty);
        let body = match &value.kind {
            ValueKind::Pending => return,
            ValueKind::Definition(body) => match &value.covariate {
                Some(facts) => self.computed_covariate(facts, body, &value.ty),
                None => json!({ "is": "definition", "value": self.expr(body) }),
            },
            ValueKind::Table(rows) => json!({ "is": "table", "rows": self.list(rows) }),
            ValueKind::Variable(variable) => self.variable("variable", variable, &value.ty),
            ValueKind::Parameter(variable) => self.variable("parameter", variable, &value.ty),
            ValueKind::Covariate(variable) => self.asked_covariate(variable, value.covariate.as_deref(), &value.ty),
            ValueKind::Draw(family) => self.family(family),
            ValueKind::Fit(fit) => {
                let path = self.model.values[fit.table.0].path.clone();
                self.uses(&path);
                json!({ "is": "fit", "table": path, "key": self.list(&fit.keys), "part": fit.part.word() })
            }
            ValueKind::Statistic(statistic) => {
                let function = match statistic.function {
                    StatFunction::Mean => "mean",
                    StatFunction::Count => "count",
                    StatFunction::Sum => "sum",
                    StatFunction::Median => "median",
                    StatFunction::Min => "min",
                    StatFunction::Max => "max",
                };
                let mut body = json!({
                    "is": "statistic", "function": function, "sample": self.expr(&statistic.sample), "key": self.list(&statistic.key),
                    "where": self.maybe(statistic.filter.as_ref()), "window": statistic.window.map(|n| n.to_string()),
                    "at_least": statistic.at_least.to_string(), "else": self.maybe(statistic.otherwise.as_ref()),
                });
                if statistic.of_sessions {
                    body["of"] = json!("sessions");
                }
                body
            }
        };
        let body = json!({ "clock": value.clock.word(), "keys": keys, "type": ty, "body": body });
        self.define(value.path.clone(), body);
    }

    fn variable(&mut self, is: &str, variable: &Variable, ty: &Type) -> Json {
        let dimension = ty.dimension(self.model).unwrap_or(Dimension::NONE);
        let within =
            variable.within.map(|(low, high)| json!([self.quantity(low, dimension), self.quantity(high, dimension)]));
        let by = variable.by.map(|by| self.quantity(by, dimension));
        json!({ "is": is, "initial": self.maybe(variable.initial.as_ref()), "within": within, "by": by })
    }

    fn family(&mut self, family: &Family) -> Json {
        match family {
            Family::Pick(set, weights) => {
                let weights = weights.as_ref().map(|weights| self.list(weights));
                json!({ "is": "draw", "pick": self.expr(set), "weights": weights })
            }
            Family::Whole(a, b) => json!({ "is": "draw", "whole": [self.expr(a), self.expr(b)] }),
            Family::Deal(deck) => {
                let path = self.model.decks[deck.0].path.clone();
                self.uses(&path);
                json!({ "is": "draw", "deal": path })
            }
            Family::Chance(p) => json!({ "is": "draw", "chance": self.expr(p) }),
            Family::Uniform(a, b) => json!({ "is": "draw", "uniform": [self.expr(a), self.expr(b)] }),
            Family::Normal(a, b, c, d) => {
                json!({ "is": "draw", "normal": [self.expr(a), self.expr(b), self.expr(c), self.expr(d)] })
            }
            Family::Poisson(a, b, c, most) => {
                let parameters = [self.expr(a), self.expr(b), self.expr(c)];
                json!({ "is": "draw", "poisson": parameters, "most": most.to_string() })
            }
            Family::Exponential(a, b, c) => {
                json!({ "is": "draw", "exponential": [self.expr(a), self.expr(b), self.expr(c)] })
            }
        }
    }
}
