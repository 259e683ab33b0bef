//! A mouse's whole training in the basic task, played by hand: how long it takes, what it weighs, how many trials it does.

mod by_hand;

use by_hand::{Hand, MS, Outcome, Trial, rig};
use std::collections::VecDeque;
use trialect_device::Ns;
use trialect_sim::{MouseParameters, MouseState, SessionSummary};

const MINUTE: Ns = 60_000 * MS;
const POOLS: [&[f64]; 6] = [
    &[1.0, 0.5],
    &[1.0, 0.5, 0.25],
    &[1.0, 0.5, 0.25, 0.125],
    &[1.0, 0.5, 0.25, 0.125, 0.0625],
    &[1.0, 0.5, 0.25, 0.125, 0.0625, 0.0],
    &[1.0, 0.25, 0.125, 0.0625, 0.0],
];

/// A plain generator for the protocol's own draws.
struct Draws(u64);

impl Draws {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// What the protocol remembers of a mouse.
struct Subject {
    stage: usize,
    stage_trials: u32,
    gain: f64,
    reward_ul: f64,
    /// Last 50 of each side and contrast of the pools.
    recent: [[VecDeque<bool>; 6]; 2],
}

/// One session as a row.
#[derive(Debug, Clone, Copy)]
struct Row {
    weight_g: f64,
    trials: u32,
    completed: u32,
    minutes: f64,
    easy: f64,
    stage: usize,
    water_ul: f64,
    pace_s: f64,
    restarts: f64,
    readings: f64,
    no_go: u32,
}

impl Subject {
    fn new() -> Self {
        Self { stage: 0, stage_trials: 0, gain: 8.0, reward_ul: 3.0, recent: Default::default() }
    }

    fn column(contrast: f64) -> usize {
        POOLS[4].iter().position(|c| *c == contrast).expect("in the pools")
    }

    fn take(&mut self, trial: Trial, outcome: Outcome) {
        let recent = &mut self.recent[usize::from(trial.side > 0.0)][Self::column(trial.contrast)];
        recent.push_back(outcome.correct);
        if recent.len() > 50 {
            recent.pop_front();
        }
        self.stage_trials += 1;
        let passed = |recent: &VecDeque<bool>| recent.len() == 50 && recent.iter().filter(|c| **c).count() > 40;
        let pool = POOLS[self.stage];
        let next = match self.stage {
            0 | 1 => self.recent.iter().all(|side| pool.iter().all(|c| passed(&side[Self::column(*c)]))),
            2..=4 => self.stage_trials >= 200,
            _ => false,
        };
        if next {
            self.stage += 1;
            self.stage_trials = 0;
        }
    }

