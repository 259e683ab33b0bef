//! The first look at a text: tokens with their places, comments, and characters that the language does not use.
//!
//! The scan also makes a copy of the text, as long as the text, in which comments and foreign characters are blanks:
//! places in the copy are places in the text.

use crate::findings;
use crate::report::Report;
use trialect_base::Span;

/// A comment, kept for the formatter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// What follows `#`, without the blanks at its end.
    pub text: String,
}

/// The three kinds of brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bracket {
    Round,
    Square,
    Brace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, digits, `_`; does not begin with a digit.
    Word,
    /// `12.5`
    Number,
    /// `"…"`
    Text,
    /// An operator or another sign.
    Mark,
    Open(Bracket),
    Close(Bracket),
    LineEnd,
    Semicolon,
}

/// A token and its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// True for brackets and signs of one kind.
    pub(crate) fn is(&self, kind: TokenKind) -> bool {
        self.kind == kind
    }
}

/// A text's tokens, and the copy from which it is read.
pub(crate) struct Scan {
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Comment>,
    /// As long as the text; comments and what does not belong are blank.
    pub(crate) code: String,
    /// First bytes of places with a finding, in order.
    pub(crate) damage: Vec<u32>,
}

/// Signs of the language, longer ones first.
const MARKS: &[&str] =
    &[":=", "+=", "->", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "~", ":", ",", ".", "?", "%", "^"];

/// Signs of other languages, longer ones first, with what stands for them here.
const FOREIGN: &[(&str, &str)] = &[
    ("===", "write `is`"),
    ("!==", "write `is not`"),
    ("...", "a range is written `low .. high`"),
    ("==", "write `is`, as in `side is left`"),
    ("!=", "write `is not`, as in `side is not left`"),
    ("<>", "write `is not`, as in `side is not left`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("=>", "write `->` before the next state, `>=` in a comparison"),
    ("=<", "write `<=`"),
    ("**", "write the product, as in `x * x`"),
    ("++", "write `x := x + 1`"),
    ("-=", "write `x := x - …`"),
    ("*=", "write `x := x * …`"),
    ("/=", "write `x := x / …`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("!", "write `not`"),
];

/// Scans a text of less than 4 GB.
pub(crate) fn scan(text: &str, report: &mut Report) -> Scan {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        code: text.as_bytes().to_vec(),
        tokens: Vec::new(),
        comments: Vec::new(),
        damage: Vec::new(),
        report,
    };
    if text.starts_with('\u{feff}') {
        scanner.blank_to('\u{feff}'.len_utf8());
    }
    scanner.run();
    let Scanner { tokens, comments, code, damage, .. } = scanner;
    // Whole characters are replaced by blanks, so the copy is valid whenever the text is.
    let code = String::from_utf8(code).unwrap_or_else(|_| " ".repeat(text.len()));
    Scan { tokens, comments, code, damage }
}

struct Scanner<'t, 'r> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    code: Vec<u8>,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    damage: Vec<u32>,
    report: &'r mut Report,
}

impl Scanner<'_, '_> {
    fn run(&mut self) {
        use TokenKind::{Close, LineEnd, Open, Semicolon, Word};
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => self.at += 1,
                b'\t' | b'\r' => self.blank_to(self.at + 1),
                b'\n' => self.token(LineEnd, 1),
                b';' => self.token(Semicolon, 1),
                b'#' => self.comment(),
                b'"' => self.string(),
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.token(Word, self.length_while(is_word_byte)),
                b'(' => self.token(Open(Bracket::Round), 1),
                b')' => self.token(Close(Bracket::Round), 1),
                b'[' => self.token(Open(Bracket::Square), 1),
                b']' => self.token(Close(Bracket::Square), 1),
                b'{' => self.token(Open(Bracket::Brace), 1),
                b'}' => self.token(Close(Bracket::Brace), 1),
                _ => self.sign(),
            }
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn length_while(&self, holds: fn(u8) -> bool) -> usize {
        self.bytes.iter().skip(self.at).take_while(|&&byte| holds(byte)).count()
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.bytes.len(), |length| self.at + length)
    }

    fn span_to(&self, end: usize) -> Span {
        self.report.span(self.at as u32, end as u32)
    }

    fn token(&mut self, kind: TokenKind, length: usize) {
        let end = self.at + length;
        self.tokens.push(Token { kind, start: self.at as u32, end: end as u32 });
        self.at = end;
    }

    fn blank_to(&mut self, end: usize) {
        for byte in self.code.iter_mut().take(end).skip(self.at).filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
        self.at = end;
    }

    fn damaged(&mut self) {
        self.damage.push(self.at as u32);
    }

    fn comment(&mut self) {
        let end = self.line_end();
        let text = self.text.get(self.at + 1..end).unwrap_or("").trim_end().to_owned();
        let span = self.span_to(self.at + 1 + text.len());
        self.comments.push(Comment { span, text });
        self.blank_to(end);
    }

    fn string(&mut self) {
        let inside = self.rest().get(1..).unwrap_or("");
        let length = inside.find(['"', '\n']).unwrap_or(inside.len());
        if inside[length..].starts_with('"') {
            return self.token(TokenKind::Text, length + 2);
        }
        let end = self.at + 1 + inside[..length].trim_end().len();
        self.damaged();
        self.report.push(findings::unclosed_string(self.span_to(end)));
        self.blank_to(end);
    }

    fn number(&mut self) {
        let whole = self.length_while(|byte| byte.is_ascii_digit());
        let after = self.bytes.iter().skip(self.at + whole + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let has_point = self.bytes.get(self.at + whole) == Some(&b'.') && after > 0;
        self.token(TokenKind::Number, if has_point { whole + 1 + after } else { whole });
    }

    fn sign(&mut self) {
        let rest = self.rest();
        if rest.starts_with("//") || rest.starts_with("/*") {
            return self.foreign_comment();
        }
        if let Some((sign, remedy)) = FOREIGN.iter().find(|(sign, _)| rest.starts_with(sign)) {
            self.damaged();
            self.report.push(findings::foreign_operator(sign, remedy, self.span_to(self.at + sign.len())));
            return self.token(TokenKind::Mark, sign.len());
        }
        match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            Some(mark) => self.token(TokenKind::Mark, mark.len()),
            None => self.strange(),
        }
    }

    /// `// …` to the end of the line, or `/* … */`: taken for the comment that it was meant to be.
    fn foreign_comment(&mut self) {
        let inside = self.rest().strip_prefix("/*").and_then(|rest| rest.find("*/"));
        let end = inside.map_or(self.line_end(), |length| self.at + length + 4);
        self.report.push(findings::foreign_comment(self.span_to(self.at + 2)));
        self.blank_to(end);
    }

    /// A run of characters that the language does not use, with the letters that belong to the same word.
    fn strange(&mut self) {
        let belongs = |c: char| is_strange(c) || c.is_ascii_alphanumeric() || c == '_';
        let rest = self.rest();
        let run = rest.get(..rest.find(|c| !belongs(c)).unwrap_or(rest.len())).unwrap_or(rest).to_owned();
        let end = self.at + run.len().max(1);
        self.damaged();
        self.report.push(findings::strange_character(&run, self.span_to(end)));
        self.blank_to(end);
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_strange(c: char) -> bool {
    !c.is_ascii()
        || (c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n'))
        || matches!(c, '@' | '$' | '\\' | '\'' | '`')
}
