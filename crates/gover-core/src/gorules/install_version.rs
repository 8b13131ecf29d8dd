use std::ffi::OsString;
use std::path::Path;

use super::changes::Rule;
use crate::version::GoVersion;

/// Whether the command is `go install pkg@version` or `go run pkg@version`, as a toolchain before
/// 1.25 sees it (`goInstallVersion` in cmd/go/internal/toolchain/select.go). It then reads no go.mod
/// or go.work, and asks the module which toolchain it needs.
///
/// `arguments` are without the program's name and without `-C`.
pub(super) fn names_a_version(arguments: &[OsString], local: &GoVersion) -> bool {
    let words: Vec<&str> = arguments.iter().map(|word| word.to_str().unwrap_or("\u{fffd}")).collect();
    let Some((&command, rest)) = words.split_first() else { return false };
    if rest.is_empty() || (command != "install" && command != "run") {
        return false;
    }
    let package = match (command, rest) {
        ("install", [.., last]) if !Rule::InstallFlagsParsed.holds_for(local) => Some(*last),
        _ => package(command, rest),
    };
    let Some((path, version)) = package.filter(|text| !is_path(text)).and_then(|text| text.split_once('@'))
    else {
        return false;
    };
    !path.is_empty() && !version.is_empty() && path != "go" && path != "toolchain"
}

/// The first argument that is neither a flag nor its value.
fn package<'a>(command: &str, words: &[&'a str]) -> Option<&'a str> {
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        if word == "--" {
            return words.next();
        }
        let Some(flag) = word.strip_prefix('-') else { return Some(word) };
        let flag = flag.strip_prefix('-').unwrap_or(flag);
        if flag.contains('=') || is_any(flag, SWITCHES) {
            continue;
        }
        if is_any(flag, FLAGS_WITH_VALUE) {
            words.next();
        } else if command == "run" {
            return None;
        } else {
            // Go assumes that the package comes last, whatever the unknown flag takes.
            return words.last().filter(|last| !last.starts_with('-'));
        }
    }
    None
}

/// `build.IsLocalImport` or an absolute path.
fn is_path(text: &str) -> bool {
    matches!(text, "." | "..")
        || text.starts_with("./")
        || text.starts_with("../")
        || Path::new(text).is_absolute()
}

fn is_any(flag: &str, known: &str) -> bool {
    known.split(' ').any(|known| known == flag)
}

/// The flags of `go run` (cmd/go/internal/run/run.go and work/build.go). Separated by spaces.
const SWITCHES: &str = "a n x v asan buildvcs cover json linkshared modcacherw msan race trimpath work";
const FLAGS_WITH_VALUE: &str = "C asmflags buildmode compiler covermode coverpkg debug-actiongraph \
                                debug-runtime-trace debug-trace exec gccgoflags gcflags installsuffix ldflags mod \
                                modfile overlay p pgo pkgdir tags toolexec";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_found_where_go_finds_it() {
        for (words, expected) in [
            ("install example.com/x@v1.0.0", true),
            ("run example.com/x@latest a b", true),
            ("run -race -tags a,b example.com/x@v1.0.0 -c", true),
            ("run -exec sh -- example.com/x@v1.0.0", true),
            ("run --mod=mod example.com/x@v1.0.0", true),
            ("install -new flag example.com/x@v1.0.0", true),
            ("install -new example.com/x@v1.0.0 -v", false),
            ("run -new example.com/x@v1.0.0", false),
            ("run . example.com/x@v1.0.0", false),
            ("run ./x@v1", false),
            // On Windows it is not absolute.
            ("run /x@v1", cfg!(windows)),
            ("install example.com/x", false),
            ("install example.com/x@", false),
            ("install go@1.30.0", false),
            ("install", false),
            ("get example.com/x@v1.0.0", false),
            ("build example.com/x@v1.0.0", false),
        ] {
            let arguments: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            assert_eq!(names_a_version(&arguments, &"1.24.11".parse().unwrap()), expected, "{words}");
        }
    }

    #[test]
    fn at_first_the_last_argument_of_install_was_the_package() {
        let arguments = ["install", "./x", "example.com/x@v1.0.0"].map(OsString::from);
        for (local, expected) in [("1.21.0", true), ("1.21.6", true), ("1.21.7", false), ("1.22.0", false)] {
            assert_eq!(names_a_version(&arguments, &local.parse().unwrap()), expected, "{local}");
        }
    }
}
