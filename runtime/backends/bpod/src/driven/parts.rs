//! What devices of the standard library can be at a place of a board.

use super::place::{Binding, Openings, Place};
use crate::wire::{Edge, Hardware};
use trialect_device::{RigFault, Wiring};

/// What a verb does with the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// An output is on while it is held.
    Level { channel: u8 },
    /// The output is dark while it is held, whatever else lights it.
    Dark { channel: u8 },
    /// A valve opens for a volume.
    Volume { channel: u8 },
    /// A valve opens for a time.
    Duration { channel: u8 },
}

/// A device of the protocol.
pub(super) struct Part {
    pub(super) device: u32,
    pub(super) name: String,
    class: String,
    deeds: Vec<(&'static str, Deed)>,
    pub(super) openings: Option<Box<dyn Openings>>,
}

impl Part {
    /// What a verb does.
    pub(super) fn deed(&self, verb: &str) -> Result<Deed, RigFault> {
        let known = self.deeds.iter().find(|(name, _)| *name == verb);
        known.map(|(_, deed)| *deed).ok_or_else(|| RigFault::NoVerb {
            device: self.name.clone(),
            class: self.class.clone(),
            verb: verb.into(),
        })
    }
}

/// An edge that is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listened {
    pub(super) channel: u8,
    pub(super) edge: Edge,
    pub(super) line: u32,
}

/// All devices at a board.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) list: Vec<Part>,
    pub(super) edges: Vec<Listened>,
    /// Output channel of a valve and the line that tells its pulse is over.
    pub(super) done: Vec<(u8, u32)>,
}

/// Channels of classes that are edges of an input.
const EDGES: &[(&str, &str, Edge)] = &[
    ("NosePort", "enter", Edge::On),
    ("NosePort", "leave", Edge::Off),
    ("Switch", "press", Edge::On),
    ("Switch", "release", Edge::Off),
    ("Lickometer", "touch", Edge::On),
    ("Lickometer", "release", Edge::Off),
    ("Camera", "frame", Edge::On),
];

impl Parts {
    /// Puts the devices at their places.
    pub(super) fn new(
        wiring: &Wiring,
        own: &[u32],
        bindings: &mut Vec<Binding>,
        board: (&str, &Hardware),
    ) -> Result<Parts, RigFault> {
        let mut parts = Parts::default();
        for &device in own {
            let Some(spec) = wiring.devices.get(device as usize) else { continue };
            let bound = bindings.iter().position(|binding| binding.device == spec.name);
            let binding = bound.map(|place| bindings.swap_remove(place));
            let refused = |has: String| RigFault::NoDevice {
                rig: board.0.into(),
                device: spec.name.clone(),
                class: spec.class.clone(),
                has,
            };
            let Some(binding) = binding else { return Err(refused("no place for it in its description".into())) };
            let deeds = deeds(&spec.class, binding.place, board.1).map_err(refused)?;
            parts.listen(wiring, (device, &spec.class), binding.place, board.1).map_err(refused)?;
            let (name, class) = (spec.name.clone(), spec.class.clone());
            parts.list.push(Part { device, name, class, deeds, openings: binding.openings });
        }
        Ok(parts)
    }

    /// Finds what lines of a device listen to.
    fn listen(
        &mut self,
        wiring: &Wiring,
        (device, class): (u32, &str),
        place: Place,
        hardware: &Hardware,
    ) -> Result<(), String> {
        for (line, input) in (0..).zip(&wiring.inputs).filter(|(_, input)| input.device == device) {
            let edge = EDGES.iter().find(|(of, name, _)| (*of, *name) == (class, input.channel.as_str()));
            match (edge, place.input(hardware), place.output(hardware)) {
                (Some((.., edge)), Some(channel), _) => self.edges.push(Listened { channel, edge: *edge, line }),
                (None, _, Some(channel)) if input.channel == "done" => self.done.push((channel, line)),
                _ => return Err(format!("nothing at {place} that tells `{}`", input.channel)),
            }
        }
        Ok(())
    }

    pub(super) fn of(&self, device: u32) -> Option<&Part> {
        self.list.iter().find(|part| part.device == device)
    }
}

/// What a device of a class can do at a place, or what the board has instead.
fn deeds(class: &str, place: Place, hardware: &Hardware) -> Result<Vec<(&'static str, Deed)>, String> {
    let none = || format!("no {place}");
    let output = || place.output(hardware).ok_or_else(none);
    let input = || place.input(hardware).ok_or_else(none);
    Ok(match (class, place) {
        ("NosePort", Place::Port(_)) => {
            vec![("led.light", Deed::Level { channel: output()? })]
        }
        ("Lamp", Place::Port(_)) => {
            let channel = output()?;
            vec![("light", Deed::Level { channel }), ("dim", Deed::Dark { channel })]
        }
        ("Lamp", Place::Bnc(_) | Place::Wire(_)) => {
            let channel = output()?;
            vec![("light", Deed::Level { channel }), ("dim", Deed::Dark { channel })]
        }
        ("SyncLine", Place::Bnc(_) | Place::Wire(_)) => vec![("raise", Deed::Level { channel: output()? })],
        ("Switch" | "Lickometer" | "Camera", Place::Port(_) | Place::Bnc(_) | Place::Wire(_)) => {
            input()?;
            Vec::new()
        }
        // Opened by hand it would stay open when the host dies: `open` is not among its verbs.
        ("Valve", Place::Valve(_)) => vec![("deliver", Deed::Volume { channel: output()? })],
        ("Puff", Place::Valve(_)) => vec![("puff", Deed::Duration { channel: output()? })],
        _ => {
            return Err(format!(
                "no {class} at {place}; ports can be a NosePort, Switch, Lickometer or Lamp, BNC and wires a Switch, \
                 Lickometer, Camera, Lamp or SyncLine, valves a Valve or Puff"
            ));
        }
    })
}
