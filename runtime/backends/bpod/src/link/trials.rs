//! Running trials.

use super::connect::{read_input, receive, set, tell};
use super::{Link, LinkFault, Port};
use crate::wire::{Command, Matrix, MatrixFault, Message, Report, TrialReader, Unfit, check_messages, encode};
use std::time::Duration;
use trialect_device::Descriptor;

/// When a trial that should follow another at once has not said so after so long, it never will by itself: the firmware
/// loses the start of a matrix that arrived partly after the end of the trial before.
const LOST_START: Duration = Duration::from_millis(100);
/// How long the rest of an end may take.
const REST_OF_END: Duration = Duration::from_millis(100);

impl<P: Port> Link<P> {
    /// Uploads a matrix while nothing runs.
    ///
    /// # Errors
    /// When a trial runs, the matrix does not fit, or the board is gone.
    pub fn upload(&mut self, matrix: &Matrix) -> Result<(), LinkFault> {
        if self.reader.is_some() {
            return Err(LinkFault::Busy);
        }
        self.send_matrix(matrix, false)?;
        self.is_uploaded = true;
        Ok(())
    }

    /// Runs the matrix that was uploaded last.
    ///
    /// # Errors
    /// When a trial runs or the board is gone.
    pub fn run(&mut self) -> Result<(), LinkFault> {
        if self.reader.is_some() {
            return Err(LinkFault::Busy);
        }
        tell(&mut self.port, &Command::Run, "starting a trial")?;
        self.begin(self.is_uploaded, &[]);
        Ok(())
    }

    /// Uploads the matrix of the next trial while this one runs; it begins at once when this one ends. Without a trial it
    /// begins now.
    ///
    /// # Errors
    /// When the next trial was uploaded already, the matrix does not fit, or the board is gone.
    pub fn queue(&mut self, matrix: &Matrix) -> Result<(), LinkFault> {
        if self.is_queued {
            return Err(LinkFault::Full);
        }
        self.send_matrix(matrix, true)?;
        if self.reader.is_some() {
            self.is_queued = true;
        } else {
            self.begin(true, &[]);
            self.awaits_start = true;
        }
        Ok(())
    }

    fn send_matrix(&mut self, matrix: &Matrix, run_asap: bool) -> Result<(), LinkFault> {
        let mut upload = encode(matrix, self.model(), &self.codes, run_asap)?;
        let states = matrix.states.len();
        // Whether 255 is the state before is one setting of the board, also for the trial that runs while it changes.
        if self.reader.is_some() {
            let limit = self.hardware().states(true);
            upload.back |= self.last.0;
            if upload.back && states.max(self.last.1) > limit {
                let unfit =
                    Unfit::TooMany { what: "states beside one that goes back", found: states.max(self.last.1), limit };
                return Err(MatrixFault { place: "the matrix".into(), unfit }.into());
            }
        }
        self.last = (upload.back, states);
        tell(&mut self.port, &Command::Upload(upload), "uploading a matrix")
    }

    fn begin(&mut self, uploaded: bool, left: &[u8]) {
        let mut reader = TrialReader::new(self.codes.clone(), uploaded);
        reader.push(left);
        self.reader = Some(reader);
        (self.is_uploaded, self.silence) = (false, Duration::ZERO);
    }

