//! What devices sample all through the session: collected as time passes, and kept beside the journal.
//!
//! Samples decide nothing. They are no entries, and a replay neither has nor needs them: it asks its rig for none.

use crate::trials::Session;
use crate::{JournalRecorder, Recorder, SessionFault};
use trialect_device::{Input, Ns, Rig, RigFault, Samples, StreamLine};
use trialect_ir::Program;
use trialect_journal::{Entry, SampleWriter};

/// Samples are collected this often, ns: so many are lost when the process is killed.
const INTERVAL: Ns = 100_000_000;

/// No session lasts until then.
const NEVER_COMES: Ns = Ns::MAX - 1;

/// The readings that a rig is to sample.
pub fn streams(program: &Program) -> Vec<StreamLine> {
    let line = |stream: &trialect_ir::Stream| StreamLine {
        device: stream.device,
        reading: stream.reading.clone(),
        rate: stream.rate,
    };
    program.streams.iter().map(line).collect()
}

/// Writes entries to a journal and samples to a file of their own.
#[derive(Debug)]
pub struct SamplingRecorder {
    /// The journal.
    pub journal: JournalRecorder,
    /// The samples.
    pub samples: SampleWriter,
}

impl Recorder for SamplingRecorder {
    fn push(&mut self, entry: Entry) -> Result<(), SessionFault> {
        self.journal.push(entry)
    }
    fn commit(&mut self, sync: bool) -> Result<(), SessionFault> {
        if sync {
            self.samples.sync()?;
        }
        self.journal.commit(sync)
    }
    fn keeps_samples(&self) -> bool {
        true
    }
    fn samples(&mut self, at: Ns, samples: Samples<'_>) -> Result<(), SessionFault> {
        Ok(self.samples.push(samples.stream, samples.first, at, samples.counts)?)
    }
}

/// How far samples have been collected.
#[derive(Debug)]
pub(crate) struct Sampling {
    /// For each stream the number of the sample that is expected next; none when nothing is kept.
    next: Vec<u64>,
    /// When they are collected next.
    due: Ns,
}

impl Sampling {
    pub(crate) fn new(program: &Program, recorder: &dyn Recorder) -> Sampling {
        let streams = if recorder.keeps_samples() { program.streams.len() } else { 0 };
        Sampling { next: vec![0; streams], due: INTERVAL }
    }

    /// Keeps what was sampled before a time. A rig that hands over a sample twice is broken.
    fn collect(&mut self, rig: &mut dyn Rig, recorder: &mut dyn Recorder, at: Ns) -> Result<(), SessionFault> {
        let mut kept: Result<(), SessionFault> = Ok(());
        let next = &mut self.next;
        let handed = rig.samples(at, &mut |samples| {
            if kept.is_err() || samples.counts.is_empty() {
                return;
            }
            let expected = next.get_mut(samples.stream as usize).filter(|next| **next <= samples.first);
            kept = match expected {
                Some(next) => {
                    *next = samples.first + samples.counts.len() as u64;
                    recorder.samples(at, samples)
                }
                None => {
                    let what = format!("sample {} of stream {} again, or of no stream", samples.first, samples.stream);
                    Err(SessionFault::Rig(RigFault::Gone { rig: "samples".into(), what }))
                }
            };
        });
        self.due = (at / INTERVAL).saturating_add(1).saturating_mul(INTERVAL);
        kept.and(handed.map_err(SessionFault::from))
    }
}

impl Session<'_, '_> {
    /// The earliest input up to a time; what is sampled until then is collected on the way.
    pub(crate) fn next_input(&mut self, until: Ns) -> Result<Option<Input>, SessionFault> {
        while !self.sampling.next.is_empty() && self.sampling.due < until && until < NEVER_COMES {
            let due = self.sampling.due.max(self.now);
            if let Some(input) = self.host.hands.rig.next_input(due)? {
                return Ok(Some(input));
            }
            self.collect(due)?;
        }
        Ok(self.host.hands.rig.next_input(until)?)
    }

    fn collect(&mut self, at: Ns) -> Result<(), SessionFault> {
        let hands = &mut self.host.hands;
        self.sampling.collect(hands.rig, hands.recorder, at)
    }

    /// The session ends: what was sampled is kept as far as the rig still has it. What it has not is seen to be missing.
    pub(crate) fn collect_last(&mut self) -> Result<(), SessionFault> {
        if self.sampling.next.is_empty() {
            return Ok(());
        }
        match self.collect(self.now) {
            Err(SessionFault::Rig(_)) | Ok(()) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
