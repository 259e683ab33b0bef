//! The patch amplifier: a passive cell behind a series resistance, in current clamp.
//!
//! The membrane is a resistance R and a capacitance C in parallel, with a resting potential E (Hille 2001, Ion Channels
//! of Excitable Membranes, 3rd ed., ch. 1): `C dV/dt = I - (V - E) / R`. For a constant current this is
//! `V(t) = V_inf + (V(0) - V_inf) exp(-t / (R C))` with `V_inf = E + R I`. The pipette sees the membrane through its
//! series resistance S, which is not compensated: `V + S I`. E rises linearly with time, slowly against R C; S grows by a
//! share of itself a minute.

use crate::cadence::{Cadence, Take};
use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::CellParameters;
use crate::refusal::{Refusal, argument, within};
use crate::stream::{Purpose, Stream};
use crate::traces::Trace;
use trialect_device::{Ns, Scale, StimulusSpec, StreamLine};

/// Coherent units: the potential is in nV, the resistance in nOhm, the current in A.
pub(crate) const MV: f64 = 1e6;
pub(crate) const MOHM: f64 = 1e15;
pub(crate) const PA: f64 = 1e-12;

/// Ends of the converters of what is sampled: mV, MOhm; those of the current follow from the greatest command.
const FULL_SCALE: (f64, f64) = (327.67, 32_767.0);

/// A cell: mV, MOhm, ms, and how they drift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) rest_mv: f64,
    pub(crate) membrane_mohm: f64,
    pub(crate) tau_ms: f64,
    pub(crate) series_mohm: f64,
    pub(crate) seal_mohm: f64,
    pub(crate) drift_mv_per_min: f64,
    pub(crate) series_drift_per_min: f64,
    pub(crate) noise_mv: f64,
}

impl Cell {
    /// The resting potential after so many minutes, mV.
    pub(crate) fn rest_at(&self, minutes: f64) -> f64 {
        self.rest_mv + self.drift_mv_per_min * minutes
    }

    /// The series resistance then, MOhm.
    pub(crate) fn series_at(&self, minutes: f64) -> f64 {
        self.series_mohm * (1.0 + self.series_drift_per_min * minutes)
    }
}

/// A command that is carried out or to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(crate) begins: Ns,
    pub(crate) ends: Ns,
    pub(crate) amplitude_pa: f64,
}

/// The current that is injected at a time, pA.
pub(crate) fn current_pa(steps: &[Step], at: Ns) -> f64 {
    steps.iter().filter(|step| step.begins <= at && at < step.ends).map(|step| step.amplitude_pa).sum()
}

/// A patch amplifier.
#[derive(Debug)]
pub(crate) struct PatchAmplifier {
    parameters: CellParameters,
    cell: Cell,
    noise: Stream,
    /// Onset and duration of each stimulus, ns.
    stimuli: Vec<(Ns, Ns)>,
    steps: Vec<Step>,
    /// The membrane above its rest, mV, at this time.
    above_mv: f64,
    now: Ns,
    traces: Vec<Trace>,
    /// Seed and session of its streams of noise, and its number among the amplifiers.
    origin: (u64, u32, u32),
}

impl PatchAmplifier {
    pub(crate) fn new(parameters: &CellParameters, (seed, session): (u64, u32), number: u32) -> Self {
        let mut stream = Stream::of_device(seed, session, Purpose::Cell, number);
        let p = parameters;
        let membrane_mohm = stream.lognormal(p.membrane_mohm, p.spread);
        let capacitance_pf = stream.lognormal(p.capacitance_pf, p.spread);
        let cell = Cell {
            rest_mv: p.resting_mv + p.rest_spread_mv * stream.normal(),
            membrane_mohm,
            // 1 MOhm times 1 pF is 1 us.
            tau_ms: membrane_mohm * capacitance_pf * 1e-3,
            series_mohm: stream.lognormal(p.series_mohm, p.spread),
            seal_mohm: stream.lognormal(p.seal_gohm * 1e3, p.spread),
            drift_mv_per_min: p.drift_mv_per_min,
            series_drift_per_min: p.series_drift_per_min,
            noise_mv: p.noise_mv,
        };
        Self {
            parameters: parameters.clone(),
            cell,
            noise: stream,
            stimuli: Vec::new(),
            steps: Vec::new(),
            above_mv: 0.0,
            now: 0,
            traces: Vec::new(),
            origin: (seed, session, number),
        }
    }

