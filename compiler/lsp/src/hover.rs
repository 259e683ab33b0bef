//! What is under the pointer.

use crate::names::{Declaration, Kind, Space};
use crate::quantities;
use crate::text::{is_quiet, word_at};
use crate::view::View;
use crate::words::{FUNCTIONS, KEYWORDS, UNITS, meaning};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};
use trialect_base::Span;
use trialect_sema::{Clock, Model, Value};
use trialect_units::Unit;

/// What the word at a place means.
pub(crate) fn hover(view: &View<'_>, offset: u32) -> Option<Hover> {
    let text = view.analysis.text();
    if is_quiet(text, offset as usize) {
        return None;
    }
    let index = view.analysis.index();
    let found = index.at(view.analysis.own, offset);
    let (start, end) = match found.first() {
        Some(first) => (first.place.start as usize, first.place.end as usize),
        None => word_at(text, offset as usize),
    };
    let value = match found.as_slice() {
        [] => of_word(view, start, end)?,
        found => {
            let pages: Vec<String> = found.iter().map(|one| of_name(view, &index.declarations[one.of])).collect();
            pages.join("\n\n---\n\n")
        }
    };
    let span = Span { source: view.analysis.own, start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(view.range(span)) })
}

/// A unit after a number, a keyword, a function.
fn of_word(view: &View<'_>, start: usize, end: usize) -> Option<String> {
    let text = view.analysis.text();
    let percent = text.get(start..).is_some_and(|rest| rest.starts_with('%'));
    let word = if percent { "%" } else { text.get(start..end).filter(|word| !word.is_empty())? };
    let before = text.get(..start)?;
    let compound = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "/*^%".contains(c));
    let after_number = compound.trim_end_matches(' ').ends_with(|c: char| c.is_ascii_digit());
    if (after_number || percent || before.trim_end().ends_with(" in"))
        && let Some(page) = of_unit(view, word)
    {
        return Some(page);
    }
    let is_call = text.get(end..).is_some_and(|rest| rest.starts_with('('));
    let function = meaning(FUNCTIONS, word).filter(|_| is_call);
    function.or_else(|| meaning(KEYWORDS, word)).map(|meaning| format!("**{word}**\n\n{meaning}"))
}

fn of_unit(view: &View<'_>, word: &str) -> Option<String> {
    let (unit, name) = (Unit::parse(word).ok()?, meaning(UNITS, word)?);
    let recorded = view.analysis.model.as_ref().and_then(|model| model.unit(unit.dimension));
    let recorded = recorded.filter(|recorded| recorded.symbol != word);
    let in_recorded = recorded.and_then(|recorded| {
        let amount = recorded.scale.inverse().and_then(|inverse| unit.scale.times(inverse))?;
        Some(format!("1 {word} = {amount} {}", recorded.symbol))
    });
    let measures = if unit.dimension.is_none() { "a plain number".to_string() } else { unit.dimension.to_string() };
    let same = in_recorded.map(|same| format!("  \n{same}")).unwrap_or_default();
    Some(format!("**{word}** {name}: {measures}{same}"))
}

/// A declared name: its text, its type, its clock, its range, its description.
fn of_name(view: &View<'_>, declaration: &Declaration) -> String {
    let sources = &view.analysis.sources;
    let clause = sources.text(declaration.clause);
    let first = clause.lines().next().unwrap_or_default().trim_end().trim_end_matches('{').trim_end();
    let first = first.split("  \"").next().unwrap_or_default().trim_end();
    let mut page = format!("```trialect\n{first}\n```\n\n");
    let model = view.analysis.model.as_ref();
    let value = model.and_then(|model| Some((model, value_of(model, declaration)?)));
    let mut facts = vec![match value {
        Some((_, value)) if value.clock != Clock::Constant => {
            format!("{} of the {}", declaration.kind.word(), value.clock.word())
        }
        Some(_) if declaration.kind == Kind::Value("definition") => "constant".into(),
        _ => declaration.kind.word().to_string(),
    }];
    if let Some((model, value)) = value {
        facts.extend(typed(model, value));
    } else if matches!(declaration.kind, Kind::Member | Kind::Device | Kind::Instance | Kind::Stage) {
        facts.extend(Some(&declaration.of).filter(|of| !of.is_empty()).map(|of| format!("`{of}`")));
    }
    page.push_str(&facts.join(" · "));
    let described = declaration.description.clone().filter(|_| declaration.kind != Kind::Parameter);
    if let Some(description) = described.or_else(|| value.and_then(|(_, value)| value.description.clone())) {
        page.push_str(&format!("\n\n{description}"));
    }
    if declaration.kind == Kind::Device {
        page.push_str(&abilities(view, &declaration.of));
    }
    let source = sources.get(declaration.place.source);
    if let Some(source) = source.filter(|_| !view.analysis.is_own(declaration.place)) {
        let of = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
        page.push_str(&format!("\n\n*{of}*"));
    }
    page
}

/// The checked value of a declaration.
pub(crate) fn value_of<'m>(model: &'m Model, declaration: &Declaration) -> Option<&'m Value> {
    model.values.iter().find(|value| value.span == declaration.place)
}

/// `Volume, in uL`, `1.5 uL .. 3 uL`.
fn typed(model: &Model, value: &Value) -> Vec<String> {
    let Some(ty) = quantities::written(&value.ty, model) else { return Vec::new() };
    let unit = quantities::unit(&value.ty, model).map(|unit| format!(" in {unit}")).unwrap_or_default();
    let mut facts = vec![format!("`{ty}`{unit}")];
    if !value.keys.is_empty() {
        let keys: Vec<String> = value.keys.iter().map(|(_, finite)| finite.name(model)).collect();
        facts.push(format!("for each {}", keys.join(", ")));
    }
    facts.extend(quantities::range(value.range, &value.ty, model));
    facts
}

/// What a device reports and can do.
fn abilities(view: &View<'_>, class: &str) -> String {
    let index = view.analysis.index();
    let mut page = String::new();
    for part in index.within(Space::Within, class) {
        let description = part.description.as_deref().unwrap_or_default();
        page.push_str(&format!("\n- {} `{}`: {description}", part.kind.word(), part.name));
    }
    if page.is_empty() { page } else { format!("\n{page}") }
}
