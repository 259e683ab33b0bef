//! Trees as compact text: operators and clause words in front, one clause a line.

use std::fmt::Write;
use trialect_base::SourceId;
use trialect_syntax::ast::*;

/// Prints a file.
pub fn print_file(file: &File) -> String {
    let mut out = String::new();
    if let Some(header) = &file.header {
        let Header { kind, name, version, description } = header;
        let _ = writeln!(out, "({} {} {}{})", kind.text, name.text, version.text, described(description));
    }
    clauses(&mut out, &file.clauses, 0);
    out
}

fn described(description: &Option<String>) -> String {
    description.as_ref().map_or(String::new(), |text| format!(" {text:?}"))
}

fn clauses(out: &mut String, list: &[Clause], depth: usize) {
    for clause in list {
        let (line, bodies) = clause_line(&clause.kind);
        let _ = writeln!(out, "{:indent$}({line}{})", "", described(&clause.description), indent = depth * 2);
        for (label, body) in bodies {
            if !label.is_empty() {
                let _ = writeln!(out, "{:indent$}{label}", "", indent = depth * 2 + 1);
            }
            clauses(out, body, depth + 1);
        }
    }
}

type Bodies<'c> = Vec<(&'static str, &'c [Clause])>;

fn clause_line(kind: &ClauseKind) -> (String, Bodies<'_>) {
    if let Some(block) = block_line(kind) {
        return block;
    }
    let line = match kind {
        ClauseKind::Cite(citation) => format!("cite {citation:?}"),
        ClauseKind::Use(name, except) if except.is_empty() => format!("use {}", name.text),
        ClauseKind::Use(name, except) => format!("use {} except {}", name.text, words(except)),
        ClauseKind::Enum { name, members } => format!("enum {} {}", name.text, words(members)),
        ClauseKind::Levels { name, values } => format!("levels {} {}", name.text, exprs(values)),
        ClauseKind::IntType { name, range: r } => format!("int {} {}", name.text, range(r)),
        ClauseKind::Quantity { name, unit } => format!("quantity {} {}", name.text, unit.text),
        ClauseKind::Channel { kind, name, ty, words: list } => {
            format!("channel {} {}{} {}", kind.text, name.text, typed(ty), words(list)).trim_end().to_string()
        }
        ClauseKind::Constructor { name, fixed, shown, since } => {
            let since = since.as_ref().map_or(String::new(), |version| format!(" since {}", version.text));
            format!("constructor {} ({}) shows ({}){since}", name.text, slots(fixed), slots(shown))
        }
        ClauseKind::Verb { name, parameters, words: list } => {
            format!("verb {} ({}) {}", name.text, slots(parameters), words(list))
        }
        ClauseKind::Device { name, keys: k, class } => format!("device {}{} {}", name.text, keys(k), class.text),
        ClauseKind::ScenarioStep(step) => format!("step {}", self::step(step)),
        ClauseKind::InputOf(h) => format!("input {}", head(h)),
        ClauseKind::Outcomes(names) => format!("outcomes {}", words(names)),
        ClauseKind::Hold(verb) => format!("hold {}", action(verb)),
        ClauseKind::Do(verb) => action(verb),
        ClauseKind::Track { place: p, value } => format!("track {} {}", place(p), expr(value)),
        ClauseKind::Set { place: p, value, add } => {
            format!("{} {} {}", if *add { "+=" } else { ":=" }, place(p), expr(value))
        }
        ClauseKind::Iti(value) => format!("iti {}", expr(value)),
        ClauseKind::Limit { place: p, amount, each } => {
            format!(
                "limit {} {}{}",
                place(p),
                expr(amount),
                each.as_ref().map_or(String::new(), |w| format!(" each {}", w.text))
            )
        }
        ClauseKind::Stop { name, now, condition } => {
            format!("stop {}{} {}", name.text, if *now { " now" } else { "" }, expr(condition))
        }
        ClauseKind::Advise { name, condition } => format!("advise {} {}", name.text, expr(condition)),
        ClauseKind::Counts(condition) => format!("counts {}", expr(condition)),
        ClauseKind::Ends(condition) => format!("ends {}", expr(condition)),
        ClauseKind::Record { place: p, rate } => format!("record {}{}", place(p), part(" at", rate)),
        other => declaration_line(other),
    };
    (line, Vec::new())
}

