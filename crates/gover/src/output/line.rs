//! A line of progress that fits the terminal: a line that wraps would be drawn again below itself.

use super::mebibytes;
use super::style::columns;

/// The parts of the line that depend on the terminal's width.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Columns of the bar.
    pub(super) bar: usize,
    /// The note at the end, as far as there is room.
    pub(super) note: String,
    /// Whether there is room for rate and time left.
    pub(super) has_rate: bool,
}

/// Fits a line into `width` columns. First the bar is shortened, then the path of an address is
/// dropped, then the start of its host. `total` is the size of the download; `ellipsis` marks a
/// cut.
pub(super) fn fit(width: usize, prefix: &str, total: Option<u64>, note: &str, ellipsis: &str) -> Line {
    let sizes = total.map_or(LONG_SIZE, |total| 2 * mebibytes(total).len() - " MiB".len() + "/".len());
    let taken = wide(prefix) + GAP + GAP + sizes + SPARE;
    let short = width.saturating_sub(taken);
    let Some(room) = short.checked_sub(RATE + LEFT + 3 * GAP + LEAST_BAR) else {
        return Line { bar: short.clamp(1, BAR), note: String::new(), has_rate: false };
    };
    let note = shorten(note, room, ellipsis);
    let bar = (LEAST_BAR + room - wide(&note)).min(BAR);
    Line { bar, note, has_rate: true }
}

/// Columns of a bar that is followed by a verb and a number of files; `None` without room for one.
pub(super) fn bar_before_files(width: usize, prefix: &str, verb: &str) -> Option<usize> {
    let taken = wide(prefix) + GAP + GAP + verb.len() + LONG_FILES + 1;
    Some(width.saturating_sub(taken).min(BAR)).filter(|columns| *columns >= LEAST_BAR)
}

/// A source's name in at most `columns`: all of it, or the host of an address, or the end of that.
fn shorten(name: &str, columns: usize, ellipsis: &str) -> String {
    if wide(name) <= columns {
        return name.to_owned();
    }
    let host = name.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    let name = host.unwrap_or(name);
    if wide(name) <= columns {
        return name.to_owned();
    }
    let Some(kept) = columns.checked_sub(wide(ellipsis)).filter(|kept| *kept > 0) else {
        return String::new();
    };
    let mut ends = name.char_indices().filter_map(|(at, _)| name.get(at..));
    ends.find(|end| wide(end) <= kept).map(|end| format!("{ellipsis}{end}")).unwrap_or_default()
}

/// Columns of a text without colours.
fn wide(text: &str) -> usize {
    columns(text, false)
}

const BAR: usize = 24;
const LEAST_BAR: usize = 8;
const GAP: usize = 2;
/// ` 99999 of 99999 files`
const LONG_FILES: usize = 21;
/// `9999.9 MiB`, for a download of unknown size.
const LONG_SIZE: usize = 10;
/// `999.9 MiB/s`
pub(super) const RATE: usize = 11;
/// `999s`
pub(super) const LEFT: usize = 4;
/// For the cursor, for the `^C` that the terminal adds, and for a rate or time longer than usual.
const SPARE: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Option<u64> = Some(69 << 20);

    /// The columns that a line takes at most.
    fn columns(line: &Line, prefix: &str) -> usize {
        let rate = if line.has_rate { 3 * GAP + RATE + LEFT + wide(&line.note) } else { 0 };
        wide(prefix) + GAP + line.bar + GAP + "69.0/69.0 MiB".len() + rate
    }

    #[test]
    fn a_line_leaves_a_column_of_every_terminal_free() {
        let names = [
            "go.dev",
            "goproxy",
            "golang.google.cn",
            "https://artifacts.corp.example/api/go/go",
            "https://a.host.with.a.name.that.is.longer.than.any.line.corp.example:8443/x",
            "/media/ann/a directory with a name that is longer than a line/of mirrors",
            "/media/张三/一个目录，名字比一行还要长得多/里面是工具链的镜像",
        ];
        for name in names {
            for prefix in ["go1.22.5", "go1.22.5-with-a-suffix"] {
                for width in 50..200 {
                    let line = fit(width, prefix, SIZE, name, "…");
                    // Ctrl-C adds two columns.
                    assert!(columns(&line, prefix) + 2 < width, "{width} {line:?}");
                    assert!(line.bar >= 1, "{width} {line:?}");
                }
            }
        }
    }

    #[test]
    fn the_bar_gives_way_before_the_name_and_the_path_before_the_host() {
        let note = |width, name| {
            let line = fit(width, "go1.22.5", SIZE, name, "…");
            (line.bar, line.note)
        };
        assert_eq!(note(80, "goproxy"), (22, "goproxy".to_owned()));
        assert_eq!(note(80, "golang.google.cn"), (13, "golang.google.cn".to_owned()));
        let long = "https://artifacts.corp.example/api/go/go";
        assert_eq!(note(80, long), (8, "…tifacts.corp.example".to_owned()));
        assert_eq!(note(120, long), (24, long.to_owned()));
        assert_eq!(note(70, long), (8, "…rp.example".to_owned()));
        assert_eq!(
            note(80, "https://artifacts.central.corp.example/go"),
            (8, "…central.corp.example".to_owned())
        );
    }

    #[test]
    fn a_bar_before_files_needs_room_for_both() {
        assert_eq!(bar_before_files(80, "[1/2] go1.21.13", "unpacking"), Some(24));
        assert_eq!(bar_before_files(60, "[1/2] go1.21.13", "unpacking"), Some(10));
        assert_eq!(bar_before_files(50, "[1/2] go1.21.13", "unpacking"), None);
    }

    #[test]
    fn a_narrow_terminal_has_the_bar_and_the_sizes() {
        let line = fit(40, "go1.22.5", SIZE, "go.dev", "…");
        assert_eq!(line, Line { bar: 10, note: String::new(), has_rate: false });
        assert_eq!(fit(10, "go1.22.5", SIZE, "go.dev", "…").bar, 1);
        assert_eq!(fit(80, "go1.22.5", None, "go.dev", "…").note, "go.dev");
    }
}
