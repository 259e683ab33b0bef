//! A map bound to a program and to the columns of a table.

use crate::decode::{Decoder, Said};
use crate::facts::Facts;
use crate::fault::{AuditFault, Refusal};
use crate::map::{Binding, Map, Source};
use crate::rows::Cell;
use trialect_ir::{Domain, Program, Slot};

/// What a name of a map stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A recorded name of the program.
    Column(usize),
    /// How the trial ended.
    Outcome,
    /// When the trial's first state was entered.
    TrialStart,
    /// When the trial ended.
    TrialEnd,
    /// A stamp of a state.
    Stamp(Slot),
    /// Whether a block begins with the trial.
    Begins(usize),
    /// Whether a rule advised people after the trial.
    Advised(usize),
}

/// A name with where its words come from.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) name: String,
    pub(crate) target: Target,
    pub(crate) decoder: Decoder,
    /// Largest difference due to rounding, coherent unit.
    pub(crate) rounded: f64,
    pub(crate) source: Source,
    /// The selected columns that it reads, in the order of the source.
    pub(crate) places: Vec<usize>,
    /// For [`Source::Constant`]: what it says.
    pub(crate) constant: Option<Said>,
    /// For [`Source::Changes`]: the cell of the row before.
    pub(crate) before: Cell,
}

/// All names of a map.
#[derive(Debug, Clone)]
pub(crate) struct Bindings {
    pub(crate) bound: Vec<Bound>,
    /// The columns to read.
    pub(crate) selected: Vec<String>,
    /// Filters: place of the column, values.
    pub(crate) filters: Vec<(usize, Vec<String>)>,
    /// Where the column is whose change begins a session.
    pub(crate) session: Option<usize>,
}

/// Names for what a session knows besides the program's columns.
const OUTCOME: &str = "outcome";
const TRIAL_START: &str = "trial.start";
const TRIAL_END: &str = "trial.end";

/// The columns of a table of Trialect's own that are not the program's.
const OWN: [(&str, &str); 3] = [("outcome", OUTCOME), ("trial_start", TRIAL_START), ("trial_end", TRIAL_END)];

impl Bindings {
    /// Binds the names of a map, with the values of one of its files.
    ///
    /// # Errors
    /// All refusals at once.
    pub(crate) fn new(
        program: &Program,
        facts: &Facts,
        map: &Map,
        file: usize,
        path: &str,
        columns: &[String],
    ) -> Result<Bindings, AuditFault> {
        let mut refusals = Vec::new();
        if let Some((name, line)) = map.protocol.as_ref().filter(|(name, _)| *name != program.name) {
            let what = format!("the map is for `{name}`, the protocol is `{}`", program.name);
            refusals.push(Refusal { line: *line, what, remedy: "name the protocol that it was written for".into() });
        }
        let mut selected: Vec<String> = Vec::new();
        let mut place = |name: &str| match selected.iter().position(|other| other == name) {
            Some(place) => place,
            None => {
                selected.push(name.to_owned());
                selected.len() - 1
            }
        };
        let of_file = map.files.get(file).map(|file| file.values.as_slice()).unwrap_or_default();
        let own = if map.own { own_names(program, map, columns) } else { Vec::new() };
        let mut bound: Vec<Bound> = Vec::new();
        for binding in own.iter().chain(&map.bindings).chain(of_file) {
            for missing in binding.source.columns().into_iter().filter(|name| !columns.iter().any(|c| c == name)) {
                refusals.push(no_column(binding.line, missing, columns));
            }
            match bind(program, facts, map, binding) {
                Ok((target, decoder)) => {
                    let places = binding.source.columns().into_iter().map(&mut place).collect();
                    bound.retain(|other| other.target != target);
                    let (name, rounded) = (binding.name.clone(), decoder.difference(binding.rounded));
                    let source = binding.source.clone();
                    let constant = match &source {
                        Source::Constant(text) => decoder.text(text),
                        _ => None,
                    };
                    bound.push(Bound { name, target, decoder, rounded, source, places, constant, before: Cell::None });
                }
                Err(wrong) => refusals.extend(wrong),
            }
        }
        for filter in map.filters.iter().filter(|filter| !columns.contains(&filter.column)) {
            refusals.push(no_column(filter.line, &filter.column, columns));
        }
        let filters = map.filters.iter().map(|filter| (place(&filter.column), filter.is.clone())).collect();
        if let Some(name) = map.session.as_ref().filter(|name| !columns.contains(name)) {
            refusals.push(no_column(1, name, columns));
        }
        let own_session = (map.own && columns.iter().any(|column| column == "session")).then(|| "session".to_owned());
        let session = map.session.clone().or(own_session).map(|name| place(&name));
        if !bound.iter().any(|bound| bound.target == Target::Outcome) {
            let what = "no column says how trials ended".to_owned();
            let remedy = format!("bind `outcome` to one: {}", program.outcomes.join(", "));
            refusals.push(Refusal { line: 1, what, remedy });
        }
        if refusals.is_empty() {
            return Ok(Bindings { bound, selected, filters, session });
        }
        refusals.sort_by_key(|refusal| refusal.line);
        Err(AuditFault::Map { path: path.into(), refusals })
    }
}

