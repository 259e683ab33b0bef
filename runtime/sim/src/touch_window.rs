//! The window of a touch screen: an image that is shown, and touches, which an animal reports itself.

use crate::device::{Device, Happening, Order};
use crate::refusal::Refusal;
use trialect_device::{Ns, StimulusSpec};

/// A window.
#[derive(Debug, Default)]
pub(crate) struct TouchWindow {
    images: u32,
    shown: Option<u32>,
}

impl TouchWindow {
    /// Shows another image, or none; tells when the window lights up or goes dark.
    fn show(&mut self, image: Option<u32>, told: &mut Vec<Happening>) {
        if self.shown.is_some() != image.is_some() {
            told.push(Happening::Light(image.is_some()));
        }
        self.shown = image;
    }
}

impl Device for TouchWindow {
    fn command(&mut self, _: Ns, order: Order<'_>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        match (order.verb, order.stimulus.filter(|image| *image < self.images)) {
            ("show", Some(image)) => self.show(Some(image), told),
            ("hide", image) if image.is_none() || image == self.shown => self.show(None, told),
            ("hide", Some(_)) => {}
            _ => return Err(Refusal::Verb),
        }
        Ok(())
    }

    /// Ends a `show`; there is nothing to end in a `hide`.
    fn release(&mut self, _: Ns, verb: &str, image: Option<u32>, told: &mut Vec<Happening>) -> Result<(), Refusal> {
        match verb {
            "show" if image.is_none() || image == self.shown => self.show(None, told),
            "show" | "hide" => {}
            _ => return Err(Refusal::Verb),
        }
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, told: &mut Vec<Happening>) {
        self.show(None, told);
    }

    fn bind(&mut self, _: &StimulusSpec) {
        self.images += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_takes_the_place_of_the_one_before() {
        let (mut window, mut told) = (TouchWindow { images: 2, shown: None }, Vec::new());
        let order = |verb, image| Order { verb, stimulus: Some(image), arguments: &[] };
        window.command(0, order("show", 0), &mut told).expect("an image");
        window.command(1, order("show", 1), &mut told).expect("another");
        window.release(2, "show", Some(0), &mut told).expect("is gone already");
        assert_eq!((told.len(), window.shown), (1, Some(1)), "it stayed lit");
        window.command(3, order("hide", 1), &mut told).expect("shown");
        assert_eq!(told, [Happening::Light(true), Happening::Light(false)]);
        assert_eq!(window.command(4, order("show", 2), &mut told), Err(Refusal::Verb));
        window.command(5, order("show", 0), &mut told).expect("an image");
        window.make_safe(6, &mut told);
        assert_eq!(told.last(), Some(&Happening::Light(false)));
    }
}
