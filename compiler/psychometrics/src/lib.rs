//! The maximum-likelihood psychometric curve with two lapse rates.
//!
//! The share of rightward choices at a signed level `x` is modelled as
//!
//! ```text
//! p(x) = gamma + (1 - gamma - lambda) * (erf((x - mu) / sigma) + 1) / 2
//! ```
//!
//! with the bias `mu`, the threshold `sigma` (no factor of the square root of 2), the lapse rate at the low end `gamma`
//! and the lapse rate at the high end `lambda`. The form with lapses is that of Wichmann & Hill (2001), "The psychometric
//! function: I. Fitting, sampling, and goodness of fit", Perception & Psychophysics 63(8); two independent lapse rates
//! and the erf are those of the International Brain Laboratory et al. (2021), "Standardized and reproducible measurement
//! of decision-making in mice", eLife 10:e63711 (`erf_psycho_2gammas` of its `psychofit`).
//!
//! [`fit`] maximises the binomial likelihood of [`Level`]s within [`Bounds`]. It has no random restarts: a scan over
//! biases and thresholds, in which the lapse rates are nearly free because the model is linear in them, looks for the hills
//! of the likelihood, and a damped Newton ascent climbs them. Work and memory are bounded, nothing is allocated, and
//! only `libm` and the four operations with the square root are used, so that every machine gives the same bits.
//!
//! ```
//! use trialect_psychometrics::{Bounds, Level, fit};
//!
//! let levels = [(-50.0, 0.04), (-10.0, 0.2), (0.0, 0.5), (10.0, 0.8), (50.0, 0.96)]
//!     .map(|(x, share)| Level { x, trials: 100, share });
//! let curve = fit(&levels, &Bounds::up_to(100.0)).expect("five levels with trials");
//! assert!(curve.bias.abs() < 1e-6);
//! assert!((curve.share(50.0) - 0.96).abs() < 0.01);
//! ```

mod bounds;
mod counts;
mod curve;
mod fit;
mod lapses;
mod newton;
mod scan;

pub use bounds::{Bounds, Interval};
pub use counts::{LEVELS_MAX, Level};
pub use fit::{Fit, fit};
