//! The camera: frames at an even rate from the start of the session, whether it is safe or not.

use crate::device::{Device, Happening, Order};
use crate::parameters::CameraParameters;
use crate::refusal::Refusal;
use trialect_device::Ns;

/// The channel `frame`.
const FRAME: usize = 0;

/// A camera.
#[derive(Debug)]
pub(crate) struct Camera {
    frame_rate_hz: f64,
    /// Frames so far.
    frames: u64,
    listened_to: bool,
}

impl Camera {
    pub(crate) fn new(parameters: &CameraParameters) -> Self {
        Self { frame_rate_hz: parameters.frame_rate_hz, frames: 0, listened_to: false }
    }
}

impl Device for Camera {
    fn command(&mut self, _: Ns, _: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn release(&mut self, _: Ns, _: &str, _: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Err(Refusal::Verb)
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {}

    fn listen(&mut self) {
        self.listened_to = true;
    }

    fn next(&self) -> Option<Ns> {
        self.listened_to.then(|| libm::round((self.frames + 1) as f64 * 1e9 / self.frame_rate_hz) as Ns)
    }

    fn finish(&mut self, _: Ns, told: &mut Vec<Happening>) {
        self.frames += 1;
        told.push(Happening::Report { channel: FRAME, value: 1 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_at_their_rate_without_drift_and_only_when_somebody_listens() {
        let mut camera = Camera::new(&CameraParameters { frame_rate_hz: 30.0 });
        assert_eq!(camera.next(), None);
        camera.listen();
        let mut times = Vec::new();
        for _ in 0..3_000 {
            let at = camera.next().expect("goes on");
            camera.finish(at, &mut Vec::new());
            times.push(at);
        }
        assert_eq!((times[0], times[1]), (33_333_333, 66_666_667));
        assert_eq!(times[2_999], 100_000_000_000, "3,000 frames in 100 s");
    }
}