    fn end(&mut self, weight_g: f64, water_ul: f64, completed: u32) {
        if completed > 200 {
            self.gain = 4.0;
        }
        if weight_g / 25.0 > water_ul / 1000.0 {
            self.reward_ul = (self.reward_ul + 0.1).min(3.0);
        } else if completed > 200 {
            self.reward_ul = (self.reward_ul - 0.1).max(1.5);
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(60.0)
}

/// The next trial by the protocol's rules: an error on an easy contrast is repeated.
fn draw(subject: &Subject, draws: &mut Draws, last: Option<(Trial, Outcome)>, leftward: &VecDeque<bool>) -> Trial {
    let extra = (-350.0 * (1.0 - draws.unit() * 0.7).ln()).clamp(200.0, 500.0);
    let pool = POOLS[subject.stage];
    let fresh = pool[(draws.unit() * pool.len() as f64) as usize];
    let side = if draws.unit() < 0.5 { -1.0 } else { 1.0 };
    let left = leftward.iter().filter(|l| **l).count() as f64 / leftward.len().max(1) as f64;
    let lean = left + 0.5 * draws.normal();
    let (contrast, side) = match last {
        Some((trial, outcome)) if !outcome.correct && trial.contrast >= 0.5 => {
            (trial.contrast, if lean >= 0.5 { 1.0 } else { -1.0 })
        }
        _ => (fresh, side),
    };
    let quiet = ((200.0 + extra) * 1e6) as Ns;
    Trial { side, contrast, gain: subject.gain, reward_ul: subject.reward_ul, quiet }
}

fn session(
    mouse: &MouseParameters,
    state: &MouseState,
    subject: &mut Subject,
    seed: u64,
    n: u32,
    weight_g: f64,
) -> Row {
    let mut hand = Hand::new(rig(mouse, state, seed, n));
    let mut draws = Draws(seed * 1_000 + u64::from(n));
    let (mut last, mut leftward) = (None, VecDeque::new());
    let (mut paces, mut completed, mut easy, mut readings, mut restarts) = (Vec::new(), 0, (0, 0), 0, 0);
    while hand.trials < 2_000 {
        let trial = draw(subject, &mut draws, last, &leftward);
        let outcome = hand.play(trial);
        paces.push(outcome.response as f64 / 1e9);
        completed += u32::from(outcome.choice.is_some());
        readings += outcome.readings;
        restarts += outcome.restarts;
        if trial.contrast >= 0.5 {
            easy = (easy.0 + u32::from(outcome.correct), easy.1 + 1);
        }
        if let Some(side) = outcome.choice {
            leftward.push_back(side < 0.0);
            if leftward.len() > 10 {
                leftward.pop_front();
            }
        }
        subject.take(trial, outcome);
        last = Some((trial, outcome));
        let slow = paces.len() >= 20 && median(&paces[paces.len() - 20..]) > 5.0 * median(&paces);
        let stop = (hand.now >= 45 * MINUTE && completed < 400)
            || (hand.now >= 90 * MINUTE && completed > 400)
            || (completed > 400 && slow)
            || hand.rig.water_ul() + subject.reward_ul > 2_000.0;
        if stop {
            break;
        }
    }
    let trials = hand.trials;
    let each = |sum: u32| f64::from(sum) / f64::from(trials);
    Row {
        weight_g,
        trials,
        completed,
        minutes: hand.now as f64 / MINUTE as f64,
        easy: f64::from(easy.0) / f64::from(easy.1),
        stage: subject.stage,
        water_ul: hand.rig.water_ul(),
        pace_s: median(&paces),
        restarts: each(restarts),
        readings: each(readings),
        no_go: trials - completed,
    }
}

/// One session a day.
fn course(seed: u64, sessions: u32) -> Vec<Row> {
    let mouse = MouseParameters::standard().expect("embedded");
    let (mut state, mut subject) = (MouseState::new(&mouse), Subject::new());
    (1..=sessions)
        .map(|n| {
            let day = state.day;
            let weight_g = state.before_session(&mouse, seed, day);
            let row = session(&mouse, &state, &mut subject, seed, n, weight_g);
            subject.end(weight_g, row.water_ul, row.completed);
            state =
                state.after_session(&mouse, SessionSummary { trials_completed: row.completed, water_ul: row.water_ul });
            row
        })
        .collect()
}

#[test]
fn a_default_mouse_learns_the_task_in_plausible_time() {
    for seed in [1, 2, 3] {
        let rows = course(seed, 25);
        let first = |good: &dyn Fn(&Row) -> bool| rows.iter().position(good).map(|n| n + 1);
        let easy = first(&|row| row.easy > 0.8).expect("learns the easy contrasts");
        assert!((3..=8).contains(&easy), "seed {seed}: above 80 % on easy contrasts in session {easy}");
        let all = first(&|row| row.stage == 5).expect("reaches the full set");
        assert!((6..=20).contains(&all), "seed {seed}: the full set in session {all}");
        assert!(rows[0].easy < 0.65, "seed {seed}: naive at first: {:?}", rows[0]);
    }
}

#[test]
fn sessions_have_plausible_lengths_and_weights() {
    for seed in [4, 5] {
        for (n, row) in course(seed, 25).into_iter().enumerate() {
            let completed = if n < 3 { 150..=420 } else { 200..=1_300 };
            assert!(completed.contains(&row.completed), "seed {seed}, session {}: {row:?}", n + 1);
            assert!((25.0..=91.5).contains(&row.minutes), "seed {seed}, session {}: {row:?}", n + 1);
            assert!((17.0..=27.5).contains(&row.weight_g), "seed {seed}, session {}: {row:?}", n + 1);
            assert!((20.0..=200.0).contains(&row.readings), "a trial's readings: {row:?}");
            assert!(row.no_go <= row.trials / 10, "answers nearly always: {row:?}");
            let trained = n >= 10;
            assert!(!trained || (0.25..=1.0).contains(&row.pace_s), "a trained mouse's pace: {row:?}");
            assert!(!trained || row.restarts < 2.0, "a trained mouse sits still: {row:?}");
        }
    }
}
