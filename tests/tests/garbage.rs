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

/// A protocol with lines at its top, in its trial and in its only state.
fn protocol(top: &str, trial: &str, state: &str) -> String {
    format!(
        "protocol p 1.0.0\nuse std.sides\n{top}\nsession {{ limit trials 10 }}\ntrial {{\n  outcomes done\n{trial}\n  \
         state only {{\n{state}\n    after 1 s -> end done\n  }}\n}}\n"
    )
}

/// `f(0)`, `f(1)`, … one on each line.
fn lines(n: usize, f: impl Fn(usize) -> String) -> String {
    (0..n).map(|k| f(k) + "\n").collect()
}

#[test]
fn deep_texts_do_not_exhaust_the_stack() {
    let guard = |value: &str| protocol("", "", &format!("    after 2 s when {value} -> end done"));
    let wrapped = |open: &str, inner: &str, close: &str, n: usize| open.repeat(n) + inner + &close.repeat(n);
    for n in [30, 90, 150, 199, 250, 1000, 20_000] {
        check(&guard(&wrapped("(", "true", ")", n)));
        check(&guard(&wrapped("not ", "true", "", n)));
        check(&guard(&(wrapped("if trial.first then false else ", "true", "", n))));
        check(&guard(&format!("{} < 3", wrapped("abs(", "trial.index", ")", n))));
        check(&guard(&format!("{} < 3", vec!["trial.index"; n].join(" + "))));
        check(&guard(&vec!["trial.first"; n].join(" and ")));
        check(&guard(&wrapped("left in {left, opposite[", "left", "]}", n)));
        check(&guard(&wrapped("true in {true, if true in {true", "", "} then true else false}", n)));
        check(&guard(&format!("left is {}", wrapped("opposite[", "left", "]", n))));
        check(&guard(&wrapped("all(", "true", " for s in Side)", n)));
        check(&protocol("", "  var c : Bool? := none", &wrapped("if exists c { ", "c := none", " }", n)));
        check(&protocol("", "", &wrapped("for s in Side { ", "choice := 1", " }", n)));
    }
}

#[test]
fn chains_of_definitions_are_answered() {
    let chain = |n: usize, up: bool, body: &dyn Fn(String) -> String| {
        lines(n, |k| {
            let other = if up { k.checked_sub(1) } else { Some(k + 1).filter(|&k| k < n) };
            format!("a{k} = {}", other.map_or("1".into(), |k| body(format!("a{k}"))))
        })
    };
    for n in [60, 199, 5000] {
        for up in [true, false] {
            let text = chain(n, up, &|a| format!("{a} + 1"));
            check(&protocol(&text, "  x = a0 + a9", ""));
            check(&protocol("", &text, ""));
            check(&protocol("", &text.replace("= 1\n", "= only.visits\n"), ""));
            let doubled = chain(n, up, &|a| format!("{a} + {a}"));
            check(&protocol(&doubled, "  x = a0 + a9", ""));
            check(&protocol("", &doubled, ""));
            check(&protocol("", &doubled.replace("= 1\n", "= only.visits\n"), ""));
            let facts = chain(n, up, &|a| format!("{a} and {a}")).replace("= 1\n", "= exists c\n");
            check(&protocol("", &format!("  var c : Bool? := none\n{facts}  x = if a0 and a9 then c else true"), ""));
        }
    }
    let circle = lines(300, |k| format!("a{k} = a{} + a{}", (k + 1) % 300, (k + 7) % 300));
    check(&protocol("", &circle, ""));
    check(&protocol(&circle, "", "").replace("limit trials 10", "limit trials 10; var x := 1 within 0 .. a5"));
}

#[test]
fn large_texts_are_answered() {
    let n = 10_000;
    check(&protocol(&lines(n, |k| format!("b{k} = c{k} + d{k}")), "", ""));
    check(&protocol(&lines(n, |k| format!("b{k} = {k}")), "", ""));
    check(&protocol(&lines(n, |_| "b = 1".into()), "", ""));
    check(&protocol(&lines(n, |k| format!("use std.x{k}")), "", ""));
    check(&protocol(&lines(n, |k| format!("enum E{k} {{ a, b }}")), "", ""));
    check(&protocol(&format!("{} = 1\nb = {}c", "a".repeat(300_000), "a".repeat(299_999)), "", ""));
    check(&protocol("", &lines(n, |k| format!("  state s{k} {{ after 1 s -> s{} }}", k + 1)), ""));
    check(&protocol("", &lines(900, |k| format!("  state s{k} {{ after 0 s -> s{}; when true -> s0 }}", k + 1)), ""));
    check(&protocol("", "", &lines(n, |k| format!("    after {k} ms -> end nothing{k}"))));
    check(&protocol("", "", &lines(n, |k| format!("    on nothing{k}.event -> only"))));
    let handlers = lines(2000, |k| format!("var v{k} := 0 ; on trial.end {{ v{k} += 1 }}"));
    check(&protocol("", "", "").replace("limit trials 10", &format!("limit trials 10\n{handlers}")));
    let stages = lines(500, |k| format!("stage s{k} {{ x{k} = {k}; on session.end -> s{} }}", k + 1));
    check(&protocol(&format!("subject {{ curriculum c {{\n{stages}}} }}"), "", ""));
    let int = "int N = 1 .. 64";
    check(&protocol(int, &format!("  n[{}] = 1", vec!["N"; 50].join(", ")), ""));
    check(&protocol(int, &lines(500, |k| format!("  x{k} = all(a > b for a in N, b in N)")), ""));
    check(&protocol(int, "", &"for a in N { for b in N { x = 1 } }\n".repeat(500)));
    let windows = lines(500, |k| format!("stat s{k} = mean(only.time) over last 100000 trials else 0 s"));
    check(&protocol("", "", "").replace("limit trials 10", &format!("limit trials 10\n{windows}")));
}
