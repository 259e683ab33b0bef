//! Clauses and their trees, written out by hand: every clause of the language once, and where clauses end.

use crate::printer;
use trialect_base::{Sources, Span};
use trialect_syntax::ast::{Clause, ClauseKind};

fn tree(header: &str, text: &str) -> String {
    let text = format!("{header}\n{text}");
    let parsed = trialect_syntax::parse(&text, printer::SOURCE);
    assert!(parsed.findings.is_empty(), "{text}: {:?}", parsed.findings);
    let printed = printer::print_file(&parsed.file);
    printed.lines().skip(1).map(|line| format!("{line}\n")).collect()
}

/// Texts with the lines of their trees.
fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let printed = tree("protocol a 1.0.0", text);
        assert_eq!(printed.lines().collect::<Vec<_>>(), *expected, "{text}\n{printed}");
    }
}

#[test]
fn headers_say_what_a_file_is() {
    for (text, expected) in [
        ("protocol ibl.basic 1.0.0", "(protocol ibl.basic 1.0.0)\n"),
        ("library std.sides 0.12.3 \"Two sides.\"", "(library std.sides 0.12.3 \"Two sides.\")\n"),
        ("\n# first\nstudy a 1.0.0\n\n  \"Next line.\"\n", "(study a 1.0.0 \"Next line.\")\n"),
        ("part ibl.wheel_trial 2.0.0; x = 1", "(part ibl.wheel_trial 2.0.0)\n(= x 1)\n"),
        ("\u{feff}protocol a 1.0.0\r\nx = 1\r\n", "(protocol a 1.0.0)\n(= x 1)\n"),
    ] {
        let parsed = trialect_syntax::parse(text, printer::SOURCE);
        assert!(parsed.findings.is_empty(), "{text}: {:?}", parsed.findings);
        assert_eq!(printer::print_file(&parsed.file), expected);
    }
}

#[test]
fn types_and_citations() {
    check(&[
        ("cite \"doi:10.7554/eLife.63711\" \"The task\"", &["(cite \"doi:10.7554/eLife.63711\" \"The task\")"]),
        ("use std.covariates.mouse", &["(use std.covariates.mouse)"]),
        ("enum Side { left, right }", &["(enum Side left right)"]),
        ("enum Law {\n  fixed,\n  variable,\n} \"Laws\"", &["(enum Law fixed variable \"Laws\")"]),
        ("levels Signed = -100%, 0%, 100%", &["(levels Signed (- 100%), 0%, 100%)"]),
        ("int Hole = 1 .. 5", &["(int Hole (.. 1 5))"]),
    ]);
}

#[test]
fn rigs_and_stimuli() {
    check(&[
        (
            "rig { wheel : Encoder \"Wheel\"; port[Side] : NosePort\n grid[r in Row, Column]: Lamp }",
            &[
                "(rig)",
                "  (device wheel Encoder \"Wheel\")",
                "  (device port[Side] NosePort)",
                "  (device grid[r in Row, Column] Lamp)",
            ],
        ),
        (
            "stimulus go_cue on horn = tone(frequency: 5 kHz, duration: 100 ms)",
            &["(stimulus go_cue on horn (tone frequency: 5_kHz, duration: 100_ms))"],
        ),
        (
            "stimulus clicks[s in Side] on horn[s].left = click_train(width: 3 ms)",
            &["(stimulus clicks[s in Side] on horn[s].left (click_train width: 3_ms))"],
        ),
    ]);
}

#[test]
fn names_and_their_values() {
    check(&[
        ("window = 60 s \"Time allowed\"", &["(= window 60_s \"Time allowed\")"]),
        ("sign[Side] = {left: -1, right: 1, else: 0}", &["(= sign[Side] {left: (- 1), right: 1, else: 0})"]),
        ("p[s in Side] = if s is rich then 40% else 10%", &["(= p[s in Side] (if (is s rich) 40% 10%))"]),
        ("left : Prior? = none", &["(= left:Prior? none)"]),
        ("pool : Set[Contrast] = {100%}", &["(= pool:Set[Contrast] {100%})"]),
        ("limit = 3; trial = 4; state = 5", &["(= limit 3)", "(= trial 4)", "(= state 5)"]),
        (
            "var gain := 8 deg/mm within 4 deg/mm .. 8 deg/mm by 1 deg/mm",
            &["(var gain 8_deg/mm within (.. 4_deg/mm 8_deg/mm) by 1_deg/mm)"],
        ),
        ("var n : Int within 0 .. 15 := 0 \"Trials\"", &["(var n:Int 0 within (.. 0 15) \"Trials\")"]),
        ("var choice : Side? := none", &["(var choice:Side? none)"]),
        ("var waiting[Side] := false", &["(var waiting[Side] false)"]),
        ("param reward = 3 uL within 0 uL .. 10 uL", &["(param reward 3_uL within (.. 0_uL 10_uL))"]),
        ("param first : Real", &["(param first:Real)"]),
        ("input side : Side \"In\"", &["(input side:Side \"In\")"]),
        (
            "draw extra ~ exponential(350 ms) within 200 ms .. 500 ms",
            &["(draw extra (exponential 350_ms) within (.. 200_ms 500_ms))"],
        ),
        ("draw pays[s in Side] ~ chance(p[s])", &["(draw pays[s in Side] (chance p[s]))"]),
        (
            "draw c ~ pick(pool, weights: {0%: 1/2, else: 1})",
            &["(draw c (pick pool, weights: {0%: (/ 1 2), else: 1}))"],
        ),
        ("deck rows = {left: 10, right: 10}", &["(deck rows {left: 10, right: 10})"]),
        ("outcomes correct, error,\n  no_go", &["(outcomes correct error no_go)"]),
    ]);
}

