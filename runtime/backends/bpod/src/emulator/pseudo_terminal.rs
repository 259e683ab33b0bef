//! A serial port that only this machine has. Unix only.

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, ioctl_fionbio, read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A pair of a device that hosts open and the board's end of it.
#[derive(Debug)]
pub struct PseudoTerminal {
    board: OwnedFd,
    /// Held open, so that hosts can come and go.
    _host: OwnedFd,
    path: PathBuf,
}

impl PseudoTerminal {
    /// Makes one, with nothing between the bytes of both ends.
    ///
    /// # Errors
    /// When the system has none left.
    pub fn new() -> io::Result<PseudoTerminal> {
        let board = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&board)?;
        unlockpt(&board)?;
        let path = PathBuf::from(std::ffi::OsString::from_vec(ptsname(&board, Vec::new())?.into_bytes()));
        let host = open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
        let mut settings = tcgetattr(&host)?;
        settings.make_raw();
        tcsetattr(&host, OptionalActions::Now, &settings)?;
        ioctl_fionbio(&board, true)?;
        Ok(PseudoTerminal { board, _host: host, path })
    }

    /// What hosts open.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The board's end, to be waited for.
    #[must_use]
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.board.as_fd()
    }

    /// What a host wrote; nothing when it wrote nothing.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match read(&self.board, buffer) {
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            other => Ok(other?),
        }
    }

    /// Writes as much as fits.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match write(&self.board, bytes) {
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            other => Ok(other?),
        }
    }
}
