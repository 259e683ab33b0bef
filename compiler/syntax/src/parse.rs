//! The way in: a text becomes a tree and its findings.

use crate::ast::{Expr, File};
use crate::findings;
use crate::layout::{Begin, lay_out};
use crate::reader::Reader;
use crate::report::Report;
use crate::scan::{Comment, scan};
use trialect_base::{Findings, SourceId};

/// The longest text that is read, in bytes.
pub const BYTES_MAX: usize = 1_000_000;

/// A text as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The clauses that could be read; those with a syntax finding are missing.
    pub file: File,
    /// At most a hundred, in the order of their places.
    pub findings: Findings,
    /// In the order of their places.
    pub comments: Vec<Comment>,
}

/// Reads a file. Always returns, whatever the text.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    let mut report = Report::new(source);
    let mut file = File { header: None, clauses: Vec::new() };
    let mut comments = Vec::new();
    if text.len() > BYTES_MAX {
        report.push(findings::too_long(text.len(), BYTES_MAX, report.span(0, 0)));
    } else {
        let scan = scan(text, &mut report);
        let layout = lay_out(&scan, Begin::Clause, &mut report);
        file = Reader::new(&layout, &mut report).file();
        comments = scan.comments;
    }
    Parsed { file, findings: report.finish(), comments }
}

/// Reads one expression; none when there is a finding that forbids it.
pub fn parse_expression(text: &str, source: SourceId) -> (Option<Expr>, Findings) {
    let mut report = Report::new(source);
    if text.len() > BYTES_MAX {
        report.push(findings::too_long(text.len(), BYTES_MAX, report.span(0, 0)));
        return (None, report.finish());
    }
    let scan = scan(text, &mut report);
    let layout = lay_out(&scan, Begin::Value, &mut report);
    let expression = Reader::new(&layout, &mut report).expression();
    (expression, report.finish())
}
