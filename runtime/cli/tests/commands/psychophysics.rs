//! Conditioning, dots, orientations and matches: twenty sessions of each, and their central rules from the tables alone.

use crate::command::project;
use crate::decisions::{close, twenty};
use crate::folders::session;
use crate::foraging::sessions_of;
use crate::table::Table;

fn share(list: &[bool]) -> f64 {
    list.iter().filter(|good| **good).count() as f64 / list.len() as f64
}

/// The newest `window` of a list, when there are as many.
fn newest(list: &[bool], window: usize) -> Option<f64> {
    (list.len() >= window).then(|| share(&list[list.len() - window..]))
}

#[test]
fn conditioned_outcomes_are_foretold_and_stages_follow_the_licks() {
    let begin = ("air_share = 0%;  free_share = 0%", "air_share = 10%; free_share = 10%");
    let certain = ("stage certain       { reward_chance = 100%", "stage certain       { reward_chance = 80%");
    // This animal does not learn: two sessions with any difference of its licks at all lead on.
    let easy = ("steady >= 2 -> probabilistic", "steady > 0 -> probabilistic");
    let (mut differences, mut stage, mut seen) = (Vec::new(), "certain", [false; 2]);
    for table in twenty("pavlovian/conditioning.trial", &[begin, certain, easy]) {
        assert_eq!(table.text("training", 0).as_deref(), Some(stage), "session {}", differences.len() + 1);
        let mut licks = [Vec::new(), Vec::new()];
        for row in 0..table.rows() {
            let (cue, luck) = (table.text("cue", row).unwrap(), table.flag("luck", row));
            let expected = match (cue.as_str(), luck) {
                ("plus", true) => ("rewarded", 4.0),
                ("plus", false) => ("omitted", 0.0),
                ("air", true) => ("puffed", 0.0),
                ("air", false) => ("spared", 0.0),
                ("free", _) => ("unexpected", 4.0),
                _ => ("nothing", 0.0),
            };
            let outcome = table.text("outcome", row).unwrap();
            assert_eq!((outcome.as_str(), table.real("spout.delivered", row)), expected, "trial {row}");
            if let Some(which) = ["plus", "minus"].iter().position(|name| *name == cue) {
                licks[which].push(table.real("anticipatory_licks", row));
            }
            if row + 1 < table.rows() {
                let lasted = table.real("trial_start", row + 1) - table.real("trial_start", row);
                assert!((lasted - 6.0 - table.real("gap", row)).abs() < 1e-6, "trial {row} lasted {lasted} s");
            }
        }
        let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        differences.push(mean(&licks[0]) - mean(&licks[1]));
        seen[usize::from(stage == "probabilistic")] = true;
        let two = &differences[differences.len().saturating_sub(2)..];
        if two.len() == 2 && two.iter().all(|difference| *difference > 0.0) {
            stage = "probabilistic";
        }
    }
    assert_eq!(seen, [true; 2], "{differences:?}");
}

/// The licks of the table are those of the record, counted between the entries of the states.
#[test]
fn anticipatory_licks_are_those_of_the_record() {
    let data = sessions_of(&project("protocols/pavlovian/conditioning.trial"));
    let folder = session(data.path(), 1);
    let (trials, events) = (Table::trials(&folder), Table::read(&folder, "events.parquet"));
    let touched = |row: &usize| events.text("name", *row).as_deref() == Some("tongue.touch");
    let touches: Vec<f64> = (0..events.rows()).filter(touched).map(|row| events.real("time", row)).collect();
    let mut all = 0;
    for row in 0..trials.rows() {
        let start = trials.real("trial_start", row);
        // One second before the odour, one of odour, one of waiting, three for the outcome.
        let between = |from: f64, to: f64| {
            touches.iter().filter(|time| **time > start + from + 1e-9 && **time < start + to - 1e-9).count() as f64
        };
        for (name, from, to) in
            [("baseline_licks", 0.0, 1.0), ("anticipatory_licks", 1.0, 3.0), ("outcome_licks", 3.0, 6.0)]
        {
            assert_eq!(trials.real(name, row), between(from, to), "{name} of trial {row}");
            all += usize::from(between(from, to) > 0.0);
        }
    }
    assert!(all >= 50, "only {all} windows with licks");
}

