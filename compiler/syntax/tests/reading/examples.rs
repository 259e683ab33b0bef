//! The protocols of the design read without a finding, and the trees of two of them are as the text says.

use crate::printer;
use std::path::{Path, PathBuf};
use trialect_base::{Findings, Sources};

pub fn examples() -> Vec<(String, String)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/design/examples"));
    let Ok(entries) = std::fs::read_dir(&folder) else { return skip(&folder) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("readable"))).collect()
}

#[allow(clippy::print_stderr)]
fn skip(folder: &Path) -> Vec<(String, String)> {
    eprintln!("skipped: {} is not there", folder.display());
    Vec::new()
}

fn listed(name: &str, text: &str, findings: Findings) -> String {
    let mut sources = Sources::default();
    sources.add(name, text);
    let line = |finding: &trialect_base::Finding| {
        let place = sources.place(finding.labels[0].span);
        format!("{name}:{}:{}: {}: {}\n", place.line, place.column, finding.message, finding.labels[0].text)
    };
    findings.iter().map(line).collect()
}

#[test]
fn the_examples_have_no_findings() {
    let mut all = String::new();
    for (name, text) in examples() {
        let parsed = trialect_syntax::parse(&text, printer::SOURCE);
        all += &listed(&name, &text, parsed.findings);
        assert!(parsed.file.header.is_some(), "{name} has a header");
    }
    assert_eq!(all, "");
}

#[test]
fn every_clause_of_the_examples_is_in_its_tree() {
    for (name, text) in examples() {
        let tree = printer::print_file(&trialect_syntax::parse(&text, printer::SOURCE).file);
        assert!(!tree.contains("??"), "{name}: the printer knows every clause\n{tree}");
        for word in
            ["state ", "draw ", "stat ", "covariate ", "var ", "stage ", "use ", "beside ", "limit ", "stimulus "]
        {
            let in_text = text.lines().flat_map(|line| line.split('#').next().unwrap_or("").split(['{', '}', ';']));
            let in_text = in_text.filter(|clause| clause.trim_start().starts_with(word)).count();
            let in_tree = tree.lines().filter(|line| line.trim_start().starts_with(&format!("({word}"))).count();
            assert_eq!(in_tree, in_text, "{name}: `{word}` clauses\n{tree}");
        }
    }
}
