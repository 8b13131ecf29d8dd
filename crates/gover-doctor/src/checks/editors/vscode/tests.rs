use crate::testing::Machine;
use crate::{Change, Severity};

const USER: &str = "~/.config/Code/User/settings.json";

#[test]
fn a_missing_goroot_is_removed_from_the_users_settings() {
    let before = "{\n  // Go\n  \"go.goroot\": \"/usr/local/go\",\n  \"editor.tabSize\": 4,\n}\n";
    let machine = Machine::linux().file(USER, before);
    let findings = machine.findings("vscode");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(findings[0].what.en, "go.goroot names /usr/local/go, which is not a toolchain");
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/home/ann/.config/Code/User/settings.json:3: \"go.goroot\": \"/usr/local/go\","
    );
    let repaired = machine.repaired(&findings);
    assert!(repaired.findings("vscode").is_empty());
    repaired.snapshot(|snapshot| {
        let text = snapshot.text(&snapshot.system.path("/home/ann/.config/Code/User/settings.json")).unwrap();
        assert_eq!(text, "{\n  // Go\n  \"editor.tabSize\": 4,\n}\n");
    });
}

#[test]
fn another_version_is_a_warning_on_windows_and_macos_too() {
    let windows = Machine::windows().toolchain(r"C:\Program Files\Go", "go1.21.3").file(
        r"C:\Users\ann\AppData\Roaming\Code\User\settings.json",
        "{\"go.goroot\": \"C:\\\\Program Files\\\\Go\", \"a\": 1}",
    );
    let findings = windows.findings("vscode");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Warning, "go.goroot names go1.21.3, and go1.22.5 is selected")
    );
    let Change::File { after, .. } = &findings[0].fix.changes[0] else { panic!("a file") };
    assert_eq!(after.as_deref(), Some(&b"{\"a\": 1}"[..]));
    let macos = Machine::macos().toolchain("/opt/homebrew/opt/go/libexec", "go1.21.3").file(
        "~/Library/Application Support/VSCodium/User/settings.json",
        "{\n\"go.alternateTools\": {\n\"go\": \"/opt/homebrew/opt/go/libexec/bin/go\"\n}}",
    );
    assert_eq!(
        macos.findings("vscode")[0].what.en,
        "go.alternateTools.go names go1.21.3, and go1.22.5 is selected"
    );
}

#[test]
fn settings_of_a_workspace_are_shown_and_not_changed() {
    let machine = Machine::linux()
        .file("~/shop/.vscode/settings.json", "{\n\"go.toolsEnvVars\": {\n\"GOROOT\": \"${workspaceFolder}/go\",\n\"GOTOOLCHAIN\": \"go1.21.3\",\n\"GO111MODULE\": \"off\"\n}\n}")
        .file("~/shop/all.code-workspace", "{\"settings\": {\n\"go.gopath\": \"${env:HOME}/work\"\n}}")
        .at("~/shop/api");
    let findings = machine.findings("vscode");
    let whats: Vec<&str> = findings.iter().map(|finding| finding.what.en.as_str()).collect();
    assert_eq!(
        whats,
        [
            "go.gopath is ~/work, and GOPATH is ~/go",
            "go.toolsEnvVars.GOROOT names ~/shop/go, which is not a toolchain",
            "go.toolsEnvVars.GOTOOLCHAIN is `go1.21.3`",
            "go.toolsEnvVars.GO111MODULE is `off`",
        ]
    );
    assert!(findings.iter().all(|finding| finding.fix.changes.is_empty()));
    assert_eq!(findings[1].fix.commands, ["code -g \"/home/ann/shop/.vscode/settings.json:3\""]);
}

#[test]
fn a_workspace_file_alone_is_read() {
    let settings = "{\"folders\": [{\"path\": \".\"}],\n\"settings\": {\n\"go.goroot\": \"/nope\"\n}}";
    let machine = Machine::linux().file("~/shop/all.code-workspace", settings).at("~/shop/api/v2");
    let findings = machine.findings("vscode");
    assert_eq!(findings[0].what.en, "go.goroot names /nope, which is not a toolchain");
    assert_eq!(
        findings[0].evidence[0].to_string(),
        "/home/ann/shop/all.code-workspace:3: \"go.goroot\": \"/nope\""
    );
    assert_eq!(findings[0].fix.commands, ["code -g \"/home/ann/shop/all.code-workspace:3\""]);
    // One above the repository belongs to something else.
    assert!(machine.clone().directory("~/shop/api/.git").findings("vscode").is_empty());
    assert!(machine.file("~/shop/all.code-workspace", "{}").findings("vscode").is_empty());
}

#[test]
fn settings_of_a_remote_machine_are_found() {
    let machine = Machine::alpine().file(
        "~/.vscode-server/data/Machine/settings.json",
        "{\n  \"go.alternateTools\": {\n    \"go\": \"~/sdk/go1.20.1/bin/go\"\n  }\n}\n",
    );
    let findings = machine.findings("vscode");
    assert_eq!(findings[0].what.en, "go.alternateTools.go names ~/sdk/go1.20.1/bin/go, which does not exist");
    assert!(machine.repaired(&findings).findings("vscode").is_empty());
}

