use crate::Severity;
use crate::snapshot::disk::{FileSystem, Owner};
use crate::testing::Machine;

fn repository(files: &[(&str, &str)]) -> Machine {
    let machine = Machine::linux().directory("~/shop/.git");
    files.iter().fold(machine, |machine, (name, content)| machine.file(&format!("~/shop/{name}"), content))
}

fn whats(machine: &Machine) -> Vec<String> {
    machine.findings("hijack").into_iter().map(|finding| finding.what.en).collect()
}

#[test]
fn flags_of_the_user_are_removed() {
    for (flag, severity, effect) in [
        ("-toolexec=/opt/wrap", Severity::Error, "runs another program in place of the compiler and linker"),
        ("-overlay=/tmp/o.json", Severity::Error, "replaces source files by others"),
        ("-exec=/opt/run", Severity::Warning, "runs programs and tests through another program"),
        ("-vettool=/opt/vet", Severity::Warning, "runs another program in place of `go vet`"),
    ] {
        let machine =
            Machine::linux().file("~/.config/go/env", &format!("GOPROXY=direct\nGOFLAGS=-v {flag}\n"));
        let findings = machine.findings("hijack");
        assert_eq!((findings.len(), findings[0].severity), (1, severity), "{flag}");
        assert_eq!(findings[0].what.en, format!("GOFLAGS has `{flag}`, which {effect}"));
        assert_eq!(
            findings[0].evidence[0].to_string(),
            format!("/home/ann/.config/go/env:2: GOFLAGS=-v {flag}")
        );
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("hijack"), []);
        repaired.snapshot(|snapshot| assert_eq!(snapshot.go_env.value("GOFLAGS"), Some("-v")));
        // `goflags` does not say the same.
        assert_eq!(machine.findings("goflags"), []);
    }
    let variable = Machine::linux().var("GOFLAGS", "-toolexec=x").findings("hijack");
    assert_eq!(variable[0].fix.commands, ["unset GOFLAGS"]);
}

#[test]
fn a_program_for_the_build_cache_is_named() {
    let machine = Machine::linux().var("GOCACHEPROG", "/opt/cacher --remote");
    let findings = machine.findings("hijack");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].what.en, "GOCACHEPROG names `/opt/cacher`, which does not exist");
    let findings = machine.program("/opt/cacher", "").findings("hijack");
    assert_eq!(findings[0].severity, Severity::Note);
    assert_eq!(findings[0].what.en, "GOCACHEPROG lets /opt/cacher answer for the build cache");
}

#[test]
fn flags_in_each_kind_of_file_are_found_with_their_line() {
    for (name, content, line, flag) in [
        (".env", "A=b\nGOFLAGS=-mod=mod -toolexec=/x\n", 2, "toolexec"),
        (".envrc", "export GOFLAGS='-overlay=o.json'\n", 1, "overlay"),
        (
            ".github/workflows/ci.yml",
            "- run: |\n    echo GOFLAGS=-toolexec=/x >> $GITHUB_ENV\n",
            2,
            "toolexec",
        ),
        ("Dockerfile", "FROM golang\nENV GOFLAGS -exec=/x\n", 2, "exec"),
        ("Dockerfile", "FROM golang\nENV A=b \\\n    GOFLAGS=\"-v -toolexec=/x\"\n", 3, "toolexec"),
        ("Makefile", "export GOFLAGS := -v -vettool=/x\n", 1, "vettool"),
        (".github/workflows/ci.yml", "env:\n  GOFLAGS: -mod=mod -overlay=x # why\n", 2, "overlay"),
        (".github/workflows/ci.yml", "run: go env -w \"GOFLAGS=-v -toolexec=x\"\n", 1, "toolexec"),
        (
            ".vscode/settings.json",
            "{\n// ours\n\"go.toolsEnvVars\": {\n\"GOFLAGS\": \"-toolexec=/x\"}}",
            4,
            "toolexec",
        ),
        (".vscode/settings.json", "{\"go.buildFlags\": [\n\"-overlay=o.json\"]}", 2, "overlay"),
        (
            ".vscode/launch.json",
            "{\"configurations\": [{\n\"buildFlags\": \"-v -toolexec=x\"}]}",
            2,
            "toolexec",
        ),
    ] {
        let findings = repository(&[(name, content)]).findings("hijack");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning), "{name}: {findings:?}");
        let expected = format!("~/shop/{name} sets the flag `-{flag}`, which ");
        assert!(findings[0].what.en.starts_with(&expected), "{}", findings[0].what.en);
        let evidence = findings[0].evidence[0].to_string();
        assert!(evidence.starts_with(&format!("/home/ann/shop/{name}:{line}: ")), "{evidence}");
        assert_eq!(findings[0].fix.commands, [format!("${{EDITOR:-vi}} +{line} /home/ann/shop/{name}")]);
        assert_eq!(findings[0].fix.changes, []);
    }
}