fn declaration_line(kind: &ClauseKind) -> String {
    match kind {
        ClauseKind::Stimulus { head: h, device, call: c } => {
            format!("stimulus {} on {} {}", head(h), place(device), call(c))
        }
        ClauseKind::Define { head: h, body: Body::Expr(value) } => format!("= {} {}", head(h), expr(value)),
        ClauseKind::Define { head: h, body: Body::Table(rows) } => format!("= {} {}", head(h), table(rows)),
        ClauseKind::Var { head: h, initial, within, by } => {
            format!("var {} {}{}{}", head(h), expr(initial), within_of(within), part(" by", by))
        }
        ClauseKind::Param { head: h, value, within, by } => {
            format!("param {}{}{}{}", head(h), part("", value), within_of(within), part(" by", by))
        }
        ClauseKind::Draw { head: h, call: c, within } => format!("draw {} {}{}", head(h), call(c), within_of(within)),
        ClauseKind::Deck { head: h, table: rows } => format!("deck {} {}", head(h), table(rows)),
        ClauseKind::Stat(stat) => statistic(stat),
        ClauseKind::Covariate(clause) => covariate(clause),
        ClauseKind::Adapt { head: h, call: c, on, guard } => {
            format!("adapt {} {} on {}{}", head(h), call(c), place(on), part(" when", guard))
        }
        other => format!("?? {other:?}"),
    }
}

fn block_line(kind: &ClauseKind) -> Option<(String, Bodies<'_>)> {
    Some(match kind {
        ClauseKind::DeviceClass { name, body } => (format!("device-class {}", name.text), vec![("", body.as_slice())]),
        ClauseKind::Rig(body) => ("rig".into(), vec![("", body)]),
        ClauseKind::ClockBlock { clock, body } => (clock.text.clone(), vec![("", body)]),
        ClauseKind::Block { name, body } => (format!("block {}", name.text), vec![("", body)]),
        ClauseKind::Curriculum { name, body } => (format!("curriculum {}", name.text), vec![("", body)]),
        ClauseKind::Stage { name, protocol, body } => {
            let protocol = protocol.as_ref().map_or(String::new(), |protocol| format!(" {}", call(protocol)));
            (format!("stage {}{protocol}", name.text), vec![("", body)])
        }
        ClauseKind::State { name, body } => (format!("state {}", name.text), vec![("", body)]),
        ClauseKind::Beside { head: h, body } => (format!("beside {}", head(h)), vec![("", body)]),
        ClauseKind::Policy { name, body } => (format!("policy {}", name.text), vec![("", body)]),
        ClauseKind::Part { name, body } => (format!("part {}", name.text), vec![("", body)]),
        ClauseKind::Scenario { title, body } => (format!("scenario {title:?}"), vec![("", body)]),
        ClauseKind::For { variable, over, body } => (format!("for {} {}", variable.text, expr(over)), vec![("", body)]),
        ClauseKind::If { condition, then, otherwise } => {
            let mut bodies: Bodies<'_> = vec![("then", then)];
            if !otherwise.is_empty() {
                bodies.push(("else", otherwise));
            }
            (format!("if {}", expr(condition)), bodies)
        }
        ClauseKind::Handler(handler) => {
            let Handler { event, guard, actions, target } = handler.as_ref();
            let event = match event {
                Event::Place(p) => format!("on {}", place(p)),
                Event::Reaches(moving, goal) => format!("on (reaches {} {})", expr(moving), expr(goal)),
                Event::After(time) => format!("after {}", expr(time)),
                Event::Always => "always".into(),
            };
            let target = match target {
                Some(Target::State { name, by_hand }) => {
                    format!(" -> {}{}", name.text, if *by_hand { " by hand" } else { "" })
                }
                Some(Target::End(outcome)) => format!(" -> (end {})", outcome.text),
                None => String::new(),
            };
            let bodies = actions.as_ref().map_or(Vec::new(), |actions| vec![("do", actions.as_slice())]);
            (format!("{event}{}{target}", part(" when", guard)), bodies)
        }
        _ => return None,
    })
}

