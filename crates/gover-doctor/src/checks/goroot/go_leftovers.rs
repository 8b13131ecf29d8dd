//! Toolchains that somebody installed and that nothing uses any more.

use super::managed_toolchains;
use crate::checks::finding_go::go_programs::{GoProgram, program_in, version_of};
use crate::checks::finding_go::installers;
use crate::snapshot::by_administrator;
use crate::snapshot::registry::{HIVES, Hive};
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "go-leftovers",
    summary: text!(
        en "toolchains and registry keys left by earlier installers",
        zh "以前的安装程序留下的工具链和注册表项",
    ),
    symptom: text!(
        en "An editor offers a Go that nobody remembers; the MSI package says that Go is already installed; \
            `~/sdk` takes up disk space.",
        zh "编辑器里出现一个谁也不记得的 Go；MSI 安装包说 Go 已经安装过了；`~/sdk` 占着磁盘空间。",
    ),
    cause: text!(
        en "Old MSI packages left `C:\\Go` and their registry keys behind; `golang.org/dl` keeps its \
            toolchains in `~/sdk`, and goenv, mise, gvm, asdf, g, gobrew and goup keep theirs in directories \
            of their own; the go command put some into the module cache; `/usr/local/go` still exists although a \
            package manager installed Go.",
        zh "旧的 MSI 安装包留下了 `C:\\Go` 和它的注册表项；`golang.org/dl` 把工具链放在 `~/sdk`，goenv、\
            mise、gvm、asdf、g、gobrew 和 goup 放在各自的目录里；go 命令还会把一些放进模块缓存；或者软件包\
            管理器装了 Go，`/usr/local/go` 却还在。",
    ),
    repair: text!(
        en "`--fix` removes nothing, since a project may still use it. The commands are shown that first \
            copy a toolchain into gover and then remove it, but none for what belongs to another user.",
        zh "可能还有项目在用，所以 `--fix` 什么也不删。列出的命令先把工具链复制到 gover 里，再删除它；属于\
            别的用户的，不会列出。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let of_system: Vec<Finding> = if snapshot.system.is_windows() {
        directories_of_windows(snapshot).chain(keys_of_windows(snapshot)).collect()
    } else {
        tarball_beside_package(snapshot).into_iter().collect()
    };
    of_system.into_iter().chain(managed_toolchains::findings(snapshot)).collect()
}

fn directories_of_windows(snapshot: &Snapshot<'_>) -> impl Iterator<Item = Finding> {
    let drive = snapshot.variable("SystemDrive").unwrap_or("C:");
    let local = snapshot.variable("LOCALAPPDATA").map(|local| snapshot.system.path(local).join("Go"));
    let directories = [snapshot.system.path(format!(r"{drive}\Go"))].into_iter().chain(local);
    let left = directories.filter(|path| snapshot.is_directory(path) && !is_used(snapshot, path));
    left.filter_map(|directory| {
        let has_program = program_in(snapshot, &directory.join("bin")).is_some();
        let fact = match (version_of(snapshot, &directory), has_program) {
            (Some(version), true) => version,
            (Some(version), false) => format!("remains of {version}"),
            (None, true) => "a toolchain of unknown version".to_owned(),
            // A directory of the same name that is not a toolchain.
            (None, false) => return None,
        };
        let what = text!(
            en "{directory} is a toolchain that is not on PATH",
            zh "{directory} 是一个不在 PATH 里的工具链",
            directory = directory,
        );
        let finding = Finding::note(what, WHY).shown_by([Evidence::path(&directory, fact)]);
        let removal = format!("Remove-Item -Recurse {}", snapshot.powershell_word(&directory));
        Some(finding.command(snapshot.in_powershell(removal)))
    })
}

/// Go's MSI package stores its location below `GoProgrammingLanguage`.
fn keys_of_windows(snapshot: &Snapshot<'_>) -> impl Iterator<Item = Finding> {
    const KEY: &str = r"Software\GoProgrammingLanguage";
    HIVES.into_iter().filter_map(|hive| {
        let location = snapshot.registry.shown(hive, KEY, "installLocation")?;
        let bin = snapshot.system.path(location.as_str()).join("bin");
        if location.is_empty() || program_in(snapshot, &bin).is_some() {
            return None;
        }
        let what = text!(
            en "the registry says that Go is installed in {location}, but it is not",
            zh "注册表说 Go 装在 {location}，其实没有",
            location = location,
        );
        let why = text!(
            en "Go's MSI package and editors believe that it is installed",
            zh "Go 的 MSI 安装包和编辑器会以为它已经安装",
        );
        let finding =
            Finding::note(what, why).shown_by([Evidence::registry(hive, KEY, "installLocation", location)]);
        let removal = format!(r"Remove-Item -Recurse {}:\{KEY}", hive.name());
        Some(match hive {
            Hive::User => finding.command(snapshot.in_powershell(removal)),
            Hive::Machine => finding.commands(by_administrator([removal])),
        })
    })
}