#[test]
fn statistics_and_covariates() {
    check(&[
        (
            "stat accuracy[side, contrast] = mean(outcome is correct) where exists choice over last 50 trials at least 40 else 0%",
            &[
                "(stat accuracy[side, contrast] (mean (is outcome correct)) where (exists choice) (last 50 trials) at-least 40 else 0%)",
            ],
        ),
        (
            "stat fewest = min(basic.completed) over last n sessions",
            &["(stat fewest (min basic.completed) (last n sessions))"],
        ),
        ("stat curve[prior.left, s in Side] = count(true)", &["(stat curve[prior.left, s in Side] (count true))"]),
        (
            "covariate weight : Mass within 10 g .. 45 g asked before \"Weight\"",
            &["(covariate weight:Mass within (.. 10_g 45_g) asked before \"Weight\")"],
        ),
        (
            "covariate rs : Resistance standard within 0 MOhm .. 25 MOhm from amp.rs,\n  convention \"c\", term \"t\"",
            &["(covariate rs:Resistance standard within (.. 0_MOhm 25_MOhm) from amp.rs convention \"c\" term \"t\")"],
        ),
        (
            "covariate slice : Int within 1 .. 30 asked on change",
            &["(covariate slice:Int within (.. 1 30) asked change)"],
        ),
        (
            "covariate solution : Text standard \"K\" asked after",
            &["(covariate solution:Text asked after usual \"K\")"],
        ),
        (
            "covariate rest : Voltage? = if a then rest - ljp else rest\n\n  \"D\"",
            &["(covariate rest:Voltage? = (if a (- rest ljp) rest) \"D\")"],
        ),
        (
            "adapt stairs[s in Side] = staircase(correct: outcome is correct)\n  on trial.end when side is s",
            &["(adapt stairs[s in Side] (staircase correct: (is outcome correct)) on trial.end when (is side s))"],
        ),
        ("adapt q = quest() on trial.end", &["(adapt q (quest) on trial.end)"]),
    ]);
}

#[test]
fn handlers_and_their_targets() {
    check(&[
        (
            "on port[s].enter when s is side { choice := s } -> goal",
            &["(on port[s].enter when (is s side) -> goal)", " do", "  (:= choice s)"],
        ),
        ("on grating.azimuth reaches 0 deg -> correct", &["(on (reaches grating.azimuth 0_deg) -> correct)"]),
        (
            "on abs(wheel.travel) reaches 2 deg / gain when a -> b",
            &["(on (reaches (abs wheel.travel) (/ 2_deg gain)) when a -> b)"],
        ),
        ("when not port[side].inside -> grace", &["(always when (not port[side].inside) -> grace)"]),
        ("after 1.5 s when kind is go -> end miss", &["(after 1.5_s when (is kind go) -> (end miss))"]),
        ("on session.end when trained -> full by hand", &["(on session.end when trained -> full by hand)"]),
        ("on update { }", &["(on update)", " do"]),
        (
            "on trial.end {\n n += 1; m := 2\n\n}\n  -> next",
            &["(on trial.end -> next)", " do", "  (+= n 1)", "  (:= m 2)"],
        ),
        (
            "if a { x := 1 } else if b { x := 2 }\nelse { x := 3 }",
            &[
                "(if a)",
                " then",
                "  (:= x 1)",
                " else",
                "  (if b)",
                "   then",
                "    (:= x 2)",
                "   else",
                "    (:= x 3)",
            ],
        ),
        ("if x in {a, b} { play cue }", &["(if (in x {a, b}))", " then", "  (do play cue)"]),
        ("for s in Side { on lick[s].touch -> still }", &["(for s Side)", "  (on lick[s].touch -> still)"]),
        ("for p in {20%, 80%} { play cue }", &["(for p {20%, 80%})", "  (do play cue)"]),
        ("for k in 1 .. 5 { play cue }", &["(for k (.. 1 5))", "  (do play cue)"]),
    ]);
}

