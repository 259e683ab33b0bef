//! Covariates from the command line to the record: answered, missing, taken all the same, carried, and replayed.

use crate::command::{Ran, at, text, trialect};
use crate::folders::{JOURNAL, files, session, session_json, unsealed};
use crate::table::{Cell, Table};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Every source, type and cadence; a session is two trials of one second.
const TEXT: &str = r#"protocol covariates 1.0.0
enum Region { ca1, ca3, dg }
levels Dose = 0 mM, 5 mM, 10 mM
subject {
  covariate female : Bool asked before
  covariate strain : Text standard "C57BL/6J" asked before, term "RRID:IMSR_JAX:000664"
  covariate cage   : Int within 1 .. 40 asked on change
  var eaten := 0 within 0 .. 1000
  on session.end { eaten := clamp(eaten + (pellets default 0), 0 .. 1000) }
}
session {
  covariate weight  : Mass within 10 g .. 45 g asked before
  covariate pellets : Int within 0 .. 100 asked after
  covariate notes   : Text? asked after
  covariate region  : Region? asked on change "Where"
  covariate dose    : Dose asked before
  covariate rest    : Voltage within -120 mV .. 0 mV asked before, convention "as read"
  covariate ljp     : Voltage within -25 mV .. 25 mV asked on change
  covariate rest_true : Voltage standard within -90 mV .. -50 mV = rest - ljp
  covariate pipette : Resistance standard within 3 MOhm .. 6 MOhm asked before
  limit trials 2
}
trial {
  covariate wet : Bool asked before
  low = rest_true < -80 mV
  outcomes done
  state only { after 1 s -> end done }
}
"#;

/// What a first session must be told; the mouse knows its weight.
const FIRST: &[&str] =
    &["female=true", "cage=7", "pellets=5", "dose=5mM", "rest=-70 mV", "ljp=12mV", "pipette=4.5", "wet=false"];
/// What a later one must be told.
const LATER: &[&str] = &["pellets=6", "dose=0.01 M", "rest=-0.075 V", "pipette=8 MOhm", "wet=true"];

fn protocol(folder: &Path) -> PathBuf {
    let path = folder.join("covariates.trial");
    fs::write(&path, TEXT).unwrap();
    path
}

/// `trialect sim` with `--covariate` for each of `given`, and `more`.
fn sim(folder: &Path, given: &[&str], more: &[&str]) -> Ran {
    let mut arguments = crate::command::sim_of(&protocol(folder), &folder.join("data"), 1, 1);
    arguments.extend(given.iter().flat_map(|one| ["--covariate".to_owned(), (*one).to_owned()]));
    arguments.extend(more.iter().map(|one| (*one).to_owned()));
    trialect(&arguments)
}

fn all_but(given: &[&'static str], name: &str) -> Vec<&'static str> {
    given.iter().copied().filter(|one| !one.starts_with(name)).collect()
}

const NO_NOTES: &[&str] = &["--missing", "notes=nobody looked", "--missing", "region=not known yet"];

fn record(folder: &Path, ordinal: u32) -> Value {
    session_json(&session(&folder.join("data"), ordinal))
}

/// Verified, and replayed by both machines.
fn is_sound(folder: &Path) {
    at("verify", folder).fine();
    for machine in ["interpreter", "jit"] {
        let out = trialect(&["replay", text(folder), "--machine", machine]).fine();
        assert!(out.lines().all(|line| line.ends_with(" entries equal")), "{out}");
    }
}

#[test]
fn all_that_is_missing_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let said = sim(folder.path(), &[], &[]).trouble("covariate");
    for line in [
        "10 covariates keep the session from starting",
        "`female` has no value (true or false); give it as `--covariate female=VALUE`",
        "`cage` has no value (a whole number, 1 .. 40); give it as `--covariate cage=VALUE`",
        "`dose` has no value (one of 0 mM, 5 mM, 10 mM); give it as `--covariate dose=VALUE`",
        "`ljp` has no value (a number in mV, -25 .. 25); give it as `--covariate ljp=VALUE`",
        "`pipette` has no value (a number in MOhm, usually 3 .. 6); give it as `--covariate pipette=VALUE`",
        "`region` has no value (one of ca1, ca3, dg); give it as `--covariate region=VALUE`, or say why not: `--missing region=REASON`",
    ] {
        assert!(said.contains(line), "no `{line}` in\n{said}");
    }
    for answered in ["weight", "strain", "rest_true"] {
        assert!(!said.contains(&format!("`{answered}`")), "{said}");
    }
    assert_eq!(files(&folder.path().join("data")).len(), 1, "nothing but the lock");
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        ("female=yes", "true or false is needed"),
        ("cage=2.5", "a whole number"),
        ("region=ca2", "one of ca1, ca3, dg is needed"),
        ("dose=7mM", "one of 0 mM, 5 mM, 10 mM is needed"),
        ("weight=23 uL", "`uL` is no unit for it; write it in g"),
        ("weight=23 stone", "`stone` is not a unit"),
        ("pellets=", "NAME=VALUE"),
        ("age=4", "does not ask for a covariate `age`; it asks for female, strain"),
        ("rest_true=-60", "does not ask for a covariate `rest_true`"),
    ];
    for (given, why) in wrong {
        let name = given.split('=').next().unwrap();
        let mut all = all_but(FIRST, name);
        all.push(given);
        let said = sim(folder.path(), &all, NO_NOTES).trouble("covariate");
        assert!(said.contains(why), "{given}: {said}");
    }
    let twice = sim(folder.path(), &[FIRST, &["cage=8"]].concat(), NO_NOTES).trouble("covariate");
    assert!(twice.contains("`cage` is given twice"), "{twice}");
    for (more, why) in [
        (["--missing", "pellets=forgot"], "`pellets` is required"),
        (["--missing", "region"], "NAME=REASON"),
        (["--missing", "region= "], "NAME=REASON"),
    ] {
        let said = sim(folder.path(), &all_but(FIRST, "pellets"), &more).trouble("covariate");
        assert!(said.contains(why), "{more:?}: {said}");
    }
    assert_eq!(files(&folder.path().join("data")).len(), 1, "nothing but the lock");
}