fn step(step: &Step) -> String {
    match step {
        Step::Animal(name) => format!("animal {}", name.text),
        Step::Given { name, values } => {
            format!("given {} {}", name.text, values.iter().map(expr).collect::<Vec<_>>().join(", "))
        }
        Step::Run { count, word, unplayed, seeds } => {
            let seeds = seeds.as_ref().map_or(String::new(), |seeds| format!(" over {}", expr(seeds)));
            let unplayed = if *unplayed { " unplayed" } else { "" };
            format!("run {} {}{unplayed}{seeds}", expr(count), word.text)
        }
        Step::Expect { always, condition } => {
            format!("expect {}{}", if *always { "always " } else { "" }, expr(condition))
        }
        Step::Change { name, value, trial } => format!("change {} {} at {}", name.text, expr(value), expr(trial)),
        Step::Pause { time, trial } => format!("pause {} at {}", expr(time), expr(trial)),
        Step::Stop { trial } => format!("stop at {}", expr(trial)),
        Step::Confirm { stage, session } => format!("confirm {}{}", stage.text, part(" at", session)),
        Step::Act { place: p, amount, at, guard } => {
            let amount = amount.as_ref().map_or(String::new(), |amount| format!(" += {}", expr(amount)));
            format!("act {}{amount} at {}{}", place(p), expr(at), part(" when", guard))
        }
    }
}

fn statistic(stat: &StatClause) -> String {
    let StatClause { head: h, call: c, filter, window, at_least, otherwise } = stat;
    let window =
        window.as_ref().map_or(String::new(), |(length, word)| format!(" (last {} {})", expr(length), word.text));
    let (filter, at_least, otherwise) = (part(" where", filter), part(" at-least", at_least), part(" else", otherwise));
    format!("stat {} {}{filter}{window}{at_least}{otherwise}", head(h), call(c))
}

fn covariate(clause: &CovariateClause) -> String {
    let CovariateClause { head: h, standard, usual, within, asked, from, value, convention, term } = clause;
    let mut line = format!("covariate {}", head(h));
    line += if *standard { " standard" } else { "" };
    line += &within_of(within);
    line += &part(" =", value);
    line += &from.as_ref().map_or(String::new(), |p| format!(" from {}", place(p)));
    line += &asked.as_ref().map_or(String::new(), |word| format!(" asked {}", word.text));
    for (label, text) in [("usual", usual), ("convention", convention), ("term", term)] {
        line += &text.as_ref().map_or(String::new(), |text| format!(" {label} {text:?}"));
    }
    line
}

fn action(clause: &VerbClause) -> String {
    let VerbClause { verb, amount, target, arguments: list, duration } = clause;
    let arguments = if list.is_empty() { String::new() } else { format!(" ({})", arguments(list)) };
    let (amount, duration) = (part(" amount", amount), part(" for", duration));
    format!("do {}{amount} {}{arguments}{duration}", verb.text, place(target))
}

