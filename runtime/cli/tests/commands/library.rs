//! Rules of the library, recomputed from the tables: schedules, blocks and sides, with the distributions that they promise.

use crate::command::project;
use crate::folders::session;
use crate::foraging::{SESSIONS, sessions_of};
use crate::table::Table;
use std::collections::BTreeMap;

/// The trials of each session of a protocol of the corpus, on both machines.
fn trials(name: &str) -> Vec<Table> {
    let data = sessions_of(&project("tests/corpus/accepted").join(format!("library-{name}.trial")));
    (1..=SESSIONS).map(|ordinal| Table::trials(&session(data.path(), ordinal))).collect()
}

fn is_correct(table: &Table, row: usize) -> bool {
    table.text("outcome", row).as_deref() == Some("correct")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean is the expected one within four standard errors.
fn has_mean(values: &[f64], expected: f64) {
    let found = mean(values);
    let variance = values.iter().map(|value| (value - found).powi(2)).sum::<f64>() / values.len() as f64;
    let error = (variance / values.len() as f64).sqrt();
    assert!(values.len() >= 100 && (found - expected).abs() < 4.0 * error, "{found} +- {error}, expected {expected}");
}

/// The share of values for which something holds is the expected one within four standard errors.
fn has_share(values: &[f64], holds: impl Fn(f64) -> bool, expected: f64) {
    let indicators: Vec<f64> = values.iter().map(|&value| f64::from(u8::from(holds(value)))).collect();
    has_mean(&indicators, expected);
}

/// For each whole block of a session, its first row and how many rows it has.
fn blocks(table: &Table, name: &str) -> Vec<(usize, usize)> {
    let index = table.reals(&format!("{name}.index"));
    let mut list: Vec<(usize, usize)> = Vec::new();
    for (row, index) in index.iter().enumerate() {
        let known = list.len() as f64;
        match list.last_mut() {
            Some(block) if known == *index => block.1 += 1,
            _ => list.push((row, 1)),
        }
        assert_eq!(list.len() as f64, *index, "row {row}");
    }
    list.pop();
    list
}

/// Lengths of all whole blocks, each with as many trials as its `length` says.
fn lengths(tables: &[Table], name: &str) -> Vec<f64> {
    let of = |table: &Table| {
        let length = |(row, rows): (usize, usize)| {
            assert_eq!(table.real(&format!("{name}.length"), row), rows as f64, "{name}, row {row}");
            rows as f64
        };
        blocks(table, name).into_iter().map(length).collect::<Vec<_>>()
    };
    tables.iter().flat_map(of).collect()
}

#[test]
fn lengths_of_blocks_have_the_distributions_of_their_rules() {
    let tables = trials("blocks");
    assert!(lengths(&tables, "steady").iter().all(|length| *length == 12.0));

    let even = lengths(&tables, "even");
    assert!(even.iter().all(|length| (3.0..=9.0).contains(length)));
    has_mean(&even, 6.0);
    for length in 3..=9 {
        has_share(&even, |found| found == f64::from(length), 1.0 / 7.0);
    }

    // The whole part of an exponential number with the mean 6 between 2 and 20: k has the share exp(-k/6) of them.
    let weight = |k: i32| (-f64::from(k) / 6.0).exp();
    let all: f64 = (2..20).map(weight).sum();
    let tailed = lengths(&tables, "tailed");
    has_mean(&tailed, (2..20).map(|k| f64::from(k) * weight(k)).sum::<f64>() / all);
    has_share(&tailed, |found| found == 2.0, weight(2) / all);
    has_share(&tailed, |found| found >= 10.0, (10..20).map(weight).sum::<f64>() / all);

    // Four trials, and one more for each time that a block did not end, at most eleven more.
    let chancy = lengths(&tables, "chancy");
    has_mean(&chancy, 4.0 + (1..=11).map(|k| 0.75_f64.powi(k)).sum::<f64>());
    has_share(&chancy, |found| found == 4.0, 0.25);
    has_share(&chancy, |found| found == 15.0, 0.75_f64.powi(11));
    assert!(chancy.iter().all(|length| (4.0..=15.0).contains(length)));
}

#[test]
fn reversals_follow_the_average_and_the_run() {
    let mut reversals = [0, 0];
    for table in trials("blocks") {
        let (mut average, mut countdown, mut run) = (0.5_f64, None, 0);
        for row in 0..table.rows() {
            assert!((table.real("watch.average", row) - average).abs() < 1e-12, "row {row}");
            assert_eq!(table.real("watch.left_to_go", row), countdown.unwrap_or(0.0), "row {row}");
            let correct = is_correct(&table, row);
            average = average * (-0.25_f64).exp() + f64::from(u8::from(correct)) * (1.0 - (-0.25_f64).exp());
            countdown = match countdown {
                None if average > 0.75 => Some(table.real("delay", row)),
                None => None,
                Some(left) => Some(left - 1.0),
            };
            let turned = countdown == Some(0.0);
            if turned {
                (average, countdown) = (1.0 - average, None);
            }
            run = if correct { run + 1 } else { 0 };
            let ran = run == 3;
            if ran {
                run = 0;
            }
            if row + 1 < table.rows() {
                let begins = |name: &str| table.real(name, row + 1) > table.real(name, row);
                assert_eq!(begins("averaged.index"), turned, "row {row}");
                assert_eq!(begins("streaked.index"), ran, "row {row}");
                assert_eq!(table.text("averaged.good", row) != table.text("averaged.good", row + 1), turned);
            }
            reversals[0] += usize::from(turned);
            reversals[1] += usize::from(ran);
        }
    }
    assert!(reversals.iter().all(|count| *count > 20), "{reversals:?}");
}

#[test]
fn ratios_have_the_means_and_the_laws_of_their_schedules() {
    let tables = trials("schedules");
    let all = |name: &str| tables.iter().flat_map(|table| table.reals(name)).collect::<Vec<_>>();
    assert!(all("fr").iter().all(|ratio| *ratio == 8.0));
    let varied = all("vr");
    assert!(varied.iter().all(|ratio| (1.0..=15.0).contains(ratio)));
    has_mean(&varied, 8.0);
    has_share(&varied, |ratio| ratio == 15.0, 1.0 / 15.0);
    // Geometric: one of eight ends at once, and 7/8 of those that are left go on each time.
    let random = all("rr");
    has_mean(&random, 8.0);
    for k in [1, 2, 8, 20] {
        has_share(&random, |ratio| ratio > f64::from(k), (7.0_f64 / 8.0).powi(k));
    }
    // The series in the paper's table.
    let series = [1, 2, 4, 6, 9, 12, 15, 20, 25, 32, 40, 50, 62, 77, 95, 118, 145, 178, 219, 268, 328, 402, 492, 603];
    for table in &tables {
        let mut earned = 0;
        for row in 0..table.rows() {
            assert_eq!(table.real("hodos.need", row), f64::from(2 + 3 * earned));
            assert_eq!(table.real("hodos.breakpoint", row), if earned == 0 { 0.0 } else { f64::from(3 * earned - 1) });
            if let Some(need) = series.get(earned as usize) {
                assert_eq!(table.real("roberts.need", row), f64::from(*need), "reinforcer {}", earned + 1);
            }
            earned += i32::from(table.text("outcome", row).as_deref() == Some("earned"));
        }
        assert!(earned > 24, "only {earned} were earned");
    }
}

#[test]
fn intervals_have_the_means_and_the_laws_of_their_schedules() {
    let tables = trials("schedules");
    // Cell n is the mean of the n-th tenth of an exponential distribution with the mean 20 s, here by its quantiles.
    let tenth = |n: f64| {
        let steps = 100_000;
        let quantile = |k: i32| -(1.0 - (n - 1.0 + (f64::from(k) + 0.5) / f64::from(steps)) / 10.0).ln();
        20.0 * (0..steps).map(quantile).sum::<f64>() / f64::from(steps)
    };
    let expected: Vec<f64> = (1..=10).map(|n| tenth(f64::from(n))).collect();
    for table in &tables {
        let (cells, intervals) = (table.reals("cell"), table.reals("vi"));
        for (cell, interval) in cells.iter().zip(&intervals) {
            assert!((interval - expected[*cell as usize - 1]).abs() < 1e-3, "{interval} in cell {cell}");
        }
        for ten in intervals.chunks_exact(10) {
            assert!((mean(ten) - 20.0).abs() < 1e-9, "the mean of ten is the schedule's");
        }
        assert!(table.reals("fi").iter().all(|interval| *interval == 20.0));
    }
    let random: Vec<f64> = tables.iter().flat_map(|table| table.reals("ri")).collect();
    has_mean(&random, 20.0);
    for times in [0.5, 1.0, 3.0_f64] {
        has_share(&random, |interval| interval > 20.0 * times, (-times).exp());
    }
}

/// The chance that a normal number lies below, by Simpson's rule on its density.
fn normal_below(z: f64) -> f64 {
    let density = |x: f64| (-x * x / 2.0).exp() / core::f64::consts::TAU.sqrt();
    let step = z / 200.0;
    let part = |k: i32| (density(f64::from(2 * k) * step), density(f64::from(2 * k + 1) * step));
    let sum: f64 = (0..100).map(|k| part(k).0 + 4.0 * part(k).1 + density(f64::from(2 * k + 2) * step)).sum();
    0.5 + sum * step / 3.0
}

#[test]
fn easy_errors_come_again_on_the_side_that_is_chosen_less() {
    assert!((normal_below(1.0) - 0.841_344_746).abs() < 1e-8 && (normal_below(-1.96) - 0.024_997_895).abs() < 1e-8);
    let mut surprises = Vec::new();
    for table in trials("debias-repeats") {
        for row in 1..table.rows() {
            let again = table.real("contrast", row - 1) >= 0.5 && !is_correct(&table, row - 1);
            assert_eq!(table.flag("repeated", row), again, "row {row}");
            let right = table.text("side", row).as_deref() == Some("right");
            if again {
                assert_eq!(table.real("contrast", row), table.real("contrast", row - 1));
                let ten = row.saturating_sub(10)..row;
                let left = ten.clone().filter(|&row| table.text("choice", row).as_deref() == Some("left")).count();
                let expected = normal_below((left as f64 / ten.len() as f64 - 0.5) / 0.5);
                surprises.push(f64::from(u8::from(right)) - expected);
            } else {
                assert_eq!(table.text("side", row), table.text("fresh_side", row));
            }
        }
    }
    has_mean(&surprises, 0.0);
}

#[test]
fn easy_errors_come_again_as_they_were() {
    let mut repeats = Vec::new();
    for table in trials("debias-easy") {
        for row in 1..table.rows() {
            let again = table.flag("easy", row - 1) && !is_correct(&table, row - 1);
            assert_eq!(table.flag("repeated", row), again, "row {row}");
            let side = if again { table.text("side", row - 1) } else { table.text("fresh_side", row) };
            assert_eq!(table.text("side", row), side, "row {row}");
            repeats.push(f64::from(u8::from(again)));
        }
    }
    // With 70% left answers an easy left trial fails with 0.3 and an easy right one with 0.7; until it succeeds it comes
    // again 1/0.7 and 1/0.3 times, a hard one once. Failures of easy trials per fresh trial, over all trials per fresh one:
    let (left, right) = (0.3 * (0.3 / 0.7), 0.3 * (0.7 / 0.3));
    let share: f64 = (left + right) / (1.0 + left + right);
    // Repeats follow each other, so the error of their share is larger than that of independent trials.
    assert!((mean(&repeats) - share).abs() < 0.03, "{}, expected {share}", mean(&repeats));
}

#[test]
fn sides_come_as_often_as_the_other_one_was_chosen() {
    let (mut leftward, mut surprises) = (0.5_f64, Vec::new());
    for table in trials("debias-choices") {
        for row in 0..table.rows() {
            assert!((table.real("leftward", row) - leftward).abs() < 1e-12, "row {row}");
            let chance = (1.0 - leftward).clamp(0.1, 0.9);
            assert!((table.real("left_chance", row) - chance).abs() < 1e-12);
            let left = |name: &str| f64::from(u8::from(table.text(name, row).as_deref() == Some("left")));
            surprises.push(left("side") - chance);
            leftward = leftward * (-0.05_f64).exp() + left("choice") * (1.0 - (-0.05_f64).exp());
        }
    }
    has_mean(&surprises, 0.0);
    assert!((leftward - 0.8).abs() < 0.3, "{leftward}: the animal goes left in 80%");
}

#[test]
fn no_side_comes_more_than_three_times_in_a_row() {
    let mut runs: BTreeMap<usize, f64> = BTreeMap::new();
    let (mut forced, mut lefts) = (Vec::new(), Vec::new());
    for table in trials("debias-runs") {
        let sides: Vec<_> = (0..table.rows()).map(|row| table.text("side", row)).collect();
        for run in sides.chunk_by(|a, b| a == b) {
            *runs.entry(run.len()).or_default() += 1.0;
        }
        forced.extend((0..table.rows()).map(|row| f64::from(u8::from(table.flag("forced", row)))));
        lefts.extend(sides.iter().map(|side| f64::from(u8::from(side.as_deref() == Some("left")))));
    }
    // A run goes on with 1/2 until it has three: lengths 1, 2, 3 with 1/2, 1/4, 1/4, and a mean of 7/4.
    let all: f64 = runs.values().sum();
    let shares: Vec<f64> = (1..=3).map(|length| runs[&length] / all).collect();
    for (share, expected) in shares.iter().zip([0.5, 0.25, 0.25]) {
        assert!((share - expected).abs() < 4.0 * (expected * (1.0 - expected) / all).sqrt(), "{shares:?}");
    }
    assert_eq!(runs.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    has_mean(&forced, 1.0 / 7.0);
    has_mean(&lefts, 0.5);
}

#[test]
fn odours_images_shocks_and_frames_come_when_they_should() {
    let mut seen = BTreeMap::<String, usize>::new();
    for table in trials("devices") {
        for row in 0..table.rows() {
            assert!((table.real("way", row) - 0.06).abs() < 1e-9, "the air's way is 60 ms");
            let outcome = table.text("outcome", row).unwrap();
            if outcome == "error" {
                assert!((table.real("punished", row) - 0.3).abs() < 1e-9, "the shock's time");
            }
            // 40 a second while the windows are lit, the first a period after.
            let lit = table.real("touched_for", row);
            assert_eq!(table.real("frames", row), (lit * 40.0).floor(), "{lit} s in row {row}");
            *seen.entry(outcome).or_default() += 1;
        }
    }
    assert!(seen["correct"] > 5 && seen["error"] > 5, "{seen:?}");
}

/// The text with what is between two pieces, and the first of them, replaced.
fn replaced(text: &str, from: &str, until: &str, with: &str) -> String {
    let (before, rest) = text.split_once(from).unwrap();
    let (_, after) = rest.split_once(until).unwrap();
    format!("{before}{with}{until}{after}")
}

/// The reversals of the protocol in full words are those of the policy: the same trials, from the first to the last.
#[test]
fn reversal_learning_by_the_policy_is_the_protocol_in_full() {
    let text = std::fs::read_to_string(project("protocols/pycontrol/reversal.trial")).unwrap();
    let short = text.replacen("use std.sides", "use std.sides\nuse std.blocks", 1);
    let adapt = "  adapt watch = moving_average(correct: correct, delay: delay) on trial.end\n";
    let short = replaced(&short, "  var average", "  block contingency", adapt);
    let short = short.replacen("ends when reversing", "ends when watch.turns", 1);
    let short = replaced(&short, "  on trial.end {", "  stat rewards", "");
    let short = replaced(&short, "  reversing = ", "  state init", "");
    let folder = tempfile::tempdir().unwrap();
    let tables = [("full", &text), ("short", &short)].map(|(name, text)| {
        let path = folder.path().join(format!("{name}.trial"));
        std::fs::write(&path, text).unwrap();
        Table::trials(&session(sessions_of(&path).path(), 1))
    });
    assert_eq!(tables[0].rows(), tables[1].rows());
    for name in ["contingency.side", "contingency.index", "choice", "outcome", "delay"] {
        assert_eq!(tables[0].column(name), tables[1].column(name), "{name}");
    }
    assert!(tables[0].real("contingency.index", tables[0].rows() - 1) > 2.0);
    // The last trial was interrupted; in all others the averages are one.
    for row in 0..tables[0].rows() {
        assert_eq!(tables[0].real("average", row), tables[1].real("watch.average", row), "row {row}");
    }
}
