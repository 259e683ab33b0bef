//! How trials and sessions end, in the order that the language's semantics number.

use super::{Over, Session};
use crate::replay::is_broken_off;
use crate::{Ending, SessionFault};
use trialect_ir::{NO_OUTCOME, Phase, header};
use trialect_journal::Entry;

impl Session<'_, '_> {
    /// The trial has an outcome, or the session stops in the middle of it. The reason, when the session ends with it.
    pub(super) fn after_outcome(&mut self, trial: u32) -> Result<Option<String>, SessionFault> {
        if self.word(header::OUTCOME) != NO_OUTCOME {
            return self.end_trial(trial);
        }
        self.machine.interrupt(self.now, &mut self.host);
        self.set(header::OUTCOME, NO_OUTCOME as u64);
        self.close_trial(trial, None)?;
        self.record_subject();
        self.settle()?;
        self.host.hands.recorder.commit(self.plan.sync_each_trial)?;
        Ok(self.stopped())
    }

    /// The end of a trial, steps 2 to 8. The reason, when the session ends with it.
    pub(super) fn end_trial(&mut self, trial: u32) -> Result<Option<String>, SessionFault> {
        let outcome = self.word(header::OUTCOME);
        self.close_trial(trial, u32::try_from(outcome).ok())?;
        for phase in [Phase::Statistics, Phase::TrialRules] {
            self.machine.run(phase, &mut self.host);
        }
        // Machines of the session see what rules have set.
        if self.has_machines() {
            self.machine.settle(self.now, &mut self.host);
        }
        self.machine.run(Phase::Stops, &mut self.host);
        self.record_subject();
        self.settle()?;
        self.host.hands.recorder.commit(self.plan.sync_each_trial)?;
        Ok(self.stopped().or_else(|| (trial >= self.program.most_trials).then(|| "limit trials".into())))
    }

    /// Outputs go safe, definitions get their values, the row is recorded.
    pub(super) fn close_trial(&mut self, trial: u32, outcome: Option<u32>) -> Result<(), SessionFault> {
        let now = self.now;
        self.host.attempt(|host| host.outputs.end_trial(&mut host.hands, now));
        self.machine.run(Phase::TrialEnd, &mut self.host);
        let (words, present) = self.row();
        self.host.push(Entry::Row { trial, at: now, outcome, words, present });
        self.host.fault.take().map_or(Ok(()), Err)?;
        self.under_way = None;
        Ok(())
    }

    /// One word a column, and a bit that says whether there is a value.
    pub(super) fn row(&self) -> (Vec<u64>, Vec<u64>) {
        let memory = self.machine.memory();
        let columns = &self.program.columns;
        let words = columns.iter().map(|column| memory[column.value.index()]).collect();
        let mut present = vec![0_u64; columns.len().div_ceil(64)];
        for (k, column) in columns.iter().enumerate() {
            let there = column.present.is_none_or(|flag| memory[flag.index()] != 0);
            present[k / 64] |= u64::from(there) << (k % 64);
        }
        (words, present)
    }

    /// The subject's words that changed since they were last recorded.
    pub(super) fn record_subject(&mut self) {
        let start = self.program.subject.start;
        let memory = &self.machine.memory()[start as usize..self.program.subject.end as usize];
        let changes: Vec<(u32, u64)> = memory
            .iter()
            .zip(&self.subject)
            .enumerate()
            .filter(|(_, (now, before))| now != before)
            .map(|(k, (now, _))| (start + k as u32, *now))
            .collect();
        self.subject.copy_from_slice(memory);
        self.host.push(Entry::Subject { changes });
    }

    /// A fault in mid-session: the trial under way is recorded without an outcome.
    pub(super) fn broken(&mut self, fault: SessionFault) -> Over {
        let reason = match (&self.plan.interruption, is_broken_off(&fault)) {
            (Some(interruption), true) => {
                self.now = interruption.at.map_or(self.now, |at| at.max(self.now));
                interruption.reason.clone()
            }
            _ => fault.to_string(),
        };
        self.host.fault = None;
        self.host.hands.make_safe(self.now);
        // The record of a session whose record cannot be written ends here; recovery closes it.
        if !matches!(fault, SessionFault::Journal(_) | SessionFault::Differs(_)) {
            self.host.push(Entry::Fault { at: self.now, what: reason.clone() });
            if let Some(trial) = self.under_way {
                self.machine.interrupt(self.now, &mut self.host);
                // Also when it broke off while what it had latched was being ended.
                self.set(header::OUTCOME, NO_OUTCOME as u64);
                if let Err(second) = self.close_trial(trial, None) {
                    self.host.fault = Some(second);
                }
            }
        } else {
            self.host.fault = Some(fault);
        }
        Over { reason, interrupted: true }
    }

    /// The end of the session: handlers, transitions, the subject's words.
    pub(super) fn end(&mut self, over: Over, trials: u32) -> Result<Ending, SessionFault> {
        if let Some(fault) = self.host.fault.take() {
            return Err(fault);
        }
        self.collect_last()?;
        let now = self.now;
        if self.has_machines() {
            self.machine.stop(now, &mut self.host);
        }
        self.host.attempt(|host| host.outputs.end_session(&mut host.hands, now));
        self.host.hands.rig.make_safe(now);
        self.set(header::NOW, now as u64);
        self.covariates(true)?;
        self.machine.run(Phase::SessionEnd, &mut self.host);
        let subject = self.program.subject.start as usize..self.program.subject.end as usize;
        if self.program.counts.is_some_and(|slot| self.word(slot) == 0) {
            self.machine.memory_mut()[subject].copy_from_slice(&self.begun);
        }
        self.machine.run(Phase::Columns, &mut self.host);
        let subject =
            self.machine.memory()[self.program.subject.start as usize..self.program.subject.end as usize].to_vec();
        let (words, present) = self.row();
        self.host.push(Entry::SessionEnd {
            at: self.now,
            reason: over.reason.clone(),
            subject: subject.clone(),
            words,
            present,
        });
        if let Some(fault) = self.host.fault.take() {
            return Err(fault);
        }
        self.host.hands.recorder.commit(true)?;
        Ok(Ending { reason: over.reason, trials, subject_words: subject, interrupted: over.interrupted })
    }
}
