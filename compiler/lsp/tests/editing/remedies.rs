//! Remedies as changes: what the help says is what the change does, and the finding is gone with it.

use crate::editor::{Editor, changes, edited, protocol};
use serde_json::json;

/// The basic task with one piece replaced; the remedy of its finding with this code gives this piece,
/// and then nothing is wrong.
fn check(editor: &Editor, from: &str, to: &str, code: &str, remedied: &str) {
    let (_, uri, text) = protocol("ibl/basic.trial");
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let wrong = text.replace(from, to);
    editor.open(&uri, &wrong);
    let found = editor.change(&uri, &wrong);
    let meant = found.iter().find(|one| one["code"] == code);
    let Some(meant) = meant else { panic!("{to}: {found:?}") };
    let context = json!({ "diagnostics": [meant] });
    let params = json!({ "textDocument": { "uri": uri }, "range": meant["range"], "context": context });
    let actions = editor.ask("textDocument/codeAction", params).unwrap();
    assert_eq!(actions.as_array().unwrap().len(), 1, "{to}: {actions}");
    let right = edited(&wrong, &changes(&actions[0]["edit"])[&uri]);
    assert!(right.contains(remedied), "{to}: {right}");
    assert_eq!(editor.change(&uri, &right), Vec::<serde_json::Value>::new(), "{to}: {right}");
}

#[test]
fn remedies_remedy() {
    let editor = Editor::new();
    let check = |from: &str, to: &str, code: &str, remedied: &str| check(&editor, from, to, code, remedied);
    check("> 5 * pace", "> 5 * pase", "unknown-name", "> 5 * pace");
    check("-> present\n", "-> pressent\n", "unknown-state", "-> present\n");
    check(
        "{ gain := 4 deg/mm }",
        "{ gain := gain - 1 deg/mm }",
        "may-leave-range",
        "{ gain := max(gain - 1 deg/mm, 4 deg/mm) }",
    );
    check(
        "var reward := 3 uL     within",
        "var reward := 4 uL     within",
        "out-of-range",
        "var reward := 3 uL     within",
    );
    check("  iti 500 ms", "  iti 500", "unit-mismatch", "  iti 500 s");
    check("use std.sides ", "use std.side ", "unknown-module", "use std.sides ");
    check("= 200 ms + extra", "= 200 ms + extra default 1 s", "default-never-used", "= 200 ms + extra");
    check("  iti 500 ms", "  iti 500ms", "syntax", "  iti 500 ms");
}
