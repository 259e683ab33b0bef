//! What a board says while a trial runs.

use super::{END_OF_TRIAL, EVENTS, EventCodes, SOFT_CODE};
use std::collections::VecDeque;
use thiserror::Error;

/// Something that a board said of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Whether the matrix that was uploaded was taken; only after an upload.
    Uploaded(bool),
    /// The trial began.
    Started {
        /// Microseconds on the board's session clock.
        us: u64,
    },
    /// Events of one cycle, in the order in which the board looked at them.
    Events {
        /// Cycles since the trial began.
        cycle: u32,
        /// Their codes.
        codes: Vec<u8>,
    },
    /// A soft code for the host.
    SoftCode(u8),
    /// The trial is over.
    Ended(Ending),
}

/// The end of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Cycles since the trial began.
    pub cycle: u32,
    /// Cycles that were carried out; one more in a trial that followed another at once.
    pub executed: u32,
    /// Microseconds on the board's session clock.
    pub us: u64,
}

/// Why what a board says cannot be the report of a trial. After one nothing that follows can be trusted: the trial must
/// be stopped, what waits on the line dropped, and the trial be told to have failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrialFault {
    /// No packet begins so.
    #[error(
        "byte {offset} of the trial: no packet begins with {found:#04x}; the trial is lost, stop it and begin anew"
    )]
    UnknownPacket {
        /// Bytes of the trial before it.
        offset: u64,
        /// The byte.
        found: u8,
    },
    /// No event has this code, or a packet has none.
    #[error("byte {offset} of the trial: no event has the code {found}; the trial is lost, stop it and begin anew")]
    UnknownEvent {
        /// Bytes of the trial before the packet.
        offset: u64,
        /// The code; of an empty packet 254, which is none.
        found: u8,
    },
    /// Time runs backwards.
    #[error(
        "byte {offset} of the trial: cycle {found} after cycle {last}; bytes were lost or added, stop the trial and begin anew"
    )]
    CycleBack {
        /// Bytes of the trial before the packet.
        offset: u64,
        /// The cycle.
        found: u32,
        /// That of the packet before.
        last: u32,
    },
    /// An end that cannot be one: a module sent a 0, which boards report as the end of a trial.
    #[error(
        "byte {offset} of the trial: an end at cycle {cycle} with {executed} cycles in {us} us; a module that sends the byte 0 \
         gives such ends, stop the trial and begin anew, and allot the first module no events if it goes on"
    )]
    FalseEnd {
        /// Bytes of the trial before the packet.
        offset: u64,
        /// Cycle of the packet.
        cycle: u32,
        /// Cycles that would have been carried out.
        executed: u32,
        /// Microseconds that it would have lasted; negative when it would have ended before it began.
        us: i64,
    },
    /// Whether the matrix was taken is neither 0 nor 1.
    #[error("the upload is acknowledged with {found:#04x}; disconnect and connect again")]
    Acknowledgement {
        /// The byte.
        found: u8,
    },
}

impl TrialFault {
    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TrialFault::UnknownPacket { .. } => "bpod-unknown-packet",
            TrialFault::UnknownEvent { .. } => "bpod-unknown-event",
            TrialFault::CycleBack { .. } => "bpod-cycle-back",
            TrialFault::FalseEnd { .. } => "bpod-false-end",
            TrialFault::Acknowledgement { .. } => "bpod-acknowledgement",
        }
    }
}

/// How far the board's microseconds and its cycles may be apart at the end of a trial: 20 ms and a thousandth. Recorded
/// trials are apart by 2.7 ms at most; what is no end is apart by arbitrary numbers.
const SLACK_US: i64 = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Acknowledge,
    Start,
    Packets,
    Over,
}

/// Reads the bytes of one trial, however they arrive.
#[derive(Debug, Clone)]
pub struct TrialReader {
    codes: EventCodes,
    step: Step,
    waiting: VecDeque<u8>,
    /// Bytes of the trial that were read.
    offset: u64,
    start_us: u64,
    last: Option<u32>,
    fault: Option<TrialFault>,
}

impl TrialReader {
    /// For the next trial of a board; `uploaded` when its matrix was uploaded since the last one.
    #[must_use]
    pub fn new(codes: EventCodes, uploaded: bool) -> TrialReader {
        let step = if uploaded { Step::Acknowledge } else { Step::Start };
        TrialReader { codes, step, waiting: VecDeque::new(), offset: 0, start_us: 0, last: None, fault: None }
    }

    /// More bytes arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    /// Bytes that were not read: of an unfinished packet, or what follows a trial that is over.
    #[must_use]
    pub fn left(&self) -> Vec<u8> {
        self.waiting.iter().copied().collect()
    }

