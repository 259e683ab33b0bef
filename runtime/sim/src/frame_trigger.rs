//! The frame trigger: pulses at an even rate while it is held, each of which exposes a frame.

use crate::device::{Device, Happening, Order};
use crate::parameters::FrameTriggerParameters;
use crate::refusal::{Refusal, argument, within};
use trialect_device::Ns;

/// The channel `exposed`.
const EXPOSED: usize = 0;

/// Pulses since it began.
#[derive(Debug, Clone, Copy)]
struct Run {
    began: Ns,
    rate_hz: f64,
    pulses: u64,
}

/// A frame trigger.
#[derive(Debug)]
pub(crate) struct FrameTrigger {
    parameters: FrameTriggerParameters,
    run: Option<Run>,
}

impl FrameTrigger {
    pub(crate) fn new(parameters: &FrameTriggerParameters) -> Self {
        Self { parameters: parameters.clone(), run: None }
    }
}

impl Device for FrameTrigger {
    /// Refuses rates that the camera cannot follow. Another rate begins anew.
    fn command(&mut self, at: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if order.verb != "run" {
            return Err(Refusal::Verb);
        }
        let asked = argument(order.arguments, "rate").unwrap_or(f64::NAN);
        let rate_hz = within("rate", asked, self.parameters.least_hz, self.parameters.most_hz)?;
        self.run = Some(Run { began: at, rate_hz, pulses: 0 });
        Ok(())
    }

    fn release(&mut self, _: Ns, verb: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        if verb != "run" {
            return Err(Refusal::Verb);
        }
        self.run = None;
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {
        self.run = None;
    }

    /// The n-th pulse comes n periods after the start, so that rounding does not add up.
    fn next(&self) -> Option<Ns> {
        let after = |run: Run| libm::round((run.pulses + 1) as f64 * 1e9 / run.rate_hz) as Ns;
        self.run.map(|run| run.began + after(run))
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if self.next() == Some(at)
            && let Some(run) = &mut self.run
        {
            run.pulses += 1;
            told.push(Happening::Report { channel: EXPOSED, value: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    const SECOND: Ns = 1_000 * MILLISECOND;

    #[test]
    fn frames_come_while_it_is_held_and_do_not_drift() {
        let mut trigger = FrameTrigger::new(&FrameTriggerParameters { least_hz: 1.0, most_hz: 500.0 });
        let run = |trigger: &mut FrameTrigger, at, rate| {
            let order = Order { verb: "run", stimulus: None, arguments: &[("rate", rate)] };
            trigger.command(at, order, &mut Vec::new())
        };
        for rate in [0.5, 501.0, f64::NAN] {
            let refused = run(&mut trigger, 0, rate);
            assert!(matches!(refused, Err(Refusal::Argument { parameter: "rate", .. })));
        }
        run(&mut trigger, SECOND, 30.0).expect("a rate");
        let mut told = Vec::new();
        for _ in 0..300 {
            let at = trigger.next().expect("runs");
            trigger.finish(at, &mut told);
        }
        assert_eq!((told.len(), trigger.next()), (300, Some(11 * SECOND + 33_333_333)), "300 frames in 10 s");
        trigger.release(11 * SECOND, "run", None, &mut told).expect("runs");
        assert_eq!(trigger.next(), None);
    }
}
