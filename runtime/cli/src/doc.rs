//! `trialect doc`: methods texts of protocols and studies, and pages of the library's modules.

use crate::arguments::DocOptions;
use crate::course::{self, Course};
use crate::failure::Failure;
use crate::output::say;
use crate::protocol::{self, library};
use crate::render;
use std::path::Path;
use trialect_driver::doc::{document, documented, index};
use trialect_driver::methods::{Methods, methods};
use trialect_driver::{Trees, analyse};

pub(crate) fn run(options: &DocOptions) -> Result<(), Failure> {
    if let Some(file) = options.module.as_ref().filter(|module| module.ends_with(protocol::PROTOCOL)) {
        let methods = of_text(Path::new(file), options)?;
        say(if options.html { methods.html() } else { methods.markdown() }.trim_end());
        return Ok(());
    }
    if options.html {
        let message =
            "pages of modules are Markdown only; leave out `--html`, or name the file of a protocol or a study";
        return Err(Failure::trouble("not-a-protocol", message.to_string()));
    }
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

/// The methods text of a protocol or a study without errors.
fn of_text(path: &Path, options: &DocOptions) -> Result<Methods, Failure> {
    let text = protocol::read_text(path)?;
    let no_header = || Failure::trouble("not-a-protocol", format!("{}: it has no first line", path.display()));
    if course::is(path)? {
        let course = Course::open(path, &options.library)?;
        let (tree, _) = Trees::default().parse(&text, trialect_base::SourceId::default());
        return methods(&[&tree], &text, &course.hash).ok_or_else(no_header);
    }
    let library = protocol::library_for(path, &text, &options.library)?;
    let analysed = analyse(&path.display().to_string(), &text, &library, None);
    let Some(program) = &analysed.compiled.program else {
        render::to_stderr(&analysed.compiled);
        return Err(Failure::Found);
    };
    let files: Vec<_> = analysed.files.iter().map(AsRef::as_ref).collect();
    methods(&files, &text, &program.identity.protocol).ok_or_else(no_header)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::trouble("cannot-write", format!("{}: {error}; name a folder that can be written", path.display()))
}
