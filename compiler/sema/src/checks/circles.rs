//! Definitions that depend on themselves within one tick.

use crate::Checker;
use crate::model::{Clock, CurriculumId, Model, ValueKind};
use crate::term::{Term, Texpr};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::ClauseKind;

impl Checker<'_> {
    pub(crate) fn check_circles(&mut self) {
        let mut uses: Vec<Vec<usize>> = (0..self.model.values.len()).map(|k| self.needs(k)).collect();
        uses.extend(stage_values(&self.model).map(|(id, k)| self.needs_of_stages(id, k)));
        let n = uses.len();
        // 0 not seen, 1 on the path, 2 done.
        let mut mark = vec![0_u8; n];
        for start in 0..n {
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            if mark[start] != 0 {
                continue;
            }
            mark[start] = 1;
            while let Some((node, at)) = path.last_mut() {
                match uses[*node].get(*at).copied() {
                    None => {
                        mark[*node] = 2;
                        path.pop();
                    }
                    Some(next) => {
                        *at += 1;
                        if mark[next] == 0 {
                            mark[next] = 1;
                            path.push((next, 0));
                        } else if mark[next] == 1 {
                            let members: Vec<usize> =
                                path.iter().map(|(node, _)| *node).skip_while(|&node| node != next).collect();
                            self.circle(&members);
                            mark[next] = 2;
                        }
                    }
                }
            }
        }
    }

    /// Values that must be known before one of a curriculum's stages. Those with keys are values of their own.
    fn needs_of_stages(&self, id: CurriculumId, k: u32) -> Vec<usize> {
        let (model, values) = (&self.model, self.model.values.len());
        let curriculum = &model.curricula[id.0];
        let rows = curriculum.stages.iter().filter_map(|stage| stage.values.get(k as usize).and_then(Option::as_ref));
        let mut uses = rows.flat_map(|row| now_of(model, row, false)).collect::<Vec<_>>();
        if curriculum.values[k as usize].1 == Type::Unknown {
            uses.extend(self.unknown_reads(values + id.0));
        }
        uses
    }

    /// What the text of a value, or of a curriculum, reads that was not understood.
    fn unknown_reads(&self, node: usize) -> Vec<usize> {
        let values = self.model.values.len();
        let mut uses = Vec::new();
        for &other in self.reads_now.get(node).into_iter().flatten() {
            match self.model.values.get(other) {
                Some(value) => uses.extend((value.ty == Type::Unknown).then_some(other)),
                None => uses.extend(stage_values(&self.model).enumerate().filter_map(|(at, (id, k))| {
                    let unknown = self.model.curricula[id.0].values[k as usize].1 == Type::Unknown;
                    (values + id.0 == other && unknown).then_some(values + at)
                })),
            }
        }
        uses
    }

    /// Values that must be known before this one. What has no type was not understood: there the text says what it reads.
    fn needs(&self, k: usize) -> Vec<usize> {
        let value = &self.model.values[k];
        let mut uses = now(&self.model, &value.kind);
        if value.ty == Type::Unknown {
            uses.extend(self.unknown_reads(k));
        }
        uses
    }

    fn circle(&mut self, members: &[usize]) {
        let named = members.iter().map(|&k| self.place_of(k));
        let named: Vec<(String, Span, Clock)> = named.collect();
        let names: Vec<String> = named.iter().chain(named.first()).map(|(name, _, _)| format!("`{name}`")).collect();
        let Some((first, at, clock)) = named.first() else { return };
        let mut finding = Finding::error(
            "circular-definition",
            format!("{} depends on itself at the same tick", names[0]),
            *at,
            names.join(" -> "),
        );
        for (_, span, _) in &named[1..] {
            finding = finding.also(*span, "on the way");
        }
        let waits = |k: &&usize| {
            self.model.values.get(**k).is_some_and(|value| value.ty == Type::Unknown)
                && matches!(self.pending.values[**k].kind, ClauseKind::Stat(_))
        };
        if let Some(&statistic) = members.iter().find(waits) {
            // A statistic is one of trials before: only its type waits.
            return self.type_circle(members, statistic, &names);
        }
        let help = match clock {
            Clock::Trial => format!("read the trial before, `last.{first}`, or make one of them a `var`"),
            _ => "make one of them a `var`, and set it in a handler".into(),
        };
        self.report(finding.help(help));
    }

    /// The name of a value, or of one of a curriculum's stages, where it is declared, and its clock.
    fn place_of(&self, node: usize) -> (String, Span, Clock) {
        let model = &self.model;
        if let Some(value) = model.values.get(node) {
            return (value.name.clone(), value.span, value.clock);
        }
        let found = stage_values(model).nth(node - model.values.len());
        found.map_or_else(Default::default, |(id, k)| {
            let curriculum = &model.curricula[id.0];
            let rows = curriculum.stages.iter().find_map(|stage| stage.values.get(k as usize)?.as_ref());
            let name = format!("{}.{}", curriculum.name, curriculum.values[k as usize].0);
            (name, rows.map_or(curriculum.span, |row| row.span), Clock::Subject)
        })
    }

    /// A statistic of trials before, whose type needs that of what reads it.
    fn type_circle(&mut self, members: &[usize], statistic: usize, names: &[String]) {
        // The type is written where one can be: at a definition.
        let clause = |k: usize| self.pending.values.get(k).map(|clause| &clause.kind);
        let defined = |k: &&usize| matches!(clause(**k), Some(ClauseKind::Define { .. }));
        let at = members.iter().find(defined).copied().unwrap_or(statistic);
        let (name, other) = (self.model.values[at].name.clone(), self.model.values[statistic].name.clone());
        let message = format!("the type of `{name}` follows from `{other}`, and that of `{other}` from `{name}`");
        let finding = Finding::error("circular-type", message, self.model.values[at].span, names.join(" -> "));
        let finding = finding.also(self.model.values[statistic].span, "its samples are those of trials before");
        self.report(finding.help(format!("write its type: `{name} : TYPE = …`, such as `{name} : Real = …`")));
    }
}

