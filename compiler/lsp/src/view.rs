//! From places of the compiler to places of an editor.

use crate::analysis::Analysis;
use crate::positions::Lines;
use crate::world::{self, World};
use lsp_types::{Location, Range, Uri};
use std::collections::BTreeMap;
use trialect_base::{SourceId, Span};

/// Places of an analysis as an editor has them.
pub(crate) struct View<'a> {
    pub(crate) analysis: &'a Analysis,
    world: &'a dyn World,
    /// The address of the text itself, as the editor calls it.
    own: &'a Uri,
    lines: std::cell::RefCell<BTreeMap<SourceId, std::rc::Rc<Lines>>>,
}

impl<'a> View<'a> {
    pub(crate) fn new(analysis: &'a Analysis, own: &'a Uri, world: &'a dyn World) -> View<'a> {
        View { analysis, world, own, lines: std::cell::RefCell::default() }
    }

    fn lines(&self, source: SourceId) -> std::rc::Rc<Lines> {
        let text = self.analysis.source(source).map_or("", |source| source.text.as_str());
        self.lines.borrow_mut().entry(source).or_insert_with(|| std::rc::Rc::new(Lines::new(text))).clone()
    }

    pub(crate) fn range(&self, span: Span) -> Range {
        let text = self.analysis.source(span.source).map_or("", |source| source.text.as_str());
        self.lines(span.source).range(text, span.start, span.end)
    }

    /// The address of a source: the text itself, a file beside it, or a file with a module of the library.
    pub(crate) fn uri(&self, source: SourceId) -> Option<Uri> {
        if source == self.analysis.own {
            return Some(self.own.clone());
        }
        match self.analysis.paths.get(source.0 as usize)? {
            Some(path) => world::uri(path),
            None => {
                let source = self.analysis.source(source)?;
                self.page(&format!("{}.trial", source.name.replace('.', "/")), &source.text)
            }
        }
    }

    /// The address of a text that is inside the program.
    pub(crate) fn page(&self, name: &str, text: &str) -> Option<Uri> {
        self.world.page(name, text).and_then(|path| world::uri(&path))
    }

    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location::new(self.uri(span.source)?, self.range(span)))
    }

    /// The byte of the text itself at a position.
    pub(crate) fn offset(&self, position: lsp_types::Position) -> u32 {
        let offset = self.lines(self.analysis.own).offset(self.analysis.text(), position);
        u32::try_from(offset).unwrap_or(u32::MAX)
    }
}
