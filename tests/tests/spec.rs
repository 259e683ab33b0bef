//! The specification holds: its examples compile or are refused as it says, its numbers and links lead somewhere.
#![allow(clippy::expect_used)]

mod house;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trialect_base::{Finding, Severity};
use trialect_driver::{Library, compile, compile_study_beside, is_study, name_of_protocol};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("text")
}

/// All Markdown files below a folder, in order.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut list = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            list.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            list.push(path);
        }
    }
    list.sort();
    list
}

/// A protocol in a chapter.
#[derive(Debug, PartialEq)]
struct Example {
    /// `chapter:line` of its fence.
    place: String,
    /// The only code among its errors; none when it must have no errors.
    rejected: Option<String>,
    text: String,
}

/// The blocks that are fenced as `trialect …`.
fn examples(name: &str, document: &str) -> Vec<Example> {
    let mut list = Vec::new();
    let mut open: Option<Example> = None;
    for (number, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(words)) if words.starts_with("trialect") => {
                let place = format!("{name}:{}", number + 1);
                let rejected = match words.split(' ').collect::<Vec<_>>()[..] {
                    ["trialect", "accepted"] => None,
                    ["trialect", "rejected", code] => Some(code.to_string()),
                    _ => panic!("{place}: `{words}` is no kind of example"),
                };
                open = Some(Example { place, rejected, text: String::new() });
            }
            (Some(_), Some("")) => list.extend(open.take()),
            (Some(example), _) => {
                example.text.push_str(line);
                example.text.push('\n');
            }
            (None, _) => {}
        }
    }
    assert_eq!(open, None, "{name}: a block has no end");
    list
}

/// The files of an example: each begins with its header, at the beginning of a line.
fn files(text: &str) -> Vec<String> {
    let is_header = |line: &str| match line.split(' ').collect::<Vec<_>>()[..] {
        ["protocol" | "study" | "scenarios", _, version, ..] => version.starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    };
    let mut files: Vec<String> = Vec::new();
    for line in text.lines() {
        if files.is_empty() || is_header(line) {
            files.push(String::new());
        }
        if let Some(file) = files.last_mut() {
            *file += &format!("{line}\n");
        }
    }
    files
}

/// Findings of an example, and whether it can be run. With a study in it, the protocols are those of its stages.
fn findings(example: &Example) -> (Vec<Finding>, bool) {
    let files = files(&example.text);
    let Some(study) = files.iter().find(|file| is_study(file)) else {
        let compiled = compile(&example.place, &example.text, &Library::Embedded);
        return (compiled.findings, compiled.program.is_some());
    };
    let (mut offers, mut programs) = (BTreeMap::new(), BTreeMap::new());
    for file in &files {
        if let Some(name) = name_of_protocol(file) {
            let compiled = compile(&example.place, file, &Library::Embedded);
            let program = compiled.program.expect("the protocols of a study's stages have no errors");
            offers.insert(name.clone(), compiled.offered);
            programs.insert(name, program);
        }
    }
    let beside = files.iter().find(|file| file.starts_with("scenarios ")).map(|file| ("beside", file.as_str()));
    let compiled = compile_study_beside((&example.place, study), &offers, &programs, beside);
    (compiled.findings, compiled.study.is_some())
}

/// What is wrong with an example, if anything.
fn flaw(example: &Example) -> Option<String> {
    let (findings, is_runnable) = findings(example);
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let codes: BTreeSet<&str> = errors.map(|finding| finding.code).collect();
    let expected: BTreeSet<&str> = example.rejected.iter().map(String::as_str).collect();
    let consistent = is_runnable == example.rejected.is_none();
    let told: Vec<String> = findings.iter().map(|f| format!("{}: {}", f.code, f.message)).collect();
    (codes != expected || !consistent)
        .then(|| format!("{}: expected {expected:?}, found {codes:?}\n  {}", example.place, told.join("\n  ")))
}

/// Chapters with their names and texts.
fn chapters() -> Vec<(String, String)> {
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_string();
    documents(&root().join("spec/language")).iter().map(|path| (name(path), text(path))).collect()
}

