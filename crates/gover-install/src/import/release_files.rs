//! Which files of a GOROOT a release can have, by their paths.
//!
//! Other programs put files into a GOROOT: `go install` with GOBIN there, caches, version managers.
//! These rules only tell which files to try without. The checksum database decides: with a file too
//! many or too few, the tree has another h1.

use gover_archive::digest::is_outside_module;
use gover_core::Platform;

/// Whether a directory may have files of the release. What is not read cannot be taken over.
pub(super) fn may_hold(directory: &str, platform: &Platform) -> bool {
    let mut parts = directory.split('/');
    match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
        ("pkg", Some("tool"), Some(name)) => name == platform_directory(platform),
        ("bin" | "lib" | "pkg" | "src", None, _) | ("pkg", Some("include" | "tool"), _) => true,
        ("lib" | "src", Some(name), _) => !name.contains('.'),
        _ => false,
    }
}

/// Whether a file in a directory that [`may_hold`] admits can be of the release.
pub(super) fn may_be_released(path: &str, platform: &Platform) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if is_litter(name) {
        return false;
    }
    match path.split_once('/') {
        None => TOP.contains(&name),
        Some(("bin", program)) => matches!(program, "go" | "gofmt" | "go.exe" | "gofmt.exe"),
        Some(_) => path.rsplit_once('/').is_some_and(|(directory, _)| may_hold(directory, platform)),
    }
}

/// Whether the checksum database says nothing about what is in this directory of an archive.
pub(super) fn is_uncovered(directory: &str) -> bool {
    is_outside_module(directory)
}

/// What desktops, editors and patches leave anywhere.
fn is_litter(name: &str) -> bool {
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
        || name.starts_with("._")
        || [".orig", ".rej", ".swp", "~"].iter().any(|end| name.ends_with(end))
}

fn platform_directory(platform: &Platform) -> String {
    format!("{}_{}", platform.os(), platform.arch())
}

/// The files at the top of the module of each release since go1.21.
const TOP: [&str; 8] = [
    "CONTRIBUTING.md",
    "LICENSE",
    "PATENTS",
    "README.md",
    "SECURITY.md",
    "VERSION",
    "codereview.cfg",
    "go.env",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_put_into_a_goroot_is_not_of_a_release() {
        let linux = Platform::new("linux", "amd64").unwrap();
        for path in ["bin/go", "bin/gofmt", "go.env", "lib/time/zoneinfo.zip", "pkg/include/textflag.h"] {
            assert!(may_be_released(path, &linux), "{path}");
        }
        for path in ["pkg/tool/linux_amd64/compile", "src/fmt/print.go", "src/cmd/vendor/golang.org/x/a.go"] {
            assert!(may_be_released(path, &linux), "{path}");
        }
        for path in [
            "bin/gopls",
            "bin/linux_arm64/go",
            "pkg/linux_amd64_race/fmt.a",
            "pkg/tool/linux_arm64/compile",
            "pkg/mod/cache/x",
            "src/github.com/x/y.go",
            "src/.DS_Store",
            "src/fmt/print.go.orig",
            ".unpacked-success",
            "packages/x",
        ] {
            assert!(!may_be_released(path, &linux), "{path}");
        }
        for directory in ["packages", ".versions", "pkg/mod", "pkg/linux_amd64", "src/github.com", "bin/x"] {
            assert!(!may_hold(directory, &linux), "{directory}");
        }
        assert!(is_uncovered("doc") && !is_uncovered("src/cmd/doc"));
    }
}
