//! The emulated board cycle by cycle, and against recorded firmware.

use crate::desk::Desk;
use crate::machines::{port_in, state, three_state, two_state};
use crate::trace::{Line, TRACES, lines};
use trialect_bpod::emulator::{Board, Effect, Stimulus, StimulusKind};
use trialect_bpod::wire::{
    Channel, Command, Condition, ConditionSource, Counter, Edge, Event, GlobalTimer, Matrix, Message, Model, Repeat,
    Report, State, Target, TrialReader,
};

const R2: Model = Model::R2Firmware23;

/// What a board says of a matrix while things happen.
fn check(matrix: &Matrix, plans: &[&str], expected: &[&str]) {
    for model in Model::ALL {
        let mut desk = Desk::new(model, plans);
        let mut matrix = matrix.clone();
        // Tests name channels of an r2.x with firmware 23.
        moved(&mut matrix, model);
        let reports = desk.run(&matrix);
        assert_eq!(desk.shown(&reports), expected, "{model:?}");
    }
}

/// The same channels on another board.
fn moved(matrix: &mut Matrix, model: Model) {
    let (from, to) = (R2.hardware(), model.hardware());
    let place = |list: &[Channel], channel: u8, other: &dyn Fn(Channel, usize) -> Option<u8>| {
        let kind = list[usize::from(channel)];
        let number = list[..=usize::from(channel)].iter().filter(|other| **other == kind).count();
        other(kind, number).unwrap()
    };
    let input = |channel: &mut u8| *channel = place(&from.inputs, *channel, &|kind, number| to.input(kind, number));
    let output = |channel: &mut u8| *channel = place(&from.outputs, *channel, &|kind, number| to.output(kind, number));
    let event = |event: &mut Event| {
        if let Event::Digital { channel, .. } | Event::Serial { channel, .. } = event {
            input(channel);
        }
    };
    for state in &mut matrix.states {
        state.transitions.iter_mut().for_each(|(of, _)| event(of));
        state.outputs.iter_mut().for_each(|(channel, _)| output(channel));
    }
    matrix.counters.iter_mut().filter_map(|counter| counter.event.as_mut()).for_each(event);
    matrix.timers.iter_mut().filter_map(|timer| timer.channel.as_mut()).for_each(output);
    for condition in &mut matrix.conditions {
        if let ConditionSource::Input(channel) = &mut condition.source {
            input(channel);
        }
    }
}

fn of(states: Vec<State>) -> Matrix {
    Matrix { states, ..Matrix::default() }
}

fn on(mut state: State, transitions: &[(Event, Target)]) -> State {
    state.transitions.extend(transitions);
    state
}

#[test]
fn state_timers_take_at_least_a_cycle() {
    let chain = |timers: &[u32]| {
        let last = timers.len() - 1;
        let next = |k: usize| if k == last { Target::Exit } else { Target::State(k as u8 + 1) };
        of(timers.iter().enumerate().map(|(k, timer)| state("s", *timer, Some(next(k)))).collect())
    };
    check(&chain(&[500, 1000, 0]), &[], &["Tup @500", "Tup @1500", "Tup @1501", "end @1501"]);
    check(&chain(&[0, 1, 2]), &[], &["Tup @1", "Tup @2", "Tup @4", "end @4"]);
    // A timer that leads to its own state does nothing.
    let own = of(vec![on(state("s", 10, Some(Target::State(0))), &[(port_in(R2, 1), Target::Exit)])]);
    check(&own, &["Port1In@1:77"], &["Port1In @77", "end @77"]);
}

#[test]
fn the_first_event_of_a_cycle_that_goes_elsewhere_counts() {
    let bnc = Event::Digital { channel: R2.hardware().input(Channel::Bnc, 2).unwrap(), edge: Edge::On };
    let both = on(state("s", 50, Some(Target::State(1))), &[(port_in(R2, 1), Target::State(1)), (bnc, Target::Exit)]);
    let matrix = of(vec![both, state("late", 0, Some(Target::Exit))]);
    // BNC channels come before ports, and all inputs before the state's timer.
    check(&matrix, &["Port1In@1:50", "BNC2High@1:50"], &["BNC2High Port1In Tup @50", "end @50"]);
    check(&matrix, &["Port1In@1:50"], &["Port1In Tup @50", "Tup @51", "end @51"]);
    check(&matrix, &["Port1In@1:9", "Port1Out@1:10"], &["Port1In @9", "Port1Out Tup @10", "end @10"]);
    // A bar that was there when the trial began is no event.
    let mut desk = Desk::new(R2, &[]);
    desk.board.set_line(R2.hardware().input(Channel::Port, 1).unwrap(), true);
    let reports = desk.run(&matrix);
    assert_eq!(desk.shown(&reports), ["Tup @50", "Tup @51", "end @51"]);
}

