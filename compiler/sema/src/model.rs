//! The checked protocol: every name resolved, every expression typed.

use crate::Interval;
use crate::term::{Binder, Texpr};
use crate::types::{Finite, Type};
use trialect_base::Span;
use trialect_units::{Decimal, Dimension, Unit};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);
    )*};
}
ids! {
    /// Index into [`Model::enums`].
    EnumId,
    /// Index into [`Model::levels`].
    LevelsId,
    /// Index into [`Model::ints`].
    IntTypeId,
    /// Index into [`Model::classes`].
    ClassId,
    /// Index into [`Model::devices`].
    DeviceId,
    /// Index into [`Model::stimuli`].
    StimulusId,
    /// Index into [`Model::values`].
    ValueId,
    /// Index into [`Model::states`].
    StateId,
    /// Index into [`Model::curricula`].
    CurriculumId,
}

/// The clock on which a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)] // the clocks of the language
pub enum Clock {
    #[default]
    Constant,
    Subject,
    Session,
    Trial,
}

impl Clock {
    /// The word in the text.
    pub fn word(self) -> &'static str {
        match self {
            Clock::Constant => "constant",
            Clock::Subject => "subject",
            Clock::Session => "session",
            Clock::Trial => "trial",
        }
    }
}

/// A kind of quantity and the unit in which it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityKind {
    /// `Mass`
    pub name: String,
    /// `std.quantities.Mass`
    pub path: String,
    /// Unit of columns.
    pub unit: Unit,
}

/// A name in an enumeration.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// An enumeration; also the outcomes and each curriculum's stages.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumType {
    /// `Side`
    pub name: String,
    /// Path.
    pub path: String,
    /// In order.
    pub members: Vec<Member>,
}

/// Levels: quantities stored as an index.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelsType {
    /// `Contrast`
    pub name: String,
    /// Path.
    pub path: String,
    /// Coherent unit, in order.
    pub values: Vec<Decimal>,
    /// As in the text.
    pub labels: Vec<String>,
    /// What they measure.
    pub dimension: Dimension,
}

/// A named range of whole numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct IntType {
    /// `Hole`
    pub name: String,
    /// Path.
    pub path: String,
    /// Least.
    pub low: i64,
    /// Greatest.
    pub high: i64,
}

impl IntType {
    /// Number of members.
    pub fn size(&self) -> u32 {
        u32::try_from(self.high - self.low + 1).unwrap_or(0)
    }
}

/// What a channel of a device class is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// Reports a free-running count.
    Counter,
    /// Reports that something happened.
    Event,
}

/// A line on which a device reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// `travel`
    pub name: String,
    /// Counter or event.
    pub kind: ChannelKind,
    /// Dimension of a counter's reading.
    pub dimension: Dimension,
}

/// How long a verb lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the words of the standard library
pub enum Lasting {
    Instant,
    Latching,
    Timed,
    Held,
}

impl Lasting {
    /// The word in the text.
    pub fn word(self) -> &'static str {
        match self {
            Lasting::Instant => "instant",
            Lasting::Latching => "latching",
            Lasting::Timed => "timed",
            Lasting::Held => "held",
        }
    }
}

/// Something a device can do.
#[derive(Debug, Clone, PartialEq)]
pub struct VerbDef {
    /// `deliver`
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// How long it lasts.
    pub lasting: Lasting,
    /// It presents a stimulus.
    pub stimulus: bool,
    /// Its first argument is added to this total.
    pub adds: Option<u32>,
    /// It zeroes this counter.
    pub resets: Option<u32>,
    /// It ends what this verb began.
    pub ends: Option<String>,
}

/// A named parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its dimension.
    pub dimension: Dimension,
}

/// A kind of stimulus that a device class can present.
#[derive(Debug, Clone, PartialEq)]
pub struct Constructor {
    /// `gabor`
    pub name: String,
    /// Fixed when it is declared.
    pub fixed: Vec<Parameter>,
    /// Given when it is shown.
    pub shown: Vec<Parameter>,
}

/// A device class.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceClass {
    /// `Encoder`
    pub name: String,
    /// Path.
    pub path: String,
    /// Where it is declared.
    pub span: Span,
    /// Constants of a device: name, dimension.
    pub settings: Vec<Parameter>,
    /// What it reports.
    pub channels: Vec<Channel>,
    /// What it gives.
    pub totals: Vec<Parameter>,
    /// What it can do.
    pub verbs: Vec<VerbDef>,
    /// What it can present.
    pub constructors: Vec<Constructor>,
}

/// A device of the rig.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// `wheel`
    pub name: String,
    /// Its class.
    pub class: ClassId,
    /// Description.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A declared stimulus.
