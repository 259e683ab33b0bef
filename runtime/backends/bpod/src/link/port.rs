//! What bytes go through.

use super::LinkFault;
use serialport::{ClearBuffer, SerialPort};
use std::io;
use std::time::Duration;
use trialect_device::Descriptor;

/// A way to a board and back.
pub trait Port {
    /// Sends all bytes.
    ///
    /// # Errors
    /// When the way is gone.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits for bytes, at most so long, and returns as soon as there are some; 0 means that none came.
    ///
    /// # Errors
    /// When the way is gone.
    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize>;

    /// What tells that bytes have arrived, where there is such a thing.
    fn descriptor(&self) -> Option<Descriptor<'_>> {
        None
    }
}

/// A serial port.
#[derive(Debug)]
pub struct Serial {
    port: Box<dyn SerialPort>,
    /// The same port, opened for nothing but to be waited for together with others.
    #[cfg(unix)]
    watched: std::os::fd::OwnedFd,
}

/// Native USB does not care.
const BAUD: u32 = 115_200;

impl Serial {
    /// Opens a port, for this program alone: `/dev/ttyACM0`, `COM3`.
    ///
    /// # Errors
    /// When it is not there, in use, or not permitted.
    pub fn open(path: &str) -> Result<Serial, LinkFault> {
        let refused = |reason: String| LinkFault::Open { path: path.into(), reason };
        // Before the port is this program's alone.
        #[cfg(unix)]
        let watched = {
            use rustix::fs::{Mode, OFlags, open};
            let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            open(path, flags, Mode::empty()).map_err(|errno| refused(errno.to_string()))?
        };
        let opened = serialport::new(path, BAUD).timeout(Duration::from_millis(100)).open();
        let mut port = opened.map_err(|error| refused(error.to_string()))?;
        // Boards look at it, pseudo-terminals have none.
        let _ = port.write_data_terminal_ready(true);
        let _ = port.clear(ClearBuffer::Input);
        Ok(Serial {
            port,
            #[cfg(unix)]
            watched,
        })
    }
}

impl Port for Serial {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.write_all(bytes)?;
        self.port.flush()
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        if self.port.timeout() != wait {
            self.port.set_timeout(wait)?;
        }
        match self.port.read(buffer) {
            // A port that has bytes to read and gives none was pulled out.
            Ok(0) if !buffer.is_empty() => Err(io::ErrorKind::BrokenPipe.into()),
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => Ok(0),
            other => other,
        }
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Option<Descriptor<'_>> {
        use std::os::fd::AsFd;
        Some(self.watched.as_fd())
    }
}
