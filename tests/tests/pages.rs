//! `spec/findings.md`: a page for every code that the compiler can give, and examples that do what they say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use trialect_base::Severity;
use trialect_driver::{Library, codes, compile, explain};

/// Codes without an example: no text can bring them about, or only one too long to read.
const WITHOUT_EXAMPLE: &[&str] = &[
    "internal-flaw",
    "scenario-header",
    "unreadable",
    "more-findings",
    "strategy-passes",
    "too-deep",
    "too-long",
    "too-many-states",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// Codes that stand in the compiler's sources, after one of the functions that make a finding.
fn emitted() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut open = vec![workspace().join("compiler")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.components().any(|part| part.as_os_str() == "src")
        {
            codes.extend(codes_in(&std::fs::read_to_string(&path).expect("a source file")));
        }
    }
    codes
}

fn codes_in(source: &str) -> Vec<String> {
    let makers = ["Finding::error(", "Finding::warning(", "unknown(", "lacks("];
    let after = makers.iter().flat_map(|maker| source.split(maker).skip(1));
    let code = |text: &str| {
        let code = text.trim_start().strip_prefix('"')?.split('"').next()?;
        code.chars().all(|c| c == '-' || c.is_ascii_lowercase()).then(|| code.to_string())
    };
    after.filter_map(code).collect()
}

/// A block of a page: its first line, and the lines after it.
struct Example {
    title: String,
    lines: Vec<String>,
}

fn examples(page: &str) -> Vec<Example> {
    let blocks = page.split("```trialect\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let example = |block: &str| {
        let (title, lines) = block.split_once('\n').expect("an example has lines");
        Example { title: title.to_string(), lines: lines.lines().map(str::to_string).collect() }
    };
    blocks.map(example).collect()
}

/// The protocol in which the examples stand, from the introduction.
fn surroundings() -> String {
    let text = std::fs::read_to_string(workspace().join("spec/findings.md")).expect("spec/findings.md");
    let introduction = text.split("\n## ").next().expect("an introduction");
    let block = introduction.split("```trialect\n").nth(1).expect("the surrounding protocol");
    block.split("```").next().expect("its end").to_string()
}

/// A whole protocol as it is, other lines in their places.
fn completed(example: &Example) -> String {
    // The header is no header when it is what the example is about.
    let is_whole = example.lines.iter().any(|line| {
        ["protocol ", "library ", "session {", "trial {"].iter().any(|word| line.starts_with(word))
            && example.title != "# rejected: misplaced-header"
    });
    if is_whole {
        return example.lines.join("\n") + "\n";
    }
    let mut text = surroundings();
    let mut place = "# top".to_string();
    let mut lines = Vec::new();
    for line in example.lines.iter().map(String::as_str).chain(["# in nothing"]) {
        match line.strip_prefix("# in ") {
            Some(next) => {
                assert!(lines.is_empty() || text.contains(&place), "no place `{place}`");
                text = text.replacen(&place, &lines.join("\n"), 1);
                place = format!("# {next}");
                lines.clear();
            }
            None => lines.push(line),
        }
    }
    text
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let emitted = emitted();
    let pages: BTreeSet<String> = codes().map(str::to_string).collect();
    assert!(emitted.len() > 90, "only {} codes were found", emitted.len());
    assert_eq!(codes().count(), pages.len(), "two pages have one code");
    let missing: Vec<_> = emitted.difference(&pages).collect();
    let left_over: Vec<_> = pages.difference(&emitted).collect();
    assert!(missing.is_empty() && left_over.is_empty(), "without page: {missing:?}; without code: {left_over:?}");
    assert!(codes().is_sorted(), "pages are in alphabetical order");
}

#[test]
fn the_surroundings_are_fine_by_themselves() {
    let compiled = compile("example.trial", &surroundings(), &Library::Embedded);
    let messages: Vec<&str> = compiled.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn refused_examples_are_refused_and_their_remedies_are_not() {
    let mut wrong = Vec::new();
    for code in codes() {
        let page = explain(code).expect("a page");
        let examples = examples(page);
        let refused: Vec<&Example> =
            examples.iter().filter(|example| example.title.starts_with("# rejected")).collect();
        if refused.is_empty() != WITHOUT_EXAMPLE.contains(&code) {
            wrong.push(format!("{code}: {} refused examples", refused.len()));
        }
        for example in examples {
            let text = completed(&example);
            let compiled = compile("example.trial", &text, &Library::Embedded);
            let found: Vec<&str> = compiled.findings.iter().map(|finding| finding.code).collect();
            let errors = compiled.findings.iter().any(|finding| finding.severity == Severity::Error);
            let is_right = match example.title.as_str() {
                "# accepted" => !errors && !found.contains(&code),
                title => {
                    title == format!("# rejected: {code}") && !found.is_empty() && found.iter().all(|one| *one == code)
                }
            };
            if !is_right {
                wrong.push(format!("{code}: `{}` gives {found:?}\n{text}", example.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
