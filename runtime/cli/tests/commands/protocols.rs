//! The protocols of the field: each is what its page says, and its central rule is recomputed from the tables alone.

use crate::command::{project, trialect};
use crate::folders::session;
use crate::foraging::{SESSIONS, sessions_of};
use crate::table::Table;
use crate::texts::with_changes;
use std::path::{Path, PathBuf};

fn protocol(path: &str) -> PathBuf {
    project("protocols").join(path)
}

/// The texts of a folder and those within it that begin with one of these words.
pub(crate) fn texts_in(folder: &Path, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(texts_in(&path, words));
        } else if words.iter().any(|word| std::fs::read_to_string(&path).unwrap().starts_with(word)) {
            found.push(path);
        }
    }
    found
}

/// The trials of each session, after both machines have made the same tables and the sessions have replayed.
fn trials(path: &str) -> Vec<Table> {
    let data = sessions_of(&protocol(path));
    (1..=SESSIONS).map(|ordinal| Table::trials(&session(data.path(), ordinal))).collect()
}

fn other(side: &str) -> &'static str {
    if side == "left" { "right" } else { "left" }
}

/// `name[left]`, `name[right]` in one row.
fn of(table: &Table, name: &str, side: &str, row: usize) -> bool {
    table.flag(&format!("{name}[{side}]"), row)
}

