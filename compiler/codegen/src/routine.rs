//! The routines that a program becomes.

use crate::transition::is_thin;
use trialect_ir::{Clause, InputId, Phase, Program, State, StateId, Then, Trigger};

/// A compiled function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Routine {
    /// A phase, by its position in [`Phase::ALL`].
    Phase(usize),
    /// Takes an event of an input that a state reacts to, up to the routine that it asks for.
    Event(StateId, InputId),
    /// Takes an event of an input that nothing reacts to.
    Ignore(InputId),
    /// Starts a trial.
    Begin,
    /// Lets timers fire.
    Timers,
    /// Breaks a trial off.
    Interrupt,
    /// Tests a state's conditions.
    Settle(StateId),
    /// Fires a state's clause that goes somewhere, by its position.
    Fire(StateId, usize),
    /// What a state does on an input, where that needs the host or the law.
    React(StateId, InputId),
    /// Goes between trials.
    Rest,
}

impl Routine {
    /// Number of parameters, 64-bit words all: memory; then, for events, value and time, for others the
    /// context and, where it needs one, a time.
    pub(crate) fn parameters(self) -> usize {
        match self {
            Routine::Event(..) | Routine::Ignore(_) => 3,
            Routine::Begin | Routine::Timers | Routine::Interrupt => 3,
            _ => 2,
        }
    }

    /// Whether it returns the address of a routine that is to be called next, or 0.
    pub(crate) fn returns(self) -> bool {
        matches!(self, Routine::Event(..) | Routine::Ignore(_))
    }

    /// The routine of an event in a state, or between trials.
    pub(crate) fn of_event(program: &Program, state: Option<StateId>, input: InputId) -> Routine {
        match state {
            Some(id) if !on_input(&program.states[id.0 as usize], input).is_empty() => Routine::Event(id, input),
            _ => Routine::Ignore(input),
        }
    }

    /// Name in messages.
    pub(crate) fn name(self, program: &Program) -> String {
        let state = |id: StateId| program.states[id.0 as usize].name.as_str();
        match self {
            Routine::Phase(phase) => format!("phase {:?}", Phase::ALL[phase]),
            Routine::Begin => "begin".into(),
            Routine::Event(id, input) => format!("event of input {} in state {}", input.0, state(id)),
            Routine::Ignore(input) => format!("event of input {}", input.0),
            Routine::Timers => "timers".into(),
            Routine::Interrupt => "interrupt".into(),
            Routine::Settle(id) => format!("conditions of state {}", state(id)),
            Routine::Fire(id, clause) => format!("clause {clause} of state {}", state(id)),
            Routine::React(id, input) => format!("reaction to input {} in state {}", input.0, state(id)),
            Routine::Rest => "end of a trial".into(),
        }
    }

    /// All routines of a program, in the order in which they are compiled.
    pub(crate) fn all(program: &Program) -> Vec<Routine> {
        let mut all: Vec<Routine> = (0..Phase::ALL.len()).map(Routine::Phase).collect();
        all.extend(inputs(program).map(Routine::Ignore));
        all.extend([Routine::Timers, Routine::Begin, Routine::Interrupt, Routine::Rest]);
        for (id, state) in states(program) {
            for input in inputs(program) {
                let chain = on_input(state, input);
                if !chain.is_empty() {
                    all.push(Routine::Event(id, input));
                }
                if !is_thin(&chain) {
                    all.push(Routine::React(id, input));
                }
            }
            if has_conditions(state) {
                all.push(Routine::Settle(id));
            }
            let going = state.clauses.iter().enumerate().filter(|(_, clause)| clause.then != Then::Stay);
            all.extend(going.map(|(k, _)| Routine::Fire(id, k)));
        }
        all
    }
}

/// A clause with its position in its state.
pub(crate) type Numbered<'a> = (usize, &'a Clause);

/// The inputs.
pub(crate) fn inputs(program: &Program) -> impl Iterator<Item = InputId> + use<> {
    (0..program.inputs.len() as u32).map(InputId)
}

/// The states with their ids.
pub(crate) fn states(program: &Program) -> impl Iterator<Item = (StateId, &State)> {
    program.states.iter().enumerate().map(|(k, state)| (StateId(k as u32), state))
}

/// Whether a state has conditions.
pub(crate) fn has_conditions(state: &State) -> bool {
    state.clauses.iter().any(|clause| clause.trigger == Trigger::Condition)
}

/// What a state looks at on an event of an input, in order: the input's clauses, then the conditions.
pub(crate) fn on_input(state: &State, input: InputId) -> Vec<Numbered<'_>> {
    then_conditions(state, |trigger| match *trigger {
        Trigger::Input(other) | Trigger::Reaches { input: other, .. } => other == input,
        Trigger::Condition | Trigger::Timer(_) => false,
    })
}

/// What a state looks at when timers are due, in order: its timer clauses, then the conditions.
pub(crate) fn on_timers(state: &State) -> Vec<Numbered<'_>> {
    then_conditions(state, |trigger| matches!(trigger, Trigger::Timer(_)))
}

/// A state's conditions.
pub(crate) fn conditions(state: &State) -> Vec<Numbered<'_>> {
    then_conditions(state, |_| false)
}

fn then_conditions(state: &State, first: impl Fn(&Trigger) -> bool) -> Vec<Numbered<'_>> {
    let clauses = || state.clauses.iter().enumerate();
    let conditions = clauses().filter(|(_, clause)| clause.trigger == Trigger::Condition);
    clauses().filter(|(_, clause)| first(&clause.trigger)).chain(conditions).collect()
}