    /// Whether the end was announced and the rest of it has not come. When that stays so for more than a few
    /// milliseconds, the end was a false one.
    #[must_use]
    pub fn is_in_end(&self) -> bool {
        let count = self.waiting.get(1).map_or(0, |count| usize::from(*count));
        let codes = self.waiting.iter().skip(2).take(count);
        self.step == Step::Packets
            && self.waiting.front() == Some(&EVENTS)
            && codes.into_iter().any(|code| *code == END_OF_TRIAL)
    }

    /// Whether the trial is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    /// The next report; none when more bytes are needed or the trial is over.
    ///
    /// # Errors
    /// When the bytes cannot be what a trial says; all further calls say the same.
    pub fn read(&mut self) -> Result<Option<Report>, TrialFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let read = match self.step {
            Step::Acknowledge => self.acknowledgement(),
            Step::Start => Ok(self.start()),
            Step::Packets => self.packet(),
            Step::Over => Ok(None),
        };
        if let Err(fault) = &read {
            self.fault = Some(fault.clone());
        }
        read
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        if self.waiting.len() < N {
            return None;
        }
        self.offset += N as u64;
        let mut bytes = self.waiting.drain(..N);
        Some(std::array::from_fn(|_| bytes.next().unwrap_or(0)))
    }

    fn number(&self, at: usize, bytes: usize) -> u64 {
        (0..bytes).fold(0, |sum, k| sum | u64::from(self.waiting.get(at + k).copied().unwrap_or(0)) << (8 * k))
    }

    fn acknowledgement(&mut self) -> Result<Option<Report>, TrialFault> {
        let Some([found]) = self.take() else { return Ok(None) };
        if found > 1 {
            return Err(TrialFault::Acknowledgement { found });
        }
        self.step = if found == 1 { Step::Start } else { Step::Over };
        Ok(Some(Report::Uploaded(found == 1)))
    }

    fn start(&mut self) -> Option<Report> {
        self.start_us = u64::from_le_bytes(self.take()?);
        self.step = Step::Packets;
        Some(Report::Started { us: self.start_us })
    }

    fn packet(&mut self) -> Result<Option<Report>, TrialFault> {
        let (Some(&kind), Some(&count)) = (self.waiting.front(), self.waiting.get(1)) else { return Ok(None) };
        let offset = self.offset;
        match kind {
            SOFT_CODE => {
                self.take::<2>();
                Ok(Some(Report::SoftCode(count)))
            }
            EVENTS => {
                let count = usize::from(count);
                let codes: Vec<u8> = self.waiting.iter().skip(2).take(count).copied().collect();
                let ends = codes.contains(&END_OF_TRIAL);
                let unknown = |code: &&u8| **code != END_OF_TRIAL && self.codes.event(**code).is_none();
                if let Some(&found) = codes.iter().find(unknown).or((count == 0).then_some(&254)) {
                    return Err(TrialFault::UnknownEvent { offset, found });
                }
                let length = 2 + count + 4;
                if self.waiting.len() < length + if ends { 12 } else { 0 } {
                    return Ok(None);
                }
                let cycle = self.number(2 + count, 4) as u32;
                if ends { self.end(length, cycle).map(Some) } else { self.events(codes, length, cycle).map(Some) }
            }
            found => Err(TrialFault::UnknownPacket { offset, found }),
        }
    }

    fn events(&mut self, codes: Vec<u8>, length: usize, cycle: u32) -> Result<Report, TrialFault> {
        if let Some(last) = self.last.filter(|last| cycle <= *last) {
            return Err(TrialFault::CycleBack { offset: self.offset, found: cycle, last });
        }
        self.last = Some(cycle);
        self.waiting.drain(..length);
        self.offset += length as u64;
        Ok(Report::Events { cycle, codes })
    }

    fn end(&mut self, length: usize, cycle: u32) -> Result<Report, TrialFault> {
        let executed = self.number(length, 4) as u32;
        let us = self.number(length + 4, 8);
        let lasted = us.wrapping_sub(self.start_us).cast_signed();
        let cycles_us = i64::from(cycle) * i64::from(self.codes.hardware().cycle_us);
        let counted = executed == cycle || executed == cycle.wrapping_add(1);
        let fits = (lasted.saturating_sub(cycles_us)).saturating_abs() <= SLACK_US + cycles_us / 1000;
        if !counted || lasted < 0 || !fits || self.last.is_some_and(|last| cycle < last) {
            return Err(TrialFault::FalseEnd { offset: self.offset, cycle, executed, us: lasted });
        }
        self.waiting.drain(..length + 12);
        self.offset += length as u64 + 12;
        self.step = Step::Over;
        Ok(Report::Ended(Ending { cycle, executed, us }))
    }
}
