//! What a forager does: it goes to a place, touches it, goes away, perhaps rests.
//!
//! While it goes about, each place attracts it with a rate of its own: it arrives somewhere as a Poisson process whose
//! rate is the sum, and where follows from the shares. When rates change (a light, a tone, a reward), what was
//! left of its waiting is spent at the new rates: nothing is drawn again. It has one body: a visit ends before the
//! next begins.

use super::contact;
use super::drive::Drive;
use super::listener::Listener;
use super::parameters::ForagerParameters;
use super::places::{Place, Places};
use crate::animals::Deed;
use crate::classes::Sort;
use crate::clock::from_milliseconds;
use crate::speaker::Sound;
use crate::stream::{Purpose, Stream};
use trialect_device::Ns;

/// The first channel of a place begins a contact, the second ends it.
const BEGINS: usize = 0;
const ENDS: usize = 1;

/// What it is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Activity {
    /// On its way; wakes when it arrives, or when rates change.
    Roaming,
    /// Wakes to go on.
    Resting,
    /// It touches a place and will so many times more; wakes to let go.
    Touching { place: usize, more: u32 },
    /// Between two contacts of a bout; wakes for the next.
    Pausing { place: usize, more: u32 },
}

/// The forager in one session.
#[derive(Debug)]
pub(crate) struct Forager {
    parameters: ForagerParameters,
    pub(crate) places: Places,
    pub(crate) listener: Listener,
    drive: Drive,
    visits: Stream,
    stays: Stream,
    licks: Stream,
    activity: Activity,
    wakes: Option<Ns>,
    /// What is left to spend until it arrives, as a number of expected arrivals.
    waiting: f64,
    /// Arrivals a second, from `since` on.
    rate: f64,
    since: Ns,
    arrival: Option<Ns>,
    /// From when until when a tone keeps it alert.
    alert: (Ns, Ns),
    startled_until: Ns,
}

impl Forager {
    /// In one session of an animal, before it is on the rig.
    pub(crate) fn new(parameters: &ForagerParameters, (seed, session): (u64, u32)) -> Self {
        Self {
            parameters: parameters.clone(),
            places: Places::default(),
            listener: Listener::default(),
            drive: Drive::new(&parameters.drive, (seed, session)),
            visits: Stream::new(seed, session, Purpose::Visit),
            stays: Stream::new(seed, session, Purpose::Stay),
            licks: Stream::new(seed, session, Purpose::Lick),
            activity: Activity::Roaming,
            wakes: None,
            waiting: 0.0,
            rate: 0.0,
            since: 0,
            arrival: None,
            alert: (0, 0),
            startled_until: 0,
        }
    }

    /// Begins the session, away from all places.
    pub(crate) fn begin(&mut self) {
        if !self.places.all().is_empty() {
            self.roam(0);
        }
    }

    /// When it next does something by itself.
    pub(crate) fn wakes(&self) -> Option<Ns> {
        self.wakes
    }

    /// Does what it was about to do at this time.
    pub(crate) fn act(&mut self, at: Ns) -> Option<Deed> {
        if self.wakes != Some(at) {
            return None;
        }
        match self.activity {
            Activity::Roaming if self.arrival == Some(at) => self.arrive(at),
            Activity::Roaming => self.changed(at),
            Activity::Resting => self.roam(at),
            Activity::Touching { place, more } => return self.let_go(at, place, more),
            Activity::Pausing { place, more } => return self.touch(at, place, more),
        }
        match self.activity {
            Activity::Pausing { place, more } => self.touch(at, place, more),
            _ => None,
        }
    }

    /// A lamp goes on or off.
    pub(crate) fn sees_light(&mut self, at: Ns, device: u32, on: bool) {
        self.places.light(at, device, on);
        self.changed(at);
    }

    /// A sound begins. Noise says nothing to it.
    pub(crate) fn hears(&mut self, at: Ns, sound: Sound) {
        if sound == Sound::Tone {
            self.alert = (at + self.reaction(), at + from_milliseconds(self.parameters.alert_s * 1e3));
            self.changed(at);
        }
    }

