//! The matrices of the recordings, and one that uses everything.

use trialect_bpod::wire::{
    Channel, Condition, ConditionSource, Counter, Edge, Event, EventCodes, GlobalTimer, Matrix, Message, Model, Repeat,
    State, Target, allot,
};

/// Event codes of a board without modules.
pub fn codes(model: Model) -> EventCodes {
    let hardware = model.hardware();
    EventCodes::new(&hardware, &allot(&hardware, &[]).unwrap()).unwrap()
}

fn output(model: Model, kind: Channel, number: usize) -> u8 {
    model.hardware().output(kind, number).unwrap()
}

pub fn port_in(model: Model, number: usize) -> Event {
    Event::Digital { channel: model.hardware().input(Channel::Port, number).unwrap(), edge: Edge::On }
}

pub fn state(name: &str, timer: u32, timed_out: Option<Target>) -> State {
    State { name: name.into(), timer, timed_out, ..State::default() }
}

/// As recorded: wait for the port for a second with its lamp on, then open the valve for 50 ms.
pub fn two_state(model: Model) -> Matrix {
    let mut wait = state("wait", 10_000, Some(Target::Exit));
    wait.transitions = vec![(port_in(model, 1), Target::State(1))];
    wait.outputs = vec![(output(model, Channel::Port, 1), 128)];
    let mut reward = state("reward", 500, Some(Target::Exit));
    reward.outputs = vec![(output(model, Channel::Valve, 1), 1)];
    Matrix { states: vec![wait, reward], ..Matrix::default() }
}

/// As recorded: 50 ms with BNC1 and the lamp, 100 ms with the valve and a soft code, one cycle.
pub fn three_state(model: Model) -> Matrix {
    let mut s0 = state("s0", 500, Some(Target::State(1)));
    s0.outputs = vec![(output(model, Channel::Bnc, 1), 1), (output(model, Channel::Port, 1), 255)];
    let mut s1 = state("s1", 1000, Some(Target::State(2)));
    s1.transitions = vec![(port_in(model, 1), Target::Exit)];
    s1.outputs = vec![(output(model, Channel::Valve, 1), 1), (output(model, Channel::SoftCode, 1), 3)];
    Matrix { states: vec![s0, s1, state("s2", 0, Some(Target::Exit))], ..Matrix::default() }
}

/// Something of everything that the board has.
pub fn everything(model: Model) -> Matrix {
    let bnc = model.hardware().input(Channel::Bnc, 1).unwrap();
    let mut first = state("first", 70_000, Some(Target::State(1)));
    first.transitions = vec![
        (Event::Serial { channel: 0, number: 2 }, Target::State(1)),
        (Event::Digital { channel: bnc, edge: Edge::Off }, Target::Exit),
        (Event::TimerStart(1), Target::State(2)),
        (Event::TimerEnd(0), Target::State(1)),
        (Event::CounterEnd(1), Target::Exit),
        (Event::Condition(2), Target::Back),
    ];
    first.outputs = vec![(0, 7), (output(model, Channel::Valve, 2), 1)];
    (first.trigger, first.reset) = (0b11, Some(1));
    let mut second = state("second", u32::MAX, None);
    second.cancel = 0b10;
    if model.is_two_plus() {
        (first.enable, second.disable) = (0b101, 0b100);
        second.outputs = vec![(output(model, Channel::FlexIo, 3), 3000)];
    }
    let timer = GlobalTimer {
        duration: 300,
        onset_delay: 20,
        channel: Some(output(model, Channel::Port, 2)),
        on: 200,
        off: 0,
        repeat: Repeat::Times(3),
        interval: 50,
        events: false,
        trigger: 0b10,
    };
    let endless = GlobalTimer { duration: 5, repeat: Repeat::Endless, ..GlobalTimer::default() };
    let condition = |source| Condition { source, value: true };
    let message = |id, bytes: &[u8]| Message { id, bytes: bytes.to_vec() };
    let messages = vec![(0, vec![message(1, b"P\x03"), message(255, b"\x00")]), (2, vec![message(7, b"abcde")])];
    Matrix {
        states: vec![first, second, state("third", 0, Some(Target::Back))],
        timers: vec![timer, endless],
        counters: vec![Counter::default(), Counter { event: Some(port_in(model, 2)), threshold: 4 }],
        conditions: vec![
            condition(ConditionSource::Input(bnc)),
            condition(ConditionSource::Timer(1)),
            Condition { value: false, ..condition(ConditionSource::Input(bnc + 1)) },
        ],
        messages: if model.is_23() { messages } else { Vec::new() },
    }
}