#[test]
fn answers_are_recorded_and_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let ran = sim(folder.path(), FIRST, NO_NOTES);
    assert!(!ran.err.contains("standard"), "{}", ran.err);
    ran.fine();
    let about = record(folder.path(), 1);
    let answered = &about["covariates"];
    assert_eq!(answered["female"], true);
    assert_eq!(answered["cage"], 7);
    assert_eq!(answered["dose"], "5 mM");
    assert_eq!(answered["strain"], "C57BL/6J");
    assert_eq!(answered["notes"], Value::Null);
    assert_eq!(about["run"]["covariates"], *answered, "they are part of the run's identity");
    let remarks = json!({
        "notes": {"missing": "nobody looked"}, "region": {"missing": "not known yet"}, "strain": {"source": "standard"},
    });
    assert_eq!((&about["covariate_remarks"], &about["run"]["covariate_remarks"]), (&remarks, &remarks));
    let end = &about["session_at_end"];
    assert_eq!((&end["rest"], &end["rest_true"], &end["pellets"]), (&json!(-70.0), &json!(-82.0), &json!(5)));
    assert_eq!(about.get("outside_standard"), None);
    // Asked after the session, before its handlers: the subject's rule has read the answer.
    assert_eq!((&about["subject_at_start"]["eaten"], &about["subject_at_end"]["eaten"]), (&json!(0), &json!(5)));
    let trials = Table::trials(&session(&folder.path().join("data"), 1));
    assert_eq!(trials.reals("rest_true"), [-82.0, -82.0]);
    assert_eq!(trials.column("pellets"), [Cell::None, Cell::None], "nobody has counted them yet");
    assert_eq!(trials.text("strain", 1).as_deref(), Some("C57BL/6J"));
    assert!(!trials.flag("wet", 0) && trials.flag("low", 0));
    is_sound(folder.path());
}

