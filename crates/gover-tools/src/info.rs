//! What a program says about how it was built, read without running it (`debug/buildinfo`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use gover_core::ToolchainName;
use gover_sys::file;

/// What a program says about how it was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildInfo {
    /// Such as `go1.26.8`, with experiments `go1.25.3 X:jsonv2` or, since Go 1.26, `go1.26.8-X:jsonv2`;
    /// `None` if Go 1.17 or older built it, which wrote only where the text is.
    pub go: Option<String>,
    /// The path of its package, `golang.org/x/tools/gopls`.
    pub package: Option<String>,
    /// The module of the package. `None` if it was built without modules.
    pub module: Option<Module>,
    /// The paths of modules that others replaced, its own included.
    pub replaced: Vec<String>,
    /// Settings of the build by name: `GOOS`, `CGO_ENABLED`, `-tags`.
    pub settings: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    pub path: String,
    /// `(devel)`, or a version that git gave, for a build from a checkout.
    pub version: String,
    /// Its h1. A build from a checkout has none.
    pub sum: Option<String>,
}

impl BuildInfo {
    /// Reads it from a regular file. `None` if Go did not build it, or the text was removed.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        find(&mut file::open_regular(path)?)
    }

    /// From the Go that built it and the lines about its modules.
    pub fn new(go: Option<String>, modules: &str) -> Self {
        let (replaced, settings) = (Vec::new(), BTreeMap::new());
        let mut info = Self { go, package: None, module: None, replaced, settings };
        let mut before = String::new();
        for line in modules.lines() {
            set_from_line(&mut info, line, &mut before);
        }
        info
    }

    /// The release that built it; `None` for a development version, or one that is too old to say so.
    pub fn release(&self) -> Option<ToolchainName> {
        let word = self.go.as_deref()?.split_whitespace().next()?;
        let (name, _) = word.split_once("-X:").unwrap_or((word, ""));
        ToolchainName::parse(name).ok()
    }

    /// What `go install` takes: `golang.org/x/tools/cmd/stringer@v0.36.0`. Without a version if that is
    /// not one that can be downloaded.
    pub fn subject(&self) -> Option<String> {
        let package = self.package.clone()?;
        let version = self.module.as_ref().map(|module| &module.version);
        Some(match version.filter(|_| !self.is_from_checkout()) {
            Some(version) => format!("{package}@{version}"),
            None => package,
        })
    }

    /// Whether it was built in the directory of its source. Only downloaded modules have a sum.
    pub fn is_from_checkout(&self) -> bool {
        self.module.as_ref().is_none_or(|module| module.sum.is_none())
    }

    /// The operating system and the processor, as Go names them; `None` if it does not say so.
    pub fn platform(&self) -> Option<(&str, &str)> {
        Some((self.settings.get("GOOS")?, self.settings.get("GOARCH")?))
    }

    /// Whether it parses or type-checks Go code, so that the version of Go that built it matters.
    pub fn reads_go_code(&self) -> bool {
        let behind = |known: &&str| self.package.as_deref()?.strip_prefix(*known);
        READERS.iter().filter_map(behind).any(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Looks for the mark, which is at a multiple of 16. A program may contain the mark as data, so what
/// follows it must make sense.
fn find(file: &mut File) -> io::Result<Option<BuildInfo>> {
    let mut chunk = vec![0; CHUNK];
    let mut start: u64 = 0;
    loop {
        file.seek(SeekFrom::Start(start))?;
        let length = read_full(file, &mut chunk)?;
        let read = chunk.get(..length).unwrap_or_default();
        for (index, place) in read.chunks_exact(ALIGN).enumerate() {
            if place.starts_with(MAGIC)
                && let Some(info) = parse(file, start + (index * ALIGN) as u64)?
            {
                return Ok(Some(info));
            }
        }
        if length < CHUNK {
            return Ok(None);
        }
        start += CHUNK as u64;
    }
}

/// The header has 32 bytes: the mark, the size of a pointer, flags, and two pointers that newer
/// versions leave empty. Two texts with their lengths follow.
fn parse(file: &mut File, offset: u64) -> io::Result<Option<BuildInfo>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = vec![0; HEADER];
    let length = read_full(file, &mut bytes)?;
    if length < HEADER {
        return Ok(None);
    }
    let (size, flags) = (bytes.get(14).copied(), bytes.get(15).copied().unwrap_or_default());
    if flags & INLINE == 0 {
        let is_old = matches!(size, Some(4 | 8)) && flags <= 1;
        return Ok(is_old.then(|| BuildInfo::new(None, "")));
    }
    let Some(go) = text(file)?.filter(|go| go.starts_with("go") || go.starts_with("devel")) else {
        return Ok(None);
    };
    let modules = counted_bytes(file)?.unwrap_or_default();
    // It is between two marks of 16 bytes.
    let modules = modules.get(MARK..modules.len().saturating_sub(MARK)).unwrap_or_default();
    Ok(Some(BuildInfo::new(Some(go), &String::from_utf8_lossy(modules))))
}

/// The lines of `debug.BuildInfo.String`, each with fields behind tabs.
fn set_from_line(info: &mut BuildInfo, line: &str, before: &mut String) {
    let fields: Vec<&str> = line.split('\t').collect();
    match fields.as_slice() {
        ["path", path] if *path != "command-line-arguments" => info.package = Some((*path).to_owned()),
        ["mod", path, version, rest @ ..] => {
            let sum = rest.first().filter(|sum| !sum.is_empty()).map(|sum| (*sum).to_owned());
            info.module = Some(Module { path: (*path).to_owned(), version: (*version).to_owned(), sum });
            (*path).clone_into(before);
        }
        ["dep", path, ..] => (*path).clone_into(before),
        ["=>", ..] => info.replaced.push(before.clone()),
        ["build", setting] => {
            if let Some((name, value)) = setting.split_once('=') {
                info.settings.insert(unquoted(name), unquoted(value));
            }
        }
        _ => {}
    }
}

/// A text as `strconv.Quote` writes it if it has spaces or quotation marks.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match (character, characters.clone().next()) {
            ('\\', Some(escaped @ ('n' | 't' | 'r' | '\\' | '"'))) => {
                characters.next();
                plain.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
            }
            _ => plain.push(character),
        }
    }
    plain
}

