//! cgo is on and there is no C compiler.

use super::setup::{cgo, default_compiler, install, is_stub, settings};
use super::{flags, wanted};
use crate::checks::words;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "cgo-compiler",
    summary: text!(
        en "cgo is on or needed here, and the C compiler is missing or does not accept its flags",
        zh "这里打开了或需要 cgo，但没有 C 编译器，或者编译器不接受给它的参数",
    ),
    symptom: text!(
        en "`cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH`, on macOS `xcrun: error: invalid active \
            developer path`; `-race requires cgo`, or `build constraints exclude all Go files`.",
        zh "`cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH`；macOS \
            上是 `xcrun: error: invalid active developer path`；`-race requires cgo`，或者 `build \
            constraints exclude all Go files`。",
    ),
    cause: text!(
        en "CGO_ENABLED=1 is set but no compiler is installed, or CC names one that does not exist. If \
            neither is set, go turns cgo off when there is no compiler, even if a file has `import \"C\"` or a \
            command has `-race`. Or CGO_CFLAGS or CGO_LDFLAGS were set for another machine.",
        zh "设了 CGO_ENABLED=1 却没有装编译器，或者 CC 指向的编译器不存在。两者都没有设时，找不到编译器 go \
            就会关掉 cgo，哪怕有文件写着 `import \"C\"` 或命令里有 `-race`。也可能是 CGO_CFLAGS 或 \
            CGO_LDFLAGS 是为别的机器设的。",
    ),
    repair: text!(
        en "Install a compiler with the command shown, or do without cgo: `go env -w CGO_ENABLED=0`. `--fix` \
            removes a CC that does not exist if the default compiler does.",
        zh "用列出的命令安装编译器，或者不用 cgo：`go env -w CGO_ENABLED=0`。CC 指向的编译器不存在、而默认\
            的存在时，`--fix` 会去掉 CC。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    if let Some(finding) = invalid_setting(snapshot).or_else(|| examine(snapshot)) {
        return vec![finding];
    }
    let Some(cgo) = cgo(snapshot) else { return Vec::new() };
    match (&cgo.program, cgo.words.first()) {
        (None, Some(name)) => wanted::finding(snapshot, name).into_iter().collect(),
        _ => flags::findings(snapshot, &cgo),
    }
}

/// go ignores `CGO_ENABLED=true`. An unclosed quotation mark in CC makes it panic.
fn invalid_setting(snapshot: &Snapshot<'_>) -> Option<Finding> {
    if let Some(value) = snapshot.go_setting("CGO_ENABLED").filter(|value| value != "0" && value != "1") {
        let what = text!(
            en "CGO_ENABLED is `{value}`, and must be 0 or 1",
            zh "CGO_ENABLED 是 `{value}`，只能是 0 或 1",
            value = value.escape_debug(),
        );
        let why = text!(en "go silently ignores it", zh "go 会不声不响地忽略它");
        let finding = Finding::warning(what, why).shown_by(snapshot.setting_evidence("CGO_ENABLED"));
        return Some(snapshot.corrected(finding, "CGO_ENABLED", None));
    }
    let quote = words::split(&snapshot.go_setting("CC")?).err()?;
    let what = text!(en "CC has an unclosed {quote}", zh "CC 里的 {quote} 没有配对", quote = quote);
    let why = text!(
        en "every build that uses cgo fails with `could not parse environment variable CC`",
        zh "用到 cgo 的构建都会报 `could not parse environment variable CC`",
    );
    let finding = Finding::error(what, why).shown_by(snapshot.setting_evidence("CC"));
    Some(snapshot.corrected(finding, "CC", None))
}

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let cgo = cgo(snapshot)?;
    let name = cgo.words.first()?;
    if let Some(program) = &cgo.program {
        return is_stub(snapshot, program).then(|| stub(snapshot, program, cgo.is_forced));
    }
    let usual = default_compiler(snapshot);
    let has_usual = snapshot.program(usual).is_some();
    // If the default compiler is missing, only the variable keeps cgo on (Go 1.20 release notes).
    let is_on = cgo.is_forced || (cgo.is_chosen && (has_usual || snapshot.variable("CC").is_some()));
    if !is_on {
        return None;
    }
    let what = if cgo.is_chosen {
        text!(en "CC names `{name}`, which does not exist", zh "CC 指向 `{name}`，它不存在", name = name)
    } else {
        text!(
            en "CGO_ENABLED=1 requires cgo, and `{name}` is not on PATH",
            zh "CGO_ENABLED=1 要求用 cgo，而 PATH 里没有 `{name}`",
            name = name,
        )
    };
    let why = text!(
        en "every build that uses cgo, on Linux also of packages such as net, fails with `C compiler not found`",
        zh "用到 cgo 的构建（Linux 上还有 net 等包）都会报 `C compiler not found`",
    );
    let finding = Finding::error(what, why).shown_by(settings(snapshot));
    if cgo.is_chosen && has_usual {
        return Some(snapshot.corrected(finding, "CC", None));
    }
    Some(add_commands(snapshot, finding))
}

fn add_commands(snapshot: &Snapshot<'_>, finding: Finding) -> Finding {
    finding.commands(install(snapshot)).commands(snapshot.set_by_hand("CGO_ENABLED", Some("0")))
}