#[test]
fn every_protocol_has_the_hash_of_its_page() {
    let mut seen = 0;
    for folder in std::fs::read_dir(project("protocols")).unwrap().map(|entry| entry.unwrap().path()) {
        let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
        for study in texts_in(&folder, &["study "]) {
            let hash = trialect(&[Path::new("hash"), &study]).fine();
            assert!(page.contains(&format!("`{}`", hash.trim())), "{}: {hash}", study.display());
        }
        for file in texts_in(&folder, &["protocol "]) {
            let name = file.strip_prefix(&folder).unwrap().to_str().unwrap();
            let hash = trialect(&[Path::new("hash"), &file]).fine();
            let line = page.lines().find(|line| line.starts_with(&format!("| [`{name}`]"))).expect("a line of its own");
            assert!(line.contains(&format!("`{}`", hash.trim())), "{}: {line}\n{hash}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= 10, "only {seen}");
}

#[test]
fn reversal_follows_its_moving_average() {
    for table in trials("pycontrol/reversal.trial") {
        let (mut average, mut crossed, mut left_to_go) = (0.5_f64, false, 0.0_f64);
        let mut good = table.text("contingency.side", 0).unwrap();
        assert_eq!(good, table.text("first_good", 0).unwrap());
        let mut reversals = 0;
        // The last trial was interrupted when the hour was over.
        for row in 0..table.rows() - 1 {
            assert_eq!(table.text("contingency.side", row).unwrap(), good, "trial {row}");
            let choice = table.text("choice", row).unwrap();
            let correct = choice == good;
            let reverses = crossed && left_to_go == 1.0;
            average += (1.0 - (-1.0_f64 / 8.0).exp()) * (f64::from(u8::from(correct)) - average);
            if crossed {
                left_to_go = (left_to_go - 1.0).max(0.0);
                if left_to_go == 0.0 {
                    (average, crossed) = (1.0 - average, false);
                }
            } else if average > 0.75 {
                (crossed, left_to_go) = (true, table.real("delay", row));
            }
            if reverses {
                good = other(&good).to_string();
                reversals += 1;
            }
            let paid = table.text("choice", row).is_some_and(|side| of(&table, "pays", &side, row));
            assert_eq!(table.flag("paid", row), paid);
        }
        assert_eq!(table.text("outcome", table.rows() - 1), None);
        assert!(reversals >= 3, "only {reversals} reversals in {} trials", table.rows());
    }
}

#[test]
fn foraging_keeps_baits_and_couples_its_blocks() {
    for table in trials("aind/foraging.trial") {
        let mut waiting = [false, false];
        let mut blocks = 1;
        for row in 0..table.rows() {
            let rich = table.text("contrast.rich_side", row).unwrap();
            let [high, low] = match table.text("contrast.pair", row).unwrap().as_str() {
                "strong" => [0.4, 0.05],
                "middle" => [0.3857, 0.0643],
                _ => [0.3375, 0.1125],
            };
            let first = row == 0 || table.real("contrast.index", row) > table.real("contrast.index", row - 1);
            if row > 0 && first {
                assert_eq!(rich, other(&table.text("contrast.rich_side", row - 1).unwrap()));
                assert!(table.real("contrast.trials", row - 1) + 1.0 >= table.real("contrast.length", row - 1));
                blocks += 1;
            }
            let choice = table.text("choice", row);
            for (k, side) in ["left", "right"].into_iter().enumerate() {
                let p = table.real(&format!("contrast.p[{side}]"), row);
                assert!((p - if side == rich { high } else { low }).abs() < 1e-12);
                let pays = of(&table, "lucky", side, row) || waiting[k];
                assert_eq!(of(&table, "pays", side, row), pays, "trial {row}, {side}");
                waiting[k] = table.flag("baiting.bait", row) && pays && choice.as_deref() != Some(side);
            }
            let paid = choice.as_ref().is_some_and(|side| of(&table, "pays", side, row));
            assert_eq!(table.flag("paid", row), paid);
        }
        assert!(blocks >= 5, "{blocks} blocks in {} trials", table.rows());
    }
}

#[test]
fn five_choice_targets_are_balanced_and_holes_decide() {
    for table in trials("operant/five_choice.trial") {
        let targets = table.reals("target");
        for twenty in targets.chunks_exact(20) {
            for hole in 1..=5 {
                assert_eq!(twenty.iter().filter(|target| **target == f64::from(hole)).count(), 4);
            }
        }
        for (row, target) in targets.iter().enumerate() {
            let response = table.column("response")[row].clone();
            let at_target = table.text("outcome", row).as_deref() == Some("correct");
            if at_target {
                assert_eq!(table.real("response", row), *target, "{response:?}");
            }
        }
    }
}

#[test]
fn light_guides_and_only_correct_choices_are_paid() {
    for table in trials("bpod/light2afc.trial") {
        for row in 0..table.rows() {
            let (side, choice) = (table.text("side", row).unwrap(), table.text("choice", row));
            let paid = ["left", "right"].map(|side| table.real(&format!("spout[{side}].delivered"), row));
            let expected = match table.text("outcome", row).unwrap().as_str() {
                "correct" => {
                    assert_eq!(choice.as_ref(), Some(&side));
                    if side == "left" { [3.0, 0.0] } else { [0.0, 3.0] }
                }
                "error" => {
                    assert_eq!(choice.as_deref(), Some(other(&side)));
                    [0.0, 0.0]
                }
                _ => [0.0, 0.0],
            };
            assert_eq!(paid, expected, "trial {row}");
        }
    }
}

#[test]
fn intervals_of_a_variable_schedule_are_those_of_fleshler_and_hoffman() {
    let folder = tempfile::tempdir().unwrap();
    // Begins with the variable interval of 30 s, which the first sessions do not reach.
    let begin = ("law = fixed_ratio;       n = 1;  t = 0 s;", "law = variable_interval; n = 1;  t = 30 s;");
    let begun = with_changes(&protocol("operant/schedules.trial"), &[begin]);
    let path = folder.path().join("vi30.trial");
    std::fs::write(&path, begun).unwrap();
    let data = sessions_of(&path);
    let table = Table::trials(&session(data.path(), 1));
    assert!(table.rows() > 30, "{} reinforcements", table.rows());
    // t(n) = T [1 + ln N + (N - n) ln(N - n) - (N - n + 1) ln(N - n + 1)], with 0 ln 0 = 0.
    let ln = |n: f64| if n == 0.0 { 0.0 } else { n * n.ln() };
    let interval = |n: f64| 30.0 * (1.0 + 10.0_f64.ln() + ln(10.0 - n) - ln(11.0 - n));
    let mean = (1..=10).map(|n| interval(f64::from(n))).sum::<f64>() / 10.0;
    assert!((mean - 30.0).abs() < 1e-9, "the mean is the schedule's");
    for row in 0..table.rows() {
        let cell = table.real("cell", row);
        assert!((table.real("hold_off", row) - interval(cell)).abs() < 1e-9, "{cell}");
    }
    for ten in table.reals("cell").chunks_exact(10) {
        let mut cells = ten.to_vec();
        cells.sort_by(f64::total_cmp);
        assert_eq!(cells, (1..=10).map(f64::from).collect::<Vec<_>>());
    }
}

#[test]
fn go_nogo_and_habituation_run_as_they_are_written() {
    for table in trials("operant/go_nogo.trial") {
        for row in 0..table.rows() {
            let kind = table.text("kind", row).unwrap();
            let outcome = table.text("outcome", row).unwrap();
            let licked = table.real("licks", row) >= 2.0;
            let expected = match (kind.as_str(), licked) {
                ("go", true) => "hit",
                ("go", false) => "miss",
                ("nogo", true) => "false_alarm",
                ("nogo", false) => "reject",
                (_, true) => "catch_lick",
                (_, false) => "catch_none",
            };
            assert_eq!(outcome, expected, "trial {row}");
            assert_eq!(table.real("spout.delivered", row), if outcome == "hit" { 5.0 } else { 0.0 });
        }
    }
    for (k, table) in trials("ibl/habituation.trial").into_iter().enumerate() {
        let minutes = [20.0, 40.0, 60.0][k];
        assert_eq!(table.real("length", 0), minutes * 60.0);
        let waited: f64 = table.reals("delay").iter().sum();
        // 1 s blank, the delay, 0.5 s in the centre, 0.5 s with the water: the session stops after the trial in which its
        // time is over.
        let lasted = waited + 2.0 * table.rows() as f64;
        assert!((minutes * 60.0..minutes * 60.0 + 22.0).contains(&lasted), "{lasted} s in {minutes} min");
    }
}

#[test]
fn the_full_task_has_blocks_of_the_prior() {
    for table in trials("ibl/full.trial") {
        let (mut block, mut trials_in_block) = (1.0, 0.0);
        for row in 0..table.rows() {
            let (left, index) = (table.real("prior.left", row), table.real("prior.index", row));
            if index > block {
                let least = if block == 1.0 { 90.0 } else { table.real("prior.length", row - 1) };
                assert_eq!(trials_in_block, least, "block {block}");
                let before = table.real("prior.left", row - 1);
                let expected = if index == 2.0 { table.real("prior.start_left", row) } else { 1.0 - before };
                assert!((left - expected).abs() < 1e-12, "block {index}: {left} after {before}");
                (block, trials_in_block) = (index, 0.0);
            }
            trials_in_block += 1.0;
            let sign = if table.text("side", row).unwrap() == "left" { -1.0 } else { 1.0 };
            assert_eq!(table.real("signed", row), sign * table.real("contrast", row));
        }
        assert!(block >= 2.0, "{} trials are one block", table.rows());
    }
}

#[test]
fn the_trial_of_the_parts_is_the_basic_tasks() {
    let text = |name: &str| std::fs::read_to_string(protocol(name)).unwrap();
    let (basic, states, rig) = (text("ibl/basic.trial"), text("ibl/wheel_trial.trial"), text("ibl/hardware.trial"));
    let states = &states[states.find("state still").unwrap()..];
    for line in states.lines().chain(rig.lines().skip(2)).map(str::trim).filter(|line| !line.is_empty()) {
        assert!(basic.lines().any(|other| other.trim() == line), "`{line}` is not in the basic task");
    }
}

#[test]
fn the_staircase_of_detection_follows_levitts_rule() {
    for table in trials("ibl/detection.trial") {
        let mut level = [0.5_f64; 2];
        let mut run = [0; 2];
        for row in 0..table.rows() {
            let side = usize::from(table.text("side", row).unwrap() == "right");
            if table.text("probe", row).unwrap() != "stairs" {
                continue;
            }
            assert!((table.real("contrast", row) - level[side].clamp(0.01, 1.0)).abs() < 1e-12, "trial {row}");
            match (table.text("outcome", row).as_deref(), table.text("choice", row)) {
                (Some("correct"), Some(_)) => {
                    run[side] += 1;
                    if run[side] == 3 {
                        run[side] = 0;
                        level[side] = (level[side] * 0.8).clamp(0.01, 1.0);
                    }
                }
                (Some(_), Some(_)) => {
                    run[side] = 0;
                    level[side] = (level[side] / 0.8).clamp(0.01, 1.0);
                }
                _ => {}
            }
        }
        assert_ne!(level, [0.5; 2], "the staircases never moved");
    }
}

#[test]
fn a_progressive_schedule_takes_the_published_ratios() {
    let text = std::fs::read_to_string(protocol("operant/schedules.trial")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let begun = text.replace("law = fixed_ratio;       n = 1;  t = 0 s;", "law = progressive;       n = 1;  t = 0 s;");
    assert_ne!(begun, text);
    let path = folder.path().join("progressive.trial");
    std::fs::write(&path, begun).unwrap();
    let table = Table::trials(&session(sessions_of(&path).path(), 1));
    let published = [1, 2, 4, 6, 9, 12, 15, 20, 25, 32, 40, 50, 62, 77, 95, 118, 145, 178, 219, 268].map(f64::from);
    assert!(table.rows() >= 5, "only {} reinforcers", table.rows());
    for (row, ratio) in (0..table.rows()).zip(published) {
        assert_eq!(table.real("need", row), ratio, "reinforcer {}", row + 1);
        if table.text("outcome", row).as_deref() == Some("reinforced") {
            assert_eq!(table.real("pressed", row), ratio);
        }
    }
}
