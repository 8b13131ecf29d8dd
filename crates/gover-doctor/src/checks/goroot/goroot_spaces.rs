//! Spaces or non-ASCII characters in the paths that Go uses.

use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "goroot-spaces",
    summary: text!(
        en "GOROOT, GOPATH or GOVER_HOME contains spaces or non-ASCII characters",
        zh "GOROOT、GOPATH 或 GOVER_HOME 的路径里有空格或非 ASCII 字符",
    ),
    symptom: text!(
        en "`gcc: error: Files\\Go\\src\\runtime\\cgo: No such file or directory`; a Makefile that finds no \
            tool in `$(go env GOPATH)/bin`; with cgo on Windows `cannot find -l…` for a path with `ö`.",
        zh "`gcc: error: Files\\Go\\src\\runtime\\cgo: No such file or directory`；Makefile 在 `$(go env \
            GOPATH)/bin` 里找不到工具；Windows 上用 cgo 时，路径里有 `ö` 就报 `cannot find -l…`。",
    ),
    cause: text!(
        en "The directories are below a home such as `C:\\Users\\Jörg Maier`, or in `Program Files`.",
        zh "这些目录在 `C:\\Users\\张三` 或 `C:\\Users\\Jörg Maier` 这样的主目录下，或者在 `Program Files` \
            里。",
    ),
    repair: text!(
        en "Go itself handles such paths. If C compilers, Makefiles or scripts do not, move gover and GOPATH \
            to directories with plain names; the commands are shown.",
        zh "Go 本身能处理这样的路径。如果 C 编译器、Makefile 或脚本不能，请把 gover 和 GOPATH 移到名字简单\
            的目录，命令已经列出。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let home = &snapshot.gover.home;
    let goroot = snapshot.go_path("GOROOT").filter(|goroot| !goroot.is_inside(home));
    let settings = [("GOVER_HOME", vec![home.clone()]), ("GOROOT", Vec::from_iter(goroot))];
    let mut found: Vec<(&str, MachinePath, &str)> = Vec::new();
    for (name, paths) in settings.into_iter().chain([("GOPATH", snapshot.gopath())]) {
        found.extend(paths.into_iter().filter_map(|path| Some((name, path.clone(), fact(&path)?))));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<&str> = found.iter().map(|(name, ..)| *name).collect();
    names.dedup();
    let is_meant = |name: &&str| *name != "GOVER_HOME" || snapshot.may_change_store();
    let commands = names.into_iter().filter(is_meant).filter_map(|name| match name {
        "GOVER_HOME" => Some(snapshot.move_store(&plain(snapshot, ".gover")?)),
        "GOPATH" => snapshot.set_by_hand("GOPATH", Some(plain(snapshot, "go")?.as_str())),
        _ if snapshot.is_lasting("GOROOT") => Some("gover doctor --fix goroot-set".to_owned()),
        _ => snapshot.in_shell("GOROOT", None),
    });
    // The user's name cannot easily be changed, but a directory outside the home was chosen for Go.
    let is_own_choice =
        !snapshot.system.is_windows() && found.iter().any(|(_, path, _)| !path.is_inside(&snapshot.home));
    let severity = if is_own_choice { Severity::Warning } else { Severity::Note };
    let what = text!(
        en "Go directories have spaces or non-ASCII characters in their names",
        zh "Go 的目录名里有空格或非 ASCII 字符",
    );
    let why = text!(
        en "Go works with them, but Makefiles, scripts and C compilers often do not",
        zh "Go 没有问题，但 Makefile、脚本和 C 编译器常常处理不了",
    );
    let evidence = found.iter().map(|(name, path, fact)| Evidence::path(path, format!("{name} {fact}")));
    vec![Finding::new(severity, what, why).shown_by(evidence).commands(commands)]
}

/// A better place for such a directory. On Unix only root can create one outside the home.
fn plain(snapshot: &Snapshot<'_>, name: &str) -> Option<MachinePath> {
    if fact(&snapshot.home).is_none() {
        return Some(snapshot.home.join(name));
    }
    let name = if name == "go" { "gopath" } else { name.trim_start_matches('.') };
    snapshot.system.is_windows().then(|| snapshot.system.path(format!(r"C:\{name}")))
}

fn fact(path: &MachinePath) -> Option<&'static str> {
    match (path.as_str().contains(char::is_whitespace), path.as_str().is_ascii()) {
        (true, true) => Some("contains a space"),
        (false, false) => Some("contains non-ASCII characters"),
        (true, false) => Some("contains a space and non-ASCII characters"),
        (false, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn a_directory_that_somebody_chose_is_a_warning() {
        let machine = Machine::linux()
            .file("~/.config/go/env", "GOPATH=/data/my go\n")
            .file("~/.bashrc", "export GOROOT=/opt/größe/go\n")
            .var("GOROOT", "/opt/größe/go");
        let findings = machine.findings("goroot-spaces");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            ["/opt/größe/go: GOROOT contains non-ASCII characters", "/data/my go: GOPATH contains a space"]
        );
        assert_eq!(
            findings[0].fix.commands,
            ["gover doctor --fix goroot-set", "go env -w GOPATH=/home/ann/go"]
        );
    }

    #[test]
    fn a_user_s_name_is_worth_a_note() {
        let mut machine = Machine::windows();
        machine.home = machine.system.path(r"C:\Users\Jörg Maier");
        machine.gover.home = machine.home.join(".gover");
        let findings = machine.findings("goroot-spaces");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].evidence.len(), 2);
        assert_eq!(
            findings[0].fix.commands,
            [
                r"Move-Item 'C:\Users\Jörg Maier\.gover' C:\gover; if ($?) { & C:\gover\bin\gover.exe setup }",
                r"go env -w GOPATH=C:\gopath"
            ]
        );
    }

    #[test]
    fn a_store_of_others_is_not_moved() {
        let mut machine = Machine::linux();
        machine.gover.home = machine.system.path("/opt/our gover");
        let machine = machine.directory("/opt/our gover");
        assert!(machine.findings("goroot-spaces")[0].fix.commands[0].starts_with("mv "));
        let of_others = machine.read_only("/opt/our gover").findings("goroot-spaces");
        assert_eq!(of_others[0].fix.commands, Vec::<String>::new());
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goroot-spaces"), []);
        }
    }
}
