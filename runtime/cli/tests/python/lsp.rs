//! A client of another house, pytest-lsp, works with the language server.

use crate::venv::{python, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PACKAGES: [&str; 12] = [
    "pytest-lsp==1.0.1",
    "attrs==26.1.0",
    "cattrs==26.2.1",
    "iniconfig==2.3.1",
    "lsprotocol==2025.0.0",
    "packaging==26.4",
    "pluggy==1.7.0",
    "pygls==2.1.1",
    "Pygments==2.21.0",
    "pytest==9.2.0",
    "pytest-asyncio==1.5.0",
    "typing_extensions==4.16.0",
];

const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/lsp_client.py");
const TASK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../protocols/ibl");

/// Made once for both tests here.
fn clients() -> Option<PathBuf> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    MADE.get_or_init(|| python("editors", &PACKAGES, |_, _| {})).clone()
}

#[test]
fn an_editor_works_with_the_basic_task() {
    let Some(python) = clients() else { return };
    let data = tempfile::tempdir().expect("a folder");
    for file in ["basic.trial", "basic.scenarios.trial"] {
        std::fs::copy(Path::new(TASK).join(file), data.path().join(file)).expect("a copy");
    }
    let mut client = Command::new(python);
    client.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", CLIENT]);
    client.env("TRIALECT", env!("CARGO_BIN_EXE_trialect")).env("FOLDER", data.path());
    client.env("XDG_CACHE_HOME", data.path().join("cache")).current_dir(data.path());
    client.env("PYTHONDONTWRITEBYTECODE", "1");
    let output = run(&mut client);
    assert!(String::from_utf8_lossy(&output.stdout).contains("3 passed"), "{output:?}");
}

/// What must be in the package: its files, those that its `package.json` names, and the client library.
const UNPACK: &str = r#"
import json, sys, xml.dom.minidom, zipfile
package = zipfile.ZipFile(sys.argv[1])
assert package.testzip() is None
names = set(package.namelist())
for part in ["extension.vsixmanifest", "[Content_Types].xml"]:
    xml.dom.minidom.parseString(package.read(part))
said = json.loads(package.read("extension/package.json"))
contributes = said["contributes"]
files = [said["main"], contributes["languages"][0]["configuration"], contributes["grammars"][0]["path"]]
assert {"extension/" + file.removeprefix("./") for file in files} <= names
for file in files[1:]:
    json.loads(package.read("extension/" + file.removeprefix("./")))
library = json.loads(package.read("extension/node_modules/vscode-languageclient/package.json"))
assert library["version"] == said["dependencies"]["vscode-languageclient"]
print("fine", len(names))
"#;

#[test]
fn the_extension_is_packed() {
    let Some(python) = clients() else { return };
    if !Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: needs npm, which fetches the client library (Debian: apt-get install npm)");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let package = folder.path().join("trialect.vsix");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../compiler/lsp/vscode/package.py");
    run(Command::new(&python).arg(script).arg(&package));
    let output = run(Command::new(&python).args(["-c", UNPACK]).arg(&package));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("fine "));
}
