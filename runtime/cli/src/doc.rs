//! `trialect doc`: pages of the library's modules.

use crate::arguments::DocOptions;
use crate::failure::Failure;
use crate::output::say;
use crate::protocol::library;
use std::path::Path;
use trialect_driver::doc::{document, documented, index};

pub(crate) fn run(options: &DocOptions) -> Result<(), Failure> {
    let library = library(&options.library)?;
    match (&options.module, &options.all) {
        (Some(module), _) => match document(module, &library) {
            Some(page) => {
                say(page.markdown().trim_end());
                Ok(())
            }
            None => Err(Failure::trouble(
                "unknown-module",
                format!("there is no module `{module}`; `trialect doc` lists all modules"),
            )),
        },
        (None, Some(folder)) => {
            std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
            let pages = documented(&library);
            for page in &pages {
                write(&folder.join(format!("{}.md", page.name)), &page.markdown())?;
            }
            write(&folder.join("README.md"), &index(&pages))
        }
        (None, None) => {
            for page in documented(&library) {
                say(&format!("{}  {}", page.name, page.description.unwrap_or_default()));
            }
            Ok(())
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::trouble("cannot-write", format!("{}: {error}; name a folder that can be written", path.display()))
}
