//! States and stages as a figure: boxes in rows by their distance from the first, and arrows between them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A graph of states or stages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figure {
    /// What it shows.
    pub title: &'static str,
    /// In text order; the first is that in which it begins.
    pub(super) nodes: Vec<(String, bool)>,
    pub(super) edges: Vec<Edge>,
}

/// A way from one to another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// When it is taken.
    pub(super) why: String,
}

/// A box on the drawing, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spot {
    pub(super) name: String,
    /// It is an end, not a state.
    pub(super) is_end: bool,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    row: usize,
}

pub(super) const HEIGHT: i64 = 30;
const GAP: i64 = 28;
const ROW: i64 = 78;
const MARGIN: i64 = 16;
/// Width of a letter of the font, rounded up, and what is left free beside the words.
const LETTER: i64 = 8;
const PADDING: i64 = 22;

impl Figure {
    pub(super) fn new(title: &'static str) -> Figure {
        Figure { title, ..Figure::default() }
    }

    pub(super) fn node(&mut self, name: &str, is_end: bool) {
        if !self.nodes.iter().any(|(known, _)| known == name) {
            self.nodes.push((name.into(), is_end));
        }
    }

    /// True when there is nothing to be drawn.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The row of each node: its distance from the first; ends stand in one row below all others.
    fn rows(&self) -> BTreeMap<&str, usize> {
        let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
        for (start, is_end) in &self.nodes {
            if *is_end || rows.contains_key(start.as_str()) {
                continue;
            }
            // What cannot be reached from above begins a row of its own.
            let first = rows.values().max().map_or(0, |most| most + 1);
            let mut open = std::collections::VecDeque::from([(start.as_str(), first)]);
            while let Some((name, row)) = open.pop_front() {
                if rows.contains_key(name) {
                    continue;
                }
                rows.insert(name, row);
                let next = self.edges.iter().filter(|edge| edge.from == name && !self.is_end(&edge.to));
                open.extend(next.map(|edge| (edge.to.as_str(), row + 1)));
            }
        }
        let last = rows.values().max().map_or(0, |most| most + 1);
        rows.extend(self.nodes.iter().filter(|(_, is_end)| *is_end).map(|(name, _)| (name.as_str(), last)));
        rows
    }

    fn is_end(&self, name: &str) -> bool {
        self.nodes.iter().any(|(known, is_end)| known == name && *is_end)
    }

    /// Where the boxes lie; each row is in the middle.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let rows = self.rows();
        let mut spots: Vec<Spot> = Vec::new();
        let count = rows.values().max().map_or(0, |most| most + 1);
        let mut widths = vec![0_i64; count];
        for (name, is_end) in &self.nodes {
            let Some(row) = rows.get(name.as_str()).copied() else { continue };
            let shown = shown(name);
            let width = shown.chars().count() as i64 * LETTER + PADDING;
            let Some(end) = widths.get_mut(row) else { continue };
            let x = if *end == 0 { 0 } else { *end + GAP };
            *end = x + width;
            let y = MARGIN + row as i64 * ROW;
            spots.push(Spot { name: name.clone(), is_end: *is_end, x, y, width, row });
        }
        let widest = widths.iter().copied().max().unwrap_or(0);
        for spot in &mut spots {
            spot.x += MARGIN + (widest - widths.get(spot.row).copied().unwrap_or(0)) / 2;
        }
        spots
    }

    /// The drawing; a figure is the same each time.
    pub fn svg(&self) -> String {
        let spots = self.spots();
        // Arrows that do not lead to the next row pass on the right, each in a lane of its own.
        let right = spots.iter().map(|spot| spot.x + spot.width).max().unwrap_or(0);
        let bottom = spots.iter().map(|spot| spot.y + HEIGHT).max().unwrap_or(0);
        let mut lanes = 0;
        let mut arrows = String::new();
        let of = |name: &str| spots.iter().find(|spot| spot.name == name);
        for edge in &self.edges {
            let (Some(from), Some(to)) = (of(&edge.from), of(&edge.to)) else { continue };
            let path = if to.row == from.row + 1 {
                let (x, far) = (from.x + from.width / 2, to.x + to.width / 2);
                format!("M{x} {} L{far} {}", from.y + HEIGHT, to.y - 2)
            } else {
                lanes += 1;
                aside(from, to, right + 10 * lanes, lanes)
            };
            let why = escaped(&format!("{} to {}: {}", shown(&edge.from), shown(&edge.to), edge.why));
            let _ = writeln!(arrows, "<path class=\"way\" d=\"{path}\"><title>{why}</title></path>");
        }
        let (width, height) = (right + 10 * lanes + MARGIN, bottom + MARGIN);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n{STYLE}\n",
            escaped(self.title)
        );
        svg.push_str(&arrows);
        for spot in &spots {
            let (x, y, width) = (spot.x, spot.y, spot.width);
            let (class, round) = if spot.is_end { ("end", HEIGHT / 2) } else { ("state", 4) };
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"{round}\"/>"
            );
            let (middle, base) = (x + width / 2, y + HEIGHT / 2 + 5);
            let _ = writeln!(svg, "<text x=\"{middle}\" y=\"{base}\">{}</text>", escaped(shown(&spot.name)));
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A style of its own: the figure may stand anywhere.
const STYLE: &str = "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#456\"/></marker></defs>\n<style>.state{fill:#eef3f8;stroke:#456}.end{fill:#fff;stroke:#456;stroke-dasharray:4 2}.way{fill:none;stroke:#456;marker-end:url(#tip)}text{font:13px monospace;text-anchor:middle;fill:#123}</style>";

/// Down from below a box, along its lane, and into the other from above. Lanes keep apart in height as well.
fn aside(from: &Spot, to: &Spot, lane: i64, number: i64) -> String {
    let shift = 5 + (number * 3) % 12;
    let (out, into) = (from.x + from.width * 3 / 4, to.x + to.width * 3 / 4);
    let (below, above) = (from.y + HEIGHT + shift, to.y - shift);
    format!("M{out} {} V{below} H{lane} V{above} H{into} V{}", from.y + HEIGHT, to.y - 2)
}

/// An end stands under its own name.
fn shown(name: &str) -> &str {
    name.strip_prefix("end: ").unwrap_or(name)
}

/// A text inside of HTML or SVG.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
