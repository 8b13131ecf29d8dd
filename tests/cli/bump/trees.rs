//! Ten projects as people have them. `bump --check` finds what `bump` mends, and nothing else changes.

use gover_test::TestContext;

use super::{content, repository, text, unchanged};

type Tree = [(&'static str, &'static str)];

/// Each line that changes, as `FILE:LINE: NEW TEXT`; everything else stays.
#[track_caller]
fn assert_mended(tree: &Tree, expected: &[&str]) -> TestContext {
    let ctx = repository(tree);
    let check = unchanged(&ctx, &["bump", "--check"]);
    assert_eq!(check.code, Some(1), "{check}");
    ctx.gover(["bump"]).success();
    let mut changed = Vec::new();
    for (name, before) in tree {
        let after = text(&ctx, name);
        let lines = before.split('\n').zip(after.split('\n')).zip(1..);
        for ((before, after), number) in lines.filter(|((before, after), _)| before != after) {
            assert!(
                check.stdout.contains(&format!("{name}:{number} ")),
                "{name}:{number}\n{before}\n{check}"
            );
            changed.push(format!("{name}:{number}: {}", after.trim()));
        }
        assert_eq!(before.split('\n').count(), after.split('\n').count(), "{name}");
    }
    assert_eq!(changed, expected);
    assert_eq!(check.stdout.lines().count(), expected.len(), "{check}");
    let silent = unchanged(&ctx, &["bump", "--check"]);
    assert_eq!(silent.success().stdout, "");
    assert!(unchanged(&ctx, &["bump"]).success().stderr.contains("nothing to raise"));
    assert!(content(&ctx).len() <= tree.len(), "no file is left beside them");
    ctx
}

#[test]
fn a_service_with_an_image_and_a_workflow() {
    assert_mended(
        &[
            (
                "go.mod",
                "module shop.example/api\n\ngo 1.26.0\n\ntoolchain go1.26.8\n\nrequire x.example/y v1.26.8\n",
            ),
            (
                "Dockerfile",
                "# syntax=docker/dockerfile:1\nARG GO_VERSION=1.26.8\nARG ALPINE=3.22\n\nFROM --platform=$BUILDPLATFORM \
                 golang:${GO_VERSION}-alpine${ALPINE} AS build\nWORKDIR /src\nRUN go build -o /api .\n\nFROM \
                 gcr.io/distroless/static:nonroot\nCOPY --from=build /api /api\n",
            ),
            (
                ".github/workflows/ci.yml",
                "name: ci\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: \
                 actions/checkout@v4\n      - uses: actions/setup-go@v5\n        with:\n          go-version: '1.26.8'  # \
                 see Dockerfile\n          cache: true\n      - run: go test ./...\n",
            ),
        ],
        &[
            "go.mod:5: toolchain go1.26.11",
            "Dockerfile:2: ARG GO_VERSION=1.26.11",
            ".github/workflows/ci.yml:10: go-version: '1.26.11'  # see Dockerfile",
        ],
    );
}

#[test]
fn a_library_that_tests_several_versions() {
    assert_mended(
        &[
            ("go.mod", "module lib.example/text\n\ngo 1.25\n"),
            (
                ".github/workflows/test.yaml",
                "jobs:\n  test:\n    strategy:\n      fail-fast: false\n      matrix:\n        os: [ubuntu-latest, \
                 windows-latest]\n        go-version: [ '1.25', '1.26.8', '1.27.x' ]\n        include:\n          - \
                 go-version: '1.26.8'\n            os: macos-latest\n            race: true\n    runs-on: ${{ matrix.os \
                 }}\n    steps:\n      - uses: actions/setup-go@v5\n        with: { go-version: '${{ matrix.go-version \
                 }}' }\n  lint:\n    steps:\n      - uses: actions/setup-go@v5\n        with:\n          go-version: \
                 1.26.9\n",
            ),
        ],
        &[
            ".github/workflows/test.yaml:7: go-version: [ '1.25', '1.26.11', '1.27.x' ]",
            ".github/workflows/test.yaml:9: - go-version: '1.26.11'",
            ".github/workflows/test.yaml:20: go-version: 1.26.11",
        ],
    );
}

