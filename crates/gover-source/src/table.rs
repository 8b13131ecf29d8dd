//! The compiled release table: names and dates of releases, SHA-256 and size of each archive.
//!
//! `cargo xtask release-table` writes `data/releases.bin`. The file begins with the line
//! `gover releases 1`. Numbers are little-endian, and a byte with the length precedes each text.
//! The parts are:
//!
//! 1. one byte with the number of suffixes, and the suffixes (`.linux-amd64.tar.gz`);
//! 2. one byte with the number of patterns, and the patterns. A pattern is one byte with the number
//!    of files, and one byte for each file with the index of its suffix;
//! 3. two bytes with the number of releases, and the releases. A release is its name, four bytes
//!    with its date (20260819, or 0 if unknown), one byte that is 1 for a security release, and one
//!    byte with the index of its pattern, which lists its files in order;
//! 4. 32 bytes of SHA-256 for each file of each release in that order, zeros if unknown;
//! 5. four bytes of size for each file in the same order, zeros if unknown.
//!
//! The table is not compressed. Reading it takes microseconds, and the checksums are not copied.

use std::sync::LazyLock;

use gover_core::date::Date;

#[derive(Debug, Default)]
pub(crate) struct Table {
    suffixes: Vec<&'static str>,
    patterns: Vec<&'static [u8]>,
    pub(crate) releases: Vec<TableRelease>,
    sums: &'static [u8],
    sizes: &'static [u8],
}

#[derive(Debug)]
pub(crate) struct TableRelease {
    /// Such as `go1.22.5`. It may be a name that Go rejects, such as `go1.9.2rc2`.
    pub(crate) name: &'static str,
    pub(crate) date: Option<Date>,
    pub(crate) security: bool,
    /// The index of its pattern. Releases with the same pattern have files for the same suffixes.
    pub(crate) pattern: usize,
    first_row: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFile {
    pub(crate) file_name: String,
    /// 64 lower-case hexadecimal digits; `None` for some files before go1.6.
    pub(crate) sha256: Option<String>,
    pub(crate) size: Option<u64>,
}

impl Table {
    pub(crate) fn compiled() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(|| {
            // A test parses the compiled data, so the table is never empty.
            parse(DATA).unwrap_or_default()
        });
        &TABLE
    }

    pub(crate) fn newest_date(&self) -> Option<Date> {
        self.releases.iter().filter_map(|release| release.date).max()
    }

    pub(crate) fn suffixes<'a>(&'a self, release: &TableRelease) -> impl Iterator<Item = &'static str> + 'a {
        let pattern = self.patterns.get(release.pattern).copied().unwrap_or_default();
        pattern.iter().filter_map(|index| self.suffixes.get(usize::from(*index)).copied())
    }

    pub(crate) fn file(&self, release: &str, suffix: &str) -> Option<TableFile> {
        let release = self.releases.iter().find(|known| known.name == release)?;
        let place = self.suffixes(release).position(|known| known == suffix)?;
        Some(self.row(format!("{}{suffix}", release.name), release.first_row + place))
    }

    pub(crate) fn file_by_name(&self, file_name: &str) -> Option<TableFile> {
        self.releases.iter().find_map(|release| {
            let suffix = file_name.strip_prefix(release.name)?;
            let place = self.suffixes(release).position(|known| known == suffix)?;
            Some(self.row(file_name.to_owned(), release.first_row + place))
        })
    }

    fn row(&self, file_name: String, row: usize) -> TableFile {
        let sum = self.sums.get(32 * row..32 * (row + 1)).filter(|sum| sum.iter().any(|byte| *byte != 0));
        let size = self.sizes.get(4 * row..4 * (row + 1)).and_then(|size| size.try_into().ok());
        let size = size.map(|size| u64::from(u32::from_le_bytes(size))).filter(|size| *size > 0);
        TableFile { file_name, sha256: sum.map(hex), size }
    }
}

fn parse(bytes: &'static [u8]) -> Option<Table> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)? };
    let suffixes = (0..reader.byte()?).map(|_| reader.text()).collect::<Option<Vec<_>>>()?;
    let patterns = (0..reader.byte()?).map(|_| reader.counted()).collect::<Option<Vec<_>>>()?;
    let count = u16::from_le_bytes(reader.take(2)?.try_into().ok()?);
    let mut rows = 0;
    let mut releases = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let name = reader.text()?;
        let date = date_of(u32::from_le_bytes(reader.take(4)?.try_into().ok()?));
        let security = reader.byte()? == 1;
        let pattern = usize::from(reader.byte()?);
        releases.push(TableRelease { name, date, security, pattern, first_row: rows });
        rows += patterns.get(pattern)?.len();
    }
    let sums = reader.take(32 * rows)?;
    let sizes = reader.take(4 * rows)?;
    reader.rest.is_empty().then_some(Table { suffixes, patterns, releases, sums, sizes })
}

/// Decodes a date such as 20260819.
fn date_of(number: u32) -> Option<Date> {
    let number = u64::from(number);
    Date::new(number / 10_000, number / 100 % 100, number % 100)
}

struct Reader {
    rest: &'static [u8],
}

impl Reader {
    fn take(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn counted(&mut self) -> Option<&'static [u8]> {
        let count = usize::from(self.byte()?);
        self.take(count)
    }

    fn text(&mut self) -> Option<&'static str> {
        std::str::from_utf8(self.counted()?).ok()
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) const SIZE: usize = DATA.len();

const DATA: &[u8] = include_bytes!("../data/releases.bin");
const MAGIC: &[u8] = b"gover releases 1\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_data_is_whole() {
        let table = parse(DATA).expect("the data has the documented format");
        assert!(table.releases.iter().any(|release| release.name == "go1.2.2"));
        assert!(table.releases.iter().filter(|release| table.suffixes(release).count() > 0).count() > 300);
        assert!(DATA.len() <= 300_000);
    }

    #[test]
    fn a_known_file_has_the_published_sum_and_size() {
        let table = Table::compiled();
        let file = table.file("go1.25.2", ".linux-amd64.tar.gz").unwrap();
        assert_eq!(
            file.sha256.as_deref(),
            Some("d7fa7f8fbd16263aa2501d681b11f972a5fd8e811f7b10cb9b26d031a3d7454b")
        );
        assert_eq!(file.size, Some(59_766_306));
        assert_eq!(table.file_by_name("go1.25.2.linux-amd64.tar.gz"), Some(file));
        let newest = table.file("go1.27.0", ".linux-amd64.tar.gz").unwrap();
        assert_eq!(
            newest.sha256.as_deref(),
            Some("675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685")
        );
    }

    #[test]
    fn an_old_file_without_a_sum_is_known_by_name() {
        let file = Table::compiled().file("go1.4.2", ".darwin-amd64-osx10.8.tar.gz").unwrap();
        assert_eq!((file.sha256, file.size), (None, None));
    }

    #[test]
    fn cut_data_is_refused() {
        for length in [0, 5, MAGIC.len(), DATA.len() / 2, DATA.len() - 1] {
            assert!(parse(&DATA[..length]).is_none(), "{length}");
        }
    }
}
