//! Between two trials (8): what people have asked for is done, in the order in which it was asked, and nowhere else.

use crate::requests::{Moment, Wish, change};
use crate::trials::{STOPPED, Session};
use crate::{Asked, Given, SessionFault};
use std::sync::atomic::Ordering;
use trialect_device::Ns;
use trialect_ir::header;
use trialect_journal::{Entry, Request};

/// How long a pause may last when nobody has said when it ends, ns.
const LONGEST_PAUSE: Ns = 24 * 3_600_000_000_000;

/// Why a session ended whose pause nobody ended.
const FORGOTTEN: &str = "paused for a day";

/// In a pause people are listened to this often, ns.
const LISTEN: Ns = 100_000_000;

/// What came of the time between two trials.
pub(crate) enum Between {
    /// The session goes on; no trial begins before this time.
    GoesOn(Ns),
    /// It ends for this reason.
    Ends(String),
}

impl Session<'_, '_> {
    /// Parameters that were given for the session, before anything is made that reads them.
    pub(crate) fn start_parameters(&mut self) -> Result<(), SessionFault> {
        for (name, value) in &self.plan.parameters {
            self.set_parameter(name, value)?;
        }
        Ok(())
    }

    /// Sets a parameter; its column, the word that it had and the one that it has.
    fn set_parameter(&mut self, name: &str, value: &Given) -> Result<Request, SessionFault> {
        let change = change(self.program, name, value)?;
        let column = &self.program.columns[change.column as usize];
        let had_value = column.present.is_none_or(|flag| self.word(flag) != 0);
        let from = had_value.then(|| self.word(column.value) as u64);
        self.set(column.value, change.word);
        if let Some(flag) = column.present {
            self.set(flag, 1);
        }
        self.set(change.kept, 1);
        Ok(Request::Change { column: change.column, from, to: change.word })
    }

    /// Does what was asked for, now that this trial has ended and the session goes on.
    pub(crate) fn between_trials(&mut self, trial: u32, earliest: Ns) -> Result<Between, SessionFault> {
        let (mut earliest, mut paused_at, mut done) = (earliest, None, false);
        loop {
            self.goes_on()?;
            let asked = self.plan.requests.borrow_mut().take(trial);
            let Some(Asked { moment, by, wish, .. }) = asked else {
                let Some(since) = paused_at else { break };
                if let Some(reason) = self.listen(trial, since)? {
                    return Ok(Between::Ends(reason));
                }
                continue;
            };
            let at = match moment {
                Moment::After(later) => self.now.saturating_add(later),
                Moment::At(at) => at,
            };
            // Also one that is to end later is not ended within a day.
            if let Some(forgotten) = paused_at.map(|since: Ns| since.saturating_add(LONGEST_PAUSE))
                && at > forgotten
            {
                let stopped = self.pass_until(forgotten)?;
                return Ok(Between::Ends(stopped.unwrap_or_else(|| FORGOTTEN.into())));
            }
            if at > self.now
                && let Some(reason) = self.pass_until(at)?
            {
                return Ok(Between::Ends(reason));
            }
            let request = match wish {
                Wish::Change { name, to } => self.set_parameter(&name, &to)?,
                Wish::Pause => Request::Pause,
                Wish::Resume => Request::Resume,
                Wish::Stop => Request::Stop,
                Wish::Note(text) => Request::Note { text },
            };
            match request {
                Request::Pause => paused_at = paused_at.or(Some(self.now)),
                Request::Resume => (paused_at, earliest) = (None, earliest.max(self.now)),
                _ => {}
            }
            let (ends, pauses) = (request == Request::Stop, request == Request::Pause);
            self.host.push(Entry::Request { at: self.now, by, request });
            self.host.fault.take().map_or(Ok(()), Err)?;
            done = true;
            if pauses {
                // A pause may last, and what ends it may be a crash.
                self.host.hands.recorder.commit(self.plan.sync_each_trial)?;
            }
            if ends {
                return Ok(Between::Ends(STOPPED.into()));
            }
        }
        if done {
            self.host.hands.recorder.commit(self.plan.sync_each_trial)?;
        }
        // Requests may take time although nobody paused: a trial does not begin in the past.
        Ok(Between::GoesOn(earliest.max(self.now)))
    }

    /// Time passes, and devices are heard; the reason when a `stop … now` holds before.
    fn pass_until(&mut self, at: Ns) -> Result<Option<String>, SessionFault> {
        let stopped = self.wait(at, true)?;
        if stopped.is_none() {
            self.now = at;
            self.set(header::NOW, at as u64);
        }
        Ok(stopped)
    }

    /// A while of a pause that nobody has ended yet; the reason when the session ends in it.
    fn listen(&mut self, trial: u32, since: Ns) -> Result<Option<String>, SessionFault> {
        // A record says when it ended.
        if let (Some((last, reason)), Some(until)) = (&self.plan.stop_after, self.plan.goes_on_until)
            && *last == trial
        {
            let stopped = self.pass_until(until)?;
            return Ok(Some(stopped.unwrap_or_else(|| reason.clone())));
        }
        if self.plan.stop.load(Ordering::SeqCst) {
            return Ok(Some(STOPPED.into()));
        }
        if self.now.saturating_sub(since) >= LONGEST_PAUSE {
            return Ok(Some(FORGOTTEN.into()));
        }
        let stopped = self.pass_until(self.now.saturating_add(LISTEN))?;
        // What was heard meanwhile; nothing is written when nothing was.
        self.host.hands.recorder.commit(false)?;
        Ok(stopped)
    }
}
