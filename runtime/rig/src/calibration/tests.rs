//! Conversions, against numbers that were worked out in another way.

use super::*;

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

fn points(list: &[(f64, f64)]) -> Vec<ValvePoint> {
    list.iter().map(|&(open_ms, ul)| ValvePoint { open_ms, drops: 100, weight_g: ul / 10.0 }).collect()
}

fn curve(list: &[(f64, f64)]) -> ValveCurve {
    ValveCurve::new(points(list), 1.0).expect("a curve")
}

#[test]
fn drops_on_a_parabola_give_the_parabola() {
    // -0.2 + 0.03 t + 0.00001 t^2, worked out by hand at five times.
    let curve = curve(&[(20.0, 0.404), (40.0, 1.016), (80.0, 2.264), (120.0, 3.544), (160.0, 4.856)]);
    let Fit { constant, linear, square } = curve.fit();
    near(constant, -0.2, 1e-9);
    near(linear, 0.03, 1e-10);
    near(square, 1e-5, 1e-12);
    // 0.00001 t^2 + 0.03 t - 0.2 = 2.9 has the root 100.
    near(curve.open_ms(2.9).expect("covered"), 100.0, 1e-9);
    near(curve.volume_ul(100.0).expect("covered"), 2.9, 1e-9);
}

#[test]
fn a_bend_downwards_becomes_the_straight_line_of_least_squares() {
    // Means 2 and 3.4; sums of products 15 and of squares 10: the slope is 1.5, and at 0 it is 3.4 - 3.
    let fit = fit(&[(0.0, 0.0), (1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 6.0)]).expect("five times");
    assert_eq!(fit.square, 0.0);
    near(fit.linear, 1.5, 1e-12);
    near(fit.constant, 0.4, 1e-12);
}

#[test]
fn coefficients_meet_the_conditions_of_the_least_sum() {
    // Karush-Kuhn-Tucker: the gradient is 0 where a coefficient is free, and not below 0 where it is held at 0.
    let cases: [&[(f64, f64)]; 4] = [
        &[(30.0, 0.71), (50.0, 1.25), (75.0, 1.98), (100.0, 2.75), (150.0, 4.31), (200.0, 5.92)],
        &[(10.0, 0.1), (20.0, 0.2), (40.0, 0.9), (80.0, 5.0)],
        &[(10.0, 0.5), (20.0, 1.4), (40.0, 1.9), (80.0, 2.1)],
        &[(10.0, 3.0), (20.0, 2.0), (40.0, 1.0)],
    ];
    for list in cases {
        let Fit { constant, linear, square } = fit(list).expect("times");
        let residual = |&(t, v): &(f64, f64)| constant + linear * t + square * t * t - v;
        let size: f64 = list.iter().map(|point| point.1.abs()).sum();
        let gradient = |power: i32| list.iter().map(|p| residual(p) * (p.0 / 200.0).powi(power)).sum::<f64>() / size;
        near(gradient(0), 0.0, 1e-9);
        for (coefficient, power) in [(linear, 1), (square, 2)] {
            assert!(coefficient >= 0.0);
            match coefficient > 0.0 {
                true => near(gradient(power), 0.0, 1e-9),
                false => assert!(gradient(power) >= -1e-9, "{list:?}: {power}"),
            }
        }
    }
}

#[test]
fn volumes_beyond_the_weighed_times_are_refused_and_all_others_come_back() {
    let curve = curve(&[(30.0, 0.71), (50.0, 1.25), (75.0, 1.98), (100.0, 2.75), (150.0, 4.31), (200.0, 5.92)]);
    let (least, most) = curve.range_ul();
    for step in 0..=1000 {
        let volume = least + (most - least) * f64::from(step) / 1000.0;
        let open_ms = curve.open_ms(volume.min(most)).expect("covered");
        near(curve.volume_ul(open_ms).expect("covered"), volume, 1e-9);
    }
    assert_eq!((curve.open_ms(least), curve.open_ms(most)), (Ok(30.0), Ok(200.0)));
    for volume in [0.0, -1.0, least - 1e-9, most + 1e-9, f64::NAN, f64::INFINITY] {
        assert!(curve.open_ms(volume).is_err(), "{volume}");
    }
    let told = curve.open_ms(6.5).expect_err("beyond").to_string();
    assert!(
        told.starts_with("volume 6.5 uL is outside 0.6") && told.ends_with("uL, which the calibration covers"),
        "{told}"
    );
}

