//! Columns: everything with a name, one for each key, and what keeps those up to date that have no word of their own.

use crate::Lowering;
use crate::expressions::int;
use crate::fold::{and, binary};
use crate::layout::{Place, class};
use std::collections::BTreeMap;
use trialect_ir::{Binary, Code, Column, ColumnId, Covariate, Domain, Expr, Role, Slot, Stmt, Unit};
use trialect_sema::{Asked, Clock, CovariateFacts, Finite, StateId, Term, Texpr, Type, Value, ValueId, ValueKind};
use trialect_units::Dimension;

/// Columns, and code that fills those that are computed.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) columns: Vec<Column>,
    /// The column of a trial's definition or draw.
    pub(crate) of_value: BTreeMap<ValueId, ColumnId>,
    /// Columns that the session asks for.
    pub(crate) asked: Vec<u32>,
    /// Parameters that a person may change.
    pub(crate) parameters: Vec<trialect_ir::Parameter>,
    /// Covariates that devices measure.
    pub(crate) measured: Vec<trialect_ir::Measured>,
    /// For each parameter, the word of its first key that says whether it was changed.
    pub(crate) kept: BTreeMap<ValueId, Slot>,
    /// At the trial's start: what slower clocks say.
    pub(crate) snapshots: Code,
    /// At the trial's end: what depends on the trial.
    pub(crate) endings: Code,
}

