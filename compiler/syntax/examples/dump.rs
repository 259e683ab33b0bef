//! temp
#[path = "../tests/printer/mod.rs"]
mod printer;
fn main() {
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let t = std::time::Instant::now();
        let parsed = trialect_syntax::parse(&text, printer::SOURCE);
        eprintln!("{path}: {:?} {} bytes", t.elapsed(), text.len());
        println!("{}", printer::print_file(&parsed.file, &text));
        let mut s = trialect_base::Sources::default();
        s.add("x", &text);
        for f in parsed.findings.iter() {
            println!(
                "{} {}: {}",
                f.code,
                {
                    let p = s.place(f.labels[0].span);
                    format!("{}:{}", p.line, p.column)
                },
                f.message
            );
            for l in &f.labels {
                println!("   {:?} {}", s.text(l.span), l.text);
            }
            if let Some(h) = &f.help {
                println!("   help: {h}");
            }
        }
    }
}