#[derive(Debug, Clone, PartialEq)]
pub struct Stimulus {
    /// `grating`
    pub name: String,
    /// Where it is presented.
    pub device: DeviceId,
    /// Index into the class's constructors.
    pub constructor: usize,
    /// Values of the fixed parameters, constant.
    pub fixed: Vec<Texpr>,
    /// Description.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A declared value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// `contrast`
    pub name: String,
    /// `trial.contrast`, `std.sides.sign`
    pub path: String,
    /// Its clock.
    pub clock: Clock,
    /// Where its name stands.
    pub span: Span,
    /// Description.
    pub description: Option<String>,
    /// Its keys and the variables that stand for them in its body.
    pub keys: Vec<(Binder, Finite)>,
    /// Its type.
    pub ty: Type,
    /// Its range.
    pub range: Interval,
    /// How it gets its value.
    pub kind: ValueKind,
    /// Depends on what happens in the trial: read as it is now, recorded as it is at the trial's end.
    pub live: bool,
}

/// How a value gets its value.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// Not known yet.
    Pending,
    /// `= expression`
    Definition(Texpr),
    /// `= {key: value, …}`, one row for each member of the key.
    Table(Vec<Texpr>),
    /// `var`
    Variable(Variable),
    /// `param`
    Parameter(Variable),
    /// `draw`
    Draw(Family),
    /// `stat`
    Statistic(Box<Statistic>),
    /// `covariate`
    Covariate(Variable),
}

/// A value that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Start value; none for what is asked.
    pub initial: Option<Texpr>,
    /// `within`, coherent unit.
    pub within: Option<(Decimal, Decimal)>,
    /// `by`, coherent unit.
    pub by: Option<Decimal>,
}

/// A distribution with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// A set, and one weight for each member of its type.
    Pick(Texpr, Option<Vec<Texpr>>),
    /// A probability.
    Chance(Texpr),
    /// Least, most.
    Uniform(Texpr, Texpr),
    /// Mean, standard deviation, least, most.
    Normal(Texpr, Texpr, Texpr, Texpr),
    /// Mean, least, most.
    Exponential(Texpr, Texpr, Texpr),
}

/// Functions of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // named as in the language
pub enum StatFunction {
    Mean,
    Count,
    Sum,
    Median,
    Min,
    Max,
}

/// A statistic.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// What is computed.
    pub function: StatFunction,
    /// Of what, at the trial's end.
    pub sample: Texpr,
    /// Values of the trial that key it.
    pub key: Vec<Texpr>,
    /// `where`
    pub filter: Option<Texpr>,
    /// `over last N trials`
    pub window: Option<u32>,
    /// `at least`
    pub at_least: u32,
    /// `else`
    pub otherwise: Option<Texpr>,
}

/// A verb with its target and arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// On which device.
    pub device: DeviceId,
    /// Index into its class's verbs.
    pub verb: usize,
    /// What it presents.
    pub stimulus: Option<StimulusId>,
    /// One for each parameter: of the verb, then of what is presented.
    pub arguments: Vec<(String, Texpr)>,
    /// `hold`
    pub held: bool,
    /// Where.
    pub span: Span,
}

/// An action of a handler or an entry.
#[allow(missing_docs)] // the fields are named as in the line above each
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// `:=`
    Set { value: ValueId, keys: Vec<Texpr>, to: Texpr, span: Span },
    /// A local name.
    Let { binder: Binder, to: Texpr },
    /// `if`
    If { condition: Texpr, then: Vec<Action>, otherwise: Vec<Action> },
    /// A verb.
    Do(Deed),
    /// `track`: stimulus, index into the constructor's shown parameters, expression.
    Track { stimulus: StimulusId, parameter: usize, affine: Affine, span: Span },
}

/// `offset + slope * reading`
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// The reading's device.
    pub device: DeviceId,
    /// Index into its class's channels.
    pub channel: u32,
    /// What is there when the reading is 0; none is 0.
    pub offset: Option<Texpr>,
    /// Change per unit of the reading.
    pub slope: Texpr,
    /// The whole as written, for the canonical form.
    pub whole: Texpr,
}

/// What a clause of a state waits for.
#[allow(missing_docs)] // the fields are named as in the line above each
#[derive(Debug, Clone, PartialEq)]
pub enum Waits {
    /// An event: index into the class's channels.
    Event(DeviceId, u32),
    /// A level of a reading; `both`: of its size, on either side.
    Reaches { affine: Affine, level: Texpr, both: bool },
    /// `when`
    Condition,
    /// `after`
    After(Texpr),
}

/// Where a clause goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goes {
    /// Nowhere.
    Stays,
    /// To a state.
    To(StateId),
    /// Ends the trial with an outcome.
    Ends(u32),
}

