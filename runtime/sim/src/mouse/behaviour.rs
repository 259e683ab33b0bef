//! What a mouse does: it sits, sees or hears something, decides, turns the wheel, gets feedback, stops.
//!
//! It acts only when it wakes or perceives something; between that the wheel follows its path. It knows
//! nothing of trials: a picture that appears, or a tone, is a reason to answer; water, noise, a picture
//! that freezes or goes is a reason to stop.

use super::learning::Skill;
use super::manner::Manner;
use super::movement::Path;
use super::observer::Observer;
use super::parameters::MouseParameters;
use super::reaction;
use super::satiety::Satiety;
use super::state::MouseState;
use crate::clock::from_milliseconds;
use crate::display::Picture;
use crate::speaker::Sound;
use crate::stream::{Purpose, Stream};
use trialect_device::Ns;

/// Pictures nearer to the centre than this ask for no answer, in degrees.
const CENTRED_DEG: f64 = 0.5;
/// Movement of a picture that a mouse takes for an effect of its own, in degrees.
const NOTICED_DEG: f64 = 1.0;
/// Least travel from which it learns how far the picture moves, in mm.
const TELLING_MM: f64 = 0.2;

/// An answer under way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Turn {
    /// Where the counts go: +1 moves a picture to the right (the left one home), -1 to the left.
    direction: f64,
    /// The wheel at the start, in mm.
    from_mm: f64,
    /// Where the picture was, in degrees; none when none was visible.
    from_deg: Option<f64>,
}

/// What it is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Activity {
    /// Nothing to answer; wakes to fidget.
    Idle,
    /// It has decided and wakes to turn.
    Deciding { direction: f64, since: Ns },
    /// It turns; wakes after a stroke.
    Turning(Turn),
    /// It is about to stop; wakes to brake.
    Stopping,
    /// It has answered, or will not, and waits until the picture goes.
    Settled,
}

/// The mouse in one session.
#[derive(Debug)]
pub(crate) struct Mouse {
    manner: Manner,
    parameters: MouseParameters,
    /// Trials before this session.
    experience: f64,
    satiety: Satiety,
    choices: Stream,
    reactions: Stream,
    fidgets: Stream,
    activity: Activity,
    wakes: Option<Ns>,
    path: Path,
    seen: Option<Picture>,
    /// How far it believes a picture to move with the wheel, in deg/mm.
    gain: f64,
}

impl Mouse {
    /// At the start of a session, with a resting wheel.
    pub(crate) fn new(
        parameters: &MouseParameters,
        state: &MouseState,
        seed: u64,
        session: u32,
        manner: Manner,
    ) -> Self {
        let mut mouse = Self {
            manner,
            experience: state.experience_trials as f64,
            satiety: Satiety::new(&parameters.satiety, &parameters.observer, seed, session),
            choices: Stream::new(seed, session, Purpose::Choice),
            reactions: Stream::new(seed, session, Purpose::Reaction),
            fidgets: Stream::new(seed, session, Purpose::Fidget),
            activity: Activity::Idle,
            wakes: None,
            path: Path::rest(0.0),
            seen: None,
            gain: parameters.movement.familiar_gain_deg_per_mm,
            parameters: parameters.clone(),
        };
        mouse.settle(0);
        mouse
    }

    /// Where the wheel goes.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// When it next does something by itself.
    pub(crate) fn wakes(&self) -> Option<Ns> {
        self.wakes
    }

    /// Water has come.
    pub(crate) fn drinks(&mut self, volume_ul: f64) {
        self.satiety.water_ul += volume_ul;
    }

    /// The first of a drop on the tongue.
    pub(crate) fn tastes(&mut self, at: Ns) {
        self.learn_gain(at);
        self.stop(at);
    }

    /// A sound begins.
    pub(crate) fn hears(&mut self, at: Ns, sound: Sound) {
        match (sound, self.activity) {
            // Clicks say nothing to an animal at a wheel.
            (Sound::Click, _) => {}
            (Sound::Tone, Activity::Idle) => self.consider(at),
            (Sound::Tone, Activity::Deciding { direction, since }) => {
                self.activity = Activity::Deciding { direction, since: at };
                self.wakes = self.wakes.map(|wakes| wakes + (at - since));
            }
            (Sound::Tone, _) => {}
            (Sound::Noise, _) => {
                self.learn_gain(at);
                self.stop(at);
            }
        }
    }

