//! From a rig's description to what drives it.

use crate::failure::Failure;
use crate::output;
use trialect_bpod::driven::{Binding, Driven, Openings, Place};
use trialect_bpod::link::{Attached, Link, Serial, attached};
use trialect_device::Backend;
use trialect_rig::calibration::ValveCurve;
use trialect_rig::{ChannelKind, Device, LinkId, Rig, Run, SerialPort, UsbIdentity};

/// A backend and the names of the devices of the protocol that it plays.
pub(super) type Played = (Box<dyn Backend>, Vec<String>);

/// Everything that the devices of a protocol (`wanted`, by name) need of a rig, connected.
pub(super) fn connect(rig: &Rig, wanted: &[&str], dry: bool) -> Result<Vec<Played>, Failure> {
    let mut list = Vec::new();
    for (number, link) in rig.links.iter().enumerate() {
        let at_it = |device: &&Device| device.at.link == LinkId(number) && wanted.contains(&device.name.as_str());
        let devices: Vec<&Device> = rig.devices.iter().filter(at_it).collect();
        if devices.is_empty() {
            continue;
        }
        match &link.backend {
            trialect_rig::Backend::Bpod { port, run, .. } => {
                if *run == Run::OnDevice {
                    output::complain(&format!(
                        "note: `{}` runs host driven: a session cannot yet be run by the board itself",
                        link.name
                    ));
                }
                list.push(bpod(&link.name, port, &devices, dry)?);
            }
            other => {
                let message = format!(
                    "`{}` is a {} link, and sessions can be run on bpod links so far; bind {} to one",
                    link.name,
                    other.word(),
                    devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>().join(", ")
                );
                return Err(Failure::trouble("rig-not-yet", message));
            }
        }
    }
    Ok(list)
}

fn bpod(name: &str, port: &SerialPort, devices: &[&Device], dry: bool) -> Result<Played, Failure> {
    let trouble = |fault: &trialect_bpod::link::LinkFault| Failure::trouble(fault.code(), format!("`{name}`: {fault}"));
    let (path, is_emulated) = match port {
        SerialPort::Emulated(path) => (path.clone(), true),
        SerialPort::Usb(identity) => (at(name, identity, &attached().map_err(|fault| trouble(&fault))?)?, false),
    };
    let link = Serial::open(&path).and_then(Link::connect).map_err(|fault| trouble(&fault))?;
    let bindings = devices.iter().map(|device| binding(device)).collect::<Result<_, _>>()?;
    let driven = Driven::new(link, name, is_emulated, bindings);
    let driven = if dry { driven.dry() } else { driven };
    Ok((Box::new(driven), devices.iter().map(|device| device.name.clone()).collect()))
}

/// The port that takes commands, of the board with this identity.
fn at(name: &str, identity: &UsbIdentity, attached: &[Attached]) -> Result<String, Failure> {
    let same = |one: &&Attached| one.serial_number.as_deref() == Some(identity.serial_number.as_str());
    let found = attached.iter().find(same).and_then(|one| one.ports.first());
    found.cloned().ok_or_else(|| {
        let there: Vec<&str> = attached.iter().filter_map(|one| one.serial_number.as_deref()).collect();
        let there = if there.is_empty() { "none is".into() } else { format!("there are {}", there.join(", ")) };
        Failure::trouble(
            "rig-absent",
            format!("`{name}`: no board {identity} is plugged in; {there}. Plug it in, or name it as `trialect rig list` does"),
        )
    })
}

/// A valve's curve.
struct Weighed(ValveCurve);

impl Openings for Weighed {
    fn open_ms(&self, volume_ul: f64) -> Result<f64, (f64, f64)> {
        self.0.open_ms(volume_ul).map_err(|_| self.0.range_ul())
    }
}

fn binding(device: &Device) -> Result<Binding, Failure> {
    let place = device.at.channels.iter().find_map(|channel| {
        let number = u8::try_from(channel.number).ok()?;
        match channel.kind {
            ChannelKind::Beam | ChannelKind::Lamp => Some(Place::Port(number)),
            ChannelKind::BncIn | ChannelKind::BncOut => Some(Place::Bnc(number)),
            ChannelKind::Valve => Some(Place::Valve(number)),
            _ => None,
        }
    });
    let place = place.ok_or_else(|| {
        let message = format!(
            "`{}` is at `{}`, and sessions can be run with ports, BNC connectors and valves of a board so far",
            device.name, device.at.words
        );
        Failure::trouble("rig-not-yet", message)
    })?;
    let openings = device.valve().map(|curve| Box::new(Weighed(curve.clone())) as Box<dyn Openings>);
    Ok(Binding { device: device.name.clone(), place, openings })
}