#[test]
fn verbs_and_rules() {
    check(&[
        ("deliver reward to spout[side]", &["(do deliver amount reward spout[side])"]),
        ("deliver 20 uL to feeder", &["(do deliver amount 20_uL feeder)"]),
        ("play go_cue", &["(do play go_cue)"]),
        ("play clicks[s](times: times[s], gain: 2)", &["(do play clicks[s] (times: times[s], gain: 2))"]),
        ("puff puffer(100 ms)", &["(do puff puffer (100_ms))"]),
        ("hold light port[side].led", &["(hold do light port[side].led)"]),
        ("hold light lamp for 500 ms", &["(hold do light lamp for 500_ms)"]),
        ("hold open spout[choice default left]", &["(hold do open spout[(default choice left)])"]),
        ("track grating.azimuth = gain * wheel.travel", &["(track grating.azimuth (* gain wheel.travel))"]),
        ("waiting[s] := a and not (b is s)", &["(:= waiting[s] (and a (not (is b s))))"]),
        ("level += 1", &["(+= level 1)"]),
        ("iti 500 ms \"Grey\"", &["(iti 500_ms \"Grey\")"]),
        ("limit trials 2000", &["(limit trials 2000)"]),
        ("limit spout[left] 3 mL each session", &["(limit spout[left] 3_mL each session)"]),
        ("limit spout licence each day", &["(limit spout licence each day)"]),
        ("stop too_long when session.elapsed >= 90 min", &["(stop too_long (>= session.elapsed 90_min))"]),
        ("stop time now when a", &["(stop time now a)"]),
        ("advise slow when a > b", &["(advise slow (> a b))"]),
        ("counts when completed >= 43", &["(counts (>= completed 43))"]),
        (
            "ends when prior.trials >= (if prior.first then 90 else length)",
            &["(ends (>= prior.trials (if prior.first 90 length)))"],
        ),
        ("record amp.voltage at 50 kHz", &["(record amp.voltage at 50_kHz)"]),
        ("record wheel.travel", &["(record wheel.travel)"]),
    ]);
}

#[test]
fn blocks_hold_clauses() {
    check(&[
        ("subject { }", &["(subject)"]),
        ("session \"One visit\" { a = 1 }", &["(session \"One visit\")", "  (= a 1)"]),
        ("trial { state go { } \"Go\" }", &["(trial)", "  (state go \"Go\")"]),
        ("block prior { ends when a }", &["(block prior)", "  (ends a)"]),
        (
            "curriculum c { stage s1 { n = 1; on session.end when a -> s2 }; stage s2 { } }",
            &["(curriculum c)", "  (stage s1)", "    (= n 1)", "    (on session.end when a -> s2)", "  (stage s2)"],
        ),
        (
            "stage full = ibl.full(reward: basic.reward) { on session.end -> a by hand }",
            &["(stage full (ibl.full reward: basic.reward))", "  (on session.end -> a by hand)"],
        ),
        ("stage dropped = retired \"Gone\"", &["(stage dropped (retired) \"Gone\")"]),
        ("beside vi[l in Lever] { state run { } }", &["(beside vi[l in Lever])", "  (state run)"]),
        (
            "policy p { input correct : Bool; on update { n += 1 } }",
            &["(policy p)", "  (input correct:Bool)", "  (on update)", "   do", "    (+= n 1)"],
        ),
        ("part wheel { input side : Side }", &["(part wheel)", "  (input side:Side)"]),
        (
            "scenario \"a bird\" {\n animal perfect\n given reward = 2 uL\n run 5 sessions over 10 seeds; run 1 trial\n stat errors = count(x)\n act lever.press at 1.2 s\n act wheel.travel += 5 mm at go.entry + 200 ms\n draw errs ~ chance(20%) \"Slips\"\n act port[side].enter at choose.entry when not errs\n expect always x or y\n expect completed is 100\n   and x \"why\" }",
            &[
                "(scenario \"a bird\")",
                "  (step animal perfect)",
                "  (step given reward 2_uL)",
                "  (step run 5 sessions over 10)",
                "  (step run 1 trial)",
                "  (stat errors (count x))",
                "  (step act lever.press at 1.2_s)",
                "  (step act wheel.travel += 5_mm at (+ go.entry 200_ms))",
                "  (draw errs (chance 20%) \"Slips\")",
                "  (step act port[side].enter at choose.entry when (not errs))",
                "  (step expect always (or x y))",
                "  (step expect (and (is completed 100) x) \"why\")",
            ],
        ),
    ]);
}

