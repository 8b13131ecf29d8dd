//! Limits for lists and indexes. They are not proven, so without limits a server could make gover
//! work and store without end. Each limit is several times what the Go project publishes.

use std::collections::HashSet;

use gover_core::Platform;

use crate::index::IndexError;

/// Counts what a list names.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    rows: usize,
    releases: usize,
    platforms: HashSet<Platform>,
}

impl Bounds {
    pub(crate) fn count_row(&mut self) -> Result<(), IndexError> {
        self.rows += 1;
        within(self.rows, MAX_ROWS, "rows")
    }

    pub(crate) fn count_release(&mut self) -> Result<(), IndexError> {
        self.releases += 1;
        within(self.releases, MAX_RELEASES, "releases")
    }

    /// A limit for the whole list, not for each release, since a release may be listed again.
    pub(crate) fn count_platform(&mut self, platform: &Platform) -> Result<(), IndexError> {
        if !self.platforms.contains(platform) {
            self.platforms.insert(platform.clone());
        }
        within(self.platforms.len(), MAX_PLATFORMS, "platforms")
    }
}

fn within(count: usize, most: usize, what: &'static str) -> Result<(), IndexError> {
    if count > most { Err(IndexError::TooMany { most, what }) } else { Ok(()) }
}

/// Rows for releases and files. All toolchains for all platforms are about 15,000.
pub(crate) const MAX_ROWS: usize = 1 << 16;

/// There are about 400.
pub(crate) const MAX_RELEASES: usize = 1 << 12;

/// There were about 60 since Go 1.
pub(crate) const MAX_PLATFORMS: usize = 1 << 8;

/// Bytes of a name, a checksum or any other text in a row.
pub(crate) const MAX_TEXT: usize = 128;

/// Bytes of a list of module versions. All toolchains for all platforms take about 500,000.
pub(crate) const MAX_LIST: u64 = 8 << 20;

/// Bytes of an index. That of the release site has about 3 million.
pub(crate) const MAX_INDEX: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::index::{Index, IndexError};
    use crate::proxy::Listed;

    fn repeated(count: usize, row: impl Fn(usize) -> String) -> String {
        (0..count).fold(String::new(), |mut text, number| {
            let _ = write!(text, "{}", row(number));
            text
        })
    }

    /// Refuses what is too much before it costs much: this is many times faster in a release build.
    fn refused<T: std::fmt::Debug>(what: &str, read: impl FnOnce() -> Result<T, IndexError>) {
        let began = Instant::now();
        let result = read();
        assert!(began.elapsed() < Duration::from_secs(10), "{what}: {:?}", began.elapsed());
        let Err(IndexError::TooMany { what: counted, .. }) = result else { panic!("{what}: {result:?}") };
        assert_eq!(counted, what);
    }

    #[test]
    fn a_list_without_end_is_refused() {
        let platforms = repeated(100_000, |n| format!("v0.0.1-go1.99.1.linux-x{n}\n"));
        refused("platforms", || Listed::parse(&platforms));
        let releases = repeated(100_000, |n| format!("v0.0.1-go1.99.{n}.linux-amd64\n"));
        refused("releases", || Listed::parse(&releases));
        refused("rows", || Listed::parse(&"v0.0.1-go1.99.1.linux-amd64\n".repeat(100_000)));
        refused("rows", || Listed::parse(&"\n".repeat(8 << 20)));
        let long = format!("v0.0.1-go1.99.1-{}.linux-amd64\n", "x".repeat(MAX_TEXT));
        assert_eq!(Listed::parse(&long).unwrap(), Listed::default());
    }

    #[test]
    fn an_index_without_end_is_refused() {
        let index = |rows: &str| format!("[{}]", rows.trim_end_matches(','));
        let file = |n: usize| {
            format!("{{\"filename\":\"go1.99.1.linux-x{n}.tar.gz\",\"os\":\"linux\",\"kind\":\"archive\"}},")
        };
        let release = |files: &str| {
            format!("{{\"version\":\"go1.99.1\",\"files\":[{}]}},", files.trim_end_matches(','))
        };
        let read = |text: String| Index::parse(text.as_bytes());
        refused("platforms", || read(index(&release(&repeated(60_000, file)))));
        refused("platforms", || read(index(&repeated(4000, |n| release(&file(n))))));
        refused("releases", || read(index(&repeated(50_000, |_| release("")))));
        refused("rows", || read(index(&repeated(100_000, |_| release("")))));
        refused("rows", || read(index(&release(&repeated(100_000, file)))));
        refused("rows", || read(index(&repeated(40_000, |_| release(&file(1))))));
        // Rows in places where no gover looks for them.
        refused("rows", || read(format!("[{{\"os\":{}}}]", index(&repeated(100_000, file)))));
        let nested = |files: &str| format!("{{\"filename\":\"go1\",\"files\":[{files}{{}}]}},");
        refused("rows", || read(index(&release(&nested(&repeated(60_000, file)).repeat(3)))));
        refused("rows", || read(index(&"0,".repeat(100_000))));
    }
}