#[test]
fn dots_are_answered_and_stages_follow_each_coherence() {
    // Criteria that this animal, which does not see the dots, comes to by chance.
    let free = (
        "training.trials >= 200 and accuracy[100%] > 85% and accuracy[51.2%] > 85%",
        "training.trials >= 200 and accuracy[100%] > 55% and accuracy[51.2%] > 45%",
    );
    let cued =
        ("training.sessions >= 10 and accuracy[51.2%] > 85%", "training.sessions >= 3 and accuracy[51.2%] > 45%");
    let (mut strong, mut weaker) = (Vec::new(), Vec::new());
    let (mut stage, mut in_stage, mut sessions, mut seen) = ("coarse", 0, 0, [0; 3]);
    for table in twenty("psychophysics/random_dots.trial", &[free, cued]) {
        for row in 0..table.rows() {
            assert_eq!(table.text("training", row).as_deref(), Some(stage), "trial {row}");
            let (side, choice) = (table.text("side", row).unwrap(), table.text("choice", row));
            let coherence = table.real("coherence", row);
            assert_eq!(table.real("signed", row), if side == "left" { -coherence } else { coherence });
            assert_eq!(table.real("direction", row), if side == "left" { 180.0 } else { 0.0 });
            let correct = choice.as_ref() == Some(&side);
            let outcome = table.text("outcome", row).unwrap();
            assert_eq!(outcome == "correct", correct, "trial {row}");
            assert_eq!(outcome == "error", choice.is_some() && !correct);
            assert!(outcome != "early" || stage == "cued");
            let given = ["left", "right"].map(|side| table.real(&format!("spout[{side}].delivered"), row));
            let expected = |here: &str| if correct && side == here { 3.0 } else { 0.0 };
            assert_eq!(given, [expected("left"), expected("right")]);
            if choice.is_some() && stage == "cued" {
                assert!((table.real("viewing_time", row) - table.real("told_after", row)).abs() < 1e-6);
            }
            if choice.is_some() && coherence == 1.0 {
                strong.push(correct);
            }
            if choice.is_some() && close(coherence, 0.512) {
                weaker.push(correct);
            }
            in_stage += 1;
            seen[["coarse", "free", "cued"].iter().position(|name| *name == stage).unwrap()] += 1;
            let good = newest(&strong, 50).unwrap_or(0.0) > 0.55 && newest(&weaker, 50).unwrap_or(0.0) > 0.45;
            if stage == "coarse" && in_stage >= 200 && good {
                (stage, sessions) = ("free", 0);
            }
        }
        sessions += 1;
        if stage == "free" && sessions >= 3 && newest(&weaker, 50).unwrap_or(0.0) > 0.45 {
            stage = "cued";
        }
    }
    assert!(seen.iter().all(|trials| *trials >= 200), "{seen:?}");
}

/// Watson and Pelli's posterior on the grid that the library's page says, from the answers of the record.
struct Posterior {
    logarithms: Vec<f64>,
}

impl Posterior {
    fn place(k: usize) -> f64 {
        -2.3 + (k as f64 - 31.5) / 8.0
    }

    fn answered(&mut self, level: f64, correct: bool) {
        for (k, logarithm) in self.logarithms.iter_mut().enumerate() {
            let seen = 1.0 - (-(3.5 * (level - Self::place(k))).clamp(-50.0, 5.0).exp()).exp();
            let p = (0.5 + 0.46 * seen).clamp(1e-6, 1.0 - 1e-6);
            *logarithm += if correct { p.ln() } else { (1.0 - p).ln() };
        }
    }

    /// Mean and standard deviation.
    fn moments(&self) -> (f64, f64) {
        let peak = self.logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = self.logarithms.iter().map(|logarithm| (logarithm - peak).exp()).collect();
        let mass: f64 = weights.iter().sum();
        let over = |f: &dyn Fn(f64) -> f64| {
            weights.iter().enumerate().map(|(k, weight)| weight * f(Self::place(k))).sum::<f64>() / mass
        };
        let mean = over(&|place| place);
        (mean, over(&|place| (place - mean) * (place - mean)).sqrt())
    }
}

