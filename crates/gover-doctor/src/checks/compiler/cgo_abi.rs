//! A C compiler that does not match this toolchain.

use super::probe::{ARCHITECTURES, compile};
use super::setup::{CGO_FAILS, Cgo, cgo, install, is_stub, settings};
use crate::snapshot::system::PackageManager;
use crate::{Check, Evidence, Finding, MachinePath, Os, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "cgo-abi",
    summary: text!(
        en "the C compiler does not work, or is for another processor, system or libc",
        zh "C 编译器不能用，或者是给别的处理器、系统或 C 库用的",
    ),
    symptom: text!(
        en "`cc1.exe: sorry, unimplemented: 64-bit mode not compiled in`, `fatal error: stdlib.h: No such \
            file or directory`, `gcc: error: unrecognized command-line option '-m64'`, `cl : Command line \
            error D8021 : invalid numeric argument '/Werror'`, or `undefined reference` to many Windows \
            functions while linking.",
        zh "`cc1.exe: sorry, unimplemented: 64-bit mode not compiled in`、`fatal error: stdlib.h: No such \
            file or directory`、`gcc: error: unrecognized command-line option '-m64'`、`cl : Command line \
            error D8021 : invalid numeric argument '/Werror'`，或者链接时对许多 Windows 函数报 `undefined \
            reference`。",
    ),
    cause: text!(
        en "An old 32-bit MinGW, the gcc of MSYS or Cygwin instead of MinGW-w64, a cross-compiler in CC, a \
            Visual Studio environment, or a gcc without the headers of the C library, as on a minimal Alpine.",
        zh "用的是旧的 32 位 MinGW，是 MSYS 或 Cygwin 的 gcc 而不是 MinGW-w64，CC 里是交叉编译器，处在 \
            Visual Studio 的环境里，或者 gcc 缺少 C 库的头文件（例如精简的 Alpine）。",
    ),
    repair: text!(
        en "Install the right compiler with the command shown, or do without cgo: `go env -w CGO_ENABLED=0`.",
        zh "用列出的命令安装合适的编译器，或者不用 cgo：`go env -w CGO_ENABLED=0`。",
    ),
    scope: |snapshot| {
        scope::given(has_compiler(snapshot), text!(en "no C compiler is used here", zh "这里不用 C 编译器"))
    },
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn has_compiler(snapshot: &Snapshot<'_>) -> bool {
    cgo(snapshot).is_some_and(|cgo| cgo.program.is_some())
}

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let cgo = cgo(snapshot)?;
    let program = cgo.program.as_ref()?;
    if is_stub(snapshot, program) {
        return None;
    }
    let name = program.file_name().to_ascii_lowercase();
    if snapshot.system.is_windows() && matches!(name.as_str(), "cl.exe" | "clang-cl.exe") {
        let how = text!(en "is Visual Studio's compiler", zh "是 Visual Studio 的编译器");
        return Some(visual_studio(snapshot, &cgo, program, how));
    }
    match compile(snapshot, &cgo, &[])? {
        Err(line) => Some(failed(snapshot, &cgo, program, &line)),
        Ok(words) => misfit(snapshot, &cgo, program, &words),
    }
}

fn finding(snapshot: &Snapshot<'_>, cgo: &Cgo, what: Words) -> Finding {
    // On Linux the standard library itself uses cgo, so every program that uses the network fails
    // to build. Elsewhere only code that uses cgo fails.
    let needs_c = !matches!(snapshot.system.os, Os::Windows | Os::MacOs);
    let severity = if cgo.is_forced || needs_c { Severity::Error } else { Severity::Warning };
    Finding::new(severity, what, CGO_FAILS).shown_by(settings(snapshot))
}

fn failed(snapshot: &Snapshot<'_>, cgo: &Cgo, program: &MachinePath, line: &str) -> Finding {
    let Cgo { arch, .. } = cgo;
    let says = |part: &str| line.contains(part);
    let is_header = says("stdlib.h") || says("libc-header-start") || says("gnu/stubs");
    let what = if says("mode not compiled in") {
        text!(
            en "{program} is a 32-bit compiler, and Go is {arch}",
            zh "{program} 是 32 位编译器，而 Go 是 {arch}",
            program = program, arch = arch,
        )
    } else if is_header && arch == "386" && snapshot.system.arch == "amd64" {
        text!(
            en "{program} lacks the 32-bit headers of the C library",
            zh "{program} 缺少 32 位的 C 库头文件",
            program = program,
        )
    } else if is_header {
        text!(
            en "{program} lacks the headers of the C library",
            zh "{program} 缺少 C 库的头文件",
            program = program,
        )
    } else if says("unrecognized") || says("unknown argument") || says("unsupported option") {
        text!(
            en "{program} is for a different processor from {arch}",
            zh "{program} 是给别的处理器用的，不是 {arch}",
            program = program, arch = arch,
        )
    } else {
        text!(
            en "{program} cannot compile a line of C",
            zh "{program} 连一行 C 也编译不了",
            program = program,
        )
    };
    let evidence = Evidence::answer(program.to_string(), line);
    let finding = finding(snapshot, cgo, what).shown_by([evidence]);
    if is_header {
        return finding.commands(headers(snapshot, arch));
    }
    replaced(snapshot, cgo, finding)
}