/// Values that must be known before this one, at the same tick.
fn now(model: &Model, kind: &ValueKind) -> Vec<usize> {
    let mut uses = Vec::new();
    let mut read = |typed: &Texpr, only_unknown: bool| uses.extend(now_of(model, typed, only_unknown));
    match kind {
        ValueKind::Definition(body) => read(body, false),
        ValueKind::Table(rows) => rows.iter().for_each(|row| read(row, false)),
        ValueKind::Draw(family) => family.parameters().into_iter().for_each(|one| read(one, false)),
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => {
            variable.initial.iter().for_each(|initial| read(initial, false));
        }
        // The rows are those of trials before: only their types are needed. What stands for no rows is of now.
        ValueKind::Statistic(statistic) => {
            let parts = statistic.key.iter().chain(&statistic.filter).chain([&statistic.sample]);
            parts.for_each(|part| read(part, true));
            statistic.otherwise.iter().for_each(|otherwise| read(otherwise, false));
        }
        // A fit stands from one session's begin or end to the next.
        ValueKind::Pending | ValueKind::Covariate(_) | ValueKind::Fit(_) => {}
    }
    uses
}

/// Values, and values of stages behind them, that an expression reads at the same tick.
fn now_of(model: &Model, typed: &Texpr, only_unknown: bool) -> Vec<usize> {
    let mut uses = Vec::new();
    typed.visit(&mut |inner| match inner.term {
        Term::Value { value, last: false, .. } => {
            let wanted = !only_unknown || model.values[value.0].ty == Type::Unknown;
            uses.extend(wanted.then_some(value.0));
        }
        Term::StageValue(id, k) => {
            let at = stage_values(model).position(|one| one == (id, k));
            let known = model.curricula[id.0].values[k as usize].1 != Type::Unknown;
            uses.extend(at.filter(|_| !(only_unknown && known)).map(|at| model.values.len() + at));
        }
        _ => {}
    });
    uses
}

/// The values without keys of all curricula, in order.
fn stage_values(model: &Model) -> impl Iterator<Item = (CurriculumId, u32)> + '_ {
    let each = model.curricula.iter().enumerate();
    each.flat_map(|(id, curriculum)| (0..curriculum.values.len() as u32).map(move |k| (CurriculumId(id), k)))
}
