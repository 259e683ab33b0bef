//! The canonical form: each definition as JSON without layout, spelling or description.

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::Definition;
use trialect_sema::{
    Action, Affine, Binder, Deed, Family, Finite, Fold, Goes, Handler, Limit, Model, Moment, StatFunction, Term, Texpr,
    Tick, Type, Value, ValueId, ValueKind, Variable, Waits,
};
use trialect_units::{Decimal, Dimension, Unit};

/// All definitions that decide what the protocol does, sorted by path.
pub(crate) fn definitions(model: &Model) -> Vec<Definition> {
    let mut all = Writer::everything(model);
    let known: BTreeMap<String, usize> =
        all.iter().enumerate().map(|(k, definition)| (definition.path.clone(), k)).collect();
    // The protocol's own definitions and what they use; a library's other definitions do not matter.
    let library = |path: &str| path.starts_with("std.") && !path.contains(' ');
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
        ValueKind::Draw(family) => match family {
            Family::Pick(set, weights) => std::iter::once(set).chain(weights.iter().flatten()).collect(),
            Family::Chance(a) => vec![a],
            Family::Uniform(a, b) => vec![a, b],
            Family::Exponential(a, b, c) => vec![a, b, c],
            Family::Normal(a, b, c, d) => vec![a, b, c, d],
        },
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => variable.initial.iter().collect(),
        ValueKind::Pending | ValueKind::Statistic(_) | ValueKind::Covariate(_) => Vec::new(),
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

/// `session.limit spout`
pub(crate) fn limit_path(model: &Model, limit: &Limit) -> String {
    format!("session.limit {} each {}", model.devices[limit.device.0].name, limit.each.word())
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
        writer.curricula();
        writer.states();
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

    fn rig(&mut self) {
        let model = self.model;
        for class in &model.classes {
            let parameters = |list: &[trialect_sema::Parameter]| {
                list.iter().map(|p| json!([p.name, Unit::coherent(p.dimension).ucum])).collect::<Vec<_>>()
            };
            let channels: Vec<Json> = class
                .channels
                .iter()
                .map(|channel| {
                    json!([channel.name, format!("{:?}", channel.kind), Unit::coherent(channel.dimension).ucum])
                })
                .collect();
            let verbs: BTreeMap<&str, Json> = class
                .verbs
                .iter()
                .map(|verb| {
                    let body = json!({
                        "parameters": parameters(&verb.parameters), "lasting": verb.lasting.word(), "stimulus": verb.stimulus,
                        "adds": verb.adds.map(|k| class.totals[k as usize].name.clone()),
                        "resets": verb.resets.map(|k| class.channels[k as usize].name.clone()), "ends": verb.ends,
                    });
                    (verb.name.as_str(), body)
                })
                .collect();
            let constructors: BTreeMap<&str, Json> = class
                .constructors
                .iter()
                .map(|c| (c.name.as_str(), json!({ "fixed": parameters(&c.fixed), "shown": parameters(&c.shown) })))
                .collect();
            let dimensions = class
                .totals
                .iter()
                .chain(&class.settings)
                .map(|p| p.dimension)
                .chain(class.channels.iter().map(|c| c.dimension));
            dimensions.collect::<Vec<_>>().into_iter().for_each(|dimension| self.quantity_kind(dimension));
            let body = json!({
                "is": "device", "settings": parameters(&class.settings), "channels": channels,
                "totals": parameters(&class.totals), "verbs": verbs, "stimuli": constructors,
            });
            self.define(class.path.clone(), body);
        }
        for device in &model.devices {
            let class = model.classes[device.class.0].path.clone();
            self.uses(&class);
            self.define(format!("rig.{}", device.name), json!({ "is": "device", "class": class }));
        }
        let order: Vec<&str> = model.devices.iter().map(|device| device.name.as_str()).collect();
        self.define("rig".into(), json!({ "is": "rig", "order": order }));
        for stimulus in &model.stimuli {
            let constructor = &model.class(stimulus.device).constructors[stimulus.constructor];
            let device = format!("rig.{}", model.devices[stimulus.device.0].name);
            self.uses(&device);
            let fixed: BTreeMap<&str, Json> = constructor
                .fixed
                .iter()
                .zip(&stimulus.fixed)
                .map(|(p, typed)| (p.name.as_str(), self.expr(typed)))
                .collect();
            let body = json!({ "is": "stimulus", "on": device, "constructor": constructor.name, "fixed": fixed });
            self.define(format!("stimulus.{}", stimulus.name), body);
        }
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
            ValueKind::Definition(body) => json!({ "is": "definition", "value": self.expr(body) }),
            ValueKind::Table(rows) => json!({ "is": "table", "rows": self.list(rows) }),
            ValueKind::Variable(variable) => self.variable("variable", variable, &value.ty),
            ValueKind::Parameter(variable) => self.variable("parameter", variable, &value.ty),
            ValueKind::Covariate(variable) => self.variable("covariate", variable, &value.ty),
            ValueKind::Draw(family) => self.family(family),
            ValueKind::Statistic(statistic) => {
                let function = match statistic.function {
                    StatFunction::Mean => "mean",
                    StatFunction::Count => "count",
                    StatFunction::Sum => "sum",
                    StatFunction::Median => "median",
                    StatFunction::Min => "min",
                    StatFunction::Max => "max",
                };
                json!({
                    "is": "statistic", "function": function, "sample": self.expr(&statistic.sample), "key": self.list(&statistic.key),
                    "where": self.maybe(statistic.filter.as_ref()), "window": statistic.window.map(|n| n.to_string()),
                    "at_least": statistic.at_least.to_string(), "else": self.maybe(statistic.otherwise.as_ref()),
                })
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
            Family::Chance(p) => json!({ "is": "draw", "chance": self.expr(p) }),
            Family::Uniform(a, b) => json!({ "is": "draw", "uniform": [self.expr(a), self.expr(b)] }),
            Family::Normal(a, b, c, d) => {
                json!({ "is": "draw", "normal": [self.expr(a), self.expr(b), self.expr(c), self.expr(d)] })
            }
            Family::Exponential(a, b, c) => {
                json!({ "is": "draw", "exponential": [self.expr(a), self.expr(b), self.expr(c)] })
            }
        }
    }

    fn curricula(&mut self) {
        let model = self.model;
        for curriculum in &model.curricula {
            let mut stages: BTreeMap<&str, Json> = BTreeMap::new();
            for stage in &curriculum.stages {
                let values: BTreeMap<&str, Json> = curriculum
                    .values
                    .iter()
                    .zip(&stage.values)
                    .filter_map(|((name, _, _), value)| Some((name.as_str(), self.expr(value.as_ref()?))))
                    .collect();
                stages.insert(&stage.name, json!(values));
            }
            let types: BTreeMap<&str, Json> =
                curriculum.values.iter().map(|(name, ty, _)| (name.as_str(), self.ty(ty))).collect();
            let first = curriculum.stages.first().map(|stage| stage.name.as_str());
            self.define(
                curriculum.path.clone(),
                json!({ "is": "curriculum", "first": first, "stages": stages, "types": types }),
            );
            for stage in &curriculum.stages {
                let ways: Vec<Json> = stage
                    .transitions
                    .iter()
                    .map(|way| {
                        let guard = self.maybe(way.guard.as_ref());
                        let moment = format!("{:?}", way.moment);
                        json!({ "on": moment, "when": guard, "to": curriculum.stages[way.target as usize].name })
                    })
                    .collect();
                self.uses(&curriculum.path);
                self.define(
                    format!("{}.{}", curriculum.path, stage.name),
                    json!({ "is": "transitions", "of": stage.name, "ways": ways }),
                );
            }
        }
    }

    fn states(&mut self) {
        let model = self.model;
        let first = model.states.first().map(|state| state.name.as_str());
        self.define("trial.first state".into(), json!({ "is": "first state", "state": first }));
        for state in &model.states {
            let entry = self.actions(&state.entry);
            let clauses: Vec<Json> = state
                .clauses
                .iter()
                .map(|clause| {
                    let waits = self.waits(&clause.waits);
                    let goes = match clause.goes {
                        Goes::Stays => Json::Null,
                        Goes::To(to) => json!({ "to": model.states[to.0].name }),
                        Goes::Ends(k) => {
                            let outcomes = model.outcomes.map(|id| &model.enums[id.0]);
                            self.uses("trial.outcome");
                            json!({ "end": outcomes.and_then(|o| o.members.get(k as usize)).map(|m| m.name.clone()) })
                        }
                    };
                    json!({ "waits": waits, "when": self.maybe(clause.guard.as_ref()), "actions": self.actions(&clause.actions), "goes": goes })
                })
                .collect();
            self.define(format!("state.{}", state.name), json!({ "is": "state", "entry": entry, "clauses": clauses }));
        }
    }

    fn waits(&mut self, waits: &Waits) -> Json {
        match waits {
            Waits::Event(device, channel) => json!({ "event": self.channel(*device, *channel) }),
            Waits::Reaches { affine, level, both } => {
                json!({ "reaches": self.expr(level), "value": self.affine(affine), "both": both })
            }
            Waits::Condition => json!("condition"),
            Waits::After(time) => json!({ "after": self.expr(time) }),
        }
    }

    fn channel(&mut self, device: trialect_sema::DeviceId, channel: u32) -> Json {
        let path = format!("rig.{}", self.model.devices[device.0].name);
        self.uses(&path);
        json!([path, self.model.class(device).channels[channel as usize].name])
    }

    fn affine(&mut self, affine: &Affine) -> Json {
        self.expr(&affine.whole)
    }

    fn actions(&mut self, actions: &[Action]) -> Json {
        Json::Array(actions.iter().map(|action| self.action(action)).collect())
    }

    fn action(&mut self, action: &Action) -> Json {
        match action {
            Action::Set { value, keys, to, .. } => {
                let path = self.model.values[value.0].path.clone();
                self.uses(&path);
                json!({ "set": path, "keys": self.list(keys), "to": self.expr(to) })
            }
            Action::Let { binder, to } => {
                let to = self.expr(to);
                json!({ "let": self.bind(*binder), "to": to })
            }
            Action::If { condition, then, otherwise } => {
                json!({ "if": self.expr(condition), "then": self.actions(then), "else": self.actions(otherwise) })
            }
            Action::Do(deed) => self.deed(deed),
            Action::Track { stimulus, parameter, affine, .. } => {
                let declared = &self.model.stimuli[stimulus.0];
                let name =
                    self.model.class(declared.device).constructors[declared.constructor].shown[*parameter].name.clone();
                let path = format!("stimulus.{}", declared.name);
                self.uses(&path);
                json!({ "track": [path, name], "to": self.affine(affine) })
            }
        }
    }

    fn deed(&mut self, deed: &Deed) -> Json {
        let device = format!("rig.{}", self.model.devices[deed.device.0].name);
        let verb = self.model.class(deed.device).verbs[deed.verb].name.clone();
        self.uses(&device);
        let stimulus = deed.stimulus.map(|stimulus| format!("stimulus.{}", self.model.stimuli[stimulus.0].name));
        if let Some(path) = &stimulus {
            self.uses(path);
        }
        let arguments: BTreeMap<&str, Json> =
            deed.arguments.iter().map(|(name, typed)| (name.as_str(), self.expr(typed))).collect();
        json!({ "do": verb, "device": device, "stimulus": stimulus, "arguments": arguments, "held": deed.held })
    }

    fn rules(&mut self) {
        let model = self.model;
        for handler in &model.handlers {
            let body = json!({ "is": "handler", "when": self.maybe(handler.guard.as_ref()), "actions": self.actions(&handler.actions) });
            self.define(handler_path(model, handler), body);
        }
        self.handler_order();
        for limit in &model.limits {
            let path = format!("rig.{}", model.devices[limit.device.0].name);
            self.uses(&path);
            let body = json!({ "is": "limit", "most": self.expr(&limit.amount) });
            self.define(limit_path(model, limit), body);
        }
        if let Some((most, _)) = model.most_trials {
            self.define("session.limit trials".into(), json!({ "is": "limit", "most": most.to_string() }));
        }
        for (word, watches) in [("stop", &model.stops), ("advise", &model.advices)] {
            for watch in watches {
                let body = json!({ "is": word, "when": self.expr(&watch.condition) });
                self.define(format!("session.{word} {}", watch.name), body);
            }
        }
        let order: Vec<&str> = model.stops.iter().map(|watch| watch.name.as_str()).collect();
        self.define("session.order of stops".into(), json!({ "is": "order", "names": order }));
        if let Some(pause) = &model.pause {
            let body = json!({ "is": "iti", "time": self.expr(pause) });
            self.define("trial.iti".into(), body);
        }
        let mut recorded: Vec<Json> =
            model.recorded.iter().map(|&(device, channel)| self.channel(device, channel)).collect();
        recorded.sort_by_key(ToString::to_string);
        self.define("session.record".into(), json!({ "is": "record", "lines": recorded }));
    }

    /// The order of two handlers of one event matters when one reads what the other sets.
    fn handler_order(&mut self) {
        let model = self.model;
        for moment in [Moment::TrialEnd, Moment::SessionEnd] {
            let handlers: Vec<&Handler> = model.handlers.iter().filter(|handler| handler.moment == moment).collect();
            let reads = |handler: &Handler| {
                let mut writer = Writer { model, uses: BTreeSet::new(), binders: BTreeMap::new(), done: Vec::new() };
                writer.maybe(handler.guard.as_ref());
                writer.actions(&handler.actions);
                writer.uses
            };
            let sets = |handler: &Handler| {
                written(&handler.actions).into_iter().map(|id| model.values[id.0].path.clone()).collect::<Vec<_>>()
            };
            let dependent = handlers.iter().enumerate().any(|(i, a)| {
                handlers.iter().enumerate().any(|(j, b)| i != j && sets(a).iter().any(|path| reads(b).contains(path)))
            });
            if dependent {
                let order: Vec<String> = handlers.iter().map(|handler| handler_path(model, handler)).collect();
                self.define(format!("order of {moment:?}"), json!({ "is": "order", "names": order }));
            }
        }
    }

    fn bind(&mut self, binder: Binder) -> String {
        let next = self.binders.len();
        let k = *self.binders.entry(binder).or_insert(next);
        format!("%{k}")
    }

    fn list(&mut self, list: &[Texpr]) -> Json {
        Json::Array(list.iter().map(|typed| self.expr(typed)).collect())
    }

    fn maybe(&mut self, typed: Option<&Texpr>) -> Json {
        typed.map_or(Json::Null, |typed| self.expr(typed))
    }

    fn expr(&mut self, typed: &Texpr) -> Json {
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

    fn reference(&mut self, value: ValueId, keys: &[Texpr], last: bool) -> Json {
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

    fn tick(&mut self, tick: Tick) -> Json {
        let (name, curriculum) = match tick {
            Tick::TrialIndex => ("trial.index", None),
            Tick::TrialFirst => ("trial.first", None),
            Tick::SessionIndex => ("session.index", None),
            Tick::SessionElapsed => ("session.elapsed", None),
            Tick::StageTrials(id) => ("trials", Some(id)),
            Tick::StageSessions(id) => ("sessions", Some(id)),
        };
        match curriculum {
            Some(id) => {
                let path = self.model.curricula[id.0].path.clone();
                self.uses(&path);
                json!({ "clock": name, "of": path })
            }
            None => json!({ "clock": name }),
        }
    }

    fn over(&mut self, function: Fold, variables: &[(Binder, Finite, Option<Texpr>)], body: &Texpr) -> Json {
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
