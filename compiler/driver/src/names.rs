//! What a text is called and which others it uses, read from its tree alone.

use crate::compile::uses;
use crate::trees::Trees;
use trialect_base::SourceId;

/// The name of a text that others may use: that of a library or a part; none for other texts.
pub fn name_for_use(text: &str) -> Option<String> {
    let header = trialect_syntax::parse(text, SourceId::default()).file.header?;
    matches!(header.kind.text.as_str(), "library" | "part").then_some(header.name.text)
}

/// The names that a text uses, in their order.
pub fn names_used(text: &str) -> Vec<String> {
    used_by(text, &Trees::default())
}

pub(crate) fn used_by(text: &str, trees: &Trees) -> Vec<String> {
    let (file, _) = trees.parse(text, SourceId::default());
    uses(&file.clauses).into_iter().map(|name| name.text.clone()).collect()
}
