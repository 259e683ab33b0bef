//! Reading and compiling the protocol that a command names.

use crate::arguments::LibraryOptions;
use crate::failure::Failure;
use crate::render;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_driver::{Compiled, Library, compile, compile_beside};
use trialect_ir::Program;

/// Reads a text file; bytes that are no UTF-8 are refused.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::trouble("cannot-read", format!("{}: {error}; name a file that can be read", path.display()))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::trouble("not-text", format!("{}: byte {at} is not UTF-8 text; save the file as UTF-8", path.display()))
    })
}

/// The library that the options name.
pub(crate) fn library(options: &LibraryOptions) -> Result<Library, Failure> {
    match &options.stdlib {
        None => Ok(Library::Embedded),
        Some(folder) => {
            let mut texts = BTreeMap::new();
            collect(folder, "std", &mut texts)?;
            if texts.is_empty() {
                return Err(Failure::trouble(
                    "no-library",
                    format!("{}: no .trial file in it; name a folder like stdlib/std", folder.display()),
                ));
            }
            Ok(Library::Texts(texts))
        }
    }
}

fn collect(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    let list = std::fs::read_dir(folder).map_err(|error| {
        Failure::trouble("cannot-read", format!("{}: {error}; name a folder of .trial files", folder.display()))
    })?;
    for entry in list.flatten() {
        let path = entry.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let name = format!("{prefix}.{stem}");
        if path.is_dir() {
            collect(&path, &name, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "trial") {
            texts.insert(name, read_text(&path)?);
        }
    }
    Ok(())
}

/// How the file of scenarios beside a protocol ends.
pub(crate) const SCENARIOS: &str = ".scenarios.trial";
/// How a protocol's file ends.
pub(crate) const PROTOCOL: &str = ".trial";

/// Compiles the text in a file.
pub(crate) fn compile_file(path: &Path, options: &LibraryOptions) -> Result<Compiled, Failure> {
    let text = read_text(path)?;
    let library = library_for(path, &text, options)?;
    Ok(compile(&path.display().to_string(), &text, &library))
}

/// Compiles the text in a file with the scenarios in the file beside it, if there is one.
pub(crate) fn compile_with_scenarios(path: &Path, options: &LibraryOptions) -> Result<Compiled, Failure> {
    let text = read_text(path)?;
    let library = library_for(path, &text, options)?;
    let beside = beside(path)?;
    let beside = beside.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(compile_beside(&path.display().to_string(), &text, &library, beside))
}

/// The name and the text of the file of scenarios beside a protocol or a study, if there is one.
pub(crate) fn beside(path: &Path) -> Result<Option<(String, String)>, Failure> {
    scenarios_of(path).map(|beside| Ok((beside.display().to_string(), read_text(&beside)?))).transpose()
}

/// The library with what stands beside a protocol.
pub(crate) fn library_for(path: &Path, text: &str, options: &LibraryOptions) -> Result<Library, Failure> {
    let library = library(options)?;
    let near = crate::nearby::folders(path);
    let folders: Vec<&Path> = near.iter().map(PathBuf::as_path).chain(options.stdlib.as_deref()).collect();
    let near = crate::nearby::texts(text, &folders, &library)?;
    Ok(library.beside(near))
}

/// The file of scenarios beside a protocol, if there is one.
fn scenarios_of(protocol: &Path) -> Option<PathBuf> {
    let stem = protocol.to_str()?.strip_suffix(PROTOCOL)?;
    Some(PathBuf::from(format!("{stem}{SCENARIOS}"))).filter(|path| path.is_file())
}

/// The program in a file, or its findings on stderr.
pub(crate) fn program(path: &Path, options: &LibraryOptions) -> Result<(Arc<Program>, Compiled), Failure> {
    let compiled = compile_file(path, options)?;
    match compiled.program.clone() {
        Some(program) => Ok((program, compiled)),
        None => {
            render::to_stderr(&compiled);
            Err(Failure::Found)
        }
    }
}
