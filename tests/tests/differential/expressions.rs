//! Random expressions, well-typed by construction: every one is made for the type that its place asks for.

use crate::generator::Generator;

/// The types of names that generated protocols have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A real without unit, of any size.
    Real,
    /// A time, also a negative one.
    Time,
    Bool,
    /// `Side` of std.sides.
    Side,
    /// `Side?`
    MaybeSide,
    /// `Contrast`, whose levels are 100%, 50%, 25% and 0%.
    Contrast,
    /// A whole number.
    Count,
}

/// The levels of `Contrast`.
const LEVELS: [&str; 4] = ["100%", "50%", "25%", "0%"];
const SIDES: [&str; 2] = ["left", "right"];

/// The names that a place can read, with their types, and the random numbers.
pub struct Author<'g> {
    pub generator: &'g mut Generator,
    /// Each name as it is read.
    pub scope: Vec<(String, Type)>,
    /// Names of loops so far, so that each is new.
    loops: u32,
}

impl<'g> Author<'g> {
    pub fn new(generator: &'g mut Generator) -> Author<'g> {
        Author { generator, scope: Vec::new(), loops: 0 }
    }

    /// Makes a name readable.
    pub fn knows(&mut self, spelling: impl Into<String>, of: Type) {
        self.scope.push((spelling.into(), of));
    }

    /// An expression of a type; `depth` is how deep it may still go.
    pub fn expression(&mut self, of: Type, depth: u32) -> String {
        match of {
            Type::Real => self.real(depth),
            Type::Time => self.time(depth),
            Type::Bool => self.truth(depth),
            Type::Side => self.side(depth),
            Type::MaybeSide => self.maybe_side(depth),
            Type::Contrast => self.contrast(depth),
            Type::Count => self.count(depth),
        }
    }

    /// A name of a type that can be read here.
    fn name(&mut self, of: Type) -> Option<String> {
        let names: Vec<&String> = self.scope.iter().filter(|(_, its)| *its == of).map(|(name, _)| name).collect();
        match names.len() as u64 {
            0 => None,
            n => Some(names[self.generator.below(n) as usize].clone()),
        }
    }

    /// A leaf: mostly a name, so that expressions depend on what happens.
    fn leaf(&mut self, of: Type, literal: String) -> String {
        let name = if self.generator.once_in(4) { None } else { self.name(of) };
        name.unwrap_or(literal)
    }

    fn either(&mut self, of: Type, depth: u32) -> String {
        let [test, yes, no] = [Type::Bool, of, of].map(|of| self.expression(of, depth));
        format!("(if {test} then {yes} else {no})")
    }

    fn pair(&mut self, of: Type, depth: u32) -> [String; 2] {
        [of, of].map(|of| self.expression(of, depth))
    }

    pub fn real(&mut self, depth: u32) -> String {
        if depth == 0 {
            let literal = format!("{}", self.generator.between(-300, 300) as f64 / 100.0);
            return self.leaf(Type::Real, literal);
        }
        let below = depth - 1;
        match self.generator.below(22) {
            17 => format!("{}({})", self.generator.one_of(&["sin", "cos", "erf"]), self.real(below)),
            18 => format!("probit(clamp({}, 0.01 .. 0.99))", self.real(below)),
            19 => format!("sqrt(abs({} mod 3))", self.count(below)),
            0 | 1 => self.binary(Type::Real, "+", below),
            2 => self.binary(Type::Real, "-", below),
            3 | 4 => self.binary(Type::Real, "*", below),
            5 => self.bounded_quotient(below),
            6 => self.called("min", Type::Real, below),
            7 => self.called("max", Type::Real, below),
            8 => format!("abs({})", self.real(below)),
            9 => format!("exp(clamp({}, -5 .. 5))", self.real(below)),
            10 => format!("log(max(abs({}), 0.01))", self.real(below)),
            11 => format!("sqrt(abs({}))", self.real(below)),
            12 => format!("({} / 1 s)", self.time(below)),
            13 => format!("sign[{}]", self.side(below)),
            14 => format!("({} * {})", self.contrast(below), self.real(below)),
            15 => format!("({} * 0.5)", self.count(below)),
            16 => self.over_sides("sum", Type::Real, below),
            _ => self.either(Type::Real, below),
        }
    }

    pub fn time(&mut self, depth: u32) -> String {
        if depth == 0 {
            let literal = format!("{} ms", self.generator.between(1, 400));
            return self.leaf(Type::Time, literal);
        }
        let below = depth - 1;
        match self.generator.below(8) {
            0 | 1 => self.binary(Type::Time, "+", below),
            2 => self.binary(Type::Time, "-", below),
            3 => format!("({} * clamp({}, -2 .. 2))", self.time(below), self.real(below)),
            4 => self.called("min", Type::Time, below),
            5 => format!("abs({})", self.time(below)),
            6 => self.over_sides("max", Type::Time, below),
            _ => self.either(Type::Time, below),
        }
    }

    pub fn truth(&mut self, depth: u32) -> String {
        if depth == 0 {
            let side = self.generator.one_of(&SIDES);
            let literal = self.name(Type::Side).map_or_else(|| "true".to_owned(), |name| format!("{name} is {side}"));
            return self.leaf(Type::Bool, literal);
        }
        let below = depth - 1;
        match self.generator.below(14) {
            0 => format!("not ({})", self.truth(below)),
            1 | 2 => self.binary(Type::Bool, "and", below),
            3 => self.binary(Type::Bool, "or", below),
            4 | 5 => self.compared(Type::Real, below),
            6 => self.compared(Type::Time, below),
            7 => self.compared(Type::Count, below),
            8 => self.compared(Type::Contrast, below),
            9 => self.same_side(below),
            10 => format!("({} in {})", self.contrast(below), self.levels()),
            11 => self.present(below),
            12 => self.over_sides("any", Type::Bool, below),
            _ => self.over_sides("all", Type::Bool, below),
        }
    }

    pub fn side(&mut self, depth: u32) -> String {
        let literal = self.generator.one_of(&SIDES).to_owned();
        if depth == 0 {
            return self.leaf(Type::Side, literal);
        }
        match self.generator.below(4) {
            0 => format!("opposite[{}]", self.side(depth - 1)),
            1 => {
                let maybe = self.name(Type::MaybeSide);
                let otherwise = self.side(depth - 1);
                maybe.map_or(otherwise.clone(), |maybe| format!("({maybe} default {otherwise})"))
            }
            2 => self.leaf(Type::Side, literal),
            _ => self.either(Type::Side, depth - 1),
        }
    }

    pub fn maybe_side(&mut self, depth: u32) -> String {
        match self.generator.below(4) {
            0 => format!("(if {} then {} else none)", self.truth(depth.min(1)), self.side(depth.min(1))),
            1 => self.name(Type::MaybeSide).unwrap_or_else(|| "none".to_owned()),
            _ => self.side(depth),
        }
    }

    pub fn contrast(&mut self, depth: u32) -> String {
        if depth == 0 || self.generator.once_in(2) {
            let literal = self.generator.one_of(&LEVELS).to_owned();
            return self.leaf(Type::Contrast, literal);
        }
        self.either(Type::Contrast, depth - 1)
    }

    pub fn count(&mut self, depth: u32) -> String {
        if depth == 0 || self.generator.once_in(3) {
            let literal = self.generator.between(0, 9).to_string();
            return self.leaf(Type::Count, literal);
        }
        match self.generator.below(6) {
            4 => {
                let function = self.generator.one_of(&["floor", "ceil", "round"]);
                format!("{function}(clamp({}, -100 .. 100))", self.real(depth - 1))
            }
            5 => format!("({} mod 4)", self.count(depth - 1)),
            0 => self.binary(Type::Count, "+", depth - 1),
            1 => self.called("min", Type::Count, depth - 1),
            2 => self.over_sides("count", Type::Bool, depth - 1),
            _ => self.either(Type::Count, depth - 1),
        }
    }

    /// A set of at least one and not all levels.
    pub fn levels(&mut self) -> String {
        let members = 1 + self.generator.below(14);
        let chosen: Vec<&str> =
            LEVELS.iter().enumerate().filter(|(k, _)| members >> k & 1 == 1).map(|(_, l)| *l).collect();
        format!("{{{}}}", chosen.join(", "))
    }

    fn binary(&mut self, of: Type, operator: &str, depth: u32) -> String {
        let [left, right] = self.pair(of, depth);
        format!("({left} {operator} {right})")
    }

    fn called(&mut self, function: &str, of: Type, depth: u32) -> String {
        let [left, right] = self.pair(of, depth);
        format!("{function}({left}, {right})")
    }

    fn bounded_quotient(&mut self, depth: u32) -> String {
        let [above, below] = self.pair(Type::Real, depth);
        format!("({above} / max(abs({below}), 0.1))")
    }

    fn compared(&mut self, of: Type, depth: u32) -> String {
        let [left, right] = self.pair(of, depth);
        let operator = self.generator.one_of(&["<", "<=", ">", ">="]);
        format!("({left} {operator} {right})")
    }

    fn same_side(&mut self, depth: u32) -> String {
        let word = self.generator.one_of(&["is", "is not"]);
        format!("({} {word} {})", self.side(depth), self.side(depth))
    }

    /// Whether an optional name has a value, or this very one.
    fn present(&mut self, depth: u32) -> String {
        let Some(name) = self.name(Type::MaybeSide) else { return self.truth(depth) };
        match self.generator.below(3) {
            0 => format!("exists {name}"),
            1 => format!("({name} is {})", self.generator.one_of(&["left", "right", "none"])),
            // What is known to exist is read without a default.
            _ => format!("(exists {name} and opposite[{name}] is {})", self.side(depth)),
        }
    }

    /// A quantifier over the sides, with the side as a name.
    fn over_sides(&mut self, quantifier: &str, of: Type, depth: u32) -> String {
        self.loops += 1;
        let name = format!("side_{}", self.loops);
        self.knows(name.clone(), Type::Side);
        let body = self.expression(of, depth);
        self.scope.pop();
        format!("{quantifier}({body} for {name} in Side)")
    }
}
