//! What can be wrong with bytes from a wire.

use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// More bytes are needed.
    CutOff {
        /// What must come next.
        wants: &'static str,
    },
    /// No command begins with this byte.
    UnknownCommand(u8),
    /// The firmware is not one whose bytes are known.
    UnknownFirmware {
        /// Its number.
        firmware: u16,
        /// Number of the machine type.
        machine: u16,
    },
    /// No kind of channel has this letter.
    UnknownChannel(u8),
    /// A number is beyond what the board has or the protocol allows.
    OutOfRange {
        /// What the number is.
        what: &'static str,
        /// The number.
        found: u32,
        /// The largest it may be.
        limit: u32,
    },
    /// Channels are in an order in which no event code can be computed.
    ChannelOrder,
    /// More event codes than a byte can tell apart.
    TooManyEvents(u32),
    /// Another byte was expected.
    Unexpected {
        /// What was expected.
        what: &'static str,
        /// The byte.
        found: u8,
    },
    /// Bytes follow what was complete.
    LeftOver(usize),
    /// A text has bytes that are no ASCII letters, digits or signs.
    NotText,
}

/// A flaw and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireFault {
    /// What is wrong.
    pub flaw: Flaw,
    /// Bytes before the place.
    pub offset: usize,
}

impl WireFault {
    /// Whether the bytes are fine as far as they go, and more are needed.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        matches!(self.flaw, Flaw::CutOff { .. })
    }

    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.flaw {
            Flaw::CutOff { .. } => "bpod-cut-off",
            Flaw::UnknownCommand(_) => "bpod-unknown-command",
            Flaw::UnknownFirmware { .. } => "bpod-unknown-firmware",
            Flaw::UnknownChannel(_) => "bpod-unknown-channel",
            Flaw::OutOfRange { .. } => "bpod-out-of-range",
            Flaw::ChannelOrder => "bpod-channel-order",
            Flaw::TooManyEvents(_) => "bpod-too-many-events",
            Flaw::Unexpected { .. } => "bpod-unexpected",
            Flaw::LeftOver(_) => "bpod-left-over",
            Flaw::NotText => "bpod-not-text",
        }
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.flaw {
            Flaw::CutOff { .. } => "check the cable and that nothing else has the port open, then connect again",
            Flaw::UnknownFirmware { firmware: ..22, .. } => "update the firmware to 23 with the maker's tool",
            Flaw::UnknownFirmware { .. } => "use firmware 22 or 23 on an r2.x, or firmware 23 on a 2+",
            Flaw::UnknownChannel(_) | Flaw::ChannelOrder | Flaw::TooManyEvents(_) => {
                "check the cable and connect again; if it stays, this build of the firmware is not known here"
            }
            Flaw::UnknownCommand(_) | Flaw::OutOfRange { .. } | Flaw::LeftOver(_) => {
                "host and board disagree about the layout; disconnect, connect again and upload again"
            }
            Flaw::Unexpected { .. } | Flaw::NotText => {
                "something else was on the line; drop what waits there and connect again"
            }
        }
    }
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: ", self.offset)?;
        match &self.flaw {
            Flaw::CutOff { wants } => write!(f, "ends before {wants}"),
            Flaw::UnknownCommand(byte) => write!(f, "no command begins with {byte:#04x}"),
            Flaw::UnknownFirmware { firmware, machine } => {
                write!(f, "firmware {firmware} on machine type {machine} is not known")
            }
            Flaw::UnknownChannel(letter) => write!(f, "{letter:#04x} is no kind of channel"),
            Flaw::OutOfRange { what, found, limit } => write!(f, "{what} is {found}, and at most {limit} is possible"),
            Flaw::ChannelOrder => write!(f, "a serial channel stands behind a digital one"),
            Flaw::TooManyEvents(count) => write!(f, "{count} event codes, and a byte has 254"),
            Flaw::Unexpected { what, found } => write!(f, "expected {what}, not {found:#04x}"),
            Flaw::LeftOver(count) => write!(f, "{count} bytes too many"),
            Flaw::NotText => write!(f, "a name that is no text"),
        }?;
        write!(f, "; {}", self.remedy())
    }
}

impl std::error::Error for WireFault {}
