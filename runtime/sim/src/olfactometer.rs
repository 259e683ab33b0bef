//! The olfactometer: a bank of vials, of which one at a time gives its odour into the stream of air.
//!
//! An odour comes to the animal a fixed time after its valves have opened. Nothing here smells it.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::OlfactometerParameters;
use crate::refusal::{Refusal, within};
use trialect_device::{Ns, StimulusSpec};

/// The channel `onset`.
const ONSET: usize = 0;

/// An olfactometer.
#[derive(Debug)]
pub(crate) struct Olfactometer {
    parameters: OlfactometerParameters,
    /// The vial of each odour that it may be asked for; none where the stimulus does not say.
    vials: Vec<f64>,
    /// The odour whose vial is open, and when it comes, unless it has.
    open: Option<(u32, Option<Ns>)>,
}

impl Olfactometer {
    pub(crate) fn new(parameters: &OlfactometerParameters) -> Self {
        Self { parameters: parameters.clone(), vials: Vec::new(), open: None }
    }

    fn shut(&mut self, stimulus: Option<u32>) {
        self.open.take_if(|(open, _)| stimulus.is_none_or(|stimulus| stimulus == *open));
    }
}

impl Device for Olfactometer {
    /// `present` opens a vial and shuts the one that is open; `clear` shuts it. Refuses a vial that there is not.
    fn command(&mut self, at: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        let vial = order.stimulus.and_then(|stimulus| Some((stimulus, *self.vials.get(stimulus as usize)?)));
        match (order.verb, vial) {
            ("present", Some((stimulus, vial))) => {
                within("vial", vial, 1.0, f64::from(self.parameters.vials))?;
                within("vial", vial, libm::round(vial), libm::round(vial))?;
                let comes = at + from_milliseconds(self.parameters.arrival_ms).max(1);
                self.open = Some((stimulus, Some(comes)));
                Ok(())
            }
            ("clear", vial) => {
                self.shut(vial.map(|(stimulus, _)| stimulus));
                Ok(())
            }
            _ => Err(Refusal::Verb),
        }
    }

    /// Ends a `present`; there is nothing to end in a `clear`.
    fn release(&mut self, _: Ns, verb: &str, stimulus: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        match verb {
            "present" => self.shut(stimulus),
            "clear" => {}
            _ => return Err(Refusal::Verb),
        }
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {
        self.open = None;
    }

    fn next(&self) -> Option<Ns> {
        self.open.and_then(|(_, comes)| comes)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        if let Some((_, comes)) = &mut self.open
            && comes.take_if(|comes| *comes == at).is_some()
        {
            told.push(Happening::Report { channel: ONSET, value: 1 });
        }
    }

    fn bind(&mut self, stimulus: &StimulusSpec) {
        let vial = stimulus.fixed.iter().find(|(name, _)| name == "vial").map_or(f64::NAN, |(_, vial)| *vial);
        self.vials.push(vial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    fn with_vials(vials: &[f64]) -> Olfactometer {
        let mut olfactometer = Olfactometer::new(&OlfactometerParameters { vials: 8, arrival_ms: 60.0 });
        for vial in vials {
            let spec = StimulusSpec {
                name: "odour".into(),
                device: 0,
                constructor: "odour".into(),
                fixed: vec![("vial".into(), *vial)],
            };
            olfactometer.bind(&spec);
        }
        olfactometer
    }

    fn present(olfactometer: &mut Olfactometer, at: Ns, stimulus: u32) -> Result<(), Refusal> {
        let order = Order { verb: "present", stimulus: Some(stimulus), arguments: &[] };
        olfactometer.command(at, order, &mut Vec::new())
    }

    #[test]
    fn odours_come_after_their_way_and_one_at_a_time() {
        let mut olfactometer = with_vials(&[1.0, 3.0]);
        present(&mut olfactometer, 0, 0).expect("a vial");
        present(&mut olfactometer, 10 * MILLISECOND, 1).expect("another, instead of the first");
        assert_eq!(olfactometer.next(), Some(70 * MILLISECOND));
        olfactometer.release(20 * MILLISECOND, "present", Some(0), &mut Vec::new()).expect("is shut already");
        let mut told = Vec::new();
        olfactometer.finish(70 * MILLISECOND, &mut told);
        assert_eq!((told.len(), olfactometer.next()), (1, None), "reported once");
        present(&mut olfactometer, 100 * MILLISECOND, 0).expect("a vial");
        olfactometer.release(110 * MILLISECOND, "present", Some(0), &mut told).expect("open");
        assert_eq!(olfactometer.next(), None, "what was shut before it came does not come");
    }

    #[test]
    fn vials_that_there_are_not_are_refused() {
        let mut olfactometer = with_vials(&[0.0, 9.0, 1.5, f64::NAN]);
        for stimulus in 0..4 {
            assert!(matches!(
                present(&mut olfactometer, 0, stimulus),
                Err(Refusal::Argument { parameter: "vial", .. })
            ));
        }
        assert_eq!(present(&mut olfactometer, 0, 4), Err(Refusal::Verb));
    }
}
