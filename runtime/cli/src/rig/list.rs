//! `trialect rig list`: what is connected.

use crate::failure::Failure;
use crate::output;
use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};

pub(crate) fn run() -> Result<(), Failure> {
    let ports = ports()?;
    let lines = listed(&ports);
    if lines.is_empty() {
        output::say("no serial port of a USB device; look at the cable and the device's power");
    }
    for line in lines {
        output::say(&line);
    }
    Ok(())
}

/// All serial ports that the system knows.
pub(crate) fn ports() -> Result<Vec<SerialPortInfo>, Failure> {
    serialport::available_ports().map_err(|error| {
        Failure::trouble(
            "rig-ports",
            format!("the system does not list its serial ports: {error}; look at the rights of this user"),
        )
    })
}

/// One line for each port of a device on USB, as it is written in a rig file, with what it seems to be.
fn listed(ports: &[SerialPortInfo]) -> Vec<String> {
    let usb = |port: &SerialPortInfo| match &port.port_type {
        SerialPortType::UsbPort(usb) => Some(line(&port.port_name, usb)),
        _ => None,
    };
    let mut lines: Vec<String> = ports.iter().filter_map(usb).collect();
    lines.sort();
    lines
}

fn line(path: &str, usb: &UsbPortInfo) -> String {
    let (vid, pid) = (usb.vid, usb.pid);
    let identity = match &usb.serial_number {
        Some(serial) => format!("usb = {{ vid = {vid:#06x}, pid = {pid:#06x}, serial = {serial:?} }}"),
        None => format!("vid {vid:#06x}, pid {pid:#06x}, without a serial number: it cannot be told from others"),
    };
    let product = usb.product.as_deref().or(usb.manufacturer.as_deref()).unwrap_or("a device without a name");
    format!("{identity}    # {}, {product}, now at {path}", seems(vid, pid))
}

/// What a device of this kind may be; its answers tell more.
fn seems(vid: u16, pid: u16) -> &'static str {
    match (vid, pid) {
        (0x16c0, 0x048b) => "a Bpod r2.x",
        (0x16c0, 0x048c) => "a Bpod 2+",
        (0x16c0, 0x0483) => "a Bpod r2.x with firmware 22, or a module of one: encoder, HiFi, Frame2TTL v2 or v3",
        (0x1b4f, 0x8d21) => "a Frame2TTL v1",
        (0x1b4f, 0x0d21) => "a Frame2TTL v1 in its bootloader",
        (0x0403, 0x6001 | 0x6014 | 0x6015) => "an FTDI converter, as Harp devices have",
        (0x2341 | 0x2a03, _) => "an Arduino",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_listed_as_they_are_written() {
        let usb = |pid, serial: Option<&str>, product: Option<&str>| {
            SerialPortType::UsbPort(UsbPortInfo {
                vid: 0x16c0,
                pid,
                serial_number: serial.map(str::to_string),
                manufacturer: Some("Teensyduino".into()),
                product: product.map(str::to_string),
                interface: Some(0),
            })
        };
        let port = |name: &str, port_type| SerialPortInfo { port_name: name.into(), port_type };
        let ports = [
            port("COM7", usb(0x048b, Some("6543210"), Some("Dual Serial"))),
            port("COM1", SerialPortType::Unknown),
            port("COM9", usb(0x0483, None, None)),
        ];
        assert_eq!(
            listed(&ports),
            [
                "usb = { vid = 0x16c0, pid = 0x048b, serial = \"6543210\" }    # a Bpod r2.x, Dual Serial, now at COM7",
                "vid 0x16c0, pid 0x0483, without a serial number: it cannot be told from others    # a Bpod r2.x with \
                 firmware 22, or a module of one: encoder, HiFi, Frame2TTL v2 or v3, Teensyduino, now at COM9",
            ]
        );
    }
}
