//! From what the board says of a trial to what the session hears.

use super::running::Running;
use super::{BoardRig, LATE, Thresholds, WAIT, lost};
use crate::link::Port;
use crate::wire::{Event, Report};
use std::collections::BTreeSet;
use trialect_device::{Ns, Rig, RigFault};
use trialect_matrix::{ConditionSource, Edge, Heard};

impl<P: Port, H: Rig, T: Thresholds> BoardRig<P, H, T> {
    /// Reads what the board says next; a silence tells that time has passed.
    pub(super) fn read(&mut self) -> Result<(), RigFault> {
        let report = self.link.next(WAIT).map_err(lost)?;
        let Some(trial) = self.trial.as_mut() else { return Ok(()) };
        match report {
            None => {
                trial.silent = trial.silent.saturating_add(WAIT.as_nanos() as Ns);
                let heard_of = trial.time(trial.cycle).saturating_add(trial.silent - LATE);
                trial.known = trial.known.max(heard_of);
            }
            Some(Report::Started { us }) => {
                trial.ran.gap_us = self.ended.map(|ended| us.saturating_sub(ended));
                let start = trial.start;
                self.anchor.get_or_insert((start, us));
                trial.silent = 0;
            }
            Some(Report::Events { cycle, codes }) => {
                let events = codes.iter().filter_map(|code| self.link.codes().event(*code)).collect::<Vec<_>>();
                let heard = heard(trial, cycle, &events);
                for event in &events {
                    note_level(&mut self.levels, trial, *event);
                }
                self.waiting.extend(heard);
                (trial.cycle, trial.silent) = (cycle, 0);
                trial.known = trial.known.max(trial.time(cycle).saturating_add(1));
            }
            Some(Report::Ended(ending)) => {
                trial.is_over = true;
                trial.ran.cycles = ending.cycle;
                self.ended = Some(ending.us);
            }
            Some(Report::Uploaded(_) | Report::SoftCode(_)) => {}
        }
        Ok(())
    }
}

/// What the events of a cycle tell the session. The first that leads elsewhere counts; one that would lead elsewhere from
/// there is lost on the board, and so it is for the session: a level comes again as a condition.
fn heard(trial: &mut Running, cycle: u32, events: &[Event]) -> Vec<(Ns, Heard)> {
    let begin = trial.time(cycle.saturating_sub(1)).saturating_add(1);
    let mut list: Vec<(Ns, Heard)> = Vec::new();
    let mut lines = BTreeSet::new();
    let mut has_moved = false;
    for event in events {
        let heard = trial.course.heard.get(event).copied().filter(|heard| !lines.contains(&heard.line()));
        let leads = trial.leads(*event);
        if has_moved && leads.is_some() {
            trial.ran.unheard += u32::from(heard.is_some());
            continue;
        }
        if let Some(heard) = heard {
            lines.insert(heard.line());
            // One that arrives after the session has gone on without it is told at the present.
            let at = (begin + list.len() as Ns).max(trial.known);
            trial.ran.late += u32::from(at > begin + list.len() as Ns);
            list.push((at, heard));
        }
        if let Some(target) = leads {
            has_moved = true;
            trial.go(target, cycle);
        }
    }
    list
}

/// Keeps what is known of the level of a line.
fn note_level(levels: &mut std::collections::BTreeMap<u8, bool>, trial: &Running, event: Event) {
    match event {
        Event::Digital { channel, edge } => {
            levels.insert(channel, edge == Edge::On);
        }
        Event::Condition(index) => {
            let condition = trial.course.matrix.conditions.get(usize::from(index));
            let heard = trial.course.heard.get(&event);
            if let (Some(condition), Some(heard)) = (condition, heard)
                && let ConditionSource::Input(channel) = condition.source
            {
                let on = |event: &Event| *event == Event::Digital { channel, edge: Edge::On };
                let is_on = trial.course.heard.iter().any(|(event, other)| on(event) && other == heard);
                levels.insert(channel, is_on);
            }
        }
        _ => {}
    }
}
