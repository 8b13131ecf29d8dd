use crate::Severity;
use crate::testing::Machine;

fn project(files: &[(&str, &str)]) -> Machine {
    files
        .iter()
        .fold(Machine::linux(), |machine, (name, content)| machine.file(&format!("~/shop/{name}"), content))
}

#[test]
fn two_pins_are_shown_with_the_one_that_wins() {
    let machine = project(&[(".go-version", "1.22.5\n"), (".tool-versions", "nodejs 20\ngolang 1.21.3\n")]);
    let findings = machine.findings("pins-disagree");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
    assert_eq!(findings[0].what.en, ".go-version asks for 1.22.5, .tool-versions for 1.21.3");
    let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
    assert_eq!(
        evidence,
        [
            "/home/ann/shop/.go-version:1: 1.22.5",
            "/home/ann/shop/.tool-versions:2: golang 1.21.3",
            "gover current: go1.22.5, the default",
        ]
    );
    assert_eq!(findings[0].fix.commands, ["gover bump 1.22.5 /home/ann/shop/.tool-versions"]);
    // `gover bump` never lowers a version.
    let newer = project(&[(".go-version", "1.22.5\n"), (".tool-versions", "golang 1.23.1\n")]);
    assert_eq!(
        newer.findings("pins-disagree")[0].fix.commands,
        ["sed -i.bak -E 's/^go(lang)? .*/golang 1.22.5/' /home/ann/shop/.tool-versions"]
    );
    // The nearer one wins.
    let below = machine.file("~/shop/api/.tool-versions", "go 1.21.3\n").at("~/shop/api");
    let findings = below.findings("pins-disagree");
    assert_eq!(findings[0].fix.commands, ["gover pin 1.21.3"]);
    let windows = Machine::windows()
        .file("~/shop/.go-version", "1.22.5")
        .file("~/shop/.tool-versions", "golang 1.23.1");
    assert_eq!(
        windows.findings("pins-disagree")[0].fix.commands,
        [
            r"(Get-Content C:\Users\ann\shop\.tool-versions) -replace '^go(lang)? .*', 'golang 1.22.5' | Set-Content C:\Users\ann\shop\.tool-versions"
        ]
    );
}

#[test]
fn a_pin_below_the_go_line_has_no_effect_or_stops_every_build() {
    let machine = project(&[(".go-version", "1.21\n"), ("go.mod", "module shop\n\ngo 1.23.1\n")]);
    let findings = machine.findings("pins-disagree");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Warning, ".go-version asks for 1.21, go.mod for 1.23.1")
    );
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/go.mod:3: go 1.23.1");
    assert_eq!(findings[0].fix.commands, ["gover pin 1.23.1"]);
    let findings = machine.clone().var("GOTOOLCHAIN", "local").findings("pins-disagree");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].evidence[0].to_string(), "GOTOOLCHAIN=local");
    assert!(
        findings[0].why.en.contains("go: go.mod requires go >= 1.23.1 (running go 1.21; GOTOOLCHAIN=local)")
    );
    // The Go of Debian and of the golang images is like this.
    let findings =
        machine.file("~/.gover/versions/go1.22.5/go.env", "GOTOOLCHAIN=local\n").findings("pins-disagree");
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn a_toolchain_line_above_the_pin_is_a_warning_that_local_silences() {
    let machine = project(&[(".go-version", "1.22.5\n"), ("go.mod", "go 1.22\n\ntoolchain go1.22.7\n")]);
    let findings = machine.findings("pins-disagree");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/go.mod:3: toolchain go1.22.7");
    assert!(machine.var("GOTOOLCHAIN", "local").findings("pins-disagree").is_empty());
}

#[test]
fn a_workspace_older_than_its_module_is_an_error() {
    let files = [("go.work", "go 1.21\n\nuse (\n\t./api // ours\n)\n"), ("api/go.mod", "go 1.23\n")];
    let machine = project(&files).at("~/shop/api");
    let findings = machine.findings("pins-disagree");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(findings[0].what.en, "go.work has go 1.21, but api/go.mod needs 1.23");
    assert_eq!(findings[0].fix.commands, ["go work use"]);
    // The same anywhere in the workspace, with all members that are too new.
    let machine = machine
        .file("~/shop/go.work", "go 1.21\nuse ./api\nuse ../tools\nuse ./old\n")
        .file("~/tools/go.mod", "go 1.22.1\n")
        .file("~/shop/old/go.mod", "module old\n")
        .at("~/shop");
    let findings = machine.findings("pins-disagree");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].what.en, "go.work has go 1.21, but 2 modules need a newer version, up to 1.23");
    let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
    assert_eq!(
        evidence,
        [
            "/home/ann/shop/go.work:1: go 1.21",
            "/home/ann/shop/api/go.mod:1: go 1.23",
            "/home/ann/tools/go.mod:1: go 1.22.1"
        ]
    );
}

