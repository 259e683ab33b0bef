//! What is drawn and never read.

use crate::Checker;
use crate::model::*;
use crate::term::{Term, Texpr};
use trialect_base::Finding;

impl Checker<'_> {
    /// Draws that nothing reads, decks that nothing deals, and decks that no session deals to the end.
    pub(crate) fn check_unused(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let read = self.values_read();
        let mut findings = Vec::new();
        // A test that tells nothing has left nothing of what it read.
        let told = self.findings.iter().any(|finding| finding.code == "always-there");
        for (k, value) in self.model.values.iter().enumerate() {
            // What a subject draws, a group for example, people read.
            let drawn = matches!(value.kind, ValueKind::Draw(_)) && value.clock != Clock::Subject;
            if drawn && !read[k] && !told && !self.libraries.contains(&value.span.source) {
                let message = format!("nothing depends on the draw `{}`", value.name);
                let finding = Finding::warning("never-used", message, value.span, "never read");
                findings.push(finding.help("read it where it should decide something, or remove it"));
            }
        }
        findings.extend(self.decks_in_vain());
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    fn decks_in_vain(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (k, deck) in self.model.decks.iter().enumerate() {
            if self.libraries.contains(&deck.span.source) {
                continue;
            }
            let deals = |value: &&Value| matches!(&value.kind, ValueKind::Draw(Family::Deal(id)) if id.0 == k);
            let Some(draw) = self.model.values.iter().find(deals) else {
                let message = format!("nothing is dealt from the deck `{}`", deck.name);
                let finding = Finding::warning("never-used", message, deck.span, "never dealt");
                findings.push(finding.help(format!("write `draw NAME ~ deal({})`, or remove it", deck.name)));
                continue;
            };
            let cards: u64 = deck.counts.iter().map(|&copies| u64::from(copies)).sum();
            let Some((most, limit)) = self.model.most_trials else { continue };
            if draw.clock == Clock::Trial && draw.keys.is_empty() && cards > u64::from(most) {
                let message = format!("a session deals at most {most} of the {cards} cards of `{}`", deck.name);
                let finding = Finding::warning("deck-never-empty", message, deck.span, format!("{cards} cards"));
                let finding = finding.also(limit, "the most trials of a session, in which the deck begins anew");
                findings.push(finding.help("make the deck smaller in proportion, or raise `limit trials`"));
            }
        }
        findings
    }

    /// For each value whether anything reads it.
    fn values_read(&self) -> Vec<bool> {
        let model = &self.model;
        let mut read = vec![false; model.values.len()];
        let mut each = |typed: &Texpr| {
            typed.visit(&mut |inner| {
                if let Term::Value { value, .. } = inner.term {
                    read[value.0] = true;
                }
            });
        };
        model.values.iter().for_each(|value| in_value(&value.kind, &mut each));
        for stage in model.curricula.iter().flat_map(|curriculum| &curriculum.stages) {
            stage.values.iter().flatten().for_each(&mut each);
            for way in &stage.transitions {
                way.guard.iter().for_each(&mut each);
                in_actions(&way.actions, &mut each);
            }
        }
        for state in &model.states {
            in_actions(&state.entry, &mut each);
            for clause in &state.clauses {
                match &clause.waits {
                    Waits::Reaches { affine, level, .. } => [&affine.whole, level].into_iter().for_each(&mut each),
                    Waits::After(time) => each(time),
                    Waits::Event(..) | Waits::State(..) | Waits::Condition => {}
                }
                clause.guard.iter().for_each(&mut each);
                in_actions(&clause.actions, &mut each);
            }
        }
        for handler in &model.handlers {
            handler.guard.iter().for_each(&mut each);
            in_actions(&handler.actions, &mut each);
        }
        in_actions(&model.held, &mut each);
        model.blocks.iter().filter_map(|block| block.ends.as_ref()).chain(&model.counts).for_each(&mut each);
        model.stops.iter().chain(&model.advices).for_each(|watch| each(&watch.condition));
        model.limits.iter().map(|limit| &limit.amount).for_each(&mut each);
        model.pause.iter().for_each(|(time, _)| each(time));
        model.stimuli.iter().flat_map(|stimulus| &stimulus.fixed).for_each(&mut each);
        read
    }
}

fn in_value(kind: &ValueKind, each: &mut dyn FnMut(&Texpr)) {
    match kind {
        ValueKind::Definition(body) => each(body),
        ValueKind::Table(rows) => rows.iter().for_each(each),
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => variable.initial.iter().for_each(each),
        ValueKind::Draw(family) => family.parameters().into_iter().for_each(each),
        ValueKind::Statistic(statistic) => {
            let parts = statistic.key.iter().chain(&statistic.filter).chain(&statistic.otherwise);
            parts.chain([&statistic.sample]).for_each(each);
        }
        ValueKind::Fit(fit) => fit.keys.iter().for_each(each),
        ValueKind::Pending | ValueKind::Covariate(_) => {}
    }
}

fn in_actions(actions: &[Action], each: &mut dyn FnMut(&Texpr)) {
    for action in actions {
        match action {
            Action::Set { keys, to, .. } => keys.iter().chain([to]).for_each(&mut *each),
            Action::Let { to, .. } => each(to),
            Action::If { condition, then, otherwise } => {
                each(condition);
                in_actions(then, each);
                in_actions(otherwise, each);
            }
            Action::Draw(_) => {}
            Action::Do(deed) => {
                deed.arguments.iter().map(|(_, typed)| typed).chain(&deed.duration).for_each(&mut *each);
            }
            Action::Track { affine, .. } => {
                each(&affine.whole);
                each(&affine.slope);
                affine.offset.iter().for_each(&mut *each);
            }
        }
    }
}
