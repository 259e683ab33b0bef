//! What a mouse does at the wheel, seen from outside: choices, speed, strokes, giving up.

mod by_hand;

use by_hand::{Hand, MS, Outcome, Trial, experienced, rig};
use trialect_device::{Command, Input, Ns, Rig};
use trialect_sim::{MouseParameters, MouseState, Observer};

/// A mouse that is always thirsty and never biased, so that a long session stays the same throughout.
fn steady() -> MouseParameters {
    let mut mouse = MouseParameters::standard().expect("embedded");
    mouse.satiety.water_ul = 1e5;
    mouse.satiety.trials = 1e6;
    mouse.satiety.engagement_spread = 0.0;
    mouse.observer.bias_wander_percent = 0.0;
    mouse.learning.lapse_trials = 1e6;
    mouse.learning.threshold_trials = 1e6;
    mouse
}

/// The steady mouse as it is at first or in the end.
fn fixed(expert: bool) -> MouseParameters {
    let mut mouse = steady();
    if expert {
        mouse.observer.lapse_naive = mouse.observer.lapse_expert;
        mouse.observer.threshold_naive_percent = mouse.observer.threshold_expert_percent;
        mouse.reaction.naive_factor = 1.0;
        mouse.movement.stroke_naive_ms = mouse.movement.stroke_expert_ms;
    }
    mouse
}

fn play(mouse: &MouseParameters, contrast: f64, gain: f64, trials: u32) -> Vec<(f64, Outcome)> {
    let mut hand = Hand::new(rig(mouse, &MouseState::new(mouse), 5, 1));
    (0..trials)
        .map(|n| {
            let side = if n * 7 % 4 < 2 { 1.0 } else { -1.0 };
            (side, hand.play(Trial { side, contrast, gain, reward_ul: 3.0, quiet: 500 * MS }))
        })
        .collect()
}

fn share_correct(trials: &[(f64, Outcome)]) -> f64 {
    let answered = trials.iter().filter(|(_, outcome)| outcome.choice.is_some()).count();
    trials.iter().filter(|(_, outcome)| outcome.correct).count() as f64 / answered as f64
}

#[test]
fn an_expert_is_right_and_a_naive_mouse_guesses() {
    let expert = share_correct(&play(&fixed(true), 1.0, 4.0, 1_000));
    assert!(expert > 0.9, "an expert is right in {expert} of trials at full contrast");
    let naive = share_correct(&play(&fixed(false), 1.0, 8.0, 1_500));
    assert!((0.51..0.65).contains(&naive), "a naive mouse is right in {naive} of trials at full contrast");
}

/// The whole way from picture to threshold leaves the observer's probabilities as they are.
#[test]
fn answers_at_the_wheel_have_the_frequencies_of_the_observer() {
    let mouse = fixed(true);
    let observer = Observer::after(0, &mouse);
    for contrast in [1.0, 0.25, 0.125, 0.0625, 0.0] {
        let trials = play(&mouse, contrast, 4.0, 1_200);
        for side in [-1.0, 1.0] {
            let answered: Vec<_> = trials.iter().filter(|(s, o)| *s == side && o.choice.is_some()).collect();
            let rights = answered.iter().filter(|(_, o)| o.choice == Some(1.0)).count() as f64;
            let p = observer.probability_right(side * contrast * 100.0);
            let n = answered.len() as f64;
            let off = (rights / n - p) / (p * (1.0 - p) / n).sqrt();
            assert!(off.abs() < 4.0, "{contrast} at {side}: {rights} of {n} right, {off} standard errors from {p}");
        }
    }
}

fn median_response_ms(trials: &[(f64, Outcome)]) -> Ns {
    let mut responses: Vec<Ns> = trials.iter().map(|(_, outcome)| outcome.response / MS).collect();
    responses.sort_unstable();
    responses[responses.len() / 2]
}

#[test]
fn fainter_pictures_take_longer_and_so_do_naive_mice() {
    let (expert, contrasts) = (fixed(true), [1.0, 0.25, 0.0625, 0.0]);
    let mut hand = Hand::new(rig(&expert, &MouseState::new(&expert), 6, 1));
    let mut trials: [Vec<(f64, Outcome)>; 4] = Default::default();
    for n in 0..3_200 {
        let (contrast, side) = (contrasts[n % 4], if n / 4 % 2 == 0 { 1.0 } else { -1.0 });
        trials[n % 4].push((side, hand.play(Trial { side, contrast, gain: 4.0, reward_ul: 3.0, quiet: 500 * MS })));
    }
    let medians = trials.map(|trials| median_response_ms(&trials));
    assert!(medians.windows(2).all(|pair| pair[0] < pair[1]), "{medians:?} ms");
    // Recorded medians of a trained mouse: 350 ms at full contrast, 530 ms at none.
    assert!((250..450).contains(&medians[0]) && (350..700).contains(&medians[3]), "{medians:?} ms");
    let naive = median_response_ms(&play(&fixed(false), 1.0, 4.0, 300));
    assert!(naive > 4 * medians[0], "{naive} ms");
}

