//! Bandits, two steps, patches and stop signals: twenty sessions of each, and their central rules from the tables alone.

use crate::command::project;
use crate::folders::session;
use crate::foraging::sessions_with;
use crate::table::Table;
use crate::texts::with_changes;

/// Sessions of each protocol.
const SESSIONS: u32 = 20;
const SIDES: [&str; 2] = ["left", "right"];

/// The trials of each session of a protocol in which phrases are replaced, so that this animal comes to all of its rules.
/// Both machines have made the same tables, and replayed them.
pub(crate) fn twenty(path: &str, changes: &[(&str, &str)]) -> Vec<Table> {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun.trial");
    std::fs::write(&begun, with_changes(&project("protocols").join(path), changes)).unwrap();
    let data = sessions_with(&begun, SESSIONS, &[]);
    (1..=SESSIONS).map(|ordinal| Table::trials(&session(data.path(), ordinal))).collect()
}

fn other(side: &str) -> &'static str {
    if side == "left" { "right" } else { "left" }
}

pub(crate) fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// `name[left]`, `name[right]` in one row.
fn reals(table: &Table, name: &str, row: usize) -> [f64; 2] {
    SIDES.map(|side| table.real(&format!("{name}[{side}]"), row))
}

fn flags(table: &Table, name: &str, row: usize) -> [bool; 2] {
    SIDES.map(|side| table.flag(&format!("{name}[{side}]"), row))
}

fn index(side: &str) -> usize {
    usize::from(side == "right")
}

fn mean(list: &[f64]) -> f64 {
    list.iter().sum::<f64>() / list.len() as f64
}

