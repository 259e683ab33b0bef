//! Identity is meaning: what changes a protocol's hash, what does not, and how far a change reaches.

mod changed;
#[path = "identity/numbers.rs"]
mod numbers;

use changed::library_with;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use trialect_driver::{Compiled, Library, compile, compile_study, stage_protocols};
use trialect_ir::{Identity, Offered};

/// The basic task, or none with a word about it when it is not there.
#[allow(clippy::print_stderr)]
fn basic() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols/ibl/basic.trial");
    let text = std::fs::read_to_string(&path);
    if let Err(error) = &text {
        eprintln!("skipped: {}: {error}", path.display());
    }
    text.ok()
}

fn messages(compiled: &Compiled) -> String {
    compiled.findings.iter().map(|finding| format!("{}: {}\n", finding.code, finding.message)).collect()
}

fn identity(text: &str) -> Identity {
    identity_with(text, &Library::Embedded)
}

fn identity_with(text: &str, library: &Library) -> Identity {
    let compiled = compile("basic.trial", text, library);
    let found = messages(&compiled);
    compiled.program.unwrap_or_else(|| panic!("{found}\n{text}")).identity.clone()
}

/// The identity of a text that may be refused.
fn identity_maybe(text: &str) -> Option<Identity> {
    compile("basic.trial", text, &Library::Embedded).program.map(|program| program.identity.clone())
}

/// The text with one part replaced, which must stand in it exactly once.
fn with(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "`{old}` does not stand once in the text");
    text.replace(old, new)
}

/// The text with two parts in each other's place.
fn swapped(text: &str, one: &str, other: &str) -> String {
    with(&with(&with(text, one, "\u{1}"), other, one), "\u{1}", other)
}

/// Bytes that are in no string and no comment.
fn is_code(text: &str) -> Vec<bool> {
    let (mut in_string, mut in_comment) = (false, false);
    let code = |c: char| {
        in_comment = c != '\n' && (in_comment || (c == '#' && !in_string));
        let quote = c == '"' && !in_comment;
        let outside = !in_string && !in_comment && !quote;
        in_string ^= quote;
        std::iter::repeat_n(outside, c.len_utf8()).collect::<Vec<_>>()
    };
    text.chars().flat_map(code).collect()
}

/// The text with some characters of its code replaced.
fn with_code(text: &str, replace: impl Fn(char) -> String) -> String {
    let code = is_code(text);
    text.char_indices().map(|(at, c)| if code[at] { replace(c) } else { c.to_string() }).collect()
}

#[test]
fn layout_and_words_for_people_do_not_matter() {
    let Some(text) = basic() else { return };
    let hash = identity(&text).protocol;
    let same = |name: &str, changed: String| {
        assert_ne!(changed, text, "{name}: nothing was changed");
        assert_eq!(identity(&changed).protocol, hash, "{name}");
    };
    same("wide blanks", with_code(&text, |c| if c == ' ' { "   ".into() } else { c.into() }));
    same("line breaks after commas", with_code(&text, |c| if c == ',' { ",\n\n".into() } else { c.into() }));
    same("line breaks after operators", with_code(&text, |c| if c == '*' { "*  # times\n".into() } else { c.into() }));
    same("lines for semicolons", with_code(&text, |c| if c == ';' { "\n".into() } else { c.into() }));
    same("empty lines", with_code(&text, |c| if c == '\n' { "\n\n".into() } else { c.into() }));
    same("comments", with_code(&text, |c| if c == '\n' { "   # \"a note\" { 3 mL }\n".into() } else { c.into() }));
    same("line ends of another system", text.replace('\n', "\r\n"));
    let strings = text.split('"').enumerate();
    let renamed: Vec<&str> = strings.map(|(k, part)| if k % 2 == 1 { "other words" } else { part }).collect();
    same("descriptions and citations", renamed.join("\""));
    same("name and version", with(&text, "protocol ibl.basic 1.0.0", "protocol lab.mine 7.8.9"));
}

