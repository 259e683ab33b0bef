//! From the parser's nodes to the tree, one file for each group of constructs.
//!
//! The grammar guarantees the shape of a node, so `None` here means that grammar and builder disagree; it becomes a
//! finding, never a panic.

mod actions;
mod blocks;
mod calls;
mod declarations;
mod expressions;
mod heads;
mod library;
mod machine;
mod parts;
mod statistics;

use crate::ast::{Clause, ClauseKind, Header, Name};
use crate::findings;
use crate::grammar::Rule;
use crate::head::Head;
use crate::reader::{Context, Reader};
pub(crate) use parts::is_keyword_or_sign;
use parts::{Node, Parts};
use trialect_base::Span;

/// Builds the tree of one clause, and through the reader the clauses of its blocks.
pub(crate) struct Builder<'b, 'l> {
    reader: &'b mut Reader<'l>,
    head: &'b Head,
}

impl<'b, 'l> Builder<'b, 'l> {
    pub(crate) fn new(reader: &'b mut Reader<'l>, head: &'b Head) -> Builder<'b, 'l> {
        Builder { reader, head }
    }

    /// A clause of any block.
    pub(crate) fn clause(&mut self, node: Node<'_>) -> Option<Clause> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::device => self.device(node.clone()),
            Rule::step => self.step(node.clone()),
            _ => Parts::of(node.clone()).next().and_then(|kind| self.kind(kind)),
        };
        if kind.is_none() {
            self.reader.push(findings::unreadable(span));
        }
        Some(Clause { kind: kind?, span, description: self.description(node) })
    }

    /// The header of a file.
    pub(crate) fn header(&mut self, node: Node<'_>) -> Option<Header> {
        let description = self.description(node.clone());
        let mut parts = Parts::of(node);
        Some(Header {
            kind: self.name(&parts.take(Rule::header_word)?),
            name: self.name(&parts.take(Rule::dotted_name)?),
            version: self.name(&parts.take(Rule::version)?),
            description,
        })
    }

    fn kind(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        match node.as_rule() {
            Rule::citation | Rule::usage | Rule::enumeration | Rule::levels | Rule::whole_numbers => self.types(node),
            Rule::variable
            | Rule::parameter
            | Rule::draw
            | Rule::deck
            | Rule::definition
            | Rule::outcomes
            | Rule::input => self.declaration(node),
            Rule::statistic | Rule::covariate | Rule::adaptation => self.measure(node),
            Rule::quantity | Rule::device_class | Rule::channel | Rule::constructor | Rule::device_verb => {
                self.library(node)
            }
            Rule::handler | Rule::branching | Rule::repetition => self.machine(node),
            Rule::assignment | Rule::hold | Rule::action | Rule::tracking | Rule::pause => self.act(node),
            Rule::limit | Rule::stop | Rule::advice | Rule::counting | Rule::ending | Rule::recording => {
                self.rule(node)
            }
            _ => self.block(node),
        }
    }

    /// The clauses between the braces of a `body`.
    fn body(&mut self, node: &Node<'_>, context: Context) -> Vec<Clause> {
        match self.head.block_at(node.as_span().start()) {
            Some(content) => self.reader.clauses(content, context),
            None => Vec::new(),
        }
    }

    // ---- places and words

    fn span(&self, node: &Node<'_>) -> Span {
        let (start, end) = self.head.source_range(node.as_span().start(), node.as_span().end());
        self.reader.span(start, end)
    }

    fn name(&self, node: &Node<'_>) -> Name {
        Name { text: node.as_str().trim_end().to_owned(), span: self.span(node) }
    }

    fn names(&self, nodes: Vec<Node<'_>>) -> Vec<Name> {
        nodes.iter().map(|node| self.name(node)).collect()
    }

    /// The characters between the quotes of a `string`.
    fn text(&self, node: &Node<'_>) -> String {
        node.as_str().trim_matches('"').to_owned()
    }

    /// A clause's description: the string at its end or, for a block, before its brace.
    fn description(&mut self, node: Node<'_>) -> Option<String> {
        let inside_kind = node.clone().into_inner().flat_map(Node::into_inner);
        let mut found: Vec<Node<'_>> =
            node.into_inner().chain(inside_kind).filter(|part| part.as_rule() == Rule::description).collect();
        found.sort_by_key(|description| description.as_span().start());
        if let [first, second, ..] = found.as_slice() {
            let (first, second) = (self.span(first), self.span(second));
            self.reader.push(findings::given_twice("a description", first, second));
        }
        found.first().map(|description| self.text(description))
    }
}
