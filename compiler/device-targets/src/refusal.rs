//! Why a trial cannot run on a device by itself.

use trialect_base::{Finding, Span};

/// What of the protocol a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A state, as an index into [`trialect_ir::Program::states`].
    State(u32),
    /// A device, as an index into [`trialect_ir::Program::devices`].
    Device(u32),
    /// The protocol as a whole.
    Protocol,
}

/// One reason, with the place in the protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Where.
    pub place: Place,
    /// Stable, in small letters with hyphens.
    pub code: &'static str,
    /// What the device cannot do, in one sentence.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Refusal {
    /// As a finding, given where its place stands in the text.
    #[must_use]
    pub fn finding(&self, span: Span) -> Finding {
        let label = match self.place {
            Place::State(_) => "in this state",
            Place::Device(_) => "this device",
            Place::Protocol => "this protocol",
        };
        Finding::error(self.code, self.message.clone(), span, label).help(self.help)
    }
}

/// Says of each refusal where it is, by the names of the text.
#[must_use]
pub fn told(refusals: &[Refusal], program: &trialect_ir::Program) -> String {
    let place = |place: Place| match place {
        Place::State(state) => {
            program.states.get(state as usize).map_or(String::new(), |state| format!("state {}: ", state.name))
        }
        Place::Device(device) => {
            program.devices.get(device as usize).map_or(String::new(), |device| format!("device {}: ", device.name))
        }
        Place::Protocol => String::new(),
    };
    let line =
        |refusal: &Refusal| format!("{}{} [{}]; {}", place(refusal.place), refusal.message, refusal.code, refusal.help);
    refusals.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) const HOST: &str = "run it host driven";
