//! Outputs that are on: what a trial's end must end, what a state hands over to the next, what follows a reading.

use crate::SessionFault;
use crate::budgets::{Budgets, limits};
use crate::host::Hands;
use std::collections::BTreeMap;
use trialect_device::{Command, Ns, Rig};
use trialect_ir::{Class, Clock, Program, Site, SiteId, Slot, VerbKind, header};
use trialect_journal::Entry;

/// An output that is on.
#[derive(Debug, Clone, Copy)]
struct On {
    site: SiteId,
    /// Its state has let go of it: it ends with the instant, unless it is taken over.
    let_go: bool,
    /// What its parameter follows.
    track: Option<Track>,
}

/// A parameter of a stimulus that follows a slot.
#[derive(Debug, Clone, Copy)]
struct Track {
    slot: Slot,
    last: u64,
}

/// Outputs that are on, at most one for each target, in the order in which the targets came on.
///
/// Only what is in this list is ever ended, and it leaves the list when it is: ended by its state, by its trial or by
/// another verb. An output that takes over a target that is on (shown again, held on by the next state) takes its
/// place, so that what began once ends once.
#[derive(Debug)]
pub(crate) struct Outputs {
    on: Vec<On>,
    /// Arguments with which each site was last sent.
    sent: Vec<Vec<u64>>,
    budgets: Budgets,
}

impl Outputs {
    pub(crate) fn new(program: &Program, given_today: &BTreeMap<String, f64>) -> Outputs {
        let budgets = Budgets::new(program, given_today);
        Outputs { on: Vec::new(), sent: vec![Vec::new(); program.sites.len()], budgets }
    }

    /// Sends a command, unless a held output simply goes on, or a limit forbids it.
    pub(crate) fn send(&mut self, hands: &mut Hands<'_>, site: SiteId, memory: &mut [u64]) -> Result<(), SessionFault> {
        let program = hands.program;
        let declared = &program.sites[site.0 as usize];
        if !program.on_time.is_empty() && self.refused(hands, site, memory)? {
            return Ok(());
        }
        let words = &memory[header::SCRATCH.index()..][..declared.parameters.len()];
        if let Some(k) = self.on.iter().position(|on| on.site == site && on.let_go) {
            if self.sent[site.0 as usize] == words {
                self.on[k].let_go = false;
                return Ok(());
            }
            // A picture that is shown again stays on; a parameter stops to follow before it follows from elsewhere.
            if self.on[k].track.is_some() {
                self.end(hands, k)?;
            }
        }
        let at = memory[header::NOW.index()] as Ns;
        let arguments = arguments(declared, words, memory);
        let command = Command {
            device: declared.device,
            verb: &declared.verb,
            stimulus: declared.stimulus,
            arguments: &arguments,
        };
        let recorded = arguments.iter().map(|(_, value)| value.to_bits()).collect();
        hands.push(Entry::Output { output: site.0, at, arguments: recorded })?;
        // Noted before it is carried out: a command that failed may have had an effect, which must end.
        self.sent[site.0 as usize].clear();
        self.sent[site.0 as usize].extend(words);
        self.note(program, site, memory);
        if hands.safe {
            return Ok(());
        }
        Ok(hands.rig.command(at, command)?)
    }

    /// Counts the time for which outputs were on until now.
    fn count(&mut self, program: &Program, at: Ns) {
        if !program.on_time.is_empty() {
            let on = &self.on;
            self.budgets.advance(program, at, |limit| on_of(on, program, limit));
        }
    }

    /// A limit of time of which nothing is left refuses the output: that is recorded, and ends the session after the trial.
    fn refused(&mut self, hands: &mut Hands<'_>, site: SiteId, memory: &mut [u64]) -> Result<bool, SessionFault> {
        let program = hands.program;
        let at = memory[header::NOW.index()] as Ns;
        self.count(program, at);
        let mut refused = false;
        for (k, limit) in program.on_time.iter().enumerate() {
            if limits(limit, &program.sites[site.0 as usize]) && self.budgets.is_used_up(program, k) {
                hands.push(Entry::Decision { rule: limit.rule.0, at })?;
                memory[limit.met.index()] = 1;
                refused = true;
            }
        }
        Ok(refused)
    }

    /// When a limit of time will be used up, if nothing changes.
    pub(crate) fn runs_out(&self, program: &Program) -> Option<Ns> {
        self.budgets.runs_out(program, |limit| on_of(&self.on, program, limit))
    }

    /// Ends what limits of time do not allow any longer, at the instant at which they are used up.
    pub(crate) fn cut(&mut self, hands: &mut Hands<'_>, at: Ns, memory: &mut [u64]) -> Result<(), SessionFault> {
        let program = hands.program;
        hands.now = at;
        self.count(program, at);
        for (k, limit) in program.on_time.iter().enumerate() {
            if !self.budgets.use_up(program, k, on_of(&self.on, program, limit)) {
                continue;
            }
            hands.push(Entry::Decision { rule: limit.rule.0, at })?;
            memory[limit.met.index()] = 1;
            while let Some(k) = self.on.iter().position(|on| limits(limit, &program.sites[on.site.0 as usize])) {
                self.end(hands, k)?;
            }
        }
        Ok(())
    }

