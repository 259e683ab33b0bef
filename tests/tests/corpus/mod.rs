//! The corpus as data: protocols that must be refused and protocols that must not, and how their findings read.
#![allow(dead_code)] // each test binary uses its part

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use trialect_base::{Finding, Severity, Sources};
use trialect_driver::{Compiled, Library, compile};

/// A text of the corpus.
pub struct Case {
    /// File name without ending: `unknown-name-misspelt`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// `tests/corpus/FOLDER`
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

/// All `.trial` files of a folder of the corpus, by name.
pub fn cases(name: &str) -> Vec<Case> {
    let folder = folder(name);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "trial"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| Case {
        name: path.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8").to_string(),
        text: std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    };
    paths.into_iter().map(read).collect()
}

/// Compiles a case under its file name, with the standard library.
pub fn compiled(case: &Case) -> Compiled {
    compile(&format!("{}.trial", case.name), &case.text, &Library::Embedded)
}

/// Codes of all findings, in their order.
pub fn codes(compiled: &Compiled) -> Vec<&'static str> {
    compiled.findings.iter().map(|finding| finding.code).collect()
}

/// Findings as plain text, with the line that each label quotes.
pub fn render(findings: &[Finding], sources: &Sources) -> String {
    let mut out = String::new();
    for finding in findings {
        let severity = match finding.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = writeln!(out, "{severity}[{}]: {}", finding.code, finding.message);
        for label in &finding.labels {
            let place = sources.place(label.span);
            let source = sources.get(label.span.source);
            let file = source.map_or("", |source| source.name.as_str());
            let line = source.and_then(|source| source.text.lines().nth(place.line - 1)).unwrap_or("");
            let quoted = sources.text(label.span);
            let width = quoted.lines().next().unwrap_or("").chars().count().max(1);
            let more = if quoted.contains('\n') { " …" } else { "" };
            let _ = writeln!(out, "  {file}:{}:{}: {}", place.line, place.column, label.text);
            let _ = writeln!(out, "    | {line}");
            let _ = writeln!(out, "    | {}{}{more}", " ".repeat(place.column - 1), "^".repeat(width));
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  help: {help}");
        }
        out.push('\n');
    }
    out
}
