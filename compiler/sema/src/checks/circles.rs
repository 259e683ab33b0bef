//! Definitions that depend on themselves within one tick.

use crate::Checker;
use crate::model::{Clock, Model, ValueKind};
use crate::term::{Term, Texpr};
use crate::types::Type;
use trialect_base::Finding;
use trialect_syntax::ast::ClauseKind;

impl Checker<'_> {
    pub(crate) fn check_circles(&mut self) {
        let uses: Vec<Vec<usize>> = (0..self.model.values.len()).map(|k| self.needs(k)).collect();
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

    /// Values that must be known before this one. What has no type was not understood: there the text says what it reads.
    fn needs(&self, k: usize) -> Vec<usize> {
        let value = &self.model.values[k];
        let mut uses = now(&self.model, &value.kind);
        if value.ty == Type::Unknown {
            // What is no value is a curriculum, which waits for nothing.
            let unknown = |&other: &usize| self.model.values.get(other).is_some_and(|other| other.ty == Type::Unknown);
            uses.extend(self.reads_now.get(k).into_iter().flatten().copied().filter(unknown));
        }
        uses
    }

    fn circle(&mut self, members: &[usize]) {
        let names: Vec<String> =
            members.iter().chain(members.first()).map(|&k| format!("`{}`", self.model.values[k].name)).collect();
        let first = &self.model.values[members[0]];
        let mut finding = Finding::error(
            "circular-definition",
            format!("{} depends on itself at the same tick", names[0]),
            first.span,
            names.join(" -> "),
        );
        for &k in &members[1..] {
            finding = finding.also(self.model.values[k].span, "on the way");
        }
        let waits = |k: &&usize| {
            self.model.values[**k].ty == Type::Unknown && matches!(self.pending.values[**k].kind, ClauseKind::Stat(_))
        };
        if let Some(&statistic) = members.iter().find(waits) {
            // A statistic is one of trials before: only its type waits.
            return self.type_circle(members, statistic, &names);
        }
        let help = match first.clock {
            Clock::Trial => format!("read the trial before, `last.{}`, or make one of them a `var`", first.name),
            _ => "make one of them a `var`, and set it in a handler".into(),
        };
        self.report(finding.help(help));
    }

    /// A statistic of trials before, whose type needs that of what reads it.
    fn type_circle(&mut self, members: &[usize], statistic: usize, names: &[String]) {
        // The type is written where one can be: at a definition.
        let defined = |k: &&usize| matches!(self.pending.values[**k].kind, ClauseKind::Define { .. });
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
    let mut read = |typed: &Texpr, only_unknown: bool| {
        typed.visit(&mut |inner| {
            if let Term::Value { value, last: false, .. } = inner.term
                && !(only_unknown && model.values[value.0].ty != Type::Unknown)
            {
                uses.push(value.0);
            }
        });
    };
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
