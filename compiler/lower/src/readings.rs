//! What the session itself knows: clocks, stamps, outcomes, and the readings of devices.

use crate::Lowering;
use crate::expressions::{Lowered, int};
use crate::fold::{and, binary, unary};
use trialect_ir::{Binary, Class, Expr, Slot, Unary, header};
use trialect_sema::{DeviceId, Stamp, StateId, Tick};

impl Lowering<'_> {
    /// Words of what earlier sessions of the day have given, by the names of their columns.
    pub(crate) fn days(&self) -> Vec<(String, Slot)> {
        self.layout.days.iter().map(|(&(device, total), slot)| (self.total_name(device, total), *slot)).collect()
    }

    /// The name of a total's column.
    pub(crate) fn total_name(&self, device: DeviceId, total: u32) -> String {
        let total = &self.model.class(device).totals[total as usize].name;
        format!("{}.{total}", self.model.devices[device.0].name)
    }

    pub(crate) fn outcome(&self, last: bool) -> Lowered {
        if last {
            let previous = int(self.layout.previous_outcome);
            let ended = binary(Binary::LeInt, Expr::Int(0), previous.clone());
            return Lowered { value: previous, present: Some(and(later_trial(), ended)) };
        }
        Lowered {
            value: int(header::OUTCOME),
            present: Some(binary(Binary::LeInt, Expr::Int(0), int(header::OUTCOME))),
        }
    }

    pub(crate) fn stamp(&self, state: StateId, stamp: Stamp) -> Lowered {
        let slots = self.layout.state(state);
        let visited = binary(Binary::LtInt, Expr::Int(0), int(slots.visits));
        match stamp {
            Stamp::Entry => Lowered { value: int(slots.entry), present: Some(visited) },
            Stamp::Exit => Lowered { value: int(slots.exit), present: Some(visited) },
            Stamp::Visits => Lowered::always(int(slots.visits)),
            Stamp::Time => Lowered::always(unary(Unary::Seconds, int(slots.time))),
        }
    }

    pub(crate) fn tick(&self, tick: Tick) -> Expr {
        match tick {
            Tick::TrialIndex => int(header::TRIAL),
            Tick::TrialFirst => binary(Binary::EqInt, int(header::TRIAL), Expr::Int(1)),
            Tick::SessionIndex => int(header::SESSION),
            Tick::SessionElapsed => {
                unary(Unary::Seconds, binary(Binary::SubInt, int(header::NOW), int(header::SESSION_START)))
            }
            Tick::StageTrials(id) => int(self.layout.curriculum(id).trials),
            Tick::StageSessions(id) => int(self.layout.curriculum(id).sessions),
            Tick::BlockIndex(id) => int(self.layout.blocks[id.0].index),
            Tick::BlockTrials(id) => int(self.layout.blocks[id.0].trials),
            Tick::BlockFirst(id) => binary(Binary::EqInt, int(self.layout.blocks[id.0].index), Expr::Int(1)),
        }
    }

    /// A counter as a quantity: its count times the size of a count.
    pub(crate) fn reading(&self, device: DeviceId, channel: u32) -> Expr {
        if let Some(flag) = self.layout.flags.get(&(device, channel)) {
            return int(*flag);
        }
        let Some(counter) = self.layout.counters.get(&(device, channel)) else { return Expr::Real(0.0) };
        let count = unary(Unary::ToReal, int(counter.count));
        binary(Binary::MulReal, count, self.count_size(device))
    }

    /// A reading that is sampled.
    pub(crate) fn stream(&self, stream: &trialect_sema::Stream) -> trialect_ir::Stream {
        let reading = &self.model.class(stream.device).readings[stream.reading];
        trialect_ir::Stream {
            device: stream.device.0 as u32,
            reading: reading.name.clone(),
            rate: stream.rate.to_f64(),
            unit: self.unit(reading.dimension),
        }
    }

    /// The size of a count of a device, from its settings.
    pub(crate) fn count_size(&self, device: DeviceId) -> Expr {
        self.layout.settings.get(&(device, 0)).map_or(Expr::Real(1.0), |slot| Expr::Load(*slot, Class::Real))
    }
}

/// True from the second trial of a session on.
pub(crate) fn later_trial() -> Expr {
    binary(Binary::LtInt, Expr::Int(1), int(header::TRIAL))
}

/// True from the second block of a session on.
pub(crate) fn later_block(index: Slot) -> Expr {
    binary(Binary::LtInt, Expr::Int(1), int(index))
}