#[test]
fn both_procedures_of_the_orientation_task_follow_their_own_answers() {
    let mut precise = 0;
    // An animal that guesses makes the staircase turn and QUEST no more precise than this.
    let sooner = ("precise_enough   = 0.12 ", "precise_enough   = 0.5 ");
    for table in twenty("psychophysics/orientation.trial", &[sooner]) {
        let mut posterior =
            Posterior { logarithms: (0..64).map(|k| -((k as f64 - 31.5) / 8.0).powi(2) / 2.0).collect() };
        let (mut level, mut run, mut last_step, mut reversals) = (0.5_f64, 0, 0, 0);
        let (mut mean, mut sd) = (-2.3, 1.0);
        for row in 0..table.rows() {
            assert!((table.real("bayes.mean", row) - mean).abs() < 1e-6, "trial {row}");
            assert!(close(table.real("stairs.level", row), level), "trial {row}");
            let probe = table.text("probe", row).unwrap();
            let contrast = match probe.as_str() {
                "stairs" => level,
                "bayes" => mean.exp().clamp(0.005, 1.0),
                _ => 1.0,
            };
            assert!((table.real("contrast", row) - contrast).abs() < 1e-6, "trial {row}");
            let (side, Some(choice)) = (table.text("side", row).unwrap(), table.text("choice", row)) else { continue };
            let correct = side == choice;
            assert_eq!(table.text("outcome", row).as_deref(), Some(if correct { "correct" } else { "error" }));
            if probe == "bayes" {
                posterior.answered(contrast.ln(), correct);
                (mean, sd) = posterior.moments();
            }
            if probe == "stairs" {
                run = if correct { run + 1 } else { 0 };
                let step = if run == 3 { -1 } else { i32::from(!correct) };
                reversals += u32::from(step * last_step < 0);
                if step != 0 {
                    (run, last_step) = (0, step);
                    level = (level * if step < 0 { 0.8 } else { 1.25 }).clamp(0.005, 1.0);
                }
            }
            let ends = sd < 0.5 && reversals >= 12;
            assert!(!ends || row + 1 == table.rows(), "session goes on after trial {row}");
            precise += usize::from(ends);
        }
    }
    assert!(precise >= 1, "no session was precise");
}

#[test]
fn matches_are_of_the_sample_and_delays_grow_with_right_answers() {
    let kinds = ("others = 0%;  catches = 0%;", "others = 45%; catches = 10%;");
    let stays = ("misses >= 15", "misses >= 16");
    let (first, later) = (("hit_rate > 80% and answered >= 50", "hit_rate < 80%"), ("right > 80%", "right > 45%"));
    let (mut answers, mut stage, mut in_stage, mut seen) = (Vec::new(), 0, 0, [0; 4]);
    let (names, longest) = (["shaping", "short", "middle", "long"], [1.0, 1.0, 3.0, 8.0]);
    for table in twenty("psychophysics/delayed_match.trial", &[kinds, stays, first, later]) {
        for row in 0..table.rows() {
            assert_eq!(table.text("delays", row).as_deref(), Some(names[stage]), "trial {row}");
            let shortest = [0.5, 0.5, 1.0, 2.0][stage];
            assert!((shortest..=longest[stage]).contains(&table.real("delay", row)));
            let (kind, sample) = (table.text("kind", row).unwrap(), table.text("sample", row).unwrap());
            let test = match kind.as_str() {
                "match" => Some(sample.clone()),
                "other" => Some(if sample == "rose" { "pine" } else { "rose" }.to_string()),
                _ => None,
            };
            assert_eq!(table.text("test", row), test);
            let licked = table.real("licks", row) >= 2.0;
            let expected = match (kind.as_str(), licked) {
                ("match", true) => "hit",
                ("match", false) => "miss",
                ("other", true) => "false_alarm",
                ("other", false) => "reject",
                (_, true) => "catch_lick",
                _ => "catch_none",
            };
            assert_eq!(table.text("outcome", row).as_deref(), Some(expected), "trial {row}");
            assert_eq!(table.real("spout.delivered", row), if expected == "hit" { 5.0 } else { 0.0 });
            if kind != "catch" {
                answers.push((kind == "match") == licked);
            }
            in_stage += 1;
            seen[stage] += 1;
            let right = newest(&answers, 100).unwrap_or(0.0);
            if (1..3).contains(&stage) && in_stage >= 100 && right > 0.45 {
                (stage, in_stage) = (stage + 1, 0);
            }
        }
        // Few hits among the matches lead on from the first stage.
        if stage == 0 {
            (stage, in_stage) = (1, 0);
        }
    }
    assert!(seen.iter().all(|trials| *trials >= 100), "{seen:?}");
}
