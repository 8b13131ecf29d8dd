//! The check that every name of every archive passes before anything is written.

use std::borrow::Cow;
use std::collections::HashMap;

use gover_core::text::shown;
use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::digest::{Hashed, is_outside_module};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
    /// A link, a device or a pipe, which no toolchain has.
    Other,
}

/// What one archive may unpack to. Go's limit for a module is 500 MiB (`x/mod/zip` `MaxZipFile`);
/// the largest release has about 600 MB in 17,000 files and directories with 700 KB of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries, directories that are only implied by names included.
    pub entries: u64,
    pub bytes: u64,
    /// Bytes of all names together, which are all that is kept in memory.
    pub names: u64,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self { entries: 1 << 16, bytes: 2 << 30, names: 4 << 20 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Checks the names, kinds and sizes of the entries of one archive. A name that passes is relative,
/// below the archive's root, made of components that mean the same on every platform, and collides
/// with no other name even where case does not count.
#[derive(Debug)]
pub struct Guard {
    root: String,
    pub(crate) hashed: Hashed,
    coverage: Coverage,
    limits: Limits,
    seen: HashMap<String, Entry>,
    entries: u64,
    /// Of all files admitted so far.
    pub(crate) bytes: u64,
    names: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte: the sum of the whole archive is known, or it is a module zip.
    Everything,
    /// Only the files of the module, which the checksum database proves. The rest is left out.
    Module,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The path below GOROOT, with `/`; empty for the root directory.
    pub path: String,
    /// New directories on the way, outermost first; a directory entry names itself.
    pub directories: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    /// The name as it was written, if that is not the key.
    spelled: Option<Box<str>>,
    directory: bool,
    listed: bool,
}

impl Guard {
    /// A guard for a release archive, whose names all begin with `go/`.
    pub fn for_archive(coverage: Coverage, limits: Limits) -> Self {
        Self::new("go/".to_owned(), Hashed::Archive, coverage, limits)
    }

    /// A guard for the zip of `module` (`golang.org/toolchain@v0.0.1-…`).
    pub fn for_module(module: &str, limits: Limits) -> Self {
        Self::new(format!("{module}/"), Hashed::Module, Coverage::Everything, limits)
    }

    /// A guard for an archive of which every byte is proven, and whose names all begin with
    /// `directory/`.
    pub fn for_directory(directory: &str, limits: Limits) -> Self {
        Self::new(format!("{directory}/"), Hashed::Archive, Coverage::Everything, limits)
    }

    fn new(root: String, hashed: Hashed, coverage: Coverage, limits: Limits) -> Self {
        Self { root, hashed, coverage, limits, seen: HashMap::new(), entries: 0, bytes: 0, names: 0 }
    }

    /// Judges one entry of `size` bytes. `None`: to be left out, since no proof covers it.
    pub fn admit(&mut self, name: &[u8], kind: EntryKind, size: u64) -> Result<Option<Admitted>, Refused> {
        let refuse = |reason| Refused { name: printable(name), reason };
        self.count().map_err(refuse)?;
        let text = str::from_utf8(name).map_err(|_| refuse(Reason::NotText))?;
        let path = self.relative(text, kind).map_err(refuse)?;
        let path = self.rename(path).map_err(refuse)?;
        if kind == EntryKind::File {
            self.weigh(size).map_err(refuse)?;
        }
        let directories = self.record(&path, kind == EntryKind::Directory).map_err(refuse)?;
        if self.coverage == Coverage::Module && is_outside_module(&path) {
            return Ok(None);
        }
        Ok(Some(Admitted { path, directories }))
    }

    /// Judges the size of a tar extension header, which counts like an entry.
    pub fn admit_header(&mut self, name: &[u8], size: u64) -> Result<(), Refused> {
        let refuse = |reason| Refused { name: printable(name), reason };
        self.count().map_err(refuse)?;
        if size > MAX_HEADER {
            return Err(refuse(Reason::HeaderTooLarge { limit: MAX_HEADER }));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Reason> {
        self.entries += 1;
        let limit = self.limits.entries;
        if self.entries > limit { Err(Reason::TooManyEntries { limit }) } else { Ok(()) }
    }

    fn weigh(&mut self, size: u64) -> Result<(), Reason> {
        self.bytes = self.bytes.saturating_add(size);
        let limit = self.limits.bytes;
        if self.bytes > limit { Err(Reason::TooLarge { limit }) } else { Ok(()) }
    }

    fn relative<'a>(&self, name: &'a str, kind: EntryKind) -> Result<&'a str, Reason> {
        if kind == EntryKind::Other {
            return Err(Reason::NotAFile);
        }
        if name.len() > MAX_NAME {
            return Err(Reason::TooLong);
        }
        let is_directory = kind == EntryKind::Directory;
        let trimmed = if is_directory { name.strip_suffix('/').unwrap_or(name) } else { name };
        // The root itself may be listed, as `go/` or below a module as `golang.org/`.
        if is_directory && self.root.starts_with(&format!("{trimmed}/")) {
            return Ok("");
        }
        // Components first: `../x` is better told as that than as a name outside the root.
        trimmed.split('/').try_for_each(check_component)?;
        if trimmed.split('/').count() > MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        trimmed.strip_prefix(&self.root).ok_or_else(|| Reason::OutsideRoot { root: self.root.clone() })
    }

    /// Gives `_go.mod` of a module its name in a toolchain (`cmd/go` does so after unpacking).
    fn rename(&self, path: &str) -> Result<String, Reason> {
        let last = path.rsplit('/').next().unwrap_or_default();
        match (self.hashed, self.coverage) {
            // Invalid in a module zip (x/mod/zip `CheckZip`), and would hide behind `_go.mod`.
            (Hashed::Module, _) if last.eq_ignore_ascii_case("go.mod") => Err(Reason::GoModInModule),
            // The tree hash is the same for both names, so only the name a release has is taken.
            (Hashed::Archive, Coverage::Module) if last.eq_ignore_ascii_case("_go.mod") => {
                Err(Reason::RenamedGoMod)
            }
            (Hashed::Module, _) if last == "_go.mod" => {
                Ok(format!("{}go.mod", path.strip_suffix(last).unwrap_or_default()))
            }
            _ => Ok(path.to_owned()),
        }
    }

    /// Notes the path and its parents, refuses collisions, returns the directories not seen before.
    fn record(&mut self, path: &str, directory: bool) -> Result<Vec<String>, Reason> {
        let mut fresh = Vec::new();
        if path.is_empty() {
            return Ok(fresh);
        }
        for (at, _) in path.match_indices('/') {
            let parent = path.get(..at).unwrap_or_default();
            if self.note(parent, true, false)? {
                self.count()?;
                fresh.push(parent.to_owned());
            }
        }
        if self.note(path, directory, true)? && directory {
            fresh.push(path.to_owned());
        }
        Ok(fresh)
    }

    /// Whether `path` is new; `listed` tells an entry from a parent on the way to one.
    fn note(&mut self, path: &str, directory: bool, listed: bool) -> Result<bool, Reason> {
        let folded = fold(path);
        let Some(known) = self.seen.get_mut(folded.as_ref()) else {
            self.names = self.names.saturating_add(path.len() as u64);
            if self.names > self.limits.names {
                return Err(Reason::TooManyNames { limit: self.limits.names });
            }
            let spelled = (folded != path).then(|| path.into());
            self.seen.insert(folded.into_owned(), Entry { spelled, directory, listed });
            return Ok(true);
        };
        let spelled = known.spelled.as_deref().unwrap_or(&folded);
        if spelled != path {
            let other = spelled.to_owned();
            let case = spelled.to_lowercase() == path.to_lowercase();
            return Err(if case { Reason::SameButForCase { other } } else { Reason::SameToSome { other } });
        }
        if known.directory != directory {
            return Err(Reason::FileAndDirectory);
        }
        if listed && known.listed {
            return Err(Reason::Twice);
        }
        known.listed |= listed;
        Ok(false)
    }
}

/// An entry that no toolchain holds; the archive is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry `{name}` {reason}")]
pub struct Refused {
    pub name: String,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("has a name that is not UTF-8")]
    NotText,
    #[error("leaves the directory it is unpacked into")]
    Escapes,
    #[error("is not below `{root}`")]
    OutsideRoot { root: String },
    /// A character that is a separator, a stream or a wildcard somewhere, or a control character.
    #[error("contains the character `{}`, which some systems do not allow in names", .character.escape_default())]
    Character { character: char },
    /// `con`, `nul.txt`, a final dot or blank.
    #[error("has a name that Windows reserves")]
    ReservedName,
    #[error("has a name that is too long")]
    TooLong,
    #[error("is more than {MAX_DEPTH} directories deep")]
    TooDeep,
    #[error("is a link or a device")]
    NotAFile,
    #[error("appears twice")]
    Twice,
    #[error("differs from `{}` by case alone", shown(other))]
    SameButForCase { other: String },
    /// Another name that Unicode has for the same characters, which macOS takes for the same file.
    #[error("is `{}` to some file systems", other.escape_default())]
    SameToSome { other: String },
    #[error("is both a file and a directory")]
    FileAndDirectory,
    #[error("is a go.mod inside a module zip")]
    GoModInModule,
    /// `_go.mod` in an archive that only the tree hash proves.
    #[error("has the name of a module's file in an archive")]
    RenamedGoMod,
    #[error("is over the limit of {limit} entries")]
    TooManyEntries { limit: u64 },
    #[error("exceeds the limit of {} MiB for all names", limit >> 20)]
    TooManyNames { limit: u64 },
    #[error("is a header with more than {} KiB", limit >> 10)]
    HeaderTooLarge { limit: u64 },
    #[error("exceeds the limit of {} MiB for a toolchain", limit >> 20)]
    TooLarge { limit: u64 },
}

