//! Windows: a PATHEXT that does not let programs be called by their names alone.

use super::path_missing::new_shell;
use super::registry_path::of_environment;
use crate::snapshot::registry::{HIVES, Hive, Text, UserKey, environment};
use crate::{Change, Check, Evidence, Finding, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "pathext",
    summary: text!(
        en "Windows: PATHEXT does not contain `.EXE`",
        zh "Windows：PATHEXT 里没有 `.EXE`",
    ),
    symptom: text!(
        en "`'go' is not recognized as an internal or external command` (in Chinese `'go' \
            不是内部或外部命令，也不是可运行的程序或批处理文件`), although `where go.exe` finds it and \
            `go.exe version` works.",
        zh "`'go' 不是内部或外部命令，也不是可运行的程序或批处理文件`（英文 `'go' is not recognized as an \
            internal or external command`），可是 `where go.exe` 找得到它，`go.exe version` 也能运行。",
    ),
    cause: text!(
        en "Windows adds the endings in PATHEXT to the name that you type. An installer or a guide replaced it, \
            for example to add `.PY`. Your own PATHEXT replaces the machine's; unlike Path, the two are not \
            joined.",
        zh "Windows 会给你输入的名字补上 PATHEXT 里的扩展名。有安装程序或教程把它整个替换了，比如为了加上 \
            `.PY`。PATHEXT 和 Path 不同：用户的值会替换系统的值，两者不会合并。",
    ),
    repair: text!(
        en "`--fix` adds `.EXE` to your own PATHEXT in the registry. For the machine's, and for the window in \
            use, it prints commands.",
        zh "`--fix` 把 `.EXE` 加进注册表里你自己的 PATHEXT。系统的 PATHEXT 和当前窗口，gover 列出该用的命\
            令。",
    ),
    scope: scope::windows,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let stored = stored(snapshot).filter(|(_, text)| lacks_exe(&snapshot.expand(&text.shown())));
    let here = snapshot.variable("PATHEXT").filter(|value| lacks_exe(value));
    if here.is_none() && stored.is_none() {
        return Vec::new();
    }
    let why = text!(
        en "cmd.exe and PowerShell find `go.exe`, but not `go`, and neither do many programs",
        zh "cmd.exe、PowerShell 和许多程序只找得到 `go.exe`，找不到 `go`",
    );
    let evidence = here.map(|_| snapshot.variable_evidence("PATHEXT"));
    let what = text!(en "PATHEXT does not contain .EXE", zh "PATHEXT 里没有 .EXE");
    let mut finding = Finding::error(what, why).shown_by(evidence);
    let Some((hive, before)) = stored else {
        let value = here.map(|value| format!(".EXE;{value}"));
        return vec![finding.commands(snapshot.in_shell("PATHEXT", value.as_deref()))];
    };
    finding =
        finding.shown_by([Evidence::registry(hive, environment(hive), "PATHEXT", before.shown().as_str())]);
    let text: Vec<u16> = ".EXE;".encode_utf16().chain(before.text.iter().copied()).collect();
    let after = Text { text, expands: before.expands };
    vec![match hive {
        Hive::User => {
            let key = UserKey::of_variable("PATHEXT");
            let change = Change::Registry { key, before: Some(before), after: Some(after) };
            finding.fixed_by([change]).command(new_shell(snapshot))
        }
        Hive::Machine => finding.commands(of_environment([set_in_machine(snapshot, &after)])),
    }]
}

/// The value that new windows have: the user's, or else the machine's.
fn stored(snapshot: &Snapshot<'_>) -> Option<(Hive, Text)> {
    HIVES.into_iter().find_map(|hive| {
        let text = snapshot.registry.text(hive, environment(hive), "PATHEXT")?;
        (!text.text.is_empty()).then_some((hive, text))
    })
}

/// Without any ending, programs use a list of their own.
fn lacks_exe(value: &str) -> bool {
    let mut endings = value.split(';').map(str::trim).filter(|ending| !ending.is_empty()).peekable();
    endings.peek().is_some() && !endings.any(|ending| ending.eq_ignore_ascii_case(".exe"))
}

fn set_in_machine(snapshot: &Snapshot<'_>, value: &Text) -> String {
    let kind = if value.expands { "ExpandString" } else { "String" };
    let (key, value) = (environment(Hive::Machine), snapshot.powershell_word(value.shown()));
    format!(r"Set-ItemProperty 'HKLM:\{key}' PATHEXT {value} -Type {kind}")
}

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    #[test]
    fn the_user_s_value_gets_the_ending_and_the_machine_s_a_command() {
        let machine = Machine::windows().var("PATHEXT", ".PY;.BAT").registry(
            Hive::User,
            "Environment",
            "PATHEXT",
            ".PY;.BAT",
        );
        let findings = machine.findings("pathext");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
        assert_eq!(findings[0].evidence[0].to_string(), r"PATHEXT=.PY;.BAT (set in HKCU\Environment)");
        assert_eq!(findings[0].fix.commands, ["open a new window"]);
        let repaired = machine.repaired(&findings).var("PATHEXT", ".EXE;.PY;.BAT");
        assert_eq!(repaired.findings("pathext"), []);
        let of_all = Machine::windows().var("PATHEXT", ".COM").registry(
            Hive::Machine,
            environment(Hive::Machine),
            "PATHEXT",
            ".COM",
        );
        let findings = of_all.findings("pathext");
        assert_eq!(findings[0].fix.changes, []);
        assert_eq!(
            findings[0].fix.commands,
            [
                "# in PowerShell as administrator, then sign in again:",
                r"Set-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment' PATHEXT '.EXE;.COM' -Type ExpandString"
            ]
        );
    }

    #[test]
    fn a_value_of_this_window_alone_is_set_in_it() {
        let mut machine = Machine::windows().var("PATHEXT", ".PY");
        assert_eq!(machine.findings("pathext")[0].fix.commands, ["$env:PATHEXT = '.EXE;.PY'"]);
        machine.shell = Some(ShellKind::Cmd);
        assert_eq!(machine.findings("pathext")[0].fix.commands, [r#"set "PATHEXT=.EXE;.PY""#]);
    }

    #[test]
    fn the_usual_values_are_silent() {
        for machine in [Machine::linux().var("PATHEXT", ".PY"), Machine::macos(), Machine::windows()] {
            assert_eq!(machine.findings("pathext"), []);
        }
        let usual = Machine::windows()
            .var("PATHEXT", ".COM; .exe;.BAT")
            .registry(Hive::User, "Environment", "PATHEXT", "%PATHEXT%;.PY")
            .registry(Hive::Machine, environment(Hive::Machine), "PATHEXT", ".COM");
        assert_eq!(usual.findings("pathext"), []);
    }
}
