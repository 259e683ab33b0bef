//! From milliseconds to nanoseconds of the session clock.

use trialect_device::Ns;

/// One millisecond.
pub(crate) const MILLISECOND: Ns = 1_000_000;

/// Milliseconds to nanoseconds, to nearest; saturates.
pub(crate) fn from_milliseconds(milliseconds: f64) -> Ns {
    libm::round(milliseconds * 1e6) as Ns
}