    /// Lets the membrane charge up to a time, from edge to edge of the commands.
    fn pass(&mut self, until: Ns) {
        // What is sampled before must not see what comes now.
        self.traces.iter_mut().for_each(|trace| trace.pass(until, &self.cell, &self.steps));
        while self.now < until {
            let edges = self.steps.iter().flat_map(|step| [step.begins, step.ends]);
            let next = edges.filter(|edge| *edge > self.now).min().unwrap_or(until).min(until);
            let aim = self.cell.membrane_mohm * current_pa(&self.steps, self.now) * 1e-3;
            let passed_ms = (next - self.now) as f64 / 1e6;
            self.above_mv = aim + (self.above_mv - aim) * libm::exp(-passed_ms / self.cell.tau_ms);
            self.now = next;
        }
        self.steps.retain(|step| step.ends > until);
    }

    fn minutes(&self) -> f64 {
        self.now as f64 / 60e9
    }

    fn series_mohm(&self) -> f64 {
        self.cell.series_at(self.minutes())
    }

    /// What the pipette sees, mV, without noise.
    fn voltage_mv(&self) -> f64 {
        let rest = self.cell.rest_at(self.minutes());
        rest + self.above_mv + self.series_mohm() * current_pa(&self.steps, self.now) * 1e-3
    }
}

impl Device for PatchAmplifier {
    fn command(&mut self, at: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        let stimulus = order.stimulus.and_then(|number| self.stimuli.get(number as usize).copied());
        let (Some((onset, duration)), "command.play") = (stimulus, order.verb) else { return Err(Refusal::Verb) };
        let most = self.parameters.most_pa * PA;
        let amplitude = argument(order.arguments, "amplitude").unwrap_or(f64::NAN);
        let amplitude_pa = within("amplitude", amplitude, -most, most)? / PA;
        self.pass(at);
        let begins = at + onset;
        self.steps.push(Step { begins, ends: begins + duration, amplitude_pa });
        Ok(())
    }

    fn release(&mut self, at: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "command.play" {
            return Err(Refusal::Verb);
        }
        self.pass(at);
        self.steps.clear();
        Ok(())
    }

    fn make_safe(&mut self, at: Ns, _: &mut Vec<Happening>) {
        self.pass(at);
        self.steps.clear();
    }

    fn bind(&mut self, stimulus: &StimulusSpec) {
        let fixed = |name: &str| {
            let seconds = stimulus.fixed.iter().find(|(known, _)| known == name).map_or(0.0, |(_, value)| *value);
            from_milliseconds(seconds * 1e3).max(0)
        };
        self.stimuli.push((fixed("onset"), fixed("duration")));
    }

    fn measure(&mut self, at: Ns, reading: &str) -> Option<f64> {
        self.pass(at);
        match reading {
            "voltage" => Some((self.voltage_mv() + self.parameters.noise_mv * self.noise.normal()) * MV),
            "current" => Some(current_pa(&self.steps, self.now) * PA),
            "seal_resistance" => Some(self.cell.seal_mohm * MOHM),
            "series_resistance" => Some(self.series_mohm() * MOHM),
            _ => None,
        }
    }

    fn sample(&mut self, line: &StreamLine) -> Option<Scale> {
        let full_scale = match line.reading.as_str() {
            "voltage" => FULL_SCALE.0 * MV,
            // Two commands at once fit.
            "current" => 2.0 * self.parameters.most_pa * PA,
            "seal_resistance" | "series_resistance" => FULL_SCALE.1 * MOHM,
            _ => return None,
        };
        let (seed, session, number) = self.origin;
        let noise = Stream::of_device(seed, session, Purpose::CellTrace, number);
        let cadence = Cadence::new(line, 0.0, full_scale, noise);
        let scale = cadence.scale();
        self.traces.push(Trace::new(cadence));
        Some(scale)
    }

