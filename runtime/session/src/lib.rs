//! The session: one program on one rig, from the first trial to the last, everything recorded.
//!
//! A session does not know whether its rig is simulated, recorded or real, whether its program is
//! interpreted or compiled, or where its record goes: [`run`] takes a [`Machine`](trialect_ir::Machine),
//! a [`Rig`](trialect_device::Rig) and a [`Recorder`].

mod between;
mod budgets;
pub mod carry;
mod check;
mod covariates;
mod fault;
mod given;
mod host;
mod measured;
mod outputs;
mod plan;
mod recorder;
mod replay;
mod requests;
mod sampling;
mod stamp;
mod support;
mod trials;

pub use budgets::on_today;
pub use check::check;
pub use covariates::{expects, is_outside, shown};
pub use fault::SessionFault;
pub use given::Given;
pub use plan::{Ending, Interruption, Place, Plan};
pub use recorder::{Comparing, Difference, JournalRecorder, Recorder};
pub use replay::{Record, RecordedFault, ReplayRig};
pub use requests::{Asked, Inbox, Moment, RequestRefused, Wish};
pub use sampling::{SamplingRecorder, streams};
pub use stamp::{Origin, given_today, header, settings, start_parameters, text_words, wiring, words_text};
pub use trials::run;
