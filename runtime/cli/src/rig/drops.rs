//! Drops from a valve: each is a state of a matrix, so that the board times it.

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output;
use std::time::Duration;
use trialect_bpod::link::{Link, LinkFault, Serial};
use trialect_bpod::wire::{Channel, Matrix, Report, State, Target};
use trialect_rig::{Backend, ChannelKind, Device, Rig, SerialPort};

/// Drops of one matrix: so many still come when this program is ended at once.
const TOGETHER: u32 = 20;
/// A cycle of a board.
const CYCLES_PER_MS: f64 = 10.0;
/// More than any pause between two reports of a trial that gives drops.
const SILENCE: Duration = Duration::from_secs(30);

/// A board with a valve.
pub(crate) struct Dispenser {
    link: Link<Serial>,
    channel: u8,
}

fn trouble(fault: &LinkFault) -> Failure {
    Failure::trouble(fault.code(), fault.to_string())
}

impl Dispenser {
    /// Connects to the board of a valve.
    pub(crate) fn connect(rig: &Rig, device: &Device) -> Result<Dispenser, Failure> {
        let link = rig.link(device.at.link);
        let Some((name, Backend::Bpod { port, .. })) = link.map(|link| (&link.name, &link.backend)) else {
            let message =
                format!("`{}` is not at a Bpod; this version gives drops through no other board", device.name);
            return Err(Failure::trouble("calibrate-board", message));
        };
        let link = connect(name, port)?;
        let channel = device.at.channels.first().and_then(|channel| {
            let kind = match channel.kind {
                ChannelKind::Valve => Channel::Valve,
                ChannelKind::BncOut => Channel::Bnc,
                _ => return None,
            };
            link.hardware().output(kind, channel.number as usize)
        });
        let missing = || {
            let message = format!(
                "the board has no output at `{}` that this version can open; write where `{}` is",
                device.at.words, device.name
            );
            Failure::trouble("calibrate-board", message)
        };
        Ok(Dispenser { channel: channel.ok_or_else(missing)?, link })
    }

    /// What is connected, in words.
    pub(crate) fn board(&self) -> String {
        format!("{} with firmware {}", self.link.model().name(), self.link.model().firmware())
    }

    /// Gives drops, each `open_ms` long with a pause between; the times are rounded to whole cycles of 0.1 ms.
    pub(crate) fn give(
        &mut self,
        drops: u32,
        open_ms: f64,
        pause_ms: f64,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let mut given = 0;
        while given < drops {
            // Somebody may have asked for it while nothing ran.
            if interrupt.asked() {
                return Err(stopped());
            }
            let now = (drops - given).min(TOGETHER);
            let matrix = self.matrix(now, open_ms, pause_ms);
            self.link.upload(&matrix).and_then(|()| self.link.run()).map_err(|fault| trouble(&fault))?;
            self.wait(interrupt)?;
            given += now;
            output::say(&format!("  {given} of {drops}"));
        }
        Ok(())
    }

    fn matrix(&self, drops: u32, open_ms: f64, pause_ms: f64) -> Matrix {
        let cycles = |ms: f64| (ms * CYCLES_PER_MS).round().max(1.0) as u32;
        let mut states = Vec::new();
        for drop in 0..drops {
            let last = drop + 1 == drops;
            let next = |state: u32| u8::try_from(state).map_or(Target::Exit, Target::State);
            states.push(State {
                name: format!("open {}", drop + 1),
                timer: cycles(open_ms),
                timed_out: Some(next(2 * drop + 1)),
                outputs: vec![(self.channel, 1)],
                ..State::default()
            });
            states.push(State {
                name: format!("shut {}", drop + 1),
                timer: cycles(pause_ms),
                timed_out: Some(if last { Target::Exit } else { next(2 * drop + 2) }),
                ..State::default()
            });
        }
        Matrix { states, ..Matrix::default() }
    }

    /// Until the trial ends, or somebody wants to stop: then the valve is shut at once.
    fn wait(&mut self, interrupt: &Interrupt) -> Result<(), Failure> {
        let look = Duration::from_millis(50);
        let mut silent = Duration::ZERO;
        loop {
            if interrupt.asked() {
                self.link.make_safe().map_err(|fault| trouble(&fault))?;
                return Err(stopped());
            }
            match self.link.next(look).map_err(|fault| trouble(&fault))? {
                Some(Report::Ended(_)) => return Ok(()),
                Some(_) => silent = Duration::ZERO,
                None => silent += look,
            }
            if silent > SILENCE {
                self.link.make_safe().map_err(|fault| trouble(&fault))?;
                let message =
                    "the board has said nothing for 30 s and was told to shut its valves; look at it, and begin anew";
                return Err(Failure::trouble("bpod-no-answer", message));
            }
        }
    }
}

fn stopped() -> Failure {
    Failure::trouble("stopped", "stopped by hand; the valve is shut, nothing was written")
}

/// The port of a board that takes commands, found by its identity; the handshake tells which of several it is.
fn connect(name: &str, port: &SerialPort) -> Result<Link<Serial>, Failure> {
    let paths = match port {
        SerialPort::Emulated(path) => vec![path.clone()],
        SerialPort::Usb(identity) => {
            let ports = super::list::ports()?;
            let is_it = |port: &&serialport::SerialPortInfo| match &port.port_type {
                serialport::SerialPortType::UsbPort(usb) => {
                    (usb.vid, usb.pid) == (identity.vid, identity.pid)
                        && usb.serial_number.as_deref() == Some(&identity.serial_number)
                }
                _ => false,
            };
            let mut paths: Vec<String> = ports.iter().filter(is_it).map(|port| port.port_name.clone()).collect();
            paths.sort();
            if paths.is_empty() {
                let message = format!(
                    "the link `{name}` is the USB device {identity}, which is not connected; plug it in, or look at `trialect rig list`"
                );
                return Err(Failure::trouble("rig-not-connected", message));
            }
            paths
        }
    };
    let mut last = None;
    for path in paths {
        match Serial::open(&path).and_then(Link::connect) {
            Ok(link) => return Ok(link),
            Err(fault) => last = Some(fault),
        }
    }
    let nothing = || Failure::trouble("rig-not-connected", format!("the link `{name}` has no port"));
    Err(last.as_ref().map_or_else(nothing, trouble))
}
