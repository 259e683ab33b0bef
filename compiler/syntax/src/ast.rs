//! The syntax tree: what the text says, before any name is looked up.
//!
//! Every node has its span. Descriptions (a string at the end of a clause) hang on the clause.

use trialect_base::Span;

/// A word of the text, perhaps dotted where the grammar allows it (`std.sides`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A whole source file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// `protocol NAME VERSION`, `library …`, `study …`, `part …`; none when it is missing or broken.
    pub header: Option<Header>,
    /// Top-level clauses.
    pub clauses: Vec<Clause>,
}

/// The first line of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// `protocol`, `library`, `study` or `part`.
    pub kind: Name,
    /// Dotted name.
    pub name: Name,
    /// `1.0.0`
    pub version: Name,
    /// Description.
    pub description: Option<String>,
}

/// A clause with its place and description.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it says.
    pub kind: ClauseKind,
    /// From its first to its last byte.
    pub span: Span,
    /// The string at its end.
    pub description: Option<String>,
}

/// `[side, contrast]`, `[s in Side]`, `[Side]`: the key of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// `s` in `s in Side`; none for a bare `Side` or `side`.
    pub variable: Option<Name>,
    /// `Side` (a type) or `side` (a trial value, in a statistic).
    pub over: Expr,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// `Side`, `Int`, `Mass`, `Set`.
    pub name: Name,
    /// The member type of a `Set[T]`.
    pub of: Option<Box<TypeExpr>>,
    /// `T?`
    pub optional: bool,
    /// Where.
    pub span: Span,
}

/// `LOW .. HIGH`
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Least, inclusive.
    pub low: Expr,
    /// Greatest, inclusive.
    pub high: Expr,
}

/// `name`, `name[key]`, with an optional type: the left side of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The declared name.
    pub name: Name,
    /// Its keys.
    pub keys: Vec<Key>,
    /// `: TYPE`
    pub ty: Option<TypeExpr>,
}

/// `name(a: x, b: y)` or `name(x, y)`; a call of a function, a distribution, a constructor.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What is called.
    pub name: Name,
    /// Its arguments in order.
    pub arguments: Vec<Argument>,
    /// Where, parentheses included.
    pub span: Span,
}

/// An argument, perhaps named.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `name:`
    pub name: Option<Name>,
    /// The value.
    pub value: Value,
}

/// What an argument may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An expression.
    Expr(Expr),
    /// `0 deg .. 360 deg`
    Range(Box<Range>),
    /// `{0%: 1/2, else: 1}`
    Table(Table),
}

/// `{left: -1, right: 1, else: 0}`
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Rows in order; a key of none is `else`.
    pub rows: Vec<(Option<Expr>, Expr)>,
    /// Where.
    pub span: Span,
}

/// The right side of `=`.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// An expression.
    Expr(Expr),
    /// A table.
    Table(Table),
}

/// A place that a clause names: `wheel`, `port[side]`, `port[side].led`, `session`.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The first word.
    pub base: Name,
    /// Indices after it.
    pub index: Vec<Expr>,
    /// Words after dots: `led`, `enter`.
    pub members: Vec<Name>,
    /// Where.
    pub span: Span,
}

/// `verb [amount to] place[(arguments)] [for time]`
#[derive(Debug, Clone, PartialEq)]
pub struct VerbClause {
    /// The verb.
    pub verb: Name,
    /// `X` in `deliver X to spout`.
    pub amount: Option<Expr>,
    /// The target: a device, a part of one, or a stimulus.
    pub target: Place,
    /// `(azimuth: …)`
    pub arguments: Vec<Argument>,
    /// `for 500 ms`
    pub duration: Option<Expr>,
}

/// Where an arrow points.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `-> NAME [by hand]`
    State {
        /// The state or stage.
        name: Name,
        /// `by hand`
        by_hand: bool,
    },
    /// `-> end OUTCOME`
    End(Name),
}

/// What a handler or transition waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `on PLACE`: `on screen.flip`, `on trial.end`, `on cued.entry`.
    Place(Place),
    /// `on EXPR reaches EXPR`
    Reaches(Expr, Expr),
    /// `after EXPR`
    After(Expr),
    /// `when EXPR` with nothing before it.
    Always,
}

/// `on … when … { … } -> …`, `after …`, `when …`
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// What it waits for.
    pub event: Event,
    /// `when EXPR`
    pub guard: Option<Expr>,
    /// `{ … }`
    pub actions: Option<Vec<Clause>>,
    /// `-> …`
    pub target: Option<Target>,
}

