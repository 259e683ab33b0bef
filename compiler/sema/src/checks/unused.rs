//! What is drawn and never read.

use crate::Checker;
use crate::model::*;
use crate::term::Term;
use crate::walk;
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
        walk::expressions(model, &mut |typed| {
            typed.visit(&mut |inner| {
                if let Term::Value { value, .. } = inner.term {
                    read[value.0] = true;
                }
            });
        });
        read
    }
}
