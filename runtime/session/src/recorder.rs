//! Where a session's record goes: into a journal, or beside an earlier one to be compared.

use crate::SessionFault;
use trialect_device::{Ns, Samples};
use trialect_journal::{Entry, Writer};

/// Takes in what happens, in order.
pub trait Recorder {
    /// One entry.
    ///
    /// # Errors
    /// When it cannot be kept, or differs from what was expected.
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault>;
    /// A trial boundary: what was pushed must survive the end of this process; with `sync` also of the machine.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn commit(&mut self, sync: bool) -> Result<(), SessionFault>;
    /// Whether what devices sample is kept here; else nobody asks them for it.
    fn keeps_samples(&self) -> bool {
        false
    }
    /// Samples that came at this time; each handed over survives the end of this process.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn samples(&mut self, _at: Ns, _samples: Samples<'_>) -> Result<(), SessionFault> {
        Ok(())
    }
}

/// Writes to a journal.
#[derive(Debug)]
pub struct JournalRecorder(pub Writer);

impl Recorder for JournalRecorder {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        Ok(self.0.push(entry)?)
    }
    fn commit(&mut self, sync: bool) -> Result<(), SessionFault> {
        if sync {
            self.0.sync()?
        } else {
            self.0.commit()?
        }
        Ok(())
    }
}

impl Recorder for Vec<Entry> {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        Vec::push(self, entry);
        Ok(())
    }
    fn commit(&mut self, _sync: bool) -> Result<(), SessionFault> {
        Ok(())
    }
}

/// The first entry that is not as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Position in the journal.
    pub position: usize,
    /// The trial under way; 0 before the first.
    pub trial: u32,
    /// What was recorded; none when the record ended.
    pub recorded: Option<Entry>,
    /// What is computed.
    pub computed: Entry,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let recorded = self.recorded.as_ref().map_or_else(|| "nothing".into(), told);
        write!(
            f,
            "trial {}, entry {}: computed {}, recorded {recorded}",
            self.trial,
            self.position,
            told(&self.computed)
        )
    }
}

/// An entry without the words of its row, which tell nobody anything.
fn told(entry: &Entry) -> String {
    match entry {
        Entry::SessionStart { .. } => "the session's start".into(),
        Entry::Row { trial, .. } => format!("the row of trial {trial}"),
        Entry::Subject { changes } => format!("{} changed words of the subject", changes.len()),
        Entry::SessionEnd { reason, .. } => format!("the session's end: {reason}"),
        other => format!("{other:?}"),
    }
}

/// Holds what is computed against an earlier record; what goes beyond it is passed on, if there is anywhere to.
pub struct Comparing<'a> {
    recorded: &'a [Entry],
    position: usize,
    trial: u32,
    beyond: Option<&'a mut dyn Recorder>,
}

impl<'a> Comparing<'a> {
    /// Compares with `recorded`; entries after its end go to `beyond`, or are a difference without it.
    pub fn with(recorded: &'a [Entry], beyond: Option<&'a mut dyn Recorder>) -> Comparing<'a> {
        Comparing { recorded, position: 0, trial: 0, beyond }
    }
    /// How many entries were equal.
    pub fn equal(&self) -> usize {
        self.position.min(self.recorded.len())
    }
}

impl Recorder for Comparing<'_> {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        if let Entry::TrialStart { trial, .. } = entry {
            self.trial = trial;
        }
        let recorded = self.recorded.get(self.position);
        self.position += 1;
        match (recorded, &mut self.beyond) {
            (Some(recorded), _) if *recorded == entry => Ok(()),
            (None, Some(beyond)) => beyond.push(entry),
            (recorded, _) => Err(SessionFault::Differs(Box::new(Difference {
                position: self.position - 1,
                trial: self.trial,
                recorded: recorded.cloned(),
                computed: entry,
            }))),
        }
    }
    fn commit(&mut self, sync: bool) -> Result<(), SessionFault> {
        match &mut self.beyond {
            Some(beyond) if self.position > self.recorded.len() => beyond.commit(sync),
            _ => Ok(()),
        }
    }
}
