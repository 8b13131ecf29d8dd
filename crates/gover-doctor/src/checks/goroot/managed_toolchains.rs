//! Toolchains that other version managers, `golang.org/dl` and the go command keep.

use gover_core::text::counted;

use super::go_leftovers::is_used;
use crate::checks::finding_go::go_programs::version_of;
use crate::{Evidence, Finding, MachinePath, Snapshot};

/// Who keeps toolchains in a directory, and how they are removed.
struct Keeper {
    name: &'static str,
    /// The variable that names its directory, and the directory below the home otherwise.
    root: (Option<&'static str>, &'static str),
    /// Where the toolchains are below it.
    toolchains: &'static str,
    /// Where GOROOT is below a toolchain's directory; empty if it is that directory.
    goroot: &'static str,
    /// What its program removes a toolchain with, before the name of the directory.
    uninstall: &'static str,
}

const KEEPERS: &[Keeper] = &[
    keeper("golang.org/dl", None, "sdk", "", ""),
    keeper("goenv", Some("GOENV_ROOT"), ".goenv", "versions", "goenv uninstall "),
    Keeper {
        root: (Some("MISE_DATA_DIR"), ".local/share/mise"),
        ..keeper("mise", None, "", "installs/go", "mise uninstall go@")
    },
    keeper("gvm", Some("GVM_ROOT"), ".gvm", "gos", "gvm uninstall "),
    Keeper {
        goroot: "go",
        ..keeper("asdf", Some("ASDF_DATA_DIR"), ".asdf", "installs/golang", "asdf uninstall golang ")
    },
    keeper("g", Some("G_HOME"), ".g", "versions", "g uninstall "),
    keeper("gobrew", Some("GOBREW_ROOT"), ".gobrew", "versions", "gobrew uninstall "),
];

const fn keeper(
    name: &'static str,
    variable: Option<&'static str>,
    directory: &'static str,
    toolchains: &'static str,
    uninstall: &'static str,
) -> Keeper {
    Keeper { name, root: (variable, directory), toolchains, goroot: "", uninstall }
}

struct Kept {
    /// What is removed: the toolchain's whole directory.
    directory: MachinePath,
    version: String,
}

pub(super) fn findings(snapshot: &Snapshot<'_>) -> impl Iterator<Item = Finding> {
    KEEPERS.iter().filter_map(|keeper| of_keeper(snapshot, keeper)).chain(of_module_cache(snapshot))
}

fn of_keeper(snapshot: &Snapshot<'_>, keeper: &Keeper) -> Option<Finding> {
    let (variable, directory) = keeper.root;
    let named = variable.and_then(|name| snapshot.variable(name)).map(|path| snapshot.system.path(path));
    let of_data = || {
        let data = snapshot.variable("XDG_DATA_HOME").filter(|_| keeper.name == "mise")?;
        Some(snapshot.system.path(data).join("mise"))
    };
    let root = named.or_else(of_data).unwrap_or_else(|| snapshot.home.join(directory));
    // On PATH it is in use, and the order of PATH decides.
    if keeper.name != "golang.org/dl" && snapshot.path().iter().any(|entry| entry.is_inside(&root)) {
        return None;
    }
    let place = if keeper.toolchains.is_empty() { root } else { root.join(keeper.toolchains) };
    let kept = toolchains(snapshot, &place, keeper.goroot);
    let what = format!("{} contains {} of {}", snapshot.short(&place), count(&kept)?, keeper.name);
    let has_program = !keeper.uninstall.is_empty()
        && snapshot.program(keeper.uninstall.split(' ').next().unwrap_or_default()).is_some();
    Some(kept.into_iter().fold(Finding::note(what, WHY), |finding, kept| {
        let name = kept.directory.file_name();
        let removal = if has_program {
            Some(format!("{}{}", keeper.uninstall, snapshot.word(name)))
        } else {
            removal(snapshot, &kept.directory)
        };
        let install = format!("gover install {}", kept.version.trim_start_matches("go"));
        finding
            .commands(removal.map(|removal| then(snapshot, &install, &removal)))
            .shown_by([evidence(snapshot, &kept)])
    }))
}

/// The go command downloads toolchains as modules, whose files are read-only.
fn of_module_cache(snapshot: &Snapshot<'_>) -> Option<Finding> {
    if !snapshot.may_change_store() {
        // gover cannot install what go.mod asks for, so the go command does.
        return None;
    }
    let place = snapshot.gomodcache()?.join("golang.org");
    let mut kept = toolchains(snapshot, &place, "");
    kept.retain(|kept| kept.directory.file_name().starts_with("toolchain@"));
    let what = format!("the module cache contains {} that the go command downloaded", count(&kept)?);
    let why = "only a `go` started without gover uses them; each takes about 200 MiB";
    Some(kept.into_iter().fold(Finding::note(what, why), |finding, kept| {
        let path = snapshot.word(&kept.directory);
        let command = removal(snapshot, &kept.directory).map(|removal| {
            let is_windows = snapshot.system.is_windows();
            if is_windows { removal } else { format!("chmod -R u+w {path} && {removal}") }
        });
        finding.commands(command).shown_by([evidence(snapshot, &kept)])
    }))
}

