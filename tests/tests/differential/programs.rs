//! Random programs that the verifier accepts, every kind of statement, expression and clause in them.

use crate::generator::Generator;
use std::ops::Range;
use trialect_ir::{
    Binary, Channel, Class, Clause, Clock, Code, Column, ColumnId, Distribution, Domain, Draw, DrawId, Expr, FIT_PARTS,
    Fit, FitId, Function, Identity, Input, InputId, NEVER, NO_OUTCOME, Program, Role, Rule, RuleId, RuleKind, Site,
    SiteId, Slot, StatId, State, StateId, StateSlots, Statistic, Stmt, Then, Trigger, Unary, Update, VerbKind, header,
};

/// First of the words that expressions read and statements write.
const FIRST: Slot = header::FIRST_FREE;
const WORDS: u32 = 40;
const TIMERS: u32 = 4;
const RULES: u64 = 9;
const OUTCOMES: u64 = 2;
/// An event and two counters.
const INPUTS: u64 = 3;

const UNARY: [Unary; 19] = {
    use Unary::*;
    [
        NegInt,
        NegReal,
        Not,
        AbsInt,
        AbsReal,
        ToReal,
        Floor,
        Ceil,
        Round,
        Seconds,
        Nanoseconds,
        Count,
        Sqrt,
        Exp,
        Log,
        Sin,
        Cos,
        Erf,
        Probit,
    ]
};
const BINARY: [Binary; 24] = {
    use Binary::*;
    [
        AddInt, SubInt, MulInt, ModInt, MinInt, MaxInt, LtInt, LeInt, EqInt, And, Or, BitAnd, BitOr, BitWithout,
        HasBit, Bit, AddReal, SubReal, MulReal, DivReal, MinReal, MaxReal, LtReal, LeReal,
    ]
};

/// The words that statements of a random program write, for a host that meddles.
pub fn own_words() -> Range<u32> {
    FIRST.0..FIRST.0 + WORDS
}

/// A random program.
pub fn program(generator: &mut Generator) -> Program {
    Writer { generator, memory: vec![0; FIRST.index()] }.program()
}

/// Writes a program from its memory up.
struct Writer<'a> {
    generator: &'a mut Generator,
    memory: Vec<u64>,
}

