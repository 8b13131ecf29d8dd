//! Windows: the machine's Path comes before the user's Path, which contains gover's directory.

use super::go_programs;
use super::installers;
use super::registry_path::{Entry, StoredPath};
use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "path-machine",
    summary: text!(
        en "Windows: the machine's Path contains a `go`",
        zh "Windows：系统的 Path 里有 `go`",
    ),
    symptom: text!(
        en "After `gover setup`, `where go` in a new window still prints `C:\\Program \
            Files\\Go\\bin\\go.exe` first.",
        zh "运行过 `gover setup`，新窗口里的 `where go` 仍然先列出 `C:\\Program Files\\Go\\bin\\go.exe`。",
    ),
    cause: text!(
        en "Windows builds PATH from the machine's Path followed by the user's. Go's MSI package, winget and \
            Chocolatey change the machine's.",
        zh "Windows 的 PATH 由系统的 Path 接上用户的 Path 组成。Go 的 MSI 安装包、winget 和 Chocolatey 改的\
            都是系统的 Path。",
    ),
    repair: text!(
        en "An administrator uninstalls that Go (`winget uninstall --id GoLang.Go`) or removes its entry \
            from the machine's Path with the commands shown. gover changes nothing that belongs to all \
            users.",
        zh "由管理员卸载那个 Go（`winget uninstall --id GoLang.Go`），或者用列出的命令把它从系统的 Path 里\
            去掉。属于所有用户的东西，gover 从不改动。",
    ),
    scope: scope::windows,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(machine) = StoredPath::read(snapshot, Hive::Machine) else { return Vec::new() };
    let before = before(snapshot, &machine);
    let Some((first, _)) = before.first() else { return Vec::new() };
    // A PowerShell profile that loads gover's function puts gover first, but only in PowerShell.
    let is_first_here = go_programs::on_path(snapshot).first().is_some_and(|go| go.is_shim(snapshot));
    let severity = if is_first_here { Severity::Warning } else { Severity::Error };
    let what = text!(
        en "{directory} is in the machine's Path, which comes before the user's",
        zh "{directory} 在系统的 Path 里，排在用户的 Path 前面",
        directory = first.directory,
    );
    let why = text!(
        en "new windows and editors run that `go`, whatever gover selects",
        zh "不管 gover 选了什么，新窗口和编辑器运行的都是那个 `go`",
    );
    let finding = Finding::new(severity, what, why);
    vec![before.into_iter().fold(finding, |finding, (entry, program)| {
        let by = installers::installed_by(snapshot, &program);
        finding
            .shown_by([machine.evidence(&entry.shown)])
            .shown_by(by.map(|by| Evidence::path(program, format!("installed by {by}"))))
            .commands(machine.removal(entry))
    })]
}

/// The first directory of the machine's Path with a `go`, if gover does not come before it.
pub(crate) fn first(snapshot: &Snapshot<'_>) -> Option<MachinePath> {
    let machine = StoredPath::read(snapshot, Hive::Machine)?;
    Some(before(snapshot, &machine).first()?.0.directory.clone())
}

/// The entries before gover's that have a `go`.
fn before<'a>(snapshot: &Snapshot<'_>, machine: &'a StoredPath) -> Vec<(&'a Entry, MachinePath)> {
    let before = machine.entries.iter().take_while(|entry| entry.directory != snapshot.gover.bin);
    let absolute = before.filter(|entry| entry.directory.is_absolute());
    absolute.filter_map(|entry| Some((entry, go_programs::program_in(snapshot, &entry.directory)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::environment;
    use crate::testing::Machine;

    fn with_msi(path: &str) -> Machine {
        Machine::windows().toolchain(r"C:\Program Files\Go", "go1.21.6").registry(
            Hive::Machine,
            environment(Hive::Machine),
            "Path",
            path,
        )
    }

    #[test]
    fn a_go_in_the_machine_path_is_found_with_its_removal() {
        let machine =
            with_msi(r"%SystemRoot%\system32;C:\Program Files\Go\bin").path_first(r"C:\Program Files\Go\bin");
        let findings = machine.findings("path-machine");
        assert_eq!(findings[0].severity, Severity::Error);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment\Path = C:\Program Files\Go\bin",
                r"C:\Program Files\Go\bin\go.exe: installed by Go's MSI package, alone or through winget"
            ]
        );
        assert!(findings[0].fix.changes.is_empty());
        assert_eq!(
            findings[0].fix.commands,
            [
                "# in PowerShell as administrator, then sign in again:",
                r"$key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'",
                "$path = (Get-Item $key).GetValue('Path', '', 'DoNotExpandEnvironmentNames')",
                r"Set-ItemProperty $key Path ($path -split ';' -ne 'C:\Program Files\Go\bin' -join ';') -Type ExpandString",
            ]
        );
    }

    #[test]
    fn where_the_shell_puts_gover_first_it_is_a_warning() {
        let machine = with_msi(r"C:\Program Files\Go\bin").path_first(r"C:\Users\ann\.gover\bin");
        assert_eq!(machine.findings("path-machine")[0].severity, Severity::Warning);
    }

    #[test]
    fn gover_before_it_in_the_machine_s_path_and_a_healthy_machine_are_silent() {
        let machine = with_msi(r"C:\Users\ann\.gover\bin;C:\Program Files\Go\bin");
        assert_eq!(machine.findings("path-machine"), []);
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-machine"), []);
        }
    }
}