/// A clause of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it waits for.
    pub waits: Waits,
    /// `when`
    pub guard: Option<Texpr>,
    /// What it does.
    pub actions: Vec<Action>,
    /// Where it goes.
    pub goes: Goes,
    /// Where.
    pub span: Span,
}

/// A state of the trial.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Where its name stands.
    pub span: Span,
    /// On entry.
    pub entry: Vec<Action>,
    /// In text order.
    pub clauses: Vec<Clause>,
    /// Every trial that ends has visited it.
    pub always_visited: bool,
}

/// When a handler of a slower clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// `on trial.end`
    TrialEnd,
    /// `on session.end`
    SessionEnd,
}

/// A handler of a slower clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Handler {
    /// When.
    pub moment: Moment,
    /// On which clock it stands.
    pub clock: Clock,
    /// `when`
    pub guard: Option<Texpr>,
    /// What it does.
    pub actions: Vec<Action>,
    /// Where.
    pub span: Span,
}

/// A way from one stage to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// When it is looked at.
    pub moment: Moment,
    /// `when`
    pub guard: Option<Texpr>,
    /// Index of the stage.
    pub target: u32,
    /// Where.
    pub span: Span,
}

/// A stage of a curriculum.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Its values, one for each of the curriculum's.
    pub values: Vec<Option<Texpr>>,
    /// In text order.
    pub transitions: Vec<Transition>,
}

/// A curriculum.
#[derive(Debug, Clone, PartialEq)]
pub struct Curriculum {
    /// Its name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Its stages as a type.
    pub stage_type: EnumId,
    /// Names and types of the values that its stages have.
    pub values: Vec<(String, Type, Interval)>,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// Description.
    pub description: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

/// `limit`
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The device.
    pub device: DeviceId,
    /// Index into its class's totals.
    pub total: u32,
    /// Most, coherent unit.
    pub amount: Texpr,
    /// Per session or per trial.
    pub each: Clock,
    /// Where.
    pub span: Span,
}

/// `stop` or `advise`
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Its name.
    pub name: String,
    /// When it holds.
    pub condition: Texpr,
    /// Where.
    pub span: Span,
    /// Description.
    pub description: Option<String>,
}

/// A checked protocol.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // one list for each kind of declaration
pub struct Model {
    /// Dotted name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Description.
    pub description: Option<String>,
    /// Where the header stands.
    pub header: Span,
    pub citations: Vec<String>,
    pub quantities: Vec<QuantityKind>,
    pub enums: Vec<EnumType>,
    pub levels: Vec<LevelsType>,
    pub ints: Vec<IntType>,
    pub classes: Vec<DeviceClass>,
    pub devices: Vec<Device>,
    pub stimuli: Vec<Stimulus>,
    pub values: Vec<Value>,
    /// The outcomes as a type.
    pub outcomes: Option<EnumId>,
    pub states: Vec<State>,
    pub curricula: Vec<Curriculum>,
    pub handlers: Vec<Handler>,
    pub limits: Vec<Limit>,
    /// `limit trials`
    pub most_trials: Option<(u32, Span)>,
    pub stops: Vec<Watch>,
    pub advices: Vec<Watch>,
    /// `iti`
    pub pause: Option<Texpr>,
    /// `record`: device, index into its class's channels.
    pub recorded: Vec<(DeviceId, u32)>,
    /// Number of binders handed out.
    pub binders: u32,
}

impl Model {
    /// The unit in which columns of a dimension are recorded; none for plain numbers.
    pub fn unit(&self, dimension: Dimension) -> Option<Unit> {
        if dimension.is_none() {
            return None;
        }
        let declared = self.quantities.iter().find(|kind| kind.unit.dimension == dimension);
        Some(declared.map_or_else(|| Unit::coherent(dimension), |kind| kind.unit.clone()))
    }
    /// A dimension in words, with its unit.
    pub fn describe_dimension(&self, dimension: Dimension) -> String {
        let unit = self.unit(dimension).map(|unit| unit.symbol).unwrap_or_default();
        match self.quantities.iter().find(|kind| kind.unit.dimension == dimension) {
            _ if dimension.is_none() => "a plain number".into(),
            Some(kind) => format!("a `{}` ({unit})", kind.name),
            None => format!("{dimension} ({unit})"),
        }
    }
    /// The class of a device.
    pub fn class(&self, device: DeviceId) -> &DeviceClass {
        &self.classes[self.devices[device.0].class.0]
    }
    /// A fresh binder.
    pub fn binder(&mut self) -> Binder {
        self.binders += 1;
        Binder(self.binders - 1)
    }
}
