//! Toolchains that other version managers, `golang.org/dl` and the go command keep.

use crate::language::counted;

use super::go_leftovers::is_used;
use crate::keepers::{Keeper, Kind};
use crate::{Evidence, Finding, MachinePath, Snapshot, Words, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> impl Iterator<Item = Finding> {
    let managers = Keeper::all().filter(|keeper| matches!(keeper.kind, Kind::Manager | Kind::Downloads));
    managers.filter_map(|keeper| of_keeper(snapshot, keeper)).chain(of_module_cache(snapshot))
}

fn of_keeper(snapshot: &Snapshot<'_>, keeper: &'static Keeper) -> Option<Finding> {
    let root = keeper.root(snapshot)?;
    // On PATH it is in use, and the order of PATH decides.
    if keeper.kind == Kind::Manager && snapshot.path().iter().any(|entry| entry.is_inside(&root)) {
        return None;
    }
    let kept = unused(snapshot, keeper);
    let place = snapshot.short(&keeper.place(snapshot)?);
    let what = text!(
        en "{place} contains {toolchains} installed by {name}",
        zh "{place} 里有 {toolchains} 个由 {name} 安装的工具链",
        place = place, toolchains = count(&kept)?, name = keeper.name,
    );
    let has_program = !keeper.uninstall.is_empty()
        && snapshot.program(keeper.uninstall.split(' ').next().unwrap_or_default()).is_some();
    let command = |kept: &Left| {
        let removal = if has_program && snapshot.is_own(&kept.directory) {
            Some(format!("{}{}", keeper.uninstall, word(snapshot, kept.directory.file_name())))
        } else {
            removal(snapshot, &kept.directory)
        };
        Some(installed_then(snapshot, kept, &removal?))
    };
    Some(finding(snapshot, what, &kept, command))
}

fn finding(
    snapshot: &Snapshot<'_>,
    what: Words,
    kept: &[Left],
    command: impl Fn(&Left) -> Option<String>,
) -> Finding {
    let evidence = kept.iter().map(|kept| evidence(snapshot, kept));
    let commands = kept.iter().filter_map(command).map(|command| snapshot.in_powershell(command));
    let why = text!(
        en "gover does not use them; each takes about 200 MiB",
        zh "gover 不用它们，每个大约占 200 MiB",
    );
    Finding::note(what, why).shown_by(evidence).commands(commands)
}

/// The go command downloads toolchains as modules, whose files are read-only.
fn of_module_cache(snapshot: &Snapshot<'_>) -> Option<Finding> {
    if !snapshot.may_change_store() {
        // gover cannot install what go.mod asks for, so the go command does.
        return None;
    }
    let keeper = Keeper::all().find(|keeper| keeper.kind == Kind::ModuleCache)?;
    let kept = unused(snapshot, keeper);
    let what = text!(
        en "the module cache contains {toolchains} that the go command downloaded",
        zh "模块缓存里有 {toolchains} 个由 go 命令下载的工具链",
        toolchains = count(&kept)?,
    );
    let command = |kept: &Left| {
        let removal = removal(snapshot, &kept.directory)?;
        let is_windows = snapshot.system.is_windows();
        let path = word(snapshot, kept.directory.as_str());
        Some(if is_windows { removal } else { format!("chmod -R u+w {path} && {removal}") })
    };
    Some(finding(snapshot, what, &kept, command))
}

/// A toolchain of a keeper that is not on PATH.
struct Left {
    directory: MachinePath,
    version: String,
}

fn unused(snapshot: &Snapshot<'_>, keeper: &'static Keeper) -> Vec<Left> {
    let kept = keeper.kept(snapshot).into_iter().filter(|kept| !is_used(snapshot, &kept.directory));
    kept.filter_map(|kept| Some(Left { version: kept.version?, directory: kept.directory })).collect()
}

fn count(kept: &[Left]) -> Option<Words> {
    (!kept.is_empty()).then(|| counted(kept.len(), "toolchain"))
}

fn evidence(snapshot: &Snapshot<'_>, kept: &Left) -> Evidence {
    let owner = snapshot.other_owner(&kept.directory);
    let owner = owner.map(|owner| format!(", belongs to {owner}")).unwrap_or_default();
    Evidence::path(&kept.directory, format!("{}{owner}", kept.version))
}

/// The command that deletes a directory; `None` for what is not the user's own.
fn removal(snapshot: &Snapshot<'_>, directory: &MachinePath) -> Option<String> {
    let verb = if snapshot.system.is_windows() { "Remove-Item -Recurse -Force" } else { "rm -r" };
    let is_own = directory.is_inside(&snapshot.home) && snapshot.is_own(directory);
    is_own.then(|| format!("{verb} {}", word(snapshot, directory.as_str())))
}

/// Removes a toolchain only after gover has taken it over, which needs no download. If it differs from
/// its release, the command fails and names what to install.
fn installed_then(snapshot: &Snapshot<'_>, kept: &Left, removal: &str) -> String {
    let install = format!("gover import --yes {}", word(snapshot, kept.directory.as_str()));
    if snapshot.system.is_windows() {
        // PowerShell 5.1 has no `&&`.
        return format!("{install}; if ($?) {{ {removal} }}");
    }
    format!("{install} && {removal}")
}

fn word(snapshot: &Snapshot<'_>, text: &str) -> String {
    if snapshot.system.is_windows() { snapshot.powershell_word(text) } else { snapshot.word(text) }
}

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

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
            ("~/.gobrew/versions/1.21.0/go", "gobrew"),
        ] {
            let machine = Machine::linux().toolchain(place, "go1.21.0");
            let findings = machine.findings("go-leftovers");
            assert_eq!(findings.len(), 1, "{name}");
            assert!(
                findings[0].what.en.ends_with(&format!(" contains 1 toolchain installed by {name}")),
                "{findings:?}"
            );
            let directory = place.trim_end_matches("/go").replace('~', "/home/ann");
            assert_eq!(findings[0].evidence[0].to_string(), format!("{directory}: go1.21.0"));
            assert_eq!(
                findings[0].fix.commands,
                [format!("gover import --yes {directory} && rm -r {directory}")],
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
        assert_eq!(findings[0].what.en, "/data/goenv/versions contains 1 toolchain installed by goenv");
        // Outside the home it may serve others.
        assert_eq!(findings[0].fix.commands, Vec::<String>::new());
        let machine = machine.program("/usr/bin/goenv", "");
        let findings = machine.findings("go-leftovers");
        assert_eq!(
            findings[0].fix.commands,
            ["gover import --yes /data/goenv/versions/1.21.0 && goenv uninstall 1.21.0"]
        );
        let of_root = machine.owned("/data/goenv", Owner::Root).findings("go-leftovers");
        assert_eq!(of_root[0].fix.commands, Vec::<String>::new());
    }

    #[test]
    fn toolchains_in_the_module_cache_are_found() {
        let directory = "/home/ann/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.23.4.linux-amd64";
        let machine =
            Machine::linux().toolchain(directory, "go1.23.4").directory("~/go/pkg/mod/golang.org/x");
        let findings = machine.findings("go-leftovers");
        assert_eq!(
            findings[0].what.en,
            "the module cache contains 1 toolchain that the go command downloaded"
        );
        assert_eq!(findings[0].evidence[0].to_string(), format!("{directory}: go1.23.4"));
        assert_eq!(findings[0].fix.commands, [format!("chmod -R u+w {directory} && rm -r {directory}")]);
    }

    #[test]
    fn links_and_other_directories_are_not_toolchains() {
        let machine = Machine::linux()
            .toolchain("~/.local/share/mise/installs/go/1.21.0", "go1.21.0")
            .toolchain("~/.local/share/mise/installs/go/1.21.3", "go1.21.3")
            .link("~/.local/share/mise/installs/go/1", "~/.local/share/mise/installs/go/1.21.3")
            .link("~/.local/share/mise/installs/go/1.21", "~/.local/share/mise/installs/go/1.21.3")
            .link("~/.local/share/mise/installs/go/latest", "~/.local/share/mise/installs/go/1.21.3")
            .directory("~/sdk/android");
        let findings = machine.findings("go-leftovers");
        let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        let place = "/home/ann/.local/share/mise/installs/go";
        assert_eq!(evidence, [format!("{place}/1.21.0: go1.21.0"), format!("{place}/1.21.3: go1.21.3")]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        // Not even a link to the place of all toolchains hides them.
        let machine = Machine::linux()
            .toolchain("/data/goenv/versions/1.21.0", "go1.21.0")
            .link("~/.goenv", "/data/goenv");
        assert_eq!(machine.findings("go-leftovers").len(), 1);
    }

    #[test]
    fn on_windows_a_toolchain_is_removed_after_its_install_and_in_powershell() {
        let mut machine = Machine::windows().toolchain(r"C:\Users\ann\my go\versions\1.21.0", "go1.21.0");
        machine = machine.var("GOENV_ROOT", r"C:\Users\ann\my go");
        let remove = r"Remove-Item -Recurse -Force 'C:\Users\ann\my go\versions\1.21.0'";
        let directory = r"'C:\Users\ann\my go\versions\1.21.0'";
        let command = format!("gover import --yes {directory}; if ($?) {{ {remove} }}");
        assert_eq!(machine.findings("go-leftovers")[0].fix.commands, [command.as_str()]);
        machine.shell = Some(ShellKind::Cmd);
        let findings = machine.findings("go-leftovers");
        assert_eq!(findings[0].fix.commands, [format!("powershell -Command \"{command}\"")]);
        machine.shell = Some(ShellKind::Bash);
        let quoted = command.replace('\'', r"'\''");
        let findings = machine.findings("go-leftovers");
        assert_eq!(findings[0].fix.commands, [format!("powershell -Command '{quoted}'")]);
        let shared = machine.read_only("~/.gover").findings("go-leftovers");
        assert_eq!(shared[0].fix.commands, Vec::<String>::new());
    }
}