#[test]
fn spelling_and_order_without_meaning_do_not_matter() {
    let Some(text) = basic() else { return };
    let hash = identity(&text).protocol;
    let same = |name: &str, changed: String| {
        assert_ne!(changed, text, "{name}: nothing was changed");
        assert_eq!(identity(&changed).protocol, hash, "{name}");
    };
    same("200 ms", with(&text, "quiet = 200 ms + extra", "quiet = 0.2 s + extra"));
    same("2 mL", with(&text, "licence = 2 mL", "licence = 2000.0 uL"));
    same("50%", with(&text, "easy    = 50%", "easy    = 0.5"));
    same(
        "loop variables",
        with(
            &text,
            "all(accuracy[s, c] > 80% for s in Side, c in pool) -> quarter",
            "all(accuracy[where_to, k] > 80% for where_to in Side, k in pool) -> quarter",
        ),
    );
    same("greater for less", with(&text, "session.elapsed >= 45 min", "45 min <= session.elapsed"));
    same("parentheses", with(&text, "200 ms + extra", "((200 ms) + (extra))"));
    let lines = |part: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(part));
        line.unwrap_or_else(|| panic!("no line begins with `{part}`")).to_string()
    };
    for (clock, one, other) in [
        ("top", "start ", "licence "),
        ("subject", "var reward", "stat accuracy"),
        ("session", "stat completed", "stat leftward"),
        ("session", "covariate weight", "stat pace"),
        ("trial", "draw fresh_side", "quiet"),
        ("trial", "repeated", "side "),
        ("trial", "var choice", "response_time"),
        ("session", "limit trials", "limit spout"),
    ] {
        same(&format!("{clock}: {one} and {other}"), swapped(&text, &lines(one), &lines(other)));
    }
    let stage = |name: &str| {
        let start = text.find(&format!("stage {name} ")).expect("a stage");
        let end = text[start..].find("}\n").expect("its end") + start;
        let end = if text[end + 2..].trim_start().starts_with("on ") {
            text[end + 2..].find("}\n").expect("its end") + end + 2
        } else {
            end
        };
        text[start..=end].to_string()
    };
    same("stages", swapped(&text, &stage("quarter"), &stage("blank")));
}

#[test]
fn names_and_order_with_meaning_matter() {
    let Some(text) = basic() else { return };
    let hash = identity(&text).protocol;
    let other = |name: &str, changed: String| {
        assert_ne!(changed, text, "{name}: nothing was changed");
        assert_ne!(identity(&changed).protocol, hash, "{name}");
    };
    let cue = with(&text, "state cue {", "state signal {");
    other("a renamed state", cue.replace("-> cue\n", "-> signal\n"));
    other("a renamed draw", text.replace("lean ", "tilt "));
    other("a renamed outcome", text.replace("no_go }", "timeout }").replace(", no_go\n", ", timeout\n"));
    other("another rig order", swapped(&text, "  wheel  : Encoder", "  screen : Display"));
    other("another order of levels", with(&text, "12.5%, 6.25%, 0%\n\nstart", "6.25%, 12.5%, 0%\n\nstart"));
    other("another order of stops", {
        let line = |word: &str| text.lines().find(|line| line.contains(word)).expect("a line").to_string();
        swapped(&text, &line("stop too_long"), &line("stop slowing"))
    });
}

#[test]
fn clauses_of_a_state_have_an_order() {
    let Some(text) = basic() else { return };
    let state = "    on abs(wheel.travel) reaches 2 deg / gain -> still\n    after quiet -> present\n";
    let moved = "    after quiet -> present\n    on abs(wheel.travel) reaches 2 deg / gain -> still\n";
    assert_ne!(identity(&with(&text, state, moved)).protocol, identity(&text).protocol, "handlers");
    let entry = "hide grating; play burst;";
    let moved = "play burst; hide grating;";
    assert_ne!(identity(&with(&text, entry, moved)).protocol, identity(&text).protocol, "entry actions");
}

#[test]
fn the_library_is_part_of_the_meaning_where_it_is_used() {
    let Some(text) = basic() else { return };
    let hash = identity(&text).protocol;
    let with_library = |module, old, new| identity_with(&text, &library_with(module, old, new)).protocol;
    let used = [
        ("std.quantities", "quantity Volume           in uL ", "quantity Volume           in mL "),
        ("std.quantities", "quantity Time             in s", "quantity Time             in ms"),
        ("std.sides", "enum Side { left, right }", "enum Side { right, left }"),
        ("std.sides", "{left: -1, right: 1}", "{left: 1, right: -1}"),
        ("std.devices", "verb play latching stimulus", "verb play instant stimulus"),
    ];
    for (module, old, new) in used {
        assert_ne!(with_library(module, old, new), hash, "{module}: {new}");
    }
    let unused = [
        ("std.quantities", "quantity Illuminance      in lx", "quantity Brightness       in lx"),
        ("std.quantities", "\"Travel of a picture per travel of a wheel\"", "\"Other words\""),
        ("std.sides", "as the animal sees them", "as anybody sees them"),
        ("std.covariates.mouse", "enum Sex { female, male }", "enum Sex { male, female }"),
    ];
    for (module, old, new) in unused {
        assert_eq!(with_library(module, old, new), hash, "{module}: {new}");
    }
}

