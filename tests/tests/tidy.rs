//! What formatters and lints cannot see: growth of files and functions, first lines, leftovers.
#![allow(clippy::expect_used)]

use std::path::{Path, PathBuf};

/// A file beyond this has outgrown one concept.
const FILE_LINES: usize = 600;
/// A function beyond this does not fit on a screen.
const FUNCTION_LINES: usize = 70;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn files(folder: &Path, extension: &str, list: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && name != ".git" {
            files(&path, extension, list);
        } else if path.extension().is_some_and(|found| found == extension) {
            list.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut list = Vec::new();
    files(&root(), "rs", &mut list);
    assert!(list.len() > 50, "found only {} files", list.len());
    list.into_iter().map(|path| (path.clone(), std::fs::read_to_string(&path).expect("text"))).collect()
}

#[test]
fn files_say_what_they_hold_and_stay_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{}: begins without `//! `", path.display()));
        }
        let lines = text.lines().count();
        if lines > FILE_LINES {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Functions longer than a screen, by the indentation that rustfmt gives them.
fn long_functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let is_function =
            line.trim_start().split(' ').take(5).any(|word| word == "fn") && !line.trim_start().starts_with("//");
        if !is_function || line.ends_with(';') || line.ends_with('}') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == close)
            && length + 1 > FUNCTION_LINES
        {
            long.push((start + 1, length + 1));
        }
    }
    long
}

#[test]
fn functions_fit_on_a_screen() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        wrong.extend(
            long_functions(&text)
                .into_iter()
                .map(|(line, length)| format!("{}:{line}: {length} lines", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_long_function_is_seen() {
    let body = "    x();\n".repeat(FUNCTION_LINES);
    assert_eq!(long_functions(&format!("fn f() {{\n{body}}}\n")), [(1, FUNCTION_LINES + 2)]);
    assert!(long_functions("fn f() {\n    x();\n}\n").is_empty());
}

#[test]
fn nothing_is_left_over() {
    // Written apart, so that this file does not find itself.
    let forbidden = [
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("XX", "X"),
        concat!("#[ig", "nore"),
        concat!("should_", "panic"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            wrong.extend(
                forbidden
                    .iter()
                    .filter(|word| line.contains(*word))
                    .map(|word| format!("{}:{}: {word}", path.display(), number + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_is_in_one_file() {
    let with: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|(_, text)| {
            text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(concat!("unsafe", " {")))
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(with, [root().join("compiler/codegen/src/entry.rs")]);
}

#[test]
fn every_dependency_has_a_reason() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let section =
        text.split("[workspace.dependencies]").nth(1).expect("dependencies").split("\n[").next().expect("a section");
    for line in
        section.lines().filter(|line| line.contains(" = ") && !line.starts_with('#') && !line.starts_with("trialect-"))
    {
        assert!(line.contains(" # "), "no reason: {line}");
    }
}
