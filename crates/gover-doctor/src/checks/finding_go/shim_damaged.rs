//! The programs in gover's own directory are missing or were replaced.

use std::collections::BTreeSet;

use gover_core::ToolchainName;
use gover_core::tool::is_tool_name;
use sha2::{Digest as _, Sha256};

use super::go_programs::{is_same, version_above, version_of};
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "shim-damaged",
    summary: text!(
        en "gover's own `go` is missing or was replaced",
        zh "gover 自己的 `go` 不见了或被替换了",
    ),
    symptom: text!(
        en "`bash: /home/ann/.gover/bin/go: No such file or directory`; `go` ignores every pin although \
            `which go` prints gover's; `go1.22.5: command not found` for a toolchain that `gover list` \
            shows.",
        zh "`bash: /home/ann/.gover/bin/go: No such file or directory`；`which go` 显示的是 gover 的，`go` \
            却不理会固定的版本；`gover list` 里有的工具链，运行时却报 `go1.22.5: command not found`。",
    ),
    cause: text!(
        en "Another installer wrote its `go` into gover's directory, a virus scanner removed the program, \
            links were lost when a home directory was copied, or gover was replaced by hand.",
        zh "别的安装程序把自己的 `go` 写进了 gover 的目录，杀毒软件删掉了程序，复制主目录时丢了链接，或者有\
            人手工替换过 gover。",
    ),
    repair: text!(
        en "The commands shown let `gover setup` write the programs again.",
        zh "列出的命令会让 `gover setup` 重新写入这些程序。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let bin = &snapshot.gover.bin;
    if !snapshot.exists(bin) {
        let what = text!(en "{path} does not exist", zh "{path} 不存在", path = snapshot.short(bin));
        let finding = Finding::error(what, WHY);
        return vec![finding.shown_by([Evidence::path(bin, "does not exist")]).command("gover setup")];
    }
    let mut faults = Vec::new();
    let is_replaced = shim(snapshot, &mut faults);
    names(snapshot, &mut faults);
    let Some(severity) = faults.iter().map(|(severity, _)| *severity).max() else { return Vec::new() };
    let what = text!(
        en "programs in {directory} are missing or are not gover's",
        zh "{directory} 里的程序不全，或者不是 gover 的",
        directory = snapshot.short(bin),
    );
    let finding =
        Finding::new(severity, what, WHY).shown_by(faults.into_iter().map(|(_, evidence)| evidence));
    // The stamp looks right, so `gover setup` writes `go` only if it is missing.
    let go = bin.program("go");
    let remove = || {
        if snapshot.system.is_windows() {
            snapshot.in_powershell(format!("Remove-Item {}", snapshot.powershell_word(&go)))
        } else {
            format!("rm {}", snapshot.word(&go))
        }
    };
    let removal = is_replaced.then(remove);
    vec![finding.commands(removal).command("gover setup")]
}

type Faults = Vec<(Severity, Evidence)>;

/// Checks the shim and its stamp; returns whether another program replaced it.
fn shim(snapshot: &Snapshot<'_>, faults: &mut Faults) -> bool {
    let mut add = |severity, path: &MachinePath, fact: &str| {
        faults.push((severity, Evidence::path(path, fact)));
    };
    let stamp_path = snapshot.gover.bin.join(".shim");
    let stamp = snapshot.text(&stamp_path);
    let stamp = stamp.as_deref().map(str::trim);
    match stamp {
        None => add(Severity::Error, &stamp_path, "does not exist; programs need it to find gover's home"),
        Some("") => add(Severity::Error, &stamp_path, "is empty; writing the programs was interrupted"),
        Some(_) => {}
    }
    let manager = snapshot.gover.bin.program("gover");
    if !snapshot.is_file(&manager) {
        add(Severity::Error, &manager, "does not exist; `go` needs it to install a missing toolchain");
    }
    let path = snapshot.gover.bin.program("go");
    if !snapshot.is_file(&path) {
        add(Severity::Error, &path, "does not exist");
        return false;
    }
    if !snapshot.system.is_windows() && !snapshot.disk.is_executable(&path) {
        add(Severity::Error, &path, "is not executable");
        return true;
    }
    let Some(stamp) = stamp.filter(|stamp| !stamp.is_empty()) else { return false };
    let sum = |path: &MachinePath| snapshot.disk.read(path).ok().map(|content| sum(&content));
    // A file that is too large to be read is not the shim; a go command is that large.
    if sum(&path).is_none_or(|sum| sum != stamp) {
        let version = version_above(snapshot, &path);
        let but = version.map(|version| format!(" but {version} of {}", snapshot.real(&path)));
        add(Severity::Error, &path, &format!("is not gover's shim{}", but.unwrap_or_default()));
        return true;
    }
    if sum(&snapshot.gover.bin.program("gover-shim")).is_some_and(|sum| sum != stamp) {
        add(Severity::Note, &path, "was made from another gover-shim than the one in this directory");
    }
    false
}