/// Paths of definitions that two identities do not share.
fn differences(one: &Identity, other: &Identity) -> BTreeSet<String> {
    let paths: BTreeSet<&String> = one.definitions.keys().chain(other.definitions.keys()).collect();
    paths.into_iter().filter(|path| one.definitions.get(*path) != other.definitions.get(*path)).cloned().collect()
}

#[test]
fn a_change_reaches_what_depends_on_it_and_nothing_else() {
    let Some(text) = basic() else { return };
    let before = identity(&text);
    let cases: [(&str, &str, &[&str]); 6] = [
        ("window  = 60 s", "window  = 50 s", &["session.pace", "session.stop slowing", "state.respond", "window"]),
        ("quiet = 200 ms", "quiet = 300 ms", &["state.still", "trial.quiet"]),
        ("contrasts.trials >= 200 -> blank", "contrasts.trials >= 300 -> blank", &["subject.contrasts.sixteenth"]),
        ("noise(duration: 500 ms)", "noise(duration: 400 ms)", &["state.error", "state.no_go", "stimulus.burst"]),
        (
            "var gain   := 8 deg/mm",
            "var gain   := 7 deg/mm",
            &["state.respond", "state.still", "subject.gain", "subject.on session.end sets gain, reward"],
        ),
        // What is defined through last trials is history: it does not carry the change on.
        (
            "draw lean           ~ normal(leftward, 0.5)",
            "draw lean           ~ normal(leftward, 0.6)",
            &[
                "state.present",
                "state.respond",
                "subject.accuracy",
                "subject.contrasts.easy",
                "subject.contrasts.quarter",
                "trial.lean",
                "trial.side",
            ],
        ),
    ];
    for (old, new, expected) in cases {
        let after = identity(&with(&text, old, new));
        assert_ne!(before.protocol, after.protocol, "{new}");
        let expected: BTreeSet<String> = expected.iter().map(|path| (*path).to_string()).collect();
        assert_eq!(differences(&before, &after), expected, "{new}");
    }
}

#[test]
fn machines_beside_the_trial_are_part_of_the_hash_and_so_is_their_order() {
    let text = "protocol p 1.0.0\nrig { lever : Switch }\nsession { limit trials 9; var n := 0 }\n\
        trial { outcomes a; state s { after 1 s -> end a }\n\
        beside one { state x { draw d ~ uniform(1 s .. 2 s); after d -> y }; state y { } }\n\
        beside two { state x { on one.y.entry { n := 1 } -> z }; state z { } } }\n";
    let hash = identity(text).protocol;
    let other = |old: &str, new: &str| assert_ne!(identity(&with(text, old, new)).protocol, hash, "{new}");
    other("uniform(1 s .. 2 s)", "uniform(1 s .. 3 s)");
    other("one.y.entry", "one.y.exit");
    other("on one.y.entry { n := 1 }", "on s.exit { n := 1 }");
    let (first, second) = (text.find("beside one").unwrap(), text.find("beside two").unwrap());
    let last = text.rfind(" }").unwrap();
    let turned =
        format!("{}{}\n{}{}", &text[..first], &text[second..last], text[first..second].trim_end(), &text[last..]);
    assert_ne!(identity(&turned).protocol, hash, "the order in which they hear is meaning");
    let moved =
        text.replace("beside one { state x { draw d ~ uniform(1 s .. 2 s); after d -> y }; state y { } }\n", "");
    let moved = moved.replace(
        "var n := 0 }",
        "var n := 0\nbeside one { state x { draw d ~ uniform(1 s .. 2 s); after d -> y }; state y { } } }",
    );
    assert_ne!(identity(&moved).protocol, hash, "of the session");
}