    /// What the screen shows from now on.
    pub(crate) fn sees(&mut self, at: Ns, picture: Option<Picture>) {
        let before = core::mem::replace(&mut self.seen, picture);
        match (before, picture, self.activity) {
            (None, Some(_), Activity::Idle | Activity::Settled | Activity::Stopping) => self.consider(at),
            (Some(_), None, Activity::Settled) => self.settle(at),
            (Some(_), None, _) => self.stop(at),
            _ => {}
        }
    }

    /// A picture that followed the wheel stands still.
    pub(crate) fn sees_freeze(&mut self, at: Ns) {
        if self.seen.is_some() {
            self.stop(at);
        }
    }

    /// Does what it was about to do.
    pub(crate) fn wake(&mut self, at: Ns) {
        match self.activity {
            Activity::Idle => self.fidget(at),
            Activity::Deciding { direction, .. } => self.begin_turn(at, direction),
            Activity::Turning(turn) => self.look_again(at, turn),
            Activity::Stopping => self.brake(at),
            Activity::Settled => self.wakes = None,
        }
    }

    fn skill(&self) -> Skill {
        Skill::after(self.experience + f64::from(self.satiety.answers), &self.parameters)
    }

    fn wake_after_ms(&mut self, at: Ns, milliseconds: f64) {
        self.wakes = Some(at.saturating_add(from_milliseconds(milliseconds).max(1)));
    }

    /// There is something to answer: decides which side, and when, if at all.
    fn consider(&mut self, at: Ns) {
        let (azimuth, contrast) = self.seen.map_or((0.0, 0.0), |seen| (seen.azimuth_deg, seen.contrast * 100.0));
        let (skill, slowing) = (self.skill(), self.satiety.slowing());
        let signed = if azimuth < 0.0 { -contrast } else { contrast };
        let rightwards = Observer::of(&skill, self.satiety.bias_percent).probability_right(signed);
        let right = self.choices.chance(rightwards);
        let silent = self.reactions.chance(skill.no_response) | self.reactions.chance(self.satiety.refusal());
        let reaction = &self.parameters.reaction;
        let delay_ms = reaction::draw_ms(reaction, contrast, skill.slowness * slowing, &mut self.reactions);
        let centred = self.seen.is_some() && azimuth.abs() < CENTRED_DEG;
        if self.manner != Manner::Own {
            return self.consider_by_manner(at, azimuth);
        }
        if silent || centred {
            self.settle(at);
        } else {
            // Falling counts move a picture to the left: the right one home.
            self.activity = Activity::Deciding { direction: if right { -1.0 } else { 1.0 }, since: at };
            self.wake_after_ms(at, delay_ms);
        }
    }

    /// An animal that knows what to do answers at once, as long as there is a picture that is not at the centre.
    fn consider_by_manner(&mut self, at: Ns, azimuth_deg: f64) {
        let asks = self.seen.is_some() && azimuth_deg.abs() >= CENTRED_DEG;
        let direction = self.manner.direction(azimuth_deg, &mut self.choices).filter(|_| asks);
        match direction {
            Some(direction) => {
                self.activity = Activity::Deciding { direction, since: at };
                self.wake_after_ms(at, self.parameters.reaction.shortest_ms);
            }
            None => self.settle(at),
        }
    }

    fn begin_turn(&mut self, at: Ns, direction: f64) {
        self.satiety.answers += 1;
        let from_deg = self.seen.map(|seen| seen.azimuth_deg);
        let turn = Turn { direction, from_mm: self.path.position(at), from_deg };
        let way_deg = from_deg.map_or(self.parameters.movement.familiar_start_deg, f64::abs);
        self.stroke(at, turn, way_deg);
    }

