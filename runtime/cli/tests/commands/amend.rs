//! Amendments: what is said afterwards about a sealed session, beside it and chained.

use crate::command::{Ran, at, sim_of, text, trialect};
use crate::folders::{files, session};
use crate::texts::short;
use std::fs;
use std::path::{Path, PathBuf};

fn recorded() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let text = short(data.path(), 3);
    let mut arguments = sim_of(&text, data.path(), 2, 1);
    arguments.extend(["--covariate", "weight=25"].map(str::to_owned));
    trialect(&arguments).fine();
    data
}

fn amend(folder: &Path, set: &str) -> Ran {
    trialect(&["amend", text(folder), "--set", set, "--by", "A. Person", "--reason", "the scale was off"])
}

fn beside(folder: &Path) -> PathBuf {
    folder.with_extension("amendments")
}

#[test]
fn the_session_stays_and_what_is_shown_is_amended() {
    let data = recorded();
    let first = session(data.path(), 1);
    let bytes = |folder: &Path| {
        files(folder).into_iter().map(|(name, path)| (name, fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let before = bytes(&first);
    let plain = at("show", data.path()).fine();
    assert!(!plain.contains('*'));
    let out = amend(&first, "weight=24.1").fine();
    assert!(out.starts_with("weight is 24.1 g, was 25 g (A. Person: the scale was off)\n"), "{out}");
    amend(&first, "weight=24300 mg").fine();
    amend(&first, "subject=mouse2").fine();
    assert_eq!(bytes(&first), before);
    let shown = at("show", data.path()).fine();
    assert!(shown.contains("1*") && shown.contains("24.3*") && !shown.contains("24.1*"), "{shown}");
    assert!(shown.contains("\n* 1: weight is 24.3 g, was 24.1 g (A. Person: the scale was off)\n"), "{shown}");
    let shown = at("show", &first).fine();
    assert!(shown.starts_with("subject   mouse2*, session 001"), "{shown}");
    assert!(!at("show", &session(data.path(), 2)).fine().contains('*'));
    for place in [data.path(), &first] {
        let out = at("verify", place).fine();
        assert!(out.contains("001: as it was sealed") && out.contains("001: amended, 3 times"), "{out}");
    }
    // Training goes on from what was recorded.
    trialect(&sim_of(&short(data.path(), 3), data.path(), 1, 1)).fine();
    at("verify", data.path()).fine();
    at("replay", data.path()).fine();
}

#[test]
fn what_cannot_be_amended_is_refused() {
    let data = recorded();
    let first = session(data.path(), 1);
    for (set, needed) in [
        ("reward=2", "name one of subject, weight"),
        ("weight=heavy", "no number"),
        ("weight=99", "outside 10 .. 45"),
        ("weight=25", "is 25 already"),
        ("weight", "write NAME=VALUE"),
    ] {
        let said = amend(&first, set).trouble("amendment-refused");
        assert!(said.contains(needed), "{set}: {said}");
    }
    amend(&first, "subject=../m").trouble("subject-name");
    amend(data.path(), "weight=24").trouble("no-session");
    amend(&data.path().join("none"), "weight=24").trouble("no-folder");
    let nobody = ["amend", text(&first), "--set", "weight=24", "--by", " ", "--reason", "x"];
    trialect(&nobody).trouble("amendment-refused");
    fs::remove_file(session(data.path(), 2).join("manifest.json")).unwrap();
    amend(&session(data.path(), 2), "weight=24").trouble("not-sealed");
    assert!(!beside(&first).exists());
}

/// The amendments of a session, each line changed by a function.
fn edited(path: &Path, edit: impl Fn(&[&str]) -> Vec<String>) {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let text: String = edit(&lines).iter().map(|line| format!("{line}\n")).collect();
    fs::write(path, text).unwrap();
}

#[test]
fn every_change_of_the_chain_is_told() {
    let data = recorded();
    let (first, second) = (session(data.path(), 1), session(data.path(), 2));
    for value in ["24.1", "24.2", "24.3"] {
        amend(&first, &format!("weight={value}")).fine();
    }
    let path = beside(&first);
    let whole = fs::read_to_string(&path).unwrap();
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let found = |edit: &dyn Fn(&[&str]) -> Vec<String>, code: &str| {
        fs::write(&path, &whole).unwrap();
        edited(&path, edit);
        let out = at("verify", data.path()).found();
        assert!(out.contains(&format!("[{code}]")), "no {code}: {out}");
        assert!(out.contains("001: as it was sealed"), "{out}");
        amend(&first, "weight=22").trouble("amendments-broken");
    };
    found(&|lines| own(lines).iter().map(|line| line.replace("24.2", "23.2")).collect(), "amendment-changed");
    found(&|lines| own(lines).iter().map(|line| line.replace("A. Person", "B")).collect(), "amendment-changed");
    found(&|lines| own(&lines[1..]), "amendments-broken");
    found(&|lines| own(&[lines[0], lines[2]]), "amendments-broken");
    found(&|lines| own(&[lines[1], lines[0], lines[2]]), "amendments-broken");
    found(&|lines| own(&[lines[0], "", lines[1]]), "amendment-unreadable");
    fs::rename(&path, beside(&second)).unwrap();
    fs::write(beside(&second), &whole).unwrap();
    assert!(at("verify", data.path()).found().contains("[amends-other]"));
    fs::rename(beside(&second), data.path().join("mouse1/007.amendments")).unwrap();
    assert!(at("verify", data.path()).found().contains("[amends-nothing]"));
}