#[test]
fn the_record_says_what_was_declared() {
    let folder = tempfile::tempdir().unwrap();
    sim(folder.path(), FIRST, NO_NOTES).fine();
    let about = record(folder.path(), 1);
    let declared = |name: &str| {
        let columns = about["columns"].as_array().unwrap();
        columns.iter().find(|column| column["name"] == name).unwrap()["covariate"].clone()
    };
    assert_eq!(declared("weight"), json!({"asked": "before", "required": true, "within": [10.0, 45.0]}));
    assert_eq!(declared("pipette"), json!({"asked": "before", "required": true, "standard": [3.0, 6.0]}));
    assert_eq!(declared("rest")["convention"], "as read");
    assert_eq!(declared("strain")["usual"], "C57BL/6J");
    assert_eq!(declared("strain")["term"], "RRID:IMSR_JAX:000664");
    assert_eq!(declared("rest_true"), json!({"required": true, "standard": [-90.0, -50.0]}));
    assert_eq!((&declared("notes")["required"], &declared("notes")["asked"]), (&json!(false), &json!("after")));
    assert_eq!(declared("eaten"), Value::Null);
    let folder = session(&folder.path().join("data"), 1);
    let said = |column: &str, key: &str| Table::about(&folder, column).get(key).cloned();
    assert_eq!(said("rest", "convention").as_deref(), Some("as read"));
    assert_eq!(said("strain", "term").as_deref(), Some("RRID:IMSR_JAX:000664"));
    assert_eq!(said("strain", "standard").as_deref(), Some("C57BL/6J"));
    assert_eq!(said("pipette", "standard").as_deref(), Some("3 .. 6"));
    assert_eq!(said("weight", "within").as_deref(), Some("10 .. 45"));
    assert_eq!(said("region", "description").as_deref(), Some("Where"));
    assert_eq!((said("cage", "asked").as_deref(), said("eaten", "asked")), (Some("on_change"), None));
}

#[test]
fn what_is_asked_on_change_stays_and_what_is_asked_once_stays_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let first: Vec<&str> = [FIRST, &["region=ca3"]].concat();
    sim(folder.path(), &first, &["--missing", "notes=nobody looked"]).fine();
    let second = [LATER, &["notes=quiet, = as ever"]].concat();
    sim(folder.path(), &second, &[]).fine();
    let about = record(folder.path(), 2);
    for (name, value) in [("region", json!("ca3")), ("cage", json!(7)), ("female", json!(true))] {
        assert_eq!(about["covariates"][name], value);
        assert_eq!(about["covariate_remarks"][name], json!({"source": "carried"}), "{name}");
    }
    assert_eq!(about["covariates"]["ljp"], record(folder.path(), 1)["covariates"]["ljp"]);
    assert_eq!(about["covariates"]["notes"], "quiet, = as ever");
    assert_eq!(about["session_at_end"]["rest_true"], -87.0);
    let third = [LATER, &["cage=8", "female=true", "ljp=0 mV", "notes=none"]].concat();
    sim(folder.path(), &third, &["--missing", "region=lost track"]).fine();
    let about = record(folder.path(), 3);
    assert_eq!((&about["covariates"]["cage"], &about["subject_at_start"]["cage"]), (&json!(8), &json!(8)));
    assert_eq!(about["covariate_remarks"].get("cage"), None, "it was given");
    assert_eq!((&about["covariates"]["region"], &about["session_at_end"]["region"]), (&Value::Null, &Value::Null));
    let other = [LATER, &["female=false", "notes=none"]].concat();
    let said = sim(folder.path(), &other, &[]).trouble("covariate");
    assert!(said.contains("`female` was asked once") && said.contains("is true, not false"), "{said}");
    // The reason is carried like a value.
    sim(folder.path(), &[LATER, &["notes=none"]].concat(), &[]).fine();
    let remark = &record(folder.path(), 4)["covariate_remarks"]["region"];
    assert_eq!(*remark, json!({"source": "carried", "missing": "lost track"}));
    is_sound(folder.path());
}

