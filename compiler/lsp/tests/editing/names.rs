//! Renaming: every name of every protocol, in all texts in which it stands.

use crate::editor::{Editor, PROTOCOLS, changes, edited, protocol, uri};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Renames what stands at the n-th `word` of a text; gives the new text, or why it cannot be.
fn renamed(editor: &Editor, file: &str, word: &str, nth: usize, name: &str) -> Result<String, String> {
    let (_, uri, text) = protocol(file);
    editor.open(&uri, &text);
    let at = text.match_indices(word).nth(nth).expect("the word stands there").0;
    let params = json!({
        "textDocument": { "uri": uri }, "position": crate::editor::position(&text, at), "newName": name,
    });
    let edit = editor.ask("textDocument/rename", params)?;
    let changes = changes(&edit);
    Ok(changes
        .iter()
        .map(|(address, edits)| {
            let path = address.strip_prefix("file://").unwrap();
            format!("{}: {}\n", path.rsplit('/').next().unwrap(), edits.len())
                + &edited(&std::fs::read_to_string(path).unwrap(), edits)
        })
        .collect())
}

#[test]
fn all_places_of_a_name_are_renamed() {
    let editor = Editor::new();
    let text = renamed(&editor, "ibl/basic.trial", "accuracy", 0, "share").unwrap();
    // Its declaration with keys, and two readings with keys.
    assert!(text.contains("basic.trial: 3\n"), "{text}");
    for line in ["stat share[side, contrast] = mean", "when all(share[s, c] > 80% for s in Side"] {
        assert!(text.contains(line), "{line}");
    }
    // A member of the protocol's own enumeration, which is also the name of an instance: the member only.
    let text = renamed(&editor, "psychophysics/orientation.trial", "stairs, bayes, easy", 0, "stair").unwrap();
    for line in [
        "enum Probe { stair, bayes, easy }",
        "adapt stairs = staircase",
        "when probe is stair and",
        "{stair: 45%,",
        "then stairs.level",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // Names of a protocol stand in its scenarios as well.
    let text = renamed(&editor, "ibl/basic.trial", "gain ", 0, "travel_gain").unwrap();
    assert!(
        text.contains("basic.scenarios.trial")
            == std::fs::read_to_string(Path::new(PROTOCOLS).join("ibl/basic.scenarios.trial"))
                .unwrap()
                .contains("gain")
    );
}

#[test]
fn names_that_would_not_do_are_refused() {
    let editor = Editor::new();
    let check = |word: &str, name: &str, reason: &str| {
        let refused = renamed(&editor, "ibl/basic.trial", word, 0, name).unwrap_err();
        assert!(refused.contains(reason), "{word} -> {name}: {refused}");
    };
    check("accuracy", "completed", "declared twice");
    check("accuracy", "trial", "has a meaning of its own");
    check("accuracy", "when", "is no name");
    check("accuracy", "a b", "is no name");
    check("accuracy", "1st", "is no name");
    check("opposite[side]", "other", "std.sides");
    check("Encoder", "Wheel", "std.devices");
    // The loop's variable would hide the value over which the next one loops.
    check("s, c] > 80% for s", "pool", "");
    check("reward := 3 uL", "water", "study");
    check("protocol", "x", "no name");
}

/// One in sixteen of the names of every protocol gets another; the text afterwards has nothing that was not there before.
#[test]
fn names_can_be_renamed_or_say_why_not() {
    let editor = Editor::new();
    let (mut done, mut refused) = (0, BTreeSet::new());
    for path in protocols() {
        let text = std::fs::read_to_string(&path).unwrap();
        let uri = uri(&path);
        let before = editor.open(&uri, &text).len();
        let symbols = editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).unwrap();
        let mut places = Vec::new();
        flat(&symbols, &mut places);
        for (name, place) in places.iter().step_by(16) {
            let params = json!({ "textDocument": { "uri": uri }, "position": place, "newName": "renamed_here" });
            match editor.ask("textDocument/rename", params) {
                Ok(edit) => {
                    let changes = changes(&edit);
                    let new = edited(&text, &changes[&uri]);
                    assert!(
                        !new.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                            .all(|word| word != "renamed_here")
                    );
                    let own = changes.keys().all(|changed| *changed == uri);
                    if own {
                        let found = editor.change(&uri, &new);
                        assert_eq!(found.len(), before, "{}: {name}\n{found:?}", path.display());
                        editor.change(&uri, &text);
                    }
                    done += 1;
                }
                Err(reason) => {
                    _ = refused.insert(format!("{}: {name}: {reason}", path.file_name().unwrap().to_string_lossy()))
                }
            }
        }
    }
    assert!(done > 30, "{done} renamed; {refused:#?}");
    assert!(refused.len() * 5 < done, "{done} renamed; {refused:#?}");
}

fn flat(symbols: &serde_json::Value, places: &mut Vec<(String, serde_json::Value)>) {
    for symbol in symbols.as_array().into_iter().flatten() {
        let name = symbol["name"].as_str().unwrap();
        if !["subject", "session", "trial", "rig"].contains(&name) && !name.contains(' ') {
            places.push((name.into(), symbol["selectionRange"]["start"].clone()));
        }
        flat(&symbol["children"], places);
    }
}

/// All protocols of the project.
pub(crate) fn protocols() -> Vec<PathBuf> {
    let mut list = Vec::new();
    for folder in std::fs::read_dir(PROTOCOLS).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        list.extend(files.filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".trial") && !name.ends_with(".scenarios.trial")
        }));
    }
    list.sort();
    list
}
