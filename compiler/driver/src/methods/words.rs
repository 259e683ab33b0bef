//! Expressions in words, with every number and its unit. Names of the text stand between backticks.

use trialect_syntax::ast::{Argument, BinaryOp, Body, Call, Expr, ExprKind, Head, Key, Range, Table, TypeExpr, Value};

/// `a`, `a and b`, `a, b and c`
pub(super) fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

pub(super) fn name(text: &str) -> String {
    format!("`{text}`")
}

/// `1.5 uL to 3 uL`
pub(super) fn range(range: &Range) -> String {
    format!("{} to {}", expr(&range.low), expr(&range.high))
}

/// `` `accuracy` of each `side` and `contrast` ``
pub(super) fn head(head: &Head) -> String {
    let key = |key: &Key| match &key.variable {
        Some(variable) => format!("{} in {}", name(&variable.text), expr(&key.over)),
        None => expr(&key.over),
    };
    let keys: Vec<String> = head.keys.iter().map(key).collect();
    let named = name(&head.name.text);
    if keys.is_empty() { named } else { format!("{named} for each {}", listed(&keys, "and")) }
}

pub(super) fn kind(ty: &TypeExpr) -> String {
    let of = ty.of.as_ref().map(|of| format!(" of {}", kind(of))).unwrap_or_default();
    let optional = if ty.optional { ", or none" } else { "" };
    format!("{}{of}{optional}", name(&ty.name.text))
}

pub(super) fn body(body: &Body) -> String {
    match body {
        Body::Expr(one) => expr(one),
        Body::Table(one) => table(one),
    }
}

/// `3 uL for left, 2 uL for right`
pub(super) fn table(table: &Table) -> String {
    let row = |(key, value): &(Option<Expr>, Expr)| match key {
        Some(key) => format!("{} for {}", expr(value), expr(key)),
        None => format!("{} otherwise", expr(value)),
    };
    table.rows.iter().map(row).collect::<Vec<_>>().join(", ")
}

pub(super) fn argument(argument: &Argument) -> String {
    let value = match &argument.value {
        Value::Expr(one) => expr(one),
        Value::Range(one) => range(one),
        Value::Table(one) => table(one),
    };
    match &argument.name {
        Some(named) => format!("{} {value}", named.text),
        None => value,
    }
}

pub(super) fn arguments(list: &[Argument]) -> String {
    list.iter().map(argument).collect::<Vec<_>>().join(", ")
}

pub(super) fn call(call: &Call) -> String {
    let list: Vec<String> = call.arguments.iter().map(argument).collect();
    match (call.name.text.as_str(), list.as_slice()) {
        ("min", [_, _, ..]) => format!("the least of {}", listed(&list, "and")),
        ("max", [_, _, ..]) => format!("the greatest of {}", listed(&list, "and")),
        ("abs", [one]) => format!("the size of {one}"),
        (function, []) => name(function),
        (function, _) => format!("{function}({})", list.join(", ")),
    }
}

/// How tightly an expression holds together.
fn strength(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::If(..) | ExprKind::Comprehension { .. } => 0,
        ExprKind::Call(call) if matches!(call.name.text.as_str(), "min" | "max" | "abs") => 1,
        ExprKind::Binary(BinaryOp::Or, ..) => 2,
        ExprKind::Binary(BinaryOp::And, ..) => 3,
        ExprKind::Not(_) | ExprKind::Default(..) => 4,
        ExprKind::Is { .. } | ExprKind::In(..) | ExprKind::Exists(_) => 5,
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Subtract, ..) => 6,
        ExprKind::Binary(BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Mod, ..) => 7,
        ExprKind::Binary(..) => 5,
        ExprKind::Negate(_) => 8,
        _ => 9,
    }
}

/// It is true or false.
pub(super) fn is_truth(one: &Expr) -> bool {
    match &one.kind {
        ExprKind::Bool(_)
        | ExprKind::Not(_)
        | ExprKind::Exists(_)
        | ExprKind::Is { .. }
        | ExprKind::In(..)
        | ExprKind::Binary(
            BinaryOp::Or
            | BinaryOp::And
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual,
            ..,
        ) => true,
        ExprKind::Comprehension { function, .. } => matches!(function.text.as_str(), "all" | "any"),
        _ => false,
    }
}

