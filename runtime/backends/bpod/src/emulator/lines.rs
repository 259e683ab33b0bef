//! Electrical levels of inputs and values of outputs.

use crate::wire::{Channel, Hardware};

/// What drives an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Driver {
    State,
    Timer,
    Hand,
}

/// The lines of a board.
#[derive(Debug)]
pub(super) struct Lines {
    inputs: Vec<Channel>,
    /// What is on the connector: on is a broken beam or a high line.
    outside: Vec<bool>,
    /// A level set by a host, until the line itself changes.
    by_host: Vec<Option<bool>>,
    enabled: Vec<bool>,
    outputs: Vec<Channel>,
    values: Vec<u16>,
    drivers: Vec<Driver>,
    /// Valves that never close once they were open.
    stuck: Vec<bool>,
    changes: Vec<(u8, u16)>,
}

impl Lines {
    pub(super) fn new(hardware: &Hardware) -> Lines {
        let (inputs, outputs) = (hardware.inputs.len(), hardware.outputs.len());
        Lines {
            inputs: hardware.inputs.clone(),
            outside: vec![false; inputs],
            by_host: vec![None; inputs],
            enabled: vec![true; inputs],
            outputs: hardware.outputs.clone(),
            values: vec![0; outputs],
            drivers: vec![Driver::State; outputs],
            stuck: vec![false; outputs],
            changes: Vec::new(),
        }
    }

    /// Whether a channel's connector is on; `false` for channels that are not there.
    pub(super) fn is_on(&self, channel: u8) -> bool {
        let index = usize::from(channel);
        let Some(kind) = self.inputs.get(index) else { return false };
        let level = self.by_host[index].map_or(self.outside[index], |raw| raw != kind.is_inverted());
        level && self.enabled[index]
    }

    /// The electrical level, which isolators invert.
    pub(super) fn raw(&self, channel: u8) -> bool {
        let inverted = self.inputs.get(usize::from(channel)).is_some_and(|kind| kind.is_inverted());
        self.is_on(channel) != inverted
    }

    /// The connector changes.
    pub(super) fn set_outside(&mut self, channel: u8, on: bool) {
        if let Some(outside) = self.outside.get_mut(usize::from(channel)).filter(|outside| **outside != on) {
            *outside = on;
            self.by_host[usize::from(channel)] = None;
        }
    }

    /// A host sets the electrical level.
    pub(super) fn set_raw(&mut self, channel: u8, level: bool) {
        if let Some(by_host) = self.by_host.get_mut(usize::from(channel)) {
            *by_host = Some(level);
        }
    }

    pub(super) fn enable(&mut self, flags: &[u8]) {
        for (enabled, flag) in self.enabled.iter_mut().zip(flags) {
            *enabled = *flag != 0;
        }
    }

    pub(super) fn kind(&self, output: u8) -> Option<Channel> {
        self.outputs.get(usize::from(output)).copied()
    }

    fn set(&mut self, output: usize, value: u16) {
        let kind = self.outputs[output];
        let held = self.stuck[output] && self.values[output] != 0 && value == 0;
        // A digital line takes any value but 0 as high.
        let value = if matches!(kind, Channel::Port | Channel::FlexIo) { value } else { value.min(1) };
        if !kind.is_serial() && !held && self.values[output] != value {
            self.values[output] = value;
            self.changes.push((output as u8, value));
        }
    }

    /// A state sets its outputs: all that nothing else drives, those that are not listed to 0.
    pub(super) fn state(&mut self, listed: &[(u8, u16)]) {
        for output in 0..self.outputs.len() {
            if self.drivers[output] == Driver::State {
                let value = listed.iter().find(|(channel, _)| usize::from(*channel) == output).map_or(0, |(_, v)| *v);
                self.set(output, value);
            }
        }
    }

    /// A global timer drives an output or gives it back.
    pub(super) fn timer(&mut self, output: u8, value: u16, begins: bool) {
        let index = usize::from(output);
        if index < self.outputs.len() && self.drivers[index] != Driver::Hand {
            self.drivers[index] = if begins { Driver::Timer } else { Driver::State };
            let value = match self.outputs[index] {
                Channel::FlexIo => value,
                Channel::Port if begins => value,
                _ => u16::from(begins && self.outputs[index] != Channel::Port),
            };
            self.set(index, value);
        }
    }

    /// A host sets an output, or gives it back with 0.
    pub(super) fn hand(&mut self, output: u8, value: u8) {
        let index = usize::from(output);
        if index < self.outputs.len() {
            self.drivers[index] = if value == 0 { Driver::State } else { Driver::Hand };
            self.set(index, value.into());
        }
    }

    /// A trial is over: everything is off.
    pub(super) fn off(&mut self) {
        for output in 0..self.outputs.len() {
            self.drivers[output] = Driver::State;
            self.set(output, 0);
        }
    }

    /// A trial begins: levels that a host set are forgotten.
    pub(super) fn forget_host(&mut self) {
        self.by_host.fill(None);
    }

    /// What is on the connector, whatever a host set.
    pub(super) fn is_outside_on(&self, channel: u8) -> bool {
        self.outside.get(usize::from(channel)).copied().unwrap_or(false)
    }

    pub(super) fn stick(&mut self, output: u8) {
        if let Some(stuck) = self.stuck.get_mut(usize::from(output)) {
            *stuck = true;
        }
    }

    /// Values of all outputs.
    pub(super) fn values(&self) -> &[u16] {
        &self.values
    }

    /// Outputs that changed since this was last asked, with their values.
    pub(super) fn take_changes(&mut self) -> Vec<(u8, u16)> {
        std::mem::take(&mut self.changes)
    }
}
