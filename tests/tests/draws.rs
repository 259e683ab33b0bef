//! A draw and the column that records it have the same path: so a record is read without its program.
#![allow(clippy::expect_used)]

use std::path::Path;
use trialect_driver::{Library, compile};

#[test]
fn a_draw_has_the_path_of_its_column() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/accepted");
    let (mut plain, mut keyed) = (0, 0);
    for file in std::fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path()) {
        let text = std::fs::read_to_string(&file).expect("a text");
        let Some(program) = compile("text", &text, &Library::Embedded).program else {
            panic!("{} does not compile", file.display())
        };
        for draw in &program.draws {
            assert_eq!(program.columns[draw.column.0 as usize].path(), draw.path, "{}", file.display());
            let named = program.columns.iter().filter(|column| column.path() == draw.path).count();
            assert_eq!(named, 1, "{}: {} is not one column's", file.display(), draw.path);
            *if draw.path.ends_with(']') { &mut keyed } else { &mut plain } += 1;
        }
    }
    assert!(plain > 10 && keyed > 5, "only {plain} plain draws and {keyed} with a key");
}
