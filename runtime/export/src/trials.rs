//! `trials.parquet`: a row for each trial, with every recorded name.

use crate::loaded::{columns_of_draws, is_of_trial, name, seconds, word};
use crate::table::{Cells, Series};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use trialect_ir::record::Header;
use trialect_ir::{Column, Domain};
use trialect_journal::{Entry, Ns};

/// Name of the file.
pub(crate) const FILE: &str = "trials.parquet";

/// A trial that ended, with what was given from outside in it.
struct Trial<'a> {
    number: u32,
    start: Option<Ns>,
    end: Ns,
    outcome: Option<u32>,
    words: &'a [u64],
    present: &'a [u64],
    given: String,
    outside: String,
    /// The times of trains, by column.
    trains: BTreeMap<usize, &'a [u64]>,
}

/// The table's columns: ours in front and at the end, the program's between them in the header's order.
///
/// Where a name of ours is one of the program's too, ours gets `_` at its end.
pub(crate) fn columns<'a>(header: &'a Header, entries: &'a [Entry]) -> Vec<Series<'a>> {
    let trials = trials(header, entries);
    let names = field_names(&header.columns);
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let mut make_way = |mut ours: Series<'a>| {
        while !taken.insert(ours.name.clone()) {
            ours.name.push('_');
        }
        ours
    };
    let mut columns: Vec<Series<'a>> = front(header, &trials).into_iter().map(&mut make_way).collect();
    let back: Vec<Series<'a>> = back(header, &trials).into_iter().map(&mut make_way).collect();
    for (k, (column, name)) in header.columns.iter().zip(names).enumerate() {
        columns.push(Series { name, about: about(column), cells: cells(&column.domain, k, &trials) });
    }
    columns.extend(back);
    columns
}

/// The names of the program's columns in the table: the second of a name goes by its definition's path.
pub(crate) fn field_names(columns: &[Column]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut free = |column: &Column| {
        let mut name = column.name.clone();
        if taken.contains(&name) {
            name.clone_from(&column.definition);
        }
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        name
    };
    columns.iter().map(&mut free).collect()
}

fn trials<'a>(header: &Header, entries: &'a [Entry]) -> Vec<Trial<'a>> {
    let mut trials = Vec::new();
    let mut started: Option<(u32, Ns)> = None;
    // What is given between two rows belongs to the second: a trial's draws may be made before it starts.
    let mut given = Given::default();
    let draws = columns_of_draws(header);
    // A train of a slower clock stays until it is drawn again.
    let mut trains: BTreeMap<usize, &[u64]> = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::TrialStart { trial, at } => started = Some((*trial, *at)),
            Entry::Draw { draw, given: true, outside, .. } => {
                let column = draws.get(*draw as usize).copied().flatten();
                given.note(header, column, || name(&header.draws, *draw).into_owned(), *outside);
            }
            Entry::Times { draw, times } => {
                trains.extend(draws.get(*draw as usize).copied().flatten().map(|column| (column, times.as_slice())));
            }
            Entry::Given { column, outside, .. } => {
                given.note(header, Some(*column as usize), || format!("#{column}"), *outside);
            }
            Entry::Row { trial, at, outcome, words, present } => {
                let Given { given, outside } = std::mem::take(&mut given);
                trials.push(Trial {
                    number: *trial,
                    start: started.filter(|(number, _)| number == trial).map(|(_, at)| at),
                    end: *at,
                    outcome: *outcome,
                    words,
                    present,
                    given: listed(given),
                    outside: listed(outside),
                    trains: trains.clone(),
                });
            }
            _ => {}
        }
    }
    trials
}

/// Names in the header's order, each once.
#[derive(Default)]
struct Given {
    given: BTreeSet<(usize, String)>,
    outside: BTreeSet<(usize, String)>,
}

impl Given {
    fn note(&mut self, header: &Header, column: Option<usize>, otherwise: impl Fn() -> String, outside: bool) {
        let known = column.and_then(|column| header.columns.get(column));
        if !is_of_trial(known) {
            return;
        }
        let named = (column.unwrap_or(usize::MAX), known.map_or_else(otherwise, |column| column.name.clone()));
        if outside {
            self.outside.insert(named.clone());
        }
        self.given.insert(named);
    }
}

fn listed(names: BTreeSet<(usize, String)>) -> String {
    names.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(",")
}

