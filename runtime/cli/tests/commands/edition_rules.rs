//! What `trialect diff` says of the editions of the tasks of the International Brain Laboratory is what is known of the three
//! sets of rules, rule by rule: each change belongs to one rule that differs, and each such rule is among the changes.

use crate::command::{project, text, trialect};
use std::collections::{BTreeMap, BTreeSet};

/// A rule in which an edition differs from the paper, and the definitions that say so. The number is that of the notes
/// on the tasks (`ibl-task.md`): 11.N in the list of discrepancies, others in the section that describes the rule.
type Rule<'a> = (&'a str, &'a [&'a str]);

/// Discrepancies of the list that no two texts express, and why.
const NOT_EXPRESSED: &[(u32, &str)] = &[
    (12, "the mean follows from the law of the draw, which is the same in all texts"),
    (13, "all texts cut the exponential law to whole numbers; the geometric law is a name in the paper"),
    (14, "sessions stored for recordings are no task of these texts"),
    (17, "the formula of the curve is the language's, and one"),
    (19, "the paper's text reads it as the programs do: the grating jumps to the centre and each trial is rewarded"),
    (20, "in all texts the time to respond begins with the state in which the wheel counts"),
    (23, "counts of the encoder belong to the rig"),
    (24, "the radius of the wheel belongs to the rig"),
    (25, "what a program never executes is in no text"),
    (26, "the loudness of the rig's amplifier belongs to the rig"),
    (27, "nothing disagrees"),
];

const CAMERA: Rule = ("1.1", &["rig", "rig.camera", "std.devices.Camera", "trial.first state"]);
const MOUSE: Rule = ("Appendix 1 of the paper", &["std.covariates.mouse.*"]);
const LIMIT: Rule = ("1.1", &["session.limit spout each session"]);
const ADVICE: Rule = (
    "11.22",
    &[
        "session.advise not_enough",
        "session.advise slowing",
        "session.advise too_long",
        "session.stop not_enough",
        "session.stop slowing",
        "session.stop too_long",
        "session.order of stops",
        "session.pace",
    ],
);
/// States of a trial of program 6.6.4.
const STATES_2019: &[Rule] = &[
    ("1.1", &["state.start"]),
    ("1.2", &["state.present", "state.shown", "state.still"]),
    ("1.3", &["trial.response_time"]),
    (
        "11.21",
        &[
            "state.error",
            "state.no_go",
            "state.blank_error",
            "state.blank_ok",
            "state.iti_error",
            "state.iti_no_go",
            "state.iti_ok",
            "trial.iti",
        ],
    ),
    ("4: the delay of impulsive animals", &["state.delay"]),
    ("3.2: the grating of the first trial", &["trial.phase", "trial.fresh_phase"]),
    (
        "9",
        &[
            "session.n_correct",
            "session.delivered",
            "trial.paid",
            "trial.trial_correct",
            "trial.ntrials_correct",
            "trial.water_delivered",
        ],
    ),
    ("9: the choice is what the outcome says", &["trial.choice", "state.respond", "state.correct", "state.reward"]),
];
/// States of a trial of program 8.24.7.
const STATES_8: &[Rule] = &[
    ("1.1", &["state.trial_start", "state.delay_initiation", "start_delay"]),
    ("1.1: names", &["state.still", "state.quiescent_period", "state.present", "state.stim_on"]),
    ("1.1: 50 ms until the picture follows", &["state.cue", "state.play_tone", "state.reset2"]),
    ("1.1", &["state.respond", "state.closed_loop", "state.correct", "state.reward"]),
    ("1.3", &["trial.response_time"]),
    (
        "11.21",
        &[
            "state.error",
            "state.no_go",
            "state.hide_error",
            "state.hide_ok",
            "state.exit_error",
            "state.exit_no_go",
            "state.exit_ok",
            "trial.iti",
        ],
    ),
    ("11.18", &["stimulus.go_cue"]),
    ("11.22: trials of the first 45 minutes", &["session.early"]),
    (
        "9",
        &[
            "session.n_correct",
            "session.delivered",
            "trial.paid",
            "trial.trial_correct",
            "trial.ntrials_correct",
            "trial.water_total",
            "trial.choice",
        ],
    ),
];
/// The growth of the contrasts in the paper.
const GROWTH: Rule = (
    "11.8",
    &[
        "subject.contrasts",
        "subject.contrasts.easy",
        "subject.contrasts.quarter",
        "subject.contrasts.eighth",
        "subject.contrasts.sixteenth",
        "subject.contrasts.blank",
        "subject.contrasts.final",
    ],
);