#[test]
fn drops_that_make_no_curve_are_refused() {
    let flaws = |list: &[(f64, f64)]| ValveCurve::new(points(list), 1.0).expect_err("no curve");
    assert_eq!(flaws(&[(30.0, 0.7), (60.0, 1.5)]), [CurveFlaw::TooFew { found: 2, least: 3 }]);
    assert!(matches!(flaws(&[(30.0, 0.7), (30.0, 0.8), (60.0, 1.5)])[..], [CurveFlaw::NotRising { point: 1, .. }]));
    assert!(matches!(flaws(&[(30.0, 0.7), (60.0, 1.5), (90.0, 1.4)])[..], [CurveFlaw::NotRising { point: 2, .. }]));
    // At 1 .. 4 ms, worked out by hand: through 1, 2, 3.4, 4 uL the line of least squares has the slope 1.04 and 3.12 uL at
    // 3 ms, 9.0 % off; through 1, 2, 3.6, 4 the slope 1.06 and 3.18 uL, 13.2 % off.
    assert!(ValveCurve::new(points(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.4), (4.0, 4.0)]), 1.0).is_ok());
    let flaws = flaws(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.6), (4.0, 4.0)]);
    let [CurveFlaw::OffTheCurve { point: 2, percent, fitted_ul, .. }] = flaws[..] else { panic!("{flaws:?}") };
    near(fitted_ul, 3.18, 1e-9);
    near(percent, 13.207_547, 1e-6);
}

#[test]
fn weights_become_volumes_by_density() {
    let point = ValvePoint { open_ms: 50.0, drops: 50, weight_g: 0.1557 };
    near(point.volume_ul(1.0), 3.114, 1e-12);
    near(point.volume_ul(1.038), 3.0, 1e-12);
}

#[test]
fn degrees_become_pixels_on_a_flat_screen() {
    // As wide as twice the distance: its edges are at 45 deg; tan(30 deg) is 1 over the square root of 3.
    let screen = Screen { distance_mm: 100.0, width_mm: 200.0, width_px: 1000 };
    near(screen.edge_deg(), 45.0, 1e-12);
    near(screen.azimuth_px(30.0).expect("on it"), 500.0 / 3.0_f64.sqrt(), 1e-9);
    near(screen.azimuth_px(-45.0).expect("its edge"), -500.0, 1e-9);
    near(screen.px_azimuth(500.0 / 3.0_f64.sqrt()).expect("on it"), 30.0, 1e-12);
    assert!(
        screen.azimuth_px(45.1).is_err() && screen.px_azimuth(500.5).is_err() && screen.azimuth_px(f64::NAN).is_err()
    );
    // 100 mm * tan(1 deg), nearly: 1.745 mm of 5 pixels a mm.
    near(screen.px_per_deg(), 8.7266, 1e-4);
    near(screen.highest_frequency(), 4.3633, 1e-4);
}

#[test]
fn travel_becomes_counts() {
    let wheel = Wheel { radius_mm: 31.0, counts_per_turn: 1024 };
    // 2 * 3.14159265359 * 31 mm = 194.778744523 mm, over 1024.
    near(wheel.count_size_mm(), 0.190_213_617_7, 1e-9);
    // The rig program: 35 deg at 4 deg/mm are 8.75 mm, 46 counts; 360 deg are a turn.
    assert_eq!((wheel.travel_counts(8.75), wheel.travel_counts(-8.75)), (Ok(46), Ok(-46)));
    assert_eq!((wheel.angle_counts(360.0), wheel.angle_counts(-35.0)), (Ok(1024), Ok(-100)));
    near(wheel.counts_mm(1024), core::f64::consts::TAU * 31.0, 1e-9);
    assert!(wheel.travel_counts(f64::NAN).is_err() && wheel.travel_counts(1e12).is_err());
}

#[test]
fn levels_become_amplitudes() {
    let tone = |frequency_hz, amplitude, level_db| LevelPoint { frequency_hz: Some(frequency_hz), amplitude, level_db };
    let noise = LevelPoint { frequency_hz: None, amplitude: 0.1, level_db: 70.0 };
    let sound = Sound::new(&[tone(8000.0, 0.1, 66.0), tone(2000.0, 0.1, 60.0), noise]);
    // A tenth of the amplitude is 20 dB less.
    near(sound.full_db(Some(2000.0)).expect("measured"), 80.0, 1e-12);
    near(sound.amplitude(60.0, Some(2000.0)).expect("measured"), 0.1, 1e-12);
    near(sound.attenuation_db(50.0, None).expect("measured"), 40.0, 1e-12);
    // 4 kHz is halfway between 2 and 8 kHz in octaves.
    near(sound.full_db(Some(4000.0)).expect("between"), 83.0, 1e-9);
    for (level, frequency) in [(81.0, 2000.0), (60.0, 1999.0), (60.0, 8001.0), (-1.0, 2000.0), (f64::NAN, 2000.0)] {
        assert!(sound.amplitude(level, Some(frequency)).is_err(), "{level} {frequency}");
    }
    let silent = Sound::new(&[tone(5000.0, 1.0, 80.0)]);
    assert!(silent.full_db(None).is_err() && silent.full_db(Some(5000.0)).is_ok());
    assert!(Sound::new(&[noise]).full_db(Some(0.0)).is_err());
}
