//! What the subject's words are: which definitions have memory there, and the texts of those and of their rules.

use crate::{Lowering, canonical};
use std::collections::BTreeMap;
use trialect_ir::{Carried, Memory, Slot};
use trialect_sema::{Clock, Curriculum, Value, ValueId, ValueKind};

impl Lowering<'_> {
    /// The definitions that are carried from session to session, in the order of their words.
    pub(crate) fn carried(&self) -> Vec<Carried> {
        let values = self.model.values.iter().enumerate().filter(|(_, value)| value.clock == Clock::Subject);
        let mut list: Vec<Carried> = values.filter_map(|(k, value)| self.carried_value(ValueId(k), value)).collect();
        list.extend(self.model.curricula.iter().zip(&self.layout.curricula).map(|(curriculum, slots)| {
            let stages = curriculum.stages.iter().map(|stage| stage.name.clone()).collect();
            Carried {
                name: curriculum.name.clone(),
                path: curriculum.path.clone(),
                at: self.after_first(slots.stage),
                rules: curriculum.stages.iter().map(|stage| stage_path(curriculum, &stage.name)).collect(),
                text: self.one_line(curriculum.clause),
                memory: Memory::Curriculum { stages },
            }
        }));
        list.sort_by_key(|one| one.at);
        list
    }

    fn carried_value(&self, id: ValueId, value: &Value) -> Option<Carried> {
        let domain = self.domain(Some(id), &value.ty, value.range);
        let (at, memory) = match &value.kind {
            ValueKind::Variable(_) | ValueKind::Parameter(_) | ValueKind::Draw(_) => {
                let place = self.layout.values.get(&id)?;
                let keys = self.keys(value, place.count);
                (place.value, Memory::Value { keys, domain, optional: place.present.is_some() })
            }
            ValueKind::Statistic(_) => {
                let (_, laid) = self.layout.statistic_of(id)?;
                let memory = Memory::Statistic {
                    keys: self.keys(value, laid.keys),
                    domain,
                    function: laid.function,
                    window: laid.window,
                    at_least: laid.at_least,
                    capacity: laid.capacity,
                };
                (laid.base, memory)
            }
            _ => return None,
        };
        Some(Carried {
            name: value.name.clone(),
            path: value.path.clone(),
            at: self.after_first(at),
            rules: canonical::setters(self.model, id),
            text: self.one_line(value.clause),
            memory,
        })
    }

    fn after_first(&self, slot: Slot) -> u32 {
        slot.0 - self.layout.subject.start
    }

    /// The keys of a value as the text has them, in the order of its words.
    fn keys(&self, value: &Value, count: u32) -> Vec<String> {
        if value.keys.is_empty() {
            return Vec::new();
        }
        let plain = |label: String| label.trim_start_matches('[').trim_end_matches(']').to_string();
        (0..count).map(|index| plain(self.key_label(&value.keys, index))).collect()
    }

    /// The texts of values, handlers and stages, by path.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let model = self.model;
        let values = model.values.iter().map(|value| (value.path.clone(), value.clause));
        let handlers = model.handlers.iter().map(|one| (canonical::handler_path(model, one), one.span));
        let stages = model.curricula.iter().flat_map(|curriculum| {
            curriculum.stages.iter().map(|stage| (stage_path(curriculum, &stage.name), stage.clause))
        });
        values.chain(handlers).chain(stages).map(|(path, span)| (path, self.one_line(span))).collect()
    }
}

fn stage_path(curriculum: &Curriculum, stage: &str) -> String {
    format!("{}.{stage}", curriculum.path)
}
