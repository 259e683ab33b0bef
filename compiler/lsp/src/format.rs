//! The text in the one style of the language.

use crate::view::View;
use lsp_types::TextEdit;
use trialect_base::{SourceId, Span};

/// The changes that bring a text into style: none for a text that cannot be read, whose findings say why.
pub(crate) fn format(view: &View<'_>) -> Vec<TextEdit> {
    let old = view.analysis.text();
    let Ok(new) = trialect_syntax::format(old, SourceId::default()) else { return Vec::new() };
    let before = same(old.chars(), new.chars(), usize::MAX);
    let rest = (old.len() - before).min(new.len() - before);
    let after = same(old.chars().rev(), new.chars().rev(), rest);
    if before == old.len() && before == new.len() {
        return Vec::new();
    }
    // Only what differs is replaced, so that the place of the cursor and the marks of an editor stay.
    let own = view.analysis.own;
    let (Ok(start), Ok(end)) = (u32::try_from(before), u32::try_from(old.len() - after)) else { return Vec::new() };
    let range = view.range(Span { source: own, start, end });
    vec![TextEdit { range, new_text: new[before..new.len() - after].to_string() }]
}

/// How many bytes two texts have in common, at most so many.
fn same(old: impl Iterator<Item = char>, new: impl Iterator<Item = char>, most: usize) -> usize {
    let mut bytes = 0;
    for (a, b) in old.zip(new) {
        if a != b || bytes + a.len_utf8() > most {
            break;
        }
        bytes += a.len_utf8();
    }
    bytes
}
