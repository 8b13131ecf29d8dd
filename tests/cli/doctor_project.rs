//! `gover doctor`: what the files of a project do to builds and images.

use std::fs;

use gover_core::gorules::user_env_file;
use gover_test::context;
use gover_test::gover_snapshot;
use gover_test::snapbox::str;
use serde_json::json;

#[test]
fn programs_in_builds_are_found_and_flags_of_the_user_removed() {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash").set("EDITOR", "vi");
    let path = user_env_file(&ctx.env()).unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let before = "GOFLAGS=-v -toolexec=/opt/wrap\n";
    fs::write(&path, before).unwrap();
    ctx.write(".env", "A=b\nGOSUMDB=off\n");
    ctx.write("Makefile", "test:\n\tgo test -exec sudo ./...\n");
    let found = ctx.gover(["doctor", "hijack", "--offline", "--json"]);
    let document = found.exits(1).json();
    let whats = |document: &serde_json::Value| {
        let findings = document["findings"].as_array().unwrap();
        findings.iter().map(|one| (one["severity"].clone(), one["what"].clone())).collect::<Vec<_>>()
    };
    let severities: Vec<_> = whats(&document).into_iter().map(|(severity, _)| severity).collect();
    assert_eq!(severities, ["error", "warning", "note"], "{found}");
    let evidence = &document["findings"][1]["evidence"][0];
    assert_eq!((&evidence["line"], &evidence["text"]), (&json!(2), &json!("GOSUMDB=off")));
    let fixed = ctx.gover(["doctor", "hijack", "--offline", "--fix", "--yes"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "GOFLAGS=-v\n", "{fixed}");
    ctx.gover(["doctor", "--undo"]).success();
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    // `goflags` does not report it a second time.
    ctx.gover(["doctor", "goflags", "--offline"]).success();
}

#[test]
fn layers_of_an_image_are_shown_with_the_right_lines() {
    let mut ctx = context!();
    ctx.set("GOVER_SHELL", "bash");
    assert!(ctx.gover(["doctor", "image-layers", "-v"]).success().stderr.contains("no Dockerfile here"));
    ctx.write("go.mod", "module shop\n\ngo 1.22\n\nrequire golang.org/x/text v0.14.0\n");
    ctx.write(
        "Dockerfile",
        "FROM golang:1.22 AS build\nCOPY . .\nRUN go build -o /shop .\nFROM scratch\nCOPY --from=build /shop /shop\n",
    );
    gover_snapshot!(
        ctx.gover(["doctor", "image-layers", "--offline"]),
        str![[r#"
exit: 1
----- stdout -----
warning  image-layers  [ROOT]/shop/Dockerfile copies a program that may need glibc into an image without a C library
note     image-layers  [ROOT]/shop/Dockerfile copies all files before go downloads the modules

image-layers
  [ROOT]/shop/Dockerfile copies a program that may need glibc into an image without a C library
    [ROOT]/shop/Dockerfile:1: FROM golang:1.22 AS build
    [ROOT]/shop/Dockerfile:3: RUN go build -o /shop .
    [ROOT]/shop/Dockerfile:4: FROM scratch
    [ROOT]/shop/Dockerfile:5: COPY --from=build /shop /shop
    why: if the program uses cgo, also through packages such as net, it fails with `no such file or directory`
  [ROOT]/shop/Dockerfile copies all files before go downloads the modules
    [ROOT]/shop/Dockerfile:1: FROM golang:1.22 AS build
    [ROOT]/shop/Dockerfile:2: COPY . .
    [ROOT]/shop/Dockerfile:3: RUN go build -o /shop .
    why: each change of any file downloads every module again
  fix: edit [ROOT]/shop/Dockerfile, after line 1, if it needs no C:
      ENV CGO_ENABLED=0
  fix: edit [ROOT]/shop/Dockerfile, in place of line 2:
      COPY go.mod go.sum ./
      RUN go mod download
      COPY . .

----- stderr -----

1 warning, 1 note (1 check)
hint: `gover doctor -v` explains each problem

"#]]
    );
    // Lines for a file are no commands.
    let words = ["doctor", "image-layers", "--offline"];
    let facts = ctx.gover(words.iter().chain(&["--json"])).exits(1).json();
    let fix = &facts["findings"][1]["fix"];
    assert_eq!((&fix["commands"], &fix["edits"][0]["place"]), (&json!([]), &json!("in place of line 2")));
    assert_eq!(fix["edits"][0]["lines"], json!(["COPY go.mod go.sum ./", "RUN go mod download", "COPY . ."]));
    let sarif = ctx.gover(words.iter().chain(&["--format", "sarif"])).exits(1).json();
    let text = sarif["runs"][0]["results"][1]["message"]["text"].as_str().unwrap();
    assert!(text.contains("Dockerfile, in place of line 2:\nCOPY go.mod go.sum ./\n"), "{text}");
    for file in ["r.md", "r.html"] {
        ctx.gover(words.iter().chain(&["--report", file])).exits(1);
        let report = fs::read_to_string(ctx.work().join(file)).unwrap();
        let block = "COPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\n";
        assert!(report.contains("in place of line 2:") && report.contains(block.trim()), "{report}");
    }
    let right = "FROM golang:1.22 AS build\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\n\
                 RUN CGO_ENABLED=0 go build -o /shop .\nFROM scratch\nCOPY --from=build /shop /shop\n";
    ctx.write("Dockerfile", right);
    assert!(ctx.gover(["doctor", "image-layers", "--offline"]).success().stdout.is_empty());
}

#[test]
fn the_module_cache_is_read_only_if_that_is_asked() {
    let mut ctx = context!();
    ctx.install_fake("go1.91.2");
    ctx.set("GOVER_VERSION", "go1.91.2");
    ctx.write("go.mod", "module shop\n\ngo 1.21\n");
    let result = |arguments: &[&str]| {
        let output = ctx.gover(arguments);
        let checks = output.json()["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|one| one["check"] == "module-cache").unwrap()["result"].clone()
    };
    assert_eq!(result(&["doctor", "--offline", "--json"]), "not run");
    assert_eq!(result(&["doctor", "module-cache", "--offline", "--json"]), "ok");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_of_environment_d_is_repaired_like_others() {
    let mut ctx = context!();
    let file = ctx.home().join(".config/environment.d/go.conf");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "GOROOT=/opt/old\nA=b\n").unwrap();
    ctx.set("GOROOT", "/opt/old").set("GOVER_SHELL", "bash");
    let found = ctx.gover(["doctor", "goroot-set", "--offline"]);
    assert!(found.exits(1).stdout.contains("environment.d/go.conf:1"), "{found}");
    ctx.gover(["doctor", "goroot-set", "--offline", "--fix", "--yes"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "# gover doctor: GOROOT=/opt/old\nA=b\n");
    ctx.gover(["doctor", "--undo"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), "GOROOT=/opt/old\nA=b\n");
}
