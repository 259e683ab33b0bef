//! First pass: what is declared where. Names are entered; bodies wait until all names are known.

use crate::Checker;
use crate::model::*;
use crate::names::{Symbol, TypeSymbol, duplicate, unknown};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{self, Clause, ClauseKind, File, Head, Name};

/// Clauses whose bodies wait.
#[derive(Debug, Default)]
pub(crate) struct Pending<'a> {
    /// One for each value of the model.
    pub(crate) values: Vec<&'a Clause>,
    pub(crate) stimuli: Vec<&'a Clause>,
    /// For each of them the key that stands for a member, where it has one.
    pub(crate) stimulus_keys: Vec<Option<crate::expressions::Local>>,
    pub(crate) curricula: Vec<&'a [Clause]>,
    /// `ends when` of each block.
    pub(crate) blocks: Vec<Option<&'a ast::Expr>>,
    pub(crate) states: Vec<&'a [Clause]>,
    pub(crate) besides: Vec<crate::beside::Written<'a>>,
    /// Clauses of the trial that belong to every state.
    pub(crate) everywhere: Vec<&'a Clause>,
    /// What parts ask for.
    pub(crate) inputs: Vec<(&'a Head, Option<BlockId>)>,
    /// Parameters of policies with their ranges.
    pub(crate) constants: Vec<(ValueId, &'a ast::Range)>,
    /// `hold` of the session.
    pub(crate) held: Vec<&'a Clause>,
    pub(crate) handlers: Vec<(Clock, &'a ast::Handler, Span)>,
    /// `limit`, `stop`, `advise`, `iti`, `record` with the clock of their block.
    pub(crate) rules: Vec<(Clock, &'a Clause)>,
}

/// States that a trial may have: all ways through them are looked at.
const STATES_MAX: usize = 1000;
/// Members that a finite type may have: a set of them is one word.
pub(crate) const MEMBERS_MAX: usize = 64;

impl<'a> Checker<'a> {
    /// Declares what a library declares, without the covariates that are `left_out`.
    pub(crate) fn collect_module(&mut self, module: &str, file: &'a File, left_out: &[Name]) {
        for clause in &file.clauses {
            match &clause.kind {
                ClauseKind::Quantity { name, unit } => self.quantity(module, name, unit),
                ClauseKind::DeviceClass { name, body } => self.device_class(module, name, body),
                // A part or a policy says nothing until it is used.
                ClauseKind::Use(..) | ClauseKind::Cite(_) | ClauseKind::Part { .. } | ClauseKind::Policy { .. } => {}
                // Animals play, and mean nothing to a protocol.
                ClauseKind::ScenarioStep(step) if matches!(**step, ast::Step::Animal(_)) => {}
                ClauseKind::ClockBlock { clock, body } => self.library_block((module, left_out), clock, body),
                _ if self.declare_type_clause(&format!("{module}."), clause) => {}
                ClauseKind::Define { head, .. } => {
                    self.declare_value(&format!("{module}."), Clock::Constant, head, clause)
                }
                _ => self.misplaced(clause, "in a library"),
            }
        }
    }

    /// A clock's block of a library holds covariates, which become those of every protocol that uses it.
    fn library_block(&mut self, (module, left_out): (&str, &[Name]), clock: &Name, body: &'a [Clause]) {
        for clause in body {
            match &clause.kind {
                ClauseKind::Covariate(covariate)
                    if left_out.iter().any(|name| name.text == covariate.head.name.text) => {}
                ClauseKind::Covariate(covariate) => {
                    self.declare_value(&format!("{module}."), clock_of(clock), &covariate.head, clause);
                }
                _ => self.misplaced(clause, &format!("in `{}` of a library", clock.text)),
            }
        }
    }

    /// Declares what the protocol declares.
    pub(crate) fn collect_protocol(&mut self, file: &'a File) {
        if let Some(header) = &file.header {
            self.model.name.clone_from(&header.name.text);
            self.model.version.clone_from(&header.version.text);
            self.model.description.clone_from(&header.description);
            self.model.header = header.kind.span.to(header.version.span);
        }
        // Types first: everything else may have keys, wherever it stands.
        let is_type = |clause: &&Clause| {
            matches!(clause.kind, ClauseKind::Enum { .. } | ClauseKind::Levels { .. } | ClauseKind::IntType { .. })
        };
        for clause in file.clauses.iter().filter(is_type) {
            self.declare_type_clause("", clause);
        }
        for clause in file.clauses.iter().filter(|clause| !is_type(clause)) {
            match &clause.kind {
                ClauseKind::Cite(text) => self.model.citations.push(text.clone()),
                ClauseKind::Use(..) | ClauseKind::Part { .. } | ClauseKind::Policy { .. } => {}
                ClauseKind::InputOf(head) => self.input(head, clause, None),
                ClauseKind::Rig(devices) => devices.iter().for_each(|device| self.device(device)),
                ClauseKind::Stimulus { head, device, .. } => self.stimulus(head, device, clause),
                ClauseKind::ClockBlock { clock, body } => self.clock_block(clock, body),
                ClauseKind::Block { name, body } => self.block(name, body, clause),
                // Compiled apart, each with the protocol around it.
                ClauseKind::Scenario { .. } => {}
                ClauseKind::Define { head, .. } => self.declare_value("", Clock::Constant, head, clause),
                _ => self.misplaced(clause, "at the top of a protocol"),
            }
        }
        self.check_inputs_there();
        self.mark_always_visited();
        self.collect_besides();
    }

    fn quantity(&mut self, module: &str, name: &Name, unit: &Name) {
        match trialect_units::Unit::parse(&unit.text) {
            Ok(unit) => {
                self.model.quantities.push(QuantityKind {
                    name: name.text.clone(),
                    path: format!("{module}.{}", name.text),
                    unit,
                });
                self.declare_type(&name.text, name.span, TypeSymbol::Quantity(self.model.quantities.len() - 1));
            }
            Err(error) => {
                let words = trialect_units::UNIT_WORDS.iter().copied();
                self.report(unknown("unknown-unit", "unit", &error.word, unit.span, words));
            }
        }
    }

    /// `enum`, `levels`, `int`; false for other clauses.
    fn declare_type_clause(&mut self, prefix: &str, clause: &'a Clause) -> bool {
        match &clause.kind {
            ClauseKind::Enum { name, members } => {
                let id = self.add_enum(&name.text, format!("{prefix}{}", name.text), members);
                self.declare_type(&name.text, name.span, TypeSymbol::Enum(id));
                for (k, member) in members.iter().take(MEMBERS_MAX).enumerate() {
                    self.names.members.entry(member.text.clone()).or_default().push((id, k as u32));
                }
            }
            ClauseKind::Levels { name, values } => self.levels(prefix, name, values),
            ClauseKind::IntType { name, range } => self.int_type(prefix, name, range),
            _ => return false,
        }
        true
    }

    /// Adds an enumeration; a member that stands twice is a finding.
    pub(crate) fn add_enum(&mut self, name: &str, path: String, members: &[Name]) -> EnumId {
        for (k, member) in members.iter().enumerate() {
            if let Some(first) = members[..k].iter().find(|first| first.text == member.text) {
                let finding = duplicate(&member.text, member.span, first.span);
                self.report(finding);
            }
        }
        if let Some(beyond) = members.get(MEMBERS_MAX) {
            self.too_many_members(beyond.span, "give a part of them a type of their own, with a key for each");
        }
        let members = members
            .iter()
            .take(MEMBERS_MAX)
            .map(|member| Member { name: member.text.clone(), span: member.span })
            .collect();
        self.model.enums.push(EnumType { name: name.into(), path, members });
        EnumId(self.model.enums.len() - 1)
    }

    fn too_many_members(&mut self, span: Span, help: &str) {
        let message = format!("a type has at most {MEMBERS_MAX} members");
        let label = format!("number {}", MEMBERS_MAX + 1);
        self.report(Finding::error("too-many-members", message, span, label).help(help));
    }

    fn levels(&mut self, prefix: &str, name: &Name, values: &[ast::Expr]) {
        let mut levels = LevelsType {
            name: name.text.clone(),
            path: format!("{prefix}{}", name.text),
            values: Vec::new(),
            labels: Vec::new(),
            dimension: trialect_units::Dimension::NONE,
        };
        if let Some(beyond) = values.get(MEMBERS_MAX) {
            let help = "keep fewer levels, or let the value be a number: `draw NAME ~ uniform(LOW .. HIGH)`";
            self.too_many_members(beyond.span, help);
        }
        let mut complete = true;
        for expr in values.iter().take(MEMBERS_MAX) {
            let typed = self.expr(expr, None);
            let (Some(value), Some(dimension)) = (typed.constant(), typed.ty.dimension(&self.model)) else {
                complete = false;
                if typed.ty != Type::Unknown {
                    let message = "a level is a number with its unit";
                    let finding = Finding::error("not-constant", message, expr.span, "not such a number");
                    self.report(finding.help("write the number with its unit, or name the members with `enum`"));
                }
                continue;
            };
            if levels.values.is_empty() {
                levels.dimension = dimension;
            }
            if dimension != levels.dimension {
                let wanted = Type::Real(levels.dimension);
                self.mismatch(typed, &wanted);
                complete = false;
                continue;
            }
            if levels.values.contains(&value) {
                let text = self.sources.text(expr.span).to_string();
                let message = format!("the level {text} stands twice");
                let finding = Finding::error("duplicate-name", message, expr.span, "again here");
                self.report(finding.help("remove one of them"));
                continue;
            }
            levels.values.push(value);
            levels.labels.push(self.sources.text(expr.span).to_string());
        }
        self.model.levels.push(levels);
        let id = LevelsId(self.model.levels.len() - 1);
        let symbol = if complete { TypeSymbol::Levels(id) } else { TypeSymbol::Broken };
        self.declare_type(&name.text, name.span, symbol);
    }

    fn int_type(&mut self, prefix: &str, name: &Name, range: &ast::Range) {
        let bounds = (self.constant_int(&range.low), self.constant_int(&range.high));
        let (Some(low), Some(high)) = bounds else {
            return self.declare_type(&name.text, name.span, TypeSymbol::Broken);
        };
        let members = high.checked_sub(low).and_then(|last| last.checked_add(1));
        if !members.is_some_and(|members| (1..=MEMBERS_MAX as i64).contains(&members)) {
            let span = range.low.span.to(range.high.span);
            let message = format!("an `int` type has 1 to {MEMBERS_MAX} members");
            let found = match members {
                Some(members @ 1..) => format!("{members} members"),
                Some(_) => "the least is above the greatest".into(),
                None => "more than can be counted".into(),
            };
            let help = if members.is_some_and(|members| members < 1) {
                "exchange its ends".to_string()
            } else {
                format!("use a number within a range: `var NAME := {low} within {low} .. {high}`")
            };
            self.report(Finding::error("empty-range", message, span, found).help(help));
            return self.declare_type(&name.text, name.span, TypeSymbol::Broken);
        }
        self.model.ints.push(IntType { name: name.text.clone(), path: format!("{prefix}{}", name.text), low, high });
        let id = IntTypeId(self.model.ints.len() - 1);
        self.declare_type(&name.text, name.span, TypeSymbol::Int(id));
    }

    /// A constant whole number, or a finding.
    pub(crate) fn constant_int(&mut self, expr: &ast::Expr) -> Option<i64> {
        let typed = self.expr_as(expr, &Type::Int);
        let value = self.constant_of(&typed).and_then(|value| value.to_i64());
        if value.is_none() && typed.ty != Type::Unknown {
            let message = "a constant whole number is needed here";
            let finding = Finding::error("not-constant", message, expr.span, "not a constant");
            self.report(finding.help("write the number"));
        }
        value
    }

    pub(crate) fn declare_value(&mut self, prefix: &str, clock: Clock, head: &Head, clause: &'a Clause) {
        let name = head.name.text.clone();
        self.enter_value(&head.name, name.clone(), format!("{prefix}{name}"), (clock, None), clause);
    }

    /// A value whose clause waits until all names are known.
    pub(crate) fn enter_value(
        &mut self,
        written: &Name,
        name: String,
        path: String,
        (clock, block): (Clock, Option<BlockId>),
        clause: &'a Clause,
    ) {
        let id = ValueId(self.model.values.len());
        let waits = Value::pending(name.clone(), path, clock, (written.span, clause.span));
        self.model.values.push(Value { block, description: clause.description.clone(), ..waits });
        self.pending.values.push(clause);
        self.declare(&name, written.span, Symbol::Value(id));
    }

    fn clock_block(&mut self, word: &Name, body: &'a [Clause]) {
        let clock = clock_of(word);
        for clause in body {
            self.clock_clause(clock, clause);
        }
    }

    fn clock_clause(&mut self, clock: Clock, clause: &'a Clause) {
        let prefix = format!("{}.", clock.word());
        match &clause.kind {
            ClauseKind::Define { head, .. }
                if matches!(clock, Clock::Subject | Clock::Session) && crate::fits::call_of(clause).is_some() =>
            {
                self.enter_fit(clock, head, clause);
            }
            ClauseKind::Define { head, .. }
            | ClauseKind::Var { head, .. }
            | ClauseKind::Param { head, .. }
            | ClauseKind::Draw { head, .. } => self.declare_value(&prefix, clock, head, clause),
            ClauseKind::Deck { head, table } if matches!(clock, Clock::Session | Clock::Trial) => {
                self.deck(clock, head, table);
            }
            ClauseKind::Stat(stat) if clock != Clock::Trial => self.declare_value(&prefix, clock, &stat.head, clause),
            ClauseKind::Covariate(covariate) => self.declare_value(&prefix, clock, &covariate.head, clause),
            ClauseKind::Block { name, body } if clock == Clock::Session => self.block(name, body, clause),
            ClauseKind::Curriculum { name, body } if clock == Clock::Subject => self.curriculum(name, body, clause),
            ClauseKind::Hold(_) if clock == Clock::Session => self.pending.held.push(clause),
            ClauseKind::Handler(_) | ClauseKind::Hold(_) if clock == Clock::Trial => {
                self.pending.everywhere.push(clause);
            }
            ClauseKind::Handler(handler) => self.pending.handlers.push((clock, handler, clause.span)),
            ClauseKind::Outcomes(names) if clock == Clock::Trial => self.outcomes(names, clause.span),
            ClauseKind::State { name, body } if clock == Clock::Trial => self.state(None, name, body, clause),
            ClauseKind::Beside { head, body } if matches!(clock, Clock::Session | Clock::Trial) => {
                self.pending.besides.push(crate::beside::Written { clock, head, body, clause });
            }
            ClauseKind::InputOf(head) => self.input(head, clause, None),
            // Its values and its update are there already.
            ClauseKind::Adapt { head, .. } if matches!(clock, Clock::Subject | Clock::Session) => {
                self.declare(&head.name.text, head.name.span, Symbol::Instance);
            }
            ClauseKind::Iti(_) if clock == Clock::Trial => self.pending.rules.push((clock, clause)),
            ClauseKind::Limit { .. }
            | ClauseKind::Counts(_)
            | ClauseKind::Stop { .. }
            | ClauseKind::Advise { .. }
            | ClauseKind::Record { .. }
                if clock == Clock::Session =>
            {
                self.pending.rules.push((clock, clause));
            }
            _ => self.misplaced(clause, &format!("in `{}`", clock.word())),
        }
    }

    fn outcomes(&mut self, names: &[Name], span: Span) {
        if self.model.outcomes.is_some() {
            let finding = Finding::error("duplicate-name", "outcomes are declared twice", span, "again here");
            let first = self.model.outcomes.and_then(|id| self.model.enums[id.0].members.first()).map(|m| m.span);
            self.report(
                finding.also(first.unwrap_or(span), "first declared here").help("name all outcomes in one clause"),
            );
            return;
        }
        self.model.outcomes = Some(self.add_enum("outcome", "trial.outcome".into(), names));
    }

    pub(crate) fn state(&mut self, machine: Option<BesideId>, name: &Name, body: &'a [Clause], clause: &Clause) {
        self.machine = machine;
        if let Some((_, first)) = self.own_states().get(&name.text) {
            let finding = duplicate(&name.text, name.span, *first);
            self.report(finding);
            self.ways_unknown = true;
            return;
        }
        let id = StateId(self.model.states.len());
        if id.0 >= STATES_MAX {
            self.ways_unknown = true;
            self.declare_broken(name);
            if !std::mem::replace(&mut self.names.states_full, true) {
                let message = format!("a trial has at most {STATES_MAX} states");
                let finding = Finding::error("too-many-states", message, name.span, format!("number {}", id.0 + 1));
                self.report(finding.help("use variables for what repeats"));
            }
            return;
        }
        let (own, prefix) = match machine {
            Some(beside) => {
                (&mut self.names.beside_states[beside.0], format!("{}.", self.model.besides[beside.0].name))
            }
            None => (&mut self.names.states, String::new()),
        };
        own.insert(name.text.clone(), (id, name.span));
        self.model.states.push(State {
            machine,
            name: format!("{prefix}{}", name.text),
            description: clause.description.clone(),
            span: name.span,
            entry: Vec::new(),
            clauses: Vec::new(),
            always_visited: false,
        });
        self.pending.states.push(body);
        self.state_draws(id, body);
    }

    /// Draws of a state; their names are known in the state alone.
    fn state_draws(&mut self, id: StateId, body: &'a [Clause]) {
        let (state, machine) = (self.model.states[id.0].name.clone(), self.model.states[id.0].machine);
        let clock = machine.map_or(Clock::Trial, |beside| self.model.besides[beside.0].clock);
        for clause in body {
            let ClauseKind::Draw { head, .. } = &clause.kind else { continue };
            let name = format!("{state}.{}", head.name.text);
            let path = format!("state.{name}");
            let waits = Value::pending(name, path, clock, (head.name.span, clause.span));
            self.model.values.push(Value { state: Some(id), description: clause.description.clone(), ..waits });
            self.pending.values.push(clause);
        }
    }

    fn curriculum(&mut self, name: &Name, body: &'a [Clause], clause: &Clause) {
        let mut written = body.iter().filter(|clause| matches!(clause.kind, ClauseKind::Stage { .. }));
        if let Some(beyond) = written.nth(MEMBERS_MAX) {
            let help = "let stages that differ in numbers be one, with a `var` that its transitions set";
            self.too_many_members(self.head_of(beyond.span), help);
        }
        let stages: Vec<&Name> = crate::curricula::ordered_stages(body)
            .into_iter()
            .filter_map(|stage| match &stage.kind {
                ClauseKind::Stage { name, .. } => Some(name),
                _ => None,
            })
            .collect();
        let members: Vec<Name> = stages.into_iter().cloned().collect();
        let path = format!("subject.{}", name.text);
        let stage_type = self.add_enum(&name.text, path.clone(), &members);
        self.model.curricula.push(Curriculum {
            name: name.text.clone(),
            path,
            stage_type,
            values: Vec::new(),
            keyed: Vec::new(),
            stages: Vec::new(),
            description: clause.description.clone(),
            span: name.span,
            clause: clause.span,
        });
        self.pending.curricula.push(body);
        let id = CurriculumId(self.model.curricula.len() - 1);
        self.declare(&name.text, name.span, Symbol::Curriculum(id));
        self.declare_stage_values(id, body);
    }
}

/// The clock of a block by its word.
pub(crate) fn clock_of(word: &Name) -> Clock {
    match word.text.as_str() {
        "subject" => Clock::Subject,
        "session" => Clock::Session,
        _ => Clock::Trial,
    }
}