fn words(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn slots(list: &[(Name, TypeExpr)]) -> String {
    list.iter().map(|(name, of)| format!("{}:{}", name.text, ty(of))).collect::<Vec<_>>().join(" ")
}

fn head(h: &Head) -> String {
    format!("{}{}{}", h.name.text, keys(&h.keys), typed(&h.ty))
}

fn keys(list: &[Key]) -> String {
    let key = |key: &Key| match &key.variable {
        Some(variable) => format!("{} in {}", variable.text, expr(&key.over)),
        None => expr(&key.over),
    };
    if list.is_empty() { String::new() } else { format!("[{}]", list.iter().map(key).collect::<Vec<_>>().join(", ")) }
}

fn typed(of: &Option<TypeExpr>) -> String {
    of.as_ref().map_or(String::new(), |of| format!(":{}", ty(of)))
}

fn ty(of: &TypeExpr) -> String {
    let member = of.of.as_ref().map_or(String::new(), |member| format!("[{}]", ty(member)));
    format!("{}{member}{}", of.name.text, if of.optional { "?" } else { "" })
}

fn range(r: &Range) -> String {
    format!("(.. {} {})", expr(&r.low), expr(&r.high))
}

fn within_of(r: &Option<Range>) -> String {
    r.as_ref().map_or(String::new(), |r| format!(" within {}", range(r)))
}

fn part(label: &str, value: &Option<Expr>) -> String {
    value.as_ref().map_or(String::new(), |value| format!("{label} {}", expr(value)))
}

fn place(p: &Place) -> String {
    let index = if p.index.is_empty() { String::new() } else { format!("[{}]", exprs(&p.index)) };
    let members: String = p.members.iter().map(|member| format!(".{}", member.text)).collect();
    format!("{}{index}{members}", p.base.text)
}

fn call(c: &Call) -> String {
    if c.arguments.is_empty() {
        format!("({})", c.name.text)
    } else {
        format!("({} {})", c.name.text, arguments(&c.arguments))
    }
}

fn arguments(list: &[Argument]) -> String {
    let one = |argument: &Argument| {
        let value = match &argument.value {
            Value::Expr(value) => expr(value),
            Value::Range(r) => range(r),
            Value::Table(rows) => table(rows),
        };
        argument.name.as_ref().map_or(value.clone(), |name| format!("{}: {value}", name.text))
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn table(rows: &Table) -> String {
    let row =
        |(key, value): &(Option<Expr>, Expr)| format!("{}: {}", key.as_ref().map_or("else".into(), expr), expr(value));
    format!("{{{}}}", rows.rows.iter().map(row).collect::<Vec<_>>().join(", "))
}

fn exprs(list: &[Expr]) -> String {
    list.iter().map(expr).collect::<Vec<_>>().join(", ")
}

/// Prints an expression.
pub fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Number { digits, unit } => match unit {
            Some(unit) if unit.text == "%" => format!("{digits}%"),
            Some(unit) => format!("{digits}_{}", unit.text),
            None => digits.clone(),
        },
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::None => "none".into(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Member(of, name) => format!("{}.{}", expr(of), name.text),
        ExprKind::Index(of, index) => format!("{}[{}]", expr(of), exprs(index)),
        ExprKind::Call(c) => call(c),
        ExprKind::Comprehension { function, body, variables } => {
            let variables = variables.iter().map(|(name, over)| format!("{} in {}", name.text, expr(over)));
            format!("({} {} for {})", function.text, expr(body), variables.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Set(members) => format!("{{{}}}", exprs(members)),
        ExprKind::Range(r) => range(r),
        ExprKind::Negate(of) => format!("(- {})", expr(of)),
        ExprKind::Not(of) => format!("(not {})", expr(of)),
        ExprKind::Exists(of) => format!("(exists {})", expr(of)),
        ExprKind::Is { value, other, negated } => {
            format!("({} {} {})", if *negated { "is-not" } else { "is" }, expr(value), expr(other))
        }
        ExprKind::In(value, set) => format!("(in {} {})", expr(value), expr(set)),
        ExprKind::Default(value, otherwise) => format!("(default {} {})", expr(value), expr(otherwise)),
        ExprKind::If(condition, then, otherwise) => {
            format!("(if {} {} {})", expr(condition), expr(then), expr(otherwise))
        }
        ExprKind::Binary(operator, left, right) => format!("({} {} {})", sign(*operator), expr(left), expr(right)),
    }
}

fn sign(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Mod => "mod",
    }
}

/// The source id that the tests parse under.
#[allow(dead_code)] // not every test file needs it
pub const SOURCE: SourceId = SourceId(0);