#[test]
fn a_value_outside_its_range_needs_a_person_and_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut given = all_but(FIRST, "rest=");
    given.extend(["rest=-130", "weight=48 g"]);
    let said = sim(folder.path(), &given, NO_NOTES).trouble("covariate");
    for line in [
        "2 covariates keep",
        "`rest` is -130 mV, outside the range that the protocol allows (a number in mV, -120 .. 0)",
        "`--override weight=REASON --by PERSON`",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let with = |more: &[&str]| sim(folder.path(), &given, &[NO_NOTES, more].concat());
    // Without a person it is no command, nor with a person and nothing to take.
    for half in [&["--override", "rest=leaky"][..], &["--by", "Ana"]] {
        let ran = with(half);
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    let one = with(&["--override", "rest=leaky", "--by", "Ana Lima"]).trouble("covariate");
    assert!(one.contains("`weight`") && !one.contains("`rest`"), "{one}");
    let needless = with(&["--override", "cage=large", "--by", "Ana Lima"]).trouble("covariate");
    assert!(needless.contains("`cage` is 7, which is not outside its range"), "{needless}");
    let nobody = with(&["--override", "rest=leaky", "--by", " "]).trouble("covariate");
    assert!(nobody.contains("`--by`"), "{nobody}");
    let no_reason = with(&["--override", "rest", "--by", "Ana Lima"]).trouble("covariate");
    assert!(no_reason.contains("NAME=REASON"), "{no_reason}");
    with(&["--override", "rest=leaky", "--override", "weight=pregnant", "--by", "Ana Lima"]).fine();
    let about = record(folder.path(), 1);
    let taken = |name: &str| about["covariate_remarks"][name]["overridden"].clone();
    assert_eq!(taken("rest"), json!({"by": "Ana Lima", "reason": "leaky"}));
    assert_eq!(taken("weight"), json!({"by": "Ana Lima", "reason": "pregnant"}));
    assert_eq!((&about["session_at_end"]["rest"], &about["session_at_end"]["weight"]), (&json!(-130.0), &json!(48.0)));
    let shown = at("show", &session(&folder.path().join("data"), 1)).fine();
    assert!(shown.contains("override  rest: leaky (Ana Lima)") && shown.contains("missing   notes: nobody looked"));
    is_sound(folder.path());
}

#[test]
fn the_run_is_another_one_for_another_answer_reason_or_person() {
    let identity = |given: &[&str], more: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        sim(folder.path(), given, more).fine();
        record(folder.path(), 1)["run_identity"].clone()
    };
    let other_notes = ["--missing", "notes=no time", "--missing", "region=not known yet"];
    let low: Vec<&str> = [&all_but(FIRST, "rest=")[..], &["rest=-130"]].concat();
    let taken = |by: &'static str| [NO_NOTES, &["--override", "rest=leaky", "--by", by]].concat();
    let all = [
        identity(FIRST, NO_NOTES),
        identity(&[&all_but(FIRST, "wet")[..], &["wet=true"]].concat(), NO_NOTES),
        identity(&[FIRST, &["strain=CBA/J"]].concat(), NO_NOTES),
        identity(FIRST, &other_notes),
        identity(&low, &taken("Ana")),
        identity(&low, &taken("Ben")),
    ];
    for (k, one) in all.iter().enumerate() {
        assert!(!all[..k].contains(one), "number {k} is an earlier one");
    }
    // The same value in another unit, or a usual text, is the same answer.
    let same: Vec<&str> = [&all_but(FIRST, "rest=")[..], &["rest=-0.07 V"]].concat();
    assert_eq!(identity(&same, NO_NOTES), all[0]);
}

#[test]
fn what_is_not_standard_is_said_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut given = all_but(FIRST, "pipette");
    given.extend(["pipette=8 MOhm", "strain=CBA/J"]);
    let given: Vec<&str> =
        given.into_iter().map(|one| if one.starts_with("rest=") { "rest=-90 mV" } else { one }).collect();
    let ran = sim(folder.path(), &given, NO_NOTES);
    assert!(ran.err.contains("note: `pipette` is 8 MOhm, its standard is 3 MOhm .. 6 MOhm"), "{}", ran.err);
    assert!(ran.err.contains("note: `strain` is \"CBA/J\", its standard is \"C57BL/6J\""), "{}", ran.err);
    ran.fine();
    // Computed ones are looked at as well.
    assert_eq!(record(folder.path(), 1)["outside_standard"], json!(["strain", "rest_true", "pipette"]));
    let shown = at("show", &session(&folder.path().join("data"), 1)).fine();
    assert!(shown.contains("unusual   pipette: outside its standard"), "{shown}");
    is_sound(folder.path());
}

#[test]
fn a_session_that_broke_off_keeps_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    sim(folder.path(), &[FIRST, &["notes=torn"]].concat(), &["--missing", "region=not known yet"]).fine();
    let sealed = session(&folder.path().join("data"), 1);
    let journal = fs::read(sealed.join(JOURNAL)).unwrap().len();
    let open = folder.path().join("open").join("mouse1").join("001");
    unsealed(&sealed, &open, journal - 40);
    at("recover", &folder.path().join("open")).fine();
    let about = session_json(&open);
    assert_eq!(about["status"], "recovered");
    let whole = session_json(&sealed);
    assert_eq!(about["covariates"], whole["covariates"]);
    assert_eq!(about["covariate_remarks"], whole["covariate_remarks"]);
    is_sound(&folder.path().join("open"));
}

#[test]
fn a_changed_answer_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    sim(folder.path(), FIRST, NO_NOTES).fine();
    let path = session(&folder.path().join("data"), 1).join("session.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("nobody looked", "somebody looked")).unwrap();
    let found = at("verify", folder.path()).found();
    assert!(found.contains("session.json"), "{found}");
}

