// Starts `trialect lsp` and lets it serve all texts of the language.
"use strict";

const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async function activate() {
  const command = workspace.getConfiguration("trialect").get("command");
  const server = { command, args: ["lsp"] };
  const options = {
    documentSelector: [{ language: "trialect" }],
    synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.trial") },
  };
  client = new LanguageClient("trialect", "Trialect", server, options);
  await client.start();
};

exports.deactivate = () => client && client.stop();
