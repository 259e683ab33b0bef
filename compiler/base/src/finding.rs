//! What a phase found: a code, a message, labelled places and a remedy.

use crate::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The protocol can run.
    Warning,
    /// It cannot.
    Error,
}

/// A place and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// A change of the text that does what a finding's help says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// What stands there then.
    pub text: String,
}

/// Something worth telling the author: the label says what is there, the message what was expected, the help what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable, kebab-case; `trialect explain CODE` tells more.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The first is the place where to look.
    pub labels: Vec<Label>,
    /// What to write instead, computed.
    pub help: Option<String>,
    /// The help as a change of the text, where it is exactly one.
    pub fix: Option<Fix>,
}

impl Finding {
    /// An error with its place and what is there.
    pub fn error(code: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Finding {
        Finding {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label { span, text: label.into() }],
            help: None,
            fix: None,
        }
    }
    /// A warning with its place and what is there.
    pub fn warning(code: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, message, span, label) }
    }
    /// A further place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Finding {
        self.labels.push(Label { span, text: label.into() });
        self
    }
    /// What to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        (self.help, self.fix) = (Some(help.into()), None);
        self
    }
    /// What to write instead, if known.
    #[must_use]
    pub fn help_maybe(self, help: Option<String>) -> Finding {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }
    /// What to write instead of the bytes of a span; `words` say it, with the text in them.
    #[must_use]
    pub fn replace(self, span: Span, text: impl Into<String>, words: impl FnOnce(&str) -> String) -> Finding {
        let text = text.into();
        let finding = self.help(words(&text));
        Finding { fix: Some(Fix { span, text }), ..finding }
    }
}

/// Findings in the order of their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// Adds one; the same finding at the same place is kept once.
    pub fn push(&mut self, finding: Finding) {
        if !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }
    /// Adds all of another list.
    pub fn extend(&mut self, other: Findings) {
        other.list.into_iter().for_each(|finding| self.push(finding));
    }
    /// True when nothing forbids to run the program.
    pub fn is_runnable(&self) -> bool {
        self.list.iter().all(|finding| finding.severity < Severity::Error)
    }
    /// Number of findings.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// True when nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// By place: source, then first byte.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
        self.list
    }
    /// As they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter()
    }
}
