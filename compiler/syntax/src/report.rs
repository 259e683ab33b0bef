//! What reading a text found, bounded: the first findings are worth reading, the ten-thousandth is not.

use crate::findings;
use trialect_base::{Finding, Findings, SourceId, Span};

/// Findings kept while a text is read.
const KEPT_MAX: usize = 1000;
/// Findings handed to the author.
const SHOWN_MAX: usize = 100;

/// Findings of one source in the order in which they were made.
pub(crate) struct Report {
    source: SourceId,
    findings: Vec<Finding>,
    left_out: usize,
}

impl Report {
    pub(crate) fn new(source: SourceId) -> Report {
        Report { source, findings: Vec::new(), left_out: 0 }
    }

    /// The source that is read.
    pub(crate) fn source(&self) -> SourceId {
        self.source
    }

    /// Bytes `start..end` of the source.
    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span { source: self.source, start, end: end.max(start) }
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if self.findings.len() < KEPT_MAX {
            self.findings.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Takes over the findings of another report.
    pub(crate) fn extend(&mut self, other: Report) {
        self.left_out += other.left_out;
        other.findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// How many findings there were.
    pub(crate) fn count(&self) -> usize {
        self.findings.len() + self.left_out
    }

    /// Counts a finding that was not made.
    pub(crate) fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// True when a further finding will not be kept, so that it need not be explained.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= KEPT_MAX
    }

    /// In the order of their places, cut to a readable number.
    pub(crate) fn finish(mut self) -> Findings {
        self.findings.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        let left_out = self.left_out + self.findings.len().saturating_sub(SHOWN_MAX);
        self.findings.truncate(SHOWN_MAX);
        if let Some(last) = self.findings.last().and_then(|finding| finding.labels.first()).filter(|_| left_out > 0) {
            let more = findings::more_findings(left_out, last.span);
            self.findings.push(more);
        }
        let mut shown = Findings::default();
        self.findings.into_iter().for_each(|finding| shown.push(finding));
        shown
    }
}
