//! What moves a forager, and how that falls with what it receives.

use super::parameters::DriveParameters;
use crate::stream::{Purpose, Stream};

/// Its drive in one session.
#[derive(Debug, Clone)]
pub(crate) struct Drive {
    parameters: DriveParameters,
    /// 1 on an ordinary day; more needs more fluid to be full.
    engagement: f64,
    received_ul: f64,
}

impl Drive {
    /// At the start of a session of an animal.
    pub(crate) fn new(parameters: &DriveParameters, (seed, session): (u64, u32)) -> Self {
        let mut stream = Stream::new(seed, session, Purpose::Drive);
        Self {
            engagement: stream.lognormal(1.0, parameters.engagement_spread),
            parameters: parameters.clone(),
            received_ul: 0.0,
        }
    }

    /// It has received this much.
    pub(crate) fn receives(&mut self, volume_ul: f64) {
        self.received_ul += volume_ul;
    }

    /// What multiplies all rates.
    pub(crate) fn factor(&self) -> f64 {
        let DriveParameters { full_ul, width, least, .. } = self.parameters;
        let fullness = self.received_ul / (full_ul * self.engagement);
        least + (1.0 - least) / (1.0 + libm::exp((fullness - 1.0) / width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drive_falls_with_what_it_receives_to_its_floor() {
        let parameters = DriveParameters { full_ul: 1_000.0, width: 0.1, least: 0.02, engagement_spread: 0.0 };
        let mut drive = Drive::new(&parameters, (1, 1));
        assert!(drive.factor() > 0.999);
        drive.receives(1_000.0);
        assert!((drive.factor() - 0.51).abs() < 1e-12, "half of the way from 1 to 0.02: {}", drive.factor());
        drive.receives(4_000.0);
        assert!((drive.factor() - 0.02).abs() < 1e-9, "{}", drive.factor());
    }

    #[test]
    fn sessions_differ() {
        let parameters = DriveParameters { full_ul: 1_000.0, width: 0.1, least: 0.02, engagement_spread: 0.1 };
        let engagement = |session| Drive::new(&parameters, (1, session)).engagement;
        assert_eq!(engagement(1), engagement(1));
        assert_ne!(engagement(1), engagement(2));
    }
}