    /// A click, from a speaker: it stays for the next one where it is, and what attracts it changes.
    pub(crate) fn hears_click(&mut self, at: Ns, device: u32) {
        let until = self.listener.hears(at, device);
        match self.activity {
            Activity::Touching { place, .. } if self.places.all()[place].sort == Sort::Port => {
                self.wakes = self.wakes.map(|wakes| wakes.max(until));
            }
            _ => self.changed(at),
        }
    }

    /// Air blows, or the floor stings: it lets go of everything and goes nowhere for a while.
    pub(crate) fn startles(&mut self, at: Ns) {
        self.startled_until = at + from_milliseconds(self.parameters.startle_s * 1e3);
        match self.activity {
            Activity::Touching { place, .. } => {
                self.activity = Activity::Touching { place, more: 0 };
                self.wakes = self.wakes.map(|wakes| wakes.min(at + self.reaction().max(1)));
            }
            Activity::Pausing { .. } => self.roam(at),
            Activity::Roaming | Activity::Resting => self.changed(at),
        }
    }

    /// It has received fluid, or what is worth it.
    pub(crate) fn drinks(&mut self, at: Ns, volume_ul: f64) {
        self.drive.receives(volume_ul);
        self.changed(at);
    }

    /// A reward begins to come: it stays for it, or goes for it.
    pub(crate) fn notices_reward(&mut self, at: Ns, device: u32) {
        let Some(here) = self.places.of_source(device) else { return };
        let sort = self.places.all()[here].sort;
        match self.activity {
            Activity::Touching { place, more } if place == here => {
                let more = self.licks_on(sort, more);
                self.activity = Activity::Touching { place, more };
                if sort == Sort::Port {
                    let until = at + self.drinking();
                    self.wakes = self.wakes.map(|wakes| wakes.max(until));
                }
            }
            Activity::Pausing { place, more } if place == here => {
                self.activity = Activity::Pausing { place, more: self.licks_on(sort, more) };
            }
            elsewhere => {
                if let Some(place) = self.places.get_mut(here) {
                    place.waiting = true;
                }
                match elsewhere {
                    Activity::Touching { place, .. } => self.activity = Activity::Touching { place, more: 0 },
                    Activity::Pausing { .. } | Activity::Resting => self.roam(at),
                    Activity::Roaming => self.changed(at),
                }
            }
        }
    }

    /// Contacts that follow when a reward comes during a bout.
    fn licks_on(&mut self, sort: Sort, more: u32) -> u32 {
        if sort == Sort::Spout {
            more.max(contact::contacts(&self.parameters, sort, true, &mut self.licks))
        } else {
            more
        }
    }

    fn reaction(&self) -> Ns {
        from_milliseconds(self.parameters.reaction_ms)
    }

    fn drinking(&mut self) -> Ns {
        from_milliseconds(contact::drinking_ms(&self.parameters, &mut self.stays)).max(1)
    }

    /// Leaves for wherever it may come to.
    fn roam(&mut self, at: Ns) {
        self.activity = Activity::Roaming;
        self.waiting = self.visits.exponential(1.0);
        self.rate = 0.0;
        self.since = at + from_milliseconds(self.parameters.travel_ms).max(1);
        self.plan(at);
    }

    /// Rates may have changed: spends what has passed at the old ones.
    fn changed(&mut self, at: Ns) {
        if self.activity != Activity::Roaming || self.places.all().is_empty() {
            return;
        }
        if at > self.since {
            self.waiting = (self.waiting - self.rate * (at - self.since) as f64 / 1e9).max(0.0);
            self.since = at;
        }
        self.plan(at);
    }

    /// When it arrives at the present rates, or before that when they change by themselves.
    fn plan(&mut self, at: Ns) {
        let delay = self.reaction();
        let lights = self.places.all().iter().filter_map(|place| place.will_be_lit(delay));
        let changes = lights.chain([self.alert.0, self.alert.1, self.startled_until]);
        let change = changes.filter(|change| *change > self.since).min();
        self.rate = self.places.all().iter().map(|place| self.attraction(place, self.since)).sum();
        let wait_ms = self.waiting / self.rate * 1e3;
        // Nothing attracts it: it waits for a change, if there is to be one.
        let arrival = wait_ms.is_finite().then(|| self.since.saturating_add(from_milliseconds(wait_ms)).max(at + 1));
        self.arrival = arrival.filter(|arrival| change.is_none_or(|change| *arrival <= change));
        self.wakes = self.arrival.or(change);
    }