/// Checks the other names of the shim: `gofmt`, and one for each complete toolchain.
fn names(snapshot: &Snapshot<'_>, faults: &mut Faults) {
    let base = snapshot.gover.bin.program("go");
    if !snapshot.exists(&base) {
        return;
    }
    let versions = snapshot.gover.home.join("versions");
    let is_whole = |name: &String| {
        let goroot = versions.join(name);
        name.starts_with("go1")
            && version_of(snapshot, &goroot).is_some()
            && snapshot.is_file(&goroot.program("bin/go"))
    };
    let toolchains = snapshot.disk.list(&versions).into_iter().filter(is_whole);
    for name in tools(snapshot) {
        let path = snapshot.gover.bin.program(&name);
        if !snapshot.exists(&path) {
            let what = "does not exist; it runs a program that is installed for one Go";
            faults.push((Severity::Warning, Evidence::path(&path, what)));
        }
    }
    for name in ["gofmt".to_owned()].into_iter().chain(toolchains) {
        let path = snapshot.gover.bin.program(&name);
        // The header of a program contains sizes and times, so different programs differ there.
        let head = |path: &MachinePath| snapshot.disk.head(path, 4096);
        if !snapshot.is_file(&path) {
            faults.push((Severity::Warning, Evidence::path(path, "does not exist")));
        } else if !is_same(snapshot, &base, &path) && head(&base) != head(&path) {
            faults.push((Severity::Error, Evidence::path(path, "is not gover's shim")));
        }
    }
}

/// The names of the programs that are kept for one toolchain.
fn tools(snapshot: &Snapshot<'_>) -> BTreeSet<String> {
    let top = snapshot.gover.home.join("tools");
    let list = |path: &MachinePath| snapshot.disk.list(path);
    let suffix = if snapshot.system.is_windows() { ".exe" } else { "" };
    let toolchains = list(&top).into_iter().filter(|name| ToolchainName::parse(name).is_ok());
    let files = toolchains.flat_map(|name| list(&top.join(name).join("bin")));
    let names = files.filter_map(|file| Some(file.strip_suffix(suffix)?.to_owned()));
    names.filter(|name| is_tool_name(name)).collect()
}

/// SHA-256 in hexadecimal digits, as in the stamp.
fn sum(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

const WHY: Words<&str> = text!(
    en "`go` does not run, or ignores pins, `gover use` and the default",
    zh "`go` 无法运行，或者不理会固定的版本、`gover use` 和默认版本",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn evidence(machine: &Machine) -> Vec<String> {
        let findings = machine.findings("shim-damaged");
        findings.iter().flat_map(|finding| &finding.evidence).map(ToString::to_string).collect()
    }

    #[test]
    fn another_program_in_the_place_of_the_shim_is_found() {
        let machine = Machine::linux().program("~/.gover/bin/go", "go1.21.6");
        let findings = machine.findings("shim-damaged");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(evidence(&machine)[0], "/home/ann/.gover/bin/go: is not gover's shim");
        assert_eq!(findings[0].fix.commands, ["rm /home/ann/.gover/bin/go", "gover setup"]);
        assert_eq!(machine.program("~/.gover/bin/go", "shim").findings("shim-damaged"), []);
        let linked = Machine::linux()
            .without("~/.gover/bin/go")
            .toolchain("/usr/local/go", "go1.21.6")
            .link("/home/ann/.gover/bin/go", "/usr/local/go/bin/go");
        assert_eq!(
            evidence(&linked)[0],
            "/home/ann/.gover/bin/go: is not gover's shim but go1.21.6 of /usr/local/go/bin/go"
        );
        let mut large = Machine::linux();
        large.disk.refuses_to_read("/home/ann/.gover/bin/go");
        assert_eq!(evidence(&large), ["/home/ann/.gover/bin/go: is not gover's shim"]);
        let windows = Machine::windows().program("~/.gover/bin/go.exe", "x");
        let commands = &windows.findings("shim-damaged")[0].fix.commands;
        assert_eq!(commands[0], r"Remove-Item C:\Users\ann\.gover\bin\go.exe");
    }

    #[test]
    fn missing_programs_and_stamps_are_found() {
        let bin = "/home/ann/.gover/bin";
        for (machine, expected) in [
            (Machine::linux().without("~/.gover/bin/go"), format!("{bin}/go: does not exist")),
            (Machine::linux().without("~/.gover/bin/gofmt"), format!("{bin}/gofmt: does not exist")),
            (
                Machine::linux().without("~/.gover/bin/gover"),
                format!("{bin}/gover: does not exist; `go` needs it to install a missing toolchain"),
            ),
            (
                Machine::linux().program("~/.gover/tools/go1.22.5/bin/gopls", ""),
                format!("{bin}/gopls: does not exist; it runs a program that is installed for one Go"),
            ),
            (Machine::linux().without("~/.gover/bin/go1.22.5"), format!("{bin}/go1.22.5: does not exist")),
            (
                Machine::linux().program("~/.gover/bin/gofmt", "x"),
                format!("{bin}/gofmt: is not gover's shim"),
            ),
            (
                Machine::linux().without("~/.gover/bin/.shim"),
                format!("{bin}/.shim: does not exist; programs need it to find gover's home"),
            ),
            (
                Machine::linux().file("~/.gover/bin/.shim", ""),
                format!("{bin}/.shim: is empty; writing the programs was interrupted"),
            ),
        ] {
            assert_eq!(evidence(&machine), [expected]);
            assert_eq!(machine.findings("shim-damaged")[0].fix.commands, ["gover setup"]);
        }
    }

    #[test]
    fn a_newer_gover_that_was_not_set_up_is_a_note() {
        let machine = Machine::linux().program("~/.gover/bin/gover-shim", "newer");
        assert_eq!(machine.findings("shim-damaged")[0].severity, Severity::Note);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("shim-damaged"), []);
            // A damaged toolchain has no name, which is for another check to say.
            let damaged = machine.directory("~/.gover/versions/go1.20.1");
            assert_eq!(damaged.findings("shim-damaged"), []);
        }
    }
}