/// The command that installs the headers of the C library.
fn headers(snapshot: &Snapshot<'_>, arch: &str) -> Option<&'static str> {
    let is_multilib = arch == "386" && snapshot.system.arch == "amd64";
    match snapshot.system.package_manager() {
        Some(PackageManager::Apt) if is_multilib => Some("sudo apt install gcc-multilib"),
        Some(PackageManager::Apt) => Some("sudo apt install libc6-dev"),
        Some(PackageManager::Apk) => Some("sudo apk add musl-dev"),
        Some(PackageManager::Dnf) => Some("sudo dnf install glibc-devel"),
        _ => install(snapshot),
    }
}

/// It compiles, but Go cannot link the result.
fn misfit(snapshot: &Snapshot<'_>, cgo: &Cgo, program: &MachinePath, words: &[String]) -> Option<Finding> {
    let has = |word: &str| words.iter().any(|known| known == word);
    if has("msvc") {
        let how = text!(en "compiles for Visual Studio", zh "为 Visual Studio 编译");
        return Some(visual_studio(snapshot, cgo, program, how));
    }
    let is_arch = |word: &&String| ARCHITECTURES.iter().any(|(arch, _)| arch == word) && **word != cgo.arch;
    let foreign = words.iter().find(is_arch);
    let is_msys = snapshot.system.is_windows() && has("msys");
    let own = match snapshot.system.os {
        Os::Linux => Some("linux"),
        Os::MacOs => Some("apple"),
        Os::Windows => Some("mingw"),
        Os::Other => None,
    };
    let is_other = |word: &&str| has(word) && own.is_some_and(|own| own != *word);
    let what = if let Some(arch) = foreign {
        text!(
            en "{program} compiles for {arch}, and Go is {own}",
            zh "{program} 为 {arch} 编译，而 Go 是 {own}",
            program = program, arch = arch, own = cgo.arch,
        )
    } else if is_msys {
        text!(
            en "{program} is the compiler of MSYS or Cygwin, and Go needs MinGW-w64",
            zh "{program} 是 MSYS 或 Cygwin 的编译器，而 Go 需要 MinGW-w64",
            program = program,
        )
    } else if let Some(other) = ["linux", "apple", "mingw"].into_iter().find(is_other) {
        text!(
            en "{program} compiles for another system ({system})",
            zh "{program} 为别的系统（{system}）编译",
            program = program, system = other,
        )
    } else if snapshot.system.distribution == "alpine" && has("glibc") {
        text!(
            en "{program} compiles against glibc, and Alpine has musl",
            zh "{program} 按 glibc 编译，而 Alpine 用的是 musl",
            program = program,
        )
    } else {
        return None;
    };
    let evidence = Evidence::answer(program.to_string(), format!("compiles for {}", words.join(" ")));
    let finding = finding(snapshot, cgo, what).shown_by([evidence]);
    if foreign.is_some() || !is_msys {
        return Some(replaced(snapshot, cgo, finding));
    }
    Some(match mingw_beside(snapshot, program) {
        Some(path) => finding.commands(snapshot.set_by_hand("CC", Some(path.as_str()))),
        None => finding.command("pacman -S mingw-w64-ucrt-x86_64-gcc"),
    })
}

/// MinGW-w64 in the same MSYS2: `C:\msys64\usr\bin\gcc.exe` beside `C:\msys64\ucrt64\bin\gcc.exe`.
fn mingw_beside(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<MachinePath> {
    let root = program.parent()?.parent()?.parent()?;
    ["ucrt64", "mingw64", "clang64"]
        .into_iter()
        .map(|name| root.join(name).join("bin").program("gcc"))
        .find(|path| snapshot.disk.is_executable(path))
}

/// Adds how to remove the wrong CC, or to install another compiler.
fn replaced(snapshot: &Snapshot<'_>, cgo: &Cgo, finding: Finding) -> Finding {
    if cgo.is_chosen {
        // It may be right for another project, so `--fix` does not change it.
        let mut finding = snapshot.corrected(finding, "CC", None);
        finding.fix.changes.clear();
        return finding;
    }
    finding.commands(install(snapshot))
}

fn visual_studio(snapshot: &Snapshot<'_>, cgo: &Cgo, program: &MachinePath, how: Words<&str>) -> Finding {
    let what = text!(
        en "{program} {how}, which does not work with cgo",
        zh "{program} {how}，不能用于 cgo",
        program = program, how = how,
    );
    // Set by `vcvars64.bat`.
    let names = ["VSCMD_VER", "VSCMD_ARG_TGT_ARCH", "VCINSTALLDIR"];
    let set = names.into_iter().filter(|name| snapshot.variable(name).is_some());
    let finding = finding(snapshot, cgo, what)
        .shown_by([Evidence::path(program, how.en)])
        .shown_by(set.map(|name| snapshot.variable_evidence(name)));
    replaced(snapshot, cgo, finding).commands(install(snapshot))
}

#[cfg(test)]
mod tests;
