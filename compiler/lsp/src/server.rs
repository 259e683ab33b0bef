//! The server: messages of an editor, one after the other.

use crate::diagnostics;
use crate::documents::Documents;
use crate::requests::{self, Refusal};
use crate::view::View;
use crate::world::World;
use lsp_server::{Connection, Message, Notification, Request, Response};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CompletionOptions, OneOf, PublishDiagnosticsParams, RenameOptions, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, Uri, WorkDoneProgressOptions,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why the server ended before it was told to.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Serves an editor on standard input and output until it says that it ends.
///
/// # Errors
/// The editor does not speak the protocol, or is gone.
pub fn serve(world: &dyn World, version: &str) -> Result<(), Trouble> {
    let (connection, threads) = Connection::stdio();
    let result = serve_on(&connection, world, version);
    // The writer ends when nobody can send any more.
    drop(connection);
    threads.join()?;
    result
}

/// Serves an editor on a connection.
///
/// # Errors
/// The editor does not speak the protocol, or is gone.
pub fn serve_on(connection: &Connection, world: &dyn World, version: &str) -> Result<(), Trouble> {
    let (id, _) = connection.initialize_start()?;
    let info = ServerInfo { name: "trialect".into(), version: Some(version.into()) };
    let answer = serde_json::json!({ "capabilities": capabilities(), "serverInfo": info });
    connection.initialize_finish(id, answer)?;
    Server { connection, world, documents: Documents::default(), latest: None }.run()
}

/// What the server can do.
fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions::default())),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(true.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![".".into(), ">".into(), " ".into()]),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

struct Server<'a> {
    connection: &'a Connection,
    world: &'a dyn World,
    documents: Documents,
    /// The text that changed last, which is looked at before others.
    latest: Option<Uri>,
}

impl Server<'_> {
    fn run(&mut self) -> Result<(), Trouble> {
        loop {
            // Whatever is waiting comes first: of ten keystrokes only the last text is looked at.
            let message = match self.connection.receiver.try_recv() {
                Ok(message) => message,
                Err(_) if self.tell_one()? => continue,
                Err(_) => match self.connection.receiver.recv() {
                    Ok(message) => message,
                    Err(_) => return Ok(()),
                },
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    let answer = self.answer(request);
                    self.connection.sender.send(Message::Response(answer))?;
                }
                Message::Notification(notification) => self.take(notification),
                Message::Response(_) => {}
            }
        }
    }

    /// Tells the editor what was found in one text; false when it knows all.
    fn tell_one(&mut self) -> Result<bool, Trouble> {
        let Some((uri, version)) = self.documents.due(self.latest.as_ref()) else { return Ok(false) };
        let world = self.documents.opened(self.world);
        let Some(analysis) = self.documents.analysis(&uri, &world) else { return Ok(true) };
        let diagnostics = diagnostics::diagnostics(&View::new(&analysis, &uri, &world));
        self.publish(PublishDiagnosticsParams { uri, diagnostics, version: Some(version) })?;
        Ok(true)
    }

    fn publish(&self, params: PublishDiagnosticsParams) -> Result<(), Trouble> {
        let message = Notification::new("textDocument/publishDiagnostics".into(), params);
        Ok(self.connection.sender.send(Message::Notification(message))?)
    }

    /// What the editor tells. What cannot be read is left aside: there is nobody to answer.
    fn take(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                if let Some(params) = read::<lsp_types::DidOpenTextDocumentParams>(params) {
                    let document = params.text_document;
                    self.latest = Some(document.uri.clone());
                    self.documents.open(document.uri, document.version, document.text);
                }
            }
            "textDocument/didChange" => {
                if let Some(params) = read::<lsp_types::DidChangeTextDocumentParams>(params) {
                    let document = params.text_document;
                    self.documents.change(&document.uri, document.version, params.content_changes);
                    self.latest = Some(document.uri);
                }
            }
            "textDocument/didClose" => {
                if let Some(params) = read::<lsp_types::DidCloseTextDocumentParams>(params) {
                    let uri = params.text_document.uri;
                    self.documents.close(&uri);
                    // What is closed shows nothing.
                    let _ = self.publish(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None });
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.documents.forget(),
            _ => {}
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        match requests::result(&mut self.documents, self.world, &method, params) {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal(code, message)) => Response::new_err(id, code as i32, message),
        }
    }
}

/// What a message says; none when it says something else.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
