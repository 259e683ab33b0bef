//! One variable has one writing handler per event.

use crate::Checker;
use crate::model::{Action, Moment, ValueId};
use std::collections::BTreeMap;
use trialect_base::{Finding, Span};

impl Checker<'_> {
    pub(crate) fn check_writers(&mut self) {
        let mut findings = Vec::new();
        for moment in [Moment::TrialEnd, Moment::SessionEnd] {
            let mut first: BTreeMap<ValueId, (usize, Span)> = BTreeMap::new();
            for (k, handler) in self.model.handlers.iter().enumerate().filter(|(_, handler)| handler.moment == moment) {
                for (value, span) in written(&handler.actions) {
                    match first.get(&value) {
                        Some((other, earlier)) if *other != k => {
                            let name = &self.model.values[value.0].name;
                            findings.push(
                                Finding::error(
                                    "two-writers",
                                    format!("two handlers of one event set `{name}`"),
                                    span,
                                    "set here as well",
                                )
                                .also(*earlier, "first set here")
                                .help("join the two handlers, so that the order of their rules can be read"),
                            );
                        }
                        Some(_) => {}
                        None => {
                            first.insert(value, (k, span));
                        }
                    }
                }
            }
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }
}

fn written(actions: &[Action]) -> Vec<(ValueId, Span)> {
    let mut list = Vec::new();
    for action in actions {
        match action {
            Action::Set { value, span, .. } => list.push((*value, *span)),
            Action::If { then, otherwise, .. } => {
                list.extend(written(then));
                list.extend(written(otherwise));
            }
            _ => {}
        }
    }
    list
}
