//! Limits of the time for which outputs are on.

use std::collections::BTreeMap;
use trialect_device::Ns;
use trialect_ir::{Clock, OnTime, Program, Site, VerbKind};

/// For each limit, the time that is used up by then.
#[derive(Debug)]
pub(crate) struct Budgets {
    spent: Vec<Ns>,
    /// Until when the time is counted.
    since: Ns,
}

/// The name under which the time is given for which a device was on in earlier sessions of a day. `on` is no name of a
/// class.
pub fn on_today(device: &str) -> String {
    format!("{device}.on")
}

/// Whether a limit is about an output.
pub(crate) fn limits(limit: &OnTime, site: &Site) -> bool {
    site.kind == VerbKind::Held && limit.devices.contains(&site.device)
}

impl Budgets {
    /// What is left of a day is what earlier sessions have left of it: `given_today` says for how many seconds they had
    /// each device on, by [`on_today`].
    pub(crate) fn new(program: &Program, given_today: &BTreeMap<String, f64>) -> Budgets {
        let earlier = |device: &u32| {
            let name = program.devices.get(*device as usize).map(|device| on_today(&device.name));
            name.and_then(|name| given_today.get(&name)).copied().unwrap_or(0.0)
        };
        let spent = |limit: &OnTime| {
            let seconds: f64 = limit.devices.iter().filter(|_| limit.of_day).map(earlier).sum();
            trialect_ir::law::nanoseconds(seconds).clamp(0, limit.most)
        };
        Budgets { spent: program.on_time.iter().map(spent).collect(), since: 0 }
    }

    /// Counts the time until now, in which `on` says how many outputs of a limit were on.
    pub(crate) fn advance(&mut self, program: &Program, at: Ns, on: impl Fn(&OnTime) -> i64) {
        let passed = at.saturating_sub(self.since).max(0);
        for (limit, spent) in program.on_time.iter().zip(&mut self.spent) {
            *spent = spent.saturating_add(passed.saturating_mul(on(limit))).min(limit.most);
        }
        self.since = self.since.max(at);
    }

    /// Whether nothing is left of a limit, counted until the latest [`Budgets::advance`].
    pub(crate) fn is_used_up(&self, program: &Program, limit: usize) -> bool {
        self.spent[limit] >= program.on_time[limit].most
    }

    /// When the first limit is used up, if everything stays on: rounded down to whole nanoseconds.
    pub(crate) fn runs_out(&self, program: &Program, on: impl Fn(&OnTime) -> i64) -> Option<Ns> {
        let end = |(limit, spent): (&OnTime, &Ns)| match on(limit) {
            0 => None,
            n => Some(self.since.saturating_add((limit.most - spent) / n)),
        };
        program.on_time.iter().zip(&self.spent).filter_map(end).min()
    }

    /// Of several outputs the last nanoseconds cannot be shared out: what is less than one each is used up.
    pub(crate) fn use_up(&mut self, program: &Program, limit: usize, on: i64) -> bool {
        let ends = on > 0 && program.on_time[limit].most - self.spent[limit] < on;
        if ends {
            self.spent[limit] = program.on_time[limit].most;
        }
        ends
    }

    /// A trial begins: its limits are whole again.
    pub(crate) fn begin_trial(&mut self, program: &Program) {
        for (limit, spent) in program.on_time.iter().zip(&mut self.spent) {
            if limit.each == Clock::Trial {
                *spent = 0;
            }
        }
    }
}
