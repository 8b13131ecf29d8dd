use crate::testing::Machine;
use crate::{Finding, Severity};

const REQUIRES: &str = "module shop\n\ngo 1.22\n\nrequire golang.org/x/text v0.14.0\n";

fn machine(dockerfile: &str) -> Machine {
    Machine::linux()
        .directory("~/shop/.git")
        .file("~/shop/go.mod", REQUIRES)
        .file("~/shop/Dockerfile", dockerfile)
}

fn findings(dockerfile: &str) -> Vec<Finding> {
    machine(dockerfile).findings("image-layers")
}

fn one(dockerfile: &str) -> Finding {
    let mut found = findings(dockerfile);
    assert_eq!(found.len(), 1, "{dockerfile}{found:#?}");
    found.remove(0)
}

fn lines(finding: &Finding) -> Vec<String> {
    let line =
        |one: &crate::Evidence| one.to_string().trim_start_matches("/home/ann/shop/Dockerfile:").to_owned();
    finding.evidence.iter().map(line).collect()
}

#[test]
fn files_that_are_copied_too_early_are_shown_with_the_right_lines() {
    let found = one(
        "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN go mod download && \\\n    CGO_ENABLED=0 go build -o /app .\n",
    );
    assert_eq!(found.severity, Severity::Note);
    assert_eq!(found.what.en, "~/shop/Dockerfile copies all files before go downloads the modules");
    assert_eq!(
        lines(&found),
        ["1: FROM golang:1.22 AS build", "3: COPY . .", "4: RUN go mod download && \\"]
    );
    let edit = &found.fix.edits[0];
    assert_eq!(edit.head().en, "edit ~/shop/Dockerfile, in place of line 3:");
    assert_eq!(edit.lines, ["COPY go.mod go.sum ./", "RUN go mod download", "COPY . ."]);
    assert_eq!(found.fix.commands, [""; 0]);
    let elsewhere = one("FROM golang:1.22\nADD --chown=1:1 [\"./\", \"/src/\"]\nRUN cd /src; go build .\n");
    assert_eq!(
        elsewhere.fix.edits[0].lines[..2],
        ["COPY go.mod go.sum /src/", "RUN cd /src/ && go mod download"]
    );
    // Another stage that is right does not count.
    let stages = "FROM golang:1.22 AS a\nCOPY go.mod go.sum ./\nFROM golang:1.22\nCOPY . .\nRUN <<EOF\nset -e\ngo vet ./...\nEOF\n";
    assert_eq!(lines(&one(stages))[2], "7: go vet ./...");
}

#[test]
fn files_that_may_be_copied_early_are_silent() {
    for dockerfile in [
        "FROM golang:1.22\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go vet ./...\n",
        "FROM golang:1.22 AS base\nCOPY go.* ./\nFROM base\nCOPY . .\nRUN go vet ./...\n",
        "FROM golang:1.22\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go vet ./...\n",
        "FROM golang:1.22\nCOPY . .\nRUN go vet -mod=vendor ./...\n",
        "FROM golang:1.22\nENV GOFLAGS=-mod=vendor\nCOPY . .\nRUN go vet ./...\n",
        "FROM golang:1.22\nRUN --mount=type=bind,target=. go vet ./...\n",
        "FROM node\nCOPY . .\nRUN make\n",
        "FROM golang:1.22\nCOPY --from=x . .\nRUN go vet ./...\n",
        "# COPY . .\nRUN nothing\n",
        "",
    ] {
        assert_eq!(findings(dockerfile), [], "{dockerfile}");
    }
    let early = "FROM golang:1.22\nCOPY . .\nRUN go vet ./...\n";
    assert_eq!(machine(early).directory("~/shop/vendor").findings("image-layers"), []);
    assert_eq!(machine(early).file("~/shop/go.mod", "module shop\n").findings("image-layers"), []);
    assert_eq!(machine(early).without("~/shop/go.mod").findings("image-layers"), []);
}

#[test]
fn go_get_in_a_step_is_a_warning() {
    let found = one(
        "FROM golang:1.22\nRUN go get -u golang.org/x/tools/cmd/stringer && go get ./...\nRUN \\\n  go get x.example/y@v1.0.0\n",
    );
    assert_eq!(
        (found.severity, found.what.en.as_str()),
        (Severity::Warning, "~/shop/Dockerfile runs `go get`")
    );
    assert_eq!(found.evidence.len(), 2);
    assert_eq!(found.fix.edits[0].lines, ["RUN go install golang.org/x/tools/cmd/stringer@latest"]);
    for dockerfile in [
        "FROM golang:1.22\nRUN go install x.example/y@latest\n",
        "FROM golang:1.10\nRUN GO111MODULE=off go get x.example/y\n",
        "FROM golang:1.22\nRUN echo cargo get\n",
    ] {
        assert_eq!(findings(dockerfile), [], "{dockerfile}");
    }
}

