//! The routines that a program becomes.

use crate::transition::is_thin;
use trialect_ir::{Clause, InputId, Phase, Program, State, StateId, Then, Trigger};

/// A machine: the position of one beside the trial's, or the trial's own.
pub(crate) type Own = Option<usize>;

/// A compiled function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Routine {
    /// A phase, by its position in [`Phase::ALL`].
    Phase(usize),
    /// Takes an event of an input that a state reacts to, up to the routine that it asks for.
    Event(StateId, InputId),
    /// Takes an event of an input that nothing reacts to.
    Ignore(InputId),
    /// Enters the trial's first state.
    Begin,
    /// Enters the first state of a machine beside the trial's.
    Start(usize),
    /// Lets a machine's timers fire.
    Timers(Own),
    /// Leaves a machine's state, and stops it.
    Quit(Own),
    /// Tests a state's conditions.
    Settle(StateId),
    /// Fires a state's clause that goes somewhere, by its position.
    Fire(StateId, usize),
    /// What a state does on an input, where that needs the host or the law.
    React(StateId, InputId),
    /// What a state does on hearing that a state of another machine is entered (or left).
    Hear(StateId, StateId, bool),
    /// Tests a state's conditions that go somewhere.
    Again(StateId),
    /// Stops a machine.
    Rest(Own),
}

impl Routine {
    /// Number of parameters, 64-bit words all: memory; then, for events, value and time, for others the
    /// context and, where it needs one, a time.
    pub(crate) fn parameters(self) -> usize {
        match self {
            Routine::Event(..) | Routine::Ignore(_) => 3,
            Routine::Begin | Routine::Timers(_) | Routine::Quit(_) => 3,
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
        let machine = |own: Own| own.map_or("the trial", |k| program.besides[k].name.as_str());
        match self {
            Routine::Phase(phase) => format!("phase {:?}", Phase::ALL[phase]),
            Routine::Begin => "begin".into(),
            Routine::Event(id, input) => format!("event of input {} in state {}", input.0, state(id)),
            Routine::Ignore(input) => format!("event of input {}", input.0),
            Routine::Start(k) => format!("start of {}", program.besides[k].name),
            Routine::Timers(own) => format!("timers of {}", machine(own)),
            Routine::Quit(own) => format!("interruption of {}", machine(own)),
            Routine::Hear(id, other, _) => format!("what state {} hears of {}", state(id), state(other)),
            Routine::Again(id) => format!("conditions of state {} once more", state(id)),
            Routine::Settle(id) => format!("conditions of state {}", state(id)),
            Routine::Fire(id, clause) => format!("clause {clause} of state {}", state(id)),
            Routine::React(id, input) => format!("reaction to input {} in state {}", input.0, state(id)),
            Routine::Rest(own) => format!("end of {}", machine(own)),
        }
    }

    /// All routines of a program, in the order in which they are compiled.
    pub(crate) fn all(program: &Program) -> Vec<Routine> {
        let mut all: Vec<Routine> = (0..Phase::ALL.len()).map(Routine::Phase).collect();
        all.extend(inputs(program).map(Routine::Ignore));
        all.extend([Routine::Timers(None), Routine::Begin, Routine::Quit(None), Routine::Rest(None)]);
        for own in 0..program.besides.len() {
            let routines = [Routine::Timers(Some(own)), Routine::Quit(Some(own)), Routine::Rest(Some(own))];
            all.extend(routines.into_iter().chain([Routine::Start(own)]));
        }
        // With machines beside the trial's an event is offered to one state after the other.
        let alone = program.besides.is_empty();
        for (id, state) in states(program) {
            for input in inputs(program) {
                let chain = on_input(state, input);
                if !chain.is_empty() && alone {
                    all.push(Routine::Event(id, input));
                }
                if !chain.is_empty() && (!alone || !is_thin(&chain)) {
                    all.push(Routine::React(id, input));
                }
            }
            if has_conditions(state) {
                all.push(Routine::Settle(id));
            }
            if !alone {
                all.extend(heard(state).into_iter().map(|(other, entered)| Routine::Hear(id, other, entered)));
                all.extend(Some(Routine::Again(id)).filter(|_| !going(state).is_empty()));
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
        Trigger::Condition | Trigger::Timer(_) | Trigger::State { .. } => false,
    })
}

/// What a state looks at when timers are due, in order: its timer clauses, then the conditions.
pub(crate) fn on_timers(state: &State) -> Vec<Numbered<'_>> {
    then_conditions(state, |trigger| matches!(trigger, Trigger::Timer(_)))
}

/// What a state looks at when a state of another machine is entered or left, in order.
pub(crate) fn on_state(state: &State, other: StateId, entry: bool) -> Vec<Numbered<'_>> {
    then_conditions(state, |trigger| *trigger == Trigger::State { state: other, entered: entry })
}

/// Of which states a state hears, and whether it is their entry.
pub(crate) fn heard(state: &State) -> Vec<(StateId, bool)> {
    let mut list = Vec::new();
    for clause in &state.clauses {
        if let Trigger::State { state, entered } = clause.trigger
            && !list.contains(&(state, entered))
        {
            list.push((state, entered));
        }
    }
    list
}

/// A state's conditions that go somewhere.
pub(crate) fn going(state: &State) -> Vec<Numbered<'_>> {
    let mut list = conditions(state);
    list.retain(|(_, clause)| clause.then != Then::Stay);
    list
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
