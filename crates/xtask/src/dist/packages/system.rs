//! `.deb` and `.rpm`, made by nfpm.

use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};

use super::super::build::tools;
use super::super::target::System;
use super::{Build, Facts};
use crate::process::run;

pub(super) fn write(build: &Build, facts: &Facts<'_>) -> Result<(), String> {
    if build.target.system != System::Linux {
        return Ok(());
    }
    let nfpm = nfpm(&facts.release.root)?;
    let stage = facts.release.root.join("target/dist-build/packages").join(build.target.name);
    for kind in ["deb", "rpm"] {
        let stage = stage.join(kind);
        let mut contents = Vec::new();
        for (path, bytes, mode) in files(build, kind)? {
            let from = stage.join(path.trim_start_matches('/'));
            crate::files::write(&from, &bytes)?;
            contents.push(json!({"src": from, "dst": path, "file_info": {"mode": mode}}));
        }
        let config = stage.join("nfpm.json");
        crate::files::write(&config, format!("{:#}\n", description(build, facts, &contents)).as_bytes())?;
        run(Command::new(&nfpm)
            .args(["package", "--packager", kind, "--config"])
            .arg(&config)
            .arg("--target")
            .arg(&facts.release.out)
            .env("SOURCE_DATE_EPOCH", facts.release.time.to_string()))?;
    }
    Ok(())
}

/// Paths on the user's machine, with what is there.
fn files(build: &Build, kind: &str) -> Result<Vec<(String, Vec<u8>, u32)>, String> {
    let zsh = if kind == "deb" { "vendor-completions" } else { "site-functions" };
    let mut files = vec![("/usr/share/gover/channel".to_owned(), format!("{kind}\n").into_bytes(), 0o644)];
    for program in build.programs() {
        files.push((format!("/usr/bin/{}", program.path), program.bytes.clone(), 0o755));
    }
    for (name, page) in build.below("man") {
        files.push((format!("/usr/share/man/man1/{name}.gz"), gzip(&page.bytes)?, 0o644));
    }
    for (from, to) in [
        ("completions/gover.bash", "/usr/share/bash-completion/completions/gover".to_owned()),
        ("completions/_gover", format!("/usr/share/zsh/{zsh}/_gover")),
        ("completions/gover.fish", "/usr/share/fish/vendor_completions.d/gover.fish".to_owned()),
        ("README.md", "/usr/share/doc/gover/README.md".to_owned()),
        ("LICENSE", "/usr/share/doc/gover/copyright".to_owned()),
        ("NOTICE", "/usr/share/doc/gover/NOTICE".to_owned()),
        ("THIRD-PARTY.md", "/usr/share/doc/gover/THIRD-PARTY.md".to_owned()),
    ] {
        files.push((to, build.named(from)?.bytes.clone(), 0o644));
    }
    Ok(files)
}

fn description(build: &Build, facts: &Facts<'_>, contents: &[Value]) -> Value {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(facts.release.time);
    json!({
        "name": "gover",
        "version": facts.version(),
        "arch": build.target.processor(),
        "platform": "linux",
        "section": "devel",
        "priority": "optional",
        "maintainer": facts.authors,
        "description": facts.description,
        "license": facts.licence,
        "mtime": gover_core::date::to_rfc3339(time),
        "contents": contents,
    })
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut writer = GzBuilder::new().write(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut writer, bytes)
        .and_then(|()| writer.finish())
        .map_err(|error| format!("cannot compress a page: {error}"))
}

/// The program nfpm in a fixed version, built by the go command where it is missing.
fn nfpm(root: &Path) -> Result<PathBuf, String> {
    let bin = tools(root).join(format!("nfpm-{NFPM}"));
    let program = bin.join(format!("nfpm{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        run(Command::new("go")
            .args(["install", &format!("github.com/goreleaser/nfpm/v2/cmd/nfpm@{NFPM}")])
            .env("GOBIN", &bin)
            .env("GOFLAGS", "-mod=mod"))?;
    }
    Ok(program)
}

const NFPM: &str = "v2.44.1";
