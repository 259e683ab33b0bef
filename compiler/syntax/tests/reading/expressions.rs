//! Values and their trees, written out by hand: what binds tighter, what belongs to a number, what goes on.

use crate::printer;

fn tree(text: &str) -> String {
    let (expression, findings) = trialect_syntax::parse_expression(text, printer::SOURCE);
    assert!(findings.is_empty(), "{text}: {findings:?}");
    printer::expr(&expression.expect("a tree"))
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(tree(text), *expected, "{text}");
    }
}

#[test]
fn operators_bind_from_or_to_member() {
    check(&[
        ("a or b and not c is d", "(or a (and b (not (is c d))))"),
        ("a and b or c and d", "(or (and a b) (and c d))"),
        ("not a and b", "(and (not a) b)"),
        ("not not a", "(not (not a))"),
        ("not a is b", "(not (is a b))"),
        ("a is not b", "(is-not a b)"),
        ("a is not none and b", "(and (is-not a none) b)"),
        ("a in b and c", "(and (in a b) c)"),
        ("a < b + c * d", "(< a (+ b (* c d)))"),
        ("a + b < c", "(< (+ a b) c)"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b * c", "(* (/ a b) c)"),
        ("a mod b + c", "(+ (mod a b) c)"),
        ("a + b mod c", "(+ a (mod b c))"),
        ("- a * b", "(* (- a) b)"),
        ("-a.b[c]", "(- a.b[c])"),
        ("a * -b", "(* a (- b))"),
        ("a - -b", "(- a (- b))"),
        ("- -a", "(- (- a))"),
        ("a-b", "(- a b)"),
        ("(a + b) * c", "(* (+ a b) c)"),
        ("((a))", "a"),
        ("a <= b", "(<= a b)"),
        ("a >= b", "(>= a b)"),
        ("x<-3", "(< x (- 3))"),
    ]);
}

#[test]
fn default_binds_between_comparison_and_sum() {
    check(&[
        ("u < last.p_left default 50%", "(< u (default last.p_left 50%))"),
        ("a default b + 1", "(default a (+ b 1))"),
        ("a + 1 default b", "(default (+ a 1) b)"),
        ("a default b default c", "(default a (default b c))"),
        ("a default b is c", "(is (default a b) c)"),
        ("not a default b", "(not (default a b))"),
    ]);
}

#[test]
fn exists_takes_one_name() {
    check(&[
        ("exists last and last.outcome is not correct", "(and (exists last) (is-not last.outcome correct))"),
        ("not exists choice", "(not (exists choice))"),
        ("exists fit_at[p].bias and b", "(and (exists fit_at[p].bias) b)"),
        ("exists a is false", "(is (exists a) false)"),
        ("exists fit and fewest > 200", "(and (exists fit) (> fewest 200))"),
    ]);
}

#[test]
fn if_reaches_as_far_as_it_can() {
    check(&[
        ("if a then b else c", "(if a b c)"),
        ("if a then b else if c then d else e", "(if a b (if c d e))"),
        ("if a then if b then c else d else e", "(if a (if b c d) e)"),
        ("if a or b then c + d else e default f", "(if (or a b) (+ c d) (default e f))"),
        ("(if a then b else c) + d", "(+ (if a b c) d)"),
        ("max(if a then b else c, d)", "(max (if a b c), d)"),
        ("if if a then b else c then d else e", "(if (if a b c) d e)"),
        ("if a then {1} else {2}", "(if a {1} {2})"),
    ]);
}

#[test]
fn numbers_take_their_units() {
    check(&[
        ("200 ms", "200_ms"),
        ("0.1 cycle/deg", "0.1_cycle/deg"),
        ("8 deg/mm", "8_deg/mm"),
        ("9.81 m/s^2", "9.81_m/s^2"),
        ("3 uL*kPa", "3_uL*kPa"),
        ("12.5%", "12.5%"),
        ("12.5 %", "12.5%"),
        ("3  uL", "3_uL"),
        ("2 deg / gain", "(/ 2_deg gain)"),
        ("2 deg/gain", "(/ 2_deg gain)"),
        ("weight / 25 g > delivered / 1 mL", "(> (/ weight 25_g) (/ delivered 1_mL))"),
        ("1/8", "(/ 1 8)"),
        ("5 min", "5_min"),
        ("min(5 min, m)", "(min 5_min, m)"),
        ("5 m + m", "(+ 5_m m)"),
        ("3 * s", "(* 3 s)"),
        ("1 h", "1_h"),
        ("0.000001", "0.000001"),
        ("-100 pA + 20 pA * sweep", "(+ (- 100_pA) (* 20_pA sweep))"),
        ("3 is 3", "(is 3 3)"),
        ("3 in x", "(in 3 x)"),
        ("3 mod 2", "(mod 3 2)"),
        ("3 default 2", "(default 3 2)"),
    ]);
}

#[test]
fn every_unit_word_follows_a_number() {
    for word in trialect_units::UNIT_WORDS {
        assert_eq!(tree(&format!("3 {word}")), if *word == "%" { "3%".into() } else { format!("3_{word}") });
        assert_eq!(tree(&format!("3 {word}/{word}")), format!("3_{word}/{word}"), "{word} in a compound");
        if *word != "%" {
            let (expression, findings) = trialect_syntax::parse_expression(&format!("3 {word}_"), printer::SOURCE);
            assert!(expression.is_none() && findings.iter().any(|finding| finding.code == "unknown-unit"), "{word}_");
        }
    }
}

#[test]
fn calls_sets_ranges_and_tables() {
    check(&[
        ("f()", "(f)"),
        ("f(a, g(b), c: d)", "(f a, (g b), c: d)"),
        ("uniform(0 deg .. 360 deg)", "(uniform (.. 0_deg 360_deg))"),
        ("clamp(x, 1% .. n + 1)", "(clamp x, (.. 1% (+ n 1)))"),
        ("poisson(rate[s], during: 0 s .. length, most: 120)", "(poisson rate[s], during: (.. 0_s length), most: 120)"),
        ("pick(pool, weights: {0%: 1/2, else: 1})", "(pick pool, weights: {0%: (/ 1 2), else: 1})"),
        ("pick({-1: a, true: b, left: c,})", "(pick {(- 1): a, true: b, left: c})"),
        ("all(accuracy[s, c] > 80% for s in Side, c in pool)", "(all (> accuracy[s, c] 80%) for s in Side, c in pool)"),
        ("sum(i for i in 1 .. 5)", "(sum i for i in (.. 1 5))"),
        ("any(f(s) for s in {a, b}) and c", "(and (any (f s) for s in {a, b}) c)"),
        ("{}", "{}"),
        ("{100%, 50%}", "{100%, 50%}"),
        ("{a, {b}, c,}", "{a, {b}, c}"),
        ("pool + {25%} - {50%}", "(- (+ pool {25%}) {50%})"),
        ("x in 1 .. 5 and y", "(and (in x (.. 1 5)) y)"),
        ("x is {a, b}", "(is x {a, b})"),
        ("a[b][c].d.e[f, g]", "a[b][c].d.e[f, g]"),
        ("rank(contrast, of: pool)", "(rank contrast, of: pool)"),
        ("true or false is none", "(or true (is false none))"),
    ]);
}

#[test]
fn words_that_contain_keywords_are_names() {
    check(&[
        ("nota and android", "(and nota android)"),
        ("iffy + thenceforth", "(+ iffy thenceforth)"),
        ("inside or island", "(or inside island)"),
        ("existsx", "existsx"),
        ("none_left is true_", "(is none_left true_)"),
        (
            "at + to + by + from + end + time + state + trial",
            "(+ (+ (+ (+ (+ (+ (+ at to) by) from) end) time) state) trial)",
        ),
    ]);
}

#[test]
fn values_go_on_over_line_ends() {
    check(&[
        ("f(a,\n  b\n)", "(f a, b)"),
        ("a +\n\n  b", "(+ a b)"),
        ("a # first\n  and b # second\n  or c", "(or (and a b) c)"),
        ("if a\n then b\n else c", "(if a b c)"),
        ("{\n  a,\n  # none\n  b\n}", "{a, b}"),
        ("a[\n 1 ]", "a[1]"),
    ]);
}

#[test]
fn spans_are_what_was_read() {
    let text = "  (a + bc) * d[ 1 ] ";
    let mut sources = trialect_base::Sources::default();
    let source = sources.add("text", text);
    let (expression, _) = trialect_syntax::parse_expression(text, source);
    let expression = expression.expect("a tree");
    assert_eq!(sources.text(expression.span), "(a + bc) * d[ 1 ]");
    let trialect_syntax::ast::ExprKind::Binary(_, left, right) = expression.kind else { panic!("a product") };
    assert_eq!((sources.text(left.span), sources.text(right.span)), ("(a + bc)", "d[ 1 ]"));
}
