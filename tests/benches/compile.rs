//! From source text to machine code: each step by itself, and all of it, for the basic task.

#[path = "../tests/differential/sessions.rs"]
mod sessions;

use divan::{Bencher, black_box};
use sessions::{basic, basic_text};
use trialect_base::{SourceId, Sources};
use trialect_codegen::Jit;
use trialect_driver::{Library, compile};
use trialect_lower::lower;
use trialect_sema::{Model, Module, check};
use trialect_syntax::{ast::File, parse};

#[allow(clippy::print_stdout)] // sizes belong to the times
fn main() {
    let read = Read::new();
    let bytes: usize = read.sources.iter().map(|(_, source)| source.text.len()).sum();
    let program = basic();
    let jit = Jit::compile(&program).expect("the program is valid");
    println!(
        "basic task: {} texts of {bytes} bytes together, {} words of memory, {} bytes of machine code",
        read.files.len(),
        program.initial.len(),
        jit.code_size()
    );
    divan::main();
}

/// The task's text and the modules that it uses, parsed; the task comes first.
struct Read {
    sources: Sources,
    files: Vec<File>,
}

impl Read {
    fn new() -> Read {
        let mut sources = Sources::default();
        for text in compile("basic.trial", &basic_text(), &Library::Embedded).texts {
            sources.add(text.name, text.text);
        }
        let files = sources.iter().map(|(id, source)| parse(&source.text, id).file).collect();
        Read { sources, files }
    }

    fn check(&self) -> Model {
        let modules = self.sources.iter().zip(&self.files).skip(1);
        let modules: Vec<Module<'_>> = modules.map(|((_, source), file)| Module { name: &source.name, file }).collect();
        check(&self.files[0], &modules, &self.sources).0
    }
}

#[divan::bench]
fn a_parse(bencher: Bencher<'_, '_>) {
    let read = Read::new();
    let texts: Vec<(SourceId, &str)> = read.sources.iter().map(|(id, source)| (id, source.text.as_str())).collect();
    bencher.bench(|| texts.iter().map(|&(id, text)| parse(black_box(text), id)).collect::<Vec<_>>());
}

#[divan::bench]
fn b_check(bencher: Bencher<'_, '_>) {
    let read = Read::new();
    bencher.bench(|| black_box(&read).check());
}

#[divan::bench]
fn c_lower(bencher: Bencher<'_, '_>) {
    let read = Read::new();
    let model = read.check();
    bencher.bench(|| lower(black_box(&model), &read.sources));
}

#[divan::bench]
fn d_codegen(bencher: Bencher<'_, '_>) {
    let program = basic();
    bencher.bench(|| Jit::compile(black_box(&program)));
}

#[divan::bench]
fn e_all(bencher: Bencher<'_, '_>) {
    let text = basic_text();
    bencher.bench(|| {
        let compiled = compile("basic.trial", black_box(&text), &Library::Embedded);
        compiled.program.as_deref().map(Jit::compile)
    });
}