/// A statistic: `stat NAME[KEYS] = FUNCTION(SAMPLE) where … over last N trials at least N else …`
#[derive(Debug, Clone, PartialEq)]
pub struct StatClause {
    /// Name and keys.
    pub head: Head,
    /// `mean(outcome is correct)`
    pub call: Call,
    /// `where EXPR`
    pub filter: Option<Expr>,
    /// `over last EXPR trials|sessions`: the number and the word.
    pub window: Option<(Expr, Name)>,
    /// `at least EXPR`
    pub at_least: Option<Expr>,
    /// `else EXPR`
    pub otherwise: Option<Expr>,
}

/// A covariate.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateClause {
    /// Name and type.
    pub head: Head,
    /// `standard within` instead of `within`.
    pub standard: bool,
    /// `standard "…"`: the usual text of a covariate that is text.
    pub usual: Option<String>,
    /// `within LOW .. HIGH`
    pub within: Option<Range>,
    /// `asked before|after|on change`: `before`, `after`, `change`.
    pub asked: Option<Name>,
    /// `from amp.rs`
    pub from: Option<Place>,
    /// `= EXPR`
    pub value: Option<Expr>,
    /// `convention "…"`
    pub convention: Option<String>,
    /// `term "…"`
    pub term: Option<String>,
}

/// What a clause says.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the fields are named in the line of text above each
pub enum ClauseKind {
    /// `cite "…"`
    Cite(String),
    /// `use NAME`, `use NAME except a, b`
    Use(Name, Vec<Name>),
    /// `enum NAME { a, b }`
    Enum { name: Name, members: Vec<Name> },
    /// `levels NAME = 100%, 50%`
    Levels { name: Name, values: Vec<Expr> },
    /// `int NAME = 1 .. 5`
    IntType { name: Name, range: Range },
    /// `quantity Mass in g` (standard library)
    Quantity { name: Name, unit: Name },
    /// `device Encoder { … }` (standard library)
    DeviceClass { name: Name, body: Vec<Clause> },
    /// In a device class: `counter travel : Length`; `event enter sets inside`; `total delivered : Volume`. `kind` is the
    /// first word, `words` those after the type.
    Channel { kind: Name, name: Name, ty: Option<TypeExpr>, words: Vec<Name> },
    /// In a device class: `stimulus gabor(frequency : Frequency, …)(azimuth : Angle, …)`: constructor, fixed and shown parameters; the
    /// version of the library that brought it, `since 1.1.0`, when that was not its first.
    Constructor { name: Name, fixed: Vec<(Name, TypeExpr)>, shown: Vec<(Name, TypeExpr)>, since: Option<Name> },
    /// In a device class: `verb deliver(amount : Volume) timed adds delivered`; words after the parameters as written.
    Verb { name: Name, parameters: Vec<(Name, TypeExpr)>, words: Vec<Name> },
    /// `rig { … }`
    Rig(Vec<Clause>),
    /// In a rig: `port[Side] : NosePort`
    Device { name: Name, keys: Vec<Key>, class: Name },
    /// `stimulus NAME on DEVICE = CALL`
    Stimulus { head: Head, device: Place, call: Call },
    /// `subject { … }`, `session { … }`, `trial { … }`: the word and the clauses.
    ClockBlock { clock: Name, body: Vec<Clause> },
    /// `block NAME { … }`
    Block { name: Name, body: Vec<Clause> },
    /// `NAME = …`
    Define { head: Head, body: Body },
    /// `var NAME := … within … by …`
    Var { head: Head, initial: Expr, within: Option<Range>, by: Option<Expr> },
    /// `param NAME = … within …` (no value in a policy's parameter without default)
    Param { head: Head, value: Option<Expr>, within: Option<Range>, by: Option<Expr> },
    /// `draw NAME ~ CALL within …`
    Draw { head: Head, call: Call, within: Option<Range> },
    /// `deck NAME = {…}`
    Deck { head: Head, table: Table },
    /// `stat …`
    Stat(Box<StatClause>),
    /// `covariate …`
    Covariate(Box<CovariateClause>),
    /// `outcomes a, b`
    Outcomes(Vec<Name>),
    /// `curriculum NAME { … }`
    Curriculum { name: Name, body: Vec<Clause> },
    /// `stage NAME { … }` or, in a study, `stage NAME = PROTOCOL(args) { … }`
    Stage { name: Name, protocol: Option<Call>, body: Vec<Clause> },
    /// `state NAME { … }`
    State { name: Name, body: Vec<Clause> },
    /// `beside NAME[keys] { … }`
    Beside { head: Head, body: Vec<Clause> },
    /// `on …`, `after …`, `when …`
    Handler(Box<Handler>),
    /// `hold VERB …`
    Hold(VerbClause),
    /// A verb.
    Do(VerbClause),
    /// `track PLACE = EXPR`
    Track { place: Place, value: Expr },
    /// `PLACE := EXPR`, `PLACE += EXPR` (`add`)
    Set { place: Place, value: Expr, add: bool },
    /// `if … { … } else …`; a chain nests in `otherwise`.
    If { condition: Expr, then: Vec<Clause>, otherwise: Vec<Clause> },
    /// `for s in Side { … }`
    For { variable: Name, over: Expr, body: Vec<Clause> },
    /// `iti EXPR`
    Iti(Expr),
    /// `limit trials 2000`, `limit spout 2 mL each session`: the place, the amount and the word after `each`.
    Limit { place: Place, amount: Expr, each: Option<Name> },
    /// `stop NAME [now] when EXPR`
    Stop { name: Name, now: bool, condition: Expr },
    /// `advise NAME when EXPR`
    Advise { name: Name, condition: Expr },
    /// `counts when EXPR`
    Counts(Expr),
    /// `ends when EXPR`
    Ends(Expr),
    /// `record PLACE [at RATE]`
    Record { place: Place, rate: Option<Expr> },
    /// `policy NAME { … }`
    Policy { name: Name, body: Vec<Clause> },
    /// `part NAME { … }`
    Part { name: Name, body: Vec<Clause> },
    /// `input NAME : TYPE` (in a part or policy)
    InputOf(Head),
    /// `adapt NAME[keys] = POLICY(args) on PLACE when EXPR`
    Adapt { head: Head, call: Call, on: Place, guard: Option<Expr> },
    /// `scenario "…" { … }`: its steps, and draws and statistics of its run.
    Scenario { title: String, body: Vec<Clause> },
    /// In a scenario: `animal …`, `given …`, `run …`, `expect …`, `act …`, `change …`, `pause …`, `stop …`, `confirm …`;
    /// in a library `animal …`, one that there is.
    ScenarioStep(Box<Step>),
}

