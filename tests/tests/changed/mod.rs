//! The standard library with a phrase replaced.

use std::collections::BTreeMap;
use trialect_driver::Library;

/// The library in which a phrase of one module, which must stand in it, is another.
pub fn library_with(module: &str, old: &str, new: &str) -> Library {
    let mut texts: BTreeMap<String, String> =
        trialect_stdlib::MODULES.iter().map(|module| (module.name.to_string(), module.text.to_string())).collect();
    let text = texts.get_mut(module).expect("a module");
    assert!(text.contains(old), "`{old}` is not in {module}");
    *text = text.replacen(old, new, 1);
    Library::Texts(texts)
}
