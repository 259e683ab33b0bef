//! Animals that know what to do, or do nothing: for trying a protocol, not for resembling a mouse.

use crate::stream::Stream;

/// What an animal makes of what it perceives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    /// Its own: at a wheel the mouse that learns, elsewhere the forager.
    #[default]
    Own,
    /// Turns each picture to the centre of the screen, whatever its contrast.
    Home,
    /// Turns each picture away from the centre.
    Away,
    /// Turns each picture either way, as likely.
    Either,
    /// Does nothing, at a wheel or elsewhere.
    Still,
}

impl Manner {
    /// Where the counts go to answer a picture at this azimuth, in degrees: +1 moves it to the right. None without an
    /// answer.
    pub(crate) fn direction(self, azimuth_deg: f64, choices: &mut Stream) -> Option<f64> {
        let home = if azimuth_deg < 0.0 { 1.0 } else { -1.0 };
        match self {
            Manner::Home => Some(home),
            Manner::Away => Some(-home),
            Manner::Either => Some(if choices.chance(0.5) { 1.0 } else { -1.0 }),
            Manner::Own | Manner::Still => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Purpose;

    #[test]
    fn home_is_towards_the_centre_and_away_is_not() {
        let mut choices = Stream::new(1, 1, Purpose::Choice);
        for (azimuth, home) in [(-35.0, 1.0), (35.0, -1.0)] {
            assert_eq!(Manner::Home.direction(azimuth, &mut choices), Some(home));
            assert_eq!(Manner::Away.direction(azimuth, &mut choices), Some(-home));
            assert_eq!(Manner::Still.direction(azimuth, &mut choices), None);
        }
        let rights = (0..1000).filter(|_| Manner::Either.direction(-35.0, &mut choices) == Some(1.0)).count();
        assert!((420..580).contains(&rights), "{rights} of 1000");
    }
}
