//! Open texts, and what is known of them.

use crate::analysis::{Analysis, Offers, analysis};
use crate::positions::Lines;
use crate::world::{self, World};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use trialect_driver::{Library, Trees};

/// A text that an editor has open.
struct Document {
    uri: Uri,
    path: PathBuf,
    version: i32,
    text: String,
    /// What is known of it as it is now; none when it changed, or something beside it.
    analysis: Option<Rc<Analysis>>,
    /// What is known was not shown yet.
    is_due: bool,
}

/// All open texts.
#[derive(Default)]
pub(crate) struct Documents {
    list: BTreeMap<String, Document>,
    offers: Offers,
}

/// The world with the open texts in front of the files on the disk.
pub(crate) struct Opened<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) texts: BTreeMap<PathBuf, String>,
}

impl World for Opened<'_> {
    fn read(&self, path: &Path) -> Option<String> {
        self.texts.get(path).cloned().or_else(|| self.world.read(path))
    }
    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = self.world.files(folder);
        files.extend(self.texts.keys().filter(|path| path.parent() == Some(folder)).cloned());
        files.sort();
        files.dedup();
        files
    }
    fn library(&self) -> &Library {
        self.world.library()
    }
    fn trees(&self) -> &Trees {
        self.world.trees()
    }
    fn page(&self, name: &str, text: &str) -> Option<PathBuf> {
        self.world.page(name, text)
    }
}

impl Documents {
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: String) {
        // What is no file yet lies nowhere: nothing is beside it.
        let path = world::path(&uri).unwrap_or_else(|| PathBuf::from(uri.as_str()));
        let document = Document { path, version, text, analysis: None, is_due: true, uri: uri.clone() };
        self.list.insert(uri.as_str().into(), document);
        self.forget();
    }

    pub(crate) fn close(&mut self, uri: &Uri) {
        self.list.remove(uri.as_str());
        self.forget();
    }

    /// Changes in the order in which they were made.
    pub(crate) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let Some(document) = self.list.get_mut(uri.as_str()) else { return };
        for change in changes {
            match change.range {
                None => document.text = change.text,
                Some(range) => {
                    let bytes = Lines::new(&document.text).bytes(&document.text, range);
                    document.text.replace_range(bytes, &change.text);
                }
            }
        }
        document.version = version;
        self.forget();
    }

    /// Nothing is known any more: a file beside a text changed, or the text itself.
    pub(crate) fn forget(&mut self) {
        for document in self.list.values_mut() {
            (document.analysis, document.is_due) = (None, true);
        }
    }

    pub(crate) fn opened<'a>(&self, world: &'a dyn World) -> Opened<'a> {
        let texts = self.list.values().map(|document| (document.path.clone(), document.text.clone())).collect();
        Opened { world, texts }
    }

    /// What is known of a text; none when it is not open.
    pub(crate) fn analysis(&mut self, uri: &Uri, world: &dyn World) -> Option<Rc<Analysis>> {
        let document = self.list.get_mut(uri.as_str())?;
        if document.analysis.is_none() {
            document.analysis = Some(Rc::new(analysis(&document.path, &document.text, world, &mut self.offers)));
        }
        document.analysis.clone()
    }

    /// A text of which the editor is to be told, `first` before others.
    pub(crate) fn due(&mut self, first: Option<&Uri>) -> Option<(Uri, i32)> {
        let key =
            first.map(|uri| uri.as_str().to_string()).filter(|key| self.list.get(key).is_some_and(|one| one.is_due));
        let key = key.or_else(|| self.list.iter().find(|(_, one)| one.is_due).map(|(key, _)| key.clone()))?;
        let document = self.list.get_mut(&key)?;
        document.is_due = false;
        Some((document.uri.clone(), document.version))
    }
}
