//! All modules of a library on one page.

use super::{Page, document};
use crate::Library;
use std::fmt::Write as _;

const INTRODUCTION: &str = "# The library, module by module

These pages are made from the texts in [`stdlib/std`](../../stdlib/std) by `trialect doc --all spec/library`; a test
compares them. What a module is used for stands in its text, beside what it says to the compiler: a description at the
end of a clause, a comment above it.

A name of a library enters a protocol's hash when the protocol uses it, directly or through others; what it does not use
does not, also when the module is named in `use` ([chapter 10](../language/10-identity.md)). Parts and policies are
explained in [chapter 14](../language/14-parts-and-policies.md), device classes in [chapter
8](../language/08-outputs.md), covariates in [chapter 12](../language/12-covariates.md), animals in [chapter
15](../language/15-scenarios.md).

| module | | offers |
|---|---|---|
";

/// The pages of a library, in the order of their names.
pub fn documented(library: &Library) -> Vec<Page> {
    let mut names = library.names();
    names.sort_unstable();
    names.into_iter().filter_map(|name| document(name, library)).collect()
}

/// The page that lists others, in Markdown: each with what it is for, and the names of its entries.
pub fn index(pages: &[Page]) -> String {
    let mut text = INTRODUCTION.to_string();
    for page in pages {
        let description = page.description.as_deref().unwrap_or_default();
        let _ = writeln!(text, "| [`{}`]({}.md) | {description} | {} |", page.name, page.name, offers(page));
    }
    text
}

/// Names of entries; of what stands in tables only how much there is.
fn offers(page: &Page) -> String {
    let of = |section: &super::Section| {
        let counted =
            section.table.iter().map(|table| format!("{}: {}", section.title.to_lowercase(), table.rows.len()));
        let named = section.entries.iter().map(|entry| format!("`{}`", entry.name));
        counted.chain(named).collect::<Vec<_>>()
    };
    page.sections.iter().flat_map(of).collect::<Vec<_>>().join(", ")
}
