//! What a program's code says about itself: which expression makes a word, which draw, which rule ends a block, and what
//! stays unknown when some of what the rules read is not in the data.

use crate::limits::{Limit, Total, find as find_limits};
use trialect_ir::{
    Carried, Code, Distribution, DrawId, Expr, Memory, Phase, Program, Role, RuleKind, Slot, Stmt, Trigger,
};
use trialect_ir::{Update, header};

/// How well a word is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Know {
    /// From the data, or computed from what is.
    Known,
    /// A draw that is not in the data, or computed from one in the same trial or block: what it can be is known.
    Hidden,
    /// Nothing can be said of it.
    Unknown,
}

/// A draw and how it is made.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) slot: Slot,
    pub(crate) distribution: Distribution,
    pub(crate) parameters: Vec<Expr>,
    /// What is added to the draw's word to give its value.
    pub(crate) shift: i64,
}

/// A block: the rule that ends it and the word that says so.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) name: String,
    pub(crate) rule: usize,
    pub(crate) ended: Slot,
    /// Counts the blocks of a session: draws of the block are made anew with it.
    pub(crate) index: Option<Slot>,
    pub(crate) condition: Expr,
}

/// A curriculum's words and columns.
#[derive(Debug, Clone)]
pub(crate) struct Curriculum {
    /// Stage, trials, sessions.
    pub(crate) words: [Slot; 3],
}

#[derive(Debug)]
pub(crate) struct Facts {
    /// By slot: the only expression that makes a word when a trial starts.
    pub(crate) made: Vec<Option<Expr>>,
    /// By slot: the only expression that makes a word when a trial ends.
    pub(crate) ending: Vec<Option<Expr>>,
    /// By draw.
    pub(crate) draws: Vec<Option<Drawn>>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) curricula: Vec<Curriculum>,
    /// By slot: whether states write it.
    pub(crate) played: Vec<bool>,
    pub(crate) totals: Vec<Total>,
    pub(crate) limits: Vec<Limit>,
    /// Words that `last` reads, with those that they are taken from.
    pub(crate) kept: Vec<(Slot, Slot)>,
}

impl Facts {
    pub(crate) fn of(program: &Program) -> Facts {
        let words = program.initial.len();
        let mut facts = Facts {
            made: vec![None; words],
            ending: vec![None; words],
            draws: vec![None; program.draws.len()],
            blocks: Vec::new(),
            curricula: program.carried.iter().filter_map(|one| curriculum(program, one)).collect(),
            played: vec![false; words],
            totals: Vec::new(),
            limits: Vec::new(),
            kept: crate::history::kept(program),
        };
        find_limits(program, &mut facts.totals, &mut facts.limits);
        let mut several = vec![false; words];
        for phase in [Phase::SessionStart, Phase::TrialStart] {
            each(program.phase(phase), &mut |stmt| match stmt {
                Stmt::Set { slot, value } => {
                    let k = slot.index();
                    several[k] |= facts.made[k].as_ref().is_some_and(|before| before != value);
                    facts.made[k] = Some(value.clone());
                }
                Stmt::Draw { draw, parameters, slot } => facts.draw(program, *draw, parameters, *slot),
                _ => {}
            });
        }
        for (k, several) in several.iter().enumerate() {
            if *several {
                facts.made[k] = None;
            }
        }
        // A draw's own word is made by the draw.
        for draw in facts.draws.iter().flatten() {
            facts.made[draw.slot.index()] = None;
        }
        for stmt in program.phase(Phase::TrialEnd) {
            if let Stmt::Set { slot, value } = stmt {
                facts.ending[slot.index()] = Some(value.clone());
            }
        }
        for stmt in program.phase(Phase::TrialRules) {
            facts.block(program, stmt);
        }
        facts.played_words(program);
        facts
    }

    fn draw(&mut self, program: &Program, draw: DrawId, parameters: &[Expr], slot: Slot) {
        let declared = &program.draws[draw.0 as usize];
        let column = &program.columns[declared.column.0 as usize];
        let shift = match (&column.domain, declared.distribution) {
            (trialect_ir::Domain::Int { least, .. }, Distribution::Pick { .. }) => *least,
            _ => 0,
        };
        let (distribution, parameters) = (declared.distribution, parameters.to_vec());
        self.draws[draw.0 as usize] = Some(Drawn { slot, distribution, parameters, shift });
    }