/// A step of a scenario.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the fields are named in the line of text above each
pub enum Step {
    /// `animal NAME`
    Animal(Name),
    /// `given NAME[KEYS].MEMBER = VALUE, …`; the name as columns have it: `a.b[left, 50%]`
    Given { name: Name, values: Vec<Expr> },
    /// `run COUNT trials|sessions [without trials] [over SEEDS seeds]`
    Run { count: Expr, word: Name, unplayed: bool, seeds: Option<Expr> },
    /// `expect [always] EXPR`
    Expect { always: bool, condition: Expr },
    /// `act PLACE [+= AMOUNT] at TIME [when EXPR]`
    Act { place: Place, amount: Option<Expr>, at: Expr, guard: Option<Expr> },
    /// `change NAME = VALUE at trial COUNT`
    Change { name: Name, value: Expr, trial: Expr },
    /// `pause TIME at trial COUNT`
    Pause { time: Expr, trial: Expr },
    /// `stop at trial COUNT`
    Stop { trial: Expr },
    /// `confirm STAGE [at session COUNT]`
    Confirm { stage: Name, session: Option<Expr> },
}

/// Two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the operators of the language, one each
pub enum BinaryOp {
    Or,
    And,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Mod,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// What an expression says.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the fields are named in the line of text above each
pub enum ExprKind {
    /// `200 ms`, `50%`, `0.1 cycle/deg`, `7`: digits as written, unit as written (`%` too).
    Number { digits: String, unit: Option<Name> },
    /// `true`, `false`
    Bool(bool),
    /// `none`
    None,
    /// `side`, `Side`, `left`, `last`
    Name(String),
    /// `last.contrast`, `respond.exit`, `contrasts.pool`, `stairs[left].level`
    Member(Box<Expr>, Name),
    /// `accuracy[s, c]`
    Index(Box<Expr>, Vec<Expr>),
    /// `min(a, b)`, `rank(contrast, of: pool)`
    Call(Call),
    /// `all(f(s, c) for s in Side, c in pool)`: function, body, variables.
    Comprehension { function: Name, body: Box<Expr>, variables: Vec<(Name, Expr)> },
    /// `{100%, 50%}`
    Set(Vec<Expr>),
    /// `1 .. 5` where an expression may stand (`pick(5 .. 15)`)
    Range(Box<Range>),
    /// `-x`
    Negate(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `exists x`
    Exists(Box<Expr>),
    /// `x is v`, `x is not v` (negated)
    Is { value: Box<Expr>, other: Box<Expr>, negated: bool },
    /// `x in {a, b}`
    In(Box<Expr>, Box<Expr>),
    /// `x default v`
    Default(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
}
