//! The contract of a [`Rig`] as a test that anyone can run on a backend of his own.

use crate::{Backend, Command, Ns, PIECE, Rig, RigFault, Scale, StreamLine, Wiring};

/// Runs the contract on a rig that has been wired. `refused` is a command that the rig must refuse as out of range.
///
/// # Panics
/// With a message that names the clause of the contract that the rig breaks.
pub fn upholds_the_rig_contract(rig: &mut dyn Rig, wiring: &Wiring, refused: Command<'_>) {
    assert!(
        ["simulated", "recorded", "emulated", "real"].contains(&rig.kind()),
        "kind must be one of the four, not {}",
        rig.kind()
    );
    let answer = rig.command(0, refused);
    assert!(matches!(answer, Err(RigFault::OutOfRange { .. })), "must refuse rather than clamp, but said {answer:?}");
    let mut before: (Ns, u32) = (0, 0);
    let mut until: Ns = 0;
    for _ in 0..200 {
        until += 10_000_000;
        while let Ok(Some(input)) = rig.next_input(until) {
            assert!((input.line as usize) < wiring.inputs.len(), "input of a line that was not wired: {input:?}");
            assert!(input.at <= until, "input after the time asked for: {input:?}");
            assert!((input.at, input.line) >= before, "inputs out of order: {input:?} after {before:?}");
            before = (input.at, input.line);
        }
    }
    rig.make_safe(until);
    rig.make_safe(until);
}

/// Runs the contract of samples on a rig that has been wired and asked for nothing yet, for `seconds` of the session.
/// Gives the counts of each stream, those that are lost left out.
///
/// # Panics
/// With a message that names the clause of the contract that the rig breaks.
pub fn upholds_the_sampling_contract(rig: &mut dyn Rig, streams: &[StreamLine], seconds: u32) -> Vec<Vec<i16>> {
    let scales = match rig.sample(streams) {
        Ok(scales) => scales,
        Err(fault) => panic!("must sample what it is asked for, but said {fault}"),
    };
    assert_eq!(scales.len(), streams.len(), "must say of each stream what its counts mean");
    let is_scale = |scale: &Scale| scale.gain > 0.0 && scale.gain.is_finite() && scale.offset.is_finite();
    assert!(scales.iter().all(is_scale), "a count must mean something: {scales:?}");
    let mut next = vec![0_u64; streams.len()];
    let mut counts: Vec<Vec<i16>> = vec![Vec::new(); streams.len()];
    // Steps that are no multiples of a sample's duration.
    let end = Ns::from(seconds) * 1_000_000_000;
    let mut until: Ns = 0;
    while until < end {
        until = (until + 99_999_989).min(end);
        while let Ok(Some(_)) = rig.next_input(until) {}
        let taken = rig.samples(until, &mut |samples| {
            let stream = samples.stream as usize;
            assert!(stream < streams.len(), "samples of a stream that was not asked for: {stream}");
            let most = samples.counts.len();
            assert!((1..=PIECE).contains(&most), "a piece of {most} samples; 1 .. {PIECE} may be handed over");
            assert!(samples.first >= next[stream], "sample {} again, or out of order", samples.first);
            next[stream] = samples.first + most as u64;
            let last = streams[stream].time_of(next[stream] - 1);
            assert!(last < until, "sample {} of {last} ns was handed over at {until} ns", next[stream] - 1);
            counts[stream].extend(samples.counts);
        });
        assert!(taken.is_ok(), "must hand over its samples, but said {taken:?}");
    }
    counts
}

/// Runs the contract of hardware on a backend that has been wired with all devices and not started. `refused` is a command
/// that it must refuse as out of range, `pass` lets some time pass and something happen, `now` reads the clock.
///
/// # Panics
/// With a message that names the clause of the contract that the backend breaks.
pub fn upholds_the_backend_contract(
    backend: &mut dyn Backend,
    wiring: &Wiring,
    refused: Command<'_>,
    (pass, now): (&mut dyn FnMut(), &dyn Fn() -> Ns),
) {
    assert!(["real", "emulated"].contains(&backend.kind()), "hardware is real or emulated, not {}", backend.kind());
    for device in 0..wiring.devices.len() as u32 {
        let answer = backend.can(device, "levitate");
        assert!(
            matches!(answer, Err(RigFault::NoVerb { .. })),
            "must refuse a verb it does not have, but said {answer:?}"
        );
    }
    let started = backend.start(now);
    assert!(started.is_ok(), "must start, but said {started:?}");
    let answer = backend.command(now, refused);
    assert!(matches!(answer, Err(RigFault::OutOfRange { .. })), "must refuse rather than clamp, but said {answer:?}");
    let mut heard = 0;
    for _ in 0..200 {
        pass();
        let polled = backend.poll(now, &mut |input| {
            heard += 1;
            assert!((input.line as usize) < wiring.inputs.len(), "input of a line that was not wired: {input:?}");
            assert!(input.at <= now(), "an input that has not happened yet: {input:?} at {}", now());
        });
        assert!(polled.is_ok(), "must go on, but said {polled:?}");
    }
    assert!(heard > 0, "something happened and was not heard");
    backend.make_safe();
    backend.make_safe();
}
