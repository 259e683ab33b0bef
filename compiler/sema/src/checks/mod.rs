//! Checks on the whole model, one file each.

mod circles;
mod criteria;
mod limits;
mod members;
mod overlaps;
mod ranges;
mod reachability;
mod required;
mod sizes;
mod stamps;
mod swaps;
mod unused;
mod waits;
mod writers;

use crate::Checker;

impl Checker<'_> {
    /// Runs every check; each reports its own findings.
    pub(crate) fn run_checks(&mut self) {
        self.check_required();
        self.check_picks();
        self.check_circles();
        self.check_states();
        self.check_stages();
        self.check_conditions();
        self.check_stamps();
        self.check_writers();
        self.check_shown();
        self.check_sizes();
        self.check_types();
        // These look at meaning, so that they come only where nothing else is wrong; what one refuses, the others leave out.
        self.check_criteria();
        self.check_overlaps();
        self.check_swaps();
        self.check_waits();
        self.check_limits();
        self.check_unused();
    }
}
