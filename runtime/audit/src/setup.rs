//! What becomes of each name of a map in a trial: taken as given, compared, or put in its place.

use crate::bind::{Bindings, Target};
use crate::facts::{Facts, Know, Knowledge};
use crate::map::Source;
use trialect_ir::{Binary, Expr, Phase, Program, Role, Slot, Stmt, Unary, header};

/// What is done with a column of the program that is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A draw: given, and tested.
    Draw,
    /// Asked of people: put in its place when the session starts, or the trial.
    Asked,
    /// Changed by rules between trials: compared and put in its place before a trial starts.
    Carried,
    /// The stage of a curriculum: as carried, with its counts.
    Stage(usize),
    /// Computed when a trial starts, and heard of while it is.
    Defined,
    /// Computed when a trial starts: compared and put in its place after it has.
    Late,
    /// Computed from what is known anyway: compared only.
    Shown,
    /// What happened in the trial: put in its place before the trial ends.
    Played,
    /// Computed from what happened: compared and put in its place when the trial has ended.
    Live,
    /// The time between two stamps, from which these are set.
    Between(Stamps),
}

/// Two stamps of states, with the words that count the visits of their states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamps {
    pub(crate) from: Slot,
    pub(crate) to: Slot,
    pub(crate) visits: [Slot; 2],
}

/// How the data and the program fit together.
#[derive(Debug)]
pub(crate) struct Setup {
    /// By bound name; none for one that is no column.
    pub(crate) uses: Vec<Option<Use>>,
    /// Columns that are bound, in the order of the program, by the moment at which something is done with them.
    pub(crate) moments: Moments,
    /// Bound names without which a trial's decisions are judged otherwise: draws and what is heard of as it is computed.
    pub(crate) heard: Vec<usize>,
    /// By column of the program: whether nothing can be said of it.
    pub(crate) undecidable: Vec<bool>,
    /// By column of the program: the largest difference that rounding makes, coherent unit.
    pub(crate) rounded: Vec<f64>,
    /// By column of the program: the bound name.
    pub(crate) of_column: Vec<Option<usize>>,
    /// By block: the bound name that says when one begins, and how.
    pub(crate) begins: Vec<Option<(usize, Begins)>>,
    /// Bound names that say whether people were advised, with the rule.
    pub(crate) advised: Vec<(usize, usize)>,
    pub(crate) outcome: Option<usize>,
    pub(crate) trial_start: Option<usize>,
    pub(crate) trial_end: Option<usize>,
    /// Stamps that are bound: name, word, the word that counts the visits unless that is bound too.
    pub(crate) stamps: Vec<(usize, Slot, Option<Slot>)>,
    pub(crate) knowledge: Knowledge,
    /// By slot: the draw that makes it.
    pub(crate) draw_at: Vec<Option<u16>>,
    /// By draw: whether its distribution is known.
    pub(crate) certain: Vec<bool>,
    /// By bound name: whether a list of all random numbers says it, so that a missing one was not drawn.
    pub(crate) listed: Vec<bool>,
}

/// Columns by the moment at which something is done with them.
#[derive(Debug, Default)]
pub(crate) struct Moments {
    /// Before a trial starts: with the curriculum of which a column is the stage.
    pub(crate) before: Vec<(usize, Option<usize>)>,
    /// When it has started: whether the data's value is put in its place.
    pub(crate) started: Vec<(usize, bool)>,
    /// Before it ends: with the stamps for which a column stands.
    pub(crate) played: Vec<(usize, Option<Stamps>)>,
    /// When it has ended.
    pub(crate) ended: Vec<usize>,
}

impl Moments {
    fn add(&mut self, column: usize, usage: Use) {
        match usage {
            Use::Draw | Use::Asked | Use::Defined => {}
            Use::Carried => self.before.push((column, None)),
            Use::Stage(curriculum) => self.before.push((column, Some(curriculum))),
            Use::Shown => self.started.push((column, false)),
            Use::Late => self.started.push((column, true)),
            Use::Played => self.played.push((column, None)),
            Use::Between(stamps) => self.played.push((column, Some(stamps))),
            Use::Live => self.ended.push(column),
        }
    }
}

/// How a column says that a block begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begins {
    /// It is true.
    True,
    /// It counts the block's trials and is 0.
    Zero,
    /// It is another one than before.
    Changes,
}