    /// Whether a trial runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.reader.is_some()
    }

    /// Whether an end was announced whose rest has not come.
    #[must_use]
    pub fn is_in_end(&self) -> bool {
        self.reader.as_ref().is_some_and(TrialReader::is_in_end)
    }

    /// What tells that bytes have arrived, where there is such a thing.
    #[must_use]
    pub fn descriptor(&self) -> Option<Descriptor<'_>> {
        self.port.descriptor()
    }

    /// How many trials did not begin by themselves and had to be told to.
    #[must_use]
    pub fn lost_starts(&self) -> u32 {
        self.lost_starts
    }

    /// What the board says of the trial; none when nothing came for so long.
    ///
    /// # Errors
    /// When no trial runs, the board is gone, or it says what cannot be. After a fault the trial is over and the board
    /// safe, as far as it can be reached.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Report>, LinkFault> {
        let next = self.next_report(wait);
        if next.is_err() && self.reader.is_some() {
            let _ = self.make_safe();
        }
        next
    }

    /// What was heard already and not said yet; asks the port for nothing.
    ///
    /// # Errors
    /// As [`Link::next`].
    pub fn heard(&mut self) -> Result<Option<Report>, LinkFault> {
        let Some(reader) = self.reader.as_mut() else { return Ok(None) };
        let next = match reader.read() {
            Ok(Some(report)) => self.note(&report).map(|()| Some(report)),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault.into()),
        };
        if next.is_err() && self.reader.is_some() {
            let _ = self.make_safe();
        }
        next
    }

    fn next_report(&mut self, wait: Duration) -> Result<Option<Report>, LinkFault> {
        let mut buffer = [0; 512];
        let mut waited = Duration::ZERO;
        loop {
            let reader = self.reader.as_mut().ok_or(LinkFault::NothingRuns)?;
            if let Some(report) = reader.read()? {
                self.note(&report)?;
                return Ok(Some(report));
            }
            let step = if self.awaits_start || reader.is_in_end() { wait.min(LOST_START) } else { wait };
            match receive(&mut self.port, &mut buffer, step, "a trial runs")? {
                0 => {
                    waited += step;
                    self.silence += step;
                    self.heed_silence()?;
                    if waited >= wait {
                        return Ok(None);
                    }
                }
                count => {
                    self.silence = Duration::ZERO;
                    if let Some(reader) = &mut self.reader {
                        reader.push(&buffer[..count]);
                    }
                }
            }
        }
    }

    /// What follows from a report.
    fn note(&mut self, report: &Report) -> Result<(), LinkFault> {
        match report {
            Report::Uploaded(false) => {
                self.reader = None;
                Err(LinkFault::MatrixNotTaken)
            }
            Report::Started { .. } => {
                self.awaits_start = false;
                Ok(())
            }
            Report::Ended(_) => {
                let left = self.reader.take().map(|reader| reader.left()).unwrap_or_default();
                if std::mem::take(&mut self.is_queued) {
                    self.begin(true, &left);
                    self.awaits_start = true;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn heed_silence(&mut self) -> Result<(), LinkFault> {
        if self.is_in_end() && self.silence >= REST_OF_END {
            return Err(LinkFault::FalseEnd);
        }
        if self.awaits_start && self.silence >= LOST_START {
            self.awaits_start = false;
            self.lost_starts += 1;
            tell(&mut self.port, &Command::Run, "starting a trial that did not begin")?;
        }
        Ok(())
    }

    /// Stops the trial under way and one that was queued, and reads until it is over. Its reports are dropped.
    ///
    /// # Errors
    /// When the board is gone.
    pub fn stop(&mut self) -> Result<(), LinkFault> {
        self.make_safe()
    }

    /// Lets time pass while no trial runs; what the board says meanwhile is dropped.
    ///
    /// # Errors
    /// When a trial runs or the board is gone.
    pub fn pass(&mut self, time: Duration) -> Result<(), LinkFault> {
        if self.reader.is_some() {
            return Err(LinkFault::Busy);
        }
        let mut buffer = [0; 256];
        let mut left = time;
        // A board without a trial says nothing, but for modules whose relays are on, and these are off.
        while !left.is_zero() {
            let step = left.min(LOST_START);
            if receive(&mut self.port, &mut buffer, step, "no trial runs")? == 0 {
                left -= step;
            }
        }
        Ok(())
    }

    /// Whether an input line is on: its beam broken, its level high.
    ///
    /// # Errors
    /// When a trial runs, or the board does not answer.
    pub fn level(&mut self, channel: u8) -> Result<bool, LinkFault> {
        if self.reader.is_some() {
            return Err(LinkFault::Busy);
        }
        read_input(&mut self.port, channel)
    }

    /// Loads messages of a module channel (from 0).
    ///
    /// # Errors
    /// When a trial runs, a message does not fit, or the board does not take them.
    pub fn load_messages(&mut self, channel: u8, messages: &[Message]) -> Result<(), LinkFault> {
        if self.reader.is_some() {
            return Err(LinkFault::Busy);
        }
        check_messages(self.codes.hardware(), channel, messages)?;
        let command = Command::Load { channel, messages: messages.to_vec() };
        set(&mut self.port, &command, "loading messages")
    }
}
