//! Covariates in the protocol's hash: what decides the data is in it, words for people are not.
#![allow(clippy::expect_used)]

mod changed;

use changed::library_with;
use trialect_driver::{Library, compile};
use trialect_ir::{Asked, Identity};

const TEXT: &str = r#"protocol hashed 1.0.0
enum Region { ca1, ca3 }
subject { covariate age : Time within 14 day .. 90 day asked before "On the day of slicing" }
session {
  covariate pipette : Resistance standard within 3 MOhm .. 6 MOhm asked before, convention "in the bath"
  covariate internal : Text standard "K-gluconate" asked on change, term "internal solution"
  covariate region : Region? asked before
  covariate count : Int within 0 .. 9 asked after
  covariate half : Resistance within 0 MOhm .. 1 GOhm = clamp(pipette / 2, 0 MOhm .. 1 GOhm)
  limit trials 10
}
trial { outcomes done; state only { after 1 s -> end done } }
"#;

fn identity_with(text: &str, library: &Library) -> Identity {
    let compiled = compile("hashed.trial", text, library);
    let messages: Vec<&str> = compiled.findings.iter().map(|finding| finding.message.as_str()).collect();
    compiled.program.unwrap_or_else(|| panic!("{messages:?}")).identity.clone()
}

fn changed(old: &str, new: &str) -> Identity {
    assert!(TEXT.contains(old), "`{old}` is not in the text");
    identity_with(&TEXT.replacen(old, new, 1), &Library::Embedded)
}

#[test]
fn words_for_people_are_not_hashed() {
    let hash = identity_with(TEXT, &Library::Embedded);
    for (old, new) in [
        (", convention \"in the bath\"", ""),
        ("in the bath", "in the dish"),
        (", term \"internal solution\"", ""),
        ("\"On the day of slicing\"", ""),
        ("3 MOhm .. 6 MOhm", "3000 kOhm .. 0.006 GOhm"),
        (
            "covariate pipette : Resistance standard within 3 MOhm .. 6 MOhm asked before",
            "covariate pipette : Resistance asked before, standard within 3 MOhm .. 6 MOhm",
        ),
    ] {
        assert_eq!(changed(old, new), hash, "{old} -> {new}");
    }
}

#[test]
fn what_decides_the_data_is_hashed() {
    let hash = identity_with(TEXT, &Library::Embedded).protocol;
    let mut seen = vec![hash];
    for (old, new) in [
        ("within 14 day", "within 15 day"),
        ("within 14 day .. 90 day ", ""),
        ("standard within 3 MOhm", "standard within 2 MOhm"),
        ("standard within 3 MOhm", "within 3 MOhm"),
        ("\"K-gluconate\"", "\"Cs-gluconate\""),
        ("standard \"K-gluconate\" ", ""),
        ("asked on change", "asked before"),
        ("Region? asked", "Region asked"),
        ("Int within 0 .. 9 asked after", "Int? within 0 .. 9 asked after"),
        ("Int within 0 .. 9 asked after", "Int within 0 .. 9 asked before"),
        ("covariate count", "covariate number"),
        ("clamp(pipette / 2,", "clamp(pipette / 3,"),
        ("covariate half : Resistance within 0 MOhm .. 1 GOhm =", "covariate half : Resistance ="),
        ("covariate half : Resistance within", "covariate half : Resistance standard within"),
        ("covariate half : Resistance within 0 MOhm .. 1 GOhm =", "half ="),
        ("protocol hashed 1.0.0\n", "protocol hashed 1.0.0\nuse std.covariates.environment\n"),
    ] {
        let one = changed(old, new).protocol;
        assert!(!seen.contains(&one), "{old} -> {new}");
        seen.push(one);
    }
}

#[test]
fn covariates_of_a_library_are_definitions_of_those_who_use_it() {
    let text = "protocol user 1.0.0\nuse std.covariates.mouse\nsession { limit trials 1 }\ntrial { outcomes done; state only { after 1 s -> end done } }\n";
    let module = "std.covariates.mouse";
    let hash = identity_with(text, &Library::Embedded);
    assert!(hash.definitions.contains_key("std.covariates.mouse.weight"));
    assert!(hash.definitions.contains_key("std.covariates.mouse.Sex"), "the types of its covariates are used");
    for (old, new) in [
        ("18 g .. 30 g", "18 g .. 31 g"),
        ("female, male", "male, female"),
        ("weight         : Mass", "mass           : Mass"),
    ] {
        assert_ne!(identity_with(text, &library_with(module, old, new)).protocol, hash.protocol, "{new}");
    }
    for (old, new) in [("PATO:0000047", "PATO:0000048"), ("\"Who bred the animal\"", "\"The breeder\"")] {
        assert_eq!(identity_with(text, &library_with(module, old, new)), hash, "{new}");
    }
    // One that nobody uses is in no hash.
    let alone = text.replace("use std.covariates.mouse\n", "");
    let other = library_with(module, "18 g .. 30 g", "18 g .. 31 g");
    assert_eq!(identity_with(&alone, &other), identity_with(&alone, &Library::Embedded));
}

/// Appendix 1, table 1a of doi:10.7554/eLife.63711: its rows, how often each is recorded, and what stands for it here.
#[test]
fn the_set_of_the_mouse_has_every_row_of_the_table() {
    const ONCE: &[Asked] = &[Asked::Before, Asked::OnChange];
    const SESSION: &[Asked] = &[Asked::Before, Asked::After, Asked::OnChange];
    let rows: &[(&str, &str, &[Asked], &[&str])] = &[
        ("weight", "session", SESSION, &["weight"]),
        ("age", "session", SESSION, &["age"]),
        ("strain", "subject", ONCE, &["strain"]),
        ("sex", "subject", ONCE, &["sex"]),
        ("provider", "subject", ONCE, &["provider"]),
        ("handling", "session", &[Asked::OnChange], &["handling"]),
        ("hardware", "session", &[Asked::OnChange], &["hardware"]),
        ("software", "session", SESSION, &["software"]),
        ("fecal count", "session", &[Asked::After], &["fecal_count"]),
        ("time of day", "session", &[Asked::Before], &["time_of_day"]),
        ("enrichment", "subject", ONCE, &["enrichment"]),
        ("food", "subject", ONCE, &["food_protein", "food_fat"]),
        ("light cycle", "subject", ONCE, &["light_cycle"]),
        ("weekend water", "session", SESSION, &["weekend_water"]),
        ("co-housing", "session", &[Asked::OnChange], &["housing"]),
        ("aseptic protocols", "subject", ONCE, &["asepsis"]),
        ("tools and consumables", "subject", ONCE, &["surgical_parts"]),
    ];
    assert_eq!(rows.len(), 17);
    let text = "protocol user 1.0.0\nuse std.covariates.mouse\nsession { limit trials 1 }\ntrial { outcomes done; state only { after 1 s -> end done } }\n";
    let program = compile("user.trial", text, &Library::Embedded).program.expect("it compiles");
    for (row, clock, asked, names) in rows {
        for name in *names {
            let column = program.columns.iter().find(|column| column.name == *name);
            let column = column.unwrap_or_else(|| panic!("{row}: no covariate `{name}`"));
            let found = column.covariate.as_ref().and_then(|covariate| covariate.asked);
            assert!(found.is_some_and(|found| asked.contains(&found)), "{row}: {found:?}");
            assert_eq!(format!("{:?}", column.clock).to_lowercase(), *clock, "{row}");
        }
    }
}