fn toolchains(snapshot: &Snapshot<'_>, place: &MachinePath, goroot: &str) -> Vec<Kept> {
    let mut known = Vec::new();
    let kept = snapshot.disk.list(place).into_iter().filter_map(|name| {
        let directory = place.join(name);
        let root = if goroot.is_empty() { directory.clone() } else { directory.join(goroot) };
        // `latest` and `1.22` may be links to another one.
        let is_new = !known.contains(&snapshot.real(&root));
        known.push(snapshot.real(&root));
        let version = version_of(snapshot, &root).filter(|_| is_new && !is_used(snapshot, &directory))?;
        Some(Kept { directory, version })
    });
    kept.collect()
}

fn count(kept: &[Kept]) -> Option<String> {
    (!kept.is_empty()).then(|| counted(kept.len(), "toolchain"))
}

fn evidence(snapshot: &Snapshot<'_>, kept: &Kept) -> Evidence {
    let owner = snapshot.other_owner(&kept.directory);
    let owner = owner.map(|owner| format!(", belongs to {owner}")).unwrap_or_default();
    Evidence::path(&kept.directory, format!("{}{owner}", kept.version))
}

/// The command that deletes a directory; `None` for what is not the user's own.
fn removal(snapshot: &Snapshot<'_>, directory: &MachinePath) -> Option<String> {
    let verb = if snapshot.system.is_windows() { "Remove-Item -Recurse -Force" } else { "rm -r" };
    let is_own = directory.is_inside(&snapshot.home) && snapshot.is_own(directory);
    is_own.then(|| format!("{verb} {}", snapshot.word(directory)))
}

fn then(snapshot: &Snapshot<'_>, first: &str, second: &str) -> String {
    format!("{first}{} {second}", if snapshot.system.is_windows() { ";" } else { " &&" })
}

const WHY: &str = "gover does not use them, and each takes about 200 MiB";

#[cfg(test)]
mod tests {
    use crate::snapshot::disk::Owner;
    use crate::testing::Machine;

    #[test]
    fn toolchains_of_each_keeper_are_found() {
        for (place, name) in [
            ("~/sdk/go1.21.0", "golang.org/dl"),
            ("~/.goenv/versions/1.21.0", "goenv"),
            ("~/.local/share/mise/installs/go/1.21.0", "mise"),
            ("~/.gvm/gos/go1.21", "gvm"),
            ("~/.asdf/installs/golang/1.21.0/go", "asdf"),
            ("~/.g/versions/1.21.0", "g"),
            ("~/.gobrew/versions/1.21.0", "gobrew"),
        ] {
            let machine = Machine::linux().toolchain(place, "go1.21.0");
            let findings = machine.findings("go-leftovers");
            assert_eq!(findings.len(), 1, "{name}");
            assert!(findings[0].what.ends_with(&format!(" contains 1 toolchain of {name}")), "{findings:?}");
            let directory = place.trim_end_matches("/go").replace('~', "/home/ann");
            assert_eq!(findings[0].evidence[0].to_string(), format!("{directory}: go1.21.0"));
            assert_eq!(
                findings[0].fix.commands,
                [format!("gover install 1.21.0 && rm -r {directory}")],
                "{name}"
            );
            let in_use = machine.clone().path_first(&format!("{place}/bin"));
            assert_eq!(in_use.findings("go-leftovers"), [], "{name}");
            let of_root = machine.owned(&directory, Owner::Root).findings("go-leftovers");
            assert_eq!(of_root[0].fix.commands, Vec::<String>::new(), "{name}");
            assert!(of_root[0].evidence[0].to_string().ends_with("go1.21.0, belongs to root"));
        }
    }

    #[test]
    fn another_place_and_the_own_program_of_a_manager_are_known() {
        let machine = Machine::linux()
            .toolchain("/data/goenv/versions/1.21.0", "go1.21.0")
            .var("GOENV_ROOT", "/data/goenv");
        let findings = machine.findings("go-leftovers");
        assert_eq!(findings[0].what, "/data/goenv/versions contains 1 toolchain of goenv");
        // Outside the home it may serve others.
        assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        let findings = machine.program("/usr/bin/goenv", "").findings("go-leftovers");
        assert_eq!(findings[0].fix.commands, ["gover install 1.21.0 && goenv uninstall 1.21.0"]);
    }

    #[test]
    fn toolchains_in_the_module_cache_are_found() {
        let directory = "/home/ann/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.23.4.linux-amd64";
        let machine =
            Machine::linux().toolchain(directory, "go1.23.4").directory("~/go/pkg/mod/golang.org/x");
        let findings = machine.findings("go-leftovers");
        assert_eq!(findings[0].what, "the module cache contains 1 toolchain that the go command downloaded");
        assert_eq!(findings[0].evidence[0].to_string(), format!("{directory}: go1.23.4"));
        assert_eq!(findings[0].fix.commands, [format!("chmod -R u+w {directory} && rm -r {directory}")]);
    }

    #[test]
    fn links_and_other_directories_are_not_toolchains() {
        let machine = Machine::linux()
            .toolchain("~/.local/share/mise/installs/go/1.21.0", "go1.21.0")
            .link("~/.local/share/mise/installs/go/latest", "~/.local/share/mise/installs/go/1.21.0")
            .directory("~/sdk/android");
        let findings = machine.findings("go-leftovers");
        assert_eq!((findings.len(), findings[0].evidence.len()), (1, 1), "{findings:?}");
    }
}