    /// Arrivals a second at a place.
    fn attraction(&self, place: &Place, at: Ns) -> f64 {
        if at < self.startled_until {
            return 0.0;
        }
        let (poke, press, lick) = (&self.parameters.poke, &self.parameters.press, &self.parameters.lick);
        let delay = self.reaction();
        let alert = (self.alert.0..self.alert.1).contains(&at);
        let aroused = alert || self.places.all().iter().any(|other| other.is_lit(at, delay));
        let factor = if aroused { self.parameters.aroused_factor } else { 1.0 };
        let rate = match (place.sort, place.is_lit(at, delay)) {
            (Sort::Port, true) => poke.lit_per_s,
            (Sort::Port, false) => poke.dark_per_s * factor,
            (Sort::Lever, true) => press.lit_per_s,
            (Sort::Lever, false) => press.dark_per_s * factor,
            (Sort::Spout, true) => lick.lit_per_s,
            (Sort::Spout, false) if alert => lick.alert_per_s,
            (Sort::Spout, false) => lick.spontaneous_per_s,
        };
        let heard = self.listener.share(&place.key, at).filter(|_| place.sort == Sort::Port);
        let rate = heard.map_or(rate, |share| rate.max(poke.lit_per_s * share));
        let rate = if place.waiting { rate.max(self.parameters.collect_per_s) } else { rate };
        rate * self.drive.factor()
    }

    /// Arrives at a place, drawn by the rates; the first contact of a bout is next.
    fn arrive(&mut self, at: Ns) {
        let mut share = self.visits.unit() * self.rate;
        let mut chosen = 0;
        for (number, place) in self.places.all().iter().enumerate() {
            let rate = self.attraction(place, self.since);
            if rate > 0.0 {
                chosen = number;
                share -= rate;
                if share < 0.0 {
                    break;
                }
            }
        }
        let Place { sort, waiting, .. } = self.places.all()[chosen];
        let stream = if sort == Sort::Spout { &mut self.licks } else { &mut self.stays };
        let contacts = contact::contacts(&self.parameters, sort, waiting, stream);
        self.activity = Activity::Pausing { place: chosen, more: contacts };
        self.wakes = Some(at);
    }

    /// Begins a contact, of which so many are left in this bout, this one included.
    fn touch(&mut self, at: Ns, number: usize, left: u32) -> Option<Deed> {
        let place = self.places.get_mut(number)?;
        let (device, sort, rewarded) = (place.device, place.sort, core::mem::take(&mut place.waiting));
        if self.listener.knows(&place.key) {
            self.listener.forgets();
        }
        let stay = if rewarded && sort == Sort::Port {
            self.drinking()
        } else {
            let stream = if sort == Sort::Spout { &mut self.licks } else { &mut self.stays };
            from_milliseconds(contact::contact_ms(&self.parameters, sort, stream)).max(1)
        };
        self.activity = Activity::Touching { place: number, more: left.saturating_sub(1) };
        self.wakes = Some(at + stay);
        Some(Deed { device, channel: BEGINS, value: 1 })
    }

    /// Ends a contact.
    fn let_go(&mut self, at: Ns, number: usize, more: u32) -> Option<Deed> {
        let Place { device, sort, .. } = *self.places.all().get(number)?;
        if more > 0 {
            let stream = if sort == Sort::Spout { &mut self.licks } else { &mut self.stays };
            let gap = from_milliseconds(contact::gap_ms(&self.parameters, sort, stream)).max(1);
            self.activity = Activity::Pausing { place: number, more };
            self.wakes = Some(at + gap);
        } else {
            self.leave(at);
        }
        Some(Deed { device, channel: ENDS, value: 1 })
    }

    /// Goes on to the next place, or rests first, unless a reward is waiting.
    fn leave(&mut self, at: Ns) {
        let rests = self.stays.chance(self.parameters.rest.chance);
        if rests && !self.places.all().iter().any(|place| place.waiting) {
            let rest = from_milliseconds(self.stays.exponential(self.parameters.rest.mean_s * 1e3)).max(1);
            self.activity = Activity::Resting;
            self.wakes = Some(at + rest);
        } else {
            self.roam(at);
        }
    }
}
