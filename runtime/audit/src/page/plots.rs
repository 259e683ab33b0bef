//! Plots as inline SVG.

use super::escaped;
use crate::chance::Level;
use crate::report::Places;
use std::fmt::Write;

/// Levels that a plot shows at most.
const LEVELS: usize = 16;

/// Four counts as parts of a bar.
pub(super) fn bar(counts: [u64; 4]) -> String {
    const WIDTH: f64 = 214.0;
    let total: u64 = counts.iter().sum();
    let mut svg = format!("<svg width=\"{WIDTH}\" height=\"14\" viewBox=\"0 0 {WIDTH} 14\" role=\"img\">");
    let _ = write!(
        svg,
        "<title>{} equal, {} consistent, {} refuted, {} undecidable</title>",
        counts[0], counts[1], counts[2], counts[3]
    );
    let classes = ["equal", "consistent", "refuted-part", "undecidable"];
    // What is there can be seen, however little it is.
    let least = 2.0;
    let wide = |count: u64| if count == 0 { 0.0 } else { least };
    let room = WIDTH - counts.iter().map(|count| wide(*count)).sum::<f64>();
    let mut x = 0.0;
    for (count, class) in counts.into_iter().zip(classes).filter(|(count, _)| *count > 0) {
        let width = least + room * count as f64 / total as f64;
        let _ = write!(svg, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"0\" width=\"{width:.1}\" height=\"14\" />");
        x += width;
    }
    svg.push_str("</svg>\n");
    svg
}

/// Where along the chain decisions are refuted, with the beginnings of sessions.
pub(super) fn places(places: &Places, trials: u64, beginnings: &[u64]) -> String {
    const WIDTH: f64 = 1000.0;
    const HEIGHT: f64 = 46.0;
    let mut svg = format!(
        "<svg width=\"100%\" viewBox=\"0 0 {WIDTH} {0}\" role=\"img\">\
         <title>refuted decisions by trial</title>",
        HEIGHT + 18.0
    );
    let span = (trials.max(1)) as f64;
    let x = |trial: f64| 2.0 + (WIDTH - 4.0) * trial / span;
    if beginnings.len() < 256 {
        for beginning in beginnings.iter().skip(1) {
            let x = x(*beginning as f64);
            let _ = write!(svg, "<line class=\"session\" x1=\"{x:.1}\" y1=\"0\" x2=\"{x:.1}\" y2=\"{HEIGHT}\" />");
        }
    }
    let most = places.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    for (class, count) in places.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let left = x((class as u64 * places.width) as f64);
        let width = (x(((class as u64 + 1) * places.width) as f64) - left).max(1.5);
        let height = (HEIGHT * *count as f64 / most).max(2.0);
        let top = HEIGHT - height;
        let _ = write!(
            svg,
            "<rect class=\"refuted-part\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" />"
        );
    }
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\" />\
         <text x=\"0\" y=\"{0}\">trial 1</text>\
         <text x=\"{WIDTH}\" y=\"{0}\" text-anchor=\"end\">trial {trials}</text></svg>",
        HEIGHT + 14.0
    );
    svg
}

/// How often values came: bars, with what was expected as lines across.
pub(super) fn levels(levels: &[Level]) -> String {
    const WIDTH: f64 = 300.0;
    const HEIGHT: f64 = 120.0;
    let shown = &levels[..levels.len().min(LEVELS)];
    let most = shown.iter().map(|level| level.expected.max(level.seen as f64)).fold(1.0, f64::max);
    let mut svg = format!(
        "<svg width=\"{WIDTH}\" height=\"{0}\" viewBox=\"0 0 {WIDTH} {0}\" role=\"img\">\
         <title>observed (bars) and expected (lines)</title>",
        HEIGHT + 34.0
    );
    let step = WIDTH / shown.len().max(1) as f64;
    let wide = (step * 0.6).min(46.0);
    let height = |number: f64| (HEIGHT - 14.0) * number / most;
    for (k, level) in shown.iter().enumerate() {
        let middle = step * (k as f64 + 0.5);
        let (seen, expected) = (height(level.seen as f64), HEIGHT - height(level.expected));
        let _ = write!(
            svg,
            "<rect class=\"equal\" x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{seen:.1}\" />\
             <line class=\"tick\" x1=\"{:.1}\" y1=\"{expected:.1}\" x2=\"{:.1}\" y2=\"{expected:.1}\" />",
            middle - wide / 2.0,
            HEIGHT - seen,
            middle - wide * 0.7,
            middle + wide * 0.7,
        );
        if shown.len() <= 8 {
            let name: String = level.value.chars().take((step / 6.0) as usize).collect();
            let _ = write!(
                svg,
                "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
                 <text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                HEIGHT + 14.0,
                escaped(&name),
                HEIGHT + 28.0,
                level.seen,
            );
        }
    }
    let _ = writeln!(svg, "<line class=\"axis\" x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\" /></svg>");
    svg
}

/// The distribution function of the values against that of the rule.
pub(super) fn curve(curve: &[f64]) -> String {
    const SIDE: f64 = 180.0;
    const LEFT: f64 = 34.0;
    let mut svg = format!(
        "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\
         <title>share of the values below a value, by the share that the rule gives</title>\
         <rect class=\"axis\" x=\"{LEFT}\" y=\"4\" width=\"{SIDE}\" height=\"{SIDE}\" />",
        LEFT + SIDE + 90.0,
        SIDE + 38.0
    );
    let bottom = SIDE + 4.0;
    let last = curve.len().saturating_sub(1).max(1) as f64;
    let point = |(k, share): (usize, &f64)| {
        format!("{:.1},{:.1}", LEFT + SIDE * k as f64 / last, bottom - SIDE * share.clamp(0.0, 1.0))
    };
    let points: Vec<String> = curve.iter().enumerate().map(point).collect();
    let _ = writeln!(
        svg,
        "<line class=\"expected\" x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{0}\" y2=\"4\" />\
         <polyline class=\"observed\" points=\"{1}\" />\
         <text x=\"{2}\" y=\"12\" text-anchor=\"end\">1</text>\
         <text x=\"{2}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\
         <text x=\"{LEFT}\" y=\"{3}\">0</text>\
         <text x=\"{0}\" y=\"{3}\" text-anchor=\"end\">1</text>\
         <text x=\"{4}\" y=\"{5}\" text-anchor=\"middle\">share by the rule</text>\
         <text x=\"{6}\" y=\"{7}\">observed</text></svg>",
        LEFT + SIDE,
        points.join(" "),
        LEFT - 6.0,
        bottom + 14.0,
        LEFT + SIDE / 2.0,
        bottom + 28.0,
        LEFT + SIDE + 8.0,
        bottom - SIDE / 2.0,
    );
    svg
}