/// A tarball alone is normal. If a package manager installed Go too, one is probably forgotten.
fn tarball_beside_package(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let goroot = snapshot.system.path("/usr/local/go");
    let tarball = Evidence::path(&goroot, version_of(snapshot, &goroot)?);
    let places = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin", "/snap/bin"];
    let other = places.into_iter().find_map(|directory| {
        let directory = snapshot.system.path(directory);
        let go = GoProgram { path: program_in(snapshot, &directory)?, directory };
        let is_other = !snapshot.disk.real(&go.path)?.is_inside(&goroot) && !go.is_shim(snapshot);
        // A `go` of unknown origin may be a wrapper for the tarball.
        (is_other && installers::installed_by(snapshot, &go.path).is_some()).then_some(go)
    })?;
    let what = text!(
        en "{goroot} exists although a package manager installed Go",
        zh "Go 是软件包管理器装的，{goroot} 却还在",
        goroot = goroot,
    );
    let finding = Finding::note(what, WHY).shown_by([tarball, other.evidence(snapshot)]);
    // What belongs to root may serve other users, so its administrator decides.
    let removal = snapshot.is_own(&goroot).then(|| format!("rm -r {goroot}"));
    Some(finding.commands(removal))
}

pub(super) fn is_used(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    snapshot.selection.bin.iter().chain(&snapshot.path()).any(|path| path.is_inside(directory))
}

const WHY: Words<&str> = text!(
    en "editors and scripts may use it instead of gover's `go`",
    zh "编辑器和脚本可能用它，而不用 gover 的 `go`",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::snapshot::disk::Owner;
    use crate::testing::Machine;

    fn evidence(findings: &[Finding]) -> Vec<String> {
        findings.iter().flat_map(|finding| &finding.evidence).map(ToString::to_string).collect()
    }

    #[test]
    fn what_installers_of_windows_left_is_found() {
        let machine = Machine::windows()
            .toolchain(r"C:\Go", "go1.12.9")
            .file(r"C:\Users\ann\AppData\Local\Go\VERSION", "go1.15.2")
            .registry(Hive::User, r"Software\GoProgrammingLanguage", "installLocation", r"D:\Go\");
        let findings = machine.findings("go-leftovers");
        assert!(findings.iter().all(|finding| finding.severity == Severity::Note));
        assert_eq!(
            evidence(&findings),
            [
                r"C:\Go: go1.12.9",
                r"C:\Users\ann\AppData\Local\Go: remains of go1.15.2",
                r"HKCU\Software\GoProgrammingLanguage\installLocation = D:\Go\"
            ]
        );
        assert_eq!(findings[0].fix.commands, [r"Remove-Item -Recurse C:\Go"]);
        assert_eq!(findings[2].fix.commands, [r"Remove-Item -Recurse HKCU:\Software\GoProgrammingLanguage"]);
        assert!(findings.iter().all(|finding| finding.fix.changes.is_empty()));
    }

    #[test]
    fn a_tarball_beside_a_package_is_found() {
        let machine = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .toolchain("/usr/lib/go-1.19", "go1.19.8")
            .link("/usr/bin/go", "/usr/lib/go-1.19/bin/go");
        let findings = machine.findings("go-leftovers");
        assert_eq!(
            evidence(&findings),
            ["/usr/local/go: go1.21.6", "/usr/bin/go: go1.19.8, installed by apt"]
        );
        assert_eq!(findings[0].fix.commands, ["rm -r /usr/local/go"]);
        let of_root = machine.owned("/usr/local/go", Owner::Root);
        assert_eq!(of_root.findings("go-leftovers")[0].fix.commands, Vec::<String>::new());
    }

    #[test]
    fn one_go_alone_and_a_healthy_machine_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("go-leftovers"), []);
        }
        let tarball = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .link("/usr/local/bin/go", "/usr/local/go/bin/go");
        assert_eq!(tarball.findings("go-leftovers"), []);
        let msi = Machine::windows().toolchain(r"C:\Program Files\Go", "go1.21.6").registry(
            Hive::User,
            r"Software\GoProgrammingLanguage",
            "installLocation",
            r"C:\Program Files\Go\",
        );
        assert_eq!(msi.findings("go-leftovers"), []);
    }
}
