//! What changed in a definition between two versions of a protocol, in the words of their texts.

use std::collections::{BTreeMap, BTreeSet};
use trialect_ir::{Definition, Memory, Program};
use trialect_session::carry::Item;

/// Two versions; the old one is absent when its sources do not compile any more.
pub(crate) struct Changes<'a> {
    pub(crate) old: Option<&'a Program>,
    pub(crate) new: &'a Program,
}

impl Changes<'_> {
    /// Old and new text of the definition itself, of the rules that change it, and of what it has changed through.
    pub(crate) fn lines(&self, item: &Item<'_>) -> Vec<String> {
        let own = &item.now.path;
        let mut paths: Vec<&String> = vec![own];
        let Some(before) = item.was else {
            return vec![format!("is     {}", plain(&item.now.text))];
        };
        let rules: BTreeSet<&String> = before.rules.iter().chain(&item.now.rules).collect();
        paths.extend(rules);
        let roots = self.changed_below(&paths);
        let more: Vec<&String> = roots.iter().filter(|root| !paths.contains(root)).collect();
        paths.extend(more);
        let mut lines = Vec::new();
        for path in paths {
            // A curriculum is told by its stages.
            let whole = path == own && matches!(item.now.memory, Memory::Curriculum { .. });
            let was = self.old.and_then(|old| old.texts.get(path)).or((path == own).then_some(&before.text));
            let is = self.new.texts.get(path).or_else(|| (path == own).then_some(&item.now.text));
            match (was, is) {
                _ if whole => {}
                (Some(was), Some(is)) if was == is => {}
                (None, None) if roots.contains(path) => lines.push(format!("through `{path}`, which has changed")),
                (was, is) => {
                    lines.extend((path != own).then(|| format!("through `{path}`")));
                    lines.extend(was.map(|was| format!("was    {}", plain(was))));
                    lines.extend(is.map(|is| format!("is     {}", plain(is))));
                }
            }
        }
        lines
    }

    /// Definitions that say something else themselves, among some and all that they use.
    fn changed_below(&self, paths: &[&String]) -> BTreeSet<String> {
        let Some(old) = self.old else { return BTreeSet::new() };
        let bodies = |program: &'_ Program| -> BTreeMap<String, Definition> {
            program.definitions.iter().map(|one| (one.path.clone(), one.clone())).collect()
        };
        let (before, after) = (bodies(old), bodies(self.new));
        let mut open: Vec<String> = paths.iter().map(|path| (*path).clone()).collect();
        let (mut seen, mut changed) = (BTreeSet::new(), BTreeSet::new());
        while let Some(path) = open.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let (was, is) = (before.get(&path), after.get(&path));
            open.extend(was.into_iter().chain(is).flat_map(|one| one.uses.iter().cloned()));
            if was.map(|one| &one.body) != is.map(|one| &one.body) {
                changed.insert(path);
            }
        }
        changed
    }
}

/// A text with single blanks, however its columns were aligned.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
