//! Which words of memory decide what happens next in a trial, and which of them the board does not know.

use crate::board::{Bindings, Wire};
use crate::refusal::{HOST, Place, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::{Clock, Code, Expr, Program, Slot, State, Stmt, Trigger, Update, header};

/// The words on which the further course of a trial depends.
#[derive(Debug, Default)]
pub(crate) struct Relevant {
    /// Each with the state that asks for it first.
    pub(crate) words: BTreeMap<Slot, u32>,
}

/// Looks at the code of all states until no further word is found.
struct Search<'a> {
    program: &'a Program,
    bindings: &'a Bindings,
    timers: BTreeSet<Slot>,
    /// Words that hold the time or a running count.
    live: BTreeSet<Slot>,
    words: BTreeMap<Slot, u32>,
    refusals: BTreeSet<Refusal>,
    state: u32,
}

impl Relevant {
    /// Finds them; refuses where the course depends on what the board does not know.
    pub(crate) fn of(program: &Program, bindings: &Bindings) -> Result<Relevant, Vec<Refusal>> {
        let mut search = Search {
            program,
            bindings,
            timers: program.deadlines().collect(),
            live: live(program),
            words: BTreeMap::new(),
            refusals: BTreeSet::new(),
            state: 0,
        };
        for beside in program.besides.iter().filter(|beside| beside.clock == Clock::Session) {
            search.refuse(
                beside.states.start,
                "device-session-machine",
                format!("the machine `{}` runs on between trials, and a board runs one trial at a time", beside.name),
            );
        }
        loop {
            let before = search.words.len();
            for (index, state) in (0..).zip(&program.states) {
                search.state = index;
                search.state_of(state);
            }
            if search.words.len() == before {
                break;
            }
        }
        let Search { words, refusals, .. } = search;
        if refusals.is_empty() { Ok(Relevant { words }) } else { Err(refusals.into_iter().collect()) }
    }
}

/// Words that change with time by themselves, or with a count that the board does not tell.
fn live(program: &Program) -> BTreeSet<Slot> {
    let stamps = program.states.iter().flat_map(|state| [state.slots.entry, state.slots.exit, state.slots.time]);
    let counts = program.inputs.iter().flat_map(|input| match input.update {
        Update::Count { raw, zero, count } => vec![raw, zero, count],
        Update::Nothing | Update::Flag { .. } => Vec::new(),
    });
    stamps.chain(counts).chain(program.deadlines()).chain([header::NOW]).collect()
}

