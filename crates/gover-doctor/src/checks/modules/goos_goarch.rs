//! GOOS and GOARCH left over from cross-compiling.

use gover_core::platform::{Compatibility, Platform};
use gover_core::{Arch, platform};

use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goos-goarch",
    summary: text!(
        en "GOOS or GOARCH is set for another machine, or misspelled",
        zh "GOOS 或 GOARCH 设成了别的机器，或者写错了",
    ),
    symptom: text!(
        en "`fork/exec …: exec format error` or `%1 is not a valid Win32 application` (in Chinese `%1 \
            不是有效的 Win32 应用程序`) with `go run` and `go \
            test`, `cannot install cross-compiled binaries when GOBIN is set`, or `go: unsupported \
            GOOS/GOARCH pair linux /amd64`, with a space that is hard to see.",
        zh "运行 `go run` 和 `go test` 时报 `fork/exec …: exec format error` 或 `%1 不是有效的 Win32 应用程\
            序`（英文 `%1 is not a valid Win32 application`）；`cannot install cross-compiled binaries \
            when GOBIN is set`；或者 `go: unsupported GOOS/GOARCH pair linux /amd64`，里面有一个不易看出的\
            空格。",
    ),
    cause: text!(
        en "It was set for one cross-compilation: with `go env -w`, in a startup file, or with `set \
            GOOS=linux && go build` in cmd.exe, which keeps the space before `&&`.",
        zh "只是为某一次交叉编译设的，却用了 `go env -w`、写进了启动文件，或者在 cmd.exe 里写了 `set \
            GOOS=linux && go build`，`&&` 前面的空格也成了值的一部分。",
    ),
    repair: text!(
        en "`--fix` removes it. For one command write `GOOS=linux go build`, in PowerShell `$env:GOOS = \
            'linux'` and afterwards `Remove-Item Env:GOOS`.",
        zh "`--fix` 去掉它。只对一条命令设置，写 `GOOS=linux go build`；PowerShell 里先 `$env:GOOS = \
            'linux'`，用完再 `Remove-Item Env:GOOS`。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    ["GOOS", "GOARCH"].into_iter().filter_map(|name| examine(snapshot, name)).collect()
}

fn examine(snapshot: &Snapshot<'_>, name: &'static str) -> Option<Finding> {
    let value = snapshot.go_setting(name)?;
    let known = if name == "GOOS" { SYSTEMS.concat() } else { ARCHITECTURES.to_vec() };
    let own = own(snapshot, name);
    let (severity, what, why) = if known.contains(&value.trim()) && value.trim() != value {
        let what = text!(
            en "{name} is `{value}`, with an extra space or line end",
            zh "{name} 是 `{value}`，多了空格或换行",
            name = name, value = value.escape_debug(),
        );
        (Severity::Error, what, UNSUPPORTED)
    } else if !known.contains(&value.as_str()) {
        let meant = Arch::by_any_name(&value).filter(|_| name == "GOARCH");
        let hint = meant
            .map(|arch| text!(en "; Go calls it {arch}", zh "；Go 里叫 {arch}", arch = arch))
            .unwrap_or_default();
        let what = text!(
            en "{name} is `{value}`, which Go does not know{hint}",
            zh "{name} 是 `{value}`，Go 不认识{hint}",
            name = name, value = value, hint = hint,
        );
        (Severity::Error, what, UNSUPPORTED)
    } else if own.contains(&value) {
        return None;
    } else {
        let lasting = snapshot.is_lasting(name);
        let runs = name == "GOARCH" && runs_here(snapshot, &value);
        // In one shell it may be intended; in every shell, for another machine, hardly ever.
        let severity = match (lasting, runs) {
            (true, false) => Severity::Error,
            (true, true) | (false, false) => Severity::Warning,
            (false, true) => Severity::Note,
        };
        let own = own.first().cloned().unwrap_or_default();
        let place = if lasting {
            text!(en "in every shell", zh "每个 shell 里都")
        } else {
            text!(en "in this shell", zh "这个 shell 里")
        };
        let what = text!(
            en "{name} is {value} {place}, and this machine is {own}",
            zh "{name} 在{place}是 {value}，而本机是 {own}",
            name = name, value = value, place = place, own = own,
        );
        let why = text!(
            en "builds are for another machine: `go run`, `go test` and programs of `go install` do not work here",
            zh "构建的是别的机器的程序：`go run`、`go test` 和 `go install` 装的程序在这里都用不了",
        );
        (severity, what, why)
    };
    let finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence(name));
    Some(snapshot.corrected(finding, name, None))
}