#[test]
fn libraries_declare_quantities_and_devices() {
    let text = "quantity Mass in g \"Mass\"
quantity Frequency in cycle/deg
device Encoder \"Counts\" {
  counter travel : Length \"Travel\"; event flip
  total delivered : Volume
  setting count_size : Length; flag inside
  verb zero instant resets travel
  verb show(stimulus) latching \"Shows\"
  verb deliver(amount : Volume) timed adds delivered
  stimulus gabor(frequency : Frequency, sigma : Angle)
    \"Gabor\"
  stimulus dots(n : Int) shows (azimuth : Angle, phase : Angle?)
  stimulus clicks(n : Int) shows (rate : Frequency) since 1.1.0 \"Clicks\"
}";
    let expected = "(quantity Mass g \"Mass\")
(quantity Frequency cycle/deg)
(device-class Encoder \"Counts\")
  (channel counter travel:Length \"Travel\")
  (channel event flip)
  (channel total delivered:Volume)
  (channel setting count_size:Length)
  (channel flag inside)
  (verb zero () instant resets travel)
  (verb show (stimulus:stimulus) latching \"Shows\")
  (verb deliver (amount:Volume) timed adds delivered)
  (constructor gabor (frequency:Frequency sigma:Angle) shows () \"Gabor\")
  (constructor dots (n:Int) shows (azimuth:Angle phase:Angle?))
  (constructor clicks (n:Int) shows (rate:Frequency) since 1.1.0 \"Clicks\")
";
    assert_eq!(tree("library std.devices 1.0.0", text), expected);
}

#[test]
fn line_ends_end_clauses_and_only_some_do_not() {
    check(&[
        ("a = 1\nb = 2", &["(= a 1)", "(= b 2)"]),
        ("a = 1; b = 2;\n;; c = 3", &["(= a 1)", "(= b 2)", "(= c 3)"]),
        ("a =\n  1\nb = c and # why\n\n # because\n d", &["(= a 1)", "(= b (and c d))"]),
        ("a = b\n  and c\n  or d", &["(= a (or (and b c) d))"]),
        ("a = if b\n then c\n else d", &["(= a (if b c d))"]),
        ("a = f(b,\n  c) + {\n d\n}", &["(= a (+ (f b, c) {d}))"]),
        ("after 1 s\n  -> b", &["(after 1_s -> b)"]),
        ("state a\n{\n}", &["(state a)"]),
        ("x = a -\n b", &["(= x (- a b))"]),
    ]);
}

#[test]
fn comments_are_kept_with_their_places() {
    let text = "protocol a 1.0.0 # first\n# second  \r\nx = \"# none\" # ünï\n#";
    let mut sources = Sources::default();
    let source = sources.add("text", text);
    let comments = trialect_syntax::parse(&text.replace("\"# none\"", "3 \"# none\""), source).comments;
    let texts: Vec<&str> = comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(texts, [" first", " second", " ünï", ""]);
    let comments = trialect_syntax::parse(text, source).comments;
    let spans: Vec<&str> = comments.iter().map(|comment| sources.text(comment.span)).collect();
    assert_eq!(spans, ["# first", "# second", "# ünï", "#"]);
}

#[test]
fn a_broken_clause_leaves_the_others_in_the_tree() {
    let text = "protocol a 1.0.0\nx = 1\ny = \ntrial {\n  state a { play cue; play; zero wheel }\n  state b when { x := 1 }\n  outcomes done\n}\nz = 2";
    let parsed = trialect_syntax::parse(text, printer::SOURCE);
    let expected = "(protocol a 1.0.0)\n(= x 1)\n(trial)\n  (state a)\n    (do play cue)\n    (do zero wheel)\n  (outcomes done)\n(= z 2)\n";
    assert_eq!(printer::print_file(&parsed.file), expected);
    let codes: Vec<&str> = parsed.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["syntax", "syntax", "syntax"]);
}

#[test]
fn clauses_span_from_their_first_to_their_last_byte() {
    let text = "protocol a 1.0.0\n  on a.b { c := 1  } -> d  \"why\"  # note\nrig { w : E }";
    let mut sources = Sources::default();
    let source = sources.add("text", text);
    let file = trialect_syntax::parse(text, source).file;
    let spans: Vec<&str> = file.clauses.iter().map(|clause| sources.text(clause.span)).collect();
    assert_eq!(spans, ["on a.b { c := 1  } -> d  \"why\"", "rig { w : E }"]);
    let Clause { kind: ClauseKind::Handler(handler), .. } = &file.clauses[0] else { panic!("a handler") };
    let inner: Vec<Span> = handler.actions.iter().flatten().map(|clause| clause.span).collect();
    assert_eq!(inner.iter().map(|span| sources.text(*span)).collect::<Vec<_>>(), ["c := 1"]);
}