impl Search<'_> {
    fn refuse(&mut self, state: u32, code: &'static str, message: String) {
        self.refusals.insert(Refusal { place: Place::State(state), code, message, help: HOST });
    }

    fn state_of(&mut self, state: &State) {
        // What a state has set from what is known is known in what follows.
        let mut known = BTreeSet::new();
        self.code(&state.entry, &mut Vec::new(), &mut known);
        self.code(&state.leave, &mut Vec::new(), &mut BTreeSet::new());
        for clause in &state.clauses {
            let mut conditions = Vec::new();
            if let Some(guard) = &clause.guard {
                self.asks(guard, &BTreeSet::new());
                conditions.push(guard);
            }
            if let Trigger::Reaches { low, high, .. } = clause.trigger {
                self.word(low);
                self.word(high);
            }
            self.code(&clause.actions, &mut conditions, &mut BTreeSet::new());
        }
    }

    /// Statements that change what counts, or what the board does, ask for what they read and for what they depend on.
    fn code<'c>(&mut self, code: &'c Code, conditions: &mut Vec<&'c Expr>, known: &mut BTreeSet<Slot>) {
        for stmt in code {
            match stmt {
                Stmt::Set { slot, value } => {
                    let asked = self.words.contains_key(slot) || self.timers.contains(slot);
                    if asked {
                        self.timed(*slot, value, known);
                        conditions.iter().for_each(|condition| self.asks(condition, known));
                    }
                    // A word that runs on is known only when it is set to a number.
                    let clean = !self.reads_live(value, known)
                        && (!self.live.contains(slot) || matches!(value, Expr::Int(_) | Expr::Real(_)));
                    if clean && conditions.is_empty() {
                        known.insert(*slot);
                    } else {
                        known.remove(slot);
                    }
                }
                Stmt::SetAt { base, len, index, value } => {
                    if (0..*len).any(|k| self.words.contains_key(&base.offset(k))) {
                        self.asks(index, known);
                        self.asks(value, known);
                        conditions.iter().for_each(|condition| self.asks(condition, known));
                    }
                }
                Stmt::If { condition, then, otherwise } => {
                    conditions.push(condition);
                    self.code(then, conditions, &mut known.clone());
                    self.code(otherwise, conditions, &mut known.clone());
                    conditions.pop();
                }
                Stmt::Output { site, arguments } => {
                    let site = &self.program.sites[site.0 as usize];
                    let by_board = !matches!(self.bindings.wire(site.device), Wire::Host | Wire::Edges { .. });
                    if by_board {
                        arguments.iter().for_each(|argument| self.asks(argument, known));
                        conditions.iter().for_each(|condition| self.asks(condition, known));
                    }
                }
                Stmt::Release(_) => conditions.iter().for_each(|condition| self.asks(condition, known)),
                Stmt::Draw { .. } => {
                    let what = "what is drawn when a state is entered is not known when the trial is uploaded";
                    self.refuse(self.state, "device-draw-in-trial", what.into());
                }
                Stmt::Defined(_) | Stmt::Push { .. } | Stmt::Fit { .. } | Stmt::Decide(_) => {}
            }
        }
    }

    /// A timer is set to the present plus what is known.
    fn timed(&mut self, slot: Slot, value: &Expr, known: &BTreeSet<Slot>) {
        if !self.timers.contains(&slot) {
            return self.asks(value, known);
        }
        let mut known = known.clone();
        known.insert(header::NOW);
        self.asks(value, &known);
    }

    fn asks(&mut self, expr: &Expr, known: &BTreeSet<Slot>) {
        let mut loads = Vec::new();
        collect(expr, &mut loads);
        let is_known = |slot: &Slot| known.contains(slot) && self.live.contains(slot);
        let open: Vec<Slot> = loads.into_iter().filter(|slot| !is_known(slot)).collect();
        open.into_iter().for_each(|slot| self.word(slot));
    }

    fn reads_live(&self, expr: &Expr, known: &BTreeSet<Slot>) -> bool {
        let mut loads = Vec::new();
        collect(expr, &mut loads);
        loads.iter().any(|slot| self.live.contains(slot) && !known.contains(slot))
    }

    fn word(&mut self, slot: Slot) {
        if !self.live.contains(&slot) {
            self.words.entry(slot).or_insert(self.state);
            return;
        }
        let counts = self.program.inputs.iter().find(|input| match input.update {
            Update::Count { raw, zero, count } => [raw, zero, count].contains(&slot),
            Update::Nothing | Update::Flag { .. } => false,
        });
        match counts.and_then(|input| Some((input, self.program.devices.get(input.device as usize)?))) {
            Some((input, device)) => {
                let what = format!(
                    "what happens depends on `{}.{}` as it is at the moment, of which the board tells only its thresholds",
                    device.name, input.channel
                );
                self.refuse(self.state, "device-live-value", what);
            }
            None => {
                let what = "what happens depends on times within the trial, which a matrix does not compute";
                self.refuse(self.state, "device-live-time", what.into());
            }
        }
    }
}

fn collect(expr: &Expr, loads: &mut Vec<Slot>) {
    match expr {
        Expr::Int(_) | Expr::Real(_) => {}
        Expr::Load(slot, _) => loads.push(*slot),
        Expr::LoadAt { base, len, index, .. } => {
            collect(index, loads);
            loads.extend((0..*len).map(|k| base.offset(k)));
        }
        Expr::Unary(_, operand) => collect(operand, loads),
        Expr::Binary(_, left, right) => {
            collect(left, loads);
            collect(right, loads);
        }
        Expr::Select(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().for_each(|part| collect(part, loads));
        }
    }
}
