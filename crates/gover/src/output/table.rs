use gover_core::text::shown;

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

    /// Without trailing spaces. A row's last cell may be long: it does not widen its column.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<Option<usize>> = (0..columns).map(|column| self.width(column)).collect();
        self.rows.iter().map(|row| line(row, &widths)).collect()
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
        // As the printer will show it.
        shown(&self.plain).chars().count()
    }
}

fn line(row: &[Cell], widths: &[Option<usize>]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        let Some(width) = width else { continue };
        line.push_str(&cell.shown);
        line.push_str(&" ".repeat(width - cell.width().min(*width) + 2));
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_align_whatever_colour_they_have_and_empty_columns_vanish() {
        let mut table = Table::default();
        let cell = |text: &str| Cell::from(text);
        table.row([cell("a"), cell(""), Cell::shown_as("go1.9", "<go1.9>".to_owned()), cell("x")]);
        table.row([cell("bb"), cell(""), cell("go1.22.5"), cell("")]);
        assert_eq!(table.lines(), ["a   <go1.9>     x", "bb  go1.22.5"]);
        table.row([cell("c"), cell(""), cell("a path of any length")]);
        assert_eq!(table.lines(), ["a   <go1.9>     x", "bb  go1.22.5", "c   a path of any length"]);
    }
}
