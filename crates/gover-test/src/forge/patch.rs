//! Patch bundles, right and wrong.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::digest::sha256_hex;

/// A bundle in the making. Its lines and contents need not fit together.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub first: String,
    pub second: String,
    pub lines: Vec<String>,
    pub data: Vec<u8>,
}

/// One step of a delta: a move, bytes to add to those of the old file, and bytes of its own.
#[derive(Clone, Debug)]
pub struct DeltaStep {
    pub seek: i64,
    pub add: u64,
    pub copy: u64,
}

impl Bundle {
    /// A bundle without changes, from go1.91.1 to go1.91.2 for linux-amd64.
    pub fn new() -> Self {
        Self {
            first: "gover-patch 1".to_owned(),
            second: "go1.91.1 go1.91.2 linux-amd64".to_owned(),
            lines: Vec::new(),
            data: Vec::new(),
        }
    }

    /// Adds any line, and data behind the contents.
    #[must_use]
    pub fn with(mut self, line: impl Into<String>, data: &[u8]) -> Self {
        self.lines.push(line.into());
        self.data.extend_from_slice(data);
        self
    }

    #[must_use]
    pub fn without(self, path: &str) -> Self {
        self.with(format!("- {path}"), b"")
    }

    /// Adds a file as a whole.
    #[must_use]
    pub fn with_file(self, path: &str, content: &[u8]) -> Self {
        self.with_file_of(path, content, content.len() as u64)
    }

    /// Adds a file that claims another size.
    #[must_use]
    pub fn with_file_of(self, path: &str, content: &[u8], size: u64) -> Self {
        let packed = deflate(content);
        self.with(format!("= {size} {} {} {path}", packed.len(), sha256_hex(content)), &packed)
    }

    /// Adds a delta that should make `content`.
    #[must_use]
    pub fn with_delta(
        self,
        path: &str,
        content: &[u8],
        (steps, differences, extra): (&[DeltaStep], &[u8], &[u8]),
    ) -> Self {
        let bytes = |step: &DeltaStep| {
            [step.seek.to_le_bytes(), step.add.to_le_bytes(), step.copy.to_le_bytes()].concat()
        };
        let steps: Vec<u8> = steps.iter().flat_map(bytes).collect();
        let streams = [deflate(&steps), deflate(differences), deflate(extra)];
        let [a, b, c] = streams.each_ref().map(Vec::len);
        let (size, sum) = (content.len(), sha256_hex(content));
        self.with(format!("~ {size} {a} {b} {c} {sum} {path}"), &streams.concat())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let Self { first, second, lines, data } = self;
        let mut head = format!("{first}\n{second}\n");
        for line in lines {
            head.push_str(line);
            head.push('\n');
        }
        head.push('\n');
        [head.as_bytes(), data].concat()
    }
}

impl Default for Bundle {
    fn default() -> Self {
        Self::new()
    }
}

/// The base of bundles in tests, by paths below GOROOT. The module leaves out `api`.
pub fn patch_base() -> BTreeMap<String, Vec<u8>> {
    let program: Vec<u8> = (0..2000_u32).flat_map(|number| (number * number).to_le_bytes()).collect();
    let files: [(&str, &[u8]); 5] = [
        ("VERSION", b"go1.91.1\n"),
        ("api/go1.txt", b"pkg fmt\n"),
        ("bin/go", &program),
        ("src/fmt/print.go", b"package fmt\n"),
        ("src/go.mod", b"module std\n"),
    ];
    files.into_iter().map(|(path, content)| (path.to_owned(), content.to_vec())).collect()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory is writable");
    encoder.finish().expect("memory is writable")
}
