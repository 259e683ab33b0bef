//! Traces of a cell at the pipette: its readings, sample by sample.
//!
//! Between two edges of the commands the current is constant, and the membrane above its rest goes from a sample to the
//! next by one factor: `x -> aim + (x - aim) exp(-dt / (R C))`. At an edge it is what the closed form gives. So a sample
//! is the same however the time up to it is cut into pieces.

use crate::cadence::{Cadence, Take};
use crate::patch::{Cell, MOHM, MV, PA, Step, current_pa};
use trialect_device::Ns;

/// One reading that is sampled.
#[derive(Debug)]
pub(crate) struct Trace {
    cadence: Cadence,
    /// Up to when it was followed.
    at: Ns,
    /// The current since the latest edge, pA; when that was; and the membrane above its rest then, mV.
    current_pa: f64,
    edge: Ns,
    above_mv: f64,
    /// The membrane above its rest at the latest sample after the edge, mV.
    latest: Option<f64>,
}

impl Trace {
    pub(crate) fn new(cadence: Cadence) -> Self {
        Self { cadence, at: 0, current_pa: 0.0, edge: 0, above_mv: 0.0, latest: None }
    }

    /// Takes the samples before a time, while these commands hold.
    pub(crate) fn pass(&mut self, until: Ns, cell: &Cell, steps: &[Step]) {
        while self.at < until {
            let current = current_pa(steps, self.at);
            if current != self.current_pa {
                self.above_mv = self.above_at(self.at, cell);
                (self.edge, self.current_pa, self.latest) = (self.at, current, None);
            }
            let edges = steps.iter().flat_map(|step| [step.begins, step.ends]);
            let next = edges.filter(|edge| *edge > self.at).min().unwrap_or(until).min(until);
            self.take_until(next, cell);
            self.at = next;
        }
    }

    /// The membrane above its rest by the closed form, mV.
    fn above_at(&self, at: Ns, cell: &Cell) -> f64 {
        let aim = cell.membrane_mohm * self.current_pa * 1e-3;
        aim + (self.above_mv - aim) * libm::exp(-((at - self.edge) as f64) / 1e6 / cell.tau_ms)
    }

    /// Samples up to the next edge.
    fn take_until(&mut self, until: Ns, cell: &Cell) {
        let current = self.current_pa;
        match self.cadence.reading() {
            "voltage" => {
                let aim = cell.membrane_mohm * current * 1e-3;
                let factor = libm::exp(-1e3 / self.cadence.rate() / cell.tau_ms);
                let mut latest = self.latest;
                let first = self.above_at(self.cadence.time(), cell);
                let noise_mv = cell.noise_mv;
                self.cadence.take_until(until, |seconds, noise| {
                    let above = latest.map_or(first, |above| aim + (above - aim) * factor);
                    latest = Some(above);
                    let minutes = seconds / 60.0;
                    (cell.rest_at(minutes) + above + cell.series_at(minutes) * current * 1e-3 + noise_mv * noise) * MV
                });
                self.latest = latest;
            }
            "current" => self.cadence.take_until(until, |_, _| current * PA),
            "seal_resistance" => self.cadence.take_until(until, |_, _| cell.seal_mohm * MOHM),
            _ => self.cadence.take_until(until, |seconds, _| cell.series_at(seconds / 60.0) * MOHM),
        }
    }

    /// Takes and hands over the samples before a time, in pieces.
    pub(crate) fn hand_over(&mut self, until: Ns, cell: &Cell, steps: &[Step], take: &mut Take<'_>) {
        loop {
            let stop = self.cadence.piece_until(until);
            self.pass(stop, cell, steps);
            self.cadence.hand_over(take);
            if stop >= until {
                return;
            }
        }
    }
}