impl Writer<'_> {
    fn program(mut self) -> Program {
        for _ in 0..WORDS {
            let word = self.word();
            self.memory.push(word);
        }
        let timers = self.allocate(TIMERS, NEVER as u64);
        let pause = self.allocate(1, 0);
        let statistics = [self.statistic(), self.statistic()].to_vec();
        let count = 1 + self.generator.below(4) as u32;
        let states = (0..count).map(|k| self.state(k, count, timers)).collect();
        let phases = std::array::from_fn(|_| self.code(2));
        self.memory[header::STATE.index()] = count.into();
        self.memory[header::OUTCOME.index()] = NO_OUTCOME as u64;
        Program {
            name: "random".into(),
            version: "1.0.0".into(),
            description: None,
            citations: Vec::new(),
            identity: Identity::default(),
            definitions: Vec::new(),
            initial: self.memory,
            subject: own_words(),
            carried: Vec::new(),
            texts: Default::default(),
            timers: timers.0..timers.0 + TIMERS,
            devices: Vec::new(),
            inputs: inputs(),
            stimuli: Vec::new(),
            sites: vec![site()],
            draws: [Distribution::Uniform, Distribution::Chance].map(draw).to_vec(),
            statistics,
            fits: vec![fit()],
            columns: vec![column()],
            rules: vec![rule(); RULES as usize],
            stops: Vec::new(),
            outcomes: vec![String::new(); OUTCOMES as usize],
            states,
            besides: Vec::new(),
            phases,
            alarms: Vec::new(),
            wakes: Vec::new(),
            on_time: Vec::new(),
            counts: None,
            most_trials: 1,
            streams: Vec::new(),
            asked: Vec::new(),
            parameters: Vec::new(),
            measured: Vec::new(),
            days: Vec::new(),
            pause,
            recorded: Vec::new(),
        }
    }

    fn allocate(&mut self, count: u32, word: u64) -> Slot {
        let slot = Slot(self.memory.len() as u32);
        self.memory.extend((0..count).map(|_| word));
        slot
    }

    /// A small integer as a rule.
    fn word(&mut self) -> u64 {
        if self.generator.once_in(3) { self.generator.hostile() } else { self.generator.between(-4, 4) as u64 }
    }

    fn statistic(&mut self) -> Statistic {
        let functions =
            [Function::Mean, Function::Median, Function::Min, Function::Max, Function::Sum, Function::Count];
        let statistic = Statistic {
            path: String::new(),
            function: self.generator.one_of(&functions),
            keys: 3,
            window: Some(4),
            at_least: 1,
            capacity: 4,
            base: Slot(self.memory.len() as u32),
        };
        self.memory.extend(statistic.initial());
        statistic
    }

    fn state(&mut self, k: u32, count: u32, timers: Slot) -> State {
        let entry = self.allocate(4, 0);
        let slots = StateSlots { entry, exit: entry.offset(1), visits: entry.offset(2), time: entry.offset(3) };
        let mut entry = self.code(2);
        let wait = Expr::Int(self.generator.between(0, 29));
        let deadline = Expr::binary(Binary::AddInt, Expr::Load(header::NOW, Class::Int), wait);
        entry.push(Stmt::Set { slot: self.timer(timers), value: deadline });
        let leave = self.code(1);
        let clauses = (0..self.generator.below(6)).map(|_| self.clause(k, count, timers)).collect();
        State { name: format!("state {k}"), description: None, slots, entry, leave, clauses }
    }

    fn timer(&mut self, timers: Slot) -> Slot {
        timers.offset(self.generator.below(TIMERS.into()) as u32)
    }

    fn clause(&mut self, k: u32, count: u32, timers: Slot) -> Clause {
        let trigger = match self.generator.below(15) {
            0..=2 => Trigger::Condition,
            3..=6 => Trigger::Input(InputId(self.generator.below(INPUTS) as u32)),
            7..=10 => self.reaches(),
            _ => Trigger::Timer(self.timer(timers)),
        };
        let conditional = trigger == Trigger::Condition;
        let guarded = conditional || self.generator.once_in(2);
        let guard = guarded.then(|| self.expr(Class::Int, 3));
        let target = self.generator.below(count.into()) as u32;
        let then = match self.generator.below(3) {
            0 => Then::Stay,
            1 => Then::End(self.generator.below(OUTCOMES) as u32),
            // Conditions form no cycle: they lead to later states only.
            _ if conditional && target <= k => Then::Stay,
            _ => Then::Enter(StateId(target)),
        };
        let rule = (!self.generator.once_in(3)).then(|| RuleId(self.generator.below(RULES) as u32));
        Clause { rule, trigger, guard, actions: self.code(1), then }
    }

    fn reaches(&mut self) -> Trigger {
        let counter = 1 + self.generator.below(INPUTS - 1) as u32;
        let Update::Count { count, .. } = counting(counter) else { return Trigger::Condition };
        Trigger::Reaches { input: InputId(counter), count, low: self.slot(), high: self.slot() }
    }

    fn code(&mut self, depth: u32) -> Code {
        (0..self.generator.below(4)).map(|_| self.stmt(depth)).collect()
    }

    fn stmt(&mut self, depth: u32) -> Stmt {
        match self.generator.below(if depth == 0 { 8 } else { 9 }) {
            0..=2 => Stmt::Set { slot: self.slot(), value: self.any(3) },
            3 => {
                let (base, len) = self.row();
                Stmt::SetAt { base, len, index: self.expr(Class::Int, 2), value: self.any(2) }
            }
            4 if self.generator.once_in(2) => {
                Stmt::Draw { draw: DrawId(1), parameters: vec![self.expr(Class::Real, 2)], slot: self.slot() }
            }
            4 => {
                let parameters = vec![self.expr(Class::Real, 2), self.expr(Class::Real, 2)];
                Stmt::Draw { draw: DrawId(0), parameters, slot: self.slot() }
            }
            5 => Stmt::Output { site: SiteId(0), arguments: vec![self.expr(Class::Int, 2), self.expr(Class::Real, 2)] },
            6 => match self.generator.below(3) {
                0 => Stmt::Release(SiteId(0)),
                1 => Stmt::Defined(ColumnId(0)),
                _ => Stmt::Decide(RuleId(self.generator.below(RULES) as u32)),
            },
            7 if self.generator.below(20) == 0 => Stmt::Fit { fit: FitId(0), first: self.expr(Class::Int, 1) },
            7 => Stmt::Push {
                statistic: StatId(self.generator.below(2) as u32),
                key: self.expr(Class::Int, 1),
                sample: self.expr(Class::Real, 1),
            },
            _ => Stmt::If {
                condition: self.expr(Class::Int, 3),
                then: self.code(depth - 1),
                otherwise: self.code(depth - 1),
            },
        }
    }

    fn any(&mut self, depth: u32) -> Expr {
        let class = self.generator.one_of(&[Class::Int, Class::Real]);
        self.expr(class, depth)
    }

    fn expr(&mut self, class: Class, depth: u32) -> Expr {
        if depth == 0 {
            return if self.generator.once_in(2) { self.constant(class) } else { Expr::Load(self.slot(), class) };
        }
        match self.generator.below(5) {
            0 => self.constant(class),
            1 => {
                let (base, len) = self.row();
                Expr::LoadAt { base, len, index: Box::new(self.expr(Class::Int, depth - 1)), class }
            }
            2 => {
                Expr::select(self.expr(Class::Int, depth - 1), self.expr(class, depth - 1), self.expr(class, depth - 1))
            }
            3 => {
                let fitting: Vec<Unary> = UNARY.into_iter().filter(|op| op.classes().1 == class).collect();
                let op = self.generator.one_of(&fitting);
                Expr::unary(op, self.expr(op.classes().0, depth - 1))
            }
            _ => {
                let fitting: Vec<Binary> = BINARY.into_iter().filter(|op| op.classes().1 == class).collect();
                let op = self.generator.one_of(&fitting);
                Expr::binary(op, self.expr(op.classes().0, depth - 1), self.expr(op.classes().0, depth - 1))
            }
        }
    }

    fn constant(&mut self, class: Class) -> Expr {
        let hostile = self.generator.once_in(4);
        match class {
            Class::Int if hostile => Expr::Int(self.generator.hostile() as i64),
            Class::Int => Expr::Int(self.generator.between(-4, 4)),
            Class::Real if hostile => Expr::Real(f64::from_bits(self.generator.hostile())),
            Class::Real => Expr::Real(self.generator.between(-20, 20) as f64 / 4.0),
        }
    }

    fn slot(&mut self) -> Slot {
        FIRST.offset(self.generator.below(WORDS.into()) as u32)
    }

    /// Up to five words beside each other.
    fn row(&mut self) -> (Slot, u32) {
        let len = 1 + self.generator.below(5) as u32;
        (FIRST.offset(self.generator.below(u64::from(WORDS - len) + 1) as u32), len)
    }
}