fn no_column(line: usize, name: &str, columns: &[String]) -> Refusal {
    let what = format!("the table has no column `{name}`");
    Refusal { line, what, remedy: format!("it has {}", columns.join(", ")) }
}

/// Bindings of all names that a table of Trialect's own shows and the map does not speak of.
fn own_names(program: &Program, map: &Map, columns: &[String]) -> Vec<Binding> {
    let shown = |name: &str| columns.iter().any(|column| column == name);
    let free = |name: &str| !map.bindings.iter().any(|binding| binding.name == name);
    let binding = |name: &str, column: &str| Binding::plain(name, 1, Source::Column(column.into()));
    let readable = |column: &&trialect_ir::Column| !matches!(column.domain, Domain::Text { .. } | Domain::Times { .. });
    let ours = program.columns.iter().filter(readable).map(|column| (column.name.as_str(), column.name.as_str()));
    let all = OWN.iter().map(|(column, name)| (*name, *column)).chain(ours);
    all.filter(|(name, column)| shown(column) && free(name)).map(|(name, column)| binding(name, column)).collect()
}

fn bind(program: &Program, facts: &Facts, map: &Map, binding: &Binding) -> Result<(Target, Decoder), Vec<Refusal>> {
    let refusal = |(what, remedy): (String, String)| Refusal { line: binding.line, what, remedy };
    let (target, domain, optional) = target(program, facts, &binding.name).map_err(|wrong| vec![refusal(wrong)])?;
    let decoder = Decoder::new(binding, &domain, optional, &map.missing)
        .map_err(|wrong| wrong.into_iter().map(refusal).collect::<Vec<_>>())?;
    if let Source::Constant(text) = &binding.source
        && decoder.text(text).is_none()
    {
        let what = format!("`{text}` is no value of `{}`", binding.name);
        return Err(vec![refusal((what, format!("it is {}", decoder.expected())))]);
    }
    if let Source::Which(list) = &binding.source {
        let wrong = list.iter().filter(|(value, _)| decoder.text(value).is_none());
        let told = |(value, _): &(String, String)| {
            refusal((format!("`{value}` is no value of `{}`", binding.name), format!("it is {}", decoder.expected())))
        };
        let wrong: Vec<Refusal> = wrong.map(told).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
    }
    Ok((target, decoder))
}

pub(crate) fn target(program: &Program, facts: &Facts, name: &str) -> Result<(Target, Domain, bool), (String, String)> {
    match name {
        OUTCOME => return Ok((Target::Outcome, Domain::Named { members: program.outcomes.clone() }, true)),
        TRIAL_START => return Ok((Target::TrialStart, Domain::Instant, false)),
        TRIAL_END => return Ok((Target::TrialEnd, Domain::Instant, false)),
        _ => {}
    }
    let by_name = |column: &trialect_ir::Column| column.name == name;
    let by_path = |column: &trialect_ir::Column| column.path() == name;
    let column = program.columns.iter().position(by_name).or_else(|| program.columns.iter().position(by_path));
    if let Some(k) = column {
        let column = &program.columns[k];
        if matches!(column.domain, Domain::Text { .. }) {
            return Err((format!("`{name}` is a text, which no rule reads"), "leave it out".into()));
        }
        if matches!(column.domain, Domain::Times { .. }) {
            return Err((format!("`{name}` is a train, which no rule reads as a whole"), "leave it out".into()));
        }
        return Ok((Target::Column(k), column.domain.clone(), column.present.is_some()));
    }
    if let Some((state, stamp)) = name.rsplit_once('.') {
        if let Some(state) = program.states.iter().find(|declared| declared.name == state) {
            let most = Domain::Int { least: 0, most: i64::MAX };
            match stamp {
                "entry" => return Ok((Target::Stamp(state.slots.entry), Domain::Instant, false)),
                "exit" => return Ok((Target::Stamp(state.slots.exit), Domain::Instant, false)),
                "time" => return Ok((Target::Stamp(state.slots.time), Domain::Instant, false)),
                "visits" => return Ok((Target::Stamp(state.slots.visits), most, false)),
                _ => {}
            }
        }
        if let Some(k) = facts.blocks.iter().position(|block| block.name == state).filter(|_| stamp == "begins") {
            return Ok((Target::Begins(k), Domain::Bool, false));
        }
    }
    if let Some(advice) = name.strip_suffix(".advised") {
        let of = |rule: &trialect_ir::Rule| rule.kind == trialect_ir::RuleKind::Advice && rule.name == advice;
        if let Some(k) = program.rules.iter().position(of) {
            return Ok((Target::Advised(k), Domain::Bool, false));
        }
    }
    let names = program.columns.iter().filter(|column| column.role != trialect_ir::Role::Statistic);
    let names: Vec<&str> = names.map(|column| column.name.as_str()).take(60).collect();
    let remedy = format!(
        "it has {}; besides there are outcome, trial.start, trial.end, STATE.entry, STATE.exit, STATE.time, STATE.visits, BLOCK.begins and ADVICE.advised",
        names.join(", ")
    );
    Err((format!("the protocol has no `{name}`"), remedy))
}