#[test]
fn flags_of_one_command_are_notes() {
    for (name, content, line, flag) in [
        ("Makefile", "test:\n\t@go test -exec sudo ./...\n", 2, "exec"),
        ("Makefile", "test:\n\t$(GO) test \\\n\t  -exec=sudo ./...\n", 3, "exec"),
        ("Makefile", "VET = -vettool=$(shell which shadow)\n", 1, "vettool"),
        ("Makefile", "test:\n\t@echo testing && go test -exec sudo ./...\n", 2, "exec"),
        (".gitlab-ci.yml", "test:\n  script:\n    - cd api && go build -overlay o.json .\n", 3, "overlay"),
        (".vscode/tasks.json", "{\"tasks\": [{\n\"command\": \"go test -exec sudo ./...\"}]}", 2, "exec"),
    ] {
        let findings = repository(&[(name, content)]).findings("hijack");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note), "{name}: {findings:?}");
        let expected = format!("~/shop/{name} has a go command with `-{flag}`, which ");
        assert!(findings[0].what.en.starts_with(&expected), "{}", findings[0].what.en);
        assert!(findings[0].evidence[0].to_string().contains(&format!("{name}:{line}: ")));
    }
}

#[test]
fn variables_that_switch_protection_off_are_found() {
    for (name, content, what) in [
        ("Dockerfile", "FROM golang\nENV GOSUMDB=off\nRUN GOSUMDB=off go build\n", "sets GOSUMDB=off, which"),
        (".env", "GONOSUMDB=*\n", "sets GONOSUMDB to `*`, which matches every module"),
        ("Makefile", "export GOINSECURE ?= git.corp.example,*\n", "sets GOINSECURE to `*`"),
        (".circleci/config.yml", "environment:\n  GOPRIVATE: '*'\n", "sets GOPRIVATE to `*`"),
        (".envrc", "export GOCACHEPROG=/x/cacher\n", "sets GOCACHEPROG to `/x/cacher`"),
        (".vscode/settings.json", "{\"go.toolsEnvVars\": {\"GOSUMDB\": \"off\"}}", "sets GOSUMDB=off"),
    ] {
        let findings = repository(&[(name, content)]).findings("hijack");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning), "{name}: {findings:?}");
        assert!(findings[0].what.en.starts_with(&format!("~/shop/{name} {what}")), "{}", findings[0].what.en);
    }
    let twice = repository(&[("Dockerfile", "ENV GOSUMDB=off\nRUN GOSUMDB=off go build\n")]);
    assert_eq!(twice.findings("hijack")[0].evidence.len(), 2);
}

#[test]
fn several_faults_of_one_file_are_several_findings() {
    let content = "GOFLAGS=-toolexec=/x\nGOSUMDB=off\nGOINSECURE=*\n";
    assert_eq!(whats(&repository(&[(".env", content)])).len(), 3);
}

#[test]
fn what_is_usual_in_projects_is_silent() {
    for (name, content) in [
        (
            "Makefile",
            "# GOSUMDB=off -toolexec=x\nGOFLAGS := -mod=vendor\nall:\n\tfind . -exec go vet {} \\;\n",
        ),
        ("Makefile", "run:\n\tgo run ./cmd/shop -exec job -overlay\n\tgo vet ./... && docker run -exec\n"),
        ("Makefile", "x:\n\techo $(GOFLAGS) $$GOSUMDB; mount -t overlay; go test ./... | grep -exec\n"),
        (".github/workflows/ci.yml", "env:\n  GOPRIVATE: git.corp.example/*\n  GOSUMDB: sum.golang.org\n"),
        (".env", "GOFLAGS=-buildvcs=false\nGONOSUMDB=git.corp.example\nMY_GOSUMDB=off\nGOCACHEPROG=\n"),
        ("Dockerfile", "FROM golang\nENV GOFLAGS=-mod=vendor GOPROXY=off GOSUMDB=off\n"),
        (
            ".vscode/tasks.json",
            "{\"tasks\": [{\"command\": \"find\", \"args\": [\".\", \"-exec\", \"ls\"]}]}",
        ),
        (".vscode/settings.json", "{\"go.buildFlags\": [\"-tags=x\"], \"x\": \"-toolexec=y\"}"),
        (
            "Makefile",
            "help: ## go test -exec sudo, or GOSUMDB=off\n\t@echo \"use go test -exec sudo\"; printf 'GOSUMDB=off'\n\
             \t@echo \"or \\\n\t  go vet -vettool=x\"\n\t@# go build -toolexec=x\ndefine HELP\ngo build -toolexec=x\nendef\n",
        ),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    - run: echo \"go build -toolexec=x\" # -vettool\n"),
        ("README.md", "GOSUMDB=off go build -toolexec=x\n"),
    ] {
        assert_eq!(whats(&repository(&[(name, content)])), [""; 0], "{name}");
    }
}