fn text(file: &mut File) -> io::Result<Option<String>> {
    Ok(counted_bytes(file)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Bytes behind their number.
fn counted_bytes(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(file)?.filter(|length| *length <= LONGEST) else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 == length;
    Ok(is_whole.then_some(bytes))
}

/// A number in groups of seven bits, the lowest first.
fn length(file: &mut File) -> io::Result<Option<u64>> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let mut byte = [0];
        if read_full(file, &mut byte)? == 0 {
            return Ok(None);
        }
        number |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Fills the buffer, except at the end of the file.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGN: usize = 16;
const HEADER: usize = 32;
/// Of the flags: the texts follow the header.
const INLINE: u8 = 2;
/// A multiple of [`ALIGN`].
const CHUNK: usize = 1 << 20;
/// The bytes before and after the list of modules.
const MARK: usize = 16;
/// Bytes of a text; the list of modules of a large program has some 10,000.
const LONGEST: u64 = 1 << 20;

const READERS: &[&str] = &[
    "github.com/cweill/gotests",
    "github.com/fatih/gomodifytags",
    "github.com/go-delve/delve/cmd/dlv",
    "github.com/golang/mock/mockgen",
    "github.com/golangci/golangci-lint",
    "github.com/josharian/impl",
    "github.com/kisielk/errcheck",
    "github.com/mgechev/revive",
    "github.com/securego/gosec",
    "github.com/vektra/mockery",
    "go.uber.org/mock/mockgen",
    "go.uber.org/nilaway",
    "golang.org/x/tools",
    "golang.org/x/vuln/cmd/govulncheck",
    "honnef.co/go/tools/cmd",
];

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A file with this at an offset.
    fn program(offset: usize, content: &[u8]) -> Option<BuildInfo> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tool");
        fs::write(&path, [&vec![7; offset], content].concat()).unwrap();
        BuildInfo::read(&path).unwrap()
    }

    fn info(flags: u8, texts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = [MAGIC, &[8, flags], &[0; 16]].concat();
        for text in texts {
            bytes.push(u8::try_from(text.len()).unwrap());
            bytes.extend_from_slice(text);
        }
        bytes
    }

    const LINES: &str = "path\texample.org/tool\nmod\texample.org/tool\tv1.2.3\n";
    const MODULES: &[u8] = b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6path\texample.org/tool\nmod\texample.org/tool\tv1.2.3\n\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2";

    #[test]
    fn the_version_and_the_package_are_read_wherever_they_are() {
        let whole = info(2, &[b"go1.26.8", MODULES]);
        let expected = BuildInfo::new(Some("go1.26.8".to_owned()), LINES);
        for offset in [0, 4096, CHUNK - 16, CHUNK, 3 * CHUNK + 160] {
            assert_eq!(program(offset, &whole), Some(expected.clone()), "{offset}");
        }
        // The mark alone is data of this or another program.
        let twice = [info(2, &[b"text"]), vec![0; 11], whole].concat();
        assert_eq!(program(0, &twice), Some(expected));
    }

    #[test]
    fn experiments_are_not_a_part_of_the_release() {
        for (go, release) in [
            ("go1.26.8", Some("go1.26.8")),
            ("go1.25.3 X:jsonv2", Some("go1.25.3")),
            ("go1.26.8-X:jsonv2,greenteagc", Some("go1.26.8")),
            ("go1.26.8-corp-X:jsonv2", Some("go1.26.8-corp")),
            ("devel go1.28-abc", None),
        ] {
            let found = BuildInfo::new(Some(go.to_owned()), "").release();
            assert_eq!(found.as_ref().map(ToolchainName::as_str), release, "{go}");
        }
    }

    #[test]
    fn what_says_nothing_is_no_error() {
        assert_eq!(program(0, b""), None);
        assert_eq!(program(0, b"#!/bin/sh\n"), None);
        assert_eq!(program(3, &info(2, &[b"go1.26.8"])), None, "not where the linker puts it");
        assert_eq!(program(0, &info(2, &[])), None, "cut off");
        assert_eq!(program(0, &info(2, &[b"go1.26.8"])[..35]), None, "cut off");
        let old = program(0, &info(0, &[])).unwrap();
        assert_eq!((old.go, old.package), (None, None));
        let without = program(0, &info(2, &[b"devel go1.28-abc", b""])).unwrap();
        assert_eq!((without.go.as_deref(), without.package), (Some("devel go1.28-abc"), None));
    }
}
