//! What the simulated rig samples upholds the contract, and does not depend on when it is collected.

use trialect_device::contract::upholds_the_sampling_contract;
use trialect_device::{DeviceSpec, Ns, Rig, RigFault, StreamLine, Wiring};
use trialect_sim::{MouseParameters, MouseState, RigParameters, SimRig};

fn rig() -> SimRig {
    let (parameters, mouse) = (
        RigParameters::standard().expect("a rig of the standard parameters"),
        MouseParameters::standard().expect("a rig of the standard parameters"),
    );
    let mut rig =
        SimRig::new(&parameters, &mouse, &MouseState::new(&mouse), 1, 1).expect("a rig of the standard parameters");
    let spec = |(name, class): (&str, &str)| DeviceSpec { name: name.into(), class: class.into() };
    let devices = [("amp", "PatchAmplifier"), ("bath", "Thermometer"), ("tube", "FlowMeter")].map(spec).to_vec();
    rig.wire(&Wiring { devices, ..Wiring::default() }).expect("a rig of the standard parameters");
    rig
}

fn line(device: u32, reading: &str, rate: f64) -> StreamLine {
    StreamLine { device, reading: reading.into(), rate }
}

fn lines() -> [StreamLine; 4] {
    [line(0, "voltage", 50_000.0), line(0, "current", 333.0), line(1, "temperature", 7.5), line(2, "rate", 44_100.0)]
}

#[test]
fn samples_uphold_the_contract_and_are_as_many_as_their_rate_says() {
    let counts = upholds_the_sampling_contract(&mut rig(), &lines(), 3);
    let found: Vec<usize> = counts.iter().map(Vec::len).collect();
    // Rate times duration; of 22.5 samples the one at 22 / 7.5 s is still before the end.
    assert_eq!(found, [150_000, 999, 23, 132_300]);
    let mut other = rig();
    other.sample(&lines()).unwrap();
    let mut all: Vec<Vec<i16>> = vec![Vec::new(); 4];
    let until: Ns = 3_000_000_000;
    other.samples(until, &mut |samples| all[samples.stream as usize].extend(samples.counts)).unwrap();
    assert_eq!(all, counts, "collected at once");
}

#[test]
fn what_a_device_cannot_measure_it_cannot_sample() {
    for refused in [line(0, "temperature", 1.0), line(1, "voltage", 1.0), line(2, "volume", 1.0)] {
        let answer = rig().sample(&[refused]);
        assert!(matches!(answer, Err(RigFault::NoStream { .. })), "{answer:?}");
    }
}
