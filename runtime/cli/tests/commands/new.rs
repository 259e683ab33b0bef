//! `trialect new`: what it writes checks without a finding, is tidy, does what its scenarios say, and simulates.

use crate::command::{at, sim_of, text, trialect};
use crate::folders::session;
use crate::table::Table;

#[test]
fn every_template_checks_is_tidy_and_simulates() {
    for template in ["choice", "operant", "conditioning"] {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("my_task");
        let written = trialect(&["new", text(&folder), "--template", template]).fine();
        let protocol = folder.join("my_task.trial");
        assert_eq!(written.lines().next(), protocol.to_str());
        assert_eq!(written.lines().count(), 3, "{written}");
        assert_eq!(at("fmt", &folder).out, "", "{template} is not tidy");

        let checked = at("check", &protocol).fine();
        assert!(checked.starts_with("my_task 1.0.0: ") && checked.trim_end().ends_with("fine"), "{checked}");
        let proven = trialect(&["check", "--bounds", text(&protocol)]).fine();
        let longest = proven.lines().find(|line| line.trim_start().starts_with("longest")).unwrap();
        assert!(longest.contains(" s: "), "{template} shows trials that end in time: {longest}");
        let told = at("test", &protocol).fine();
        assert!(told.matches("holds  ").count() >= 2, "{told}");

        let data = home.path().join("data");
        trialect(&sim_of(&protocol, &data, 1, 1)).fine();
        let trials = Table::trials(&session(&data, 1));
        assert!(trials.rows() >= 3, "{template}: {} trials", trials.rows());
        let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(page.starts_with("# my_task\n") && page.contains(&format!("`{template}`")), "{page}");
    }
}

#[test]
fn nothing_is_written_over_and_names_are_words() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("task");
    std::fs::create_dir(&folder).unwrap();
    trialect(&["new", text(&folder)]).trouble("exists");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    for name in ["My-Task", "2afc", "..", "a.b"] {
        trialect(&["new", text(&home.path().join(name))]).trouble("no-name");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
}
