//! The results as a table, as JSON and as plots.

use std::path::PathBuf;

use super::measure::Summary;
use super::plot::Plot;

#[derive(serde::Serialize)]
pub(super) struct Section {
    name: &'static str,
    /// The row that the others are compared with.
    baseline: &'static str,
    results: Vec<Summary>,
    notes: Vec<String>,
    #[serde(skip)]
    pub(super) plots: Vec<Plot>,
}

impl Section {
    pub(super) fn new(name: &'static str, baseline: &'static str) -> Self {
        Self { name, baseline, results: Vec::new(), notes: Vec::new(), plots: Vec::new() }
    }

    pub(super) fn add(&mut self, results: Vec<Summary>) {
        self.results.extend(results);
    }

    pub(super) fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    pub(super) fn skip(&mut self, why: &str) {
        self.notes.push(format!("skipped: {why}"));
    }

    pub(super) fn plot(&mut self, plot: Plot) {
        self.plots.push(plot);
    }

    /// A table in Markdown, as docs/performance.md has it.
    pub(super) fn table(&self) -> String {
        let base = self.results.iter().find(|row| row.label == self.baseline);
        let ratio = |row: &Summary| {
            base.map_or_else(
                || "-".to_owned(),
                |base| format!("{:.2}", row.quartile / base.quartile.max(1e-9)),
            )
        };
        let rows = self.results.iter().map(|row| {
            let Summary { label, quartile, median, work, memory, .. } = row;
            format!("| {label} | {quartile:.2} | {median:.2} | {} | {work:.1} | {memory:.1} |\n", ratio(row))
        });
        let head = format!(
            "| {} | p25, ms | median, ms | ratio | CPU, ms | MiB |\n|---|---|---|---|---|---|\n",
            self.name
        );
        let notes = self.notes.iter().map(|note| format!("{note}\n"));
        [head].into_iter().chain(rows).chain(["\n".to_owned()]).chain(notes).collect()
    }
}

/// A program of another tool, if it is on PATH.
pub(super) fn peer(name: &str) -> Option<PathBuf> {
    let path = crate::process::variable("PATH")?;
    path.split(':').map(|directory| PathBuf::from(directory).join(name)).find(|program| program.is_file())
}
