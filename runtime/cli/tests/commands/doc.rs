//! `trialect doc`: one page, all pages, the list.

use crate::command::{project, text, trialect};

#[test]
fn a_page_is_printed_and_all_are_written() {
    let printed = trialect(&["doc", "std.adaptive"]);
    let page = std::fs::read_to_string(project("spec/library/std.adaptive.md")).unwrap();
    assert_eq!(printed.out, page);
    printed.fine();
    for said in
        ["# `std.adaptive`", "| `down` | `Int` | `3` | `1 .. 10` |", "(https://doi.org/10.1121/1.1912375): Levitt 1971"]
    {
        assert!(page.contains(said), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages");
    trialect(&["doc", "--all", text(&pages)]).fine();
    for file in std::fs::read_dir(project("spec/library")).unwrap().map(|entry| entry.unwrap()) {
        let written = std::fs::read_to_string(pages.join(file.file_name())).unwrap();
        assert!(written == std::fs::read_to_string(file.path()).unwrap(), "{:?}", file.file_name());
    }
}

/// Modules that a trial uses show in a scenario of their example what they do.
#[test]
fn scenarios_of_the_examples_hold_on_both_machines() {
    for machine in ["interpreter", "jit"] {
        let told = trialect(&["test", text(&project("stdlib/examples")), "--machine", machine]).fine();
        for module in ["adaptive", "animals", "blocks", "debias", "schedules"] {
            assert!(told.contains(&format!("{module}.trial\n  holds  ")), "{module} has no scenario: {told}");
        }
    }
}

#[test]
fn modules_are_listed_and_unknown_ones_refused() {
    let listed = trialect(&["doc"]);
    assert!(listed.out.lines().any(|line| line.starts_with("std.blocks  How long blocks last")), "{}", listed.out);
    listed.fine();
    let refused = trialect(&["doc", "std.adaptiv"]);
    assert!(refused.err.contains("there is no module `std.adaptiv`"), "{}", refused.err);
    assert_eq!(refused.code, 2);
}

#[test]
fn methods_of_protocols_and_studies_are_printed() {
    let basic = project("protocols/ibl/basic.trial");
    let hash = trialect(&["hash", text(&basic)]).fine();
    let markdown = trialect(&["doc", text(&basic)]).fine();
    for said in [
        "# ibl.basic 1.0.0",
        hash.trim(),
        "After 100 ms: go to `respond`.",
        "<svg xmlns",
        "| `gain` | of the subject |",
    ] {
        assert!(markdown.contains(said), "{said}: {markdown}");
    }
    let html = trialect(&["doc", text(&basic), "--html"]).fine();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<p>State <code>still</code>."), "{html}");
    let study = project("protocols/ibl/study.trial");
    let hash = trialect(&["hash", text(&study)]).fine();
    let told = trialect(&["doc", text(&study)]).fine();
    assert!(told.contains(hash.trim()), "{told}");
    assert!(told.contains("Stage `basic`. Sessions run the protocol `ibl.basic`."), "{told}");
    // Parts that stand beside a text are told with it.
    let full = trialect(&["doc", text(&project("protocols/ibl/rig_8/full.trial"))]).fine();
    assert!(full.contains("State `closed_loop`."), "{full}");
}

#[test]
fn what_has_no_methods_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.trial");
    std::fs::write(&broken, "protocol lab.broken 1.0.0\n").unwrap();
    trialect(&["doc", text(&broken)]).found();
    trialect(&["doc", text(&folder.path().join("none.trial"))]).trouble("cannot-read");
    trialect(&["doc", "std.adaptive", "--html"]).trouble("not-a-protocol");
}
