//! Stages that would follow each other at every trial, or at every session, for as long as the data stay as they are.

use crate::Checker;
use crate::cases::{At, Cases, Formula, not};
use crate::model::*;
use trialect_base::Finding;
use trialect_units::Dimension;

/// Stages of a curriculum that are compared with each other.
const STAGES_MAX: usize = 200;

impl Checker<'_> {
    /// No two stages lead to each other at one moment on the same data.
    pub(crate) fn check_swaps(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let mut findings = Vec::new();
        for (k, curriculum) in self.model.curricula.iter().enumerate() {
            for (from, stage) in curriculum.stages.iter().enumerate().take(STAGES_MAX) {
                for (way, transition) in stage.transitions.iter().enumerate() {
                    let to = transition.target as usize;
                    let Some(other) = curriculum.stages.get(to).filter(|_| from < to) else { continue };
                    for (back, returning) in other.transitions.iter().enumerate() {
                        if returning.target as usize == from && returning.moment == transition.moment {
                            findings.extend(self.swap(CurriculumId(k), (from, way), (to, back)));
                        }
                    }
                }
            }
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    fn swap(&self, id: CurriculumId, there: (usize, usize), back: (usize, usize)) -> Option<Finding> {
        let stages = &self.model.curricula[id.0].stages;
        let (one, two) = (&stages[there.0], &stages[back.0]);
        let (way, return_way) = (&one.transitions[there.1], &two.transitions[back.1]);
        // What a transition does may end the swapping.
        if !way.actions.is_empty() || !return_way.actions.is_empty() {
            return None;
        }
        let at = |stage: usize| At { stage: Some((id, stage)), moment: Some(way.moment), fresh: true };
        let mut cases = Cases::new(&self.model, at(there.0));
        let forth = taken(&mut cases, one, there.1);
        cases.place = at(back.0);
        let returns = taken(&mut cases, two, back.1);
        let both = Formula::All(vec![forth, returns]);
        if cases.possible(&both) != Some(true) {
            return None;
        }
        let mut used = Vec::new();
        both.subjects(&mut used);
        let moment = if way.moment == Moment::TrialEnd { "trial" } else { "session" };
        let some = if way.moment == Moment::TrialEnd { 20 } else { 2 };
        let time = format!("{}.{moment}s >= {some} and …", self.model.curricula[id.0].name);
        let may = if used.len() < 2 { "follow" } else { "may follow" };
        let message = format!("`{}` and `{}` {may} each other at every {moment}", one.name, two.name);
        let label = match (used.as_slice(), cases.example(&both)) {
            ([subject], Some(value)) => {
                let subject = &cases.subjects[*subject].is;
                let percent = [&way.guard, &return_way.guard].into_iter().flatten();
                let percent = percent.map(|guard| self.sources.text(guard.span)).any(|text| text.contains('%'));
                let dimension = subject.ty.dimension(&self.model).unwrap_or(Dimension::NONE);
                let is = if percent { format!("{}%", value * 100.0) } else { self.amount(value, dimension) };
                let text = self.sources.text(subject.span);
                format!("leads to `{}`, for example where `{text}` is {is}", two.name)
            }
            _ => format!("leads to `{}`", two.name),
        };
        let span = self.head_of(way.span);
        // Of one quantity alone it is known that it can lie where both hold.
        let finding = match used.len() {
            0 | 1 => Finding::error("stages-swap", message, span, label),
            _ => Finding::warning("stages-swap", message, span, label),
        };
        let finding =
            finding.also(self.head_of(return_way.span), format!("leads back to `{}` on the same data", one.name));
        Some(
            finding.help(format!("let the conditions exclude each other, or ask for some time in the stage: `{time}`")),
        )
    }
}

/// When a transition of a stage is the one that is made: its condition holds, and none before it does.
fn taken(cases: &mut Cases<'_>, stage: &Stage, way: usize) -> Formula {
    let moment = stage.transitions[way].moment;
    let before = stage.transitions[..way].iter().filter(|before| before.moment == moment);
    let mut all: Vec<Formula> = before.map(|before| not(cases.guard(before.guard.as_ref()))).collect();
    all.push(cases.guard(stage.transitions[way].guard.as_ref()));
    Formula::All(all)
}