    /// A trial begins.
    pub(crate) fn begin_trial(&mut self, program: &Program, at: Ns) {
        self.count(program, at);
        self.budgets.begin_trial(program);
    }

    /// What a command that is sent turns on or off.
    fn note(&mut self, program: &Program, site: SiteId, memory: &[u64]) {
        let declared = &program.sites[site.0 as usize];
        let track = match declared.kind {
            VerbKind::Timed => return,
            VerbKind::Instant => {
                let ended = |on: &On| ends(declared, &program.sites[on.site.0 as usize]);
                return self.on.retain(|on| !ended(on));
            }
            VerbKind::Latching | VerbKind::Held => None,
            VerbKind::Track { slot } => Some(Track { slot, last: memory[slot.index()] }),
        };
        self.count(program, memory[header::NOW.index()] as Ns);
        let now = On { site, let_go: false, track };
        let before = self
            .on
            .iter_mut()
            .find(|on| on.site == site || track.is_none() && same_target(declared, &program.sites[on.site.0 as usize]));
        match before {
            Some(on) => *on = now,
            None => self.on.push(now),
        }
    }

    /// A state lets go of what it holds, if it is on and nothing has taken its place.
    pub(crate) fn let_go(&mut self, site: SiteId) {
        if let Some(on) = self.on.iter_mut().find(|on| on.site == site) {
            on.let_go = true;
        }
    }

    /// Ends what was let go of and nobody has taken over, the latest first. Called when an instant is over.
    pub(crate) fn settle(&mut self, hands: &mut Hands<'_>, at: Ns) -> Result<(), SessionFault> {
        hands.now = at;
        while let Some(k) = self.on.iter().rposition(|on| on.let_go) {
            self.end(hands, k)?;
        }
        Ok(())
    }

    fn end(&mut self, hands: &mut Hands<'_>, k: usize) -> Result<(), SessionFault> {
        hands.holds()?;
        self.count(hands.program, hands.now);
        let site = self.on.remove(k).site;
        let declared = &hands.program.sites[site.0 as usize];
        hands.push(Entry::Release { output: site.0, at: hands.now })?;
        if hands.safe {
            return Ok(());
        }
        Ok(hands.rig.release(hands.now, declared.device, &declared.verb, declared.stimulus)?)
    }

    /// The trial is over: what is still on in it ends, in the order in which it came on.
    pub(crate) fn end_trial(&mut self, hands: &mut Hands<'_>, at: Ns) -> Result<(), SessionFault> {
        self.settle(hands, at)?;
        let sites = &hands.program.sites;
        while let Some(k) = self.on.iter().position(|on| sites[on.site.0 as usize].until != Clock::Session) {
            self.end(hands, k)?;
        }
        Ok(())
    }

    /// The session is over: what it held ends, in the order in which it came on.
    pub(crate) fn end_session(&mut self, hands: &mut Hands<'_>, at: Ns) -> Result<(), SessionFault> {
        hands.now = at;
        while !self.on.is_empty() {
            self.end(hands, 0)?;
        }
        Ok(())
    }

    /// Tells the rig what the tracked parameters have become.
    pub(crate) fn follow(&mut self, program: &Program, rig: &mut dyn Rig, memory: &[u64]) {
        for on in &mut self.on {
            let Some(track) = &mut on.track else { continue };
            let now = memory[track.slot.index()];
            if now != track.last {
                track.last = now;
                let site = &program.sites[on.site.0 as usize];
                if let (Some(stimulus), Some((parameter, _))) = (site.stimulus, site.parameters.first()) {
                    rig.follow(memory[header::NOW.index()] as Ns, stimulus, parameter, f64::from_bits(now));
                }
            }
        }
    }
}

/// The arguments of a command: a real by its word, a train once for each of its times. The word of a train is the address
/// of the number of its events, behind which the times stand.
fn arguments<'s>(site: &'s Site, words: &[u64], memory: &[u64]) -> Vec<(&'s str, f64)> {
    let mut arguments = Vec::with_capacity(words.len());
    for ((name, class), word) in site.parameters.iter().zip(words) {
        if *class == Class::Real {
            arguments.push((name.as_str(), f64::from_bits(*word)));
            continue;
        }
        let train = usize::try_from(*word).ok().and_then(|address| memory.get(address..)).unwrap_or_default();
        let Some((count, times)) = train.split_first() else { continue };
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        arguments.extend(times.iter().take(count).map(|time| (name.as_str(), f64::from_bits(*time))));
    }
    arguments
}

/// How many outputs of a limit are on.
fn on_of(on: &[On], program: &Program, limit: &trialect_ir::OnTime) -> i64 {
    on.iter().filter(|on| limits(limit, &program.sites[on.site.0 as usize])).count() as i64
}

/// Whether one command goes to the target of another and replaces what it began.
fn same_target(one: &Site, other: &Site) -> bool {
    !matches!(other.kind, VerbKind::Track { .. })
        && (one.device, one.stimulus, &one.verb) == (other.device, other.stimulus, &other.verb)
}

/// Whether a verb ends an output: its class says which verb of the same target it ends. What follows goes on following.
fn ends(one: &Site, on: &Site) -> bool {
    one.ends.as_ref() == Some(&on.verb) && (one.device, one.stimulus) == (on.device, on.stimulus)
}
