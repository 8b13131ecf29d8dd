//! A toolchain for another kind of processor or another system.

use gover_core::platform::{self, Compatibility, Platform};
use gover_core::{Request, ToolchainName};

use crate::{Check, Evidence, Finding, Os, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "architecture",
    summary: text!(
        en "the selected toolchain is built for another processor or system",
        zh "选定的工具链是给别的处理器或系统用的",
    ),
    symptom: text!(
        en "`cannot execute binary file: Exec format error`, `bad CPU type in executable: go`, `This \
            version of …go.exe is not compatible with the version of Windows you're running` (in Chinese \
            `此版本的 %1 与你运行的 Windows 版本不兼容`); or everything works but is slow, and `go env GOARCH` prints `amd64` on an Apple silicon Mac.",
        zh "`cannot execute binary file: Exec format error`、`bad CPU type in executable: go`、`此版本的 \
            %1 与你运行的 Windows 版本不兼容`（英文 `This version of …go.exe is not compatible with the \
            version of Windows you're running`）；或者一切正常，只是慢，而且在 Apple 芯片的 Mac 上 `go env \
            GOARCH` 显示 `amd64`。",
    ),
    cause: text!(
        en "The archive for another machine was installed, or a 32-bit or Intel one that the system \
            translates (Rosetta, WOW64).",
        zh "装了给别的机器用的压缩包，或者装了 32 位或 Intel 版，由系统转译运行（Rosetta、WOW64）。",
    ),
    repair: text!(
        en "Install the toolchain for this machine; gover chooses the right archive.",
        zh "安装适合本机的工具链，gover 会选对压缩包。",
    ),
    scope: scope::selected,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let program = snapshot.selection.bin.as_ref()?.program("go");
    let head = snapshot.disk.head(&program, 1024);
    let built_for = platform::architectures(&head);
    let first = *built_for.first()?;
    let name = match &snapshot.selection.version {
        Some(name) => text!(en "{name}", zh "{name}", name = name),
        None => text!(en "this toolchain", zh "这个工具链").into(),
    };
    let names: Vec<&str> = built_for.iter().map(|arch| arch.as_str()).collect();
    let shown = names.join(" and ");
    let finding = |severity, what: Words, why: Words<&str>, fact: String| {
        let finding = Finding::new(severity, what, why).shown_by([Evidence::path(&program, fact)]);
        Some(finding.command(install(snapshot)))
    };
    if let (Some(own), Some(found)) = (own_system(snapshot.system.os), system_of(&head))
        && own != found
    {
        return finding(
            Severity::Error,
            text!(
                en "{name} is built for {found}, and this is {own}",
                zh "{name} 是给 {found} 用的，而这里是 {own}",
                name = name, found = found, own = own,
            ),
            text!(en "it does not start here", zh "它在这里无法启动"),
            format!("is a program for {found} on {shown}"),
        );
    }
    let machine = snapshot.system.arch.as_str();
    if names.contains(&machine) {
        return None;
    }
    let os = snapshot.system.go_os()?;
    let (severity, how, why) = match Platform::new(os, machine).ok()?.compatibility(first) {
        Compatibility::Own => return None,
        Compatibility::Foreign => (
            Severity::Error,
            text!(en "and needs an emulator", zh "需要模拟器"),
            text!(
                en "`go` stops with `Exec format error`, or is as slow as the emulator",
                zh "`go` 会报 `Exec format error`，或者和模拟器一样慢",
            ),
        ),
        Compatibility::Emulated => (
            Severity::Warning,
            text!(en "and is translated while it runs", zh "运行时要经过转译"),
            text!(
                en "builds are several times slower, and also produce programs for the other processor",
                zh "构建要慢好几倍，编译出来的也是给另一种处理器用的程序",
            ),
        ),
        Compatibility::Compatible => (
            Severity::Warning,
            text!(en "and runs as a 32-bit program", zh "以 32 位程序运行"),
            text!(
                en "it can use at most 4 GiB of memory, and also builds 32-bit programs",
                zh "它最多只能用 4 GiB 内存，编译出来的也是 32 位程序",
            ),
        ),
    };
    let what = text!(
        en "{name} is built for {arch} on a machine with {machine}, {how}",
        zh "{name} 是给 {arch} 用的，而本机是 {machine}，{how}",
        name = name, arch = shown, machine = machine, how = how,
    );
    finding(severity, what, why, format!("is a program for {shown}"))
}

