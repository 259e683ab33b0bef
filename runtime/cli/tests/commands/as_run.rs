//! The basic task as the rig program ran it: whole sessions, its tables, and scenarios that break with its rules.

use crate::command::{project, text, trialect};
use crate::folders::session;
use crate::foraging::sessions_with;
use crate::table::Table;
use std::fs;
use std::path::Path;

const SESSIONS: u32 = 20;

/// What a laboratory would answer; nothing that decides anything but the weight, which the animal says itself.
const ANSWERS: [&str; 13] = [
    "sex=female",
    "provider=jackson_laboratory",
    "implant_weight=24 g",
    "implant_age=11 wk",
    "food_protein=0.19",
    "food_fat=0.055",
    "light_cycle=inverted_12_h",
    "age=14 wk",
    "time_of_day=10 h",
    "weekend_water=citric_acid_water",
    "fecal_count=3",
    "software=6.6.4",
    "housing=housed_together",
];

#[test]
fn pool_counters_and_buffer_follow_the_rules_through_twenty_sessions() {
    let data = sessions_with(&project("protocols/ibl/basic_as_run.trial"), SESSIONS, &ANSWERS);
    let contrasts = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.0];
    let (mut pool, mut n125) = (vec![true, true, false, false, false, false], 0);
    let mut buffer: Vec<Vec<bool>> = vec![Vec::new(); 12];
    let sum = |buffer: &[Vec<bool>], side: usize, column: usize| {
        buffer[side * 6 + column].iter().rev().take(50).filter(|correct| **correct).count()
    };
    let mut sizes = std::collections::BTreeSet::new();
    for ordinal in 1..=SESSIONS {
        let table = Table::trials(&session(data.path(), ordinal));
        for row in 0..table.rows() {
            let members: Vec<&str> = ["100%", "50%", "25%", "12.5%", "6.25%", "0%"]
                .into_iter()
                .zip(&pool)
                .filter_map(|(label, inside)| inside.then_some(label))
                .collect();
            let place = format!("session {ordinal}, row {row}");
            assert_eq!(table.text("pool", row).unwrap(), format!("{{{}}}", members.join(", ")), "{place}");
            assert_eq!(table.real("n125", row), f64::from(n125), "{place}");
            sizes.insert(members.len());
            let side = usize::from(table.text("side", row).unwrap() == "right");
            let level = contrasts.iter().position(|level| *level == table.real("contrast", row)).unwrap();
            let column = pool[..level].iter().filter(|inside| **inside).count();
            assert_eq!(table.real("column", row), column as f64, "{place}");
            for (k, side) in ["left", "right"].into_iter().enumerate() {
                for column in 0..6 {
                    let held = table.real(&format!("hits[{side}, {column}]"), row);
                    assert_eq!(held, sum(&buffer, k, column) as f64, "{place}, {side}, {column}");
                }
            }
            if table.text("kind", row).unwrap() == "repeat" {
                continue;
            }
            buffer[side * 6 + column].push(table.text("outcome", row).as_deref() == Some("correct"));
            let passed = |column: usize| (0..2).all(|side| sum(&buffer, side, column) > 40);
            n125 += i32::from(pool[3]);
            (pool[2], pool[3]) = (pool[2] || passed(0) && passed(1), pool[3] || passed(2));
            (pool[4], pool[5]) = (pool[4] || n125 >= 200, pool[5] || n125 >= 400);
            pool[1] &= n125 < 600;
        }
    }
    assert!(sizes.len() >= 4, "the pool had only the sizes {sizes:?}");
}

/// The titles of the scenarios that fail with a change of the text.
fn failing(change: Option<(&str, &str)>) -> Vec<String> {
    let ibl = project("protocols/ibl");
    let folder = tempfile::tempdir().unwrap();
    for name in ["basic_as_run.scenarios.trial", "hardware.trial"] {
        fs::copy(ibl.join(name), folder.path().join(name)).unwrap();
    }
    let mut protocol = fs::read_to_string(ibl.join("basic_as_run.trial")).unwrap();
    if let Some((from, to)) = change {
        assert!(protocol.contains(from), "the task has no `{from}`");
        protocol = protocol.replacen(from, to, 1);
    }
    let path = folder.path().join("basic_as_run.trial");
    fs::write(&path, protocol).unwrap();
    let ran = trialect(&["test", text(Path::new(&path))]);
    assert!(ran.code < 2 && ran.err.is_empty(), "{ran:?}");
    let fails = ran.out.lines().filter_map(|line| line.strip_prefix("  fails  "));
    fails.map(|line| line.rsplit_once("  (").unwrap().0.to_string()).collect()
}

#[test]
fn each_oddity_has_a_scenario_that_breaks_without_it() {
    assert_eq!(failing(None), Vec::<String>::new());
    let mutations = [
        ("rank(contrast, of: pool)", "rank(contrast, of: Contrast)"),
        ("> 40 for s in Side", "> 45 for s in Side"),
        ("if passed[2] and", "if passed[1] and"),
        ("if last.kind is repeat then last.candidate else fresh_contrast", "fresh_contrast"),
        (
            "looked_up = if last.kind is repeat then last.contrast else candidate",
            "looked_up = last.contrast default candidate",
        ),
        ("    if kind is adaptive {", "    if exists choice {"),
        ("where kind is adaptive over last 50 trials", "where exists choice over last 50 trials"),
        ("k      = leftward / 10", "k      = leftward / clamp(n, 1 .. 10)"),
        ("u < last.p_left default 50%", "u < 50%"),
        ("if trial.first then 0 deg", "if trial.index is 2 then 0 deg"),
        ("zero_weight = if trial.first", "zero_weight = if not trial.first"),
        ("if n125 >= 600 { pool := pool - {50%} }", "if n125 >= 600 { pool := pool + {50%} }"),
        ("n125 >= 400", "n125 >= 401"),
        ("else if n >= 200               { reward", "else if n > 400               { reward"),
        ("gain := if n >= 200 then 4 deg/mm else 8 deg/mm", "gain := if n >= 200 then 4 deg/mm else gain"),
        ("error_timeout := if impulsive", "error_timeout := if not impulsive"),
        ("and hard_pace < 0.3 s", "and hard_pace < 0.03 s"),
    ];
    let unnoticed: Vec<_> = mutations.into_iter().filter(|mutation| failing(Some(*mutation)).is_empty()).collect();
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}