impl Setup {
    pub(crate) fn new(program: &Program, facts: &Facts, bindings: &Bindings) -> Setup {
        let mut setup = Setup {
            uses: Vec::new(),
            moments: Moments::default(),
            heard: Vec::new(),
            undecidable: vec![false; program.columns.len()],
            rounded: vec![0.0; program.columns.len()],
            of_column: vec![None; program.columns.len()],
            begins: vec![None; facts.blocks.len()],
            advised: Vec::new(),
            outcome: None,
            trial_start: None,
            trial_end: None,
            stamps: Vec::new(),
            knowledge: Knowledge { words: Vec::new(), made: Vec::new(), rules: Vec::new() },
            draw_at: vec![None; program.initial.len()],
            certain: Vec::new(),
            listed: bindings.bound.iter().map(|bound| matches!(bound.source, Source::Drawn { .. })).collect(),
        };
        // Words that `last` reads stand in the history, or nothing is known of them.
        facts.kept.iter().for_each(|(last, _)| setup.draw_at[last.index()] = Some(crate::history::ROW));
        for (k, drawn) in facts.draws.iter().enumerate() {
            if let Some(drawn) = drawn {
                setup.draw_at[drawn.slot.index()] = u16::try_from(k).ok();
            }
        }
        let targets: Vec<Target> = bindings.bound.iter().map(|bound| bound.target).collect();
        for (k, target) in targets.iter().enumerate() {
            match target {
                Target::Column(column) => setup.of_column[*column] = Some(k),
                Target::Outcome => setup.outcome = Some(k),
                Target::TrialStart => setup.trial_start = Some(k),
                Target::TrialEnd => setup.trial_end = Some(k),
                Target::Advised(rule) => setup.advised.push((k, *rule)),
                Target::Begins(block) => setup.begins[*block] = Some((k, Begins::True)),
                Target::Stamp(slot) => {
                    let state = program
                        .states
                        .iter()
                        .find(|state| [state.slots.entry, state.slots.exit, state.slots.time].contains(slot));
                    let visits = state.map(|state| state.slots.visits);
                    let visits = visits.filter(|visits| !targets.contains(&Target::Stamp(*visits)));
                    setup.stamps.push((k, *slot, visits));
                }
            }
        }
        setup.find_begins(program, facts);
        let uses = targets.iter().map(|target| match target {
            Target::Column(column) => Some(setup.usage(program, facts, *column)),
            _ => None,
        });
        setup.uses = uses.collect();
        for (column, bound) in setup.of_column.iter().enumerate() {
            let Some((bound, usage)) = bound.and_then(|bound| Some((bound, setup.uses[bound]?))) else { continue };
            setup.moments.add(column, usage);
            setup.rounded[column] = bindings.bound[bound].rounded;
        }
        let heard = |usage: &Option<Use>| matches!(usage, Some(Use::Draw | Use::Defined));
        setup.heard = (0..setup.uses.len()).filter(|bound| heard(&setup.uses[*bound])).collect();
        setup.know(program, facts, &targets);
        for (column, undecidable) in program.columns.iter().zip(&mut setup.undecidable) {
            let unknown = |slot: Slot| setup.knowledge.made[slot.index()] != Know::Known;
            *undecidable = unknown(column.value) || column.present.is_some_and(unknown);
        }
        let certain = |drawn: &Option<crate::facts::Drawn>| {
            drawn.as_ref().is_some_and(|drawn| drawn.parameters.iter().all(|expr| setup.is_known(expr)))
        };
        setup.certain = facts.draws.iter().map(certain).collect();
        setup
    }

    /// A block's count of trials, or its index, says when one begins.
    fn find_begins(&mut self, program: &Program, facts: &Facts) {
        for (block, begins) in facts.blocks.iter().zip(&mut self.begins) {
            for (suffix, how) in [("trials", Begins::Zero), ("index", Begins::Changes)] {
                let name = format!("{}.{suffix}", block.name);
                let column = program.columns.iter().position(|c| c.role == Role::Block && c.name == name);
                if let (None, Some(bound)) = (&begins, column.and_then(|column| self.of_column[column])) {
                    *begins = Some((bound, how));
                }
            }
        }
    }