const BASIC_2019: &[Rule] = &[
    CAMERA,
    MOUSE,
    LIMIT,
    ADVICE,
    GROWTH,
    ("1.1: the limit has no name", &["licence"]),
    ("3.2: responses are counted out of ten", &["session.leftward", "trial.k", "trial.lean"]),
    (
        "11.4",
        &[
            "trial.again",
            "trial.candidate",
            "trial.looked_up",
            "trial.kind",
            "Kind",
            "trial.repeated",
            "easy",
            "trial.contrast",
            "trial.side",
        ],
    ),
    ("11.5", &["trial.p_left", "trial.before_left", "trial.fresh_side"]),
    (
        "11.6",
        &[
            "subject.accuracy",
            "subject.held_49",
            "subject.held_50",
            "trial.hits",
            "trial.counted",
            "trial.was_side",
            "trial.was_column",
            "trial.was_correct",
            "trial.column",
            "Column",
        ],
    ),
    ("11.7", &["trial.passed", "trial.quarter", "trial.eighth"]),
    (
        "11.8",
        &[
            "trial.n125",
            "trial.fainter",
            "trial.pool",
            "subject.kept_n125",
            "subject.kept_pool",
            "subject.on trial.end sets kept_n125, kept_pool",
        ],
    ),
    ("11.10", &["subject.on session.end sets choice_delay, error_timeout, gain, reward"]),
    ("11.11", &["session.completed", "session.n"]),
    ("11.15", &["trial.zero_weight", "trial.fresh_contrast"]),
    (
        "4: impulsive animals",
        &["subject.choice_delay", "subject.error_timeout", "session.hard_pace", "session.right_share"],
    ),
    ("9: the path of the wheel is a file of the program", &["session.record"]),
];

const BASIC_8: &[Rule] = &[
    CAMERA,
    LIMIT,
    ADVICE,
    GROWTH,
    ("1.1: the limit has no name", &["licence"]),
    ("11.1: groups by a key", &["key", "trial.easy", "trial.quarters"]),
    ("11.2", &["Signed", "pools", "size", "trial.fresh", "trial.fresh_side"]),
    ("11.3", &["session.leftward", "trial.lean", "trial.side"]),
    ("11.6", &["subject.accuracy", "session.seen", "session.right_of_50"]),
    ("11.7", &["trial.easy_learnt", "trial.quarters_learnt"]),
    (
        "11.8",
        &[
            "Stage",
            "session.entered",
            "trial.long_enough",
            "trial.step",
            "trial.from_stage",
            "trial.training_phase",
            "subject.stage",
            "subject.on trial.end sets stage",
        ],
    ),
    ("11.9", &["trial.repeated", "easy"]),
    ("11.10", &["subject.on session.end sets gain, reward", "session.n"]),
    ("11.15", &["trial.fresh_contrast", "trial.contrast"]),
    ("4: sessions of 43 trials and more", &["session.counts when"]),
    ("names", &["session.answered"]),
    ("9: the path of the wheel is a file of the program", &["session.record"]),
    ("9: stored with each trial", &["trial.p_left"]),
];

/// What the paper's text of the full task has for its study and its reader, and programs do not.
const FULL: &[Rule] = &[
    CAMERA,
    LIMIT,
    ADVICE,
    ("6: 90 trials are the first block's length", &["block.prior", "block.prior.length"]),
    ("6: 1.5 uL, whatever the basic task came to", &["subject.reward", "session.reward"]),
    ("6: the same, said elsewhere", &["gain", "session.gain"]),
    (
        "11.16: the criteria are those of the study",
        &[
            "Signed",
            "contrast_left",
            "contrast_right",
            "trial.signed",
            "session.curve",
            "session.easy_accuracy",
            "session.zero_pace",
        ],
    ),
    ("11.22: of all trials", &["session.completed", "session.n"]),
];
const FULL_2019: &[Rule] = &[
    ("1.2: a start delay in the full task", &["start_delay", "state.waiting"]),
    ("4: no impulsive animals in the full task", &["choice_delay", "error_timeout"]),
    ("11.15", &["trial.zero_weight", "trial.contrast"]),
];

