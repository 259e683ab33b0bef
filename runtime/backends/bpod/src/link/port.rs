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

    /// Waits until all that was sent is on its way.
    fn finish(&mut self) {}

    /// What tells that bytes have arrived, where there is such a thing.
    fn descriptor(&self) -> Option<Descriptor<'_>> {
        None
    }
}

/// A serial port.
#[derive(Debug)]
pub struct Serial {
    /// Its settings, and that no other program opens it.
    port: Box<dyn SerialPort>,
    /// The same port for the bytes: to be waited for together with others, and without what the library does around each
    /// read and write.
    #[cfg(unix)]
    direct: std::os::fd::OwnedFd,
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
        let direct = {
            use rustix::fs::{Mode, OFlags, open};
            let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
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
            direct,
        })
    }
}

#[cfg(unix)]
impl Port for Serial {
    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        use rustix::event::PollFlags;
        while !bytes.is_empty() {
            match rustix::io::write(&self.direct, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) if waited(&self.direct, PollFlags::OUT, FULL)? => {}
                // A board that takes nothing for so long is as good as gone.
                Err(rustix::io::Errno::AGAIN) => return Err(io::ErrorKind::TimedOut.into()),
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<usize> {
        use rustix::event::PollFlags;
        let mut has_waited = wait.is_zero();
        loop {
            match rustix::io::read(&self.direct, &mut *buffer) {
                // A port that has bytes to read and gives none was pulled out.
                Ok(0) if !buffer.is_empty() => return Err(io::ErrorKind::BrokenPipe.into()),
                Ok(count) => return Ok(count),
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) if has_waited => return Ok(0),
                Err(rustix::io::Errno::AGAIN) => {
                    if !waited(&self.direct, PollFlags::IN, wait)? {
                        return Ok(0);
                    }
                    has_waited = true;
                }
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn finish(&mut self) {
        let _ = self.port.flush();
    }

    fn descriptor(&self) -> Option<Descriptor<'_>> {
        use std::os::fd::AsFd;
        Some(self.direct.as_fd())
    }
}

/// How long a board may take nothing.
#[cfg(unix)]
const FULL: Duration = Duration::from_secs(1);

/// Whether a port became ready.
#[cfg(unix)]
fn waited(port: &std::os::fd::OwnedFd, what: rustix::event::PollFlags, wait: Duration) -> io::Result<bool> {
    use rustix::event::{PollFd, Timespec, poll};
    let timeout = Timespec::try_from(wait).map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(port, what)], Some(&timeout)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(not(unix))]
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
}
