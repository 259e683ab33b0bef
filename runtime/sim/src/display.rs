//! The screen: pictures that change with the frames, and the photodiode that sees them change.
//!
//! A command takes effect with the next frame; the light, and with it the photodiode's edge, comes a
//! fixed latency later. Showing, changing or hiding a picture flips the photodiode's patch; a picture
//! that follows the wheel does not.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::DisplayParameters;
use crate::refusal::{Arguments, Refusal, argument, within};
use std::collections::VecDeque;
use trialect_device::{Ns, StimulusSpec};

/// The channel `flip`.
const FLIP: usize = 0;
/// Contrasts up to this are drawn as nothing, as the task's display program does.
const FAINTEST: f64 = 0.01;

/// A picture on the screen, as far as a mouse can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Picture {
    /// Right of the centre is positive, in degrees.
    pub(crate) azimuth_deg: f64,
    /// 0 .. 1.
    pub(crate) contrast: f64,
}

/// A change on its way to the screen.
#[derive(Debug, Clone, Copy)]
struct Change {
    light: Ns,
    stimulus: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Show(Picture),
    Hide,
    Follow(Picture),
    Freeze,
}

/// What becomes visible in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Frame {
    /// The photodiode's patch changed.
    pub(crate) flip: bool,
    /// A picture that followed something stands still from now on.
    pub(crate) freeze: bool,
}

/// A picture's place in the protocol's list of stimuli.
#[derive(Debug)]
struct Slot {
    /// Where a protocol says nothing.
    initial: Picture,
    /// As commanded.
    asked: Option<Picture>,
    /// As on the screen.
    lit: Option<Picture>,
    tracked: bool,
}

/// The screen.
#[derive(Debug)]
pub(crate) struct Display {
    frame_rate_hz: f64,
    latency: Ns,
    slots: Vec<Slot>,
    changes: VecDeque<Change>,
}

impl Display {
    pub(crate) fn new(parameters: &DisplayParameters) -> Self {
        Self {
            frame_rate_hz: parameters.frame_rate_hz,
            latency: from_milliseconds(parameters.photodiode_latency_ms),
            slots: Vec::new(),
            changes: VecDeque::new(),
        }
    }

    /// Makes room for one more stimulus, with its fixed parameters.
    pub(crate) fn wire(&mut self, fixed: &[(String, f64)]) {
        let given = |name: &str| fixed.iter().find(|(fixed, _)| fixed == name).map(|(_, value)| *value);
        let initial =
            Picture { azimuth_deg: given("azimuth").unwrap_or(0.0), contrast: given("contrast").unwrap_or(1.0) };
        self.slots.push(Slot { initial, asked: None, lit: None, tracked: false });
    }

    /// When the next change becomes visible.
    pub(crate) fn next(&self) -> Option<Ns> {
        self.changes.front().map(|change| change.light)
    }

    /// Takes in all that becomes visible at this time.
    pub(crate) fn finish(&mut self, at: Ns) -> Option<Frame> {
        let mut frame = None;
        while let Some(change) = self.changes.pop_front_if(|change| change.light == at) {
            let frame = frame.get_or_insert(Frame::default());
            let Some(slot) = self.slots.get_mut(change.stimulus as usize) else { continue };
            match change.kind {
                Kind::Show(picture) => (slot.lit, frame.flip) = (Some(picture), true),
                Kind::Hide => (slot.lit, frame.flip) = (None, true),
                Kind::Follow(picture) => slot.lit = Some(picture),
                Kind::Freeze => frame.freeze = true,
            }
        }
        frame
    }

    /// The visible picture of the greatest contrast.
    pub(crate) fn visible(&self) -> Option<Picture> {
        let visible = self.slots.iter().filter_map(|slot| slot.lit).filter(|picture| picture.contrast > FAINTEST);
        visible.reduce(|strongest, other| if other.contrast > strongest.contrast { other } else { strongest })
    }

    /// Carries out `show`, `hide` or `track` of a stimulus.
    pub(crate) fn command(
        &mut self,
        at: Ns,
        verb: &str,
        stimulus: u32,
        arguments: Arguments<'_>,
    ) -> Result<(), Refusal> {
        match verb {
            "show" => self.show(at, stimulus, arguments),
            "hide" => {
                self.hide(at, stimulus);
                Ok(())
            }
            "track" => self.track(at, stimulus, arguments),
            _ => Err(Refusal::Verb),
        }
    }

