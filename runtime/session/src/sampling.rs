//! What devices sample all through the session: collected as time passes, and kept beside the journal.
//!
//! Samples decide nothing. They are no entries, and a replay neither has nor needs them: it asks its rig for none.

use crate::trials::Session;
use crate::{JournalRecorder, Recorder, SessionFault};
use trialect_device::{Input, Ns, Rig, RigFault, Samples, StreamLine};
use trialect_ir::Program;
use trialect_ir::record::time_of_sample;
use trialect_journal::{Entry, SampleWriter};

/// Samples are collected this often, ns: so many are lost when the process is killed.
const INTERVAL: Ns = 100_000_000;

/// A converter whose clock runs fast may be ahead of the session by as much at the end of a piece, ns.
const AHEAD: Ns = 1_000_000_000;

/// Counts that are written in one piece.
const PIECE: usize = 1 << 20;

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
        for (first, counts) in (samples.first..).step_by(PIECE).zip(samples.counts.chunks(PIECE)) {
            self.samples.push(samples.stream, first, at, counts)?;
        }
        Ok(())
    }
}

/// How far samples have been collected.
#[derive(Debug)]
pub(crate) struct Sampling {
    /// For each stream its rate, Hz, and the number of the sample that is expected next; none when nothing is kept.
    next: Vec<(f64, u64)>,
    /// When they are collected next.
    due: Ns,
}

impl Sampling {
    pub(crate) fn new(program: &Program, recorder: &dyn Recorder) -> Sampling {
        let streams = program.streams.iter().filter(|_| recorder.keeps_samples());
        Sampling { next: streams.map(|stream| (stream.rate, 0)).collect(), due: INTERVAL }
    }

    /// Keeps what was sampled before a time. A rig that hands over a sample twice, or before it is taken, is broken.
    fn collect(&mut self, rig: &mut dyn Rig, recorder: &mut dyn Recorder, at: Ns) -> Result<(), SessionFault> {
        let mut kept: Result<(), SessionFault> = Ok(());
        let next = &mut self.next;
        let handed = rig.samples(at, &mut |samples| {
            if kept.is_ok() && !samples.counts.is_empty() {
                kept = follows(next, at, samples).and_then(|()| recorder.samples(at, samples));
            }
        });
        self.due = (at / INTERVAL).saturating_add(1).saturating_mul(INTERVAL);
        kept.and(handed.map_err(SessionFault::from))
    }
}

/// Takes note of samples that may come now.
fn follows(next: &mut [(f64, u64)], at: Ns, samples: Samples<'_>) -> Result<(), SessionFault> {
    let Samples { stream, first, counts } = samples;
    let broken = |what: String| Err(SessionFault::Rig(RigFault::Gone { rig: "samples".into(), what }));
    let Some((rate, expected)) = next.get_mut(stream as usize) else {
        return broken(format!("samples of stream {stream}, which was not asked for"));
    };
    let after = first.saturating_add(counts.len() as u64);
    if first < *expected {
        return broken(format!("sample {first} of stream {stream} was handed over before"));
    }
    if time_of_sample(*rate, first) > at || time_of_sample(*rate, after - 1) > at.saturating_add(AHEAD) {
        return broken(format!("samples {first} .. {} of stream {stream} cannot have been taken yet", after - 1));
    }
    *expected = after;
    Ok(())
}

impl Session<'_, '_> {
    /// The earliest input up to a time; what is sampled until then is collected on the way.
    pub(crate) fn next_input(&mut self, until: Ns) -> Result<Option<Input>, SessionFault> {
        while !self.sampling.next.is_empty() && self.sampling.due < until && until < NEVER_COMES {
            let due = self.sampling.due.max(self.now);
            if let Some(input) = self.host.hands.rig.next_input(due)? {
                return Ok(Some(input));
            }
            self.collect(due).inspect_err(|_| self.now = due)?;
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