fn stub(snapshot: &Snapshot<'_>, program: &MachinePath, is_forced: bool) -> Finding {
    // A new Mac is like this, and code without cgo builds there.
    let severity = if is_forced { Severity::Error } else { Severity::Note };
    let what = text!(
        en "{program} is only a stub: the macOS developer tools are not installed",
        zh "{program} 只是个空壳：没有安装 macOS 的开发者工具",
        program = program,
    );
    let why = text!(
        en "builds that use cgo fail with `xcrun: error: invalid active developer path`",
        zh "用到 cgo 的构建会报 `xcrun: error: invalid active developer path`",
    );
    let tools = "/Library/Developer/CommandLineTools";
    let evidence = Evidence::path(tools, "does not exist, and Xcode does not either");
    let finding = Finding::new(severity, what, why)
        .shown_by(snapshot.go_setting_evidence("CGO_ENABLED"))
        .shown_by([evidence]);
    add_commands(snapshot, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::Hive;
    use crate::testing::Machine;

    #[test]
    fn cgo_without_a_compiler_is_reported_with_the_command_to_install_one() {
        for (machine, name, install) in [
            (Machine::linux(), "gcc", "sudo apt install build-essential"),
            (Machine::alpine(), "gcc", "sudo apk add build-base"),
            (Machine::macos(), "clang", "xcode-select --install"),
            (Machine::windows(), "gcc", "winget install -e --id BrechtSanders.WinLibs.POSIX.UCRT"),
        ] {
            let machine = machine.var("CGO_ENABLED", "1");
            let findings = machine.findings("cgo-compiler");
            assert_eq!(findings[0].severity, Severity::Error);
            assert_eq!(
                findings[0].what.en,
                format!("CGO_ENABLED=1 requires cgo, and `{name}` is not on PATH")
            );
            assert_eq!(findings[0].evidence[0].to_string(), "CGO_ENABLED=1");
            assert_eq!(findings[0].fix.commands[0], install);
            assert!(findings[0].fix.commands[1].contains("CGO_ENABLED"));
        }
        let machine = Machine::linux().var("CGO_ENABLED", "1").program("/usr/bin/gcc", "");
        assert_eq!(machine.findings("cgo-compiler"), []);
    }

    #[test]
    fn a_missing_cc_is_removed_if_the_default_compiler_exists() {
        let machine =
            Machine::linux().file("~/.config/go/env", "CC=/opt/gcc-9/bin/gcc\n").program("/usr/bin/gcc", "");
        let findings = machine.findings("cgo-compiler");
        assert_eq!(findings[0].what.en, "CC names `/opt/gcc-9/bin/gcc`, which does not exist");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.config/go/env:1: CC=/opt/gcc-9/bin/gcc");
        assert_eq!(machine.repaired(&findings).findings("cgo-compiler"), []);

        let machine = Machine::windows()
            .registry(Hive::User, "Environment", "CC", r"C:\TDM\gcc.exe")
            .var("CC", r"C:\TDM\gcc.exe");
        let findings = machine.findings("cgo-compiler");
        assert_eq!(findings[0].evidence[0].to_string(), r"CC=C:\TDM\gcc.exe (set in HKCU\Environment)");
        assert_eq!(findings[0].fix.changes, []);
        // Without the usual compiler a line of go/env leaves cgo off.
        let machine = Machine::linux().file("~/.config/go/env", "CC=clang\n");
        assert_eq!(machine.findings("cgo-compiler"), []);
    }

    #[test]
    fn malformed_values_are_removed() {
        let machine = Machine::linux().file("~/.config/go/env", "CGO_ENABLED=true\n");
        let findings = machine.findings("cgo-compiler");
        assert_eq!(findings[0].what.en, "CGO_ENABLED is `true`, and must be 0 or 1");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(machine.repaired(&findings).findings("cgo-compiler"), []);
        let machine = Machine::linux().file("~/.config/go/env", "CC='gcc\n");
        let findings = machine.findings("cgo-compiler");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(machine.repaired(&findings).findings("cgo-compiler"), []);
    }

    #[test]
    fn a_mac_without_developer_tools_is_a_note() {
        let machine = Machine::macos().program("/usr/bin/clang", "");
        let findings = machine.findings("cgo-compiler");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].fix.commands[0], "xcode-select --install");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/Library/Developer/CommandLineTools: does not exist, and Xcode does not either"
        );
        let forced = machine.clone().var("CGO_ENABLED", "1");
        assert_eq!(forced.findings("cgo-compiler")[0].severity, Severity::Error);
        let tools = machine.program("/Library/Developer/CommandLineTools/usr/bin/clang", "");
        assert_eq!(tools.findings("cgo-compiler"), []);
    }

    #[test]
    fn a_machine_without_any_compiler_is_fine() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("cgo-compiler"), []);
            assert_eq!(machine.clone().var("CGO_ENABLED", "0").findings("cgo-compiler"), []);
            assert_eq!(machine.var("GOOS", "plan9").var("CGO_ENABLED", "1").findings("cgo-compiler"), []);
        }
    }
}
