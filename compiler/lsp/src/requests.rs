//! What an editor asks, and the answers.

use crate::documents::Documents;
use crate::view::View;
use crate::world::World;
use crate::{actions, completion, format, hints, hover, navigation, rename};
use lsp_server::ErrorCode;
use lsp_types::{DocumentSymbolResponse, GotoDefinitionResponse, PrepareRenameResponse, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a request fails with: a code of the protocol, and a sentence for the person.
pub(crate) struct Refusal(pub(crate) ErrorCode, pub(crate) String);

/// The answer to a request.
pub(crate) fn result(
    documents: &mut Documents,
    world: &dyn World,
    method: &str,
    params: Value,
) -> Result<Value, Refusal> {
    let mut desk = Desk { documents, world };
    match method {
        "textDocument/hover" => {
            let place = read::<lsp_types::HoverParams>(params)?.text_document_position_params;
            desk.look(&place.text_document.uri, |view, _| hover::hover(view, view.offset(place.position)))
        }
        "textDocument/definition" => {
            let place = read::<lsp_types::GotoDefinitionParams>(params)?.text_document_position_params;
            desk.look(&place.text_document.uri, |view, _| {
                GotoDefinitionResponse::Array(navigation::definition(view, view.offset(place.position)))
            })
        }
        "textDocument/references" => {
            let params = read::<lsp_types::ReferenceParams>(params)?;
            let place = params.text_document_position;
            let with_declaration = params.context.include_declaration;
            desk.look(&place.text_document.uri, |view, _| {
                navigation::references(view, view.offset(place.position), with_declaration)
            })
        }
        "textDocument/documentSymbol" => {
            let uri = read::<lsp_types::DocumentSymbolParams>(params)?.text_document.uri;
            desk.look(&uri, |view, _| DocumentSymbolResponse::Nested(navigation::symbols(view)))
        }
        "textDocument/completion" => {
            let place = read::<lsp_types::CompletionParams>(params)?.text_document_position;
            desk.look(&place.text_document.uri, |view, world| {
                completion::completions(view, view.offset(place.position), world)
            })
        }
        "textDocument/inlayHint" => {
            let params = read::<lsp_types::InlayHintParams>(params)?;
            desk.look(&params.text_document.uri, |view, _| hints::hints(view, params.range))
        }
        "textDocument/codeAction" => {
            let params = read::<lsp_types::CodeActionParams>(params)?;
            desk.look(&params.text_document.uri, |view, _| actions::actions(view, params.range))
        }
        "textDocument/prepareRename" => {
            let place = read::<lsp_types::TextDocumentPositionParams>(params)?;
            desk.attempt(&place.text_document.uri, |view, _| {
                rename::prepare(view, view.offset(place.position)).map(PrepareRenameResponse::Range)
            })
        }
        "textDocument/rename" => {
            let params = read::<lsp_types::RenameParams>(params)?;
            let place = params.text_document_position;
            desk.attempt(&place.text_document.uri, |view, world| {
                rename::rename(view, view.offset(place.position), &params.new_name, world)
            })
        }
        "textDocument/formatting" => {
            let uri = read::<lsp_types::DocumentFormattingParams>(params)?.text_document.uri;
            desk.look(&uri, |view, _| format::format(view))
        }
        _ => Err(Refusal(ErrorCode::MethodNotFound, format!("this server does not know `{method}`"))),
    }
}

/// Open texts, and the files around them.
struct Desk<'a> {
    documents: &'a mut Documents,
    world: &'a dyn World,
}

impl Desk<'_> {
    /// An answer that is always there; `null` for a text that is not open.
    fn look<R: Serialize>(
        &mut self,
        uri: &Uri,
        answer: impl FnOnce(&View<'_>, &dyn World) -> R,
    ) -> Result<Value, Refusal> {
        self.attempt(uri, |view, world| Ok(answer(view, world)))
    }

    /// An answer, or a sentence that says why there is none.
    fn attempt<R: Serialize>(
        &mut self,
        uri: &Uri,
        answer: impl FnOnce(&View<'_>, &dyn World) -> Result<R, String>,
    ) -> Result<Value, Refusal> {
        let world = self.documents.opened(self.world);
        let Some(analysis) = self.documents.analysis(uri, &world) else { return Ok(Value::Null) };
        let answer = answer(&View::new(&analysis, uri, &world), &world);
        let answer = answer.map_err(|message| Refusal(ErrorCode::RequestFailed, message))?;
        serde_json::to_value(answer).map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
    }
}

fn read<P: DeserializeOwned>(params: Value) -> Result<P, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal(ErrorCode::InvalidParams, error.to_string()))
}