    /// Ends a `show` or a `track`; there is nothing to end in a `hide`.
    pub(crate) fn release(&mut self, at: Ns, verb: &str, stimulus: u32) -> Result<(), Refusal> {
        match verb {
            "show" => self.hide(at, stimulus),
            "track" => self.freeze(at, stimulus),
            "hide" => {}
            _ => return Err(Refusal::Verb),
        }
        Ok(())
    }

    /// A tracked parameter of a picture that is shown has a new value.
    pub(crate) fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        let Some(slot) = self.slots.get_mut(stimulus as usize) else { return };
        let Some(asked) = slot.asked.as_mut() else { return };
        match parameter {
            "azimuth" => asked.azimuth_deg = value,
            "contrast" => asked.contrast = value,
            _ => return,
        }
        let picture = *asked;
        let light = self.light(at);
        let same = |change: &&mut Change| {
            change.light == light && change.stimulus == stimulus && matches!(change.kind, Kind::Follow(_))
        };
        match self.changes.back_mut().filter(same) {
            Some(change) => change.kind = Kind::Follow(picture),
            None => self.changes.push_back(Change { light, stimulus, kind: Kind::Follow(picture) }),
        }
    }

    /// Everything dark, now, and nothing on its way.
    pub(crate) fn make_safe(&mut self) {
        self.changes.clear();
        for slot in &mut self.slots {
            (slot.asked, slot.lit, slot.tracked) = (None, None, false);
        }
    }

    /// Arguments that are not given keep the value of the picture that is shown, or that of the stimulus.
    /// What a mouse cannot tell apart (orientation, size and the like) is taken and has no effect.
    fn show(&mut self, at: Ns, stimulus: u32, arguments: Arguments<'_>) -> Result<(), Refusal> {
        let Some(slot) = self.slots.get_mut(stimulus as usize) else { return Err(Refusal::Verb) };
        let before = slot.asked.unwrap_or(slot.initial);
        let azimuth_deg = argument(arguments, "azimuth").unwrap_or(before.azimuth_deg);
        let contrast = argument(arguments, "contrast").unwrap_or(before.contrast);
        let phase_deg = argument(arguments, "phase").unwrap_or(0.0);
        let picture = Picture {
            azimuth_deg: within("azimuth", azimuth_deg, -180.0, 180.0)?,
            contrast: within("contrast", contrast, 0.0, 1.0)?,
        };
        within("phase", phase_deg, -360.0, 360.0)?;
        within("direction", argument(arguments, "direction").unwrap_or(0.0), -360.0, 360.0)?;
        within("coherence", argument(arguments, "coherence").unwrap_or(0.0), 0.0, 1.0)?;
        slot.asked = Some(picture);
        self.push(at, stimulus, Kind::Show(picture));
        Ok(())
    }

    fn hide(&mut self, at: Ns, stimulus: u32) {
        let Some(slot) = self.slots.get_mut(stimulus as usize) else { return };
        slot.tracked = false;
        if slot.asked.take().is_some() {
            self.push(at, stimulus, Kind::Hide);
        }
    }

    fn track(&mut self, at: Ns, stimulus: u32, arguments: Arguments<'_>) -> Result<(), Refusal> {
        let Some(slot) = self.slots.get_mut(stimulus as usize) else { return Err(Refusal::Verb) };
        slot.tracked = true;
        for (parameter, value) in arguments {
            within("value", *value, f64::MIN, f64::MAX)?;
            self.follow(at, stimulus, parameter, *value);
        }
        Ok(())
    }

    fn freeze(&mut self, at: Ns, stimulus: u32) {
        let Some(slot) = self.slots.get_mut(stimulus as usize) else { return };
        if core::mem::take(&mut slot.tracked) {
            self.push(at, stimulus, Kind::Freeze);
        }
    }

    fn push(&mut self, at: Ns, stimulus: u32, kind: Kind) {
        self.changes.push_back(Change { light: self.light(at), stimulus, kind });
    }

    /// When a command of this time becomes visible: the first frame after it, and the latency.
    fn light(&self, at: Ns) -> Ns {
        let frame_time = |frame: f64| libm::round(frame * 1e9 / self.frame_rate_hz) as Ns;
        let frame = libm::floor(at as f64 / 1e9 * self.frame_rate_hz);
        let next = if frame_time(frame + 1.0) > at { frame + 1.0 } else { frame + 2.0 };
        frame_time(next) + self.latency
    }
}