#[test]
fn a_workspace_of_several_modules() {
    assert_mended(
        &[
            ("go.work", "go 1.26\n\ntoolchain go1.26.8\n\nuse (\n\t./api\n\t./worker // batch\n)\n"),
            ("api/go.mod", "module api\n\ngo 1.26\n\ntoolchain go1.26.5\n"),
            ("worker/go.mod", "module worker\n\ngo 1.26\n"),
            ("api/Dockerfile", "FROM golang:1.26 AS build\n"),
            ("worker/build/worker.Dockerfile", "FROM docker.io/library/golang:1.26.8-bookworm AS build\n"),
        ],
        &[
            "go.work:3: toolchain go1.26.11",
            "api/go.mod:5: toolchain go1.26.11",
            "worker/build/worker.Dockerfile:1: FROM docker.io/library/golang:1.26.11-bookworm AS build",
        ],
    );
}

#[test]
fn a_project_of_another_version_manager() {
    assert_mended(
        &[
            ("go.mod", "module tool\n\ngo 1.26\n"),
            (
                "mise.toml",
                "[tools]\nnode = \"22\"\ngo = \"1.26.8\" # with go.mod\n\"go:example.com/x\" = \"1.26.8\"\n\n[env]\n\
                 GOTOOLCHAIN = \"local\"\n\n[tasks.test]\nrun = 'go test ./...'\n",
            ),
            (".tool-versions", "nodejs 22.1.0\ngolang 1.26.7\n"),
            (".prototools", "go = '1.26.8'\nnode = \"1.26.8\"\n"),
        ],
        &[
            "mise.toml:3: go = \"1.26.11\" # with go.mod",
            ".tool-versions:2: golang 1.26.11",
            ".prototools:1: go = '1.26.11'",
        ],
    );
}

#[test]
fn a_pipeline_of_gitlab() {
    assert_mended(
        &[
            ("go.mod", "module shop\n\ngo 1.26\n"),
            (
                ".gitlab-ci.yml",
                "variables:\n  GO_VERSION: \"1.26.8\"\n  LINT: v2.1\n\ndefault: &default\n  image: \
                 golang:${GO_VERSION}-alpine\n  before_script:\n    - |\n      # image: golang:1.26.8\n      go version\n\n\
                 test:\n  <<: *default\n  script: [ go vet ./..., go test ./... ]\n\nrace:\n  image:\n    name: \
                 registry.example:5000/ci/golang:1.26.8\n    entrypoint: [ \"\" ]\n  script:\n    - go test -race ./...\n",
            ),
            (".go-version", "1.26.8\n"),
        ],
        &[
            ".gitlab-ci.yml:2: GO_VERSION: \"1.26.11\"",
            ".gitlab-ci.yml:18: name: registry.example:5000/ci/golang:1.26.11",
            ".go-version:1: 1.26.11",
        ],
    );
}

#[test]
fn a_pipeline_of_circleci() {
    assert_mended(
        &[
            ("go.mod", "module shop\n\ngo 1.26\n\ntoolchain go1.26.11\n"),
            (
                ".circleci/config.yml",
                "version: 2.1\norbs:\n  go: circleci/go@1.26.8\nparameters:\n  go-version:\n    type: string\n    default: \
                 '1.26.8'\nexecutors:\n  builder:\n    docker:\n    - image: cimg/go:1.26.8-node\n      auth: { username: x \
                 }\njobs:\n  build:\n    executor:\n      name: go/default\n      tag: '1.26.8'\n    steps:\n    - checkout\n    \
                 - go/install: { version: 1.26.8 }\n",
            ),
        ],
        &[
            ".circleci/config.yml:7: default: '1.26.11'",
            ".circleci/config.yml:11: - image: cimg/go:1.26.11-node",
            ".circleci/config.yml:17: tag: '1.26.11'",
            ".circleci/config.yml:20: - go/install: { version: 1.26.11 }",
        ],
    );
}