#[test]
fn cgo_in_an_alpine_without_a_compiler_is_an_error() {
    for (dockerfile, how) in [
        (
            "FROM golang:1.22-alpine\nENV CGO_ENABLED=1\nRUN go vet ./...\n",
            "CGO_ENABLED=1 in an Alpine image without gcc and musl-dev",
        ),
        (
            "FROM golang:alpine\nRUN apk add git && CGO_ENABLED=1 go vet ./...\n",
            "CGO_ENABLED=1 in an Alpine image without gcc and musl-dev",
        ),
        (
            "FROM golang:1.22-alpine\nRUN go test -race ./...\n",
            "-race in an Alpine image without gcc and musl-dev",
        ),
        (
            "FROM golang:1.22-alpine\nRUN [\"go\", \"test\", \"-race\", \"./...\"]\n",
            "-race in an Alpine image without gcc and musl-dev",
        ),
        (
            "ARG V=3.20\nFROM alpine:$V AS b\nRUN apk add go gcc\nFROM b\nENV CGO_ENABLED 1\nRUN go vet .\n",
            "CGO_ENABLED=1 in an Alpine image without musl-dev",
        ),
    ] {
        let found = one(dockerfile);
        assert_eq!(
            (found.severity, found.what.en.clone()),
            (Severity::Error, format!("~/shop/Dockerfile builds with {how}"))
        );
        assert!(found.fix.edits[0].lines[0].starts_with("RUN apk add --no-cache "), "{found:?}");
    }
    for dockerfile in [
        "FROM golang:1.22-alpine\nRUN apk add --no-cache gcc musl-dev\nRUN CGO_ENABLED=1 go vet .\n",
        "FROM golang:1.22-alpine AS b\nRUN apk add build-base\nFROM b\nRUN go test -race .\n",
        "FROM golang:1.22-alpine\nARG DEPS\nRUN apk add $DEPS && go test -race .\n",
        "FROM golang:1.22-alpine\nENV CC=zig CGO_ENABLED=1\nRUN go vet .\n",
        "FROM golang:1.22-alpine\nRUN CGO_ENABLED=0 go vet .\n",
        "FROM golang:1.22\nRUN go test -race .\n",
        "FROM registry.example/own:1-alpine\nRUN go test -race .\n",
    ] {
        assert_eq!(findings(dockerfile), [], "{dockerfile}");
    }
}

#[test]
fn a_program_for_glibc_in_an_image_without_it_is_a_warning() {
    for dockerfile in [
        "FROM golang:1.22 AS build\nRUN go build -o /out/shop .\nFROM scratch\nCOPY --from=build /out/shop /\n",
        "FROM golang:1.22 AS build\nRUN go build -o /out/shop .\nFROM alpine:3.20 AS run\nFROM run\nCOPY --from=build /out/ /\n",
        "FROM golang\nRUN go install ./cmd/...\nFROM gcr.io/distroless/static-debian12\nCOPY --from=0 /go/bin/shop /\n",
        "FROM debian:12 AS b\nRUN apt-get install -y golang gcc\nRUN go build -o=shop\nFROM scratch\nCOPY --from=b /src/shop /\n",
    ] {
        let found = one(dockerfile);
        assert_eq!(found.severity, Severity::Warning);
        assert!(found.what.en.contains("may need glibc into "), "{}", found.what.en);
        assert!(lines(&found).iter().any(|line| line.contains("COPY --from=")), "{found:?}");
        assert_eq!(found.fix.edits[0].lines, ["ENV CGO_ENABLED=0"]);
    }
    for dockerfile in [
        "FROM golang AS b\nRUN go install example.com/cmd/templ@v0.3.9\nRUN CGO_ENABLED=0 go build -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nENV CGO_ENABLED=0\nRUN go build -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nRUN export CGO_ENABLED=0; go build -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nARG CGO_ENABLED\nRUN go build -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nRUN go build -ldflags '-extldflags \"-static\"' -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nRUN go build -o /shop\nFROM debian:12-slim\nCOPY --from=b /shop /\n",
        "FROM golang AS b\nRUN go build -o /shop\nFROM scratch\nCOPY --from=b /etc/ssl/certs /etc/ssl/certs\n",
        "FROM golang AS b\nRUN go build -o /shop\nFROM alpine\nRUN apk add gcompat\nCOPY --from=b /shop /\n",
        "FROM golang:1.22-alpine AS b\nRUN go build -o /shop\nFROM alpine\nCOPY --from=b /shop /\n",
        "FROM debian AS b\nRUN go build -o /shop\nFROM scratch\nCOPY --from=b /shop /\n",
    ] {
        assert_eq!(findings(dockerfile), [], "{dockerfile}");
    }
}