fn median(list: &[f64]) -> f64 {
    let mut sorted = list.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

#[test]
fn the_bandits_arms_walk_between_mirrors() {
    let (mut mirrored, mut paid_choices) = (0, 0);
    for table in twenty("decisions/bandit.trial", &[]) {
        let mut p = reals(&table, "start", 0);
        let (mut regret, mut rewards) = (0.0, 0.0);
        for row in 0..table.rows() {
            assert!(p.iter().zip(reals(&table, "odds", row)).all(|(ours, its)| close(*ours, its)), "trial {row}");
            assert!(close(table.real("regret", row), regret) && close(table.real("rewards", row), rewards));
            let better = if p[0] > p[1] { 0 } else { 1 };
            assert_eq!(table.text("better", row).as_deref(), Some(SIDES[better]));
            let choice = table.text("choice", row);
            let paid = choice.as_ref().is_some_and(|choice| flags(&table, "lucky", row)[index(choice)]);
            assert_eq!(table.flag("paid", row), paid);
            for side in SIDES {
                let here = choice.as_deref() == Some(side);
                let given = table.real(&format!("spout[{side}].delivered"), row);
                assert_eq!(given, if paid && here { 3.0 } else { 0.0 });
            }
            regret += choice.map_or(0.0, |choice| p[better] - p[index(&choice)]);
            rewards += f64::from(u8::from(paid));
            paid_choices += usize::from(paid);
            for (p, step) in p.iter_mut().zip(reals(&table, "step", row)) {
                *p += step;
                // A billiard between two walls.
                let beyond = if *p > 0.9 { *p - 0.9 } else { (*p - 0.1).min(0.0) };
                mirrored += usize::from(beyond != 0.0);
                *p -= 2.0 * beyond;
            }
        }
    }
    assert!(mirrored >= 100 && paid_choices >= 1000, "{mirrored} mirrored, {paid_choices} paid");
}

/// What choices say about how they are made: each trial's repetition, by the transition and reward of the one before.
#[derive(Default)]
struct Stays {
    stayed: [[Vec<f64>; 2]; 2],
}

impl Stays {
    fn share(&self, common: bool, paid: bool) -> f64 {
        let list = &self.stayed[usize::from(common)][usize::from(paid)];
        if list.is_empty() { 0.5 } else { mean(list) }
    }

    fn habit(&self) -> f64 {
        let of_reward = |paid| (self.share(true, paid) + self.share(false, paid)) / 2.0;
        of_reward(true) - of_reward(false)
    }

    fn planning(&self) -> f64 {
        let of_reward = |common| self.share(common, true) - self.share(common, false);
        (of_reward(true) - of_reward(false)) / 2.0
    }
}

#[test]
fn two_steps_lead_where_they_say_and_stays_are_counted() {
    let begin = ("stage direct { common_share = 100%", "stage direct { common_share = 75%");
    let mut rare_after_choice = 0;
    for table in twenty("decisions/two_step.trial", &[begin]) {
        let (mut stays, mut before, mut rich, mut in_block) = (Stays::default(), None, None, 0.0);
        for row in 0..table.rows() {
            let now = table.text("payoff.rich_goal", row).unwrap();
            if row > 0 && table.real("payoff.index", row) > table.real("payoff.index", row - 1) {
                assert_eq!(in_block, table.real("payoff.length", row - 1), "trial {row}");
                rich = Some(other(&now).to_string());
                in_block = 0.0;
                assert_eq!(table.text("payoff.rich_goal", row - 1), rich);
            }
            in_block += 1.0;
            // A geometric number of trials beyond the first ten.
            let luck = table.real("payoff.block_luck", row);
            let length = (10.0 + (luck / -(0.98_f64.ln())).floor()).min(200.0);
            assert_eq!(table.real("payoff.length", row), length);
            assert!(close(table.real("habit", row), stays.habit()), "trial {row}");
            assert!(close(table.real("planning", row), stays.planning()), "trial {row}");

            let (choice, common, forced) =
                (table.text("choice", row), table.flag("common", row), table.flag("forced", row));
            let reached = choice.as_deref().map(|choice| if common { choice } else { other(choice) }.to_string());
            assert_eq!(table.text("reached", row), reached);
            let pays = reached.as_ref().is_some_and(|goal| flags(&table, "pays", row)[index(goal)]);
            let paid = match table.text("outcome", row).as_deref() {
                Some("omitted") => false,
                Some(outcome) => {
                    assert_eq!(outcome == "rewarded", pays, "trial {row}");
                    pays
                }
                None => panic!("trial {row} has no outcome"),
            };
            for side in SIDES {
                let given = table.real(&format!("spout[{side}].delivered"), row);
                assert_eq!(given, if paid && reached.as_deref() == Some(side) { 4.0 } else { 0.0 });
            }
            if forced && choice.is_some() {
                assert_eq!(choice, table.text("only_side", row));
            }
            if let (Some(choice), Some((Some(last), was_common, was_paid)), false) = (&choice, &before, forced) {
                stays.stayed[usize::from(*was_common)][usize::from(*was_paid)]
                    .push(f64::from(u8::from(choice == last)));
                rare_after_choice += usize::from(!was_common);
            }
            before = Some((choice, common, paid));
        }
        assert!(rich.is_some(), "one block in {} trials", table.rows());
    }
    assert!(rare_after_choice >= 500, "{rare_after_choice}");
}

#[test]
fn patches_give_less_with_each_harvest() {
    let (mut journeys, mut left) = ([0, 0], 0);
    for table in twenty("decisions/patch_leaving.trial", &[]) {
        let journey = table.real("journey", 0);
        journeys[usize::from(journey > 20.0)] += 1;
        let (mut harvests, mut patch, mut earned) = (0.0, 1.0, 0.0);
        for row in 0..table.rows() {
            assert_eq!((table.real("patch.index", row), table.real("patch.harvests", row)), (patch, harvests));
            let next = (table.real("patch.rich", row) - 0.4 * harvests).max(0.0);
            assert!(close(table.real("next_harvest", row), next), "trial {row}");
            assert!(close(table.real("earned", row), earned));
            let given = table.real("spout.delivered", row);
            match table.text("outcome", row).as_deref() {
                Some("harvested") => {
                    assert!(close(given, if next >= 0.2 { next } else { 0.0 }), "trial {row}");
                    harvests += 1.0;
                }
                Some("travelled") => {
                    assert_eq!(given, 0.0);
                    (harvests, patch) = (0.0, patch + 1.0);
                    left += 1;
                    if row + 1 < table.rows() {
                        let lasted = table.real("trial_start", row + 1) - table.real("trial_start", row);
                        let decided = table.real("decision_time", row);
                        assert!((lasted - decided - journey).abs() < 1e-6, "{lasted} s for {decided} s and a journey");
                    }
                }
                _ => assert_eq!(given, 0.0),
            }
            earned += given;
        }
    }
    assert!(journeys.iter().all(|sessions| *sessions > 0) && left >= 200, "{journeys:?}, {left} left");
}

#[test]
fn the_delay_of_the_stop_signal_follows_the_stops() {
    let begin = ("stage go_only { stop_share = 0%;", "stage go_only { stop_share = 40%;");
    let (mut stopped, mut failed) = (0, 0);
    for table in twenty("inhibition/stop_signal.trial", &[begin]) {
        let (mut steps, mut delays, mut going) = (4, Vec::new(), Vec::new());
        for row in 0..table.rows() {
            // The delay in steps of 50 ms, from 0 to 14.
            let delay = f64::from(steps) * 0.05;
            assert!(close(table.real("delay", row), delay), "trial {row}");
            if !going.is_empty() && !delays.is_empty() {
                let expected = median(&going) - mean(&delays);
                assert!(close(table.real("stop_time", row), expected), "trial {row}");
            }
            let Some(outcome) = table.text("outcome", row) else { panic!("trial {row} has no outcome") };
            let stop_trial = table.flag("stop_trial", row);
            let water = ["spout[left].delivered", "spout[right].delivered", "tray.delivered"];
            let given = water.map(|name| table.real(name, row));
            let expected = match outcome.as_str() {
                "correct_go" if table.text("side", row).as_deref() == Some("left") => [3.0, 0.0, 0.0],
                "correct_go" => [0.0, 3.0, 0.0],
                "stopped" => [0.0, 0.0, 3.0],
                _ => [0.0; 3],
            };
            assert_eq!(given, expected, "trial {row}");
            let reacted = table.real("reaction_time", row);
            match outcome.as_str() {
                "stopped" | "failed_stop" => {
                    assert!(stop_trial);
                    delays.push(delay);
                    let stays = outcome == "stopped";
                    assert_eq!(stays, reacted >= 0.8 - 1e-9, "trial {row}: {reacted}");
                    assert_eq!(table.flag("signalled", row), reacted > delay, "trial {row}: {reacted} after {delay}");
                    steps = if stays { (steps + 1).min(14) } else { (steps - 1).max(0) };
                    (stopped, failed) = (stopped + u32::from(stays), failed + u32::from(!stays));
                }
                "correct_go" => {
                    assert!(!stop_trial && table.text("choice", row) == table.text("side", row));
                    going.push(reacted);
                }
                "wrong_go" => assert!(!stop_trial && table.text("choice", row) != table.text("side", row)),
                "late_go" => assert!(!stop_trial),
                _ => {}
            }
        }
    }
    assert!(stopped >= 20 && failed >= 100, "{stopped} stopped, {failed} failed");
}
