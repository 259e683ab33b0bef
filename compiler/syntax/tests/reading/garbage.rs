//! Whatever the bytes, reading returns: random text, random tokens, damaged protocols, and nesting beyond all bounds.

use crate::{findings, printer};
use trialect_base::Findings;
use trialect_syntax::{BYTES_MAX, Parsed, parse, parse_expression};

/// A small generator of numbers (xorshift64*), so that every run tries the same texts.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)
    }
}

/// Reads a text and checks what must hold of every result.
fn read(text: &str) -> Parsed {
    let parsed = parse(text, printer::SOURCE);
    for finding in parsed.findings.iter() {
        assert!(finding.code != "unreadable", "grammar and builder disagree on {text:?}: {finding:?}");
        for label in &finding.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(start <= end && end <= text.len(), "{finding:?} lies outside of {text:?}");
            assert!(
                text.is_char_boundary(start) && text.is_char_boundary(end),
                "{finding:?} cuts a character of {text:?}"
            );
        }
    }
    let (expression, found) = parse_expression(text, printer::SOURCE);
    assert!(expression.is_some() || !found.is_empty(), "no value and no reason: {text:?}");
    parsed
}

const TOKENS: &[&str] = &[
    "trial",
    "state",
    "on",
    "after",
    "when",
    "if",
    "then",
    "else",
    "for",
    "in",
    "is",
    "not",
    "and",
    "or",
    "exists",
    "var",
    "param",
    "draw",
    "stat",
    "covariate",
    "deck",
    "levels",
    "enum",
    "int",
    "rig",
    "device",
    "scenario",
    "run",
    "stimulus",
    "adapt",
    "policy",
    "part",
    "protocol",
    "limit",
    "stop",
    "now",
    "hold",
    "track",
    "block",
    "ends",
    "within",
    "by",
    "over",
    "last",
    "at",
    "least",
    "default",
    "mod",
    "end",
    "->",
    ":=",
    "=",
    "+=",
    "~",
    ":",
    ",",
    ".",
    "..",
    "?",
    "+",
    "-",
    "*",
    "/",
    "<",
    "<=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{",
    "}",
    ";",
    "\n",
    "\n",
    "\n  ",
    "\"text\"",
    "\"",
    "#",
    "3",
    "0.5",
    "ms",
    "%",
    "uL",
    "x",
    "y",
    "side",
    "1.0.0",
    "µ",
    "→",
    "&&",
    "==",
    "//",
    "\r\n",
    "\t",
    "$",
    "'",
    "none",
    "true",
    "f(",
];

#[test]
fn random_tokens_never_panic() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for _ in 0..10_000 {
        let length = numbers.next(40);
        let mut text = String::from(if numbers.next(2) == 0 { "protocol a 1.0.0\n" } else { "" });
        for _ in 0..length {
            text += TOKENS[numbers.next(TOKENS.len())];
            text += if numbers.next(3) == 0 { "" } else { " " };
        }
        read(&text);
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut numbers = Numbers(0xD1B5_4A32_D192_ED03);
    for _ in 0..10_000 {
        let length = numbers.next(60);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next(256) as u8).collect();
        read(&String::from_utf8_lossy(&bytes));
        let plain: String = (0..length).map(|_| char::from(32 + numbers.next(95) as u8)).collect();
        read(&plain);
    }
}

#[test]
fn damaged_protocols_never_panic() {
    let texts: Vec<String> = findings::corpus().into_iter().map(|(_, text)| text).collect();
    let texts = [texts, crate::examples::examples().into_iter().map(|(_, text)| text).collect()].concat();
    let mut numbers = Numbers(0xA076_1D64_78BD_642F);
    for _ in 0..10_000 {
        let mut text: Vec<char> = texts[numbers.next(texts.len())].chars().collect();
        let window = numbers.next(1500);
        let start = numbers.next(text.len());
        text = text.into_iter().skip(start.saturating_sub(window)).take(window).collect();
        for _ in 0..=numbers.next(4) {
            damage(&mut text, &mut numbers);
        }
        read(&text.into_iter().collect::<String>());
    }
}

/// Removes, repeats or inserts something somewhere.
fn damage(text: &mut Vec<char>, numbers: &mut Numbers) {
    let at = numbers.next(text.len());
    let end = (at + numbers.next(20)).min(text.len());
    match numbers.next(4) {
        0 => drop(text.drain(at..end)),
        1 => {
            let again: Vec<char> = text[at..end].to_vec();
            text.splice(at..at, again);
        }
        2 => drop(text.splice(at..at, TOKENS[numbers.next(TOKENS.len())].chars())),
        _ => text.truncate(at),
    }
}

/// Every construct that nests, `depth` times.
fn nested(depth: usize) -> Vec<String> {
    let pairs = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("f(a: ", "1", ")"),
        ("{", "1", "}"),
        ("f({a: ", "1", "})"),
        ("a[", "1", "]"),
        ("all(", "a", " for s in S)"),
        ("if a then b else ", "1", ""),
        ("if ", "a", " then b else c"),
        ("not ", "a", ""),
        ("- ", "a", ""),
        ("a + ", "a", ""),
        ("a default ", "a", ""),
        ("a.", "a", ""),
        ("", "a", "[0]"),
    ];
    let values = pairs.iter().map(|(open, inside, close)| {
        format!("protocol a 1.0.0\nx = {}{inside}{}\n", open.repeat(depth), close.repeat(depth))
    });
    let blocks = [
        ("trial { ", " }"),
        ("if a { ", " }"),
        ("on x.y { ", " } -> z"),
        ("for s in S { ", " }"),
        ("if a { x := 1 } else ", ""),
    ];
    let blocks = blocks.iter().map(|(open, close)| {
        format!("protocol a 1.0.0\n{}if b {{ x := 1 }}{}\n", open.repeat(depth), close.repeat(depth))
    });
    let unclosed = ["(", "{", "[", "trial {", "f({", "if ", "- "].iter().map(|open| open.repeat(depth));
    values.chain(blocks).chain(unclosed).collect()
}

#[test]
fn nesting_is_read_or_refused_but_never_overflows() {
    for text in nested(30) {
        let broken_on_purpose = !text.starts_with("protocol");
        let parsed = read(&text);
        assert!(parsed.findings.is_empty() || broken_on_purpose, "{text}: {:?}", parsed.findings);
    }
    // Around the limit of brackets, of operators, and far beyond all limits.
    for depth in [60, 64, 65, 200, 499, 501, 10_000, 60_000] {
        for text in nested(depth) {
            let parsed = read(&text);
            assert!(depth < 10_000 || is_refused(&parsed.findings), "{}", &text[..60.min(text.len())]);
        }
    }
}

fn is_refused(findings: &Findings) -> bool {
    findings.iter().any(|finding| matches!(finding.code, "too-deep" | "too-long" | "unclosed" | "no-header" | "syntax"))
}

#[test]
fn what_is_too_long_is_refused() {
    let text = "#".repeat(BYTES_MAX + 1);
    let parsed = parse(&text, printer::SOURCE);
    assert_eq!(parsed.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["too-long"]);
    assert!(parse(&text[1..], printer::SOURCE).findings.iter().all(|finding| finding.code != "too-long"));
}

#[test]
fn ten_thousand_mistakes_are_not_all_listed() {
    let text = format!("protocol a 1.0.0\n{}", "x y z\n".repeat(10_000));
    let parsed = parse(&text, printer::SOURCE);
    assert_eq!(parsed.findings.len(), 101);
    assert_eq!(parsed.findings.iter().last().map(|finding| finding.code), Some("more-findings"));
}