/// A protocol with two curricula, of which the second may look at the first.
fn curricula(first: &str, second: &str, group: &str, odds: &str) -> String {
    format!(
        "protocol p 1.0.0\nuse std.sides\nsubject {{ draw group ~ {group}; var level := 1 within 0 .. 9\n{odds}\n{first}\n{second} }}
         session {{ limit trials 10 }}\ntrial {{ draw pays ~ chance(odds.p[group]); outcomes done; state s {{
         draw lag[s in Side] ~ uniform(0 s .. 1 s); after lag[left] when pays -> end done; after 2 s -> end done }} }}"
    )
}

#[test]
fn stage_values_draws_of_subjects_and_what_transitions_do_matter_and_the_order_of_curricula_where_one_reads_the_other()
{
    let odds = "curriculum odds { stage a { p[s in Side] = 90%; on trial.end { level := 2 } -> b }; stage b { p[Side] = {left: 60%, right: 40%} } }";
    let pace = "curriculum pace { stage a { on trial.end -> b }; stage b { } }";
    let calm = "curriculum calm { stage a { on trial.end -> b }; stage b { } }";
    let looks = "curriculum pace { stage a { on trial.end when calm is b -> b }; stage b { } }";
    let hash = |first: &str, second: &str, group: &str, odds: &str| {
        identity(&curricula(first, second, group, odds)).protocol.clone()
    };
    let pick = "pick(Side)";
    let plain = hash(pace, calm, pick, odds);
    assert_eq!(hash(calm, pace, pick, odds), plain, "curricula that know nothing of each other");
    assert_ne!(hash(calm, looks, pick, odds), hash(looks, calm, pick, odds), "one that reads the other's stage");
    assert_eq!(hash(pace, calm, pick, &odds.replace("s in Side", "k in Side")), plain, "names of loop variables");
    for (old, new) in [
        ("level := 2", "level := 3"),
        ("60%", "61%"),
        ("90%", "if s is left then 90% else 80%"),
        ("{ level := 2 } ", ""),
    ] {
        assert_ne!(hash(pace, calm, pick, &odds.replace(old, new)), plain, "{old} -> {new}");
    }
    assert_ne!(hash(pace, calm, "pick(Side, weights: {left: 2, right: 1})", odds), plain, "what a subject draws");
}

/// A study of `protocols/ibl` with what the protocols of its stages offer.
fn study(name: &str) -> (String, BTreeMap<String, Offered>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols/ibl");
    let text =
        |name: &str| std::fs::read_to_string(folder.join(format!("{name}.trial"))).expect("a text of the project");
    let near = ["hardware", "wheel_trial"].map(|part| (format!("ibl.{part}"), text(part)));
    let library = Library::Embedded.beside(BTreeMap::from(near));
    let own = text(name);
    let offered = |stage: String| {
        let compiled = compile(&stage, &text(stage.rsplit('.').next().expect("a last word")), &library);
        assert!(compiled.is_runnable(), "{}", messages(&compiled));
        (stage, compiled.offered)
    };
    let offers = stage_protocols(&own).into_iter().map(offered).collect();
    (own, offers)
}

#[test]
fn every_number_of_a_study_matters() {
    for name in ["study", "status"] {
        let (text, offers) = study(name);
        let hash = |text: &str| compile_study(name, text, &offers).study.map(|study| study.hash(&BTreeMap::new()));
        let own = hash(&text).expect("a study without errors");
        let places = numbers::numbers(&text);
        assert!(places.len() >= 30, "only {} numbers in {name}", places.len());
        for (start, end, _) in places {
            let number = &text[start..end];
            let line = text[..start].matches('\n').count() + 1;
            let with = |other: String| hash(&format!("{}{other}{}", &text[..start], &text[end..]));
            let other = numbers::others(number).into_iter().find_map(with);
            // Another key is refused where the curve of this one is known to be there.
            let is_key = text[..start].ends_with('[');
            assert!(other.is_some() || is_key, "{name}: no other number for `{number}` in line {line} is accepted");
            assert_ne!(other.as_ref(), Some(&own), "{name}: `{number}` in line {line}");
        }
        let mut forms = with_code(&text, |c| if c == ' ' { "   ".into() } else { c.into() });
        assert_eq!(hash(&forms).as_ref(), Some(&own), "{name}: wide blanks");
        forms = text.replacen(" 1.0.0\n", " 3.2.1\n", 1).replacen(" 2.0.0\n", " 3.2.1\n", 1);
        assert_ne!(forms, text);
        assert_eq!(hash(&forms).as_ref(), Some(&own), "{name}: its version");
    }
}