    fn samples(&mut self, until: Ns, stream: usize, take: &mut Take<'_>) {
        if let Some(trace) = self.traces.get_mut(stream) {
            trace.hand_over(until, &self.cell, &self.steps, take);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RigParameters;

    const MS: Ns = 1_000_000;

    fn amplifier() -> PatchAmplifier {
        let mut parameters = RigParameters::standard().expect("embedded").cell;
        parameters.noise_mv = 0.0;
        let mut amplifier = PatchAmplifier::new(&parameters, (1, 1), 0);
        let Cell { rest_mv, membrane_mohm, tau_ms, series_mohm, seal_mohm, .. } = &mut amplifier.cell;
        (*rest_mv, *membrane_mohm, *tau_ms, *series_mohm, *seal_mohm) = (-70.0, 100.0, 10.0, 10.0, 3e3);
        let fixed = vec![("onset".to_string(), 0.1), ("duration".to_string(), 0.5)];
        let step = StimulusSpec { name: "step".into(), device: 0, constructor: "current_step".into(), fixed };
        amplifier.bind(&step);
        amplifier
    }

    fn play(amplifier: &mut PatchAmplifier, at: Ns, pa: f64) -> Result<(), Refusal> {
        let arguments = [("amplitude", pa * PA)];
        amplifier.command(at, Order { verb: "command.play", stimulus: Some(0), arguments: &arguments }, &mut Vec::new())
    }

    fn mv(amplifier: &mut PatchAmplifier, at: Ns) -> f64 {
        amplifier.measure(at, "voltage").expect("measured") / MV
    }

    #[test]
    fn a_step_charges_the_membrane_and_drops_at_the_series_resistance() {
        let mut amplifier = amplifier();
        play(&mut amplifier, 0, -100.0).expect("in range");
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 2e-3, "{found}, not {expected}");
        near(mv(&mut amplifier, 99 * MS), -70.0);
        // At the onset only the series resistance: 10 MOhm times -100 pA is -1 mV.
        near(mv(&mut amplifier, 100 * MS), -71.0);
        // After one time constant 1 - 1/e of 100 MOhm times -100 pA, -10 mV.
        near(mv(&mut amplifier, 110 * MS), -71.0 - 10.0 * (1.0 - (-1.0_f64).exp()));
        near(mv(&mut amplifier, 599 * MS), -81.0);
        assert!((amplifier.measure(599 * MS, "current").unwrap() + 100e-12).abs() < 1e-18);
        near(mv(&mut amplifier, 610 * MS), -70.0 - 10.0 * (-1.0_f64).exp() + 0.001);
        near(mv(&mut amplifier, 60_000 * MS), -69.9);
    }

    #[test]
    fn the_access_becomes_worse_and_what_is_safe_injects_nothing() {
        let mut amplifier = amplifier();
        let series = |amplifier: &mut PatchAmplifier, at| amplifier.measure(at, "series_resistance").unwrap() / MOHM;
        assert!((series(&mut amplifier, 0) - 10.0).abs() < 1e-9);
        play(&mut amplifier, 0, 50.0).expect("in range");
        amplifier.make_safe(200 * MS, &mut Vec::new());
        assert_eq!(amplifier.measure(300 * MS, "current"), Some(0.0));
        // 1% a minute.
        assert!((series(&mut amplifier, 600_000 * MS) - 11.0).abs() < 1e-9);
        assert!(matches!(play(&mut amplifier, 600_000 * MS, 2_001.0), Err(Refusal::Argument { .. })));
        assert!(matches!(play(&mut amplifier, 600_000 * MS, f64::NAN), Err(Refusal::Argument { .. })));
    }
}