fn front<'a>(header: &'a Header, trials: &[Trial<'_>]) -> Vec<Series<'a>> {
    let number = trials.iter().map(|trial| i32::try_from(trial.number).ok()).collect();
    let start = trials.iter().map(|trial| trial.start.map(seconds)).collect();
    let end = trials.iter().map(|trial| Some(seconds(trial.end))).collect();
    let outcome = trials.iter().map(|trial| trial.outcome.map(|outcome| name(&header.outcomes, outcome))).collect();
    vec![
        Series::new("trial", "Number of the trial in the session, from 1", Cells::Int32(number)),
        Series::new("trial_start", "Session-clock time at which its first state was entered", Cells::Double(start))
            .in_unit("s", "s"),
        Series::new("trial_end", "Session-clock time at which it ended", Cells::Double(end)).in_unit("s", "s"),
        Series::new("outcome", "How it ended; none when it was interrupted", Cells::Text(outcome)),
    ]
}

fn back<'a>(header: &'a Header, trials: &[Trial<'a>]) -> Vec<Series<'a>> {
    let same = |text: &'a str| Cells::Text(trials.iter().map(|_| Some(Cow::Borrowed(text))).collect());
    let given = trials.iter().map(|trial| Some(Cow::Owned(trial.given.clone()))).collect();
    let outside = trials.iter().map(|trial| Some(Cow::Owned(trial.outside.clone()))).collect();
    let session = i32::try_from(header.session).ok();
    vec![
        Series::new("given", "Names whose value came from outside in this trial", Cells::Text(given)),
        Series::new("outside", "Those of them that their own rule could not have given", Cells::Text(outside)),
        Series::new("subject", "The subject's name", same(&header.subject)),
        Series::new(
            "session",
            "Ordinal of the session in the subject's chain, from 1",
            Cells::Int32(vec![session; trials.len()]),
        ),
        Series::new("protocol_hash", "Hash of what the protocol means", same(&header.protocol.hash)),
        Series::new("run_identity", "Hash of everything that decides this table", same(&header.run_identity)),
        Series::new("kind", "Where it was run: simulated, recorded, emulated, real", same(&header.kind)),
    ]
}

fn about(column: &Column) -> Vec<(&'static str, String)> {
    let mut about = vec![
        ("clock", word_of(&column.clock)),
        ("definition", column.definition.clone()),
        ("role", word_of(&column.role)),
    ];
    if let Some(description) = &column.description {
        about.push(("description", description.clone()));
    }
    let unit = column.domain.unit().map(|unit| (unit.symbol.clone(), unit.ucum.clone()));
    let is_time = matches!(column.domain, Domain::Instant | Domain::Times { .. });
    let instant = is_time.then(|| ("s".to_owned(), "s".to_owned()));
    if let Some((symbol, ucum)) = unit.or(instant) {
        about.push(("unit", symbol));
        about.push(("ucum", ucum));
    }
    about.extend(column.covariate.iter().flat_map(|covariate| crate::covariates::about(column, covariate)));
    about
}

/// A role or a clock as it is written in records.
pub(crate) fn word_of(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn cells<'a>(domain: &Domain, column: usize, trials: &[Trial<'_>]) -> Cells<'a> {
    let words = trials.iter().map(|trial| word(trial.words, trial.present, column));
    match domain {
        Domain::Times { .. } => {
            let times = |trial: &Trial<'_>| {
                let there = word(trial.words, trial.present, column)?;
                let times = trial.trains.get(&column).copied().unwrap_or_default();
                Some(times.iter().take(there as usize).map(|time| f64::from_bits(*time)).collect())
            };
            Cells::Lists(trials.iter().map(times).collect())
        }
        Domain::Bool => Cells::Bool(words.map(|word| word.map(|word| word != 0)).collect()),
        Domain::Int { .. } => Cells::Int64(words.map(|word| word.map(|word| word as i64)).collect()),
        Domain::Real { .. } | Domain::Steps { .. } | Domain::Levels { .. } | Domain::Instant => {
            Cells::Double(words.map(|word| word.and_then(|word| domain.number(word))).collect())
        }
        Domain::Named { .. } | Domain::Set { .. } | Domain::Text { .. } => {
            Cells::Text(words.map(|word| word.map(|word| Cow::Owned(domain.show(word)))).collect())
        }
    }
}