#[test]
fn tools_of_an_older_minor_are_rebuilt() {
    let with_tool = |go: &str| Machine::linux().built("~/go/bin/gopls", go, "golang.org/x/tools/gopls");
    let findings = with_tool("go1.21.9").findings("vscode");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Warning, "gopls was built with go1.21.9, and go1.22.5 is selected")
    );
    assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/go/bin/gopls: built by go1.21.9");
    assert_eq!(findings[0].fix.commands, ["go install golang.org/x/tools/gopls@latest"]);
    for version in ["go1.22.1", "go1.23.0", "devel go1.24"] {
        assert!(with_tool(version).findings("vscode").is_empty(), "{version}");
    }
    let dlv = Machine::windows().var("GOBIN", r"C:\tools");
    let dlv = dlv.built(r"C:\tools\dlv.exe", "go1.20.1", "github.com/go-delve/delve/cmd/dlv");
    assert_eq!(
        dlv.findings("vscode")[0].fix.commands,
        ["go install github.com/go-delve/delve/cmd/dlv@latest"]
    );
}

#[test]
fn a_tool_for_another_system_is_an_error() {
    let with_tool = |machine: Machine, os: &str, arch: &str| {
        machine.built("~/go/bin/dlv", "go1.22.5", "github.com/go-delve/delve/cmd/dlv").built_for(
            "~/go/bin/dlv",
            os,
            arch,
        )
    };
    let findings = with_tool(Machine::linux(), "windows", "amd64").findings("vscode");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Error, "dlv is for windows/amd64, and this machine is linux/amd64")
    );
    assert_eq!(with_tool(Machine::linux(), "linux", "arm64").findings("vscode").len(), 1);
    for (machine, os, arch) in [
        (Machine::linux(), "linux", "amd64"),
        (Machine::linux(), "linux", "386"),
        (Machine::macos(), "darwin", "amd64"),
    ] {
        assert_eq!(with_tool(machine, os, arch).findings("vscode"), [], "{os}/{arch}");
    }
}

#[test]
fn launch_and_task_files_of_a_project_are_read() {
    let launch = r#"{
  // Debug
  "configurations": [
    {
      "type": "go",
      "env": { "GOROOT": "/opt/go" },
      "dlvToolPath": "/nowhere/dlv",
      "windows": { "env": { "GOROOT": "C:\\Go" } },
      "linux": { "env": { "GOTOOLCHAIN": "go1.20.1" } },
    },
  ],
}"#;
    let tasks = r#"{"tasks": [{"options": {"env": {"PATH": "/usr/local/go/bin:${env:PATH}", "GOTOOLCHAIN": "local"}}}]}"#;
    let machine = Machine::linux()
        .toolchain("/usr/local/go", "go1.19.1")
        .file("~/shop/.vscode/launch.json", launch)
        .file("~/shop/.vscode/tasks.json", tasks)
        .at("~/shop/api");
    let findings = machine.findings("vscode");
    let whats: Vec<&str> = findings.iter().map(|finding| finding.what.en.as_str()).collect();
    assert_eq!(
        whats,
        [
            "env.GOROOT in launch.json names /opt/go, which is not a toolchain",
            "dlvToolPath in launch.json names /nowhere/dlv, which does not exist",
            "env.GOTOOLCHAIN in launch.json is `go1.20.1`",
            "env.PATH in tasks.json puts /usr/local/go/bin before gover",
        ]
    );
    assert!(findings.iter().all(|finding| finding.fix.changes.is_empty()));
    assert_eq!(findings[0].fix.commands, ["code -g \"/home/ann/shop/.vscode/launch.json:6\""]);
    let fine = r#"{"configurations": [{"env": {"GOROOT": "", "GOTOOLCHAIN": "auto", "PATH": "${env:PATH}"}, "dlvToolPath": "${workspaceFolder}/bin/dlv"}]}"#;
    let fine = Machine::linux().file("~/shop/.vscode/launch.json", fine).program("~/shop/bin/dlv", "");
    assert_eq!(fine.findings("vscode"), []);
}

#[test]
fn a_healthy_machine_is_silent() {
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert!(machine.findings("vscode").is_empty());
        let settings = "{ \"go.goroot\": \"~/.gover/versions/go1.22.5\", \"go.gopath\": \"${env:HOME}${env:USERPROFILE}/go\", \"go.goroot\": \"\", \
                        \"go.alternateTools\": { \"go\": \"~/.gover/bin/go\", \"gopls\": \"x\" }, \"go.toolsEnvVars\": { \"GOTOOLCHAIN\": \"local\", \"GOFLAGS\": \"-v\" } }";
        let machine = machine.file("~/shop/.vscode/settings.json", settings);
        assert!(machine.findings("vscode").is_empty(), "{:?}", machine.findings("vscode"));
    }
}
