//! The tables of a small session, value by value.

mod sample;
#[path = "sample/table.rs"]
mod table;

use std::collections::BTreeMap;
use table::Table;

fn table(name: &str) -> Table {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    Table::read(&folder.path().join(name))
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_trial_is_a_row_with_every_name_in_its_unit() {
    let trials = table("trials.parquet");
    // The program has a `trial` of its own, so ours gives way.
    let shape = [
        "trial_: Int32",
        "trial_start: Float64",
        "trial_end: Float64",
        "outcome: Utf8",
        "side: Utf8",
        "contrast: Float64",
        "reward: Float64",
        "choice: Utf8",
        "response_time: Float64",
        "pool: Utf8",
        "repeated: Boolean",
        "completed: Int64",
        "cue_at: Float64",
        "trial: Float64",
        "lean: Float64",
        "given: Utf8",
        "outside: Utf8",
        "subject: Utf8",
        "session: Int32",
        "protocol_hash: Utf8",
        "run_identity: Utf8",
        "kind: Utf8",
    ];
    assert_eq!(trials.shape(), shape);
    for (name, expected) in [
        ("trial_", ["1", "2", "3"]),
        ("trial_start", ["1", "4", "7"]),
        ("trial_end", ["2", "6", "8"]),
        ("outcome", ["correct", "error", "-"]),
        ("side", ["right", "left", "right"]),
        ("contrast", ["25", "25", "25"]),
        ("reward", ["2", "2.5", "3"]),
        ("choice", ["right", "right", "-"]),
        ("response_time", ["250", "500", "750"]),
        ("pool", ["{100%, 25%}"; 3]),
        ("repeated", ["true"; 3]),
        ("completed", ["1", "2", "3"]),
        ("cue_at", ["-", "3", "-"]),
        ("trial", ["7.5"; 3]),
        ("given", ["", "side,contrast", ""]),
        ("outside", ["", "side", ""]),
        ("subject", ["mouse"; 3]),
        ("session", ["1"; 3]),
        ("protocol_hash", ["sha2-256:aa"; 3]),
        ("run_identity", ["sha2-256:dd"; 3]),
        ("kind", ["simulated"; 3]),
    ] {
        assert_eq!(trials.column(name), expected, "{name}");
    }
}

#[test]
fn a_column_says_its_unit_and_what_it_is() {
    let trials = table("trials.parquet");
    let reward = [
        ("clock", "subject"),
        ("definition", "at.reward"),
        ("description", "Water for a correct trial"),
        ("role", "variable"),
        ("ucum", "uL"),
        ("unit", "uL"),
    ];
    assert_eq!(trials.about("reward"), map(&reward));
    let cue = [("clock", "trial"), ("definition", "at.cue_at"), ("role", "definition"), ("ucum", "s"), ("unit", "s")];
    assert_eq!(trials.about("cue_at"), map(&cue));
    let side = [("clock", "trial"), ("definition", "at.side"), ("role", "draw")];
    assert_eq!(trials.about("side"), map(&side));
    assert_eq!(trials.about("trial_start")["unit"], "s");
}

#[test]
fn a_table_says_which_session_it_belongs_to() {
    for name in ["trials", "states", "events", "wheel"] {
        let mut table = table(&format!("{name}.parquet"));
        assert_eq!(table.created_by, "trialect");
        // What Arrow keeps of the schema; the rest is ours.
        assert!(table.stamps.remove("ARROW:schema").is_some());
        let stamps = [
            ("trialect.format", "trialect-session/1"),
            ("trialect.kind", "simulated"),
            ("trialect.protocol_hash", "sha2-256:aa"),
            ("trialect.run_identity", "sha2-256:dd"),
            ("trialect.session", "1"),
            ("trialect.source_hash", "sha2-256:bb"),
            ("trialect.subject", "mouse"),
            ("trialect.table", name),
        ];
        assert_eq!(table.stamps, map(&stamps));
        for (key, value) in stamps {
            assert_eq!(table.schema.metadata().get(key).map(|value| value.to_string()).as_deref(), Some(value));
        }
    }
}

#[test]
fn a_visit_of_a_state_is_a_row_with_the_rule_that_ended_it() {
    let states = table("states.parquet");
    for (name, expected) in [
        ("trial", ["1", "1", "2", "2", "3"]),
        ("state", ["present", "respond", "present", "present", "respond"]),
        ("entry", ["1", "1.25", "4", "5", "7"]),
        ("exit", ["1.25", "2", "5", "6", "8"]),
        ("visit", ["1", "1", "1", "2", "1"]),
        // The limit that fired after the clause is not the cause; an interrupted trial has none.
        ("rule", ["state.present", "state.respond", "state.present", "state.respond", "-"]),
        (
            "cause",
            [
                "on screen.flip -> respond",
                "after 1 s -> end correct",
                "on screen.flip -> respond",
                "after 1 s -> end correct",
                "-",
            ],
        ),
    ] {
        assert_eq!(states.column(name), expected, "{name}");
    }
}

#[test]
fn a_state_in_which_the_session_broke_off_has_no_exit() {
    let mut entries = sample::entries();
    let end = entries.pop().expect("an end");
    entries.truncate(11); // within the second state of the first trial
    entries.push(end);
    let folder = tempfile::tempdir().expect("a folder");
    sample::lay_out(folder.path(), &sample::header(), &entries);
    trialect_export::seal(folder.path(), trialect_export::Status::Recovered).expect("a seal");
    let states = Table::read(&folder.path().join("states.parquet"));
    assert_eq!(states.column("exit"), ["1.25", "-"]);
    assert_eq!(states.column("rule"), ["state.present", "-"]);
    assert_eq!(Table::read(&folder.path().join("trials.parquet")).rows(), 0);
}

#[test]
fn events_are_in_the_order_of_time() {
    let events = table("events.parquet");
    let columns = ["trial", "time", "kind", "name", "value", "detail"].map(|name| events.column(name));
    let rows: Vec<String> =
        (0..events.rows()).map(|row| columns.each_ref().map(|column| column[row].as_str()).join(" | ")).collect();
    let expected = [
        "- | 0 | draw | lean | 0.5 | -",
        "1 | 1 | draw | side | - | right",
        "1 | 1 | output | screen.show | - | stimulus=grating azimuth=-35 contrast=0.5",
        "1 | 1.25 | input | screen.flip | 1 | -",
        "1 | 1.25 | decision | state.present | - | on screen.flip -> respond",
        "1 | 1.25 | release | screen.show | - | stimulus=grating",
        "1 | 2 | decision | state.respond hit | - | after 1 s -> end correct",
        "1 | 2 | decision | limit.spout spout | - | limit spout 2 mL each session",
        "1 | 2 | output | spout.deliver | 1.5 | amount=1.5",
        "1 | 2 | decision | contrasts easy -> final | - | on trial.end -> final",
        "2 | 4 | given | side | - | left; outside",
        "2 | 4 | given | contrast | 100 | -",
        "2 | 5 | decision | state.present | - | on screen.flip -> respond",
        "2 | 6 | decision | state.respond hit | - | after 1 s -> end correct",
        "3 | 8 | decision | state.present | - | on screen.flip -> respond",
        "3 | 8 | fault | session | - | stopped by hand",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn counters_have_a_table_of_their_own() {
    let wheel = table("wheel.parquet");
    for (name, expected) in [
        ("time", ["0.5", "1.5", "3"]),
        ("device", ["wheel", "wheel", "wheel"]),
        ("count", ["-4", "10", "12"]),
        ("position", ["-1", "2.5", "3"]),
        ("trial", ["-", "1", "1"]),
    ] {
        assert_eq!(wheel.column(name), expected, "{name}");
    }
    assert_eq!(wheel.about("position")["unit"], "mm");
}

#[test]
fn a_table_without_rows_has_its_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::lay_out(folder.path(), &sample::header(), &sample::no_trials());
    let sealed = trialect_export::seal(folder.path(), trialect_export::Status::Complete).expect("a seal");
    for (name, rows) in &sealed.rows {
        let table = Table::read(&folder.path().join(name));
        assert_eq!((*rows, table.rows()), (0, 0), "{name}");
        assert!(table.schema.fields().len() >= 5, "{name}");
    }
    assert_eq!(trialect_export::verify_folder(folder.path()), []);
}

#[test]
fn the_second_of_a_name_goes_by_its_definition() {
    let mut header = sample::header();
    header.columns[10].name = "side".into();
    let tables = trialect_export::tables(&header, &sample::entries()).expect("tables");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trials.parquet");
    std::fs::write(&path, &tables[0].bytes).expect("a file");
    let names: Vec<String> = Table::read(&path).schema.fields().iter().map(|field| field.name().clone()).collect();
    assert!(names.contains(&"side".to_owned()) && names.contains(&"at.lean".to_owned()), "{names:?}");
}

#[test]
fn the_tables_know_nothing_of_the_machine() {
    let (mut other, entries) = (sample::header(), sample::entries());
    other.machine = "jit".into();
    other.backend = serde_json::json!({"path": "/home/somebody"});
    other.sources.clear();
    let tables = |header| trialect_export::tables(header, &entries).expect("tables");
    assert_eq!(tables(&sample::header()), tables(&other));
}

#[test]
fn a_row_that_does_not_fit_the_header_is_refused() {
    let mut header = sample::header();
    header.columns.pop();
    let fault = trialect_export::tables(&header, &sample::entries()).expect_err("a fault");
    assert_eq!(fault.code(), "entry-mismatch");
    assert!(fault.to_string().contains("11 words") && fault.to_string().contains("10 columns"), "{fault}");
}

#[test]
fn a_visit_says_to_which_machine_it_belongs_and_ends_with_its_own() {
    use trialect_ir::record::{MachineStamp, RuleStamp};
    use trialect_journal::Entry;
    const S: i64 = 1_000_000_000;
    let machine = |name: &str, clock: &str, first: u32, states: u32| MachineStamp {
        name: name.into(),
        clock: clock.into(),
        first,
        states,
        description: None,
    };
    let mut header = sample::header();
    header.states.extend(["clock.tick", "clock.tock", "opto.idle", "opto.train"].map(str::to_owned));
    header.machines = vec![machine("clock", "session", 2, 2), machine("opto", "trial", 4, 2)];
    let rule = header.rules.len() as u32;
    let clause = |definition: &str, text: &str| RuleStamp {
        definition: definition.into(),
        kind: "clause".into(),
        name: String::new(),
        text: text.into(),
    };
    header.rules.push(clause("state.clock.tick", "after 1 s -> tock"));
    header.rules.push(clause("state.opto.idle", "on present.entry -> train"));
    let mut entries = sample::entries();
    let end = entries.pop().expect("an end");
    entries.truncate(4);
    entries.extend([
        Entry::State { state: 2, at: 0 },
        Entry::TrialStart { trial: 1, at: S },
        Entry::State { state: 4, at: S },
        Entry::State { state: 0, at: S },
        Entry::Decision { rule: rule + 1, at: S },
        Entry::State { state: 5, at: S },
        // Two machines at one instant: each visit ends by the rule of its own.
        Entry::Decision { rule, at: 2 * S },
        Entry::State { state: 3, at: 2 * S },
        Entry::Decision { rule: 1, at: 2 * S },
    ]);
    entries.extend(sample::entries().into_iter().filter(|entry| matches!(entry, Entry::Row { trial: 1, .. })));
    entries.extend([Entry::State { state: 2, at: 5 * S }, end]);
    let folder = tempfile::tempdir().expect("a folder");
    sample::lay_out(folder.path(), &header, &entries);
    trialect_export::seal(folder.path(), trialect_export::Status::Complete).expect("sealed");
    let states = Table::read(&folder.path().join("states.parquet"));
    for (name, expected) in [
        ("state", ["clock.tick", "opto.idle", "present", "opto.train", "clock.tock", "clock.tick"]),
        ("machine", ["clock", "opto", "trial", "opto", "clock", "clock"]),
        ("trial", ["-", "1", "1", "1", "1", "-"]),
        ("entry", ["0", "1", "1", "1", "2", "5"]),
        ("exit", ["2", "1", "2", "2", "5", "9"]),
        ("visit", ["1", "1", "1", "1", "1", "2"]),
        ("rule", ["state.clock.tick", "state.opto.idle", "state.respond", "-", "-", "-"]),
    ] {
        assert_eq!(states.column(name), expected, "{name}");
    }
}

/// Seals a session of 9 s with two streams of 10 Hz and these pieces: stream, first sample, when it came in s, how many.
fn sampled(folder: &std::path::Path, pieces: &[(u32, u64, f64, i16)]) -> Result<(), trialect_export::ExportFault> {
    let mut header = sample::header();
    let stream = |reading: &str, description: Option<String>| trialect_ir::record::StreamStamp {
        device: "amp".into(),
        class: "PatchAmplifier".into(),
        reading: reading.into(),
        unit: None,
        rate: 10.0,
        gain: 0.5,
        offset: -1.0,
        description,
    };
    header.streams = vec![stream("voltage", None), stream("current", Some("the amplifier".into()))];
    sample::lay_out(folder, &header, &sample::entries());
    let file = folder.join(trialect_journal::SAMPLES);
    let mut writer = trialect_journal::SampleWriter::create(&file, header.run_identity.as_bytes()).expect("a file");
    for (stream, first, at, many) in pieces {
        let counts: Vec<i16> = (0..*many).map(|k| *first as i16 + k).collect();
        writer.push(*stream, *first, (at * 1e9) as i64, &counts).expect("a piece");
    }
    trialect_export::seal(folder, trialect_export::Status::Complete).map(|_| ())
}

#[test]
fn lost_samples_are_rows_without_a_value_and_late_ones_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    // Of the first stream 3 .. 6 are lost and what follows comes 2 s after it was taken; of the other the last ones.
    let pieces = [(0, 0, 1.0, 3), (0, 7, 2.7, 3), (0, 10, 9.0, 80), (1, 0, 9.0, 90), (1, 90, 9.1, 1)];
    sampled(folder.path(), &pieces).expect("sealed");
    assert_eq!(trialect_export::verify_folder(folder.path()), []);
    let table = Table::read(&folder.path().join("samples-amp.voltage.parquet"));
    let expected: Vec<String> = (0..90).map(|k| if (3..7).contains(&k) { "-".into() } else { k.to_string() }).collect();
    assert_eq!((table.shape(), table.column("count")), (vec!["count: Int16".to_owned()], expected));
    for (key, value) in [("trialect.rate", "10"), ("trialect.gain", "0.5"), ("trialect.offset", "-1")] {
        assert_eq!(table.stamps[key], value);
    }
    let about = trialect_export::read_session(folder.path()).expect("a session").streams;
    let lost = |at, samples| trialect_export::Lost { at, samples };
    let late = |at, samples, by| trialect_export::Late { at, samples, by };
    assert_eq!((about[0].rows, about[0].samples, about[1].rows, about[1].samples), (90, 86, 91, 91));
    assert_eq!((&about[0].lost, &about[1].lost), (&vec![lost(0.3, 4)], &vec![]));
    assert_eq!(about[0].late, [late(0.7, 3, 2.0), late(1.0, 80, 8.0)]);
    // The other stream came at once at the end, but for a sample 100 ms later.
    assert_eq!(about[1].late, [late(0.0, 90, 9.0)]);
}

#[test]
fn what_is_missing_at_the_end_has_no_rows_and_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    sampled(folder.path(), &[(0, 0, 1.0, 10)]).expect("sealed");
    let about = trialect_export::read_session(folder.path()).expect("a session").streams;
    let lost = |at, samples| vec![trialect_export::Lost { at, samples }];
    assert_eq!((about[0].rows, &about[0].lost), (10, &lost(1.0, 80)));
    // A stream of which nothing came is a table without rows.
    assert_eq!((about[1].rows, &about[1].lost), (0, &lost(0.0, 90)));
    assert_eq!(Table::read(&folder.path().join("samples-amp.current.parquet")).rows(), 0);
    assert_eq!(trialect_export::verify_folder(folder.path()), []);
}

#[test]
fn samples_that_no_session_writes_are_refused() {
    for (pieces, told) in [
        (&[(0, 0, 1.0, 10), (0, 9, 2.0, 1)][..], "sample 9 of `amp.voltage` is there twice"),
        (&[(0, 0, 1.0, 5), (0, 5, 1.0, 5), (0, 20, 1.9, 1)], "sample 20 of `amp.voltage`"),
        (&[(2, 0, 1.0, 1)], "the record has no stream 2"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let fault = sampled(folder.path(), pieces).expect_err("refused");
        assert!(fault.code() == "samples-differ" && fault.to_string().contains(told), "{fault}");
        assert!(!folder.path().join("manifest.json").exists());
    }
}
