//! `trialect lsp`

use crate::arguments::LibraryOptions;
use crate::failure::Failure;
use crate::protocol;
use std::path::{Path, PathBuf};
use trialect_driver::{Library, Trees};
use trialect_lsp::World;

pub(crate) fn run(options: &LibraryOptions) -> Result<(), Failure> {
    let disk = Disk { library: protocol::library(options)?, trees: Trees::default(), pages: pages() };
    trialect_lsp::serve(&disk, env!("CARGO_PKG_VERSION"))
        .map_err(|error| Failure::trouble("no-editor", format!("{error}; an editor starts this command by itself")))
}

/// The files of this machine.
struct Disk {
    library: Library,
    trees: Trees,
    /// Where texts that are inside the program are written down for people.
    pages: PathBuf,
}

impl World for Disk {
    fn read(&self, path: &Path) -> Option<String> {
        path.is_file().then(|| protocol::read_text(path).ok())?
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "trial")).collect();
        files.sort();
        files
    }

    fn library(&self) -> &Library {
        &self.library
    }

    fn trees(&self) -> &Trees {
        &self.trees
    }

    /// Written once, and again when it is another text: that of another version.
    fn page(&self, name: &str, text: &str) -> Option<PathBuf> {
        let path = self.pages.join(name);
        if self.read(&path).as_deref() != Some(text) {
            std::fs::create_dir_all(path.parent()?).ok()?;
            std::fs::write(&path, text).ok()?;
        }
        Some(path)
    }
}

/// The folder in which this user's programs keep what they can make again.
fn pages() -> PathBuf {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || of("HOME");
    let cache = if cfg!(windows) {
        of("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else {
        of("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))
    };
    cache.unwrap_or_else(std::env::temp_dir).join("trialect").join(env!("CARGO_PKG_VERSION"))
}
