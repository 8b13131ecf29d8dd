//! Plots as SVG. A handful of lines with a scale need no crate.

use std::fmt::Write as _;

use super::measure::Summary;

pub(super) struct Plot {
    /// Of the file, without its suffix.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) x: &'static str,
    pub(super) y: &'static str,
    pub(super) lines: Vec<Line>,
}

pub(super) struct Line {
    label: String,
    points: Vec<(f64, f64)>,
}

/// Lines without points.
pub(super) fn lines(labels: &[&str]) -> Vec<Line> {
    labels.iter().map(|label| Line { label: (*label).to_owned(), points: Vec::new() }).collect()
}

/// Adds to each line what its task took.
pub(super) fn add(lines: &mut [Line], x: f64, found: &[Summary], y: fn(&Summary) -> f64) {
    for (line, summary) in lines.iter_mut().zip(found) {
        line.points.push((x, y(summary)));
    }
}

impl Plot {
    pub(super) fn to_svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let (right, top) = (round_up(points().map(|point| point.0)), round_up(points().map(|point| point.1)));
        let x = |value: f64| LEFT + value / right * WIDTH;
        let y = |value: f64| TOP + HEIGHT - value / top * HEIGHT;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 320\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"640\" height=\"320\" fill=\"white\"/>\n<text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{}</text>\n",
            escaped(self.title)
        );
        for step in 0..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            let (across, up) = (x(part * right), y(part * top));
            let _ = write!(
                svg,
                "<path d=\"M{LEFT} {up:.1}H{:.1}\" stroke=\"#ddd\"/>\n<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n\
                 <text x=\"{across:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
                LEFT + WIDTH,
                LEFT - 6.0,
                up + 4.0,
                number(part * top),
                TOP + HEIGHT + 18.0,
                number(part * right)
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n<text x=\"8\" y=\"{:.1}\">{}</text>\n",
            LEFT + WIDTH / 2.0,
            TOP + HEIGHT + 36.0,
            escaped(self.x),
            TOP - 6.0,
            escaped(self.y)
        );
        for (index, (line, color)) in self.lines.iter().zip(COLORS.iter().cycle()).enumerate() {
            let path: Vec<String> =
                line.points.iter().map(|(a, b)| format!("{:.1} {:.1}", x(*a), y(*b))).collect();
            let height = TOP + 14.0 + f64::from(u32::try_from(index).unwrap_or_default()) * 16.0;
            let _ = writeln!(
                svg,
                "<path d=\"M{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
                path.join("L")
            );
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{height:.1}\" fill=\"{color}\" text-anchor=\"end\">{}</text>",
                LEFT + WIDTH - 6.0,
                escaped(&line.label)
            );
        }
        svg + "</svg>\n"
    }
}

/// The end of a scale: 1, 2 or 5 with zeros, above all values.
fn round_up(values: impl Iterator<Item = f64>) -> f64 {
    let most = values.fold(0.0_f64, f64::max).max(1e-6);
    let power = 10.0_f64.powf(most.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|end| *end >= most).unwrap_or(most)
}

fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const LEFT: f64 = 50.0;
const TOP: f64 = 44.0;
const WIDTH: f64 = 570.0;
const HEIGHT: f64 = 226.0;
const STEPS: u8 = 5;
/// They differ in brightness, too.
const COLORS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#555555"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_above_all_values_at_a_round_number() {
        for (most, end) in [(0.71, 1.0), (1.3, 2.0), (37.0, 50.0), (200.0, 200.0), (0.0, 1e-6)] {
            let found = round_up([0.0, most].into_iter());
            assert!((found - end).abs() < end * 1e-9, "{most}: {found}");
        }
    }

    #[test]
    fn a_plot_has_each_line_and_escapes_its_texts() {
        let line = Line { label: "a < b".to_owned(), points: vec![(0.0, 1.0), (10.0, 2.0)] };
        let svg = Plot { name: "x", title: "R&D", x: "n", y: "ms", lines: vec![line] }.to_svg();
        assert!(
            svg.contains("R&amp;D") && svg.contains("a &lt; b") && svg.contains("M50.0 157.0L620.0 44.0")
        );
    }
}