    fn block(&mut self, program: &Program, stmt: &Stmt) {
        let Stmt::If { condition, then, .. } = stmt else { return };
        let [Stmt::Decide(rule), Stmt::Set { slot, .. }] = then.as_slice() else { return };
        let rule = rule.0 as usize;
        if program.rules[rule].kind == RuleKind::Block {
            let name = program.rules[rule].name.clone();
            let index = format!("{name}.index");
            let index = program.columns.iter().find(|column| column.role == Role::Block && column.name == index);
            let index = index.map(|column| column.value);
            self.blocks.push(Block { name, rule, ended: *slot, index, condition: condition.clone() });
        }
    }

    fn played_words(&mut self, program: &Program) {
        let mut mark = |code: &Code| {
            each(code, &mut |stmt| match stmt {
                Stmt::Set { slot, .. } => self.played[slot.index()] = true,
                Stmt::SetAt { base, len, .. } => {
                    (0..*len).for_each(|k| self.played[base.offset(k).index()] = true);
                }
                _ => {}
            });
        };
        for state in &program.states {
            mark(&state.entry);
            mark(&state.leave);
            state.clauses.iter().for_each(|clause| mark(&clause.actions));
        }
        mark(program.phase(Phase::Now));
        for state in &program.states {
            for slot in [state.slots.entry, state.slots.exit, state.slots.visits, state.slots.time] {
                self.played[slot.index()] = true;
            }
            for clause in &state.clauses {
                if let Trigger::Reaches { count, low, high, .. } = clause.trigger {
                    [count, low, high].iter().for_each(|slot| self.played[slot.index()] = true);
                }
            }
        }
        for input in &program.inputs {
            match &input.update {
                Update::Count { raw, zero, count } => {
                    [raw, zero, count].iter().for_each(|slot| self.played[slot.index()] = true);
                }
                Update::Flag { slot, .. } => self.played[slot.index()] = true,
                Update::Nothing => {}
            }
        }
        for (_, slot) in program.devices.iter().flat_map(|device| &device.settings) {
            self.played[slot.index()] = true;
        }
        // A `stop … now` is a rule of the states too, but the word is the session's.
        self.played[header::STOP.index()] = false;
    }
}

fn curriculum(program: &Program, one: &Carried) -> Option<Curriculum> {
    let Memory::Curriculum { .. } = one.memory else { return None };
    let first = Slot(program.subject.start + one.at);
    Some(Curriculum { words: [first, first.offset(1), first.offset(2)] })
}

/// Every statement, also inside branches.
pub(crate) fn each(code: &Code, with: &mut impl FnMut(&Stmt)) {
    fn walk(code: &Code, with: &mut dyn FnMut(&Stmt)) {
        for stmt in code {
            with(stmt);
            if let Stmt::If { then, otherwise, .. } = stmt {
                walk(then, with);
                walk(otherwise, with);
            }
        }
    }
    walk(code, with);
}

/// What is known of every word and rule, when these words come from the data.
#[derive(Debug)]
pub(crate) struct Knowledge {
    /// By slot.
    pub(crate) words: Vec<Know>,
    /// By slot: how well what a rule would put there is known, whether or not the data put something else.
    pub(crate) made: Vec<Know>,
    /// By rule: how well it is known whether it fires.
    pub(crate) rules: Vec<Know>,
}

impl Knowledge {
    /// `given`: words that the data give; `hidden`: draws that they do not; `unknown`: other words that nobody knows.
    pub(crate) fn of(program: &Program, given: &[bool], hidden: &[Slot], unknown: &[Slot]) -> Knowledge {
        let words = program.initial.len();
        let mut knowledge = Knowledge {
            words: vec![Know::Known; words],
            made: vec![Know::Known; words],
            rules: vec![Know::Known; program.rules.len()],
        };
        hidden.iter().for_each(|slot| knowledge.words[slot.index()] = Know::Hidden);
        unknown.iter().filter(|slot| !given[slot.index()]).for_each(|slot| {
            knowledge.words[slot.index()] = Know::Unknown;
        });
        let columns: std::collections::HashSet<usize> = program
            .columns
            .iter()
            .flat_map(|column| [Some(column.value), column.present])
            .flatten()
            .chain(crate::history::kept(program).into_iter().map(|(last, _)| last))
            .map(Slot::index)
            .collect();
        let phases = Phase::ALL.into_iter().filter(|phase| !matches!(phase, Phase::Now | Phase::Columns));
        loop {
            let before = knowledge.words.clone();
            for phase in phases.clone() {
                let keeps = matches!(phase, Phase::SessionStart | Phase::TrialStart);
                let mut walk = Walk { program, given, columns: &columns, keeps, knowledge: &mut knowledge };
                walk.code(program.phase(phase), Know::Known);
            }
            if before == knowledge.words {
                return knowledge;
            }
        }
    }

