//! An editor without a screen.

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use trialect_driver::{Library, Trees};
use trialect_lsp::World;

/// The protocols of the project, and the library.
pub(crate) const PROTOCOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocols");

/// The disk, without a place for pages.
#[derive(Default)]
struct Disk(Trees);

impl World for Disk {
    fn read(&self, path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }
    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> = entries.filter(|path| path.to_string_lossy().ends_with(".trial")).collect();
        files.sort();
        files
    }
    fn library(&self) -> &Library {
        &Library::Embedded
    }
    fn trees(&self) -> &Trees {
        &self.0
    }
    fn page(&self, name: &str, _: &str) -> Option<PathBuf> {
        Some(Path::new("/pages").join(name))
    }
}

/// An editor and its server.
pub(crate) struct Editor {
    connection: Option<Connection>,
    server: Option<JoinHandle<()>>,
    next: Cell<i32>,
    version: Cell<i32>,
}

impl Editor {
    pub(crate) fn new() -> Editor {
        let (ours, theirs) = Connection::memory();
        let server =
            std::thread::spawn(move || trialect_lsp::serve_on(&theirs, &Disk::default(), "test").expect("it serves"));
        let editor = Editor { connection: Some(ours), server: Some(server), next: Cell::new(0), version: Cell::new(0) };
        let answer = editor.ask("initialize", json!({ "capabilities": {} })).expect("it can");
        assert_eq!(answer["serverInfo"]["name"], "trialect");
        editor.tell("initialized", json!({}));
        editor
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("it is open")
    }

    pub(crate) fn tell(&self, method: &str, params: Value) {
        let message = Message::Notification(Notification::new(method.into(), params));
        self.connection().sender.send(message).expect("the server lives");
    }

    /// The answer to a request, or the sentence that says why there is none.
    pub(crate) fn ask(&self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.next.get() + 1;
        self.next.set(id);
        let message = Message::Request(Request::new(RequestId::from(id), method.into(), params));
        self.connection().sender.send(message).expect("the server lives");
        loop {
            if let Message::Response(response) = self.connection().receiver.recv().expect("the server lives") {
                assert_eq!(response.id, RequestId::from(id));
                return response.response_result.map_err(|error| error.message);
            }
        }
    }

    pub(crate) fn open(&self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({ "uri": uri, "languageId": "trialect", "version": 0, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.found(uri, 0)
    }

    /// The whole text is another one; gives what is found in it.
    pub(crate) fn change(&self, uri: &str, text: &str) -> Vec<Value> {
        self.edit(uri, json!({ "text": text }))
    }

    pub(crate) fn edit(&self, uri: &str, change: Value) -> Vec<Value> {
        self.version.set(self.version.get() + 1);
        let document = json!({ "uri": uri, "version": self.version.get() });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        self.found(uri, self.version.get())
    }

    fn found(&self, uri: &str, version: i32) -> Vec<Value> {
        loop {
            let message = self.connection().receiver.recv().expect("the server lives");
            let Message::Notification(told) = message else { continue };
            if told.params["uri"] == uri && told.params["version"] == version {
                return told.params["diagnostics"].as_array().expect("a list").clone();
            }
        }
    }

    /// A request about a byte of a text.
    pub(crate) fn at(&self, method: &str, uri: &str, text: &str, offset: usize) -> Result<Value, String> {
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": position(text, offset) }))
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.ask("shutdown", Value::Null).expect("it ends");
        self.tell("exit", Value::Null);
        drop(self.connection.take());
        self.server.take().map(JoinHandle::join).expect("there is one").expect("it ended in order");
    }
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.canonicalize().expect("a file").display())
}

pub(crate) fn protocol(name: &str) -> (PathBuf, String, String) {
    let path = Path::new(PROTOCOLS).join(name).canonicalize().expect("a protocol");
    let text = std::fs::read_to_string(&path).expect("a text");
    let address = uri(&path);
    (path, address, text)
}

/// Line and UTF-16 column of a byte, counted anew.
pub(crate) fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    json!({ "line": line, "character": column })
}

/// The byte at a position, counted anew.
pub(crate) fn offset(text: &str, position: &Value) -> usize {
    let (line, column) =
        (position["line"].as_u64().unwrap() as usize, position["character"].as_u64().unwrap() as usize);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = 0;
    for (at, c) in text[start..].char_indices() {
        if units == column {
            return start + at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// A text with edits of the protocol in it.
pub(crate) fn edited(text: &str, edits: &[Value]) -> String {
    let place = |edit: &Value| {
        (
            offset(text, &edit["range"]["start"]),
            offset(text, &edit["range"]["end"]),
            edit["newText"].as_str().unwrap().to_string(),
        )
    };
    let mut edits: Vec<_> = edits.iter().map(place).collect();
    edits.sort();
    let mut new = text.to_string();
    for (start, end, with) in edits.into_iter().rev() {
        new.replace_range(start..end, &with);
    }
    new
}

/// The edits of a change, by address.
pub(crate) fn changes(edit: &Value) -> BTreeMap<String, Vec<Value>> {
    let list = edit["changes"].as_object().expect("changes");
    list.iter().map(|(uri, edits)| (uri.clone(), edits.as_array().unwrap().clone())).collect()
}
