//! Designs whose chances can be computed by hand.

use super::strategies;
use crate::Library;

/// Shares of rewarded trials, to a billionth, in the only stage or the first; a word of the reason where there is none.
fn check(stage: &str, session: &str, trial: &str, expected: &[(&str, Result<f64, &str>)]) -> Vec<String> {
    let text = format!(
        "protocol p 1.0.0\nuse std.sides\nrig {{ key[Side] : Switch; spout : Valve }}\n\
         subject {{\n  stat success = mean(outcome is correct) over last 100 trials at least 100 else 0%\n{stage}}}\n\
         session {{\n  limit trials 500\n  limit spout 2 mL each session\n{session}}}\n\
         trial {{\n{trial}  outcomes correct, error\n  var choice : Side? := none\n  state wait {{\n\
         \x20   on key[left].press  {{ choice := left }}  -> judge\n    on key[right].press {{ choice := right }} -> judge\n  }}\n\
         \x20 state judge {{ when choice is side -> pay; after 1 s -> end error }}\n\
         \x20 state pay {{ deliver 2 uL to spout; after 1 s -> end correct }}\n}}\n"
    );
    let found = strategies("p.trial", &text, &Library::Embedded).unwrap_or_else(|why| panic!("{why}\n{text}"));
    for (title, expected) in expected {
        let (_, shares) = found.rows.iter().find(|(known, _)| known == title).unwrap_or_else(|| panic!("no {title}"));
        match (&shares[0], expected) {
            (Ok(share), Ok(wanted)) => assert!((share - wanted).abs() < 1e-9, "{title}: {share}, not {wanted}\n{text}"),
            (Err(why), Err(word)) => assert!(why.contains(word), "{title}: {why}\n{text}"),
            (share, _) => panic!("{title}: {share:?}, not {expected:?}\n{text}"),
        }
    }
    found.findings.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn shares_are_those_that_are_computed_by_hand() {
    let half = ["always left", "always right", "in turn", "win stay, lose shift"].map(|title| (title, Ok(0.5)));
    check("", "", "  draw side ~ pick(Side)\n", &half);
    // Of two choices with 80% and 20% the first comes after a win of its own or a loss of the other: 80% of the time.
    let biased = [("always left", Ok(0.8)), ("in turn", Ok(0.5)), ("win stay, lose shift", Ok(0.8 * 0.8 + 0.2 * 0.2))];
    check("", "", "  draw side ~ pick(Side, weights: {left: 4, right: 1})\n", &biased);
    // Sides in turn, from the left: who stays after a win is wrong for ever from the second trial on.
    let turns = [
        ("always right", Ok(0.5)),
        ("in turn", Ok(1.0)),
        ("win stay, lose shift", Ok(0.0)),
        ("win shift, lose stay", Ok(1.0)),
    ];
    check("", "", "  side = if exists last then opposite[last.side default left] else left\n", &turns);
    // A side against the habit: after ten choices of the left the draw lies below 0.5 with the chance of one deviation.
    let below = 0.158_655_253_931_457_07;
    check(
        "",
        "  stat leftward = mean(choice is left) where exists choice over last 10 trials else 50%\n",
        "  draw lean ~ normal(leftward, 0.5) within -7 .. 8\n  side = if lean >= 0.5 then right else left\n",
        &[("always left", Ok(below)), ("always right", Ok(below))],
    );
}

#[test]
fn what_has_no_finite_past_is_said() {
    let deck = "  deck sides = {left: 5, right: 5}\n  draw side ~ deal(sides)\n";
    check("", "", deck, &[("always left", Err("deck"))]);
    let mean = "  stat leftward = mean(choice is left) where exists choice else 50%\n";
    let lean = "  draw lean ~ uniform(0% .. 100%)\n  side = if lean < leftward then right else left\n";
    check("", mean, lean, &[("always left", Err("sums up all trials"))]);
    let rule = "  var favoured : Side := left\n  on trial.end when trial.index > 50 { favoured := right }\n";
    check("", rule, "  side = favoured\n", &[("always left", Err("rules change"))]);
}

#[test]
fn a_criterion_that_needs_no_eyes_is_told() {
    let plan = |criterion: &str| {
        format!(
            "  curriculum plan {{\n    stage easy {{ on trial.end when {criterion} -> hard }}\n    stage hard {{ }}\n  }}\n"
        )
    };
    let side = "  draw side ~ pick(Side, weights: {left: 4, right: 1})\n";
    let told = check(&plan("success > 70% and plan.trials > 200"), "", side, &[("always left", Ok(0.8))]);
    let message = "an animal that does not look passes from `easy` to `hard`: `always left` is enough";
    assert_eq!(told, [message]);
    assert!(check(&plan("success > 85%"), "", side, &[]).is_empty());
    assert!(check(&plan("plan.trials > 200"), "", side, &[]).is_empty());
}
