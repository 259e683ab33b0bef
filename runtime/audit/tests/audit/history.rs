//! Values that the next trial reads and that are not in the data, or only in some trials; numbers that were not drawn.

use super::{counts, rule, try_audit_of};

/// A mark that nobody writes down, kept after a loss; two values of the next trial tell what it was.
const MARKED: &str = "protocol marked 1.0.0
enum Side { left, right }
session { limit trials 300 }
trial {
  draw fresh ~ pick(Side)
  mark : Side = if exists last and last.outcome is lost then last.mark else fresh
  shown = last.mark default left
  echo  = if exists last and last.mark is right then right else left
  outcomes won, lost
  state only { after 10 ms -> end won }
}
";

#[test]
fn hidden_values_of_the_trial_before_explain_once_and_for_all() {
    let names = "[names]\noutcome = \"o\"\nshown = \"s\"\necho = \"e\"\n";
    // Trial 2 shows that the first mark was right, and its echo must say so too. The mark of trial 2, shown as left in trial
    // 3 and echoed otherwise, is kept after the loss: in trial 4 it must be shown as left again.
    let table = "o,s,e\nwon,left,left\nlost,right,right\nwon,left,right\nwon,right,left\n";
    let report = try_audit_of(MARKED, names, &[("a.csv", table)]).unwrap();
    assert_eq!(counts(&report, "shown"), [1, 2, 1, 0]);
    assert_eq!(counts(&report, "echo"), [3, 0, 1, 0]);
    let trial = |name: &str| rule(&report, name).cases[0].trial;
    assert_eq!((trial("shown"), trial("echo")), (4, 3));
}

#[test]
fn what_is_written_down_in_some_trials_is_known_in_these() {
    let names = "[names]\noutcome = \"o\"\nshown = \"s\"\nmark = \"m\"\n";
    let table = |last: &str| format!("o,m,s\nwon,,left\nwon,right,right\nwon,,{last}\n");
    let report = try_audit_of(MARKED, names, &[("a.csv", &table("right"))]).unwrap();
    assert_eq!(counts(&report, "mark"), [0, 1, 0, 2]);
    assert_eq!(counts(&report, "shown"), [2, 1, 0, 0]);
    let report = try_audit_of(MARKED, names, &[("a.csv", &table("left"))]).unwrap();
    assert_eq!(counts(&report, "shown"), [1, 1, 1, 0]);
}

#[test]
fn what_was_not_drawn_is_neither_compared_nor_undecidable() {
    let names = "[names]\noutcome = \"o\"\nmark = \"m\"\n\
                 fresh = { column = \"d\", among = [\"pick\", [0]], values = { \"0\" = \"left\", \"1\" = \"right\" } }\n";
    let drawn = |side: u8| format!("\"[[\"\"pick\"\", [3, 4], 3], [\"\"pick\"\", [0, 1], {side}]]\"");
    let table = format!("o,m,d\nlost,right,{}\nwon,right,[]\nwon,left,{}\n", drawn(1), drawn(0));
    let report = try_audit_of(MARKED, names, &[("a.csv", &table)]).unwrap();
    assert_eq!(counts(&report, "fresh"), [2, 0, 0, 0]);
    assert_eq!(counts(&report, "mark"), [3, 0, 0, 0]);
}
