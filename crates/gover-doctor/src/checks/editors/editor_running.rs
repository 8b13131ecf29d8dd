//! Linux: editors and language servers that still run with a PATH from before gover.

use std::collections::BTreeSet;

use crate::checks::finding_go::go_programs::{self, program_in};
use crate::snapshot::Process;
use crate::snapshot::system::Os;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "editor-running",
    summary: text!(
        en "an editor, its server or gopls runs with a PATH from before gover",
        zh "正在运行的编辑器、它的服务端或 gopls 用的还是装 gover 之前的 PATH",
    ),
    symptom: text!(
        en "`go version` is right in a terminal, but the editor's terminals and gopls use another Go, or the \
            editor says `Failed to find the \"go\" binary`, also after its window was reloaded.",
        zh "终端里 `go version` 是对的，但编辑器里的终端和 gopls 用的是另一个 Go；或者编辑器报 `Failed to \
            find the \"go\" binary`，重新加载窗口也没有用。",
    ),
    cause: text!(
        en "A program keeps the PATH that it was started with. The server of VS Code for remote connections and \
            WSL runs on after the window is closed.",
        zh "程序启动时是什么 PATH，就一直用什么 PATH。VS Code 远程连接和 WSL 的服务端，关了窗口也还在运行。",
    ),
    repair: text!(
        en "Start the program again; the command is shown. VS Code starts its server and gopls again by itself. \
            Only Linux shows the PATH of another process.",
        zh "重新启动那个程序，命令已经列出。VS Code 会自己重新启动服务端和 gopls。别的进程的 PATH，只有在 \
            Linux 上能看到。",
    ),
    scope: |snapshot| match snapshot.system.os {
        Os::Linux => scope::given(
            !snapshot.processes.is_empty(),
            text!(en "no other program of yours runs", zh "没有你的其他程序在运行"),
        ),
        _ => scope::given(false, text!(en "only for Linux", zh "仅用于 Linux")),
    },
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    // Without gover on PATH here, other checks say so, and new programs would not have it either.
    if !go_programs::on_path(snapshot).first().is_some_and(|go| go.is_shim(snapshot)) {
        return Vec::new();
    }
    let mut known: BTreeSet<&MachinePath> = BTreeSet::new();
    let running = snapshot.processes.iter().filter_map(|process| Some((process, kind(process)?)));
    let first = running.filter(|(process, _)| known.insert(&process.program));
    // An editor reads the startup files for the processes that it starts, so one of them is enough.
    let is_old = |(process, _): &(&Process, Kind)| {
        let same = snapshot.processes.iter().filter(|other| other.program == process.program);
        same.into_iter().all(|process| !finds_gover(snapshot, process))
    };
    first.filter(is_old).map(|(process, kind)| finding(snapshot, process, kind)).collect()
}

#[derive(Clone, Copy)]
enum Kind {
    Editor,
    /// It is started again by the editor.
    Server,
}

fn kind(process: &Process) -> Option<Kind> {
    let name = process.program.file_name();
    // The server is node, in a directory of its own in the home of the user.
    let is_server = SERVERS.iter().any(|part| process.program.as_str().contains(part));
    match name {
        "gopls" => Some(Kind::Server),
        "node" if is_server => Some(Kind::Server),
        _ => EDITORS.contains(&name).then_some(Kind::Editor),
    }
}

/// Whether the first `go` on its PATH is gover's, or a toolchain of gover that an editor chose.
fn finds_gover(snapshot: &Snapshot<'_>, process: &Process) -> bool {
    let first = first_go(snapshot, process);
    first.is_some_and(|go| snapshot.real(&go).is_inside(&snapshot.real(&snapshot.gover.home)))
}

fn first_go(snapshot: &Snapshot<'_>, process: &Process) -> Option<MachinePath> {
    let directories = snapshot.system.split_list(&process.path).into_iter();
    directories.filter(MachinePath::is_absolute).find_map(|directory| program_in(snapshot, &directory))
}

