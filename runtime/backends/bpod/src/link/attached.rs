//! Which boards are plugged in, by their USB identity; a path can be another board's tomorrow.

use super::LinkFault;
use serialport::{SerialPortInfo, SerialPortType};

/// The maker of the processors on the boards.
const VENDOR: u16 = 0x16c0;

/// What a USB product id says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likely {
    /// One port: an r2.x with firmware 22, or any other device with such a processor; the handshake tells.
    Perhaps,
    /// Two ports: an r2.x.
    R2,
    /// Three ports: a 2+.
    TwoPlus,
}

/// A device that may be a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its own number, which stays the same at another socket; some systems do not tell it.
    pub serial_number: Option<String>,
    /// What it is.
    pub likely: Likely,
    /// The paths of its ports in the order of their interfaces. Which one takes commands the handshake tells.
    pub ports: Vec<String>,
}

/// All devices that may be boards, by serial number.
///
/// # Errors
/// When the system does not list its ports.
pub fn attached() -> Result<Vec<Attached>, LinkFault> {
    let ports = serialport::available_ports().map_err(|error| LinkFault::Ports { reason: error.to_string() })?;
    Ok(grouped(&ports))
}

/// The ports of one device belong together.
#[must_use]
pub fn grouped<'p>(ports: &'p [SerialPortInfo]) -> Vec<Attached> {
    let usb = |port: &'p SerialPortInfo| match &port.port_type {
        SerialPortType::UsbPort(usb) => Some((usb, &port.port_name)),
        _ => None,
    };
    let mut ports: Vec<_> = ports.iter().filter_map(usb).collect();
    ports.sort_by_key(|(usb, name)| (usb.interface, *name));
    let mut list: Vec<Attached> = Vec::new();
    for (usb, name) in ports {
        let likely = match (usb.vid, usb.pid) {
            (VENDOR, 0x0483) => Likely::Perhaps,
            (VENDOR, 0x048b) => Likely::R2,
            (VENDOR, 0x048c) => Likely::TwoPlus,
            _ => continue,
        };
        // Ports without a number cannot be told to belong together.
        let same = |other: &&mut Attached| {
            usb.serial_number.is_some() && (&other.serial_number, other.likely) == (&usb.serial_number, likely)
        };
        match list.iter_mut().find(same) {
            Some(device) => device.ports.push(name.clone()),
            None => {
                list.push(Attached { serial_number: usb.serial_number.clone(), likely, ports: vec![name.clone()] });
            }
        }
    }
    list.sort_by(|one, other| (&one.serial_number, &one.ports).cmp(&(&other.serial_number, &other.ports)));
    list
}
