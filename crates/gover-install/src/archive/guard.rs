//! The one gate every name of every archive passes before anything is written.

use std::collections::HashMap;

use crate::digest::{Hashed, is_outside_module};

/// What an archive entry claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A link, a device, a pipe: nothing a toolchain holds.
    Other,
}

/// How much one archive may unpack to. Go's own limit for a module is 500 MiB (`x/mod/zip` `MaxZipFile`);
/// the largest release unpacks to about 600 MB in 15,000 files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries, directories included.
    pub entries: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 200_000, bytes: 2 << 30 }
    }
}

/// Judges names, kinds and sizes of one archive.
///
/// A name that passes is relative, below the archive's root, made of components that mean the same on every
/// platform, and collides with no other name even where case does not count.
#[derive(Debug)]
pub struct Guard {
    root: String,
    hashed: Hashed,
    coverage: Coverage,
    limits: Limits,
    seen: HashMap<String, Seen>,
    entries: u64,
    bytes: u64,
}

/// What the proof that will be compared covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte: the sum of the whole archive is known, or it is a module zip.
    Everything,
    /// The files of the module alone: an archive that only the checksum database proves. The rest is left
    /// out, so that nothing unproven is installed.
    Module,
}

/// An entry that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The path below GOROOT, with `/`; empty for the root directory.
    pub path: String,
    /// Directories on the way that were not there before, outermost first; a directory entry names itself.
    pub directories: Vec<String>,
}

#[derive(Debug)]
struct Seen {
    spelled: String,
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

    fn new(root: String, hashed: Hashed, coverage: Coverage, limits: Limits) -> Self {
        Self { root, hashed, coverage, limits, seen: HashMap::new(), entries: 0, bytes: 0 }
    }

    /// What the names belong to.
    pub fn hashed(&self) -> Hashed {
        self.hashed
    }

