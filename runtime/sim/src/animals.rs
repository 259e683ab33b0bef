//! Who plays: at a wheel the observer, at ports, levers and spouts the forager. With both on a rig it is one animal,
//! which turns with its paws and licks with its tongue, neither knowing of the other; it drinks for both.

use crate::classes::Use;
use crate::device::Happening;
use crate::display::Picture;
use crate::encoder::Encoder;
use crate::forager::Forager;
use crate::mouse::{Manner, Mouse, MouseParameters, MouseState};
use crate::parameters::RigParameters;
use crate::speaker::Sound;
use trialect_device::Ns;

/// The only channel of an encoder, `travel`.
const TRAVEL: usize = 0;

/// Something that an animal did to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed {
    /// The device's place in the wiring.
    pub(crate) device: u32,
    /// Which of the channels of its class.
    pub(crate) channel: usize,
    /// 1, or a count.
    pub(crate) value: i64,
}

/// A wheel and the mouse that turns it.
#[derive(Debug)]
struct Wheel {
    device: u32,
    encoder: Encoder,
    mouse: Mouse,
}

/// The animal of a rig.
#[derive(Debug)]
pub(crate) struct Animals {
    pub(crate) manner: Manner,
    parameters: MouseParameters,
    state: MouseState,
    /// The animal's seed and its session.
    animal: (u64, u32),
    wheel: Option<Wheel>,
    forager: Forager,
    /// What each screen shows.
    screens: Vec<(u32, Option<Picture>)>,
    received_ul: f64,
}

impl Animals {
    pub(crate) fn new(parameters: &MouseParameters, state: &MouseState, animal: (u64, u32)) -> Self {
        Self {
            manner: Manner::Own,
            parameters: parameters.clone(),
            state: state.clone(),
            animal,
            wheel: None,
            forager: Forager::new(&parameters.forager, animal),
            screens: Vec::new(),
            received_ul: 0.0,
        }
    }

    /// There is a device, with what an animal does with it.
    pub(crate) fn meets(&mut self, device: u32, name: &str, used: Use, rig: &RigParameters) {
        match used {
            Use::Wheel => {
                let (seed, session) = self.animal;
                let mouse = Mouse::new(&self.parameters, &self.state, seed, session, self.manner);
                self.wheel = Some(Wheel { device, encoder: Encoder::new(&rig.encoder), mouse });
            }
            _ if self.manner == Manner::Still => {}
            Use::Place(sort) => self.forager.places.add(device, sort, name),
            Use::Cue => self.forager.places.add_cue(device, name),
            Use::Source => self.forager.places.add_source(device, name),
            Use::Elsewhere => self.forager.listener.meets(device, name),
        }
    }

    /// All devices are there, and the session begins.
    pub(crate) fn begin(&mut self) {
        self.forager.begin();
    }

    /// Fluid received in this session, each pellet as what it is worth.
    pub(crate) fn received_ul(&self) -> f64 {
        self.received_ul
    }

    /// When it next does something by itself.
    pub(crate) fn wakes(&self) -> Option<Ns> {
        let mouse = self.wheel.as_ref().and_then(|wheel| wheel.mouse.wakes());
        mouse.into_iter().chain(self.forager.wakes()).min()
    }

    /// When the count of its wheel next changes, at or before `until`; it must not wake before.
    pub(crate) fn next_count(&mut self, until: Ns) -> Option<Ns> {
        let wheel = self.wheel.as_mut()?;
        wheel.encoder.next_change(wheel.mouse.path(), until)
    }

    /// What it does at a time, one deed after the other.
    pub(crate) fn acts(&mut self, at: Ns) -> Option<Deed> {
        if let Some(wheel) = &mut self.wheel {
            if wheel.mouse.wakes() == Some(at) {
                wheel.mouse.wake(at);
            }
            if let Some(value) = wheel.encoder.read(wheel.mouse.path(), at) {
                return Some(Deed { device: wheel.device, channel: TRAVEL, value });
            }
        }
        self.forager.act(at)
    }

    /// Something happens at a device.
    pub(crate) fn perceive(&mut self, at: Ns, device: u32, happening: Happening) {
        let mouse = self.wheel.as_mut().map(|wheel| &mut wheel.mouse);
        match happening {
            Happening::Report { .. } => {}
            Happening::Picture { visible, freeze } => self.see(at, device, visible, freeze),
            Happening::Sound(Sound::Click) => self.forager.hears_click(at, device),
            Happening::Sound(sound) => {
                if let Some(mouse) = mouse {
                    mouse.hears(at, sound);
                }
                self.forager.hears(at, sound);
            }
            Happening::Reward => {
                if let Some(mouse) = mouse {
                    mouse.tastes(at);
                }
                self.forager.notices_reward(at, device);
            }
            Happening::Fluid(volume_ul) => self.drink(at, volume_ul),
            Happening::Pellets(pellets) => self.drink(at, pellets * self.parameters.forager.pellet_worth_ul),
            Happening::Light(on) => self.forager.sees_light(at, device, on),
            Happening::Puff | Happening::Shock => self.forager.startles(at),
        }
    }

    fn drink(&mut self, at: Ns, volume_ul: f64) {
        self.received_ul += volume_ul;
        if let Some(wheel) = &mut self.wheel {
            wheel.mouse.drinks(volume_ul);
        }
        self.forager.drinks(at, volume_ul);
    }

    /// Of several screens the picture of the greatest contrast counts.
    fn see(&mut self, at: Ns, device: u32, visible: Option<Picture>, freeze: bool) {
        match self.screens.iter_mut().find(|(screen, _)| *screen == device) {
            Some(screen) => screen.1 = visible,
            None => self.screens.push((device, visible)),
        }
        let Some(wheel) = &mut self.wheel else { return };
        let pictures = self.screens.iter().filter_map(|(_, picture)| *picture);
        wheel.mouse.sees(at, pictures.reduce(|best, other| if other.contrast > best.contrast { other } else { best }));
        if freeze {
            wheel.mouse.sees_freeze(at);
        }
    }
}
