//! Files that the go command itself writes into a writable GOROOT.
//!
//! Found in the source of cmd/go and by running it (docs/trust.md has the list): compiled packages
//! below `pkg/GOOS_GOARCH`. Go before 1.20 puts them there for `go install std`, with `GOARCH`,
//! `-race` or `-buildmode` in a directory of their own; later ones with `GODEBUG=installgoroot=all`
//! alone. Usual commands only *add* files. Nothing else is written: `go env -w` has a file in the
//! user's configuration, builds have GOCACHE.

/// Whether the go command may have added this file. `path` is below GOROOT, with `/`.
pub(super) fn is_written_by_go(path: &str) -> bool {
    let Some((directory, file)) = path.strip_prefix("pkg/").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    match extension {
        Some("a") => is_platform(directory),
        // `go install -buildmode=shared std`
        Some("so" | "shlibname") => is_platform(directory) && directory.ends_with("_dynlink"),
        _ => false,
    }
}

/// Accepts `linux_arm64` and `linux_amd64_race`, but neither `tool` nor `include`.
fn is_platform(directory: &str) -> bool {
    let mut parts = directory.split('_');
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    parts.clone().count() >= 2 && parts.all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_compiled_packages_are_gos_own() {
        for path in [
            "pkg/linux_arm64/fmt.a",
            "pkg/linux_amd64_race/net/http.a",
            "pkg/linux_amd64_dynlink/libstd.so",
            "pkg/linux_amd64_dynlink/net/http.shlibname",
        ] {
            assert!(is_written_by_go(path), "{path}");
        }
        for path in [
            "pkg/tool/linux_amd64/compile",
            "pkg/tool/x.a",
            "pkg/include/x.a",
            "pkg/x.a",
            "pkg/linux_amd64/evil.so",
            "pkg/linux_amd64/evil",
            "pkg/_/x.a",
            "src/pkg/linux_arm64/fmt.a",
            "bin/go",
            "go.env",
        ] {
            assert!(!is_written_by_go(path), "{path}");
        }
    }
}
