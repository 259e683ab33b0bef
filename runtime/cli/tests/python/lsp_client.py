"""An editor of another house: pytest-lsp holds the server to the protocol, and this holds it to the language.

Run as `python -m pytest lsp_client.py`, with the server's command in TRIALECT, a copy of the basic task and its scenarios
in FOLDER, and XDG_CACHE_HOME set to a folder of its own.
"""

import os
import pathlib

import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

PATH = pathlib.Path(os.environ["FOLDER"]) / "basic.trial"
URI = PATH.as_uri()
TEXT = PATH.read_text()


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[os.environ["TRIALECT"], "lsp"]))
async def client(lsp_client: LanguageClient):
    parameters = lsp.InitializeParams(capabilities=client_capabilities("visual-studio-code"))
    await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


def place(text, word, within=0):
    """The position of a byte inside the first `word`; all characters of the texts here take one UTF-16 unit."""
    before = text[: text.index(word) + within]
    return lsp.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)


def offset(text, position):
    return sum(len(line) for line in text.splitlines(keepends=True)[: position.line]) + position.character


def with_edits(text, edits):
    for edit in sorted(edits, key=lambda edit: offset(text, edit.range.start), reverse=True):
        start, end = offset(text, edit.range.start), offset(text, edit.range.end)
        text = text[:start] + edit.new_text + text[end:]
    return text


async def opened(client, text):
    document = lsp.TextDocumentItem(uri=URI, language_id="trialect", version=1, text=text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=document))
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[URI]


def here(word, within=0):
    return dict(text_document=lsp.TextDocumentIdentifier(uri=URI), position=place(TEXT, word, within))


async def test_names(client: LanguageClient):
    assert list(await opened(client, TEXT)) == []

    hover = await client.text_document_hover_async(lsp.HoverParams(**here("reward := min")))
    for fact in ["var of the subject", "`Volume` in uL", "1.5 uL .. 3 uL", "Water for a correct trial"]:
        assert fact in hover.contents.value, hover.contents.value
    unit = await client.text_document_hover_async(lsp.HoverParams(**here("35 deg", 3)))
    assert "degree" in unit.contents.value
    keyword = await client.text_document_hover_async(lsp.HoverParams(**here("levels Contrast", 1)))
    assert "members are quantities" in keyword.contents.value
    verb = await client.text_document_hover_async(lsp.HoverParams(**here("deliver reward", 1)))
    assert "This volume comes" in verb.contents.value

    state = await client.text_document_definition_async(lsp.DefinitionParams(**here("-> present", 4)))
    assert [(one.uri, one.range.start) for one in state] == [(URI, place(TEXT, "state present", 6))]
    module = await client.text_document_definition_async(lsp.DefinitionParams(**here("sign[side]", 1)))
    page = pathlib.Path(module[0].uri.removeprefix("file://"))
    line = page.read_text().splitlines()[module[0].range.start.line]
    assert page.name == "sides.trial" and line.startswith("sign[Side]"), line

    context = lsp.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(lsp.ReferenceParams(context=context, **here("start   =")))
    starts = TEXT.count("* start")
    assert len(found) == starts + 1

    renamed = await client.text_document_rename_async(lsp.RenameParams(new_name="onset", **here("start   =")))
    text = with_edits(TEXT, renamed.changes[URI])
    assert text.count("* onset") == starts and text.count("onset   = 35 deg") == 1 and "* start" not in text

    symbols = await client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(text_document=lsp.TextDocumentIdentifier(uri=URI))
    )
    trial = next(symbol for symbol in symbols if symbol.name == "trial")
    assert {"still", "respond", "correct"} <= {symbol.name for symbol in trial.children}

    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(TEXT.count("\n"), 0))
    hints = await client.text_document_inlay_hint_async(
        lsp.InlayHintParams(text_document=lsp.TextDocumentIdentifier(uri=URI), range=whole)
    )
    by_place = {(hint.position.line, hint.position.character): hint.label for hint in hints}
    at = place(TEXT, "quiet = 200", len("quiet"))
    assert by_place[(at.line, at.character)] == ": Time (s)"


async def completions(client, before, typed):
    """Labels offered where `typed` stands instead of `before`."""
    text = TEXT.replace(before, typed, 1)
    await opened(client, text)
    document = lsp.TextDocumentIdentifier(uri=URI)
    at = place(text, typed, len(typed.rstrip("\n")))
    offered = await client.text_document_completion_async(lsp.CompletionParams(text_document=document, position=at))
    items = offered if isinstance(offered, list) else offered.items
    return {item.label for item in items}


async def test_completion(client: LanguageClient):
    assert {"present", "cue", "end"} <= await completions(client, "after quiet -> present", "after quiet -> ")
    assert "travel" in await completions(client, "record wheel.travel", "record wheel.")
    assert {"ms", "mL"} <= await completions(client, "iti 500 ms", "iti 500 ")
    assert "std.adaptive" in await completions(client, "use std.sides", "use ")
    names = await completions(client, "> 5 * pace", "> 5 * ")
    assert {"pace", "recent", "min"} <= names


async def test_remedies_and_style(client: LanguageClient):
    wrong = TEXT.replace("> 5 * pace", "> 5 * pase").replace("iti 500 ms ", "iti   500 ms ")
    (finding,) = await opened(client, wrong)
    assert finding.code == "unknown-name" and finding.severity == lsp.DiagnosticSeverity.Error
    assert finding.range.start == place(wrong, "pase") and "did you mean `pace`?" in finding.message
    assert pathlib.Path(finding.code_description.href.removeprefix("file://")).read_text().startswith("# unknown-name")

    document = lsp.TextDocumentIdentifier(uri=URI)
    context = lsp.CodeActionContext(diagnostics=[finding])
    parameters = lsp.CodeActionParams(text_document=document, range=finding.range, context=context)
    (action,) = await client.text_document_code_action_async(parameters)
    text = with_edits(wrong, action.edit.changes[URI])
    assert "> 5 * pace" in text

    options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
    edits = await client.text_document_formatting_async(
        lsp.DocumentFormattingParams(text_document=document, options=options)
    )
    assert "iti 500 ms " in with_edits(wrong, edits)
