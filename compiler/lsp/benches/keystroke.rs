//! How long the findings take after a keystroke: in the largest protocol through the server, and in protocols of ten and
//! twenty thousand lines through the compiler alone.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods)]

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use trialect_driver::{Library, Trees, analyse};
use trialect_lsp::World;

const PROTOCOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocols");
const KEYSTROKES: usize = 1000;

#[derive(Default)]
struct Disk(Trees);

impl World for Disk {
    fn read(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }
    fn files(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
    fn library(&self) -> &Library {
        &Library::Embedded
    }
    fn trees(&self) -> &Trees {
        &self.0
    }
    fn page(&self, _: &str, _: &str) -> Option<PathBuf> {
        None
    }
}

fn main() {
    let (path, text) = largest();
    let mut times = keystrokes(&path, &text);
    times.sort();
    let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
    let name = path.file_name().unwrap_or_default().display();
    println!("{name}, {} lines: median {:?}, 99% {:?}, most {:?}", text.lines().count(), at(0.5), at(0.99), at(1.0));
    let mut before = None;
    for lines in [5_000, 10_000, 20_000] {
        let text = generated(lines);
        let took = (0..5).map(|_| checked(&text)).min().expect("five times");
        let ratio =
            before.map_or(String::new(), |before: Duration| format!(", {:.2} times", took.div_duration_f64(before)));
        println!("{} lines, {} bytes: {took:?}{ratio}", text.lines().count(), text.len());
        before = Some(took);
    }
}

/// The longest protocol of the project.
fn largest() -> (PathBuf, String) {
    let folders = std::fs::read_dir(PROTOCOLS).expect("protocols").flatten().map(|entry| entry.path());
    let files =
        folders.filter(|path| path.is_dir()).flat_map(|path| std::fs::read_dir(path).expect("a folder").flatten());
    let files = files.map(|entry| entry.path()).filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".trial") && !name.ends_with(".scenarios.trial")
    });
    let texts = files.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text)));
    texts.max_by_key(|(_, text)| text.len()).expect("a protocol")
}

/// From each keystroke to its findings; the text is typed in the middle of its last state.
fn keystrokes(path: &Path, text: &str) -> Vec<Duration> {
    let (editor, theirs) = Connection::memory();
    let server =
        std::thread::spawn(move || trialect_lsp::serve_on(&theirs, &Disk::default(), "bench").expect("it serves"));
    let send = |message: Message| editor.sender.send(message).expect("the server lives");
    let ask = |id: i32, method: &str, params: Value| {
        send(Message::Request(Request::new(RequestId::from(id), method.into(), params)));
    };
    let tell = |method: &str, params: Value| send(Message::Notification(Notification::new(method.into(), params)));
    let next = || editor.receiver.recv().expect("the server lives");
    ask(1, "initialize", json!({ "capabilities": {} }));
    next();
    tell("initialized", json!({}));
    let uri = format!("file://{}", path.canonicalize().expect("a file").display());
    let document = json!({ "uri": uri, "languageId": "trialect", "version": 0, "text": text });
    tell("textDocument/didOpen", json!({ "textDocument": document }));
    next();
    let line = text.lines().count() - 3;
    let mut times = Vec::with_capacity(KEYSTROKES);
    for stroke in 0..KEYSTROKES {
        // A comment grows by a letter, then by a word that cannot be read, and both go again.
        let (from, to, typed) = match stroke % 4 {
            0 => (0, 0, "#"),
            1 => (0, 1, ""),
            2 => (0, 0, "x"),
            _ => (0, 1, ""),
        };
        let range = json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } });
        let document = json!({ "uri": uri, "version": stroke + 1 });
        let changes = json!([{ "range": range, "text": typed }]);
        let start = Instant::now();
        tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        next();
        times.push(start.elapsed());
    }
    ask(2, "shutdown", Value::Null);
    next();
    tell("exit", Value::Null);
    drop(editor);
    server.join().expect("it ended");
    times
}

fn checked(text: &str) -> Duration {
    let start = Instant::now();
    let analysed = analyse("generated.trial", text, &Library::Embedded, None);
    let took = start.elapsed();
    let found: Vec<_> = analysed.compiled.findings.iter().map(|finding| (&finding.code, &finding.message)).collect();
    assert!(analysed.compiled.is_runnable(), "{found:?}");
    took
}

/// A protocol of about so many lines: draws, definitions that read each other, variables, statistics, states.
fn generated(lines: usize) -> String {
    let groups = lines / 50;
    let mut text = String::from("protocol bench.generated 1.0.0\n\nsession {\n  limit trials 100\n");
    // Writing into a string cannot fail.
    for k in 0..groups {
        let _ = writeln!(text, "  stat s{k} = mean(d{k}) else 0 s\n  # of group {k}");
    }
    text.push_str("}\n\ntrial {\n  outcomes fine\n");
    for k in 0..groups {
        let _ = writeln!(text, "\n  draw d{k} ~ uniform(0 ms .. 9 ms)\n  var v{k} := 1 within 0 .. 9");
        let _ = writeln!(text, "  a{k}x0 = d{k} + 1 ms");
        for j in 1..38 {
            let _ = writeln!(text, "  a{k}x{j} = a{k}x{} + 1 ms", j - 1);
        }
    }
    for k in 0..groups {
        let way = if k + 1 < groups { format!("t{}", k + 1) } else { "end fine".into() };
        let _ = writeln!(text, "  state t{k} {{\n    after a{k}x37 {{\n      v{k} := 2\n    }} -> {way}\n  }}\n");
    }
    text.push_str("}\n");
    text
}
