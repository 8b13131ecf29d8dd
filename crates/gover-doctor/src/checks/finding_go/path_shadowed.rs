//! Another `go` comes before gover's on PATH.

use gover_shell::ShellKind;

use super::go_programs::{self, GoProgram};
use super::path_lines::{self, PathLine};
use super::path_missing::{new_shell, setup};
use super::registry_path::{Entry, StoredPath};
use crate::snapshot::registry::Hive;
use crate::snapshot::startup::StartupFile;
use crate::{Check, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(crate) const CHECK: Check = Check {
    name: "path-shadowed",
    summary: text!(
        en "another `go` comes before gover's on PATH",
        zh "PATH 里有别的 `go` 排在 gover 的前面",
    ),
    symptom: text!(
        en "`go version` and `gover current` print different versions; a pin has no effect; `go: go.mod \
            requires go >= 1.23 (running go 1.19.8; GOTOOLCHAIN=local)` although that toolchain is \
            installed.",
        zh "`go version` 和 `gover current` 的版本不同；固定的版本不起作用；工具链明明已经安装，却报 `go: \
            go.mod requires go >= 1.23 (running go 1.19.8; GOTOOLCHAIN=local)`。",
    ),
    cause: text!(
        en "A line after gover's in a startup file puts another `go` first: from `/usr/local/go`, a package \
            manager or another version manager. On Windows the machine's Path comes before the user's.",
        zh "启动文件里，gover 的行后面有一行把别的 `go` 放到了最前面：`/usr/local/go` 里的、软件包管理器\
            的，或者别的版本管理工具的。Windows 上，系统的 Path 排在用户的前面。",
    ),
    repair: text!(
        en "`--fix` moves gover's lines to the end of your startup files, and gover's entry to the front of \
            your Path in the registry. For the machine's Path it prints commands. The other toolchain stays \
            installed.",
        zh "`--fix` 把 gover 的行移到启动文件末尾，把注册表里你的 Path 中 gover 的那一项移到最前面。系统的 \
            Path，gover 列出该用的命令。另一个工具链不会删除。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let path = snapshot.path();
    let at = |directory: &MachinePath| path.iter().position(|entry| entry == directory);
    let gos = go_programs::on_path(snapshot);
    let shims = gos.iter().filter(|go| go.is_shim(snapshot)).filter_map(|go| at(&go.directory));
    let own = shims.chain(at(&snapshot.gover.bin)).min();
    let before: Vec<&GoProgram> =
        gos.iter().filter(|go| own.is_none_or(|own| at(&go.directory) < Some(own))).collect();
    let Some(first) = before.first() else { return Vec::new() };
    let shown = snapshot.short(&first.path);
    let why = text!(
        en "pins, `gover use` and the default have no effect on `go`",
        zh "固定的版本、`gover use` 和默认版本对 `go` 都不起作用",
    );
    let directories: Vec<MachinePath> = before.iter().map(|go| go.directory.clone()).collect();
    let with_programs = |finding: Finding| finding.shown_by(before.iter().map(|go| go.evidence(snapshot)));
    if own.is_none() {
        // `path-missing` reports that gover is not on PATH at all.
        let what = text!(en "`go` is {program}, not gover's", zh "`go` 是 {program}，不是 gover 的", program = shown);
        return vec![with_programs(Finding::note(what, why))];
    }
    if before.iter().all(|go| go.is_of_gover(snapshot)) {
        return vec![with_programs(fixed_toolchain(snapshot, &directories))];
    }
    let what = text!(
        en "{program} comes before gover's `go` on PATH",
        zh "PATH 里 {program} 排在 gover 的 `go` 前面",
        program = shown,
    );
    let finding = with_programs(Finding::error(what, why));
    let repair = if snapshot.system.is_windows() { on_windows } else { on_unix };
    vec![repair(snapshot, finding, &directories)]
}

/// gover's own toolchains are on PATH after `gover env`, and in programs that `go generate` starts.
fn fixed_toolchain(snapshot: &Snapshot<'_>, directories: &[MachinePath]) -> Finding {
    let is_persisted = !path_lines::naming(snapshot, directories).is_empty();
    let severity = if is_persisted { Severity::Warning } else { Severity::Note };
    let finding = Finding::new(
        severity,
        text!(
            en "a toolchain that gover installed comes before gover's `go` on PATH",
            zh "PATH 里 gover 安装的某个工具链排在 gover 的 `go` 前面",
        ),
        text!(
            en "this shell uses the same version in every project, whatever is pinned there",
            zh "不管项目固定了什么版本，这个 shell 在所有项目里都用同一个版本",
        ),
    );
    if is_persisted {
        return path_lines::taken_out(snapshot, finding, directories).command(new_shell(snapshot));
    }
    finding
}

fn on_unix(snapshot: &Snapshot<'_>, finding: Finding, before: &[MachinePath]) -> Finding {
    let culprits = path_lines::naming(snapshot, before);
    let is_begin = |(_, line): (usize, String)| line.trim() == "# >>> gover >>>";
    let is_set_up = snapshot.startup.own().any(|file| file.lines().into_iter().any(is_begin));
    let finding = finding
        .shown_by(culprits.iter().map(PathLine::evidence))
        .fixed_by(snapshot.startup.own().filter_map(StartupFile::with_block_at_end));
    let command = if !finding.fix.changes.is_empty() {
        None
    } else if snapshot.shell == Some(ShellKind::Fish) && !culprits.is_empty() {
        // fish reads config.fish after conf.d, which contains gover's file.
        let line = format!("{}/gover init fish | source", snapshot.gover.bin);
        Some(snapshot.added_line(ShellKind::Fish, &line))
    } else {
        (!is_set_up).then(|| "gover setup".to_owned())
    };
    finding.commands(command).command(new_shell(snapshot))
}

fn on_windows(snapshot: &Snapshot<'_>, mut finding: Finding, before: &[MachinePath]) -> Finding {
    let is_before = |entry: &Entry| before.contains(&entry.directory);
    if let Some(machine) = StoredPath::read(snapshot, Hive::Machine) {
        finding = machine.without(finding, is_before);
    }
    if let Some(user) = StoredPath::read(snapshot, Hive::User) {
        let (own, others): (Vec<_>, Vec<_>) =
            user.entries.iter().partition(|entry| entry.directory == snapshot.gover.bin);
        let shown: Vec<&Entry> = others.iter().copied().filter(|entry| is_before(entry)).collect();
        if !shown.is_empty() && !own.is_empty() {
            finding = finding
                .shown_by(shown.iter().map(|entry| user.evidence(&entry.shown)))
                .fixed_by(user.with(own.into_iter().chain(others), user.value.expands));
        }
    }
    if !finding.fix.changes.is_empty() || !finding.fix.commands.is_empty() {
        return finding;
    }
    // Where the registry is right already, only this window is older.
    let is_stored = |path: &StoredPath| path.visible().any(|entry| entry.directory == snapshot.gover.bin);
    let is_set_up = StoredPath::both(snapshot).iter().any(is_stored);
    finding.commands((!is_set_up).then(|| setup(snapshot))).command(new_shell(snapshot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::{Text, environment};
    use crate::testing::Machine;

    fn linux() -> Machine {
        Machine::linux().toolchain("/usr/local/go", "go1.21.6").path_first("/usr/local/go/bin")
    }

    #[test]
    fn a_window_that_is_older_than_setup_is_not_sent_to_setup() {
        let machine = Machine::windows().toolchain(r"C:\old\go", "go1.20.1").path_first(r"C:\old\go\bin");
        assert_eq!(machine.findings("path-shadowed")[0].fix.commands, ["open a new window"]);
        let mut without = machine;
        without.registry.put(Hive::User, "Environment", "Path", Text::new(r"C:\x", true));
        let commands = &without.findings("path-shadowed")[0].fix.commands;
        assert_eq!(*commands, ["gover setup", "open a new window"]);
    }

    #[test]
    fn a_line_after_govers_is_found_and_govers_lines_are_moved_after_it() {
        let machine = linux()
            .file("~/.bashrc", &format!("{}export PATH=/usr/local/go/bin:$PATH\n", Machine::block("bash")));
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Error);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/usr/local/go/bin/go: go1.21.6, installed by Go's tarball",
                "/home/ann/.bashrc:7: export PATH=/usr/local/go/bin:$PATH"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
            assert!(text.starts_with("export PATH=/usr/local/go/bin:$PATH\n# >>> gover >>>\n"), "{text}");
        });
        let new_shell = repaired.var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/bin");
        assert_eq!(new_shell.findings("path-shadowed"), []);
    }

    #[test]
    fn every_go_before_govers_is_reported_in_order() {
        let machine = linux().program("/home/ann/.asdf/shims/go", "asdf").path_first("~/.asdf/shims");
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].what.en, "~/.asdf/shims/go comes before gover's `go` on PATH");
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(evidence[0], "/home/ann/.asdf/shims/go: installed by asdf");
        assert!(evidence[1].starts_with("/usr/local/go/bin/go: go1.21.6"));
        // New shells have gover first already.
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
        let without = machine.file("~/.bashrc", "");
        assert_eq!(without.findings("path-shadowed")[0].fix.commands, ["gover setup", "exec bash -l"]);
    }

    #[test]
    fn fish_reads_govers_lines_before_the_users() {
        let mut machine = linux()
            .file("~/.config/fish/conf.d/gover.fish", &Machine::block("fish"))
            .file("~/.config/fish/config.fish", "fish_add_path /usr/local/go/bin\n");
        machine.shell = Some(ShellKind::Fish);
        assert_eq!(
            machine.findings("path-shadowed")[0].fix.commands,
            [
                r"printf '%s\n' '/home/ann/.gover/bin/gover init fish | source' >> ~/.config/fish/config.fish",
                "exec fish -l"
            ]
        );
    }

    #[test]
    fn a_toolchain_of_gover_s_is_a_note_unless_it_is_there_to_stay() {
        let current = Machine::linux()
            .link("/home/ann/.gover/current", "/home/ann/.gover/versions/go1.22.5")
            .path_first("~/.gover/current/bin");
        assert_eq!(current.findings("path-shadowed")[0].severity, Severity::Note);
        let line = "export PATH=~/.gover/current/bin:$PATH\n";
        let persisted = current.file("~/.profile", line);
        let findings = persisted.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Warning);
        let repaired = persisted.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.profile")).unwrap();
            assert_eq!(text, format!("# gover doctor: {line}"));
        });
    }

    #[test]
    fn the_user_s_path_of_windows_is_put_in_order() {
        let machine = Machine::windows()
            .program(r"C:\Users\ann\scoop\shims\go.exe", "scoop")
            .path_first(r"C:\Users\ann\scoop\shims")
            .registry(
                Hive::User,
                "Environment",
                "Path",
                r"%USERPROFILE%\scoop\shims;%USERPROFILE%\.gover\bin;C:\x",
            );
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].evidence[0].to_string(),
            r"C:\Users\ann\scoop\shims\go.exe: installed by Scoop"
        );
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"%USERPROFILE%\.gover\bin;%USERPROFILE%\scoop\shims;C:\x");
        });
    }

    #[test]
    fn only_an_administrator_changes_the_machine_path_of_windows() {
        let machine = Machine::windows()
            .toolchain(r"C:\Program Files\Go", "go1.21.6")
            .path_first(r"C:\Program Files\Go\bin")
            .registry(
                Hive::Machine,
                environment(Hive::Machine),
                "Path",
                r"%SystemRoot%\system32;C:\Program Files\Go\bin",
            );
        let findings = machine.findings("path-shadowed");
        assert!(findings[0].fix.changes.is_empty());
        assert_eq!(
            findings[0].fix.commands.last().unwrap(),
            r"Set-ItemProperty $key Path ($path -split ';' -ne 'C:\Program Files\Go\bin' -join ';') -Type ExpandString"
        );
    }

    #[test]
    fn a_go_behind_gover_s_and_a_healthy_machine_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-shadowed"), []);
        }
        let behind = Machine::linux().program("/usr/bin/go", "apt");
        assert_eq!(behind.findings("path-shadowed"), []);
        // A version manager that has no Go.
        let mise =
            Machine::linux().directory("~/.local/share/mise/shims").path_first("~/.local/share/mise/shims");
        assert_eq!(mise.findings("path-shadowed"), []);
        let link = Machine::linux()
            .link("/usr/local/bin/go", "/home/ann/.gover/bin/go")
            .path_first("/usr/local/bin");
        assert_eq!(link.findings("path-shadowed"), []);
    }

    #[test]
    fn without_gover_on_path_it_is_worth_a_note() {
        let machine = linux().var("PATH", "/usr/local/go/bin:/usr/bin");
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].what.en, "`go` is /usr/local/go/bin/go, not gover's");
    }
}
