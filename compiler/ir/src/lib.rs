//! The compiled program: what the front end writes, machines execute and the session drives.
//!
//! A [`Program`] holds one flat memory image, straight-line [`Code`] for each [`Phase`] of a
//! session, the trial's states, and the tables that say what every slot means. It knows neither
//! the syntax it came from nor how it is executed; both machines and the session read this crate
//! and never meet.

mod canonical;
mod carried;
mod code;
mod column;
mod covariate;
mod date;
mod draw;
mod expr;
mod fit;
pub mod law;
mod machine;
mod offered;
mod program;
pub mod record;
mod settle;
mod slot;
mod state;
mod statistic;
mod train;
mod verify;

pub use canonical::{Definition, Digesting, Identity, canonical_json, digest};
pub use carried::{Carried, Memory};
pub use code::{Code, Stmt};
pub use column::{Clock, Column, ColumnId, Domain, Role, Unit};
pub use covariate::{Asked, Covariate};
pub use date::{Date, NoDate};
pub use draw::{Distribution, Draw, DrawId, Support};
pub use expr::{Binary, Expr, Unary};
pub use fit::{FIT_PARTS, Fit, FitId};
pub use machine::{Host, Machine};
pub use offered::{Offered, OfferedValue};
pub use program::{
    Channel, Device, Input, InputId, Measured, OnTime, Parameter, Phase, Program, Rule, RuleId, RuleKind, Site, SiteId,
    Stimulus, Stream, Update, VerbKind,
};
pub use settle::endless;
pub use slot::{Class, NEVER, NO_OUTCOME, Slot, header};
pub use state::{Beside, Clause, State, StateId, StateSlots, Then, Trigger};
pub use statistic::{Function, PREFIX, StatId, Statistic};
pub use train::train;
pub use verify::{Flaw, verify};