impl Device for Display {
    fn command(&mut self, at: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Display::command(self, at, order.verb, order.stimulus.ok_or(Refusal::Verb)?, order.arguments)
    }

    fn release(&mut self, at: Ns, verb: &str, stimulus: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        Display::release(self, at, verb, stimulus.ok_or(Refusal::Verb)?)
    }

    fn make_safe(&mut self, _: Ns, told: &mut Vec<Happening>) {
        Display::make_safe(self);
        told.push(Happening::Picture { visible: None, freeze: false });
    }

    fn next(&self) -> Option<Ns> {
        Display::next(self)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        let Some(frame) = Display::finish(self, at) else { return };
        told.push(Happening::Picture { visible: self.visible(), freeze: frame.freeze });
        if frame.flip {
            told.push(Happening::Report { channel: FLIP, value: 1 });
        }
    }

    fn bind(&mut self, stimulus: &StimulusSpec) {
        self.wire(&stimulus.fixed);
    }

    fn follow(&mut self, at: Ns, stimulus: u32, parameter: &str, value: f64) {
        Display::follow(self, at, stimulus, parameter, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A screen without latency and one stimulus.
    fn display() -> Display {
        let mut display = Display::new(&DisplayParameters { frame_rate_hz: 60.0, photodiode_latency_ms: 0.0 });
        display.wire(&[]);
        display
    }

    #[test]
    fn pictures_come_with_the_next_frame() {
        let mut display = display();
        for (asked, lit) in
            [(0, 16_666_667), (16_666_666, 16_666_667), (16_666_667, 33_333_333), (40_000_000, 50_000_000)]
        {
            assert_eq!(display.light(asked), lit, "asked for at {asked}");
        }
        display.command(1, "show", 0, &[("azimuth", -35.0), ("contrast", 0.5)]).expect("shows");
        assert_eq!(display.visible(), None, "not yet");
        assert_eq!(display.next(), Some(16_666_667));
        assert_eq!(display.finish(16_666_667), Some(Frame { flip: true, freeze: false }));
        assert_eq!(display.visible(), Some(Picture { azimuth_deg: -35.0, contrast: 0.5 }));
    }

    #[test]
    fn following_flips_nothing_and_the_last_value_of_a_frame_counts() {
        let mut display = display();
        display.command(0, "show", 0, &[("azimuth", 35.0)]).expect("shows");
        display.finish(16_666_667);
        display.command(17_000_000, "track", 0, &[("azimuth", 35.0)]).expect("tracks");
        for step in 0..10 {
            display.follow(18_000_000 + step * 1_000_000, 0, "azimuth", 34.0 - step as f64);
        }
        assert_eq!(display.changes.len(), 1);
        assert_eq!(display.finish(33_333_333), Some(Frame::default()));
        assert_eq!(display.visible().map(|picture| picture.azimuth_deg), Some(25.0));
        display.release(40_000_000, "track", 0).expect("freezes");
        display.release(40_000_000, "track", 0).expect("a second time, without effect");
        assert_eq!(display.finish(50_000_000), Some(Frame { flip: false, freeze: true }));
        assert_eq!(display.next(), None);
    }

    #[test]
    fn a_blank_flips_but_is_not_seen_and_hiding_nothing_flips_nothing() {
        let mut display = display();
        display.command(0, "hide", 0, &[]).expect("nothing to hide");
        assert_eq!(display.next(), None);
        display.command(0, "show", 0, &[("contrast", 0.0)]).expect("shows");
        assert_eq!(display.finish(16_666_667), Some(Frame { flip: true, freeze: false }));
        assert_eq!(display.visible(), None);
        display.release(20_000_000, "show", 0).expect("hides");
        assert_eq!(display.finish(33_333_333), Some(Frame { flip: true, freeze: false }));
    }

    #[test]
    fn what_a_screen_cannot_show_is_refused() {
        let mut display = display();
        for (name, value) in [
            ("contrast", 1.1),
            ("contrast", -0.1),
            ("contrast", f64::NAN),
            ("azimuth", 200.0),
            ("coherence", 1.1),
            ("direction", 400.0),
        ] {
            let refusal = display.command(0, "show", 0, &[(name, value)]);
            assert!(matches!(refusal, Err(Refusal::Argument { parameter, .. }) if parameter == name));
        }
        assert_eq!(display.command(0, "show", 7, &[]), Err(Refusal::Verb));
        assert_eq!(display.next(), None, "a refused command shows nothing");
    }
}