#[test]
fn a_command_with_a_makefile_and_a_compose_file() {
    assert_mended(
        &[
            ("go.mod", "module cmd\n\ngo 1.26\n"),
            (
                "Makefile",
                "# tools\nGO_VERSION ?= 1.26.8\nGOLANGCI_VERSION = 1.26.8\nIMAGE := golang:$(GO_VERSION)\n\n.PHONY: \
                 test\ntest:\n\tdocker run --rm $(IMAGE) go test ./...\n",
            ),
            (
                "docker-compose.yml",
                "services:\n  app:\n    build:\n      context: .\n      args:\n        GO_VERSION: 1.26.8\n  db:\n    image: \
                 postgres:1.26.8\n",
            ),
            ("build/tools.mk", "export GOTOOLCHAIN=go1.26.8+auto\r\n"),
        ],
        &[
            "Makefile:2: GO_VERSION ?= 1.26.11",
            "docker-compose.yml:6: GO_VERSION: 1.26.11",
            "build/tools.mk:1: export GOTOOLCHAIN=go1.26.11+auto",
        ],
    );
}

#[test]
fn an_editor_in_a_container() {
    assert_mended(
        &[
            (
                ".devcontainer/devcontainer.json",
                "// For details, see the docs.\n{\n\t\"name\": \"Go 1.26.8\",\n\t\"image\": \
                 \"mcr.microsoft.com/devcontainers/go:1-1.26-bookworm\",\n\t\"features\": {\n\t\t\
                 \"ghcr.io/devcontainers/features/go:1\": { \"version\": \"1.26.8\" }, // same\n\t\t\
                 \"ghcr.io/devcontainers/features/node:1\": { \"version\": \"1.26.8\" },\n\t},\n}\n",
            ),
            (
                "devbox.json",
                "{\n  \"packages\": [\n    \"go@1.26.8\",\n    \"gopls@latest\"\n  ],\n  \"shell\": {}\n}\n",
            ),
            ("go.mod", "module x\n\ngo 1.26\n"),
        ],
        &[
            ".devcontainer/devcontainer.json:6: \"ghcr.io/devcontainers/features/go:1\": { \"version\": \"1.26.11\" }, // same",
            "devbox.json:3: \"go@1.26.11\",",
        ],
    );
}

#[test]
fn files_with_the_line_ends_of_windows() {
    assert_mended(
        &[
            ("go.mod", "module x\r\n\r\ngo 1.26\r\n\r\ntoolchain go1.26.8\r\n"),
            (".go-version", "\u{feff}1.26.8\r\n"),
            (
                ".github/workflows/windows.yml",
                "jobs:\r\n  build:\r\n    env:\r\n      GO: 1.26.8 # keep\r\n    steps:\r\n    - uses: \
                 actions/setup-go@v5\r\n      with:\r\n        go-version: ${{ env.GO }}\r\n",
            ),
            ("Dockerfile", "# escape=`\r\nFROM golang:1.26.8-nanoserver-ltsc2022 `\r\n  AS build\r\n"),
        ],
        &[
            "go.mod:5: toolchain go1.26.11",
            ".go-version:1: \u{feff}1.26.11",
            ".github/workflows/windows.yml:4: GO: 1.26.11 # keep",
            "Dockerfile:2: FROM golang:1.26.11-nanoserver-ltsc2022 `",
        ],
    );
}

#[test]
fn reusable_workflows_and_actions() {
    assert_mended(
        &[
            ("go.mod", "module x\n\ngo 1.26\n\ntoolchain go1.26.9\n"),
            (
                ".github/workflows/build.yml",
                "on:\n  workflow_call:\n    inputs:\n      go:\n        description: Go 1.26.8 or newer\n        type: string\n        \
                 default: \"1.26.8\"\njobs:\n  build:\n    container: golang:1.26.9\n    services:\n      db: { image: \
                 'postgres:17' }\n    steps:\n      - uses: ./.github/actions/go\n        with: { go-version: '${{ inputs.go \
                 }}' }\n      - uses: docker://golang:1.26.8-alpine\n",
            ),
            (
                ".github/actions/go/action.yml",
                "inputs:\n  go-version:\n    required: false\n    default: '1.26.8'\nruns:\n  using: composite\n  steps: []\n",
            ),
        ],
        &[
            "go.mod:5: toolchain go1.26.11",
            ".github/workflows/build.yml:7: default: \"1.26.11\"",
            ".github/workflows/build.yml:10: container: golang:1.26.11",
            ".github/workflows/build.yml:16: - uses: docker://golang:1.26.11-alpine",
            ".github/actions/go/action.yml:4: default: '1.26.11'",
        ],
    );
}