#[test]
fn covariates_of_libraries_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.trial");
    let sets = "use std.covariates.mouse\nuse std.covariates.slice\nuse std.covariates.environment\n";
    let rest = "session { limit trials 1 }\ntrial { outcomes done; state only { after 1 s -> end done } }\n";
    fs::write(&path, format!("protocol sets 1.0.0\n{sets}{rest}")).unwrap();
    let tree = trialect(&["hash", "--tree", text(&path)]).fine();
    for definition in
        ["std.covariates.mouse.weight", "std.covariates.slice.ljp", "std.covariates.environment.room_light"]
    {
        assert!(tree.lines().any(|line| line.ends_with(&format!("  {definition}"))), "{definition}: {tree}");
    }
    let mut arguments = crate::command::sim_of(&path, &folder.path().join("data"), 1, 1);
    let said = trialect(&arguments).trouble("covariate");
    let of_set = |line: &&str| line.starts_with("  `");
    let names: Vec<&str> = said.lines().filter(of_set).filter_map(|line| line.split('`').nth(1)).collect();
    assert!(names.contains(&"sex") && names.contains(&"ljp_state") && names.contains(&"room_humidity"), "{said}");
    for line in said.lines().filter(of_set) {
        let name = line.split('`').nth(1).unwrap();
        let value = match line {
            _ if line.contains("(one of ") => {
                line.split("(one of ").nth(1).unwrap().split([',', ')']).next().unwrap().to_owned()
            }
            _ if line.contains("(words") => "as usual".into(),
            _ if line.contains(" .. ") => {
                line.split(" .. ").next().unwrap().rsplit([' ', '(']).next().unwrap().to_owned()
            }
            _ => "1".into(),
        };
        arguments.extend(["--covariate".to_owned(), format!("{name}={value}")]);
    }
    trialect(&arguments).fine();
    is_sound(folder.path());
    let about = session_json(&session(&folder.path().join("data"), 1));
    let ljp = about["columns"].as_array().unwrap().iter().find(|column| column["name"] == "ljp").unwrap();
    assert_eq!(ljp["definition"], "std.covariates.slice.ljp");
    assert_eq!(ljp["covariate"]["term"], "liquid junction potential");
}

/// One answer for each key, and something that may be found out later.
const KEYED: &str = r#"protocol keyed 1.0.0
use std.sides
enum Genotype { wild, mutant }
subject {
  covariate genotype : Genotype? asked before
  covariate born     : Mass within 1 g .. 2 g asked before
}
session {
  covariate eye[Side] : Real within 0 .. 1 asked before
  covariate lost[s in Side] : Real = 1 - eye[s]
  limit trials 1
}
trial { outcomes done; state only { after 1 s -> end done } }
"#;

#[test]
fn keys_have_their_answers_and_what_was_missing_may_be_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyed.trial");
    fs::write(&path, KEYED).unwrap();
    let sim = |more: &[&str]| {
        let mut arguments = crate::command::sim_of(&path, &folder.path().join("data"), 1, 1);
        let eyes = ["--covariate", "eye[left]=0.25", "--covariate", "eye[right]=100%"];
        arguments.extend(eyes.iter().chain(more).map(|one| (*one).to_owned()));
        trialect(&arguments)
    };
    let light = ["--covariate", "born=0.9 g", "--override", "born=a runt", "--by", "Ana Lima"];
    sim(&[&light[..], &["--missing", "genotype=not back yet"]].concat()).fine();
    let about = record(folder.path(), 1);
    let end = &about["session_at_end"];
    assert_eq!((&end["lost[left]"], &end["lost[right]"]), (&json!(0.75), &json!(0.0)));
    assert_eq!((&about["subject_at_end"]["genotype"], &about["subject_at_end"]["born"]), (&Value::Null, &json!(0.9)));
    // Found out; and what was taken stays taken, by the same person.
    sim(&["--covariate", "genotype=mutant"]).fine();
    let about = record(folder.path(), 2);
    let carried = json!({"source": "carried", "overridden": {"by": "Ana Lima", "reason": "a runt"}});
    assert_eq!(about["covariate_remarks"], json!({"born": carried}));
    assert_eq!(about["subject_at_start"]["genotype"], "mutant");
    let said = sim(&["--missing", "genotype=forgotten"]).trouble("covariate");
    assert!(said.contains("is mutant, not missing"), "{said}");
    sim(&[]).fine();
    assert_eq!(record(folder.path(), 3)["subject_at_end"]["genotype"], "mutant");
    is_sound(folder.path());
}