#[test]
fn a_change_of_gain_changes_no_answers() {
    let mouse = fixed(true);
    let mut hand = Hand::new(rig(&mouse, &MouseState::new(&mouse), 9, 1));
    for gain in [8.0, 4.0, 2.0, 8.0, 16.0] {
        let trials: Vec<_> = (0..120)
            .map(|n| {
                let side = if n % 3 == 0 { 1.0 } else { -1.0 };
                (side, hand.play(Trial { side, contrast: 1.0, gain, reward_ul: 3.0, quiet: 400 * MS }))
            })
            .collect();
        assert!(share_correct(&trials) > 0.9, "at {gain} deg/mm");
        let unanswered = trials.iter().filter(|(_, outcome)| outcome.choice.is_none()).count();
        assert!(unanswered <= 10, "{unanswered} of 120 unanswered at {gain} deg/mm");
    }
}

#[test]
fn a_full_mouse_slows_down() {
    let mut mouse = fixed(true);
    mouse.satiety.water_ul = 700.0;
    let trials = play(&mouse, 1.0, 4.0, 340);
    let (fresh, full) = (median_response_ms(&trials[..100]), median_response_ms(&trials[320..]));
    assert!(full > 2 * fresh, "{fresh} ms, then {full} ms");
}

/// Readings of the wheel up to a time.
fn readings(rig: &mut impl Rig, until: Ns) -> Vec<Input> {
    let all: Vec<Input> = std::iter::from_fn(|| rig.next_input(until).expect("never gone")).collect();
    all.into_iter().filter(|input| input.line == 0).collect()
}

/// A rig with a still, surely answering expert, and a picture at an azimuth.
fn shown(azimuth: f64) -> impl Rig {
    let mut mouse = fixed(true);
    mouse.fidget.rate_naive_per_s = 0.0;
    mouse.fidget.rate_expert_per_s = 0.0;
    mouse.reaction.no_response_naive = 0.0;
    mouse.reaction.break_chance = 0.0;
    mouse.observer.lapse_naive = 0.0;
    mouse.observer.lapse_expert = 0.0;
    let mut rig = rig(&mouse, &experienced(&mouse, 10), 3, 1);
    let arguments = [("azimuth", azimuth), ("contrast", 1.0)];
    let show = Command { device: 1, verb: "show", stimulus: Some(0), arguments: &arguments };
    rig.command(0, show).expect("shows");
    rig
}

#[test]
fn a_right_picture_makes_counts_fall_and_a_left_one_rise() {
    for (azimuth, sign) in [(35.0, -1), (-35.0, 1)] {
        let readings = readings(&mut shown(azimuth), 60_000 * MS);
        assert!(readings.iter().all(|input| input.value * sign > 0), "azimuth {azimuth}");
        assert!(readings.windows(2).all(|pair| (pair[1].value - pair[0].value) * sign > 0), "without turning back");
    }
}

#[test]
fn it_gives_up_when_nothing_follows_the_wheel_and_stays_when_there_is_nothing_to_do() {
    let mut rig = shown(35.0);
    let turned = readings(&mut rig, 60_000 * MS);
    let travel_mm = turned.last().expect("turned").value.abs() as f64 * 0.190_214;
    // 25 mm, and at most one more stroke of 1.5 * 35/8 mm.
    assert!((25.0..25.0 + 6.6).contains(&travel_mm), "{travel_mm} mm");
    assert!(turned.last().is_some_and(|last| last.at < 10_000 * MS), "and then sits still");
    assert!(readings(&mut shown(0.0), 60_000 * MS).is_empty(), "a picture in the centre asks for nothing");
}

#[test]
fn feedback_stops_the_wheel() {
    for (device, verb, stimulus, arguments) in
        [(3, "deliver", None, &[("amount", 3.0)][..]), (2, "play", Some(2), &[]), (1, "hide", Some(0), &[])]
    {
        let mut rig = shown(35.0);
        let first = rig.next_input(60_000 * MS).expect("never gone").filter(|input| input.line != 0);
        assert!(first.is_some(), "the flip");
        let begun = rig.next_input(60_000 * MS).expect("never gone").expect("turns").at;
        let at = begun + 20 * MS;
        while rig.next_input(at).expect("never gone").is_some() {}
        rig.command(at, Command { device, verb, stimulus, arguments }).expect("in range");
        let last = readings(&mut rig, at + 20_000 * MS).last().expect("brakes").at;
        // Delay and braking take 180 ms; a picture goes up to a frame and 56 ms after the command.
        assert!(last - at < 260 * MS, "{verb}: still turning {} ms later", (last - at) / MS);
    }
}