#[test]
fn places_that_others_may_write_are_found() {
    let open = |machine: Machine, place| {
        machine.directory(place).with_rights(place, |rights| rights.everyone_may_write = true)
    };
    let machine = open(Machine::linux().path_first("/opt/tools"), "/opt/tools");
    let findings = machine.findings("hijack");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(findings[0].what.en, "every user of this machine can write to /opt/tools");
    assert_eq!(findings[0].evidence[0].to_string(), "/opt/tools: is writable by everyone, and is on PATH");
    assert_eq!(findings[0].fix.commands, ["chmod o-w /opt/tools"]);
    // In an image that is usual, and behind gover it replaces no `go`.
    assert_eq!(whats(&machine.clone().file("/.dockerenv", "")), [""; 0]);
    assert_eq!(whats(&open(Machine::linux(), "/usr/bin")), [""; 0]);
    let several = machine
        .file("~/.config/go/env", "GOPROXY=direct\n")
        .with_rights("~/.config/go/env", |rights| rights.everyone_may_write = true);
    let findings = several.findings("hijack");
    assert_eq!(
        findings[0].what.en,
        "every user of this machine can write to 2 places that decide which programs run"
    );
    assert_eq!(findings[0].fix.commands[1], "chmod o-w /home/ann/.config/go/env");

    let of_eve = Machine::linux()
        .directory("/srv/bin")
        .path_first("/srv/bin")
        .owned("/srv/bin", Owner::Other("eve".to_owned()));
    let findings = of_eve.findings("hijack");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Note, "/srv/bin belongs to eve")
    );
    let of_root =
        Machine::linux().directory("/srv/bin").path_first("/srv/bin").owned("/srv/bin", Owner::Root);
    assert_eq!(whats(&of_root), [""; 0]);
}

#[test]
fn drives_of_windows_have_no_owners_in_wsl() {
    let drive = FileSystem { kind: "9p".to_owned(), is_remote: true, ..FileSystem::default() };
    let machine = Machine::linux()
        .mounted("/mnt/c", drive)
        .directory("/mnt/c/tools")
        .path_first("/mnt/c/tools")
        .with_rights("/mnt/c/tools", |rights| rights.everyone_may_write = true);
    assert_eq!(whats(&machine), [""; 0]);
}

#[test]
fn entries_of_path_that_mean_the_working_directory_are_found() {
    let with = |path: &str| Machine::linux().var("PATH", path).findings("hijack");
    for path in
        [".:/home/ann/.gover/bin:/bin", ":/home/ann/.gover/bin", "/usr/bin::/home/ann/.gover/bin", ".:/bin"]
    {
        let findings = with(path);
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning), "{path}");
        assert_eq!(findings[0].what.en, "PATH has an entry that means the directory that you are in");
    }
    let behind = with("/home/ann/.gover/bin:/bin:");
    assert_eq!(behind[0].severity, Severity::Note);
    assert_eq!(behind[0].evidence[0].to_string(), "PATH, entry 3 of 3: is empty");
    let machine = Machine::linux()
        .file("~/.profile", "export PATH=\"$PATH:~/go/bin\"\n")
        .var("PATH", "/home/ann/.gover/bin:/bin:~/go/bin");
    let findings = machine.findings("hijack");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].evidence[0].to_string(), "PATH, entry 3 of 3: is `~/go/bin`");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/.profile:1: export PATH=\"$PATH:~/go/bin\"");
    assert_eq!(findings[0].fix.commands, ["${EDITOR:-vi} +1 /home/ann/.profile"]);
    // Windows ignores empty entries.
    let windows = Machine::windows().var("Path", r"C:\Users\ann\.gover\bin;;C:\Windows;");
    assert_eq!(whats(&windows), [""; 0]);
    assert_eq!(whats(&Machine::windows().var("Path", r".;C:\Users\ann\.gover\bin")).len(), 1);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(whats(&machine), [""; 0]);
    }
}