fn printable(name: &[u8]) -> String {
    shown(&String::from_utf8_lossy(name)).chars().take(200).collect()
}

fn check_component(component: &str) -> Result<(), Reason> {
    if component.is_empty() || component == "." || component == ".." {
        return Err(Reason::Escapes);
    }
    if component.len() > MAX_COMPONENT {
        return Err(Reason::TooLong);
    }
    if let Some(character) = component.chars().find(|character| is_odd(*character)) {
        return Err(Reason::Character { character });
    }
    if component.ends_with(['.', ' ']) || is_reserved(component) || is_short_name(component) {
        return Err(Reason::ReservedName);
    }
    Ok(())
}

/// `:` covers drive letters and alternate data streams, `\` the other separator. HFS+ skips marks
/// that nobody sees, and the same marks turn the order of what is printed around.
fn is_odd(character: char) -> bool {
    character.is_control()
        || matches!(character, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || matches!(character, '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// `PROGRA~1`: how Windows abbreviates a longer name (x/mod/module `checkElem` refuses it too).
fn is_short_name(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default();
    stem.rsplit_once('~')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What two names have in common that are one file on some system: case does not count on macOS and
/// Windows, nor does macOS tell `é` from `e` and an accent. Upper case first, since `ſ` and `ς` are
/// lower case already.
fn fold(path: &str) -> Cow<'_, str> {
    if path.is_ascii() {
        return if path.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(path.to_ascii_lowercase())
        } else {
            Cow::Borrowed(path)
        };
    }
    let decompose = DecomposingNormalizerBorrowed::new_nfd();
    let plain = decompose.normalize(path);
    let folded: String = plain.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    Cow::Owned(decompose.normalize(&folded).into_owned())
}

/// Device names count up to the first dot, in any case (learn.microsoft.com, "Naming Files").
fn is_reserved(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") {
        return true;
    }
    stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|rest| {
        matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
    })
}

/// Bytes; Go's longest name has 160.
const MAX_NAME: usize = 1024;
/// Components below and with the root; the deepest release has 15, module zips two more.
const MAX_DEPTH: usize = 64;
/// Bytes of a header that only describes entries.
const MAX_HEADER: u64 = 64 * 1024;
/// In bytes: the limit of every common file system.
const MAX_COMPONENT: usize = 255;

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
