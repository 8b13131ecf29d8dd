//! Which package manager installed gover, if one did: then it is the one to update gover.

use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_sys::file::read_text_limited;

/// A package of gover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// `None` if it is none that this gover knows.
    pub manager: Option<PackageManager>,
    /// The program in the package, of which the running one is a copy that `gover setup` made.
    pub original: Option<PathBuf>,
}

impl Package {
    /// The package that `program` is from, by the file that packages carry next to it.
    pub fn of(program: &Path) -> Option<Self> {
        mark_of(&program.canonicalize().ok()?).map(|mark| Self::read(&mark))
    }

    /// The word with which the package of `program` names its kind, known to this gover or not.
    pub fn word(program: &Path) -> Option<String> {
        let text = read_text_limited(&mark_of(program)?, LIMIT).ok()?;
        text.lines().next().map(|line| line.trim().to_owned()).filter(|word| !word.is_empty())
    }

    /// An unreadable file still says that there is a package.
    fn read(mark: &Path) -> Self {
        let text = read_text_limited(mark, LIMIT).unwrap_or_default();
        let mut lines = text.lines();
        let manager = PackageManager::parse(lines.next().unwrap_or_default().trim());
        let original = lines.next().map(PathBuf::from).filter(|path| path.is_absolute());
        Self { manager, original }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageManager {
    Deb,
    Rpm,
    Pip,
    Npm,
    Homebrew,
    Scoop,
    Aur,
    Nix,
}

impl PackageManager {
    /// What installed gover, as the subject of a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deb => "a Debian package",
            Self::Rpm => "an RPM package",
            Self::Pip => "pip",
            Self::Npm => "npm",
            Self::Homebrew => "Homebrew",
            Self::Scoop => "Scoop",
            Self::Aur => "an AUR package",
            Self::Nix => "Nix",
        }
    }

    /// What updates gover: a command, or what to do.
    pub fn command(self) -> &'static str {
        match self {
            Self::Deb => "install the newer .deb file of gover with apt-get",
            Self::Rpm => "install the newer .rpm file of gover with dnf",
            Self::Pip => "install the newer wheel file of gover with pip",
            Self::Npm => "install the newer .tgz files of gover with npm",
            Self::Homebrew => "brew upgrade gover",
            Self::Scoop => "scoop update gover",
            Self::Aur => "install the newer AUR package with makepkg or your AUR helper",
            Self::Nix => "nix profile upgrade gover",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "deb" => Self::Deb,
            "rpm" => Self::Rpm,
            "pip" => Self::Pip,
            "npm" => Self::Npm,
            "homebrew" => Self::Homebrew,
            "scoop" => Self::Scoop,
            "aur" => Self::Aur,
            "nix" => Self::Nix,
            _ => return None,
        })
    }
}

/// The file by which a package is known. It is where a home has it, below the prefix of the package
/// or below the directory of its programs.
fn mark_of(program: &Path) -> Option<PathBuf> {
    let directory = program.parent()?;
    let places = directory.parent().into_iter().chain([directory]);
    places.map(|place| Layout::new(place.to_owned()).channel()).find(|mark| mark.exists())
}

const LIMIT: u64 = 64 << 10;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_next_to_the_program_or_above_it_names_the_package() {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("bin/gover");
        fs::create_dir_all(root.path().join("bin/share/gover")).unwrap();
        fs::create_dir_all(root.path().join("share/gover")).unwrap();
        fs::write(&program, "").unwrap();
        let package = || Package::of(&program);
        assert_eq!(package(), None);
        fs::write(root.path().join("bin/share/gover/channel"), "npm\n").unwrap();
        assert_eq!(package().unwrap().manager, Some(PackageManager::Npm));
        let original = root.path().join("opt/gover");
        fs::write(root.path().join("share/gover/channel"), format!("deb\n{}\n", original.display())).unwrap();
        let expected = Package { manager: Some(PackageManager::Deb), original: Some(original) };
        assert_eq!(package(), Some(expected));
        fs::write(root.path().join("share/gover/channel"), "conda\nnowhere\n").unwrap();
        assert_eq!(package(), Some(Package { manager: None, original: None }));
    }
}
