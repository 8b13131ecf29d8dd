//! The Go versions that the files of a project ask for.

use gover_core::pin::{first_version, go_version};
use gover_core::{GoVersion, Request};
use gover_project::{FileKind, Role};

use super::module_file::ModuleFile;
use crate::{Evidence, MachinePath, Snapshot};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) file: MachinePath,
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) value: String,
}

impl Pin {
    pub(super) fn of(file: MachinePath, content: &str, line: usize, value: &str) -> Self {
        let text = content.lines().nth(line - 1).unwrap_or_default().trim_start_matches('\u{feff}').trim();
        Self { file, line, text: text.to_owned(), value: value.to_owned() }
    }

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
    /// The nearest file of each other version manager, none of which gover follows.
    pub(super) foreign: Vec<Pin>,
    pub(super) module: Option<ModuleFile>,
    pub(super) workspace: Option<ModuleFile>,
}

impl Pins {
    /// Reads the files in the working directory and above it.
    pub(super) fn read(snapshot: &Snapshot<'_>) -> Self {
        Self {
            version_file: nearest(snapshot, ".go-version", |path| pin(snapshot, path, first_version)),
            tool_versions: nearest(snapshot, ".tool-versions", |path| pin(snapshot, path, go_version)),
            foreign: FOREIGN
                .iter()
                .filter_map(|name| nearest(snapshot, name, |path| foreign(snapshot, path)))
                .collect(),
            module: nearest(snapshot, "go.mod", |path| ModuleFile::read(snapshot, path)),
            workspace: snapshot.go_work().and_then(|path| ModuleFile::read(snapshot, path)),
        }
    }

    /// The pin that applies: the nearest one, and in the same directory `.go-version`.
    pub(super) fn winner(&self) -> Option<&Pin> {
        // Of two in the same directory, the last is taken.
        let depth = |pin: &&Pin| pin.file.ancestors().count();
        self.tool_versions.iter().chain(&self.version_file).max_by_key(depth)
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

fn nearest<T>(snapshot: &Snapshot<'_>, name: &str, read: impl Fn(MachinePath) -> Option<T>) -> Option<T> {
    let paths = snapshot.directory.ancestors().map(|directory| directory.join(name));
    paths.filter(|path| snapshot.is_file(path)).find_map(read)
}

/// The line that `find` takes the value from.
fn pin(snapshot: &Snapshot<'_>, file: MachinePath, find: fn(&str) -> Option<(usize, &str)>) -> Option<Pin> {
    let text = snapshot.text(&file)?;
    let (line, value) = find(&text)?;
    Some(Pin::of(file, &text, line, value))
}

/// The first version in a file of another manager.
fn foreign(snapshot: &Snapshot<'_>, file: MachinePath) -> Option<Pin> {
    let text = snapshot.text(&file)?;
    let mentions = FileKind::of(file.as_str())?.read(&text).ok()?;
    let mention = mentions.iter().find(|mention| mention.role == Role::Pin)?;
    Some(Pin::of(file, &text, mention.line, mention.version.as_str()))
}

const FOREIGN: [&str; 5] =
    ["mise.toml", ".mise.toml", ".config/mise/config.toml", ".prototools", "devbox.json"];

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