fn finding(snapshot: &Snapshot<'_>, process: &Process, kind: Kind) -> Finding {
    let Process { id, program, path } = process;
    let name = program.file_name();
    let go = first_go(snapshot, process);
    let found = go.map_or("no `go`".to_owned(), |go| snapshot.short(&go));
    let what = text!(
        en "{name} (process {id}) was started with a PATH on which gover does not come first",
        zh "{name}（进程 {id}）启动时的 PATH 里，最前面的不是 gover",
        name = name, id = id,
    );
    let why = text!(
        en "it uses another Go than new terminals until it is started again",
        zh "在重新启动之前，它用的 Go 和新开的终端不同",
    );
    let finding = Finding::warning(what, why)
        .shown_by([Evidence::path(program, format!("process {id}, finds {found}"))])
        .shown_by([Evidence::answer(format!("PATH of process {id}"), path.as_str())]);
    finding.command(match kind {
        Kind::Server => format!("kill {id}"),
        Kind::Editor => format!("in a new terminal, after you quit it: {name}"),
    })
}

const SERVERS: &[&str] = &[
    "/.vscode-server",
    "/.vscode-remote",
    "/.vscodium-server",
    "/.cursor-server",
    "/.windsurf-server",
    "/code-server/",
];

const EDITORS: &[&str] = &[
    "code",
    "code-insiders",
    "code-oss",
    "codium",
    "cursor",
    "windsurf",
    "goland",
    "zed",
    "zed-editor",
    "zeditor",
    "nvim",
    "vim",
    "hx",
    "helix",
    "emacs",
    "sublime_text",
];

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::Machine;

    const SERVER: &str = "~/.vscode-server/cli/servers/Stable-1/server/node";

    fn machine() -> Machine {
        Machine::linux().program("/usr/bin/go", "old").runs(7, "/usr/bin/bash", "/usr/bin")
    }

    #[test]
    fn a_server_with_an_older_path_is_found_with_its_number() {
        let machine = machine().runs(41, SERVER, "/usr/bin:/bin").runs(42, SERVER, "/usr/bin");
        let findings = machine.findings("editor-running");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
        assert_eq!(
            findings[0].what.en,
            "node (process 41) was started with a PATH on which gover does not come first"
        );
        let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/home/ann/.vscode-server/cli/servers/Stable-1/server/node: process 41, finds /usr/bin/go",
                "PATH of process 41: /usr/bin:/bin",
            ]
        );
        assert_eq!(findings[0].fix.commands, ["kill 41"]);
        let gopls = Machine::linux().runs(9, "~/go/bin/gopls", "/bin").findings("editor-running");
        assert_eq!(gopls[0].evidence[0].to_string(), "/home/ann/go/bin/gopls: process 9, finds no `go`");
        let emacs = Machine::linux().runs(9, "/usr/bin/emacs", "/bin").findings("editor-running");
        assert_eq!(emacs[0].fix.commands, ["in a new terminal, after you quit it: emacs"]);
    }

    #[test]
    fn a_path_that_leads_to_gover_is_silent() {
        let with = |path: &str| machine().runs(41, SERVER, path).findings("editor-running");
        assert_eq!(with("/home/ann/.gover/bin:/usr/bin"), []);
        // `go.alternateTools` puts the toolchain first.
        assert_eq!(with("/home/ann/.gover/versions/go1.22.5/bin:/usr/bin"), []);
        // The process that an editor starts for extensions has read the startup files.
        let editor = machine().runs(5, "/usr/share/code/code", "/usr/bin");
        assert_eq!(editor.findings("editor-running").len(), 1);
        let resolved = editor.runs(6, "/usr/share/code/code", "/home/ann/.gover/bin:/usr/bin");
        assert_eq!(resolved.findings("editor-running"), []);
        // Node runs other things, too.
        assert_eq!(machine().runs(5, "/usr/bin/node", "/usr/bin").findings("editor-running"), []);
        let without = machine().runs(41, SERVER, "/usr/bin").var("PATH", "/usr/bin");
        assert_eq!(without.findings("editor-running"), []);
    }

    #[test]
    fn a_machine_without_editors_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("editor-running"), []);
        }
    }
}