#[test]
fn global_timers_begin_with_the_next_cycle_s_report() {
    let mut trigger = state("trigger", 1000, Some(Target::Exit));
    trigger.trigger = 1;
    let mut matrix = of(vec![state("wait", 100, Some(Target::State(1))), trigger]);
    matrix.timers = vec![GlobalTimer { duration: 300, ..GlobalTimer::default() }];
    let ends = ["Tup @1100", "end @1100"];
    let all = |first: &[&'static str]| [&["Tup @100"], first, &ends].concat();
    check(&matrix, &[], &all(&["GlobalTimer1_Start @101", "GlobalTimer1_End @400"]));
    // With a delay it begins within the order of its cycle.
    matrix.timers[0].onset_delay = 50;
    check(&matrix, &[], &all(&["GlobalTimer1_Start @150", "GlobalTimer1_End @450"]));
    let twice = GlobalTimer { repeat: Repeat::Times(2), interval: 100, duration: 200, ..GlobalTimer::default() };
    matrix.timers[0] = twice.clone();
    let told = ["GlobalTimer1_Start @101", "GlobalTimer1_End @300", "GlobalTimer1_Start @400", "GlobalTimer1_End @600"];
    check(&matrix, &[], &all(&told));
    // Without a pause the next round begins a cycle later, and ends as if it had not.
    matrix.timers[0].interval = 0;
    let told = ["GlobalTimer1_Start @101", "GlobalTimer1_End @300", "GlobalTimer1_Start @301", "GlobalTimer1_End @500"];
    check(&matrix, &[], &all(&told));
    // Events can be turned off for rounds, but not for the first start; for a single round not at all.
    matrix.timers[0] = GlobalTimer { events: false, ..twice };
    check(&matrix, &[], &all(&told[..1]));
    matrix.timers[0].repeat = Repeat::Once;
    check(&matrix, &[], &all(&told[..2]));
    // Timers that trigger each other begin once, the one that was triggered by the other first.
    matrix.timers = vec![GlobalTimer { duration: 300, trigger: 0b11, ..GlobalTimer::default() }; 2];
    check(
        &matrix,
        &[],
        &all(&["GlobalTimer2_Start GlobalTimer1_Start @101", "GlobalTimer1_End GlobalTimer2_End @400"]),
    );
    // One that runs and is triggered again gets another end.
    let mut again = state("again", 1000, Some(Target::Exit));
    again.trigger = 1;
    matrix.states[1].timed_out = Some(Target::State(2));
    matrix.states[1].timer = 100;
    matrix.states.push(again);
    matrix.timers = vec![GlobalTimer { duration: 300, ..GlobalTimer::default() }];
    let told = ["Tup @100", "GlobalTimer1_Start @101", "Tup @200", "GlobalTimer1_End @500", "Tup @1200", "end @1200"];
    check(&matrix, &[], &told);
}

#[test]
fn cancelled_timers_end_and_give_their_channel_back() {
    let mut first = state("first", 100, Some(Target::State(1)));
    first.trigger = 1;
    let mut second = state("second", 100, Some(Target::Exit));
    second.cancel = 1;
    let mut matrix = of(vec![first, second]);
    let valve = R2.hardware().output(Channel::Valve, 1).unwrap();
    matrix.timers = vec![GlobalTimer { duration: 9000, channel: Some(valve), on: 1, ..GlobalTimer::default() }];
    check(&matrix, &[], &["GlobalTimer1_Start @1", "Tup @100", "GlobalTimer1_End @101", "Tup @200", "end @200"]);
    let mut desk = Desk::new(R2, &[]);
    let start = desk.board.now();
    desk.run(&matrix);
    let valves: Vec<(u64, u16)> = desk
        .board
        .take_effects()
        .into_iter()
        .filter_map(|(at, effect)| match effect {
            Effect::Output { channel, value } if channel == valve => Some(((at - start) / 100, value)),
            _ => None,
        })
        .collect();
    let opened = valves[0].0;
    assert_eq!(valves, [(opened, 1), (opened + 100, 0)]);
}

#[test]
fn counters_report_a_cycle_later() {
    let counted = Event::Digital { channel: R2.hardware().input(Channel::Port, 2).unwrap(), edge: Edge::On };
    let mut first = on(state("count", 5000, None), &[(Event::CounterEnd(0), Target::State(1))]);
    first.reset = Some(0);
    let mut second = on(state("again", 5000, Some(Target::Exit)), &[(Event::CounterEnd(0), Target::Exit)]);
    let mut matrix = of(vec![first, second.clone()]);
    matrix.counters = vec![Counter { event: Some(counted), threshold: 2 }];
    let plans =
        ["Port2In@1:10", "Port2Out@1:11", "Port2In@1:1153", "Port2Out@1:1160", "Port2In@1:1170", "Port2Out@1:1180"];
    let more = [&plans[..], &["Port2In@1:1190"]].concat();
    let first_ones = ["Port2In @10", "Port2Out @11", "Port2In @1153", "GlobalCounter1_End @1154"];
    let rest = ["Port2Out @1160", "Port2In @1170", "Port2Out @1180", "Port2In @1190"];
    // Once reached it is reached until it is set to 0, and then it counts anew.
    check(&matrix, &more, &[&first_ones[..], &rest, &["Tup @6154", "end @6154"]].concat());
    second.reset = Some(0);
    matrix.states[1] = second;
    check(&matrix, &more, &[&first_ones[..], &rest, &["GlobalCounter1_End @1191", "end @1191"]].concat());
}

#[test]
fn conditions_compare_electrical_levels() {
    let condition = |channel: Channel, value| Condition {
        source: ConditionSource::Input(R2.hardware().input(channel, 1).unwrap()),
        value,
    };
    let matrix = |condition: Condition| {
        let mut matrix = of(vec![on(state("s", 100, Some(Target::Exit)), &[(Event::Condition(0), Target::Exit)])]);
        matrix.conditions = vec![condition];
        matrix
    };
    // A port is not inverted: its beam is broken at 1. A BNC input is: it is high at 0.
    check(&matrix(condition(Channel::Port, true)), &["Port1In@1:30"], &["Condition1 Port1In @30", "end @30"]);
    check(&matrix(condition(Channel::Bnc, false)), &["BNC1High@1:30"], &["Condition1 BNC1High @30", "end @30"]);
    check(&matrix(condition(Channel::Bnc, true)), &[], &["Condition1 @1", "end @1"]);
    // A level set by a host is electrical, too.
    let mut desk = Desk::new(R2, &[]);
    let channel = R2.hardware().input(Channel::Bnc, 1).unwrap();
    let event = Event::Digital { channel, edge: Edge::On };
    desk.upload(&of(vec![on(state("s", 0, None), &[(event, Target::Exit)])]), true);
    desk.pass(5_000);
    desk.tell(&Command::Input { channel, level: 0 });
    desk.pass(5_000);
    let reports = desk.reports(true);
    assert!(desk.shown(&reports)[0].starts_with("BNC1High @"), "{reports:?}");
}

#[test]
fn back_is_the_state_before() {
    let back = on(state("aside", 20, Some(Target::Back)), &[]);
    let first = on(state("main", 100, Some(Target::Exit)), &[(port_in(R2, 1), Target::State(1))]);
    check(&of(vec![first, back]), &["Port1In@1:40"], &["Port1In @40", "Tup @60", "Tup @160", "end @160"]);
}

#[test]
fn serial_channels_send_messages_and_soft_codes() {
    let soft = R2.hardware().output(Channel::SoftCode, 1).unwrap();
    let mut first = state("first", 10, Some(Target::State(1)));
    first.outputs = vec![(soft, 9), (2, 4), (0, 3)];
    let mut matrix = of(vec![first, state("second", 10, Some(Target::Exit))]);
    matrix.messages = vec![(0, vec![Message { id: 3, bytes: b"P\x02".to_vec() }])];
    let mut desk = Desk::new(R2, &[]);
    let reports = desk.run(&matrix);
    assert_eq!(desk.shown(&reports), ["soft code 9", "Tup @10", "Tup @20", "end @20"]);
    let sent: Vec<Effect> = desk.board.take_effects().into_iter().map(|(_, effect)| effect).collect();
    // In the order of channels; a message that was not loaded is its number.
    assert_eq!(
        sent,
        [Effect::Module { channel: 0, bytes: b"P\x02".to_vec() }, Effect::Module { channel: 2, bytes: vec![4] }]
    );
    // A soft code of the host, and one of the other program.
    let on_code = |channel, target| (Event::Serial { channel, number: 3 }, target);
    let waiting = of(vec![
        on(state("host", 0, None), &[on_code(5, Target::State(1))]),
        on(state("other", 0, None), &[on_code(6, Target::Exit)]),
    ]);
    desk.upload(&waiting, true);
    desk.pass(1_000);
    desk.tell(&Command::SoftCode(3));
    desk.pass(1_000);
    desk.board.receive(1, &[3]);
    desk.pass(1_000);
    let shown = desk.reports(true);
    let shown = desk.shown(&shown);
    assert!(shown[0].starts_with("SoftCode4 @") && shown[1].starts_with("APP_SoftCode3 @"), "{shown:?}");
}

#[test]
fn outputs_follow_states_hands_and_the_end() {
    let mut desk = Desk::new(R2, &[]);
    let [lamp, valve] = [Channel::Port, Channel::Valve].map(|kind| R2.hardware().output(kind, 1).unwrap());
    desk.upload(&two_state(R2), true);
    desk.pass(1_000);
    assert_eq!(desk.board.outputs()[usize::from(lamp)], 128);
    desk.tell(&Command::Output { channel: valve, value: 1 });
    desk.pass(1_000);
    assert_eq!(desk.board.outputs()[usize::from(valve)], 1, "set by hand");
    desk.tell(&Command::Stop);
    desk.pass(1_000);
    assert!(desk.board.outputs().iter().all(|value| *value == 0), "the end shuts everything");
    let last = desk.reports(true).pop();
    let Some(Report::Ended(ending)) = last else { panic!("{last:?}") };
    // Stopped when nothing runs it says the last end again.
    desk.tell(&Command::Stop);
    desk.pass(1_000);
    let said = desk.board.take_said(0);
    assert_eq!(said.len(), 19);
    assert_eq!((&said[..3], &said[3..7]), (&[1, 1, 255][..], &ending.cycle.to_le_bytes()[..]));
    // Its cycles go on: 10 of them since then.
    assert_eq!(said[7..11], (ending.executed + 10).to_le_bytes());
    // The valves of an r2.x need a host.
    desk.tell(&Command::Output { channel: valve, value: 1 });
    desk.pass(1_000);
    desk.tell(&Command::Disconnect);
    desk.pass(1_000);
    assert_eq!(desk.board.outputs()[usize::from(valve)], 0);
}

#[test]
fn a_matrix_that_comes_late_is_loaded_and_not_started() {
    let bytes = |desk: &Desk| {
        let upload = trialect_bpod::wire::encode(&three_state(R2), R2, &desk.codes, true).unwrap();
        Command::Upload(upload).encode()
    };
    let started = |said: &[u8]| said.windows(3).filter(|three| *three == [1, 1, 255]).count();
    // In time: it follows at once.
    let mut desk = Desk::new(R2, &[]);
    desk.upload(&three_state(R2), true);
    desk.pass(100_000);
    desk.board.receive(0, &bytes(&desk));
    desk.pass(1_000_000);
    assert_eq!((started(&desk.board.take_said(0)), desk.board.trials()), (2, 2));
    // Half of it before the end, half after it: the second trial begins only when it is told to.
    let late = bytes(&desk);
    desk.upload(&three_state(R2), true);
    desk.pass(100_000);
    desk.board.receive(0, &late[..30]);
    desk.pass(100_000);
    desk.board.receive(0, &late[30..]);
    desk.pass(1_000_000);
    assert_eq!((started(&desk.board.take_said(0)), desk.board.trials()), (1, 3));
    desk.tell(&Command::Run);
    desk.pass(1_000_000);
    assert_eq!((started(&desk.board.take_said(0)), desk.board.trials()), (1, 4));
}

/// A module's byte 0 is the last event of the channel before, and of the first channel the code of an end.
#[test]
fn byte_0_of_a_module_is_another_s_event() {
    let matrix = of(vec![state("s", 100, Some(Target::Exit))]);
    let byte = |channel, byte| Stimulus { kind: StimulusKind::Module { channel, byte }, trial: 1, cycle: 20 };
    check(&matrix, &["Serial2_3@1:20"], &["Serial2_3 @20", "Tup @100", "end @100"]);
    let mut desk = Desk::new(R2, &[]);
    desk.board = desk.board.with_stimuli(&[byte(1, 0), byte(2, 16)]);
    let reports = desk.run(&matrix);
    assert_eq!(desk.shown(&reports), ["Serial1_15 @20", "Tup @100", "end @100"], "16 is more than it was allotted");
    let mut desk = Desk::new(R2, &[]);
    desk.board = desk.board.with_stimuli(&[byte(0, 0)]);
    desk.upload(&matrix, true);
    desk.pass(100_000);
    let said = desk.board.take_said(0);
    assert_eq!(said[9..16], [1, 1, 255, 20, 0, 0, 0], "an end without its numbers");
    let mut reader = TrialReader::new(desk.codes.clone(), true);
    reader.push(&said);
    let fault = std::iter::from_fn(|| Some(reader.read())).find_map(Result::err).unwrap();
    assert_eq!(fault.code(), "bpod-false-end");
}

/// Two traps of firmware that a host has to know.
#[test]
fn settings_of_an_upload_reach_the_trial_that_runs() {
    // A stop starts the trial that was queued; a second one stops it before its first state.
    let mut desk = Desk::new(R2, &[]);
    let valve = R2.hardware().output(Channel::Valve, 1).unwrap();
    let mut open = state("open", 5000, Some(Target::Exit));
    open.outputs = vec![(valve, 1)];
    for stops in [1, 2] {
        desk.upload(&two_state(R2), true);
        desk.pass(10_000);
        desk.upload(&of(vec![open.clone()]), true);
        desk.pass(10_000);
        (0..stops).for_each(|_| desk.tell(&Command::Stop));
        desk.pass(10_000);
        assert_eq!(desk.board.cycle().is_some(), stops == 1);
        let is_opened = |(_, effect): (u64, Effect)| effect == Effect::Output { channel: valve, value: 1 };
        assert_eq!(desk.board.take_effects().into_iter().any(is_opened), stops == 1, "the valve was opened");
        desk.tell(&Command::Stop);
        desk.pass(10_000);
    }
    // A matrix that goes back gets lost when one that does not is uploaded beside it.
    let aside = state("aside", 1000, Some(Target::Back));
    let main = on(state("main", 0, Some(Target::State(1))), &[]);
    desk.upload(&of(vec![main, aside]), true);
    desk.pass(50_000);
    desk.upload(&two_state(R2), true);
    desk.pass(10_000_000);
    assert!(desk.board.cycle().is_some_and(|cycle| cycle > 90_000), "it hangs");
}

#[test]
fn missing_bytes_stall_the_board_as_they_do_the_firmware() {
    // An incomplete matrix swallows what follows, for a second.
    let mut desk = Desk::new(R2, &[]);
    desk.board.receive(0, &[b'C', 1, 0, 40, 0, 3, 0, 0, 0, b'F']);
    desk.pass(900_000);
    desk.board.receive(0, b"F");
    desk.pass(900_000);
    assert!(desk.board.take_said(0).is_empty());
    desk.pass(200_000);
    desk.board.receive(0, b"F");
    desk.pass(1_000);
    assert_eq!(desk.board.take_said(0), [23, 0, 3, 0]);
    // A missing argument stops time for the trial, for ever.
    desk.upload(&three_state(R2), true);
    desk.pass(10_000);
    desk.board.receive(0, b"O");
    desk.pass(5_000_000);
    let cycle = desk.board.cycle().expect("it still runs");
    assert!(cycle <= 101, "{cycle}");
    desk.board.receive(0, &[0, 0]);
    desk.pass(1_000_000);
    assert_eq!(desk.board.cycle(), None);
}

/// The board does what recorded firmware did with the same bytes at the same times.
#[test]
fn recorded_sessions_are_answered_as_they_were() {
    for (name, model) in TRACES {
        let Some(lines) = lines(name) else { continue };
        let (said, expected) = played(name, model, &lines);
        for port in 0..model.ports() {
            let start = |bytes: &[u8]| bytes.iter().take_while(|byte| **byte == 0xde).count();
            let recorded: &[u8] = &expected[port];
            let ours: &[u8] = &said[port];
            if port > 0 {
                assert_eq!(ours, recorded, "{name}, port {port}");
                continue;
            }
            // Before the trials every byte, in the trials everything but the time of day.
            let (ours, recorded) = (&ours[start(ours)..], &recorded[start(recorded)..]);
            let trials = recorded.len() - reports_of(model, recorded).1;
            assert!(trials > 50, "{name}");
            assert_eq!(ours[..trials], recorded[..trials], "{name}: before the trials");
            assert_eq!(reports_of(model, &ours[trials..]).0, reports_of(model, &recorded[trials..]).0, "{name}");
        }
    }
}

/// What our board and the recorded one said on each port.
fn played(name: &str, model: Model, lines: &[Line]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut board = Board::new(model);
    if name.starts_with("two") {
        // The beam was broken by hand; the recording says in which cycles.
        let port = model.hardware().input(Channel::Port, 1).unwrap();
        let cycles: Vec<u32> = lines
            .iter()
            .filter(|line| line.note.starts_with("events ["))
            .map(|line| line.note.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        let stimulus = |cycle, on| Stimulus { kind: StimulusKind::Line { channel: port, on }, trial: 1, cycle };
        board = board.with_stimuli(&[stimulus(cycles[0], true), stimulus(cycles[1], false)]);
    }
    let mut said = vec![Vec::new(); model.ports()];
    let mut expected = vec![Vec::new(); model.ports()];
    let mut take = |board: &mut Board| {
        for (port, said) in said.iter_mut().enumerate() {
            said.extend(board.take_said(port));
        }
    };
    for line in lines {
        let port = line.port.strip_prefix("USB").map(|port| port.parse::<usize>().unwrap());
        match port {
            Some(port) if line.from_host => {
                board.advance(line.us);
                take(&mut board);
                board.receive(port, &line.bytes);
            }
            Some(port) if line.note != "discovery byte" || board.now() == 0 => expected[port].extend(&line.bytes),
            _ => {}
        }
    }
    let until = board.now() + 50_000;
    board.advance(until);
    take(&mut board);
    (said, expected)
}

/// The reports of the trials at the end of what was said, without the times of day, and how many bytes they take with
/// the goodbye.
fn reports_of(model: Model, bytes: &[u8]) -> (Vec<Report>, usize) {
    let codes = crate::machines::codes(model);
    // Trials begin behind the last acknowledgement, which is the answer to the allotment or to the settings of a 2+.
    let first = (0..bytes.len()).find(|&at| bytes[at..].len() > 20 && whole(&codes, &bytes[at..]).is_some()).unwrap();
    (whole(&codes, &bytes[first..]).unwrap(), bytes.len() - first)
}

/// All trials and a goodbye, or nothing.
fn whole(codes: &trialect_bpod::wire::EventCodes, bytes: &[u8]) -> Option<Vec<Report>> {
    let mut list = Vec::new();
    let mut rest = bytes.to_vec();
    while rest != [b'1'] {
        let mut reader = TrialReader::new(codes.clone(), true);
        reader.push(&rest);
        while !reader.is_over() {
            list.push(match reader.read().ok()?? {
                Report::Started { .. } => Report::Started { us: 0 },
                Report::Ended(ending) => Report::Ended(trialect_bpod::wire::Ending { us: 0, ..ending }),
                other => other,
            });
        }
        rest = reader.left();
    }
    Some(list)
}
