//! The formatter: once is enough, nothing is lost, nothing means anything else; over our own texts and over ten thousand
//! that were laid out at random.

mod corpus;
#[path = "differential/generator.rs"]
#[allow(dead_code)]
mod generator;

use generator::Generator;
use std::path::{Path, PathBuf};
use trialect_base::SourceId;
use trialect_driver::{Library, compile, format};

/// How many texts are laid out at random.
const RANDOM: usize = 10_000;

/// Every text of the project: protocols, scenarios, library, corpus, and what the documents show.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut open: Vec<PathBuf> = ["protocols", "stdlib", "tests/corpus", "spec"].map(|name| root.join(name)).to_vec();
    let mut texts = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        let name = path.strip_prefix(&root).expect("below the root").display().to_string();
        if extension == Some("trial") {
            texts.push((name, std::fs::read_to_string(&path).expect("a text")));
        } else if extension == Some("md") {
            let page = std::fs::read_to_string(&path).expect("a page");
            for (nth, block) in page.split("```trialect").skip(1).enumerate() {
                let block = block.split("```").next().unwrap_or_default();
                let text = block.split_once('\n').map_or("", |(_, text)| text);
                texts.push((format!("{name}#{nth}"), text.to_owned()));
            }
        }
    }
    texts.sort();
    texts
}

/// Comments, each on its own, and everything else without blanks and ends of clauses: read here by hand, character by
/// character, so that it does not share a mistake with the formatter.
fn essence(text: &str) -> (Vec<String>, String) {
    let (mut comments, mut rest) = (Vec::new(), String::new());
    for line in text.trim_start_matches('\u{feff}').lines() {
        let mut in_string = false;
        for (at, c) in line.char_indices() {
            if c == '#' && !in_string {
                comments.push(line[at..].trim_end().to_owned());
                break;
            }
            in_string ^= c == '"';
            if in_string || !(c.is_whitespace() || c == ';') {
                rest.push(c);
            }
        }
    }
    (comments, rest)
}

/// Formats a text; none when it has findings. Whatever is wrong with the result ends the test.
fn check(name: &str, text: &str) -> Option<String> {
    let formatted = match format(text, SourceId(0)) {
        Ok(formatted) => formatted,
        Err(findings) => {
            let code = findings.iter().next().map(|finding| finding.code);
            assert_ne!(code, Some("internal-flaw"), "{name}\n{text}");
            return None;
        }
    };
    assert_eq!(essence(text), essence(&formatted), "{name}\n{text}\n---\n{formatted}");
    assert_eq!(format(&formatted, SourceId(0)).ok().as_ref(), Some(&formatted), "{name} again\n{text}");
    for line in formatted.lines() {
        assert_eq!(line, line.trim_end(), "{name}: blanks at the end of a line");
    }
    assert!(!formatted.contains("\n\n\n") && !formatted.contains('\t'), "{name}\n{formatted}");
    Some(formatted)
}

fn identity(text: &str) -> Option<trialect_ir::Identity> {
    compile("text.trial", text, &Library::Embedded).program.map(|program| program.identity.clone())
}

#[test]
fn formatting_keeps_comments_words_and_hashes_of_all_our_texts() {
    let (mut formatted, mut compiled) = (0, 0);
    for (name, text) in texts() {
        let Some(new) = check(&name, &text) else { continue };
        formatted += 1;
        let before = identity(&text);
        compiled += usize::from(before.is_some());
        assert_eq!(before, identity(&new), "{name}");
    }
    assert!(formatted > 300 && compiled > 150, "{formatted} formatted, {compiled} compiled");
}

/// Top-level clauses of a text, each with its lines, found by its braces.
fn clauses(text: &str) -> Vec<String> {
    let (mut clauses, mut clause, mut depth) = (Vec::new(), String::new(), 0_i32);
    let continues = |line: &str| line.starts_with(' ');
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if depth == 0 && !continues(line) && !clause.is_empty() {
            clauses.push(std::mem::take(&mut clause));
        }
        let code = essence(line).1;
        depth += code.matches(['{', '(', '[']).count() as i32 - code.matches(['}', ')', ']']).count() as i32;
        clause += line;
        clause.push('\n');
    }
    clauses.push(clause);
    clauses
}

/// The same text with other blanks, line ends, comments and blank lines, where these mean nothing.
fn laid_out(text: &str, random: &mut Generator) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let comment = line.char_indices().scan(false, |in_string, (at, c)| {
            *in_string ^= c == '"';
            Some((at, c == '#' && !*in_string))
        });
        let end = comment.filter(|(_, is)| *is).map(|(at, _)| at).next();
        let (code, comment) = line.split_at(end.unwrap_or(line.len()));
        out += &" ".repeat(random.below(9) as usize);
        let mut in_string = false;
        for c in code.trim().chars() {
            in_string ^= c == '"';
            out.push(c);
            match c {
                ' ' if !in_string => out += &" ".repeat(random.below(4) as usize),
                ',' if !in_string && random.once_in(9) => out += "\n\n",
                '{' | ';' if !in_string && random.once_in(6) => out += "  # laid out\n",
                '{' | ';' | '}' | '(' | ')' if !in_string && random.once_in(5) => out.push(' '),
                _ => {}
            }
        }
        match random.below(12) {
            0 => out += " # a word",
            1 => out += "\t",
            2 => out += ";",
            _ => {}
        }
        out += comment;
        out += ["\n", "\n", "\n", "\r\n", "\n\n\n", "\n   # alone\n"][random.below(6) as usize];
    }
    out
}

#[test]
fn formatting_keeps_ten_thousand_texts_laid_out_at_random() {
    let pool: Vec<String> = texts()
        .iter()
        .filter(|(name, text)| name.ends_with(".trial") && format(text, SourceId(0)).is_ok())
        .flat_map(|(_, text)| clauses(text).split_off(1))
        .filter(|clause| clause.len() < 700)
        .collect();
    let mut random = Generator::new(20_261_130);
    let (mut checked, mut tried) = (0, 0);
    while checked < RANDOM {
        let mut text = "protocol random.text 1.0.0\n".to_owned();
        for _ in 0..1 + random.below(3) {
            text += &pool[random.below(pool.len() as u64) as usize];
        }
        tried += 1;
        checked += usize::from(check("random", &laid_out(&text, &mut random)).is_some());
    }
    assert!(tried < 2 * RANDOM, "only {checked} of {tried} were well formed");
}

#[test]
fn hashes_of_protocols_laid_out_at_random_are_kept() {
    let mut random = Generator::new(20_261_201);
    let mut compared = 0;
    for case in corpus::cases("accepted") {
        let before = identity(&case.text);
        for _ in 0..8 {
            let Some(formatted) = check(&case.name, &laid_out(&case.text, &mut random)) else { continue };
            assert_eq!(identity(&formatted), before, "{}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

/// A text and how it is written, in one snapshot: each rule of the style once.
#[test]
fn the_style_is_as_it_is_described() {
    let text = include_str!("formatting/style.trial");
    let formatted = check("style", text).expect("well formed");
    insta::assert_snapshot!("style", format!("{text}\n--------\n{formatted}"));
}

#[test]
fn a_text_with_mistakes_is_refused_with_its_findings() {
    for (text, code) in [("protocol a.b 1.0.0\nx = = 1\n", "syntax"), ("x = 1\n", "no-header")] {
        let findings = format(text, SourceId(0)).expect_err("it is refused");
        assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [code], "{text}");
    }
}
