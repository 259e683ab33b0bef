//! How a wheel is turned: smooth movements from one position to another.

use trialect_device::Ns;

/// Position, speed and acceleration of the wheel's surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Motion {
    /// Travel since the session's start, in mm; rising counts are positive.
    pub(crate) mm: f64,
    /// In mm/s.
    pub(crate) mm_per_s: f64,
    /// In mm/s^2.
    pub(crate) mm_per_s2: f64,
}

/// A movement of least jerk that ends at rest: the quintic of Flash and Hogan (1985), from any motion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    start: Ns,
    duration: Ns,
    /// Coefficients of the powers of elapsed time over duration, in mm.
    powers: [f64; 6],
    end_mm: f64,
}

impl Path {
    /// Rest at a position.
    pub(crate) fn rest(mm: f64) -> Self {
        Self { start: 0, duration: 0, powers: [mm, 0.0, 0.0, 0.0, 0.0, 0.0], end_mm: mm }
    }

    /// From a motion at `start` to rest at `end_mm`, in `duration` (at least 1 ns).
    pub(crate) fn towards(start: Ns, duration: Ns, from: Motion, end_mm: f64) -> Self {
        let duration = duration.max(1);
        let seconds = duration as f64 / 1e9;
        let way = end_mm - from.mm;
        let speed = from.mm_per_s * seconds;
        let push = from.mm_per_s2 * seconds * seconds;
        let powers = [
            from.mm,
            speed,
            push / 2.0,
            10.0 * way - 6.0 * speed - 1.5 * push,
            -15.0 * way + 8.0 * speed + 1.5 * push,
            6.0 * way - 3.0 * speed - 0.5 * push,
        ];
        Self { start, duration, powers, end_mm }
    }

    /// Braking from a motion, where it leads when the speed falls evenly: half of what the speed would have covered.
    pub(crate) fn braking(start: Ns, duration: Ns, from: Motion) -> Self {
        let end_mm = from.mm + from.mm_per_s * (duration as f64 / 1e9) / 2.0;
        Self::towards(start, duration, from, end_mm)
    }

    /// When it comes to rest.
    pub(crate) fn end(&self) -> Ns {
        self.start + self.duration
    }

    /// Position in mm, at any time from the start on.
    pub(crate) fn position(&self, at: Ns) -> f64 {
        if at >= self.end() {
            return self.end_mm;
        }
        let t = (at - self.start) as f64 / self.duration as f64;
        self.powers.iter().rev().fold(0.0, |sum, power| sum * t + power)
    }

    /// Position, speed and acceleration, at any time from the start on.
    pub(crate) fn motion(&self, at: Ns) -> Motion {
        if at >= self.end() {
            return Motion { mm: self.end_mm, mm_per_s: 0.0, mm_per_s2: 0.0 };
        }
        let seconds = self.duration as f64 / 1e9;
        let t = (at - self.start) as f64 / self.duration as f64;
        let [_, a, b, c, d, e] = self.powers;
        let speed = a + t * (2.0 * b + t * (3.0 * c + t * (4.0 * d + t * 5.0 * e)));
        let push = 2.0 * b + t * (6.0 * c + t * (12.0 * d + t * 20.0 * e));
        Motion { mm: self.position(at), mm_per_s: speed / seconds, mm_per_s2: push / (seconds * seconds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Motion = Motion { mm: 2.0, mm_per_s: 0.0, mm_per_s2: 0.0 };
    const SECOND: Ns = 1_000_000_000;

    #[test]
    fn from_rest_it_is_the_published_profile() {
        let path = Path::towards(5 * SECOND, SECOND / 5, REST, 8.0);
        assert_eq!(path.position(5 * SECOND), 2.0);
        assert!((path.position(5 * SECOND + SECOND / 10) - 5.0).abs() < 1e-12, "half way at half time");
        assert_eq!(path.position(5 * SECOND + SECOND / 5), 8.0);
        // Greatest speed of a minimum-jerk movement: 15/8 of the mean speed, which is 30 mm/s.
        assert!((path.motion(5 * SECOND + SECOND / 10).mm_per_s - 56.25).abs() < 1e-9);
    }

    #[test]
    fn speed_and_acceleration_are_the_slopes_of_the_position() {
        let from = Motion { mm: 1.0, mm_per_s: 40.0, mm_per_s2: -200.0 };
        let path = Path::towards(0, SECOND / 4, from, -6.0);
        let h = 1_000;
        for at in (h..SECOND / 4 - h).step_by(7_000_000) {
            let slope = |f: &dyn Fn(Ns) -> f64| (f(at + h) - f(at - h)) / (2.0 * h as f64 / 1e9);
            assert!((slope(&|t| path.position(t)) - path.motion(at).mm_per_s).abs() < 1e-3);
            assert!((slope(&|t| path.motion(t).mm_per_s) - path.motion(at).mm_per_s2).abs() < 1e-1);
        }
        assert_eq!(path.motion(0), from);
    }

    #[test]
    fn a_new_path_goes_on_where_the_old_one_is() {
        let path = Path::towards(0, SECOND / 5, REST, 12.0);
        let at = SECOND / 12;
        let brake = Path::braking(at, SECOND / 10, path.motion(at));
        let (goes_on, was) = (brake.motion(at), path.motion(at));
        assert!((goes_on.mm - was.mm).abs() < 1e-9 && (goes_on.mm_per_s - was.mm_per_s).abs() < 1e-9);
        assert!((goes_on.mm_per_s2 - was.mm_per_s2).abs() < 1e-6);
        assert!(brake.end_mm > path.position(at), "braking goes on in the same direction");
        assert_eq!(brake.motion(brake.end()).mm_per_s, 0.0);
    }
}