impl Lowering<'_> {
    pub(crate) fn columns(&mut self) -> Tables {
        let mut tables = Tables::default();
        for k in 0..self.model.values.len() {
            self.value_columns(ValueId(k), &mut tables);
        }
        for k in 0..self.model.curricula.len() {
            self.curriculum_columns(trialect_sema::CurriculumId(k), &mut tables);
        }
        self.block_columns(&mut tables);
        self.total_columns(&mut tables);
        tables
    }

    fn value_columns(&mut self, id: ValueId, tables: &mut Tables) {
        let model = self.model;
        let value = &model.values[id.0];
        if value.clock == Clock::Constant {
            return;
        }
        let role = match &value.kind {
            ValueKind::Pending => return,
            _ if value.covariate.is_some() => Role::Covariate,
            ValueKind::Draw(_) => Role::Draw,
            ValueKind::Definition(_) | ValueKind::Table(_) | ValueKind::Fit(_) => Role::Definition,
            ValueKind::Variable(_) => Role::Variable,
            ValueKind::Parameter(_) => Role::Parameter,
            ValueKind::Statistic(_) => Role::Statistic,
            ValueKind::Covariate(_) => Role::Covariate,
        };
        let defined = matches!(value.kind, ValueKind::Definition(_) | ValueKind::Table(_));
        let computed = role == Role::Statistic || (defined && value.inlined());
        let place = match self.layout.values.get(&id).copied() {
            Some(place) if role != Role::Statistic => self.with_flag(value, place),
            _ => {
                let place = self.layout.place(model, value);
                self.with_flag(value, place)
            }
        };
        if computed {
            self.computed(id, place, tables);
        }
        let first = ColumnId(tables.columns.len() as u32);
        tables.of_value.insert(id, first);
        let kept =
            (role == Role::Parameter && value.clock >= Clock::Session).then(|| self.layout.allocate(place.count));
        tables.kept.extend(kept.map(|kept| (id, kept)));
        for index in 0..place.count {
            let name = format!("{}{}", value.name, self.key_label(&value.keys, index));
            let column = tables.columns.len() as u32;
            let changed = kept.map(|kept| trialect_ir::Parameter { column, kept: kept.offset(index) });
            tables.parameters.extend(changed);
            tables.columns.push(self.column(id, name, role, place, index));
            if value.covariate.as_ref().is_some_and(|facts| facts.asked.is_some()) {
                tables.asked.push(tables.columns.len() as u32 - 1);
            }
            if let Some((device, reading)) = value.covariate.as_ref().and_then(|facts| facts.measured) {
                let taken = self.layout.allocate(2);
                let reading = model.class(device).readings[reading].name.clone();
                let (device, present) = (device.0 as u32, taken.offset(1));
                tables.measured.push(trialect_ir::Measured { column, device, reading, value: taken, present });
            }
        }
    }

    /// A trial's definition that depends on the trial may have no value when the trial is broken off.
    fn with_flag(&mut self, value: &Value, place: Place) -> Place {
        if value.live && value.clock == Clock::Trial && place.present.is_none() {
            return Place { present: Some(self.layout.allocate(place.count)), ..place };
        }
        place
    }

    fn column(&self, id: ValueId, name: String, role: Role, place: Place, index: u32) -> Column {
        let value = &self.model.values[id.0];
        Column {
            name,
            definition: value.path.clone(),
            description: value.description.clone(),
            clock: match value.clock {
                Clock::Constant => trialect_ir::Clock::Constant,
                Clock::Subject => trialect_ir::Clock::Subject,
                Clock::Session => trialect_ir::Clock::Session,
                Clock::Block => trialect_ir::Clock::Block,
                Clock::Trial => trialect_ir::Clock::Trial,
            },
            role,
            domain: self.domain(Some(id), &value.ty, value.range),
            value: place.value.offset(index),
            present: place.present.map(|flag| flag.offset(index)),
            covariate: value
                .covariate
                .as_deref()
                .map(|facts| Covariate { from: self.measures(facts), ..declared(facts) }),
        }
    }

    /// Code that computes each key of a value into its column.
    fn computed(&mut self, id: ValueId, place: Place, tables: &mut Tables) {
        let value = &self.model.values[id.0];
        let at_end = value.clock == Clock::Trial;
        for index in 0..place.count {
            let keys = self.key_terms(&value.keys, index, value.span);
            let read = Texpr {
                term: Term::Value { value: id, keys, last: false },
                ty: value.ty.clone(),
                range: value.range,
                span: value.span,
            };
            let lowered = self.expr(&read);
            let code = if at_end { &mut tables.endings } else { &mut tables.snapshots };
            code.push(Stmt::Set { slot: place.value.offset(index), value: lowered.value });
            if let Some(flag) = place.present {
                let there = lowered.present.filter(|_| value.ty.is_optional()).unwrap_or(Expr::Int(1));
                let there = if at_end { and(there, self.happened(id)) } else { there };
                let code = if at_end { &mut tables.endings } else { &mut tables.snapshots };
                code.push(Stmt::Set { slot: flag.offset(index), value: there });
            }
        }
    }

    /// Whether all states that a definition reads the stamps of were visited.
    fn happened(&self, id: ValueId) -> Expr {
        let mut states: Vec<StateId> = Vec::new();
        let mut open = vec![id];
        let mut seen = Vec::new();
        while let Some(id) = open.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if let ValueKind::Definition(body) = &self.model.values[id.0].kind {
                body.visit(&mut |inner| match &inner.term {
                    Term::Stamp(state, trialect_sema::Stamp::Entry | trialect_sema::Stamp::Exit)
                        if !inner.ty.is_optional() =>
                    {
                        states.push(*state)
                    }
                    Term::Value { value, last: false, .. } => open.push(*value),
                    _ => {}
                });
            }
        }
        states.sort_unstable();
        states.dedup();
        states.into_iter().fold(Expr::Int(1), |all, state| {
            and(all, binary(Binary::LtInt, Expr::Int(0), int(self.layout.state(state).visits)))
        })
    }

    /// The keys of a row-major index as constants.
    fn key_terms(&self, keys: &[(trialect_sema::Binder, Finite)], index: u32, span: trialect_base::Span) -> Vec<Texpr> {
        let mut rest = index;
        let mut terms: Vec<Texpr> = keys
            .iter()
            .rev()
            .map(|(_, finite)| {
                let size = finite.size(self.model).max(1);
                let k = rest % size;
                rest /= size;
                Texpr { term: finite.member(k), ty: finite.member_type(), range: trialect_sema::Interval::ALL, span }
            })
            .collect();
        terms.reverse();
        terms
    }

    /// `[left, 50%]`; nothing without keys.
    pub(crate) fn key_label(&self, keys: &[(trialect_sema::Binder, Finite)], index: u32) -> String {
        if keys.is_empty() {
            return String::new();
        }
        let mut rest = index;
        let mut labels: Vec<String> = keys
            .iter()
            .rev()
            .map(|(_, finite)| {
                let size = finite.size(self.model).max(1);
                let label = finite.label(self.model, rest % size);
                rest /= size;
                label
            })
            .collect();
        labels.reverse();
        format!("[{}]", labels.join(", "))
    }

    fn curriculum_columns(&mut self, id: trialect_sema::CurriculumId, tables: &mut Tables) {
        let curriculum = &self.model.curricula[id.0];
        let slots = self.layout.curriculum(id);
        let column = |name: String, description: Option<String>, domain: Domain, value: Slot, role: Role| Column {
            name,
            definition: curriculum.path.clone(),
            description,
            clock: trialect_ir::Clock::Subject,
            role,
            domain,
            value,
            present: None,
            covariate: None,
        };
        let stages = Domain::Named { members: curriculum.stages.iter().map(|stage| stage.name.clone()).collect() };
        tables.columns.push(column(
            curriculum.name.clone(),
            curriculum.description.clone(),
            stages,
            slots.stage,
            Role::Stage,
        ));
        let count = Domain::Int { least: 0, most: i64::MAX };
        let trials = column(
            format!("{}.trials", curriculum.name),
            Some("Trials in the present stage".into()),
            count,
            slots.trials,
            Role::Stage,
        );
        tables.columns.push(trials);
        for (k, (name, ty, range)) in curriculum.values.iter().enumerate() {
            let slot = self.layout.allocate(1);
            let read =
                Texpr { term: Term::StageValue(id, k as u32), ty: ty.clone(), range: *range, span: curriculum.span };
            let lowered = self.expr(&read);
            tables.snapshots.push(Stmt::Set { slot, value: lowered.value });
            let flag = lowered.present.map(|present| {
                let flag = self.layout.allocate(1);
                tables.snapshots.push(Stmt::Set { slot: flag, value: present });
                flag
            });
            let domain = self.domain(None, ty, *range);
            let mut column = column(format!("{}.{name}", curriculum.name), None, domain, slot, Role::Stage);
            column.present = flag;
            tables.columns.push(column);
        }
    }

    fn block_columns(&self, tables: &mut Tables) {
        for (block, slots) in self.model.blocks.iter().zip(&self.layout.blocks) {
            let column = |name: &str, description: &str, least: i64, value: Slot| Column {
                name: format!("{}.{name}", block.name),
                definition: block.path.clone(),
                description: Some(description.into()),
                clock: trialect_ir::Clock::Block,
                role: Role::Block,
                domain: Domain::Int { least, most: i64::MAX },
                covariate: None,
                value,
                present: None,
            };
            tables.columns.push(column("index", "Ordinal of the block in its session", 1, slots.index));
            tables.columns.push(column("trials", "Trials of the block that ended before this one", 0, slots.trials));
        }
    }

    fn total_columns(&self, tables: &mut Tables) {
        for (&(device, total), &(trial, _)) in &self.layout.totals {
            let class = self.model.class(device);
            let total = &class.totals[total as usize];
            let device = &self.model.devices[device.0];
            tables.columns.push(Column {
                name: format!("{}.{}", device.name, total.name),
                definition: format!("rig.{}", device.name),
                description: device.description.clone(),
                clock: trialect_ir::Clock::Trial,
                role: Role::Total,
                domain: Domain::Real { unit: self.unit(total.dimension), least: Some(0.0), most: None },
                value: trial,
                present: None,
                covariate: None,
            });
        }
    }

    /// How a word of a type is read.
    pub(crate) fn domain(&self, id: Option<ValueId>, ty: &Type, range: trialect_sema::Interval) -> Domain {
        let model = self.model;
        let members = |finite: Finite| (0..finite.size(model)).map(|k| finite.label(model, k)).collect();
        match ty.required() {
            Type::Bool => Domain::Bool,
            Type::Int if id.is_none_or(|id| self.steps(id).is_none()) => {
                Domain::Int { least: bound(range.low, i64::MIN), most: bound(range.high, i64::MAX) }
            }
            Type::IntType(id) => Domain::Int { least: model.ints[id.0].low, most: model.ints[id.0].high },
            Type::Enum(id) => Domain::Named { members: members(Finite::Enum(*id)) },
            Type::Levels(id) => Domain::Levels {
                unit: self.unit(model.levels[id.0].dimension),
                values: model.levels[id.0].values.iter().map(|value| value.to_f64()).collect(),
                labels: model.levels[id.0].labels.clone(),
            },
            Type::Set(finite) => Domain::Set { members: members(*finite) },
            Type::Instant => Domain::Instant,
            Type::Text => Domain::Text { texts: Vec::new() },
            Type::Times => Domain::Times { most: bound(range.high, 0) as u32 },
            other => {
                let dimension = other.dimension(model).unwrap_or(Dimension::NONE);
                let unit = self.unit(dimension);
                match id.and_then(|id| Some((id, self.steps(id)?))) {
                    Some((id, (low, step, denominator))) => {
                        Domain::Steps { unit, low, step, denominator, most: self.most_steps(id) }
                    }
                    None => Domain::Real {
                        unit,
                        least: range.low.is_finite().then_some(range.low),
                        most: range.high.is_finite().then_some(range.high),
                    },
                }
            }
        }
    }

    /// The device and the reading that measure a covariate, in the words of the text.
    fn measures(&self, facts: &CovariateFacts) -> Option<String> {
        let (device, reading) = facts.measured?;
        let reading = &self.model.class(device).readings[reading].name;
        Some(format!("{}.{reading}", self.model.devices[device.0].name))
    }

    /// The unit in which a dimension is recorded.
    pub(crate) fn unit(&self, dimension: Dimension) -> Option<Unit> {
        let unit = self.model.unit(dimension)?;
        // A value in the unit is the coherent value divided by the unit's scale.
        let (denominator, numerator) = unit.scale.ratio().unwrap_or((1, 1));
        Some(Unit { symbol: unit.symbol, ucum: unit.ucum, numerator, denominator })
    }

    /// Class of a value's word.
    pub(crate) fn word_class(&self, id: ValueId) -> trialect_ir::Class {
        if self.steps(id).is_some() { trialect_ir::Class::Int } else { class(&self.model.values[id.0].ty) }
    }
}

/// What a record says of a covariate's declaration.
fn declared(facts: &CovariateFacts) -> Covariate {
    let ends = |range: Option<(trialect_units::Decimal, trialect_units::Decimal)>| {
        range.map(|(low, high)| [low.to_f64(), high.to_f64()])
    };
    Covariate {
        asked: facts.asked.map(|asked| match asked {
            Asked::Before => trialect_ir::Asked::Before,
            Asked::After => trialect_ir::Asked::After,
            Asked::OnChange => trialect_ir::Asked::OnChange,
        }),
        from: None,
        optional: facts.optional,
        within: ends(facts.within),
        standard: ends(facts.standard),
        usual: facts.usual.clone(),
        convention: facts.convention.clone(),
        term: facts.term.clone(),
    }
}

fn bound(end: f64, otherwise: i64) -> i64 {
    if end.is_finite() { end as i64 } else { otherwise }
}