const HABITUATION: &[Rule] = &[
    CAMERA,
    LIMIT,
    (
        "1.4: 2,000 trials, and a person ends it",
        &["session.limit trials", "session.length", "session.stop done", "session.order of stops"],
    ),
    ("1.4: the wheel is there", &["rig.wheel", "std.devices.Encoder", "std.quantities.Length"]),
    ("1.1: the rig has a burst", &["stimulus.burst"]),
    ("9", &["session.delivered"]),
];
const HABITUATION_2019: &[Rule] = &[(
    "1.4: names, and one second after the reward",
    &[
        "state.blank",
        "state.trial_start",
        "state.centre",
        "state.stim_center",
        "state.pay",
        "state.reward",
        "state.side_on",
        "state.stim_on",
    ],
)];
const HABITUATION_8: &[Rule] = &[
    ("11.18", &["stimulus.go_cue"]),
    ("1.4: names", &["state.blank", "state.iti", "state.stim_center", "state.reward", "state.stim_on"]),
];
const RELEASED: &[Rule] = &[("11.1", &["key"])];

/// Two texts, and the rules in which they differ.
type Pair<'a> = (&'a str, &'a str, &'a [&'a [Rule<'a>]]);

const PAIRS: &[Pair] = &[
    ("basic", "rig_2019/basic", &[BASIC_2019, STATES_2019]),
    ("basic", "rig_8/basic", &[BASIC_8, STATES_8]),
    ("rig_8/basic", "rig_8_released/basic", &[RELEASED]),
    ("full", "rig_2019/full", &[FULL, FULL_2019, STATES_2019]),
    ("full", "rig_8/full", &[FULL, STATES_8]),
    ("habituation", "rig_2019/habituation", &[HABITUATION, HABITUATION_2019]),
    ("habituation", "rig_8/habituation", &[HABITUATION, HABITUATION_8]),
];

#[test]
fn each_change_of_an_edition_is_a_known_rule() {
    for (first, second, rules) in PAIRS {
        let place = |name: &str| project("protocols/ibl").join(format!("{name}.trial"));
        let told = trialect(&["diff", text(&place(first)), text(&place(second)), "--json"]).found();
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        let paths = told["changes"].as_array().expect("a list").iter().map(|one| one["path"].as_str().expect("a path"));
        let told: BTreeSet<&str> = paths.collect();
        let mut open = told.clone();
        let mut missing = Vec::new();
        for (number, named) in rules.iter().copied().flatten() {
            for path in *named {
                let before = open.len();
                open.retain(|told| path.strip_suffix('*').map_or(told != path, |start| !told.starts_with(start)));
                if open.len() == before {
                    missing.push(format!("{number} {path}"));
                }
            }
        }
        assert!(missing.is_empty(), "{first}, {second}: these rules do not differ: {missing:#?}");
        assert!(open.is_empty(), "{first}, {second}: no rule says why these differ: {open:#?}");
    }
}

#[test]
fn each_discrepancy_of_the_notes_is_told_or_has_a_reason_not_to_be() {
    let mut told: BTreeMap<u32, &str> = NOT_EXPRESSED.iter().copied().collect();
    for (_, second, rules) in PAIRS {
        for (number, _) in rules.iter().copied().flatten() {
            let Some(item) = number.strip_prefix("11.") else { continue };
            let item = item.split(':').next().and_then(|item| item.parse().ok()).expect("a number");
            assert!(!NOT_EXPRESSED.iter().any(|(other, _)| *other == item), "11.{item} is told in {second}");
            told.insert(item, second);
        }
    }
    let numbers: Vec<u32> = told.into_keys().collect();
    assert_eq!(numbers, (1..=27).collect::<Vec<u32>>());
}
