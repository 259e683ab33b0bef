//! Texts that nobody meant: whatever they are, the compiler answers, and what it accepts is sound.

mod corpus;

use corpus::{cases, render};
use std::fmt::Write as _;
use trialect_driver::{Library, compile};

/// Random texts, and mutated ones.
const TEXTS: u64 = 10_000;

/// Splitmix64 (Steele, Lea & Flood 2014): a counter, mixed; the same texts in every run.
struct Splitmix(u64);

impl Splitmix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

/// What must hold for every text.
fn check(text: &str) -> bool {
    let compiled = compile("garbage.trial", text, &Library::Embedded);
    let flawed = compiled.findings.iter().any(|finding| matches!(finding.code, "internal-flaw" | "unreadable"));
    assert!(!flawed, "{text}\n{}", render(&compiled.findings, &compiled.sources));
    for label in compiled.findings.iter().flat_map(|finding| &finding.labels) {
        let source = compiled.sources.get(label.span.source).expect("a source of a label");
        let (start, end) = (label.span.start as usize, label.span.end as usize);
        let fits = start <= end && end <= source.text.len() + 1;
        let cuts = source.text.is_char_boundary(start) && source.text.is_char_boundary(end.min(source.text.len()));
        assert!(fits && cuts, "{start}..{end}: {}\n{text}", label.text);
    }
    if let Some(program) = &compiled.program {
        assert_eq!(trialect_ir::verify(program), [], "{text}");
        assert!(compiled.is_runnable());
    }
    compiled.program.is_some()
}

/// A text cut into words, numbers and signs, each with the blanks after it; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            c if same(c) => rest.find(|c| !same(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let blanks = rest[length..].chars().take_while(|&c| c == ' ').count();
        let (token, after) = rest.split_at(length + blanks);
        rest = after;
        if first != '#' {
            tokens.push(token.to_string());
        }
    }
    tokens
}

/// Texts that are read without findings.
fn accepted() -> Vec<String> {
    let mut texts: Vec<String> = cases("accepted").into_iter().map(|case| case.text).collect();
    texts.extend(trialect_stdlib::MODULES.iter().map(|module| module.text.to_string()));
    texts
}

/// All texts of the corpus.
fn originals() -> Vec<String> {
    accepted().into_iter().chain(cases("rejected").into_iter().map(|case| case.text)).collect()
}

#[test]
fn random_bytes_are_answered() {
    let mut random = Splitmix(1);
    for _ in 0..TEXTS / 2 {
        let length = random.below(200);
        let bytes: Vec<u8> = (0..length).map(|_| (random.next() & 0xff) as u8).collect();
        assert!(!check(&String::from_utf8_lossy(&bytes)));
    }
}

#[test]
fn token_soup_is_answered() {
    let words: Vec<String> = originals().iter().flat_map(|text| tokens(text)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut random = Splitmix(2);
    for k in 0..TEXTS / 2 {
        let mut text = String::new();
        if k % 2 == 0 {
            text += "protocol soup 1.0.0\nuse std.sides\n";
        }
        for _ in 0..random.below(150) {
            let _ = write!(text, "{} ", random.pick(&words).trim_end_matches(' '));
        }
        check(&text);
    }
}

const NUMBERS: &[&str] =
    &["0", "1", "-1", "64", "65", "0.5", "99999999999999999999", "9223372036854775807", "100000", "3"];
const UNITS: &[&str] = &["s", "ms", "uL", "deg/mm", "mm", "%", "Hz", "g", "", "min", "degC", "mm^2"];
const WORDS: &[&str] = &[
    "none",
    "last",
    "outcome",
    "exists",
    "not",
    "default",
    "is",
    "in",
    "and",
    "or",
    "if",
    "true",
    "Side",
    "left",
    "trial.index",
    "session.elapsed",
    "on",
    "->",
    ":=",
    "+=",
    "=",
    "{",
    "}",
    "(",
    ")",
    ",",
    "[",
    "]",
    "*",
    "/",
    "mod",
];

/// Another token in this place, with the blanks of the one before.
fn replace(tokens: &mut [String], at: usize, by: &str) {
    let blanks = tokens[at].len() - tokens[at].trim_end_matches(' ').len();
    tokens[at] = format!("{}{}", by.trim_end_matches(' '), " ".repeat(blanks));
}

/// One change of one place.
fn mutate_tokens(tokens: &mut Vec<String>, random: &mut Splitmix) {
    if tokens.is_empty() {
        return;
    }
    let (at, other) = (random.below(tokens.len()), random.below(tokens.len()));
    match random.below(12) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[other].clone()),
        2 => tokens.swap(at, other),
        // One word for another, one number for another: what most often gives a text that is read and typed.
        3 | 7..=9 => {
            let kind = |token: &str| token.chars().next().map(|c| (c.is_alphabetic(), c.is_ascii_digit()));
            let alike: Vec<usize> = (0..tokens.len()).filter(|&k| kind(&tokens[k]) == kind(&tokens[at])).collect();
            let by = tokens[alike[random.below(alike.len())]].clone();
            replace(tokens, at, &by);
        }
        4 => replace(tokens, at, random.pick(NUMBERS)),
        5 => replace(tokens, at, random.pick(UNITS)),
        6 => replace(tokens, at, random.pick(WORDS)),
        _ => {
            let numbers: Vec<usize> =
                (0..tokens.len()).filter(|&k| tokens[k].starts_with(|c: char| c.is_ascii_digit())).collect();
            if let Some(&place) = numbers.get(random.below(numbers.len().max(1))) {
                replace(tokens, place, random.pick(NUMBERS));
                if place + 1 < tokens.len() && random.below(2) == 0 {
                    replace(tokens, place + 1, random.pick(UNITS));
                }
            }
        }
    }
}

fn mutate_lines(text: &str, random: &mut Splitmix) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (at, other) = (random.below(lines.len().max(1)), random.below(lines.len().max(1)));
    match random.below(3) {
        _ if lines.is_empty() => {}
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other]),
        _ => lines.swap(at, other),
    }
    lines.join("\n") + "\n"
}

#[test]
fn mutated_texts_are_answered() {
    let (all, sound) = (originals(), accepted());
    let mut random = Splitmix(3);
    let mut accepted = 0_u64;
    for k in 0..TEXTS {
        let originals = if k % 4 == 0 { &all } else { &sound };
        let mut text = originals[random.below(originals.len())].clone();
        if k % 3 == 0 {
            text = mutate_lines(&text, &mut random);
        } else {
            let mut cut = tokens(&text);
            for _ in 0..=random.below(2) {
                mutate_tokens(&mut cut, &mut random);
            }
            text = cut.concat();
        }
        accepted += u64::from(check(&text));
    }
    // Enough of them are whole programs that the checks behind the parser are met, too.
    assert!(accepted > TEXTS / 20, "only {accepted} of {TEXTS} were accepted");
}
