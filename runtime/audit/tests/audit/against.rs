//! Two protocols, held against the same data.

use crate::{PROTOCOL, write};
use trialect_audit::{Comparison, Data, Fit, audit, read_map};
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;

fn compared(texts: [&str; 2], names: &str, table: &str) -> Comparison {
    let folder = tempfile::tempdir().unwrap();
    let tables = [write(folder.path(), "a.csv", table)];
    let map = read_map("map.toml", &format!("format = \"trialect-map/1\"\n{names}")).unwrap();
    let programs = texts.map(|text| compile("small.trial", text, &Library::Embedded).program.unwrap());
    let [first, second] = [0, 1].map(|k| {
        let other = Some(programs[1 - k].as_ref());
        let data = Data { tables: &tables, map: Some(&map), map_path: "map.toml", format: None, other };
        audit(&programs[k], &mut Interpreter::new(programs[k].clone()), &data, &|_| None).unwrap()
    });
    Comparison::of(first, second, ["one.trial", "other.trial"])
}

const NAMES: &str = "[names]\noutcome = \"o\"\nside = \"s\"\n";

#[test]
fn refuted_decisions_come_first() {
    // Without the rule of repeats any side can follow an error.
    let free = PROTOCOL.replace("if repeated then last.side else fresh", "fresh");
    let table = "o,s\nlost,left\nlost,left\nlost,right\nwon,right\n";
    let comparison = compared([PROTOCOL, &free], NAMES, table);
    assert_eq!((comparison.fits, comparison.refuted), (Fit::Second, [1, 0]), "{}", comparison.text());
    assert!(
        comparison.reasons[0].starts_with("side: refuted by one.trial 1 time, by other.trial 0 times"),
        "{comparison:?}"
    );
    let pair = comparison.rules.iter().find(|pair| pair.name == "side").unwrap();
    // The first is drawn in both; three follow an error, of which the second changes sides.
    assert_eq!(pair.counts, [Some([2, 1, 1, 0]), Some([0, 4, 0, 0])]);
    assert!(!pair.same_text);
    let turned = compared([&free, PROTOCOL], NAMES, table);
    assert_eq!((turned.fits, turned.refuted, turned.likelihood), (Fit::First, [0, 1], -comparison.likelihood));
}

#[test]
fn who_says_nothing_is_not_better() {
    // Whether trials are repeated is drawn by the other a trial before, and the data do not say it: its sides cannot be
    // decided.
    let vague = PROTOCOL
        .replace("draw lean ~ uniform(0 .. 1)", "draw lean ~ uniform(0 .. 1)\n  draw again ~ uniform(0 .. 1)")
        .replace("repeated = exists last and last.outcome is lost", "repeated = exists last and last.again >= 0.5");
    let table = "o,s\nlost,left\nlost,left\nlost,right\nwon,right\n";
    let comparison = compared([PROTOCOL, &vague], NAMES, table);
    assert_eq!((comparison.fits, comparison.refuted), (Fit::Neither, [1, 0]), "{}", comparison.text());
    assert!(comparison.undecided[1] >= 1, "{}", comparison.text());
    assert!(comparison.verdict().starts_with("The data do not tell"), "{}", comparison.verdict());
}

#[test]
fn likelihood_decides_where_nothing_is_refuted() {
    // After each loss the side comes again: certain by one rule, one in two by the other.
    let free = PROTOCOL.replace("if repeated then last.side else fresh", "fresh");
    let table = "o,s\n".to_owned() + &"lost,left\n".repeat(11);
    let comparison = compared([PROTOCOL, &free], NAMES, &table);
    assert_eq!((comparison.fits, comparison.refuted), (Fit::First, [0, 0]));
    assert!((comparison.likelihood - 10.0 * 2.0_f64.ln()).abs() < 1e-9, "{}", comparison.text());
    assert!(comparison.verdict().contains("1024 times as likely"), "{}", comparison.verdict());
    // Six of them are too few to tell at a level of one in a hundred: 2^5 = 32.
    let few = compared([PROTOCOL, &free], NAMES, &("o,s\n".to_owned() + &"lost,left\n".repeat(6)));
    assert_eq!(few.fits, Fit::Neither, "{}", few.text());
}

#[test]
fn densities_tell_distributions_apart() {
    let steep = PROTOCOL.replace("draw lean ~ uniform(0 .. 1)", "draw lean ~ normal(0.9, 0.05) within 0 .. 1");
    let names = "[names]\noutcome = \"o\"\nlean = \"l\"\n";
    let table = "o,l\n".to_owned() + &(0..20).map(|k| format!("lost,{}\n", f64::from(k) / 20.0)).collect::<String>();
    let comparison = compared([PROTOCOL, &steep], names, &table);
    // By hand: the sum over k of (k / 20 - 0.9)^2 / (2 * 0.05^2) = 15.2 / 0.005, and ln(0.05 * sqrt(2 pi)) twenty times;
    // the normal distribution has 0.97725 of its probability below 1.
    let squares: f64 = (0..20).map(|k| (f64::from(k) / 20.0 - 0.9).powi(2)).sum();
    let expected = squares / 0.005 + 20.0 * (0.05 * std::f64::consts::TAU.sqrt() * 0.977_249_868).ln();
    assert!((comparison.likelihood - expected).abs() < 1e-6, "{} {expected}", comparison.likelihood);
    assert_eq!(comparison.fits, Fit::First);
}

#[test]
fn a_map_may_name_what_only_one_has() {
    let other = PROTOCOL.replace("repeated", "again");
    let names = format!("{NAMES}repeated = {{ is = 0 }}\nagain = {{ is = 0 }}\n");
    let comparison = compared([PROTOCOL, &other], &names, "o,s\nwon,left\nwon,left\n");
    assert_eq!(comparison.audits[0].left_out, ["again"]);
    assert_eq!(comparison.audits[1].left_out, ["repeated"]);
    let pair = comparison.rules.iter().find(|pair| pair.name == "repeated").unwrap();
    assert_eq!(pair.counts, [Some([2, 0, 0, 0]), None]);
    assert_eq!(comparison.fits, Fit::Neither);
}
