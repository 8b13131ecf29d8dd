use gover_core::wrap::Room;

use super::wrap::{LEAST_COLUMN, room};

/// Rows of cells, aligned with spaces.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// A text, whose parts may be in a [`Style`](super::Style).
#[derive(Debug)]
pub(crate) struct Cell(String);

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl Table {
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Without trailing spaces. A row's last cell may be long: it does not widen its column, and is
    /// wrapped below itself where there is little room.
    pub(super) fn lines(&self, width: Option<usize>, is_colored: bool) -> Vec<String> {
        let room = room(width.unwrap_or(usize::MAX), is_colored);
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<Option<usize>> = (0..columns).map(|column| self.width(column, room)).collect();
        self.rows.iter().flat_map(|row| fitted(row, &widths, room)).collect()
    }

    /// `None` for a column that is empty in every row.
    fn width(&self, column: usize, room: Room) -> Option<usize> {
        let cells = self.rows.iter().filter_map(|row| Some((row.get(column)?, column + 1 == row.len())));
        let widths: Vec<(usize, bool)> = cells.map(|(cell, is_last)| (cell.width(room), is_last)).collect();
        let widest = widths.iter().filter(|(_, is_last)| !is_last).map(|(width, _)| *width).max();
        widths.iter().any(|(width, _)| *width > 0).then_some(widest.unwrap_or_default())
    }
}

impl Cell {
    fn width(&self, room: Room) -> usize {
        (room.columns)(&self.0)
    }
}

/// A row in as many lines as it takes.
fn fitted(row: &[Cell], widths: &[Option<usize>], room: Room) -> Vec<String> {
    let whole = line(row, widths, room);
    let filled = row.iter().rposition(|cell| cell.width(room) > 0);
    let Some((last, before)) = filled.and_then(|last| row.get(..=last)?.split_last()) else {
        return vec![whole];
    };
    if (room.columns)(&whole) <= room.width {
        return vec![whole];
    }
    let start: usize = widths.iter().take(before.len()).flatten().map(|width| width + GAP).sum();
    if before.is_empty() || start + LEAST_COLUMN > room.width {
        return stacked(row, room);
    }
    let mut lines = room.wrap_at(start, &last.0);
    if let Some(first) = lines.first_mut() {
        let beginning = line(before, widths, room);
        let taken = (room.columns)(&beginning);
        *first = format!("{beginning}{}{}", " ".repeat(start - taken), first.trim_start());
    }
    lines
}

/// Each cell below the one before it.
fn stacked(row: &[Cell], room: Room) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, cell) in row.iter().enumerate().filter(|(_, cell)| cell.width(room) > 0) {
        lines.extend(if index == 0 { room.wrap(&cell.0) } else { room.wrap_at(2 * GAP, &cell.0) });
    }
    lines
}

fn line(row: &[Cell], widths: &[Option<usize>], room: Room) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let Some(width) = width else { continue };
        line.push_str(&cell.0);
        line.push_str(&" ".repeat(width - cell.width(room).min(*width) + GAP));
    }
    line.trim_end().to_owned()
}

/// Columns between cells.
const GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;

    #[test]
    fn cells_align_whatever_colour_they_have_and_empty_columns_vanish() {
        let mut table = Table::default();
        let cell = |text: &str| Cell::from(text);
        table.row([cell("a"), cell(""), Style::Version.paint("go1.9").into(), cell("x")]);
        table.row([cell("bb"), cell(""), cell("go1.22.5"), cell("")]);
        let first = format!("a   {}     x", Style::Version.paint("go1.9"));
        assert_eq!(table.lines(None, true), [&first, "bb  go1.22.5"]);
        table.row([cell("c"), cell(""), cell("a path of any length")]);
        assert_eq!(table.lines(None, true), [&first, "bb  go1.22.5", "c   a path of any length"]);
    }

    #[test]
    fn chinese_takes_two_columns_and_breaks_between_its_characters() {
        let mut table = Table::default();
        table.row(["错误", "goroot-set", "GOROOT 设成了 /opt/张三/go"].map(Cell::from));
        table.row(["警告", "~/项目", "启动文件里有一行删掉了 PATH"].map(Cell::from));
        assert_eq!(
            table.lines(Some(38), false),
            [
                "错误  goroot-set  GOROOT 设成了",
                "                  /opt/张三/go",
                "警告  ~/项目      启动文件里有一行删掉",
                "                  了 PATH"
            ]
        );
    }

    #[test]
    fn a_row_that_is_too_wide_wraps_its_last_cell() {
        let mut table = Table::default();
        table.row(["go1.22.5", "211 MiB", "default; 1.22.12 is out, 1.22 ended"].map(Cell::from));
        table.row(["go1.9", "-", "ended"].map(Cell::from));
        let lines = |width| table.lines(Some(width), true);
        assert_eq!(lines(80), table.lines(None, true));
        assert_eq!(
            lines(40),
            [
                "go1.22.5  211 MiB  default; 1.22.12 is",
                "                   out, 1.22 ended",
                "go1.9     -        ended"
            ]
        );
        assert_eq!(
            lines(26),
            [
                "go1.22.5",
                "    211 MiB",
                "    default; 1.22.12 is",
                "    out, 1.22 ended",
                "go1.9     -        ended"
            ]
        );
    }
}