#[test]
fn cgo_is_switched_off_where_it_is_switched_on() {
    let edit = |run: &str| {
        let dockerfile = format!("FROM golang AS b\nARG X=1\n{run}\nFROM scratch\nCOPY --from=b /shop /\n");
        let edit = one(&dockerfile).fix.edits.remove(0);
        (edit.place.en, edit.lines.join("\n"))
    };
    let in_place = |line| format!("in place of line {line}, if it needs no C");
    for (run, line, instead) in [
        ("RUN CGO_ENABLED=1 go build -o /shop", 3, "RUN CGO_ENABLED=0 go build -o /shop"),
        ("ENV CGO_ENABLED 1\nRUN go build -o /shop", 3, "ENV CGO_ENABLED 0"),
        ("ENV CGO_ENABLED=\"1\" GOOS=linux\nRUN go build -o /shop", 3, "ENV CGO_ENABLED=\"0\" GOOS=linux"),
        ("RUN apt-get update && \\\n  CGO_ENABLED=1 go build -o /shop", 4, "CGO_ENABLED=0 go build -o /shop"),
        (
            "RUN go env -w CGO_ENABLED=1 && go build -o /shop",
            3,
            "RUN go env -w CGO_ENABLED=0 && go build -o /shop",
        ),
    ] {
        assert_eq!(edit(run), (in_place(line), instead.to_owned()), "{run}");
    }
    let after = ("after line 1, if it needs no C".to_owned(), "ENV CGO_ENABLED=0".to_owned());
    assert_eq!(edit("RUN go build -o /shop"), after);
}

#[test]
fn what_go_env_writes_applies_to_later_commands() {
    let with = |run: &str| {
        findings(&format!("FROM golang AS b\n{run}\nFROM scratch\nCOPY --from=b /shop /\n")).len()
    };
    assert_eq!(with("RUN go env -w CGO_ENABLED=0 && go build -o /shop"), 0);
    assert_eq!(with("RUN go env -w GOOS=linux CGO_ENABLED=0\nRUN go build -o /shop"), 0);
    // A variable comes first.
    assert_eq!(with("ENV CGO_ENABLED=1\nRUN go env -w CGO_ENABLED=0\nRUN go build -o /shop"), 1);
    assert_eq!(with("RUN go env -w CGO_ENABLED=0; go env -u CGO_ENABLED; go build -o /shop"), 1);
    assert_eq!(with("RUN go build -o /shop && go env -w CGO_ENABLED=0"), 1);
}

#[test]
fn directories_that_replace_names_are_copied_too() {
    let dockerfile = "FROM golang:1.22\nCOPY . .\nRUN go vet ./...\n";
    let with = |lines: &str| machine(dockerfile).file("~/shop/go.mod", &format!("{REQUIRES}{lines}"));
    let lib =
        with("require x.example/lib v0.0.0\nreplace x.example/lib => ./lib/\n").findings("image-layers");
    assert_eq!(
        lib[0].fix.edits[0].lines,
        ["COPY go.mod go.sum ./", "COPY lib/go.mod ./lib/", "RUN go mod download", "COPY . ."]
    );
    // It is not in the image's context, so the image is built from above.
    assert_eq!(with("replace x.example/lib => ../lib\n").findings("image-layers"), []);
    let fork = with("replace x.example/lib => y.example/lib v1.0.0\n").findings("image-layers");
    assert_eq!(fork[0].fix.edits[0].lines.len(), 3);
    // Nothing is downloaded.
    let only = "module shop\nrequire x.example/lib v0.0.0\nreplace x.example/lib => ./lib\n";
    assert_eq!(machine(dockerfile).file("~/shop/go.mod", only).findings("image-layers"), []);
}

#[test]
fn an_image_that_does_it_right_is_silent() {
    let dockerfile = "ARG BASE=alpine\n\nFROM ${BASE} AS build\nCOPY --from=gover gover gover-shim /opt/gover/bin/\n\
        ENV GOVER_HOME=/opt/gover PATH=/opt/gover/bin:$PATH\nARG GOPROXY\nWORKDIR /src\n\n# The toolchain.\n\
        COPY .go-version go.mod go.sum* ./\nRUN gover install\n\n\
        RUN --mount=type=cache,target=/go/pkg/mod go mod download\nCOPY . .\n\
        RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/cache/go-build \\\n\
        \x20   CGO_ENABLED=0 go build -trimpath -o /out/shop .\n\nFROM scratch\n\
        COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\nCOPY --from=build /out/shop /shop\n\
        USER 65532:65532\nENTRYPOINT [\"/shop\"]\n";
    for base in ["alpine", "debian:12-slim", "golang:1.22"] {
        assert_eq!(findings(&dockerfile.replace("BASE=alpine", &format!("BASE={base}"))), [], "{base}");
    }
    for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
        assert_eq!(machine.findings("image-layers"), []);
    }
}
