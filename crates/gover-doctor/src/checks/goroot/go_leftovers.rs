//! Toolchains that somebody installed and that nothing uses any more.

use gover_core::text::counted;

use crate::checks::finding_go::go_programs::{GoProgram, program_in, version_of};
use crate::checks::finding_go::installers;
use crate::snapshot::registry::HIVES;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "go-leftovers",
    summary: "toolchains and registry keys left by earlier installers",
    symptom: "An editor offers a Go that nobody remembers; the MSI package says that Go is already installed; \
            `~/sdk` takes up disk space.",
    cause: "Old MSI packages left `C:\\Go` and their registry keys behind; `golang.org/dl` keeps its \
            toolchains in `~/sdk`; `/usr/local/go` still exists although a package manager installed Go.",
    repair: "`--fix` removes nothing, since a project may still use it. The commands that remove it are \
            shown.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let of_system: Vec<Finding> = if snapshot.system.is_windows() {
        directories_of_windows(snapshot).chain(keys_of_windows(snapshot)).collect()
    } else {
        tarball_beside_package(snapshot).into_iter().collect()
    };
    of_system.into_iter().chain(downloads(snapshot)).collect()
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
        let finding = Finding::note(format!("{directory} is a toolchain that is not on PATH"), WHY)
            .shown_by([Evidence::path(&directory, fact)]);
        Some(finding.command(format!("Remove-Item -Recurse '{directory}'")))
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
        let what = format!("the registry says that Go is installed in {location}, but it is not");
        let why = "Go's MSI package and editors believe that it is installed";
        let finding =
            Finding::note(what, why).shown_by([Evidence::registry(hive, KEY, "installLocation", location)]);
        Some(finding.command(format!(r"Remove-Item -Recurse {}:\{KEY}", hive.name())))
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
    let what = format!("{goroot} exists although a package manager installed Go");
    let finding = Finding::note(what, WHY).shown_by([tarball, other.evidence(snapshot)]);
    Some(finding.command(format!("sudo rm -r {goroot}")))
}

/// Toolchains of `golang.org/dl`, which gover can replace.
fn downloads(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let sdk = snapshot.home.join("sdk");
    let names = snapshot.disk.list(&sdk).into_iter().filter(|name| name.starts_with("go1"));
    let unused = names.map(|name| sdk.join(name)).filter(|path| !is_used(snapshot, path));
    let found: Vec<(MachinePath, String)> =
        unused.filter_map(|path| version_of(snapshot, &path).map(|version| (path, version))).collect();
    if found.is_empty() {
        return None;
    }
    let count = counted(found.len(), "toolchain");
    let what = format!("{} contains {count} of golang.org/dl", snapshot.short(&sdk));
    let why = "gover does not use them, and each takes about 200 MiB";
    Some(found.into_iter().fold(Finding::note(what, why), |finding, (path, version)| {
        let number = version.trim_start_matches("go");
        let command = if snapshot.system.is_windows() {
            format!("gover install {number}; Remove-Item -Recurse -Force '{path}'")
        } else {
            format!("gover install {number} && rm -r '{path}'")
        };
        finding.command(command).shown_by([Evidence::path(path, version)])
    }))
}

fn is_used(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    snapshot.selection.bin.iter().chain(&snapshot.path()).any(|path| path.is_inside(directory))
}

const WHY: &str = "editors and scripts may use it instead of gover's `go`";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::snapshot::registry::Hive;
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
        assert_eq!(findings[0].fix.commands, [r"Remove-Item -Recurse 'C:\Go'"]);
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
        assert_eq!(findings[0].fix.commands, ["sudo rm -r /usr/local/go"]);
    }

    #[test]
    fn toolchains_of_golang_org_dl_are_found() {
        let machine =
            Machine::linux().toolchain("/home/ann/sdk/go1.21.0", "go1.21.0").directory("~/sdk/android");
        let findings = machine.findings("go-leftovers");
        assert_eq!(evidence(&findings), ["/home/ann/sdk/go1.21.0: go1.21.0"]);
        assert_eq!(findings[0].fix.commands, ["gover install 1.21.0 && rm -r '/home/ann/sdk/go1.21.0'"]);
        assert_eq!(machine.path_first("~/sdk/go1.21.0/bin").findings("go-leftovers"), []);
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
