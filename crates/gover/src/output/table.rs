use super::style::columns;
use super::wrap::{LEAST_COLUMN, Room};

/// Rows of cells, aligned with spaces.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug)]
pub(crate) struct Cell {
    plain: String,
    shown: String,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        let plain = text.into();
        Self { shown: plain.clone(), plain }
    }
}

impl Table {
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Without trailing spaces. A row's last cell may be long: it does not widen its column, and is
    /// wrapped below itself where there is little room.
    pub(super) fn lines(&self, room: Option<Room>) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<Option<usize>> = (0..columns).map(|column| self.width(column)).collect();
        let fitted = |row: &Vec<Cell>| {
            room.map_or_else(|| vec![line(row, &widths)], |room| fitted(row, &widths, room))
        };
        self.rows.iter().flat_map(fitted).collect()
    }

    /// `None` for a column that is empty in every row.
    fn width(&self, column: usize) -> Option<usize> {
        let cells =
            || self.rows.iter().filter_map(move |row| Some((row.get(column)?, column + 1 == row.len())));
        cells().any(|(cell, _)| cell.width() > 0).then(|| {
            cells().filter(|(_, is_last)| !is_last).map(|(cell, _)| cell.width()).max().unwrap_or_default()
        })
    }
}

impl Cell {
    /// A text and what to print for it, which may contain escape sequences.
    pub(crate) fn shown_as(plain: impl Into<String>, shown: String) -> Self {
        Self { plain: plain.into(), shown }
    }

    fn width(&self) -> usize {
        columns(&self.plain, false)
    }
}

/// A row in as many lines as it takes.
fn fitted(row: &[Cell], widths: &[Option<usize>], room: Room) -> Vec<String> {
    let whole = line(row, widths);
    let filled = row.iter().rposition(|cell| cell.width() > 0);
    let Some((last, before)) = filled.and_then(|last| row.get(..=last)?.split_last()) else {
        return vec![whole];
    };
    if columns(&whole, room.is_colored) <= room.width {
        return vec![whole];
    }
    let start: usize = widths.iter().take(before.len()).flatten().map(|width| width + GAP).sum();
    if before.is_empty() || start + LEAST_COLUMN > room.width {
        return stacked(row, room);
    }
    let mut lines = room.wrap_at(start, &last.shown);
    if let Some(first) = lines.first_mut() {
        let beginning = line(before, widths);
        let taken = columns(&beginning, room.is_colored);
        *first = format!("{beginning}{}{}", " ".repeat(start - taken), first.trim_start());
    }
    lines
}

/// Each cell below the one before it.
fn stacked(row: &[Cell], room: Room) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, cell) in row.iter().enumerate().filter(|(_, cell)| cell.width() > 0) {
        lines.extend(if index == 0 { room.wrap(&cell.shown) } else { room.wrap_at(2 * GAP, &cell.shown) });
    }
    lines
}

fn line(row: &[Cell], widths: &[Option<usize>]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let Some(width) = width else { continue };
        line.push_str(&cell.shown);
        line.push_str(&" ".repeat(width - cell.width().min(*width) + GAP));
    }
    line.trim_end().to_owned()
}

/// Columns between cells.
const GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_align_whatever_colour_they_have_and_empty_columns_vanish() {
        let mut table = Table::default();
        let cell = |text: &str| Cell::from(text);
        table.row([cell("a"), cell(""), Cell::shown_as("go1.9", "<go1.9>".to_owned()), cell("x")]);
        table.row([cell("bb"), cell(""), cell("go1.22.5"), cell("")]);
        assert_eq!(table.lines(None), ["a   <go1.9>     x", "bb  go1.22.5"]);
        table.row([cell("c"), cell(""), cell("a path of any length")]);
        assert_eq!(table.lines(None), ["a   <go1.9>     x", "bb  go1.22.5", "c   a path of any length"]);
    }
    #[test]
    fn a_row_that_is_too_wide_wraps_its_last_cell() {
        let mut table = Table::default();
        table.row(["go1.22.5", "211 MiB", "default; 1.22.12 is out, 1.22 ended"].map(Cell::from));
        table.row(["go1.9", "-", "ended"].map(Cell::from));
        let lines = |width| table.lines(Some(Room { width, is_colored: false }));
        assert_eq!(lines(80), table.lines(None));
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