/// Values that are right here, the machine's first.
fn own(snapshot: &Snapshot<'_>, name: &str) -> Vec<String> {
    if name == "GOOS" {
        return snapshot.system.go_os().map(str::to_owned).into_iter().collect();
    }
    let program = snapshot.selection.bin.as_ref().map(|bin| snapshot.disk.head(&bin.program("go"), 1024));
    let built_for = platform::architectures(&program.unwrap_or_default());
    let built_for = built_for.into_iter().map(|arch| arch.as_str().to_owned());
    std::iter::once(snapshot.system.arch.clone()).chain(built_for).collect()
}

fn runs_here(snapshot: &Snapshot<'_>, arch: &str) -> bool {
    let machine = snapshot.system.go_os().and_then(|os| Platform::new(os, &snapshot.system.arch).ok());
    let fit = machine.and_then(|machine| Some(machine.compatibility(Arch::parse(arch).ok()?)));
    fit.is_some_and(|fit| fit != Compatibility::Foreign)
}

const UNSUPPORTED: Words<&str> = text!(
    en "every build fails with `unsupported GOOS/GOARCH pair`",
    zh "每次构建都报 `unsupported GOOS/GOARCH pair`",
);

/// `internal/syslist`, and systems that older releases supported.
const SYSTEMS: &[&[&str]] = &[
    &["darwin", "dragonfly", "freebsd", "ios", "netbsd", "openbsd"],
    &["aix", "android", "hurd", "illumos", "linux", "solaris"],
    &["js", "nacl", "plan9", "wasip1", "windows", "zos"],
];

const ARCHITECTURES: &[&str] = &[
    "386", "amd64", "amd64p32", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64",
    "ppc64le", "riscv64", "s390x", "sparc64", "wasm",
];

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::Os;
    use crate::snapshot::registry::Hive;
    use crate::testing::Machine;

    #[test]
    fn a_persisted_value_for_another_machine_is_removed() {
        let machine = Machine::linux().file("~/.config/go/env", "GOOS=windows\n");
        let findings = machine.findings("goos-goarch");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "GOOS is windows in every shell, and this machine is linux");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: GOOS=windows");
        assert_eq!(findings[0].fix.commands, ["go env -u GOOS"]);
        assert_eq!(machine.repaired(&findings).findings("goos-goarch"), []);

        let machine =
            Machine::windows().registry(Hive::User, "Environment", "GOOS", "linux").var("GOOS", "linux");
        let findings = machine.findings("goos-goarch");
        assert_eq!(findings[0].evidence[0].to_string(), r"GOOS=linux (set in HKCU\Environment)");
        machine.repaired(&findings).snapshot(|snapshot| {
            assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOOS"), None);
        });
    }

    #[test]
    fn a_value_in_one_shell_is_less_severe_and_one_that_runs_here_even_less() {
        let severity = |machine: Machine| machine.findings("goos-goarch")[0].severity;
        assert_eq!(severity(Machine::linux().var("GOARCH", "arm64")), Severity::Warning);
        assert_eq!(severity(Machine::linux().var("GOARCH", "386")), Severity::Note);
        assert_eq!(severity(Machine::linux().file("~/.config/go/env", "GOARCH=386\n")), Severity::Warning);
        // Git Bash inherits the variable from cmd.exe, and has another command to remove it.
        let mut machine = Machine::windows().var("GOOS", "linux");
        machine.shell = Some(ShellKind::Bash);
        let findings = machine.findings("goos-goarch");
        assert_eq!(findings[0].what.en, "GOOS is linux in this shell, and this machine is windows");
        assert_eq!(findings[0].fix.commands, ["unset GOOS"]);
    }

    #[test]
    fn spaces_and_non_ascii_names_are_reported() {
        let mut machine = Machine::windows().var("GOOS", "linux ");
        machine.shell = Some(ShellKind::Cmd);
        let findings = machine.findings("goos-goarch");
        assert_eq!(
            (findings[0].severity, findings[0].what.en.as_str()),
            (Severity::Error, "GOOS is `linux `, with an extra space or line end")
        );
        assert_eq!(findings[0].fix.commands, ["set GOOS="]);
        let findings = Machine::linux().var("GOARCH", "x86_64").findings("goos-goarch");
        assert_eq!(findings[0].what.en, "GOARCH is `x86_64`, which Go does not know; Go calls it amd64");
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goos-goarch"), []);
            let (os, arch) = match machine.system.os {
                Os::Windows => ("windows", "amd64"),
                Os::MacOs => ("darwin", "arm64"),
                _ => ("linux", "amd64"),
            };
            assert_eq!(machine.var("GOOS", os).var("GOARCH", arch).findings("goos-goarch"), []);
        }
    }
}
