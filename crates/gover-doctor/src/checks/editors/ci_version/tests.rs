use super::*;
use crate::testing::Machine;

fn repository(files: &[(&str, &str)]) -> Machine {
    let machine = Machine::linux().directory("~/shop/.git").file("~/shop/.go-version", "1.22.5\n");
    files.iter().fold(machine, |machine, (name, content)| machine.file(&format!("~/shop/{name}"), content))
}

fn whats(machine: &Machine) -> Vec<String> {
    machine.findings("ci-version").into_iter().map(|finding| finding.what.en).collect()
}

#[test]
fn each_kind_of_file_is_compared_with_the_pin() {
    for (name, content, line) in [
        ("Dockerfile", "FROM --platform=$BUILDPLATFORM golang:1.21-alpine AS build\n", 1),
        ("api.dockerfile", "ARG GO_VERSION=1.21\nFROM docker.io/library/golang:${GO_VERSION}-bookworm\n", 1),
        ("docker/Dockerfile.ci", "FROM registry.example:5000/golang:${V:-1.21}@sha256:abc\n", 1),
        (
            ".github/workflows/ci.yml",
            "steps:\n  - uses: actions/setup-go@v5\n    with:\n      go-version: '1.21' # ours\n",
            4,
        ),
        (".github/workflows/ci.yaml", "matrix:\n  go:\n    - \"1.21\"\n    - '1.20'\n", 3),
        (".github/workflows/matrix.yml", "go-version: [ '1.20', 1.21 ]\n", 1),
        (".gitlab-ci.yml", "test:\n  image:\n    name: golang:1.21\n", 3),
        (".circleci/config.yml", "docker:\n  - image: cimg/go:1.21.5\n", 2),
        (
            ".devcontainer/devcontainer.json",
            "{\n  // ours\n  \"image\": \"mcr.microsoft.com/devcontainers/go:1-1.21-bookworm\"\n}",
            3,
        ),
        (
            ".devcontainer.json",
            "{\"features\": {\n\"ghcr.io/devcontainers/features/go:1\": {\"version\": \"1.21\"}}}",
            2,
        ),
    ] {
        let findings = repository(&[(name, content)]).findings("ci-version");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning), "{name}: {findings:?}");
        assert!(
            findings[0].what.en.starts_with(&format!("~/shop/{name} uses Go 1.2")),
            "{}",
            findings[0].what.en
        );
        assert!(findings[0].what.en.ends_with(", and the project pins 1.22.5"));
        let evidence = findings[0].evidence[0].to_string();
        assert!(evidence.starts_with(&format!("/home/ann/shop/{name}:{line}: ")), "{evidence}");
        assert!(findings[0].fix.changes.is_empty());
    }
}

#[test]
fn the_line_is_rewritten_by_a_command() {
    let machine = repository(&[("Dockerfile", "# x\nFROM golang:1.21.3-alpine\n")]);
    assert_eq!(
        machine.findings("ci-version")[0].fix.commands,
        ["gover bump 1.22.5 /home/ann/shop/Dockerfile"]
    );
    // It is never lowered, and a list keeps its other versions.
    let newer = repository(&[("Dockerfile", "FROM golang:1.23.1\n")]);
    assert_eq!(
        newer.findings("ci-version")[0].fix.commands,
        [r"sed -i.bak '1s/1\.23\.1/1.22.5/' '/home/ann/shop/Dockerfile'"]
    );
    let windows = Machine::windows()
        .directory("~/shop/.git")
        .file("~/shop/.go-version", "1.22.5")
        .file("~/shop/Dockerfile", "FROM golang:1.23\n");
    assert_eq!(
        windows.findings("ci-version")[0].fix.commands,
        [
            r"$lines = @(Get-Content 'C:\Users\ann\shop\dockerfile'); $lines[0] = $lines[0] -replace '1\.23', '1.22.5'; Set-Content 'C:\Users\ann\shop\dockerfile' $lines"
        ]
    );
}

#[test]
fn an_image_below_the_go_line_is_an_error() {
    let machine = Machine::linux()
        .file("~/shop/go.mod", "module shop\n\ngo 1.23.1\n")
        .file("~/shop/Dockerfile", "FROM golang:1.23.0\n")
        .file("~/shop/.github/workflows/ci.yml", "go-version: 1.22\n")
        .at("~/shop/api");
    let findings = machine.findings("ci-version");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (Severity::Error, "~/shop/Dockerfile uses Go 1.23.0, and go.mod asks for 1.23.1")
    );
    assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/go.mod:3: go 1.23.1");
    assert_eq!(findings[1].severity, Severity::Warning);
}

#[test]
fn a_yaml_number_loses_its_zero() {
    let machine =
        repository(&[(".github/workflows/ci.yml", "go-version: 1.20\n"), (".go-version", "1.20\n")]);
    let findings = machine.findings("ci-version");
    assert_eq!(
        (findings[0].severity, findings[0].what.en.as_str()),
        (
            Severity::Error,
            "1.20 without quotation marks in ~/shop/.github/workflows/ci.yml is the number 1.2"
        )
    );
    assert_eq!(
        findings[0].fix.commands,
        [r#"sed -i.bak '1s/1\.20/"1.20"/' '/home/ann/shop/.github/workflows/ci.yml'"#]
    );
    let quoted = machine.file("~/shop/.github/workflows/ci.yml", "go-version: \"1.20\"\n");
    assert_eq!(whats(&quoted), Vec::<String>::new());
}

#[test]
fn another_patch_is_a_note() {
    let findings = repository(&[("Dockerfile", "FROM golang:1.22.4\n")]).findings("ci-version");
    assert_eq!(findings[0].severity, Severity::Note);
}

#[test]
fn matching_and_unknown_versions_are_silent() {
    for (name, content) in [
        (
            "Dockerfile",
            "FROM golang:1.22-alpine\nFROM golang\nFROM golang:latest\nFROM golang:alpine\nFROM golang:1\nFROM node:18.1\nFROM golang:$UNKNOWN\n",
        ),
        ("Dockerfile.bak", "FROM golang:1.2.2\n"),
        (
            ".github/workflows/ci.yml",
            "go:\n  runs-on: x\nsteps:\n  - name: build\n    with:\n      go-version: stable\n      go-version-file: go.mod\n",
        ),
        (
            ".github/workflows/ci.yml",
            "matrix:\n  go: ['1.21', '1.22', '1.23']\nuses:\n  go-version: ${{ matrix.go }}\n",
        ),
        (".github/workflows/ci.yml", "go-version: '1.22.x'\nnode-version: 18.1\n"),
        (".gitlab-ci.yml", "image: \"golang:1.22.5-bookworm\"\n"),
        (".devcontainer.json", "{\"image\": \"mcr.microsoft.com/devcontainers/base:1-bookworm\"}"),
    ] {
        assert_eq!(whats(&repository(&[(name, content)])), Vec::<String>::new(), "{name}");
    }
    let unpinned =
        Machine::linux().file("~/shop/go.mod", "go 1.20\n").file("~/shop/Dockerfile", "FROM golang:1.22\n");
    assert_eq!(whats(&unpinned), Vec::<String>::new());
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(whats(&machine), Vec::<String>::new());
    }
}