#[test]
fn examples_are_accepted_or_rejected_as_they_say() {
    let all: Vec<Example> = chapters().iter().flat_map(|(name, text)| examples(name, text)).collect();
    let rejected = all.iter().filter(|example| example.rejected.is_some()).count();
    assert!(all.len() - rejected >= 20 && rejected >= 30, "only {} examples, {rejected} rejected", all.len());
    let flaws: Vec<String> = all.iter().filter_map(flaw).collect();
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn chapters_on_the_language_show_both_kinds() {
    for (name, text) in chapters().iter().filter(|(name, _)| ("02".."10").contains(&name.as_str())) {
        let (refused, accepted): (Vec<_>, Vec<_>) =
            examples(name, text).into_iter().partition(|example| example.rejected.is_some());
        assert!(
            accepted.len() >= 3 && refused.len() >= 3,
            "{name}: {} accepted, {} rejected",
            accepted.len(),
            refused.len()
        );
    }
}

#[test]
fn a_wrong_example_is_seen() {
    let good = "protocol a.b 1.0.0\nsession { limit trials 1 }\ntrial { outcomes x; state s { after 1 s -> end x } }\n";
    let document = format!(
        "# T\n```trialect accepted\n{good}```\ntext\n```text\nx\n```\n```trialect rejected no-states\n{good}```\n"
    );
    let found = examples("t.md", &document);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].place.as_str(), found[0].text.as_str()), ("t.md:2", good));
    assert_eq!(flaw(&found[0]), None);
    assert!(flaw(&found[1]).expect("it compiles").contains("no-states"));
    let broken = Example { text: good.replace("1 s", "1 mm"), place: "t".into(), rejected: None };
    assert!(flaw(&broken).expect("it does not compile").contains("unit-mismatch"));
}

/// Every numbered statement of the index stands in the chapters that the index names.
#[test]
fn numbered_statements_stand_in_their_chapters() {
    let chapters = chapters();
    let (_, index) = chapters.iter().find(|(name, _)| name == "README.md").expect("the index");
    let mut numbers = Vec::new();
    for line in index.lines().filter(|line| line.starts_with("| (")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, places, _] = cells[..] else { panic!("not four cells: {line}") };
        numbers.push(number.to_string());
        for place in places.split(',').map(str::trim).filter(|place| !place.is_empty()) {
            let prefix = format!("{place:0>2}-");
            let (name, text) = chapters.iter().find(|(name, _)| name.starts_with(&prefix)).expect(place);
            assert!(text.contains(number), "{name} does not say {number}");
        }
    }
    let all: Vec<String> = (1..=28).map(|number| format!("({number})")).collect();
    assert_eq!(numbers, all);
}

/// The targets of relative links in a document. Protocols in it have brackets of their own.
fn links(document: &str) -> Vec<&str> {
    let prose = document.split("```").step_by(2);
    let targets = prose.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or(""))
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let root = root();
    let mut documents = documents(&root.join("spec"));
    documents.extend(["README.md", "stdlib/README.md", "protocols/ibl/README.md"].map(|name| root.join(name)));
    let mut seen = 0;
    for document in &documents {
        let folder = document.parent().expect("a folder");
        for target in links(&text(document)) {
            seen += 1;
            assert!(folder.join(target).exists(), "{}: `{target}` is not there", document.display());
        }
    }
    assert!(seen > 20, "only {seen} links");
    assert_eq!(links("[a](b.md) [c](https://x.y/z) [d](#e) [f](../g.md#h)"), ["b.md", "../g.md"]);
}

/// The crates of the architecture's table with the crates of the house that it says each is built with.
fn table_of_crates(document: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = document.lines().filter(|line| {
        line.starts_with("| `compiler/")
            || line.starts_with("| `runtime/")
            || line.starts_with("| `stdlib` | the standard")
    });
    let crates = rows.filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [folder, _, _, edges] = cells[..] else { return None };
        let name = folder.trim_matches('`').rsplit('/').next()?.to_string();
        Some((name, edges.split(", ").filter(|edge| !edge.is_empty()).map(str::to_string).collect()))
    });
    crates.collect()
}

#[test]
fn the_table_of_crates_is_that_of_the_manifests() {
    let ours = |name: &String| name.strip_prefix("trialect-").map(str::to_string);
    let edges = |list: BTreeSet<String>| list.iter().filter_map(ours).collect();
    let mut built: BTreeMap<String, BTreeSet<String>> =
        house::built_with().into_iter().filter_map(|(name, list)| Some((ours(&name)?, edges(list)))).collect();
    built.remove("tests");
    let told = table_of_crates(&text(&root().join("spec/ARCHITECTURE.md")));
    for (name, edges) in &built {
        assert_eq!(told.get(name), Some(edges), "`{name}`: spec/ARCHITECTURE.md on the left, Cargo.toml on the right");
    }
    assert_eq!(told.len(), built.len(), "spec/ARCHITECTURE.md names crates that do not exist");
}

/// The README and the protocols' own page quote the protocols as they are.
#[test]
fn quotations_are_true() {
    let protocol = text(&root().join("protocols/ibl/basic.trial"));
    let readme = text(&root().join("README.md"));
    let excerpt = readme.split("```trialect\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an excerpt");
    assert!(excerpt.lines().count() >= 15, "a short excerpt");
    for line in excerpt.lines().filter(|line| !line.trim().is_empty() && line.trim() != "…") {
        assert!(protocol.lines().any(|other| other == line), "README.md: `{line}` does not stand in the protocol");
    }
    let program = compile("basic.trial", &protocol, &Library::Embedded).program.expect("it compiles");
    for document in ["README.md", "protocols/ibl/README.md"] {
        assert!(text(&root().join(document)).contains(&program.identity.protocol), "{document}: another hash");
    }
}
