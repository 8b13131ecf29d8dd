//! The names by which a machine and its user are known.

use gover_core::env::vars;

use gover_source::{ModuleAnswer, Verdict};

use crate::checks::site;
use crate::{MachinePath, Snapshot};

/// Names that a report may have to leave out.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    pub(super) is_windows: bool,
    /// The home, as variables name it and with links followed.
    pub(super) homes: Vec<String>,
    /// The repository or working directory and its parents, each with its replacement, the deepest first.
    pub(super) project: Vec<(String, String)>,
    pub(super) users: Vec<String>,
    pub(super) machines: Vec<String>,
    /// Lists of servers and patterns, as in GOPROXY and GOPRIVATE.
    pub(super) servers: Vec<String>,
}

impl Identity {
    pub(crate) fn of(snapshot: &Snapshot<'_>) -> Self {
        Self {
            is_windows: snapshot.system.is_windows(),
            homes: homes(snapshot),
            project: project(snapshot),
            users: users(snapshot),
            machines: machines(snapshot),
            servers: servers(snapshot),
        }
    }

    /// More servers that may be private.
    #[must_use]
    pub fn with_servers(mut self, lists: impl IntoIterator<Item = String>) -> Self {
        self.servers.extend(lists);
        self
    }
}

/// What settings name, and the modules that look private.
fn servers(snapshot: &Snapshot<'_>) -> Vec<String> {
    let set = SERVERS.iter().chain(&vars::PROXIES).flat_map(|name| values(name, snapshot));
    let modules = snapshot.network.iter().flat_map(|network| &network.modules);
    let is_public = |module: &ModuleAnswer| module.proxies.iter().any(|probe| probe.verdict == Verdict::Good);
    set.chain(modules.filter(|module| !is_public(module)).map(|module| site(&module.path))).collect()
}

/// Both what the environment says and what the file says, which may also be printed.
fn values(name: &str, snapshot: &Snapshot<'_>) -> Vec<String> {
    let variable = snapshot.variable(name).map(str::to_owned);
    let lines = snapshot.go_env.lines.iter().filter(|line| line.name == name).map(|line| line.value.clone());
    variable.into_iter().chain(lines).collect()
}

fn homes(snapshot: &Snapshot<'_>) -> Vec<String> {
    let home = &snapshot.home;
    // The home of root in a small container may be `/`.
    if home.is_empty() || home.parent().is_none() {
        return Vec::new();
    }
    let mut homes = vec![home.as_str().trim_end_matches(['/', '\\']).to_owned()];
    let real = snapshot.real(home).to_string();
    if !homes.contains(&real) {
        homes.push(real);
    }
    homes.sort_by_key(|home| std::cmp::Reverse(home.len()));
    homes
}

/// Directories up to the home or the top of the disk. Those that Go and gover use for themselves stay.
fn project(snapshot: &Snapshot<'_>) -> Vec<(String, String)> {
    let Some(root) = snapshot.repository().or_else(|| Some(snapshot.directory.clone())) else {
        return Vec::new();
    };
    let mut kept = snapshot.gopath();
    kept.extend([snapshot.gover.home.clone(), snapshot.home.clone()]);
    let is_kept = |path: &MachinePath| {
        path.is_empty()
            || path.parent().is_none_or(|parent| parent.parent().is_none())
            || kept.iter().any(|kept| !kept.is_empty() && kept.is_inside(path))
    };
    let mut project = Vec::new();
    let mut name = "PROJECT".to_owned();
    let separator = if snapshot.system.is_windows() { '\\' } else { '/' };
    for path in root.ancestors().take_while(|path| !is_kept(path)) {
        project.push((path.as_str().trim_end_matches(['/', '\\']).to_owned(), name.clone()));
        let real = snapshot.real(&path).to_string();
        if real != path.as_str() {
            project.push((real, name.clone()));
        }
        name = format!("{name}{separator}..");
    }
    project
}

fn users(snapshot: &Snapshot<'_>) -> Vec<String> {
    let variables = ["USER", "LOGNAME", "USERNAME", "SUDO_USER"];
    let named = variables.iter().filter_map(|name| snapshot.variable(name).map(str::to_owned));
    let of_home = Some(snapshot.home.file_name().to_owned());
    names(named.chain(of_home))
}

/// The name of this machine, with and without its domain. Linux and macOS keep it in files.
fn machines(snapshot: &Snapshot<'_>) -> Vec<String> {
    let variables = ["HOSTNAME", "HOST", "COMPUTERNAME", "USERDOMAIN", "USERDNSDOMAIN"];
    let named = variables.iter().filter_map(|name| snapshot.variable(name).map(str::to_owned));
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let in_files = files.iter().filter_map(|path| snapshot.text(&snapshot.system.path(*path)));
    let list =
        snapshot.text(&snapshot.system.path("/Library/Preferences/SystemConfiguration/preferences.plist"));
    let in_list = ["HostName", "LocalHostName", "ComputerName"].into_iter().filter_map(|key| {
        let (_, rest) = list.as_deref()?.split_once(&format!("<key>{key}</key>"))?;
        Some(rest.split_once("<string>")?.1.split_once("</string>")?.0.to_owned())
    });
    let found: Vec<String> =
        named.chain(in_files).chain(in_list).map(|name| name.trim().to_owned()).collect();
    let short: Vec<String> =
        found.iter().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
    names(found.into_iter().chain(short))
}

/// Without names that many machines share or that are part of words, the longest first.
fn names(found: impl Iterator<Item = String>) -> Vec<String> {
    let is_telling = |name: &String| name.len() > 1 && !is_common(&name.to_lowercase());
    let mut names: Vec<String> = found.filter(is_telling).collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), name.clone()));
    names.dedup();
    names
}

fn is_common(name: &str) -> bool {
    COMMON.split_whitespace().any(|common| common == name)
}

/// Names of users and machines that tell nothing about a person or company. Replacing them would make the
/// report wrong: `go` is also the program.
const COMMON: &str = "\
    admin administrator alpine app arch bin build builder ci codespace container debian \
    default dev developer docker fedora git gitpod go golang gover home jenkins linux \
    local localhost mac macos node nobody nonroot path pc project root runner \
    runneradmin server src system test tmp ubuntu user users usr var vscode windows work \
    workgroup workspace wsl";

const SERVERS: &[&str] = &[
    vars::GOPROXY,
    vars::GOSUMDB,
    vars::GOVULNDB,
    vars::GOVER_SOURCES,
    vars::GOVER_GODEV_URL,
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOINSECURE",
];
