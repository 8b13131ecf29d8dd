//! Which version other programs use where nothing else chooses, and which one a project asks them
//! for in a file that gover does not read.

use gover_project::{FileKind, Role};

use super::table::{Chosen, KEEPERS};
use super::{Keeper, version_of};
use crate::{MachinePath, Snapshot};

/// A version that another program uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub keeper: &'static str,
    /// Where it says so.
    pub place: MachinePath,
    /// As it is written there: `1.22.5`, `go1.22.5`, `latest`.
    pub request: String,
    pub scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere, unless a project says otherwise.
    Default,
    /// The project in the working directory.
    Project,
}

/// The defaults of all keepers, and the pin of the project here that only they read.
pub fn choices(snapshot: &Snapshot<'_>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for choice in KEEPERS.iter().filter_map(|keeper| default_of(keeper, snapshot)).chain(pin(snapshot)) {
        if choices.iter().all(|known| known.place != choice.place) {
            choices.push(choice);
        }
    }
    choices
}

fn default_of(keeper: &Keeper, snapshot: &Snapshot<'_>) -> Option<Choice> {
    let root = keeper.root(snapshot)?;
    let (place, request) = match keeper.chosen {
        Chosen::Nowhere => return None,
        Chosen::Line(file) => {
            let place = root.join(file);
            let text = snapshot.text(&place)?;
            (place, text.lines().next()?.trim().to_owned())
        }
        Chosen::Assignment(file, variable) => {
            let place = root.join(file);
            let text = snapshot.text(&place)?;
            let statements = text.lines().flat_map(|line| line.split(';'));
            let mut values =
                statements.filter_map(|one| one.trim().strip_prefix(variable)?.strip_prefix('='));
            let value = values.next_back()?;
            (place, value.trim_matches(['"', '\'']).to_owned())
        }
        Chosen::Current(link) => {
            let place = if link.is_empty() { root } else { root.join(link) };
            let version = version_of(snapshot, &place)?;
            (place, version)
        }
        Chosen::Mise => mise(snapshot)?,
        Chosen::ToolVersions => {
            let place = snapshot.home.join(".tool-versions");
            let request = first_pin(&place, FileKind::ToolVersions, snapshot)?;
            (place, request)
        }
    };
    let is_request = !request.is_empty() && !request.contains(char::is_whitespace);
    is_request.then_some(Choice { keeper: keeper.name, place, request, scope: Scope::Default })
}

/// The configuration of mise for the user (`mise settings`, "Global config").
fn mise(snapshot: &Snapshot<'_>) -> Option<(MachinePath, String)> {
    let path = |name: &str| snapshot.variable(name).map(|path| snapshot.system.path(path));
    let named = path("MISE_GLOBAL_CONFIG_FILE");
    let directory = path("MISE_CONFIG_DIR").or_else(|| Some(snapshot.xdg_configuration()?.join("mise")));
    let place = named.or_else(|| Some(directory?.join("config.toml")))?;
    let request = first_pin(&place, FileKind::Mise, snapshot)?;
    Some((place, request))
}

/// The file nearest to the working directory that gover does not read, unless one that it reads is as
/// near.
fn pin(snapshot: &Snapshot<'_>) -> Option<Choice> {
    const READ: [&str; 2] = [".go-version", ".tool-versions"];
    const OTHERS: [(&str, FileKind, &str); 3] = [
        ("mise.toml", FileKind::Mise, "mise"),
        (".mise.toml", FileKind::Mise, "mise"),
        (".prototools", FileKind::Prototools, "proto"),
    ];
    for directory in snapshot.directory.ancestors() {
        if READ.iter().any(|name| snapshot.is_file(&directory.join(name))) {
            return None;
        }
        let found = OTHERS.iter().find_map(|(name, kind, keeper)| {
            let place = directory.join(name);
            let request = first_pin(&place, *kind, snapshot)?;
            Some(Choice { keeper, place, request, scope: Scope::Project })
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

fn first_pin(place: &MachinePath, kind: FileKind, snapshot: &Snapshot<'_>) -> Option<String> {
    let text = snapshot.text(place)?;
    let mentions = kind.read(&text).ok()?;
    let mention = mentions.into_iter().find(|mention| mention.role == Role::Pin)?;
    text.get(mention.range).map(str::to_owned)
}
