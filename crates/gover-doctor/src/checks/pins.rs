//! The Go versions that the files of a project ask for.

use gover_core::gorules::lookup;
use gover_core::version::GoVersion;
use gover_core::{Request, ToolchainName};

use crate::{Evidence, MachinePath, Snapshot};

/// A line of a file that names a Go version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) file: MachinePath,
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) value: String,
}

impl Pin {
    pub(super) fn evidence(&self) -> Evidence {
        Evidence::line(&self.file, self.line, &self.text)
    }

    /// The request; `None` if gover cannot parse it.
    pub(super) fn request(&self) -> Option<Request> {
        Request::parse_pin(&self.value).ok()
    }
}

/// Everything that names a Go version for the working directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pins {
    pub(super) version_file: Option<Pin>,
    /// The nearest `.tool-versions` with a Go line.
    pub(super) tool_versions: Option<Pin>,
    pub(super) module: Option<ModuleFile>,
    /// The go.work that applies.
    pub(super) workspace: Option<ModuleFile>,
}

/// A go.mod or go.work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ModuleFile {
    pub(super) path: MachinePath,
    pub(super) go: Option<Pin>,
    pub(super) toolchain: Option<Pin>,
}

impl ModuleFile {
    /// The version in the go line; `None` if there is none or it is malformed.
    pub(super) fn go_version(&self) -> Option<GoVersion> {
        GoVersion::parse(&self.go.as_ref()?.value).ok()
    }

    /// The version in the toolchain line, likewise.
    pub(super) fn toolchain_version(&self) -> Option<GoVersion> {
        let name = ToolchainName::parse(&self.toolchain.as_ref()?.value).ok()?;
        Some(name.version().clone())
    }
}

impl Pins {
    /// Reads the files in the working directory and above it.
    pub(super) fn read(snapshot: &Snapshot<'_>) -> Self {
        fn nearest<T>(
            snapshot: &Snapshot<'_>,
            name: &str,
            read: fn(&Snapshot<'_>, MachinePath) -> Option<T>,
        ) -> Option<T> {
            let paths = snapshot.directory.ancestors().map(|directory| directory.join(name));
            paths.filter(|path| snapshot.is_file(path)).find_map(|path| read(snapshot, path))
        }
        Self {
            version_file: nearest(snapshot, ".go-version", version_file),
            tool_versions: nearest(snapshot, ".tool-versions", tool_versions),
            module: nearest(snapshot, "go.mod", module_file),
            workspace: snapshot.go_work().and_then(|path| module_file(snapshot, path)),
        }
    }

    /// The pin that applies: the nearest one, and in the same directory `.go-version`.
    pub(super) fn winner(&self) -> Option<&Pin> {
        match (&self.version_file, &self.tool_versions) {
            (Some(version_file), Some(tool_versions)) => {
                // Both are in the working directory or above it, so one directory is inside the
                // other.
                let is_nearer = match (version_file.file.parent(), tool_versions.file.parent()) {
                    (Some(one), Some(other)) => one != other && other.is_inside(&one),
                    _ => false,
                };
                Some(if is_nearer { tool_versions } else { version_file })
            }
            (one, other) => one.as_ref().or(other.as_ref()),
        }
    }

    /// The file whose go and toolchain lines apply: a go.work takes precedence over go.mod.
    pub(super) fn governing(&self) -> Option<&ModuleFile> {
        self.workspace.as_ref().or(self.module.as_ref())
    }
}

/// The go line that applies here, with its version (`cmd/go/internal/toolchain.Select`).
pub(super) fn go_line(snapshot: &Snapshot<'_>) -> Option<(Pin, GoVersion)> {
    let pins = Pins::read(snapshot);
    let file = pins.governing()?;
    Some((file.go.clone()?, file.go_version()?))
}

fn version_file(snapshot: &Snapshot<'_>, file: MachinePath) -> Option<Pin> {
    let text = snapshot.text(&file)?;
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let (index, text, value) = lines
        .map(|(index, line)| (index, line.trim(), line.split('#').next().unwrap_or_default().trim()))
        .find(|(_, _, value)| !value.is_empty())?;
    Some(Pin { file, line: index + 1, text: text.to_owned(), value: value.to_owned() })
}

/// A line `golang V…` or `go V…` and its first version.
fn tool_line((index, line): (usize, &str)) -> Option<(usize, &str, &str)> {
    let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
    let is_go = matches!(words.next()?, "golang" | "go");
    Some((index, line.trim(), words.next()?)).filter(|_| is_go)
}

fn tool_versions(snapshot: &Snapshot<'_>, file: MachinePath) -> Option<Pin> {
    let text = snapshot.text(&file)?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let (index, text, value) = lines.find_map(tool_line)?;
    Some(Pin { file, line: index + 1, text: text.to_owned(), value: value.to_owned() })
}

fn module_file(snapshot: &Snapshot<'_>, path: MachinePath) -> Option<ModuleFile> {
    let text = snapshot.text(&path)?;
    let line = |key| {
        let (line, value) = lookup(&text, key)?;
        let whole = text.split('\n').nth(line - 1)?.trim().to_owned();
        Some(Pin { file: path.clone(), line, text: whole, value: value.to_owned() })
    };
    let (go, toolchain) = (line("go"), line("toolchain"));
    Some(ModuleFile { path, go, toolchain })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn the_nearest_files_count_and_the_nearest_of_all_wins() {
        let machine = Machine::linux()
            .file("~/.go-version", "\u{feff}\n# ours\n go1.21.3 # old\r\n")
            .file("~/shop/.tool-versions", "nodejs 20\ngolang 1.22.5 1.21\n")
            .file("~/shop/api/.tool-versions", "nodejs 20\n")
            .file("~/shop/go.mod", "module shop\n\ngo 1.22\n")
            .file("~/shop/go.work", "go 1.22.1\ntoolchain go1.22.5\n")
            .at("~/shop/api");
        let pins = machine.snapshot(Pins::read);
        assert_eq!(pins.version_file.as_ref().unwrap().value, "go1.21.3");
        assert_eq!(pins.version_file.as_ref().unwrap().line, 3);
        assert_eq!(
            pins.winner().unwrap().evidence().to_string(),
            "/home/ann/shop/.tool-versions:2: golang 1.22.5 1.21"
        );
        assert_eq!(pins.module.as_ref().unwrap().go_version().unwrap().as_str(), "1.22");
        assert_eq!(pins.governing().unwrap().toolchain_version().unwrap().as_str(), "1.22.5");
        let pins = machine.var("GOWORK", "off").snapshot(Pins::read);
        assert_eq!(pins.governing().unwrap().path, "/home/ann/shop/go.mod");
    }
}
