//! A valve's curve in a terminal.

use trialect_rig::calibration::ValveCurve;

const WIDTH: usize = 60;
const HEIGHT: usize = 14;

/// The points (`o`) on their curve (`.`), volume upwards against time.
pub(crate) fn drawn(curve: &ValveCurve) -> String {
    let (_, longest) = curve.range_ms();
    let volume = |point: &trialect_rig::calibration::ValvePoint| point.volume_ul(curve.density_g_per_ml());
    let most = curve.points().iter().map(volume).fold(curve.range_ul().1, f64::max) * 1.05;
    let most_ms = longest * 1.05;
    let mut cells = vec![[b' '; WIDTH]; HEIGHT];
    let mut put = |ms: f64, ul: f64, sign: u8| {
        let column = (ms / most_ms * WIDTH as f64) as usize;
        let row = (ul / most * HEIGHT as f64) as usize;
        if column < WIDTH && row < HEIGHT && ul >= 0.0 {
            cells[HEIGHT - 1 - row][column] = sign;
        }
    };
    let (shortest, _) = curve.range_ms();
    for step in 0..=4 * WIDTH {
        let ms = shortest + (longest - shortest) * step as f64 / (4 * WIDTH) as f64;
        put(ms, curve.fit().at(ms), b'.');
    }
    for point in curve.points() {
        put(point.open_ms, volume(point), b'o');
    }
    let mut text = String::new();
    for (row, line) in cells.iter().enumerate() {
        let label = match row {
            0 => format!("{most:8.2} uL"),
            _ if row + 1 == HEIGHT => format!("{:8.2} uL", 0.0),
            _ => " ".repeat(11),
        };
        let line: String = line.iter().map(|byte| char::from(*byte)).collect();
        text += &format!("{label} |{}\n", line.trim_end());
    }
    text += &format!("{}+{}\n", " ".repeat(12), "-".repeat(WIDTH));
    text + &format!("{}0{:>width$.0} ms", " ".repeat(12), most_ms, width = WIDTH - 3)
}

/// The points with their volumes, and how far they are off the curve.
pub(crate) fn tabled(curve: &ValveCurve) -> String {
    let mut text = String::from("   open ms   drops  weight g   uL a drop   off the curve\n");
    for (k, point) in curve.points().iter().enumerate() {
        let volume = point.volume_ul(curve.density_g_per_ml());
        let percent = 100.0 * curve.residual(k);
        text +=
            &format!("{:10.1}{:8}{:10.4}{volume:12.3}{percent:+14.1} %\n", point.open_ms, point.drops, point.weight_g);
    }
    let fit = curve.fit();
    let (least, most) = curve.range_ul();
    text + &format!(
        "volume in uL = {:.4} + {:.6} t + {:.8} t^2 (t in ms); it covers {least:.3} .. {most:.3} uL",
        fit.constant, fit.linear, fit.square
    )
}
