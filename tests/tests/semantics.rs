//! Every number of the semantics has tests that fail when it is broken, and they exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many numbers the semantics have.
const LAST: usize = 28;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of the table in a page: number, file, test.
fn rows(page: &str) -> Vec<[String; 3]> {
    let cells = |line: &str| {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect();
        <[String; 3]>::try_from(cells).unwrap_or_else(|_| panic!("not three cells: {line}"))
    };
    page.lines().filter(|line| line.starts_with("| (")).map(cells).collect()
}

/// What is wrong with a row, if anything.
fn flaw([number, file, test]: &[String; 3]) -> Option<String> {
    let Ok(text) = fs::read_to_string(root().join(file)) else { return Some(format!("{number}: there is no {file}")) };
    if file.ends_with(".trial") {
        return (!test.is_empty()).then(|| format!("{number}: a text of the corpus is no function"));
    }
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = format!("fn {test}()");
    let at = lines.iter().position(|line| line.starts_with(&head));
    let is_test = at.is_some_and(|at| lines[..at].iter().rev().take(3).any(|line| *line == "#[test]"));
    (test.is_empty() || !is_test).then(|| format!("{number}: {file} has no test `{test}`"))
}

#[test]
fn every_number_has_tests_and_each_of_them_exists() {
    let page = fs::read_to_string(root().join("tests/README.md")).expect("the table");
    let rows = rows(&page);
    let flaws: Vec<String> = rows.iter().filter_map(flaw).collect();
    assert!(flaws.is_empty(), "{flaws:#?}");
    let numbers: BTreeSet<&str> = rows.iter().map(|[number, ..]| number.as_str()).collect();
    let missing: Vec<String> =
        (1..=LAST).map(|number| format!("({number})")).filter(|number| !numbers.contains(number.as_str())).collect();
    assert!(missing.is_empty() && numbers.len() == LAST, "missing {missing:?} of {numbers:?}");
}

#[test]
fn a_test_that_is_gone_is_seen() {
    let row = |file: &str, test: &str| ["(1)", file, test].map(str::to_string);
    assert_eq!(flaw(&row("tests/tests/semantics.rs", "a_test_that_is_gone_is_seen")), None);
    assert!(flaw(&row("tests/tests/semantics.rs", "root")).is_some(), "no test");
    assert!(flaw(&row("tests/tests/semantics.rs", "never_written")).is_some());
    assert!(flaw(&row("tests/tests/gone.rs", "a_test_that_is_gone_is_seen")).is_some());
    assert!(flaw(&row("tests/corpus/rejected/never-written.trial", "")).is_some());
}
