//! Pages of reports: well-formed, complete, and nothing from elsewhere.

use crate::{PROTOCOL, try_audit};
use trialect_audit::Comparison;

/// The names of all elements in their order, when every one is closed where it should be and every text is escaped.
fn elements(page: &str) -> Vec<String> {
    let body = page.strip_prefix("<!DOCTYPE html>\n").expect("a page");
    let (mut open, mut seen): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("a tag that does not end: {part}"));
        let style = open.last().is_some_and(|name| name == "style");
        assert!(style || !text.contains('>'), "a bare sign: {text}");
        assert!(
            style || text.split('&').skip(1).all(|rest| rest.split_once(';').is_some_and(|(name, _)| name.len() < 6))
        );
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed where it is not open");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        seen.push(name.clone());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    seen
}

fn self_contained(page: &str) {
    for word in ["<script", "http:", "https:", "url(", "@import", "src=", "href="] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn the_page_of_an_audit_shows_verdict_counts_places_and_plots() {
    let names = "[names]\noutcome = \"o\"\nside = \"s\"\nlean = \"l\"\n";
    let mut table = String::from("o,s,l\n");
    for k in 0..40 {
        let side = if k % 2 == 0 { "left" } else { "right" };
        table.push_str(&format!("lost,{side},{}\n", f64::from(k) / 40.0));
    }
    let report = try_audit(names, &[("a<b>.csv", &table)]).unwrap();
    let page = report.page();
    let elements = elements(&page);
    self_contained(&page);
    let count = |name: &str| elements.iter().filter(|element| *element == name).count();
    // A bar for each rule, the places of the refuted one, and a plot for each test.
    assert_eq!(count("svg"), report.rules.len() + 1 + report.tests.len());
    assert_eq!(count("polyline"), 1);
    for text in [
        "The data refute: side.",
        "side = if repeated then last.side else fresh",
        "<title>0 equal, 1 consistent, 39 refuted, 0 undecidable</title>",
        "a&lt;b&gt;.csv",
        "<td>left</td>\n<td>right</td>",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let verdict = page.find("class=\"verdict refuted\"").unwrap();
    assert!(verdict < page.find("<h2>Rules</h2>").unwrap());
}

#[test]
fn the_page_of_a_comparison_has_both_protocols() {
    let table = "o,s\nlost,left\nlost,right\n";
    let report = |names: &str| try_audit(names, &[("a.csv", table)]).unwrap();
    let names = "[names]\noutcome = \"o\"\nside = \"s\"\n";
    let comparison = Comparison::of(report(names), report(names), ["one & two", "three"]);
    let page = comparison.page();
    elements(&page);
    self_contained(&page);
    assert!(PROTOCOL.contains("protocol small") && page.contains("The data fit one &amp; two and three equally well."));
    assert!(page.contains("What the data refute of three"), "{page}");
}
