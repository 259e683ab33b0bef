//! Stamps that a state reads before there are any.

use crate::model::{StateId, ValueId, ValueKind};
use crate::term::{Stamp, Term, Texpr};
use crate::{Checker, Goes, walk};
use std::collections::BTreeSet;
use trialect_base::{Finding, Span};

impl Checker<'_> {
    /// A state that every trial visits has stamps when the trial ends; inside the trial it has them only where every
    /// way leads through it first.
    pub(crate) fn check_stamps(&mut self) {
        if self.ways_unknown {
            return;
        }
        let mut findings = Vec::new();
        for k in 0..self.model.states.len() {
            let reads = self.stamps_read(k);
            for (state, stamp, span) in reads {
                let surely = self.model.states[k].machine.is_none()
                    && match stamp {
                        Stamp::Entry => state.0 == k || self.leads_through(state, k),
                        _ => state.0 != k && self.leads_through(state, k),
                    };
                if !surely {
                    findings.push(self.too_early(state, stamp, k, span));
                }
            }
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    fn too_early(&self, state: StateId, stamp: Stamp, reader: usize, span: Span) -> Finding {
        let (name, here) = (&self.model.states[state.0].name, &self.model.states[reader].name);
        let (word, done) = if stamp == Stamp::Entry { ("entry", "entered") } else { ("exit", "left") };
        let message = format!("`{here}` may read `{name}.{word}` before `{name}` was {done} in this trial");
        let finding = Finding::error("not-yet-known", message, span, "perhaps not known yet");
        finding
            .also(self.model.states[reader].span, "read in this state")
            .help(format!("read it in a state to which every way leads through `{name}`"))
    }

    /// Whether every way from the first state to another one goes through a third.
    fn leads_through(&self, through: StateId, to: usize) -> bool {
        let mut seen = vec![false; self.model.states.len()];
        seen[through.0] = true;
        let mut open = if through.0 == 0 { Vec::new() } else { vec![0] };
        while let Some(state) = open.pop() {
            if !std::mem::replace(&mut seen[state], true) {
                let ways = self.model.states[state].clauses.iter();
                open.extend(ways.filter_map(|way| if let Goes::To(to) = way.goes { Some(to.0) } else { None }));
            }
        }
        to == through.0 || !seen[to]
    }

    /// The entry and exit stamps that a state reads as if they were there, by itself or through definitions.
    fn stamps_read(&self, k: usize) -> Vec<(StateId, Stamp, Span)> {
        let state = &self.model.states[k];
        let mut reads = Vec::new();
        walk::of_state(state, &mut |typed| self.stamps_in(typed, None, &mut BTreeSet::new(), &mut reads));
        reads
    }

    fn stamps_in(
        &self,
        typed: &Texpr,
        place: Option<Span>,
        seen: &mut BTreeSet<ValueId>,
        reads: &mut Vec<(StateId, Stamp, Span)>,
    ) {
        typed.visit(&mut |inner| match &inner.term {
            Term::Stamp(state, stamp @ (Stamp::Entry | Stamp::Exit)) if !inner.ty.is_optional() => {
                reads.push((*state, *stamp, place.unwrap_or(inner.span)));
            }
            Term::Value { value, last: false, .. } if self.model.values[value.0].live && seen.insert(*value) => {
                // The finding stands in the state, where the definition is read.
                let place = place.or(Some(inner.span));
                match &self.model.values[value.0].kind {
                    ValueKind::Definition(body) => self.stamps_in(body, place, seen, reads),
                    ValueKind::Table(rows) => rows.iter().for_each(|row| self.stamps_in(row, place, seen, reads)),
                    _ => {}
                }
            }
            _ => {}
        });
    }
}