    /// Turns further, for a picture that should move by so much.
    fn stroke(&mut self, at: Ns, turn: Turn, way_deg: f64) {
        let movement = &self.parameters.movement;
        let end_mm = self.path.position(at) + turn.direction * movement.overshoot * way_deg / self.gain;
        let (pause_ms, stroke_ms) = (movement.pause_ms, self.skill().stroke_ms);
        self.path = Path::towards(at, from_milliseconds(stroke_ms), self.path.motion(at), end_mm);
        self.activity = Activity::Turning(turn);
        self.wake_after_ms(at, stroke_ms + pause_ms);
    }

    /// After a stroke without feedback: goes on, with what it has learned, or gives up.
    fn look_again(&mut self, at: Ns, turn: Turn) {
        let travel_mm = (self.path.position(at) - turn.from_mm).abs();
        let now_deg = self.seen.map(|seen| seen.azimuth_deg);
        let followed = turn.from_deg.zip(now_deg).map(|(from, now)| (from.abs(), (now - from).abs()));
        match followed {
            Some((way_deg, moved_deg)) if moved_deg >= NOTICED_DEG => {
                self.believe(moved_deg / travel_mm.max(TELLING_MM));
                if moved_deg < way_deg {
                    self.stroke(at, turn, (way_deg - moved_deg).max(NOTICED_DEG));
                } else {
                    self.settle(at);
                }
            }
            _ if travel_mm >= self.parameters.movement.gives_up_after_mm => self.settle(at),
            _ => self.stroke(at, turn, turn.from_deg.map_or(self.parameters.movement.familiar_start_deg, f64::abs)),
        }
    }

    /// Feedback came when a picture had gone its way: so much travel is needed.
    fn learn_gain(&mut self, at: Ns) {
        if let Activity::Turning(Turn { from_mm, from_deg: Some(from_deg), .. }) = self.activity {
            let travel_mm = (self.path.position(at) - from_mm).abs();
            if travel_mm >= TELLING_MM {
                self.believe(from_deg.abs() / travel_mm);
            }
        }
    }

    /// Moves the belief half of the way to what was found.
    fn believe(&mut self, gain: f64) {
        self.gain = ((self.gain + gain) / 2.0).clamp(0.5, 64.0);
    }

    /// There is no more reason to turn, or to begin to.
    fn stop(&mut self, at: Ns) {
        match self.activity {
            Activity::Turning(_) => {
                self.activity = Activity::Stopping;
                self.wake_after_ms(at, self.parameters.movement.brake_delay_ms);
            }
            Activity::Deciding { .. } => self.settle(at),
            Activity::Idle | Activity::Stopping | Activity::Settled => {}
        }
    }

    fn brake(&mut self, at: Ns) {
        let duration = from_milliseconds(self.parameters.movement.brake_ms);
        self.path = Path::braking(at, duration, self.path.motion(at));
        self.settle(at);
    }

    /// Waits for the picture to go or, when there is none, for its next fidget.
    fn settle(&mut self, at: Ns) {
        if self.seen.is_some() {
            self.activity = Activity::Settled;
            self.wakes = None;
        } else {
            self.activity = Activity::Idle;
            self.await_fidget(at);
        }
    }

    fn await_fidget(&mut self, at: Ns) {
        let rate = if self.manner == Manner::Own { self.skill().fidgets_per_s } else { 0.0 };
        let wait_s = self.fidgets.exponential(1.0);
        if rate > 0.0 {
            self.wake_after_ms(at, wait_s / rate * 1e3);
        } else {
            self.wakes = None;
        }
    }

    /// A movement without a reason, in either direction.
    fn fidget(&mut self, at: Ns) {
        let fidget = &self.parameters.fidget;
        let size_mm = self.fidgets.lognormal(fidget.size_median_mm, fidget.size_spread);
        let way_mm = if self.fidgets.chance(0.5) { size_mm } else { -size_mm };
        let duration = from_milliseconds(fidget.duration_ms);
        self.path = Path::towards(at, duration, self.path.motion(at), self.path.position(at) + way_mm);
        self.await_fidget(self.path.end());
    }
}