/// Replaces a toolchain of gover's, or installs one in addition to another.
fn install(snapshot: &Snapshot<'_>) -> String {
    let selection = &snapshot.selection;
    let version = selection.version.as_ref().map_or("latest", ToolchainName::as_str);
    let is_own = selection.goroot.as_ref().is_some_and(|goroot| goroot.is_inside(&snapshot.gover.home));
    format!("gover install {}{}", if is_own { "-f " } else { "" }, Request::typed(version))
}

fn own_system(os: Os) -> Option<&'static str> {
    match os {
        Os::Linux => Some("Linux"),
        Os::MacOs => Some("macOS"),
        Os::Windows => Some("Windows"),
        Os::Other => None,
    }
}

/// The system whose format (ELF, PE or Mach-O) the program has.
fn system_of(head: &[u8]) -> Option<&'static str> {
    match head.get(..4)? {
        b"\x7fELF" => Some("Linux"),
        [b'M', b'Z', ..] => Some("Windows"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe | 0xbf] => Some("macOS"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn elf(machine: u16) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(18, 0);
        bytes.extend(machine.to_le_bytes());
        if machine == 3 {
            bytes[4] = 1;
        }
        bytes
    }

    fn pe(machine: u16) -> Vec<u8> {
        let mut bytes = b"MZ".to_vec();
        bytes.resize(0x3c, 0);
        bytes.extend(0x80_u32.to_le_bytes());
        bytes.resize(0x80, 0);
        bytes.extend(b"PE\0\0");
        bytes.extend(machine.to_le_bytes());
        bytes
    }

    fn mach(kind: u32) -> Vec<u8> {
        [0xfeed_facf_u32.to_le_bytes(), kind.to_le_bytes()].concat()
    }

    fn with(machine: Machine, program: &[u8]) -> Machine {
        let path = if machine.system.is_windows() {
            r"~/.gover\versions\go1.22.5\bin\go.exe"
        } else {
            "~/.gover/versions/go1.22.5/bin/go"
        };
        machine.bytes(path, program)
    }

    #[test]
    fn what_the_system_translates_is_a_warning() {
        let findings = with(Machine::macos(), &mach(0x0100_0007)).findings("architecture");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(
            findings[0].what.en,
            "go1.22.5 is built for amd64 on a machine with arm64, and is translated while it runs"
        );
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/Users/ann/.gover/versions/go1.22.5/bin/go: is a program for amd64"
        );
        assert_eq!(findings[0].fix.commands, ["gover install -f 1.22.5"]);
        let installed = with(with(Machine::macos(), &mach(0x0100_0007)), &mach(0x0100_000c));
        assert_eq!(installed.findings("architecture"), []);
        let findings = with(Machine::windows(), &pe(0x14c)).findings("architecture");
        assert!(findings[0].what.en.ends_with("and runs as a 32-bit program"), "{}", findings[0].what.en);
    }

    #[test]
    fn what_does_not_run_is_an_error() {
        let findings = with(Machine::linux(), &elf(183)).findings("architecture");
        assert_eq!(findings[0].severity, Severity::Error);
        assert!(findings[0].what.en.contains("arm64 on a machine with amd64"), "{}", findings[0].what.en);
        let findings = with(Machine::linux(), &pe(0x8664)).findings("architecture");
        assert_eq!(findings[0].what.en, "go1.22.5 is built for Windows, and this is Linux");
        let mut system = with(Machine::linux(), &elf(183));
        system.selection.goroot = Some(system.system.path("/usr/local/go"));
        assert_eq!(system.findings("architecture")[0].fix.commands, ["gover install 1.22.5"]);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("architecture"), []);
        }
        assert_eq!(with(Machine::linux(), &elf(62)).findings("architecture"), []);
        assert_eq!(with(Machine::windows(), &pe(0x8664)).findings("architecture"), []);
        assert_eq!(with(Machine::macos(), &mach(0x0100_000c)).findings("architecture"), []);
        assert_eq!(with(Machine::linux(), b"#!/bin/sh\n").findings("architecture"), []);
    }
}