fn inputs() -> Vec<Input> {
    let input = |kind, update| Input { device: 0, channel: String::new(), kind, update };
    let counter = |k| input(Channel::Counter, counting(k));
    vec![input(Channel::Event, Update::Nothing), counter(1), counter(2)]
}

/// Where the counts of the k-th input are.
fn counting(k: u32) -> Update {
    let raw = FIRST.offset(3 * (k - 1));
    Update::Count { raw, zero: raw.offset(1), count: raw.offset(2) }
}

fn draw(distribution: Distribution) -> Draw {
    Draw { path: String::new(), clock: Clock::Trial, distribution, tick: header::TRIAL, column: ColumnId(0) }
}

/// A curve over all keys of the first statistic, whatever that computes.
fn fit() -> Fit {
    let slots = |from: u32| std::array::from_fn(|k| FIRST.offset(from + k as u32));
    let (path, levels) = (String::new(), vec![-0.5, 0.0, 0.5]);
    Fit { path, statistic: StatId(0), levels, widest: 1.0, values: slots(0), present: slots(FIT_PARTS as u32) }
}

fn site() -> Site {
    Site {
        device: 0,
        verb: String::new(),
        kind: VerbKind::Instant,
        ends: None,
        adds: None,
        stimulus: None,
        parameters: vec![(String::new(), Class::Int), (String::new(), Class::Real)],
        until: Clock::Trial,
    }
}

fn column() -> Column {
    Column {
        name: String::new(),
        definition: String::new(),
        description: None,
        clock: Clock::Trial,
        role: Role::Definition,
        domain: Domain::Bool,
        value: FIRST,
        present: Some(FIRST.offset(1)),
        covariate: None,
    }
}

fn rule() -> Rule {
    Rule { definition: String::new(), kind: RuleKind::Clause, name: String::new(), text: String::new() }
}
