//! A small session made by hand: two whole trials, an interrupted one, a name that clashes with ours.
#![allow(dead_code)] // each test file uses a part
#![allow(clippy::unwrap_used)] // helpers of tests

use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use trialect_export::{Sealed, Status, seal};
use trialect_ir::record::{FORMAT, Header, InputStamp, OutputStamp, ProtocolStamp, RuleStamp, SourceStamp};
use trialect_ir::{Clock, Column, Domain, Role, Slot, Unit, digest};
use trialect_journal::{Entry, FILE, Writer};

/// The text in the folder; what it says is of no matter here.
pub const SOURCE: &str = "protocol sample 1.0.0\n";

/// The files of a sealed folder that its manifest names, in order.
pub const FILES: [&str; 7] = [
    "events.parquet",
    "journal.trialect",
    "session.json",
    "sources/sample.trial",
    "states.parquet",
    "trials.parquet",
    "wheel.parquet",
];

/// One second.
pub const S: i64 = 1_000_000_000;

fn unit(symbol: &str, ucum: &str, numerator: u64) -> Option<Unit> {
    Some(Unit { symbol: symbol.into(), ucum: ucum.into(), numerator, denominator: 1 })
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn column(name: &str, clock: Clock, role: Role, domain: Domain) -> Column {
    Column {
        name: name.into(),
        definition: format!("at.{name}"),
        description: None,
        clock,
        role,
        domain,
        value: Slot(0),
        present: None,
        covariate: None,
    }
}

fn optional(mut column: Column) -> Column {
    column.present = Some(Slot(1));
    column
}

pub fn columns() -> Vec<Column> {
    let sides = || Domain::Named { members: names(&["left", "right"]) };
    let levels = Domain::Levels { unit: unit("%", "%", 100), values: vec![1.0, 0.25], labels: names(&["100%", "25%"]) };
    let steps = Domain::Steps { unit: unit("uL", "uL", 1), low: 15, step: 1, denominator: 10, most: 15 };
    let mut reward = column("reward", Clock::Subject, Role::Variable, steps);
    reward.description = Some("Water for a correct trial".into());
    let real = |unit| Domain::Real { unit, least: None, most: None };
    vec![
        column("side", Clock::Trial, Role::Draw, sides()),
        column("contrast", Clock::Trial, Role::Definition, levels),
        reward,
        optional(column("choice", Clock::Trial, Role::Variable, sides())),
        column("response_time", Clock::Trial, Role::Definition, real(unit("ms", "ms", 1000))),
        column("pool", Clock::Subject, Role::Definition, Domain::Set { members: names(&["100%", "25%"]) }),
        column("repeated", Clock::Trial, Role::Definition, Domain::Bool),
        column("completed", Clock::Session, Role::Statistic, Domain::Int { least: 0, most: 2000 }),
        optional(column("cue_at", Clock::Trial, Role::Definition, Domain::Instant)),
        column("trial", Clock::Trial, Role::Definition, real(None)),
        column("lean", Clock::Session, Role::Draw, real(None)),
    ]
}

fn rule(definition: &str, kind: &str, name: &str, text: &str) -> RuleStamp {
    RuleStamp { definition: definition.into(), kind: kind.into(), name: name.into(), text: text.into() }
}

pub fn header() -> Header {
    let input = |device: &str, channel: &str, count_size: Option<f64>| InputStamp {
        device: device.into(),
        class: "Class".into(),
        channel: channel.into(),
        counter: count_size.is_some(),
        count_size,
        description: None,
    };
    let output = |device: &str, verb: &str, stimulus: Option<&str>, arguments: &[&str]| OutputStamp {
        device: device.into(),
        verb: verb.into(),
        stimulus: stimulus.map(str::to_owned),
        arguments: names(arguments),
        adds: None,
        held: false,
    };
    Header {
        format: FORMAT.into(),
        kind: "simulated".into(),
        subject: "mouse".into(),
        session: 1,
        date: Some(trialect_ir::Date::FIRST),
        protocol: ProtocolStamp {
            name: "sample".into(),
            version: "1.0.0".into(),
            description: None,
            citations: vec![],
            hash: "sha2-256:aa".into(),
            source_hash: "sha2-256:bb".into(),
            definitions: BTreeMap::from([("at.side".to_owned(), "sha2-256:cc".to_owned())]),
        },
        run_identity: "sha2-256:dd".into(),
        run: json!({"seed": 18_446_744_073_709_551_615u64, "a": {"z": 1, "b": 2}}),
        machine: "interpreter".into(),
        sources: vec![SourceStamp {
            name: "protocol".into(),
            file: "sources/sample.trial".into(),
            sha256: digest(SOURCE.as_bytes()),
        }],
        previous: None,
        backend: json!({"animal": "perfect"}),
        columns: columns(),
        inputs: vec![input("wheel", "travel", Some(0.25)), input("screen", "flip", None)],
        streams: Vec::new(),
        states: names(&["present", "respond"]),
        machines: Vec::new(),
        outcomes: names(&["correct", "error"]),
        outputs: vec![
            output("screen", "show", Some("grating"), &["azimuth", "contrast"]),
            output("spout", "deliver", None, &["amount"]),
        ],
        rules: vec![
            rule("state.present", "clause", "", "on screen.flip -> respond"),
            rule("state.respond", "clause", "hit", "after 1 s -> end correct"),
            rule("limit.spout", "limit", "spout", "limit spout 2 mL each session"),
            rule("contrasts", "transition", "easy -> final", "on trial.end -> final"),
        ],
        draws: names(&["side", "lean", "strange"]),
        covariates: BTreeMap::from([("weight".to_owned(), 21.5.into())]),
        covariate_remarks: BTreeMap::new(),
        subject_layout: Vec::new(),
        carried: None,
        study: None,
    }
}

/// Words of a row: side, contrast, reward, choice, response time, pool, repeated, completed, cue, trial, lean.
fn words(trial: u64) -> Vec<u64> {
    let seconds = 0.25 * trial as f64;
    vec![trial % 2, 1, 5 * trial, 1, seconds.to_bits(), 0b11, 1, trial, 3 * S as u64, 7.5f64.to_bits(), 0]
}

const ALL: u64 = 0b111_1111_1111;
const CHOICE: u64 = 1 << 3;
const CUE: u64 = 1 << 8;

/// The session: a trial with two outputs, one that visits a state again, one that is interrupted.
pub fn entries() -> Vec<Entry> {
    let mut entries = vec![
        Entry::Draw { draw: 1, word: 0.5f64.to_bits(), given: false, outside: false },
        Entry::SessionStart { at: 0, words: words(0), present: vec![ALL & !CHOICE & !CUE] },
        Entry::Input { line: 0, at: S / 2, value: -4 },
        Entry::Draw { draw: 0, word: 1, given: false, outside: false },
        Entry::TrialStart { trial: 1, at: S },
        Entry::State { state: 0, at: S },
        Entry::Output { output: 0, at: S, arguments: vec![(-35f64).to_bits(), 0.5f64.to_bits()] },
        Entry::Input { line: 1, at: S + S / 4, value: 1 },
        Entry::Decision { rule: 0, at: S + S / 4 },
        Entry::Release { output: 0, at: S + S / 4 },
        Entry::State { state: 1, at: S + S / 4 },
        Entry::Input { line: 0, at: S + S / 2, value: 10 },
        Entry::Decision { rule: 1, at: 2 * S },
        Entry::Decision { rule: 2, at: 2 * S },
        Entry::Output { output: 1, at: 2 * S, arguments: vec![1.5f64.to_bits()] },
        Entry::Row { trial: 1, at: 2 * S, outcome: Some(0), words: words(1), present: vec![ALL & !CUE] },
        Entry::Decision { rule: 3, at: 2 * S },
        Entry::Subject { changes: vec![(3, 9)] },
    ];
    entries.extend(later_trials());
    let subject = vec![0, 0x00ff_0000_0000_0001, u64::MAX];
    let (words, present) = (words(2), vec![ALL & !CHOICE]);
    entries.push(Entry::SessionEnd { at: 9 * S, reason: "too_long".into(), subject, words, present });
    entries
}

fn later_trials() -> Vec<Entry> {
    vec![
        Entry::Draw { draw: 0, word: 0, given: true, outside: true },
        Entry::Input { line: 0, at: 3 * S, value: 12 },
        Entry::TrialStart { trial: 2, at: 4 * S },
        Entry::Given { column: 1, word: 0, outside: false },
        Entry::State { state: 0, at: 4 * S },
        Entry::Decision { rule: 0, at: 5 * S },
        Entry::State { state: 0, at: 5 * S },
        Entry::Decision { rule: 1, at: 6 * S },
        Entry::Row { trial: 2, at: 6 * S, outcome: Some(1), words: words(2), present: vec![ALL] },
        Entry::TrialStart { trial: 3, at: 7 * S },
        Entry::State { state: 1, at: 7 * S },
        Entry::Decision { rule: 0, at: 8 * S },
        Entry::Fault { at: 8 * S, what: "stopped by hand".into() },
        Entry::Row { trial: 3, at: 8 * S, outcome: None, words: words(3), present: vec![ALL & !CHOICE & !CUE] },
    ]
}

/// A session without a trial.
pub fn no_trials() -> Vec<Entry> {
    let end =
        Entry::SessionEnd { at: S, reason: "stopped".into(), subject: vec![], words: words(0), present: vec![ALL] };
    vec![Entry::SessionStart { at: 0, words: words(0), present: vec![ALL] }, end]
}

/// A session's folder as it is before it is sealed.
pub fn lay_out(folder: &Path, header: &Header, entries: &[Entry]) {
    fs::create_dir_all(folder.join("sources")).unwrap();
    fs::write(folder.join("sources/sample.trial"), SOURCE).unwrap();
    let mut writer = Writer::create(&folder.join(FILE), &serde_json::to_vec(header).unwrap()).unwrap();
    entries.iter().for_each(|entry| writer.push(entry).unwrap());
    writer.sync().unwrap();
}

/// The sample, sealed.
pub fn sealed(folder: &Path) -> Sealed {
    lay_out(folder, &header(), &entries());
    seal(folder, Status::Complete).unwrap()
}
