//! What does not fit a board is refused with its place; channels and codes have the usual names.

use crate::machines::{codes, everything, port_in, state, two_state};
use trialect_bpod::wire::{
    Channel, Event, EventCodes, Flaw, GlobalTimer, Matrix, Message, Model, Repeat, Target, allot, encode,
};

fn refused(code: &str, says: &str, model: Model, change: impl Fn(&mut Matrix)) {
    let mut matrix = everything(model);
    change(&mut matrix);
    let fault = encode(&matrix, model, &codes(model), true).unwrap_err();
    assert_eq!(fault.code(), code);
    assert!(fault.to_string().contains(says), "{fault}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let r2 = Model::R2Firmware23;
    refused("bpod-matrix-empty", "no states", r2, |matrix| matrix.states.clear());
    refused("bpod-matrix-too-many", "255 states, and the board has 254", r2, |matrix| {
        matrix.states.resize(255, state("more", 1, Some(Target::Back)));
    });
    refused("bpod-matrix-too-many", "17 global timers", r2, |matrix| {
        matrix.timers.resize(17, GlobalTimer::default());
    });
    refused("bpod-matrix-absent", "state 1 `second` names state 3, and the last is 2", r2, |matrix| {
        matrix.states[1].timed_out = Some(Target::State(3));
    });
    refused("bpod-matrix-absent", "global timer 2", r2, |matrix| matrix.states[0].trigger = 0b100);
    refused("bpod-matrix-absent", "global counter 2", r2, |matrix| matrix.states[2].reset = Some(2));
    refused("bpod-matrix-no-event", "state 1 `second` waits for", r2, |matrix| {
        matrix.states[1].transitions.push((Event::Serial { channel: 6, number: 15 }, Target::Exit));
    });
    refused("bpod-matrix-event-twice", "two transitions for Port2In", r2, |matrix| {
        matrix.states[1].transitions = vec![(port_in(r2, 2), Target::Exit), (port_in(r2, 2), Target::State(0))];
    });
    refused("bpod-matrix-no-output", "output channel 17", r2, |matrix| matrix.states[0].outputs.push((17, 1)));
    refused("bpod-matrix-output-twice", "sets output channel 0 twice", r2, |matrix| {
        matrix.states[0].outputs.push((0, 1))
    });
    refused("bpod-matrix-value", "to 256, and at most 255", r2, |matrix| matrix.states[1].outputs.push((9, 256)));
    refused("bpod-matrix-value", "to 4096, and at most 4095", Model::TwoPlusFirmware23, |matrix| {
        matrix.states[0].outputs.push((5, 4096));
    });
    refused("bpod-matrix-no-support", "analog thresholds", r2, |matrix| matrix.states[1].enable = 1);
    refused("bpod-matrix-no-support", "messages inside a matrix", Model::R2Firmware22, |matrix| {
        matrix.messages = vec![(0, vec![Message { id: 1, bytes: vec![1] }])];
    });
    refused("bpod-matrix-message", "message 1 with 6 bytes", r2, |matrix| {
        matrix.messages = vec![(0, vec![Message { id: 1, bytes: vec![1; 6] }])];
    });
    refused("bpod-matrix-repeat", "global timer 1 repeats 1 times", r2, |matrix| {
        matrix.timers[1].repeat = Repeat::Times(1);
    });
    // 254 states with all the transitions that there are take more than the board takes.
    refused("bpod-matrix-too-long", "the board takes 49999", r2, |matrix| {
        let mut full = state("full", 1, None);
        full.transitions =
            (0..105).filter_map(|code| codes(r2).event(code)).map(|event| (event, Target::Exit)).collect();
        matrix.states.truncate(3);
        matrix.states.resize(254, full);
    });
}

/// Codes from the wire of real boards: with 15 events for each serial channel.
#[test]
fn events_have_the_codes_and_names_of_the_boards() {
    let names = |model: Model, list: &[(u8, &str)]| {
        let codes = codes(model);
        for &(code, name) in list {
            let event = codes.event(code).unwrap();
            assert_eq!((codes.name(event).as_deref(), codes.code(event)), (Some(name), Some(code)), "{model:?}");
        }
    };
    names(
        Model::R2Firmware22,
        &[
            (0, "Serial1_1"),
            (74, "Serial5_15"),
            (75, "SoftCode1"),
            (89, "SoftCode15"),
            (90, "BNC1High"),
            (91, "BNC1Low"),
            (92, "BNC2High"),
            (94, "Port1In"),
            (95, "Port1Out"),
            (101, "Port4Out"),
            (102, "GlobalTimer1_Start"),
            (117, "GlobalTimer16_Start"),
            (118, "GlobalTimer1_End"),
            (134, "GlobalCounter1_End"),
            (142, "Condition1"),
            (158, "Tup"),
        ],
    );
    names(
        Model::R2Firmware23,
        &[(75, "SoftCode1"), (90, "APP_SoftCode0"), (105, "BNC1High"), (109, "Port1In"), (117, "GlobalTimer1_Start")],
    );
    names(
        Model::R2Firmware23,
        &[(133, "GlobalTimer1_End"), (149, "GlobalCounter1_End"), (157, "Condition1"), (173, "Tup")],
    );
    names(
        Model::TwoPlusFirmware23,
        &[
            (45, "SoftCode1"),
            (60, "APP_SoftCode0"),
            (75, "Flex1High"),
            (82, "Flex4Low"),
            (83, "BNC1High"),
            (87, "Port1In"),
        ],
    );
    names(
        Model::TwoPlusFirmware23,
        &[(96, "Port5Out"), (97, "GlobalTimer1_Start"), (129, "GlobalCounter1_End"), (137, "Condition1"), (153, "Tup")],
    );
}

#[test]
fn events_are_allotted_to_the_last_one() {
    for model in Model::ALL {
        let hardware = model.hardware();
        for wanted in [&[][..], &[Some(40), None, Some(3)], &[Some(0), Some(0), Some(0)]] {
            let counts = allot(&hardware, wanted).unwrap();
            let sum: u32 = counts.iter().map(|&count| u32::from(count)).sum();
            assert_eq!(sum, u32::from(hardware.max_serial_events), "{model:?} {wanted:?}");
            assert!(wanted.iter().zip(&counts).all(|(wanted, count)| wanted.is_none_or(|wanted| wanted == *count)));
            let codes = EventCodes::new(&hardware, &counts).unwrap();
            // The digital inputs' codes stay where they are.
            let first = hardware.inputs[hardware.serial_inputs()..].first();
            assert!(matches!(first, Some(Channel::Bnc | Channel::FlexIo)));
            assert!(matches!(codes.event(hardware.max_serial_events), Some(Event::Digital { .. })));
        }
        let fault = allot(&hardware, &[Some(60), Some(60)]).unwrap_err();
        assert!(matches!(fault.flaw, Flaw::OutOfRange { found: 120.., .. }), "{fault}");
        assert!(EventCodes::new(&hardware, &[1]).is_err());
    }
}

#[test]
fn other_firmware_is_refused_with_what_to_do() {
    let refused = |firmware: u16, machine: u16| {
        let bytes = [firmware.to_le_bytes(), machine.to_le_bytes()].concat();
        Model::decode(&bytes).unwrap_err().to_string()
    };
    assert!(refused(21, 3).contains("update the firmware to 23"));
    assert!(refused(24, 3).contains("use firmware 22 or 23"));
    assert!(refused(22, 4).contains("use firmware 22 or 23"));
    assert!(refused(23, 2).contains("use firmware 22 or 23"));
    assert!(two_state(Model::R2Firmware22).states.len() == 2);
}
