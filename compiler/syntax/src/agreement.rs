//! The grammar is the law: reading clause by clause accepts what the rule `file` accepts as a whole, and nothing else.

use crate::grammar::{GRAMMAR, Grammar, Rule, words_of};
use crate::layout::{Begin, lay_out};
use crate::report::Report;
use crate::scan::scan;
use pest::Parser;
use std::path::Path;
use trialect_base::SourceId;

/// Findings about what a clause says twice or in the wrong place, beyond what a grammar can tell.
const BEYOND_GRAMMAR: &[&str] = &["given-twice", "misplaced-for"];

/// Compares both ways to read a text; true when it has no finding.
fn agrees(text: &str) -> bool {
    let findings = crate::parse(text, SourceId(0)).findings;
    let is_clean = findings.iter().all(|finding| BEYOND_GRAMMAR.contains(&finding.code));
    let mut report = Report::new(SourceId(0));
    let scan = scan(text, &mut report);
    let layout = lay_out(&scan, Begin::Clause, &mut report);
    let is_laid_out = report.count() == 0;
    let whole = Grammar::parse(Rule::file, &layout.code);
    if is_clean || is_laid_out {
        assert_eq!(whole.is_ok(), is_clean, "{text}\n{:?}\n{:?}", whole.err(), findings);
    }
    is_clean
}

fn texts_in(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "trial"));
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

#[test]
fn the_whole_grammar_and_the_reader_accept_the_same_texts() {
    let mut texts = texts_in("../../../shared/design/examples"); // absent outside the design's own tree
    texts.extend(texts_in("tests/reading/broken"));
    let (mut clean, mut broken) = (0, 0);
    for text in &texts {
        agrees(text);
        // Each line left out once, and each word or sign of every seventh line.
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let mut rest = lines.clone();
            rest.remove(index);
            let without_line = rest.join("\n");
            let words: Vec<&str> = if index % 7 == 3 { line.split(' ').collect() } else { Vec::new() };
            let without_word = (0..words.len()).map(|word| {
                let kept: Vec<&str> =
                    words.iter().enumerate().filter(|(k, _)| *k != word).map(|(_, word)| *word).collect();
                let mut lines = lines.clone();
                let kept = kept.join(" ");
                lines[index] = &kept;
                lines.join("\n")
            });
            for text in std::iter::once(without_line).chain(without_word) {
                *(if agrees(&text) { &mut clean } else { &mut broken }) += 1;
            }
        }
    }
    assert!(broken > 300, "{broken} broken and {clean} clean texts");
}

#[test]
fn lists_of_words_are_read_from_the_grammar() {
    let mut units = words_of("unit_word");
    units.push("%");
    units.sort_unstable();
    let mut known = trialect_units::UNIT_WORDS.to_vec();
    known.sort_unstable();
    assert_eq!(units, known);
    assert!(words_of("reserved").contains(&"within") && words_of("clause_word").contains(&"var"));
    assert_eq!(words_of("no_such_rule"), Vec::<&str>::new());
    for rule in ["unit_word", "reserved", "clause_word"] {
        let words = words_of(rule);
        for (index, word) in words.iter().enumerate() {
            // A choice takes the first that fits, so a word must not hide a longer one after it.
            let hidden = words.iter().skip(index + 1).find(|later| later.starts_with(word));
            assert_eq!(hidden, None, "`{word}` hides it in {rule}");
        }
    }
}

#[test]
fn clause_words_are_those_that_begin_clauses() {
    let kinds = GRAMMAR.lines().skip_while(|line| !line.starts_with("clause_kind")).skip(1);
    let kinds: Vec<&str> = kinds
        .take_while(|line| !line.starts_with('}'))
        .flat_map(|line| line.split([' ', '|']))
        .filter(|w| !w.is_empty())
        .collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    for word in words_of("clause_word") {
        let keyword = word.to_ascii_uppercase();
        let begins = |line: &str| {
            let Some((rule, body)) = line.split_once('=') else { return false };
            let is_kind = kinds.contains(&rule.trim()) || matches!(rule.trim(), "clock_word" | "header_word");
            is_kind && body.split([' ', '(', '|', '{']).any(|part| part == keyword)
        };
        assert!(GRAMMAR.lines().any(begins), "no clause begins with `{word}`");
    }
}
