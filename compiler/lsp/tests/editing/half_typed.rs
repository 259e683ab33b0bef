//! Whatever stands in a text, the server answers.

use crate::editor::{Editor, protocol};
use serde_json::json;

const REQUESTS: [&str; 5] = [
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/completion",
    "textDocument/prepareRename",
    "textDocument/documentSymbol",
];

/// Asks everything about a text that ends, or was cut, at a byte.
fn ask_all(editor: &Editor, uri: &str, text: &str, offset: usize) {
    editor.change(uri, text);
    for method in REQUESTS {
        let answer = editor.at(method, uri, text, offset);
        assert!(answer.is_ok() || method == "textDocument/prepareRename", "{method}: {answer:?}\n{text}");
    }
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
    let place = json!({ "uri": uri });
    editor.ask("textDocument/inlayHint", json!({ "textDocument": place, "range": whole })).expect("hints");
    let context = json!({ "diagnostics": [] });
    let params = json!({ "textDocument": place, "range": whole, "context": context });
    editor.ask("textDocument/codeAction", params).expect("remedies");
}

#[test]
fn every_beginning_of_a_protocol_is_answered() {
    let (_, uri, text) = protocol("ibl/basic.trial");
    let editor = Editor::new();
    editor.open(&uri, "");
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        // All requests at every place would be minutes; each of them at each tenth, and the findings at all.
        if end % 10 == 0 {
            ask_all(&editor, &uri, &text[..end], end);
        } else if end % 3 == 0 {
            editor.change(&uri, &text[..end]);
        }
    }
}

#[test]
fn protocols_with_pieces_cut_out_are_answered() {
    let editor = Editor::new();
    let mut seed = 20_u64;
    let mut next = |below: usize| {
        // Steele and Vigna's SplitMix64.
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % below as u64).unwrap()
    };
    for name in [
        "ibl/full.trial",
        "ibl/study.trial",
        "ibl/wheel_trial.trial",
        "ibl/full.scenarios.trial",
        "psychophysics/orientation.trial",
    ] {
        let (_, uri, text) = protocol(name);
        editor.open(&uri, &text);
        for _ in 0..25 {
            let mut cut = text.clone();
            for _ in 0..=next(3) {
                let start = next(cut.len());
                let end = (start + 1 + next(60)).min(cut.len());
                let (start, end) = (cut.floor_char_boundary(start), cut.ceil_char_boundary(end));
                cut.replace_range(start..end, if next(3) == 0 { "\u{1f400} é" } else { "" });
            }
            let place = cut.floor_char_boundary(next(cut.len()));
            ask_all(&editor, &uri, &cut, place);
        }
    }
}

#[test]
fn single_keystrokes_are_changes_of_the_text() {
    let (_, uri, text) = protocol("ibl/basic.trial");
    let editor = Editor::new();
    assert_eq!(editor.open(&uri, &text), Vec::<serde_json::Value>::new());
    // A letter that takes two UTF-16 units before the place, so that columns and bytes differ.
    let comment = text.find("# enum Side").unwrap() + 2;
    let start = crate::editor::position(&text, comment);
    assert_eq!(editor.edit(&uri, json!({ "range": { "start": start, "end": start }, "text": "\u{1f400}é" })).len(), 0);
    let text = format!("{}\u{1f400}é{}", &text[..comment], &text[comment..]);
    let reward = text.find("deliver reward").unwrap() + "deliver ".len();
    let place = crate::editor::position(&text, reward);
    let found = editor.edit(&uri, json!({ "range": { "start": place, "end": place }, "text": "x" }));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "unknown-name");
    assert_eq!(found[0]["range"]["start"], place);
}