/// `is 35 deg`, `holds when there is a trial before`
pub(super) fn says(value: &Body) -> String {
    match value {
        Body::Expr(one) if is_truth(one) => format!("holds when {}", expr(one)),
        other => format!("is {}", body(other)),
    }
}

/// A part of an expression, in parentheses where it would come apart.
fn part(inner: &Expr, least: u8) -> String {
    if strength(&inner.kind) < least { format!("({})", expr(inner)) } else { expr(inner) }
}

pub(super) fn expr(one: &Expr) -> String {
    match &one.kind {
        ExprKind::Number { digits, unit: None } => digits.clone(),
        ExprKind::Number { digits, unit: Some(unit) } if unit.text == "%" => format!("{digits}%"),
        ExprKind::Number { digits, unit: Some(unit) } => format!("{digits} {}", unit.text),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::None => "none".into(),
        ExprKind::Name(word) if word == "last" => "the trial before".into(),
        ExprKind::Name(word) => name(word),
        ExprKind::Member(of, member) => match &of.kind {
            ExprKind::Name(word) if word == "last" => format!("{} of the trial before", name(&member.text)),
            ExprKind::Name(word) => name(&format!("{word}.{}", member.text)),
            _ => format!("{} of {}", name(&member.text), part(of, 9)),
        },
        ExprKind::Index(of, keys) => {
            let keys: Vec<String> = keys.iter().map(|key| expr(key).replace('`', "")).collect();
            let of = part(of, 9);
            let named = of.strip_prefix('`').and_then(|of| of.strip_suffix('`')).filter(|of| !of.contains('`'));
            named.map_or_else(
                || format!("{of} for {}", listed(&keys, "and")),
                |named| name(&format!("{named}[{}]", keys.join(", "))),
            )
        }
        ExprKind::Call(one) => call(one),
        ExprKind::Comprehension { function, body, variables } => {
            let over: Vec<String> = variables
                .iter()
                .map(|(variable, over)| format!("{} in {}", name(&variable.text), expr(over)))
                .collect();
            let over = listed(&over, "and");
            match function.text.as_str() {
                "all" => format!("for all {over}, {}", expr(body)),
                "any" => format!("for any {over}, {}", expr(body)),
                function => format!("the {function} of {} over {over}", part(body, 6)),
            }
        }
        ExprKind::Set(members) => {
            let members: Vec<String> = members.iter().map(expr).collect();
            if members.is_empty() { "nothing".into() } else { listed(&members, "and") }
        }
        ExprKind::Range(one) => range(one),
        ExprKind::Negate(inner) => format!("-{}", part(inner, 9)),
        ExprKind::Not(inner) if matches!(inner.kind, ExprKind::Exists(_)) => {
            let there = expr(inner);
            format!("there is no {}", there.trim_start_matches("there is ").trim_start_matches("a "))
        }
        ExprKind::Not(inner) => format!("not {}", part(inner, 5)),
        ExprKind::Exists(inner) if matches!(&inner.kind, ExprKind::Name(word) if word == "last") => {
            "there is a trial before".into()
        }
        ExprKind::Exists(inner) => format!("there is {}", part(inner, 9)),
        ExprKind::Is { value, other, negated } => {
            format!("{} is {}{}", part(value, 6), if *negated { "not " } else { "" }, part(other, 6))
        }
        ExprKind::In(value, set) => format!("{} is among {}", part(value, 6), part(set, 6)),
        ExprKind::Default(value, other) => format!("{} ({} when there is none)", part(value, 9), expr(other)),
        ExprKind::If(condition, then, otherwise) => {
            format!("{} if {}, otherwise {}", part(then, 1), part(condition, 1), expr(otherwise))
        }
        ExprKind::Binary(op, left, right) => binary(*op, &one.kind, left, right),
    }
}

fn binary(op: BinaryOp, kind: &ExprKind, left: &Expr, right: &Expr) -> String {
    let word = match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Less => "is less than",
        BinaryOp::LessEqual => "is at most",
        BinaryOp::Greater => "is more than",
        BinaryOp::GreaterEqual => "is at least",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "×",
        BinaryOp::Divide => "/",
        BinaryOp::Mod => "mod",
    };
    let least = strength(kind);
    let right = match op {
        BinaryOp::Or | BinaryOp::And => part(right, least),
        _ => part(right, least + 1),
    };
    format!("{} {word} {right}", part(left, least))
}