    fn usage(&self, program: &Program, facts: &Facts, k: usize) -> Use {
        let column = &program.columns[k];
        let slot = column.value;
        if program.draws.iter().any(|draw| draw.column.0 as usize == k) {
            return Use::Draw;
        }
        if program.asked.contains(&(k as u32)) {
            return Use::Asked;
        }
        if let Some(curriculum) = facts.curricula.iter().position(|one| one.words[0] == slot) {
            return Use::Stage(curriculum);
        }
        match column.role {
            Role::Statistic | Role::Block => Use::Shown,
            Role::Stage if facts.curricula.iter().any(|one| one.words.contains(&slot)) => Use::Carried,
            Role::Stage => Use::Shown,
            Role::Total => Use::Played,
            Role::Variable | Role::Parameter if facts.played[slot.index()] => Use::Played,
            Role::Variable | Role::Parameter => match column.clock {
                trialect_ir::Clock::Trial => Use::Played,
                trialect_ir::Clock::Block => Use::Late,
                _ => Use::Carried,
            },
            Role::Draw | Role::Definition | Role::Covariate => self.of_definition(program, facts, k),
        }
    }

    fn of_definition(&self, program: &Program, facts: &Facts, k: usize) -> Use {
        let column = &program.columns[k];
        let mut heard = false;
        crate::facts::each(program.phase(Phase::TrialStart), &mut |stmt| {
            heard |= matches!(stmt, Stmt::Defined(column) if column.0 as usize == k);
        });
        if heard {
            return Use::Defined;
        }
        match &facts.ending[column.value.index()] {
            Some(expr) => match stamps(program, expr) {
                Some(stamps) if !self.stamps.iter().any(|(_, slot, _)| [stamps.from, stamps.to].contains(slot)) => {
                    Use::Between(stamps)
                }
                _ => Use::Live,
            },
            None if matches!(column.clock, trialect_ir::Clock::Trial | trialect_ir::Clock::Block) => Use::Late,
            None => Use::Shown,
        }
    }

    /// What is known of every word with these names in the data.
    fn know(&mut self, program: &Program, facts: &Facts, targets: &[Target]) {
        let mut given = vec![false; program.initial.len()];
        let mut give = |slot: Slot| given[slot.index()] = true;
        give(header::OUTCOME);
        for (k, target) in targets.iter().enumerate() {
            match target {
                Target::TrialEnd => give(header::NOW),
                Target::TrialStart => give(header::TRIAL_START),
                Target::Stamp(slot) => give(*slot),
                _ => {}
            }
            let (Target::Column(column), Some(usage)) = (target, self.uses[k]) else { continue };
            let column = &program.columns[*column];
            match usage {
                Use::Shown => continue,
                Use::Stage(curriculum) => facts.curricula[curriculum].words.into_iter().for_each(&mut give),
                Use::Between(stamps) => {
                    [stamps.from, stamps.to, stamps.visits[0], stamps.visits[1]].into_iter().for_each(&mut give);
                }
                _ => {}
            }
            give(column.value);
            column.present.into_iter().for_each(&mut give);
        }
        self.stamps.iter().filter_map(|(_, _, visits)| *visits).for_each(&mut give);
        for (block, begins) in facts.blocks.iter().zip(&self.begins) {
            if begins.is_some() {
                give(block.ended);
            }
        }
        let hidden: Vec<Slot> =
            facts.draws.iter().flatten().map(|drawn| drawn.slot).filter(|slot| !given[slot.index()]).collect();
        let asked = program.asked.iter().map(|k| &program.columns[*k as usize]);
        let asked = asked.flat_map(|column| [Some(column.value), column.present]).flatten();
        let played = (0..program.initial.len()).filter(|k| facts.played[*k]).map(|k| Slot(k as u32));
        let totals = program.columns.iter().filter(|column| column.role == Role::Total).map(|column| column.value);
        let unknown: Vec<Slot> = asked.chain(played).chain(totals).chain([header::NOW, header::TRIAL_START]).collect();
        self.knowledge = Knowledge::of(program, &given, &hidden, &unknown);
    }

    /// Whether everything that an expression reads is known.
    pub(crate) fn is_known(&self, expr: &Expr) -> bool {
        self.knowledge.expr(expr) == Know::Known
    }
}

/// The stamps of an expression that is the time between two.
fn stamps(program: &Program, expr: &Expr) -> Option<Stamps> {
    let Expr::Unary(Unary::Seconds, inner) = expr else { return None };
    let Expr::Binary(Binary::SubInt, to, from) = inner.as_ref() else { return None };
    let (Expr::Load(to, _), Expr::Load(from, _)) = (to.as_ref(), from.as_ref()) else { return None };
    let visits = |slot: Slot| {
        let state = program.states.iter().find(|state| [state.slots.entry, state.slots.exit].contains(&slot));
        state.map(|state| state.slots.visits)
    };
    Some(Stamps { from: *from, to: *to, visits: [visits(*from)?, visits(*to)?] })
}
