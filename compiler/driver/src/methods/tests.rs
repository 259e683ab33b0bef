//! Methods texts of the project's own protocols: every number stands in them, and figures can be read.

use super::figure::{HEIGHT, Spot};
use super::*;
use crate::{Library, Trees, analyse};
use std::path::{Path, PathBuf};
use trialect_base::SourceId;

fn protocols() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols")
}

fn basic() -> String {
    std::fs::read_to_string(protocols().join("ibl/basic.trial")).expect("the basic task")
}

/// Of a text alone; what it means is no matter.
fn alone(text: &str) -> Methods {
    let file = trialect_syntax::parse(text, SourceId(0)).file;
    methods(&[&file], text, "sha2-256:0").expect("a header")
}

/// Every text of the project with its parts beside it, and what is made of it.
fn all() -> Vec<(PathBuf, Methods)> {
    let folders = std::fs::read_dir(protocols()).expect("protocols").flatten().map(|entry| entry.path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| std::fs::read_dir(path).expect("a folder"));
    let mut files: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".trial"));
    files.retain(|path| !path.to_string_lossy().ends_with(".scenarios.trial"));
    files.sort();
    let made = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a text");
        let folders: Vec<&Path> = path.ancestors().skip(1).take(2).collect();
        let trees = Trees::default();
        let mut read = |path: &Path| Ok::<_, std::convert::Infallible>(std::fs::read_to_string(path).ok());
        let near = crate::nearby(&text, &folders, &Library::Embedded, &trees, &mut read).expect("it reads");
        let near = near.into_iter().map(|(name, near)| (name, near.text)).collect();
        let analysed = analyse("", &text, &Library::Embedded.beside(near), None);
        let files: Vec<&File> = analysed.files.iter().map(AsRef::as_ref).collect();
        let methods = methods(&files, &text, "sha2-256:0").expect("a header");
        (path, methods)
    };
    files.into_iter().map(made).collect()
}

/// Numbers in a text, outside of comments, strings, names and the first line: where the digits stand.
fn literals(text: &str) -> Vec<std::ops::Range<usize>> {
    let (mut list, mut at, mut in_string) = (Vec::new(), text.find('\n').expect("lines"), false);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let before = bytes[at - usize::from(at > 0)];
        match bytes[at] {
            b'"' => in_string = !in_string,
            b'#' if !in_string => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'0'..=b'9' if !in_string && !before.is_ascii_alphanumeric() && before != b'_' => {
                let digits = |c: &u8| c.is_ascii_digit();
                let mut end = at + bytes[at..].iter().take_while(|c| digits(c)).count();
                if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(digits) {
                    end += 1 + bytes[end + 1..].iter().take_while(|c| digits(c)).count();
                }
                list.push(at..end);
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    list
}

#[test]
fn every_number_of_the_basic_task_stands_in_its_methods() {
    let text = basic();
    let without_source = |methods: Methods| Methods { source: String::new(), ..methods };
    let before = without_source(alone(&text));
    let literals = literals(&text);
    assert!(literals.len() > 90, "{}", literals.len());
    for place in literals {
        let mut changed = text.clone();
        // No number of the task has these digits.
        changed.replace_range(place.clone(), "73.125");
        let after = without_source(alone(&changed));
        let around = &text[place.start.saturating_sub(30)..place.end + 10];
        assert_ne!(before, after, "this number says nothing: {around}");
        assert!(after.markdown().contains("73.125"), "{around}");
        assert!(after.html().contains("73.125"), "{around}");
    }
}

#[test]
fn boxes_do_not_overlap_and_each_state_has_one() {
    let mut figures = 0;
    for (path, methods) in all() {
        for figure in methods.sections.iter().flat_map(|section| &section.figures) {
            figures += 1;
            let spots = figure.spots();
            assert_eq!(spots.len(), figure.nodes.len(), "{}", path.display());
            let apart = |a: &Spot, b: &Spot| {
                a.x + a.width < b.x || b.x + b.width < a.x || a.y + HEIGHT < b.y || b.y + HEIGHT < a.y
            };
            for (k, one) in spots.iter().enumerate() {
                assert!(one.x >= 0 && one.y >= 0 && one.width > 0, "{one:?}");
                for other in &spots[..k] {
                    assert!(apart(one, other), "{}: {one:?} on {other:?}", path.display());
                }
            }
            // Every way leads from a box to a box.
            for edge in &figure.edges {
                let known = |name: &str| spots.iter().any(|spot| spot.name == name);
                assert!(known(&edge.from) && known(&edge.to), "{}: {edge:?}", path.display());
            }
            well_formed(&figure.svg());
        }
    }
    assert!(figures > 30, "{figures}");
}

/// Every element that begins ends, in order, and signs of the markup stand for nothing else.
fn well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').expect("a tag ends");
        assert!(!rest.contains('>'), "{rest}");
        for entity in rest.split('&').skip(1).chain(tag.split('&').skip(1)) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{entity}");
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(end) => assert_eq!(open.pop(), Some(end)),
            None if tag.ends_with('/') || tag.starts_with("!DOCTYPE") || tag.starts_with("meta ") => {}
            None => open.push(tag.split(' ').next().expect("a name")),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn documents_are_whole_need_no_other_file_and_are_the_same_each_time() {
    let again = all();
    for ((path, methods), (_, other)) in all().into_iter().zip(&again) {
        let html = methods.html();
        well_formed(&html);
        for other in ["<script", "<link", "<img", "@import", "src="] {
            assert!(!html.contains(other), "{}: {other}", path.display());
        }
        assert_eq!((&html, methods.markdown()), (&other.html(), other.markdown()));
        assert!(!methods.sections.is_empty(), "{}", path.display());
    }
}

#[test]
fn methods_of_some_texts() {
    for name in ["ibl/basic.trial", "ibl/full.trial", "ibl/study.trial", "bpod/light2afc.trial"] {
        let (_, methods) = all().into_iter().find(|(path, _)| path.ends_with(name)).expect("it is there");
        let file = name.replace(['/', '.'], "_");
        insta::assert_snapshot!(file, methods.markdown());
    }
}