#[test]
fn a_module_outside_the_workspaces_directory_has_its_whole_path() {
    let machine = project(&[("go.work", "go 1.21\nuse ../shop-tools\n")]);
    let machine = machine.file("~/shop-tools/go.mod", "go 1.23\n");
    let findings = machine.findings("pins-disagree");
    assert_eq!(findings[0].what.en, "go.work has go 1.21, but ~/shop-tools/go.mod needs 1.23");
}

#[test]
fn files_of_other_managers_are_compared() {
    let machine = project(&[(".go-version", "1.22.5\n"), ("mise.toml", "[tools]\ngo = \"1.21.3\" # x\n")]);
    let findings = machine.findings("pins-disagree");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].what.en, ".go-version asks for 1.22.5, mise.toml for 1.21.3");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/mise.toml:2: go = \"1.21.3\" # x");
    assert_eq!(findings[0].fix.commands, ["gover bump 1.22.5 /home/ann/shop/mise.toml"]);
    let newer = project(&[(".go-version", "1.22\n"), ("devbox.json", "{\"packages\": [\"go@1.23.1\"]}")]);
    assert_eq!(newer.findings("pins-disagree")[0].fix.commands, ["gover pin 1.23.1"]);
    // Without a pin that gover follows, the module decides.
    let module = project(&[("go.mod", "go 1.23.1\n"), (".prototools", "go = \"1.22\"\n")]);
    assert_eq!(module.findings("pins-disagree")[0].what.en, "go.mod asks for 1.23.1, .prototools for 1.22");
    for files in [
        &[(".go-version", "1.22\n"), (".mise.toml", "[tools]\ngo = \"1.22.5\"\n")][..],
        &[("go.mod", "go 1.22\n"), ("mise.toml", "[tools]\ngo = \"1.24\"\n")],
        &[(".go-version", "1.22\n"), ("mise.toml", "[tools\n"), ("devbox.json", "{")],
    ] {
        assert_eq!(project(files).findings("pins-disagree"), [], "{files:?}");
    }
}

/// Before 1.21, the go line of a module was only a hint.
#[test]
fn a_workspace_older_than_modules_before_1_21_is_silent() {
    let machine = project(&[("go.work", "go 1.18\nuse ./api\n"), ("api/go.mod", "go 1.20\n")]);
    assert_eq!(machine.findings("pins-disagree"), []);
}

#[test]
fn a_used_directory_without_a_module_is_an_error() {
    let machine = project(&[
        ("go.work", "go 1.22\n\nuse (\n\t./api\n\t./gone // soon\n)\n"),
        ("api/go.mod", "go 1.22\n"),
    ]);
    let findings = machine.directory("~/shop/gone").findings("pins-disagree");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Error));
    assert_eq!(findings[0].what.en, "go.work uses ./gone, which has no go.mod");
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/gone/go.mod: does not exist");
    assert_eq!(findings[0].fix.commands, ["go work edit -dropuse=./gone"]);
}

#[test]
fn a_toolchain_line_without_effect_is_a_note() {
    let findings = project(&[("go.mod", "go 1.23.1\ntoolchain go1.22.5\n")]).findings("pins-disagree");
    assert_eq!(
        (findings[0].severity, findings[0].fix.commands[0].as_str()),
        (Severity::Note, "go get toolchain@none")
    );
}

#[test]
fn files_that_agree_are_silent() {
    for files in [
        &[(".go-version", "1.22\n"), (".tool-versions", "golang 1.22.5\n"), ("go.mod", "go 1.22\n")][..],
        &[(".go-version", "latest\n"), ("go.mod", "go 1.99\n")],
        &[(".go-version", "1.22.5\n"), ("go.mod", "go 1.20\ntoolchain go1.21.3\n")],
        &[(".go-version", "1.22.5\n"), (".tool-versions", "golang ref:x\n")],
        &[("go.work", "go 1.22.5\nuse .\n"), ("go.mod", "go 1.22\n")],
        &[],
    ] {
        assert!(project(files).findings("pins-disagree").is_empty(), "{files:?}");
    }
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert!(machine.findings("pins-disagree").is_empty());
    }
}