    /// Bytes of all files admitted so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Judges one entry of `size` bytes. `None`: to be left out, since no proof covers it.
    pub fn admit(&mut self, name: &[u8], kind: Kind, size: u64) -> Result<Option<Admitted>, Refused> {
        let refuse = |reason| Refused { name: printable(name), reason };
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(refuse(Reason::TooManyEntries { limit: self.limits.entries }));
        }
        let text = str::from_utf8(name).map_err(|_| refuse(Reason::NotText))?;
        let path = self.relative(text, kind).map_err(refuse)?;
        let path = self.rename(path).map_err(refuse)?;
        if kind == Kind::File {
            self.bytes = self.bytes.saturating_add(size);
            if self.bytes > self.limits.bytes {
                return Err(refuse(Reason::TooLarge { limit: self.limits.bytes }));
            }
        }
        let directories = self.record(&path, kind == Kind::Directory).map_err(refuse)?;
        if self.coverage == Coverage::Module && is_outside_module(&path) {
            return Ok(None);
        }
        Ok(Some(Admitted { path, directories }))
    }

    /// The path below the root, checked component by component.
    fn relative<'a>(&self, name: &'a str, kind: Kind) -> Result<&'a str, Reason> {
        if kind == Kind::Other {
            return Err(Reason::NotAFile);
        }
        if name.len() > MAX_NAME {
            return Err(Reason::TooLong);
        }
        let trimmed = match kind {
            Kind::Directory => name.strip_suffix('/').unwrap_or(name),
            _ => name,
        };
        // The root itself may be listed, as `go/` or below a module as `golang.org/`.
        if kind == Kind::Directory && self.root.starts_with(&format!("{trimmed}/")) {
            return Ok("");
        }
        // Components first: `../x` is better told as that than as a name outside the root.
        trimmed.split('/').try_for_each(check_component)?;
        let path = trimmed
            .strip_prefix(self.root.as_str())
            .ok_or_else(|| Reason::OutsideRoot { root: self.root.clone() })?;
        Ok(path)
    }

    /// Gives `_go.mod` of a module its name in a toolchain (`cmd/go` does so after unpacking).
    fn rename(&self, path: &str) -> Result<String, Reason> {
        let (directory, last) = match path.rsplit_once('/') {
            Some((directory, last)) => (Some(directory), last),
            None => (None, path),
        };
        let renamed = last.eq_ignore_ascii_case("_go.mod");
        match (self.hashed, self.coverage) {
            // `go.mod` in a module zip is invalid (x/mod/zip `CheckZip`) and would hide behind `_go.mod`.
            (Hashed::Module, _) if last.eq_ignore_ascii_case("go.mod") => Err(Reason::GoModInModule),
            // The tree hash is the same for both names, so only the name a release has is taken.
            (Hashed::Archive, Coverage::Module) if renamed => Err(Reason::RenamedGoMod),
            (Hashed::Module, _) if last == "_go.mod" => Ok(match directory {
                Some(directory) => format!("{directory}/go.mod"),
                None => "go.mod".to_owned(),
            }),
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
            let parent = &path[..at];
            if self.note(parent, true, false)? {
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
        let folded = path.to_lowercase();
        let Some(known) = self.seen.get_mut(&folded) else {
            let spelled = path.to_owned();
            self.seen.insert(folded, Seen { spelled, directory, listed });
            return Ok(true);
        };
        if known.spelled != path {
            return Err(Reason::SameButForCase { other: known.spelled.clone() });
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
    /// The entry's name, safe to print.
    pub name: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not UTF-8.
    #[error("has a name that is not UTF-8")]
    NotText,
    /// Absolute, with `..`, or with an empty component.
    #[error("leaves the directory it is unpacked into")]
    Escapes,
    /// Below another top directory.
    #[error("is not below `{root}`")]
    OutsideRoot {
        /// The one top directory.
        root: String,
    },
    /// A character that is a separator, a stream or a wildcard somewhere, or a control character.
    #[error("holds the character `{}`, which is not a part of names everywhere", .character.escape_default())]
    Character {
        /// The character.
        character: char,
    },
    /// `con`, `nul.txt`, a final dot or blank.
    #[error("has a name that Windows reserves")]
    ReservedName,
    /// Longer than any file system takes.
    #[error("has a name that is too long")]
    TooLong,
    /// A link, device or the like.
    #[error("is a link or a device")]
    NotAFile,
    /// The same name again.
    #[error("is there twice")]
    Twice,
    /// Another name that is the same file on macOS and Windows.
    #[error("differs from `{}` by case alone", other.escape_debug())]
    SameButForCase {
        /// The other name.
        other: String,
    },
    /// A file where a directory is, or the other way round.
    #[error("is both a file and a directory")]
    FileAndDirectory,
    /// `go.mod` in a module zip.
    #[error("is a go.mod inside a module zip")]
    GoModInModule,
    /// `_go.mod` in an archive that only the tree hash proves.
    #[error("has the name of a module's file in an archive")]
    RenamedGoMod,
    /// Bomb.
    #[error("is one more than the {limit} entries a toolchain may have")]
    TooManyEntries {
        /// The most that is taken.
        limit: u64,
    },
    /// Bomb.
    #[error("would exceed the {} MiB a toolchain may unpack to", limit >> 20)]
    TooLarge {
        /// The most that is taken, in bytes.
        limit: u64,
    },
}

fn check_component(component: &str) -> Result<(), Reason> {
    if component.is_empty() || component == "." || component == ".." {
        return Err(Reason::Escapes);
    }
    if component.len() > MAX_COMPONENT {
        return Err(Reason::TooLong);
    }
    // `:` covers drive letters and alternate data streams, `\` the other separator.
    let odd = |c: &char| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*');
    if let Some(character) = component.chars().find(odd) {
        return Err(Reason::Character { character });
    }
    if component.ends_with(['.', ' ']) || is_reserved(component) {
        return Err(Reason::ReservedName);
    }
    Ok(())
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

fn printable(name: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(name).escape_debug().take(200).collect();
    text
}

/// Bytes; Go's longest name has 160.
const MAX_NAME: usize = 1024;
/// Bytes; the limit of every common file system.
const MAX_COMPONENT: usize = 255;

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