    /// How well an expression is known.
    pub(crate) fn expr(&self, expr: &Expr) -> Know {
        let word = |slot: Slot| self.words[slot.index()];
        match expr {
            Expr::Int(_) | Expr::Real(_) => Know::Known,
            Expr::Load(slot, _) => word(*slot),
            Expr::LoadAt { base, len, index, .. } => {
                (0..*len).map(|k| word(base.offset(k))).fold(self.expr(index), Know::max)
            }
            Expr::Unary(_, operand) => self.expr(operand),
            Expr::Binary(_, left, right) => self.expr(left).max(self.expr(right)),
            Expr::Select(condition, then, otherwise) => {
                self.expr(condition).max(self.expr(then)).max(self.expr(otherwise))
            }
        }
    }
}

struct Walk<'a> {
    program: &'a Program,
    given: &'a [bool],
    columns: &'a std::collections::HashSet<usize>,
    /// Whether definitions of this phase that read a hidden draw are hidden themselves.
    keeps: bool,
    knowledge: &'a mut Knowledge,
}

impl Walk<'_> {
    fn raise(&mut self, slot: Slot, know: Know) {
        let k = slot.index();
        self.knowledge.made[k] = self.knowledge.made[k].max(know);
        let stays = know == Know::Hidden && self.keeps && self.columns.contains(&k);
        let know = if know == Know::Hidden && !stays { Know::Unknown } else { know };
        if !self.given[k] {
            self.knowledge.words[k] = self.knowledge.words[k].max(know);
        }
    }

    fn code(&mut self, code: &Code, under: Know) {
        for stmt in code {
            match stmt {
                Stmt::Set { slot, value } => {
                    let know = self.knowledge.expr(value).max(if under == Know::Known { under } else { Know::Unknown });
                    self.raise(*slot, know);
                }
                Stmt::SetAt { base, len, index, value } => {
                    let know = self.knowledge.expr(value).max(self.knowledge.expr(index)).max(under);
                    let know = if know == Know::Known { know } else { Know::Unknown };
                    (0..*len).for_each(|k| self.raise(base.offset(k), know));
                }
                Stmt::If { condition, then, otherwise } => {
                    let under = self.knowledge.expr(condition).max(under);
                    self.code(then, under);
                    self.code(otherwise, under);
                }
                Stmt::Push { statistic, key, sample } => {
                    let know = self.knowledge.expr(key).max(self.knowledge.expr(sample)).max(under);
                    let know = if know == Know::Known { know } else { Know::Unknown };
                    let statistic = &self.program.statistics[statistic.0 as usize];
                    (0..statistic.words()).for_each(|k| self.raise(statistic.base.offset(k), know));
                }
                Stmt::Fit { fit, first } => {
                    let fit = &self.program.fits[fit.0 as usize];
                    let statistic = &self.program.statistics[fit.statistic.0 as usize];
                    let rows = (0..statistic.words()).map(|k| self.knowledge.words[statistic.base.offset(k).index()]);
                    let know = rows.fold(self.knowledge.expr(first).max(under), Know::max);
                    let know = if know == Know::Known { know } else { Know::Unknown };
                    fit.values.iter().chain(&fit.present).for_each(|slot| self.raise(*slot, know));
                }
                Stmt::Decide(rule) => {
                    let rule = rule.0 as usize;
                    self.knowledge.rules[rule] = self.knowledge.rules[rule].max(under);
                }
                Stmt::Draw { .. } | Stmt::Defined(_) | Stmt::Output { .. } | Stmt::Release(_) => {}
            }
        }
    }
}
