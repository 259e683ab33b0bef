//! What the machine does while a trial is explored.

use trialect_ir::{ColumnId, DrawId, Host, RuleId, SiteId, StateId, header};

/// Something that a machine did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    /// A command with its arguments, as bits.
    Output(SiteId, Vec<u64>),
    /// An output that was held ends.
    Release(SiteId),
    /// A state was entered.
    Entered,
    /// A clause of the text fired.
    Decided,
}

/// Keeps what a machine does.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) deeds: Vec<Deed>,
    /// How many arguments each site has.
    pub(crate) arguments: Vec<usize>,
}

impl Host for Watch {
    fn draw(&mut self, _: DrawId, _: &mut [u64]) -> u64 {
        // Refused before anything is explored.
        0
    }
    fn defined(&mut self, _: ColumnId, _: &mut [u64]) {}
    fn output(&mut self, site: SiteId, memory: &mut [u64]) {
        let count = self.arguments.get(site.0 as usize).copied().unwrap_or(0);
        let words = memory[header::SCRATCH.index()..][..count].to_vec();
        self.deeds.push(Deed::Output(site, words));
    }
    fn release(&mut self, site: SiteId, _: &mut [u64]) {
        self.deeds.push(Deed::Release(site));
    }
    fn left(&mut self, _: StateId, _: &mut [u64]) {}
    fn entered(&mut self, _: StateId, _: &mut [u64]) {
        self.deeds.push(Deed::Entered);
    }
    fn decided(&mut self, _: RuleId, _: &mut [u64]) {
        self.deeds.push(Deed::Decided);
    }
}
