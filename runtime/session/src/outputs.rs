//! Outputs that are on: what a trial's end must end, what a state hands over to the next, what follows a reading.

use crate::SessionFault;
use crate::host::Hands;
use trialect_device::{Command, Ns, Rig};
use trialect_ir::{Clock, Program, SiteId, Slot, VerbKind, header};
use trialect_journal::Entry;

/// Most arguments of a command.
const ARGUMENTS: usize = 16;

/// A parameter of a stimulus that follows a slot.
#[derive(Debug, Clone, Copy)]
struct Track {
    site: SiteId,
    slot: Slot,
    last: u64,
}

/// Outputs that are on.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// Latched until the trial ends.
    latched: Vec<SiteId>,
    /// Held outputs that their state has let go of; the next state may hold them on.
    letting_go: Vec<SiteId>,
    /// Arguments with which each site was last sent.
    sent: Vec<Vec<u64>>,
    tracks: Vec<Track>,
}

impl Outputs {
    pub(crate) fn new(program: &Program) -> Outputs {
        Outputs { sent: vec![Vec::new(); program.sites.len()], ..Outputs::default() }
    }

    /// Sends a command, unless a held output simply goes on.
    pub(crate) fn send(&mut self, hands: &mut Hands<'_>, site: SiteId, memory: &[u64]) -> Result<(), SessionFault> {
        let program = hands.program;
        let declared = &program.sites[site.0 as usize];
        let words = &memory[header::SCRATCH.index()..][..declared.parameters.len()];
        if let Some(k) = self.letting_go.iter().position(|other| *other == site) {
            self.letting_go.remove(k);
            if self.sent[site.0 as usize] == words {
                return Ok(());
            }
            self.end(hands, site)?;
        }
        let at = memory[header::NOW.index()] as Ns;
        let mut arguments = [("", 0.0); ARGUMENTS];
        for ((name, _), (slot, word)) in declared.parameters.iter().zip(arguments.iter_mut().zip(words)) {
            *slot = (name.as_str(), f64::from_bits(*word));
        }
        let command = Command {
            device: declared.device,
            verb: &declared.verb,
            stimulus: declared.stimulus,
            arguments: &arguments[..declared.parameters.len().min(ARGUMENTS)],
        };
        hands.push(Entry::Output { output: site.0, at, arguments: words.to_vec() })?;
        // Noted before it is carried out: a command that failed may have had an effect, which must end.
        self.sent[site.0 as usize].clear();
        self.sent[site.0 as usize].extend(words);
        match declared.kind {
            VerbKind::Latching if declared.until == Clock::Trial && !self.latched.contains(&site) => {
                self.latched.push(site)
            }
            VerbKind::Track { slot } => self.tracks.push(Track { site, slot, last: memory[slot.index()] }),
            _ => {}
        }
        if hands.safe {
            return Ok(());
        }
        Ok(hands.rig.command(at, command)?)
    }

    /// A state lets go of what it holds.
    pub(crate) fn let_go(&mut self, site: SiteId) {
        self.letting_go.push(site);
    }

    /// Ends what nobody has taken over. Called when an instant is over.
    pub(crate) fn settle(&mut self, hands: &mut Hands<'_>, at: Ns) -> Result<(), SessionFault> {
        hands.now = at;
        while !self.letting_go.is_empty() {
            hands.holds()?;
            if let Some(site) = self.letting_go.pop() {
                self.end(hands, site)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, hands: &mut Hands<'_>, site: SiteId) -> Result<(), SessionFault> {
        let declared = &hands.program.sites[site.0 as usize];
        self.tracks.retain(|track| track.site != site);
        hands.push(Entry::Release { output: site.0, at: hands.now })?;
        if hands.safe {
            return Ok(());
        }
        Ok(hands.rig.release(hands.now, declared.device, &declared.verb, declared.stimulus)?)
    }

    /// The trial is over: what it latched ends.
    pub(crate) fn end_trial(&mut self, hands: &mut Hands<'_>, at: Ns) -> Result<(), SessionFault> {
        self.settle(hands, at)?;
        for site in std::mem::take(&mut self.latched) {
            self.end(hands, site)?;
        }
        Ok(())
    }

    /// Tells the rig what the tracked parameters have become.
    pub(crate) fn follow(&mut self, program: &Program, rig: &mut dyn Rig, memory: &[u64]) {
        for track in &mut self.tracks {
            let now = memory[track.slot.index()];
            if now != track.last {
                track.last = now;
                let site = &program.sites[track.site.0 as usize];
                if let (Some(stimulus), Some((parameter, _))) = (site.stimulus, site.parameters.first()) {
                    rig.follow(memory[header::NOW.index()] as Ns, stimulus, parameter, f64::from_bits(now));
                }
            }
        }
    }
}
